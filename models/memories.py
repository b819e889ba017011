"""Associative memories: of linear units, of binary synapses, and of units that all hear one another.

x  key (A), or what a synapse brings      y  value (U), or output, held at what is to be learned      w  weight (A, U)
p  number of pairs or patterns      X⁺  pseudo-inverse of the keys      ε  step
z  net input      N  number of units; those of Hopfield's net are −1 or +1

The linear associator is Hebb's rule with the outputs held at the values: w = Σ x y. Keys that overlap bring back some
of each other's values, the crosstalk. The projection takes it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.learning.rules import LayerRule, LocalRule
from allornone.simulator.network.network import Network, foresee
from allornone.simulator.program.passing import Layer
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.units import SummingUnit

Pairs = tuple[Array, Array]
"""The keys and values that the units of a layer have met, (pairs, A, S) and (pairs, U, S)."""


@dataclass(frozen=True)
class Projection(LayerRule):
    """Give every key met so far its own value, as well as weights can.

        w = X⁺ Y

    The least weights of the least error: none for keys that are linearly independent. It is not local: what a
    synapse becomes depends on all keys. Synapses that are missing or may not change are left out of w as it is found.
    T. Kohonen & M. Ruohonen (1973); L. Personnaz, I. Guyon & G. Dreyfus (1985) for Hopfield's net.

    >>> from allornone.models.activations import Linear
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> net.add_unit("V", Linear(), plastic=False)
    >>> net.connect("a", "V", weight=0.0); net.connect("b", "V", weight=0.0)
    >>> trace = simulate(net, {"a": [1, 1], "b": [0, 1], "V": [3, 5]}, rule=Projection())
    >>> round(net.edges["a", "V"]["weight"], 9), round(net.edges["b", "V"]["weight"], 9)
    (3.0, 2.0)
    """

    name: ClassVar[str] = "projection"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember no pairs; plastic synapses that share a weight are refused."""
        if (program.wiring.shared[program.wiring.plastic] >= 0).any():
            raise AllornoneError(
                f"the rule {self.name!r} solves for each synapse, so none of them may share a weight"
            )
        return super().start(program, weights)

    def begin(self, sources: int, units: int, lanes: int) -> Pairs:
        """Remember no pairs."""
        return np.zeros((0, sources, lanes)), np.zeros((0, units, lanes))

    def change(self, layer: Layer, memory: Pairs) -> tuple[Array, Pairs]:
        """Meet the pairs of a batch; what they come to is solved for, not added up."""
        keys = np.concatenate([memory[0], np.broadcast_to(layer.x, (len(layer.y), *layer.x.shape[1:]))])
        values = np.concatenate([memory[1], layer.y])
        return np.zeros_like(layer.w), _once(keys, values)

    def become(self, layer: Layer, change: Array, memory: Pairs) -> Array:
        """Return the weights that solve for all pairs that were met."""
        keys, values = memory
        heard = layer.plastic[..., 0].any(axis=1)
        w = np.zeros_like(layer.w)
        for lane in range(keys.shape[-1]):
            some, wanted = _once(keys[..., lane], values[..., lane])
            w[heard, :, lane] = np.linalg.pinv(some[:, heard]) @ wanted
        return w


def _once(keys: Array, values: Array) -> Pairs:
    """Return every pair once, in the order in which they were met first."""
    rows = np.concatenate([keys.reshape(len(keys), -1), values.reshape(len(values), -1)], axis=1)
    first = np.sort(np.unique(rows, axis=0, return_index=True)[1])
    return keys[first], values[first]


