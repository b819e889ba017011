"""Presenting: lessons shown to a network from rest, the input held, the teacher speaking at the last tick.

T samples.   X (T, inputs, lanes or 1), or (T, ticks, inputs, lanes or 1) for sequences
d (T, taught units, lanes or 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.learning.rules import Desired
from allornone.simulator.network.network import Network, evident
from allornone.simulator.program.passing import Moment, propagate, remember, rest
from allornone.simulator.program.program import Program, Weights, compile

WRONG = 0.5
"""An output that misses what is desired by this much or more is a mistake."""
PICKED = 256
"""Samples that are put into their order at once."""
BLOCK_BYTES = 2_000_000
"""What one evaluation may hold of states at once, by lane; more samples go in blocks."""


@dataclass(frozen=True)
class Lesson:
    """Samples and what is desired of some units, ready for a program.

    `x` is (T, ticks, inputs, lanes or 1) with one tick where the input is held; `wanted` has one entry a
    stage, (T, units, lanes or 1) with NaN where the teacher says nothing, or None. `clamp` (T, units, lanes or
    1) is what the units at the places `clamped` are held at.
    """

    program: Program
    x: Array
    wanted: tuple[Array | None, ...]
    ticks: int
    clamp: Array
    clamped: Index

    @property
    def samples(self) -> int:
        """Number of lessons."""
        return len(self.x)

    def batches(self, order: Index, size: int) -> Iterator[Batch]:
        """Yield the lessons in an order (T,) or (T, lanes), `size` at a time."""
        part = max(size, PICKED // size * size)
        for start in range(0, len(order), part):
            chosen = order[start : start + part]
            x, clamp = _pick(self.x, chosen), _pick(self.clamp, chosen)
            desired = [None if one is None else _pick(one, chosen) for one in self.wanted]
            silent = all(part is None for part in desired)
            for first in range(0, len(chosen), size):
                some = slice(first, first + size)
                told = desired if silent else [None if part is None else part[some] for part in desired]
                yield Batch(self, chosen[some], x[some], told, clamp[some])

    def everything(self, weights: Weights) -> Iterator[tuple[Batch, Moment]]:
        """Show every lesson without learning, in blocks that fit in memory."""
        # A product of matrices may differ in its last bit with their size, so that of a block knows no lanes.
        size = max(1, BLOCK_BYTES // (8 * len(self.program.names) * (1 + self.ticks)))
        for batch in self.batches(np.arange(self.samples), size):
            yield batch, batch.present(weights)


class Batch:
    """Some lessons of a lesson plan, on their way to a network."""

    def __init__(self, lesson: Lesson, order: Index, x: Array, desired: Desired, clamp: Array) -> None:
        self.lesson, self.order, self.x, self.desired = lesson, order, x, desired
        self.forced = (
            [(int(place), clamp[:, k]) for k, place in enumerate(lesson.clamped)] if clamp.size else []
        )

    def present(self, theta: Weights) -> Moment:
        """Show the batch from rest and return the last tick."""
        program, ticks = self.lesson.program, self.lesson.ticks
        if ticks == 1 and not program.longest_delay:
            return propagate(program, theta, (), self.x[:, 0], self.forced)
        past = rest(program, len(self.x))
        for tick in range(ticks):
            moment = propagate(program, theta, past, self.x[:, min(tick, self.x.shape[1] - 1)], self.forced)
            past = remember(program, past, moment.y)
        return moment

    def mistakes(self, moment: Moment) -> Array:
        """Return by lane how many lessons were answered wrongly by any taught unit."""
        wrong: Truth | None = None
        for number, wanted in enumerate(self.desired):
            if wanted is not None:
                far: Truth = np.abs(moment.stage_outputs(number) - wanted) >= WRONG
                missed = np.asarray(far.any(axis=1))
                wrong = missed if wrong is None else wrong | missed
        counted: Array = np.zeros(moment.y.shape[-1]) if wrong is None else wrong.sum(axis=0, dtype=float)
        return counted


def lesson(
    program: Program,
    x: Array,
    d: Array | None,
    taught: Sequence[str] | None = None,
    ticks: int | None = None,
    *,
    clamped: bool = False,
) -> Lesson:
    """Make a lesson of arrays: x (T, inputs, L) or (T, ticks, inputs, L), d (T, units, L), L lanes or 1.

    Where they are `clamped`, the taught units are held at d instead of being told it.
    """
    sequences = x if x.ndim == 4 else x[:, None]
    if sequences.shape[2] != len(program.inputs):
        raise AllornoneError(
            f"each sample must have {len(program.inputs)} numbers, one an input "
            f"({', '.join(program.inputs[:8])}), found {sequences.shape[2]}"
        )
    wanted: list[Array | None] = [None] * len(program.stages)
    names: list[str] = []
    if d is not None:
        names = list(taught) if taught is not None else evident(program.outputs, program.networks[0])
        if d.shape[:2] != (len(sequences), len(names)):
            raise AllornoneError(
                f"d must be (samples, outputs) = ({len(sequences)}, {len(names)}), found {d.shape[:2]}"
            )
        if not clamped:
            wanted = _by_stage(program, names, d)
    held = program.places(names if clamped and d is not None else [])
    return Lesson(
        program,
        sequences,
        tuple(wanted),
        presentation_ticks(program, sequences, ticks),
        d if len(held) and d is not None else np.zeros((len(sequences), 0, 1)),
        held,
    )


def presentation_ticks(program: Program, sequences: Array, ticks: int | None) -> int:
    """Return how many ticks a presentation takes: what was asked, or until a loop-free net has settled."""
    if ticks is not None:
        return whole("ticks", ticks, 1)
    if program.has_loops:
        raise AllornoneError(
            "a net with a loop never settles by itself: say how many ticks= a presentation takes"
        )
    return program.settling + int(sequences.shape[1])


def samples(values: Any, name: str, columns: int) -> Array:
    """Return plain values as finite samples (T, …); one column may be given flat."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise AllornoneError(f"{name} must be (samples, {columns}): its rows differ in length") from None
    if array.dtype.kind not in "biuf":
        raise AllornoneError(f"{name} must hold numbers, found {array.dtype}")
    array = array.astype(float)
    if array.ndim == 1 and columns == 1:
        array = array[:, None]
    if array.ndim < 2:
        raise AllornoneError(f"{name} must be (samples, {columns}), found shape {array.shape}")
    if not len(array):
        raise AllornoneError(f"{name} holds no samples")
    if not np.isfinite(array).all():
        raise AllornoneError(
            f"{name} holds NaN or infinity at {tuple(map(int, np.argwhere(~np.isfinite(array))[0]))}"
        )
    return array


