"""Explaining: why a unit did what it did, in one sentence, from what was recorded and nothing else.

It is told from the record: what each synapse brought, what they came to, who forbade it. The sum is the engine's
own, lived once more for that one tick; no model is known here but by its parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName, whole
from allornone.simulator.program.passing import Held, propagate
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.explaining_training import changes
from allornone.simulator.records.records import Origin, Trace, Training
from allornone.simulator.records.wording import apart, names, number
from allornone.simulator.units import UnitModel

FAR = 1000
"""Ticks that a memory is followed back."""

NAMES = 4
"""Weights that are named of those which one tick changed."""
KINDS = 4
"""Different things heard that are told one by one."""


class Sentence(str):
    """A text that shows itself without quotes, so that a question at a prompt gets a sentence for an answer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def explain(record: Trace | Training, unit: str, when: int, *, trial: int = 0, lane: int = 0) -> Sentence:
    """Tell in a sentence why a unit did what it did: the sum, the threshold, the veto, and the ticks they came from.

    Of a Trace, `when` is a tick; of a Training it is an epoch, counted from 1, and the sentence tells which lesson
    changed which weight of the unit. `trial` and `lane` choose among several. A unit that answers otherwise than its
    synapses would have it was forced, and the sentence says so.

    Raises AllornoneError for a unit that is not there (with the nearest that is), a tick or epoch that was not lived
    or not recorded, and for weights that changed without being recorded.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("S", "R")
    >>> net.add_unit("Q", McCullochPitts())
    >>> net.connect("S", "Q"); net.connect("Q", "Q"); net.inhibit("R", "Q")
    >>> trace = simulate(net, {"S": "010", "R": "00001"}, ticks=7)
    >>> explain(trace, "Q", 2)
    Q fires at 2: S fired at 1 (weight 1): 1 ≥ 1, and R, which could forbid it, rested at 1.
    >>> explain(trace, "Q", 4)
    Q fires at 4: Q fired at 3 (weight 1): 1 ≥ 1, and R, which could forbid it, rested at 3; \
it has fired ever since 2, when S had fired at 1 (weight 1), and R, which could forbid it, rested at 1.
    >>> explain(trace, "Q", 5)
    Q is silenced at 5: Q fired at 4 (weight 1): 1 ≥ 1, but R fired at 4 and forbids it.
    >>> explain(trace, "R", 4)
    R is an input: at 4 the world gave 1.

    Of a Training:

    >>> from allornone.models.perceptron import PerceptronRule, perceptron
    >>> from allornone.simulator.learning.training import train
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(perceptron(inputs=2), X, d, rule=PerceptronRule(), epochs=9, until="mistakes == 0")
    >>> explain(training, "out", 1)
    In epoch 1 one of 4 lessons changed out by perceptron: (1, 1), taught 1, answered 0: bias +1, X1 +1, X2 +1. \
From first to last: bias 0 → 1, X1 0 → 1, X2 0 → 1.
    """
    if isinstance(record, Trace):
        return Sentence(_of_trace(record, unit, when, trial, lane))
    if isinstance(record, Training):
        return Sentence(changes(record, unit, when, lane))
    has = [word for word in ("trace", "training") if hasattr(record, word)]
    hint = f"; it has {' and '.join(f'.{word}' for word in has)}: explain one of these" if has else ""
    raise AllornoneError(
        f"a Trace or a Training can be explained, as simulate, train or run gave it, found "
        f"{type(record).__name__}{hint}"
    )


def _of_trace(trace: Trace, unit: str, when: Any, trial: Any, lane: Any) -> str:
    if not isinstance(unit, str) or unit not in trace.units:
        raise UnknownName("unit", str(unit), trace.units)
    when, trial, lane = checked(trace, when, trial, lane)
    if unit in trace.inputs:
        return _input(trace, unit, when, trial, lane)
    found = answer(trace, unit, when, trial, lane)
    return told(found, _thread(trace, found, trial, lane))


