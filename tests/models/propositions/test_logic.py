"""Propositions to nets: judged by a direct evaluator of what was said, and by the naive interpreter of nets."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import product
from types import CodeType
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.models.propositions.logic import logic
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.notation.reading import NotationError
from allornone.simulator.registry import builders

Was = Callable[[str, int], bool]
LIST = "as in at least 2 of (A, B, C)(t-1),"
STRANGE = "is neither a word here nor a unit with its moment, as in"
LOOKS = "'N': what it looks for is there when nothing has fired: "
HEAT = "heat(t) = warm(t-1) or cold(t-3) and not cold(t-2)\nchill(t) = cold(t-2) and cold(t-1)"


@dataclass(frozen=True)
class Said:
    """A proposition as text, and what it means: true at a moment t of a life `was`."""

    text: str
    holds: Callable[[Was, int], bool]


def atom(name: str, delay: int, moment: str = "t") -> Said:
    """Return that a unit fired so many ticks ago."""
    return Said(
        f"{name}({moment}-{delay})" if delay else f"{name}({moment})", lambda was, t: was(name, t - delay)
    )


def joined(word: str, parts: Sequence[Said]) -> Said:
    """Return parts joined by `and` or `or`, in parentheses."""
    fold = all if word == "and" else any
    return Said(
        f"({f' {word} '.join(part.text for part in parts)})",
        lambda was, t: fold(part.holds(was, t) for part in parts),
    )


def denied(part: Said) -> Said:
    """Return the opposite."""
    return Said(f"not {part.text}", lambda was, t: not part.holds(was, t))


def counted(least: int, parts: Sequence[Said]) -> Said:
    """Return that so many hold."""
    return Said(
        f"at least {least} of ({', '.join(part.text for part in parts)})",
        lambda was, t: sum(part.holds(was, t) for part in parts) >= least,
    )


def sometime(body: Said, back: int, every: bool, moment: str = "t") -> Said:
    """Return that a body of x holds at some x, or at every one, from tick 0 to so many ticks ago."""
    bound = f"x <= {moment}-{back}" if back else f"x <= {moment}"
    fold = all if every else any
    return Said(
        f"(for every {bound}, {body.text})" if every else f"(there was {bound} with {body.text})",
        lambda was, t: fold(body.holds(was, x) for x in range(t - back + 1)),
    )


def anything(
    draw: random.Random,
    names: Sequence[str],
    depth: int,
    longest: int,
    moment: str = "t",
    memory: float = 0.0,
    width: int = 3,
) -> Said:
    """Draw a proposition about some units, of at most so many parts a bracket."""
    least = 1 if moment == "t" else 0
    if depth and moment == "t" and draw.random() < memory:
        body = anything(draw, names, depth - 1, 1, "x")
        return sometime(body, draw.randint(1, 3), draw.random() < 0.3)
    kind = draw.choice(["atom", "not", "and", "or", "count"] if depth else ["atom"])
    if kind == "atom":
        return atom(draw.choice(names), draw.randint(least, longest), moment)
    count = draw.randint(2, width)
    few = [anything(draw, names, depth - 1, longest, moment, memory, width) for _ in range(count)]
    if kind == "not":
        return denied(few[0])
    return counted(draw.randint(1, len(few)), few) if kind == "count" else joined(kind, few)


def meant(lines: Mapping[str, Said], life: Sequence[Mapping[str, float]]) -> list[dict[str, bool]]:
    """Return what the lines say of every tick of a life, from rest."""
    happened: list[dict[str, bool]] = []

    def was(name: str, t: int) -> bool:
        return happened[t][name] if 0 <= t < len(happened) else False

    for t, now in enumerate(life):
        happened.append({name: bool(value) for name, value in now.items()})
        # Everything is about moments before t, so the order of the lines does not matter.
        happened[t] |= {name: said.holds(was, t) for name, said in lines.items()}
    return happened


def agree(net: Network, lines: Mapping[str, Said], life: Sequence[Mapping[str, float]]) -> None:
    """Hold a net to its lines: the same answers, each as late as the net says, and silence before."""
    late = net.facts["latency"]
    wanted = meant(lines, life)
    lived = reference.live(net, life).y
    for name in lines:
        said = [False] * late[name] + [now[name] for now in wanted]
        assert [now[name] > 0 for now in lived] == said[: len(life)], (name, late, life)


def histories(names: Sequence[str], ticks: int) -> Iterator[list[dict[str, float]]]:
    """Yield every history of some inputs, and two silent ticks after it."""
    for bits in product([0.0, 1.0], repeat=ticks * len(names)):
        rows = np.reshape(bits, (ticks, len(names)))
        yield [dict(zip(names, row, strict=True)) for row in rows] + [dict.fromkeys(names, 0.0)] * 2


def random_life(draw: random.Random, names: Sequence[str], ticks: int) -> list[dict[str, float]]:
    """Draw a history."""
    return [{name: float(draw.random() < 0.5) for name in names} for _ in range(ticks)]


def compiled(lines: Mapping[str, Said], **how: Any) -> Network:
    """Return the net of some lines."""
    return logic([f"{name}(t) = {said.text}" for name, said in lines.items()], **how)


def built(net: Network) -> int:
    """Return how many units there are beside the inputs."""
    return len(net) - len(net.inputs)


def in_rows(rows: Sequence[tuple[bool, bool]]) -> Said:
    """Return that X and Y were, a tick ago, as in one of these rows."""
    return Said("", lambda was, t: (was("X", t - 1), was("Y", t - 1)) in rows)


# One unit.


@pytest.mark.parametrize(
    ("text", "stimulus", "raster"),
    [
        ("N2(t) = N1(t-1)", {"N1": "1101"}, "011010"),
        ("N3(t) = N1(t-1) or N2(t-1)", {"N1": "1101", "N2": "1011"}, "011110"),
        ("N3(t) = N1(t-1) and N2(t-1)", {"N1": "1101", "N2": "1011"}, "010010"),
        ("N3(t) = N1(t-1) and not N2(t-1)", {"N1": "1101", "N2": "1011"}, "001000"),
        ("N3(t) = N2(t-2) and not N1(t-3)", {"N1": "1001000", "N2": "1111111"}, "00101101100"),
    ],
)
def test_one_unit_says_what_figure_1_says(text: str, stimulus: dict[str, str], raster: str) -> None:
    """The rasters are those of the history, made by another simulation."""
    net = logic(text)

    trace = aon.simulate(net, stimulus, ticks=len(raster))

    assert "".join(map(str, trace[net.outputs[0]])) == raster
    assert (built(net), net.facts["units_bound"]) == (1, 1)
    assert net.facts["latency"] == {net.outputs[0]: 0}


def test_every_function_of_two_units_takes_one_or_two() -> None:
    """Seven of the eight that are false at rest take one unit, exclusive or takes two and a tick more."""
    sizes: dict[int, int] = {}
    for number in range(0, 16, 2):
        rows = [(bool(row & 1), bool(row & 2)) for row in range(4) if number >> row & 1]
        terms = [
            "("
            + " and ".join(
                ("" if on else "not ") + f"{name}(t-1)" for name, on in zip("XY", row, strict=True)
            )
            + ")"
            for row in rows
        ]
        net = logic(f"Z(t) = {' or '.join(terms) or 'false and X(t-1) and Y(t-1)'}")
        lines = {"Z": in_rows(rows)}
        for life in histories("XY", 2):
            agree(net, lines, life)
        sizes[number] = built(net)
        assert net.facts["units_bound"] == sizes[number]
    assert [number for number, units in sizes.items() if units == 2] == [6]


def functions_of_one_unit(columns: Array) -> set[int]:
    """Return every function of some columns (rows, columns) that weights of 0 to 3 and vetoes say, as numbers."""
    found: set[int] = set()
    for roles in product([-1, 0, 1, 2, 3], repeat=columns.shape[1]):
        z = columns @ np.maximum(roles, 0)
        vetoed = (columns[:, np.equal(roles, -1)] > 0).any(axis=1)
        for threshold in range(1, int(z.max()) + 2):
            found.add(sum(1 << int(row) for row in np.flatnonzero((z >= threshold) & ~vetoed)))
    return found


def test_units_are_as_few_as_all_nets_of_two_can_show() -> None:
    """Every net of one unit, every net of two, written out: of 128 functions 34 take one, 81 two, 13 more."""
    inputs = np.array(list(product([0.0, 1.0], repeat=3)))[:, ::-1]
    one = functions_of_one_unit(inputs)
    two = set()
    for hidden in one:
        fires = np.array([[hidden >> row & 1] for row in range(8)], dtype=float)
        two |= functions_of_one_unit(np.hstack([inputs, fires]))
    sizes = []
    for number in range(0, 256, 2):
        rows = [row for row in range(8) if number >> row & 1]
        terms = [
            " and ".join(f"{'' if row >> k & 1 else 'not '}{name}(t-2)" for k, name in enumerate("ABC"))
            for row in rows
        ]
        net = logic(f"N(t) = {' or '.join(terms) or 'false'}")
        least = 1 if number in one else 2 if number in two else 3
        assert net.facts["units_bound"] == least, number
        assert built(net) == least or (least == 3 and built(net) in (4, 5)), number
        assert net.facts["latency"] == {"N": 0}
        sizes.append(built(net))
    assert [sizes.count(size) for size in range(1, 6)] == [34, 81, 0, 12, 1]


def test_the_heat_illusion_is_compiled_as_it_was_drawn() -> None:
    """Four units, the relay shared, no tick lost, in all 4,096 histories of six ticks."""
    net = logic(HEAT)
    drawn = aon.run("mp-1e-heat-illusion").network
    names = ("warm", "cold")
    bits = np.array(list(product([0, 1], repeat=12)), dtype=float).reshape(-1, 6, 2)
    lives = np.concatenate([bits, np.zeros((len(bits), 3, 2))], axis=1)

    ours, theirs = (
        aon.simulate(one, lives[..., [names.index(x) for x in one.inputs]]) for one in (net, drawn)
    )

    assert net.facts["latency"] == {"heat": 0, "chill": 0}
    assert built(net) == 4 == len(drawn) - 2
    assert all((ours[unit] == theirs[unit]).all() for unit in ("heat", "chill"))


def test_relative_inhibition_saves_units() -> None:
    """Figure 1(f): one unit with a negative weight, two without."""
    text = "N4(t) = not N1(t-2) and (N2(t-2) or N3(t-2)) or N1(t-2) and N2(t-2) and N3(t-2)"
    three = [atom(name, 2) for name in ("N1", "N2", "N3")]
    some = joined("or", [joined("and", [denied(three[0]), joined("or", three[1:])]), joined("and", three)])
    nets = logic(text), logic(text, relative=True)

    assert [(built(net), net.facts["units_bound"]) for net in nets] == [(2, 2), (1, 1)]
    for net in nets:
        assert net.facts["latency"] == {"N4": 0}
        for life in histories(["N1", "N2", "N3"], 3):
            agree(net, {"N4": some}, life)
    assert all(data["weight"] > 0 for *_, data in nets[0].edges(data=True))
    assert min(data["weight"] for *_, data in nets[1].edges(data=True)) == -1


def test_time_that_the_text_leaves_is_used() -> None:
    """A stage before costs a tick only if the text asks for an answer after one."""
    joint = "{0}(t) = A(t-{1}) and not B(t-{1}) or B(t-{1}) and not A(t-{1})"

    lates = [logic(joint.format("Z", delay)).facts["latency"]["Z"] for delay in (1, 2, 3)]
    chained = logic([joint.format("Y", 1), "Z(t) = Y(t-1)", "W(t) = Y(t-2) and Z(t-3)"])

    assert lates == [1, 0, 0]
    assert chained.facts["latency"] == {"Y": 1, "Z": 1, "W": 0}
    mixed = logic("U(t) = A(t-1) and B(t-2) and C(t-2) or D(t-2) and not E(t-2)")
    assert mixed.facts["latency"] == {"U": 0}


@pytest.mark.parametrize("count", [11, 40])
def test_wide_thresholds_are_one_unit(count: int) -> None:
    """At least five of very many, unless one forbids it: with a truth table, and where that would be too long."""
    names = [f"X{k}" for k in range(count)]
    said = counted(5, [atom(name, 1) for name in names])
    lines = {
        "many": Said(f"{said.text} and not V(t-2)", lambda was, t: said.holds(was, t) and not was("V", t - 2))
    }

    net = compiled(lines)

    assert (built(net), net.facts["units_bound"]) == (1, 1)
    assert net.nodes["many"]["threshold"] == 5
    draw = random.Random(1)
    for _ in range(5):
        agree(
            net, lines, [{name: float(draw.random() < 4 / count) for name in [*names, "V"]} for _ in range(8)]
        )
    assert logic(f"any(t) = {' or '.join(f'{name}(t-1)' for name in names)}").nodes["any"]["threshold"] == 1
    assert (
        logic(f"all(t) = {' and '.join(f'{name}(t-1)' for name in names)}").nodes["all"]["threshold"] == count
    )


PIECES = [
    "A",
    "B",
    "(",
    ")",
    "~",
    "&",
    "|",
    ",",
    "=",
    "t",
    "-",
    "x",
    "<",
    "1",
    " ",
    "(t-1)",
    " and ",
    " or ",
    "not ",
]
PHRASES = ["at least 2 of (", "there was x < t with ", "for every x < t, ", "N(t) = ", "A(x)", "B(t-2)"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *PHRASES]), max_size=14).map("".join))
def test_any_text_is_a_net_or_a_mistake_that_is_told(text: str) -> None:
    """Never anything else."""
    with suppress(AllornoneError):
        assert "N" in logic("N(t) = " + text, tonic=True).outputs


@pytest.mark.parametrize("count", [6, 20])
def test_what_is_written_in_parts_is_built_of_parts(count: int) -> None:
    """A table of all would be long, and its least cover would not know the parts."""
    pairs = [joined("and", [atom(f"A{k}", 2), denied(atom(f"B{k}", 1 + k % 2))]) for k in range(count)]
    some = counted(3, [atom(f"C{k}", 2) for k in range(5)])
    lines = {
        "U": joined("or", [*pairs, some, atom("D", 1)]),
        "V": joined("and", [*pairs[:2], denied(some), denied(atom("D", 3))]),
        "W": counted(2, pairs),
    }

    net = compiled(lines)

    assert net.facts["latency"] == {"U": 1, "V": 0, "W": 1}
    assert built(net) == 3 + count + 1  # the hidden units are shared
    draw = random.Random(2)
    for _ in range(10):
        agree(net, lines, random_life(draw, net.inputs, 8))


@pytest.mark.parametrize("count", [5, 6, 13])
def test_counts_denied_are_not_forgotten(count: int) -> None:
    """Exactly three of several; where a table of all would be too long it is still a sum of two parts."""
    many = [atom(f"A{k}", 2) for k in range(count)]
    lines = {"N": joined("and", [counted(3, many), denied(counted(4, many))])}

    net = compiled(lines)

    draw = random.Random(3)
    for _ in range(20):
        agree(net, lines, random_life(draw, net.inputs, 8))
    assert built(net) <= 3
    assert net.facts["latency"] == {"N": 0}


# Circles.


@pytest.mark.parametrize(
    ("text", "late", "units"),
    [
        ("(S(t-1) or Q(t-1)) and not R(t-1)", 0, 1),  # reset wins
        ("S(t-1) or Q(t-1) and not R(t-1)", 1, 2),  # set wins: the reset has to be held back
        ("Q(t-1) and not S(t-1) or S(t-1) and not Q(t-1)", 0, 2),  # a toggle: what both do is heard at once
    ],
)
def test_a_unit_hears_itself(text: str, late: int, units: int) -> None:
    """Over all 1,024 histories of five ticks."""
    net = logic(f"Q(t) = {text}")
    said = Said(
        text,
        {
            "(": lambda was, t: (was("S", t - 1) or was("Q", t - 1)) and not was("R", t - 1),
            "S": lambda was, t: was("S", t - 1) or (was("Q", t - 1) and not was("R", t - 1)),
            "Q": lambda was, t: was("Q", t - 1) != was("S", t - 1),
        }[text[0]],
    )

    assert net.facts["latency"] == {"Q": late}
    assert built(net) == units
    assert net.loops
    for life in histories(net.inputs, 5):
        agree(net, {"Q": said}, life)


def test_units_hear_each_other() -> None:
    """Two lines in one circle, one of which needs a hidden unit."""
    b, x = atom("B", 1), atom("X", 1)
    lines = {
        "A": joined("or", [joined("and", [b, denied(x)]), joined("and", [x, denied(b)])]),
        "B": joined("or", [atom("A", 2), atom("X", 3)]),
    }
    net = compiled(lines)

    for life in histories(["X"], 9):
        agree(net, lines, life)
    assert net.outputs == ["A", "B"]


def test_ever_is_a_circle_of_one_unit() -> None:
    """Theorem 10, as the history has it: θ = 1, P and itself; the line is the circle."""
    net = logic("ever(t) = there was an x < t with P(x)")

    assert (built(net), net.facts["units_bound"]) == (1, 1)
    assert dict(net.nodes["ever"]) == {"model": "mcculloch-pitts", "threshold": 1.0, "output": True}
    assert sorted(net.edges) == [("P", "ever"), ("ever", "ever")]
    for life in histories(["P"], 8):
        agree(net, {"ever": sometime(atom("P", 0, "x"), 1, False)}, life)


def test_the_learning_circle_is_compiled_as_it_was_drawn() -> None:
    """Figure 1(i): two units of threshold 2."""
    net = logic("N3(t) = N2(t-1) or N1(t-1) and there was x <= t-1 with N1(x) and N2(x)")
    both = joined("and", [atom("N1", 0, "x"), atom("N2", 0, "x")])
    said = joined("or", [atom("N2", 1), joined("and", [atom("N1", 1), sometime(both, 1, False)])])

    assert built(net) == 2
    assert [data["threshold"] for unit, data in net.nodes(data=True) if unit not in net.inputs] == [2, 2]
    for life in histories(["N1", "N2"], 5):
        agree(net, {"N3": said}, life)


def test_a_quantifier_may_stand_in_another() -> None:
    """A came at some time, and B before it."""
    before = sometime(atom("B", 0, "y"), 1, False, "x")
    before = Said(before.text.replace("x <= x", "y <= x"), before.holds)
    lines = {"N": sometime(joined("and", [atom("A", 0, "x"), before]), 2, False)}

    net = compiled(lines)

    for life in histories(["A", "B"], 5):
        agree(net, lines, life)


def test_one_circle_serves_two_lines() -> None:
    """What is remembered once need not be remembered twice."""
    net = logic("M(t) = there was x < t with A(x); N(t) = B(t-1) and there was x < t-1 with A(x)")

    assert built(net) == 2


# What no net from rest does.


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("N(t) = not A(t-1)", "'N' is true when nothing has fired: not A(t-1)"),
        ("N(t) = true", "'N' is true when nothing has fired: true"),
        (
            "N(t) = A(t-1) or not (B or C)(t-2)",
            "'N' is true when nothing has fired: A(t-1) or not (B(t-2) or C(t-2))",
        ),
        ("N(t) = for every x < t, A(x)", "'N' is true when nothing has fired: for every x < t, A(x)"),
        ("N(t) = there was x < t with not A(x)", f"{LOOKS}there was x < t with not A(x)"),
    ],
)
def test_what_is_true_at_rest_is_refused_unless_tonic(text: str, named: str) -> None:
    """Theorem 3: a net without a start says nothing of the kind."""
    reason = (
        ". A net at rest stays at rest (McCulloch and Pitts, Theorem 3), so this takes a unit that fires by itself: "
        "say tonic=True"
    )

    with pytest.raises(AllornoneError) as caught:
        logic(text)

    assert str(caught.value) == named + reason
    assert logic(text, tonic=True).outputs == ["N"]


def test_a_tonic_net_is_right_from_tick_0() -> None:
    """Also where its circle needs a hidden unit, which answers at once."""
    x, q = atom("X", 1), atom("Q", 1)
    lines = {"Q": denied(joined("or", [joined("and", [x, denied(q)]), joined("and", [q, denied(x)])]))}

    net = compiled(lines, tonic=True)

    assert net.facts["latency"] == {"Q": 0}
    for life in histories(["X"], 8):
        agree(net, lines, life)


def test_for_every_moment_needs_a_tonic_unit_or_a_start() -> None:
    """The history's E with its START pulse is a plain circle; without the pulse the net has to fire by itself."""
    free = {"E": sometime(atom("P", 0, "x"), 1, True)}
    started = {"E": joined("or", [atom("START", 1), joined("and", [atom("E", 1), atom("P", 1)])])}

    one, other = compiled(free, tonic=True), compiled(started)

    assert (built(other), other.facts["units_bound"]) == (1, 1)
    assert other.nodes["E"]["threshold"] == 2
    for life in histories(["P"], 8):
        agree(one, free, life)
    for life in histories(["P", "START"], 4):
        agree(other, started, life)


