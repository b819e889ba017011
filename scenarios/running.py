"""Running: a named scenario or a file, checked, and from its runs to its verdict."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from allornone.scenarios import catalogue
from allornone.scenarios.document import advice, reading
from allornone.scenarios.document.axes import alters, at_most, expand_vary, most_runs, runs, varied_by
from allornone.scenarios.document.change import from_dotted, spoken
from allornone.scenarios.document.errors import DocumentError, dotted
from allornone.scenarios.document.names import idle_changes
from allornone.scenarios.document.reading import Source, SourceError
from allornone.scenarios.experiment.causes import violation
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import Answered, answers
from allornone.scenarios.experiment.running_phases import show
from allornone.scenarios.expressions.labelled import Value
from allornone.scenarios.verdict.family import Laboratory, Progress
from allornone.scenarios.verdict.judging import judge
from allornone.scenarios.verdict.result import ClaimResult, Result
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, LimitExceeded, shown


@checked
def run(
    scenario: str | FilePath,
    *,
    seed: int | None = None,
    seeds: int | None = None,
    overrides: Mapping[str, object] | None = None,
    counterfactuals: bool = False,
    times: int | None = None,
    executor: Executor | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario by name, or from a file, and judge its claims.

    `seed` runs one seed, `seeds` that many; `overrides` sets keys, {"learning.eta": 0.1}. Each of them makes another
    family of runs, for which there are measures and claims but no verdict. `counterfactuals` tries every change that
    must fell a claim, and nudges every number. `times` judges with so many times the file's seeds, if it has any.
    `executor` runs what cannot be side by side in lanes elsewhere.

    >>> run("mp-1c-and").verdict
    'reproduced'
    """
    _check_table(overrides)
    _check_seeds(seed, seeds, overrides, times)
    began = time.perf_counter()
    judged = seed is None and seeds is None and not overrides
    with at_most((limits or Limits()).runs):
        source = reading.read(_path(scenario))
        raw: dict[str, Any] = source.raw
        laboratory = Laboratory(
            raw,
            _seeds(raw, seed, seeds, times),
            overrides=overrides,
            limits=_inside(source, limits),
            executor=executor,
            progress=progress,
            judged=judged,
            experiments=source.experiments,
        )
        found = _found(source, laboratory, counterfactuals)
    return Result(
        name=source.name,
        title=raw["title"],
        claims=found.claims,
        measures=found.measures,
        warnings=found.warnings,
        seconds=time.perf_counter() - began,
        family=_family(raw, seed, seeds, overrides, times),
        judged=judged,
        document=raw,
        show=partial(show, raw, laboratory.seeds, laboratory.overrides, laboratory.limits),
        questions=found.questions,
    )


class _Found(NamedTuple):
    """What the runs of a scenario gave."""

    measures: Mapping[str, Value]
    claims: tuple[ClaimResult, ...]
    questions: tuple[Answered, ...]
    warnings: tuple[str, ...]


def _found(source: Source, laboratory: Laboratory, counterfactuals: bool) -> _Found:
    """Run what a scenario says and judge it; an error has the place in the file that caused it."""
    raw: dict[str, Any] = source.raw
    try:
        alter_nothing = [*idle_changes(raw)]
        if alter_nothing:
            raise source.error(alter_nothing)
        _check_settings(source, laboratory.overrides)
        measured = laboratory.measured()
        warnings = (*advice.warnings(raw), *laboratory.warnings)  # a change may well let nothing learn
        claims = tuple(
            judge(laboratory, claim, measured, number, counterfactuals)
            for number, claim in enumerate(raw["interpretation"]["claims"])
        )
        questions = answers(raw, laboratory.seeds, laboratory.overrides, laboratory.limits)
    except SourceError:
        raise
    except AllornoneError as error:
        wrong = violation(raw, error)
        raise (
            source.error([wrong]) if wrong is not None else AllornoneError(f"{source.path}: {error}")
        ) from None
    return _Found(measured.values, claims, questions, warnings)


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
        raise AllornoneError(f'overrides sets keys, as in {{"learning.eta": 0.1}}, found {shown(overrides)}')


def _check_settings(source: Source, overrides: Mapping[str, object]) -> None:
    """Raise an error where settings make sense in none of the runs, belie an axis, or alter nothing."""
    if not overrides:
        return
    wrong: DocumentError | None = None
    for one in runs(source.raw, None, overrides):
        try:
            source.experiments.of(one.raw)
            break
        except DocumentError as error:
            wrong = wrong or error
    else:
        if wrong is not None:
            told = (f"{dotted(one.path, source.raw)}: {one.message}" for one in wrong.violations)
            raise AllornoneError("this setting cannot be: " + "\n".join(told))
    axes = expand_vary(source.raw)
    for path, value in overrides.items():
        setting = from_dotted(path, value)
        varied = varied_by(axes, setting)
        if varied is not None:
            axis, key = varied
            raise AllornoneError(
                f"{spoken(setting)}: the axis {axis!r} varies {key}, so its labels would say what is not so; "
                "set another key, or change the file"
            )
        if not alters(source.raw, {}, settings={path: value}):
            raise AllornoneError(f"this setting alters no run: {spoken(setting)} is what the file says")


def _check_seeds(
    seed: int | None, seeds: int | None, overrides: Mapping[str, object] | None, times: int | None
) -> None:
    """Raise an error where the seeds asked for are no numbers of seeds, or contradict each other."""
    for name, value, least in (("seed", seed, 0), ("seeds", seeds, 1), ("times", times, 1)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
            raise AllornoneError(f"{name} must be a whole number from {least}, found {shown(value)}")
    if seed is not None and seeds is not None:
        raise AllornoneError("say seed or seeds, not both")
    if times is not None and (seed is not None or seeds is not None or overrides):
        raise AllornoneError("times judges the file as it stands: leave out seed, seeds and overrides")


def _seeds(raw: Mapping[str, Any], seed: int | None, seeds: int | None, times: int | None) -> list[int]:
    if seed is not None:
        return [seed]
    count = seeds if seeds is not None else (times or 1) * raw["seeds"] if "seeds" in raw else 1
    if count > most_runs():
        raised = count if count < 2**63 else "NUMBER"
        raise LimitExceeded(
            f"{shown(count)} seeds are more runs than are allowed, {most_runs()}; "
            f"raise it with --limit runs={raised}"
        )
    return list(range(count))


def _family(
    raw: Mapping[str, Any],
    seed: int | None,
    seeds: int | None,
    overrides: Mapping[str, object] | None,
    times: int | None,
) -> str:
    if times is not None and times > 1 and "seeds" in raw:
        return f"with {times} times its seeds ({times * raw['seeds']})"
    words = [f"seed {seed}"] if seed is not None else [f"{seeds} seeds"] if seeds is not None else []
    words += [f"{key} = {value}" for key, value in (overrides or {}).items()]
    return ", ".join(words) or "as written"
