"""Explanations: every name, tick and number in a sentence is what the naive interpreter finds by hand."""

from __future__ import annotations

import re
from typing import Any

import networks as nets
import numpy as np
import pytest
import reference
from hypothesis import assume, given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace, Training
from allornone.simulator.records.wording import names
from allornone.simulator.time.simulation import simulate

NUMBER = r"−?\d+(?:\.\d+)?(?:e[+−]\d+)?"
LIST = r"((?:\w+, )*\w+(?: and \w+)?)"
HEARD = re.compile(rf"{LIST} (fired|(?:was|were) {NUMBER}) at ({NUMBER}) \(weight ({NUMBER})(?: each)?\)")
FORBIDS = re.compile(rf"(?:but|and) {LIST} fired at [−\d, ]+ and forbids? it")
COULD = re.compile(r"(\w+), which could forbid it, rested at (−?\d+)")
AGAINST = re.compile(rf"({NUMBER}) ([≥<]) ({NUMBER})")
GIVES = re.compile(rf"({NUMBER})(?: gives|,) y = ({NUMBER})")
ADDED = re.compile(rf"((?:{NUMBER}) (?:[+−] {NUMBER} )+)= ({NUMBER})")
few_networks = settings(deadline=None, max_examples=25)
HAS_THRESHOLD = ("mcculloch-pitts", "threshold")


def value(text: str) -> float:
    """Return a number as it stands in a sentence."""
    return float(text.replace("−", "-"))


def near(told: str | float, true: float) -> bool:
    """Return whether a number was told right, to the four digits that a sentence gives."""
    found = value(told) if isinstance(told, str) else told
    return abs(found - true) <= 6e-4 * max(abs(true), 1e-300)


def apart(text: str) -> list[str]:
    """Return the names of a list in words."""
    return re.split(r", | and ", text)


def first_part(sentence: str) -> str:
    """Return what a sentence says of its own unit and tick, without what lies behind."""
    return sentence.split("; ")[0]


def heard(life: reference.Life, unit: str, tick: int) -> set[tuple[str, int, float, float]]:
    """Return by hand what reached a unit: source, tick, what it brought, weight."""
    found = set()
    for source in life.graph.predecessors(unit):
        synapse = life.graph.edges[source, unit]
        at = tick - reference.delay_of(life.graph, source, unit)
        x = life.y[at][source] if at >= 0 else 0.0
        if synapse.get("kind") != "inhibitory" and x * synapse.get("weight", 1.0):
            found.add((source, at, x, synapse.get("weight", 1.0)))
    return found


def forbidding(life: reference.Life, unit: str, tick: int) -> tuple[set[str], set[tuple[str, int]]]:
    """Return by hand who forbids a unit to fire, and who could but rests, with its tick."""
    forbid, could = set(), set()
    for source in life.graph.predecessors(unit):
        if life.graph.edges[source, unit].get("kind") == "inhibitory":
            at = tick - reference.delay_of(life.graph, source, unit)
            if at >= 0 and life.y[at][source] > 0:
                forbid.add(source)
            else:
                could.add((source, at))
    return forbid, could


def assert_heard(sentence: str, expected: set[tuple[str, int, float, float]]) -> None:
    """Assert that a sentence names what was heard, all of it and nothing else."""
    told = []
    for who, did, at, weight in HEARD.findall(sentence):
        x = 1.0 if did == "fired" else value(did.split()[1])
        told += [(source, int(value(at)), x, value(weight)) for source in apart(who)]
    assert {(source, at) for source, at, *_ in told} == {(source, at) for source, at, *_ in expected}, (
        sentence
    )
    assert len(told) == len(expected), sentence
    for source, at, x, weight in told:
        (true,) = [one for one in expected if one[:2] == (source, at)]
        assert near(x, true[2]), sentence
        assert near(weight, true[3]), sentence


def assert_sum(sentence: str, life: reference.Life, unit: str, tick: int) -> None:
    """Assert that the sum is the net input, its parts add up to it, and the comparison is the right one."""
    data, z = life.graph.nodes[unit], life.z[tick][unit]
    if data["model"] in HAS_THRESHOLD:
        threshold = data.get("threshold", 1.0 if data["model"] == "mcculloch-pitts" else 0.0)
        ((left, sign, right),) = AGAINST.findall(sentence)
        assert near(left, z), sentence
        assert near(right, threshold), sentence
        assert sign == ("≥" if z >= threshold else "<"), sentence
        assert (value(left) >= value(right)) == (z >= threshold), sentence
    else:
        ((left, y),) = GIVES.findall(sentence)
        assert near(left, z), sentence
        assert near(y, reference.ACTIVATE[data["model"]](z, data)), sentence
    for parts, total in ADDED.findall(sentence):
        signed = parts.replace("− ", "-").replace("+ ", "").replace("−", "-").split()
        largest = max(abs(float(part)) for part in signed)
        assert abs(sum(map(float, signed)) - value(total)) <= 2e-3 * largest, sentence