# Random propositions.


def random_lines(draw: random.Random, most_lines: int = 3) -> tuple[list[str], dict[str, Said]]:
    """Draw inputs and lines about them and about each other."""
    inputs = ["A", "B", "C"][: draw.randint(1, 3)]
    outputs = ["U", "V", "W"][: draw.randint(1, most_lines)]
    loops = draw.random() < 0.6
    lines = {}
    for place, name in enumerate(outputs):
        names = [*inputs, *(outputs if loops else outputs[:place])]
        lines[name] = anything(draw, names, draw.randint(1, 2), 3, memory=0.15)
    return inputs, lines


def hold_to_random_lines(seed: int) -> None:
    """Compile what a seed draws, and let it live through what no compiler knows."""
    draw = random.Random(seed)
    inputs, lines = random_lines(draw)
    net = compiled(lines, tonic=True, relative=draw.random() < 0.3)
    for _ in range(2):
        agree(net, lines, random_life(draw, inputs, 12))
    for life in histories(inputs, 4 - len(inputs)):
        agree(net, lines, life)
    # Only in a circle that has no tick to spare a hidden unit answers at once.
    at_once = {target for _, target, data in net.edges(data=True) if data["delay"] < 1}
    assert at_once <= {unit for circle in net.loops for unit in circle}
    assert set(net.outputs) <= set(lines)
    assert net.facts["units_bound"] <= built(net)


