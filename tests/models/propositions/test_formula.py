"""Nets to propositions: what is printed is evaluated as Python reads it, beside the naive interpreter of nets."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pytest
import reference
from hypothesis import given, settings, strategies as st
from networks import Kind, networks, spikes, whole

import allornone as aon
from allornone.models.propositions.formula import formula
from allornone.models.propositions.logic import logic
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network

CELLS = Kind(("mcculloch-pitts",), whole, spikes)
MIXED = Kind(("mcculloch-pitts", "threshold", "perceptron"), whole, spikes)
PAIRS = "N(t) = A(t-1) and D(t-1) or B(t-1) and D(t-1) or C(t-1) and D(t-1) or A(t-1) and B(t-1) and C(t-1)"
EITHER = "N(t) = X(t-2) and not Y(t-2) or Y(t-2) and not X(t-2)"
LIST = re.compile(r"at least (\d+) of \(([^()]*)\)\(t(?:-(\d+))?\)")
MEMBERS = re.compile(r"at least (\d+) of \(((?:[^()]|\([^()]*\))*)\)")
WORD = re.compile(r"^(-?)(\w+)@(\d+)(?:\*(-?\d+))?$")
ATOM = re.compile(r"([A-Za-z_][\w']*)\(t(?:-(\d+))?\)")


def timed(names: str, delay: str) -> list[str]:
    """Return a list of names with their moment."""
    return [f"{name}(t-{delay})" for name in names.split(", ")]


def python(text: str) -> str:
    """Return a proposition as Python: the words and their order of binding are the same."""
    listed = LIST.sub(lambda m: f"at least {m[1]} of ({', '.join(timed(m[2], m[3] or '0'))})", text)
    counted = MEMBERS.sub(lambda m: f"(sum([bool({'), bool('.join(m[2].split(', '))})]) >= {m[1]})", listed)
    plain = ATOM.sub(lambda m: f'was("{m[1]}", {m[2] or 0})', counted)
    return re.sub(r"\btrue\b", "True", re.sub(r"\bfalse\b", "False", plain))


def hold(net: Network, text: str, life: Sequence[Mapping[str, float]]) -> None:
    """Compare the lines of a text with what the net's units did, each line by itself."""
    lived = reference.live(net, life).y
    for line in text.splitlines():
        name, says = line.split("(t) = ", 1)
        code = compile(python(says), line, "eval")
        for t, now in enumerate(lived):

            def was(unit: str, delay: int, t: int = t) -> bool:
                return t >= delay and lived[t - delay][unit] > 0

            assert bool(eval(code, {"was": was})) == (now[name] > 0), (line, t)


def lives(net: Network, seed: int, count: int = 3, ticks: int = 12) -> list[list[dict[str, float]]]:
    """Draw histories for a net's inputs."""
    draw = random.Random(seed)
    return [
        [{name: float(draw.random() < 0.5) for name in net.inputs} for _ in range(ticks)]
        for _ in range(count)
    ]


def cells(**synapses: str) -> Network:
    """Return a net of units of threshold 1, 2, … as written: `N="2: A@1 B@2*3 -C@1"`."""
    net = Network()
    words = {name: text.split() for name, text in synapses.items()}
    heard = [re.match(r"-?(\w+)", word) for text in words.values() for word in text[1:]]
    net.add_inputs(*dict.fromkeys(one[1] for one in heard if one and one[1] not in synapses))
    for name, text in words.items():
        net.add_unit(name, aon.McCullochPitts(threshold=float(text[0][:-1])))
    for name, text in words.items():
        for word in text[1:]:
            sign, source, delay, weight = WORD.findall(word)[0]
            if sign:
                net.inhibit(source, name, delay=int(delay))
            else:
                net.connect(source, name, weight=float(weight or 1), delay=int(delay))
    return net


