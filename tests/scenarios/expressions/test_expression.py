"""Expressions: Python as the judge of scalars, numpy of functions, and a list of attacks."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import assume, example, given, settings, strategies as st

from allornone.scenarios.expressions.expression import Budget, Expression, Scope, compile_expression
from allornone.scenarios.expressions.functions import FUNCTIONS
from allornone.scenarios.expressions.labelled import Labelled, Value
from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation.expression import CONSTANTS, ExpressionError

ETA = (0.01, 0.05, 0.1)
Y = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
D = np.array([[0.011, 0.049, 0.12], [0.02, 0.06, 0.3]])
NAMES: Mapping[str, Value] = {
    "m": Labelled(Y, ("tick",)),
    "d": Labelled(D, ("gate", "eta"), {"gate": ("AND", "XOR"), "eta": ETA}),
    "eta": Labelled.along("eta", ETA),
    "gate": Labelled.along("gate", ["AND", "XOR"]),
    "n": 3,
    "x": 0.5,
    "missing": math.nan,
    "word": "AND",
}


def evaluate(text: str, names: Mapping[str, Value] = NAMES) -> Value:
    """Evaluate a text among some names."""
    return compile_expression(text).evaluate(Scope(names))


def cells(text: str) -> object:
    """Evaluate a text and return its cells as plain lists."""
    value = evaluate(text)
    return value.values.tolist() if isinstance(value, Labelled) else value


def refusal(text: str, names: Mapping[str, Value] = NAMES, scope: Scope | None = None) -> ExpressionError:
    """Return the error that a text ends in, compiled or evaluated."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text).evaluate_truth(scope or Scope(names))
    return caught.value


def attempt(text: str, names: Mapping[str, Value]) -> tuple[Value | None, ExpressionError | None]:
    """Return the value of a text, or the error that it ends in."""
    try:
        return evaluate(text, names), None
    except ExpressionError as error:
        return None, error


def texts() -> st.SearchStrategy[str]:
    """Draw arithmetic over numbers and two names, comparisons and truths, as text."""
    numbers = st.one_of(st.integers(0, 12).map(str), st.sampled_from(["0.5", "2.25", "1e-3", "n", "x", ".5"]))

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        signs = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
        pairs = st.tuples(inner, signs, inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})")
        return st.one_of(pairs, inner.map(lambda part: f"-{part}"))

    arithmetic = st.recursive(numbers, grown, max_leaves=6)
    orders = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    chains = st.tuples(arithmetic, orders, arithmetic, orders, arithmetic).map(" ".join)
    truths = st.tuples(chains, st.sampled_from([" and ", " or ", " and not "]), chains).map("".join)
    return st.one_of(arithmetic, chains, truths)


@settings(deadline=None, max_examples=300)
@given(text=texts())
@example(text="-3 // 2 * 2 ** -1 % 5")
@example(text="0 ** 0 == 1 and not -1 ** 2 == 1")
def test_scalars_are_what_python_says(text: str) -> None:
    """Where Python gives a real number or a truth, so does an expression, the same to the last digit."""
    try:
        expected = eval(text, {"__builtins__": {}}, {"n": 3, "x": 0.5})
    except (ZeroDivisionError, OverflowError):
        return
    except TypeError as fault:
        # A fractional power of a negative number, which Python makes complex, is put in order.
        assume("complex" not in str(fault))
        raise
    assume(not isinstance(expected, complex))
    found, error = attempt(text, {"n": 3, "x": 0.5})
    if error is not None:
        # Integers beyond any float, and what comes of infinite numbers.
        assert "NaN" in error.sentence or "too large" in error.sentence
        return
    assert found == pytest.approx(expected, rel=1e-15)
    assert isinstance(found, bool) == isinstance(expected, bool)


