"""Networks: the verbs, what they refuse and in which words, and what a network says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError, UnknownName, nearest
from allornone.simulator.network.network import Network, check
from allornone.simulator.registry import Registry, units


def conjunction() -> Network:
    """Return DESIGN's first network: N3 fires when N1 and N2 do and N4 does not."""
    net = Network(name="conjunction")
    net.add_inputs("N1", "N2")
    net.add_unit("N3", aon.McCullochPitts(threshold=2), output=True)
    net.connect("N1", "N3")
    net.connect("N2", "N3", weight=1)
    net.add_inputs("N4")
    net.inhibit("N4", "N3")
    return net


def message_of(call: Callable[[], object]) -> str:
    """Return the text of the error that a call ends in."""
    with pytest.raises(AllornoneError) as caught:
        call()
    return str(caught.value)


def test_the_first_network_is_built_line_by_line() -> None:
    """The lines that open the documentation do as they say."""
    net = aon.Network(name="conjunction")
    net.add_inputs("N1", "N2")
    net.add_unit("N3", aon.McCullochPitts(threshold=2), output=True)
    net.connect("N1", "N3")
    net.connect("N2", "N3", weight=1)
    net.add_inputs("N4")
    net.inhibit("N4", "N3")

    assert net.inputs == ["N1", "N2", "N4"]
    assert net.outputs == ["N3"]
    assert net.unit("N3") == aon.McCullochPitts(threshold=2)
    assert (net.depth, net.parameters, net.loops) == (1, 3, [])

    trace = aon.simulate(net, {"N1": "1101", "N2": [1, 0, 1, 1]}, ticks=6)
    assert trace["N3"].tolist() == [0, 1, 0, 0, 1, 0]
    assert trace.y.shape == (6, 4)

    sim = aon.Simulator(net)
    sim.step({"N1": 1})
    sim.back()
    kept = sim.snapshot()
    sim.restore(kept)
    assert sim.state["N3"] == 0.0
    sim.reset()


def test_everything_stands_in_plain_data() -> None:
    """A unit and a synapse are what networkx shows, and nothing else."""
    net = conjunction()

    assert net.nodes["N1"] == {"input": True}
    assert net.nodes["N3"] == {"model": "mcculloch-pitts", "threshold": 2, "output": True}
    assert net.edges["N1", "N3"] == {"weight": 1.0, "delay": 1, "kind": "weighted"}
    assert net.edges["N4", "N3"] == {"weight": 1.0, "delay": 1, "kind": "inhibitory"}
    assert net.graph == {"name": "conjunction"}


def test_permissive_and_strict_verbs_build_the_same() -> None:
    """Plain networkx calls, with what is left out at its default, give a network that lives the same."""
    net = Network()
    net.add_nodes_from(["N1", "N2", "N4"], input=True)
    net.add_node("N3", model="mcculloch-pitts", threshold=2)
    net.add_edges_from([("N1", "N3"), ("N2", "N3")])
    net.add_edge("N4", "N3", kind="inhibitory")
    stimulus = {"N1": "111", "N2": "110", "N4": "010"}

    found = aon.simulate(net, stimulus, ticks=5)["N3"].tolist()

    assert found == aon.simulate(conjunction(), stimulus, ticks=5)["N3"].tolist() == [0, 1, 0, 0, 0]


def test_outputs_are_marked_or_else_evident() -> None:
    """Without a mark they are the units with no outgoing synapse but to themselves; a ring has none."""
    net = Network()
    net.add_unit("A", aon.McCullochPitts())
    net.add_unit("B", aon.McCullochPitts())
    net.connect("A", "B")
    net.connect("B", "B")

    assert net.outputs == ["B"]
    net.connect("B", "A")
    assert net.outputs == []
    assert message_of(lambda: net.group("outputs")) == (
        "every unit has an outgoing synapse, so no output is evident: mark one with output=True"
    )
    net.nodes["A"]["output"] = True
    assert net.outputs == ["A"]


