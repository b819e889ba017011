"""Wording: numbers and names as sentences about records have them."""

from __future__ import annotations

from collections.abc import Sequence

NAMES = 4
"""Units that are named of those which did the same."""
DIGITS = (4, 6, 9, 12, 17)


def number(value: float) -> str:
    """Return a number in few digits, with a minus that is one.

    >>> number(-0.5), number(3.0)
    ('−0.5', '3')
    """
    return _digits(float(value), DIGITS[0])


def names(of: Sequence[str]) -> str:
    """Return names as a list in words.

    >>> names(["a", "b", "c"]), names(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c, d and 2 more')
    """
    if len(of) > NAMES + 1:
        return f"{', '.join(of[:NAMES])} and {len(of) - NAMES} more"
    return " and ".join([", ".join(of[:-1]), of[-1]] if len(of) > 1 else of)


def apart(a: float, b: float) -> tuple[str, str]:
    """Return two numbers in as many digits as it takes to tell them apart."""
    for digits in DIGITS:
        pair = _digits(float(a), digits), _digits(float(b), digits)
        if a == b or pair[0] != pair[1]:
            break
    return pair


def _digits(value: float, digits: int) -> str:
    short = f"{int(value)}" if value.is_integer() and abs(value) < 1e9 else f"{value:.{digits}g}"
    return short.replace("-", "−")
