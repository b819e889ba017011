"""The film of one group of units: an image a tick; or, of a row of units, a picture that grows downward in time."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from allornone.pictures.boards import Board, fitted
from allornone.pictures.drawing import canvas
from allornone.pictures.film import INCHES, Film, Pixels
from allornone.pictures.heading import Heading
from allornone.pictures.marks import short
from allornone.pictures.naming import short_name
from allornone.pictures.palette import Theme, theme_of
from allornone.pictures.panels import Rows, time_axis
from allornone.pictures.plates import EDGE, SMALLEST, TOP, axes_at
from allornone.pictures.script import Shot, clock, numbers, script
from allornone.pictures.shapes import FONT
from allornone.pictures.sheets import Sheet, main_group
from allornone.pictures.timeline import presented, timeline
from allornone.pictures.veils import Veil
from allornone.simulator.records.records import Trace

FPS = 25.0
MOST = 400  # moments
LONGEST = 26.0  # seconds that they take
SLOWEST = 16  # frames a moment, at most
FLOOR, ROOM = 0.75, 8.5  # inches under a board, and across it
NARROW = 0.1  # inches between trials that are told apart
MARGIN = 0.65  # for the ticks beside a row of units
CEILING = TOP - 0.15
BESIDE, WIDEST, TALL = 1.0, 4.6, 2.2  # a panel: its distance from the board, its width at most, its height


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
    sheet = Sheet.of(trace.network, line, group or main_group(trace.network))
    shots = script(line, False, FPS, questions or (), int(np.clip(LONGEST * FPS // len(line), 1, SLOWEST)))
    times = [clock(line, k, presented(trace)) for k in range(len(line))]
    words = title or str(trace.network.graph.get("name", "")), story
    heading = Heading(canvas(*INCHES, chosen), chosen, words, times, shots)
    time = Rows.of(line, [], numbers(line, presented(trace)))
    show = _Show(heading, time, sheet, shots, "presentation" if presented(trace) else "tick")
    return Film(show.heading.figure, show.moving, show.update, len(shots), FPS, show.key, over=show.over)


class _Show:
    """What moves in the film: the board, the count of what is lit, and the clock."""

    def __init__(self, heading: Heading, time: Rows, sheet: Sheet, shots: Sequence[Shot], word: str) -> None:
        self.heading, self.time, self.sheet, self.shots, self.word = heading, time, sheet, shots, word
        self.theme = heading.theme
        margin = MARGIN if sheet.row else 0.0
        rows, cols = (len(time.trials), sheet.level.shape[1]) if sheet.row else sheet.shape
        wide, high = fitted(rows, cols, ROOM - margin, CEILING - FLOOR, square=not sheet.row)
        self.board = Board((EDGE + margin, CEILING - high, wide, high), rows, cols, sheet.binary, self.theme)
        changes = np.flatnonzero(np.diff(time.trials)) + 1
        self.cuts = changes if len(changes) * NARROW < high else changes[:0]
        left = EDGE + margin + wide + BESIDE
        self.place = left, CEILING - 0.35 - TALL, min(INCHES[0] - EDGE - left, WIDEST), TALL
        panel = axes_at(heading.figure, self.place)
        self.count = self._curve(panel)
        self._labels()
        self.veil = Veil(panel, self.theme, len(time.trials))
        self.moving: list[Artist] = [*heading.artists, *self.veil.artists, self.count]

    def key(self, i: int) -> Hashable:
        """What frame i shows: equal keys, equal pixels."""
        return self.shots[i].moment, self.shots[i].ask

    def update(self, i: int) -> None:
        """Set everything that moves to frame i, save the board."""
        shot = self.shots[i]
        value, many = self.lit[shot.moment], self.sheet.level.shape[1]
        self.count.set_text(f"mean {short(value)}" if self.sheet.graded else f"{value:.0f} of {many} lit")
        self.veil.show(shot.moment + 0.5, bool(shot.ask))
        self.heading.show(shot)

    def over(self, pixels: Pixels, i: int) -> None:
        """Paint the board of frame i."""
        height, width = pixels.shape[:2]
        sheet, seen = self.sheet, self.shots[i].moment + 1
        if sheet.row:
            marked = None if sheet.marked is None else sheet.marked[:seen]
            cuts = [int(cut) for cut in self.cuts if cut < seen]
            image = self.board.painted(sheet.level[:seen], width, marked, cuts)
        else:
            image = self.board.painted(sheet.level[seen - 1].reshape(sheet.shape), width)
        top, left = self.board.corner(height, width)
        pixels[top : top + image.shape[0], left : left + image.shape[1], :3] = image

    def _curve(self, panel: Axes) -> Text:
        """Draw how many are lit; return the text that will say it."""
        self.lit = self.sheet.lit
        panel.plot(self.lit, color=self.theme.ink, linewidth=1.6, zorder=2)
        high, low = max(float(self.lit.max()), 1e-9), min(float(self.lit.min()), 0.0)
        room = 0.08 * (high - low)
        panel.set(
            xlim=(-0.6, len(self.lit) - 0.4), ylim=(low - (low < 0) * room, high + room), facecolor="none"
        )
        counted = time_axis(panel, self.time, self.theme, SMALLEST)
        panel.set_xlabel(counted or self.word, size=SMALLEST, color=self.theme.mute, family=FONT)
        panel.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=not self.sheet.graded))
        panel.spines[["top", "right"]].set_visible(False)
        panel.spines[["left", "bottom"]].set_color(self.theme.mute)
        left, low, _, tall = self.place
        return self._say(left, low + tall + 0.15, "", SMALLEST + 2, self.theme.ink)

    def _labels(self) -> None:
        """The name of the group under the board, and beside a row of units the ticks."""
        left, low, wide, _ = self.board.rect
        self._say(left, low - 0.3, short_name(self.sheet.group), SMALLEST, self.theme.mute)
        if not self.sheet.row:
            return
        axes = axes_at(self.heading.figure, self.board.rect)
        axes.set(xlim=(0, wide), ylim=(len(self.time.trials) - 0.5, -0.5), facecolor="none", xticks=[])
        counted = time_axis(axes, self.time, self.theme, SMALLEST, down=True)
        axes.set_ylabel(counted or self.word, size=SMALLEST, color=self.theme.mute, family=FONT)
        axes.spines[:].set_visible(False)
        if self.sheet.marks:
            among = " … ".join(dict.fromkeys([self.sheet.marks[0], self.sheet.marks[-1]]))
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
