"""Checks before learning: what a rule could not reach or could never get right, and what will not learn at all."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from allornone.simulator.arrays import Index, Truth
from allornone.simulator.errors import AllornoneError, LearningWarning
from allornone.simulator.learning.presenting import Lesson
from allornone.simulator.learning.rules import LearningRule, check_usable, needs_teacher
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.wording import names


def ready(net: Network | Program, rule: LearningRule) -> tuple[Program, Program]:
    """Return the program of a net, and the same with just those synapses plastic that a rule may change.

    A rule that asks for no teacher changes synapses, and a bias only where `plastic=True` is said of it.
    """
    check_usable(rule)
    program = compile(net)
    rule.check_single(program.lanes)
    return program, program if needs_teacher(rule) else _without_unnamed_biases(program)


def check_fit(rule: LearningRule, lessons: Lesson) -> None:
    """Raise an error where a rule could not do what is asked: no teacher, out of reach, targets that can't be met."""
    check_usable(rule)
    if needs_teacher(rule) and not lessons.is_taught:
        raise AllornoneError(f"the rule {rule.name!r} needs a teacher: give d, what the outputs should be")
    _check_reach(rule, lessons)
    if lessons.is_taught:
        _check_targets(rule, lessons)


def warn_if_idle(rule: LearningRule, lessons: Lesson, weights: Weights) -> None:
    """Warn where nothing can be learned, though nothing is wrong with it: some want to see just that."""
    for said in (*_unheard(lessons), *_alike(rule, lessons, weights)):
        warnings.warn(said, LearningWarning, stacklevel=3)


def _without_unnamed_biases(program: Program) -> Program:
    biases = program.plastic & (program.wiring.source == 0)
    if program.chosen or not biases.any():
        return program
    known, unit = program.wiring.names, program.networks[0].nodes
    pairs = [
        (known[program.wiring.source[k]] or None, known[program.wiring.target[k]])
        for k in np.flatnonzero(program.plastic).tolist()
    ]
    return program.plastic_only((u, v) for u, v in pairs if u is not None or unit[v].get("plastic"))


def _check_reach(rule: LearningRule, lessons: Lesson) -> None:
    program = lessons.program
    taught = [_told(lessons, number) for number in range(len(program.stages))]
    reached = rule.reach(taught)
    if all(one.all() for one in reached):
        return
    places = np.zeros(len(program.names), dtype=bool)
    for stage, one in zip(program.stages, reached, strict=True):
        places[stage.units] = one
    wiring = program.wiring
    beyond = program.plastic & ~places[program.place_of[wiring.target]]
    if not beyond.any():
        return
    told = [program.names[place] for place in np.flatnonzero(places)]
    raise AllornoneError(
        f"the rule {rule.name!r} changes only what leads to {names(told) or 'nothing here'}; it cannot reach "
        f"{names([_synapse(program, k) for k in np.flatnonzero(beyond).tolist()])}. Say plastic=False of these, in "
        "a scenario file name those it should change in plastic = [...], or take a rule that reaches them"
    )


def _check_targets(rule: LearningRule, lessons: Lesson) -> None:
    program = lessons.program
    for stage, wanted in zip(program.stages, lessons.wanted, strict=True):
        if wanted is None:
            continue
        right = rule.right_targets(stage.model, wanted)
        if right is not None and not (fine := right.may | np.isnan(wanted)).all():
            sample, unit, lane = np.argwhere(~fine)[0].tolist()
            name = program.names[stage.units.start + unit]
            raise AllornoneError(
                f"d of {name!r} in sample {sample} is {wanted[sample, unit, lane]:g}: {right.words}"
            )


def _told(lessons: Lesson, number: int) -> Truth:
    """Return which units of a stage are told anything in any sample."""
    wanted, units = lessons.wanted[number], lessons.program.stages[number].units
    if wanted is None:
        return np.zeros(units.stop - units.start, dtype=bool)
    return np.asarray((~np.isnan(wanted)).any(axis=(0, 2)))


def _unheard(lessons: Lesson) -> Iterator[str]:
    """Yield a sentence where every synapse that may change has a delay that a presentation does not outlast."""
    program = lessons.program
    weighted = program.plastic & (program.wiring.source > 0)
    if not weighted.any() or (program.plastic & ~weighted).any():
        return
    least = int(program.wiring.delay[weighted].min())
    if least >= lessons.ticks:
        yield (
            f"nothing can be learned: a presentation of ticks={lessons.ticks} is over before anything has come "
            f"through a synapse of delay {least}; say ticks={least + 1}"
        )


def _alike(rule: LearningRule, lessons: Lesson, weights: Weights) -> Iterator[str]:
    """Yield a sentence where hidden units begin alike in all they hear and all who hear them, and stay so."""
    if type(rule).descent is LearningRule.descent:
        return
    program = lessons.program
    for number, stage in enumerate(program.stages):
        units = np.arange(stage.units.start, stage.units.stop)
        if len(units) > 1 and stage.learns and lessons.wanted[number] is None:
            heard = _one_column(program, weights, units, coming=True)
            if heard and _one_column(program, weights, units, coming=False):
                yield (
                    f"{names(program.names[stage.units])} begin alike, so every gradient is the same for all of "
                    'them and they stay alike: draw their weights, as with start(net, {"uniform": 0.5})'
                )


def _one_column(program: Program, weights: Weights, units: Index, *, coming: bool) -> bool:
    """Return whether units have the same synapses with the same weights, those that come or those that go."""
    wiring = program.wiring
    own, other = (wiring.target, wiring.source) if coming else (wiring.source, wiring.target)
    place = program.place_of[own]
    mine = np.flatnonzero((place >= units[0]) & (place <= units[-1]))
    values = program.every_value(weights)[mine]
    rows = np.column_stack(
        [place[mine] - units[0], other[mine], wiring.delay[mine], wiring.inhibitory[mine], values]
    )
    if len(rows) % len(units):
        return False
    table = rows[np.lexsort(rows[:, ::-1].T)].reshape(len(units), -1, rows.shape[1])[:, :, 1:]
    return bool(np.array_equal(table, np.broadcast_to(table[:1], table.shape)))


def _synapse(program: Program, k: int) -> str:
    wiring = program.wiring
    source, target = wiring.names[wiring.source[k]], wiring.names[wiring.target[k]]
    return f"{source} → {target}" if source else f"the bias of {target}"
