"""Units as matplotlib artists: bodies, halos, what stands inside, pixels; `show` gives them a state.

Firing: `fire` fill, thick ink outline, halo. Real values: a mixture. Vetoed: outline in `neg`.
"""

from collections.abc import Collection, Mapping

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.path import Path
from numpy.typing import NDArray

from allornone.pictures.layout.marks import short
from allornone.pictures.layout.scene import Scene
from allornone.pictures.painting.shapes import circle, letters, moved, rounded_square
from allornone.pictures.palette import ON_FIRE, Theme, luminance, mix, rgb

Array = NDArray[np.float64]

SMALL = 0.1  # inches of a pixel
HALO = 0.38  # alpha of the glow of a unit that fires
DIGIT = 0.7  # height of a threshold


class Cells:
    """The artists of all units of a scene."""

    def __init__(self, ax: Axes, scene: Scene, theme: Theme, inch: float, values: bool = False) -> None:
        self.scene, self.theme, self.inch, self.values = scene, theme, inch, values
        self.halos = PathCollection([_halo(s, p) for s, p in _each(scene)], linewidths=0, zorder=20)
        rings = [circle(float(x), float(y), 1.25) for s, (x, y) in _each(scene) if s == "output"]
        self.rings = PathCollection(
            rings, facecolors="none", edgecolors=theme.ink, linewidths=self.points(0.07), zorder=21
        )
        self.bodies = PathCollection([_body(s, p) for s, p in _each(scene)], zorder=22)
        self.glyphs = PathCollection([], linewidths=0, zorder=23)
        self.curves = LineCollection([], linewidths=self.points(0.09), zorder=23, capstyle="round")
        self.crosses = LineCollection([], colors=theme.neg, linewidths=self.points(0.14), zorder=24)
        self.pixels = [
            _pixels(patch.rows, patch.cols, len(patch.members), patch.x, patch.y, patch.pixel)
            for patch in scene.patches
        ]
        for pixels, patch in zip(self.pixels, scene.patches, strict=True):
            small = patch.pixel * inch < SMALL  # many lines would hide what is between them
            wide = self.points(0.05) * (0.4 if small else 1.0)
            pixels.set(linewidths=wide, edgecolors=theme.faint if small else theme.mute, zorder=22)
        self.collections = [
            self.halos,
            self.rings,
            self.bodies,
            self.glyphs,
            self.curves,
            self.crosses,
            *self.pixels,
        ]
        for collection in self.collections:
            ax.add_collection(collection, autolim=False)
        self.show(np.full(len(scene.units), np.nan), np.zeros(len(scene.units), dtype=bool), {})

    @property
    def artists(self) -> list[Artist]:
        """Everything that a state changes."""
        return list(self.collections)

    def points(self, radii: float) -> float:
        """A length in unit radii as points of print."""
        return radii * self.inch * 72

    def show(self, y: Array, vetoed: NDArray[np.bool_], images: Mapping[str, Array]) -> None:
        """Show values y (units), in [−1, 1], NaN for rest, who is vetoed, and the values of patches."""
        level = np.clip(np.nan_to_num(y), -1.0, 1.0)
        fill = self._fill(level)
        self.bodies.set(facecolors=fill)
        wide = np.where(vetoed, 0.18, 0.10 + 0.10 * np.abs(level))
        outline = self._outline(np.abs(level), vetoed)
        self.bodies.set(edgecolors=outline, linewidths=[self.points(w) for w in wide])
        glow = np.zeros((len(level), 4))
        glow[:, :3] = rgb(self.theme.fire)
        glow[:, 3] = HALO * np.maximum(level, 0.0) * self.theme.halo
        self.halos.set(facecolors=glow)
        self._inside(y, fill)
        if self.theme.crossed:
            self.crosses.set_segments(
                [arm for k in np.flatnonzero(vetoed) for arm in _cross(self.scene.positions[k])]
            )
        for patch, pixels in zip(self.scene.patches, self.pixels, strict=True):
            image = images.get(patch.name, np.zeros(len(patch.members)))
            pixels.set(facecolors=self._fill(np.clip(np.nan_to_num(image), -1.0, 1.0)))

    def _fill(self, level: Array) -> Array:
        """Rest, mixed towards fire or cold."""
        rest, fire, cold = (rgb(c) for c in (self.theme.rest, self.theme.fire, self.theme.cold))
        return np.where((level >= 0)[:, None], mix(rest, fire, np.abs(level)), mix(rest, cold, np.abs(level)))

    def _outline(self, size: Array, vetoed: NDArray[np.bool_]) -> Array:
        found = mix(rgb(self.theme.mute), rgb(self.theme.ink), size)
        found[vetoed] = rgb(self.theme.neg)
        return found

    def _inside(self, y: Array, fill: Array) -> None:
        """Threshold, name, mini-curve or value, in whichever ink reads on its ground."""
        inks = np.array([rgb(self.theme.ink), rgb(ON_FIRE), rgb("#EEF2F6")])
        ground = luminance(fill)[:, None]
        tone = luminance(inks)[None]
        ratio = (np.maximum(ground, tone) + 0.05) / (np.minimum(ground, tone) + 0.05)
        ratio[:, 0] *= 1.3  # the theme's own ink where it does
        colour = inks[ratio.argmax(axis=1)]
        texts = list(self.scene.texts)
        written = np.array([bool(text) for text in texts], dtype=bool)
        if self.values:
            for k in np.flatnonzero(np.isfinite(y)):
                texts[k], written[k] = short(float(y[k])), True
        size = [0.6 if self.values and np.isfinite(v) else DIGIT for v in y]
        self.glyphs.set_paths(
            [
                moved(letters(texts[k], size[k], 1.42), *map(float, self.scene.positions[k]))
                for k in np.flatnonzero(written)
            ]
        )
        self.glyphs.set(facecolors=colour[written])
        curved = ~written & np.isfinite(self.scene.curves[:, 0, 0])
        self.curves.set_segments(list((self.scene.curves + self.scene.positions[:, None])[curved]))
        self.curves.set(colors=colour[curved])


