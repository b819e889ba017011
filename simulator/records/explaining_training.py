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

PRESENTATIONS = 4
"""Presentations that are told one by one."""
INPUTS = 6
"""Inputs up to which an example is told by its numbers, else by its place."""
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
            label = f"examples {names([str(k) for k in sorted(order.tolist())])}"
            wrong = int(seen.mistakes[min(self.lane, len(seen.mistakes) - 1)])
            return f"{label} together, {wrong} of them answered wrongly" if taught else label
        x = seen.given[0, :, :, min(self.lane, seen.given.shape[-1] - 1)]
        few = len(x) == 1 and 0 < x.shape[1] <= INPUTS
        label = f"({', '.join(number(v) for v in x[0])})" if few else f"example {int(order[0])}"
        return label + self._said(seen)

    def _said(self, seen: Passage) -> str:
        place = seen.program.index[self.unit]
        d = float(seen.d[0, place, self.lane])
        answered = f"answered {number(seen.y[0, place, self.lane])}"
        return f", {answered}" if np.isnan(d) else f", taught {number(d)}, {answered}"


def changes(training: Training, unit: str, epoch: Any, lane: Any) -> str:
    """Return which presentations of an epoch changed which weights of a unit, as a sentence.

    >>> from allornone.models.perceptron import PerceptronRule, perceptron
    >>> from allornone.simulator.learning.training import train
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(perceptron(inputs=2), X, d, rule=PerceptronRule(), epochs=9, until="mistakes == 0")
    >>> print(changes(training, "out", 1, 0))
    In epoch 1 one of 4 presentations changed out by perceptron: (1, 1), taught 1, answered 0: bias +1, X1 +1, X2 +1. \
From first to last: bias 0 → 1, X1 0 → 1, X2 0 → 1.
    """
    targets = dict.fromkeys(target for _, target in training.synapses)
    if not isinstance(unit, str) or unit not in targets:
        raise UnknownName("unit with weights", str(unit), targets)
    lane, epoch = place_among("lane", lane, len(training.lane_epochs)), whole("an epoch", epoch)
    _check(training, epoch, lane)
    if training.relive is None:
        raise AllornoneError(
            "this training was loaded from a file, without its examples: train again to ask it"
        )
    watcher = Watcher(unit, epoch, lane)
    after = training.relive(epoch, watcher.watch, watcher.progress)
    if not watcher.shown:
        raise AllornoneError(
            f"the rule {training.rule.name!r} cannot be watched presentation by presentation"
        )
    last = watcher.mine(after.theta)
    weights = [*(one.weights for one in watcher.shown), last]
    told = [
        f"{one.label}: {_by(watcher.sources, new - one.weights)}{_since(training.rule, one.seen, unit, lane)}"
        for one, new in zip(watcher.shown, weights[1:], strict=True)
        if (new != one.weights).any()
    ]
    if not told:
        changed = "did not change" if len(watcher.shown) == 1 else "changed"
        return f"In epoch {epoch} {_count(0, watcher)} {changed} {unit}."
    head = f"In epoch {epoch} {_count(len(told), watcher)} changed {unit} by {training.rule.name}"
    more = [f"and {len(told) - PRESENTATIONS} more"] if len(told) > PRESENTATIONS + 1 else []
    shown = told[:PRESENTATIONS] if more else told
    moved = from_to(watcher.sources, weights[0], last) or "all is as it was"
    return f"{head}: {'; '.join([*shown, *more])}. From first to last: {moved}."


def _count(changed: int, watcher: Watcher) -> str:
    """Return how many presentations or batches of an epoch changed something, in words."""
    count, kind = len(watcher.shown), "batch" if watcher.batches else "presentation"
    if count == 1:
        return f"the only {kind}"
    kinds = "batches" if watcher.batches else "presentations"
    return f"{WORDS[changed] if changed < len(WORDS) else changed} of {count} {kinds}"


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
