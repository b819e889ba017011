"""Checking: what can be said of a scenario file before anything runs, beyond its form."""

from __future__ import annotations

from collections.abc import Iterable

from allornone.scenarios import freezing
from allornone.scenarios.build import groups_of
from allornone.scenarios.chance import draws
from allornone.scenarios.change import Path, spoken
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.judging import selection
from allornone.scenarios.limits import Limits
from allornone.scenarios.measuring import needs
from allornone.scenarios.preparing import prepare
from allornone.scenarios.reading import Source
from allornone.scenarios.varying import alters, family, runs
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.notation.synapses import NotationError
from allornone.simulator.program.program import compile


def check(source: Source) -> list[str]:
    """Return warnings; raises SourceError with every violation at its place, and where a draw has no seeds."""
    if source.document.seeds is not None:
        return freezing.warnings(source.raw)
    drawn = draws(source.raw)
    if drawn is not None:
        raise source.error([Violation(drawn, "something is drawn here, so the file must say seeds = N")])
    return freezing.warnings(source.raw)


def check_built(source: Source, limits: Limits | None = None) -> None:
    """Make the networks and lessons of every run, and live none; raises SourceError with what does not fit together."""
    seen = set()
    known: dict[str, None] = {}
    for run in family(source.raw).runs:
        try:
            ready = prepare(run.raw, 0, limits or Limits())
            if ready.key not in seen:
                compile(ready.network)
                seen.add(ready.key)
                known |= dict.fromkeys(groups_of(ready.network))
        except NotationError as error:
            raise placed(source, error) from None
        except AllornoneError as error:
            at = ", ".join(f"{axis} = {label}" for axis, label in run.labels.items())
            raise AllornoneError(f"{source.path}: {at + ': ' if at else ''}{error}") from None

    _check_units(source, known)


def _check_units(source: Source, known: Iterable[str]) -> None:
    """Raise SourceError where a measure looks at a unit or group that no run has."""
    for name, text in source.raw.get("measures", {}).items():
        for unit in sorted(needs([str(text)]).units.difference(known)):
            message = str(UnknownName("unit or group", unit, known))
            raise source.error([Violation(("measures", name), message)])


def check_changes(source: Source, most: int, limits: Limits | None = None) -> None:
    """Make what each counterfactual makes of the first runs that its claim looks at, and live none.

    Raises SourceError where a change names nothing, means nothing, or alters no run.
    """
    measures = source.raw.get("measures", {})
    for number, claim in enumerate(source.raw["interpretation"]["claims"]):
        _, chosen = selection(str(claim["that"]), measures)
        for word in ("fails", "holds"):
            changes = claim.get(word, [])
            for change in changes if isinstance(changes, list) else [changes]:
                try:
                    if not alters(source.raw, change):
                        raise AllornoneError("the change alters no run")
                    for run in [run for run in runs(source.raw, change) if chosen.has(run, 0)][:most]:
                        prepare(run.raw, 0, limits or Limits())
                except AllornoneError as error:
                    path = ("interpretation", "claims", number, word)
                    raise source.error([Violation(path, f"{spoken(change)}: {error}")]) from None


def placed(source: Source, error: NotationError) -> AllornoneError:
    """Return a mistake in a synapse or a stimulus, told at its line and column in the file."""
    path = _path_of(source.raw, error.text, ())
    if path is None:
        return AllornoneError(f"{source.path}: {error}")
    return source.error([Violation(path, error.sentence, error.column)])


def _path_of(value: object, text: str, path: Path) -> Path | None:
    """Return where a text stands in a document."""
    if value == text:
        return path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (_path_of(part, text, (*path, key)) for key, part in parts)
    return next((place for place in found if place is not None), None)
