"""Panels of a film: how its surface is divided, the raster, the weights against time, the heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from allornone.pictures.films.film import INCHES
from allornone.pictures.films.timeline import Shot, Timeline, headline, sentences
from allornone.pictures.layout.rows import isotonic
from allornone.pictures.layout.scene import Scene
from allornone.pictures.layout.units import short_name, width
from allornone.pictures.painting.painting import composed, inches
from allornone.pictures.painting.shapes import FONT, MONO
from allornone.pictures.palette import Theme, mix, rgb
from allornone.simulator.network.network import Network

Array = NDArray[np.float64]

STYLES = (
    "-",
    (0, (4, 1.4)),
    (0, (1, 1.2)),
    (0, (5, 1.2, 1, 1.2)),
    (0, (8, 2)),
    (0, (1, 3)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2)),
)

TRIALS = 4  # and more are numbered in place of their ticks

Rect = tuple[float, float, float, float]  # left, low, wide, high

SMALLEST = 11.0  # points of the smallest letter of a film
EDGE = 0.38
TOP = 6.05  # over it stand title and story
ROW = 0.205  # of a raster with names
AXIS = 0.52  # under a raster
NARROWEST = 2.0  # a panel of weights
SIDE = 1.3  # how much larger units must become for panels to stand beside the network

TITLE, STORY, CLOCK = 19.0, 12.5, 17.0  # points

OPACITY = 0.92  # how much the future is hidden


@dataclass(frozen=True)
class Rows:
    """What a raster shows: names (rows), levels −1 to 1 and vetoes (moments, rows), inputs (rows).

    `trials` and `ticks` (moments): where a trial ends, and what the axis says.
    """

    names: Sequence[str]
    level: Array
    binary: bool
    vetoed: NDArray[np.bool_]
    inputs: NDArray[np.bool_]
    trials: NDArray[np.int64]
    ticks: NDArray[np.int64]

    @classmethod
    def of(cls, line: Timeline, shown: Sequence[int], ticks: NDArray[np.int64]) -> "Rows":
        """Return the rows of some units of a timeline."""
        which = list(shown)
        y = line.y[:, which]
        return cls(
            names=[line.units[k] for k in which],
            level=line.levels[:, which],
            binary=bool(np.all((y == 0) | (y == 1))),
            vetoed=line.vetoed[:, which],
            inputs=line.inputs[which],
            trials=line.trials,
            ticks=ticks,
        )

    @classmethod
    def summed(cls, line: Timeline, group: Mapping[str, str | None], ticks: NDArray[np.int64]) -> "Rows":
        """Return a row for each group: how much of it is active, of the most that any ever is."""
        names = list(dict.fromkeys(str(group[unit]) for unit in line.units))
        owner = np.array([names.index(str(group[unit])) for unit in line.units])
        share = np.stack([np.abs(line.levels[:, owner == k]).mean(axis=1) for k in range(len(names))], axis=1)
        return cls(
            names=names,
            level=share / max(float(share.max(initial=0.0)), 1e-9),
            binary=False,
            vetoed=np.zeros(share.shape, dtype=bool),
            inputs=np.zeros(len(names), dtype=bool),
            trials=line.trials,
            ticks=ticks,
        )


def raster(ax: Axes, rows: Rows, theme: Theme, size: float, named: bool = True, word: str = "tick") -> None:
    """Draw a raster: a cell where a unit fires, × where it was vetoed, shades for real values.

    `size`: points of the letters; `named`: whether rows carry names.
    """
    count, many = rows.level.shape
    ax.set(xlim=(-0.6, count - 0.4), ylim=(many - 0.4, -0.6), facecolor="none")
    ax.add_collection(
        LineCollection(
            [[(-0.5, r), (count - 0.5, r)] for r in range(many)], colors=theme.faint, linewidths=0.7, zorder=1
        )
    )
    moment, row = np.nonzero(np.abs(rows.level) > 1e-9)
    level = rows.level[moment, row]
    half = np.array([0.43, 0.38])
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    cells = PolyCollection(list(np.stack([moment, row], axis=1)[:, None] + corner), zorder=2)
    cells.set(
        facecolors=_shades(level, rows.inputs[row], rows.binary, theme), edgecolors=theme.bg, linewidths=0.3
    )
    if rows.binary:
        cells.set(edgecolors=np.where(rows.inputs[row], theme.mute, theme.ink), linewidths=0.45)
    ax.add_collection(cells, autolim=False)
    off_at, off_row = np.nonzero(rows.vetoed)
    ax.plot(off_at, off_row, "x", color=theme.neg, markersize=size * 0.55, markeredgewidth=1.6, zorder=3)
    changes = np.flatnonzero(np.diff(rows.trials)) + 0.5
    ax.vlines(changes, -0.6, many - 0.4, color=theme.mute, linewidth=0.8, zorder=1)
    counted = time_axis(ax, rows, theme, size)
    ax.set_xlabel(counted or word, size=size, color=theme.mute, family=FONT)
    ax.set_yticks(range(many) if named else [], [short_name(name) for name in rows.names] if named else [])
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.tick_params(axis="y", length=0)
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)


def curves(ax: Axes, values: Array, names: Sequence[str], rows: Rows, theme: Theme, size: float) -> None:
    """Draw values (moments, lines) against time, one line style each, named at its end.

    `rows`: of the raster nearby, whose axis this one repeats.
    """
    count = len(values)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = (high - low or 1.0) * 0.08
    ax.set(xlim=(-0.5, count - 0.5), ylim=(low - room, high + room), facecolor="none")
    if low < 0:
        ax.axhline(0, color=theme.faint, linewidth=0.8, zorder=1)
    for k in range(values.shape[1]):
        ax.plot(values[:, k], color=theme.pos, linestyle=STYLES[k % len(STYLES)], linewidth=1.8, zorder=2)
    letter = size / 72 / inches(ax)[1] * (high - low + 2 * room)
    within = low - room, high + room
    for at, name in zip(apart(values[-1], letter * 1.25, within), names, strict=True):
        ax.text(
            count - 0.5 + count * 0.02,
            at,
            name,
            size=size,
            va="center_baseline",
            color=theme.ink,
            family=FONT,
            parse_math=False,
        )
    time_axis(ax, rows, theme, size)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(theme.mute)


def apart(wanted: Array, gap: float, within: tuple[float, float]) -> Array:
    """Return heights near the wanted ones, at least `gap` apart, in the same order, `within` bounds if they fit.

    >>> apart(np.array([1.0, 1.0]), 2.0, (0, 9)).tolist()
    [0.0, 2.0]
    >>> apart(np.array([8.0, 9.0]), 2.0, (0, 9)).tolist()
    [7.0, 9.0]
    """
    low, high = within
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    level = np.array(isotonic(wanted[order].tolist(), [1.0] * len(wanted), [gap] * (len(wanted) - 1)))
    found = np.empty(len(wanted))
    found[order] = np.maximum(np.minimum(level, high - steps[::-1]), low + steps)
    return found


def _shades(level: Array, is_input: NDArray[np.bool_], binary: bool, theme: Theme) -> Array:
    rest, fire, cold = (rgb(colour) for colour in (theme.rest, theme.fire, theme.cold))
    found = np.where((level >= 0)[:, None], mix(rest, fire, np.abs(level)), mix(rest, cold, np.abs(level)))
    if binary:
        found[is_input] = rgb(theme.mute)
    return found


def time_axis(ax: Axes, rows: Rows, theme: Theme, size: float, down: bool = False) -> str:
    """Number the moments along an axis, as many as stand apart; return "trial" where trials are numbered, else "".

    Of four trials and more these are numbered. `down`: time runs along the other axis, downwards.
    """
    axis = ax.yaxis if down else ax.xaxis
    ax.tick_params(labelsize=size, colors=theme.mute, labelcolor=theme.mute, labelfontfamily=FONT)
    begins = np.flatnonzero(np.diff(rows.trials, prepend=-1))
    by_trial = TRIALS <= len(begins) < len(rows.trials)
    numbers = rows.trials + 1 if by_trial else rows.ticks
    long = max((len(str(number)) for number in numbers), default=1)
    room = size / 72 * (1.6 if down else width("0" * long, 1.0) + 1.0)
    most = int(np.clip(inches(ax)[down] / room, 1, 14))
    if by_trial:
        axis.set_ticks(begins[:: -(-len(begins) // most)].tolist())
    else:
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]))

    def named(x: float, _: object) -> str:
        at = round(x)
        return str(numbers[at]) if abs(x - at) < 1e-6 and 0 <= at < len(numbers) else ""

    axis.set_major_formatter(FuncFormatter(named))
    return "trial" if by_trial else ""


@dataclass(frozen=True)
class PanelLayout:
    """Where everything stands, and the scene as it fits there."""

    network: Rect
    raster: Rect
    weights: Rect | None
    scene: Scene
    inch: float
    named: bool


def axes_at(figure: Figure, rect: Rect) -> Axes:
    """Return axes of a film at so many inches."""
    left, low, wide, high = rect
    return figure.add_axes((left / INCHES[0], low / INCHES[1], wide / INCHES[0], high / INCHES[1]))


def panel_layout(
    net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool
) -> PanelLayout:
    """Return the division that shows units largest: panels under the network, or beside if that helps much.

    `rows`: names of the raster; `lines`: of the weights drawn against time; `learning`: weights change;
    `marked`: answers are marked right or wrong.
    """
    under = _under(net, rows, lines, learning, marked)
    beside = _beside(net, rows, lines, learning, marked)
    return beside if beside.inch > SIDE * under.inch else under


def _names(names: Sequence[str]) -> float:
    """Inches that names take beside their rows."""
    return max((width(name, SMALLEST / 72) for name in names), default=0.0) + 0.2


def _beginning(lines: Sequence[str], wanted: float) -> float:
    """Where the panel of the weights begins, so that it is not too narrow beside their names."""
    return min(wanted, INCHES[0] - EDGE - _names(lines) - NARROWEST)


def _under(
    net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool
) -> PanelLayout:
    named = len(rows) <= 12
    tall = max(min(len(rows) * ROW, 12 * ROW), 0.5)
    left = EDGE + (_names([short_name(row) for row in rows]) if named else 0.0)
    low = EDGE * 0.4 + AXIS
    floor = low + tall + 0.15
    left_of_lines = _beginning(lines, 9.0)
    right = left_of_lines - 0.9 if lines else INCHES[0] - EDGE
    network = (EDGE, floor, right - EDGE - 0.6 * marked, TOP - floor)
    weights = (
        (
            left_of_lines,
            floor + 0.45,
            INCHES[0] - left_of_lines - EDGE - _names(lines),
            TOP - floor - 0.75,
        )
        if lines
        else None
    )
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return PanelLayout(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)


def _beside(
    net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool
) -> PanelLayout:
    left_of_lines = _beginning(lines, 8.4)
    network = (EDGE, EDGE * 0.6, left_of_lines - 1.4 - 0.6 * marked, TOP - EDGE * 0.6)
    low, most = EDGE * 0.4 + AXIS, 2.4 if lines else 4.6
    named = len(rows) * ROW <= most
    tall = max(min(len(rows) * ROW, most), 0.5)
    left = left_of_lines - 0.6 + (_names([short_name(row) for row in rows]) if named else 0.0)
    if not lines:
        low += (TOP - low - tall) / 2
    floor = low + tall + 0.8
    wide = INCHES[0] - left_of_lines - EDGE - _names(lines)
    weights = (left_of_lines, floor, wide, TOP - floor - 0.3) if lines else None
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return PanelLayout(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)


class Heading:
    """The artists over a film; `times` (moments) is what the clock says."""

    def __init__(
        self,
        figure: Figure,
        theme: Theme,
        words: tuple[str, str],
        times: Sequence[str],
        shots: Sequence[Shot],
    ) -> None:
        title, story = words
        self.figure, self.theme, self.times, self.story = figure, theme, times, sentences(story)
        wide, _ = INCHES
        room = (wide - 2 * EDGE) * 72 - max(map(len, times)) * CLOCK * 0.62 - 20
        line = headline(title, int(room / (TITLE * 0.69)))
        style: dict[str, Any] = {"family": FONT, "parse_math": False, "zorder": 60}
        left, right = EDGE / wide, 1 - EDGE / wide
        figure.text(left, 0.932, line, size=TITLE, weight="bold", color=theme.ink, **style)
        self.caption: Text = figure.text(
            left, 0.91, self.story, size=STORY, color=theme.mute, va="top", linespacing=1.25, **style
        )
        self.clock: Text = figure.text(
            right, 0.932, "", size=CLOCK, color=theme.ink, ha="right", family=MONO, zorder=60
        )
        self.artists: list[Artist] = [self.clock]
        if any(shot.ask for shot in shots):
            self.artists.append(self.caption)

    def show(self, shot: Shot) -> None:
        """Say the time of a shot, and ask what it asks."""
        self.clock.set_text(self.times[shot.moment])
        self.caption.set(text=shot.ask or self.story, color=self.theme.ink if shot.ask else self.theme.mute)


class FutureMask:
    """What hides the future on one panel whose x axis is moments."""

    def __init__(self, ax: Axes, theme: Theme, moments: int) -> None:
        low, high = sorted(ax.get_ylim())
        self.moments = moments
        self.cover = Rectangle(
            (0, low), 1, high - low, facecolor=theme.bg, alpha=OPACITY, linewidth=0, zorder=50
        )
        ax.add_patch(self.cover)
        self.cursor = ax.axvline(0, color=theme.ink, linewidth=1.4, zorder=51)

    @property
    def artists(self) -> list[Artist]:
        """The cover of the future, and the cursor over it."""
        return [self.cover, self.cursor]

    def show(self, edge: float, asking: bool) -> None:
        """Hide what is right of a moment; wholly, while a question is asked whose answer stands there."""
        self.cover.set_alpha(1.0 if asking else OPACITY)
        self.cover.set_x(edge)
        self.cover.set_width(self.moments - edge)
        self.cursor.set(xdata=[edge, edge])
