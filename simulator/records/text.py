"""Records as text: a trace as a raster, a training as sparklines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from allornone.simulator.network.text import ROWS, counted

if TYPE_CHECKING:
    from allornone.simulator.records.records import Trace, Training


COLUMNS = 60
BARS = "▁▂▃▄▅▆▇█"
CURVE = 50


def trace_text(trace: Trace) -> str:
    """Return a trace as a raster: a row a unit, a column a tick."""
    y = trace.recorded["y"]
    ticks, batch, units, lanes = y.shape
    more = f", {batch} trials (the first is shown)" * (
        batch > 1
    ) + f", {lanes} lanes (the first is shown)" * (lanes > 1)
    lines = [f"Trace: {counted(ticks, 'tick')} × {counted(units, 'unit')}{more}"]
    wide = max((len(unit) for unit in trace.units[: 2 * ROWS]), default=0)
    if ticks <= COLUMNS:
        lines.append(" " * (wide + 2) + "".join(f"{tick:<10}" for tick in range(0, ticks, 10)).rstrip())
    inputs = set(trace.inputs)
    vetoed = trace.recorded.get("vetoed")
    for place, unit in enumerate(trace.units[: 2 * ROWS]):
        column = y[:, 0, place, 0]
        silenced = vetoed[:, 0, place, 0] if vetoed is not None else np.zeros(ticks, dtype=bool)
        lines.append(f"{unit:>{wide}}  {_row(column, silenced, unit in inputs)}  {_summary(column)}")
    if units > 2 * ROWS:
        lines.append(f"… {units - 2 * ROWS} more")
    veto_key = "  × vetoed by an inhibitory synapse" if vetoed is not None and vetoed.any() else ""
    if ticks <= COLUMNS and y.dtype == np.int8:
        lines.append(" " * (wide + 2) + f"█ fires  ▒ input{veto_key}  · rests")
    return "\n".join(lines)


def training_text(training: Training) -> str:
    """Return a training as text: why it stopped, and each of its curves."""
    rule = training.rule
    given = ", ".join(f"{name}={value}" for name, value in rule.values().items() if np.ndim(value) == 0)
    epochs = training.epochs if np.ndim(training.epochs) == 0 else int(np.max(training.epochs))
    lines = [
        f"Training: {type(rule).__name__}({given}), {counted(epochs, 'epoch')}, stopped: {training.stopped}"
    ]
    for word in ("error", "mistakes"):
        column = training.values.get(word, np.empty((0, 1)))
        known = column[np.isfinite(column).any(axis=1)]
        curve = np.nanmean(known, axis=1) if len(known) else np.empty(0)
        if len(curve):
            best = int(np.argmin(curve))
            first = 0 if word == "error" else 1
            span = f"{curve[0]:.4g} → {curve[-1]:.4g}"
            lines.append(
                f"  {word:<9} {sparkline(curve, CURVE)}  {span}  (best {curve[best]:.4g} at {best + first})"
            )
    return "\n".join(lines)


def sparkline(values: Any, width: int) -> str:
    """Return values as a row of bars, averaged to at most `width` of them.

    >>> sparkline([0, 1, 2, 3], 10)
    '▁▃▆█'
    """
    column = np.asarray(values, dtype=float)
    if len(column) > width:
        column = np.array([part.mean() for part in np.array_split(column, width)])
    low, high = column.min(), column.max()
    scaled = (column - low) / (high - low) if high > low else column * 0
    return "".join(BARS[round(7 * value)] for value in scaled)


def _row(column: Any, silenced: Any, is_input: bool) -> str:
    if column.dtype != np.int8 or len(column) > COLUMNS:
        return sparkline(column, COLUMNS)
    fires = "▒" if is_input else "█"
    return "".join("×" if veto else fires if y else "·" for y, veto in zip(column, silenced, strict=True))


def _summary(column: Any) -> str:
    if column.dtype == np.int8:
        return f"{counted(int(column.sum()), 'spike'):>10}"
    return f"{column[-1]:10.4g}"
