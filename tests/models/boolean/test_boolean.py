"""Boolean functions as networks: held to Python's own operators, to truth tables, and to exhaustive search."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

import allornone as aon
from allornone.models.boolean.cover import Term, rows_of
from allornone.models.boolean.function import names, parse, rows
from allornone.models.boolean.separability import threshold_unit
from allornone.simulator.notation.reading import NotationError

Array = NDArray[np.float64]
NAMES = ("a", "b", "c", "d")
of_anything: Any = aon.boolean


@dataclass(frozen=True)
class Lessons:
    """What a task of a scenario file looks like to a builder."""

    x: Array
    d: Array | None


def table(wide: int) -> Array:
    """All rows: row r has in column k the value of bit k."""
    return np.array([[r >> k & 1 for k in range(wide)] for r in range(1 << wide)], dtype=float).reshape(
        -1, wide
    )


def answers(net: aon.Network) -> list[int]:
    """What a net says on every row."""
    return [int(y) for y in aon.evaluate(net, table(len(net.inputs)))[:, 0]]


def by_definition(net: aon.Network) -> int:
    """The function of a two-layer net, row by row from its own edges and thresholds, as a set of rows."""
    x = table(len(net.inputs))
    column = {name: x[:, k] for k, name in enumerate(net.inputs)}
    for unit in [*net.group("hidden"), "out"]:
        z = np.zeros(len(x))
        for source in net.predecessors(unit):
            z += net.edges[source, unit]["weight"] * column[source]
        column[unit] = (z >= net.nodes[unit]["threshold"]).astype(float)
    return sum(1 << r for r in range(len(x)) if column["out"][r])


def rows_text(function: int, wide: int) -> list[str]:
    """The rows of a function as text, the values of the inputs in order."""
    return [format(r, f"0{wide}b")[::-1] for r in range(1 << wide) if function >> r & 1]


def expressions() -> st.SearchStrategy[str]:
    """Texts that are Python as well: symbols with fixed precedence, brackets where drawn."""
    leaves = st.sampled_from([*NAMES, "0", "1"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda e: f"~{e}"),
            inner.map(lambda e: f"({e})"),
            st.tuples(inner, st.sampled_from(["&", "|", "^", " & ", " | ", " ^ "]), inner).map("".join),
        ),
        max_leaves=14,
    )


@settings(max_examples=250, deadline=None)
@given(text=expressions())
def test_symbols_mean_what_python_means(text: str) -> None:
    """~ & ^ | and brackets, against Python's operators on all rows at once."""
    everything = (1 << 16) - 1
    values = {name: rows_of(Term(1 << k, 0), 4) for k, name in enumerate(NAMES)}
    expected = eval(text.replace("1", str(everything)), {}, dict(values)) & everything
    assert rows(parse(text), values, everything) == expected


@settings(max_examples=100, deadline=None)
@given(text=expressions())
def test_words_mean_what_symbols_mean(text: str) -> None:
    """and, or, xor, not, the plus and the star, in place of the signs."""
    words = text
    for sign, word in (("~", " not "), ("&", " AND "), ("|", " or "), ("^", " xor ")):
        words = words.replace(sign, word)
    assert parse(words) == parse(text) == parse(text.replace("|", "+").replace("&", "*").replace("~", "!"))


@settings(max_examples=40, deadline=None)
@given(text=expressions())
def test_a_net_says_what_its_text_says(text: str) -> None:
    """Least terms, all primes, one unit where it serves: the same truth table, by the engine."""
    expected = [
        bool(eval(text, {}, dict(zip(NAMES, (-int(v) for v in x), strict=True))) & 1) for x in table(4)
    ]
    for form in ("terms", "primes", "least"):
        assert answers(aon.boolean(text, inputs=NAMES, form=form)) == expected


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("X\u0304Y + Z", "~X & Y | Z"),
        ("X\u0305Y\u0305 + Z", "~X & ~Y | Z"),
        ("\u0232Z\u0304 + W\u0304XY\u0304 + X\u0304YZ\u0304", "~Y & ~Z | ~W & X & ~Y | ~X & Y & ~Z"),
        ("X1X2 + X1X2\u0304 + X1\u0304", "X1 & X2 | X1 & ~X2 | ~X1"),
        ("A(B + C)", "A & (B | C)"),
        ("~A~B", "~A & ~B"),
        ("cold ~warm", "cold & ~warm"),
        ("¬X ∧ Y ∨ Z ⊕ X·Y", "~X & Y | (Z ^ X & Y)"),
    ],
)
def test_the_lecture_writes_products_without_a_sign(text: str, same: str) -> None:
    """Overlines negate, letters side by side multiply, + is or."""
    everything = (1 << 16) - 1
    values = {name: rows_of(Term(1 << k, 0), 4) for k, name in enumerate(names(parse(same)))}
    assert rows(parse(text), values, everything) == rows(parse(same), values, everything)


