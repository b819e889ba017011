"""Explaining: why a unit did what it did, in one sentence, from what was recorded and nothing else.

Each synapse brought what its source was recorded to do; the unit's own model adds that up and answers. No other unit
is computed, but for those that answer together with it.

x  what a synapse brings     w  its weight     z  net input     y  output
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, UnknownName, place_among
from allornone.simulator.program.passing import alone
from allornone.simulator.program.program import compile
from allornone.simulator.records.explaining_training import changes
from allornone.simulator.records.records import Origin, Trace, Training
from allornone.simulator.records.wording import Sentence, added, apart, from_to, names, number
from allornone.simulator.units import UnitModel

FAR = 1000  # ticks that a memory is followed back
KINDS = 4  # different things heard that are told one by one


@checked
def explain(record: Trace | Training, unit: str, when: int, *, trial: int = 0, lane: int = 0) -> Sentence:
    """Tell in a sentence why a unit did what it did: the sum, the threshold, the veto, and the ticks they came from.

    Of a Trace, `when` is a tick; of a Training an epoch, counted from 1, and it tells which presentation changed which
    weight. `trial` and `lane` choose among several. A unit that does not do what its synapses ask for was forced.
    Raises AllornoneError for a unit that is not there (with the nearest that is), a tick or epoch that did not happen
    or was not recorded, and for weights that changed without being recorded.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network()
    >>> net.add_inputs("S", "R"); net.add_unit("Q", McCullochPitts())
    >>> net.connect("S", "Q"); net.connect("Q", "Q"); net.inhibit("R", "Q")
    >>> trace = simulate(net, {"S": "010", "R": "00001"}, ticks=7)
    >>> explain(trace, "Q", 2)
    Q fires at 2: S fired at 1 (weight 1): 1 ≥ 1, and R, which could forbid it, rested at 1.
    >>> explain(trace, "Q", 4)
    Q fires at 4: Q fired at 3 (weight 1): 1 ≥ 1, and R, which could forbid it, rested at 3; \
