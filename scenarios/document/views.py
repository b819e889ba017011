"""Views and films: the kinds of picture that a scenario may ask for, and what is shown where it asks for none.

A file may name each of them; whoever draws says which are drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VIEWS: Mapping[str, str] = {
    "raster": "What units did, tick by tick.",
    "weights": "Weights against the epochs.",
    "errors": "Error and mistakes against the epochs.",
    "table": "A truth table.",
    "curve": "A unit's output over one input, its target beside it.",
    "plane": "Points in the plane of two inputs, with the line or the field that tells them apart.",
    "space": "The space of weights, the contours of the error in it, and the path of a training.",
    "grid": "A group as an image.",
    "map": "A Karnaugh map.",
    "passes": "Forward values, δ and slopes on the net, numbered in the order of computing.",
    "compare": "Measures along an axis, over every run that `at` leaves.",
}
"""Kinds of view, each with its line."""
FILMS: Mapping[str, str] = {
    "network": "The net over ticks: what fires, what travels, weights that change.",
    "grid": "A group as an image a tick.",
    "weights": "Weights as they change.",
    "plane": "The line that moves among the points.",
    "retina": "A retina, the figures on it, and the answer.",
    "descent": "The path of a training over the error.",
    "flips": "The units of a MADALINE that are flipped.",
    "table": "A truth table that fills.",
    "fields": "Receptive fields as they form.",
    "polygon": "A walk over a polygon.",
    "approximation": "A function that is approached.",
    "passes": "Values on their way forward, slopes on their way back.",
}
"""Kinds of film, each with its line."""
OF_COMPARE = ("measure", "along")
"""Keys of the view that compares runs, and of no other."""


def shown_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return which phase of which run is shown: the film's, or else the first view's.

    >>> shown_of({"interpretation": {"views": [{"kind": "raster", "at": {"L": 3}}], "film": {"kind": "network"}}})
    {'at': {'L': 3}, 'kind': 'network'}
    """
    about = raw.get("interpretation", {})
    first: Mapping[str, Any] = next(iter(about.get("views", ())), {})
    return {**{key: first[key] for key in ("phase", "at") if key in first}, **about.get("film", {})}