ATTACKS = [
    ("9**9**9", 1),
    ("x ** 9**9**9", 6),
    ("2.5 ** 9 ** 9 ** 2", 1),
    ("m.tofile('x')", 2),
    ("m.__class__", 2),
    ("'%999999999d' % 1", 1),
    ("'a' * 10**9", 1),
    ("'a' + 'b'", 1),
    ("().__class__.__bases__", 3),
    ("[x for x in m]", 4),
    ("(x for x in m)", 4),
    ("{1: 2}", 1),
    ("lambda: 0", 1),
    ("x if n else m", 3),
    ("f'{m}'", 1),
    ("b'x'", 1),
    ("1j", 1),
    ("1_000", 1),
    ("0x10", 1),
    ("1..real", 1),
    ("1 .real", 3),
    ("...", 1),
    ("None", 1),
    ("True", 1),
    ("(n := 3)", 2),
    ("sum(*m)", 5),
    ("sum(**m)", 5),
    ("sum(m)(m)", 1),
    ("(sum)(m) + m[0](1)", 12),
    ("m[n]", 3),
    ("m[sum(m)]", 3),
    ("m[1 + 1]", 3),
    ("m[x:]", 3),
    ("m[0, 1]", 3),
    ("m[[n]]", 4),
    ("m[::0]", 5),
    ("m[10**9]", 3),
    ("m[999999999]", 1),
    ("[n, 1]", 2),
    ("[[1], [2]]", 2),
    ("[" + ",".join(["[1]"] * 900) + "]", 2),
    ("[]", 1),
    ("[1, 'a']", 1),
    ("m[0] = 1", 6),
    ("m[0] == 1; n", 10),
    ("m & m", 3),
    ("~m", 1),
    ("m @ m", 3),
    ("m << 9 ** 9", 1),
    ("1 + (m >> 1)", 6),
    ("m is m", 3),
    ("1 in m", 3),
    ("+m", 1),
    ("import os", 1),
    ("__import__('os')", 1),
    ("open('x')", 1),
    ("eval('1')", 1),
    ("print(n)", 1),
    ("getattr(m, 'tofile')", 1),
    ("n.real", 2),
    ("(" * 10_000 + "1" + ")" * 10_000, 4001),
    ("(" * 1_500 + "1" + ")" * 1_500, 61),
    ("[" * 1_500, 61),
    ("sum(" * 900 + "m" + ")" * 300, 244),
    ("+".join(["1"] * 100_000), 4001),
    ("+".join(["1"] * 2_000), 1),
    ("-" * 10_000 + "1", 4001),
    ("-" * 3_000 + "1", 61),
    ("not " * 900 + "n", 241),
    ("2" + "**2" * 1_000, None),
    ("9" * 4_000, 1),
    ("9" * 3_999 + ".", None),
    ("1e999", 1),
    ("99999999999999999999", 1),
    ("n\x00", 2),
    ("'a\x00b' == 'a'", 1),
    ("ｎ == 3", 1),
    ("ﬁrst(m)", 1),
    ("𝐬𝐮𝐦(m)", 1),
    ("٣ == 3", 1),
    ("n == ３", 6),
    ("n\u200b", 2),
    ("'a\\x41'", 1),
    ("'''a'''", 1),
    ("'a", 1),
    ("n # 1", 3),
    ("$n", 1),
    ("n n", None),
    ("(n", 1),
    ("n)", 2),
    ("", 1),
    ("  ", 1),
    ("missing < 1", 1),
    ("1 < missing", 5),
    ("not missing", 5),
    ("missing", 1),
    ("0 * inf", 1),
    ("sqrt(-1) > 0", 1),
    ("count(missing)", 1),
    ("period(missing * m)", 1),
    ("word + 1", 1),
    ("-word", 1),
    ("not word", 5),
    ("word == 1", 1),
    ("word < 'B'", 1),
    ("m == [0, 1]", 1),
    ("d[0]", 1),
    ("n[0]", 1),
    ("m(0)", 1),
    ("m()", 1),
    ("m(tick=m)", 1),
    ("nn + 1", 1),
    ("sun(m)", 1),
    ("sum", 1),
    ("sum(m, 1)", 1),
    ("sum()", 1),
    ("log(1, 2)", 1),
    ("sum(m, axis=0)", 1),
    ("sum(m, over='tock')", 1),
    ("sum(m, over=3)", 1),
    ("1 + abs(sum(m, over='tock'))", 9),
    ("number(d, over='eta')", 1),
    ("before(m, 0.5)", 1),
    ("before(m, -1)", 1),
    ("first(d)", 1),
    ("first(d, over='gate')", 1),
    ("quantile(m, 2)", 1),
    ("all(m[m > 5])", 1),
    ("max(m[m > 5])", 1),
    ("choose(10**15, 10**14) < 0 * inf", 26),
]


@pytest.mark.parametrize(("text", "column"), ATTACKS, ids=[text[:24] for text, _ in ATTACKS])
def test_attacks_and_slips_are_refused_at_a_column_in_under_a_second(text: str, column: int | None) -> None:
    """Whatever is not of the language ends at once in one sentence that says where."""
    start = time.process_time()

    error = refusal(text)

    assert time.process_time() - start < 1
    assert column is None or error.column == column
    assert 1 <= error.column <= len(text) + 1
    assert len(error.sentence) < 200


