"""Tasks that are known by name: bars, spirals, digits and files; and the prompt's way to all tasks."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import pytest

import allornone as aon
from allornone.scenarios.document.document import Connectivity
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.tasks import Task, make
from allornone.scenarios.expressions.expression import Numbers

datasets: Any = importlib.import_module("sklearn.datasets")
linear: Any = importlib.import_module("sklearn.linear_model")


def shown(name: str, **given: Any) -> Any:
    """Return a task, of which everything may be asked."""
    return aon.task(name, **given)


def message_of(name: str, **given: Any) -> str:
    """Return the error that a task ends in."""
    with pytest.raises(aon.AllornoneError) as told:
        aon.task(name, **given)
    return str(told.value)


# ---- Digits


def test_the_digits_are_scikit_learns() -> None:
    """Every pixel and every label, in order; 178 182 177 … of the ten, one output each."""
    judge = datasets.load_digits()

    X, d = shown("digits")

    assert (judge.data == 16 * X).all()
    assert (d.argmax(axis=1) == judge.target).all()
    assert d.sum(axis=0).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (d.sum(axis=1) == 1).all()
    assert shown("digits", coding="bipolar").d.tolist() == (2 * d - 1).tolist()


def test_the_digits_say_where_they_come_from() -> None:
    """Beside the file and in the docstring: who made them, and by which licence they are passed on."""
    from allornone.scenarios.experiment import tasks

    beside = tasks.DIGITS.with_suffix(".txt").read_text(encoding="utf-8")

    for text in (beside, str(tasks.digits.__doc__)):
        assert all(word in text for word in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0", "C50P49"))
    assert tasks.DIGITS.stat().st_size < 100_000


def test_what_is_asked_of_the_digits_is_an_expression() -> None:
    """Whether it is a two: 177 of them are."""
    _, d = shown("digits", d="digit == 2")

    assert d.shape == (1797, 1)
    assert d.sum() == 177
    assert shown("digits", d=["digit > 4", "2 * (digit == 2) - 1"]).d.min(axis=0).tolist() == [0.0, -1.0]


def test_digits_are_split_by_seed() -> None:
    """1,347 to learn and 450 held out; ten ADALINEs by least squares read .907 to .956 of these, .932 in the mean."""
    right = []
    for seed in range(3):
        learned = shown("digits", seed=seed, hold_out=450)
        (X, d), (unseen, wanted) = learned, learned.held_out
        assert (len(X), len(unseen)) == (1347, 450)
        fitted = linear.LinearRegression().fit(X, d)
        right.append(float((fitted.predict(unseen).argmax(axis=1) == wanted.argmax(axis=1)).mean()))

    assert len(set(right)) > 1
    assert 0.89 < min(right) <= max(right) < 0.97
    again = shown("digits", seed=1, hold_out=450)
    assert again.x.tolist() == shown("digits", seed=1, hold_out=450).x.tolist()


def test_radial_units_read_digits() -> None:
    """Thirty clusters and a linear read-out by least squares are better than ten ADALINEs."""
    learned = shown("digits", seed=0, hold_out=450)
    net = aon.rbf({"k-means": 30}, kind="multiquadric", width=2.0, task=learned, fit=True, seed=0)

    found = aon.evaluate(net, learned.held_out.x).argmax(axis=1)

    assert float((found == learned.held_out.d.argmax(axis=1)).mean()) > 0.9


# ---- Spirals


def test_spirals_are_wielands() -> None:
    """194 points by turns, radii .5 to 6.5, each the negative of its neighbour; 192 lie halfway between."""
    X, d = shown("spirals")
    halfway, _ = shown("spirals", between=True)

    assert X.shape == (194, 2)
    assert X[0].tolist() == [0.0, 6.5]
    assert np.hypot(*X.T).max() == 6.5
    assert np.hypot(*X.T).min() == pytest.approx(0.5)
    assert (X[::2] == -X[1::2]).all()
    assert d.ravel().tolist() == [1.0, 0.0] * 97
    assert len(halfway) == 192
    assert np.hypot(*halfway[0]) == pytest.approx(6.5 * 103.5 / 104)
    assert shown("spirals", coding="bipolar").d.ravel().tolist() == [1.0, -1.0] * 97


def test_least_squares_errs_on_half_of_the_spirals() -> None:
    """On 96 of the 194, as history counted: no line tells them apart."""
    X, d = shown("spirals", coding="bipolar")
    table = np.hstack([X, np.ones((194, 1))])

    found = table @ np.linalg.lstsq(table, d, rcond=None)[0]

    assert abs(int(((found > 0) != (d > 0)).sum()) - 96) <= 1


# ---- Bars


def test_every_bar_is_shown_once() -> None:
    """Uprights first, from left to right, then level ones, from top to bottom."""
    X, d = shown("bars", size=[2, 3])

    pictures = ["".join("#" if ink else "." for ink in row) for row in X]
    assert pictures == ["#..#..", ".#..#.", "..#..#", "###...", "...###"]
    assert d.ravel().tolist() == [1, 1, 1, 0, 0]
    assert shown("bars", size=[2, 3], outputs=2).d.tolist() == [[1, 0]] * 3 + [[0, 1]] * 2


@pytest.mark.parametrize(("wrap", "each"), [(False, 17), (True, 20)])
def test_broad_bars_may_come_in_at_the_other_edge(wrap: bool, each: int) -> None:
    """Four broad on 20 × 20: 17 places of each kind, or 20; as much ink in each, and on every point if they wrap."""
    X, d = shown("bars", size=[20, 20], width=4, wrap=wrap)

    assert (len(X), int(d.sum())) == (2 * each, each)
    assert set(X.sum(axis=1).tolist()) == {80.0}
    assert (len({float(ink) for ink in X[:each].sum(axis=0)}) == 1) is wrap
    assert len({tuple(row) for row in X.tolist()}) == 2 * each


def test_bars_are_drawn_where_their_number_is_said() -> None:
    """Uprights first, at any place; the same by the same seed."""
    drawn = shown("bars", seed=3, size=[5, 5], upright=7, level=2, coding="bipolar")

    assert drawn.d.ravel().tolist() == [1.0] * 7 + [-1.0] * 2
    assert set(drawn.x.ravel().tolist()) == {-1.0, 1.0}
    places = {tuple(row) for row in shown("bars", size=[5, 5], coding="bipolar").x.tolist()}
    assert {tuple(row) for row in drawn.x.tolist()} <= places
    assert (
        drawn.x.tolist()
        == shown("bars", seed=3, size=[5, 5], upright=7, level=2, coding="bipolar").x.tolist()
    )
    assert (
        drawn.x.tolist()
        != shown("bars", seed=4, size=[5, 5], upright=7, level=2, coding="bipolar").x.tolist()
    )


def test_bars_are_as_large_as_the_retina() -> None:
    """In a file the net's input group says the size."""
    said = {"inputs": ["S"], "groups": {"S": [3, "n"]}, "synapses": []}
    connectivity = Connectivity.model_validate(said, context={"names": ("n",)})
    bars = corpus.task_settings(t={"data": "bars"})

    assert make(bars, Numbers({"n": 4}), 0, connectivity=connectivity)["t"].x.shape == (7, 12)


