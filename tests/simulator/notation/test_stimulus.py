"""Stimuli: what each way of saying them gives, all histories in order, and what each mistake is told."""

from __future__ import annotations

import math
import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName
from allornone.simulator.notation.reading import NotationError
from allornone.simulator.notation.stimuli import compose, parse_stimulus, read_stimuli, stimulus_arrays

FREE = math.nan
SHAPE = "an array of stimuli has the shape (ticks, 2) or (batch, ticks, 2)"
PARAMETERS = {"L": 3.0, "zero": 0.0}
GROUPS = {"x": ["x[0]", "x[1]", "x[2]"], "stop": ["stop"], "odd name": ["odd name"]}


def number(text: str) -> float:
    """Return a parameter or a number, as an evaluator would."""
    if text in PARAMETERS:
        return PARAMETERS[text]
    if not text[:1].isdigit():
        raise AllornoneError(f"nothing is named {text!r} here")
    return float(text)


def same(found: Any, expected: Any) -> bool:
    """Whether two arrays are equal, free where the other is free."""
    return bool(np.array_equal(np.asarray(found), np.asarray(expected, dtype=float), equal_nan=True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1101", [1, 1, 0, 1]),
        ("01 10  1", [0, 1, 1, 0, 1]),
        ("", []),
        ("1.0", [1, FREE, 0]),
        ("1{3}", [1, 1, 1]),
        ("01{3}0", [0, 1, 1, 1, 0]),
        ("1{L}", [1, 1, 1]),
        ("1{ L }0", [1, 1, 1, 0]),
        ("1{zero}0", [0]),
        ("(10){2}", [1, 0, 1, 0]),
        ("(1(0){2}){2}", [1, 0, 0, 1, 0, 0]),
        ("1{2}{2}", [1, 1, 1, 1]),
        ("(){1000000000}", []),
        ([1, 0, 0.5], [1, 0, 0.5]),
        ((True, None, -2), [1, FREE, -2]),
        (["L", "2"], [3, 2]),
        (np.array([0, 1]), [0, 1]),
        ({}, []),
        ({2: 1}, [FREE, FREE, 1]),
        ({3: 1, 0: "L"}, [3, FREE, FREE, 1]),
    ],
)
def test_a_stimulus_is_these_values(value: object, expected: list[float]) -> None:
    """Texts, lists and ticks end; nothing in them is both or held."""
    found = parse_stimulus(value, number)

    assert same(found.values, expected)
    assert len(found) == len(expected)
    assert not found.held
    assert not found.unknown.any()


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (0.25, 0.25), (True, 1), (np.float64(2), 2)])
def test_a_number_is_held_throughout(value: object, expected: float) -> None:
    """A number is not a text: 1 stays, "1" is one tick."""
    found = parse_stimulus(value)

    assert found.values.tolist() == [expected]
    assert found.held


def test_a_question_mark_is_both() -> None:
    """The ticks of which all histories are to be tried are marked, also in repetitions."""
    found = parse_stimulus("1?(0?){2}")

    assert found.unknown.tolist() == [False, True, False, True, False, True]


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ("10x1", 3, "a state, 0, 1, ? or ., was expected here, found 'x'"),
        ("12", 2, "a state, 0, 1, ? or ., was expected here, found '2'"),
        ("1}", 2, "a state, 0, 1, ? or ., was expected here, found '}'"),
        ("(10", 1, "this bracket is never closed"),
        ("1((10)", 2, "this bracket is never closed"),
        ("10)", 3, "this bracket was never opened"),
        ("{3}", 1, "a count stands behind what it repeats, as in 1{5}"),
        ("({3})", 2, "a count stands behind what it repeats, as in 1{5}"),
        ("1{3", 2, "this brace is never closed"),
        ("1{1.5}", 3, "a count is a whole number from 0 up, found 1.5"),
        ("1{M}", 3, "a count: nothing is named 'M' here"),
    ],
)
def test_a_mistake_in_a_text_is_told_with_its_column(text: str, column: int, sentence: str) -> None:
    """What stands there and what was expected."""
    with pytest.raises(NotationError) as caught:
        parse_stimulus(text, number)

    assert (caught.value.column, caught.value.sentence) == (column, sentence)
    assert str(caught.value) == f"{text!r}, column {column}: {sentence}"


