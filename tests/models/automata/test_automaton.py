"""Automata of nets: judged by the naive interpreter, by Myhill and Nerode's count, by networkx and by `re`."""

from __future__ import annotations

import random
import re
from itertools import product
from typing import Any

import networks
import networkx as nx
import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

import allornone as aon

# States of the least automaton, the dead one included: textbook figures or by hand.
LEAST = {
    "(a|b)*abb": 4,
    "(ab)*": 3,
    "(b|ab*ab*a)*": 3,
    "(0|1(01*0)*1)*": 3,
    "a*b*": 3,
    "(a|b)*a(a|b)(a|b)": 8,
}


def latch() -> aon.Network:
    """Return a unit that is set and reset."""
    net = aon.Network(name="latch")
    net.add_inputs("S", "R")
    net.add_unit("Q", aon.McCullochPitts())
    net.connect("S", "Q")
    net.inhibit("R", "Q")
    net.connect("Q", "Q")
    return net


def register(n: int, *, delay: int = 1) -> aon.Network:
    """Return a chain of n units behind one input."""
    net = aon.Network(name="register")
    net.add_inputs("x")
    for k in range(n):
        net.add_unit(f"c{k}", aon.McCullochPitts())
        net.connect(f"c{k - 1}" if k else "x", f"c{k}", delay=delay)
    return net


def residuals(event: str, letters: str, longest: int) -> int:
    """Return how many prefixes differ in what may follow them: Myhill and Nerode, by Python's engine."""
    some = ["".join(word) for n in range(longest + 1) for word in product(letters, repeat=n)]
    compiled = re.compile(event)
    return len({tuple(compiled.fullmatch(u + v) is not None for v in some) for u in some})


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_an_automaton_lives_as_its_net_does(data: st.DataObject) -> None:
    """Random nets with delays 0 to 2 and random histories, the least automaton too."""
    net = data.draw(networks.networks(networks.binary, most=4, delays=2))
    inputs = net.inputs
    history = data.draw(st.lists(st.tuples(*(st.sampled_from([0.0, 1.0]) for _ in inputs)), max_size=8))
    life = reference.live(
        net, [dict(zip(inputs, now, strict=True)) for now in [*history, [0.0] * len(inputs)]]
    )
    at_once = any(reference.delay_of(net, u, v) == 0 for u, v in net.edges if u in inputs)

    found = aon.automaton(net)

    word = ["".join(str(int(x)) for x in now) for now in history]
    expected = ["".join(str(int(now[unit])) for unit in net.outputs) for now in life.y]
    # A net that sees its inputs at once answers tick t in the state that tick t leads to.
    told = expected[:-1] if at_once else expected
    for which in (found, found.minimised()):
        answers = [which.outputs[state] for state in which.path(word)]
        assert answers[at_once:] == told


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_reader_of_words_answers_as_its_net_does(data: st.DataObject) -> None:
    """Random nets of which one input is START, all words to length 3; a synapse without delay may hear a letter."""
    drawn = data.draw(
        networks.networks(networks.binary, most=4, delays=2).filter(lambda net: len(net.inputs) > 1)
    )
    net: Any = nx.relabel_nodes(drawn, {"X0": "START"})
    letters = net.inputs[1:]

    reader = aon.automaton(net, letters=letters)

    words = [word for n in range(4) for word in product(letters, repeat=n)]
    verdicts = np.asarray(aon.accepts(net, words))
    for word, verdict in zip(words, verdicts.tolist(), strict=True):
        ticks = [{letter: 1.0} for letter in word] + [{}, {}]
        ticks[0] = {**ticks[0], "START": 1.0}
        said = reference.live(net, ticks).y[len(word) + 1][net.outputs[0]] > 0
        assert reader.accepts(word) == reader.minimised().accepts(word) == verdict == said


def test_every_state_is_reached_and_differs() -> None:
    """A register of three holds eight states; all are told apart by its last unit."""
    found = aon.automaton(register(3))

    assert len(found) == len(set(found.states)) == len(found.minimised()) == 8
    assert {target for row in found.transitions for target in row} == set(range(8))


