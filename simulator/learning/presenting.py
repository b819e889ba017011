"""Presenting: lessons shown to a network from rest, the input held, the teacher speaking at the last tick.

T samples.   X (T, inputs, lanes or 1), or (T, ticks, inputs, lanes or 1) for sequences
d (T, taught units, lanes or 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import NO_ARRAY, Array, Index
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.network.network import Network, evident
from allornone.simulator.program.passing import FREE, Desired, Held, Passage
from allornone.simulator.program.program import Program, Weights, compile

MOST_TICKS = 5_000_000
"""Ticks that a presentation may take."""
PICKED = 256
"""Samples that are put into their order at once."""
BLOCK_BYTES = 2_000_000
"""What one evaluation may hold of states at once, by lane; more samples go in blocks."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Samples and what is desired of some units, ready for a program.

    `x` is (T, ticks, inputs, lanes or 1) with one tick where the input is held; `d` (T, units, lanes or 1) is what the
    teacher wants of the units at the places `taught`, NaN where he says nothing. `clamp` (T, units, lanes or 1) is
    what the units at the places `clamped` are held at.
    """

    program: Program
    x: Array
    d: Array
    taught: Index
    ticks: int
    clamp: Array
    clamped: Index

    @property
    def samples(self) -> int:
        """Number of lessons."""
        return len(self.x)

    @property
    def is_taught(self) -> bool:
        """Whether a teacher wants anything."""
        return any(part is not None for part in self.wanted)

    @cached_property
    def wanted(self) -> tuple[Array | None, ...]:
        """What is desired of the units of each stage, (T, units, lanes or 1), NaN where nothing is; None: of none."""
        return tuple(_by_stage(self.program, self.taught, self.d))

    def shown(self, order: Index, size: int) -> Shown:
        """Return the lessons in an order (T,) or (T, lanes), `size` at a time."""
        return Shown(self, order, size)

    def everything(self, weights: Weights) -> Iterator[Passage]:
        """Show every lesson without learning, in blocks that fit in memory."""
        # A product of matrices may differ in its last bit with their size, so that of a block knows no lanes.
        size = max(1, BLOCK_BYTES // (8 * len(self.program.names) * (1 + self.ticks)))
        for batch in self.shown(np.arange(self.samples), size).batches():
            yield batch.present(weights)


@dataclass(frozen=True, eq=False)
class Shown:
    """What an epoch shows: the lessons of `lesson` in the order (T,) or (T, lanes), `size` at a time."""

    lesson: Lesson
    order: Index
    size: int

    def batches(self) -> Iterator[Batch]:
        """Yield the batches in their order."""
        lesson, size = self.lesson, self.size
        part = max(size, PICKED // size * size)
        nothing: list[Array | None] = [None] * len(lesson.program.stages)
        for start in range(0, len(self.order), part):
            chosen = self.order[start : start + part]
            x, clamp = _pick(lesson.x, chosen), _pick(lesson.clamp, chosen)
            desired = [None if one is None else _pick(one, chosen) for one in lesson.wanted]
            for first in range(0, len(chosen), size):
                some = slice(first, first + size)
                told = nothing
                if lesson.is_taught:
                    told = [None if one is None else one[some] for one in desired]
                held = Held(lesson.clamped, clamp[some]) if clamp.size else FREE
                yield Batch(lesson, chosen[some], x[some], told, held)


@dataclass(frozen=True, eq=False)
class Batch:
    """Some lessons, on their way to a network."""

    lesson: Lesson
    order: Index
    x: Array
    desired: Desired
    held: Held

    def present(self, weights: Weights, epoch: int = 0) -> Passage:
        """Show the batch from rest and return what it left at the last tick."""
        lesson = self.lesson
        return Passage(
            lesson.program,
            weights,
            self.x,
            self.held,
            self.desired,
            ticks=lesson.ticks,
            order=self.order,
            epoch=epoch,
            lessons=lesson.everything,
        )


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
    names: list[str] = []
    if d is not None:
        names = list(taught) if taught is not None else evident(program.outputs, program.networks[0])
        if d.shape[:2] != (len(sequences), len(names)):
            raise AllornoneError(
                f"d must be (samples, outputs) = ({len(sequences)}, {len(names)}), found {d.shape[:2]}"
            )
    places = program.places(names)
    order = np.argsort(places)
    nowhere, nothing = places[:0], np.zeros((len(sequences), 0, 1))
    values = nothing if d is None else d[:, order]
    time = presentation_ticks(program, sequences, ticks)
    if clamped:
        return Lesson(program, sequences, nothing, nowhere, time, values, places[order])
    return Lesson(program, sequences, values, places[order], time, nothing, nowhere)


def presentation_ticks(program: Program, sequences: Array, ticks: int | None) -> int:
    """Return how many ticks a presentation takes: what was asked, or until a loop-free net has settled."""
    if ticks is not None:
        return whole("ticks", ticks, 1, MOST_TICKS)
    if program.has_loops:
        raise AllornoneError(
            "a net with a loop never settles by itself: say how many ticks= a presentation takes"
        )
    return program.settling + int(sequences.shape[1])


def samples(values: Any, name: str, columns: int) -> Array:
    """Return plain values as finite samples (T, …); one column may be given flat."""
    try:
        array = np.asarray(values)
    except NO_ARRAY:
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


@checked
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
    parts = [seen.y[:, program.output_places] for seen in plan.everything(program.weights)]
    found = np.concatenate(parts)
    if np.isnan(found).any():
        raise AllornoneError(
            "an output is no number: what its unit hears is more than a float can hold, 1.8e308; "
            "choose smaller weights or inputs"
        )
    return found if program.lanes > 1 else found[..., 0]


def _by_stage(program: Program, places: Index, d: Array) -> Iterator[Array | None]:
    for stage in program.stages:
        columns = np.flatnonzero((stage.units.start <= places) & (places < stage.units.stop))
        if not len(columns):
            yield None
            continue
        part = np.full((len(d), stage.units.stop - stage.units.start, d.shape[-1]), np.nan)
        part[:, places[columns] - stage.units.start] = d[:, columns]
        yield part


def _pick(values: Array, order: Index) -> Array:
    if order.ndim == 1:
        return values[order]
    lanes = order.shape[1]
    every = np.broadcast_to(values, (*values.shape[:-1], lanes))
    picked = np.empty((len(order), *values.shape[1:-1], lanes))
    for lane in range(lanes):
        picked[..., lane] = every[order[:, lane], ..., lane]
    return picked
