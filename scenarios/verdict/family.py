"""Families: all runs of a scenario, seeds and alternatives, and their measures as arrays over named axes.

A run that does not lie on an axis stands at each of its labels, and is counted once. Picking lays out anew what the
runs picked have: an axis on which none of them lies is gone, and so are labels that none of them has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from allornone.scenarios.document.axes import Axis, Run, family
from allornone.scenarios.document.change import CHANGEABLE, Raw
from allornone.scenarios.document.names import many_seeds
from allornone.scenarios.document.validating import Experiments
from allornone.scenarios.experiment.causes import PartError
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import measure, needs
from allornone.scenarios.experiment.preparing import Known, Prepared, prepare
from allornone.scenarios.experiment.running_phases import Needs, RunRecord, run_phases
from allornone.scenarios.expressions.expression import expression
from allornone.scenarios.expressions.labelled import Labelled, Value, elements, labelled
from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation.reading import NotationError

Progress = Callable[[int, int, str], None]
KEPT_AT_ONCE = 500_000_000
"""Bytes of records that runs side by side may hold before they are measured."""
KEPT_SYNAPSES = 200_000
"""Synapses of networks that are kept for later changes, which often leave the network alone."""

Axes = Mapping[str, Labelled]


Labels = Mapping[str, frozenset[Any]]
"""On some axes, only some labels."""


@dataclass(frozen=True)
class Selection:
    """The runs that lie at one of some picks; without a pick, all."""

    picks: tuple[Labels, ...] = ()

    def has(self, run: Run, seed: int) -> bool:
        """Return whether a run is among them."""
        if not self.picks:
            return True
        at = {**run.labels, "seed": seed}
        return any(
            all(axis not in at or _in(at[axis], wanted) for axis, wanted in pick.items())
            for pick in self.picks
        )

    def __or__(self, other: Selection) -> Selection:
        """Return the runs that are among these or those.

        >>> one, all_of_them = Selection(({"a": frozenset({1})},)), Selection()
        >>> (one | all_of_them).picks, len((one | one).picks)
        ((), 1)
        """
        either = (*self.picks, *(pick for pick in other.picks if pick not in self.picks))
        return Selection(either if self.picks and other.picks else ())


Picks = Mapping[str, Selection]
"""Measures, each with the runs in which it is looked at."""


@dataclass(frozen=True)
class Measured:
    """Measures of a family: one array each, its outer axes those of the family."""

    values: Mapping[str, Value]
    axes: Mapping[str, Value]
    runs: int


class Laboratory:
    """Runs families of one scenario; what has been run before is not run again.

    `judged` says whether a verdict comes of it, so that every claim must have the runs that it looks at.
    """

    def __init__(
        self,
        raw: Raw,
        seeds: Sequence[int],
        *,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
        executor: Executor | None = None,
        progress: Progress | None = None,
        judged: bool = True,
        experiments: Experiments | None = None,
    ) -> None:
        self.raw, self.seeds, self.overrides = raw, list(seeds), dict(overrides or {})
        self.limits, self.executor, self.progress = limits or Limits(), executor, progress
        self.judged = judged
        self.measures: dict[str, str] = {name: str(text) for name, text in raw.get("measures", {}).items()}
        self._found: dict[str, dict[str, Value]] = {}
        self._learned: dict[str, bool] = {}
        self._known = Known(experiments or Experiments())

    def measured(
        self,
        change: Raw | None = None,
        picks: Picks | None = None,
        *,
        also: Picks | None = None,
        what: str = "runs",
    ) -> Measured:
        """Return the measures of the family, after a change if there is one.

        Only what is picked is run, each measure taken where it is picked; None picks all. `also` is what will be
        looked at later: where it lies in the same runs it is measured now, so that they need not run again.
        """
        whole = family(self.raw, change, self.overrides)
        picked = dict.fromkeys(self.measures, Selection()) if picks is None else picks
        every = [(run, seed) for run in whole.runs for seed in self.seeds]
        pairs = every
        if picks is not None:
            pairs = [pair for pair in every if any(chosen.has(*pair) for chosen in picks.values())]
        self.limits.need("runs", len(pairs))
        self._run([(pair, self._wanted(pair, picked, also or {})) for pair in pairs], what)
        seeds = self.seeds if many_seeds(self.raw) or len(self.seeds) > 1 else None
        # An axis that a claim speaks of has all its labels, whichever runs the claim looks at.
        axes = axis_values(whole.axes, seeds, every)
        values: dict[str, Value] = {}
        for name, chosen in picked.items():
            there = [pair for pair in pairs if chosen.has(*pair)]
            if not there:
                raise AllornoneError(f"measures.{name}: there is no run to look at")
            found = found_of(there, [self._found[_key(run.raw, seed)][name] for run, seed in there])
            outer = axes if len(there) == len(every) else axis_values(whole.axes, seeds, there)
            values[name] = over_family(found, outer, name)
        return Measured(values, {**axes, **_members(axes)}, len(pairs))

    @property
    def warnings(self) -> list[str]:
        """Name the phases in which a rule was at work and no run changed any weight."""
        return [
            f"phase {phase!r} has a rule and changed no weight"
            for phase, something in self._learned.items()
            if not something
        ]

    def _wanted(self, pair: tuple[Run, int], *picks: Picks) -> frozenset[str]:
        """Return the measures that any of the picks wants of a run."""
        return frozenset(name for some in picks for name, chosen in some.items() if chosen.has(*pair))

    def _texts(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return the measures that are wanted, and the earlier ones that they use, in the order of the file."""
        left, names = list(wanted), set[str]()
        while left:
            name = left.pop()
            if name in self.measures and name not in names:
                names.add(name)
                used = expression(self.measures[name])
                left += [*used.names, *used.calls]
        return {name: text for name, text in self.measures.items() if name in names}

    def _run(self, pairs: Sequence[tuple[tuple[Run, int], frozenset[str]]], what: str) -> None:
        """Run what was not measured before; runs of several labels that are one experiment run once."""
        missing: dict[str, tuple[Raw, int, frozenset[str]]] = {}
        for (run, seed), wanted in pairs:
            key = _key(run.raw, seed)
            if not wanted <= self._found.get(key, {}).keys():
                missing[key] = (run.raw, seed, wanted | missing[key][2] if key in missing else wanted)
        groups: dict[Any, list[ReadyRun]] = {}
        networks = self._known.networks
        if sum(begun.network.number_of_edges() for begun in networks.values()) > KEPT_SYNAPSES:
            networks.clear()
        asked: dict[frozenset[str], tuple[dict[str, str], Needs]] = {}
        for key, (raw, seed, wanted) in missing.items():
            if wanted not in asked:
                texts = self._texts(wanted)
                asked[wanted] = (texts, needs(texts.values()))
            texts, kept = asked[wanted]
            ready = prepare(raw, seed, self.limits, self._known)
            self.limits.need("bytes", bytes_kept(ready, kept))
            groups.setdefault(ready.key, []).append(ReadyRun(key, ready, texts))
        jobs = [job for group in groups.values() for job in _portions(group)]
        done = 0
        for keys, found, learned in self._results(jobs):
            for key, values in zip(keys, found, strict=True):
                self._found.setdefault(key, {}).update(values)
            for phase, something in learned.items():
                self._learned[phase] = something or self._learned.get(phase, False)
            done += len(keys)
            if self.progress is not None:
                self.progress(done, len(missing), what)

    def _results(self, jobs: Sequence[Sequence[ReadyRun]]) -> Iterable[Worked]:
        if self.executor is None or len(jobs) < 2:
            return map(_work, jobs)
        futures = [self.executor.submit(_work_elsewhere, job) for job in jobs]
        return (future.result() for future in futures)