def test_the_past_belongs_to_the_state() -> None:
    """One synapse of delay 3 remembers what three units remember."""
    slow, spelt = aon.automaton(register(1, delay=3)), aon.automaton(register(3))

    assert len(slow) == 8
    assert slow.equivalent(spelt)


@pytest.mark.parametrize("event", LEAST)
def test_the_least_automaton_of_an_event(event: str) -> None:
    """The textbook's number of states, and Myhill and Nerode's count of what may follow."""
    letters = "".join(sorted({mark for mark in event if mark.isalnum()}))

    least = aon.automaton(aon.regular(event)).minimised()

    assert len(least) == LEAST[event] == residuals(event, letters, 4)
    for word in ("".join(w) for n in range(7) for w in product(letters, repeat=n)):
        assert least.accepts(word) == (re.fullmatch(event, word) is not None)


@pytest.mark.parametrize("event", LEAST)
def test_silence_changes_the_net_and_not_the_automaton(event: str) -> None:
    """Whichever letter is not heard."""
    plain = aon.automaton(aon.regular(event))
    for letter in plain.alphabet:
        assert aon.automaton(aon.regular(event, silence=letter)).equivalent(plain)


def test_equal_events_are_equivalent_and_others_have_a_shortest_difference() -> None:
    """Over random pairs: the word told is one that `re` tells apart, and no shorter one does."""
    draw = random.Random(7)
    some = ["".join(word) for n in range(5) for word in product("ab", repeat=n)]
    different = 0
    for _ in range(40):
        one, other = ("".join(draw.choices(["a", "a*", "b*", "(a|b)*"], k=3)) for _ in range(2))
        machines = [aon.automaton(aon.regular(event, letters="ab")) for event in (one, other)]
        word = machines[0].difference(machines[1])
        differing = [w for w in some if (re.fullmatch(one, w) is None) != (re.fullmatch(other, w) is None)]
        if word is None:
            assert not differing
            assert machines[0].minimised().transitions == machines[1].minimised().transitions
        else:
            different += 1
            said = "".join(word)
            assert (re.fullmatch(one, said) is None) != (re.fullmatch(other, said) is None)
            assert not [w for w in differing if len(w) < len(said)]
    assert 10 < different < 40


def test_a_net_without_inputs_walks_into_its_cycle() -> None:
    """As the graph of its states in networkx has it: a ring that a unit at threshold 0 feeds."""
    net = aon.Network()
    net.add_unit("tonic", aon.McCullochPitts(threshold=0))
    for k in range(4):
        net.add_unit(f"c{k}", aon.McCullochPitts(threshold=2 if k == 2 else 1), output=True)
    net.inhibit("tonic", "tonic", delay=3)
    for u, v in [("tonic", "c0"), ("c0", "c1"), ("c1", "c2"), ("tonic", "c2"), ("c2", "c3")]:
        net.connect(u, v)

    found = aon.automaton(net)

    graph: Any = nx.DiGraph([(state, row[0]) for state, row in enumerate(found.transitions)])
    life = reference.live(net, [{}] * 40)
    seen = [tuple(now[f"c{k}"] for k in range(4)) for now in life.y]
    (cycle,) = nx.simple_cycles(graph)
    assert len(cycle) == 6 == next(p for p in range(1, 20) if seen[39 - p : 39] == seen[39 - 2 * p : 39 - p])
    assert [found.outputs[state] for state in found.path([""] * 12)] == [
        "".join(str(int(x)) for x in now) for now in seen[:13]
    ]


def test_letters_name_the_lines_of_words() -> None:
    """A net of the user's own, with START beside its letters."""
    net = latch()
    net.add_inputs("START")

    words = aon.automaton(net, letters=["S", "R"])

    assert words.alphabet == ("S", "R")
    assert [words.accepts(word) for word in ("", "S", "SR", "SRS")] == [False, True, False, True]
    assert len(words.minimised()) == 2


