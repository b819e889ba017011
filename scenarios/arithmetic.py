"""Operators of expressions: exact for two integers, in floats else, and element by element along named axes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from allornone.scenarios.aligning import combine
from allornone.scenarios.labelled import LARGEST, Labelled, Value, labelled, unwrapped
from allornone.simulator.errors import AllornoneError

_BITS = 1023  # that a float reaches
_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def has_nan(value: Value) -> bool:
    """Return whether a value, or an element of it, is not a number."""
    if isinstance(value, Labelled):
        return value.values.dtype.kind == "f" and bool(np.isnan(value.values).any())
    return isinstance(value, float) and math.isnan(value)


def is_text(value: Value) -> bool:
    """Return whether a value is text, or an array of it."""
    return value.values.dtype.kind == "U" if isinstance(value, Labelled) else isinstance(value, str)


def numbers(value: Value) -> Labelled:
    """Return a value as an array of floats; raises `AllornoneError` for text."""
    if is_text(value):
        raise AllornoneError("a number is needed, not text, which can only be compared by == and !=")
    array = labelled(value)
    return array.having(array.values.astype(np.float64, copy=False), array.axes)


def truths(value: Value) -> Labelled:
    """Return where a value is true, or not zero; raises `AllornoneError` for text and NaN."""
    if has_nan(value):
        raise AllornoneError("this is not a number (NaN), so it is neither true nor false")
    array = numbers(value)
    return array.having(array.values != 0, array.axes)


def arithmetic(symbol: str, left: Value, right: Value, most: int = LARGEST) -> Value:
    """Return `left symbol right`: exact for two integers, else in floats, where x / 0 is ±inf or NaN.

    Raises `AllornoneError` for text, a power too large for a float, an array of more than `most` elements.

    >>> arithmetic("//", 7, 2)
    3
    """
    if isinstance(left, int) and isinstance(right, int):
        exact = _exact(symbol, int(left), int(right))
        if exact is not None:
            return exact
    operate = _OPERATORS[symbol]
    try:
        with np.errstate(all="ignore", over="raise" if symbol == "**" else "ignore"):
            if isinstance(left, int | float) and isinstance(right, int | float):
                return unwrapped(operate(np.float64(left), np.float64(right)))
            return combine(operate, numbers(left), numbers(right), most=most)
    except FloatingPointError:
        raise AllornoneError("this power is too large for a number") from None


def compare(symbol: str, left: Value, right: Value, most: int = LARGEST) -> Value:
    """Return whether `left symbol right`, element by element.

    Raises `AllornoneError` for text beside a number, and for an order of text.

    >>> compare("<", 1, 2)
    True
    """
    if is_text(left) != is_text(right):
        raise AllornoneError("text is compared with a number")
    if is_text(left) and symbol not in ("==", "!="):
        raise AllornoneError(f"text has no order: it is compared by == and !=, not {symbol}")
    if isinstance(left, Labelled) or isinstance(right, Labelled):
        return combine(_OPERATORS[symbol], left, right, most=most)
    return bool(_OPERATORS[symbol](left, right))


def _exact(symbol: str, left: int, right: int) -> int | float | None:
    if (symbol == "**" and right < 0) or (symbol in ("/", "//", "%") and right == 0):
        return None
    if symbol == "**" and abs(left) > 1 and left.bit_length() * right > 2 * _BITS:
        raise AllornoneError(f"{left} ** {right} is too large for a number")
    result: int | float = _OPERATORS[symbol](left, right)
    if isinstance(result, int) and result.bit_length() > _BITS:
        raise AllornoneError("this number is too large")
    return result
