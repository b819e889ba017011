"""Synapses as text: what each line makes, what each mistake is told, and that writing reads back."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.simulator.arrays import Array, Index
from allornone.simulator.errors import LimitExceeded
from allornone.simulator.notation.reading import NotationError
from allornone.simulator.notation.synapses import (
    Wire,
    expand_synapses,
    expand_units,
    parse_synapse,
    write_name,
    write_synapse,
)

SINGLE = ("warm", "cold", "Na", "Nb", "heat", "go", "c1", "c2", "c3", "stop", "N1'", "θ", "odd name")
GROUPS: dict[str, list[str]] = {
    **{name: [name] for name in SINGLE},
    "A": ["A[0]", "A[1]", "A[2]"],
    "R": ["R[0]", "R[1]"],
    "hidden": ["H1", "H2"],
    "none": [],
}
PARAMETERS = {"p": 2, "small": 0.25}


def evaluate(text: str, indices: Mapping[str, Index]) -> Array:
    """Return what Python makes of an expression over the parameters and indices, place by place."""
    names = {**PARAMETERS, **indices}
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.Name) and node.id not in {*names, "abs"}:
            raise ValueError(f"nothing is named {node.id!r} here")
    places = zip(*(values.tolist() for values in indices.values()), strict=True) if indices else [()]
    return np.array(
        [
            float(eval(text, {"abs": abs}, {**PARAMETERS, **dict(zip(indices, place, strict=True))}))
            for place in places
        ]
    )


def wires(*lines: str, seed: int = 0, limit: int = 1000) -> list[Wire]:
    """Return what the lines make of the groups above."""
    generator = np.random.default_rng(seed)
    return expand_synapses(lines, GROUPS, evaluate, generator, parameters=PARAMETERS, limit=limit)


def pairs(*lines: str) -> list[str]:
    """Return the pairs that the lines join, in order."""
    return [f"{wire.source} {wire.target}" for wire in wires(*lines)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cold -> Na", ["cold Na"]),
        ("  cold->Na  ", ["cold Na"]),
        ("warm, Nb -> heat", ["warm heat", "Nb heat"]),
        ("warm, cold -> Na, Nb", ["warm Na", "warm Nb", "cold Na", "cold Nb"]),
        ("go -> c1 -> c2", ["go c1", "c1 c2"]),
        ("go -> c1, c2 -> c3", ["go c1", "go c2", "c1 c3", "c2 c3"]),
        ("c1 -> c1", ["c1 c1"]),
        ("R -> Na", ["R[0] Na", "R[1] Na"]),
        ("hidden -> Na", ["H1 Na", "H2 Na"]),
        ("H2 -> hidden[0]", ["H2 H1"]),
        ("none -> Na", []),
        ("N1' -> θ", ["N1' θ"]),
        ('"odd name" -> Na', ["odd name Na"]),
        ("R -> R", ["R[0] R[0]", "R[0] R[1]", "R[1] R[0]", "R[1] R[1]"]),
        ("A[1] -> Na", ["A[1] Na"]),
        ("A[p] -> Na", ["A[2] Na"]),
        ("A[p - 2] -> Na", ["A[0] Na"]),
        ("A[k] -> Na", ["A[0] Na", "A[1] Na", "A[2] Na"]),
        ("A[k] -> A[k+1]", ["A[0] A[1]", "A[1] A[2]"]),
        ("A[k] -> A[(k+1) % 3]", ["A[0] A[1]", "A[1] A[2]", "A[2] A[0]"]),
        ("A[k+1] -> A[k+2]", ["A[1] A[2]"]),
        ("A[k] -> R[k % 2]", ["A[0] R[0]", "A[1] R[1]", "A[2] R[0]"]),
        ("A[k] -> R[k]", ["A[0] R[0]", "A[1] R[1]"]),
        ("R[i] -> A[abs(i - 2)]", ["R[0] A[2]", "R[1] A[1]"]),
        ("R[i] -> R[j] [when=i != j]", ["R[0] R[1]", "R[1] R[0]"]),
        ("A[i] -> A[j] [when=j - i == p]", ["A[0] A[2]"]),
        ("R[k], go -> A[k]", ["R[0] A[0]", "R[1] A[1]", "go A[0]", "go A[1]", "go A[2]"]),
        ("A[i] -> go -> R[j]", ["A[0] go", "A[1] go", "A[2] go", "go R[0]", "go R[1]"]),
    ],
)
def test_a_line_joins_these_pairs_in_this_order(line: str, expected: list[str]) -> None:
    """Lists and groups join each with each; a free index runs over all; what falls outside makes none."""
    assert pairs(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cold -> Na", Wire("cold", "Na")),
        ("cold -> Na [weight=2]", Wire("cold", "Na", weight=2.0)),
        ("cold -> Na [weight=-small, delay=p + 1]", Wire("cold", "Na", weight=-0.25, delay=3)),
        ("cold -> Na [weight=abs(-3)]", Wire("cold", "Na", weight=3.0)),
        ("cold -> Na [delay=0]", Wire("cold", "Na", delay=0)),
        ("stop -o c3", Wire("stop", "c3", kind="inhibitory")),
        ("stop -o c3 [delay=2]", Wire("stop", "c3", delay=2, kind="inhibitory")),
        ("cold -> Na [plastic]", Wire("cold", "Na", plastic=True)),
        ("cold -> Na [plastic=0]", Wire("cold", "Na", plastic=False)),
        ("cold -> Na [plastic=p > 1]", Wire("cold", "Na", plastic=True)),
        ("cold -> Na [shared=k1]", Wire("cold", "Na", shared="k1")),
        ("A[1] -> Na [shared=k[p - 1]]", Wire("A[1]", "Na", shared="k[1]")),
        ('cold -> Na [shared="one, two"]', Wire("cold", "Na", shared="one, two")),
        ("cold -> Na [relay, delay=3]", Wire("cold", "Na", delay=3, relay=True)),
    ],
)
def test_an_attribute_says_what_the_synapse_is(line: str, expected: Wire) -> None:
    """Attributes are expressions over parameters; those not said are left to defaults."""
    assert wires(line) == [expected]


def test_attributes_apply_to_every_arrow() -> None:
    """A chain is one line: its attributes stand once, at the end."""
    assert [wire.delay for wire in wires("go -> c1 -> c2 -o c3 [delay=3]")] == [3, 3, 3]


def test_an_attribute_may_use_the_free_indices() -> None:
    """Weights and delays differ along a group where they say so."""
    found = wires("A[k] -> Na [weight=10 ** k, delay=k]")

    assert [(wire.weight, wire.delay) for wire in found] == [(1.0, 0), (10.0, 1), (100.0, 2)]


def test_inhibition_and_excitation_mix_in_a_chain() -> None:
    """Each arrow says what kind it is."""
    assert [wire.kind for wire in wires("go -> c1 -o c2")] == ["weighted", "inhibitory"]


def test_a_relay_is_a_second_way() -> None:
    """Only where the line says relay may a pair be joined twice, whichever line comes first."""
    one, two = "cold -> Na", "cold -> Na [relay, delay=2]"

    assert [wire.relay for wire in wires(one, two)] == [False, True]
    assert [wire.relay for wire in wires(two, one)] == [True, False]


def test_each_target_draws_so_many_sources() -> None:
    """Draws are taken with replacement and add up: the weights into each target sum to the draws."""
    found = wires("A -> R [draw=5]")
    sums = Counter[str]()
    for wire in found:
        sums[wire.target] += int(wire.weight)

    assert sums == {"R[0]": 5, "R[1]": 5}
    assert len({wire[:2] for wire in found}) == len(found)


def test_draws_add_up_over_lines() -> None:
    """Five sources that excite and five that inhibit may be the same; then they cancel."""
    found = wires("A -> Na [draw=5]", "A -> Na [draw=3, weight=-1]")

    assert sum(wire.weight for wire in found) == 2
    assert len({wire[:2] for wire in found}) == len(found)


@pytest.mark.parametrize("lines", [("A -> Na", "A -> Na [draw=4]"), ("A -> Na [draw=4]", "A -> Na")])
def test_draws_add_to_a_synapse_that_stands_there(lines: tuple[str, str]) -> None:
    """Chance never collides with what a file says, in either order."""
    found = wires(*lines)

    assert sorted(wire.source for wire in found) == ["A[0]", "A[1]", "A[2]"]
    assert sum(wire.weight for wire in found) == 7


def test_an_inhibition_drawn_twice_is_one_inhibition() -> None:
    """Absolute inhibition is there or not."""
    found = wires("go -o Na [draw=5]")

    assert found == [Wire("go", "Na", kind="inhibitory")]


def test_a_target_draws_only_what_when_allows() -> None:
    """The pool of a target is what the rest of the line joins it with."""
    assert all(wire.source != wire.target for wire in wires("A[i] -> A[j] [draw=9, when=i != j]"))
    assert wires("A[k] -> A[k+1] [draw=3]") == [Wire("A[0]", "A[1]", 3.0), Wire("A[1]", "A[2]", 3.0)]


def test_drawn_weights_are_taken_in_the_order_of_the_synapses() -> None:
    """One generator, one number a synapse, however the line names them."""
    plain = [wire.weight for wire in wires("A -> R [weight=normal(0, small)]", seed=5)]
    indexed = [wire.weight for wire in wires("A[i] -> R[j] [weight=normal(0, small)]", seed=5)]
    ends = [wire.weight for wire in wires("A -> R [weight=uniform(-1, p)]", seed=5)]

    assert plain == indexed == np.random.default_rng(5).normal(0, 0.25, 6).tolist()
    assert ends == np.random.default_rng(5).uniform(-1, 2, 6).tolist()


def test_draws_are_taken_target_by_target_sources_first() -> None:
    """The order in which chance is used is part of the language: a seed means the same net for ever."""
    found = wires("A -> R [draw=2, weight=normal(0, 1)]", seed=3)
    chance, expected = np.random.default_rng(3), dict[tuple[str, str], float]()
    for target in GROUPS["R"]:
        for pick, weight in zip(chance.integers(3, size=2).tolist(), chance.normal(0, 1, 2), strict=True):
            pair = (GROUPS["A"][pick], target)
            expected[pair] = expected.get(pair, 0.0) + float(weight)

    assert {(wire.source, wire.target): wire.weight for wire in found} == expected


def test_synapses_that_share_a_weight_draw_it_once() -> None:
    """A shared weight is one number, over all lines that name it."""
    found = wires("A -> Na [shared=k, weight=normal(0, 1)]", "R -> Na [shared=k, weight=normal(0, 1)]")

    assert len({wire.weight for wire in found}) == 1
    assert len(found) == 5


@pytest.mark.parametrize(
    ("line", "random"),
    [
        ("A -> R", False),
        ("A -> R [draw=2]", True),
        ("A -> R [weight=uniform(0, 1)]", True),
        ("A -> R [weight=2]", False),
    ],
)
def test_a_line_says_whether_it_needs_chance(line: str, random: bool) -> None:
    """Whoever reads a file can ask for seeds before anything is drawn."""
    assert parse_synapse(line).random is random


MISTAKES = {
    "": (1, "a unit or group was expected here, found the end"),
    "cold Na": (6, "an arrow, -> or -o, was expected here, found 'Na'"),
    "cold - > Na": (6, "an arrow, -> or -o, was expected here, found '- > Na'"),
    "cold": (5, "an arrow, -> or -o, was expected here, found the end"),
    "cold ->": (8, "a unit or group was expected here, found the end"),
    "-> Na": (1, "a unit or group was expected here, found '-> Na'"),
    "warm,, cold -> Na": (6, "a unit or group was expected here, found ', cold -> Na'"),
    "cold -> heet": (9, "no unit or group is named 'heet'. Did you mean 'heat'?"),
    "zzzzzz -> Na": (1, "no unit or group is named 'zzzzzz'."),
    "cold -> Na weight=2": (12, "an arrow, a comma or [attributes] was expected here, found 'weight=2'"),
    "cold -> Na [weight=2] x": (23, "the end of the line was expected here, found 'x'"),
    "cold -> Na [weight=2": (12, "this bracket is never closed"),
    "A[k -> Na": (2, "this bracket is never closed"),
    "A[k) -> Na": (2, "this bracket is closed by ')'"),
    "cold -> Na[weight=2]": (
        11,
        "one index was expected here, found [weight=2]; attributes stand apart, after a space",
    ),
    "A[i, j] -> Na": (2, "one index was expected here, found [i, j]; attributes stand apart, after a space"),
    "A[] -> Na": (2, "one index was expected here, found []; attributes stand apart, after a space"),
    "A[3] -> Na": (3, "A has 3 units, counted from 0; found index 3"),
    "A[p + 1] -> Na": (3, "A has 3 units, counted from 0; found index 3"),
    "A[k / 2] -> Na": (3, "a whole number was expected here, found 0.5"),
    'cold -> "x\\q"': (9, 'a name in quotes is written as JSON writes it, found "x\\q"'),
    "cold -> Na []": (13, "an attribute such as weight=2 was expected here, found ''"),
    "cold -> Na [2]": (13, "an attribute such as weight=2 was expected here, found '2'"),
    "cold -> Na [weigth=2]": (13, "no attribute is named 'weigth'. Did you mean 'weight'?"),
    "cold -> Na [zzzz=2]": (
        13,
        "no attribute is named 'zzzz'. There are: weight, delay, when, draw, shared, plastic, relay",
    ),
    "cold -> Na [weight]": (13, "weight needs a value, as in weight=1"),
    "cold -> Na [delay=]": (13, "delay needs a value, as in delay=1"),
    "cold -> Na [plastic=]": (13, "plastic needs a value, as in plastic=1"),
    "cold -> Na [weight=2, weight=3]": (23, "weight is said twice"),
    "cold -> Na [weight=q]": (20, "nothing is named 'q' here"),
    "A[i] -> go -> R[j] [weight=i]": (28, "nothing is named 'i' here"),
    "cold -> Na [weight=1e999]": (20, "a finite number was expected here, found inf"),
    "cold -> Na [delay=1.5]": (19, "a whole number from 0 up was expected here, found 1.5"),
    "cold -> Na [delay=-1]": (19, "a whole number from 0 up was expected here, found -1"),
    "cold -> Na [draw=-1]": (18, "a whole number from 0 up was expected here, found -1"),
    "cold -> Na [relay=2]": (
        13,
        "relay is said alone, found relay=2; the delay of the whole way is delay=",
    ),
    "cold -o Na [weight=2]": (13, "absolute inhibition, -o, has no weight: write -> or leave weight out"),
    "cold -o Na [relay]": (13, "absolute inhibition, -o, has no relay: write -> or leave relay out"),
    "cold -> Na [draw=2, relay]": (
        21,
        "draws of one pair add up, so draw goes with neither relay nor shared",
    ),
    "cold -> Na [weight=normal(1)]": (
        20,
        "a weight is drawn by normal(mean, deviation) or uniform(least, most), found normal(1)",
    ),
    "cold -> Na [weight=normal(0, 1) + 1]": (
        20,
        "a weight is drawn by normal(mean, deviation) or uniform(least, most), found normal(0, 1) + 1",
    ),
    "cold -> Na [weight=normal(0, -1)]": (30, "a deviation from 0 up was expected here, found -1"),
    "cold -> Na [shared=a b]": (20, "one name was expected here, found a b"),
    "A[i] -> R[j] [draw=i]": (20, "'R[0]' would draw both 0 and 1 sources"),
    "A, A -> Na": (9, "a synapse from 'A[0]' to 'Na' exists already: use weight=, or relay"),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_told_with_its_column(line: str) -> None:
    """What stands there, what was expected, and the nearest right word."""
    column, sentence = MISTAKES[line]

    with pytest.raises(NotationError) as caught:
        wires("warm -> heat", line)

    assert (caught.value.column, caught.value.sentence) == (column, sentence)
    assert (caught.value.line, caught.value.text) == (1, line)
    assert str(caught.value) == f"{line!r}, column {column}: {sentence}"


def test_a_second_synapse_names_its_pair() -> None:
    """Over lines too, and whatever the kind: what to say instead stands in the message."""
    with pytest.raises(NotationError) as caught:
        wires("cold -> Na", "cold -o Na")

    assert str(caught.value) == (
        "'cold -o Na', column 9: a synapse from 'cold' to 'Na' exists already: use weight=, or relay"
    )


def test_draws_that_differ_in_more_than_weight_do_not_add_up() -> None:
    """One pair has one synapse, so it cannot have two delays."""
    with pytest.raises(NotationError) as caught:
        wires("go -> Na [draw=1, delay=1]", "go -> Na [draw=1, delay=2]")

    assert caught.value.sentence == "draws add up, but those from 'go' to 'Na' differ in more than weight"


@pytest.mark.parametrize("line", ["A -> R [draw=2]", "A -> R [weight=normal(0, 1)]"])
def test_chance_without_a_generator_is_an_error(line: str) -> None:
    """Nothing is random that nobody seeded."""
    with pytest.raises(NotationError, match="chance needs a random generator, in a scenario seeds = …"):
        expand_synapses([line], GROUPS)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("A -> R", "'A -> R': 7 synapses are more than the limit of 6"),
        ("go -> Na [draw=1000000000]", "'go -> Na [draw=1000000000]': 1000000001 synapses are more than"),
        ("A[i] -> A[j] [when=i > 9]", "'A[i] -> A[j] [when=i > 9]': i and j take 9 values, the limit is 6"),
    ],
)
def test_the_first_synapse_too_many_is_refused_before_it_is_made(line: str, sentence: str) -> None:
    """A file cannot fill the memory, nor the time."""
    with pytest.raises(LimitExceeded) as caught:
        wires("warm -> heat", line, limit=6)

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "line",
    ["(" * 10_000, "A[" + "(" * 10_000, "a -> b [" * 2_000, '"' * 9_999, "a, " * 9_999, "a -> " * 9_999],
)
def test_nonsense_of_any_depth_is_refused_at_once(line: str) -> None:
    """Reading never recurses."""
    with pytest.raises(NotationError):
        parse_synapse(line)


def test_a_file_without_parameters_knows_numbers_only() -> None:
    """Without an evaluator a value is a number as it stands, and a bare index still runs."""
    found = expand_synapses(["A[k] -> Na [weight=-2.5e-1]"], GROUPS)

    assert [wire.weight for wire in found] == [-0.25] * 3
    with pytest.raises(NotationError, match="column 20: 'p' is no number"):
        expand_synapses(["cold -> Na [weight=p]"], GROUPS)


def test_units_are_named_as_in_synapses() -> None:
    """Keys of stimuli, plastic biases: units, groups, lists and indices, with what the indices are."""
    assert expand_units("R, go", GROUPS) == [("R[0]", {}), ("R[1]", {}), ("go", {})]
    assert expand_units("A[k+1]", GROUPS, evaluate) == [("A[1]", {"k": 0}), ("A[2]", {"k": 1})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("R go", "'R go', column 3: a comma was expected here, found 'go'"),
        ("A[9]", "'A[9]', column 3: A has 3 units, counted from 0; found index 9"),
        ("wram[k]", "'wram[k]', column 1: no unit or group is named 'wram'. Did you mean 'warm'?"),
    ],
)
def test_a_mistake_in_a_list_of_units_is_told(text: str, message: str) -> None:
    """As in synapses."""
    with pytest.raises(NotationError) as caught:
        expand_units(text, GROUPS)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, "a -> b"),
        ({"weight": 1.0, "kind": "weighted", "delay": None, "plastic": None, "shared": None}, "a -> b"),
        ({"weight": 2.0}, "a -> b [weight=2]"),
        ({"weight": -0.1, "delay": 0}, "a -> b [weight=-0.1, delay=0]"),
        ({"kind": "inhibitory", "weight": 1.0, "delay": 2}, "a -o b [delay=2]"),
        ({"plastic": True, "shared": "k1"}, "a -> b [plastic, shared=k1]"),
        ({"plastic": False}, "a -> b [plastic=0]"),
        ({"weight": np.float64(1e300)}, "a -> b [weight=1e+300]"),
    ],
)
def test_a_synapse_is_written_without_its_defaults(data: dict[str, object], expected: str) -> None:
    """The shortest line that says it."""
    assert write_synapse("a", "b", data) == expected


def test_a_name_is_quoted_only_where_it_must_be() -> None:
    """Letters of any script, digits, _ and ' stand bare, with an index too."""
    bare = ["Na", "θ_1", "N1'", "3", "A[0]", "A[17]", "überall"]

    assert [write_name(name) for name in bare] == bare
    assert write_name("A[01]") == '"A[01]"'
    assert write_name('say "x" -> y') == '"say \\"x\\" -> y"'


