"""The keys of a phase: what may stand in one, and which do nothing beside what happens there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEARNING_KEYS = (
    "rule",
    "plastic",
    "batch",
    "average",
    "divergence",
    "order",
    "epochs",
    "until",
    "bound",
)
PHASE_ACTS = ("stimulus", "teach", "show", "gradient")
PHASE_KEYS = ("name", *PHASE_ACTS, "ticks", "teacher", "from", "update", "flip", "hold", "sample")


def idle(phase: Mapping[str, Any]) -> dict[str, str]:
    """Return the keys of a phase that do nothing there, whatever the rest of the file says, and why.

    >>> idle({"name": "exam", "show": "gate", "epochs": 3})
    {'epochs': 'does nothing here: what is shown teaches nothing'}
    """
    acts = [act for act in PHASE_ACTS if act in phase]
    if len(acts) != 1:
        return {}
    act = acts[0]
    in_time = act == "stimulus" and "teacher" not in phase
    rows = (
        (act != "show", ("flip", "hold"), "is of cues: it goes with show"),
        (act != "stimulus", ("teacher", "sample"), "goes with a stimulus"),
        (act == "show", LEARNING_KEYS, "does nothing here: what is shown teaches nothing"),
        (
            in_time,
            ("until", "batch", "average", "order"),
            "is of lessons: a stimulus without a teacher is lived in time, trial by trial",
        ),
        (
            act != "show" and not in_time,
            ("from", "update"),
            "does nothing here: each lesson is presented from rest, to all units together",
        ),
    )
    why = {key: reason for applies, keys, reason in rows if applies for key in keys}
    return {key: why[key] for key in phase if key in why}
