"""Numbers: the weights of few synapses written on their lines, and biases over their units.

They are outlines of letters in two collections: a text artist each would cost most of the time of a frame.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from numpy.typing import NDArray

from allornone.pictures.curves import POINTS, length
from allornone.pictures.marks import short, signed
from allornone.pictures.palette import Theme, rgb
from allornone.pictures.scene import MARKS, Scene
from allornone.pictures.shapes import CAP, letters, moved, wide_of
from allornone.pictures.synapses import PITCH, SHARES, middles

Array = NDArray[np.float64]

LETTER = 0.66  # width of a digit, in ems
PAD = 0.12  # of the ground round a number, in ems
OVER = 0.46  # between a unit and its bias


class Numbers:
    """The artists of all numbers; `weigh` writes others. `fixed`: they keep their width, for a film."""

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
        self.weigh(scene.weights, scene.biases)

    @property
    def artists(self) -> list[Artist]:
        """The grounds and what is written on them."""
        return [self.grounds, self.glyphs]

    def weigh(self, weights: Array, biases: Array) -> None:
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
