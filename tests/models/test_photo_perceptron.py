"""The photo-perceptron: Pa and Pc by enumeration, the systems by numpy, and the bars."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.models.boolean.separability import Certificate
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.registry import functions

SHARES = (0.1, 0.2, 0.3, 0.5)
SEEDS = 21
HALF: Any = 5.5
PA = {
    (10, 0, 2): (0.2639, 0.6242, 0.8507, 0.9893),
    (10, 0, 4): (0.0128, 0.1209, 0.3504, 0.8281),
    (8, 2, 2): (0.1583, 0.3851, 0.5706, 0.8281),
    (5, 5, 1): (0.2692, 0.3401, 0.3642, 0.3770),
    (5, 5, 2): (0.0509, 0.1112, 0.1478, 0.1719),
}


def by_enumeration(x: int, y: int, theta: float, R: float, L: float, G: float) -> tuple[float, float]:
    """Return Pa and Pc from every state of every origin point: lit or dark, before and after."""
    chances = {(1, 1): R * (1 - L), (1, 0): R * L, (0, 1): (1 - R) * G, (0, 0): (1 - R) * (1 - G)}
    signs = np.repeat([1, -1], [x, y])
    one = both = 0.0
    for states in itertools.product(chances, repeat=x + y):
        first, second = signs @ np.array(states)
        p = float(np.prod([chances[state] for state in states]))
        one += p * (first >= theta)
        both += p * (first >= theta and second >= theta)
    return one, both / one if one else 0.0


@pytest.mark.parametrize(("kind", "known"), PA.items(), ids=str)
def test_pa_is_that_of_the_paper(kind: tuple[int, int, int], known: tuple[float, ...]) -> None:
    """The share of A-units that a stimulus activates, to four digits."""
    assert [round(aon.Pa(*kind, R=R), 4) for R in SHARES] == list(known)


@pytest.mark.parametrize(
    ("L", "G", "known"),
    [(0, 0, 1.0), (0.25, 0.0625, 0.5324), (0.5, 0.125, 0.2908), (0.8, 0.2, 0.1112), (1, 0.25, 0.0321)],
    ids=["the same", "a quarter moved", "half moved", "independent", "disjoint"],
)
def test_pc_is_that_of_the_paper(L: float, G: float, known: float) -> None:
    """At (5, 5, 2) and R = .2; for an independent stimulus it is Pa."""
    assert round(aon.Pc(5, 5, 2, R=0.2, L=L, G=G), 4) == known
    assert aon.Pc(5, 5, 2, R=0.2, L=0.8, G=0.2) == pytest.approx(aon.Pa(5, 5, 2, R=0.2), rel=1e-12)


@pytest.mark.parametrize(("x", "y", "theta"), [(3, 0, 2), (2, 2, 1), (3, 1, 1), (1, 3, 0), (2, 1, 5)])
def test_pa_and_pc_are_those_of_every_case(x: int, y: int, theta: int) -> None:
    """Every origin point lit or dark, before and after, each with its chance."""
    for R, L, G in itertools.product((0.0, 0.3, 1.0), (0.2, 1.0), (0.0, 0.4)):
        found = (aon.Pa(x, y, theta, R), aon.Pc(x, y, theta, R, L, G))
        assert found == pytest.approx(by_enumeration(x, y, theta, R, L, G), abs=1e-12)


def test_equal_numbers_of_both_kinds_flatten_pa() -> None:
    """Pa(.5) / Pa(.2) is 1.55 at (5, 5, 2) and 6.85 at (10, 0, 4)."""
    ratios = [aon.Pa(*kind, R=0.5) / aon.Pa(*kind, R=0.2) for kind in ((5, 5, 2), (10, 0, 4))]

    assert ratios == pytest.approx([1.55, 6.85], abs=0.005)


def test_pc_of_disjoint_stimuli_is_nothing_exactly_where_twice_theta_is_beyond_x() -> None:
    """25 of 25 parameter sets; and at θ = x, Pc = (1 − L)^x (1 − G)^y."""
    for x, theta in itertools.product(range(2, 7), range(1, 6)):
        disjoint = aon.Pc(x, 3, theta, R=0.2, L=1, G=0.25)
        assert (disjoint == 0) is (2 * theta > x)
    for x, y in ((2, 1), (4, 3), (5, 0)):
        assert aon.Pc(x, y, x, R=0.3, L=0.4, G=0.2) == pytest.approx(0.6**x * 0.8**y, abs=1e-12)


def test_a_file_can_ask_for_pa_and_pc() -> None:
    """They are registered, and take numbers as measures have them."""
    assert functions.get("rosenblatt_pa")(5.0, 5.0, 2.0, 0.2) == aon.Pa(5, 5, 2, 0.2)
    assert functions.get("rosenblatt_pc")(5.0, 5.0, 2.0, 0.2, 1.0, 0.25) == aon.Pc(5, 5, 2, 0.2, 1, 0.25)


@cache
def built(cells: int, seed: int) -> Network:
    """Return a net with two source-sets, its values 0; nobody changes it."""
    return aon.photo_perceptron(cells=cells, responses=2, disjoint=True, seed=seed)


def origins(net: Network, group: str = "A") -> Array:
    """Return what every point adds to every A-unit, (points, units), from the graph."""
    place = {name: k for k, name in enumerate(net.inputs)}
    found = np.zeros((len(place), len(net.group(group))))
    for k, unit in enumerate(net.group(group)):
        for source in net.predecessors(unit):
            if source in place:
                found[place[source], k] = net.edges[source, unit]["weight"]
    return found


def activity(net: Network, X: Any) -> Array:
    """Return which A-units are active for each stimulus, by numpy."""
    active: Array = (X @ origins(net) >= 2).astype(float)
    return active


def values(net: Network) -> Array:
    """Return the value of every A-unit of a net with disjoint source-sets."""
    return np.array(
        [net.edges[unit, target]["weight"] for unit in net.group("A") for target in net.successors(unit)]
    )


def bars(wrap: bool) -> Array:
    """Return bars of width 4 on 20 × 20, uprights first."""
    places = range(20 if wrap else 17)
    upright = np.zeros((len(places), 20, 20))
    for k in places:
        upright[k][:, np.arange(k, k + 4) % 20] = 1
    return np.concatenate([upright, upright.transpose(0, 2, 1)]).reshape(2 * len(places), 400)


BARS = bars(wrap=False)


def test_a_net_is_active_as_pa_says() -> None:
    """2000 A-units and 20 random stimuli of the share .2, at (5, 5, 2)."""
    net = aon.photo_perceptron(cells=2000, seed=3)
    draw = np.random.default_rng(0)
    X = np.stack([np.isin(np.arange(400), draw.permutation(400)[:80]) for _ in range(20)])

    assert activity(net, X).mean() == pytest.approx(aon.Pa(5, 5, 2, R=0.2), abs=0.005)


def test_what_the_net_sees_is_what_its_wiring_says() -> None:
    """Three A-layers' worth of arithmetic, and one pass through the net."""
    net = aon.photo_perceptron(retina=[6, 5], cells=[40, 12], excitatory=3, inhibitory=2, threshold=1, seed=2)
    X = np.random.default_rng(1).integers(0, 2, (25, 30))
    for k, unit in enumerate(net.group("A2")):
        net.edges[unit, "R"]["weight"] = float(k % 3 - 1)

    a1 = (X @ origins(net, "A1") >= 1).astype(float)
    names = net.group("A1")
    second = np.array(
        [[net.edges.get((s, u), {"weight": 0.0})["weight"] for u in net.group("A2")] for s in names]
    )
    a2 = (a1 @ second >= 1).astype(float)

    assert net.facts["shapes"] == {"S": [6, 5]}
    assert aon.evaluate(net, X)[:, 0].tolist() == (a2 @ [k % 3 - 1 for k in range(12)] > 0).tolist()
    assert {unit: net.in_degree(unit) <= 5 for unit in names} == dict.fromkeys(names, True)


