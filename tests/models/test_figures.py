"""What is built, not learned: figures, pulses, cylinders, powers and sawteeth, with the numbers of history."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array


def plane(cells: int, reach: float = 1.0) -> Array:
    """Return the centres of cells × cells squares that cover the plane up to `reach`."""
    at = reach * (2 * (np.arange(cells) + 0.5) / cells - 1)
    x1, x2 = np.meshgrid(at, at)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def nodes(count: int) -> Array:
    """Return count × count points of the plane from −1 to 1, both ends included."""
    at = np.linspace(-1, 1, count)
    x1, x2 = np.meshgrid(at, at)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def annulus(x: Array) -> Array:
    """Return where .4 < r < .8."""
    r = np.hypot(*x.T)
    ring: Array = ((r > 0.4) & (r < 0.8)).astype(float)
    return ring


def answers(net: aon.Network, X: Array, parts: int = 20) -> Array:
    """Return what `out` says of each point, a part of them at a time."""
    return np.concatenate([aon.evaluate(net, some)[:, 0] for some in np.array_split(X, parts)])


def of_group(net: aon.Network, group: str, X: Array) -> Array:
    """Return what the units of a group say of each point, (points, units)."""
    shown: aon.Network = net.copy()
    for unit in net:
        shown.nodes[unit]["output"] = unit in net.group(group)
    return aon.evaluate(shown, X)


def rms(error: Array) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt((error**2).mean()))


PENTAGON = {"sides": 5, "centre": [-0.45, 0.0], "inradius": 0.3, "turn": 0.3}
HEXAGON = {"sides": 6, "centre": [0.45, 0.1], "inradius": 0.3}


def test_two_polygons_take_a_third_layer() -> None:
    """A pentagon or a hexagon: 11 + 2 + 1 units, and no point wrong; straight on the 11, .942 at the best."""
    points = nodes(101)
    one = aon.evaluate(aon.polygon(5, 0.3, (-0.45, 0.0), 0.3), points)
    other = aon.evaluate(aon.polygon(6, 0.3, (0.45, 0.1)), points)
    wanted = np.maximum(one, other)[:, 0]
    net = aon.polygons([PENTAGON, HEXAGON])

    assert answers(net, points).tolist() == wanted.tolist()
    assert (len(net) - 2, len(net.group("hidden1")), len(net.group("hidden2")), net.depth) == (14, 11, 2, 3)
    agreeing = of_group(net, "hidden1", points).sum(axis=1)
    best = max(float(((agreeing >= least) == (wanted > 0)).mean()) for least in range(13))
    assert best == pytest.approx(0.942, abs=0.002)


def test_polygons_of_many_sides_are_circles() -> None:
    """One circle of 64 sides, or of 1000, against the disc: .013 % of 301 × 301 points wrong, or none."""
    points = nodes(301)[::7]
    points = points[np.abs(np.hypot(*points.T) - 0.5) > 1e-6]
    disc = np.hypot(*points.T) < 0.5

    wrong = {
        sides: float((answers(aon.polygons([{"sides": sides, "inradius": 0.5}]), points) != disc).mean())
        for sides in (4, 16, 64)
    }

    assert wrong[4] > 0.05
    assert 0 < wrong[16] < 0.004
    assert wrong[64] < 0.001


def test_a_figure_is_covered_by_circles_that_decide_for_themselves() -> None:
    """76 circles of radius .1 make the annulus to .936; their raw sum, as the lecture has it, fires everywhere."""
    points = nodes(101)
    wanted = annulus(points)
    each = aon.polygons(cover=(points, wanted), inradius=0.1, sides=12)
    raw = aon.polygons(cover=(points, wanted), inradius=0.1, sides=12, join="sum")

    found, summed = answers(each, points), answers(raw, points)

    assert (len(each.group("hidden2")), len(raw.group("hidden1")), raw.depth) == (76, 76 * 12, 2)
    assert float((found == wanted).mean()) == pytest.approx(0.936, abs=0.01)
    assert summed.all()
    assert float((summed == wanted).mean()) == pytest.approx(0.369, abs=0.002)


@pytest.mark.slow
@pytest.mark.parametrize(("radius", "circles", "accuracy"), [(0.1, 76, 0.936), (0.05, 304, 0.963)])
def test_smaller_circles_make_a_better_figure(radius: float, circles: int, accuracy: float) -> None:
    """The numbers of history, with 64 sides each."""
    points = nodes(101)
    net = aon.polygons(cover=(points, annulus(points)), inradius=radius, sides=64)

    found = answers(net, points, parts=100)

    assert len(net.group("hidden2")) == circles
    assert float((found == annulus(points)).mean()) == pytest.approx(accuracy, abs=0.004)


def test_the_sum_of_a_circle_falls_as_the_lecture_does_not_say() -> None:
    """1 − arccos(1/r)/π of the sides agree at the distance r: .955, .863, … .5032, and never a half."""
    net = aon.cylinders([[0.0, 0.0]], radius=1.0, sides=1000)
    r = np.array([1.01, 1.1, 1.5, 2.0, 3.0, 10.0, 100.0])

    share = 0.5 + aon.evaluate(net, np.stack([r * math.cos(0.3), r * math.sin(0.3)], axis=1))[:, 0] / 2

    assert share == pytest.approx(1 - np.arccos(1 / r) / math.pi, abs=0.002)
    assert (share > 0.5).all()


def test_a_square_pulse_fires_from_its_first_edge_to_before_its_second() -> None:
    """Only 0 or 1, from T1 on, up to T2 and not at it; .300 of the line from 0 to 1."""
    net = aon.pulses([0.3, 0.6])
    x = (np.arange(10_000) + 0.5) / 10_000

    found = aon.evaluate(net, x[:, None])[:, 0]

    assert set(found.tolist()) == {0.0, 1.0}
    assert found.mean() == pytest.approx(0.3, abs=1e-4)
    assert aon.evaluate(net, [[0.3], [0.6]]).ravel().tolist() == [1.0, 0.0]
    assert [net.edges[f"H{k}", "out"]["weight"] for k in (1, 2)] == [1.0, -1.0]


def sine(count: int) -> tuple[Array, Array]:
    """Return the middles of `count` equal parts of 0…2π, and their sines."""
    middle = (np.arange(count) + 0.5) * 2 * math.pi / count
    return middle, np.sin(middle)


def test_twice_the_pulses_halve_the_error() -> None:
    """The largest error of K pulses is sin(π/K): .707, .383, .195, .0980, .0491, .0123; its rms · K nears 1.283."""
    x = np.linspace(0, 2 * math.pi, 4001)[:-1]

    errors = {
        count: aon.evaluate(aon.pulses(task=sine(count)), x[:, None])[:, 0] - np.sin(x)
        for count in (4, 8, 16, 32, 64, 256)
    }

    largest = {count: float(np.abs(error).max()) for count, error in errors.items()}
    assert list(largest.values()) == pytest.approx([0.707, 0.383, 0.195, 0.0980, 0.0491, 0.0123], rel=6e-3)
    assert all(largest[count] <= math.sin(math.pi / count) + 1e-12 for count in largest)
    assert largest[16] / largest[32] == pytest.approx(2.0, abs=0.02)
    assert rms(errors[256]) * 256 == pytest.approx(1.283, abs=0.005)
    assert len(aon.pulses(task=sine(32)).group("hidden1")) == 64


def test_soft_edges_are_better_than_hard_ones() -> None:
    """Of 32 pulses of width w inside: steps .0368, logistic of gain 16/w, 8/w, 4/w, 2/w: .0235, .0124, .0047, .0131."""
    width = 2 * math.pi / 32
    x = np.linspace(3 * width, 2 * math.pi - 3 * width, 3001)
    gains = [None, *(gain / width for gain in (16, 8, 4, 2))]

    found = [
        rms(aon.evaluate(aon.pulses(task=sine(32), gain=gain), x[:, None])[:, 0] - np.sin(x))
        for gain in gains
    ]

    assert found == pytest.approx([0.0368, 0.0235, 0.0124, 0.0047, 0.0131], rel=0.04)


def bump(x: Array) -> Array:
    """Return e^(−4 |x|²) cos 3 x1."""
    found: Array = np.exp(-4 * (x**2).sum(axis=1)) * np.cos(3 * x[:, 0])
    return found


def standing(radius: float) -> Array:
    """Return the centres of cylinders, radius·√π apart from −1.2 on."""
    at = np.arange(-1.2, 1.2 + 1e-9, radius * math.sqrt(math.pi))
    x1, x2 = np.meshgrid(at, at)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


@pytest.mark.parametrize(
    ("radius", "raw", "ideal", "gauss"), [(0.4, 0.28, 0.187, 0.161), (0.2, 0.69, 0.126, 0.060)]
)
def test_cylinders_of_half_planes_add_up_to_more_than_they_should(
    radius: float, raw: float, ideal: float, gauss: float
) -> None:
    """As high as the function: the error grows as they get thinner; ideal ones leave gaps, Gaussians none."""
    points, centres = nodes(61), standing(radius)
    task = (centres, bump(centres))
    sums = aon.cylinders(task=task, radius=radius, sides=60)
    discs = aon.cylinders(task=task, radius=radius)
    soft = aon.rbf(centres.tolist(), width=radius, bias=False)
    for k, height in enumerate(task[1], start=1):
        soft.edges[f"H{k}", "out"]["weight"] = float(height)

    found = [rms(answers(net, points) - bump(points)) for net in (sums, discs, soft)]

    assert found == pytest.approx([raw, ideal, gauss], abs=0.006)


def test_with_heights_by_least_squares_cylinders_do() -> None:
    """The same units, of .4 and .2, with the best weights to `out`: .13 and .038, a rest that falls with the radius."""
    points = nodes(61)

    def rest(radius: float) -> float:
        net = aon.cylinders(standing(radius).tolist(), radius=radius, sides=30)
        table = of_group(net, "hidden2", points)
        return rms(table @ np.linalg.lstsq(table, bump(points), rcond=None)[0] - bump(points))

    found = [rest(0.4), rest(0.2)]

    assert found == pytest.approx([0.119, 0.038], abs=0.012)


def test_only_the_heights_of_pulses_and_cylinders_learn() -> None:
    """What leads to `out` is plastic; what was built is not."""
    for net in (aon.pulses([0, 1, 2]), aon.pulses([0, 1, 2], gain=3.0), aon.cylinders([[0, 0]], sides=5)):
        assert {pair[1] for pair in net.edges if net.plastic(*pair)} == {"out"}
        assert not any(net.plastic(None, unit) for unit in net.group("hidden") if "bias" in net.nodes[unit])


@pytest.mark.parametrize(
    ("exponent", "squarings", "products"), [(2, 1, 0), (15, 3, 3), (100, 6, 2), (64, 6, 0), (1024, 10, 0)]
)
def test_a_power_takes_as_many_units_as_its_digits_say(exponent: int, squarings: int, products: int) -> None:
    """⌊log2 n⌋ squarings, and a product for each further one among n's digits."""
    net = aon.power(exponent)
    x = np.array([[-1.01], [0.5], [1.01]])

    assert aon.evaluate(net, x) == pytest.approx(x**exponent, rel=1e-9, abs=1e-10)
    assert len(net.group("powers")) == squarings
    assert len(net.group("products") if products else []) == products