PIECES = [
    *"mnx019.e+-*/%<>=!()[]:,' \"_\\{}@&|^~\n#λ",
    "sum(",
    "m[",
    " and ",
    "not ",
    "n ",
    "1",
    " == ",
    "inf",
    ")",
]


@settings(deadline=None, max_examples=300)
@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_evaluated_or_refused_at_a_column(text: str) -> None:
    """No text ends in anything but a value or one error with a column."""
    error = attempt(text, NAMES)[1]

    assert error is None or 1 <= error.column <= len(text) + 1


def test_large_arrays_are_refused_before_they_fill_the_memory() -> None:
    """An outer product, or many steps, beyond the budget is an error at once."""
    names = {axis: Labelled(np.ones(3000), (axis,), {axis: range(3000)}) for axis in ("a", "b", "c")}
    start = time.process_time()

    outer = refusal("1 < sum(a * b * c)", names)
    steps = refusal(
        "1 < " + " + ".join(["sum(a * b)"] * 40), scope=Scope(names, budget=Budget(steps=10_000_000))
    )
    small = refusal("a * b", scope=Scope(names, budget=Budget(size=100)))

    assert time.process_time() - start < 1
    assert "3000 × 3000 × 3000 elements is more than 20000000" in outer.sentence
    assert "more steps" in steps.sentence
    assert small.column == 1


def test_a_result_cannot_be_written() -> None:
    """What an expression gives back is read-only, also where it is a name's own array."""
    for text in ("m", "m + 1", "m[1:]", "so_far(m)"):
        value = evaluate(text)
        assert isinstance(value, Labelled)
        with pytest.raises(ValueError, match="read-only"):
            value.values[0] = 1
    assert Y[0] == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m == [0, 1, 1, 0, 1]", [True] * 5),
        ("m[1:3]", [1, 1]),
        ("m[m > 0]", [1, 1, 1]),
        ("m[not m]", [0, 0]),
        ("m[[0, -1]]", [0, 1]),
        ("m[-1]", 1),
        ("m(tick=-1)", 1),
        ("m(tick=n + 1)", 1),
        ("m(tick=[0, 3])", [0, 0]),
        ("d(gate='XOR', eta=0.1)", 0.3),
        ("d(gate=word, eta=[0.1, 0.01])", [0.12, 0.011]),
        ("all(0.5 * eta < d(gate='AND', eta=[0.01, 0.05, 0.1]) < 1.5 * eta)", True),
        ("d(gate='AND') < [0.02, 0.02, 0.2]", [True, False, True]),
        ("count(d > 0.1, over='gate')", [0, 0, 2]),
        ("any(d > 0.1, over=['gate', 'eta'])", True),
        ("gate == 'XOR'", [False, True]),
        ("d[eta > 0.02](gate='AND')", None),
        ("[1, -2, 1 / 2, inf] * 2", [2, -4, 1, math.inf]),
        ("word == 'AND' != 'a'", True),
        ("  n\n+ 1", 4),
        ("2 * pi", 2 * math.pi),
        ("-inf", -math.inf),
        ("log(0)", -math.inf),
        ("1 / 0", math.inf),
        ("3 and 0 or 2", True),
        ("m and not m", [False] * 5),
        ("'θ' == 'θ' and n == 3", True),
    ],
)
def test_expressions_mean_what_they_say(text: str, expected: object) -> None:
    """Indices, picks, lists, chains and truths, by example."""
    if expected is None:
        assert refusal(text).column == 1
        return
    found = cells(text)
    assert found == pytest.approx(expected)
    assert isinstance(found, list) == isinstance(expected, list)


FAMILY = np.random.default_rng(7).integers(0, 3, (4, 12, 2)).astype(float)
Z = Labelled(FAMILY, ("trial", "tick", "unit"), {"unit": ("a", "b")})


def distinct_rows(rows: np.ndarray) -> int:
    """Count different rows through a set."""
    return len({tuple(np.ravel(row)) for row in rows})


def plain_period(states: np.ndarray) -> int:
    """Look for the period one by one."""
    matches = [p for p in range(1, len(states)) if np.array_equal(states[-1], states[-1 - p])]
    return matches[0] if matches else 0