def evaluate(net: Network | Program, X: Any, *, ticks: int | None = None) -> Array:
    """Return the outputs for each sample, (samples, outputs); lanes, if there are several, come last.

    X is (samples, inputs), or (samples, ticks, inputs) for sequences. What would not fit in memory at once is
    evaluated in blocks. A net with a loop needs `ticks`.

    >>> from allornone.models.perceptron import perceptron
    >>> net = perceptron(inputs=2, weights=[1, 1], bias=-1)
    >>> evaluate(net, [[0, 1], [1, 1]])
    array([[0.],
           [1.]])
    """
    program = compile(net)
    plan = lesson(program, samples(X, "X", len(program.inputs))[..., None], None, ticks=ticks)
    parts = [moment.y[:, program.output_places] for _, moment in plan.everything(program.weights)]
    found = np.concatenate(parts)
    return found if program.lanes > 1 else found[..., 0]


def _by_stage(program: Program, names: Sequence[str], d: Array) -> list[Array | None]:
    places = program.places(names)
    wanted: list[Array | None] = []
    for stage in program.stages:
        columns = [k for k, place in enumerate(places) if stage.units.start <= place < stage.units.stop]
        if not columns:
            wanted.append(None)
            continue
        part = np.full((len(d), stage.units.stop - stage.units.start, d.shape[-1]), np.nan)
        part[:, [int(places[k]) - stage.units.start for k in columns]] = d[:, columns]
        wanted.append(part)
    return wanted


def _pick(values: Array, order: Index) -> Array:
    if order.ndim == 1:
        return values[order]
    lanes = order.shape[1]
    every = np.broadcast_to(values, (*values.shape[:-1], lanes))
    picked = np.empty((len(order), *values.shape[1:-1], lanes))
    for lane in range(lanes):
        picked[..., lane] = every[order[:, lane], ..., lane]
    return picked
