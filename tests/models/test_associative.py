"""Associative memories with inputs: linear associator, projection, Willshaw's and Steinbuch's matrices."""

from __future__ import annotations

import math

import networks
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Lesson, lesson
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.learning.training import Plan, learn
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program, compile
from allornone.simulator.testing import check_rule

few = settings(deadline=None, max_examples=30)


def matrix(keys: int, values: int, missing: frozenset[tuple[int, int]] = frozenset()) -> Network:
    """Return linear units that hear all keys but those missing, from weight 0."""
    net = Network()
    net.add_inputs(*(f"K{k}" for k in range(keys)))
    for v in range(values):
        net.add_unit(f"V{v}", aon.Linear(), output=True, plastic=False)
        for k in range(keys):
            if (k, v) not in missing:
                net.connect(f"K{k}", f"V{v}", weight=0.0)
    return net


def taught(
    net: Network, rule: LearningRule, x: Array, y: Array, batch: int | str = 1, epochs: int = 1
) -> tuple[Program, Array]:
    """Hold the outputs at y while x is shown; return the program and its weights (keys, values), 0 where none is."""
    program = compile(net)
    lessons: Lesson = lesson(program, x[..., None], y[..., None], net.outputs, clamped=True)
    plan = Plan(batch=batch, average=False, epochs=epochs)
    learn(program, program.weights, rule, lessons, plan, program.keep)
    table = np.zeros((x.shape[1], y.shape[1]))
    for source, target, data in net.edges(data=True):
        table[int(source[1:]), int(target[1:])] = data["weight"]
    return program, table


@pytest.mark.parametrize("rule", [aon.Projection(), aon.Willshaw(), aon.Steinbuch(eta=0.5)], ids=repr)
def test_the_rules_are_rules_like_any_other(rule: LearningRule) -> None:
    """Pure, alike in lanes, true to plastic synapses: the kit for plug-in authors finds nothing."""
    check_rule(rule)


# ---- Linear associator and projection


def test_held_at_the_values_hebb_writes_a_linear_associator() -> None:
    """Orthogonal keys bring back their values; random ones whisper (p − 1)/n of the others."""
    random = np.random.default_rng(3)
    n, p = 128, 40
    keys, values = (random.choice([-1.0, 1.0], size=(p, n)) for _ in range(2))

    _, w = taught(matrix(n, n), aon.Hebb(eta=1 / n), keys, values)

    assert np.allclose(w, keys.T @ values / n, atol=1e-12)
    crosstalk = np.mean((keys @ w - values) ** 2)
    # the mean of p(p−1)/2 squared overlaps, each with mean 1/n and standard deviation √2/n
    assert crosstalk == pytest.approx(
        (p - 1) / n, abs=4 * (p - 1) / n * math.sqrt(2 / (p * (p - 1) / 2)) + 0.02
    )


@pytest.mark.parametrize("batch", [1, 3, "all"])
def test_the_projection_is_the_pseudo_inverse(batch: int | str) -> None:
    """Whether pairs come one by one or together, once or twice; of too many it is the least squares."""
    random = np.random.default_rng(0)
    for p, n in ((5, 9), (9, 9), (14, 9)):
        keys, values = random.normal(size=(p, n)), random.normal(size=(p, 4))

        _, w = taught(matrix(n, 4), aon.Projection(), keys, values, batch, epochs=2)

        assert np.allclose(w, np.linalg.lstsq(keys, values, rcond=None)[0], atol=1e-9)
        if p <= n:
            assert np.allclose(keys @ w, values, atol=1e-9)


def test_a_projection_in_hopfields_net_keeps_as_many_patterns_as_half_its_units() -> None:
    """Without its diagonal every pattern is still at rest, where Hebb's weights keep none."""
    patterns = np.random.default_rng(2).choice([-1.0, 1.0], size=(30, 60))
    net = aon.hopfield(60, keep=0)
    program = compile(net)
    lessons = lesson(program, np.zeros((30, 0, 1)), patterns[..., None], net.outputs, ticks=2, clamped=True)

    training = learn(program, program.weights, aon.Projection(), lessons, Plan(batch="all"))

    w = training.theta[0][..., 0]
    wanted = np.linalg.pinv(patterns) @ patterns
    np.fill_diagonal(wanted, 0)
    assert np.allclose(w, wanted, atol=1e-12)
    assert (np.sign(patterns @ w) == patterns).all()
    hebb = patterns.T @ patterns / 60
    np.fill_diagonal(hebb, 0)
    assert not (np.sign(patterns @ hebb) == patterns).all(axis=1).any()


