"""Labels: the names of bodies, beside, under or, in a tangle, outside of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.layout import UNDER
from allornone.pictures.naming import short_name, width
from allornone.pictures.routing import LOOP, Plan
from allornone.pictures.wiring import Body

Array = NDArray[np.float64]

APART = 0.35  # between a body and its name, and between two names in ems


@dataclass(frozen=True)
class Label:
    """A text at a place; `across` "left", "right", "center", `up` "top", "center", "bottom": which point of it."""

    text: str
    x: float
    y: float
    across: str
    up: str
    role: str  # "input", "output", "unit", "patch", "fold", "note"


def label_of(body: Body, place: Array, side: str) -> Label:
    """The name of a body, beside it."""
    x, y = float(place[0]), float(place[1])
    wide, high = body.half
    role = body.kind
    text = str(body.rows) if role == "fold" else short_name(body.name)
    if side == "middle":
        return Label(text, x, y, "center", "center", role)
    if side == "left":
        return Label(text, x - wide - 0.35, y, "right", "center", role)
    if side == "right":
        return Label(text, x + wide + 0.42, y, "left", "center", role)
    return Label(text, x, y - high - UNDER, "center", "top", role)


def around(plan: Plan, named: Sequence[int], em: float) -> list[Label]:
    """Return the labels of bodies of a tangle, away from it; a name that would lie on another is left out."""
    looped = {link.source for link in plan.links if link.source == link.target}
    found: list[Label] = []
    taken: list[Array] = []
    for k in named:
        body, (x, y) = plan.bodies[k], plan.outward[k]
        far = body.half[0] + APART + (LOOP if k in looped else 0.0)
        at = plan.places[k] + plan.outward[k] * far
        across = "center" if abs(x) < 0.3 else "left" if x > 0 else "right"
        up = "center" if abs(y) < 0.6 else "bottom" if y > 0 else "top"
        label = Label(short_name(body.name), float(at[0]), float(at[1]), across, up, body.kind)
        box = extent(label, em)
        room = np.array([APART, 0.0]) * em
        if all((box[1] + room < other[0]).any() or (other[1] + room < box[0]).any() for other in taken):
            found.append(label)
            taken.append(box)
    return found


def extent(label: Label, em: float) -> Array:
    """Return the lower left and the upper right corner of a label whose letters are `em` high, (2, 2)."""
    long, high = width(label.text, em), 1.15 * em
    left = label.x - {"left": 0.0, "center": 0.5, "right": 1.0}[label.across] * long
    top = label.y + {"top": 0.0, "center": em / 2, "bottom": high}[label.up]
    return np.array([[left, top - high], [left + long, top]])
