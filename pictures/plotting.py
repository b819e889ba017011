"""Plots of records: the raster of a Trace, the curves of a Training."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from allornone.pictures.drawing import Drawing, canvas, check_axes
from allornone.pictures.films.panels import Rows, raster
from allornone.pictures.films.timeline import timeline
from allornone.pictures.layout.units import short_name, width
from allornone.pictures.painting.painting import root
from allornone.pictures.painting.shapes import FONT
from allornone.pictures.palette import Theme, theme_of
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError
from allornone.simulator.records.records import Trace, Training

LETTER = 10.0
SHOWN = ("error", "mistakes")
UNJUDGED = ("change", "updates")
"""What is shown of a training without a teacher: how far its weights went in each epoch, and how often."""
ROWS = 120


@checked
def plot(x: Any, ax: Axes | None = None, theme: str | Theme = "light") -> Drawing:
    """Plot a Trace as a raster, a Training as curves over its epochs, a result as what it learned or did.

    Of a result whose learning had no teacher, and so no error, the trace is shown.

    `ax`: axes to draw into. Raises AllornoneError for anything else.
    """
    chosen = theme_of(theme)
    check_axes(ax)
    if isinstance(x, Trace):
        return _trace(x, ax, chosen)
    if isinstance(x, Training):
        return _training(x, ax, chosen)
    for part in ("training", "trace"):
        own = getattr(x, part, None)
        if own is not None and (part == "trace" or _judged(own)):
            return plot(own, ax, chosen)
    raise AllornoneError(f"there is no plot of a {type(x).__name__}: give a Trace, a Training or a result")


def _trace(trace: Trace, ax: Axes | None, theme: Theme) -> Drawing:
    line = timeline(trace, range(trace.ticks), some=True)
    rows = Rows.of(line, range(min(len(line.units), ROWS)), line.ticks)
    names = rows.names
    if ax is None:
        left = width(max(map(short_name, names), key=len), LETTER / 72) + 0.3
        wide = left + float(np.clip(0.22 * len(line), 3.0, 11.0)) + 0.3
        high = 0.7 + 0.24 * len(names)
        figure = canvas(wide, high, theme)
        ax = figure.add_axes((left / wide, 0.55 / high, 1 - (left + 0.25) / wide, 1 - 0.7 / high))
    raster(ax, rows, theme, LETTER)
    return Drawing(root(ax), ax)


def _training(training: Training, ax: Axes | None, theme: Theme) -> Drawing:
    """One curve under the other; with given axes, only the first that there is."""
    words = _judged(training) or [word for word in UNJUDGED if len(training.values.get(word, ()))]
    if not words:
        return _weights(training, ax, theme)
    if ax is not None:
        _curve(ax, training, words[0], theme)
        return Drawing(root(ax), ax)
    wide, each = 6.4, 2.3
    high = each * len(words) + 0.3
    figure = canvas(wide, high, theme)
    for k, word in enumerate(words):
        low = high - each * (k + 1) + 0.35
        _curve(
            figure.add_axes((0.9 / wide, low / high, 1 - 1.15 / wide, (each - 0.6) / high)),
            training,
            word,
            theme,
        )
    return Drawing(figure, figure.axes[0])


def _weights(training: Training, ax: Axes | None, theme: Theme) -> Drawing:
    """Of a training that took no epoch: the weights that it began with, a bar each."""
    if training.program is None:
        raise AllornoneError(
            "this training took no epoch and was loaded without its network: nothing is to be seen"
        )
    if ax is None:
        ax = canvas(6.4, 2.6, theme).add_axes((0.14, 0.17, 0.82, 0.73))
    values = training.program.synapse_values(training.theta)[:, 0]
    ax.bar(np.arange(1, len(values) + 1), values, width=0.8, color=theme.pos, linewidth=0)
    ax.axhline(0, color=theme.mute, linewidth=0.8)
    _style(ax, "weight", "synapse", theme, integer=False)
    return Drawing(root(ax), ax)


def _judged(training: Training) -> list[str]:
    """Return the words of which anything is known."""
    known = [word for word in SHOWN if word in training.values]
    return [word for word in known if np.isfinite(training.values[word]).any()]


def _curve(ax: Axes, training: Training, word: str, theme: Theme) -> None:
    """One value an epoch; mistakes are bars, since they are counted."""
    values = np.asarray(training.values[word], dtype=np.float64)
    counted = word in ("mistakes", "updates")
    epochs = np.arange(len(values)) + (0 if word == "error" else 1)  # the error begins before the first epoch
    if counted and values.shape[1] == 1:
        ax.bar(epochs, values[:, 0], width=0.8, color=theme.neg, linewidth=0)
    else:
        ax.plot(
            epochs,
            values,
            color=theme.neg if counted else theme.pos,
            linewidth=1.8 if values.shape[1] == 1 else 0.8,
            marker="o" if len(values) == 1 else "",
        )
    ax.set(ylim=(0, None))
    if len(epochs) == 1:
        ax.set_xlim(epochs[0] - 0.5, epochs[0] + 0.5)
    _style(ax, word, "epoch", theme, integer=counted)


def _style(ax: Axes, y: str, x: str, theme: Theme, *, integer: bool) -> None:
    ax.set(facecolor="none")
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=integer))
    ax.tick_params(labelsize=LETTER, colors=theme.mute, labelfontfamily=FONT)
    ax.set_ylabel(y, size=LETTER, color=theme.ink, family=FONT)
    ax.set_xlabel(x, size=LETTER, color=theme.mute, family=FONT)
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(theme.mute)
