"""Applying a local rule to a program: what the rule asks for by name, and where it may change anything.

x  what a synapse brought     z  net input     y  output     d  what the teacher wants     w  weight
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.fans import across, up_to
from allornone.simulator.program import Program, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.sums import mean, summed
from allornone.simulator.units import Array

Memories = Sequence[Mapping[str, Array]]
"""What is remembered by name, stage by stage."""


@dataclass(frozen=True)
class Applied:
    """A rule's `change` and `remember` over one program; what does not change is looked up once."""

    program: Program
    change: Callable[..., Array]
    remember: Callable[..., Mapping[str, Array]] | None
    wants: tuple[str, ...]
    keeps: tuple[str, ...]
    learns: tuple[bool, ...]
    all_plastic: tuple[bool, ...]
    shares: bool

    @classmethod
    def to(
        cls,
        program: Program,
        change: Callable[..., Array],
        remember: Callable[..., Mapping[str, Array]] | None,
    ) -> Applied:
        """Look up what a rule asks for, and which stages of a program it can change."""
        return cls(
            program=program,
            change=change,
            remember=remember,
            wants=asked(change),
            keeps=() if remember is None else asked(remember),
            learns=tuple(bool(stage.plastic.any()) for stage in program.stages),
            all_plastic=tuple(bool(stage.plastic.all()) for stage in program.stages),
            shares=bool((program.wiring.shared >= 0).any()),
        )

    def step(
        self, theta: Weights, memory: Memories, moment: Moment, d: Sequence[Array | None], average: bool
    ) -> tuple[Weights, Memories]:
        """Change every plastic synapse by `change`, then let `remember` keep what it wants."""
        changes: list[Array | None] = []
        memories: list[Mapping[str, Array]] = []
        taught = "d" in self.wants
        for number, w in enumerate(theta):
            wanted = d[number]
            if not self.learns[number] or (taught and wanted is None):
                changes.append(None)
                memories.append(memory[number])
                continue
            known = _known(moment, number, w, wanted, memory[number])
            change = self.change(**{name: known(name) for name in self.wants})
            if taught:
                change = np.where(np.isnan(change), 0.0, change)
            kept = memory[number] if self.remember is None else self._kept(self.remember, known)
            memories.append(kept)
            changes.append(self._gathered(change, number, w, moment.y.shape[0], average))
        if self.shares:
            every = [
                np.zeros_like(w) if part is None else part for w, part in zip(theta, changes, strict=True)
            ]
            changes = [*self.program.same_shared(tuple(every))]
        return tuple(
            w if part is None else w + part for w, part in zip(theta, changes, strict=True)
        ), memories

    def _kept(
        self, remember: Callable[..., Mapping[str, Array]], known: Callable[[str], Any]
    ) -> Mapping[str, Array]:
        kept = remember(**{name: known(name) for name in self.keeps})
        return {
            name: value if len(value) == 1 else mean(value, 0, keepdims=True) for name, value in kept.items()
        }

    def _gathered(self, change: Array, number: int, w: Array, batch: int, average: bool) -> Array:
        if change.shape != (batch, *w.shape):
            change = np.broadcast_to(change, (batch, *w.shape))
        gathered = change[0] if batch == 1 else mean(change, 0) if average else summed(change, 0)
        if self.all_plastic[number]:
            return gathered
        return np.where(self.program.stages[number].plastic, gathered, 0.0)


def _known(
    moment: Moment, number: int, w: Array, wanted: Array | None, memory: Mapping[str, Array]
) -> Callable[[str], Any]:
    """Return what is seen at a stage's synapses, or remembered, by name, shaped when asked for; unknown yet: 0."""
    stage = moment.program.stages[number]
    block = stage.block

    def known(name: str) -> Any:
        if name in memory:
            return memory[name]
        match name:
            case "x":
                return block.before(moment.x[number])
            case "y":
                return block.after(moment.stage_outputs(number))
            case "w":
                return w[None]
            case "z":
                return block.after(moment.z[number])
            case "total":
                return block.total
            case "across":
                return lambda values: across(block, np.where(stage.plastic, values, 0.0))
            case "up_to":
                return lambda values: up_to(block, np.where(stage.plastic, values, 0.0))
        return block.after(wanted) if name == "d" and wanted is not None else 0.0

    return known


def asked(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of a function's arguments."""
    plain = getattr(function, "__func__", function)
    found = _ASKED.get(plain)
    if found is None:
        found = _ASKED[plain] = tuple(inspect.signature(function).parameters)
    return found


_ASKED: dict[Any, tuple[str, ...]] = {}
