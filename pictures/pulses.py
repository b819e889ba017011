"""Pulses as matplotlib artists: a disc with a tail of fading pieces, over everything."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from numpy.typing import NDArray

from allornone.pictures.curves import length
from allornone.pictures.palette import Theme, rgb
from allornone.pictures.scene import Scene
from allornone.pictures.shapes import circle

Array = NDArray[np.float64]

RADIUS = 0.31
TAIL = 4  # pieces
PIECE = 0.26  # length of a piece


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