class ReadyRun(NamedTuple):
    """A run that is ready, and the measures to take of it."""

    key: str
    ready: Prepared
    texts: Mapping[str, str]


Worked = tuple[list[str], list[dict[str, Value]], dict[str, bool]]
"""Keys of runs, their measures, and of each phase with a rule whether it changed a weight in any of them."""


def _work(job: Sequence[ReadyRun]) -> Worked:
    runs = run_phases([one.ready for one in job], _needs(job))
    learned: dict[str, bool] = {}
    for run in runs:
        _note_learning(learned, run)
    found = [measure(one.texts, run) for one, run in zip(job, runs, strict=True)]
    return [one.key for one in job], found, learned


def _work_elsewhere(job: Sequence[ReadyRun]) -> Worked:
    try:
        return _work(job)
    except (PartError, NotationError):
        raise
    except AllornoneError as error:  # others that hold facts of their own could not travel between processes
        raise AllornoneError(str(error)) from None


def _note_learning(learned: dict[str, bool], run: RunRecord) -> None:
    for record in run.records:
        name = record.phase.name
        if record.phase.rule is not None and record.phase.epochs:
            changed = not np.array_equal(record.before, record.weights)
            learned[name] = changed or learned.get(name, False)


def bytes_kept(ready: Prepared, asked: Needs) -> int:
    """Return how many bytes one run takes: what it is shown, and what is kept of it for its measures."""
    units = len({unit for name in asked.record.units or () for unit in ready.groups.get(name, ())})
    synapses = ready.network.number_of_edges() + len(ready.network)
    cells = 0
    for phase in ready.phases:
        moments = phase.x.shape[0] * (phase.x.shape[1] if phase.by_tick else 1)
        cells += phase.x.size + moments * units * len(asked.record.words)
        cells += phase.x.shape[0] * len(ready.network) if phase.timed else 0
        if "history" in asked.words and phase.rule is not None:
            cells += synapses * (moments if phase.by_tick and phase.epochs == 1 else phase.epochs)
    return 8 * cells


