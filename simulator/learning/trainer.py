"""Trainer: learning one presentation at a time, forwards and back, for the prompt.

d  desired     y  output     w  weight
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.learning.checks import check_fit, ready, warn_if_idle
from allornone.simulator.learning.presenting import lesson, samples
from allornone.simulator.learning.rules import LearningRule, Memory, learned, needs_teacher
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Passage
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.records.wording import Sentence

MOST_UNDONE = 1_000_000
"""Presentations that can be kept to be taken back."""
BACK = 1000
"""Presentations that `back` can undo."""
SHOWN = 8
"""Synapses that changed which are told."""


@dataclass(frozen=True)
class _Moment:
    """Where a training stands: presentations made, the weights, what the rule remembers, what was told."""

    done: int
    weights: Weights
    memory: Memory
    told: str


class Trainer:
    """A network and its teacher at one moment: step to the next presentation, take it back, live an epoch.

    Each `step` presents the next sample, in their order, and returns what changed and why. What was learned so far is
    in the network after every step.

    >>> from allornone.models.perceptron import PerceptronRule, perceptron
    >>> coach = Trainer(perceptron(inputs=2), [[0, 0], [1, 1]], [0, 1], rule=PerceptronRule())
    >>> print(coach.step())
    presentation 1, epoch 1: (0, 0), out should be 0, is 0: right, nothing changed
    >>> print(coach.step())
    presentation 2, epoch 1: (1, 1), out should be 1, is 0: X1 → out 0 → 1, X2 → out 0 → 1, bias of out 0 → 1
    >>> coach.back(); coach.weight("X1", "out")
    0.0
    """

    @checked
    def __init__(
        self,
        net: Network | Program,
        X: Any,
        d: Any = None,
        *,
        rule: LearningRule,
        ticks: int | None = None,
        undo: int = BACK,
    ) -> None:
        program, own = ready(net, rule)
        self.program, self.rule = program, rule
        if program.lanes > 1:
            raise AllornoneError(f"a trainer teaches one network, found {program.lanes} side by side")
        inputs = samples(X, "X", len(program.inputs))[..., None]
        desired = None if d is None else samples(d, "d", len(program.output_places))[..., None]
        self.lesson = lesson(own, inputs, desired, ticks=ticks, clamped=not needs_teacher(rule))
        check_fit(rule, self.lesson)
        warn_if_idle(rule, self.lesson, program.weights)
        self._undo: deque[_Moment] = deque(maxlen=whole("undo", undo, 0, MOST_UNDONE))
        self._now = _Moment(0, program.weights, rule.start(program, program.weights), "nothing was shown yet")

    def step(self) -> Sentence:
        """Present the next sample, let the rule change what it changes, and return what happened, to be printed."""
        now, count = self._now, self.lesson.samples
        place, epoch = now.done % count, now.done // count + 1
        batch = next(self.lesson.shown(np.array([place]), 1).batches())
        seen = batch.present(now.weights, epoch)
        weights, memory = learned(self.rule, seen, now.memory, average=True)
        if not all(np.isfinite(w).all() for w in weights):
            raise AllornoneError(
                f"the weights left every bound at presentation {now.done + 1}; choose a smaller eta"
            )
        told = (
            f"presentation {now.done + 1}, epoch {epoch}: {self._shown(seen)}: {self._changed(seen, weights)}"
        )
        self._undo.append(now)
        self._set(_Moment(now.done + 1, weights, memory, told))
        return Sentence(told)

    def epoch(self) -> Sentence:
        """Present what is left of an epoch, or a whole one, and return what was counted."""
        mistakes = changes = 0
        start = self._now.done
        while True:
            before = self._now.weights
            batch = next(self.lesson.shown(np.array([self._now.done % self.lesson.samples]), 1).batches())
            mistakes += int(batch.present(before).mistakes[0])
            self.step()
            pairs = zip(before, self._now.weights, strict=True)
            changes += any((old != new).any() for old, new in pairs)
            if self._now.done % self.lesson.samples == 0:
                break
        count = self._now.done - start
        return Sentence(
            f"epoch {self._now.done // self.lesson.samples}: {_count(count, 'presentation')}, "
            f"{_count(mistakes, 'mistake')}, {_count(changes, 'weight update')}"
        )

    def back(self, presentations: int = 1) -> None:
        """Take back the last presentations; beyond the first, or the oldest that is remembered, is an error."""
        for _ in range(whole("presentations", presentations, 1)):
            if not self._undo:
                raise AllornoneError(
                    f"there is nothing to take back before presentation {self._now.done} "
                    f"({self._undo.maxlen} are remembered)"
                )
            self._set(self._undo.pop())

    def weight(self, source: str | None, target: str) -> float:
        """Return a weight as it is now; the source of a bias is None."""
        if (source, target) not in self.program.synapses:
            raise AllornoneError(f"there is no synapse {source!r} → {target!r}")
        values = self.program.synapse_values(self._now.weights)
        return float(values[self.program.synapses.index((source, target)), 0])

    @property
    def presentations(self) -> int:
        """How many presentations were made."""
        return self._now.done

    def __repr__(self) -> str:
        return f"Trainer of {self.rule!r} after {self._now.done} presentations: {self._now.told}"

    def _set(self, moment: _Moment) -> None:
        self._now = moment
        self.program.keep(moment.weights)

    def _shown(self, seen: Passage) -> str:
        x = seen.given[0, -1, :, 0]
        given = f"({', '.join(f'{value:g}' for value in x[:SHOWN])}{', …' * (len(x) > SHOWN)})"
        d, parts = seen.d[0, :, 0], [given]
        for place in np.flatnonzero(~np.isnan(d)).tolist()[:SHOWN]:
            name, y = self.program.names[place], float(seen.y[0, place, 0])
            parts.append(f"{name} should be {d[place]:g}, is {y:.4g}")
        return ", ".join(parts)

    def _changed(self, seen: Passage, weights: Weights) -> str:
        old, new = (self.program.synapse_values(w)[:, 0] for w in (seen.weights, weights))
        moved = np.flatnonzero(old != new).tolist()
        if not moved:
            return "right, nothing changed" if not seen.mistakes[0] else "wrong, and nothing changed"
        parts = []
        for k in moved[:SHOWN]:
            source, target = self.program.synapses[k]
            where = f"{source} → {target}" if source is not None else f"bias of {target}"
            parts.append(f"{where} {old[k]:.4g} → {new[k]:.4g}")
        more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
        return ", ".join(parts) + more + self._reasons(seen, moved)

    def _reasons(self, seen: Passage, moved: list[int]) -> str:
        """Return, a line each, why the rule changed the units that it changed."""
        units = dict.fromkeys(self.program.synapses[k][1] for k in moved)
        reasons = dict.fromkeys(self.rule.why(seen, unit) for unit in units)
        return "".join(f"\n  since {reason}" for reason in [reason for reason in reasons if reason][:SHOWN])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
