"""Divergences: how far an output is from what is desired, and the slope that a gradient follows.

z  net input     y  output     d  desired     E  divergence, summed over outputs and samples

The Div(y, d) of the lecture. Beside its slope for y a divergence may know that for z, where the activation matches
it: there ∂E/∂y is infinite and dy/dz is 0 at saturation, and their product is simply y − d.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np

from allornone.simulator.arrays import Array, summed
from allornone.simulator.learning.rules import RightTargets
from allornone.simulator.units import UnitModel

DivergenceName = Literal["l2", "kl", "cross-entropy"]
TINY = float(np.finfo(np.float64).tiny)
"""An output that is certain and wrong counts −log of this, 708, instead of infinity."""
ROUNDING = 1e-9
"""How far probabilities may be from a sum of 1."""


class Divergence(ABC):
    """What a gradient descends. It has no numbers of its own, so one object serves everybody."""

    @abstractmethod
    def error(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return what each output adds to E."""

    @abstractmethod
    def slope(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return ∂E/∂y."""

    def slope_of_net_input(self, model: UnitModel, y: Array, d: Array) -> Array | None:
        """Return ∂E/∂z where the activation matches the divergence, None for others."""
        return None

    def right_targets(self, model: UnitModel, d: Array) -> RightTargets | None:
        """Return the targets, (samples, units, lanes), for which it means something; None: all of them."""
        return None


class L2(Divergence):
    """Half the squared error:   E = ½ Σ (d − y)²,   ∂E/∂y = y − d."""

    def error(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return ½ (d − y)²."""
        half: Array = 0.5 * (d - y) ** 2
        return half

    def slope(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return y − d."""
        return y - d


class CrossEntropy(Divergence):
    """E = −Σ d log y of outputs that share one 1, else −Σ d log y + (1 − d) log(1 − y).

    Its activations are softmax and the logistic function: ∂E/∂z = y − d, times the gain of a logistic unit.
    """

    def error(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return −d log y, and −(1 − d) log(1 − y) of units that answer each for itself."""
        return _surprise(d, y) if model.vector else _surprise(d, y) + _surprise(1 - d, 1 - y)

    def slope(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return −d / y, or (y − d) / (y (1 − y))."""
        own: Array = -d / np.maximum(y, TINY)
        return own if model.vector else own + (1 - d) / np.maximum(1 - y, TINY)

    def slope_of_net_input(self, model: UnitModel, y: Array, d: Array) -> Array | None:
        """Return y Σ d − d for a softmax, gain (y − d) for a logistic unit."""
        if model.probability == "together":
            whole: Array = y * summed(np.where(np.isnan(d), 0.0, d), 1, keepdims=True) - d
            return whole
        if model.probability == "each":
            each: Array = getattr(model, "gain", 1.0) * (y - d)
            return each
        return None

    def right_targets(self, model: UnitModel, d: Array) -> RightTargets | None:
        """Return the probabilities, and of units that answer together those that sum to 1."""
        may = (d >= 0) & (d <= 1)
        if not model.vector:
            return RightTargets(may, "cross-entropy takes it for a probability, from 0 to 1")
        whole = np.abs(d.sum(axis=1, keepdims=True) - 1) <= ROUNDING
        silent = np.isnan(d).any(axis=1, keepdims=True)
        words = f"the probabilities of {model.name} units, from 0 to 1, must sum to 1 in every sample"
        return RightTargets(may & (whole | silent), words)


class KullbackLeibler(CrossEntropy):
    """E = Σ d log(d / y), and Σ (1 − d) log((1 − d) / (1 − y)): cross-entropy less the entropy of d."""

    def error(self, model: UnitModel, y: Array, d: Array) -> Array:
        """Return d log(d / y), and (1 − d) log((1 − d) / (1 − y)) of units that answer each for itself."""
        certain = _surprise(d, d) if model.vector else _surprise(d, d) + _surprise(1 - d, 1 - d)
        return super().error(model, y, d) - certain


DIVERGENCES: dict[str, Divergence] = {"l2": L2(), "kl": KullbackLeibler(), "cross-entropy": CrossEntropy()}


def _surprise(d: Array, y: Array) -> Array:
    """Return −d log y, 0 where d is 0."""
    found: Array = -d * np.log(np.where(d == 0, 1.0, np.maximum(y, TINY)))
    return found