def _input(trace: Trace, unit: str, when: int, trial: int, lane: int) -> str:
    given = float(trace.recorded["y"][when // trace.every, trial, trace.units.index(unit), lane])
    place = f"in lesson {when}" if trace.origin is not None and trace.origin.lessons else f"at {when}"
    return f"{unit} is an input: {place} the world gave {number(given)}."


def _thread(trace: Trace, found: Answer, trial: int, lane: int) -> Answer | None:
    """Return the answer behind an answer, if one stands out."""
    if not found.binary or found.silenced or found.lessons or forced(found):
        return None
    try:
        return (_cause if found.fires else _prevented)(trace, found, trial, lane)
    except AllornoneError:  # what stands behind it was not recorded
        return None


def _cause(trace: Trace, found: Answer, trial: int, lane: int) -> Answer | None:
    """Return the answer of the one unit that fired it, or its own of the tick when its memory began."""
    back = found
    for _ in range(FAR):
        sole = back.sole
        if sole is None or sole.source is None or sole.source in trace.inputs:
            break
        if back is not found and sole.source != found.unit:
            break
        back = answer(trace, sole.source, sole.at, trial, lane)
        if back.unit != found.unit:
            break
    # What is neither fire nor rest never had fired.
    return None if back is found or not back.binary else back


def _prevented(trace: Trace, found: Answer, trial: int, lane: int) -> Answer | None:
    """Return the answer of the first unit that would have excited it and was silenced."""
    silenced = trace.recorded.get("vetoed")
    if silenced is None:
        return None
    for one in found.silent:
        if one.source is None or one.weight <= 0 or one.at < found.begin:
            continue
        if silenced[one.at // trace.every, trial, trace.units.index(one.source), lane]:
            return answer(trace, one.source, one.at, trial, lane)
    return None


def told(found: Answer, back: Answer | None = None) -> str:
    """Return an answer as a sentence; `back` is the answer of the unit that fired it, or of its memory's beginning."""
    place = f"in lesson {found.when}" if found.lessons else f"at {found.when}"
    if forced(found):
        return f"{found.unit} {_does(found, found.y)} {place}, but not by its synapses: {_reason(found)}. {_why(found)}"
    does = "is silenced" if found.silenced else _does(found, found.y)
    return f"{found.unit} {does} {place}: {_reason(found)}{_behind(found, back)}{_learned(found)}."


def forced(found: Answer) -> bool:
    """Return whether a unit did something else than its synapses asked for."""
    return not math.isclose(found.y, found.own, rel_tol=1e-9, abs_tol=1e-9)


def _does(found: Answer, y: float) -> str:
    if found.binary and y in (0, 1):
        return "fires" if y else "rests"
    return f"is {number(y)}"


def _why(found: Answer) -> str:
    held = [" or it was not its turn"] if found.before is not None and found.before == found.y else []
    if not found.sure:
        return f"It was forced from outside,{''.join(held)} or the network is no longer as it was."
    return f"It was forced from outside{''.join(held)}."


def _reason(found: Answer) -> str:
    """Return what was heard, what it came to, and who forbade it."""
    groups = _groups(found.active)
    shown = groups if len(groups) <= KINDS + 1 else groups[:KINDS]
    rest = [one for group in groups[len(shown) :] for one in group]
    parts = [_group(group, found) for group in shown]
    sums = [sum(one.adds for one in group) for group in shown]
    if rest:
        sums.append(sum(one.adds for one in rest))
        parts.append(f"{len(rest)} more add {number(sums[-1])}")
    biases = [one.adds for one in found.active if one.source is None]
    parts += [f"its bias adds {number(bias)}" for bias in biases]
    sums += biases
    heard = ", ".join(parts)
    if not found.fires and not found.silenced and not forced(found):
        heard = _with_silent(heard, found)
    return f"{heard or 'it hears nothing'}: {_sum(found, sums)}{_veto(found)}"


def _groups(heard: Sequence[Heard]) -> list[list[Heard]]:
    """Gather the synapses that brought the same with the same weight; the strongest first, no bias."""
    gathered: dict[tuple[int, float, float], list[Heard]] = {}
    for one in heard:
        if one.source is not None:
            gathered.setdefault((one.at, one.x, one.weight), []).append(one)
    return sorted(gathered.values(), key=lambda group: -abs(sum(one.adds for one in group)))


def _group(group: Sequence[Heard], found: Answer) -> str:
    first = group[0]
    who = names([one.source for one in group if one.source is not None])
    each = " each" if len(group) > 1 else ""
    weight = f"(weight {number(first.weight)}{each})"
    return f"{who} {_did(first, found, len(group))}{_at(first, found)} {weight}"


def _did(one: Heard, found: Answer, count: int = 1) -> str:
    if found.binary and one.x in (0, 1):
        return "fired" if one.x else "rested"
    return f"{'were' if count > 1 else 'was'} {number(one.x)}"


def _at(one: Heard, found: Answer) -> str:
    return "" if found.lessons else f" at {number(one.at)}"


def _with_silent(heard: str, found: Answer) -> str:
    """Add what was missing where a unit rests; few are named."""
    silent = [one for one in found.silent if one.source is not None and one.weight]
    if not silent or not found.binary:
        return heard
    if len(silent) > KINDS:
        missing = f"{'the other ' if heard else 'all '}{len(silent)} that it hears rested"
    else:
        groups: dict[int, list[str]] = {}
        for one in silent:
            groups.setdefault(one.at, []).append(str(one.source))
        missing = ", ".join(
            f"{names(group)} rested" + ("" if found.lessons else f" at {number(at)}")
            for at, group in groups.items()
        )
    if all(one.at < 0 for one in silent):
        missing += ", before the beginning"
    return f"{heard}, but {missing}" if heard else missing


def _sum(found: Answer, sums: Sequence[float]) -> str:
    if found.threshold is not None:
        z, threshold = apart(found.z, found.threshold)
        sign = "≥" if found.z >= found.threshold else "<"
        return f"{_added(sums, z)} {sign} {threshold}"
    z = _added(sums, number(found.z))
    if found.binary:
        return f"z = {z}, y = {number(found.own)}"
    return f"z = {z} gives y = {number(found.own)}"


def _added(sums: Sequence[float], z: str) -> str:
    if len(sums) < 2:
        return z
    signed = [f"{'−' if value < 0 else '+'} {number(abs(value))}" for value in sums[1:]]
    return f"{number(sums[0])} {' '.join(signed)} = {z}"


def _veto(found: Answer) -> str:
    forbid = found.forbidding
    if forbid:
        who = names([str(one.source) for one in forbid])
        ats = dict.fromkeys(one.at for one in forbid)
        when = "" if found.lessons else f" at {', '.join(number(at) for at in ats)}"
        forbids = "forbids" if len(forbid) == 1 else "forbid"
        if found.silenced:
            return f", but {who} fired{when} and {forbids} it"
        return f", and {who} fired{when} and {forbids} it anyway"
    if found.own != 1:
        return ""
    free = found.permitting
    if not free:
        return ""
    if len(free) > 2:
        return f", and none of the {len(free)} that could forbid it fired"
    resting = [
        f"{one.source}, which could forbid it, rested{'' if found.lessons else f' at {number(one.at)}'}"
        for one in free
    ]
    return ", and " + " and ".join(resting)


def _behind(found: Answer, back: Answer | None) -> str:
    if back is None:
        return ""
    if back.silenced:
        who = names([str(one.source) for one in back.forbidding])
        ats = ", ".join(dict.fromkeys(number(one.at) for one in back.forbidding))
        return f"; {back.unit} would have fired, but {who} fired at {ats} and forbade it"
    because = "it was forced" if forced(back) else _short(back)
    if back.unit == found.unit:
        return f"; it has fired ever since {back.when}, when {because.replace(' fired', ' had fired')}"
    if forced(back):
        return f"; {back.unit} had been forced to"
    return f"; {back.unit} had fired because {because}"


def _short(back: Answer) -> str:
    groups = _groups(back.active)
    parts = [_group(group, back) for group in groups[:2]]
    if len(groups) > 2:
        parts.append("more")
    return (" and ".join(parts) or _sum(back, [])) + _veto(back)


def _learned(found: Answer) -> str:
    if not found.changed:
        return ""
    moved = [
        f"{'bias' if source is None else source} {' → '.join(apart(old, new))}"
        for source, old, new in found.changed
    ]
    more = f" and {len(moved) - NAMES} more" if len(moved) > NAMES + 1 else ""
    shown = moved[:NAMES] if more else moved
    return f"; this changed {', '.join(shown)}{more}"


@dataclass(frozen=True)
class Heard:
    """What one synapse brought: `source` is None for a bias; `x` was its output at tick `at`."""

    source: str | None
    at: int
    x: float
    weight: float
    adds: float
    inhibitory: bool


@dataclass(frozen=True)
class Answer:
    """One unit at one tick, in one trial and lane.

    `y` is what was recorded, `own` what its synapses would have it do; `silenced` where it would have fired and was
    forbidden; `before` its output a tick earlier; `changed` the weights that this tick changed, (source, old, new);
    `begin` the tick at which this life began; `sure` where the network is known as it was then.
    """

    unit: str
    when: int
    y: float
    own: float
    silenced: bool
    z: float
    threshold: float | None
    binary: bool
    heard: tuple[Heard, ...]
    before: float | None
    changed: tuple[tuple[str | None, float, float], ...]
    begin: int
    lessons: bool
    sure: bool

    @property
    def fires(self) -> bool:
        """Whether it is a unit of all or none, and fired."""
        return self.binary and self.y == 1

    @property
    def active(self) -> list[Heard]:
        """What added to the sum."""
        return [one for one in self.heard if one.adds != 0 and not one.inhibitory]

    @property
    def silent(self) -> list[Heard]:
        """What rested."""
        return [one for one in self.heard if one.x == 0 and one.adds == 0 and not one.inhibitory]

    @property
    def forbidding(self) -> list[Heard]:
        """What forbade it to fire."""
        return [one for one in self.heard if one.inhibitory and one.x > 0]

    @property
    def permitting(self) -> list[Heard]:
        """What could have forbidden it and did not."""
        return [one for one in self.heard if one.inhibitory and not one.x > 0]

    @property
    def sole(self) -> Heard | None:
        """The one thing that drove it, if there was just one."""
        return self.active[0] if len(self.active) == 1 else None


def checked(trace: Trace, when: Any, trial: Any, lane: Any) -> tuple[int, int, int]:
    """Return tick, trial and lane if they were recorded, or raise an error that says what was."""
    rows, trials, _, lanes = trace.recorded["y"].shape
    when, trial, lane = whole("a tick", when), whole("trial", trial), whole("lane", lane)
    last = (rows - 1) * trace.every
    if when > last:
        raise AllornoneError(f"tick {when} was not lived: the trace ends with tick {last}")
    if when % trace.every:
        kept = ", ".join(str(k * trace.every) for k in range(min(rows, 3)))
        raise AllornoneError(f"tick {when} was not kept: with every={trace.every} the trace has {kept}, …")
    for name, value, count in (("trial", trial, trials), ("lane", lane, lanes)):
        if value >= count:
            raise AllornoneError(
                f"there is no {name} {value}: they are counted from 0, and there are {count}"
            )
    return when, trial, lane


def answer(trace: Trace, unit: str, when: int, trial: int, lane: int) -> Answer:
    """Return what a unit heard and did at a tick."""
    origin = trace.origin or Origin(compile(trace.network))
    program = origin.program
    if lane >= program.lanes:
        raise AllornoneError(
            f"only the network of lane 0 was saved with this trace: lane {lane} has no weights"
        )
    if program.lanes < trace.recorded["y"].shape[-1]:
        trace = replace(trace, recorded={word: kept[..., :1] for word, kept in trace.recorded.items()})
    weights = _weights(trace, origin, unit, when)
    past = _Past(trace, origin, trial)
    number = program.wiring.names.index(unit)
    model = _model(program, number, lane)
    heard = tuple(_heard(program, weights, past, number, when, lane, model))
    z, own, silenced = _lived_again(program, weights, past, unit, when, lane)
    return Answer(
        unit=unit,
        when=when,
        y=past.output(unit, when, lane),
        own=own,
        silenced=silenced,
        z=z,
        threshold=_threshold(model),
        binary=model.binary,
        heard=heard,
        before=past.output(unit, when - 1, lane) if past.goes_on(when) else None,
        changed=_changed(trace, unit, when, lane),
        begin=past.begin(when),
        lessons=origin.lessons,
        sure=trace.origin is not None,
    )


class _Past:
    """What was recorded of one trial: the state at any tick, resting before its life began."""

    def __init__(self, trace: Trace, origin: Origin, trial: int) -> None:
        self.trace, self.origin, self.trial = trace, origin, trial

    def begin(self, when: int) -> int:
        """Return the tick at which the life began that goes through a tick."""
        row = when // self.trace.every
        return max((b for b in self.origin.begins if b <= row), default=0) * self.trace.every

    def goes_on(self, when: int) -> bool:
        """Return whether the tick before belongs to the same life and was kept."""
        return not self.origin.lessons and when > self.begin(when) and self.trace.every == 1

    def seen_from(self, when: int, delay: int, unit: str) -> int:
        """Return the tick that a synapse of this delay looks at, or raise an error if nobody kept it."""
        at = when - delay
        if self.origin.lessons:
            if delay and self.origin.program.has_loops:
                raise AllornoneError(
                    f"only the last tick of each lesson was kept: what {unit!r} heard {delay} before is lost, "
                    "and in a net with loops it may differ"
                )
            return when  # the input was held until the net had settled
        if at < self.begin(when):
            if not self.origin.rested:
                raise AllornoneError(
                    f"{unit!r} at tick {when} hears tick {at}, of an earlier phase, which was not kept"
                )
        elif at % self.trace.every:
            raise AllornoneError(
                f"{unit!r} at tick {when} hears tick {at}, which every={self.trace.every} left out: "
                "simulate with every=1"
            )
        return at

    def state(self, when: int, from_tick: int) -> Array:
        """Return the state (1, N, S) at a tick as seen from another; rest before its life began."""
        kept = self.trace.recorded["y"]
        if when < self.begin(from_tick) or when % self.trace.every:
            return np.zeros((1, kept.shape[2] + 1, kept.shape[3]))
        row = kept[when // self.trace.every, self.trial].astype(float)
        return np.concatenate([np.ones_like(row[:1]), row])[None]

    def output(self, unit: str, when: int, lane: int) -> float:
        """Return what was recorded of a unit."""
        place = self.trace.units.index(unit)
        return float(self.trace.recorded["y"][when // self.trace.every, self.trial, place, lane])


def _weights(trace: Trace, origin: Origin, unit: str, when: int) -> Weights:
    program = origin.program
    if "weights" in trace.recorded:
        return program.with_values(trace.recorded["weights"][when // trace.every])
    if origin.learned:
        stage, column = _place(program, unit)
        block = program.stages[stage].block
        one = np.arange(block.units) == column
        if (program.stages[stage].plastic & (block.after(one[None, :, None])[0] > 0)).any():
            raise AllornoneError(
                f"the weights of {unit!r} changed as it lived and were not recorded: "
                "simulate again with record=['weights']"
            )
    return program.weights


def _place(program: Program, unit: str) -> tuple[int, int]:
    place = program.index[unit]
    for layer, stage in enumerate(program.stages):
        if stage.units.start <= place < stage.units.stop:
            return layer, place - stage.units.start
    raise AllornoneError(f"{unit!r} is an input: it has no net input")


def _model(program: Program, number: int, lane: int) -> UnitModel:
    wiring = program.wiring
    if wiring.kind[number] < 0:
        raise AllornoneError(f"{wiring.names[number]!r} is an input: it has no model")
    return wiring.model([number], [lane])


def _threshold(model: UnitModel) -> float | None:
    value = model.values().get("threshold")
    return None if value is None else float(value)


def _heard(
    program: Program, weights: Weights, past: _Past, number: int, when: int, lane: int, model: UnitModel
) -> list[Heard]:
    wiring = program.wiring
    every = np.ones(len(wiring.target))
    every[~wiring.inhibitory] = program.synapse_values(weights)[:, lane]
    found = []
    for k in np.flatnonzero(wiring.target == number):
        w, inhibitory = float(every[k]), bool(wiring.inhibitory[k])
        if not wiring.source[k]:
            found.append(Heard(None, when, 1.0, w, _adds(model, w, 1.0), False))
            continue
        source, target = wiring.names[wiring.source[k]], wiring.names[number]
        at = past.seen_from(when, int(wiring.delay[k]), target)
        x = past.output(source, at, lane) if at >= past.begin(when) else 0.0
        adds = 0.0 if inhibitory else _adds(model, w, x)
        found.append(Heard(source, at, x, w, adds, inhibitory))
    return found


def _adds(model: UnitModel, w: float, x: float) -> float:
    return float(model.combine(np.array(w), np.array(x)))


def _lived_again(
    program: Program, weights: Weights, past: _Past, unit: str, when: int, lane: int
) -> tuple[float, float, bool]:
    """Return z, the output that the synapses ask for, and whether it was silenced, as the engine has them."""
    here = past.state(when, when)
    lessons = past.origin.lessons
    earlier = tuple(
        here if lessons else past.state(when - k, when) for k in range(1, program.longest_delay + 1)
    )
    at_once = set(program.networks[0].predecessors(unit)) - set(program.inputs) - {unit}
    places = np.array(sorted(program.index[u] for u in at_once), dtype=np.intp)
    held = Held(places, here[:, places])
    moment = propagate(program, weights, earlier, here[:, 1 : 1 + len(program.inputs)], held)
    stage, column = _place(program, unit)
    vetoed = moment.vetoed[stage]
    silenced = vetoed is not None and bool(vetoed[0, column, lane])
    return float(moment.z[stage][0, column, lane]), float(moment.y[0, program.index[unit], lane]), silenced


def _changed(trace: Trace, unit: str, when: int, lane: int) -> tuple[tuple[str | None, float, float], ...]:
    kept = trace.recorded.get("weights")
    row = when // trace.every
    if kept is None or trace.every > 1 or row + 1 >= len(kept):
        return ()
    mine = [(k, source) for k, (source, target) in enumerate(trace.synapses) if target == unit]
    return tuple(
        (source, float(kept[row, k, lane]), float(kept[row + 1, k, lane]))
        for k, source in mine
        if kept[row, k, lane] != kept[row + 1, k, lane]
    )
