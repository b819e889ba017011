"""Boards: tables of cells painted by numpy straight into the pixels of a frame; what is small stays crisp."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.film import INCHES, WIDTH, Pixels
from allornone.pictures.palette import ON_FIRE, Theme, mix, rgb
from allornone.pictures.plates import Rect

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

PIXEL = INCHES[0] / WIDTH  # inches, at the usual width: cells are whole pixels there
LARGEST = 30 * PIXEL  # a cell
LINED = 6 * PIXEL  # smaller cells have no lines between them
DISC = 0.28  # radius of the mark in a cell, in cells


@dataclass(frozen=True)
class Board:
    """Where a table of `rows` and `cols` stands, in inches from the lower left, and how it is coloured.

    `binary`: values are 0 and 1; small cells of these are ink, since yellow on white is seen only when framed.
    """

    rect: Rect
    rows: int
    cols: int
    binary: bool
    theme: Theme

    @property
    def lined(self) -> bool:
        """Whether there are lines between the cells."""
        _, _, wide, high = self.rect
        return min(wide / self.cols, high / self.rows) >= LINED - 1e-9

    def painted(
        self, level: Array, width: int, marked: Mask | None = None, cuts: Sequence[int] = ()
    ) -> Pixels:
        """Return the image of values in [−1, 1], (rows, cols), in a frame so many pixels wide.

        `marked` (rows, cols): cells that carry a disc; `cuts`: rows over which a heavy line runs. Of fewer rows than
        the board has only their part of it is returned.
        """
        dpi, seen = width / INCHES[0], len(level)
        level = np.concatenate([level, np.zeros((self.rows - seen, self.cols))])
        high, wide = self._size(width)
        image = np.rint(_spread(_spread(self._shades(level), high, 0), wide, 1)).astype(np.uint8)
        if marked is not None:
            self._mark(image, marked, level)
        thick = max(1, round(dpi * PIXEL))
        found = self._framed(image, level > 0.5, thick) if self.lined else image
        for row in cuts:
            top = row * high // self.rows
            found[top : top + 2 * thick] = np.rint(255 * rgb(self.theme.mute))
        return found[: _starts(self.rows, high)[seen] + thick * self.lined]

    def corner(self, height: int, width: int) -> tuple[int, int]:
        """Return the row and column of a frame at which the image begins."""
        dpi = width / INCHES[0]
        left, low, _, high = self.rect
        return height - round((low + high) * dpi), round(left * dpi)

    def _size(self, width: int) -> tuple[int, int]:
        """Height and width in pixels, in a frame so many pixels wide."""
        dpi = width / INCHES[0]
        return max(round(self.rect[3] * dpi), 1), max(round(self.rect[2] * dpi), 1)

    def _shades(self, level: Array) -> Array:
        """Colours 0 to 255, (rows, cols, 3)."""
        theme = self.theme
        inked = self.binary and not self.lined
        rest = rgb(theme.rest if self.lined else theme.panel)
        high, low = rgb(theme.ink if inked else theme.fire), rgb(theme.cold)
        up = (level >= 0)[..., None]
        return np.asarray(255 * np.where(up, mix(rest, high, np.abs(level)), mix(rest, low, np.abs(level))))

    def _framed(self, image: Pixels, lit: Mask, thick: int) -> Pixels:
        """The same with lines round the cells, in ink where a cell is lit."""
        high, wide = image.shape[:2]
        grown = np.pad(lit, 1)
        found = np.pad(image, ((0, thick), (0, thick), (0, 0)), mode="edge")
        row = np.minimum(np.arange(high + thick) * self.rows // high, self.rows - 1)
        col = np.minimum(np.arange(wide + thick) * self.cols // wide, self.cols - 1)
        tone = np.rint(255 * np.array([rgb(self.theme.faint), rgb(self.theme.ink)])).astype(np.uint8)
        across, down = _starts(self.cols, wide), _starts(self.rows, high)
        beside = grown[1:-1, :-1] | grown[1:-1, 1:]
        over = grown[:-1, 1:-1] | grown[1:, 1:-1]
        for k in range(thick):
            found[:, across + k] = tone[beside[row].astype(int)]
            found[down + k] = tone[over[:, col].astype(int)]
        corners = grown[:-1, :-1] | grown[:-1, 1:] | grown[1:, :-1] | grown[1:, 1:]
        for k in range(thick * thick):
            found[np.ix_(down + k // thick, across + k % thick)] = tone[corners.astype(int)]
        return found

    def _mark(self, image: Pixels, marked: Mask, level: Array) -> None:
        """Put a disc into the cells that are marked; into very small ones a block."""
        high, wide = image.shape[0] / self.rows, image.shape[1] / self.cols
        inked = self.binary and not self.lined
        radius = max(DISC * min(high, wide), 0.5)
        for r, c in np.argwhere(marked):
            part = image[int(r * high) : int((r + 1) * high) + 1, int(c * wide) : int((c + 1) * wide) + 1]
            y, x = np.ogrid[: part.shape[0], : part.shape[1]]
            down, across = (
                y + 0.5 + int(r * high) - (r + 0.5) * high,
                x + 0.5 + int(c * wide) - (c + 0.5) * wide,
            )
            colour = self.theme.fire if inked else ON_FIRE if level[r, c] > 0.5 else self.theme.ink
            part[down**2 + across**2 <= radius**2] = np.rint(255 * rgb(colour))


def fitted(rows: int, cols: int, wide: float, high: float, square: bool) -> tuple[float, float]:
    """Return the width and height of a table within so many inches, its cells whole pixels where they can be.

    >>> wide, high = fitted(2, 4, 8.0, 5.0, True)
    >>> round(wide, 6), round(high, 6)
    (2.4, 1.2)
    """
    side = min(wide / cols, high / rows, LARGEST)
    across, down = side, side
    if not square and side < LINED / 2:
        across, down = min(wide / cols, LARGEST), min(high / rows, LINED)
    return cols * _whole(across), rows * _whole(down)


def _whole(side: float) -> float:
    return float(np.floor(side / PIXEL + 1e-9) * PIXEL) if side >= PIXEL else side


def _starts(cells: int, pixels: int) -> NDArray[np.int64]:
    """The first pixel of each cell, and the one after the last."""
    return np.asarray(-(-np.arange(cells + 1) * pixels // cells), dtype=np.int64)


def _spread(values: Array, count: int, axis: int) -> Array:
    """The same over so many pixels of an axis: cells are repeated, or averaged where they are smaller."""
    cells = values.shape[axis]
    if count >= cells:
        return np.asarray(np.take(values, np.arange(count) * cells // count, axis))
    starts = np.arange(count) * cells // count
    many = np.diff([*starts, cells]).reshape([-1 if k == axis else 1 for k in range(values.ndim)])
    return np.asarray(np.add.reduceat(values, starts, axis) / many)
