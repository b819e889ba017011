"""Synapses as matplotlib artists: lines, heads, tick marks of delay.

Arrow: excites. Flat bar: negative weight. Hollow ring: absolute inhibition. Width and colour: the weight.

They are outlines of letters in two collections: a text artist each would cost most of the time of a frame.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.text import Text
from numpy.typing import NDArray

from allornone.pictures.layout.marks import short, signed
from allornone.pictures.layout.routing import POINTS, length
from allornone.pictures.layout.scene import MARKS, Scene
from allornone.pictures.layout.units import faint
from allornone.pictures.painting.shapes import CAP, FONT, MONO, arrow, bar, circle, letters, moved, wide_of
from allornone.pictures.palette import Theme, rgb

Array = NDArray[np.float64]

THIN, PLAIN, SPREAD = 0.05, 0.10, 0.27
KNOBS = 0.13  # spread where weights are counts: a number stands there too
RING = 0.28
TICK, PITCH = 0.68, 0.3
CLEAR = 1.1  # between the delays of two synapses
SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)  # of the way, at which something may be written
NOTHING = 0.3  # how opaque a synapse of weight 0 is
DASHES = (0, (2.0, 1.2))

LETTER = 0.66  # width of a digit, in ems
PAD = 0.12  # of the ground round a number, in ems
OVER = 0.46  # between a unit and its bias


class Synapses:
    """The artists of all synapses of a scene; `set_weights` changes what they look like, never where they run.

    `most`: the weight drawn widest, over a whole film; `fading`: weak ones are transparent, as in films.
    """

    def __init__(self, ax: Axes, scene: Scene, theme: Theme, inch: float, most: float, fading: bool) -> None:
        self.scene, self.theme, self.inch = scene, theme, inch
        self.most, self.fading = most, fading
        self.inhibitory = np.array([kind == "inhibitory" for kind in scene.kinds], dtype=bool)
        self.bundled = np.isnan(scene.weights)
        self.headed = (scene.headed | scene.backward | self.inhibitory) & ~self.bundled
        self.tips = scene.paths[:, -1]
        self.along = _directions(scene.paths)
        self.lines = LineCollection([], zorder=12, capstyle="butt", joinstyle="round")
        self.heads = PolyCollection([], zorder=13, linewidths=0)
        self.artists: list[Artist] = [self.lines, self.heads]
        for collection in (self.lines, self.heads):
            ax.add_collection(collection, autolim=False)
        self._rings(ax)
        self._ticks(ax)
        self.set_weights(scene.weights)

    def points(self, radii: float) -> float:
        """A length in unit radii as points of print."""
        return radii * self.inch * 72

    def set_weights(self, weights: Array) -> None:
        """Show these weights, one per synapse, NaN for a bundle."""
        share = np.nan_to_num(np.abs(weights)) / self.most if self.most > 0 else np.zeros(len(weights))
        share = np.clip(share, 0.0, 1.0)
        plain = self.inhibitory | self.bundled | (not self.scene.weighted)
        wide = np.where(
            plain,
            np.where(self.bundled, 0.06, PLAIN),
            THIN + (SPREAD if self.scene.signed else KNOBS) * share,
        )
        wide = np.where(self.inhibitory, 0.12, wide)
        colours = self._colours(weights, share)
        negative = ~self.inhibitory & (np.nan_to_num(weights) < 0)
        heads, short_by = [], np.zeros(len(weights))
        for k in np.flatnonzero(self.headed):
            if self.inhibitory[k]:
                short_by[k] = RING * 1.6
            elif negative[k]:
                heads.append(bar(self.tips[k], self.along[k], 0.84, 0.16))
                short_by[k] = 0.1
            else:
                half = max(0.27, float(wide[k]) / 2 + 0.17)
                heads.append(arrow(self.tips[k], self.along[k], half))
                short_by[k] = half * 1.6
        self.lines.set_segments([_shortened(p, d) for p, d in zip(self.scene.paths, short_by, strict=True)])
        self.lines.set(linewidths=[self.points(w) for w in wide], colors=colours)
        if self.theme.dashed:
            self.lines.set(linestyles=[DASHES if minus else "-" for minus in negative])
        self.heads.set_verts(heads)
        self.heads.set(facecolors=colours[self.headed & ~self.inhibitory])

    def _colours(self, weights: Array, share: Array) -> Array:
        """RGBA per synapse."""
        summed = ~(self.inhibitory | self.bundled)
        found = np.tile([*rgb(self.theme.wire), 1.0], (len(weights), 1))
        if self.scene.signed:
            found[summed & (weights > 0), :3] = rgb(self.theme.pos)
            found[summed & (weights < 0), :3] = rgb(self.theme.neg)
        found[self.inhibitory, :3] = rgb(self.theme.ink)
        found[summed, 3] = faint(len(weights))
        found[summed & (weights == 0), 3] = min(faint(len(weights)), NOTHING)
        found[self.bundled, 3] = 0.5
        if self.fading and self.scene.weighted and self.scene.signed:
            found[summed, 3] = (0.15 + 0.85 * share[summed]) * faint(len(weights))
        return found

    def _rings(self, ax: Axes) -> None:
        """Hollow rings, always drawn whatever the density."""
        where = np.flatnonzero(self.inhibitory)
        centres = self.tips[where] - self.along[where] * RING
        rings = PathCollection(
            [circle(float(x), float(y), RING) for x, y in centres],
            facecolors=self.theme.bg,
            edgecolors=self.theme.ink,
            linewidths=self.points(0.12),
            zorder=14,
        )
        ax.add_collection(rings, autolim=False)
        self.artists.append(rings)

    def _ticks(self, ax: Axes) -> None:
        """One mark per tick of delay across the middle; beyond MARKS a number."""
        marks: list[Array] = []
        shares = middles(self.scene)
        for path, count, share in zip(self.scene.paths, self.scene.ticks, shares, strict=True):
            if 0 < count <= MARKS:
                marks += _across(path, int(count), share)
            elif count > MARKS:
                self.artists.append(_on_line(ax, path, f"×{count}", share, self.theme, self.points(0.6)))
        ticks = LineCollection(marks, colors=self.theme.ink, linewidths=self.points(0.09), zorder=13)
        ax.add_collection(ticks, autolim=False)
        self.artists.append(ticks)


def middles(scene: Scene) -> list[float]:
    """Return for each synapse the share of its way at which its delay stands: the middle, if nothing else does."""
    taken: list[Array] = []
    found = []
    for path, count in zip(scene.paths, scene.ticks, strict=True):
        if count == 0:
            found.append(0.5)
            continue
        near = {
            share: sum(
                float(np.hypot(*(path[round(share * (POINTS - 1))] - other))) < CLEAR for other in taken
            )
            for share in SHARES
        }
        found.append(min(SHARES, key=lambda share: (near[share], abs(share - 0.5))))
        taken.append(path[round(found[-1] * (POINTS - 1))])
    return found


def _on_line(ax: Axes, path: Array, text: str, share: float, theme: Theme, size: float) -> Text:
    """A text on a line, on a ground of its own."""
    x, y = path[round(share * (POINTS - 1))]
    ground = {"facecolor": theme.bg, "edgecolor": "none", "boxstyle": "square,pad=0.12"}
    return ax.text(
        x,
        y,
        text,
        size=size,
        ha="center",
        va="center_baseline",
        family=[MONO, FONT],
        color=theme.ink,
        zorder=15,
        bbox=ground,
    )


def _directions(paths: Array) -> Array:
    """Unit vectors in which the lines arrive, (s, 2)."""
    steps = paths[:, -1] - paths[:, -7]
    return np.asarray(steps / np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)[:, None])


def _shortened(path: Array, by: float) -> Array:
    """A line without its last bit, where the head stands."""
    whole = length(path)
    if by <= 0 or whole <= by * 1.2:
        return path
    at = np.linspace(0, (whole - by) / whole, len(path)) * (len(path) - 1)
    index = np.arange(len(path))
    return np.column_stack([np.interp(at, index, path[:, 0]), np.interp(at, index, path[:, 1])])


def _across(path: Array, count: int, share: float) -> list[Array]:
    """Tick marks across a line, about a share of its way."""
    step = PITCH / max(length(path), 1e-9)
    found = []
    for k in range(count):
        at = (share + (k - (count - 1) / 2) * step) * (len(path) - 1)
        low = int(np.clip(at, 1, len(path) - 3))
        here = path[low] + (path[low + 1] - path[low]) * (at - low)
        ahead = path[low + 1] - path[low - 1]
        side = np.array([-ahead[1], ahead[0]]) / max(float(np.hypot(*ahead)), 1e-9) * TICK / 2
        found.append(np.array([here - side, here + side]))
    return found


class WeightLabels:
    """The artists of all numbers; `set_weights` writes others. `fixed`: they keep their width, for a film."""

    def __init__(self, ax: Axes, scene: Scene, theme: Theme, size: float, inch: float, fixed: bool) -> None:
        self.text, self.scene, self.theme = signed if fixed else short, scene, theme
        self.em = size / 72 / inch
        self.shown = [
            k for k, kind in enumerate(scene.kinds) if kind == "weighted" and np.isfinite(scene.weights[k])
        ]
        box = (self.em * LETTER * (5 if fixed else 3.2), self.em * 1.2)
        shares = spots(scene, self.shown, box)
        self.places = [scene.paths[k][round(shares[k] * (POINTS - 1))] for k in self.shown]
        self.biased = [int(k) for k in np.flatnonzero(np.isfinite(scene.biases))]
        for k in self.biased:
            up = (1.29 if scene.shapes[k] == "output" else 1.0) + OVER + self.em * CAP / 2
            self.places.append(scene.positions[k] + np.array([0.0, up]))
        self.grounds = PolyCollection([], facecolors=theme.bg, linewidths=0, zorder=15)
        self.glyphs = PathCollection([], linewidths=0, zorder=16)
        for collection in (self.grounds, self.glyphs):
            ax.add_collection(collection, autolim=False)
        self.set_weights(scene.weights, scene.biases)

    @property
    def artists(self) -> list[Artist]:
        """The grounds and what is written on them."""
        return [self.grounds, self.glyphs]

    def set_weights(self, weights: Array, biases: Array) -> None:
        """Write these numbers, weights per synapse and biases per unit."""
        values = [float(weights[k]) for k in self.shown]
        texts = [self.text(value) for value in values]
        ink, neg, mute = (rgb(c) for c in (self.theme.ink, self.theme.neg, self.theme.mute))
        colours = [neg if text.startswith("−") and self.scene.signed else ink for text in texts]
        texts += ["b " + self.text(float(biases[k])) for k in self.biased]
        colours += [mute] * len(self.biased)
        paths = [letters(text, self.em * CAP, 1e9) for text in texts]
        self.glyphs.set_paths(
            [moved(path, float(x), float(y)) for path, (x, y) in zip(paths, self.places, strict=True)]
        )
        self.glyphs.set(facecolors=np.array(colours).reshape(-1, 3))
        half = [np.array([wide_of(path) / 2, self.em * CAP / 2]) + PAD * self.em for path in paths]
        corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        grounds = zip(half[: len(self.shown)], self.places, strict=False)
        self.grounds.set_verts([place + corner * reach for reach, place in grounds])


def spots(scene: Scene, which: Sequence[int], box: tuple[float, float]) -> dict[int, float]:
    """Return for each of these synapses the share of its way at which a number of size `box` hides least."""
    wide, high = box
    units = scene.positions
    ticked = middles(scene)
    reached = [length(path) for path in scene.paths]
    marked = [PITCH * min(int(count), MARKS + 1) / 2 if count else -1e9 for count in scene.ticks]
    taken: list[Array] = []
    found: dict[int, float] = {}
    for k in which:
        others = np.concatenate([np.delete(scene.paths, k, axis=0).reshape(-1, 2), np.zeros((0, 2))])
        costs = []
        for share in SHARES:
            at = scene.paths[k][round(share * (POINTS - 1))]
            near = np.abs(others - at)
            cost = 1.0 * np.count_nonzero((near[:, 0] < wide / 2) & (near[:, 1] < high / 2))
            cost += 200.0 * sum(bool(abs(x - at[0]) < wide and abs(y - at[1]) < high) for x, y in taken)
            reach = np.abs(units - at)
            cost += 120.0 * (abs(share - ticked[k]) * reached[k] < marked[k] + wide / 2)
            cost += 80.0 * np.count_nonzero((reach[:, 0] < wide / 2 + 1.1) & (reach[:, 1] < high / 2 + 1.1))
            costs.append((cost + abs(share - 0.5), share))
        found[k] = min(costs)[1]
        taken.append(scene.paths[k][round(found[k] * (POINTS - 1))])
    return found