def test_a_word_is_a_product_of_letters_unless_the_inputs_name_it() -> None:
    """XY is X and Y where the inputs or the text say so; with an input of that name it is one variable."""
    assert names(parse("XY + Z", ["X", "Y", "Z"])) == ["X", "Y", "Z"]
    assert names(parse("XY + Z", ["XY", "Z"])) == ["XY", "Z"]
    assert names(parse("X + Y + XY")) == ["X", "Y"]
    assert names(parse("CLK & EN")) == names(parse("CLK AND NOT EN")) == ["CLK", "EN"]
    assert names(parse("CLK2 NAND en")) == ["CLK2", "en"]
    assert names(parse("Na & AND_GATE")) == ["Na", "AND_GATE"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X &", "'X &', column 4: expected a variable, ~ or (, found the end"),
        ("X | | Y", "'X | | Y', column 5: expected a variable, ~ or (, found '|'"),
        ("(X | Y", "'(X | Y', column 7: expected an operator, or ) for the ( at column 1, found the end"),
        ("X)", "'X)', column 2: expected an operator or the end, found ')'"),
        ("X $ Y", "'X $ Y', column 3: expected a variable or an operator, found '$'"),
        ("X - Y", "'X - Y', column 3: expected an operator such as & | ~, found '-'"),
        ("2 X", "'2 X', column 1: expected a variable, 0 or 1, found '2'"),
        ("", "'', column 1: expected a variable, ~ or (, found the end"),
        ("\u0232 & \u0232 &", "'\u0232 & \u0232 &', column 8: expected a variable, ~ or (, found the end"),
        (
            "(" * 5000 + "X",
            f"'{'(' * 59}…', column 62: expected at most 60 of ~ and ( inside one another, found '('",
        ),
    ],
)
def test_a_slip_in_the_text_is_told_with_its_column(text: str, message: str) -> None:
    """The text, the column, what was expected there, what was found."""
    with pytest.raises(aon.AllornoneError) as caught:
        aon.boolean(text)
    assert str(caught.value) == message


def test_a_long_text_is_read() -> None:
    """However many terms there are."""
    assert names(parse(" | ".join(["X & ~Y"] * 10_000))) == ["X", "Y"]


def test_a_slip_in_the_text_knows_its_column() -> None:
    """A scenario file points at it there."""
    with pytest.raises(NotationError) as caught:
        aon.boolean("X $ Y")
    assert (caught.value.column, caught.value.text) == (3, "X $ Y")


@pytest.mark.parametrize("name", ["Ä", "A\u0308", "한"])
def test_letters_of_any_alphabet_name_variables(name: str) -> None:
    """Marks that are no overline belong to their letter, whether they are written with it or behind it."""
    assert aon.boolean(f"{name} & ~B").inputs == [normalize("NFC", name), "B"]
    assert aon.boolean(f"{name}\u0304").facts["terms"] == [f"~{normalize('NFC', name)}"]


@pytest.mark.parametrize("rows", [[[1, 0], [1, 1]], [[1.0, 0.0], [True, True]], np.array([[1, 0], [1, 1]])])
def test_rows_may_be_arrays(rows: Any) -> None:
    """Ones and zeros of any type are a table."""
    assert aon.boolean(ones=rows).facts["terms"] == ["X1"]
    assert aon.boolean(ones=["10"], free=rows[1:]).facts["terms"] == ["X1"]


def test_the_terms_their_groups_and_the_bound_come_back() -> None:
    """The lecture's Karnaugh map: three terms, the rows of each, and they survive a file."""
    net = aon.boolean("YZ + ~Y~W", inputs=["W", "Y", "Z"])
    assert net.facts["terms"] == ["~W & ~Y", "Y & Z"]
    assert net.facts["groups"] == [["000", "001"], ["011", "111"]]
    assert (net.facts["primes"], net.facts["bound"], net.facts["proven"]) == (3, 2, True)