def _each(scene: Scene) -> list[tuple[str, Array]]:
    return list(zip(scene.shapes, scene.positions, strict=True))


def _body(shape: str, place: Array) -> Path:
    x, y = map(float, place)
    return rounded_square(x, y, 0.86) if shape == "input" else circle(x, y, 1.0)


def _halo(shape: str, place: Array) -> Path:
    x, y = map(float, place)
    return rounded_square(x, y, 1.22, 0.5) if shape == "input" else circle(x, y, 1.38)


def _cross(place: Array) -> list[Array]:
    arms = np.array([[[-0.62, -0.62], [0.62, 0.62]], [[-0.62, 0.62], [0.62, -0.62]]])
    return list(arms + place)


def _pixels(rows: int, cols: int, count: int, x: float, y: float, side: float) -> PolyCollection:
    """Squares row by row from the upper left."""
    row, col = np.divmod(np.arange(count), cols)
    left = x + (col - cols / 2) * side
    top = y + (rows / 2 - row) * side
    corner = np.array([[0, 0], [1, 0], [1, -1], [0, -1]]) * side
    return PolyCollection(list(np.stack([left, top], axis=1)[:, None] + corner[None]))


def moment(
    what: Scene, values: Mapping[str, float], vetoed: Collection[str] = (), scale: float = 1.0
) -> tuple[Array, NDArray[np.bool_], dict[str, Array]]:
    """Return values per unit (NaN where unknown), who is vetoed, and values per patch; all over `scale`."""
    y = np.array([values.get(unit, np.nan) for unit in what.units], dtype=np.float64) / scale
    off = np.array([unit in vetoed for unit in what.units], dtype=bool)
    images = {
        patch.name: np.array([values.get(unit, 0.0) for unit in patch.members], dtype=np.float64) / scale
        for patch in what.patches
    }
    return y, off, images