# ---- Files


def held(folder: Path, text: str, **given: Any) -> Task:
    """Return the task of a file in a scenario's folder."""
    (folder / "data.csv").write_text(text, encoding="utf-8")
    of_file = corpus.task_settings(t={"data": "file", "path": "data.csv", **given})
    return make(of_file, Numbers({}), 0, Limits(folder=folder))["t"]


def test_a_file_is_a_table_of_numbers(tmp_path: Path) -> None:
    """Commas or spaces, names above, remarks and empty lines: a row each, its last numbers desired."""
    found = held(tmp_path, "height, weight, kind\n1, 2, 0   # small\n\n3.5 -4e1 1\n")

    assert found.x.tolist() == [[1.0, 2.0], [3.5, -40.0]]
    assert found.d is not None
    assert found.d.tolist() == [[0.0], [1.0]]
    assert held(tmp_path, "1 2\n3 4\n", outputs=0).d is None


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("1 2\n3\n", {}, "tasks.t: data.csv, line 2: 1 numbers, where the rows before have 2"),
        ("1 2\nx y\n", {}, "tasks.t: data.csv, line 2: 'x y' is no row of numbers"),
        ("1 inf\n", {}, "tasks.t: data.csv, line 1: a number is not finite"),
        ("a b\n", {}, "tasks.t: data.csv has no row of numbers"),
        ("1 2\n", {"outputs": 2}, "tasks.t: outputs must be from 0 to 1, found 2"),
        ("1 2\n", {"path": "no.csv"}, "tasks.t: 'no.csv' cannot be read: No such file or directory"),
        (
            "1 2\n",
            {"path": "../data.csv"},
            "tasks.t: '../data.csv' lies outside the scenario's folder, where its data files must be",
        ),
        (
            "1 2\n",
            {"path": "/etc/passwd"},
            "tasks.t: '/etc/passwd' lies outside the scenario's folder, where its data files must be",
        ),
    ],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, text: str, given: dict[str, Any], message: str
) -> None:
    """One sentence: the file, the line, what was found; and nothing outside the folder is read."""
    with pytest.raises(aon.AllornoneError) as told:
        held(tmp_path, text, **given)

    assert str(told.value) == message


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """Where a link leads counts, not where it lies."""
    (tmp_path / "secret.csv").write_text("1 2\n", encoding="utf-8")
    folder = tmp_path / "scenario"
    folder.mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")

    with pytest.raises(aon.AllornoneError, match="lies outside the scenario's folder"):
        held(folder, "1 2\n", path="link.csv")


