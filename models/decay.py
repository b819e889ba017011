"""Hebb's rule with a way down: decay, the instar (Grossberg), covariance (Sejnowski, 1977), anti-Hebb.

x  what the synapse brought      y  output      w  weight      η  learning rate
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


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
