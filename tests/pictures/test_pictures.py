"""Pictures: colours that can be read, layouts that are straight and apart, scenes that are always the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from itertools import combinations, pairwise, product
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from pictures_nets import any_net, chain, clique, echo, heat, known, latch, ring
from scipy.spatial import ConvexHull

from allornone.models.activations import Linear, Softmax
from allornone.models.hebb import Hebb
from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.mlp import mlp
from allornone.models.perceptron import PerceptronRule, perceptron
from allornone.models.rbf import Radial
from allornone.pictures.drawing import canvas, draw
from allornone.pictures.layout.columns import columns
from allornone.pictures.layout.marks import short
from allornone.pictures.layout.rows import isotonic
from allornone.pictures.layout.scene import Scene, scene
from allornone.pictures.painting.painting import composed
from allornone.pictures.painting.synapses import middles
from allornone.pictures.painting.units import Cells
from allornone.pictures.palette import ON_FIRE, THEMES, contrast
from allornone.pictures.plotting import plot
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.learning.training import train
from allornone.simulator.network.network import Network
from allornone.simulator.time.simulation import simulate

WRITTEN = ("ink", "mute", "pos", "neg", "ok")
TWICE = """
import sys
sys.path.insert(0, sys.argv[1])
from pictures_nets import known
from allornone.pictures.drawing import draw
from allornone.pictures.layout.scene import scene
print([scene(net).to_json() for net in known().values()])
draw(known()["heat"], {"cold": 1})
print("matplotlib.pyplot" in sys.modules)
"""


def heights(what: Scene, names: list[str]) -> list[float]:
    """Return the heights of some units."""
    return [float(what.positions[what.units.index(name)][1]) for name in names]


def closest(what: Scene) -> float:
    """Return how near the two nearest units stand, from middle to middle."""
    gaps = [np.hypot(*(a - b)) for a, b in combinations(what.positions, 2)]
    return float(min(gaps, default=np.inf))


def lines_cross(p: Array, q: Array) -> bool:
    """Return whether two polylines (k, 2) cross properly."""

    def side(a: Array, b: Array, c: Array) -> Array:
        ab, ac = b - a, c - a
        return np.asarray(np.sign(ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]))

    a, b, c, d = p[:-1, None], p[1:, None], q[None, :-1], q[None, 1:]
    return bool(np.any((side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)))


# colours


@pytest.mark.parametrize("name", THEMES)
def test_everything_written_can_be_read(name: str) -> None:
    """Ink, mute, pos, neg and ok have a contrast of at least 4.8 on the ground, and so has text on fire."""
    colours = asdict(THEMES[name])

    ratios = {word: contrast(colours[word], colours["bg"]) for word in WRITTEN}

    assert min(ratios.values()) >= 4.8, ratios
    assert contrast(ON_FIRE, colours["fire"]) >= 4.8


def test_an_unknown_theme_is_named_with_the_nearest() -> None:
    """A slip of the pen is answered with the word that was meant."""
    with pytest.raises(UnknownName, match=r"no theme is named 'drak'. Did you mean 'dark'\?"):
        draw(heat(), theme="drak")


# layout


@given(length=st.integers(1, 14))
@settings(deadline=None, max_examples=10)
def test_a_chain_is_exactly_straight(length: int) -> None:
    """Units that only pass a signal on stand at one height, to the last bit."""
    net = chain(length)

    found = heights(scene(net), list(net))

    assert len(set(found)) == 1


@given(length=st.integers(2, 16), stopped=st.booleans())
@settings(deadline=None, max_examples=12)
def test_a_ring_stands_in_one_row(length: int, stopped: bool) -> None:
    """A ring starts where it is excited, and runs to the right in one row, whatever else hangs on it."""
    cells = [f"c{k}" for k in range(length)]

    what = scene(ring(length, stopped))

    assert len(set(heights(what, cells))) == 1
    x = [float(what.positions[what.units.index(cell)][0]) for cell in cells]
    assert x == sorted(x)


@given(net=any_net())
@settings(deadline=None, max_examples=60)
def test_no_two_units_touch(net: Network) -> None:
    """Whatever the wiring, the rings of two outputs have room between them."""
    assert closest(scene(net)) >= 2.4


@given(net=any_net(most=40))
@settings(deadline=None, max_examples=15)
def test_no_two_units_touch_in_a_tangle(net: Network) -> None:
    """Large cycles are drawn as an ellipse, and nobody stands on anybody there either."""
    assert closest(scene(net)) >= 2.4


@given(net=any_net())
@settings(deadline=None, max_examples=30)
def test_every_synapse_is_drawn_between_its_ends(net: Network) -> None:
    """A line starts and ends close to its units, outside of them, and is divided evenly."""
    what = scene(net)
    place = dict(zip(what.units, what.positions, strict=True))

    assert set(what.synapses) == set(net.edges)
    for (u, v), path in zip(what.synapses, what.paths, strict=True):
        for end, unit in ((path[0], u), (path[-1], v)):
            assert 0.9 < np.hypot(*(end - place[unit])) < 1.65
        steps = np.hypot(*np.diff(path, axis=0).T)
        assert steps.max() <= steps.mean() * 1.05 + 1e-9


@pytest.mark.parametrize("cells", [5, 8, 16, 20, 60])
def test_cells_that_all_hear_one_another_stand_on_an_ellipse(cells: int) -> None:
    """Nobody stands inside of the others, their middle is empty, and names and self-synapses point outward."""
    what = scene(clique(cells))
    members = [k for k, unit in enumerate(what.units) if unit != "go"]
    places = what.positions[members]

    assert len(ConvexHull(places).vertices) == cells
    assert closest(what) > 2.6
    middle = places.mean(axis=0)
    loops = {u: path for path, (u, v) in zip(what.paths, what.synapses, strict=True) if u == v}
    for name, path in loops.items():
        unit = what.positions[what.units.index(name)]
        assert np.hypot(*(path - middle).T).max() > np.hypot(*(unit - middle)) + 1
    for label in (label for label in what.labels if label.role == "output"):
        unit = what.positions[what.units.index(label.text)]
        assert np.hypot(label.x - middle[0], label.y - middle[1]) > np.hypot(*(unit - middle)) + 1


@pytest.mark.parametrize("net", [ring(5), ring(9, stopped=True), latch()], ids=["ring", "stopped", "latch"])
def test_what_is_ring_like_stays_in_its_row(net: Network) -> None:
    """A ring of one way or of both is no tangle, however many of its pairs are joined."""
    both = net.copy()
    for u, v in [*net.edges]:
        if "clear" not in (u, v) and u.startswith("c") and u != v:
            both.connect(v, u)

    for each in (net, both):
        what = scene(each)
        assert {tuple(sorted(loop)) for loop in what.loops} == {tuple(sorted(loop)) for loop in each.loops}
    cells = [unit for unit in net if unit.startswith("c") and unit != "clear"]
    assert np.ptp(heights(scene(net), cells or ["Q"])) < 1e-9


def test_mutual_synapses_of_a_small_tangle_part() -> None:
    """Both ways between two cells can be seen: their lines never lie on one another."""
    what = scene(clique(6))
    paths = dict(zip(what.synapses, what.paths, strict=True))

    for u, v in combinations([f"c[{k}]" for k in range(6)], 2):
        there, back = paths[u, v][20:-20], paths[v, u][20:-20]
        assert np.hypot(*(there[:, None] - back[None]).transpose(2, 0, 1)).min() > 0.25


def test_of_very_many_synapses_the_strongest_are_drawn_and_the_picture_says_so() -> None:
    """500 of them; those left out are all weaker, the count is written, and nothing of it lies on a name."""
    net = clique(40, alone=True)
    draws = np.random.default_rng(3).normal(size=net.number_of_edges())
    for (u, v), weight in zip(net.edges, draws, strict=True):
        net.edges[u, v]["weight"] = float(weight)

    what = scene(net)
    out = [data["weight"] for u, v, data in net.edges(data=True) if (u, v) not in set(what.synapses)]

    assert len(what.synapses) == 500
    assert min(abs(what.weights)) >= max(map(abs, out))
    assert "500 of 1,560 synapses are drawn" in [label.text for label in what.labels]
    assert not [label for label in scene(clique(20)).labels if label.role == "note"]


def test_of_equal_synapses_some_from_all_over_are_drawn() -> None:
    """No cell of a big uniform net stands without synapses."""
    net = clique(40, alone=True)
    for u, v in net.edges:
        net.edges[u, v]["weight"] = 1.0

    sources, targets = (Counter(ends) for ends in zip(*scene(net).synapses, strict=True))

    assert min(sources.values()) >= 6
    assert min(targets.values()) >= 6
    assert (len(sources), len(targets)) == (40, 40)


def test_what_nobody_hears_stands_next_to_the_others() -> None:
    """A unit without synapses is no further from its neighbour than others are."""
    net = Network(name="one apart")
    net.add_inputs("a", "b", "c", "d")
    net.add_unit("out", McCullochPitts())
    for name in ("a", "b", "c"):
        net.connect(name, "out")

    y = heights(scene(net), ["a", "b", "c", "d"])

    assert sorted(np.diff(sorted(y)).round(6).tolist()) == pytest.approx([y[0] - y[1]] * 3)


def test_names_that_take_no_room_are_always_shown() -> None:
    """In a net whose hidden units have no room for names, those at either edge carry theirs all the same."""
    net = Network(name="columns")
    for k in range(20):
        net.add_unit(f"first{k}", McCullochPitts())
        net.add_unit(f"last{k}", McCullochPitts(), output=k == 0)
    for u, v in product(range(20), range(20)):
        net.connect(f"first{u}", f"last{v}")

    sides = {label.text: label.across for label in scene(net).labels if label.role in ("unit", "output")}

    assert sides["first3"] == "right"  # its own right end touches the unit
    assert sides["last3"] == "left"


def test_delays_and_weights_of_a_synapse_stand_apart() -> None:
    """Tick marks are not hidden by the number, nor do the delays of a fan of synapses lie on one another."""
    net = Network(name="marks")
    net.add_inputs("a", "b")
    net.add_unit("C", McCullochPitts(threshold=2))
    net.connect("a", "C", weight=1, delay=1)
    net.connect("b", "C", weight=2, delay=4)
    what = scene(net)
    drawn = draw(net)
    numbers = next(
        collection
        for collection in drawn.axes.collections
        if isinstance(collection, PolyCollection) and collection.get_zorder() == 15
    )
    boxes = [path.get_extents() for path in numbers.get_paths()]
    marks = [
        segment for line in drawn.axes.collections if line.get_zorder() == 13 for segment in segments(line)
    ]

    assert (len(boxes), len(marks)) == (2, 5)
    assert not [mark for mark in marks for box in boxes if box.contains(*mark.mean(axis=0))]

    fan = Network(name="fan")
    fan.add_inputs("a", "b")
    for k in range(6):
        fan.add_unit(f"c{k}", McCullochPitts())
        fan.connect("a", f"c{k}", delay=1 + k)
        fan.connect("b", f"c{k}", delay=6 - k)
    what = scene(fan)
    spots = [
        path[round(share * (len(path) - 1))] for path, share in zip(what.paths, middles(what), strict=True)
    ]
    assert min(np.hypot(*(a - b)) for a, b in combinations(spots, 2)) > 0.8


def segments(line: Artist) -> list[Array]:
    """The segments of a collection of lines; none of anything else."""
    return list(line.get_segments()) if isinstance(line, LineCollection) else []


def test_a_loop_that_holds_nothing_is_no_memory() -> None:
    """A synapse of weight 0 upon oneself keeps nothing, so there is no band behind it."""
    net = latch()
    assert scene(net).loops
    net.edges["Q", "Q"]["weight"] = 0.0
    assert not scene(net).loops


def test_absolute_inhibition_is_always_drawn() -> None:
    """Whatever the density."""
    net = clique(40, alone=True)
    net.add_inputs("stop")
    for k in range(40):
        net.inhibit("stop", f"c[{k}]")

    assert scene(net).kinds.count("inhibitory") == 40


def test_inputs_stand_left_and_order_is_kept_where_nothing_crosses_less() -> None:
    """In a net that is fully joined no order is better, so that of the file stays."""
    what = scene(mlp(inputs=3, hidden=5, outputs=2))

    assert [name for name in what.units if what.positions[what.units.index(name)][0] == 0] == [
        "X1",
        "X2",
        "X3",
    ]
    hidden = heights(what, [f"H{k}" for k in range(1, 6)])
    assert hidden == sorted(hidden, reverse=True)


def test_a_ring_starts_where_it_is_excited_not_where_it_is_inhibited() -> None:
    """An inhibitory synapse is no entrance: a ring torn there would stand in two rows."""
    edges = [(0, 3), (1, 2), (2, 3), (3, 4), (4, 2)]

    found = columns(5, edges, inputs=[0, 1], inhibitory=[(0, 3)])

    assert found == [0, 0, 1, 2, 3]


def test_heights_stay_in_order_and_apart() -> None:
    """Two that want the same place part evenly; one that is far away stays where it wants to be."""
    assert isotonic([0.0, 0.0, 9.0], [1.0, 1.0, 1.0], [2.0, 2.0]) == [-1.0, 1.0, 9.0]


def test_a_planar_net_is_drawn_without_crossings() -> None:
    """The net of the heat illusion can be drawn so that no two lines cross, and is."""
    what = scene(heat())

    crossed = [
        (one, other)
        for (one, p), (other, q) in combinations(zip(what.synapses, what.paths, strict=True), 2)
        if lines_cross(p, q)
    ]

    assert crossed == []


def test_anybodys_positions_are_taken_and_scaled() -> None:
    """`pos` may come from any layout; units that would touch are drawn apart."""
    net = latch()

    what = scene(net, pos=nx.circular_layout(net))

    assert closest(what) == pytest.approx(3.4)
    with pytest.raises(UnknownName, match="no position is named 'Q'"):
        scene(net, pos={"S": (0, 0), "R": (1, 0)})


def test_layers_that_the_units_name_are_their_columns() -> None:
    """If every unit says its layer, the picture asks no more."""
    net = chain(2)
    for unit, layer in (("go", 0), ("c0", 7), ("c1", 3)):
        net.nodes[unit]["layer"] = layer

    what = scene(net)

    assert [what.units[k] for k in np.argsort(what.positions[:, 0])] == ["go", "c1", "c0"]


def test_a_wide_layer_shows_its_ends_and_its_count() -> None:
    """Of a layer of more than 14 units the first 7 and the last 7 are drawn, and the count stands at the dots."""
    what = scene(mlp(inputs=784, hidden=16, outputs=2))

    assert [name for name in what.units if name.startswith("X")] == [
        f"X{k}" for k in [*range(1, 8), *range(778, 785)]
    ]
    assert [label.text for label in what.labels if label.role == "fold"] == ["784", "16"]
    assert len(what.synapses) == 14 * 14 + 14 * 2


def test_a_group_with_a_shape_is_one_image() -> None:
    """The units of a grid are pixels, row by row, and their synapses one bundle per cell."""
    net = Network(name="retina")
    pixels = net.add_group("R", [3, 4])
    net.add_unit("out", McCullochPitts())
    for pixel in pixels:
        net.connect(pixel, "out")

    what = scene(net)

    assert what.units == ("out",)
    assert (what.patches[0].members, what.patches[0].rows, what.patches[0].cols) == (tuple(pixels), 3, 4)
    assert what.synapses == (("R", "out"),)
    assert draw(net, {"R[5]": 1}).figure is not None


# scenes


def test_what_is_uniform_is_said_once() -> None:
    """Equal delays and equal weights are not drawn; different ones are."""
    same, other = scene(ring(3)), ring(3)
    other.edges["c0", "c1"]["delay"] = 3
    other.edges["c1", "c2"]["weight"] = 2.0

    assert (same.ticks.tolist(), same.weighted) == ([0, 0, 0, 0], False)
    assert scene(other).ticks.tolist() == [1, 3, 1, 1]
    assert scene(other).weighted


def test_a_unit_without_threshold_shows_its_own_curve() -> None:
    """The icon of a model is its activation: a logistic unit rises, a threshold stands as a number."""
    soft, hard = scene(mlp(inputs=1, hidden=1, outputs=1)), scene(latch())

    curve = soft.curves[soft.units.index("out")]
    assert soft.texts[soft.units.index("out")] == ""
    assert all(b > a for a, b in pairwise(curve[:, 1]))
    assert hard.texts[hard.units.index("Q")] == "1"


def test_a_curve_is_that_of_a_unit_at_work() -> None:
    """A radial unit is a bell about its centre; one of a softmax rises against another that hears nothing."""
    net = Network()
    net.add_inputs("X")
    for name, model in (("bell", Radial()), ("share", Softmax())):
        net.add_unit(name, model, output=True)
        net.connect("X", name)
    shown = scene(net)
    bell, share = (shown.curves[shown.units.index(name)][:, 1] for name in ("bell", "share"))

    assert bell.tolist() == pytest.approx(bell[::-1].tolist())
    assert max(bell) > bell[0] == min(bell)
    assert all(b > a for a, b in pairwise(share))


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    """A scene depends on nothing but the net: not on hashing, not on the process. Nor is pyplot ever loaded."""
    found = [
        subprocess.run(
            [sys.executable, "-c", TWICE, str(Path(__file__).parent.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert found[0] == found[1]
    assert found[0].strip().endswith("False")
    assert str([scene(net).to_json() for net in known().values()]) == found[0].splitlines()[0]


@pytest.mark.parametrize("name", known())
def test_a_scene_is_plain_json(name: str) -> None:
    """Lists, numbers, texts and null: what a web page can read."""
    data = json.loads(scene(known()[name]).to_json())

    assert len(data["units"]) == len(data["positions"])
    assert len(data["synapses"]) == len(data["paths"])
    assert "NaN" not in json.dumps(data)


# drawings


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Return pairs of texts on a figure that lie on one another."""
    texts = [text for ax in figure.axes for text in ax.texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    pairs = combinations(range(len(texts)), 2)
    return [(texts[a].get_text(), texts[b].get_text()) for a, b in pairs if boxes[a].overlaps(boxes[b])]


@pytest.mark.parametrize("name", known())
def test_labels_do_not_overlap(name: str) -> None:
    """Every name stands alone, within the picture, and on no unit."""
    drawing = draw(known()[name])
    figure, ax = drawing.figure, drawing.axes
    what, _ = composed(known()[name], (9.0, 5.0), 8.0)

    assert overlapping(figure) == []
    for text in ax.texts:
        box = text.get_window_extent()
        assert figure.bbox.containsx(box.x0)
        assert figure.bbox.containsx(box.x1)
        assert figure.bbox.containsy(box.y0)
        assert figure.bbox.containsy(box.y1)
        corners = ax.transData.inverted().transform(box.corners())
        inside = [np.all(np.abs(corners - place) < 0.7, axis=1).any() for place in what.positions]
        assert not any(inside)


def test_a_state_is_seen() -> None:
    """Firing units are filled and outlined thickly, vetoed ones take the colour of a no, resting ones neither."""
    what, theme = scene(latch()), THEMES["light"]
    ax = canvas(4, 3, theme).add_axes((0, 0, 1, 1))
    cells = Cells(ax, what, theme, 0.4)

    cells.show(np.array([1.0, 0.0, 0.0]), np.array([False, False, True]), {})

    fill, edge = cells.bodies.get_facecolor(), cells.bodies.get_edgecolor()
    wide = cells.bodies.get_linewidth()
    assert np.round(np.asarray(fill)[:2, :3] * 255).tolist() == [[255, 194, 26], [255, 255, 255]]
    assert np.round(np.asarray(edge)[2, :3] * 255).tolist() == [200, 71, 10]
    assert np.asarray(wide)[0] == pytest.approx(2 * np.asarray(wide)[1])


def test_a_moment_of_a_trace_can_be_drawn() -> None:
    """(trace, tick) is a state: the net is drawn as it was then."""
    trace = simulate(latch(), {"S": {1: 1}, "R": {4: 1}}, ticks=6)

    firing, resting = draw(latch(), (trace, 2)), draw(latch(), (trace, 0))

    assert firing._repr_png_() != resting._repr_png_()
    with pytest.raises(AllornoneError, match="ticks 0 to 5, found tick 9"):
        draw(latch(), (trace, 9))


def test_a_state_of_an_unknown_unit_is_refused() -> None:
    """The message names the unit and the one that was meant."""
    with pytest.raises(UnknownName, match="Did you mean 'cold'"):
        draw(heat(), {"colt": 1})


def test_names_are_never_read_as_mathematics() -> None:
    """Names come from files: dollar signs and backslashes are letters like others."""
    net = Network(name="$\\frac{")
    net.add_inputs("$x$", "$\\frac{$")
    net.add_unit("$\\bad$", McCullochPitts())
    net.connect("$x$", "$\\bad$")

    drawing = draw(net)
    raster = plot(simulate(net, {"$x$": "1"}, ticks=3))

    assert len(drawing._repr_png_()) > 1000
    assert len(raster._repr_png_()) > 1000


def test_a_picture_is_saved_in_three_ways_and_twice_the_same(tmp_path: Path) -> None:
    """.png, .pdf and .svg: no date, no random names in them, and nothing half written beside them."""
    for ending in ("png", "pdf", "svg"):
        for copy in ("a", "b"):
            draw(heat(), {"cold": 1}).save(tmp_path / f"{copy}.{ending}", dpi=60)
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 6


def test_an_ending_that_cannot_be_written_says_which_can(tmp_path: Path) -> None:
    """The message names the endings that work, and nothing is written."""
    with pytest.raises(AllornoneError, match=r"\.png, \.pdf and \.svg work, found \.jpeg"):
        draw(heat()).save(tmp_path / "x.jpeg")
    with pytest.raises(AllornoneError, match="there is no folder"):
        draw(heat()).save(tmp_path / "nowhere" / "x.png")
    assert list(tmp_path.iterdir()) == []


def test_a_drawing_goes_into_axes_that_are_given() -> None:
    """With `ax` the picture fills them and their figure stays the user's."""
    figure = canvas(8, 4, THEMES["light"])
    left, _ = figure.subplots(1, 2)

    drawing = draw(heat(), ax=left)

    assert drawing.axes is left
    assert drawing.figure is figure


@pytest.mark.parametrize("net", [echo(), Network(name="empty")], ids=["echo", "empty"])
def test_the_smallest_nets_are_drawn(net: Network) -> None:
    """One synapse, or nothing at all, is a picture too."""
    assert len(draw(net)._repr_png_()) > 500


@given(value=st.floats(-1e6, 1e6))
@settings(deadline=None)
def test_a_short_number_is_short_and_near(value: float) -> None:
    """Four characters, five with a sign, and what they say is right to the digits that are shown."""
    text = short(value)

    assert len(text) <= 5
    scale = {"k": 1e3, "M": 1e6}.get(text[-1], 1.0)
    assert (
        abs(float(text.rstrip("kM").replace("−", "-")) * scale - value)
        <= max(0.005, 0.05 * abs(value)) + 1e-9
    )


# plots


def test_a_raster_shows_who_fires_and_who_is_vetoed() -> None:
    """One cell for each spike, one × for each veto, a row for each unit."""
    trace = simulate(latch(), {"S": {1: 1}, "R": {4: 1}}, ticks=6)

    ax = plot(trace).axes

    assert [label.get_text() for label in ax.get_yticklabels()] == ["S", "R", "Q"]
    assert len(ax.collections[1].get_paths()) == int(trace.y.sum())
    assert np.asarray(ax.lines[0].get_xydata()).tolist() == [[5.0, 2.0]]


@pytest.mark.parametrize("epochs", [0, 1, 5])
@pytest.mark.parametrize("record", [[], ["error"]])
def test_something_is_shown_of_every_training(epochs: int, record: list[str]) -> None:
    """Without a teacher how far the weights went, from the first epoch on; without an epoch the weights there are."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("U", Linear(), output=True)
    net.connect("A", "U", weight=0.5)
    training = train(net, [[1.0]], rule=Hebb(eta=1.0), epochs=epochs, record=record)

    axes = plot(training).figure.axes

    if epochs:
        assert [ax.get_ylabel() for ax in axes] == ["change", "updates"]
        (line,) = axes[0].lines
        assert np.asarray(line.get_xdata()).tolist() == list(range(1, epochs + 1))
        # w doubles: Δw = η x y = w
        assert np.asarray(line.get_ydata()).tolist() == [0.5 * 2**k for k in range(epochs)]
    else:
        assert [patch.get_height() for patch in axes[0].patches if isinstance(patch, Rectangle)] == [0.5, 0.0]


def test_a_training_is_plotted_as_curves() -> None:
    """Error and mistakes per epoch, one under the other."""
    X, d = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [0], [0], [1]])
    training = train(perceptron(inputs=2), X, d, rule=PerceptronRule(), epochs=8)

    drawing = plot(training)

    assert [ax.get_ylabel() for ax in drawing.figure.axes] == ["error", "mistakes"]


def test_what_has_no_plot_says_what_has() -> None:
    """The message says what can be plotted."""
    with pytest.raises(AllornoneError, match="no plot of a int: give a Trace, a Training or a result"):
        plot(3)