def _needs(runs: Sequence[ReadyRun]) -> Needs:
    """Return what runs side by side have to keep for their measures."""
    return needs({text: None for one in runs for text in one.texts.values()})


def _portions(group: Sequence[ReadyRun]) -> Iterable[Sequence[ReadyRun]]:
    """Cut runs of equal structure into portions whose records fit in memory together."""
    at_once = max(1, KEPT_AT_ONCE // max(1, bytes_kept(group[0].ready, _needs(group))))
    for start in range(0, len(group), at_once):
        yield group[start : start + at_once]


def _key(raw: Raw, seed: int) -> str:
    pieces = {name: raw.get(name) for name in CHANGEABLE if name != "vary"}
    return json.dumps([pieces, seed], default=str)


def _members(axes: Mapping[str, Labelled]) -> dict[str, Value]:
    """Return parameters that an axis moves, as values along it."""
    return {
        name: Labelled.along(axis, along.labels[axis], values)
        for axis, along in axes.items()
        for name, values in along.members.get(axis, {}).items()
        if name not in axes
    }


def _in(label: Any, wanted: Iterable[Any]) -> bool:
    if isinstance(label, str):
        return label in wanted
    return any(not isinstance(one, str) and abs(one - label) <= 1e-9 * max(1.0, abs(label)) for one in wanted)


class Found(NamedTuple):
    """What one run gave: its labels, its seed among them, and a measure."""

    at: Mapping[str, Any]
    value: Labelled


@dataclass(frozen=True, eq=False)
class OverFamily(Labelled):
    """A measure over a family; it knows the runs it came from."""

    name: str = ""
    outer: Axes = field(default_factory=dict)
    found: Sequence[Found] = ()

    def __repr__(self) -> str:
        axes = ", ".join(f"{axis} ({len(self.labels[axis])})" for axis in self.axes)
        return f"{self.name} by {axes}:\n{self.values}"

    def pick(self, **wanted: object) -> Value:
        """Return what the runs have that lie at the labels wanted; inner axes are picked as of any array."""
        outer = {name: value for name, value in wanted.items() if self._axis_of(name) in self.outer}
        if not outer:
            return super().pick(**wanted)
        places: dict[str, list[int]] = {}
        alone: list[str] = []
        for axis in dict.fromkeys(map(self._axis_of, outer)):
            rows = {name: value for name, value in outer.items() if self._axis_of(name) == axis}
            places[axis], several = self._places(axis, rows)
            alone += [] if several else [axis]
        chosen = [one for one in self.found if all(self._is_at(one, axis, at) for axis, at in places.items())]
        if not chosen:
            said = ", ".join(f"{name}={elements(value)}" for name, value in outer.items())
            raise AllornoneError(f"no run lies at {said}")
        axes = {axis: along for axis, along in self.outer.items() if any(axis in one.at for one in chosen)}
        kept = {axis: _kept(axis, along, chosen, places.get(axis)) for axis, along in axes.items()}
        # An axis of which one label was picked is gone; what is left knows its runs, to be picked from again.
        left = [
            Found({axis: at for axis, at in one.at.items() if axis not in alone}, one.value) for one in chosen
        ]
        axes = {axis: along for axis, along in kept.items() if axis not in alone}
        result = over_family(left, axes, self.name)
        inner = {name: value for name, value in wanted.items() if name not in outer}
        return labelled(result).pick(**inner) if inner else result

    def _is_at(self, one: Found, axis: str, places: Sequence[int]) -> bool:
        return axis not in one.at or self.labels[axis].index(one.at[axis]) in places


def axis_values(axes: Sequence[Axis], seeds: Sequence[int] | None, runs: Sequence[tuple[Run, int]]) -> Axes:
    """Return the axes of some runs, each with the labels that any of them has."""
    found: dict[str, Labelled] = {}
    for axis in axes:
        there = {run.labels[axis.name] for run, _ in runs if axis.name in run.labels}
        # Where none of these runs lies on the axis, all of them count at each of its labels.
        kept = [k for k, label in enumerate(axis.labels) if label in there or not there]
        members = {name: tuple(values[k] for k in kept) for name, values in axis.members.items()}
        found[axis.name] = Labelled.along(axis.name, [axis.labels[k] for k in kept], members=members)
    if seeds is not None:
        there = {seed for _, seed in runs}
        found["seed"] = Labelled.along("seed", [seed for seed in seeds if seed in there])
    return found


def over_family(found: Sequence[Found], axes: Axes, name: str) -> Value:
    """Lay one measure's values out over the axes of the family, its inner axes behind."""
    inner = found[0].value.axes
    if any(one.value.axes != inner for one in found):
        raise AllornoneError(f"measures.{name} has other axes in some runs than in others")
    labels = {axis: max((one.value.labels[axis] for one in found), key=len) for axis in inner}
    shape = tuple(len(labels[axis]) for axis in inner)
    kind = np.result_type(*(one.value.values.dtype for one in found))
    ragged = any(one.value.values.shape != shape for one in found)
    cells = np.full(
        (*(len(along.labels[axis]) for axis, along in axes.items()), *shape), np.nan if ragged else 0
    ).astype(float if ragged else kind)
    empty = np.ones(cells.shape[: len(axes)], dtype=bool)
    for one in found:
        at = tuple(_place(axis, along, one.at) for axis, along in axes.items())
        cells[(*at, *(slice(0, length) for length in one.value.values.shape))] = one.value.values
        empty[at] = False
    if empty.any():
        # Two alternatives may vary an axis over labels of their own: where no run was, nothing was measured.
        cells = np.where(empty[(..., *(None,) * len(inner))], np.nan, cells)
    members = {axis: row for along in axes.values() for axis, row in along.members.items()}
    family = {axis: along.labels[axis] for axis, along in axes.items()}
    return OverFamily(
        cells,
        (*axes, *inner),
        {**family, **labels},
        members=members,
        source=_sources(found, axes),
        name=name,
        outer=axes,
        found=found,
    ).plain()


def _sources(found: Sequence[Found], axes: Axes) -> Labelled | None:
    """Return which run stands where, along the axes that have runs, where some runs lie on all and some do not."""
    some = {axis: along for axis, along in axes.items() if any(axis in one.at for one in found)}
    if all(axis in one.at for one in found for axis in some):
        return None
    runs = np.full([len(along.labels[axis]) for axis, along in some.items()], -1)
    for k, one in enumerate(found):
        runs[tuple(_place(axis, along, one.at) for axis, along in some.items())] = k
    return Labelled(runs, tuple(some), {axis: along.labels[axis] for axis, along in some.items()})


def _kept(axis: str, along: Labelled, chosen: Sequence[Found], places: Sequence[int] | None) -> Labelled:
    """Return an axis with the labels picked, or else those that the runs chosen have."""
    family = along.labels[axis]
    there = {one.at[axis] for one in chosen if axis in one.at}
    at = [k for k in (range(len(family)) if places is None else places) if family[k] in there]
    return along.take(axis, at)


def _place(axis: str, along: Labelled, at: Mapping[str, Any]) -> int | slice:
    return tuple(along.labels[axis]).index(at[axis]) if axis in at else slice(None)


def found_of(pairs: Sequence[tuple[Run, int]], values: Sequence[Value]) -> list[Found]:
    """Return what runs gave, each with its labels and its seed."""
    return [
        Found({**run.labels, "seed": seed}, labelled(value))
        for (run, seed), value in zip(pairs, values, strict=True)
    ]