@settings(max_examples=25, deadline=None)
@given(st.integers(10_000, 1_000_000))
def test_any_lines_are_done_as_they_are_said(seed: int) -> None:
    """Circles, quantifiers, thresholds, whatever is true at rest: every tick of every unit."""
    hold_to_random_lines(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_two_thousand_propositions(block: int) -> None:
    """A hundred texts a block, of one to three lines each."""
    for seed in range(100 * block, 100 * block + 100):
        hold_to_random_lines(seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(5))
def test_five_hundred_wide_propositions(block: int) -> None:
    """Of four to eight inputs, up to five parts a bracket: more than a table is asked for."""
    compared = 0
    for seed in range(100 * block, 100 * block + 100):
        draw = random.Random(seed)
        inputs = list("ABCDEFGH"[: draw.randint(4, 8)])
        heard = [*inputs, *["U", "V"][: 2 * (draw.random() < 0.3)]]
        lines = {name: anything(draw, heard, 2, 2, width=5) for name in ("U", "V")}
        with suppress(AllornoneError):
            net = compiled(lines, tonic=True, relative=draw.random() < 0.3)
            for _ in range(3):
                agree(net, lines, random_life(draw, inputs, 12))
            compared += 1
    assert compared > 80  # the others speak of too many moments


def test_ticks_are_lost_only_where_a_unit_cannot_do_it() -> None:
    """A line that one unit says of inputs is never late."""
    draw = random.Random(5)
    for _ in range(60):
        inputs, lines = random_lines(draw, 1)
        if "U(" in lines["U"].text or " x " in lines["U"].text:
            continue
        net = compiled(lines, tonic=True)
        if built(net) == 1:
            assert net.facts["latency"] == {"U": 0}
        assert net.facts["latency"]["U"] <= 1
        assert set(net.inputs) <= set(inputs)


# Names, text and mistakes.


def test_names_of_hidden_units_avoid_what_is_taken() -> None:
    """A user may call a unit what we would have called ours."""
    net = logic(
        [
            '"or"(t) = A(t-2) and not A(t-3) or "or\'a"(t-1) and tonic(t-1)',
            "tonic'(t) = not tonic(t-1)",
            "Z(t) = A'1(t-1)",
        ],
        tonic=True,
    )

    assert {"or", "or'a", "tonic", "tonic'", "A'1", "A"} <= set(net)
    assert net.inputs == ["A", "or'a", "tonic", "A'1"]


def test_signs_words_lines_and_lists_say_the_same() -> None:
    """One net, however it is written."""
    texts: list[str | list[str]] = [
        "N(t) = A(t-1) and not B(t-2) or C(t-1); M(t) = N(t-1)",
        "N(t)=A(t−1)&~B(t-2)|C(t-1)\n\n  M(t) = N(t-1)\n",
        ["N(t) = A(t–1) ∧ ¬B(t-2) ∨ C(t-1)", "M(t) = N(t-1)"],
        "N(t) = (A and not B(t-2) or C)(t-1); M(t) = at least 1 of (N)(t-1)",
    ]

    nets = [logic(text) for text in texts]

    assert len({repr(net) for net in nets}) == 1
    assert all(list(net.edges(data=True)) == list(nets[0].edges(data=True)) for net in nets)


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("A(t) = B(t)", 10, "a delay of 0: a spike needs at least one tick to be heard, so say B(t-1)"),
        ("A(t) = B(t-0)", 12, "a delay of 0: a spike needs at least one tick to be heard, so say B(t-1)"),
        ("A(t) = B(t+1)", 10, "this is in the future; a unit hears only what was: say B(t-1)"),
        ("A(t) = B(x-1)", 10, "the moment here is t, as in B(t-1), found 'x'"),
        ("A(t) = B", 8, "'B' needs its moment, as in B(t-1)"),
        ("A(t) = B(t-99999)", 12, "a delay of at most 10000 ticks is possible, found 99999"),
        ("A(t) = B(t-9999999999)", 12, "9999999999 is more than anything here can be"),
        (
            "A(t) = B(t-1) an C(t-1)",
            15,
            "and, or, or the end of the line was expected here, found 'an'. Did you mean 'and'?",
        ),
        ("A(t) = nott B(t-1)", 8, f"'nott' {STRANGE} nott(t-1). Did you mean 'not'?"),
        ("A(t) = B C(t-1)", 8, f"'B' {STRANGE} B(t-1)"),
        ("A = B(t-1)", 3, "(t), as in A(t) = …, was expected here, found '='"),
        ("A(t+1) = B(t)", 2, "(t), as in A(t) = …, was expected here, found '('"),
        ("(t) = B(t-1)", 1, "the name of a unit, as in N3(t) = …, was expected here, found '('"),
        ("A(t) B(t-1)", 6, "= was expected here, found 'B'"),
        ("A(t) = (B(t-1)", 15, "and, or or ) was expected here, found the end"),
        ("A(t) = B(t-1))", 14, "the end of the line was expected here, found ')'"),
        ("A(t) = B(t-1", 13, ") after the moment, as in B(t-1), was expected here, found the end"),
        ("A(t) = B(t-)", 12, "a number of ticks was expected here, found ')'"),
        (
            "A(t) = B(t-1) or",
            17,
            "a unit such as A(t-1), or not, at least, there was, for every or ( was expected here, found the end",
        ),
        ("A(t) = (B(t-1))(t-2)", 16, "every name in the bracket has its moment already"),
        (
            "A(t) = at leest 2 of (B, C)(t-1)",
            11,
            f"least, {LIST} was expected here, found 'leest'. Did you mean 'least'?",
        ),
        ("A(t) = at least two of (B, C)(t-1)", 17, f"a number, {LIST} was expected here, found 'two'"),
        ("A(t) = at least 3 of (B, C)(t-1)", 17, "at least 1 and at most all 2 of the list can be asked for"),
        ("A(t) = at least 1 of B(t-1)", 22, f"( and a list, {LIST} was expected here, found 'B'"),
        ("A(t) = there was x <= t with B(x)", 23, "x <= t asks about the present: say x < t"),
        ("A(t) = there was x < t with B(t-1)", 31, "the moment here is x, as in B(x-1), found 't'"),
        ("A(t) = there was t < t with B(t)", 18, "t is the moment outside: take another letter, such as x"),
        ("A(t) = there was x > t with B(x)", 20, "'>' is no sign of this language"),
        ("A(t) = there was x = t with B(x)", 20, "< or <=, as in x < t, was expected here, found '='"),
        (
            "A(t) = there were x < t with B(x)",
            14,
            "was, as in there was x < t with A(x), was expected here, found 'were'",
        ),
        (
            "A(t) = for evry x < t, B(x)",
            12,
            "every, as in for every x < t, A(x), was expected here, found 'evry'. Did you mean 'every'?",
        ),
        (
            "A(t) = for every x < t B(x)",
            24,
            "a comma, as in for every x < t, A(x), was expected here, found 'B'",
        ),
        ("A(t) = B(t-1) # so", 15, "'#' is no sign of this language"),
        ("A(t) = B(t+1) # so", 10, "this is in the future; a unit hears only what was: say B(t-1)"),
        ("A(t) = B(t-1) ¬ C(t-1)", 15, "and, or, or the end of the line was expected here, found '¬'"),
        (
            "A(t) = B(t-1) or and C(t-1)",
            18,
            "a unit such as A(t-1), or not, at least, there was, for every or ( was expected here, found 'and'",
        ),
        ("A(t) = C(t-1); A(t) = B(t-1)", 1, "'A' is defined twice: join what it says by or"),
        ("A(t) = " + "not " * 60 + "B(t-1)", 208, "more than 50 brackets or words not inside one another"),
    ],
)
def test_a_mistake_is_told_at_its_column(text: str, column: int, sentence: str) -> None:
    """What was expected there, what stands there, what was perhaps meant."""
    with pytest.raises(AllornoneError) as caught:
        logic(text)

    line = text.split("; ")[-1]
    shown = line if len(line) <= 60 else line[:59] + "…"
    assert str(caught.value) == f"{shown!r}, column {column}: {sentence}"


