"""Plates: how a film divides its surface among network, raster and weights. Inches from the lower left."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from allornone.pictures.film import INCHES
from allornone.pictures.naming import short_name, width
from allornone.pictures.painting import composed
from allornone.pictures.scene import Scene
from allornone.simulator.network.network import Network

Rect = tuple[float, float, float, float]  # left, low, wide, high

SMALLEST = 11.0  # points of the smallest letter of a film
EDGE = 0.38
TOP = 6.05  # over it stand title and story
ROW = 0.205  # of a raster with names
AXIS = 0.52  # under a raster
NARROWEST = 2.0  # a panel of weights
SIDE = 1.3  # how much larger units must become for panels to stand beside the network


@dataclass(frozen=True)
class Plates:
    """Where everything stands, and the scene as it fits there."""

    network: Rect
    raster: Rect
    weights: Rect | None
    scene: Scene
    inch: float
    named: bool


def axes_at(figure: Figure, rect: Rect) -> Axes:
    """Return axes of a film at so many inches."""
    left, low, wide, high = rect
    return figure.add_axes((left / INCHES[0], low / INCHES[1], wide / INCHES[0], high / INCHES[1]))


def plates(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    """Return the division that shows units largest: panels under the network, or beside if that helps much.

    `rows`: names of the raster; `lines`: of the weights drawn against time; `learning`: weights change;
    `marked`: answers are marked right or wrong.
    """
    under = _under(net, rows, lines, learning, marked)
    beside = _beside(net, rows, lines, learning, marked)
    return beside if beside.inch > SIDE * under.inch else under


def _names(names: Sequence[str]) -> float:
    """Inches that names take beside their rows."""
    return max((width(name, SMALLEST / 72) for name in names), default=0.0) + 0.2


def _beginning(lines: Sequence[str], wanted: float) -> float:
    """Where the panel of the weights begins, so that it is not too narrow beside their names."""
    return min(wanted, INCHES[0] - EDGE - _names(lines) - NARROWEST)


def _under(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    named = len(rows) <= 12
    tall = max(min(len(rows) * ROW, 12 * ROW), 0.5)
    left = EDGE + (_names([short_name(row) for row in rows]) if named else 0.0)
    low = EDGE * 0.4 + AXIS
    floor = low + tall + 0.15
    left_of_lines = _beginning(lines, 9.0)
    right = left_of_lines - 0.9 if lines else INCHES[0] - EDGE
    network = (EDGE, floor, right - EDGE - 0.6 * marked, TOP - floor)
    weights = (
        (
            left_of_lines,
            floor + 0.45,
            INCHES[0] - left_of_lines - EDGE - _names(lines),
            TOP - floor - 0.75,
        )
        if lines
        else None
    )
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return Plates(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)


def _beside(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    left_of_lines = _beginning(lines, 8.4)
    network = (EDGE, EDGE * 0.6, left_of_lines - 1.4 - 0.6 * marked, TOP - EDGE * 0.6)
    low, most = EDGE * 0.4 + AXIS, 2.4 if lines else 4.6
    named = len(rows) * ROW <= most
    tall = max(min(len(rows) * ROW, most), 0.5)
    left = left_of_lines - 0.6 + (_names([short_name(row) for row in rows]) if named else 0.0)
    if not lines:
        low += (TOP - low - tall) / 2
    floor = low + tall + 0.8
    wide = INCHES[0] - left_of_lines - EDGE - _names(lines)
    weights = (left_of_lines, floor, wide, TOP - floor - 0.3) if lines else None
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return Plates(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)