def test_groups_are_named_units() -> None:
    """A group is its units, row by row; four more groups are always there."""
    net = Network()
    retina = net.add_group("S", [2, 3])
    net.add_group("A", 2, aon.Threshold(threshold=1), bias=0.5)
    net.add_unit("R", aon.Perceptron())
    for name in net.group("A"):
        net.connect(name, "R")

    assert retina == ["S[0]", "S[1]", "S[2]", "S[3]", "S[4]", "S[5]"]
    assert net.facts["shapes"] == {"S": [2, 3]}
    assert net.groups == ["S", "A"]
    assert net.group("A") == net.group("hidden") == ["A[0]", "A[1]"]
    assert net.group("inputs") == retina
    assert net.group("outputs") == net.group("R") == ["R"]
    assert net.group("units") == list(net)
    assert net.nodes["A[1]"]["bias"] == 0.5
    assert message_of(lambda: net.group("B")).startswith("no unit or group is named 'B'.")


def test_a_shared_weight_counts_once() -> None:
    """Parameters are weights, those that share one counted together; biases apart."""
    net = Network()
    net.add_inputs("A", "B", "C")
    net.add_unit("out", aon.Linear())
    net.connect("A", "out", shared="w")
    net.connect("B", "out", shared="w")
    net.connect("C", "out")

    assert net.parameters == 2


def test_loops_are_named_in_the_order_of_their_units() -> None:
    """A loop is a set of units that excite one another in a circle, or one that excites itself."""
    net = Network()
    for name in "ABCD":
        net.add_unit(name, aon.McCullochPitts())
    for source, target in ("CB", "BC", "DD", "AB"):
        net.connect(source, target)

    assert net.loops == [["B", "C"], ["D"]]
    assert net.depth == 1