@pytest.mark.parametrize(
    ("says", "column", "sentence"),
    [
        ("(" * 5000 + "B(t-1)" + ")" * 5000, 58, "more than 50 brackets or words not inside one another"),
        ('\\"' * 50_000, 8, "'\\\\' is no sign of this language"),
        ("B(t-1) or " * 10_000 + "C", 100_008, "'C' needs its moment, as in C(t-1)"),
    ],
)
def test_a_long_or_deep_line_is_refused_at_its_column(says: str, column: int, sentence: str) -> None:
    """However much of it there is."""
    with pytest.raises(NotationError) as caught:
        logic(f"A(t) = {says}")

    assert (caught.value.column, caught.value.sentence) == (column, sentence)


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ("", "there is no proposition here: say one such as N3(t) = N1(t-1) and not N2(t-1)"),
        ([], "there is no proposition here: say one such as N3(t) = N1(t-1) and not N2(t-1)"),
        (5, "a proposition is a text such as 'N2(t) = N1(t-1)', found 5"),
        (["A(t) = B(t-1)", 3], "a proposition is a text such as 'N2(t) = N1(t-1)', found 3"),
        (
            f"N(t) = Z(t-1) or Y(t-1) and (Z(t-1) or {' and '.join(f'X{k}(t-1)' for k in range(11))})",
            "'N' speaks of 13 moments, and truth tables are written out to 10: say a part of it on a line of its own",
        ),
    ],
)
def test_what_is_no_text_of_propositions(says: Any, sentence: str) -> None:
    """Nothing, numbers, more than can be decided."""
    with pytest.raises(AllornoneError) as caught:
        logic(says)

    assert str(caught.value) == sentence