@pytest.mark.parametrize("ending", ["toml", "json", "graphml"])
def test_what_is_known_of_the_terms_survives_a_file(ending: str, tmp_path: Path) -> None:
    """Plain data in the graph, whatever the format."""
    net = aon.boolean("X̄Y + Z")
    aon.write(net, tmp_path / f"net.{ending}")
    assert aon.read(tmp_path / f"net.{ending}").graph == net.graph


def test_every_term_of_a_net_reads_back_as_the_rows_of_its_group() -> None:
    """The text of a term, parsed again, holds exactly on the rows that the group lists."""
    draw = random.Random(2)
    for _ in range(20):
        net = aon.boolean(ones=rows_text(draw.getrandbits(16), 4), inputs=NAMES)
        values = {name: rows_of(Term(1 << k, 0), 4) for k, name in enumerate(NAMES)}
        for term, group in zip(net.facts["terms"], net.facts["groups"], strict=True):
            assert rows_text(rows(parse(term), values, (1 << 16) - 1), 4) == group


def test_constants_are_a_term_of_no_literal_and_no_term() -> None:
    """Constant 1 has one hidden unit that always fires, constant 0 none."""
    assert answers(aon.boolean("1", inputs=["X"])) == [1, 1]
    assert answers(aon.boolean("X & ~X", inputs=["X"])) == [0, 0]
    assert len(aon.boolean("1", inputs=["X"]).group("hidden")) == 1
    assert len(aon.boolean("0", inputs=["X"]).group("hidden")) == 0


@pytest.mark.parametrize(
    ("wide", "counts"), [(2, {0: 1, 1: 9, 2: 6}), (3, {0: 1, 1: 27, 2: 130, 3: 88, 4: 10})]
)
def test_hidden_units_needed_by_all_functions(wide: int, counts: dict[int, int]) -> None:
    """HISTORY's counts, and every net right on every row by its own definition."""
    found: dict[int, int] = {}
    for function in range(1 << (1 << wide)):
        net = aon.boolean(ones=rows_text(function, wide), inputs=NAMES[:wide])
        assert by_definition(net) == function
        hidden = len(net.group("hidden"))
        found[hidden] = found.get(hidden, 0) + 1
    assert found == counts


@pytest.mark.slow
def test_all_functions_of_four_inputs() -> None:
    """Right outputs and least covers of all 65,536; one net of each class under symmetries through the engine."""
    fewest = np.full(1 << 16, 99)
    fewest[0] = 0
    functions = np.arange(1 << 16)
    implicants = [rows_of(Term(p, q), 4) for p, q in product(range(16), repeat=2) if not p & q]
    for _ in range(8):
        new = fewest.copy()
        for term in implicants:
            np.minimum.at(new, functions | term, fewest + 1)
        fewest = new
    seen = representatives()
    for function in range(1 << 16):
        net = aon.boolean(ones=rows_text(function, 4), inputs=NAMES)
        assert len(net.group("hidden")) == fewest[function]
        assert by_definition(net) == function
        if function in seen:
            assert answers(net) == [function >> r & 1 for r in range(16)]
    assert len(seen) == 222


def representatives() -> set[int]:
    """The least function of each class under permuting and negating inputs and negating the output."""
    functions = np.arange(1 << 16)
    bits = functions[:, None] >> np.arange(16) & 1
    least = functions.copy()
    for order in permutations(range(4)):
        moved = [sum((r >> order[k] & 1) << k for k in range(4)) for r in range(16)]
        for flip in range(16):
            number = bits[:, [r ^ flip for r in moved]] @ (1 << np.arange(16))
            least = np.minimum(least, np.minimum(number, 0xFFFF ^ number))
    return set(least.tolist())


def test_majority_of_five_is_sixteen_rows_ten_primes_or_one_unit() -> None:
    """Threshold logic beats sums of products."""
    ones = [format(r, "05b") for r in range(32) if r.bit_count() > 2]
    inputs = ["A", "B", "C", "D", "E"]
    by_rows = aon.boolean(ones=ones, inputs=inputs, minimise=False)
    by_primes = aon.boolean(ones=ones, inputs=inputs, form="primes")
    single = aon.boolean(ones=ones, inputs=inputs, form="least")
    assert [len(net.group("hidden")) for net in (by_rows, by_primes, single)] == [16, 10, 0]
    expected = [int(r.bit_count() > 2) for r in range(32)]
    assert answers(by_rows) == answers(by_primes) == answers(single) == expected


