"""Tasks: the data of a scenario, counted out, drawn by seed, cut in two."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import corpus
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.tasks import Task, make
from allornone.scenarios.expressions.expression import Numbers
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError

few = settings(deadline=None, max_examples=30)


def made(task: dict[str, Any], seed: int = 0, **parameters: Any) -> dict[str, Task]:
    """Return what a scenario with one task, t, makes."""
    return make(corpus.task_settings(parameters, t=task), Numbers(parameters), seed, Limits())


def task(seed: int = 0, parameters: dict[str, Any] | None = None, **given: Any) -> Task:
    """Return one task."""
    return made(given, seed, **(parameters or {}))["t"]


def desired(found: Task) -> Array:
    """Return what is desired, which there must be."""
    assert found.d is not None
    return found.d


def message_of(**given: Any) -> str:
    """Return the error that a task ends in."""
    with pytest.raises(AllornoneError) as caught:
        task(**given)
    return str(caught.value)


# ---- Truth tables


@given(st.integers(1, 4), st.data())
@few
def test_a_table_has_every_row_once_counting_upwards(inputs: int, data: st.DataObject) -> None:
    """The three ways to say what is desired agree with the truth table written out."""
    rows = ["".join(bits) for bits in itertools.product("01", repeat=inputs)]
    ones = data.draw(st.lists(st.sampled_from(rows), unique=True))
    number = sum(2**k for k, row in enumerate(rows) if row in ones)
    minterms = [" and ".join(f"x{k + 1} == {bit}" for k, bit in enumerate(row)) for row in ones]

    found = [
        task(data="table", inputs=inputs, ones=ones),
        task(data="table", inputs=inputs, number=number),
        task(data="table", inputs="n", d=" or ".join(minterms) or "0", parameters={"n": inputs}),
    ]

    for one in found:
        assert one.x.tolist() == [[float(bit) for bit in row] for row in rows]
        assert desired(one).tolist() == [[float(row in ones)] for row in rows]


def test_bipolar_is_minus_one_for_no() -> None:
    """Both what is shown and what is desired."""
    found = task(data="table", inputs=2, ones=["11"], coding="bipolar")

    assert found.x.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert desired(found).tolist() == [[-1], [-1], [-1], [1]]


def test_a_table_may_have_several_outputs() -> None:
    """One expression a column; x is all inputs of a row."""
    found = task(data="table", inputs=3, d=["x1 * x2", "sum(x, over='unit') % 2"])

    assert desired(found).tolist() == [
        [a * b, (a + b + c) % 2] for a, b, c in itertools.product((0, 1), repeat=3)
    ]


@pytest.mark.parametrize(
    ("text", "judge"),
    [
        ("sum(x)", lambda row: sum(row)),
        ("sum(x) == 2", lambda row: sum(row) == 2),
        ("sum(x) % 2", lambda row: sum(row) % 2),
        ("sum(x[[0, 2]])", lambda row: row[0] + row[2]),
        ("count(x == 0) + size(x)", lambda row: row.count(0) + 3),
        ("any(x) and not all(x == 1)", lambda row: 0 < sum(row) < 3),
        ("max(x) - min(x)", lambda row: max(row) - min(row)),
        ("max(x1, x2, x3)", max),
        ("mean(x) + median(x)", lambda row: sum(row) / 3 + sorted(row)[1]),
        ("norm(x)", lambda row: sum(row) ** 0.5),
        ("quantile(x, 1)", max),
        ("number(x)", lambda row: row[0] + 2 * row[1] + 4 * row[2]),
        ("distinct(x)", lambda row: len(set(row))),
        ("sum(x1) + mean(x2 + x3)", lambda row: row[0] + row[1] + row[2]),
        ("sum([1, 2]) * x1", lambda row: 3 * row[0]),
        ("x1 - mean(x1, over='trial')", lambda row: row[0] - 0.5),
    ],
)
def test_a_reduction_in_a_task_runs_over_the_inputs_of_one_example(
    text: str, judge: Callable[[list[float]], float]
) -> None:
    """Never over the rows, unless they are named: what is desired of a row depends on that row alone."""
    found = desired(task(data="table", inputs=3, d=text)).ravel()

    assert found == pytest.approx([float(judge(list(row))) for row in itertools.product((0, 1), repeat=3)])


@pytest.mark.parametrize(
    "given",
    [
        {"data": "sample", "count": 9, "inputs": 2, "x": "noise"},
        {"data": "gaussian", "count": 9, "variances": [1, 4]},
        {"data": "grid", "cells": 3},
    ],
)
def test_in_every_kind_of_task_x_is_one_example(given: dict[str, Any]) -> None:
    """Points and draws too."""
    found = task(**given, d="sum(x) > 0")

    assert desired(found).ravel().tolist() == (found.x.sum(axis=1) > 0).tolist()


# ---- Samples


def test_samples_are_drawn_by_seed_and_by_the_law_that_is_named() -> None:
    """Coin is 0 or 1, noise standard normal, uniform between 0 and 1; columns are drawn apart."""
    n = 4000
    found = task(seed=5, data="sample", count=n, inputs=4, x=["coin", "noise", "uniform", "noise"])

    coin, noise, uniform, other = found.x.T
    assert set(coin) == {0, 1}
    assert abs(coin.mean() - 0.5) < 5 * 0.5 / math.sqrt(n)
    assert abs(noise.mean()) < 5 / math.sqrt(n)
    assert abs(noise.var() - 1) < 5 * math.sqrt(2 / n)
    assert abs(np.corrcoef(noise, other)[0, 1]) < 5 / math.sqrt(n)
    assert uniform.min() >= 0
    assert uniform.max() <= 1
    assert abs(uniform.mean() - 0.5) < 5 / math.sqrt(12 * n)
    again, another = (task(seed=s, data="sample", count=9, inputs=2, x="noise").x for s in (5, 6))
    assert np.array_equal(again, task(seed=5, data="sample", count=9, inputs=2, x="noise").x)
    assert not np.array_equal(again, another)


def test_what_is_desired_of_a_sample_is_computed_from_it() -> None:
    """Expressions see x1, x2, all of x, and i, the number of the sample; a draw in d is fresh."""
    found = task(
        data="sample",
        count="2 * k",
        inputs=2,
        outputs=3,
        x="noise",
        d=["x1 > x2", "sum(x ** 2, over='unit') + i", "noise"],
        parameters={"k": 25},
    )

    x, d = found.x, desired(found)
    assert x.shape == (50, 2)
    assert np.array_equal(d[:, 0], (x[:, 0] > x[:, 1]).astype(float))
    assert d[:, 1] == pytest.approx([a * a + b * b + i for i, (a, b) in enumerate(x)], rel=1e-12)
    assert not set(d[:, 2]) & set(x.ravel())


def test_a_sample_may_want_nothing() -> None:
    """Without d there is nothing to teach; one text is for every column."""
    found = task(data="sample", count=3, inputs=2, x="i")

    assert found.d is None
    assert found.x.tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize("text", ["coin", "noise", "uniform", "i + noise"])
def test_each_word_that_draws_is_a_fresh_draw(text: str) -> None:
    """Two columns of one text are two draws."""
    found = task(data="sample", count=200, inputs=2, x=[text, text]).x

    assert not np.array_equal(found[:, 0], found[:, 1])


# ---- Grids


def test_a_grid_is_the_centres_of_its_cells() -> None:
    """Row by row, x1 fastest; `d` may use the distance from 0."""
    found = made({"data": "grid", "cells": 4, "from": -1, "to": 3, "d": ["r < 1", "x1"]})["t"]

    centres = [-0.5, 0.5, 1.5, 2.5]
    points = [[x1, x2] for x2 in centres for x1 in centres]
    assert found.x.tolist() == points
    assert found.cell == 1.0
    assert desired(found).tolist() == [[float(math.hypot(*p) < 1), p[0]] for p in points]


def test_a_grid_measures_the_area_of_a_disc() -> None:
    """Counting cells comes near π, and nearer the finer they are."""
    errors = []
    for cells in (10, 100, 400):
        found = made({"data": "grid", "cells": cells, "d": "r < 1", "from": -1.5, "to": 1.5})["t"]
        assert found.cell is not None
        errors.append(abs(desired(found).sum() * found.cell - math.pi))
    assert errors[2] < errors[0] < 0.3
    assert errors[2] < 0.005


# ---- Rows


def test_rows_are_given_one_by_one() -> None:
    """Numbers, expressions, or pictures of ink and blank."""
    numbers = task(data="rows", x=[["n", 0], ["-n / 2", 1]], d=[["n"], [1]], parameters={"n": 3})
    pictures = task(data="rows", x=["#.. .#.", "### ..."], d=[0, 1])
    bipolar = task(data="rows", x=["#."], coding="bipolar")

    assert numbers.x.tolist() == [[3, 0], [-1.5, 1]]
    assert desired(numbers).tolist() == [[3], [1]]
    assert pictures.x.tolist() == [[1, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 0]]
    assert bipolar.x.tolist() == [[1, -1]]
    assert bipolar.d is None


# ---- Holding out


@given(st.integers(2, 12), st.data())
@few
def test_what_is_held_out_and_the_rest_are_the_whole(count: int, data: st.DataObject) -> None:
    """No sample is lost, none stands in both, each keeps its answer; the seed decides which."""
    out = data.draw(st.integers(1, count - 1))
    rows = [[k, k * k] for k in range(count)]
    tasks = made(
        {"data": "rows", "x": rows, "d": [-k for k in range(count)], "hold_out": "out"}, seed=3, out=out
    )

    kept, held = tasks["t"], tasks["t.held_out"]
    assert (len(kept.x), len(held.x)) == (count - out, out)
    assert sorted([*kept.x.tolist(), *held.x.tolist()]) == rows
    for part in (kept, held):
        assert desired(part)[:, 0].tolist() == [-x for x, _ in part.x.tolist()]


def test_another_seed_holds_out_others() -> None:
    """And the same seed the same."""
    given = {"data": "table", "inputs": 5, "number": 1, "hold_out": 10}
    found = [made(given, seed)["t.held_out"].x.tolist() for seed in (0, 0, 1)]

    assert found[0] == found[1] != found[2]


# ---- What is refused


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"data": "table", "inputs": "1 - 1"}, "tasks.t: inputs must be at least 1, found 0"),
        ({"data": "table", "inputs": 41}, "tasks.t: inputs must be from 1 to 40, found 41"),
        ({"data": "bars", "size": [2, 2], "inputs": 5}, "tasks.t: inputs says 5, and a sample has 4 numbers"),
        (
            {"data": "rows", "x": [[1, 0]], "inputs": ["A"]},
            "tasks.t: inputs says 1, and a sample has 2 numbers",
        ),
        ({"data": "rows", "x": [[1, 0]], "inputs": ["A", "A"]}, "a list of different names"),
        ({"data": "table", "inputs": 2, "ones": ["011"]}, "ones: '011' is no row of 2 inputs; one is '11'"),
        ({"data": "table", "inputs": 1, "number": 4}, "number must be from 0 to 3, found 4"),
        ({"data": "table", "inputs": 1, "coding": "grey"}, "'binary' or 'bipolar', found 'grey'"),
        ({"data": "table", "inputs": 2, "d": "x3"}, "'x3'"),
        ({"data": "table", "inputs": 2, "d": "x"}, "axes trial, unit; one number a sample is needed"),
        (
            {"data": "sample", "count": 3, "inputs": 2, "x": ["coin"]},
            "x must be one text, or 2, one a column; found 1",
        ),
        ({"data": "grid", "cells": 0}, "a grid needs cells ≥ 1 and to > from, found 0 cells from -1 to 1"),
        ({"data": "grid", "cells": 2, "to": -1}, "to > from"),
        ({"data": "rows", "x": [[1], [1, 2]]}, "rows of one length"),
        ({"data": "rows", "x": [[1], [2]], "d": [1]}, "2 rows of x need as many of d, found 1"),
        ({"data": "rows", "x": [[1], [2]], "hold_out": 2}, "hold_out must be from 1 to 1, found 2"),
        ({"data": "sample", "count": 2_000_000}, "--limit trials=2000000"),
        ({"data": "grid", "cells": 1_000_000}, "--limit trials=1000000000000"),
        ({"data": "sample", "count": 2.5}, "count must be a whole number, found 2.5"),
        ({"data": "sample", "count": -1}, "count"),
    ],
)
def test_a_task_that_means_nothing_is_told(given: dict[str, Any], message: str) -> None:
    """Its name, what was found, what would be right; before anything large is made."""
    assert message in message_of(**given)
