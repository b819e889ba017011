"""Explaining what was learned: which lesson changed which weight of a unit in one epoch.

Weights are kept by epoch at most, never by lesson. So the epochs are lived once more, exactly, with somebody watching
the one that was asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.errors import AllornoneError, UnknownName, whole
from allornone.simulator.explaining_words import apart, names, number
from allornone.simulator.program import Program, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.records import Training
from allornone.simulator.units import Array

LESSONS = 4
"""Lessons that are told one by one."""
WEIGHTS = 4
"""Weights that are told one by one."""
INPUTS = 6
"""Inputs up to which a lesson is told by its numbers, else by its place."""
WORDS = ("none", "one", "two", "three", "four")


@dataclass(frozen=True)
class Shown:
    """One presentation: what was shown, and the unit's weights before it."""

    label: str
    weights: Array


class Watcher:
    """Watches the last of some epochs, and writes down one unit's weights before each presentation of it."""

    def __init__(self, unit: str, epoch: int, lane: int) -> None:
        self.unit, self.epoch, self.lane = unit, epoch, lane
        self.awake = epoch == 1
        self.shown: list[Shown] = []
        self.sources: list[str | None] = []
        self.batches = False
        self.program: Program

    def progress(self, done: int, of: int) -> None:
        """Wake up when only the last epoch is left."""
        self.awake = done == self.epoch - 1

    def watch(self, presentation: Any, moment: Moment, theta: Weights, active: Any) -> None:
        """Write one presentation down."""
        if self.awake and active[self.lane]:
            self.program = moment.program
            self.shown.append(Shown(self._label(presentation, moment), self.mine(theta)))

    def mine(self, theta: Weights) -> Array:
        """Return the weights into the unit, the bias first."""
        program = self.program
        chosen = [(k, source) for k, (source, target) in enumerate(program.synapses) if target == self.unit]
        chosen.sort(key=lambda one: one[1] is not None)
        self.sources = [source for _, source in chosen]
        return program.synapse_values(theta)[[k for k, _ in chosen], self.lane].copy()

    def _label(self, presentation: Any, moment: Moment) -> str:
        order = np.asarray(presentation.order)
        order = order[:, self.lane] if order.ndim > 1 else order
        if len(order) > 1:
            self.batches = True
            label = f"lessons {names([str(k) for k in sorted(order.tolist())])}"
            wrong = int(self._mistakes(presentation, moment))
            return (
                f"{label} together, {wrong} of them answered wrongly" if self._taught(presentation) else label
            )
        x = presentation.x[0, :, :, min(self.lane, presentation.x.shape[-1] - 1)]
        few = len(x) == 1 and 0 < x.shape[1] <= INPUTS
        label = f"({', '.join(number(v) for v in x[0])})" if few else f"lesson {int(order[0])}"
        return label + self._said(presentation, moment)

    def _mistakes(self, presentation: Any, moment: Moment) -> float:
        counted = presentation.mistakes(moment)
        return float(counted[min(self.lane, len(counted) - 1)])

    def _taught(self, presentation: Any) -> bool:
        return any(part is not None for part in presentation.desired)

    def _said(self, presentation: Any, moment: Moment) -> str:
        place = moment.program.index[self.unit]
        answered = f"answered {number(moment.y[0, place, self.lane])}"
        for stage, wanted in zip(moment.program.stages, presentation.desired, strict=True):
            if wanted is not None and stage.units.start <= place < stage.units.stop:
                column = wanted[0, place - stage.units.start]
                d = column[min(self.lane, len(column) - 1)]
                return f", {answered}" if np.isnan(d) else f", taught {number(d)}, {answered}"
        return f", {answered}"


def changes(training: Training, unit: str, epoch: Any, lane: Any) -> str:
    """Return which lessons of an epoch changed which weights of a unit, as a sentence."""
    targets = dict.fromkeys(target for _, target in training.synapses)
    if not isinstance(unit, str) or unit not in targets:
        raise UnknownName("unit with weights", str(unit), targets)
    lane, epoch = whole("lane", lane), whole("an epoch", epoch)
    _check(training, epoch, lane)
    if training.relive is None:
        raise AllornoneError(
            "this training was loaded from a file, without its lessons: train again to ask it"
        )
    watcher = Watcher(unit, epoch, lane)
    after = training.relive(epoch, watcher.watch, watcher.progress)
    if not watcher.shown:
        raise AllornoneError(f"the rule {training.rule.name!r} cannot be watched lesson by lesson")
    last = watcher.mine(after.theta)
    weights = [*(one.weights for one in watcher.shown), last]
    told = [
        f"{one.label}: {_by(watcher.sources, new - one.weights)}"
        for one, new in zip(watcher.shown, weights[1:], strict=True)
        if (new != one.weights).any()
    ]
    count = len(watcher.shown)
    kind = "presentation" if watcher.batches else "lesson"
    many = WORDS[len(told)] if len(told) < len(WORDS) else str(len(told))
    head = f"In epoch {epoch} {many} of {count} {kind}{'s' * (count != 1)} changed {unit}"
    if not told:
        return f"{head}."
    more = [f"and {len(told) - LESSONS} more"] if len(told) > LESSONS + 1 else []
    shown = told[:LESSONS] if more else told
    return f"{head}: {'; '.join([*shown, *more])}. From first to last: {_from_to(watcher.sources, weights[0], last)}."


def _check(training: Training, epoch: int, lane: int) -> None:
    lanes = len(training.lane_epochs)
    if lane >= lanes:
        raise AllornoneError(f"there is no lane {lane}: they are counted from 0, and there are {lanes}")
    lived = int(training.lane_epochs[lane] + training.lane_diverged[lane])
    if not 1 <= epoch <= lived:
        whose = f"lane {lane} of this training" if lanes > 1 else "this training"
        raise AllornoneError(f"epochs are counted from 1, and {whose} has {lived}, found {epoch}")


def _by(sources: list[str | None], change: Array) -> str:
    """Return the largest changes by source, in the order of the synapses."""
    moved = [k for k in range(len(change)) if change[k]]
    largest = sorted(sorted(moved, key=lambda k: -abs(change[k]))[:WEIGHTS])
    parts = [f"{sources[k] or 'bias'} {'+' if change[k] > 0 else ''}{number(change[k])}" for k in largest]
    return ", ".join(parts) + f" and {len(moved) - WEIGHTS} more" * (len(moved) > WEIGHTS)


def _from_to(sources: list[str | None], old: Array, new: Array) -> str:
    moved = [k for k in range(len(old)) if old[k] != new[k]]
    largest = sorted(sorted(moved, key=lambda k: -abs(new[k] - old[k]))[:WEIGHTS])
    if not moved:
        return "all is as it was"
    parts = [f"{sources[k] or 'bias'} {' → '.join(apart(old[k], new[k]))}" for k in largest]
    return ", ".join(parts) + f" and {len(moved) - WEIGHTS} more" * (len(moved) > WEIGHTS)
