"""Unit models: how a unit turns what its synapses bring into its output.

x  input of a synapse, (batch, …, lanes)      w  its weight
z  net input, (batch, units, lanes)           y  output, the same shape
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from allornone.simulator.arrays import Array
from allornone.simulator.parameters import Parameters
from allornone.simulator.registry import units


@dataclass(frozen=True)
class UnitModel(Parameters):
    """A kind of unit: a frozen dataclass whose fields are the parameters of one unit.

    Compiling stacks the units of a class into one object whose fields are arrays of shape (units, lanes) or
    scalars, so `activate` is written once for one unit and for a million. A subclass is final: it is never
    subclassed.
    """

    name: ClassVar[str]
    """The word that names it in files and in the graph's data."""
    delay: ClassVar[int] = 0
    """Ticks that its synapses take where none are given."""
    biased: ClassVar[bool] = True
    """Whether a unit has a bias of 0 where none is given."""
    plastic: ClassVar[bool] = True
    """Whether a rule may change its synapses where nothing is said."""
    absolute_inhibition: ClassVar[bool] = False
    """Whether an inhibitory synapse silences it, whatever its net input."""
    binary: ClassVar[bool] = False
    """Whether its output is 0 or 1 and nothing else."""
    bipolar: ClassVar[bool] = False
    """Whether its output is −1 or +1 and nothing else."""
    compares: ClassVar[str] = ""
    """">=" or ">": how its net input compares with its `threshold`, 0 where it has none, if that alone decides."""
    vector: ClassVar[bool] = False
    """Whether its units answer together, one group as one layer, as softmax does."""
    probability: ClassVar[Literal["", "each", "together"]] = ""
    """Whether an output is the logistic function of its net input, or the softmax of those of its group."""
    summing: ClassVar[bool] = True
    """Whether its net input is the plain weighted sum Σ w x; found out from whether `combine` says otherwise."""

    def __init_subclass__(cls, **words: Any) -> None:
        super().__init_subclass__(**words)
        cls.summing = cls.combine is UnitModel.combine
        if "name" in cls.__dict__:
            units.add(cls.name, cls)

    def combine(self, w: Array, x: Array) -> Array:
        """Return what one synapse adds to the net input: w x unless the model says otherwise."""
        return w * x

    def partials(self, w: Array, x: Array) -> tuple[Array, Array]:
        """Return the derivatives of `combine` for w and for x."""
        return x, w

    @abstractmethod
    def activate(self, z: Array) -> Array:
        """Return the output for a net input."""


STATE = "a unit keeps no state of its own: what it was comes by a synapse on itself, delay=1, whose weight is the leak"
"""What is said to who writes a model that remembers."""


@dataclass(frozen=True)
class SummingUnit(UnitModel):
    """A unit whose net input is z = Σ w x, and whose output need not have a derivative."""


@dataclass(frozen=True)
class DifferentiableUnit(UnitModel):
    """A unit whose output has a derivative, whatever its net input is made of."""

    @abstractmethod
    def derivative(self, z: Array, y: Array) -> Array:
        """Return dy/dz, from whichever of the two is at hand."""

    def pull(self, z: Array, y: Array, g: Array) -> Array:
        """Return the derivative for z of something whose derivative for y is g."""
        return g * self.derivative(z, y)