@pytest.mark.parametrize("kind", [nets.binary, nets.mixed, nets.smooth], ids=["binary", "mixed", "smooth"])
@given(data=st.data())
@few_networks
def test_every_number_in_a_sentence_is_right(data: st.DataObject, kind: nets.Kind) -> None:
    """Any unit at any tick of any trial: what reached it, the sum, the threshold, who forbade it."""
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, batch=data.draw(st.integers(1, 2)), ticks=6))
    lives = [
        reference.live(net, [dict(zip(net.inputs, tick, strict=True)) for tick in trial])
        for trial in history.tolist()
    ]
    assume(not any(life.doubtful for life in lives))
    trace = simulate(net, history)

    for trial, life in enumerate(lives):
        for tick in range(len(life.y)):
            for unit in net:
                assert_told(str(aon.explain(trace, unit, tick, trial=trial)), life, unit, tick)


def assert_told(whole: str, life: reference.Life, unit: str, tick: int) -> None:
    """Assert that a sentence about a unit that nothing forced says what the interpreter knows."""
    y = life.y[tick][unit]
    if life.graph.nodes[unit].get("input"):
        assert f"{unit} is an input: at {tick} the world gave " in whole
        assert near(whole.rstrip(".").split()[-1].replace("-", "−"), y)
        return
    sentence = first_part(whole)
    binary = life.graph.nodes[unit]["model"] in nets.BINARY
    does = "is silenced" if life.vetoed[tick][unit] else ("fires" if y else "rests") if binary else "is "
    assert sentence.startswith(f"{unit} {does}"), sentence
    if does == "is ":
        assert near(sentence.split()[2], y), sentence
    assert f" at {tick}: " in sentence
    own = sentence.split(", but ")[0] if " rested" in sentence and "fires" not in sentence else sentence
    assert_heard(own, heard(life, unit, tick))
    assert_sum(sentence, life, unit, tick)
    bias = life.graph.nodes[unit].get("bias", 0.0)
    told = re.findall(rf"its bias adds ({NUMBER})", sentence)
    assert len(told) == (bias != 0)
    assert all(near(one, bias) for one in told)
    forbid, could = forbidding(life, unit, tick)
    assert {name for found in FORBIDS.findall(sentence) for name in apart(found)} == forbid
    if y == 1 and len(could) <= 2 and binary:
        assert {(name, int(value(at))) for name, at in COULD.findall(sentence)} == could


def prevented(life: reference.Life, unit: str, tick: int) -> list[bool]:
    """Return by hand, of each source that would have excited a unit, whether it was silenced."""
    found = []
    for source in life.graph.predecessors(unit):
        synapse = life.graph.edges[source, unit]
        at = tick - reference.delay_of(life.graph, source, unit)
        if synapse.get("kind") != "inhibitory" and synapse.get("weight", 1.0) > 0 and at >= 0:
            found.append(life.vetoed[at].get(source, False))
    return found


@given(data=st.data())
@few_networks
def test_what_lies_behind_is_right_too(data: st.DataObject) -> None:
    """The unit that fired it had fired because of what reached it then."""
    net = data.draw(nets.networks(nets.binary))
    history = data.draw(nets.histories(net, nets.binary, ticks=8))
    life = reference.live(net, [dict(zip(net.inputs, tick, strict=True)) for tick in history[0].tolist()])
    trace = simulate(net, history)

    for tick in range(len(life.y)):
        for unit in set(net) - set(net.inputs):
            whole = str(aon.explain(trace, unit, tick))
            _, _, behind = whole.partition("; ")
            if " had fired because " in behind:
                who = behind.split(" had fired because ")[0]
                ((_, _, at, _),) = HEARD.findall(first_part(whole))
                then = int(value(at))
                true = heard(life, who, then)
                expected = true if "and more" not in behind else None
                assert life.y[then][who] == 1
                if expected is not None:
                    assert_heard(behind.partition(" because ")[2], expected)
            if " would have fired, but " in behind:
                who, _, why = behind.partition(" would have fired, but ")
                then = tick - reference.delay_of(net, who, unit)
                assert life.vetoed[then][who]
                assert set(apart(why.split(" fired at ")[0])) == forbidding(life, who, then)[0]
            elif "silenced" not in whole and life.y[tick][unit] == 0 and not forbidding(life, unit, tick)[0]:
                assert not any(prevented(life, unit, tick))
            if "ever since" in behind:
                since = int(behind.split("ever since ")[1].split(",")[0])
                delay = reference.delay_of(net, unit, unit)
                assert all(life.y[t][unit] for t in range(since, tick + 1, delay))
                assert heard(life, unit, since) != {
                    (unit, since - delay, 1.0, net.edges[unit, unit].get("weight", 1.0))
                }


@given(data=st.data())
@few_networks
def test_what_was_forced_is_told_as_forced(data: st.DataObject) -> None:
    """A unit that does what its synapses did not ask for was forced; what they asked for is told all the same."""
    net = data.draw(nets.networks(nets.binary))
    history = data.draw(nets.histories(net, nets.binary, ticks=6))
    forced = data.draw(nets.forcings(net, history.shape[1]))
    rows = [dict(zip(net.inputs, tick, strict=True)) for tick in history[0].tolist()]
    given_ = [row | {u: at[t] for u, at in forced.items() if t in at} for t, row in enumerate(rows)]
    life = reference.live(net, given_)
    stimulus = {name: [row[name] for row in rows] for name in net.inputs}
    trace = simulate(net, stimulus | forced, ticks=len(rows))

    for tick in range(len(rows)):
        for unit in set(net) - set(net.inputs):
            node = net.nodes[unit]
            own = reference.ACTIVATE[node["model"]](life.z[tick][unit], node)
            own = 0.0 if forbidding(life, unit, tick)[0] else own
            sentence = str(aon.explain(trace, unit, tick))
            assert ("not by its synapses" in sentence) == (own != life.y[tick][unit]), sentence
            assert_sum(first_part(sentence).split(". ")[0], life, unit, tick)