# ---- The prompt


def test_the_prompt_has_what_a_file_has() -> None:
    """Any task, by name and parameters; the same samples as a scenario's first task of that seed."""
    given = {"data": "sample", "count": 5, "inputs": 2, "d": "x1 + noise"}
    X, d = shown("sample", seed=7, count=5, inputs=2, d="x1 + noise")

    first = make(corpus.task_settings(any=given), Numbers({}), 7)["any"]
    assert first.d is not None
    assert (X.tolist(), d.tolist()) == (first.x.tolist(), first.d.tolist())
    assert len(shown("grid", cells=3, from_=0).x) == 9
    assert repr(shown("rows", x=np.eye(3))) == "Task: 3 samples, 3 inputs"
    table = shown("table", inputs=2, ones=["01", "10"])
    assert aon.evaluate(aon.boolean(task=table), table.x).tolist() == table.d.tolist()


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("digit", {}, "no task is named 'digit'. Did you mean 'digits'?"),
        ("digits", {"codin": "x"}, "the task 'digits' has no parameter 'codin'. Did you mean 'coding'?"),
        ("sample", {}, "the task 'sample' needs 'count'"),
        ("digits", {"coding": "x"}, "the task 'digits': coding: one of"),
        ("digits", {"hold_out": 1797}, "tasks.digits: hold_out must be from 1 to 1796, found 1797"),
        (
            "spirals",
            {"count": 200},
            "tasks.spirals: count must be from 2 to 104, where the spirals meet, found 200",
        ),
        (
            "bars",
            {},
            "tasks.bars: bars need size = [rows, columns], for the net has no input group that says it",
        ),
        ("bars", {"size": [5]}, "tasks.bars: size must be [rows, columns], each at least 1, found [5]"),
        (
            "bars",
            {"size": [5, 3], "width": 4},
            "tasks.bars: width must be from 1 to 3, the shorter side, found 4",
        ),
        (
            "bars",
            {"size": [5, 3], "upright": 4},
            "tasks.bars: bars that are drawn need both upright and level, how many of each",
        ),
        ("bars", {"size": [5, 3], "outputs": 3}, "tasks.bars: outputs must be 1, or 2, one a kind; found 3"),
    ],
)
def test_what_no_task_is_is_told(name: str, given: dict[str, Any], message: str) -> None:
    """One sentence: the task, what was found, what would be right."""
    assert message_of(name, **given).startswith(message)


def test_a_file_says_how_centres_are_drawn_and_what_is_covered(tmp_path: Path) -> None:
    """Two builders that read a task, in a file that runs and says no number of its own."""
    path = tmp_path / "radial.toml"
    path.write_text(FILE, encoding="utf-8")

    result = aon.run(path)

    assert result.holds, result.claims
    given: Any = aon.run(path, seed=0, overrides={"connectivity.build.centres": [[0, 0], [1, 1]]})
    assert np.ravel(given.measures["large"].values).tolist() == [2.0]


FILE = """
title = "Two clouds"
year = 1988
source = "Broomhead & Lowe"
story = "Clusters are told apart."
evidence = "memory"
seeds = 2

[parameters]
k = 4

[tasks]
clouds = { data = "sample", count = 40, inputs = 2, x = "coin + 0.1 * noise", d = "abs(x1 - x2) > 0.5" }

[connectivity]
build = { net = "rbf", task = "clouds", centres = { k-means = "k" }, width = 0.5, fit = true }

[[experience]]
name = "view"
test = "clouds"

[measures]
large = "units('hidden')"
wrong = "count((y('out') > 0.5) != (d('out') > 0.5))"

[interpretation]
[[interpretation.claims]]
text = "Four clusters are enough"
that = "all(large == 4) and all(wrong == 0)"
fails = { parameters.k = 1 }
"""
