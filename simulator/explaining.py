"""Explaining: why a unit did what it did, in one sentence, from what was recorded and nothing else.

It is told from the record: what each synapse brought, what they came to, who forbade it. The sum is the engine's
own, lived once more for that one tick; no model is known here but by its parameters.
"""

from __future__ import annotations

from typing import Any

from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.explaining_answer import Answer, answer, checked
from allornone.simulator.explaining_learning import changes
from allornone.simulator.explaining_words import forced, number, told
from allornone.simulator.records import Trace, Training

FAR = 1000
"""Ticks that a memory is followed back."""


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
    >>> from allornone.simulator.network import Network
    >>> from allornone.simulator.simulation import simulate
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
    >>> from allornone.simulator.training import train
    >>> X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> training = train(perceptron(inputs=2), X, d, rule=PerceptronRule(), epochs=9, until="mistakes == 0")
    >>> explain(training, "out", 1)
    In epoch 1 one of 4 lessons changed out: (1, 1), taught 1, answered 0: bias +1, X1 +1, X2 +1. \
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