def test_only_what_leads_to_a_response_is_plastic() -> None:
    """The retina's synapses and the threshold of a response stay what they are."""
    net = aon.photo_perceptron(retina=[4, 4], cells=8, responses=2, seed=1)

    plastic = {edge for edge in net.edges if net.plastic(*edge)}

    assert plastic == set(itertools.product(net.group("A"), ["R1", "R2"]))
    assert not any(net.plastic(None, name) for name in ("R1", "R2"))


def test_the_seed_draws_the_origin_points() -> None:
    """The same seed, the same net; another, another."""
    one, same, other = (aon.photo_perceptron(cells=20, seed=seed) for seed in (1, 1, 2))

    assert dict(one.edges) == dict(same.edges)
    assert dict(one.edges) != dict(other.edges)


def fed(system: str, active: Array, set_of: Any, j: int) -> Array:
    """Return what one stimulus adds to the values, in plain words: response j is reinforced."""
    gain = np.zeros(len(active))
    for k in (0, 1):
        own = set_of == k
        on, off = own & (active > 0), own & (active == 0)
        if k == j:
            gain[on] += {"alpha": 1, "gamma": 1, "beta": 20 / max(on.sum(), 1)}[system]
        if k == j and system == "gamma":
            gain[off] -= on.sum() / off.sum()
        if system == "beta" and (k != j or not on.any()):
            gain[own] += 20 / own.sum()
    return gain