def test_a_count_is_never_negative() -> None:
    """An expression may come out below 0; a repetition may not."""
    with pytest.raises(NotationError) as caught:
        parse_stimulus("1{L - 5}", lambda text: -2)

    assert caught.value.sentence == "a count is a whole number from 0 up, found -2"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, FREE], "tick 1: a finite number was expected, found NaN"),
        ([1, "M"], "tick 1: nothing is named 'M' here"),
        ([[1, 0]], "tick 0: a finite number was expected, found [1, 0]"),
        (np.zeros((1, 2)), "tick 0: a finite number was expected, found [0.0, 0.0]"),
        (math.inf, "a stimulus: a finite number was expected, found inf"),
        (1j, "a stimulus: a finite number was expected, found 1j"),
        ({-1: 1}, "a tick is a whole number from 0 up, found -1"),
        ({1.5: 1}, "a tick is a whole number from 0 up, found 1.5"),
        ({"17": 1}, "a tick is a whole number from 0 up, found '17'"),
    ],
)
def test_a_mistake_in_numbers_is_told_with_its_tick(value: object, message: str) -> None:
    """What stands there and what was expected."""
    with pytest.raises(AllornoneError) as caught:
        parse_stimulus(value, number)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    "value",
    ["1{11}", "(1{5}){3}", "1{5}0{6}", "1" * 11, [0] * 11, {10: 1}, "1{999999999999}", "(1{9}){999999999}"],
)
def test_a_stimulus_longer_than_the_limit_is_refused_before_it_is_made(value: object) -> None:
    """A text of ten letters cannot fill the memory."""
    with pytest.raises(LimitExceeded, match="is longer than the limit of 10"):
        parse_stimulus(value, limit=10)


def test_brackets_of_any_depth_are_read() -> None:
    """Reading never recurses."""
    assert parse_stimulus("(" * 10_000 + "1" + ")" * 10_000).values.tolist() == [1.0]


def test_a_key_names_units_as_synapses_do() -> None:
    """A group gives each of its units the same; an index may stand in the value."""
    found = read_stimuli(
        {"x[k]": "0{k}1", "odd name": 1, "stop": ["2", 0]},
        GROUPS,
        lambda text, indices: indices[text].astype(float) if indices else float(text),
    )

    assert {unit: sequence.values.tolist() for unit, sequence in found.items()} == {
        "x[0]": [1.0],
        "x[1]": [0.0, 1.0],
        "x[2]": [0.0, 0.0, 1.0],
        "odd name": [1.0],
        "stop": [2.0, 0.0],
    }
    assert list(read_stimuli({"x, stop": "1"}, GROUPS)) == ["x[0]", "x[1]", "x[2]", "stop"]
    assert list(read_stimuli({"x[1]": "1"}, GROUPS)) == ["x[1]"]


@pytest.mark.parametrize(
    ("stimuli", "kind", "message"),
    [
        ({"stpo": "1"}, UnknownName, "no unit is named 'stpo'. Did you mean 'stop'?"),
        ({"y[k]": "1"}, NotationError, "'y[k]', column 1: no unit or group is named 'y'."),
        ({"x": "1", "x[0]": "0"}, AllornoneError, "two stimuli are given to 'x[0]', the second by 'x[0]'"),
    ],
)
def test_a_mistake_in_a_key_is_told(
    stimuli: dict[str, str], kind: type[AllornoneError], message: str
) -> None:
    """An unknown unit with the nearest one; a unit that is given two."""
    with pytest.raises(kind) as caught:
        read_stimuli(stimuli, GROUPS)

    assert str(caught.value).startswith(message)


def test_a_group_of_question_marks_is_every_pattern_counting_up() -> None:
    """The truth table: the first unit varies slowest."""
    given_ = read_stimuli({"x": "?"}, GROUPS)

    found = compose(given_, GROUPS["x"], ticks=1)

    assert found[:, 0].astype(int).tolist() == [list(row) for row in product([0, 1], repeat=3)]


def test_all_histories_go_input_by_input_then_tick_by_tick() -> None:
    """Two ticks of a, then one of b; what is given stands in every trial."""
    given_ = {"b": parse_stimulus("1?"), "a": parse_stimulus("??")}

    found = compose(given_, ["a", "b"], ticks=3)

    texts = [" ".join("".join(str(int(v)) for v in column) for column in trial.T) for trial in found]
    assert texts == [
        "000 100",
        "000 110",
        "010 100",
        "010 110",
        "100 100",
        "100 110",
        "110 100",
        "110 110",
    ]


def test_inputs_rest_and_other_units_are_free_where_nothing_is_given() -> None:
    """After its text an input rests; a unit that is no input is forced only where given."""
    given_ = {"a": parse_stimulus("1."), "u": parse_stimulus("0.1"), "h": parse_stimulus(1)}

    found = compose(given_, ["a", "b"], ticks=4, forced=["u", "h"])

    assert same(found, [[[1, 0, 0, 1], [0, 0, FREE, 1], [0, 0, 1, 1], [0, 0, FREE, 1]]])