@dataclass(frozen=True)
class Willshaw(LayerRule):
    """Switch a synapse on, for good, when both its ends are active together.

        w = 1 if x > 0 and y > 0 once, else as it was

    Clipped Hebb: a second pattern that meets the same synapse adds nothing.
    D. J. Willshaw, O. P. Buneman & H. C. Longuet-Higgins, Non-holographic associative memory, Nature 222 (1969).

    >>> from allornone.models.mcculloch_pitts import Threshold
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("a", "b")
    >>> net.add_unit("V", Threshold(threshold=1))
    >>> net.connect("a", "V", weight=0.0); net.connect("b", "V", weight=0.0)
    >>> trace = simulate(net, {"a": "11", "b": "00", "V": "11"}, rule=Willshaw())
    >>> net.edges["a", "V"]["weight"], net.edges["b", "V"]["weight"]
    (1.0, 0.0)
    """

    name: ClassVar[str] = "willshaw"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> list[Any]:
        """Remember nothing; plastic synapses that share a weight are refused."""
        if (program.wiring.shared[program.wiring.plastic] >= 0).any():
            raise AllornoneError(
                f"the rule {self.name!r} switches each synapse by itself, so none of them may share a weight"
            )
        return super().start(program, weights)

    def change(self, layer: Layer, memory: Any) -> tuple[Array, Any]:
        """Count the trials of a batch that switch a synapse on."""
        counts = np.empty_like(layer.w)
        before, after = ((part > 0).astype(np.float32) for part in (layer.x, layer.y))
        for lane in range(counts.shape[-1]):
            counts[..., lane] = before[..., lane].T @ after[..., lane]
        return counts, memory

    def become(self, layer: Layer, change: Array, memory: Any) -> Array:
        """Return 1 where a synapse was switched on, however often; one that is more than on stays."""
        return np.where(change > 0, np.maximum(layer.w, 1.0), layer.w)


@dataclass(frozen=True)
class Steinbuch(LocalRule):
    """Let an active output strengthen what is there and weaken what is not.

        Δw = ε if x > 0, −ε if not, where y > 0

    The conditioned synapses of a Lernmatrix: each output is a class, each input a property.
    K. Steinbuch, Die Lernmatrix, Kybernetik 1 (1961).

    >>> Steinbuch(eta=0.5).change(x=np.array([1.0, 0.0]), y=np.array([1.0]))
    array([ 0.5, -0.5])
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "steinbuch"

    def change(self, x: Array, y: Array) -> Array:
        """Return Δw = ±ε where y is active."""
        return self.eta * np.where(x > 0, 1.0, -1.0) * (y > 0)


@dataclass(frozen=True)
class Bipolar(SummingUnit):
    """A unit that is up or down, one tick after what it hears.

        y = +1 if z ≥ 0, else −1

    A spin in a lattice (E. Ising, 1925), a neuron in Hopfield's memory (1982).

    >>> Bipolar().activate(np.array([-0.5, 0.0, 2.0]))
    array([-1.,  1.,  1.])
    """

    name: ClassVar[str] = "bipolar"
    delay: ClassVar[int] = 1
    biased: ClassVar[bool] = False
    bipolar: ClassVar[bool] = True
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return the sign of z; that of 0 is +1."""
        return np.where(z >= 0, 1.0, -1.0)


@checked
def hopfield(size: int, keep: float | None = None) -> Network:
    """Return N units `units[0]`, `units[1]`, …, each with a plastic synapse of weight 0 to every other.

    All are outputs; there are no inputs. Taught by Hebb's rule with η = 1/N, held at p patterns one after the
    other, the weights become w = Σ x x' / N with nothing on the diagonal. `keep` is the weight of a fixed synapse
    of each unit on itself, by which a unit that hears nothing stays as it is: 1 / 2N where none is given, too little
    to outweigh any other; with 0 there is none.
    J. J. Hopfield, Neural networks and physical systems with emergent collective computational abilities,
    PNAS 79 (1982).

    >>> hopfield(8).number_of_edges()
    64
    """
    size = whole("hopfield: size", size, 2)
    foresee("units", size)
    foresee("synapses", size * (size - 1))
    own = 0.5 / size if keep is None else keep
    net = Network(name="hopfield")
    names = net.add_group("units", size, Bipolar(), output=True)
    for source in names:
        for target in names:
            if source != target:
                net.connect(source, target, weight=0.0, plastic=True)
            elif own:
                net.connect(source, target, weight=own, plastic=False)
    return net