def verdict(trace: Trace, unit: str, tick: int) -> str:
    """Return how a sentence must begin, by what was recorded."""
    model, y, z = trace.network.unit(unit), float(trace[unit][tick]), float(trace.of(unit, "z")[tick])
    silenced = any(
        trace[source][tick - trace.network.delay(source, unit)] > 0
        for source in trace.network.predecessors(unit)
        if trace.network.edges[source, unit].get("kind") == "inhibitory"
        and tick >= trace.network.delay(source, unit)
    )
    asked = float(model.activate(np.array([[[z]]]))[0, 0, 0])
    forced = abs(y - (0.0 if silenced else asked)) > 1e-9
    does = ("fires" if y else "rests") if model.binary and y in (0, 1) else "is "
    if silenced and asked > 0 and not forced:
        does = "is silenced"
    elif does == "is ":
        return f"{unit} is "
    return f"{unit} {does} at {tick}{', but not by its synapses' if forced else ''}: "


def assert_agrees(data: st.DataObject) -> None:
    """Assert that what is told of a unit is what was recorded of it, and what the naive interpreter finds."""
    kind = data.draw(st.sampled_from([nets.binary, nets.mixed, nets.smooth, *ONE_MORE]))
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, ticks=8))
    forced = data.draw(nets.forcings(net, history.shape[1]))
    rows = [dict(zip(net.inputs, tick, strict=True)) for tick in history[0].tolist()]
    stimulus = {name: [row[name] for row in rows] for name in net.inputs}
    trace = simulate(net, stimulus | forced, ticks=len(rows), record=["z"])
    life = None
    if set(kind.models) <= set(reference.ACTIVATE):
        life = reference.live(
            net, [row | {u: at[t] for u, at in forced.items() if t in at} for t, row in enumerate(rows)]
        )
        assume(not life.doubtful)

    for _ in range(4):
        unit = data.draw(st.sampled_from([name for name in net if name not in net.inputs]))
        tick = data.draw(st.integers(0, len(rows) - 1))
        said = str(aon.explain(trace, unit, tick))
        assert said.startswith(verdict(trace, unit, tick)), said
        assert said.count("; ") <= 1, said
        assert said.endswith("."), said
        z = float(trace.of(unit, "z")[tick])
        ((told, *_),) = AGAINST.findall(first_part(said)) or GIVES.findall(first_part(said))
        assert near(told, z) or abs(z) < 1e-9, said
        if life is not None:
            assert_sum(first_part(said), life, unit, tick)


ONE_MORE = [nets.any_of(model) for model in ("radial", "softmax", "tanh", "relu", "clipped", "bipolar")]


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_what_is_told_agrees_with_the_record(data: st.DataObject) -> None:
    """Sum and verdict, of units of any kind, forced or not; two clauses at most."""
    assert_agrees(data)


@pytest.mark.slow
@given(data=st.data())
@settings(deadline=None, max_examples=2000)
def test_what_is_told_agrees_with_the_record_in_2000_networks(data: st.DataObject) -> None:
    """The same of many more."""
    assert_agrees(data)


def test_no_other_unit_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a unit heard is in the record: nobody else runs again."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("L", aon.Linear())
    net.add_unit("U", aon.McCullochPitts(threshold=3))
    net.connect("A", "L", weight=2)
    net.connect("L", "U")
    net.connect("A", "U")
    trace = simulate(net, {"A": "1"}, ticks=2)

    def never(self: aon.Linear, z: Array) -> Array:
        raise AssertionError("a linear unit ran again")

    monkeypatch.setattr(aon.Linear, "activate", never)

    assert aon.explain(trace, "U", 1) == (
        "U fires at 1: L was 2 at 0 (weight 1), A fired at 0 (weight 1): 2 + 1 = 3 ≥ 3."
    )


def test_units_that_answer_together_are_told_with_their_share() -> None:
    """A share of a softmax depends on the net inputs of its whole group; one that is forced to another is found out."""
    net = Network()
    net.add_inputs("A")
    net.add_group("out", 3, aon.Softmax(), output=True)
    for k, weight in enumerate([0.0, np.log(2.0), np.log(5.0)]):
        net.connect("A", f"out[{k}]", weight=float(weight))
    trace = simulate(net, {"A": "11", "out[1]": {1: 0.5}})

    assert aon.explain(trace, "out[2]", 0) == (
        "out[2] is 0.625 at 0: A was 1 at 0 (weight 1.609): z = 1.609 gives y = 0.625."
    )
    assert aon.explain(trace, "out[1]", 1) == (
        "out[1] is 0.5 at 1, but not by its synapses: A was 1 at 1 (weight 0.6931): z = 0.6931 gives y = 0.25; "
        "it was forced from outside."
    )


