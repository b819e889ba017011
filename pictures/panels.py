"""Panels under and beside a network: the raster of its units, its weights against time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from allornone.pictures.heights import isotonic
from allornone.pictures.naming import short_name, width
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

TRIALS = 4  # and more are numbered in place of their ticks


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

    @classmethod
    def summed(cls, line: Timeline, group: Mapping[str, str | None], ticks: NDArray[np.int64]) -> "Rows":
        """Return a row for each group: how much of it is active, of the most that any ever is."""
        names = list(dict.fromkeys(str(group[unit]) for unit in line.units))
        owner = np.array([names.index(str(group[unit])) for unit in line.units])
        share = np.stack([np.abs(line.levels[:, owner == k]).mean(axis=1) for k in range(len(names))], axis=1)
        return cls(
            names=names,
            level=share / max(float(share.max(initial=0.0)), 1e-9),
            binary=False,
            vetoed=np.zeros(share.shape, dtype=bool),
            inputs=np.zeros(len(names), dtype=bool),
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
    counted = time_axis(ax, rows, theme, size)
    ax.set_xlabel(counted or word, size=size, color=theme.mute, family=FONT)
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
    within = low - room, high + room
    for at, name in zip(apart(values[-1], letter * 1.25, within), names, strict=True):
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
    time_axis(ax, rows, theme, size)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(theme.mute)


def apart(wanted: Array, gap: float, within: tuple[float, float]) -> Array:
    """Return heights near the wanted ones, at least `gap` apart, in the same order, `within` bounds if they fit.

    >>> apart(np.array([1.0, 1.0]), 2.0, (0, 9)).tolist()
    [0.0, 2.0]
    >>> apart(np.array([8.0, 9.0]), 2.0, (0, 9)).tolist()
    [7.0, 9.0]
    """
    low, high = within
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    level = np.array(isotonic(wanted[order].tolist(), [1.0] * len(wanted), [gap] * (len(wanted) - 1)))
    found = np.empty(len(wanted))
    found[order] = np.maximum(np.minimum(level, high - steps[::-1]), low + steps)
    return found


def _shades(level: Array, is_input: NDArray[np.bool_], binary: bool, theme: Theme) -> Array:
    rest, fire, cold = (rgb(colour) for colour in (theme.rest, theme.fire, theme.cold))
    found = np.where((level >= 0)[:, None], mix(rest, fire, np.abs(level)), mix(rest, cold, np.abs(level)))
    if binary:
        found[is_input] = rgb(theme.mute)
    return found


def time_axis(ax: Axes, rows: Rows, theme: Theme, size: float, down: bool = False) -> str:
    """Number the moments along an axis, as many as stand apart; return "trial" where trials are numbered, else "".

    Of four trials and more these are numbered. `down`: time runs along the other axis, downwards.
    """
    axis = ax.yaxis if down else ax.xaxis
    ax.tick_params(labelsize=size, colors=theme.mute, labelcolor=theme.mute, labelfontfamily=FONT)
    begins = np.flatnonzero(np.diff(rows.trials, prepend=-1))
    by_trial = TRIALS <= len(begins) < len(rows.trials)
    numbers = rows.trials + 1 if by_trial else rows.ticks
    long = max((len(str(number)) for number in numbers), default=1)
    room = size / 72 * (1.6 if down else width("0" * long, 1.0) + 1.0)
    most = int(np.clip(inches(ax)[down] / room, 1, 14))
    if by_trial:
        axis.set_ticks(begins[:: -(-len(begins) // most)].tolist())
    else:
        axis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]))

    def named(x: float, _: object) -> str:
        at = round(x)
        return str(numbers[at]) if abs(x - at) < 1e-6 and 0 <= at < len(numbers) else ""

    axis.set_major_formatter(FuncFormatter(named))
    return "trial" if by_trial else ""