SYSTEMS: dict[str, Any] = {"alpha": aon.Alpha(), "beta": aon.Beta(eta=20.0), "gamma": aon.Gamma()}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("batch", [1, "all"])
def test_a_system_gives_value_as_it_is_told(system: str, batch: Any) -> None:
    """Forced responses, one stimulus after the other, or all of them added up."""
    net = built(100, 5).copy()
    draw = np.random.default_rng(1)
    chosen = draw.integers(34, size=12)
    expected = np.zeros(100)
    for active, k in zip(activity(net, BARS[chosen]), chosen, strict=True):
        expected += fed(system, active, np.arange(100) // 50, int(k >= 17))

    d = np.eye(2)[(chosen >= 17).astype(int)]
    aon.train(net, BARS[chosen], d, rule=SYSTEMS[system], batch=batch, average=False)

    assert values(net) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_response_that_is_off_may_be_0_or_minus_1(system: str) -> None:
    """Forced responses in either coding give the same values; gamma and beta feed a source-set what they should."""
    found = []
    for low in (0.0, -1.0):
        net = built(100, 5).copy()
        d = np.where(np.eye(2)[[0, 0, 1]] > 0, 1.0, low)
        aon.train(net, BARS[[0, 9, 20]], d, rule=SYSTEMS[system])
        found.append(values(net))

    assert found[0].tolist() == found[1].tolist()
    fed_to_each = {"beta": [60.0, 60.0], "gamma": [0.0, 0.0]}
    if system in fed_to_each:
        assert found[0].reshape(2, 50).sum(axis=1) == pytest.approx(fed_to_each[system], abs=1e-12)


Scores = dict[str, Any]


def scores(system: str, often: int, seldom: int, seed: int, mean: bool, cells: int = 500) -> Scores:
    """Return what a system recalls of what it was shown, and tells of all bars; and the means of its source-sets."""
    net = built(cells, seed).copy()
    draw = np.random.default_rng([seed, often])
    chosen = draw.permutation(
        np.concatenate([draw.integers(17, size=often), 17 + draw.integers(17, size=seldom)])
    )
    which = (chosen >= 17).astype(int)
    aon.train(
        net, BARS[chosen], np.eye(2)[which], rule=SYSTEMS[system], batch="all", average=False, record=()
    )
    V, A = values(net).reshape(2, -1), activity(net, BARS).reshape(34, 2, -1)
    told = (A * V).sum(axis=2)
    if mean:
        told = told / np.maximum(A.sum(axis=2), 1)
    answers = told.argmax(axis=1)
    return {
        "recall": (answers[chosen] == which).mean(),
        "general": (answers == np.repeat([0, 1], 17)).mean(),
        "means": V.mean(axis=1),
        "V": V,
        "A": A,
    }


def over_seeds(seeds: int, *case: Any, **more: Any) -> list[Scores]:
    """Return the scores of seeds from 0."""
    system, often, seldom, mean = case
    return [scores(system, often, seldom, seed, mean, **more) for seed in range(seeds)]


def test_alpha_gives_everything_to_the_response_that_is_reinforced_more_often() -> None:
    """40 to 5: recall 40/45 and generalisation .5, while gamma and beta still tell the bars apart."""
    found = {system: over_seeds(5, system, 40, 5, False) for system in SYSTEMS}
    recall, general = (
        {system: float(np.median([one[word] for one in found[system]])) for system in SYSTEMS}
        for word in ("recall", "general")
    )

    assert recall["alpha"] == pytest.approx(40 / 45, abs=0.02)
    assert general["alpha"] == pytest.approx(0.5, abs=0.04)
    assert min(general["beta"], general["gamma"]) > 0.6
    assert all(abs(one["V"].sum(axis=1)).max() < 1e-10 for one in found["gamma"])


TABLE = {
    ("alpha", False): ((0.928, 0.808), (0.812, 0.549), (0.889, 0.500)),
    ("alpha", True): ((0.965, 0.845), (0.813, 0.539), (0.889, 0.500)),
    ("beta", False): ((0.887, 0.758), (0.913, 0.757), (0.928, 0.744)),
    ("beta", True): ((0.960, 0.850), (0.960, 0.816), (0.975, 0.799)),
    ("gamma", False): ((0.969, 0.850), (0.961, 0.812), (0.974, 0.804)),
    ("gamma", True): ((0.968, 0.851), (0.962, 0.820), (0.974, 0.809)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("case", "known"), TABLE.items(), ids=str)
def test_the_table_of_the_systems(case: tuple[str, bool], known: tuple[tuple[float, float], ...]) -> None:
    """Recall and generalisation at 20:20, 30:10 and 40:5, the mean of 21 seeds."""
    system, mean = case
    for (often, seldom), expected in zip(((20, 20), (30, 10), (40, 5)), known, strict=True):
        found = over_seeds(SEEDS, system, often, seldom, mean)
        assert np.mean([[one["recall"], one["general"]] for one in found], axis=0) == pytest.approx(
            expected, abs=0.03
        )


@pytest.mark.slow
def test_the_means_of_the_source_sets() -> None:
    """At 30:10 alpha's stand as its reinforcements, beta's are the same, gamma's 0."""
    alpha, beta, gamma = (
        np.array([one["means"] for one in over_seeds(SEEDS, system, 30, 10, False)]) for system in SYSTEMS
    )

    assert alpha.mean(axis=0) == pytest.approx([3.36, 1.08], abs=0.12)
    assert (alpha[:, 0] / alpha[:, 1]).mean() == pytest.approx(3.12, abs=0.15)
    assert beta == pytest.approx(np.full((SEEDS, 2), 3.2))
    assert np.abs(gamma).max() < 1e-12


@pytest.mark.slow
def test_more_a_units_generalise_better() -> None:
    """Gamma by sums, 20:20, with 50 to 1000 A-units; the mean of 21 seeds spreads by .015."""
    known = {50: 0.708, 100: 0.782, 200: 0.807, 500: 0.850, 1000: 0.878}
    for cells, expected in known.items():
        found = [one["general"] for one in over_seeds(SEEDS, "gamma", 20, 20, False, cells=cells)]
        assert np.mean(found) == pytest.approx(expected, abs=0.045)


@pytest.mark.slow
def test_the_memory_is_distributed() -> None:
    """Without a quarter, half, … of its A-units gamma generalises little worse."""
    known = {0.0: 0.879, 0.25: 0.870, 0.5: 0.848, 0.75: 0.842, 0.9: 0.778, 0.95: 0.741, 0.99: 0.636}
    draw = np.random.default_rng(0)
    runs = over_seeds(SEEDS, "gamma", 20, 20, False, cells=1000)
    for lost, expected in known.items():
        kept = [draw.random(one["V"].shape) >= lost for one in runs]
        answers = [(one["A"] * one["V"] * kept[k]).sum(axis=2).argmax(axis=1) for k, one in enumerate(runs)]
        general = np.mean([(answer == np.repeat([0, 1], 17)).mean() for answer in answers])
        assert general == pytest.approx(expected, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "known"), [(2, 1.0), (5, 1.0), (10, 1.0), (20, 0.999), (50, 0.976)])
def test_in_an_ideal_environment_there_is_nothing_to_generalise(size: int, known: float) -> None:
    """Random stimuli of 80 points, N_A = 1000: what was shown is recalled, of others gamma knows nothing."""
    recalled, general = [], []
    for seed in range(SEEDS):
        net = built(1000, seed).copy()
        draw = np.random.default_rng([seed, size])
        X = np.argsort(draw.random((4 * size, 400)), axis=1) < 80
        which = np.repeat([0, 1, 0, 1], size)
        seen = slice(2 * size)
        aon.train(
            net, X[seen], np.eye(2)[which[seen]], rule=aon.Gamma(), batch="all", average=False, record=()
        )
        told = (activity(net, X).reshape(4 * size, 2, -1) * values(net).reshape(2, -1)).sum(axis=2)
        right = told.argmax(axis=1) == which
        recalled.append(right[seen].mean())
        general.append(right[2 * size :].mean())

    assert np.mean(recalled) == pytest.approx(known, abs=0.01)
    assert np.mean(general) == pytest.approx(0.5, abs=0.06)


def response_net(feedback: str) -> Network:
    """Return two source-sets of six A-units, each of which copies a point, and responses that need four of them."""
    net = aon.photo_perceptron(
        cells=12,
        excitatory=1,
        inhibitory=0,
        threshold=1,
        responses=2,
        disjoint=True,
        feedback=feedback,
        response_threshold=3,
        seed=1,
    )
    for unit in net.group("A"):
        for response in net.successors(unit):
            net.edges[unit, response]["weight"] = 1.0
    return net


def counted(net: Network, first: int, second: int) -> list[tuple[int, int, int, int]]:
    """Return (A1, A2, R1, R2) over four ticks, with so many A-units of each set excited throughout."""
    cells = net.group("A")
    lit = [*cells[:first], *cells[6 : 6 + second]]
    points = [source for unit in lit for source in net.predecessors(unit) if source in net.inputs]
    assert len(set(points)) == len(lit), "the seed gives two A-units one point"
    trace = aon.simulate(net, dict.fromkeys(points, "1111"), ticks=4)
    active = np.array([trace[unit] for unit in cells])
    rows = zip(active[:6].sum(axis=0), active[6:].sum(axis=0), trace["R1"], trace["R2"], strict=True)
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in rows]