def test_an_input_at_the_centre_of_a_radial_unit_is_heard() -> None:
    """It adds 0 to the squared distance, and that is why the unit answers 1."""
    net = aon.rbf([[1.0, 2.0]])
    (unit,) = [name for name, data in net.nodes(data=True) if data.get("model") == "radial"]
    X1, X2 = net.inputs
    trace = simulate(net, {X1: [1.0, 0.0], X2: [2.0, 2.0]})

    assert aon.explain(trace, unit, 0) == (
        f"{unit} is 1 at 0: {X1} was 1 at 0 (weight 1), {X2} was 2 at 0 (weight 2): z = 0 + 0 = 0 gives y = 1."
    )
    assert aon.explain(trace, unit, 1) == (
        f"{unit} is 0.3679 at 1: {X1} was 0 at 1 (weight 1), {X2} was 2 at 1 (weight 2): "
        "z = 1 + 0 = 1 gives y = 0.3679."
    )


def test_a_record_of_some_units_tells_of_them_and_names_what_it_lacks() -> None:
    """A source that was not recorded is named; what lies behind is left out where nobody recorded it."""
    net = aon.run("mp-1e-heat-illusion").network

    def of(*units: str) -> Trace:
        return simulate(net, {"cold": "1"}, ticks=6, record=aon.Record(units=units))

    assert (
        aon.explain(of("heat", "warm", "Nb"), "heat", 3)
        == "heat fires at 3: Nb fired at 2 (weight 2): 2 ≥ 2."
    )
    with pytest.raises(
        AllornoneError, match=r"^'Nb' was not recorded: name it among the units of the Record$"
    ):
        aon.explain(of("heat", "warm"), "heat", 3)
    for unit in ("heat", "warm"):
        with pytest.raises(AllornoneError, match=f"^'{unit}' was not recorded: name it among"):
            aon.explain(of("Nb", "Na", "cold"), unit, 3)
    with pytest.raises(AllornoneError, match="'Nb' was not recorded: name it among"):
        of("heat")["Nb"]
    with pytest.raises(AllornoneError, match="no unit is named 'Nx'"):
        aon.explain(of("heat"), "Nx", 3)


def test_weights_that_changed_are_told_before_what_lies_behind() -> None:
    """A sentence has two clauses at most, and a fire that goes on may have a cause and a consequence."""
    net = gate(2.0)
    net.connect("U", "U", weight=2.0, plastic=True)
    trace = simulate(net, {"A": "1"}, ticks=4, rule=aon.Hebb(eta=0.5), record=["weights"])

    assert aon.explain(trace, "U", 2) == (
        "U fires at 2: U fired at 1 (weight 2): 2 ≥ 2; this changed U 2 → 2.5."
    )
    assert aon.explain(trace, "U", 3) == (
        "U fires at 3: U fired at 2 (weight 2.5): 2.5 ≥ 2; it has fired ever since 1, when A had fired at 0 (weight 2)."
    )


def test_weights_of_0_are_told_as_such() -> None:
    """A source that fires and weighs 0 is not nothing."""
    assert aon.explain(simulate(gate(0.0), {"A": "1"}, ticks=2), "U", 1) == (
        "U rests at 1: what it hears has weight 0: 0 < 2."
    )
    assert (
        aon.explain(simulate(gate(0.0), {"A": "0"}, ticks=2), "U", 1)
        == "U rests at 1: it hears nothing: 0 < 2."
    )


def test_a_memory_is_followed_back_to_its_beginning_or_not_told_at_all() -> None:
    """A thousand ticks are followed; of an older memory nobody says that it began within them."""
    net = gate(2.0)
    net.connect("U", "U", weight=2.0)
    trace = simulate(net, {"A": "1"}, ticks=1100)

    assert str(aon.explain(trace, "U", 1000)).endswith(
        "; it has fired ever since 1, when A had fired at 0 (weight 2)."
    )
    assert aon.explain(trace, "U", 1099) == "U fires at 1099: U fired at 1098 (weight 2): 2 ≥ 2."


def test_what_pulls_a_unit_down_is_no_cause_of_its_fire() -> None:
    """A unit with a threshold below what its one source brings fires in spite of it."""
    net = gate(1.0, threshold=1.0)
    net.add_unit("V", aon.McCullochPitts(threshold=-2))
    net.connect("U", "V", weight=-1)
    trace = simulate(net, {"A": "1"}, ticks=3)

    assert aon.explain(trace, "V", 2) == "V fires at 2: U fired at 1 (weight −1): −1 ≥ −2."


def test_a_cause_that_was_forced_is_told_as_forced() -> None:
    """Also where it was forced to fire though something silenced it."""
    net = gate(2.0)
    net.add_inputs("I")
    net.inhibit("I", "U")
    net.add_unit("V", aon.McCullochPitts())
    net.connect("U", "V")
    trace = simulate(net, {"A": "1", "I": "1", "U": {1: 1}}, ticks=3)

    assert aon.explain(trace, "U", 1) == (
        "U fires at 1, but not by its synapses: A fired at 0 (weight 2): 2 ≥ 2, but I fired at 0 and forbids it; "
        "it was forced from outside."
    )
    assert aon.explain(trace, "V", 2) == "V fires at 2: U fired at 1 (weight 1): 1 ≥ 1; U had been forced to."