def test_a_relay_is_a_second_way_between_two_units() -> None:
    """Two synapses between a pair: the second goes through a unit of its own, with its delay in all."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.McCullochPitts())
    net.connect("A", "B")

    name = net.relay("A", "B", 3)

    assert name in net
    assert aon.simulate(net, {"A": "1"}, ticks=5)["B"].tolist() == [0, 1, 0, 1, 0]
    assert net.relay("A", "B", 4) != name
    assert message_of(lambda: net.relay("A", "B", 1)) == (
        "the delay of a relay from 'A' to 'B' must be a whole number from 2 up, found 1"
    )


TEXT: Any = "2"
REFUSED: dict[str, tuple[Callable[[Any], object], str]] = {
    "unknown source": (lambda net: net.connect("N5", "N3"), "no unit is named 'N5'. Did you mean 'N1'?"),
    "unknown target": (lambda net: net.connect("N1", "Q"), "no unit is named 'Q'. There are: N1, N2, N3, N4"),
    "second synapse": (
        lambda net: net.connect("N1", "N3"),
        "a synapse from 'N1' to 'N3' exists already: say weight= to strengthen it, "
        "or net.relay('N1', 'N3', delay) for a second way",
    ),
    "an excitation beside an inhibition": (
        lambda net: net.connect("N4", "N3"),
        "a synapse from 'N4' to 'N3' exists already",
    ),
    "inhibiting a perceptron": (
        lambda net: (net.add_unit("P", aon.Perceptron()), net.inhibit("N1", "P")),
        "synapse 'N1' → 'P': a perceptron unit knows no absolute inhibition; use connect with a negative weight, "
        "or a mcculloch-pitts unit",
    ),
    "a synapse onto an input": (
        lambda net: net.connect("N3", "N1"),
        "synapse 'N3' → 'N1': 'N1' is an input, it takes no synapses",
    ),
    "NaN weight": (
        lambda net: net.connect("N3", "N3", weight=float("nan")),
        "the weight of synapse 'N3' → 'N3' must be a finite number, found NaN",
    ),
    "infinite weight": (
        lambda net: net.connect("N3", "N3", weight=float("-inf")),
        "the weight of synapse 'N3' → 'N3' must be a finite number, found -inf",
    ),
    "weight as text": (
        lambda net: net.add_edge("N3", "N3", weight="1"),
        "the weight of synapse 'N3' → 'N3' must be a finite number, found '1'",
    ),
    "negative delay": (
        lambda net: net.connect("N3", "N3", delay=-1),
        "the delay of synapse 'N3' → 'N3' must be a whole number of ticks from 0 to 100000, found -1",
    ),
    "half a delay": (
        lambda net: net.add_edge("N3", "N3", delay=0.5),
        "the delay of synapse 'N3' → 'N3' must be a whole number of ticks from 0 to 100000, found 0.5",
    ),
    "NaN delay": (
        lambda net: net.add_edge("N3", "N3", delay=float("nan")),
        "the delay of synapse 'N3' → 'N3' must be a whole number of ticks from 0 to 100000, found NaN",
    ),
    "a slip of the pen in a unit": (
        lambda net: net.add_node("N", model="mcculloch-pitts", treshold=2),
        "unit 'N' has 'treshold', which is nothing here. Did you mean 'threshold'?",
    ),
    "a slip of the pen in a synapse": (
        lambda net: net.add_edge("N3", "N3", wieght=2),
        "synapse 'N3' → 'N3' has 'wieght', which is nothing here. Did you mean 'weight'?",
    ),
    "unknown kind": (
        lambda net: net.add_edge("N3", "N3", kind="excitatory"),
        "the kind of synapse 'N3' → 'N3' must be 'weighted' or 'inhibitory', found 'excitatory'",
    ),
    "unknown model": (
        lambda net: net.add_node("N", model="mculloch-pits"),
        "unit 'N': no unit model is named 'mculloch-pits'. Did you mean 'mcculloch-pitts'?",
    ),
    "no model": (
        lambda net: net.add_edge("N3", "N9"),
        "unit 'N9' has no model: say model=, or input=True for an input",
    ),
    "a name that is no text": (lambda net: net.add_node(9, input=True), "a unit's name is a text, found 9"),
    "a name twice": (lambda net: net.add_inputs("N3"), "a unit named 'N3' exists already"),
    "a class for a model": (
        lambda net: net.add_unit("N", aon.McCullochPitts),
        "unit 'N': give a model with its parameters, McCullochPitts(), not the class",
    ),
    "a word for a model": (
        lambda net: net.add_unit("N", "mcculloch-pitts"),
        "unit 'N': a unit model is needed, such as McCullochPitts(threshold=2), found 'mcculloch-pitts'",
    ),
    "a threshold as text": (
        lambda net: net.add_unit("N", aon.McCullochPitts(threshold=TEXT)),
        "unit 'N': McCullochPitts.threshold must be a number, found '2'",
    ),
    "NaN threshold": (
        lambda net: net.add_node("N", model="threshold", threshold=float("nan")),
        "unit 'N': Threshold.threshold must be a number, found NaN",
    ),
    "NaN bias": (
        lambda net: net.add_unit("N", aon.Linear(), bias=float("nan")),
        "the bias of unit 'N' must be a finite number, found NaN",
    ),
}


@pytest.mark.parametrize(("build", "message"), REFUSED.values(), ids=REFUSED)
def test_what_means_nothing_is_named(build: Callable[[Network], object], message: str) -> None:
    """The strict verbs refuse at once, plain networkx calls when compiled: the same sentence."""
    net = conjunction()

    def build_and_compile() -> None:
        build(net)
        aon.compile(net)

    assert message_of(build_and_compile).startswith(message)


def test_a_refused_verb_leaves_the_network_as_it_was() -> None:
    """After an error there is no half-made unit or synapse."""
    net = conjunction()

    for build in (
        lambda: net.connect("N3", "N3", weight=float("nan")),
        lambda: net.add_unit("N9", aon.Linear(), bias=float("nan")),
        lambda: net.inhibit("N9", "N3"),
    ):
        message_of(build)

    assert list(net) == ["N1", "N2", "N3", "N4"]
    assert net.number_of_edges() == 3
    check(net)


def test_a_synapse_without_its_own_delay_and_plasticity_has_those_of_its_target() -> None:
    """What is said counts, else the model of the target; absolute inhibition is never learned."""
    net = conjunction()
    net.add_unit("P", aon.Perceptron(), plastic=False)
    net.add_unit("Q", aon.Perceptron())
    net.add_edge("N3", "P")
    net.add_edge("N3", "N3")
    net.edges["N2", "N3"]["plastic"] = True
    net.connect("N1", "P", delay=4, plastic=False)

    found = {(u, v): (net.delay(u, v), net.plastic(u, v)) for u, v in net.edges}

    assert found == {
        ("N1", "N3"): (1, False),
        ("N1", "P"): (4, False),
        ("N2", "N3"): (1, True),
        ("N3", "P"): (0, True),
        ("N3", "N3"): (1, False),
        ("N4", "N3"): (1, False),
    }
    assert (net.plastic(None, "P"), net.plastic(None, "Q")) == (False, True)
    assert message_of(lambda: net.plastic(None, "R")).startswith("no unit is named 'R'")


def test_attributes_of_others_are_left_alone() -> None:
    """What is no slip of ours is anybody's: positions, colours, ranks."""
    net = conjunction()
    net.nodes["N3"]["pos"] = (0.0, 1.0)
    net.edges["N1", "N3"]["colour"] = "red"

    assert aon.simulate(net, {"N1": "1", "N2": "1"}, ticks=2)["N3"].tolist() == [0, 1]