@pytest.mark.parametrize("inputs", [2, 3, 5, 8])
def test_a_product_is_log_deep(inputs: int) -> None:
    """n − 1 products of three squares each, ⌈log2 n⌉ one after the other, whatever the signs."""
    net = aon.product(inputs)
    X = np.random.default_rng(inputs).normal(size=(50, inputs))

    assert aon.evaluate(net, X)[:, 0] == pytest.approx(X.prod(axis=1), abs=1e-10)
    assert len(net.group("squares")) == 3 * (inputs - 1)
    assert net.depth == 2 * math.ceil(math.log2(inputs))


@pytest.mark.parametrize("folds", [1, 4, 8])
def test_folds_double_the_pieces_and_quarter_the_error(folds: int) -> None:
    """2^m pieces by 2m rectified units; their sum is x² but for 2^−(2m+2): 6.25e-2, 9.77e-4, 3.81e-6."""
    x = np.arange(2**11 + 1) / 2**11
    net, parabola = aon.sawtooth(folds), aon.sawtooth(folds, square=True)

    y = aon.evaluate(net, x[:, None])[:, 0]
    error = aon.evaluate(parabola, x[:, None])[:, 0] - x**2

    assert 1 + np.count_nonzero(np.diff(np.sign(np.diff(y)))) == 2**folds
    assert len(net.group("hidden")) == 2 * folds
    assert (float(error.min()), float(error.max())) == (0.0, 2.0 ** -(2 * folds + 2))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: aon.polygons(), "polygons: give either shapes or a task to cover"),
        (lambda: aon.polygons([{"sides": 2}]), "polygons: sides must be a whole number from 3, found 2"),
        (
            lambda: aon.polygons([{"side": 5}]),
            "no key of a shape is named 'side'. Did you mean 'sides'? There are: sides, inradius, centre, turn",
        ),
        (lambda: aon.polygons([{"centre": [1]}]), "polygons: a centre is two numbers, found [1]"),
        (
            lambda: aon.polygons([{"sides": 3}], join="and"),  # type: ignore[arg-type]
            "no choice of join is named 'and'. There are: or, sum",
        ),
        (
            lambda: aon.polygons(cover=(np.zeros((4, 3)), np.ones(4))),
            "polygons: the task must have 2 inputs, found X of shape (4, 3)",
        ),
        (
            lambda: aon.polygons(cover=(np.zeros((4, 2)), None)),
            "polygons: the task says nothing of what is desired; give it d",
        ),
        (
            lambda: aon.polygons(cover=(nodes(5), np.zeros(25))),
            "polygons: of the lattice with spacing 0.141421 no point lies where 1 is desired; a smaller inradius "
            "has more",
        ),
        (lambda: aon.pulses([1.0]), "pulses: edges must be two or more numbers that rise, found [1.0]"),
        (
            lambda: aon.pulses([1.0, 0.5]),
            "pulses: edges must be two or more numbers that rise, found [1.0, 0.5]",
        ),
        (
            lambda: aon.pulses([0, 1, 2], [3, 4, 5]),
            "pulses: heights must be one number, or 2, one each; found 3",
        ),
        (lambda: aon.pulses([0, 1], gain=0), "pulses: gain must be more than 0, found 0"),
        (
            lambda: aon.pulses([0, 1], task=sine(4)),
            "pulses: a task says edges and heights itself; leave them out",
        ),
        (
            lambda: aon.pulses(task=([1, 1], [0, 0])),
            "pulses: a task needs two points or more, no two of them alike",
        ),
        (lambda: aon.polygons([]), "polygons: shapes must be one polygon or more, found none"),
        (lambda: aon.cylinders([]), "cylinders: centres must be one point or more, found none"),
        (lambda: aon.cylinders(), "cylinders: give either centres or a task"),
        (lambda: aon.cylinders([[0, 0]], radius=0), "cylinders: radius must be more than 0, found 0"),
        (lambda: aon.cylinders([[0, 0]], sides=2), "cylinders: sides must be a whole number from 3, found 2"),
        (lambda: aon.power(1), "power: exponent must be a whole number from 2 up, found 1"),
        (lambda: aon.product(1), "product: inputs must be a whole number from 2 up, found 1"),
        (lambda: aon.sawtooth(0), "sawtooth: folds must be a whole number from 1 up, found 0"),
        (lambda: aon.sawtooth(99), "sawtooth: folds must be at most 50, found 99"),
        (lambda: aon.sawtooth(2, square=1), "sawtooth: square must be true or false, found 1"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_built_is_named(build: Callable[[], Any], message: str) -> None:
    """One sentence: the builder, what was found, what would be right."""
    with pytest.raises(aon.AllornoneError) as told:
        build()

    assert str(told.value) == message
