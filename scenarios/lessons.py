"""Lessons: what a phase shows to a network, from its stimulus or its task.

x  (trials, ticks, units driven), NaN where a unit is free      d  (trials, units taught)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from allornone.scenarios import build
from allornone.scenarios.labelled import Labelled, Value
from allornone.scenarios.limits import Limits
from allornone.scenarios.numbers import Numbers
from allornone.scenarios.tasks import Task
from allornone.simulator.arrays import Array, stream
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.network.network import Network
from allornone.simulator.notation.stimuli import Sequence as Given
from allornone.simulator.notation.stimuli import compose, read_stimuli
from allornone.simulator.program.wiring import settling

CUE_WORDS = ("flip", "hold", "from", "update")
"""Words of a phase that shows cues to a net without inputs."""

Lesson = tuple[Array, tuple[str, ...], Array | None, tuple[str, ...], float | None]


def lesson(
    phase: Mapping[str, Any],
    net: Network,
    numbers: Numbers,
    made: Mapping[str, Task],
    seed: int,
    limits: Limits,
    drawn: Sequence[str] = (),
) -> Lesson:
    """Return what a phase shows, the units that it drives, what is desired of which units, and a point's area.

    `drawn` names the phases whose stimuli are drawn: each has draws of its own.
    """
    if "ticks" in phase:
        limits.need("ticks", _said(phase, numbers))
    if "stimulus" in phase:
        again = phase["name"] if phase["name"] in drawn[1:] else ""
        x, driven = _stimulus(phase, net, numbers, stream(seed, "stimulus", again), limits)
        taught = tuple(phase.get("teacher", {}))
        d = _teacher(phase["teacher"], x, driven, net, numbers) if taught else None
        return x, driven, d, _units(taught, net), None
    name = phase.get("teach", phase.get("show"))
    if name is None:
        raise AllornoneError(
            f"phase {phase['name']!r}: gradient phases need backpropagation, which no rule here is"
        )
    if name not in made:
        raise UnknownName("task", name, made)
    task = made[name]
    if not net.inputs:
        return _on_outputs(phase, task, net, numbers, seed)
    _no_cues(phase, net)
    if task.x.shape[1] != len(net.inputs):
        raise AllornoneError(f"task {name!r} has {task.x.shape[1]} inputs, the net has {len(net.inputs)}")
    if task.d is not None and task.d.shape[1] != len(net.outputs):
        raise AllornoneError(
            f"task {name!r} teaches {task.d.shape[1]} outputs, the net has {len(net.outputs)}: {', '.join(net.outputs)}"
        )
    return task.x[:, None], tuple(net.inputs), task.d, tuple(net.outputs), task.cell


def _no_cues(phase: Mapping[str, Any], net: Network) -> None:
    """Raise an error if a phase whose net has inputs speaks of cues."""
    for word in CUE_WORDS:
        if word in phase:
            raise AllornoneError(
                f"phase {phase['name']!r}: {word} is of cues, which are shown to a net without inputs; this one has "
                f"{len(net.inputs)}, and each sample is presented to it from rest"
            )


def _stimulus(
    phase: Mapping[str, Any], net: Network, numbers: Numbers, draw: np.random.Generator, limits: Limits
) -> tuple[Array, tuple[str, ...]]:
    with limits.naming("ticks"):
        given = read_stimuli(
            phase["stimulus"],
            build.groups_of(net),
            numbers.wiring,
            parameters=numbers.parameters,
            limit=limits.ticks,
        )
    inputs = net.inputs
    known = set(inputs)
    forced = [unit for unit in net if unit in given and unit not in known]
    if forced and "teacher" in phase:
        raise AllornoneError(
            f"phase {phase['name']!r}: a teacher speaks at the end of a presentation, in which only inputs are "
            f"given something, found {forced[0]!r}; without a teacher a stimulus may force any unit"
        )
    lasts, ticks = _ticks(phase, given, net, numbers)
    limits.need("ticks", ticks)
    sample = None if "sample" not in phase else numbers.whole(phase["sample"], "sample")
    with limits.naming("trials"):
        x = compose(given, inputs, lasts, sample, draw, forced=forced, limit=limits.trials)
    if ticks > lasts:
        # Under a teacher the last of what is given is held until it has come through, and there he speaks.
        x = np.pad(x, [(0, 0), (0, ticks - lasts), (0, 0)], mode="edge")
    return x, (*inputs, *forced)


def _ticks(
    phase: Mapping[str, Any], given: Mapping[str, Given], net: Network, numbers: Numbers
) -> tuple[int, int]:
    """Return for how many ticks something is given, and how many the phase takes."""
    longest = max((len(sequence) for sequence in given.values()), default=0)
    if "ticks" in phase:
        ticks = _said(phase, numbers)
    elif net.loops:
        raise AllornoneError(
            f"phase {phase['name']!r}: a net with loops has no end of its own; say how many ticks"
        )
    else:
        ticks = max(longest, 1 if "teacher" in phase else 0) + settling(net)
    return min(max(longest, 1), ticks) if "teacher" in phase else ticks, ticks


def _teacher(
    teacher: Mapping[str, Any], x: Array, driven: tuple[str, ...], net: Network, numbers: Numbers
) -> Array:
    last = np.nan_to_num(x[:, -1])
    names: dict[str, Value] = {unit: Labelled(last[:, k], ("trial",)) for k, unit in enumerate(driven)}
    for group in net.groups:
        members = net.group(group)
        if all(unit in driven for unit in members):
            columns = last[:, [driven.index(unit) for unit in members]]
            names[group] = Labelled(columns, ("trial", "unit"), {"unit": tuple(members)})
    columns_of = [
        _column(numbers.evaluate(text, names) if isinstance(text, str) else text, len(x), unit)
        for unit, text in teacher.items()
        for _ in _units((unit,), net)
    ]
    return np.stack(columns_of, axis=1)


def _column(value: Value, trials: int, unit: str) -> Array:
    if isinstance(value, Labelled):
        if value.axes != ("trial",):
            raise AllornoneError(
                f"teacher of {unit!r}: one number a trial is needed, found axes {', '.join(value.axes)}"
            )
        return value.values.astype(float)
    return np.full(trials, float(value))


def _units(names: tuple[str, ...], net: Network) -> tuple[str, ...]:
    groups = build.groups_of(net)
    for name in names:
        if name not in groups:
            raise UnknownName("unit or group", name, groups)
    return tuple(unit for name in names for unit in groups[name])


def _on_outputs(phase: Mapping[str, Any], task: Task, net: Network, numbers: Numbers, seed: int) -> Lesson:
    """A net without inputs meets a task on its outputs: held at it to learn, given it as a cue to be shown."""
    outputs = tuple(net.outputs)
    if task.x.shape[1] != len(outputs):
        raise AllornoneError(f"phase {phase['name']!r}: cues of {task.x.shape[1]} for {len(outputs)} outputs")
    if "teach" in phase:
        return np.zeros((len(task.x), 1, 0)), (), task.x, outputs, task.cell
    return _cues(phase, task.x, numbers, seed), outputs, None, (), task.cell


def _cues(phase: Mapping[str, Any], patterns: Array, numbers: Numbers, seed: int) -> Array:
    """Return cues for as long as they are held, a share of their units inverted; without `ticks` that is all."""
    hold = numbers.whole(phase.get("hold", 1), "hold")
    ticks = _said(phase, numbers) if "ticks" in phase else max(hold, 1)
    if not 1 <= hold <= ticks:
        raise AllornoneError(
            f"phase {phase['name']!r}: hold must be from 1 to the ticks of the phase, {ticks}; found {hold}"
        )
    share = float(numbers.number(phase.get("flip", 0.0)))
    if not 0 <= share <= 1:
        raise AllornoneError(f"phase {phase['name']!r}: flip is a share, from 0 to 1, found {share:g}")
    cues = patterns.copy()
    count = round(share * cues.shape[1])
    draw = stream(seed, "noise")
    bipolar = bool((cues < 0).any())
    for row in cues:
        chosen = draw.permutation(cues.shape[1])[:count]
        row[chosen] = -row[chosen] if bipolar else 1 - row[chosen]
    return np.repeat(cues[:, None], hold, axis=1)


def ticks_said(phase: Mapping[str, Any], x: Array, numbers: Numbers) -> int | None:
    """Return how many ticks a presentation takes; None where a net settles by itself."""
    if "stimulus" in phase:
        return int(x.shape[1])
    return _said(phase, numbers) if "ticks" in phase else None


def _said(phase: Mapping[str, Any], numbers: Numbers) -> int:
    ticks = numbers.whole(phase["ticks"], "ticks")
    if ticks < 1:
        raise AllornoneError(f"phase {phase['name']!r}: ticks must be at least 1, found {ticks}")
    return ticks
