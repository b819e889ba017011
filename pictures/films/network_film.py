"""The film of a network over time: the network, its raster, pulses between the ticks, weights that change.

A tick holds (35 %), then pulses travel (65 %); a pulse over a synapse of delay d is d ticks in flight. Where
synapses have delay 0, the activity first sweeps through the layers within the tick.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.text import Text
from numpy.typing import NDArray

from allornone.pictures.drawing import canvas
from allornone.pictures.films.film import INCHES, Film, check_pace
from allornone.pictures.films.panels import (
    SMALLEST,
    FutureMask,
    Heading,
    PanelLayout,
    Rows,
    axes_at,
    curves,
    panel_layout,
    raster,
)
from allornone.pictures.films.timeline import (
    Shot,
    Timeline,
    clock,
    mistaken,
    numbers,
    presented,
    script,
    stages,
    timeline,
)
from allornone.pictures.layout.marks import short
from allornone.pictures.layout.routing import length
from allornone.pictures.layout.scene import Scene
from allornone.pictures.layout.units import outputs_of, short_name
from allornone.pictures.painting.painting import paint
from allornone.pictures.painting.shapes import FONT, circle
from allornone.pictures.painting.units import moment
from allornone.pictures.palette import Theme, rgb, theme_of
from allornone.simulator.errors import AllornoneError
from allornone.simulator.records.records import Trace

Array = NDArray[np.float64]

CHANGE = (0.68, 0.96)  # of a tick, when weights change
ROWS = 48  # of a raster, at most

HOLD = 0.35
SWEEP = (0.06, 0.62)  # of a tick, when its layers answer one after the other
LEAST = 0.06  # signals weaker than this send no visible pulse

RADIUS = 0.31
TAIL = 4  # pieces
PIECE = 0.26  # length of a piece

LETTER = 13.0  # points

LONGEST = 27  # letters of the name of a line
FEW = 8  # weights that are drawn against time
STILL = 1e-12


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
    check_pace(fps)
    for question in questions or ():
        missing = [key for key in ("at", "ask", "choices") if key not in question]
        if missing:
            raise AllornoneError(f"a question has at, ask and choices; this one has no {missing[0]}")
    line = timeline(trace, ticks, lane)
    history = WeightHistory.of(trace, line)
    sweeping = max(stages(trace.network).values(), default=0) > 0
    presenting = presented(trace)
    rows = _rows(trace, line, presenting)
    division = panel_layout(
        trace.network, rows.names, history.names, history.changes, line.desired is not None
    )
    signals = SynapseSignals.of(division.scene, line, stages(trace.network))
    shots = script(line, sweeping, fps, questions or ())
    chosen = theme_of(theme)
    words = title or str(trace.network.graph.get("name", "")), story
    times = [clock(line, k, presenting) for k in range(len(line))]
    heading = Heading(canvas(*INCHES, chosen), chosen, words, times, shots)
    show = _Show(heading, line, signals, history, shots, stages(trace.network))
    show.body(trace, division, rows, "presentation" if presenting else "tick")
    return Film(show.figure, show.moving, show.update, len(shots), fps, show.key)


@dataclass(frozen=True)
class SynapseSignals:
    """The signals of a film: per moment and synapse (moments, synapses), and the stage of each end."""

    line: Timeline
    delays: NDArray[np.int64]
    values: Array
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    last: int

    @classmethod
    def of(cls, what: Scene, line: Timeline, stage: Mapping[str, int]) -> "SynapseSignals":
        """Return the signals of a timeline over the synapses of a scene."""
        place = {unit: k for k, unit in enumerate(line.units)}

        def column(name: str) -> Array:
            units = [place[unit] for unit in what.members.get(name, (name,)) if unit in place]
            y = line.levels[:, units]
            return y[np.arange(len(y)), np.abs(y).argmax(axis=1)] if units else np.zeros(len(line))

        def stage_of(name: str) -> int:
            return max(stage.get(unit, 0) for unit in what.members.get(name, (name,)))

        values = np.array([column(u) for u, _ in what.synapses]).reshape(len(what.synapses), len(line)).T
        return cls(
            line,
            what.delays,
            values,
            np.array([stage_of(u) for u, _ in what.synapses], dtype=np.int64),
            np.array([stage_of(v) for _, v in what.synapses], dtype=np.int64),
            max(stage.values(), default=0),
        )

    def reveal(self, stage: NDArray[np.int64] | int) -> Array:
        """The share of a tick at which units of a stage answer; stage 0 stands from its beginning."""
        at = np.asarray(stage, dtype=np.float64)
        if self.last == 0:
            return np.zeros_like(at)
        return np.asarray(np.where(at > 0, SWEEP[0] + (SWEEP[1] - SWEEP[0]) * at / self.last, 0.0))

    def pulses(self, moment: int, share: float) -> tuple[NDArray[np.int64], Array, Array]:
        """Return which synapses carry a pulse, how far along it is (0 to 1), and its strength (−1 to 1)."""
        found: list[tuple[int, float, float]] = []
        started, done = self.reveal(self.source), self.reveal(self.target)
        glide = ease((share - HOLD) / (1 - HOLD))
        for k in range(int(self.delays.max(initial=0)) + 1):
            origin = moment - k
            if origin < 0 or self.line.trials[origin] != self.line.trials[moment]:
                break
            for s in np.flatnonzero(np.abs(self.values[origin]) > LEAST):
                delay = int(self.delays[s])
                if delay == 0 and k == 0 and done[s] > started[s]:
                    way = ease((share - started[s]) / (done[s] - started[s]))
                elif delay > k:
                    way = (k + glide) / delay
                else:
                    continue
                if 0.0 < way < 1.0:
                    found.append((int(s), round(way, 4), float(self.values[origin, s])))
        which, ways, strengths = zip(*found, strict=True) if found else ((), (), ())
        return np.array(which, dtype=np.int64), np.array(ways), np.array(strengths)


@dataclass(frozen=True)
class WeightHistory:
    """Weights of all synapses (moments, synapses); `values` (moments, lines) and `names`: the few that learn."""

    synapses: Sequence[tuple[str | None, str]]
    weights: Array
    values: Array
    names: Sequence[str]

    @classmethod
    def of(cls, trace: Trace, line: Timeline) -> "WeightHistory":
        """Return the weights of a trace; nothing where they were not recorded."""
        if line.weights is None:
            return cls((), np.zeros((len(line), 0)), np.zeros((len(line), 0)), ())
        moved = np.flatnonzero(np.ptp(line.weights, axis=0) > STILL)
        several = len({trace.synapses[k][1] for k in moved}) > 1
        lines: dict[bytes, list[int]] = {}
        for k in moved:
            lines.setdefault(line.weights[:, k].tobytes(), []).append(int(k))
        if len(lines) > FEW:
            lines = {}
        values = [line.weights[:, same[0]] for same in lines.values()]
        names = [_together([trace.synapses[k] for k in same], several) for same in lines.values()]
        return cls(trace.synapses, line.weights, np.array(values).reshape(len(lines), len(line)).T, names)

    @property
    def changes(self) -> bool:
        """Whether any weight changes."""
        return bool(np.any(np.ptp(self.weights, axis=0) > STILL)) if self.weights.size else False

    def most(self, what: Scene) -> float:
        """The largest weight of a drawn synapse that learns, over the whole film: it is drawn widest."""
        drawn = set(what.synapses)
        places = [k for k, pair in enumerate(self.synapses) if pair in drawn]
        shown = self.weights[:, places]
        learns = np.ptp(shown, axis=0) > STILL
        return float(np.abs(shown[:, learns] if learns.any() else shown).max(initial=0.0))

    def at(self, what: Scene, moment: int, blend: float) -> tuple[Array, Array]:
        """Return the weights and biases of a scene, `blend` of the way to the next moment."""
        after = min(moment + 1, len(self.weights) - 1)
        now = self.weights[moment] * (1 - blend) + self.weights[after] * blend
        known = dict(zip(self.synapses, map(float, now), strict=True))
        pairs = zip(what.synapses, map(float, what.weights), strict=True)
        weights = np.array([known.get(pair, own) for pair, own in pairs])
        units = zip(what.units, map(float, what.biases), strict=True)
        return weights, np.array([known.get((None, unit), own) for unit, own in units])


class _Show:
    """What moves in the film, and what it was last set to."""

    def __init__(
        self,
        heading: Heading,
        line: Timeline,
        signals: SynapseSignals,
        history: WeightHistory,
        shots: Sequence[Shot],
        stage: Mapping[str, int],
    ) -> None:
        self.line, self.signals, self.history, self.shots = line, signals, history, shots
        self.heading, self.figure, self.theme, self.stages = heading, heading.figure, heading.theme, stage
        self.moving: list[Artist] = list(heading.artists)
        self.masks: list[FutureMask] = []

    def body(self, trace: Trace, division: PanelLayout, rows: Rows, word: str) -> None:
        """The network, and the panels under or beside it, on whose axis `word` stands."""
        scene, theme, learns = division.scene, self.theme, self.history.changes
        stage = axes_at(self.figure, division.network)
        letter = float(np.clip(0.62 * division.inch * 72, SMALLEST, 15.0))
        most = self.history.most(scene) if learns else None
        painted = paint(
            stage, scene, theme, division.inch, letter=letter, most=most, fading=True, fixed=learns
        )
        self.scene, self.painted = scene, painted
        self.revealed = self.signals.reveal(
            np.array([self.stages.get(unit, 0) for unit in scene.units], dtype=np.int64)
        )
        self.patched = {
            p.name: self.signals.reveal(max(self.stages[u] for u in p.members)) for p in scene.patches
        }
        self.last = float(self.signals.reveal(self.signals.last))
        self.pulses = Pulses(stage, scene, theme, division.inch)
        outputs = outputs_of(trace.network)
        self.answers = Answers(
            stage, scene, theme, mistaken(self.line, outputs), self.line, outputs, division.inch
        )
        panel = axes_at(self.figure, division.raster)
        raster(panel, rows, theme, SMALLEST, division.named, word)
        self.masks.append(FutureMask(panel, theme, len(self.line)))
        if division.weights is not None:
            beside = axes_at(self.figure, division.weights)
            curves(beside, self.history.values, self.history.names, rows, theme, SMALLEST)
            beside.set_title("weights", loc="left", size=SMALLEST, color=theme.mute, family=FONT)
            self.masks.append(FutureMask(beside, theme, len(self.line)))
        if learns:
            self.moving += painted.synapses.artists
            self.moving += painted.weight_labels.artists if painted.weight_labels is not None else []
        self.moving += [*painted.cells.artists, *self.pulses.artists, *self.answers.artists]
        self.moving += [artist for mask in self.masks for artist in mask.artists]

    def key(self, i: int) -> Hashable:
        """What frame i shows: equal keys, equal pixels."""
        shot = self.shots[i]
        which, ways, _ = self.signals.pulses(shot.moment, shot.share)
        blend = self._blend(shot)
        seen = (self.revealed <= shot.share).tobytes(), shot.share >= self.last
        return shot.moment, shot.ask, which.tobytes(), ways.tobytes(), blend, seen

    def update(self, i: int) -> None:
        """Set everything that moves to frame i."""
        shot = self.shots[i]
        answered = shot.share >= self.last
        self._units(shot)
        self.pulses.show(*self.signals.pulses(shot.moment, shot.share))
        self.answers.show(shot.moment, answered)
        if self.history.changes:
            weights, biases = self.history.at(self.scene, shot.moment, self._blend(shot))
            self.painted.synapses.set_weights(weights)
            if self.painted.weight_labels is not None:
                self.painted.weight_labels.set_weights(weights, biases)
        edges = (shot.moment + (0.5 if answered else -0.5), shot.moment + self._blend(shot))
        for mask, edge in zip(self.masks, edges, strict=False):
            mask.show(edge, bool(shot.ask))
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
        if not self.history.changes or shot.moment + 1 >= len(self.line):
            return 0.0
        start, end = CHANGE
        return round(ease((shot.share - start) / (end - start)), 4)


def _rows(trace: Trace, line: Timeline, presenting: bool) -> Rows:
    """The rows of the raster: all units that are in no image, or the first and last of many; else the images."""
    shaped = set(trace.network.facts.get("shapes", ()))
    group = {unit: data.get("group") for unit, data in trace.network.nodes(data=True)}
    apart = [k for k, unit in enumerate(line.units) if group[unit] not in shaped]
    if shaped and not apart:
        return Rows.summed(line, group, numbers(line, presenting))
    kept = apart or list(range(len(line.units)))  # an image shows its units better than rows do
    shown = kept if len(kept) <= ROWS else kept[: ROWS // 2] + kept[-ROWS // 2 :]
    return Rows.of(line, shown, numbers(line, presenting))


def ease(share: float) -> float:
    """Return 3f² − 2f³: slow at both ends.

    >>> ease(0.0), ease(0.5), ease(1.0)
    (0.0, 0.5, 1.0)
    """
    f = min(max(share, 0.0), 1.0)
    return 3 * f**2 - 2 * f**3


class Pulses:
    """The artists of all pulses of a frame."""

    def __init__(self, ax: Axes, scene: Scene, theme: Theme, inch: float) -> None:
        self.paths, self.theme = scene.paths, theme
        self.lengths = np.array([length(path) for path in scene.paths])
        self.tails = LineCollection([], linewidths=RADIUS * 1.1 * inch * 72, zorder=40, capstyle="round")
        self.discs = PathCollection([], edgecolors=theme.bg, linewidths=0.07 * inch * 72, zorder=41)
        for collection in (self.tails, self.discs):
            ax.add_collection(collection, autolim=False)

    @property
    def artists(self) -> list[Artist]:
        """The artists, the lower first."""
        return [self.tails, self.discs]

    def show(self, which: NDArray[np.int64], ways: Array, strengths: Array) -> None:
        """Draw pulses on these synapses, so far along, so strong (below 0 in `cold`)."""
        colours = np.where((strengths >= 0)[:, None], rgb(self.theme.fire), rgb(self.theme.cold)).reshape(
            -1, 3
        )
        size = RADIUS * (0.45 + 0.55 * np.abs(strengths))
        heads = self._at(which, ways)
        self.discs.set_paths(
            [circle(float(x), float(y), float(r)) for (x, y), r in zip(heads, size, strict=True)]
        )
        self.discs.set(facecolors=colours)
        pieces: list[Array] = []
        shades: list[Array] = []
        step = PIECE / np.maximum(self.lengths[which], 1e-9)
        for k in range(TAIL):
            near = self._at(which, np.maximum(ways - step * k, 0.0))
            far = self._at(which, np.maximum(ways - step * (k + 1), 0.0))
            pieces += list(np.stack([near, far], axis=1))
            shades.append(np.column_stack([colours, np.full(len(which), 0.55 * (1 - k / TAIL))]))
        self.tails.set_segments(pieces)
        self.tails.set(colors=np.concatenate(shades))

    def _at(self, which: NDArray[np.int64], ways: Array) -> Array:
        """Points on synapses, (pulses, 2): a share of the way is an index."""
        at = ways * (self.paths.shape[1] - 1)
        low = np.minimum(at.astype(np.int64), self.paths.shape[1] - 2)
        part = (at - low)[:, None]
        return np.asarray(self.paths[which, low] * (1 - part) + self.paths[which, low + 1] * part)


class Answers:
    """The artists that say whether each output was right, and what it should have said."""

    def __init__(
        self,
        ax: Axes,
        what: Scene,
        theme: Theme,
        wrong: NDArray[np.int8],
        line: Timeline,
        outputs: Sequence[str],
        inch: float,
    ) -> None:
        self.wrong, self.line, self.theme = wrong, line, theme
        self.columns = (
            [k for k, unit in enumerate(outputs) if unit in what.units] if (wrong >= 0).any() else []
        )
        places = {unit: what.positions[what.units.index(unit)] for unit in outputs if unit in what.units}
        below = LETTER / 72 / inch
        labels = {label.text: label for label in what.labels if label.role == "output"}
        self.spots = {k: places[outputs[k]] for k in self.columns}
        self.texts: dict[int, Text] = {}
        for k in self.columns:
            label = labels.get(outputs[k])
            x, y = self.spots[k] + np.array([1.72, 0.0])
            drop = below * (0.75 if label is not None and label.up == "center" else 0.0)
            self.texts[k] = ax.text(
                float(x), float(y) - drop, "", size=LETTER, ha="left", va="top", family=FONT, zorder=45
            )
        self.rings = PathCollection(
            [], facecolors="none", edgecolors=theme.neg, linewidths=0.16 * inch * 72, zorder=44
        )
        ax.add_collection(self.rings, autolim=False)

    @property
    def artists(self) -> list[Artist]:
        """Rings and texts."""
        return [self.rings, *self.texts.values()] if self.columns else []

    def show(self, moment: int, answered: bool) -> None:
        """Mark the answers of a moment, once they are given."""
        rings = []
        for k, text in self.texts.items():
            verdict = int(self.wrong[moment, k]) if answered else -1
            wanted = self.line.desired[moment, k] if self.line.desired is not None else np.nan
            text.set_text({0: "✓", 1: f"✗ d = {short(float(wanted))}"}.get(verdict, ""))
            text.set_color(self.theme.neg if verdict == 1 else self.theme.ok)
            if verdict == 1:
                x, y = map(float, self.spots[k])
                rings.append(circle(x, y, 1.45))
        self.rings.set_paths(rings)


def _together(same: Sequence[tuple[str | None, str]], several: bool) -> str:
    """How a line is called: by its sources, and by its targets where the film has several.

    >>> _together([("a", "C"), ("b", "C")], True), _together([("a", "C")] * 2, False)
    ('a, b → C', 'a, a')
    >>> _together([("a-long-name-of-a", "C"), ("a-long-name-of-b", "C")], True)
    '2 synapses → C'
    """
    sources = ["bias" if source is None else short_name(source) for source, _ in same]
    targets = list(dict.fromkeys(short_name(target) for _, target in same))
    many, end = f"{len(same)} synapses", f" → {targets[0]}" if several else ""
    if not several or len(targets) == 1:
        whole = ", ".join(sources) + end
        first = f"{sources[0]} and {len(same) - 1} more" + end
        fitting = [name for name in ([whole] if len(same) <= 2 else []) + [first] if len(name) <= LONGEST]
        return fitting[0] if fitting else whole[:LONGEST] if len(same) == 1 else many + end
    names = [f"{source} → {short_name(target)}" for source, (_, target) in zip(sources, same, strict=True)]
    whole, first = ", ".join(names), f"{names[0]} and {len(names) - 1} more"
    return whole if len(whole) <= LONGEST else first if len(first) <= LONGEST else many