def test_the_predominant_phase_lasts_one_tick() -> None:
    """5 and 3 active: then the rival source-set is silent."""
    assert counted(response_net("absolute"), 5, 3) == [(5, 3, 1, 0), (5, 0, 1, 0), (5, 0, 1, 0), (5, 0, 1, 0)]
    assert counted(response_net("none"), 5, 3) == [(5, 3, 1, 0)] * 4


def test_a_tie_flickers() -> None:
    """4 and 4, and as well 6 and 5: both respond, silence each other, and begin again."""
    net = response_net("absolute")

    assert counted(net, 4, 4) == [(4, 4, 1, 1), (0, 0, 0, 0)] * 2
    assert counted(net, 6, 5) == [(6, 5, 1, 1), (0, 0, 0, 0)] * 2


def test_negative_feedback_is_a_summand() -> None:
    """An A-unit that has one point more than it needs withstands it, until the feedback ends."""
    net = response_net("negative")
    assert counted(net, 5, 3)[1] == (5, 0, 1, 0)

    for unit in net.group("A")[6:]:
        net.nodes[unit]["threshold"] = 0.0

    assert [row[1] for row in counted(net, 5, 3)] == [6, 3, 6, 3]


WRAPPED, UPRIGHT = bars(wrap=True), np.repeat([1, 0], 20)


