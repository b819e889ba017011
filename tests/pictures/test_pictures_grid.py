"""Grid films: every cell is where its unit is, in its colour; long films are short; names that are wrong are told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text
from PIL import Image, ImageSequence
from scipy.ndimage import label

from allornone.models.mcculloch_pitts import McCullochPitts, Threshold
from allornone.pictures.films.film import Film, Pixels, film
from allornone.pictures.films.grid_film import GridImage, GroupValues, grid_film, main_group
from allornone.pictures.films.timeline import timeline
from allornone.pictures.palette import THEMES, rgb
from allornone.scenarios.running import run
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace
from allornone.simulator.time.simulation import simulate

FILE = """
title = "A row"
year = 1943
source = "none"
story = "A row of cells."
evidence = "memory"

[connectivity]
groups = { tape = 4 }
synapses = ["tape[0] -> tape[1]"]

[activation]
model = "mcculloch-pitts"

[[experience]]
name = "touch"
stimulus = { "tape[0]" = "1" }
ticks = 3

[measures]
spikes = "sum(y('tape'))"

[interpretation]
film = { kind = "grid", group = "GROUP" }

[[interpretation.claims]]
text = "Two spikes"
that = "spikes == 2"
fails = { connectivity.without = ["tape[0] -> tape[1]"] }
"""

FIRE, INK, COLD = (
    [round(255 * float(part)) for part in rgb(colour)] for colour in ("#FFC21A", "#1C2430", "#5B6B94")
)


def drifting(ticks: int = 12) -> Trace:
    """A grid of 3 × 5 cells in which whatever fires moves one to the right."""
    net = Network(name="drift")
    cells = net.add_group("cells", [3, 5], McCullochPitts())
    net.add_group("other", 2, McCullochPitts())
    for k, cell in enumerate(cells):
        if k % 5:
            net.connect(cells[k - 1], cell)
    return simulate(net, {"cells[0]": "1", "cells[6]": "1"}, ticks=ticks)


def row(ticks: int = 9, cells: int = 6) -> Trace:
    """A row of latches, and a row of cells through which one spike runs, which sets every second latch."""
    net = Network(name="row")
    runner, tape = (net.add_group(name, [1, cells], McCullochPitts()) for name in ("head", "tape"))
    for k in range(cells):
        net.connect(tape[k], tape[k])
        if k:
            net.connect(runner[k - 1], runner[k])
        if k % 2:
            net.connect(runner[k], tape[k])
    return simulate(net, {"head[0]": "1"}, ticks=ticks)


def given(values: Array, shape: list[int]) -> Trace:
    """A trace in which the inputs `R` have these values, (ticks, units)."""
    net = Network(name="given")
    net.add_group("R", shape)
    net.add_unit("out", Threshold(threshold=100))
    for pixel in net.group("R"):
        net.connect(pixel, "out")
    return simulate(net, values[None], ticks=len(values))


def ends(made: Film) -> list[int]:
    """The last frame of each moment."""
    starts = [start for start, _ in made.stills()]
    return [*(start - 1 for start in starts[1:]), len(made) - 1]


def spots(picture: Pixels, colour: list[int]) -> list[tuple[float, float]]:
    """Middle and order of the larger patches of one colour: (row, column) in pixels, upper left first."""
    labels, count = label((picture == colour).all(axis=2))
    found = [np.argwhere(labels == k + 1) for k in range(count)]
    return [tuple(part.mean(axis=0)) for part in found if len(part) > 40]


def labels_of(ax: Axes) -> list[Text]:
    """The numbers and names of axes that are drawn; matplotlib holds some beyond the ends too."""
    (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    numbers = [text for text in ax.get_xticklabels() if left <= text.get_position()[0] <= right]
    numbers += [text for text in ax.get_yticklabels() if low <= text.get_position()[1] <= high]
    return [text for text in [*numbers, ax.xaxis.label, ax.yaxis.label] if text.get_text()]


# the grid


def test_a_cell_is_painted_where_its_unit_is() -> None:
    """Every cell of a table has its own colour in its middle, at any width; lines of ink surround what is lit."""
    values = np.array([[1.0, 0.0, -1.0], [0.0, 0.5, 0.0]])
    table = GridImage((1.0, 1.0, 1.2, 0.8), 2, 3, False, THEMES["light"])

    for width in (640, 700, 1280):
        image = table.painted(values, width)
        high, wide = image.shape[0] / 2, image.shape[1] / 3
        middle = [
            [image[int((r + 0.5) * high), int((c + 0.5) * wide)].tolist() for c in range(3)] for r in range(2)
        ]
        assert middle[0] == [FIRE, [255, 255, 255], COLD]
        assert np.abs(np.array(middle[1][1]) - (np.array(FIRE) + 255) / 2).max() <= 1
        assert image[int(high / 2), 0].tolist() == image[0, int(wide / 2)].tolist() == INK
        assert image[int(1.5 * high), -1].tolist() != INK


def test_many_small_cells_are_averaged_not_dropped() -> None:
    """Where there are more rows than pixels each pixel is the mean of its rows: no row is lost."""
    values = np.zeros((400, 4))
    values[::2, 1] = 1.0
    table = GridImage((1.0, 1.0, 2.0, 2.0), 400, 4, True, THEMES["light"])

    image = table.painted(values, 640).astype(float)

    assert image.shape == (100, 100, 3)
    assert np.ptp(image[:, 30, 0]) <= 1
    assert abs(image[:, 30, 0].mean() - (244 + 28) / 2) < 3


def test_the_upper_part_of_a_board_is_what_the_whole_is_there() -> None:
    """A picture that grows never changes what it has shown."""
    values = np.random.default_rng(1).integers(0, 2, size=(12, 7)).astype(float)
    table = GridImage((1.0, 1.0, 2.8, 4.8), 12, 7, True, THEMES["dark"])
    whole = table.painted(values, 900)

    for rows in range(1, 12):
        part = table.painted(values[:rows], 900)
        inside = len(part) - 3  # its last line does not know what comes below
        assert np.array_equal(part[:inside], whole[:inside])


# films


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("trace", [drifting, row])
def test_a_frame_is_what_a_full_redraw_would_be(trace: Callable[[], Trace], theme: str) -> None:
    """Only what moves is drawn, and yet not one pixel differs."""
    made = grid_film(trace(), "A title", "A story.", theme=theme, questions=[{"at": 2, "ask": "What now?"}])

    for i in np.linspace(0, len(made) - 1, 6).astype(int):
        assert np.count_nonzero(made.frame(int(i)) != made.redrawn(int(i))) == 0


def test_what_moves_in_the_net_moves_in_the_film() -> None:
    """Two lit cells, one down and right of the other, go one cell to the right every tick, and over the edge."""
    made = grid_film(drifting())
    seen = [spots(made.frame(i), FIRE) for i in ends(made)]

    assert [len(cells) for cells in seen[:6]] == [2, 2, 2, 2, 1, 0]
    step = seen[1][0][1] - seen[0][0][1]
    assert step == pytest.approx(30, abs=0.6)  # pixels of the largest cell, at this width
    assert seen[0][1] == pytest.approx((seen[0][0][0] + 30, seen[0][0][1] + 30), abs=0.6)
    assert seen[3][0] == pytest.approx((seen[0][0][0], seen[0][0][1] + 90), abs=0.6)


def test_a_row_of_units_grows_downward_and_a_lone_spike_is_marked() -> None:
    """After tick t there are t + 1 rows; a disc a row shows where the head was, as long as there was one."""
    made = grid_film(row(), group="tape")
    last = made.frame(len(made) - 1)

    values = GroupValues.of(row().network, timeline(row()), "tape")

    assert values.marked is not None
    assert np.argwhere(values.marked).tolist() == [[k, k] for k in range(6)]
    assert values.marks == ["head"]
    assert len(spots(last, FIRE)) == 7 + 5 + 3  # latches 1, 3 and 5 from ticks 2, 4 and 6 on, in nine rows
    early = made.frame(ends(made)[2])
    assert len(spots(early, FIRE)) == 1
    assert len(spots(last, INK)) - len(spots(made.frame(0), INK)) >= 5


def test_no_spike_is_marked_where_there_are_several() -> None:
    """Two heads are no head."""
    trace = row()
    both = simulate(trace.network, {"head[0], head[2]": "1"}, ticks=4)

    assert GroupValues.of(both.network, timeline(both), "tape").marked is None


def test_values_below_zero_are_cold_and_graded_ones_are_mixed() -> None:
    """A bipolar pattern of nine pixels: the lit ones in fire, the others in cold; half values half as strong."""
    pattern = np.array([1, -1, 1, -1, 1, -1, -1, -1, 1.0])
    made = grid_film(given(np.stack([pattern, pattern / 2]), [3, 3]), group="R")
    first, second = (made.frame(i) for i in ends(made))

    assert (len(spots(first, FIRE)), len(spots(first, COLD))) == (4, 5)
    assert (len(spots(second, FIRE)), len(spots(second, COLD))) == (0, 0)


@pytest.mark.parametrize(("ticks", "longest"), [(3, 12), (70, 31), (400, 31)])
def test_a_long_film_is_not_long(ticks: int, longest: float) -> None:
    """400 ticks take no more than half a minute, few ticks are slow; each tick is one picture."""
    made = grid_film(row(ticks))

    assert len(made) / made.fps <= longest
    assert len(ends(made)) == ticks
    assert len(list(made.stills())) == ticks


def test_the_count_beside_the_board_is_right() -> None:
    """It says how many are lit of how many."""
    made = grid_film(drifting())
    texts = []
    for i in ends(made)[:6]:
        made.update(i)
        texts += [text.get_text() for text in made.figure.texts if "lit" in text.get_text()]

    assert texts == [f"{count} of 15 lit" for count in (2, 2, 2, 2, 1, 0)]


def test_texts_stay_inside_and_apart() -> None:
    """Neither title, count and clock nor the numbers of the axes meet, and none is smaller than 11 points."""
    for trace, group in ((drifting(400), None), (row(400), "tape"), (given(np.eye(24), [24]), "R")):
        made = grid_film(
            trace, "A title that goes on and on " * 5, "A story that goes on. " * 20, group=group
        )
        made.redrawn(len(made) - 1)
        labels = [text for ax in made.figure.axes for text in labels_of(ax)]
        texts = [text for text in made.figure.texts if text.get_text()]
        boxes = [text.get_window_extent() for text in [*texts, *labels]]
        edge = made.figure.bbox
        assert all(box.x0 >= edge.x0 and box.x1 <= edge.x1 and box.y0 >= edge.y0 for box in boxes)
        assert [(a, b) for a, b in combinations(range(len(boxes)), 2) if boxes[a].overlaps(boxes[b])] == []
        assert min(float(text.get_fontsize()) for text in [*texts, *labels]) >= 11


def test_the_group_is_the_first_image_else_the_largest() -> None:
    """Where none is asked for; where one is, it must be there."""
    assert main_group(drifting().network) == "cells"
    net = Network(name="two")
    net.add_group("a", 2, McCullochPitts())
    net.add_group("b", 5, McCullochPitts())
    assert main_group(net) == "b"
    with pytest.raises(UnknownName, match="tpe"):
        film(row(), kind="grid", group="tpe")
    with pytest.raises(AllornoneError, match="ticks 0 to 8"):
        film(row(), kind="grid", ticks=range(50, 60))


def test_a_grid_film_is_written(tmp_path: Path) -> None:
    """As .gif and as .webp, one picture a moment, held for its time."""
    made = grid_film(drifting())
    with Image.open(made.save(tmp_path / "drift.gif")) as image:
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    with Image.open(made.save(tmp_path / "drift.webp")) as image:
        assert getattr(image, "n_frames", 1) == 12
    assert len(times) == 12
    assert sum(times) == pytest.approx(len(made) * 40, abs=200)


def test_a_scenario_says_which_group(tmp_path: Path) -> None:
    """The key `group` of a file's film is handed on; a group that is not there is told when the film is made."""
    text = FILE.replace("GROUP", "tape")
    path = tmp_path / "row.toml"
    path.write_text(text)
    made = run(path).film()

    assert "tape" in [text.get_text() for text in made.figure.texts]
    path.write_text(FILE.replace("GROUP", "tpe"))
    with pytest.raises(UnknownName, match="tape"):
        run(path).film()
    path.write_text(FILE.replace('"grid"', '"network"'))
    with pytest.raises(AllornoneError, match="'network' shows no single group"):
        run(path).film()
