"""The film of a network over time: the network, its raster, pulses between the ticks, weights that change."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from numpy.typing import NDArray

from allornone.pictures.answers import Answers
from allornone.pictures.drawing import canvas
from allornone.pictures.film import INCHES, Film
from allornone.pictures.moments import moment
from allornone.pictures.painting import paint
from allornone.pictures.palette import Theme, theme_of
from allornone.pictures.panels import Rows, curves, raster
from allornone.pictures.plates import EDGE, SMALLEST, Plates, Rect, plates
from allornone.pictures.pulses import Pulses
from allornone.pictures.script import Shot, clock, script
from allornone.pictures.shapes import FONT, MONO
from allornone.pictures.timeline import Timeline, mistaken, stages, timeline
from allornone.pictures.travel import Travel, ease
from allornone.pictures.weighing import Weighing
from allornone.pictures.wiring import outputs_of
from allornone.pictures.words import headline, sentences
from allornone.simulator.records import Trace

Array = NDArray[np.float64]

VEIL = 0.92  # how much the future is hidden
CHANGE = (0.68, 0.96)  # of a tick, when weights change
TITLE, STORY, CLOCK = 19.0, 12.5, 17.0  # points
ROWS = 48  # of a raster, at most


def network_film(
    trace: Trace,
    title: str = "",
    story: str = "",
    theme: str | Theme = "light",
    questions: Sequence[Mapping[str, Any]] | None = None,
    *,
    ticks: range | None = None,
    lane: int = 0,
    fps: float = 12.5,
) -> Film:
    """Return the film of a trace.

    `title` (default the network's name) and `story` stand above; of the story as many sentences as fit.
    `questions`: tables of `at` (a tick), `ask` and `choices`: there the film pauses and asks. `ticks`: which
    ticks of each trial (default all, at most 60 moments); `lane`: which network of several.
    Raises AllornoneError for a trace without outputs, and for ticks or a lane that it does not have.

    >>> from allornone.simulator.network import Network
    >>> from allornone.simulator.simulation import simulate
    >>> net = Network(name="wire")
    >>> net.add_inputs("a")
    >>> network_film(simulate(net, {"a": "101"}, ticks=3))
    Film: 62 frames, 5.0 s; .save('x.gif' | '.webp')
    """
    line = timeline(trace, ticks, lane)
    weighing = Weighing.of(trace, line)
    sweeping = max(stages(trace.network).values(), default=0) > 0
    rows = _rows(trace, line, sweeping)
    division = plates(trace.network, rows.names, weighing.names, weighing.changes, line.desired is not None)
    travel = Travel.of(division.scene, line, stages(trace.network))
    shots = script(line, sweeping, fps, questions or ())
    show = _Show(trace, line, travel, weighing, theme_of(theme), shots)
    show.head(title or str(trace.network.graph.get("name", "")), sentences(story))
    show.body(trace, division, rows)
    return Film(show.figure, show.moving, show.update, len(shots), fps, show.key)


class _Show:
    """What moves in the film, and what it was last set to."""

    def __init__(
        self,
        trace: Trace,
        line: Timeline,
        travel: Travel,
        weighing: Weighing,
        theme: Theme,
        shots: Sequence[Shot],
    ) -> None:
        self.line, self.travel, self.weighing, self.theme, self.shots = line, travel, weighing, theme, shots
        self.times = [clock(line, k, travel.last > 0) for k in range(len(line))]
        self.stages = stages(trace.network)
        self.figure = canvas(*INCHES, theme)
        self.moving: list[Artist] = []
        self.covers: list[tuple[Rectangle, Artist]] = []

    def head(self, title: str, story: str) -> None:
        """Title, story and clock."""
        wide, _ = INCHES
        room = (wide - 2 * EDGE) * 72 - max(map(len, self.times)) * CLOCK * 0.62 - 20
        line = headline(title, int(room / (TITLE * 0.69)))
        style: dict[str, Any] = {"family": FONT, "parse_math": False, "zorder": 60}
        left, right = EDGE / wide, 1 - EDGE / wide
        self.figure.text(left, 0.932, line, size=TITLE, weight="bold", color=self.theme.ink, **style)
        self.caption: Text = self.figure.text(
            left, 0.91, story, size=STORY, color=self.theme.mute, va="top", linespacing=1.25, **style
        )
        self.clock: Text = self.figure.text(
            right, 0.932, "", size=CLOCK, color=self.theme.ink, ha="right", family=MONO, zorder=60
        )
        self.story = story
        self.moving.append(self.clock)
        if any(shot.ask for shot in self.shots):
            self.moving.append(self.caption)

    def body(self, trace: Trace, division: Plates, rows: Rows) -> None:
        """The network, and the panels under or beside it."""
        scene, theme, learns = division.scene, self.theme, self.weighing.changes
        stage = _axes(self.figure, division.network)
        letter = float(np.clip(0.62 * division.inch * 72, SMALLEST, 15.0))
        most = self.weighing.most(scene) if learns else None
        painted = paint(
            stage, scene, theme, division.inch, letter=letter, most=most, fading=True, fixed=learns
        )
        self.scene, self.painted = scene, painted
        self.revealed = self.travel.reveal(
            np.array([self.stages.get(unit, 0) for unit in scene.units], dtype=np.int64)
        )
        self.patched = {
            p.name: self.travel.reveal(max(self.stages[u] for u in p.members)) for p in scene.patches
        }
        self.last = float(self.travel.reveal(self.travel.last))
        self.pulses = Pulses(stage, scene, theme, division.inch)
        outputs = outputs_of(trace.network)
        self.answers = Answers(
            stage, scene, theme, mistaken(self.line, outputs), self.line, outputs, division.inch
        )
        panel = _axes(self.figure, division.raster)
        raster(panel, rows, theme, SMALLEST, division.named, "presentation" if self.travel.last else "tick")
        self._cover(panel)
        if division.weights is not None:
            beside = _axes(self.figure, division.weights)
            curves(beside, self.weighing.values, self.weighing.names, rows, theme, SMALLEST)
            beside.set_title("weights", loc="left", size=SMALLEST, color=theme.mute, family=FONT)
            self._cover(beside)
        if learns:
            self.moving += painted.synapses.artists
            self.moving += painted.numbers.artists if painted.numbers is not None else []
        self.moving += [*painted.cells.artists, *self.pulses.artists, *self.answers.artists]

    def _cover(self, ax: Axes) -> None:
        """A veil over the future of a panel, and a cursor at its edge."""
        low, high = sorted(ax.get_ylim())
        veil = Rectangle((0, low), 1, high - low, facecolor=self.theme.bg, alpha=VEIL, linewidth=0, zorder=50)
        ax.add_patch(veil)
        cursor = ax.axvline(0, color=self.theme.ink, linewidth=1.4, zorder=51)
        self.covers.append((veil, cursor))
        self.moving += [veil, cursor]

    def key(self, i: int) -> Hashable:
        """What frame i shows: equal keys, equal pixels."""
        shot = self.shots[i]
        which, ways, _ = self.travel.pulses(shot.moment, shot.share)
        blend = self._blend(shot)
        seen = (self.revealed <= shot.share).tobytes(), shot.share >= self.last
        return shot.moment, shot.ask, which.tobytes(), ways.tobytes(), blend, seen

    def update(self, i: int) -> None:
        """Set everything that moves to frame i."""
        shot = self.shots[i]
        answered = shot.share >= self.last
        self._units(shot)
        self.pulses.show(*self.travel.pulses(shot.moment, shot.share))
        self.answers.show(shot.moment, answered)
        if self.weighing.changes:
            weights, biases = self.weighing.at(self.scene, shot.moment, self._blend(shot))
            self.painted.synapses.weigh(weights)
            if self.painted.numbers is not None:
                self.painted.numbers.weigh(weights, biases)
        edges = (shot.moment + (0.5 if answered else -0.5), shot.moment + self._blend(shot))
        for (veil, cursor), edge in zip(self.covers, edges, strict=False):
            veil.set_x(edge)
            veil.set_width(len(self.line) - edge)
            cursor.set(xdata=[edge, edge])
        self.clock.set_text(self.times[shot.moment])
        self.caption.set(text=shot.ask or self.story, color=self.theme.ink if shot.ask else self.theme.mute)

    def _units(self, shot: Shot) -> None:
        """Values of all units that have answered; the others rest."""
        line = self.line
        values = dict(zip(line.units, map(float, line.levels[shot.moment]), strict=True))
        vetoed = {unit for unit, off in zip(line.units, line.vetoed[shot.moment], strict=True) if off}
        y, off, images = moment(self.scene, values, vetoed)
        y[self.revealed > shot.share] = np.nan
        waiting = [name for name, at in self.patched.items() if at > shot.share]
        self.painted.cells.show(
            y, off, {name: image for name, image in images.items() if name not in waiting}
        )

    def _blend(self, shot: Shot) -> float:
        """How far the weights have gone to those of the next moment; the last ones stay."""
        if not self.weighing.changes or shot.moment + 1 >= len(self.line):
            return 0.0
        start, end = CHANGE
        return round(ease((shot.share - start) / (end - start)), 4)


def _axes(figure: Figure, rect: Rect) -> Axes:
    """Axes at so many inches."""
    left, low, wide, high = rect
    return figure.add_axes((left / INCHES[0], low / INCHES[1], wide / INCHES[0], high / INCHES[1]))


def _rows(trace: Trace, line: Timeline, sweeping: bool) -> Rows:
    """The rows of the raster: all units, or the first and last of many."""
    shaped = set(trace.network.graph.get("shapes", ()))
    group = {unit: data.get("group") for unit, data in trace.network.nodes(data=True)}
    apart = [k for k, unit in enumerate(line.units) if group[unit] not in shaped]
    kept = apart or list(range(len(line.units)))  # an image shows its units better than rows do
    shown = kept if len(kept) <= ROWS else kept[: ROWS // 2] + kept[-ROWS // 2 :]
    count = line.places + 1 if sweeping else line.ticks
    return Rows.of(line, shown, count)