JUDGES = {
    "mean(z)": FAMILY.mean(),
    "mean(z, over='tick')": FAMILY.mean(axis=1),
    "sum(z, over=['trial', 'unit'])": FAMILY.sum(axis=(0, 2)),
    "min(z, over='unit')": FAMILY.min(axis=2),
    "max(z)": FAMILY.max(),
    "max(z, 1)": np.maximum(FAMILY, 1),
    "min(z, 1, z - 1)": np.minimum(np.minimum(FAMILY, 1), FAMILY - 1),
    "median(z, over='tick')": np.median(FAMILY, axis=1),
    "quantile(z, 0.3, over='trial')": np.quantile(FAMILY, 0.3, axis=0),
    "count(z)": np.count_nonzero(FAMILY),
    "count(z == 1, over='unit')": (FAMILY == 1).sum(axis=2),
    "all(z < 3)": True,
    "any(z == 2, over='tick')": (FAMILY == 2).any(axis=1),
    "size(z)": 96,
    "size(z, over='tick')": np.full((4, 2), 12),
    "norm(z, over='unit')": np.linalg.norm(FAMILY, axis=2),
    "norm(z)": np.linalg.norm(FAMILY.ravel()),
    "sort(z, over='tick')": np.sort(FAMILY, axis=1),
    "sort(z)": np.sort(FAMILY, axis=2),
    "number(z > 0)": (FAMILY > 0) @ [1, 2],
    "number(z > 0, over='tick')": np.einsum("btu,t->bu", FAMILY > 0, 2 ** np.arange(12)),
    "distinct(z)": distinct_rows(FAMILY.reshape(-1, 2)),
    "distinct(z, over=['trial', 'tick'])": distinct_rows(FAMILY.reshape(-1, 2)),
    "distinct(z, over='unit')": [[distinct_rows(states) for states in trial] for trial in FAMILY],
    "distinct(sum(z, over='unit'))": len(set(FAMILY.sum(axis=2).ravel())),
    "distinct(z[0])": len(set(FAMILY[..., 0].ravel())),
    "distinct(sum(z, over=['trial', 'tick']))": len(set(FAMILY.sum(axis=(0, 1)))),
    "distinct(z, over='tick')": [distinct_rows(trial) for trial in FAMILY],
    "before(z)": np.concatenate([np.zeros((4, 1, 2)), FAMILY[:, :-1]], axis=1),
    "before(z, 20)": np.zeros((4, 12, 2)),
    "before(z, 0)": FAMILY,
    "so_far(z)": FAMILY.cumsum(axis=1),
    "diff(z)": np.diff(FAMILY, axis=1),
    "first(z == 2)": np.where((FAMILY == 2).any(axis=1), (FAMILY == 2).argmax(axis=1), np.inf),
    "last(z == 2)": np.where((FAMILY == 2).any(axis=1), 11 - (FAMILY == 2)[:, ::-1].argmax(axis=1), -np.inf),
    "first(z > 5)": np.full((4, 2), np.inf),
    "last(z > 5)": np.full((4, 2), -np.inf),
    "period(z)": [plain_period(trial) for trial in FAMILY],
    "where(z > 1, z, -1)": np.where(FAMILY > 1, FAMILY, -1),
    "abs(-z) + sqrt(z) + exp(z) + sin(z) + cos(z) + tan(z)": FAMILY
    + np.sqrt(FAMILY)
    + np.exp(FAMILY)
    + np.sin(FAMILY)
    + np.cos(FAMILY)
    + np.tan(FAMILY),
    "log(z + 1) + log2(z + 1) + arccos(z / 2)": np.log(FAMILY + 1)
    + np.log2(FAMILY + 1)
    + np.arccos(FAMILY / 2),
    "choose(10, z)": np.vectorize(lambda k: math.comb(10, int(k)))(FAMILY),
}


@pytest.mark.parametrize("text", list(JUDGES))
def test_functions_are_what_numpy_says(text: str) -> None:
    """Every function agrees with a plain computation over the bare array."""
    found = evaluate(text, {"z": Z})

    values = found.values if isinstance(found, Labelled) else found
    assert np.allclose(values, JUDGES[text], rtol=1e-12)
    assert np.shape(values) == np.shape(JUDGES[text])


def test_every_listed_function_is_judged() -> None:
    """No function of the table goes without a plain computation beside it."""
    judged = {name for text in JUDGES for name in compile_expression(text).calls}

    assert judged == set(FUNCTIONS)
    assert all(function.doc for function in FUNCTIONS.values())


def test_first_tells_the_label_of_an_epoch() -> None:
    """What is counted from epoch 1 is found at its own number."""
    updates = Labelled(np.array([3.0, 1.0, 0.0]), ("epoch",), {"epoch": (1, 2, 3)})

    assert evaluate("first(updates == 0)", {"updates": updates}) == 3
    assert evaluate("first(diff(updates) < -1)", {"updates": updates}) == 2


