"""The film of a network over time: the network, its raster, pulses between the ticks, weights that change."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import NDArray

from allornone.pictures.answers import Answers
from allornone.pictures.drawing import canvas
from allornone.pictures.film import INCHES, Film
from allornone.pictures.heading import Heading
from allornone.pictures.moments import moment
from allornone.pictures.painting import paint
from allornone.pictures.palette import Theme, theme_of
from allornone.pictures.panels import Rows, curves, raster
from allornone.pictures.plates import SMALLEST, Plates, axes_at, plates
from allornone.pictures.pulses import Pulses
from allornone.pictures.script import Shot, clock, numbers, script
from allornone.pictures.shapes import FONT
from allornone.pictures.timeline import Timeline, mistaken, presented, stages, timeline
from allornone.pictures.travel import Travel, ease
from allornone.pictures.veils import Veil
from allornone.pictures.weighing import Weighing
from allornone.pictures.wiring import outputs_of
from allornone.simulator.records.records import Trace

Array = NDArray[np.float64]

CHANGE = (0.68, 0.96)  # of a tick, when weights change
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

    >>> from allornone.simulator.network.network import Network
    >>> from allornone.simulator.time.simulation import simulate
    >>> net = Network(name="wire")
    >>> net.add_inputs("a")
    >>> network_film(simulate(net, {"a": "101"}, ticks=3))
    Film: 62 frames, 5.0 s; .save('x.gif' | '.webp')
    """
    line = timeline(trace, ticks, lane)
    weighing = Weighing.of(trace, line)
    sweeping = max(stages(trace.network).values(), default=0) > 0
    presenting = presented(trace)
    rows = _rows(trace, line, presenting)
    division = plates(trace.network, rows.names, weighing.names, weighing.changes, line.desired is not None)
    travel = Travel.of(division.scene, line, stages(trace.network))
    shots = script(line, sweeping, fps, questions or ())
    chosen = theme_of(theme)
    words = title or str(trace.network.graph.get("name", "")), story
    times = [clock(line, k, presenting) for k in range(len(line))]
    heading = Heading(canvas(*INCHES, chosen), chosen, words, times, shots)
    show = _Show(heading, line, travel, weighing, shots, stages(trace.network))
    show.body(trace, division, rows, "presentation" if presenting else "tick")
    return Film(show.figure, show.moving, show.update, len(shots), fps, show.key)


class _Show:
    """What moves in the film, and what it was last set to."""

    def __init__(
        self,
        heading: Heading,
        line: Timeline,
        travel: Travel,
        weighing: Weighing,
        shots: Sequence[Shot],
        stage: Mapping[str, int],
    ) -> None:
        self.line, self.travel, self.weighing, self.shots = line, travel, weighing, shots
        self.heading, self.figure, self.theme, self.stages = heading, heading.figure, heading.theme, stage
        self.moving: list[Artist] = list(heading.artists)
        self.veils: list[Veil] = []

    def body(self, trace: Trace, division: Plates, rows: Rows, word: str) -> None:
        """The network, and the panels under or beside it, on whose axis `word` stands."""
        scene, theme, learns = division.scene, self.theme, self.weighing.changes
        stage = axes_at(self.figure, division.network)
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
        panel = axes_at(self.figure, division.raster)
        raster(panel, rows, theme, SMALLEST, division.named, word)
        self.veils.append(Veil(panel, theme, len(self.line)))
        if division.weights is not None:
            beside = axes_at(self.figure, division.weights)
            curves(beside, self.weighing.values, self.weighing.names, rows, theme, SMALLEST)
            beside.set_title("weights", loc="left", size=SMALLEST, color=theme.mute, family=FONT)
            self.veils.append(Veil(beside, theme, len(self.line)))
        if learns:
            self.moving += painted.synapses.artists
            self.moving += painted.numbers.artists if painted.numbers is not None else []
        self.moving += [*painted.cells.artists, *self.pulses.artists, *self.answers.artists]
        self.moving += [artist for veil in self.veils for artist in veil.artists]

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
        for veil, edge in zip(self.veils, edges, strict=False):
            veil.show(edge, bool(shot.ask))
        self.heading.show(shot)

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


def _rows(trace: Trace, line: Timeline, presenting: bool) -> Rows:
    """The rows of the raster: all units that are in no image, or the first and last of many; else the images."""
    shaped = set(trace.network.graph.get("shapes", ()))
    group = {unit: data.get("group") for unit, data in trace.network.nodes(data=True)}
    apart = [k for k, unit in enumerate(line.units) if group[unit] not in shaped]
    if shaped and not apart:
        return Rows.summed(line, group, numbers(line, presenting))
    kept = apart or list(range(len(line.units)))  # an image shows its units better than rows do
    shown = kept if len(kept) <= ROWS else kept[: ROWS // 2] + kept[-ROWS // 2 :]
    return Rows.of(line, shown, numbers(line, presenting))