def test_one_unit_serves_exactly_the_threshold_functions() -> None:
    """4, 14 and 104 functions of one, two and three inputs, each right on every row; integer weights of a scan."""
    for wide, count in ((1, 4), (2, 14), (3, 104)):
        everything = (1 << (1 << wide)) - 1
        x = table(wide).astype(int)
        scanned = set()
        for weights in product(range(-2, 3), repeat=wide):
            for threshold in range(-6, 8):
                scanned.add(sum(1 << r for r in range(1 << wide) if x[r] @ weights >= threshold))
        assert len(scanned) == count
        for function in range(everything + 1):
            found = threshold_unit(function, everything & ~function, wide)
            assert (found is not None) == (function in scanned)
            if found is not None:
                weights_, threshold_ = found
                assert sum(1 << r for r in range(1 << wide) if x[r] @ weights_ >= threshold_) == function


def test_one_unit_of_many_inputs_has_whole_weights_that_are_right() -> None:
    """Random weighted units are found again, as functions, and their neighbours by one row mostly are not."""
    draw = random.Random(4)
    for wide in (5, 7, 9):
        x = table(wide).astype(int)
        weights = [draw.randint(-20, 20) for _ in range(wide)]
        function = sum(1 << r for r in range(1 << wide) if x[r] @ weights >= 7)
        found = threshold_unit(function, ((1 << (1 << wide)) - 1) & ~function, wide)
        assert found is not None
        assert all(isinstance(weight, int) for weight in found[0])
        assert sum(1 << r for r in range(1 << wide) if x[r] @ found[0] >= found[1]) == function


def test_a_mcculloch_pitts_net_answers_two_ticks_later() -> None:
    """Negated literals inhibit absolutely; the text of 1943, N3 = N1 and not N2, or N4."""
    net = aon.boolean("N1 & ~N2 | N4", model="mcculloch-pitts")
    trace = aon.simulate(net, {"N1": "1100", "N2": "0100", "N4": "0001"}, ticks=7)
    assert net.facts["latency"] == 2
    assert trace["out"].tolist() == [0, 0, 1, 0, 0, 1, 0]
    assert [d["kind"] for _, _, d in net.in_edges(data=True)].count("inhibitory") == 1


def test_all_functions_of_three_inputs_that_rest_allows() -> None:
    """128 of 256 are false at rest and are built of McCulloch–Pitts units; the others need a tonic one."""
    built = 0
    for function in range(256):
        ones = rows_text(function, 3)
        if function & 1:
            with pytest.raises(aon.AllornoneError, match="Theorem 3 of 1943"):
                aon.boolean(ones=ones, inputs=NAMES[:3], model="mcculloch-pitts")
        built += not function & 1
        if function % 23 == 0:
            net = aon.boolean(ones=ones, inputs=NAMES[:3], model="mcculloch-pitts", tonic=True)
            assert answers(net) == [function >> r & 1 for r in range(8)]
    assert built == 128


def test_at_rest_a_free_row_is_no_longer_free_for_a_mcculloch_pitts_net() -> None:
    """With the row of zeros free, ~X would do and be shorter; a net that starts from rest must not say it."""
    net = aon.boolean(ones=["01"], inputs=["X", "Y"], free=["00"], model="mcculloch-pitts")
    assert net.facts["terms"] == ["~X & Y"]
    assert aon.boolean(ones=["01"], inputs=["X", "Y"], free=["00"]).facts["terms"] == ["~X"]


def test_rows_that_a_task_leaves_out_are_free() -> None:
    """Three lessons of four: an or and an and are both right, and the cheapest is a copy."""
    net = aon.boolean(task=Lessons(np.array([[0.0, 0], [1, 0], [1, 1]]), np.array([[0.0], [1], [1]])))
    assert net.facts["terms"] == ["X1"]
    with pytest.raises(aon.AllornoneError, match="this task has other numbers"):
        aon.boolean(task=Lessons(np.array([[-1.0, 1]]), np.array([[1.0]])))


