"""The loop of the delta rule for a single unit: what the perceptron's rule and LMS compare differs, the rest is one.

x  inputs, the bias last      w  weights      z  net input      y  output      d  desired      e  η (d − y) or η (d − z)

It is the loop over the formulas in plain floats, term by term in the same order, so that it gives the same bits; with
few weights that is some twenty times faster than an array for each presentation. A unit that is seldom wrong is asked
about many presentations at once, up to the next that changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from math import fsum, isfinite
from operator import add, mul

import numpy as np

from allornone.models.activations import Linear
from allornone.simulator.arrays import Array
from allornone.simulator.learning.presenting import Shown
from allornone.simulator.learning.rules import Asked, Epoch, LearningRule, Memory
from allornone.simulator.program.passing import WRONG
from allornone.simulator.program.program import OneLayer, Program, Weights
from allornone.simulator.program.ties import EPSILON, threshold_of

MOST_WEIGHTS = 256
"""Weights beyond which numpy on one presentation is as fast."""
MOST_LANES = 32
"""Lanes beyond which numpy on all of them at once is as fast."""
AT_ONCE = 4096
"""Presentations that are turned into plain floats at once."""
SELDOM = 1 / 40
"""Share of presentations with a change up to which a unit is asked about many at once."""
AHEAD = 256
"""Presentations that such a unit is asked about at once."""


def delta_epoch(
    rule: LearningRule,
    compared: str,
    program: Program,
    shown: Shown,
    weights: Weights,
    memory: Memory,
    asked: Asked,
) -> Epoch | None:
    """Teach one unit one epoch by Δw = η (d − `compared`) x, y or z; None where the net is no such unit."""
    layer = program.one_layer
    if layer is None or not _is_one_unit(layer, program, shown):
        return None
    w, lanes = weights[0].copy(), program.lanes
    eta = np.broadcast_to(np.asarray(rule.values()["eta"], dtype=float), (lanes,))
    mistakes, updates = np.zeros(lanes), np.zeros(lanes)
    diverged = np.zeros(lanes, dtype=bool)
    for lane in np.flatnonzero(asked.active).tolist():
        unit = _Unit.of(layer, lane, compared, float(eta[lane]), asked.bound, w)
        for x, d in _parts(unit, shown, lane):
            if not unit.diverged:
                unit.learn(x, d)
        w[:, 0, lane] = unit.w
        mistakes[lane], updates[lane], diverged[lane] = unit.mistakes, unit.updates, unit.diverged
    return Epoch((w,), memory, mistakes, updates, diverged)


def stable_eta(x: Array, batch: int | str) -> Array | None:
    """Return by lane the rate η up to which Δw = η (d − z) x is stable, x (samples, sources, lanes), the 1 included.

    2 / λ for the mean of all samples, λ the largest eigenvalue of R = mean x xᵀ; one by one 2 / |x|² of the longest,
    beyond which a single presentation overshoots. In between theory has no such number: None.
    """
    if batch == 1:
        longest: Array = (x**2).sum(axis=1).max(axis=0)
        return 2 / longest if longest.all() else None
    if batch != "all":
        return None
    largest = np.array([np.linalg.eigvalsh(one.T @ one / len(one)).max() for one in np.moveaxis(x, -1, 0)])
    return 2 / largest if largest.all() else None


@dataclass
class _Unit:
    """One unit in one lane as it learns: its threshold and two outputs, its weights, what was counted."""

    layer: OneLayer
    theta: float
    low: float
    high: float
    by_output: bool
    eta: float
    bound: float
    w: list[float]
    mistakes: int = 0
    updates: int = 0
    diverged: bool = False
    seldom: bool = False
    """Whether it changed seldom of late."""

    @classmethod
    def of(cls, layer: OneLayer, lane: int, compared: str, eta: float, bound: float, w: Array) -> _Unit:
        """Return the unit of a layer that has one, in a lane of its weights (A, 1, S)."""
        model = layer.model
        theta = np.broadcast_to(threshold_of(model), (1, 1, w.shape[-1]))
        low = high = 0.0
        if model.compares:
            low, high = (float(model.activate(theta + side)[0, 0, lane]) for side in (-1.0, 1.0))
        by_output, own = compared == "y", w[:, 0, lane].tolist()
        return cls(layer, float(theta[0, 0, lane]), low, high, by_output, eta, bound, own)

    def learn(self, x: Array, d: Array) -> None:
        """Meet some presentations, x (some, weights) and d (some,), until the weights leave the bound."""
        before = self.updates
        if self.seldom:
            self._learn_seldom(x, d)
        else:
            self._learn_one_by_one(x.tolist(), d.tolist(), *_sizes(x))
        by_threshold = self.by_output and bool(self.layer.model.compares)
        self.seldom = by_threshold and self.updates - before <= SELDOM * len(d)

    def _learn_one_by_one(self, xs: list[list[float]], ds: list[float], most: float, largest: float) -> None:
        """Meet one presentation after the other; `most` is the largest Σ|x| of them, `largest` the largest |x|."""
        w, compares, by_output, eta = self.w, bool(self.layer.model.compares), self.by_output, self.eta
        theta, low, high, at_least = self.theta, self.low, self.high, self.layer.model.compares == ">="
        mistakes, updates = self.mistakes, self.updates
        rounding = (len(w) + 1) * EPSILON * largest
        size = sum(map(abs, w))  # grows to what Σ|w| may be at most
        inside = max(map(abs, w)) <= self.bound
        for x, d in zip(xs, ds, strict=True):
            y = z = reduce(add, map(mul, x, w))
            if compares:
                if abs(z - theta) <= rounding * size:
                    z = self._decided(z, x, w)
                y = high if (z >= theta if at_least else z > theta) else low
            mistakes += abs(y - d) >= WRONG
            e = eta * (d - (y if by_output else z))
            if e and e == e:  # something to change, and somebody who teaches
                new = [w_k + e * x_k for x_k, w_k in zip(x, w, strict=False)]
                updates += new != w
                size += abs(e) * most
                if not size <= self.bound:
                    size = sum(map(abs, new))
                    inside = max(map(abs, new)) <= self.bound
                w = new if inside or all(map(isfinite, new)) else w
            if not inside:
                break
        self.w, self.mistakes, self.updates, self.diverged = w, mistakes, updates, not inside

    def _decided(self, z: float, x: list[float], w: list[float]) -> float:
        """Return z, or the exactly rounded sum where that decides otherwise."""
        exact = fsum(map(mul, x, w))
        return exact if self._fires(exact) != self._fires(z) else z

    def _fires(self, z: float) -> bool:
        return z >= self.theta if self.layer.model.compares == ">=" else z > self.theta

    def _learn_seldom(self, x: Array, d: Array) -> None:
        """Ask about all that is left at once, up to the next presentation that changes the weights."""
        start = 0
        while start < len(d) and not self.diverged:
            some = slice(start, start + AHEAD)
            y = self._answers(x[some])
            e = self.eta * (d[some] - y)
            changing = np.flatnonzero((e != 0) & ~np.isnan(e))
            stop = start + (int(changing[0]) if len(changing) else len(e))
            self.mistakes += int((np.abs(y - d[some]) >= WRONG)[: stop - start].sum())
            if len(changing):
                one = slice(stop, stop + 1)
                self._learn_one_by_one(x[one].tolist(), d[one].tolist(), *_sizes(x[one]))
                stop += 1
            start = stop

    def _answers(self, x: Array) -> Array:
        """Return what the unit answers as it is now, as the engine has it."""
        w = np.array(self.w)[:, None, None]
        z = self.layer.net_input(w, x[..., None])
        y = np.where(
            z >= self.theta if self.layer.model.compares == ">=" else z > self.theta, self.high, self.low
        )
        near = np.abs(z - self.theta) <= (len(w) + 1) * EPSILON * np.abs(w).sum() * max(1.0, np.abs(x).max())
        for row in np.flatnonzero(near):
            y[row] = self.high if self._fires(fsum(x[row] * w[:, 0, 0])) else self.low
        return y[:, 0, 0]


def _sizes(x: Array) -> tuple[float, float]:
    """Return the largest Σ|x| of some presentations, and the largest |x|, at least 1."""
    return float(np.abs(x).sum(axis=1).max()), max(1.0, float(np.abs(x).max()))


def _is_one_unit(layer: OneLayer, program: Program, shown: Shown) -> bool:
    lesson, model = shown.lesson, layer.model
    return (
        layer.units.stop - layer.units.start == 1
        and model.summing
        and (bool(model.compares) or isinstance(model, Linear))
        and 0 < len(layer.places) <= MOST_WEIGHTS
        and program.lanes <= MOST_LANES
        and shown.size == lesson.ticks == lesson.x.shape[1] == len(lesson.taught) == 1
        and not len(lesson.clamped)
    )


def _parts(unit: _Unit, shown: Shown, lane: int) -> Iterator[tuple[Array, Array]]:
    """Yield what the weights of a unit are shown, (some, weights), and what is desired, (some,)."""
    lesson = shown.lesson
    order = shown.order if shown.order.ndim == 1 else shown.order[:, lane]
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        x = _of_lane(lesson.x, lane)[some, 0]
        with_bias = np.concatenate([np.ones((len(some), 1)), x], axis=1)[:, unit.layer.places]
        yield with_bias, _of_lane(lesson.d, lane)[some, 0]


def _of_lane(values: Array, lane: int) -> Array:
    return values[..., min(lane, values.shape[-1] - 1)]
