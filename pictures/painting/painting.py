"""Painting: a Scene drawn on matplotlib axes. The only painter yet that imports matplotlib; never pyplot."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from allornone.pictures.layout.scene import EM, Scene, scene
from allornone.pictures.painting.shapes import FONT, circle
from allornone.pictures.painting.synapses import Synapses, WeightLabels
from allornone.pictures.painting.units import Cells
from allornone.pictures.palette import Theme, mix, rgb
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network

Array = NDArray[np.float64]

BAND = 1.15  # width of the band behind a memory
LARGEST = 0.46  # inches of a unit radius
PAD = 0.35  # unit radii round a scene
TALLEST = 1.25  # ems of a name in unit radii; larger ones are left out


@dataclass(frozen=True)
class Painted:
    """What was drawn: the parts that a state changes, and the size of a unit radius in inches."""

    scene: Scene
    theme: Theme
    inch: float
    cells: Cells
    synapses: Synapses
    weight_labels: WeightLabels | None


def composed(
    net: Network,
    size: tuple[float, float],
    smallest: float,
    pos: Mapping[str, ArrayLike] | None = None,
    learning: bool = False,
) -> tuple[Scene, float]:
    """Return a scene laid out for a place of so many inches, and the inches of its unit radius.

    Names are at least `smallest` points high; those of hidden units give way where that is too large.
    """
    em, named, aspect = EM, None, size[0] / size[1]
    for _ in range(4):
        found = scene(net, pos, aspect=aspect, em=em, named=named, learning=learning)
        inch = fitted(found, size)
        least = smallest / 72 / inch
        if least <= em * 1.02:
            break
        if least > TALLEST:
            named = False
        em = least
    return found, inch


def fitted(what: Scene, size: tuple[float, float]) -> float:
    """Return the inches of a unit radius with which a scene fits into so many inches."""
    left, right, low, high = what.box
    wide, tall = right - left + 2 * PAD, high - low + 2 * PAD
    return min(size[0] / wide, size[1] / tall, LARGEST)


def paint(
    ax: Axes,
    what: Scene,
    theme: Theme,
    inch: float,
    *,
    letter: float,
    most: float | None = None,
    fading: bool = False,
    fixed: bool = False,
    values: bool = False,
) -> Painted:
    """Draw a scene at rest on axes, one unit radius = `inch` inches, names of `letter` points.

    `most`: the weight that is drawn widest (default the largest); `fading`: weak synapses are transparent;
    `fixed`: numbers keep their width.
    """
    half = np.array(inches(ax)) / inch / 2
    left, right, low, high = what.box
    middle = np.array([left + right, low + high]) / 2
    ax.set(xlim=(middle[0] - half[0], middle[0] + half[0]), ylim=(middle[1] - half[1], middle[1] + half[1]))
    ax.set_axis_off()
    _band(ax, what, theme, inch)
    _names(ax, what, theme, letter)
    _dots(ax, what, theme)
    weights = np.abs(what.weights[[kind == "weighted" for kind in what.kinds]]) if what.kinds else np.zeros(0)
    largest = most if most is not None else float(np.nanmax(weights, initial=0.0))
    synapses = Synapses(ax, what, theme, inch, largest or 1.0, fading)
    cells = Cells(ax, what, theme, inch, values)
    size = max(letter * 0.92, 1.0)
    weight_labels = WeightLabels(ax, what, theme, size, inch, fixed) if what.numbered else None
    return Painted(what, theme, inch, cells, synapses, weight_labels)


def root(ax: Axes) -> Figure:
    """Return the figure in which axes stand, however deep."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise AllornoneError("these axes were removed from their figure: draw on axes that stand in one")
    return figure


def inches(ax: Axes) -> tuple[float, float]:
    """Return the width and height of axes in inches."""
    box, dpi = ax.get_window_extent(), root(ax).dpi
    return box.width / dpi, box.height / dpi


def _names(ax: Axes, what: Scene, theme: Theme, letter: float) -> None:
    for label in what.labels:
        quiet = label.role in ("unit", "fold", "patch", "note")
        ax.text(
            label.x,
            label.y,
            label.text,
            ha=label.across,
            va="center_baseline" if label.up == "center" else label.up,
            size=letter,
            family=FONT,
            color=theme.mute if quiet else theme.ink,
            zorder=5,
            parse_math=False,
        )


def _band(ax: Axes, what: Scene, theme: Theme, inch: float) -> None:
    """A soft band behind the units and synapses of each memory."""
    colour = tuple(mix(rgb(theme.bg), rgb(theme.fire), 0.28))
    lines: list[Array] = []
    discs = []
    place = dict(zip(what.units, what.positions, strict=True))
    for loop in what.loops:
        inside = set(loop)
        lines += [
            p for p, (u, v) in zip(what.paths, what.synapses, strict=True) if u in inside and v in inside
        ]
        discs += [circle(float(place[u][0]), float(place[u][1]), 1.0 + BAND / 3) for u in loop if u in place]
    if lines:
        wide = BAND * inch * 72
        ax.add_collection(
            LineCollection(lines, colors=[colour], linewidths=wide, zorder=1, capstyle="round"), autolim=False
        )
        ax.add_collection(PathCollection(discs, facecolors=[colour], linewidths=0, zorder=1), autolim=False)


def _dots(ax: Axes, what: Scene, theme: Theme) -> None:
    """Dots over and under the count of a folded layer."""
    steps = (-0.98, -0.62, 0.62, 0.98)
    spots = [circle(float(x), float(y) + step, 0.12) for x, y in what.dots for step in steps]
    ax.add_collection(PathCollection(spots, facecolors=theme.mute, linewidths=0, zorder=5), autolim=False)
