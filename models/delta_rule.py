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
from allornone.simulator.program.program import Program, Stage, Weights
from allornone.simulator.program.ties import EPSILON, threshold_of

MOST_WEIGHTS = 256
"""Weights beyond which numpy on one presentation is as fast."""
MOST_LANES = 16
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
    if not _is_one_unit(program, shown):
        return None
    w, lanes = weights[0].copy(), program.lanes
    eta = np.broadcast_to(np.asarray(rule.values()["eta"], dtype=float), (lanes,))
    mistakes, updates = np.zeros(lanes), np.zeros(lanes)
    diverged = np.zeros(lanes, dtype=bool)
    for lane in np.flatnonzero(asked.active).tolist():
        unit = _Unit.of(program, lane, compared, float(eta[lane]), asked.bound, w[:, 0, lane])
        for x, d in _parts(unit, shown, lane):
            if not unit.diverged:
                unit.learn(x, d)
        w[:, 0, lane] = unit.w
        mistakes[lane], updates[lane], diverged[lane] = unit.mistakes, unit.updates, unit.diverged
    return Epoch((w,), memory, mistakes, updates, diverged)


@dataclass
class _Unit:
    """One unit in one lane as it learns: the place that each weight hears, its two outputs, what was counted."""

    stage: Stage
    places: list[int]
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
    def of(cls, program: Program, lane: int, compared: str, eta: float, bound: float, w: Array) -> _Unit:
        """Return the unit of a program that has one, in a lane."""
        stage = program.stages[0]
        places: list[int] = []
        for _, _, where in stage.sources:
            places += range(where.start, where.stop) if isinstance(where, slice) else where.tolist()
        theta = np.broadcast_to(threshold_of(stage.model), (1, 1, program.lanes))
        low = high = 0.0
        if stage.model.compares:
            low, high = (float(stage.model.activate(theta + side)[0, 0, lane]) for side in (-1.0, 1.0))
        return cls(
            stage, places, float(theta[0, 0, lane]), low, high, compared == "y", eta, bound, w.tolist()
        )

    def learn(self, x: Array, d: Array) -> None:
        """Meet some presentations, x (some, weights) and d (some,), until the weights leave the bound."""
        before = self.updates
        if self.seldom:
            self._learn_seldom(x, d)
        else:
            self._learn_one_by_one(x.tolist(), d.tolist(), *_sizes(x))
        by_threshold = self.by_output and bool(self.stage.model.compares)
        self.seldom = by_threshold and self.updates - before <= SELDOM * len(d)

    def _learn_one_by_one(self, xs: list[list[float]], ds: list[float], most: float, largest: float) -> None:
        w, threshold, compares = self.w, self.theta, self.stage.model.compares
        at_least, by_output, eta, bound = compares == ">=", self.by_output, self.eta, self.bound
        low, high, mistakes, updates = self.low, self.high, 0, 0
        rounding = (len(w) + 1) * EPSILON * largest
        size = sum(map(abs, w))  # grows to what Σ|w| may be at most
        inside = max(map(abs, w)) <= bound
        for x, d in zip(xs, ds, strict=True):
            y = z = reduce(add, map(mul, x, w))
            if compares:
                fires = z >= threshold if at_least else z > threshold
                if abs(z - threshold) <= rounding * size:  # the exactly rounded sum decides
                    exact = fsum(map(mul, x, w))
                    if fires != (exact >= threshold if at_least else exact > threshold):
                        z, fires = exact, not fires
                y = high if fires else low
            mistakes += abs(y - d) >= WRONG
            e = eta * (d - (y if by_output else z))
            if e and e == e:  # something to change, and somebody who teaches
                new = [w_k + e * x_k for x_k, w_k in zip(x, w, strict=False)]
                updates += new != w
                size += abs(e) * most
                if not size <= bound:
                    size = sum(map(abs, new))
                    inside = size <= bound or max(map(abs, new)) <= bound
                if inside or all(map(isfinite, new)):
                    w = new
            if not inside:
                self.diverged = True
                break
        self.w, self.mistakes, self.updates = w, self.mistakes + mistakes, self.updates + updates

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
        stage, w = self.stage, np.array(self.w)[:, None, None]
        z = stage.block.net_input(stage.model, w, x[..., None])
        y = np.where(z >= self.theta if stage.model.compares == ">=" else z > self.theta, self.high, self.low)
        near = np.abs(z - self.theta) <= (len(w) + 1) * EPSILON * np.abs(w).sum() * max(1.0, np.abs(x).max())
        for row in np.flatnonzero(near):
            exact = fsum(x[row] * w[:, 0, 0])
            fires = exact >= self.theta if stage.model.compares == ">=" else exact > self.theta
            y[row] = self.high if fires else self.low
        return y[:, 0, 0]


def _sizes(x: Array) -> tuple[float, float]:
    """Return the largest Σ|x| of some presentations, and the largest |x|, at least 1."""
    return float(np.abs(x).sum(axis=1).max()), max(1.0, float(np.abs(x).max()))


def _is_one_unit(program: Program, shown: Shown) -> bool:
    lesson = shown.lesson
    if len(program.stages) != 1 or shown.size != 1 or lesson.ticks != 1 or lesson.x.shape[1] != 1:
        return False
    stage = program.stages[0]
    return (
        stage.block.units == 1
        and stage.model.summing
        and (bool(stage.model.compares) or isinstance(stage.model, Linear))
        and stage.all_plastic
        and not stage.veto_sources
        and not program.shares
        and not program.longest_delay
        and program.lanes <= MOST_LANES
        and 0 < stage.block.afferents <= MOST_WEIGHTS
        and len(lesson.taught) == 1
        and not len(lesson.clamped)
    )


def _parts(unit: _Unit, shown: Shown, lane: int) -> Iterator[tuple[Array, Array]]:
    """Yield what the weights of a unit are shown, (some, weights), and what is desired, (some,)."""
    lesson = shown.lesson
    order = shown.order if shown.order.ndim == 1 else shown.order[:, lane]
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        x = _of_lane(lesson.x, lane)[some, 0]
        with_bias = np.concatenate([np.ones((len(some), 1)), x], axis=1)[:, unit.places]
        yield with_bias, _of_lane(lesson.d, lane)[some, 0]


def _of_lane(values: Array, lane: int) -> Array:
    return values[..., min(lane, values.shape[-1] - 1)]
