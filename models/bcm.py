"""The sliding threshold of Bienenstock, Cooper and Munro (1982).

x  what the synapse brought      y  output      θ  threshold of change      η  learning rate
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from allornone.simulator.arrays import Array
from allornone.simulator.learning.rules import LocalRule


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