def test_lanes_have_their_own_weights_and_thresholds() -> None:
    """Two nets of one structure side by side."""
    weak, strong = gate(1.0), gate(3.0)
    strong.nodes["U"]["threshold"] = 3.0
    trace = simulate(aon.compile([weak, strong]), {"A": "1"}, ticks=2)

    assert aon.explain(trace, "U", 1) == "U rests at 1: A fired at 0 (weight 1): 1 < 2."
    assert aon.explain(trace, "U", 1, lane=1) == "U fires at 1: A fired at 0 (weight 3): 3 ≥ 3."


def gate(weight: float, threshold: float = 2.0) -> Network:
    """Return U, which hears A."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("U", aon.McCullochPitts(threshold=threshold))
    net.connect("A", "U", weight=weight)
    return net


def test_a_net_that_changed_since_is_told_as_it_was() -> None:
    """The record knows the weights and thresholds that it was lived with."""
    net = gate(2.0)
    trace = simulate(net, {"A": "1"}, ticks=2)
    net.edges["A", "U"]["weight"] = 0.5
    net.nodes["U"]["threshold"] = 7.0

    assert aon.explain(trace, "U", 1) == "U fires at 1: A fired at 0 (weight 2): 2 ≥ 2."


def test_weights_that_learned_are_told_tick_by_tick() -> None:
    """What the synapse weighed then, and what the tick made of it; without a record of them nothing is told."""

    def life(record: list[str]) -> Trace:
        net = Network()
        net.add_inputs("A")
        net.add_unit("U", aon.Perceptron(), bias=-0.75, plastic=True)
        net.connect("A", "U", weight=0.9)
        return simulate(net, {"A": "111"}, rule=aon.Hebb(eta=0.125), record=record)

    trace = life(["weights"])
    assert aon.explain(trace, "U", 1) == (
        "U fires at 1: A fired at 1 (weight 1.025), its bias adds −0.625: "
        "z = 1.025 − 0.625 = 0.4, y = 1; this changed A 1.025 → 1.15, bias −0.625 → −0.5."
    )
    with pytest.raises(AllornoneError, match=r"changed as it lived .* record=\['weights'\]"):
        aon.explain(life([]), "U", 1)


def test_a_hundred_synapses_still_make_a_sentence() -> None:
    """Few are named, the others counted; the sum is that of all."""
    net = Network()
    net.add_inputs(*(f"x{k}" for k in range(100)))
    net.add_unit("U", aon.McCullochPitts(threshold=40))
    for k in range(100):
        net.connect(f"x{k}", "U", weight=k % 8)
    x = np.ones((1, 100))

    sentence = aon.explain(simulate(net, x, ticks=2), "U", 1)

    assert len(sentence) < 400
    parts = [int(one) for one in re.findall(r"\d+", sentence.split(": ")[2].split(" = ")[0])]
    assert sum(parts) == sum(k % 8 for k in range(100)) == int(sentence.split(" = ")[1].split()[0])


def test_numbers_too_close_to_tell_are_told_apart() -> None:
    """A tenth added ten times, one after the other, is not one: the sentence shows it."""
    sentence = aon.explain(simulate(gate(0.9999999999999999, threshold=1.0), {"A": "1"}, ticks=2), "U", 1)

    assert sentence.endswith(": 0.99999999999999989 < 1.")


def test_one_at_a_time_a_unit_may_wait_for_its_turn() -> None:
    """Under one-by-one update a unit keeps its output until it is chosen."""
    trace = simulate(gate(2.0), {"A": "1111"}, ticks=4, update="one-by-one")
    assert np.array_equal(trace["U"], [0, 1, 1, 1])
    two = gate(2.0)
    two.add_unit("V", aon.McCullochPitts(threshold=1))
    two.connect("A", "V")
    trace = simulate(two, {"A": "1" * 8}, ticks=8, update="one-by-one")

    for unit in ("U", "V"):
        fires = trace[unit]
        waiting = [t for t in range(1, 8) if not fires[t]]
        for t in waiting:
            assert "it was not its turn" in aon.explain(trace, unit, t)
    assert any(not trace[unit][1] for unit in ("U", "V"))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("V", 1), "no unit is named 'V'"),
        ((["U"], 1), "no unit is named \"['U']\""),
        (("U", 9), "tick 9 was not lived: the trace ends with tick 4"),
        (("U", 1.5), "a tick must be a whole number"),
        (("U", -1), "a tick must be a whole number"),
        (("U", 3), "tick 3 was not kept: with every=2 the trace has 0, 2, 4"),
        (("U", 4), "'U' at tick 4 hears tick 3, which every=2 left out"),
    ],
)
def test_what_cannot_be_told(asked: tuple[Any, Any], says: str) -> None:
    """Units that are not there, ticks that were not lived, or not kept."""
    trace = simulate(gate(2.0), {"A": "10100"}, ticks=5, every=2)

    with pytest.raises(AllornoneError, match=re.escape(says)):
        aon.explain(trace, *asked)


def test_a_unit_that_neither_fires_nor_rests_never_had_fired() -> None:
    """What lies behind is told of units that fire."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("soft", aon.Logistic())
    net.add_unit("U", aon.Threshold(threshold=0.25))
    net.connect("A", "soft")
    net.connect("soft", "U")

    trace = simulate(net, {"A": "0"})

    assert aon.explain(trace, "U", 0) == "U fires at 0: soft was 0.5 at 0 (weight 1): 0.5 ≥ 0.25."