def test_scenario_files_can_name_it() -> None:
    """As the builder `logic`."""
    assert builders.get("logic") is logic


# Boolean networks: genes that regulate one another, as they are published.


@dataclass(frozen=True)
class Genes:
    """A Boolean network, and what each gene does next in a state."""

    lines: list[str]
    names: list[str]
    rules: list[Callable[[Mapping[str, bool]], bool]]

    def after(self, state: Mapping[str, bool]) -> dict[str, bool]:
        """Return the next state, all genes at once."""
        return {name: rule(state) for name, rule in zip(self.names, self.rules, strict=True)}


def _evaluated(code: CodeType, state: Mapping[str, bool]) -> bool:
    return bool(eval(code, {}, dict(state)))


def genes(seed: int) -> Genes:
    """Draw a network of 3 to 7 genes: each an expression of some activators and some inhibitors."""
    draw = random.Random(seed)
    names = [f"g{k}" for k in range(draw.randint(3, 7))]
    lines: list[str] = []
    rules: list[Callable[[Mapping[str, bool]], bool]] = []
    for name in names:
        regulators = draw.sample(names, draw.randint(1, 3))
        signed = [draw.choice(["", "", "not "]) + one for one in regulators]
        text = signed[0]
        for one in signed[1:]:
            text = f"({text} {draw.choice(['and', 'or'])} {one})"
        if draw.random() < 0.3:  # either one or the other
            a, b = regulators[0], draw.choice(names)
            text = f"({a} and not {b} or {b} and not {a})"
        code = compile(text, name, "eval")
        rules.append(partial(_evaluated, code))
        lines.append(f"{name}(t) = " + re.sub(r"\bg\d", lambda found: f"{found[0]}(t-1)", text))
    return Genes(lines, names, rules)


