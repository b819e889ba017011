"""The script of a film: its shots, and what the clock says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.timeline import Timeline
from allornone.pictures.words import sentences

OPENING, END, PAUSE = 0.5, 1.6, 2.8  # seconds: before anything moves, after all has, and for a question


@dataclass(frozen=True)
class Shot:
    """One frame: a moment, the share of its tick that has passed, and what is asked meanwhile."""

    moment: int
    share: float
    ask: str = ""


def script(
    line: Timeline,
    sweeping: bool,
    fps: float,
    questions: Sequence[Mapping[str, Any]],
    parts: int | None = None,
) -> list[Shot]:
    """Return the shots of a film. Few moments take longer each; `sweeping`: layers answer one by one.

    A question stands where its tick `at` first comes. `parts`: frames of a moment, where another pace is wanted.
    """
    parts = parts or max(4, round(_pace(len(line), sweeping) * fps))
    shots = [Shot(0, 0.0)] * round(OPENING * fps)
    asked = {int(question["at"]): _asked(question) for question in reversed(questions)}
    for moment in range(len(line)):
        ask = asked.pop(int(line.ticks[moment]), "")
        shots += [Shot(moment, 0.0, ask)] * (round(PAUSE * fps) if ask else 0)
        shots += [Shot(moment, k / parts) for k in range(parts)]
    return shots + [Shot(len(line) - 1, 1.0)] * round(END * fps)


def clock(line: Timeline, moment: int, sweeping: bool) -> str:
    """Return what the clock says at a moment; a film that shows a part says of how much."""
    trials = len(set(line.trials.tolist()))
    trial, tick = int(line.trials[moment]) + 1, int(line.ticks[moment])
    cut = f" · {len(line)} of {line.whole} shown" if len(line) < line.whole else ""
    if sweeping:
        return f"presentation {numbers(line, True)[moment]}{cut or f'/{line.whole}'}"
    if trials > 1:
        return f"trial {trial}  t = {tick}{cut}"
    return f"t = {tick}{cut}"


def numbers(line: Timeline, presenting: bool) -> NDArray[np.int64]:
    """Return what an axis calls each moment: its tick, or, from 1 on, its presentation, as the clock does."""
    if not presenting:
        return line.ticks
    return (line.ticks if len(set(line.trials.tolist())) == 1 else line.places) + 1


def _pace(moments: int, sweeping: bool) -> float:
    """Seconds for a moment."""
    if sweeping:
        return 1.6 if moments <= 8 else 1.1 if moments <= 24 else 0.72
    return 0.96 if moments <= 12 else 0.64 if moments <= 30 else 0.4


def _asked(question: Mapping[str, Any]) -> str:
    """A question with its choices, as it stands over the film."""
    choices = " / ".join(str(choice) for choice in question.get("choices", ()))
    return sentences(f"{question['ask']}  {choices}".strip())