@pytest.mark.parametrize(
    ("X", "d"), [(WRAPPED, UPRIGHT), (BARS, np.repeat([1, 0], 17))], ids=["wrapped", "plain"]
)
def test_a_bare_retina_cannot_tell_bars(X: Array, d: Array) -> None:
    """Five disjoint uprights light every point once, and so do five level bars: a certificate by hand."""
    found = aon.separable(X, d)

    assert isinstance(found, Certificate)
    assert found.check()
    by_hand = np.zeros(len(X))
    half = len(X) // 2
    by_hand[[*range(0, half, 4)]] = by_hand[[*range(half, 2 * half, 4)]] = 1
    assert (by_hand[:half] @ X[:half]).tolist() == (by_hand[half:] @ X[half:]).tolist() == [1.0] * 400


@pytest.mark.slow
def test_on_a_bare_retina_the_rule_errs_for_ever() -> None:
    """At least 6 mistakes in each of 200 epochs, 30 of 40 in the last (in this order: uprights first)."""
    training = aon.train(
        aon.perceptron(400), WRAPPED, UPRIGHT, rule=aon.PerceptronRule(), epochs=200, record=()
    )

    assert (training["mistakes"].min(), training["mistakes"][-1]) == (6, 30)


def test_a_hundred_a_units_tell_bars() -> None:
    """Error correction in the whole net is that of one unit on what its A-units see."""
    for seed in range(3):
        net = aon.photo_perceptron(cells=100, seed=seed)
        seen = activity(net, WRAPPED)
        alone = aon.perceptron(100)
        del alone.nodes["out"]["bias"]
        how: dict[str, Any] = {"rule": aon.PerceptronRule(), "epochs": 300, "until": "mistakes == 0"}

        training = aon.train(net, WRAPPED, UPRIGHT, **how)
        judge = aon.train(alone, seen, UPRIGHT, **how)

        assert training.solved
        assert training["mistakes"].tolist() == judge["mistakes"].tolist()
        assert values(net).tolist() == [alone.edges[name, "out"]["weight"] for name in alone.inputs]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "least", "most", "epochs"),
    [
        *((10, 0, 1, None), (20, 0, 6, None), (30, 13, 21, None), (40, 19, 21, 10), (60, 21, 21, 6)),
        *((100, 21, 21, 5), (200, 21, 21, 4)),
    ],
)
def test_so_many_a_units_are_enough(cells: int, least: int, most: int, epochs: int | None) -> None:
    """Of 21 seeds so many learn the bars within 300 epochs, half of them within so many."""
    found = []
    for seed in range(SEEDS):
        alone = aon.perceptron(cells)
        del alone.nodes["out"]["bias"]
        seen = activity(aon.photo_perceptron(cells=cells, seed=seed), WRAPPED)
        how: dict[str, Any] = {"rule": aon.PerceptronRule(), "epochs": 300, "until": "mistakes == 0"}
        training = aon.train(alone, seen, UPRIGHT, **how, record=())
        found.append(training.epochs if training.solved else np.inf)

    assert least <= np.isfinite(found).sum() <= most
    assert epochs is None or abs(np.median(found) - epochs) <= max(2, epochs // 3)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: aon.photo_perceptron(cells=[1, 2, 3]),
            "photo_perceptron: cells are one number, or two, of A1",
        ),
        (
            lambda: aon.photo_perceptron(cells=0),
            "the shape of group 'A' must be a whole number from 1 up, found 0",
        ),
        (
            lambda: aon.photo_perceptron(excitatory=0, inhibitory=0),
            "an A-unit without origin points sees nothing",
        ),
        (
            lambda: aon.photo_perceptron(inhibitory=-1),
            "inhibitory must be a whole number from 0 up, found -1",
        ),
        (
            lambda: aon.photo_perceptron(cells=5, responses=2, disjoint=True),
            "5 A-units do not make 2 disjoint",
        ),
        (
            lambda: aon.photo_perceptron(responses=2, feedback="absolute"),
            "that of 'R1' is all of them: say disjoint",
        ),
        (
            lambda: aon.photo_perceptron(feedback="yes"),
            "feedback is 'none', 'absolute' or 'negative', found 'yes'",
        ),
        (lambda: aon.Pa(5, 5, 2, R=1.5), "R is a share of the points, from 0 to 1, found 1.5"),
        (
            lambda: aon.Pc(5, HALF, 2, R=0.5, L=0, G=0),
            "y, the number of origin points, must be a whole number",
        ),
        (lambda: aon.Alpha(eta=0).check(), "Alpha.eta must be more than 0, found 0"),
    ],
)
def test_what_cannot_be_built_is_told_in_one_sentence(build: Callable[[], object], message: str) -> None:
    """What was found, and what would be right."""
    with pytest.raises(AllornoneError, match=message):
        build()
