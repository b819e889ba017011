"""Running: a named scenario or a file, checked, and from its runs to its verdict."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from allornone.scenarios import catalogue
from allornone.scenarios.document import chance, reading
from allornone.scenarios.document.axes import alters, family, runs
from allornone.scenarios.document.chance import draws
from allornone.scenarios.document.change import Path, Raw, spoken
from allornone.scenarios.document.errors import DocumentError, Violation, dotted
from allornone.scenarios.document.reading import Source
from allornone.scenarios.experiment.build import groups_of
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import answers, needs
from allornone.scenarios.experiment.preparing import prepare
from allornone.scenarios.experiment.running_phases import show
from allornone.scenarios.verdict.family import Laboratory, Progress, Selection
from allornone.scenarios.verdict.judging import judge, selection
from allornone.scenarios.verdict.result import Result
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.notation.synapses import NotationError
from allornone.simulator.program.program import compile


def run(
    scenario: str | FilePath,
    *,
    seed: int | None = None,
    seeds: int | None = None,
    overrides: Mapping[str, object] | None = None,
    counterfactuals: bool = False,
    executor: Executor | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario by name, or from a file, and judge its claims.

    `seed` runs one seed, `seeds` that many; `overrides` sets keys, {"learning.eta": 0.1}. Each of them makes another
    family of runs, for which there are measures and claims but no verdict. `counterfactuals` tries every change that
    must fell a claim, and nudges every number. `executor` runs what cannot be side by side in lanes elsewhere.

    >>> run("mp-1c-and").verdict
    'reproduced'
    """
    _check_table(overrides)
    began = time.perf_counter()
    source = reading.read(_path(scenario))
    warnings = check(source)
    raw: dict[str, Any] = source.raw
    chosen = _seeds(raw, seed, seeds)
    laboratory = Laboratory(
        raw, chosen, overrides=overrides, limits=_inside(source, limits), executor=executor, progress=progress
    )
    try:
        _check_settings(raw, laboratory.overrides)
        measured = laboratory.measured()
        idle = tuple(laboratory.warnings)  # a change may well let nothing learn
        claims = tuple(
            judge(laboratory, claim, measured, number, counterfactuals)
            for number, claim in enumerate(raw["interpretation"]["claims"])
        )
        questions = answers(raw, chosen, overrides or {}, laboratory.limits)
    except NotationError as error:
        raise placed(source, error) from None
    except AllornoneError as error:
        raise AllornoneError(f"{source.path}: {error}") from None
    return Result(
        name=source.name,
        title=raw["title"],
        claims=claims,
        measures=measured.values,
        warnings=(*warnings, *idle),
        seconds=time.perf_counter() - began,
        family=_family(seed, seeds, overrides),
        document=raw,
        show=partial(show, raw, chosen, overrides or {}, laboratory.limits),
        questions=questions,
    )


def _path(scenario: str | FilePath) -> FilePath:
    text = str(scenario)
    if isinstance(scenario, FilePath) or text.endswith(".toml") or "/" in text or "\\" in text:
        return FilePath(scenario)
    return catalogue.find(text)


def _inside(source: Source, limits: Limits | None) -> Limits:
    """Return the limits of a scenario's runs: the data files that it names lie in its folder."""
    return replace(limits or Limits(), folder=source.path.parent)


def _check_table(overrides: object) -> None:
    if overrides is not None and not isinstance(overrides, Mapping):
        raise AllornoneError(f'overrides sets keys, as in {{"learning.eta": 0.1}}, found {overrides!r}')


def _check_settings(raw: dict[str, Any], overrides: Mapping[str, object]) -> None:
    """Raise an error where settings make sense in none of the runs."""
    from allornone.scenarios.document.document import validate_run

    wrong: DocumentError | None = None
    for one in family(raw, None, overrides).runs if overrides else ():
        try:
            validate_run(one.raw)
        except DocumentError as error:
            wrong = wrong or error
        else:
            return
    if wrong is not None:
        told = (f"{dotted(one.path, raw)}: {one.message}" for one in wrong.violations)
        raise AllornoneError("this setting cannot be: " + "\n".join(told))


def _seeds(raw: Mapping[str, Any], seed: int | None, seeds: int | None) -> list[int]:
    if seed is not None and seeds is not None:
        raise AllornoneError("say seed or seeds, not both")
    for name, value, least in (("seed", seed, 0), ("seeds", seeds, 1)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise AllornoneError(f"{name} must be a whole number from {least}, found {value!r}")
    if seed is not None:
        return [seed]
    return list(range(seeds if seeds is not None else raw.get("seeds", 1)))


def _family(seed: int | None, seeds: int | None, overrides: Mapping[str, object] | None) -> str:
    words = [f"seed {seed}"] if seed is not None else [f"{seeds} seeds"] if seeds is not None else []
    words += [f"{key} = {value}" for key, value in (overrides or {}).items()]
    return ", ".join(words) or "as written"


def check(source: Source) -> list[str]:
    """Return warnings; raises SourceError with every violation at its place, and where a draw has no seeds."""
    if source.document.seeds is not None:
        return chance.warnings(source.raw)
    drawn = draws(source.raw)
    if drawn is not None:
        raise source.error([Violation(drawn, "something is drawn here, so the file must say seeds = N")])
    return chance.warnings(source.raw)


def check_built(source: Source, limits: Limits | None = None) -> None:
    """Make the networks and lessons of every run, and live none; raises SourceError with what does not fit together."""
    seen = set()
    known: dict[str, None] = {}
    for run in family(source.raw).runs:
        try:
            ready = prepare(run.raw, 0, _inside(source, limits))
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
        for unit in sorted(set(needs([str(text)]).record.units or ()).difference(known)):
            message = str(UnknownName("unit or group", unit, known))
            raise source.error([Violation(("measures", name), message)])


def check_changes(source: Source, most: int, limits: Limits | None = None) -> None:
    """Make what each counterfactual makes of the first runs that its claim looks at, and live none.

    Raises SourceError where a change names nothing, means nothing, or alters no run.
    """
    measures = source.raw.get("measures", {})
    for number, claim in enumerate(source.raw["interpretation"]["claims"]):
        _, chosen = selection(str(claim["that"]), measures)
        for word, change in _changes_of(claim):
            try:
                _check_change(source.raw, change, chosen, most, _inside(source, limits))
            except AllornoneError as error:
                path = ("interpretation", "claims", number, word)
                raise source.error([Violation(path, f"{spoken(change)}: {error}")]) from None


def _changes_of(claim: Mapping[str, Any]) -> Iterator[tuple[str, Raw]]:
    """Yield each change that a claim names, after the word that names it: "fails" or "holds"."""
    for word in ("fails", "holds"):
        changes = claim.get(word, [])
        yield from ((word, change) for change in (changes if isinstance(changes, list) else [changes]))


def _check_change(raw: Raw, change: Raw, chosen: Selection, most: int, limits: Limits) -> None:
    """Prepare the first of the chosen runs that a change makes; raises AllornoneError where it makes none."""
    if not alters(raw, change):
        raise AllornoneError("the change alters no run")
    for run in [run for run in runs(raw, change) if chosen.has(run, 0)][:most]:
        prepare(run.raw, 0, limits)


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