def test_an_automaton_prints_as_its_table() -> None:
    """What leads where, and which units fire."""
    assert str(aon.automaton(latch())).splitlines() == [
        "Automaton of 'latch': 2 states over S R",
        "          00  01  10  11",
        "  → 0      0   0   1   0   at rest",
        "    1 *    1   0   1   0   Q",
    ]
    assert str(aon.automaton(aon.regular("(a|b)*abb")).minimised()).splitlines() == [
        "Automaton of '(a|b)*abb': 4 states over a b, 1 accepting",
        "          a  b",
        "  → 0     1  0   START",
        "    1     1  2   a1 a3",
        "    2     1  3   b2 b4",
        "    3 *   1  0   b2 b5",
    ]
    assert str(aon.automaton(register(6))).splitlines()[-1] == "  … 40 more"


def test_what_is_too_large_is_told_with_the_way_out() -> None:
    """States, patterns of inputs, and units that are not all or none."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.automaton(register(14), most=1000)
    assert str(error.value) == (
        "the net has more than 1000 states, the limit: ask for more with most=, or let fewer inputs be free"
    )
    wide = aon.Network()
    wide.add_inputs(*(f"x{k}" for k in range(11)))
    wide.add_unit("any", aon.McCullochPitts())
    for name in wide.inputs:
        wide.connect(name, "any")
    with pytest.raises(aon.AllornoneError) as error:
        aon.automaton(wide)
    assert str(error.value) == (
        "11 inputs have 2^11 patterns, more than the limit of 1024; if one of them comes at a time, name them "
        "with letters= in a net that has an input 'START'"
    )
    soft = register(1)
    soft.add_unit("soft", aon.Logistic())
    with pytest.raises(
        aon.AllornoneError, match="unit 'soft' is of the model 'logistic', which is not all or"
    ):
        aon.automaton(soft)


def test_what_automata_are_asked_wrongly_is_told() -> None:
    """A letter that is none, an alphabet that is another, letters that no input brings."""
    found = aon.automaton(aon.regular("(ab)*"))
    with pytest.raises(aon.AllornoneError, match="no letter is named 'c'"):
        found.path("abc")
    with pytest.raises(aon.AllornoneError) as error:
        found.equivalent(aon.automaton(aon.regular("(01)*")))
    assert str(error.value) == "automata are compared over one alphabet; these have a b and 0 1"
    with pytest.raises(aon.AllornoneError, match="no letter is named 'c'"):
        aon.automaton(aon.regular("(ab)*"), letters=["c"])
    with pytest.raises(aon.AllornoneError, match="a net that reads words has an input named 'START'"):
        aon.automaton(latch(), letters=["S"])
    with pytest.raises(aon.AllornoneError, match="most must be a whole number from 1 up, found 0"):
        aon.automaton(latch(), most=0)
    wrong: Any
    for wrong in (5, None, b"ab"):
        with pytest.raises(aon.AllornoneError, match="a word is a text of letters, or a list"):
            found.path(wrong)
        with pytest.raises(aon.AllornoneError, match="an automaton is compared with another, found"):
            found.difference(wrong)
        letters: Any = wrong or 0
        with pytest.raises(aon.AllornoneError, match="letters are names of inputs, as in"):
            aon.automaton(aon.regular("ab"), letters=letters)
    wrong = [["a"]]
    with pytest.raises(aon.AllornoneError, match="no letter is named"):
        found.path(wrong)


@pytest.mark.parametrize("event", ["", "()*", "(|)"])
def test_an_event_without_letters_is_an_automaton_of_one_state(event: str) -> None:
    """It accepts the empty word, and there is no other."""
    found = aon.automaton(aon.regular(event))
    assert (found.alphabet, found.transitions, found.outputs) == ((), ((),), ("1",))
    assert found.minimised() == found
    assert found.accepts("")
    assert "1 state over no letters, 1 accepting" in str(found)


@pytest.mark.slow
def test_many_states_are_found() -> None:
    """A register of 16 holds 65,536."""
    assert len(aon.automaton(register(16))) == 2**16
