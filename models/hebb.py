"""Hebb's rule (1949) and its heirs: decay, the instar, covariance, traces, a sliding threshold.

x  what the synapse brought, its source at t − delay      y  output at t      w  weight      η  learning rate
τ  trace      λ  what of a trace is left a tick later      θ  threshold of change
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


@dataclass(frozen=True)
class Hebb(LocalRule):
    """Strengthen what takes part in firing.

        Δw = η x y

    No teacher, and no way back: with non-negative activities no weight ever falls.
    Hebb, The Organization of Behavior (1949), p. 62; the formula is the lecture's.
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "hebb"

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = η x y."""
        return self.eta * x * y


@dataclass(frozen=True)
class HebbDecay(LocalRule):
    """Grow by use, and fade by a share of what is there, used or not.

        Δw = η x y − γ w

    Under constant activities w comes to rest at η x y / γ.

    >>> HebbDecay(eta=0.1, gamma=0.05).change(x=1.0, y=1.0, w=2.0)
    0.0
    """

    eta: Annotated[float, Gt(0)] = 0.1
    gamma: Annotated[float, Ge(0), Le(1)] = 0.05

    name: ClassVar[str] = "hebb-decay"

    def change(self, x: Array, y: Array, w: Array) -> Array:
        """Return Δw = η x y − γ w."""
        return self.eta * x * y - self.gamma * w


@dataclass(frozen=True)
class Instar(LocalRule):
    """While the unit is active, move its weights towards its inputs.

        Δw = η y (x − w)

    The weights become a picture of what makes the unit fire. S. Grossberg, Biol. Cybernetics 23 (1976).

    >>> Instar(eta=0.5).change(x=2.0, y=1.0, w=0.0), Instar(eta=0.5).change(x=2.0, y=0.0, w=0.0)
    (1.0, 0.0)
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "instar"

    def change(self, x: Array, y: Array, w: Array) -> Array:
        """Return Δw = η y (x − w)."""
        return self.eta * y * (x - w)


@dataclass(frozen=True)
class Covariance(LocalRule):
    """Grow by what two ends have in common beyond their means, and shrink by what they have less than that.

        Δw = η (x − x̄) (y − ȳ),        x̄ += r (x − x̄),    ȳ += r (y − ȳ)

    `mean_x` and `mean_y` are the means at first; with `rate` 0 they stay what they are. T. J. Sejnowski, J. Math.
    Biol. 4 (1977). Before the means have moved, one end active alone is worth as much less as both are more:

    >>> rule = Covariance(eta=1.0)
    >>> rule.change(x=1.0, y=1.0, moved_x=0.0, moved_y=0.0), rule.change(x=1.0, y=0.0, moved_x=0.0, moved_y=0.0)
    (0.25, -0.25)
    """

    eta: Annotated[float, Gt(0)] = 0.1
    rate: Annotated[float, Ge(0), Le(1)] = 0.0
    mean_x: float = 0.5
    mean_y: float = 0.5

    name: ClassVar[str] = "covariance"

    def remember(self, x: Array, y: Array, moved_x: Array, moved_y: Array) -> Mapping[str, Array]:
        """Keep how far the means have moved from those at first."""
        return {
            "moved_x": moved_x + self.rate * (x - self.mean_x - moved_x),
            "moved_y": moved_y + self.rate * (y - self.mean_y - moved_y),
        }

    def change(self, x: Array, y: Array, moved_x: Array, moved_y: Array) -> Array:
        """Return Δw = η (x − x̄) (y − ȳ)."""
        return self.eta * (x - self.mean_x - moved_x) * (y - self.mean_y - moved_y)


@dataclass(frozen=True)
class AntiHebb(LocalRule):
    """Weaken what is active together.

        Δw = −η x y

    Between two units such a synapse grows until their outputs are uncorrelated. H. B. Barlow and P. Földiák (1989).

    >>> AntiHebb(eta=0.5).change(x=1.0, y=1.0)
    -0.5
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "anti-hebb"

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = −η x y."""
        return -self.eta * x * y


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


@dataclass(frozen=True)
class BCM(LocalRule):
    """Strengthen after a large response, weaken after a small one; what is large slides with the mean of y².

        Δw = η y (y − θ) x,        θ += r (y² − θ)

    Of several patterns the unit ends up answering one. `threshold` is θ at first; with `rate` 0 it stays. E. L.
    Bienenstock, L. N. Cooper and P. W. Munro, J. Neurosci. 2 (1982). θ goes on over presentations, trials and epochs,
    and begins anew with every phase.

    >>> rule = BCM(eta=1.0, threshold=0.5)
    >>> rule.change(x=1.0, y=1.0, slid=0.0), rule.change(x=1.0, y=0.25, slid=0.0)
    (0.5, -0.0625)
    """

    eta: Annotated[float, Gt(0)] = 0.01
    rate: Annotated[float, Ge(0), Le(1)] = 0.1
    threshold: float = 0.0

    name: ClassVar[str] = "bcm"

    def remember(self, y: Array, slid: Array) -> Mapping[str, Array]:
        """Keep how far θ has slid from where it was at first."""
        return {"slid": slid + self.rate * (y**2 - self.threshold - slid)}

    def change(self, x: Array, y: Array, slid: Array) -> Array:
        """Return Δw = η y (y − θ) x."""
        return self.eta * y * (y - self.threshold - slid) * x
