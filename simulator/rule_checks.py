"""Checks of learning rules: lessons for a small network in three lanes, and what a rule must do with them.

theta  weights that nobody may change in place
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.conformance import CLOSE, alike, same
from allornone.simulator.network import Network
from allornone.simulator.presenting import Batch, Lesson, lesson
from allornone.simulator.program import Program, Weights, compile
from allornone.simulator.registry import units
from allornone.simulator.rules import Course, LearningRule, LocalRule, needs_teacher
from allornone.simulator.units import Array


def pupil() -> Network:
    """Return a network to teach: two logistic units, one synapse that may not change."""
    model = units.get("logistic")
    net = Network()
    net.add_inputs("X1", "X2", "X3")
    for name in ("U1", "U2"):
        net.add_unit(name, model(), output=True)
        for source in net.inputs[: 3 if name == "U1" else 2]:
            net.connect(source, name)
    net.edges["X2", "U1"]["plastic"] = False
    return net


def lanes(net: Network) -> list[Network]:
    """Return three copies of a network with other weights."""
    random = np.random.default_rng(4)
    found = [net.copy() for _ in range(3)]
    for one in found:
        for *_, data in one.edges(data=True):
            data["weight"] = float(random.integers(-8, 9)) / 8
        for _, data in one.nodes(data=True):
            if "bias" in data:
                data["bias"] = float(random.integers(-8, 9)) / 8
    return found


@dataclass(frozen=True)
class Case:
    """A rule's memory, weights that nobody may change in place, and lessons."""

    program: Program
    theta: Weights
    memory: Any
    lessons: Lesson

    def batches(self, size: int) -> list[Batch]:
        """Return the lessons in their order, `size` at a time."""
        return list(self.lessons.batches(np.arange(self.lessons.samples), size))


def case_of(rule: LearningRule, networks: Sequence[Network]) -> Case:
    """Return lessons for networks in lanes, as a rule meets them."""
    program = compile(networks)
    random = np.random.default_rng(5)
    X = random.integers(-4, 5, size=(6, len(program.inputs), 1)) / 4
    d = random.integers(0, 2, size=(6, len(program.outputs), 1)).astype(float)
    theta = tuple(w.copy() for w in program.weights)
    for w in theta:
        w.setflags(write=False)
    ticks = None if not program.has_loops else 4
    lessons = lesson(program, X, d if needs_teacher(rule) else None, ticks=ticks)
    return Case(program, theta, rule.start(program, theta), lessons)


def check_step(rule: LearningRule, owner: str, case: Case) -> None:
    """Raise an error unless stepping is pure, does something, and keeps to the plastic synapses."""
    place = f"{owner}.step"
    program, theta, memory = case.program, case.theta, case.memory
    still = np.ones(theta[0].shape[-1])
    for batch in case.batches(2):
        moment = batch.present(theta)
        moment.y.setflags(write=False)
        before = deepcopy(memory)
        try:
            first, kept = rule.step(program, theta, memory, moment, batch.desired)
            untouched = alike(memory, before)
            second, _ = rule.step(program, theta, before, moment, batch.desired)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise AssertionError(f"{place} changed its arguments in place: return new arrays") from None
        if not untouched:
            raise AssertionError(f"{place} changed its memory in place: return a new one")
        for stage, old, new, again in zip(program.stages, theta, first, second, strict=True):
            same(place, again, new, "a second call gave something else")
            same(
                place, (new - old) * (stage.plastic == 0), old * 0, "a synapse that is not plastic changed by"
            )
            still = still * ~(new != old).any(axis=tuple(range(old.ndim - 1)))
        same(
            place, program.with_values(program.synapse_values(first))[0], first[0], "what is no synapse grew"
        )
        theta, memory = first, kept
    if still.any():
        raise AssertionError(f"{place} never changed a weight, whatever it was shown")


def check_epoch(rule: LearningRule, owner: str, case: Case) -> None:
    """Raise an error unless an epoch ends where a loop over steps does."""
    active = np.ones(case.program.lanes, dtype=bool)
    for size in (1, 4):
        course = Course(average=True, bound=1e9, active=active)
        found = rule.epoch(case.program, case.theta, case.memory, case.batches(size), course)
        wanted = LearningRule.epoch(rule, case.program, case.theta, case.memory, case.batches(size), course)
        for one, other in zip(found.theta, wanted.theta, strict=True):
            same(f"{owner}.epoch", one, other, f"it and a loop over step, {size} at a time", CLOSE)
        same(f"{owner}.epoch", found.mistakes, wanted.mistakes, "mistakes, and those of a loop over step")
        same(f"{owner}.epoch", found.updates, wanted.updates, "updates, and those of a loop over step")


def check_lanes(rule: LearningRule, owner: str, networks: Sequence[Network]) -> None:
    """Raise an error unless a lane learns exactly what its network learns alone."""
    together = _learned(rule, case_of(rule, networks))
    for lane, net in enumerate(networks):
        alone = _learned(rule, case_of(rule, [net]))
        same(owner, together[:, lane], alone[:, 0], f"lane {lane} among others and alone")


def _learned(rule: LearningRule, case: Case) -> Array:
    course = Course(average=True, bound=1e9, active=np.ones(case.program.lanes, dtype=bool))
    after = rule.epoch(case.program, case.theta, case.memory, case.batches(2), course)
    return case.program.synapse_values(after.theta)


def check_teacher(rule: LearningRule, owner: str, net: Network) -> None:
    """Raise an error where a rule with a teacher learns from one who says nothing."""
    if not needs_teacher(rule):
        return
    case = case_of(rule, [net])
    silent = [None] * len(case.program.stages)
    moment = case.batches(1)[0].present(case.theta)
    after, _ = rule.step(case.program, case.theta, case.memory, moment, silent)
    for old, new in zip(case.theta, after, strict=True):
        same(f"{owner}.step", new, old, "it learned from a teacher who said nothing")


def check_batch(rule: LocalRule, owner: str, networks: Sequence[Network]) -> None:
    """Raise an error unless a batch changes by the mean, or the sum, of its trials."""
    case = case_of(rule, networks)
    whole = case.batches(case.lessons.samples)[0]
    moment = whole.present(case.theta)
    mean, _ = rule.step(case.program, case.theta, case.memory, moment, whole.desired)
    total, _ = rule.step(case.program, case.theta, case.memory, moment, whole.desired, average=False)
    for number, old in enumerate(case.theta):
        singly = np.zeros_like(old)
        for batch in case.batches(1):
            alone, _ = rule.step(
                case.program, case.theta, case.memory, batch.present(case.theta), batch.desired
            )
            singly += alone[number] - old
        same(
            f"{owner}.step", total[number] - old, singly, "the sum over a batch and that of its trials", CLOSE
        )
        parts = singly / case.lessons.samples
        same(
            f"{owner}.step", mean[number] - old, parts, "the mean over a batch and that of its trials", CLOSE
        )