@pytest.mark.parametrize(
    ("net", "text"),
    [
        (cells(N="1: A@1"), "N(t) = A(t-1)"),
        (cells(N="2: A@1 B@1"), "N(t) = A(t-1) and B(t-1)"),
        (cells(N="1: A@1 B@2"), "N(t) = A(t-1) or B(t-2)"),
        (cells(N="1: A@1 -B@3"), "N(t) = A(t-1) and not B(t-3)"),
        (cells(N="2: A@1 B@1 C@1"), "N(t) = at least 2 of (A, B, C)(t-1)"),
        (cells(N="2: A@1 B@2 C@1 -D@1"), "N(t) = at least 2 of (A(t-1), B(t-2), C(t-1)) and not D(t-1)"),
        (cells(N="3: A@1 B@1 C@1 D@1*3"), "N(t) = D(t-1) or A(t-1) and B(t-1) and C(t-1)"),
        (cells(N="3: A@1 B@1 C@1 D@1*2"), PAIRS),
        (cells(N="1: A@1*-1 B@1 C@1"), "N(t) = at least 2 of (not A(t-1), B(t-1), C(t-1))"),
        (cells(M="2: A@1 B@1", N="1: M@2 C@1"), "N(t) = C(t-1) or A(t-3) and B(t-3)"),
        (cells(N="0: -A@1"), "N(t) = not A(t-1)"),
        (cells(N="4: A@1 B@1"), "N(t) = false"),
        (cells(N="1: S@1 N@1 -R@1"), "N(t) = (S(t-1) or N(t-1)) and not R(t-1)"),
        (cells(M="1: P@1 M@1", N="2: M@1 A@1"), "N(t) = M(t-1) and A(t-1)\nM(t) = P(t-1) or M(t-1)"),
        (cells(T="0:", N="2: T@1 A@1"), "N(t) = T(t-1) and A(t-1)\nT(t) = true"),
        (cells(A="1: X@1", B="1: X@1 -Y@1"), "A(t) = X(t-1)\nB(t) = X(t-1) and not Y(t-1)"),
        (cells(A="2: X@1 Y@1", B="1: X@1 Y@1", N="1: B@1 -A@1"), EITHER),
    ],
)  # fmt: skip
def test_a_unit_says_it_shortly(net: Network, text: str) -> None:
    """Pinned by hand, and by what the net does."""
    assert formula(net) == text
    for life in lives(net, 0):
        hold(net, text, life)


def test_the_drawn_heat_illusion_reads_back() -> None:
    """From the figure's net to its legend, and from that to a net of as many units."""
    drawn = aon.run("mp-1e-heat-illusion").network

    text = formula(drawn)

    assert text == "heat(t) = warm(t-1) or cold(t-3) and not cold(t-2)\nchill(t) = cold(t-1) and cold(t-2)"
    assert formula(drawn, "heat") == text.splitlines()[0]
    assert formula(drawn, "Nb") == "Nb(t) = cold(t-2) and not cold(t-1)"
    net = logic(text)
    assert len(net) - len(net.inputs) == 4
    assert net.facts["latency"] == {"heat": 0, "chill": 0}


def same(net: Network, other: Network, late: Mapping[str, int], life: Sequence[Mapping[str, float]]) -> None:
    """Hold a net read back to the one that was read: its outputs, as late as it says."""
    before = reference.live(net, life).y
    after = reference.live(other, [{name: now[name] for name in other.inputs} for now in life]).y
    for name in net.outputs:
        wanted = [0.0] * late[name] + [now[name] for now in before]
        assert [now[name] for now in after] == wanted[: len(life)], (name, formula(net))


def reread(net: Network, seed: int) -> None:
    """Read a net's text back, and compare."""
    for *_, data in net.edges(data=True):
        data["delay"] = max(1, data.get("delay", 1))
    text = formula(net)
    other = logic(text, tonic=True)
    for life in lives(net, seed):
        hold(net, text, life)
        same(net, other, other.facts["latency"], life)


@settings(max_examples=40, deadline=None)
@given(networks(CELLS, loops=False, delays=3), st.integers(0, 10_000))
def test_a_net_reads_back_as_itself(net: Network, seed: int) -> None:
    """Circle-free nets of McCulloch–Pitts units, whatever their weights, vetoes and delays."""
    reread(net, seed)


@settings(max_examples=30, deadline=None)
@given(networks(MIXED), st.integers(0, 10_000))
def test_what_is_printed_is_what_is_done(net: Network, seed: int) -> None:
    """Nets of every kind of unit that fires or rests, with circles and synapses that take no time."""
    texts = [formula(net), *(formula(net, unit) for unit in net if unit not in net.inputs)]
    for life in lives(net, seed, 2):
        for text in texts:
            hold(net, text, life)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(networks(CELLS, loops=False, delays=3, most=8), st.integers(0, 10_000))
