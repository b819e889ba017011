"""Panels under and beside a network: the raster of its units, its weights against time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from allornone.pictures.heights import isotonic
from allornone.pictures.naming import short_name
from allornone.pictures.painting import inches
from allornone.pictures.palette import Theme, mix, rgb
from allornone.pictures.shapes import FONT
from allornone.pictures.timeline import Timeline

Array = NDArray[np.float64]

STYLES = (
    "-",
    (0, (4, 1.4)),
    (0, (1, 1.2)),
    (0, (5, 1.2, 1, 1.2)),
    (0, (8, 2)),
    (0, (1, 3)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (2, 2)),
)


@dataclass(frozen=True)
class Rows:
    """What a raster shows: names (rows), levels −1 to 1 and vetoes (moments, rows), inputs (rows).

    `trials` and `ticks` (moments): where a trial ends, and what the axis says.
    """

    names: Sequence[str]
    level: Array
    binary: bool
    vetoed: NDArray[np.bool_]
    inputs: NDArray[np.bool_]
    trials: NDArray[np.int64]
    ticks: NDArray[np.int64]

    @classmethod
    def of(cls, line: Timeline, shown: Sequence[int], ticks: NDArray[np.int64]) -> "Rows":
        """Return the rows of some units of a timeline."""
        which = list(shown)
        y = line.y[:, which]
        return cls(
            names=[line.units[k] for k in which],
            level=line.levels[:, which],
            binary=bool(np.all((y == 0) | (y == 1))),
            vetoed=line.vetoed[:, which],
            inputs=line.inputs[which],
            trials=line.trials,
            ticks=ticks,
        )


def raster(ax: Axes, rows: Rows, theme: Theme, size: float, named: bool = True, word: str = "tick") -> None:
    """Draw a raster: a cell where a unit fires, × where it was vetoed, shades for real values.

    `size`: points of the letters; `named`: whether rows carry names.
    """
    count, many = rows.level.shape
    ax.set(xlim=(-0.6, count - 0.4), ylim=(many - 0.4, -0.6), facecolor="none")
    ax.add_collection(
        LineCollection(
            [[(-0.5, r), (count - 0.5, r)] for r in range(many)], colors=theme.faint, linewidths=0.7, zorder=1
        )
    )
    moment, row = np.nonzero(np.abs(rows.level) > 1e-9)
    level = rows.level[moment, row]
    half = np.array([0.43, 0.38])
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    cells = PolyCollection(list(np.stack([moment, row], axis=1)[:, None] + corner), zorder=2)
    cells.set(
        facecolors=_shades(level, rows.inputs[row], rows.binary, theme), edgecolors=theme.bg, linewidths=0.3
    )
    if rows.binary:
        cells.set(edgecolors=np.where(rows.inputs[row], theme.mute, theme.ink), linewidths=0.45)
    ax.add_collection(cells, autolim=False)
    off_at, off_row = np.nonzero(rows.vetoed)
    ax.plot(off_at, off_row, "x", color=theme.neg, markersize=size * 0.55, markeredgewidth=1.6, zorder=3)
    changes = np.flatnonzero(np.diff(rows.trials)) + 0.5
    ax.vlines(changes, -0.6, many - 0.4, color=theme.mute, linewidth=0.8, zorder=1)
    _axis(ax, rows, theme, size, word)
    ax.set_yticks(range(many) if named else [], [short_name(name) for name in rows.names] if named else [])
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.tick_params(axis="y", length=0)
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)


def curves(ax: Axes, values: Array, names: Sequence[str], rows: Rows, theme: Theme, size: float) -> None:
    """Draw values (moments, lines) against time, one line style each, named at its end.

    `rows`: of the raster nearby, whose axis this one repeats.
    """
    count = len(values)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = (high - low or 1.0) * 0.08
    ax.set(xlim=(-0.5, count - 0.5), ylim=(low - room, high + room), facecolor="none")
    if low < 0:
        ax.axhline(0, color=theme.faint, linewidth=0.8, zorder=1)
    for k in range(values.shape[1]):
        ax.plot(values[:, k], color=theme.pos, linestyle=STYLES[k % len(STYLES)], linewidth=1.8, zorder=2)
    letter = size / 72 / inches(ax)[1] * (high - low + 2 * room)
    for at, name in zip(apart(values[-1], letter * 1.25), names, strict=True):
        ax.text(
            count - 0.5 + count * 0.02,
            at,
            name,
            size=size,
            va="center_baseline",
            color=theme.ink,
            family=FONT,
            parse_math=False,
        )
    _axis(ax, rows, theme, size, "")
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(theme.mute)


def apart(wanted: Array, gap: float) -> Array:
    """Return heights near the wanted ones, at least `gap` apart, in the same order.

    >>> apart(np.array([1.0, 1.0]), 2.0).tolist()
    [0.0, 2.0]
    """
    order = np.argsort(wanted, kind="stable")
    found = np.empty(len(wanted))
    found[order] = isotonic(wanted[order].tolist(), [1.0] * len(wanted), [gap] * (len(wanted) - 1))
    return found


def _tick_name(rows: Rows, x: float) -> str:
    """The tick of a moment, which starts anew with every trial."""
    at = round(x)
    return str(rows.ticks[at]) if abs(x - at) < 1e-6 and 0 <= at < len(rows.ticks) else ""


def _shades(level: Array, is_input: NDArray[np.bool_], binary: bool, theme: Theme) -> Array:
    rest, fire, cold = (rgb(colour) for colour in (theme.rest, theme.fire, theme.cold))
    found = np.where((level >= 0)[:, None], mix(rest, fire, np.abs(level)), mix(rest, cold, np.abs(level)))
    if binary:
        found[is_input] = rgb(theme.mute)
    return found


def _axis(ax: Axes, rows: Rows, theme: Theme, size: float, word: str) -> None:
    ax.tick_params(labelsize=size, colors=theme.mute, labelcolor=theme.mute, labelfontfamily=FONT)
    ax.xaxis.set_major_locator(MaxNLocator(14, integer=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _tick_name(rows, x)))
    if word:
        ax.set_xlabel(word, size=size, color=theme.mute, family=FONT)
