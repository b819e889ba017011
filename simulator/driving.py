"""Driving: what the world does to a network at each tick: inputs brought, units forced, wishes of a teacher."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.histories import stimulus_arrays
from allornone.simulator.program import Program
from allornone.simulator.rules import Desired
from allornone.simulator.units import Array


def driving(
    program: Program, values: Array, driven: Sequence[str]
) -> Iterator[tuple[Array, list[tuple[int, Array]]]]:
    """Yield, tick by tick, what the inputs bring and which other units are forced.

    `values` is (batch, ticks, units driven, lanes or 1), NaN where a unit is left free; a free input rests.
    """
    batch, ticks, _, lanes = values.shape
    places = program.places(driven)
    count = len(program.inputs)
    for tick in range(ticks):
        given = np.zeros((batch, count, lanes))
        forced: list[tuple[int, Array]] = []
        for column, place in enumerate(places):
            now = values[:, tick, column]
            if place <= count:
                given[:, place - 1] = np.where(np.isnan(now), 0.0, now)
            elif not np.isnan(now).all():
                forced.append((int(place), now))
        yield given, forced


def number(name: str, value: object) -> float:
    """Return what a unit is given, a finite number, or NaN where it is free."""
    if not isinstance(value, Real | np.bool_) or math.isinf(value):
        raise AllornoneError(f"unit {name!r} is given a finite number, found {value!r}")
    return float(value)


def taught(program: Program, batch: int, teacher: Mapping[str, float]) -> Desired:
    """Return what a teacher wants of each stage, from wishes by name."""
    for name in teacher:
        if name not in program.index:
            raise UnknownName("unit", name, program.index)
    desired: list[Array | None] = []
    for stage in program.stages:
        members = program.names[stage.units]
        if not any(name in teacher for name in members):
            desired.append(None)
            continue
        column = [number(name, teacher.get(name, math.nan)) for name in members]
        desired.append(np.broadcast_to(np.array(column)[None, :, None], (batch, len(members), program.lanes)))
    return desired


def teaching(
    program: Program, teacher: Mapping[str, Any] | None, ticks: int
) -> Callable[[int], Desired] | None:
    """Return what a teacher wants at each tick, from stimuli by name; None where there is none."""
    if not teacher:
        return None
    table, named, _ = stimulus_arrays(teacher, list(program.index), list(program.inputs), ticks)
    if len(table) > 1:
        raise AllornoneError("a teacher wants one thing at a time: no ? may stand in what he says")

    def at(tick: int) -> Desired:
        return taught(program, 1, dict(zip(named, table[0, tick], strict=True)))

    return at