@pytest.mark.parametrize("seed", range(36))
def test_a_boolean_network_does_what_is_published_from_any_state(seed: int) -> None:
    """Put in any state and left alone, or held in part at any tick: beside a synchronous interpreter."""
    network, draw = genes(seed), random.Random(1000 + seed)
    net = logic(network.lines, tonic=True, at_once=True)
    assert set(net.facts["latency"].values()) == {0}

    for free in (1.0, 0.6):
        held = [
            [draw.choice("01") if tick == 0 or draw.random() > free else "." for _ in network.names]
            for tick in range(14)
        ]
        trace = aon.simulate(
            net,
            {
                name: "".join(column)
                for name, column in zip(network.names, zip(*held, strict=True), strict=True)
            },
        )
        state: dict[str, bool] = {}
        for tick, row in enumerate(held):
            after = network.after(state) if state else dict.fromkeys(network.names, False)
            state = {
                name: after[name] if mark == "." else mark == "1"
                for name, mark in zip(network.names, row, strict=True)
            }
            assert {name: bool(trace[name][tick]) for name in network.names} == state, (tick, network.lines)


@pytest.mark.parametrize("seed", range(36))
def test_a_boolean_network_has_the_cycles_and_basins_that_are_published(seed: int) -> None:
    """All states, each followed by hand until it comes back."""
    network = genes(seed)
    found = aon.attractors(logic(network.lines, tonic=True, at_once=True))
    basins: dict[frozenset[tuple[bool, ...]], int] = {}
    for bits in product([False, True], repeat=len(network.names)):
        state, seen = dict(zip(network.names, bits, strict=True)), []
        while tuple(state.values()) not in seen:
            seen.append(tuple(state.values()))
            state = network.after(state)
        cycle = frozenset(seen[seen.index(tuple(state.values())) :])
        basins[cycle] = basins.get(cycle, 0) + 1

    assert set(found.cells) <= set(network.names)  # one that nobody hears does not remember
    unheard = 2 ** (len(network.names) - len(found.cells))
    assert sorted(zip(found.periods, found.basins * unheard, strict=True)) == sorted(
        (len(cycle), count) for cycle, count in basins.items()
    )


