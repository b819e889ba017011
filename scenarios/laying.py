"""Laying out: what was measured of single runs as one array over the axes of the family.

A run that does not lie on an axis counts at each of its labels. Picking lays out anew what the runs picked have: an
axis on which none of them lies is gone, and so are labels that none of them has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from allornone.scenarios.labelled import Labelled, Value, elements, labelled
from allornone.scenarios.varying import Axis, Run
from allornone.simulator.errors import AllornoneError

Axes = Mapping[str, Labelled]


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
        result = labelled(over_family(chosen, kept, self.name))
        for axis in alone:
            result = result.drop(axis, 0) if axis in kept else result
        inner = {name: value for name, value in wanted.items() if name not in outer}
        return labelled(result.plain()).pick(**inner) if inner else result.plain()

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
        cells, (*axes, *inner), {**family, **labels}, members=members, name=name, outer=axes, found=found
    ).plain()


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
