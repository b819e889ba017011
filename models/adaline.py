"""ADALINE, the adaptive linear unit, and the LMS rule (Widrow & Hoff, 1960).

x  input, ±1      w  weight      z  net input, the sum      y  output, its sign      d  desired, ±1
η  learning rate
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt, Lt
from numpy.typing import ArrayLike

from allornone.models.delta_rule import delta_epoch, stable_eta
from allornone.models.perceptron import single
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Truth, numbers_of
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Shown
from allornone.simulator.learning.rules import Asked, Epoch, LayerRule, LocalRule, Memory
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Layer
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.units import SummingUnit


@dataclass(frozen=True)
class Adaline(SummingUnit):
    """A unit whose sum is quantised to +1 or −1.

        y = +1 if z ≥ 0, else −1

    Widrow & Hoff, Adaptive switching circuits, IRE WESCON (1960).

    >>> import numpy as np
    >>> Adaline().activate(np.array([-0.5, 0.0, 2.0]))
    array([-1.,  1.,  1.])
    """

    name: ClassVar[str] = "adaline"
    compares: ClassVar[str] = ">="

    def activate(self, z: Array) -> Array:
        """Return the sign of z; that of 0 is +1."""
        return np.where(z >= 0, 1.0, -1.0)


@dataclass(frozen=True)
class LMS(LocalRule):
    """Descend the squared error of the net input.

        Δw = η (d − z) x

    It differs from the perceptron's rule by one letter: z for y. Widrow & Hoff (1960); Widrow later writes η
    = 2 μ.
    """

    eta: Annotated[float, Gt(0)] = 0.1

    name: ClassVar[str] = "lms"

    def change(self, x: Array, z: Array, d: Array) -> Array:
        """Return Δw = η (d − z) x."""
        return self.eta * (d - z) * x

    def epoch(
        self, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked
    ) -> Epoch | None:
        """Teach a single unit in plain floats."""
        return delta_epoch(self, "z", program, shown, weights, memory, asked)

    def largest_eta(self, x: Array, batch: int | str) -> Array | None:
        """Return 2 / λ of R where the mean of all is taken, 2 / |x|² of the longest where one by one."""
        return stable_eta(x, batch)

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return ½ (d − z)², which the rule descends."""
        wrong: Array = 0.5 * (d - z) ** 2
        return wrong


@dataclass(frozen=True)
class NormalisedLMS(LocalRule):
    """Correct the same share of every error, however long the input.

        Δw = α (d − z) x / Σ x²

    With α = 1 the error of this one presentation is gone. Widrow & Hoff (1960) taught ADALINE so; α-LMS.

    >>> float(NormalisedLMS(alpha=1.0).change(x=2.0, z=0.0, d=1.0, total=lambda part: part))
    0.5
    """

    alpha: Annotated[float, Gt(0), Lt(2)] = 0.5

    name: ClassVar[str] = "normalised-lms"

    def change(self, x: Array, z: Array, d: Array, total: Callable[[Array], Array]) -> Array:
        """Return Δw = α (d − z) x / Σ x², 0 where the input is."""
        square = total(x * x)
        return self.alpha * (d - z) * x / np.where(square == 0, 1.0, square)

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return ½ (d − z)²."""
        wrong: Array = 0.5 * (d - z) ** 2
        return wrong


@dataclass(frozen=True)
class LeastSquares(LayerRule):
    """Solve for the weights of least squared error of the net inputs, over all presentations met so far.

        w* = R⁻¹ p,        R = mean x xᵀ,   p = mean x d

    The Wiener solution, where LMS goes to (B. Widrow & M. E. Hoff, 1960; N. Wiener, 1949). Of many solutions it is the
    shortest. Taught with `batch="all"` it solves once.
    """

    name: ClassVar[str] = "least-squares"

    @property
    def compares_outputs(self) -> bool:
        """It solves for net inputs."""
        return False

    def reach(self, taught: Sequence[Truth]) -> Sequence[Truth]:
        """Return the units that are told anything."""
        return taught

    def begin(self, sources: int, units: int, lanes: int) -> tuple[Array, Array]:
        """Remember no presentations."""
        return np.zeros((0, sources, lanes)), np.zeros((0, units, lanes))

    def change(self, layer: Layer, memory: tuple[Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        """Meet the presentations of a batch; what they come to is solved for, not added up."""
        d = np.full(layer.y.shape, np.nan) if layer.d is None else np.broadcast_to(layer.d, layer.y.shape)
        x = np.broadcast_to(layer.x, (len(d), *layer.x.shape[1:]))
        return np.zeros_like(layer.w), (np.concatenate([memory[0], x]), np.concatenate([memory[1], d]))

    def become(self, layer: Layer, change: Array, memory: tuple[Array, Array]) -> Array:
        """Return w*, of the synapses that may change, beside those that may not."""
        w = np.array(layer.w)
        for unit, lane in np.ndindex(*w.shape[1:]):
            free = layer.plastic[:, unit, 0]
            x, d = memory[0][..., lane], memory[1][:, unit, lane]
            said = ~np.isnan(d)
            if free.any() and said.any():
                rest = d[said] - x[said][:, ~free] @ w[~free, unit, lane]
                w[free, unit, lane] = np.linalg.lstsq(x[said][:, free], rest, rcond=None)[0]
        return w

    def error(self, z: Array, y: Array, d: Array) -> Array:
        """Return ½ (d − z)², which is as small as it can be."""
        wrong: Array = 0.5 * (d - z) ** 2
        return wrong


@checked
def wiener(X: ArrayLike, d: ArrayLike, *, bias: bool = True) -> Array:
    """Return w* = R⁻¹ p, the bias first: the weights of least mean squared error (d − z)².

    >>> wiener([[-1, -1], [-1, 1], [1, -1], [1, 1]], [-1, -1, -1, 1])
    array([-0.5,  0.5,  0.5])
    """
    x = _with_bias(X, bias)
    wanted = numbers_of("wiener: d", d)
    if not wanted.ndim or len(wanted) != len(x):
        raise AllornoneError(f"wiener: X has {len(x)} samples, d has the shape {wanted.shape}")
    found = np.linalg.lstsq(x, wanted, rcond=None)[0]
    return np.asarray(found.round(15) + 0.0)


@checked
def largest_eta(X: ArrayLike, *, batch: Literal["all", 1] = "all", bias: bool = True) -> float:
    """Return the rate η up to which LMS is stable: 2 / λ of R for the mean of a batch, 2 / |x|² one by one.

    λ is the largest eigenvalue of R = mean x xᵀ, |x| the longest input; where inputs differ, one by one may stand more.

    >>> round(largest_eta([[0, 0], [0, 1], [1, 0], [1, 1]]), 5)
    1.25544
    """
    found = stable_eta(_with_bias(X, bias)[..., None], batch)
    if found is None:
        raise AllornoneError(f"largest_eta: batch is 'all' or 1, found {batch!r}")
    return float(found[0])


def _with_bias(X: ArrayLike, bias: bool) -> Array:
    x = numbers_of("X", X)
    if x.ndim != 2 or not x.size:
        raise AllornoneError(f"X must be (samples, inputs) of finite numbers, found shape {x.shape}")
    return np.column_stack([np.ones(len(x)), x]) if bias else x


@checked
def adaline(
    inputs: int | Sequence[str] = 2, weights: Sequence[float] | float = 0.0, bias: float = 0.0
) -> Network:
    """Return one ADALINE unit `out` with inputs `X1`, `X2`, …, or of the names given.

    >>> adaline(inputs=4).number_of_edges()
    4
    """
    return single(Adaline(), "adaline", inputs, weights, bias)