def test_a_circle_answers_from_any_state_though_its_hidden_unit_takes_no_tick() -> None:
    """The toggle of a and b, held at 0 and let go: what the lines say, not what they say from rest."""
    net = logic("a(t) = a(t-1) and not b(t-1) or b(t-1) and not a(t-1); b(t) = a(t-1)")
    trace = aon.simulate(net, {"a": "1......", "b": "0......"})

    assert [int(value) for value in trace["a"]] == [1, 1, 0, 1, 1, 0, 1]
    assert net.facts["latency"] == {"a": 0, "b": 0}
    assert sorted(aon.attractors(net).periods) == [1, 3]


def test_at_once_nothing_is_late() -> None:
    """Either-or without a circle takes a hidden unit, and a tick for it, or none."""
    text = "Z(t) = X(t-1) and not Y(t-1) or Y(t-1) and not X(t-1)"

    assert [logic(text, at_once=word).facts["latency"] for word in (False, True)] == [{"Z": 1}, {"Z": 0}]
    said = Said(text, lambda was, t: was("X", t - 1) != was("Y", t - 1))
    for word in (False, True):
        for life in histories(["X", "Y"], 4):
            agree(logic(text, at_once=word), {"Z": said}, life)
    with pytest.raises(AllornoneError, match="at_once"):
        logic(text, at_once="yes")  # type: ignore[arg-type]