def test_what_is_no_record() -> None:
    """A result is told where its records are; trials and lanes are counted."""
    result: Any = aon.run("mp-1e-heat-illusion")
    with pytest.raises(AllornoneError, match=r"found Result; it has \.trace and \.training"):
        aon.explain(result, "heat", 3)
    with pytest.raises(AllornoneError, match="there is no trial 1"):
        aon.explain(result.trace, "heat", 3, trial=1)
    with pytest.raises(AllornoneError, match="there is no lane 2"):
        aon.explain(result.trace, "heat", 3, lane=2)


def test_why_cold_feels_hot() -> None:
    """The heat illusion, told in full; at a prompt it shows itself without quotes."""
    trace = aon.run("mp-1e-heat-illusion").trace

    assert repr(aon.explain(trace, "heat", 5)) == (
        "heat fires at 5: Nb fired at 4 (weight 2): 2 ≥ 2; Nb had fired because Na fired at 3 (weight 2), "
        "and cold, which could forbid it, rested at 3."
    )
    assert aon.explain(trace, "Nb", 3) == (
        "Nb is silenced at 3: Na fired at 2 (weight 2): 2 ≥ 2, but cold fired at 2 and forbids it."
    )
    assert aon.explain(trace, "heat", 4) == (
        "heat rests at 4: warm and Nb rested at 3: 0 < 2; Nb would have fired, but cold fired at 2 and forbade it."
    )


def test_a_trace_of_presentations_counts_them() -> None:
    """Where every row is the end of a presentation of its own, no tick is told."""
    trace = aon.run("perceptron-gates").trace
    assert trace.origin is not None
    assert trace.origin.lessons
    (unit, *_) = trace.network.outputs

    told = aon.explain(trace, unit, 3)

    assert f"{unit} {'fires' if trace[unit][3] else 'rests'} in presentation 3: " in told
    assert " at " not in told


def test_trials_of_a_film_begin_from_rest() -> None:
    """A trace of several trials, one after the other: a trial hears nothing of the one before."""
    trace = aon.run("mp-1b-or").trace
    assert trace.origin is not None

    for begin in trace.origin.begins:
        assert "before the beginning" in aon.explain(trace, "N3", begin)


@pytest.mark.parametrize("order", ["cyclic", "shuffled"])
@pytest.mark.parametrize("batch", [1, 2, "all"])
@given(data=st.data())
@settings(deadline=None, max_examples=8)
def test_what_a_lesson_changed_adds_up_to_what_the_epoch_did(
    data: st.DataObject, batch: int | str, order: str
) -> None:
    """The changes told, lesson by lesson, lead from the weights before the epoch to those after it."""
    lessons = data.draw(st.integers(2, 4))
    X = np.array(
        data.draw(st.lists(st.lists(nets.spikes, min_size=2, max_size=2), min_size=lessons, max_size=lessons))
    )
    d = np.array(data.draw(st.lists(nets.spikes, min_size=lessons, max_size=lessons)))
    training = aon.train(
        aon.perceptron(inputs=2), X, d, rule=aon.PerceptronRule(eta=0.5), epochs=5,
        order=order, batch=batch, seed=3, record=["weights"],
    )  # fmt: skip
    sources: list[str | None] = [None, "X1", "X2"]
    history = {source or "bias": training.weights(source, "out") for source in sources}

    for epoch in range(1, 6):
        sentence = str(aon.explain(training, "out", epoch))
        lessons_, _, ends = sentence.partition(" From first to last: ")
        changed = dict.fromkeys(history, 0.0)
        for name, by in re.findall(rf"(bias|X1|X2) \+?({NUMBER})", lessons_):
            changed[name] += value(by)
        for name, column in history.items():
            assert abs(changed[name] - (column[epoch] - column[epoch - 1])) < 1e-3, sentence
            moved = re.findall(rf"{name} ({NUMBER}) → ({NUMBER})", ends)
            assert len(moved) == (column[epoch] != column[epoch - 1])
            for old, new in moved:
                assert near(old, column[epoch - 1])
                assert near(new, column[epoch])


def test_lessons_are_told_in_the_order_in_which_they_came() -> None:
    """The lecture's rule learns AND: by hand, which lesson changed what in epoch 2."""
    training = and_training()

    assert aon.explain(training, "out", 2) == (
        "In epoch 2 three of 4 presentations changed out by perceptron: (0, 0), taught 0, answered 1: bias −1; "
        "(0, 1), taught 0, answered 1: bias −1, X2 −1; (1, 1), taught 1, answered 0: bias +1, X1 +1, X2 +1. "
        "From first to last: bias 1 → 0, X1 1 → 2."
    )
    assert aon.explain(training, "out", 6) == "In epoch 6 none of 4 presentations changed out."


def and_training(**how: Any) -> Training:
    """Return a perceptron's training in AND."""
    X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    return aon.train(
        aon.perceptron(inputs=2), X, d, rule=aon.PerceptronRule(), epochs=9, until="mistakes == 0", **how
    )


