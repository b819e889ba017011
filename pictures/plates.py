"""Plates: how a film divides its surface among network, raster and weights. Inches from the lower left."""

from collections.abc import Sequence
from dataclasses import dataclass

from allornone.pictures.film import INCHES
from allornone.pictures.naming import short_name, width
from allornone.pictures.painting import composed
from allornone.pictures.scene import Scene
from allornone.simulator.network import Network

Rect = tuple[float, float, float, float]  # left, low, wide, high

SMALLEST = 11.0  # points of the smallest letter of a film
EDGE = 0.38
TOP = 6.05  # over it stand title and story
ROW = 0.205  # of a raster with names
AXIS = 0.52  # under a raster
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


def plates(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    """Return the division that shows units largest: panels under the network, or beside if that helps much.

    `rows`: names of the raster; `lines`: of the weights drawn against time; `learning`: weights change;
    `marked`: answers are marked right or wrong.
    """
    under = _under(net, rows, lines, learning, marked)
    beside = _beside(net, rows, lines, learning, marked)
    return beside if beside.inch > SIDE * under.inch else under


def _names(rows: Sequence[str]) -> float:
    """Inches that names take beside their rows."""
    return max((width(short_name(name), SMALLEST / 72) for name in rows), default=0.0) + 0.2


def _under(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    named = len(rows) <= 12
    tall = max(min(len(rows) * ROW, 12 * ROW), 0.5)
    left = EDGE + (_names(rows) if named else 0.0)
    low = EDGE * 0.4 + AXIS
    floor = low + tall + 0.15
    right = 8.1 if lines else INCHES[0] - EDGE
    network = (EDGE, floor, right - EDGE - 0.6 * marked, TOP - floor)
    weights = (
        (9.0, floor + 0.45, INCHES[0] - 9.0 - EDGE - _names(lines), TOP - floor - 0.75) if lines else None
    )
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return Plates(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)


def _beside(net: Network, rows: Sequence[str], lines: Sequence[str], learning: bool, marked: bool) -> Plates:
    network = (EDGE, EDGE * 0.6, 7.0 - 0.6 * marked, TOP - EDGE * 0.6)
    low, most = EDGE * 0.4 + AXIS, 2.4 if lines else 4.6
    named = len(rows) * ROW <= most
    tall = max(min(len(rows) * ROW, most), 0.5)
    left = 7.8 + (_names(rows) if named else 0.0)
    if not lines:
        low += (TOP - low - tall) / 2
    floor = low + tall + 0.8
    weights = (8.4, floor, INCHES[0] - 8.4 - EDGE - _names(lines), TOP - floor - 0.3) if lines else None
    scene, inch = composed(net, network[2:], SMALLEST, learning=learning)
    return Plates(network, (left, low, INCHES[0] - EDGE - left, tall), weights, scene, inch, named)
