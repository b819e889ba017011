"""The film of one group of units: an image a tick; or, of a row of units, a picture that grows downward in time."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from allornone.pictures.drawing import canvas
from allornone.pictures.films.film import INCHES, WIDTH, Film, Pixels
from allornone.pictures.films.panels import (
    EDGE,
    SMALLEST,
    TOP,
    FutureMask,
    Heading,
    Rect,
    Rows,
    axes_at,
    time_axis,
)
from allornone.pictures.films.timeline import Shot, Timeline, clock, numbers, presented, script, timeline
from allornone.pictures.layout.marks import short
from allornone.pictures.layout.units import short_name
from allornone.pictures.painting.shapes import FONT
from allornone.pictures.palette import ON_FIRE, Theme, mix, rgb, theme_of
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace

FPS = 25.0
MOST = 400  # moments
LONGEST = 26.0  # seconds that they take
SLOWEST = 16  # frames a moment, at most
FLOOR, ROOM = 0.75, 8.5  # inches under the grid, and across it
NARROW = 0.1  # inches between trials that are told apart
MARGIN = 0.65  # for the ticks beside a row of units
CEILING = TOP - 0.15
BESIDE, WIDEST, TALL = 1.0, 4.6, 2.2  # a panel: its distance from the grid, its width at most, its height

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PIXEL = INCHES[0] / WIDTH  # inches, at the usual width: cells are whole pixels there
LARGEST = 30 * PIXEL  # a cell
LINED = 6 * PIXEL  # smaller cells have no lines between them
DISC = 0.28  # radius of the mark in a cell, in cells


def grid_film(
    trace: Trace,
    title: str = "",
    story: str = "",
    theme: str | Theme = "light",
    questions: Sequence[Mapping[str, Any]] | None = None,
    *,
    group: str | None = None,
    ticks: range | None = None,
    lane: int = 0,
) -> Film:
    """Return the film of a group of units: the cells of an automaton, a tape, a retina.

    `group`: default the first with two sides, else the largest. A group with two sides is one image a tick; any
    other grows a picture, a row a tick, in which the lone spike of other groups as large is marked. `title`,
    `story`, `theme`, `questions`, `ticks`, `lane`: as of network_film; at most 400 moments, the more the faster.
    Raises AllornoneError for a trace without outputs, UnknownName for a group that the network does not have.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network(name="row")
    >>> members = net.add_group("cells", 3, McCullochPitts())
    >>> grid_film(simulate(net, {"cells[1]": "1"}, ticks=4))
    Film: 116 frames, 4.6 s; .save('x.gif' | '.webp')
    """
    line, chosen = timeline(trace, ticks, lane, MOST), theme_of(theme)
    values = GroupValues.of(trace.network, line, group or main_group(trace.network))
    shots = script(line, False, FPS, questions or (), int(np.clip(LONGEST * FPS // len(line), 1, SLOWEST)))
    times = [clock(line, k, presented(trace)) for k in range(len(line))]
    words = title or str(trace.network.graph.get("name", "")), story
    heading = Heading(canvas(*INCHES, chosen), chosen, words, times, shots)
    time = Rows.of(line, [], numbers(line, presented(trace)))
    show = _Show(heading, time, values, shots, "presentation" if presented(trace) else "tick")
    return Film(show.heading.figure, show.moving, show.update, len(shots), FPS, show.key, over=show.over)


@dataclass(frozen=True)
class GroupValues:
    """Values in [−1, 1] (moments, units) of a group, and the (rows, cols) in which its units stand.

    `marked` (moments, units): where the lone spike of the groups `marks` is, which have as many units.
    """

    group: str
    level: Array
    shape: tuple[int, int]
    binary: bool
    marked: Mask | None
    marks: Sequence[str]

    @classmethod
    def of(cls, net: Network, line: Timeline, group: str) -> "GroupValues":
        """Return what a group does over a timeline. Raises UnknownName for a group that is not there."""
        members = net.group(group)
        y = np.nan_to_num(_values(line, members))
        sides = net.facts.get("shapes", {}).get(group, [len(members)])
        alike = [other for other in net.groups if other != group and len(net.group(other)) == len(members)]
        spikes = np.zeros(y.shape, dtype=np.int64)
        for other in alike:
            spikes += _values(line, net.group(other)) != 0
        lone = int(spikes.sum(axis=1).max(initial=0)) == 1
        return cls(
            group=group,
            level=y / max(1.0, float(np.abs(y).max(initial=0.0))),
            shape=(len(members) // int(sides[-1]), int(sides[-1])),
            binary=bool(np.all((y == 0) | (y == 1))),
            marked=spikes > 0 if lone else None,
            marks=alike if lone else (),
        )

    @property
    def row(self) -> bool:
        """Whether the units stand in a row."""
        return 1 in self.shape

    @property
    def graded(self) -> bool:
        """Whether there are values between −1, 0 and 1."""
        return bool(np.any(self.level != np.rint(self.level)))

    @property
    def lit(self) -> Array:
        """How many are lit at each moment; of graded values their mean."""
        return np.asarray(self.level.mean(axis=1) if self.graded else (self.level > 0).sum(axis=1) * 1.0)


class _Show:
    """What moves in the film: the grid, the count of what is lit, and the clock."""

    def __init__(
        self, heading: Heading, time: Rows, values: GroupValues, shots: Sequence[Shot], word: str
    ) -> None:
        self.heading, self.time, self.values, self.shots, self.word = heading, time, values, shots, word
        self.theme = heading.theme
        margin = MARGIN if values.row else 0.0
        rows, cols = (len(time.trials), values.level.shape[1]) if values.row else values.shape
        wide, high = fitted(rows, cols, ROOM - margin, CEILING - FLOOR, square=not values.row)
        self.grid = GridImage(
            (EDGE + margin, CEILING - high, wide, high), rows, cols, values.binary, self.theme
        )
        changes = np.flatnonzero(np.diff(time.trials)) + 1
        self.cuts = changes if len(changes) * NARROW < high else changes[:0]
        left = EDGE + margin + wide + BESIDE
        self.place = left, CEILING - 0.35 - TALL, min(INCHES[0] - EDGE - left, WIDEST), TALL
        panel = axes_at(heading.figure, self.place)
        self.count = self._curve(panel)
        self._labels()
        self.mask = FutureMask(panel, self.theme, len(time.trials))
        self.moving: list[Artist] = [*heading.artists, *self.mask.artists, self.count]

    def key(self, i: int) -> Hashable:
        """What frame i shows: equal keys, equal pixels."""
        return self.shots[i].moment, self.shots[i].ask

    def update(self, i: int) -> None:
        """Set everything that moves to frame i, save the grid."""
        shot = self.shots[i]
        value, many = self.lit[shot.moment], self.values.level.shape[1]
        self.count.set_text(f"mean {short(value)}" if self.values.graded else f"{value:.0f} of {many} lit")
        self.mask.show(shot.moment + 0.5, bool(shot.ask))
        self.heading.show(shot)

    def over(self, pixels: Pixels, i: int) -> None:
        """Paint the grid of frame i."""
        height, width = pixels.shape[:2]
        values, seen = self.values, self.shots[i].moment + 1
        if values.row:
            marked = None if values.marked is None else values.marked[:seen]
            cuts = [int(cut) for cut in self.cuts if cut < seen]
            image = self.grid.painted(values.level[:seen], width, marked, cuts)
        else:
            image = self.grid.painted(values.level[seen - 1].reshape(values.shape), width)
        top, left = self.grid.corner(height, width)
        pixels[top : top + image.shape[0], left : left + image.shape[1], :3] = image

    def _curve(self, panel: Axes) -> Text:
        """Draw how many are lit; return the text that will say it."""
        self.lit = self.values.lit
        panel.plot(self.lit, color=self.theme.ink, linewidth=1.6, zorder=2)
        high, low = max(float(self.lit.max()), 1e-9), min(float(self.lit.min()), 0.0)
        room = 0.08 * (high - low)
        panel.set(
            xlim=(-0.6, len(self.lit) - 0.4), ylim=(low - (low < 0) * room, high + room), facecolor="none"
        )
        counted = time_axis(panel, self.time, self.theme, SMALLEST)
        panel.set_xlabel(counted or self.word, size=SMALLEST, color=self.theme.mute, family=FONT)
        panel.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=not self.values.graded))
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(self.theme.mute)
        left, low, _, tall = self.place
        return self._say(left, low + tall + 0.15, "", SMALLEST + 2, self.theme.ink)

    def _labels(self) -> None:
        """The name of the group under the grid, and beside a row of units the ticks."""
        left, low, wide, _ = self.grid.rect
        self._say(left, low - 0.3, short_name(self.values.group), SMALLEST, self.theme.mute)
        if not self.values.row:
            return
        axes = axes_at(self.heading.figure, self.grid.rect)
        axes.set(xlim=(0, wide), ylim=(len(self.time.trials) - 0.5, -0.5), facecolor="none", xticks=[])
        counted = time_axis(axes, self.time, self.theme, SMALLEST, down=True)
        axes.set_ylabel(counted or self.word, size=SMALLEST, color=self.theme.mute, family=FONT)
        axes.spines[:].set_visible(False)
        if self.values.marks:
            among = " … ".join(dict.fromkeys([self.values.marks[0], self.values.marks[-1]]))
            left, low = self.place[0], self.place[1] - 0.95
            self._say(left, low, f"● the spike of {among}", SMALLEST, self.theme.mute)

    def _say(self, x: float, y: float, text: str, size: float, colour: str) -> Text:
        style: dict[str, Any] = {
            "size": size,
            "color": colour,
            "family": FONT,
            "parse_math": False,
            "zorder": 60,
        }
        return self.heading.figure.text(x / INCHES[0], y / INCHES[1], text, **style)


@dataclass(frozen=True)
class GridImage:
    """Where a table of `rows` and `cols` stands, in inches from the lower left, and how it is coloured.

    `binary`: values are 0 and 1; small cells of these are ink, since yellow on white is seen only when framed.
    """

    rect: Rect
    rows: int
    cols: int
    binary: bool
    theme: Theme

    @property
    def lined(self) -> bool:
        """Whether there are lines between the cells."""
        _, _, wide, high = self.rect
        return min(wide / self.cols, high / self.rows) >= LINED - 1e-9

    def painted(
        self, level: Array, width: int, marked: Mask | None = None, cuts: Sequence[int] = ()
    ) -> Pixels:
        """Return the image of values in [−1, 1], (rows, cols), in a frame so many pixels wide.

        `marked` (rows, cols): cells that carry a disc; `cuts`: rows over which a heavy line runs. Of fewer rows than
        the grid has only their part of it is returned.
        """
        dpi, seen = width / INCHES[0], len(level)
        level = np.concatenate([level, np.zeros((self.rows - seen, self.cols))])
        high, wide = self._size(width)
        image = np.rint(_spread(_spread(self._shades(level), high, 0), wide, 1)).astype(np.uint8)
        if marked is not None:
            self._mark(image, marked, level)
        thick = max(1, round(dpi * PIXEL))
        found = self._framed(image, level > 0.5, thick) if self.lined else image
        for row in cuts:
            top = row * high // self.rows
            found[top : top + 2 * thick] = np.rint(255 * rgb(self.theme.mute))
        return found[: _starts(self.rows, high)[seen] + thick * self.lined]

    def corner(self, height: int, width: int) -> tuple[int, int]:
        """Return the row and column of a frame at which the image begins."""
        dpi = width / INCHES[0]
        left, low, _, high = self.rect
        return height - round((low + high) * dpi), round(left * dpi)

    def _size(self, width: int) -> tuple[int, int]:
        """Height and width in pixels, in a frame so many pixels wide."""
        dpi = width / INCHES[0]
        return max(round(self.rect[3] * dpi), 1), max(round(self.rect[2] * dpi), 1)

    def _shades(self, level: Array) -> Array:
        """Colours 0 to 255, (rows, cols, 3)."""
        theme = self.theme
        inked = self.binary and not self.lined
        rest = rgb(theme.rest if self.lined else theme.panel)
        high, low = rgb(theme.ink if inked else theme.fire), rgb(theme.cold)
        up = (level >= 0)[..., None]
        return np.asarray(255 * np.where(up, mix(rest, high, np.abs(level)), mix(rest, low, np.abs(level))))

    def _framed(self, image: Pixels, lit: Mask, thick: int) -> Pixels:
        """The same with lines round the cells, in ink where a cell is lit."""
        high, wide = image.shape[:2]
        grown = np.pad(lit, 1)
        found = np.pad(image, ((0, thick), (0, thick), (0, 0)), mode="edge")
        row = np.minimum(np.arange(high + thick) * self.rows // high, self.rows - 1)
        col = np.minimum(np.arange(wide + thick) * self.cols // wide, self.cols - 1)
        tone = np.rint(255 * np.array([rgb(self.theme.faint), rgb(self.theme.ink)])).astype(np.uint8)
        across, down = _starts(self.cols, wide), _starts(self.rows, high)
        beside = grown[1:-1, :-1] | grown[1:-1, 1:]
        over = grown[:-1, 1:-1] | grown[1:, 1:-1]
        for k in range(thick):
            found[:, across + k] = tone[beside[row].astype(int)]
            found[down + k] = tone[over[:, col].astype(int)]
        corners = grown[:-1, :-1] | grown[:-1, 1:] | grown[1:, :-1] | grown[1:, 1:]
        for k in range(thick * thick):
            found[np.ix_(down + k // thick, across + k % thick)] = tone[corners.astype(int)]
        return found

    def _mark(self, image: Pixels, marked: Mask, level: Array) -> None:
        """Put a disc into the cells that are marked; into very small ones a block."""
        high, wide = image.shape[0] / self.rows, image.shape[1] / self.cols
        inked = self.binary and not self.lined
        radius = max(DISC * min(high, wide), 0.5)
        for r, c in np.argwhere(marked):
            part = image[int(r * high) : int((r + 1) * high) + 1, int(c * wide) : int((c + 1) * wide) + 1]
            y, x = np.ogrid[: part.shape[0], : part.shape[1]]
            down, across = (
                y + 0.5 + int(r * high) - (r + 0.5) * high,
                x + 0.5 + int(c * wide) - (c + 0.5) * wide,
            )
            colour = self.theme.fire if inked else ON_FIRE if level[r, c] > 0.5 else self.theme.ink
            part[down**2 + across**2 <= radius**2] = np.rint(255 * rgb(colour))


def fitted(rows: int, cols: int, wide: float, high: float, square: bool) -> tuple[float, float]:
    """Return the width and height of a table within so many inches, its cells whole pixels where they can be.

    >>> wide, high = fitted(2, 4, 8.0, 5.0, True)
    >>> round(wide, 6), round(high, 6)
    (2.4, 1.2)
    """
    side = min(wide / cols, high / rows, LARGEST)
    across, down = side, side
    if not square and side < LINED / 2:
        across, down = min(wide / cols, LARGEST), min(high / rows, LINED)
    return cols * _whole(across), rows * _whole(down)


def _whole(side: float) -> float:
    return float(np.floor(side / PIXEL + 1e-9) * PIXEL) if side >= PIXEL else side


def _starts(cells: int, pixels: int) -> NDArray[np.int64]:
    """The first pixel of each cell, and the one after the last."""
    return np.asarray(-(-np.arange(cells + 1) * pixels // cells), dtype=np.int64)


def _spread(values: Array, count: int, axis: int) -> Array:
    """The same over so many pixels of an axis: cells are repeated, or averaged where they are smaller."""
    cells = values.shape[axis]
    if count >= cells:
        return np.asarray(np.take(values, np.arange(count) * cells // count, axis))
    starts = np.arange(count) * cells // count
    many = np.diff([*starts, cells]).reshape([-1 if k == axis else 1 for k in range(values.ndim)])
    return np.asarray(np.add.reduceat(values, starts, axis) / many)


def main_group(net: Network) -> str:
    """Return the first group with two sides or more, else the largest group; all units where there is none.

    >>> main_group(Network())
    'units'
    """
    shaped: list[str] = list(net.facts.get("shapes", {}))
    return shaped[0] if shaped else max(net.groups, key=lambda name: len(net.group(name)), default="units")


def _values(line: Timeline, members: Sequence[str]) -> Array:
    place = {unit: k for k, unit in enumerate(line.units)}
    return line.y[:, [place[unit] for unit in members]]