def test_a_sample_is_so_many_histories_at_random() -> None:
    """Fair coins from the generator, row by row."""
    given_ = read_stimuli({"x": "?{30}"}, GROUPS)

    found = compose(given_, GROUPS["x"], 30, 5, np.random.default_rng(7))

    expected = np.random.default_rng(7).integers(0, 2, (5, 90))
    assert found.shape == (5, 30, 3)
    assert found.transpose(0, 2, 1).reshape(5, 90).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("?{5}", {}, "5 times ? make 32 trials, more than the limit of 16: say sample = N for fewer"),
        ("?{99}", {}, "99 times ? make 2^99 trials, more than the limit of 16: say sample = N for fewer"),
        ("?{99}", {"sample": 17}, "sample = 17 is more than the limit of 16 trials"),
        (
            "?",
            {"sample": 0},
            "sample = N takes N histories from 1 up, of stimuli with at least one ? or chance",
        ),
        (
            "1",
            {"sample": 2},
            "sample = N takes N histories from 1 up, of stimuli with at least one ? or chance",
        ),
        ("?", {"sample": 2}, "sample = N needs a random generator, in a scenario seeds = …"),
        ("1{200}", {}, "the stimulus of 'a' lasts 200 ticks, but there are only 100"),
    ],
)
def test_what_cannot_be_composed_is_told(text: str, options: dict[str, Any], message: str) -> None:
    """How many there would be, and what to say instead."""
    with pytest.raises(AllornoneError) as caught:
        compose({"a": parse_stimulus(text)}, ["a"], 100, limit=16, **options)

    assert str(caught.value) == message


def test_trials_that_would_not_fit_in_memory_are_refused() -> None:
    """Few trials may be long, and many short."""
    with pytest.raises(LimitExceeded, match="65536 trials of 3000 ticks and 1 units take more than"):
        compose({"a": parse_stimulus("?{16}")}, ["a"], 3000)


def test_a_dict_of_stimuli_drives_all_inputs_and_the_units_it_forces() -> None:
    """The front door's example: texts, lists, ticks and numbers side by side."""
    stimulus = {"N1": "1101", "N2": [1, 0, 1, 1], "N5": {2: 1}, "N4": 1}

    found, units, ticks = stimulus_arrays(stimulus, ["N1", "N2", "N3", "N4", "N5"], ["N1", "N2", "N3"])

    assert (units, ticks) == (["N1", "N2", "N3", "N4", "N5"], 4)
    assert same(found, [[[1, 1, 0, 1, FREE], [1, 0, 0, 1, FREE], [0, 1, 0, 1, 1], [1, 1, 0, 1, FREE]]])


def test_the_ticks_asked_for_lengthen_the_rest() -> None:
    """Inputs rest after their text."""
    found, _, ticks = stimulus_arrays({"N1": "11"}, ["N1"], ["N1"], ticks=4)

    assert ticks == 4
    assert found[0, :, 0].tolist() == [1, 1, 0, 0]


def test_question_marks_and_groups_serve_in_python_too() -> None:
    """A stimulus as in a scenario file."""
    names = ["x[0]", "x[1]"]

    found, units, _ = stimulus_arrays({"x": "?"}, names, names, groups={"x": names})

    assert units == names
    assert found[:, 0].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize("shape", [(4, 2), (3, 4, 2), (0, 2), (1, 0, 2)])
def test_an_array_is_ticks_by_inputs_or_a_batch_of_them(shape: tuple[int, ...]) -> None:
    """Columns are the inputs in order."""
    stimulus = np.arange(math.prod(shape), dtype=float).reshape(shape)

    found, units, ticks = stimulus_arrays(stimulus, ["a", "b", "c"], ["a", "b"], ticks=6)

    assert (units, ticks) == (["a", "b"], 6)
    lasts = shape[-2]
    assert found[:, :lasts].reshape(shape).tolist() == stimulus.tolist()
    assert not found[:, lasts:].any()


@pytest.mark.parametrize(
    ("stimulus", "message"),
    [
        ([[1, 0, 1]], f"{SHAPE}, found (1, 3); the inputs are a, b"),
        ([1, 0], f"{SHAPE}, found (2,); the inputs are a, b"),
        ([[1, FREE]], "an array of stimuli holds finite numbers, found NaN or infinity"),
        ("1101", "a stimulus is a dict from units, or an array of numbers, found a str"),
        ([[1, 0], [1]], "a stimulus is a dict from units, or an array of numbers, found a list"),
        ([[1, 0]] * 9, "the stimulus lasts 9 ticks, but there are only 5"),
        ({"a": "1" * 9}, "the stimulus of 'a' lasts 9 ticks, but there are only 5"),
        ({"aa": 1}, "no unit is named 'aa'. Did you mean 'a'? There are: a, b, out"),
    ],
)
def test_a_mistake_in_a_stimulus_is_told(stimulus: object, message: str) -> None:
    """What was found, and what would be right."""
    with pytest.raises(AllornoneError) as caught:
        stimulus_arrays(stimulus, ["a", "b", "out"], ["a", "b"], ticks=5)

    assert str(caught.value) == message