def test_batches_and_wide_examples_are_told_by_their_places() -> None:
    """A batch names the examples that it holds; an example of many inputs is told by its place."""
    X = np.eye(8)
    d = [0, 0, 0, 0, 1, 1, 1, 1]

    def epoch(batch: int | str, n: int = 1, rows: int = 8) -> str:
        training = aon.train(
            aon.perceptron(inputs=8), X[:rows], d[:rows], rule=aon.PerceptronRule(), epochs=n, batch=batch
        )
        return str(aon.explain(training, "out", n))

    assert epoch(4).startswith(
        "In epoch 1 one of 2 batches changed out by perceptron: examples 4, 5, 6 and 7 together, "
        "4 of them answered wrongly: "
    )
    assert epoch("all").startswith(
        "In epoch 1 the only batch changed out by perceptron: examples 0, 1, 2, 3 and 4 more "
    )
    assert epoch(1).startswith(
        "In epoch 1 one of 8 presentations changed out by perceptron: example 4, taught 1, answered 0: "
    )
    assert epoch(1, rows=1) == "In epoch 1 the only presentation did not change out."


def test_lessons_by_hand_for_every_rule_that_is_taught() -> None:
    """Of ADALINE too: each change is what the naive interpreter makes of that lesson."""
    X: Array = np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
    d = np.array([1.0, -1.0, -1.0])
    net = aon.adaline(inputs=2)
    by_hand = net.copy()
    training = aon.train(net, X, d, rule=aon.LMS(eta=0.25), epochs=1)
    sentence = str(aon.explain(training, "out", 1))

    told = sentence.split(": ", 1)[1].split(". From")[0].split("; ")
    assert len(told) == 3
    for sample, wanted, one in zip(X.tolist(), d.tolist(), told, strict=True):
        life = reference.present(by_hand, sample, 1)
        found = reference.changes(life, "lms", 0.25, {"out": wanted})
        reference.apply(by_hand, [found], average=True)
        lesson = dict(re.findall(rf"(bias|X1|X2) \+?({NUMBER})", one))
        assert {name: value(by) for name, by in lesson.items()} == pytest.approx(
            {source or "bias": by for (source, _), by in found.items()}, rel=1e-3
        )
        assert near(one.split("answered ")[1].split(":")[0], life.y[-1]["out"])
        assert near(one.split("taught ")[1].split(",")[0], wanted)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("X1", 1), "no unit with weights is named 'X1'"),
        ((["out"], 1), "no unit with weights is named \"['out']\""),
        (("out", 0), "epochs are counted from 1, and this training has 6, found 0"),
        (("out", 7), "epochs are counted from 1, and this training has 6, found 7"),
    ],
)
def test_what_a_training_cannot_tell(asked: tuple[Any, int], says: str) -> None:
    """Inputs have no weights; epochs that were not lived; a record from a file has no lessons."""
    with pytest.raises(AllornoneError, match=re.escape(says)):
        aon.explain(and_training(), *asked)


def test_a_training_from_a_file_has_no_lessons(tmp_path: Any) -> None:
    """It says so."""
    and_training().save(tmp_path / "t.npz")

    with pytest.raises(AllornoneError, match="without its examples"):
        aon.explain(Training.load(tmp_path / "t.npz"), "out", 1)


def test_a_trace_from_a_file_tells_the_same(tmp_path: Any) -> None:
    """The network goes with the record."""
    trace = simulate(gate(2.0), {"A": "1"}, ticks=2)
    trace.save(tmp_path / "t.npz")

    assert aon.explain(Trace.load(tmp_path / "t.npz"), "U", 1) == aon.explain(trace, "U", 1)


def test_what_a_file_cannot_tell(tmp_path: Any) -> None:
    """Of several lanes it has one network; weights that changed unrecorded stay unknown."""
    simulate(aon.compile([gate(2.0), gate(3.0)]), {"A": "1"}, ticks=2, record=["weights"]).save(
        tmp_path / "a"
    )
    net = gate(2.0)
    net.edges["A", "U"]["plastic"] = True
    simulate(net, {"A": "11", "U": "11"}, rule=aon.Hebb()).save(tmp_path / "b")
    lanes, learned = Trace.load(tmp_path / "a"), Trace.load(tmp_path / "b")

    assert aon.explain(lanes, "U", 1) == "U fires at 1: A fired at 0 (weight 2): 2 ≥ 2."
    with pytest.raises(AllornoneError, match="only the network of lane 0 was saved"):
        aon.explain(lanes, "U", 1, lane=1)
    with pytest.raises(AllornoneError, match="were not recorded"):
        aon.explain(learned, "U", 1)


def test_names_in_words() -> None:
    """Two are joined by and; of many, four are named."""
    assert [names(["a"]), names(["a", "b"]), names(list("abcdefg"))] == [
        "a",
        "a and b",
        "a, b, c, d and 3 more",
    ]


def test_each_lane_has_lessons_in_its_own_order() -> None:
    """Of two nets taught side by side, each in its own shuffled order, each is told as if it were alone."""
    X, d = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    how: dict[str, Any] = {"rule": aon.PerceptronRule(), "epochs": 3, "order": "shuffled"}
    both = aon.train(aon.compile([aon.perceptron(inputs=2), aon.perceptron(inputs=2)]), X, d, seed=5, **how)

    for lane in (0, 1):
        alone = aon.train(aon.perceptron(inputs=2), X, d, seed=5 + lane, **how)
        for epoch in (1, 2, 3):
            assert aon.explain(both, "out", epoch, lane=lane) == aon.explain(alone, "out", epoch)
    assert aon.explain(both, "out", 1) != aon.explain(both, "out", 1, lane=1)


