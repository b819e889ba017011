"""Marks: what stands inside a unit and beside a synapse: thresholds, mini-curves, short numbers."""

import math

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.network.network import Network

Array = NDArray[np.float64]

SPAN = 3.0  # a mini-curve shows net inputs from −SPAN to SPAN
CURVE = 33  # points of it


def short(value: float) -> str:
    """Return a number in at most four characters, where four can say it.

    >>> short(2.0), short(0.734), short(-0.5), short(12.0), short(-7.93), short(15527.0)
    ('2', '.73', '−.5', '12', '−7.9', '16k')
    """
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "?"
    size, sign = abs(value), "−" if value < 0 else ""
    for letter, unit in (("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9)):
        for digits in (2, 1, 0):
            text = f"{size / unit:.{digits}f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
            text = text.removeprefix("0") or "0"
            text = (sign if text != "0" else "") + text + letter
            if len(text) <= 4 + (letter != "") * len(sign):
                return text
    return sign + f"{size:.0e}".replace("e+", "e")


def signed(value: float) -> str:
    """Return a number with its sign and two digits behind the point: it keeps its width in a film.

    >>> signed(0.5), signed(-1.25), signed(-0.001)
    ('+0.50', '−1.25', '+0.00')
    """
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def threshold(net: Network, unit: str) -> str:
    """Return the threshold of a unit as text, or "" if its model has none."""
    value = net.unit(unit).values().get("threshold")
    return "" if value is None else short(float(value))


def mini_curve(net: Network, unit: str) -> Array:
    """Return the model's own activation over [−3, 3], scaled into ±0.5 both ways, (CURVE, 2).

    A third-party model gets its icon free. One that sums no products is shown about its centre, 0; one that answers
    in a group beside another that hears nothing.
    """
    model = net.unit(unit)
    x = np.linspace(-SPAN, SPAN, CURVE)
    z = (x if model.summing else model.combine(np.zeros(CURVE), x))[:, None, None]
    group = np.concatenate([z, np.zeros_like(z)], axis=1) if model.vector else z
    y = np.asarray(model.activate(group)[:, 0, 0], dtype=np.float64)
    y = np.nan_to_num(y, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(y.min()), float(y.max())
    level = (y - (low + high) / 2) / (high - low) if high > low else np.zeros(CURVE)
    return np.column_stack([x / SPAN * 0.5, level * 0.8])