def joined(parts: list[tuple[str, str]]) -> tuple[str, str]:
    """Return texts, and what they say in full, side by side."""
    return "".join(text for text, _ in parts), "".join(full for _, full in parts)


items = st.recursive(
    st.sampled_from("01?.").map(lambda state: (state, state)),
    lambda inner: (
        st.lists(inner, max_size=4).map(joined).map(lambda item: (f"({item[0]})", item[1]))
        | st.tuples(inner, st.integers(0, 4)).map(lambda at: (f"{at[0][0]}{{{at[1]}}}", at[0][1] * at[1]))
    ),
    max_leaves=8,
).filter(lambda item: len(item[1]) < 1000)


@given(parts=st.lists(items, max_size=5))
@settings(deadline=None, max_examples=200)
def test_repetition_is_writing_it_out(parts: list[tuple[str, str]]) -> None:
    """However counts and brackets nest, they say what could be written in full."""
    text, full = joined(parts)

    found, expected = parse_stimulus(text), parse_stimulus(full)

    assert same(found.values, expected.values)
    assert found.unknown.tolist() == expected.unknown.tolist()
    assert len(found) == len(full)


@given(st.lists(st.text("01?", min_size=1, max_size=3), min_size=1, max_size=3))
@settings(deadline=None, max_examples=100)
def test_composing_is_trying_every_text(given_: list[str]) -> None:
    """Judge: every way to replace the question marks, in reading order."""
    names = [f"u{k}" for k in range(len(given_))]
    whole = "|".join(given_)
    marks = [place for place, mark in enumerate(whole) if mark == "?"]

    found = compose({name: parse_stimulus(text) for name, text in zip(names, given_, strict=True)}, names, 3)

    expected = []
    for states in product("01", repeat=len(marks)):
        letters = list(whole)
        for place, state in zip(marks, states, strict=True):
            letters[place] = state
        expected.append([[int(mark) for mark in text.ljust(3, "0")] for text in "".join(letters).split("|")])
    assert found.transpose(0, 2, 1).tolist() == expected


# ---- Chance


def test_a_chance_is_drawn_anew_at_every_tick_trial_and_unit() -> None:
    """As often as it says; the generator decides, and what is given otherwise stays."""
    stimuli = {"x": {"chance": 0.2}, "y": {"chance": 0.5}, "z": "1"}
    names = {name: [name] for name in stimuli}
    given_ = read_stimuli(stimuli, names)
    found, again, other = (
        compose(given_, list(stimuli), 4000, random=np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )

    assert np.array_equal(found, again)
    assert not np.array_equal(found, other)
    assert set(found[:, :2].ravel()) == {0.0, 1.0}
    assert found[:, 0].mean() == pytest.approx(0.2, abs=4 * 0.4 / 4000**0.5)
    assert found[:, 1].mean() == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)
    assert abs(np.corrcoef(found[:, 0], found[:, 1])[0, 1]) < 4 / 4000**0.5
    assert found[:, 2].tolist() == [1.0] + [0.0] * 3999


def test_a_chance_may_be_certain_or_nil() -> None:
    """Beside histories, trial by trial."""
    given_ = read_stimuli(
        {"x": {"chance": 1}, "y": {"chance": 0}, "z": "??"}, {name: [name] for name in "xyz"}
    )
    found = compose(given_, list("xyz"), 3, random=np.random.default_rng(0))

    assert found.shape == (4, 3, 3)
    assert (found[..., 0] == 1).all()
    assert (found[..., 1] == 0).all()


def test_of_chance_alone_so_many_histories_are_drawn() -> None:
    """Each trial has draws of its own."""
    given_ = read_stimuli({"x": {"chance": 0.5}}, {"x": ["x"]})
    found = compose(given_, ["x"], 40, 3, np.random.default_rng(0))

    assert found.shape == (3, 40, 1)
    assert len({tuple(trial.ravel()) for trial in found}) == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"chance": 1.5}, "a chance is from 0 to 1, found 1.5"),
        ({"chance": "half"}, "a chance: 'half' is no number"),
        ({"chance": 0.5, "3": 1}, "{ chance = p } stands alone, found chance, 3"),
    ],
)
def test_a_chance_that_is_none_is_refused(value: dict[str, Any], message: str) -> None:
    """One number from 0 to 1."""
    with pytest.raises(AllornoneError, match=re.escape(message)):
        parse_stimulus(value)


def test_chance_needs_a_generator() -> None:
    """Nothing is drawn in secret."""
    with pytest.raises(AllornoneError, match="chance needs a random generator"):
        compose({"x": parse_stimulus({"chance": 0.5})}, ["x"], 3)