def test_a_scenario_tells_what_its_lessons_changed() -> None:
    """The run that a scenario shows can be asked like any other, and is not changed by it."""
    result = aon.run("perceptron-gates")
    assert result.training is not None
    before = dict(result.network.nodes["out"])

    assert aon.explain(result.training, "out", 2) == aon.explain(and_training(), "out", 2)
    assert dict(result.network.nodes["out"]) == before


def test_a_bare_ring_lives_and_is_explained_without_an_output() -> None:
    """Only who teaches or evaluates a net needs outputs."""
    ring = aon.Network()
    ring.add_inputs("S")
    for name in ("A", "B"):
        ring.add_unit(name, aon.McCullochPitts())
    for pair in (("S", "A"), ("A", "B"), ("B", "A")):
        ring.connect(*pair)

    trace = aon.simulate(ring, {"S": "1"}, ticks=5)

    assert trace["A"].tolist() == [0, 1, 0, 1, 0]
    assert aon.explain(trace, "B", 4).startswith("B fires at 4: A fired at 3 (weight 1)")
    with pytest.raises(AllornoneError, match="every unit has an outgoing synapse, so no output is evident"):
        aon.evaluate(ring, [[1.0]], ticks=3)
    with pytest.raises(AllornoneError, match="every unit has an outgoing synapse, so no output is evident"):
        aon.train(ring, [[1.0]], [1], rule=aon.PerceptronRule(), ticks=3)


def test_a_flip_of_madaline_is_told_with_what_was_tried_before() -> None:
    """Rule I flips of the units that disagree the nearest to 0, then two; the sums are those of the weights by hand."""
    net = aon.madaline(2, 2, gate="or")
    start = {"H1": (0.75, 0.0, 0.5), "H2": (0.25, 1.0, 0.0)}
    for unit, (bias, x1, x2) in start.items():
        net.nodes[unit]["bias"] = bias
        net.edges["X1", unit]["weight"], net.edges["X2", unit]["weight"] = x1, x2
    # At (1, −1) both answer 1, H1 with z = 0.25 and H2 with z = 1.25: an or is −1 only when both are flipped.
    training = aon.train(net, [[1, -1]], [-1], rule=aon.MadalineI(alpha=1.0), epochs=1)

    told = aon.explain(training, "H1", 1)

    assert told.startswith("In epoch 1 the only presentation changed H1 by madaline-1: (1, −1), answered 1: ")
    assert (
        "(flipping H1 (z 0.25) did not help, flipping H1 (z 0.25) to −1 and H2 (z 1.25) to −1 puts the outputs right)"
        in told
    )


def test_where_no_flip_helps_rule_two_says_that_it_teaches_the_output() -> None:
    """An output whose weights are 0 answers 1 whatever the hidden units do."""
    net = aon.madaline(2, 1, gate="trained")
    for _, data in net.nodes(data=True):
        if "bias" in data:
            data["bias"] = 0.0
    for *_, data in net.edges(data=True):
        data["weight"] = 0.0
    training = aon.train(net, [[1, 1]], [-1], rule=aon.MadalineII(alpha=1.0), epochs=1)

    told = aon.explain(training, "out", 1)

    assert "(no flip helped (H1 (z 0)), so the outputs are taught themselves)" in told


def test_backpropagation_tells_delta_and_its_terms() -> None:
    """Worked by hand: z = 0 everywhere, so y = ½ and f'(z) = ¼; δ of the output is ¼ (½ − 1), and w carries it back."""
    net = aon.mlp(1, 1, 1)
    net.edges["H1", "out"]["weight"] = 2.0
    net.nodes["out"]["bias"] = -1.0

    training = aon.train(net.copy(), [[1.0]], [1.0], rule=aon.Backpropagation(eta=1.0))
    assert "(δ[out] = f'(z) ∂Div/∂y = 0.25 × −0.5 = −0.125)" in aon.explain(training, "out", 1)
    assert "(δ[H1] = f'(z) ∂E/∂y = 0.25 × −0.25 = −0.0625, with ∂E/∂y = Σ w δ = 2 × −0.125)" in aon.explain(
        training, "H1", 1
    )

    rule = aon.Backpropagation(eta=1.0, divergence="cross-entropy")
    training = aon.train(net.copy(), [[1.0]], [1.0], rule=rule)
    assert "(δ[out] = y − d = 0.5 − 1 = −0.5)" in aon.explain(training, "out", 1)

    coach = aon.Trainer(net.copy(), [[1.0]], [1.0], rule=aon.Backpropagation(eta=1.0))
    assert "\n  since δ[out] = f'(z) ∂Div/∂y = 0.25 × −0.5 = −0.125" in coach.step()


def test_through_time_backpropagation_tells_a_delta_a_tick() -> None:
    """A linear unit that hears itself a tick later with weight ½: δ halves with every tick back."""
    net = aon.Network()
    net.add_inputs("A")
    net.add_unit("U", aon.Linear(), output=True)
    net.connect("A", "U", weight=1.0)
    net.connect("U", "U", weight=0.5, delay=1)
    # y is 1, 1.5, 1.75; with d = 0.75 the last δ is 1
    training = aon.train(net, [[1.0]], [0.75], rule=aon.Backpropagation(eta=0.1), epochs=1, ticks=3)

    assert "(δ[U] = 1 at tick 2, 0.5 at tick 1, 0.25 at tick 0)" in aon.explain(training, "U", 1)