def test_a_bias_that_is_fixed_is_no_key() -> None:
    """The solution is that of the plastic synapses alone; a plastic bias is a key that is always 1."""
    random = np.random.default_rng(1)
    keys, values = random.normal(size=(8, 3)), random.normal(size=(8, 2))
    fixed, free = matrix(3, 2), matrix(3, 2)
    for unit in free.outputs:
        free.nodes[unit]["plastic"] = True

    _, w = taught(fixed, aon.Projection(), keys, values)
    _, v = taught(free, aon.Projection(), keys, values)

    with_one = np.hstack([keys, np.ones((8, 1))])
    assert np.allclose(w, np.linalg.lstsq(keys, values, rcond=None)[0])
    assert np.allclose(v, np.linalg.lstsq(with_one, values, rcond=None)[0][:3])
    assert [fixed.nodes[unit]["bias"] for unit in fixed.outputs] == [0, 0]


# ---- Matrices of switches


@st.composite
def switches(draw: st.DrawFn) -> tuple[Array, Array, frozenset[tuple[int, int]]]:
    """Draw pairs of 0/1 patterns and synapses that are missing."""
    pairs, keys, values = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    bits = st.sampled_from([0.0, 1.0])
    x = draw(st.lists(bits, min_size=pairs * keys, max_size=pairs * keys))
    y = draw(st.lists(bits, min_size=pairs * values, max_size=pairs * values))
    cells = st.tuples(st.integers(0, keys - 1), st.integers(0, values - 1))
    missing = draw(st.frozensets(cells, max_size=keys * values - 1))
    return np.array(x).reshape(pairs, keys), np.array(y).reshape(pairs, values), missing


@pytest.mark.parametrize("way", networks.WAYS)
@given(drawn=switches(), batch=st.sampled_from([1, 2, "all"]))
@few
def test_willshaws_switches_are_an_or(
    way: str, drawn: tuple[Array, Array, frozenset[tuple[int, int]]], batch: int | str
) -> None:
    """A switch is on if any pair has both its ends; how pairs are batched is all one; missing stays missing."""
    x, y, missing = drawn

    with networks.executed(way):
        _, w = taught(matrix(x.shape[1], y.shape[1], missing), aon.Willshaw(), x, y, batch)

    for k in range(x.shape[1]):
        for v in range(y.shape[1]):
            on = any(a[k] > 0 and b[v] > 0 for a, b in zip(x, y, strict=True))
            assert w[k, v] == (on and (k, v) not in missing)


def test_a_switch_that_is_more_than_on_stays() -> None:
    """Weights above 1 are not brought down, one that may not change is not brought up."""
    net = matrix(2, 1)
    net.edges["K0", "V0"]["weight"] = 3.0
    net.edges["K1", "V0"]["plastic"] = False

    _, w = taught(net, aon.Willshaw(), np.ones((1, 2)), np.ones((1, 1)))

    assert w.tolist() == [[3], [0]]


@pytest.mark.parametrize("rule", [aon.Projection(), aon.Willshaw()], ids=repr)
def test_synapses_that_share_a_weight_are_refused(rule: LearningRule) -> None:
    """What is solved or switched at each synapse by itself cannot be one number in several places."""
    net = matrix(2, 1)
    for source in ("K0", "K1"):
        net.edges[source, "V0"]["shared"] = "one"

    with pytest.raises(AllornoneError, match="so none of them may share a weight"):
        taught(net, rule, np.ones((1, 2)), np.ones((1, 1)))


def test_willshaws_memory_misses_nothing_and_adds_what_chance_says() -> None:
    """128 cells, 7 active, ln 2 n²/m² pairs: half of the switches are on, and (n − m)/2^m cells too many answer."""
    random = np.random.default_rng(0)
    n, m = 128, 7
    pairs = round(math.log(2) * n**2 / m**2)
    x, y = ((np.argsort(random.random((pairs, n)), axis=1) < m).astype(float) for _ in range(2))

    _, w = taught(matrix(n, n), aon.Willshaw(), x, y, "all")
    answer = x @ w >= m

    assert w.mean() == pytest.approx(0.5, abs=0.02)
    assert not (answer < y).any()
    spurious = (answer > y).sum(axis=1).mean()
    assert 0.7 * (n - m) / 2**m < spurious < 2.5 * (n - m) / 2**m


@given(drawn=switches(), batch=st.sampled_from([1, 2, "all"]))
@few
def test_steinbuchs_matrix_counts_what_is_there_and_what_is_not(
    drawn: tuple[Array, Array, frozenset[tuple[int, int]]], batch: int | str
) -> None:
    """+ε for each pair whose class is active and whose property is there, −ε where it is not."""
    x, y, missing = drawn

    _, w = taught(matrix(x.shape[1], y.shape[1], missing), aon.Steinbuch(eta=0.25), x, y, batch)

    for k in range(x.shape[1]):
        for v in range(y.shape[1]):
            steps = sum((1 if a[k] > 0 else -1) for a, b in zip(x, y, strict=True) if b[v] > 0)
            assert w[k, v] == (0 if (k, v) in missing else 0.25 * steps)
