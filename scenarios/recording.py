"""Recording: what the phases of runs leave for the measures, all lanes at once, then a run at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from allornone.scenarios import build
from allornone.scenarios.preparing import Pair, Phase
from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.learning.rules import Presentation
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Moment
from allornone.simulator.program.program import Program, Weights


@dataclass(frozen=True)
class Record:
    """What one phase of one run left.

    `before` and `weights` are the weights when it began and when it ended, `history` those between, by epoch or tick.
    y, z, vetoed are (trials, ticks, units) of a timed phase, (trials, units) otherwise. `words` has one value an epoch
    of error, worst (at rest, so one more), mistakes,
    updates, change.
    """

    phase: Phase
    units: tuple[str, ...]
    synapses: Sequence[Pair]
    kept: dict[str, Array]
    before: Array
    weights: Array
    history: Array | None
    history_axis: str
    words: dict[str, Array]
    epochs: float
    solved: bool
    diverged: bool

    @cached_property
    def _place(self) -> dict[Pair, int]:
        return {pair: place for place, pair in enumerate(self.synapses)}

    def places(self, pairs: Sequence[Pair]) -> list[int]:
        """Return where the weights of some synapses stand among all."""
        return [self._place[pair] for pair in pairs]


@dataclass(frozen=True)
class Life:
    """One run when it is over: its network as it was at the start, and a record a phase."""

    network: Network
    records: tuple[Record, ...]
    parameters: dict[str, Any]
    seed: int


@dataclass(frozen=True)
class Needs:
    """What measures ask for: "y", "z", "vetoed" of some units or groups, and "history" of weights."""

    words: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()


@dataclass
class Notes:
    """What a phase keeps of all lanes while it is lived, of the units at some places of the state."""

    places: Index
    kept: dict[str, Array]
    history: list[Array] = field(default_factory=list)


def notes_for(program: Program, needs: Needs, shape: tuple[int, ...]) -> Notes:
    groups = build.groups_of(program.networks[0])
    wanted = {unit for name in needs.units for unit in groups.get(name, ())}
    places = np.array([place for name, place in program.index.items() if name in wanted], dtype=np.intp)
    words = [word for word in ("y", "z", "vetoed") if word in needs.words]
    return Notes(places, {word: np.zeros((*shape, len(places), program.lanes)) for word in words})


def note(notes: Notes, batch: Presentation, moment: Moment, active: Truth) -> None:
    for word, kept in notes.kept.items():
        value = _seen(word, moment)[:, notes.places]
        if batch.order.ndim == 1:
            kept[batch.order] = np.where(active, value, kept[batch.order])
        else:
            for lane in np.flatnonzero(active):
                kept[batch.order[:, lane], :, lane] = value[..., lane]


def note_tick(notes: Notes, moment: Moment, at: tuple[slice | int, ...]) -> None:
    """Keep what is seen at one tick of some trials; () stands for all trials of a phase that keeps one tick."""
    for word, kept in notes.kept.items():
        kept[at] = _seen(word, moment)[:, notes.places]


def _seen(word: str, moment: Moment) -> Array:
    if word == "y":
        return moment.y
    if word == "z":
        return moment.net_inputs()
    return moment.vetoes().astype(float)


Weighed = tuple[Array, Array]
"""The weights of every synapse before a phase and after it, (synapses, lanes)."""


def weighed(program: Program, weights: Weights) -> Weighed:
    """Return the weights that a phase began with, which are the program's, and those that it ended with."""
    before = program.synapse_values(program.weights)
    return before, before if weights is program.weights else program.synapse_values(weights)


def record_of(
    program: Program,
    phase: Phase,
    weights: Weighed,
    notes: Notes,
    lane: int,
    words: dict[str, Array],
    axis: str,
    *,
    epochs: float = np.inf,
    solved: bool = False,
    diverged: bool = False,
) -> Record:
    # Contiguous copies: a sum over a slice of lanes could differ in its last bit from the same sum alone.
    kept = {word: np.ascontiguousarray(values[..., lane]) for word, values in notes.kept.items()}
    history = np.array([values[:, lane] for values in notes.history]) if notes.history else None
    before, final = (np.ascontiguousarray(values[:, lane]) for values in weights)
    return Record(
        phase,
        tuple(program.names[place] for place in notes.places),
        program.synapses,
        kept,
        before,
        final,
        history,
        axis,
        words,
        epochs,
        solved,
        diverged,
    )