NOTATIONS = {
    "words": ("not {}", "{} and {}", "{} or {}"),
    "signs of 1943": ("~{}", "{} & {}", "{} | {}"),
    "signs of logic": ("¬{}", "{} ∧ {}", "{} ∨ {}"),
}


def said(draw: random.Random, notation: str, depth: int) -> tuple[str, str]:
    """Return a random text in a notation and the same in Python, joints in brackets."""
    if not depth or draw.random() < 0.2:
        name = draw.choice("ABC")
        return f"{name}(t-1)", name
    place = draw.randrange(3)
    parts = [said(draw, notation, depth - 1) for _ in range(1 if place == 0 else 2)]
    texts, meant = zip(*parts, strict=True)
    joined = NOTATIONS[notation][place].format(*(f"({text})" for text in texts))
    return joined, ("(not {})", "({} and {})", "({} or {})")[place].format(*meant)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_lines_in_three_notations_mean_what_python_means(notation: str) -> None:
    """On every row of inputs that are held, Z comes to what Python says of the line."""
    draw = random.Random(notation)
    for _ in range(12):
        text, meant = said(draw, notation, 3)
        net = aon.logic(f"Z(t) = {text}", tonic=True)
        ticks = net.facts["latency"]["Z"] + 4
        for row in product((False, True), repeat=3):
            values = dict(zip("ABC", row, strict=True))
            held = {name: "1" * ticks for name in net.inputs if values.get(name, False)}
            expected = bool(eval(meant, {}, values))
            assert bool(aon.simulate(net, held, ticks=ticks)["Z"][-1]) == expected, text


@pytest.mark.parametrize(
    "line",
    [
        "Z(t) = X(t-1) AND Y(t-1)",
        "Z(t) = X(t-1) NAND Y(t-1)",
        "Z(t) = X(t-1) v Y(t-1)",
        "Z(t) = X(t-1) -> Y(t-1)",
        "Z(t) = X(t-1)'",
        "Z(t) = NOT X(t-1)",
    ],
)
def test_operators_of_other_notations_are_refused(line: str) -> None:
    """None is read as a unit or passed over."""
    with pytest.raises(aon.AllornoneError, match="column"):
        aon.logic(line)