it has fired ever since 2, when S had fired at 1 (weight 1), and R, which could forbid it, rested at 1.
    >>> explain(trace, "Q", 5)
    Q is silenced at 5: Q fired at 4 (weight 1): 1 ≥ 1, but R fired at 4 and forbids it.
    """
    if isinstance(record, Trace):
        return Sentence(_of_trace(record, unit, when, trial, lane))
    if isinstance(record, Training):
        return Sentence(changes(record, unit, when, lane))
    has = [word for word in ("trace", "training") if hasattr(record, word)]
    hint = f"; it has {' and '.join(f'.{word}' for word in has)}: explain one of these" if has else ""
    raise AllornoneError(f"a Trace or a Training can be explained, found {type(record).__name__}{hint}")


def _of_trace(trace: Trace, unit: str, when: Any, trial: Any, lane: Any) -> str:
    origin = trace.origin or Origin(compile(trace.network))
    if not isinstance(unit, str) or unit not in origin.program.index:
        raise UnknownName("unit", str(unit), origin.program.index)
    when, (_, trials, _, lanes) = trace.row(when) * trace.every, trace.recorded["y"].shape
    past = _Past(trace, origin, place_among("trial", trial, trials), place_among("lane", lane, lanes))
    place = f"in presentation {when}" if origin.lessons else f"at {when}"
    if unit in origin.program.inputs:
        return f"{unit} is an input: {place} the world gave {number(past.output(unit, when))}."
    found = past.answer(unit, when)
    against = ", but not by its synapses" if found.forced else ""
    behind = past.forced(found) if found.forced else past.changed(found) or past.behind(found)
    return f"{unit} {found.does()} {place}{against}: {found.reason()}{'; ' if behind else ''}{behind}."


@dataclass(frozen=True)
class _Heard:
    """What the synapse in a `place` brought: its source, None for a bias, was x at tick `at`; it `adds` that to z.

    By its role it "adds", "rests", "forbids" the unit to fire, or "permits" it, as an inhibitory source that rests.
    """

    place: int
    source: str | None
    at: int
    x: float
    weight: float
    adds: float
    role: str


@dataclass(frozen=True)
class _Answer:
    """One unit at one tick: what it heard, z, what its synapses would have it do (`own`), and y, which was recorded.

    Its life began at `begin`; it is `timed` unless each row of the trace is the end of a presentation of its own.
    """

    unit: str
    when: int
    model: UnitModel
    heard: Sequence[_Heard]
    z: float
    own: float
    y: float
    silenced: bool
    begin: int
    timed: bool

    @property
    def forced(self) -> bool:
        """Whether it did something else than its synapses would have it do."""
        return not math.isclose(self.y, self.own, rel_tol=1e-9, abs_tol=1e-9)

    def those(self, role: str) -> list[_Heard]:
        """Return what it heard in a role."""
        return [one for one in self.heard if one.role == role]

    def groups(self) -> list[list[_Heard]]:
        """Gather the synapses that brought the same with the same weight; the strongest first, no bias."""
        gathered: dict[tuple[int, float, float], list[_Heard]] = {}
        for one in self.those("adds"):
            if one.source is not None:
                gathered.setdefault((one.at, one.x, one.weight), []).append(one)
        return sorted(gathered.values(), key=lambda group: -abs(len(group) * group[0].adds))

    def does(self) -> str:
        """Return what it did, as a verb."""
        if self.silenced and not self.forced:
            return "is silenced"
        if self.model.binary and self.y in (0, 1):
            return "fires" if self.y else "rests"
        return f"is {number(self.y)}"

    def reason(self) -> str:
        """Return what it heard, what that came to, and who forbade it to fire."""
        groups = self.groups()
        shown = groups if len(groups) <= KINDS + 1 else groups[:KINDS]
        more = [one for group in groups[len(shown) :] for one in group]
        parts = [(self.brought(group), len(group) * group[0].adds) for group in shown]
        rest = sum(one.adds for one in more)
        parts += [(f"{len(more)} more add {number(rest)}", rest)] if more else []
        biases = [one for one in self.those("adds") if not one.source]
        parts += [(f"its bias adds {number(one.adds)}", one.adds) for one in biases]
        heard = [", ".join(part for part, _ in parts)] if parts else []
        heard += self.missing() if self.model.binary and not (self.y or self.silenced or self.forced) else []
        weightless = any(one.x and one.source for one in self.those("rests"))
        heard = heard or ["what it hears has weight 0" if weightless else "it hears nothing"]
        return f"{', but '.join(heard)}: {self.total([adds for _, adds in parts])}{self.veto()}"

    def brought(self, group: Sequence[_Heard]) -> str:
        """Return what synapses brought that brought the same with the same weight."""
        x, several = group[0].x, len(group) > 1
        did = f" {'were' if several else 'was'} {number(x)}"
        if self.model.binary and x in (0, 1):
            did = " fired" if x else " rested"
        return f"{self.told(group, did)} (weight {number(group[0].weight)}{' each' * several})"

    def told(self, group: Sequence[_Heard], did: str) -> str:
        """Return who did something, and when."""
        ticks = ", ".join(number(tick) for tick in dict.fromkeys(one.at for one in group))
        return names([str(one.source) for one in group]) + did + f" at {ticks}" * self.timed

    def missing(self) -> list[str]:
        """Return what was missing where it rests, if anything was; few are named."""
        silent = [one for one in self.those("rests") if one.weight]
        said = f"{'the other' if self.those('adds') else 'all'} {len(silent)} that it hears rested"
        if len(silent) <= KINDS:
            ticks = dict.fromkeys(one.at for one in silent)
            groups = ([one for one in silent if one.at == tick] for tick in ticks)
            said = ", ".join(self.told(group, " rested") for group in groups)
        early = ", before the beginning" * all(one.at < self.begin for one in silent)
        return [said + early] if silent else []

    def total(self, adds: Sequence[float]) -> str:
        """Return what added up to z, and z beside the threshold, or else beside the output that it gives."""
        threshold = self.model.values().get("threshold")
        z, limit = (number(self.z), "") if threshold is None else apart(self.z, threshold)
        z = added(adds, z)
        if threshold is not None:
            return f"{z} {'≥' if self.z >= threshold else '<'} {limit}"
        return f"z = {z}{',' if self.model.binary else ' gives'} y = {number(self.own)}"

    def veto(self) -> str:
        """Return who forbade it to fire, or could have."""
        if who := self.those("forbids"):
            forbids = f"{self.told(who, ' fired')} and forbid{'s' * (len(who) == 1)} it"
            return f", but {forbids}" if self.silenced else f", and {forbids} anyway"
        free = self.those("permits") if self.own == 1 else []
        if len(free) > 2:
            return f", and none of the {len(free)} that could forbid it fired"
        rested = " and ".join(self.told([one], ", which could forbid it, rested") for one in free)
        return f", and {rested}" if free else ""

    def short(self) -> str:
        """Return the most of why it did what it did."""
        groups = self.groups()
        heard = [self.brought(group) for group in groups[:2]] + ["more"] * (len(groups) > 2)
        return (" and ".join(heard) or self.total([])) + self.veto()


@dataclass(frozen=True)
class _Past:
    """What was recorded of one trial in one lane."""

    trace: Trace
    origin: Origin
    trial: int
    lane: int

    def output(self, unit: str, when: int, word: str = "y") -> float:
        """Return what was recorded of a unit."""
        kept = self.trace.recorded[word][self.trace.row(when), self.trial, :, self.lane]
        return float(kept[self.trace.place(unit)])

    def begin(self, when: int) -> int:
        """Return the tick at which the life began that goes through a tick."""
        return self.origin.begin(when // self.trace.every) * self.trace.every

    def answer(self, unit: str, when: int) -> _Answer:
        """Return what a unit heard and did at a tick."""
        y, wiring, lane = self.output(unit, when), self.origin.program.wiring, self.lane
        if lane >= wiring.lanes:
            raise AllornoneError(f"only the network of lane 0 was saved with this trace, found lane {lane}")
        me = wiring.names.index(unit)
        together = np.flatnonzero(wiring.group == wiring.group[me]).tolist() if wiring.group[me] else [me]
        heard = [self.heard(one, when) for one in together]
        rows = [(k, h.weight, h.x) for k, hs in enumerate(heard) for h in hs if h.role in ("adds", "rests")]
        z, answers = alone(wiring.model(together, [lane]), len(together), np.array(rows).reshape(-1, 3))
        mine, model = together.index(me), wiring.model([me], [lane])
        told, asked = sorted(heard[mine], key=lambda one: one.place), answers[mine]
        own = 0.0 if any(one.role == "forbids" for one in told) else asked
        begin, timed = self.begin(when), not self.origin.lessons
        return _Answer(unit, when, model, told, z[mine], own, y, own < asked, begin, timed)

    def heard(self, me: int, when: int) -> list[_Heard]:
        """Return what each synapse of a unit brought, in the order in which the engine adds up, the bias last."""
        program, wiring, recorded = self.origin.program, self.origin.program.wiring, self.trace.recorded
        mine, unit = np.flatnonzero(wiring.target == me), wiring.names[me]
        if self.origin.learned and "weights" not in recorded and program.plastic[mine].any():
            lost = f"the weights of {unit!r} changed as it lived and were not recorded"
            raise AllornoneError(f"{lost}: simulate again with record=['weights']")
        weights, source = program.every_value(program.weights)[:, self.lane], wiring.source[mine]
        if "weights" in recorded:
            weights[~wiring.inhibitory] = recorded["weights"][when // self.trace.every, :, self.lane]
        order = np.lexsort((program.place_of[source], wiring.delay[mine], source == 0))
        model, begin, found = wiring.model([me], [self.lane]), self.begin(when), []
        for k in mine[order].tolist():
            name, w = wiring.names[wiring.source[k]] or None, float(weights[k])
            at = self.seen_from(when, int(wiring.delay[k]), unit)
            x = 1.0 if name is None else self.output(name, at) if at >= begin else 0.0
            adds = float(model.combine(np.array(w), np.array(x)))
            # Where z is no sum of w x, a source that adds 0 was heard too: it is at the centre of a radial unit.
            role = "adds" if adds or (name and not model.summing) else "rests"
            if wiring.inhibitory[k]:
                adds, role = 0.0, "forbids" if x > 0 else "permits"
            found.append(_Heard(k, name, at, x, w, adds, role))
        return found

    def seen_from(self, when: int, delay: int, unit: str) -> int:
        """Return the tick that a synapse of this delay looks at, or raise an error if nobody kept it."""
        at, every = when - delay, self.trace.every
        if self.origin.lessons and not (delay and self.origin.program.has_loops):
            return when  # the input was held until the net had settled
        if self.origin.lessons:
            lost = f"{delay} before the last of its presentation, which alone was kept"
        elif at < self.begin(when) and not self.origin.rested:
            lost = f"{at}, of an earlier phase, which was not kept"
        elif at >= self.begin(when) and at % every:
            lost = f"{at}, which every={every} left out: simulate with every=1"
        else:
            return at
        raise AllornoneError(f"{unit!r} at tick {when} hears tick {lost}")

    def forced(self, found: _Answer) -> str:
        """Return how a unit may have come to do what its synapses did not ask for."""
        waits = found.timed and self.trace.every == 1 and found.when > found.begin
        waits = waits and self.output(found.unit, found.when - 1) == found.y
        changed = " or the network is no longer as it was" * (self.trace.origin is None)
        return f"it was forced from outside{' or it was not its turn' * waits}{changed}"

    def changed(self, found: _Answer) -> str:
        """Return which weights of the unit the tick changed, if that was recorded."""
        if "weights" not in self.trace.recorded or self.trace.every > 1:
            return ""
        rows = self.trace.recorded["weights"][found.when : found.when + 2, :, self.lane]
        mine = [k for k, (_, target) in enumerate(self.trace.synapses) if target == found.unit]
        moved = from_to([self.trace.synapses[k][0] for k in mine], rows[0, mine], rows[-1, mine])
        return f"this changed {moved}" if moved else ""

    def behind(self, found: _Answer) -> str:
        """Return the one thing that stands behind a fire or a rest, if one stands out and was recorded."""
        if not found.model.binary or found.silenced or not found.timed:
            return ""
        try:
            back = self.cause(found) if found.y == 1 else self.prevented(found)
        except AllornoneError:
            return ""
        if back is None:
            return ""
        if back.silenced and not back.forced:
            return f"{back.unit} would have fired, but {back.told(back.those('forbids'), ' fired')} and forbade it"
        because = "it was forced" if back.forced else back.short()
        if back.unit == found.unit:
            return f"it has fired ever since {back.when}, when {because.replace(' fired', ' had fired')}"
        return f"{back.unit} had " + ("been forced to" if back.forced else f"fired because {because}")

    def cause(self, found: _Answer) -> _Answer | None:
        """Return the answer of the one unit that fired it, or its own of the tick when its memory began."""
        back, inputs, heard = None, self.origin.program.inputs, found.those("adds")
        while len(heard) == 1 and heard[0].adds > 0 and heard[0].x:
            source, at = heard[0].source, heard[0].at
            if source is None or source in inputs or (back is not None and source != found.unit):
                break
            if found.when - at > FAR:  # since when it has fired is not known
                return None
            back = self.answer(source, at)
            heard = back.those("adds") if back.unit == found.unit else []
        # What is neither fire nor rest never had fired.
        return back if back is not None and back.model.binary else None

    def prevented(self, found: _Answer) -> _Answer | None:
        """Return the answer of the first unit that would have excited it and was silenced."""
        for one in found.those("rests") if "vetoed" in self.trace.recorded else ():
            if one.weight > 0 and one.at >= found.begin and self.output(str(one.source), one.at, "vetoed"):
                back = self.answer(str(one.source), one.at)
                if back.silenced:
                    return back
        return None