def test_terms_as_written_keep_what_a_minimum_would_drop() -> None:
    """The lecture's third term is not prime: eight literals where seven would do."""
    says = "ȲZ̄ + W̄XȲ + X̄YZ̄"
    written = aon.boolean(says, inputs=["W", "X", "Y", "Z"], minimise=False)
    least = aon.boolean(says, inputs=["W", "X", "Y", "Z"])
    assert written.facts["terms"] == ["~Y & ~Z", "~W & X & ~Y", "~X & Y & ~Z"]
    assert sorted(least.facts["terms"]) == ["~W & X & ~Y", "~X & ~Z", "~Y & ~Z"]
    assert answers(written) == answers(least)


def test_a_sum_of_products_may_be_long_where_no_table_is_asked_for() -> None:
    """Twenty variables as written: one unit a term."""
    says = " | ".join(f"x{k} & ~x{k + 1}" for k in range(0, 20, 2))
    net = aon.boolean(says, minimise=False)
    assert len(net.inputs) == 20
    assert len(net.group("hidden")) == 10
    assert "groups" not in net.facts


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: aon.boolean(), "boolean: give one of a text, ones= (rows) or task="),
        (
            lambda: aon.boolean("X", form="prime"),
            "no choice of form is named 'prime'. Did you mean 'primes'?",
        ),
        (lambda: aon.boolean("X & Q", inputs=["X", "Y"]), "no input is named 'Q'. There are: X, Y"),
        (lambda: aon.boolean("X & Y", inputs=3), "boolean: 3 inputs, but the text names 2 (X, Y)"),
        (
            lambda: aon.boolean(ones=["10", "1"]),
            "boolean: a row of ones is 2 values 0 or 1, or - for either (X1, X2), found '1'",
        ),
        (
            lambda: aon.boolean(ones=["10"], free=["10"]),
            "boolean: the table contradicts itself: row 10 is both 1 and free",
        ),
        (
            lambda: aon.boolean(task=Lessons(np.array([[1.0, 0], [1, 0]]), np.array([[0.0], [1]]))),
            "boolean: the table contradicts itself: row 10 is both 1 and 0",
        ),
        (lambda: aon.boolean(" ^ ".join(f"x{k}" for k in range(11))), "say exact=False for a good one"),
        (
            lambda: aon.boolean(" ^ ".join(f"x{k}" for k in range(13))),
            "truth tables are written out to 12 variables",
        ),
        (lambda: aon.boolean("X ^ Y", minimise=False), "it must be a sum of products"),
        (lambda: aon.boolean("X | Y", minimise=False, free=["00"]), "free= has no use"),
        (lambda: aon.boolean("X | Y", form="least", model="mcculloch-pitts"), "weighs its inputs"),
        (lambda: aon.boolean("X | Y", inputs="XY"), "inputs is a list of names"),
        (lambda: aon.boolean("X | Y", inputs=["X", "Y", "X"]), "the input 'X' is named twice"),
        (lambda: of_anything("X | Y", inputs=2.5), "inputs is a list of names"),
        (lambda: of_anything(5), "a Boolean function is a text such as"),
        (lambda: of_anything(ones=[5.5]), "ones is a list of rows such as"),
        (lambda: of_anything(ones="X"), "ones is a list of rows such as"),
        (lambda: aon.boolean(ones=[5]), "a number of a row needs the names of the inputs"),
        (lambda: aon.boolean(ones=["11", 2]), "a number of a row needs the names of the inputs"),
        (
            lambda: aon.boolean(ones=[4], inputs=2),
            "one of 0 to 3, each once, the first input its highest digit (X1, X2), found 4",
        ),
        (lambda: aon.boolean(ones=[0, 1, 1, 0], inputs=2), "(X1, X2), found 1 again"),
        (lambda: aon.boolean(ones=[1], free=[-1], inputs=2), "a row of free as a number is one of 0 to 3"),
        (lambda: of_anything(ones=[True], inputs=2), "ones is a list of rows such as"),
        (lambda: aon.boolean("A | B", free="~Q"), "no input is named 'Q'. There are: A, B"),
        (lambda: aon.boolean("A | B", free="~"), "'~', column 2: expected a variable, ~ or (, found the end"),
        (
            lambda: aon.boolean(ones=["1-"], free=["-1"]),
            "the table contradicts itself: row 11 is both 1 and free",
        ),
        (lambda: of_anything(ones=["1"], free=5), "free is a list of rows such as"),
        (lambda: aon.boolean(ones=[], inputs=10**9), "written out to 12 variables, found 1000000000"),
        (lambda: of_anything(task="gate"), "a task has its samples as arrays x and d, found 'gate'"),
        (lambda: aon.boolean("H1 & X"), "'H1' is a unit that is built here: give the input another name"),
        (lambda: aon.boolean("out", form="least"), "'out' is a unit that is built here"),
        (lambda: aon.boolean("X & Y", form="least", minimise=False), "leave out form='least'"),
        (lambda: aon.boolean(ones=["1"], form="primes", minimise=False), "leave out form='primes'"),
    ],
)
def test_what_cannot_be_built_is_told(call: Callable[[], object], message: str) -> None:
    """What was found and what would be right."""
    with pytest.raises(aon.AllornoneError) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X adn Y", "column 3: expected an operator such as & | ~, found 'adn'. Did you mean 'and'?"),
        ("nto X", "column 1: expected an operator such as & | ~, found 'nto'. Did you mean 'not'?"),
        ("cold warm", "column 6: expected an operator such as & | ~, found 'warm'"),
        (
            "X & True",
            "column 5: expected a variable, or 1 or 0 for what is always true or false, found 'True'",
        ),
    ],
)
def test_a_slip_of_the_pen_is_no_variable(text: str, message: str) -> None:
    """A word beside another, with nothing between, is more likely a misspelt operator."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.boolean(text)

    assert str(error.value).endswith(message)


EITHER = "{0!r} may be one name or {1}: write {1}, or name the inputs"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AB", "column 1: " + EITHER.format("AB", "A & B")),
        ("XY + Z", "column 1: " + EITHER.format("XY", "X & Y")),
        ("NOT CLK", "column 5: " + EITHER.format("CLK", "C & L & K")),
        ("X & YZ", "column 5: " + EITHER.format("YZ", "Y & Z")),
        ("A & B | AB", "column 9: " + EITHER.format("AB", "A & B")),
        ("R1C1 & R1C2", "column 1: " + EITHER.format("R1C1", "R1 & C1")),
        ("x1x2 + x3", "column 1: " + EITHER.format("x1x2", "x1 & x2")),
        ("X_1X_2", "column 1: " + EITHER.format("X_1X_2", "X_1 & X_2")),
        ("p + q + pq", "column 9: " + EITHER.format("pq", "p & q")),
        ("p v q", "column 3: 'v' may be a variable or the sign of or"),
        ("p v ~q", "column 3: 'v' may be a variable or the sign of or"),
        ("A V (B)", "column 3: 'V' may be a variable or the sign of or"),
        ("A nand B nand C", "column 10: expected brackets around what nand joins, as in (X nand Y) & Z"),
        ("A & B NOR C", "column 7: expected brackets around what nor joins"),
        ("A XNOR B C", "column 10: expected brackets around what xnor joins"),
        ("A -> B -> C", "column 8: expected brackets around what implies joins"),
        ("A IFF B IMPLIES C", "column 9: expected brackets around what iff joins"),
        ("A nadn B", "column 3: expected an operator such as & | ~, found 'nadn'. Did you mean 'nand'?"),
        ("'A' & B", "column 1: expected a variable, ~ or (, found"),
        ("X[i]", "column 2: expected a variable or an operator, found '['"),
        ("A == B", "column 3: expected an operator such as & | ~, found '='"),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused(text: str, message: str) -> None:
    """Where it stands, both readings, and how to write each."""
    with pytest.raises(NotationError) as caught:
        aon.boolean(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("A NAND B", "~(A & B)"),
        ("A nor B", "~(A | B)"),
        ("A XNOR B", "~(A ^ B)"),
        ("A IFF B | C", "~(A ^ (B | C))"),
        ("A & B IMPLIES C", "~(A & B) | C"),
        ("A NAND B IMPLIES C NOR D", "~~(A & B) | ~(C | D)"),
        ("A → B", "~A | B"),
        ("A <-> ~B", "A ^ B"),
        ("(A ⊼ B) ⊽ C", "~(~(A & B) | C)"),
        ("A'B", "~A & B"),
        ("(A + B)'C''", "~(A | B) & C"),
        ("~A'", "A"),
        ("A′ + 1’", "~A"),
    ],
)
def test_operators_of_other_books(text: str, same: str) -> None:
    """Words in capitals or not, arrows, and the prime behind what it negates."""
    everything = (1 << 16) - 1
    values = {name: rows_of(Term(1 << k, 0), 4) for k, name in enumerate("ABCD")}
    assert rows(parse(text), values, everything) == rows(parse(same), values, everything)


def test_indexed_names_are_variables() -> None:
    """X[0], as groups have them, also side by side and under an overline."""
    assert aon.boolean("X[0] & ~X[1]").inputs == ["X[0]", "X[1]"]
    assert aon.boolean("X[0]X[1]").facts["terms"] == ["X[0] & X[1]"]
    assert aon.boolean("X̄[0] + CLK[12]").facts["terms"] == ["~X[0]", "CLK[12]"]


def test_an_operator_that_the_inputs_name_is_a_variable() -> None:
    """v, nor and the like, where they are said to be inputs."""
    assert names(parse("p v q", ["p", "v", "q"])) == ["p", "v", "q"]
    assert names(parse("p & nor", ["p", "nor"])) == ["p", "nor"]


def test_rows_may_be_numbers_and_cubes() -> None:
    """As books write minterms, the first variable the highest digit; - stands for both values."""
    assert aon.boolean(ones=[1, 3], inputs=["A", "B"]).facts["groups"] == [["01", "11"]]
    numbers: Any = np.array([2, 3])
    assert aon.boolean(ones=numbers, inputs=2).facts["terms"] == ["X1"]
    assert aon.boolean(ones=["1-"]).facts["terms"] == ["X1"]
    assert aon.boolean(ones=["--1", 4], inputs=["A", "B", "C"]).facts["terms"] == ["C", "A & ~B"]
    row: Any = [1, "-"]
    assert aon.boolean(ones=[row], free=["00"]).facts["terms"] == ["X1"]


def test_free_rows_may_be_a_text() -> None:
    """The rows on which it holds, of a text as of rows."""
    assert aon.boolean("A & B", free="~A").facts["terms"] == ["B"]
    assert aon.boolean(ones=["11"], free="X1 & ~X2").facts["terms"] == ["X1"]
    assert aon.boolean("~A & B", free="~A & ~B", model="mcculloch-pitts").facts["terms"] == ["~A & B"]


BOOKS = {
    "signs": {"not": "~{}", "and": "{} & {}", "or": "{} | {}", "xor": "{} ^ {}", "implies": "{} -> {}"},
    "words": {
        "not": "NOT {}",
        "and": "{} AND {}",
        "or": "{} or {}",
        "xor": "{} XOR {}",
        "implies": "{} IMPLIES {}",
        "iff": "{} IFF {}",
        "nand": "{} NAND {}",
        "nor": "{} NOR {}",
        "xnor": "{} XNOR {}",
    },
    "a textbook's": {"not": "{}'", "and": "{}{}", "or": "{} + {}", "xor": "{} ⊕ {}", "iff": "{} ⇔ {}"},
}
PYTHON = {
    "not": "(not {})",
    "and": "({} and {})",
    "or": "({} or {})",
    "xor": "({} != {})",
    "implies": "(not {} or {})",
    "iff": "({} == {})",
    "nand": "(not ({} and {}))",
    "nor": "(not ({} or {}))",
    "xnor": "({} == {})",
}


def written(draw: random.Random, book: str, depth: int) -> tuple[str, str]:
    """Return a random text in a notation, and the same in Python; every joint in brackets."""
    if not depth or draw.random() < 0.15:
        name = draw.choice("ABCD")
        return name, name
    kind = draw.choice(sorted(BOOKS[book]))
    parts = [written(draw, book, depth - 1) for _ in range(BOOKS[book][kind].count("{}"))]
    texts, meant = zip(*parts, strict=True)
    joined = BOOKS[book][kind].format(*(text if len(text) == 1 else f"({text})" for text in texts))
    return joined, PYTHON[kind].format(*meant)


@pytest.mark.parametrize("book", BOOKS)
def test_texts_in_three_notations_mean_what_python_means(book: str) -> None:
    """Operators as signs, as words, and as textbooks write them: every row, against Python."""
    draw = random.Random(book)
    everything = (1 << 16) - 1
    values = {name: rows_of(Term(1 << k, 0), 4) for k, name in enumerate("ABCD")}
    for _ in range(400):
        text, meant = written(draw, book, 4)
        expected = sum(
            1 << r
            for r in range(16)
            if eval(meant, {}, {name: bool(r >> k & 1) for k, name in enumerate("ABCD")})
        )
        assert rows(parse(text, list("ABCD")), values, everything) == expected, text
