"""Random tasks: points of a normal distribution and patterns to remember, judged by their statistics."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import pytest
from scipy import stats

from allornone.scenarios.document.reading import read
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.tasks import Task, make
from allornone.scenarios.expressions.expression import Numbers
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError

MANY = 20_000


def task(seed: int = 0, parameters: dict[str, Any] | None = None, **given: Any) -> Task:
    """Return one task."""
    return make(corpus.task_settings(parameters or (), t=given), Numbers(parameters or {}), seed, Limits())[
        "t"
    ]


def desired(found: Task) -> Array:
    """Return what is desired, which there must be."""
    assert found.d is not None
    return found.d


def message_of(**given: Any) -> str:
    """Return the error that a task ends in."""
    with pytest.raises(AllornoneError) as caught:
        task(**given)
    return str(caught.value)


# ---- Points of a normal distribution


def test_the_first_variance_lies_along_the_angle() -> None:
    """In the axes of the cloud, the variances are those given, and nothing is shared between them."""
    cloud = task(data="gaussian", count=MANY, variances=[4, 1], angle=30).x

    along = cloud @ [math.cos(math.pi / 6), math.sin(math.pi / 6)]
    across = cloud @ [-math.sin(math.pi / 6), math.cos(math.pi / 6)]
    # the standard error of a variance is √(2/n) of it
    assert np.var(along) == pytest.approx(4, abs=4 * 4 * math.sqrt(2 / MANY))
    assert np.var(across) == pytest.approx(1, abs=4 * math.sqrt(2 / MANY))
    assert np.mean(along * across) == pytest.approx(0, abs=4 * 2 / math.sqrt(MANY))
    assert stats.kstest(along / 2, "norm").pvalue > 0.001


def test_a_covariance_is_what_the_points_have() -> None:
    """Three dimensions, a mean, everything an expression over parameters."""
    table = [[2, "r", 0], ["r", 1, -0.3], [0, -0.3, 0.5]]
    cloud = task(data="gaussian", count=MANY, covariance=table, mean=[1, 0, "-r"], parameters={"r": 0.8}).x

    wanted = np.array([[2, 0.8, 0], [0.8, 1, -0.3], [0, -0.3, 0.5]])
    assert np.allclose(np.cov(cloud.T), wanted, atol=4 * 2 * math.sqrt(2 / MANY))
    assert np.allclose(cloud.mean(axis=0), [1, 0, -0.8], atol=4 * math.sqrt(2 / MANY))


def test_a_covariance_may_be_flat() -> None:
    """Two inputs that are one: variance 0 across the diagonal."""
    cloud = task(data="gaussian", count=50, covariance=[[1, 1], [1, 1]]).x

    assert np.allclose(cloud[:, 0], cloud[:, 1], atol=1e-12)
    assert np.var(cloud[:, 0]) > 0.5


def test_what_is_desired_of_points_may_use_them_and_chance() -> None:
    """An expression a column, each with draws of its own."""
    found = task(data="gaussian", count=400, variances=[1, 1], outputs=2, d=["x1 > x2", "noise"])

    assert desired(found)[:, 0].tolist() == (found.x[:, 0] > found.x[:, 1]).astype(float).tolist()
    assert abs(np.corrcoef(desired(found)[:, 1], found.x[:, 0])[0, 1]) < 0.2
    assert task(data="gaussian", count=4, variances=[1]).d is None


def test_points_are_of_their_seed() -> None:
    """The same seed the same points, another seed others; one mean shifts all."""
    one, again, other = (task(seed, data="gaussian", count=5, variances=[1, 2]).x for seed in (3, 3, 4))
    shifted = task(3, data="gaussian", count=5, variances=[1, 2], mean=10).x

    assert (one == again).all()
    assert (one != other).all()
    assert np.allclose(shifted, one + 10)


def test_a_gaussian_that_means_nothing_is_told() -> None:
    """Each sentence names what would be right."""
    assert "either variances, one an axis, or a covariance" in message_of(data="gaussian", count=2)
    assert "one or more" in message_of(data="gaussian", count=2, variances=[])
    assert "none below 0, found [1.0, -1.0]" in message_of(data="gaussian", count=2, variances=[1, -1])
    assert "angle turns two variances, found 3" in message_of(
        data="gaussian", count=2, variances=[1, 1, 2], angle=9
    )
    assert "symmetric" in message_of(data="gaussian", count=2, covariance=[[1, 0.5], [0.4, 1]])
    assert "a variance of -1" in message_of(data="gaussian", count=2, covariance=[[1, 2], [2, 1]])
    assert "found rows of [2, 1]" in message_of(data="gaussian", count=2, covariance=[[1, 2], [1]])
    assert "says itself how it lies" in message_of(
        data="gaussian", count=2, covariance=[[1, 0], [0, 1]], angle=3
    )
    assert "found 3" in message_of(data="gaussian", count=2, variances=[1, 2], mean=[1, 2, 3])


# ---- Patterns


def test_patterns_have_so_many_ones_anywhere() -> None:
    """Each row has its ones, each place its share of them, and two rows share as many as chance says."""
    found = task(data="patterns", count=3000, inputs=20, active=5).x

    assert set(np.unique(found)) == {0.0, 1.0}
    assert (found.sum(axis=1) == 5).all()
    # a place is 1 in a quarter of the rows: 750 ± 24
    assert (np.abs(found.sum(axis=0) - 750) < 5 * 24).all()
    overlap = (found[:-1] * found[1:]).sum(axis=1)
    expected = stats.hypergeom(20, 5, 5).pmf(np.arange(6)) * len(overlap)
    counts = np.bincount(overlap.astype(int), minlength=6)
    assert stats.chisquare(counts[:4], expected[:4] * counts[:4].sum() / expected[:4].sum()).pvalue > 0.001


def test_bipolar_patterns_are_coins() -> None:
    """−1 and 1, as often, the second set independent of the first."""
    found = task(data="patterns", count=500, inputs=30, coding="bipolar", outputs=30)

    both = np.stack([found.x, desired(found)])
    assert set(np.unique(both)) == {-1.0, 1.0}
    assert (np.abs(both.mean(axis=(1, 2))) < 5 / math.sqrt(15_000)).all()
    assert abs(np.mean(found.x * desired(found))) < 5 / math.sqrt(15_000)


def test_the_second_set_is_drawn_apart_and_has_as_many_ones() -> None:
    """As many samples, another width, the same number of ones."""
    found = task(data="patterns", count=50, inputs=16, active="m", outputs=8, parameters={"m": 4})

    assert desired(found).shape == (50, 8)
    assert (desired(found).sum(axis=1) == 4).all()
    assert (task(data="patterns", count=50, inputs=16, active=4).x == found.x).all()
    assert task(data="patterns", count=5, inputs=8, active=2).d is None


def test_each_pattern_may_have_an_output_of_its_own() -> None:
    """The first wants the first output, the second the second, in the coding of the patterns."""
    zero_one = task(data="patterns", count=3, inputs=8, active=2, d="own")
    signs = task(data="patterns", count=3, inputs=8, coding="bipolar", d="own", outputs=3)

    assert desired(zero_one).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert desired(signs).tolist() == [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]


@pytest.mark.parametrize(("count", "inputs"), [(1, 1), (3, 8), (16, 16), (10, 64)])
def test_orthogonal_patterns_do_not_overlap(count: int, inputs: int) -> None:
    """Every two of them agree in half of the inputs; another seed draws others."""
    first, other = (
        task(seed, data="patterns", count=count, inputs=inputs, coding="bipolar", orthogonal=True).x
        for seed in range(2)
    )

    assert (first @ first.T == inputs * np.eye(count)).all()
    assert set(np.unique(np.abs(first))) == {1.0}
    assert (first != other).any() or inputs == 1


def test_patterns_that_cannot_be_orthogonal_are_told() -> None:
    """Of 0 and 1; of a number of inputs that is no power of 2; more of them than inputs."""
    assert "are bipolar" in message_of(data="patterns", count=2, inputs=4, active=2, orthogonal=True)
    assert "power of 2 as inputs, found 6" in message_of(
        data="patterns", count=2, inputs=6, coding="bipolar", orthogonal=True
    )
    assert "no more than 4 patterns" in message_of(
        data="patterns", count=5, inputs=4, coding="bipolar", orthogonal=True
    )


def test_patterns_that_mean_nothing_are_told() -> None:
    """Neither coding nor both; more ones than places; another number of outputs than of patterns."""
    assert "either active" in message_of(data="patterns", count=2, inputs=4)
    assert "either active" in message_of(data="patterns", count=2, inputs=4, active=2, coding="bipolar")
    assert "from 0 to the number of inputs, 4; found 5" in message_of(
        data="patterns", count=2, inputs=4, active=5
    )
    assert "number of outputs, 3" in message_of(data="patterns", count=2, inputs=4, active=4, outputs=3)
    assert "as many outputs, found 3" in message_of(
        data="patterns", count=2, inputs=4, active=1, outputs=3, d="own"
    )
    assert "inputs must be at least 1" in message_of(data="patterns", count=2, inputs="1 - 1", active=0)


def test_more_patterns_than_fit_are_refused() -> None:
    """Before anything is drawn."""
    with pytest.raises(AllornoneError, match="--limit units=1000000"):
        task(data="patterns", count=1_000_000, inputs=1_000_000, coding="bipolar")
    with pytest.raises(AllornoneError, match="--limit bytes="):
        task(data="patterns", count=1_000_000, inputs=2000, coding="bipolar")


def test_a_file_may_say_both(tmp_path: Path) -> None:
    """Lists of numbers and texts stand where they may; a misspelt choice is told with the right ones."""
    text = """
title = "t"
year = 1
source = "s"
story = "s"
evidence = "memory"
seeds = 2
[parameters]
n = 2
[tasks]
cloud = { data = "gaussian", count = "9 * n", covariance = [[1, "n / 4"], [0.5, 1]], mean = [0, 1] }
memories = { data = "patterns", count = 3, inputs = 2, active = 1, d = "%s" }
[connectivity]
inputs = ["a", "b"]
synapses = ["a, b -> c"]
[activation]
model = "linear"
[[experience]]
name = "e"
test = "cloud"
[measures]
m = "1"
[interpretation]
[[interpretation.claims]]
text = "t"
that = "m == 1"
fails = { parameters.n = 3 }
"""
    right, wrong = tmp_path / "right.toml", tmp_path / "wrong.toml"
    right.write_text(text % "apart")
    wrong.write_text(text.replace("mean = [0, 1]", "mean = true") % "appart")

    assert read(right).raw["tasks"]["memories"]["d"] == "apart"
    with pytest.raises(AllornoneError) as caught:
        read(wrong)
    assert "Did you mean 'apart'?" in str(caught.value)
    assert "tasks.cloud.mean" in str(caught.value)