names = st.text(min_size=1, max_size=8) | st.from_regex(r"\A[\w']{1,4}(\[[0-9]{1,3}\])?\Z")
weights = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5).map(float)


@given(
    source=names,
    target=names,
    weight=weights,
    delay=st.none() | st.integers(0, 10**6),
    kind=st.sampled_from(["weighted", "inhibitory"]),
    shared=st.none() | names,
    plastic=st.none() | st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_what_is_written_reads_back_the_same(
    source: str,
    target: str,
    weight: float,
    delay: int | None,
    kind: str,
    shared: str | None,
    plastic: bool | None,
) -> None:
    """Any name, any number: write and read are each other's inverse."""
    if kind == "inhibitory":
        weight, shared, plastic = 1.0, None, None
    data = {"weight": weight, "delay": delay, "kind": kind, "shared": shared, "plastic": plastic}

    found = expand_synapses([write_synapse(source, target, data)], {source: [source], target: [target]})

    assert found == [Wire(source, target, weight, delay, kind, shared, False, plastic)]


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_a_line_of_indices_is_a_double_loop(data: st.DataObject) -> None:
    """Judge: the loops that the line says, written out."""
    rows, columns = data.draw(st.integers(0, 6)), data.draw(st.integers(0, 6))
    a, b, c = (data.draw(st.integers(-3, 3)) for _ in range(3))
    groups = {"X": [f"x{k}" for k in range(rows)], "Y": [f"y{k}" for k in range(columns)]}

    line = f"X[i] -> Y[j] [when=(i + {a} * j) % 3 != {b % 3}, weight=i - {c} * j, delay=i + j]"
    found = expand_synapses([line], groups, evaluate)

    assert found == [
        Wire(f"x{i}", f"y{j}", float(i - c * j), i + j)
        for i in range(rows)
        for j in range(columns)
        if (i + a * j) % 3 != b % 3
    ]


@given(rows=st.integers(1, 9), columns=st.integers(1, 9), step=st.integers(-4, 4), times=st.integers(1, 3))
@settings(deadline=None, max_examples=100)
def test_a_tied_index_is_one_loop(rows: int, columns: int, step: int, times: int) -> None:
    """Judge: one loop over the group in which the index stands alone."""
    groups = {"X": [f"x{k}" for k in range(rows)], "Y": [f"y{k}" for k in range(columns)]}

    found = expand_synapses([f"X[k] -> Y[{times} * k + {step}]"], groups, evaluate)

    assert [(wire.source, wire.target) for wire in found] == [
        (f"x{k}", f"y{times * k + step}") for k in range(rows) if 0 <= times * k + step < columns
    ]


@given(text=st.text(alphabet="aA[]()->o,= \"\\k1+'weightdraw", max_size=40))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read_or_refused_with_a_column_inside(text: str) -> None:
    """No text gives a traceback, and a column always points into the line or just behind it."""
    error = problem(text)

    assert error is None or 1 <= error.column <= len(text) + 1


def problem(text: str) -> NotationError | None:
    """Return what is wrong with a line, if anything."""
    try:
        parse_synapse(text)
    except NotationError as error:
        return error
    return None
