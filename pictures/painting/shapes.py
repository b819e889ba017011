"""Shapes: outlines of units, heads of synapses and letters, as matplotlib paths in unit radii."""

from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CORNER = 0.26  # of an input
FONT = "DejaVu Sans"
MONO = "DejaVu Sans Mono"
CAP = 0.729  # height of a capital of DejaVu Sans, in ems


def circle(x: float, y: float, r: float) -> Path:
    """Return a circle."""
    return Path.circle((x, y), r)


def rounded_square(x: float, y: float, half: float, corner: float = CORNER) -> Path:
    """Return a square with rounded corners, `half` from its middle to a side."""
    turn = np.linspace(0, np.pi / 2, 9)
    arc = np.column_stack([np.cos(turn), np.sin(turn)]) * corner
    quarters = []
    for k, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        c, s = np.cos(k * np.pi / 2), np.sin(k * np.pi / 2)
        quarters.append(arc @ np.array([[c, s], [-s, c]]) + np.array([sx, sy]) * (half - corner))
    points = np.concatenate(quarters) + np.array([x, y])
    return Path(np.vstack([points, points[:1]]), closed=True)


def arrow(tip: ArrayLike, along: ArrayLike, wide: float) -> Array:
    """Return the corners of an arrow head (4, 2) that ends at `tip` and points `along` (length 1)."""
    end, ahead = np.asarray(tip, dtype=np.float64), np.asarray(along, dtype=np.float64)
    side = np.array([-ahead[1], ahead[0]]) * wide
    back = end - ahead * wide * 2.0
    return np.array([end, back + side, end - ahead * wide * 1.5, back - side])


def bar(tip: ArrayLike, along: ArrayLike, wide: float, thick: float) -> Array:
    """Return the corners of a flat head (4, 2) that stands across the end of a line."""
    end, ahead = np.asarray(tip, dtype=np.float64), np.asarray(along, dtype=np.float64)
    side = np.array([-ahead[1], ahead[0]]) * wide / 2
    return np.array([end + side, end - side, end - side - ahead * thick, end + side - ahead * thick])


@lru_cache(maxsize=4096)
def letters(text: str, high: float, wide: float) -> Path:
    """Return the outline of a text about (0, 0): capitals `high`, the whole at most `wide`.

    Plain letters: nothing in the text is read as mathematics.
    """
    if not text.strip():
        return Path(np.zeros((0, 2)))
    vertices, codes = text_to_path.get_text_path(FontProperties(family=FONT), text, ismath=False)
    corners = np.asarray(vertices, dtype=np.float64).reshape(-1, 2)
    size = high / (CAP * text_to_path.FONT_SCALE)
    size = min(size, wide / max(float(np.ptp(corners[:, 0])), 1e-9))
    middle = (corners[:, 0].min() + corners[:, 0].max()) / 2
    move = Affine2D().translate(-middle, -CAP * text_to_path.FONT_SCALE / 2).scale(size)
    return move.transform_path(Path(corners, codes))


def moved(path: Path, x: float, y: float) -> Path:
    """Return a path at another place."""
    return Path(path.vertices + np.array([x, y]), path.codes)


def wide_of(path: Path) -> float:
    """Return the width of a path, 0 of an empty one.

    >>> wide_of(Path([(1, 0), (3, 2)]))
    2.0
    """
    corners = np.asarray(path.vertices, dtype=np.float64)
    return float(np.ptp(corners[:, 0])) if len(corners) else 0.0
