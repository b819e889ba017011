"""Checking: what can be said of a scenario file before anything runs, beyond its form."""

from __future__ import annotations

from allornone.scenarios import freezing
from allornone.scenarios.chance import draws
from allornone.scenarios.change import Path
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.limits import Limits
from allornone.scenarios.preparing import prepare
from allornone.scenarios.reading import Source
from allornone.scenarios.varying import family
from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation import NotationError
from allornone.simulator.program import compile


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
    for run in family(source.raw).runs:
        try:
            ready = prepare(run.raw, 0, limits or Limits())
            if ready.key not in seen:
                compile(ready.network)
                seen.add(ready.key)
        except NotationError as error:
            raise placed(source, error) from None
        except AllornoneError as error:
            at = ", ".join(f"{axis} = {label}" for axis, label in run.labels.items())
            raise AllornoneError(f"{source.path}: {at + ': ' if at else ''}{error}") from None


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
