"""Contiguity: what was active a while ago still counts, by a trace that fades (Hull, 1943).

x  what the synapse brought      y  output      τ  trace      λ  what of a trace is left a tick later
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


@dataclass(frozen=True)
class HebbTrace(LocalRule):
    """Hebb's rule for a trace of the input instead of the input.

        τ = λ τ + x,        Δw = η τ y

    An input L ticks before the output counts λ^L of one that is there together with it. With λ = 0 it is Hebb's
    rule. The trace goes on from tick to tick, in lessons from one to the next, and over trials too: leave silence
    between them. C. L. Hull, Principles of Behavior (1943), the stimulus trace; A. H. Klopf (1982).

    >>> rule = HebbTrace(eta=1.0, decay=0.5)
    >>> later = rule.remember(x=1.0, trace=0.0)
    >>> rule.change(x=0.0, y=1.0, **later)
    0.5
    """

    eta: Annotated[float, Gt(0)] = 0.1
    decay: Annotated[float, Ge(0), Le(1)] = 0.5

    name: ClassVar[str] = "hebb-trace"

    def remember(self, x: Array, trace: Array) -> Mapping[str, Array]:
        """Keep τ = λ τ + x."""
        return {"trace": self.decay * trace + x}

    def change(self, x: Array, y: Array, trace: Array) -> Array:
        """Return Δw = η τ y, with the trace that this moment's input has joined."""
        return self.eta * (self.decay * trace + x) * y