def test_many_nets_read_back_as_themselves(net: Network, seed: int) -> None:
    """As above, longer."""
    reread(net, seed)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(networks(CELLS, delays=3), st.integers(0, 10_000))
def test_many_nets_with_circles_read_back_as_themselves(net: Network, seed: int) -> None:
    """Circles stay: the units in them are lines of their own."""
    reread(net, seed)


def literals(text: str) -> int:
    """Return how many moments a text names."""
    return len(ATOM.findall(LIST.sub(lambda m: ", ".join(timed(m[2], m[3])), text.split(" = ")[1])))


def test_every_function_of_three_inputs_is_as_short_as_can_be() -> None:
    """As short as any two-level form, by exhaustion over all sets of terms; 128 functions are false at rest."""
    terms = [
        ({k for k in range(3) if sign[k] == 1}, {k for k in range(3) if sign[k] == -1})
        for sign in product([0, 1, -1], repeat=3)
        if any(sign)
    ]
    rows_of = [
        sum(1 << r for r in range(8) if all(r >> k & 1 for k in on) and not any(r >> k & 1 for k in off))
        for on, off in terms
    ]
    fewest: dict[int, int] = {0: 0}
    for _ in range(4):  # no function of three variables needs more terms
        for rows, cost in list(fewest.items()):
            for term, more in zip(terms, rows_of, strict=True):
                total = cost + len(term[0]) + len(term[1])
                if total < fewest.get(rows | more, 99):
                    fewest[rows | more] = total
    for number in range(2, 256, 2):
        written = [
            "("
            + " and ".join(("" if row >> k & 1 else "not ") + f"{name}(t-2)" for k, name in enumerate("ABC"))
            + ")"
            for row in range(8)
            if number >> row & 1
        ]
        text = formula(logic(f"N(t) = {' or '.join(written)}"), "N")
        assert literals(text) <= fewest[number], text


def test_very_many_synapses_that_count_alike_need_no_table() -> None:
    """Thirty inputs, and one that vetoes."""
    names = [f"X{k}" for k in range(30)]
    net = cells(N=f"7: {' '.join(f'{name}@1' for name in names)} -V@2")

    assert formula(net) == f"N(t) = at least 7 of ({', '.join(names)})(t-1) and not V(t-2)"
    assert formula(cells(N=f"1: {' '.join(f'{name}@1' for name in names)}")) == "N(t) = " + " or ".join(
        f"{name}(t-1)" for name in names
    )


def test_a_unit_that_would_hear_too_much_is_said_by_those_before_it() -> None:
    """Twelve moments are too many for one table, four units of three are not."""
    parts = {f"P{k}": " ".join(["2:", *(f"X{3 * k + j}@1" for j in range(3))]) for k in range(4)}

    text = formula(cells(**parts, N="2: P0@1 P1@1 P2@1 P3@1"))

    assert text.splitlines()[0] == "N(t) = at least 2 of (P0, P1, P2, P3)(t-1)"
    assert text.splitlines()[4] == "P3(t) = at least 2 of (X9, X10, X11)(t-1)"


def bad_nets() -> list[tuple[Any, Any, str]]:
    """Return nets, units asked for, and what is said about them."""
    soft = Network()
    soft.add_inputs("A")
    soft.add_unit("Y", aon.Logistic())
    soft.connect("A", "Y")
    wide = cells(N=f"4: {' '.join(f'X{k}@1*{1 + k % 3}' for k in range(12))}")
    return [
        (cells(N="1: A@1"), "M", "no unit is named 'M'. There are: A, N"),
        ("N", None, "a Network is needed here, found str"),
        (cells(N="1: A@1"), 5, "no unit is named '5'. There are: A, N"),
        (cells(N="1: A@1"), "A", "'A' is an input: it does what the world does, and says nothing"),
        (
            soft,
            None,
            "unit 'Y' is of the model 'logistic', which is not all or none: propositions are about units that "
            "fire or rest",
        ),
        (wide, "N", "'N' weighs 12 moments, and truth tables are written out to 10"),
    ]


@pytest.mark.parametrize(("net", "unit", "sentence"), bad_nets(), ids=lambda one: str(one)[:20])
def test_what_has_no_proposition_says_why(net: Any, unit: Any, sentence: str) -> None:
    """Strangers, inputs, units that do more than fire, more than can be decided."""
    with pytest.raises(AllornoneError) as caught:
        formula(net, unit)

    assert str(caught.value) == sentence
