"""Explaining a training: which presentations of an epoch changed which weights of a unit, in one sentence.

Weights are kept by epoch at most, never by presentation. So the epochs are run once more, exactly, with somebody
watching the one that was asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName, place_among, whole
from allornone.simulator.program.passing import Passage
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.records.records import Training
from allornone.simulator.records.wording import WEIGHTS, from_to, names, number

LESSONS = 4
"""Lessons that are told one by one."""
INPUTS = 6
"""Inputs up to which a lesson is told by its numbers, else by its place."""
WORDS = ("none", "one", "two", "three", "four")


@dataclass(frozen=True)
class ShownWeights:
    """One presentation: what was shown, and the unit's weights before it."""

    label: str
    weights: Array
    seen: Passage


class Watcher:
    """Watches the last of some epochs, and writes down one unit's weights before each presentation of it."""

    def __init__(self, unit: str, epoch: int, lane: int) -> None:
        self.unit, self.epoch, self.lane = unit, epoch, lane
        self.awake = epoch == 1
        self.shown: list[ShownWeights] = []
        self.sources: list[str | None] = []
        self.batches = False
        self.program: Program

    def progress(self, done: int, of: int) -> None:
        """Wake up when only the last epoch is left."""
        self.awake = done == self.epoch - 1

    def watch(self, seen: Passage, active: Any) -> None:
        """Write one presentation down."""
        if self.awake and active[self.lane]:
            self.program = seen.program
            self.shown.append(ShownWeights(self._label(seen), self.mine(seen.weights), seen))

    def mine(self, theta: Weights) -> Array:
        """Return the weights into the unit, the bias first."""
        program = self.program
        chosen = [(k, source) for k, (source, target) in enumerate(program.synapses) if target == self.unit]
        chosen.sort(key=lambda one: one[1] is not None)
        self.sources = [source for _, source in chosen]
        return program.synapse_values(theta)[[k for k, _ in chosen], self.lane].copy()

    def _label(self, seen: Passage) -> str:
        order = seen.order[:, self.lane] if seen.order.ndim > 1 else seen.order
        taught = any(part is not None for part in seen.desired)
        if len(order) > 1:
            self.batches = True
            label = f"lessons {names([str(k) for k in sorted(order.tolist())])}"
            wrong = int(seen.mistakes[min(self.lane, len(seen.mistakes) - 1)])
            return f"{label} together, {wrong} of them answered wrongly" if taught else label
        x = seen.given[0, :, :, min(self.lane, seen.given.shape[-1] - 1)]
        few = len(x) == 1 and 0 < x.shape[1] <= INPUTS
        label = f"({', '.join(number(v) for v in x[0])})" if few else f"lesson {int(order[0])}"
        return label + self._said(seen)

    def _said(self, seen: Passage) -> str:
        place = seen.program.index[self.unit]
        d = float(seen.d[0, place, self.lane])
        answered = f"answered {number(seen.y[0, place, self.lane])}"
        return f", {answered}" if np.isnan(d) else f", taught {number(d)}, {answered}"


def changes(training: Training, unit: str, epoch: Any, lane: Any) -> str:
    """Return which lessons of an epoch changed which weights of a unit, as a sentence."""
    targets = dict.fromkeys(target for _, target in training.synapses)
    if not isinstance(unit, str) or unit not in targets:
        raise UnknownName("unit with weights", str(unit), targets)
    lane, epoch = place_among("lane", lane, len(training.lane_epochs)), whole("an epoch", epoch)
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
        f"{one.label}: {_by(watcher.sources, new - one.weights)}{_since(training.rule, one.seen, unit, lane)}"
        for one, new in zip(watcher.shown, weights[1:], strict=True)
        if (new != one.weights).any()
    ]
    count = len(watcher.shown)
    kind = "presentation" if watcher.batches else "lesson"
    many = WORDS[len(told)] if len(told) < len(WORDS) else str(len(told))
    head = f"In epoch {epoch} {many} of {count} {kind}{'s' * (count != 1)} changed {unit} by {training.rule.name}"
    if not told:
        return f"In epoch {epoch} none of {count} {kind}{'s' * (count != 1)} changed {unit}."
    more = [f"and {len(told) - LESSONS} more"] if len(told) > LESSONS + 1 else []
    shown = told[:LESSONS] if more else told
    moved = from_to(watcher.sources, weights[0], last) or "all is as it was"
    return f"{head}: {'; '.join([*shown, *more])}. From first to last: {moved}."


def _since(rule: Any, seen: Passage, unit: str, lane: int) -> str:
    """Return why a rule changed a unit after a single presentation, where it says so."""
    reason = rule.why(seen, unit, lane) if len(seen.y) == 1 else ""
    return f" ({reason})" if reason else ""


def _check(training: Training, epoch: int, lane: int) -> None:
    lanes = len(training.lane_epochs)
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