def test_the_period_of_weights_takes_all_synapses_together() -> None:
    """Two synapses with periods 2 and 3 have the period 6 together."""
    w = np.array([[t % 2, t % 3] for t in range(20)], dtype=float)
    names = {"w": Labelled(w, ("epoch", "synapse"), {"synapse": ("out", "x -> out")})}

    assert evaluate("period(w)", names) == 6
    assert evaluate("period(w(synapse='out'))", names) == 2


def test_nothing_at_all_has_no_period_and_no_first() -> None:
    """Before the first tick there is no state that could come back."""
    names = {"none": Labelled(np.zeros((0, 2)), ("tick", "unit"), {"unit": ("a", "b")})}

    assert evaluate("period(none)", names) == 0
    assert evaluate("all(first(none) == inf) and count(none) == 0 and distinct(none) == 0", names) is True


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not m > 0", "this is an array along tick, not one truth: say all(…) or any(…)"),
        ("m > 0 or n == 1", "this is an array along tick, not one truth: say all(…) or any(…)"),
        ("n == 3 and m", "this is an array along tick, not one truth: say all(…) or any(…)"),
        ("sum(m)", "this is 3.0, not a truth: compare it with something"),
        ("not gate == 'XOR'", "this is an array along gate, not one truth: say all(…) or any(…)"),
        ("m[m > 99] == 1", "no element is left to judge"),
    ],
)
def test_a_claim_is_one_truth(text: str, sentence: str) -> None:
    """An array is no verdict, and neither is a number."""
    assert refusal(text).sentence == sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3 * n", 9), ("n / 2", 1.5), ("6 / 2", 3), ("2 ** n - 1", 7), ("-n", -3), ("x", 0.5)],
)
def test_a_number_is_whole_where_it_can_be(text: str, expected: float) -> None:
    """A field that wants a whole number gets one, not a float that looks like it."""
    found = compile_expression(text).evaluate_number(Scope(NAMES))

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["inf", "m", "n == 3", "word", "1 / 0", "0 / 0", "missing"])
def test_a_number_is_one_and_finite(text: str) -> None:
    """Infinite numbers, arrays, truths and text do not stand for a number."""
    with pytest.raises(ExpressionError):
        compile_expression(text).evaluate_number(Scope(NAMES))


def test_names_and_calls_are_told_apart() -> None:
    """What is read as a value and what is called are known before anything is run."""
    expression = compile_expression("all(heats(L=1) == L + 2) and pi < inf")

    assert expression.names == {"L"}
    assert expression.calls == {"all", "heats"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("heat + 1", "no name is named 'heat'. Did you mean 'heats'?"),
        ("heats(1)", "pick from heats by name"),
        ("al(heats)", "no function is named 'al'. Did you mean 'all'?"),
        ("twice(heats, 2)", "twice() takes 1 argument, not 2"),
        ("twice", "twice is a function: call it, twice(…)"),
    ],
)
def test_names_are_checked_without_running(text: str, sentence: str) -> None:
    """Names, functions and counts of arguments are judged against what a scope will hold."""
    function = next(iter(FUNCTIONS.values()))
    twice = type(function)("twice", lambda x: x, 1, 1)

    with pytest.raises(ExpressionError) as caught:
        compile_expression(text).check(["heats"], {**FUNCTIONS, "twice": twice})

    assert sentence in caught.value.sentence


def test_a_functions_error_is_told_at_its_call() -> None:
    """What a function of a run complains of is reported at the column of the call."""

    def broken(x: Value) -> Value:
        raise AllornoneError(f"no unit is named {x!r}")

    function = type(next(iter(FUNCTIONS.values())))("y", broken, 1, 1)
    expression = compile_expression("1 + sum(y('U'))", where="measures.heats")

    with pytest.raises(ExpressionError) as caught:
        expression.evaluate(Scope({}, {**FUNCTIONS, "y": function}))

    assert str(caught.value) == "measures.heats, column 9: no unit is named 'U'"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_columns_count_characters_not_bytes() -> None:
    """A letter of two bytes is one column."""
    assert refusal("'θθθ' == 'θ' or nn").column == 17


def test_constants_are_no_names() -> None:
    """pi and inf need no scope."""
    assert isinstance(compile_expression("pi"), Expression)
    assert all(evaluate(name, {}) == value for name, value in CONSTANTS.items())
