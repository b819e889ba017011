"""Wording: numbers, names and changed weights as sentences about records have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allornone.simulator.arrays import Array

NAMES = 4
"""Units that are named of those which did the same."""
WEIGHTS = 4
"""Weights that are told one by one."""
DIGITS = (4, 6, 9, 12, 17)


class Sentence(str):
    """A text that shows itself without quotes, so that a question at a prompt gets a sentence for an answer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def number(value: float) -> str:
    """Return a number in few digits, with a minus that is one.

    >>> number(-0.5), number(3.0)
    ('−0.5', '3')
    """
    return _digits(float(value), DIGITS[0])


def names(of: Sequence[str], last: str = "and") -> str:
    """Return names as a list in words.

    >>> names(["a", "b", "c"]), names(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c, d and 2 more')
    """
    if len(of) > NAMES + 1:
        return f"{', '.join(of[:NAMES])} {last} {len(of) - NAMES} more"
    return f" {last} ".join([", ".join(of[:-1]), of[-1]] if len(of) > 1 else of)


def apart(a: float, b: float) -> tuple[str, str]:
    """Return two numbers in as many digits as it takes to tell them apart."""
    for digits in DIGITS:
        pair = _digits(float(a), digits), _digits(float(b), digits)
        if a == b or pair[0] != pair[1]:
            break
    return pair


def added(parts: Sequence[float], total: str) -> str:
    """Return a total with the numbers that it is the sum of, if there are several.

    >>> added([1.0, -0.25], "0.75"), added([1.0], "1")
    ('1 − 0.25 = 0.75', '1')
    """
    if len(parts) < 2:
        return total
    signed = [f"{'−' if value < 0 else '+'} {number(abs(value))}" for value in parts[1:]]
    return f"{number(parts[0])} {' '.join(signed)} = {total}"


def from_to(sources: Sequence[str | None], old: Array, new: Array) -> str:
    """Return the weights that changed most by source, in their order, "" if none did; a bias comes from None.

    >>> from_to([None, "A", "B"], np.array([0.5, 1.0, 2.0]), np.array([0.5, 1.5, 1.0]))
    'A 1 → 1.5, B 2 → 1'
    """
    moved = np.flatnonzero(old != new).tolist()
    largest = sorted(sorted(moved, key=lambda k: -abs(new[k] - old[k]))[:WEIGHTS])
    parts = [f"{sources[k] or 'bias'} {' → '.join(apart(old[k], new[k]))}" for k in largest]
    return ", ".join(parts) + f" and {len(moved) - WEIGHTS} more" * (len(moved) > WEIGHTS)


def _digits(value: float, digits: int) -> str:
    short = f"{int(value)}" if value.is_integer() and abs(value) < 1e9 else f"{value:.{digits}g}"
    return short.replace("-", "−")