def test_a_network_prints_as_what_its_units_answer_to() -> None:
    """The text names inputs, each unit's threshold, its synapses, delays and loops."""
    net = conjunction()
    net.add_unit("M", aon.McCullochPitts(), output=True)
    net.connect("N3", "M", delay=2)
    net.connect("M", "M", weight=-1)

    assert (
        str(net)
        == repr(net)
        == (
            "Network 'conjunction': 5 units, 5 synapses (1 inhibitory), 1 memory loop\n"
            "  inputs   N1, N2, N4\n"
            "  output   N3  θ=2  ← N1(t−1),  N2(t−1),  not N4(t−1)\n"
            "  output   M   θ=1  ← N3(t−2),  -1 M(t−1)\n"
            "  memory   M → M"
        )
    )


@pytest.mark.parametrize(
    "build",
    [
        lambda net: net.add_node(3),
        lambda net: net.add_edge("N3", "nobody"),
        lambda net: net.add_node("N", model="nothing"),
        lambda net: net.remove_nodes_from(list(net)),
    ],
)
def test_a_network_that_means_nothing_still_prints(build: Callable[[Any], object]) -> None:
    """Looking at a graph is never an error."""
    net = conjunction()
    build(net)

    assert str(net).startswith("Network")


@pytest.mark.parametrize(
    ("word", "among", "expected"),
    [
        ("treshold", ["threshold", "delay"], "Did you mean 'threshold'?"),
        ("H2", ["X1", "X2", "H1", "Y"], "Did you mean 'H1'?"),
        ("MISTAKES", ["mistakes"], "Did you mean 'mistakes'?"),
        ("banana", ["threshold", "delay"], ""),
        ("x", [], ""),
        ("adalin", ["adaline"], "Did you mean 'adaline'?"),
        ("aadaline", ["adaline"], "Did you mean 'adaline'?"),
        ("perceptrn", ["perceptron"], "Did you mean 'perceptron'?"),
        ("hebbs", ["hebb"], "Did you mean 'hebb'?"),
        ("ebb", ["hebb"], "Did you mean 'hebb'?"),
        ("madaline", ["adaline"], ""),
        ("Madaline", ["adaline", "madaline-1"], "Did you mean 'madaline-1'?"),
        ("unsolved", ["solved"], ""),
        ("anti-hebbian", ["hebbian"], ""),
        ("-hebb", ["hebb"], "Did you mean 'hebb'?"),
    ],
)
def test_the_nearest_word_is_suggested(word: str, among: list[str], expected: str) -> None:
    """One slip away it is named, of equals the one that begins alike; far away, or of another meaning, nothing is."""
    assert nearest(word, among) == expected


def test_an_unknown_name_among_many_shows_a_few() -> None:
    """A long list of names is cut, and its length said."""
    error = UnknownName("unit", "zzz", [f"unit {k}" for k in range(100)])

    assert str(error).endswith("unit 10, unit 11 … and 88 more")
    assert str(UnknownName("unit", "zzz", map(str, range(13)), "a list")).endswith("11 … and 1 more: a list")
    assert "more" not in str(UnknownName("unit", "zzz", map(str, range(12)), "a list"))
    assert (error.kind, error.name, len(error.known)) == ("unit", "zzz", 100)


def test_a_registry_knows_names_without_importing_them() -> None:
    """Names are listed; an object is loaded when asked for; another of the same name is refused."""
    registry = Registry("thing", "allornone.nothing-of-the-kind")
    registry.add("one", conjunction)
    registry.add("one", conjunction)

    assert registry.names() == ["one"]
    assert registry.get("one") is conjunction
    assert message_of(lambda: registry.add("one", message_of)) == (
        f"{__name__}:message_of cannot be the thing 'one', which is {__name__}:conjunction already: "
        "choose another name"
    )
    assert message_of(lambda: registry.get("two")) == "no thing is named 'two'. There are: one"
    assert "mcculloch-pitts" in units.names()
