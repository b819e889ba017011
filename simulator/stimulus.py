"""Stimuli as text, `"1{5}(10){3}"`: what the world gives to units, tick by tick.

    text   = item*                                       spaces are ignored
    item   = state | "(" text ")" | item "{" count "}"   a count is an expression
    state  = "0" | "1" | "?" | "."                       silent | firing | both, all histories | free

A stimulus may also be a number, held throughout; a list of numbers, a text in it being an expression; a chance,
`{ chance = p }`; or, in Python, a dict from ticks to numbers. Where nothing is given an input rests, and any other
unit is free: NaN.
"""

from __future__ import annotations

import math
from collections import abc
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName
from allornone.simulator.notation import NotationError
from allornone.simulator.synapses import Evaluate, Groups, expand_units, literal

Array = NDArray[np.float64]
Number = Callable[[str], float | bool]

MOST_TICKS = 1_000_000
MOST_VALUES = 1 << 27

_STATES = "01?."
_MISPLACED = {")": "this bracket was never opened", "{": "a count stands behind what it repeats, as in 1{5}"}
_VALUES = np.zeros(128)
_VALUES[ord("1")], _VALUES[ord(".")] = 1.0, math.nan


@dataclass(frozen=True)
class Sequence:
    """What a unit is given: `values` (ticks,), NaN where free; `unknown` (ticks,), where both; `held` on.

    With a `chance` it is 1 at any tick of any trial with that probability, and else 0.
    """

    values: Array
    unknown: NDArray[np.bool_]
    held: bool = False
    chance: float | None = None

    def __len__(self) -> int:
        return len(self.values)


def parse_stimulus(value: Any, number: Number | None = None, *, limit: int = MOST_TICKS) -> Sequence:
    """Read one stimulus: a text, a number, a list or a dict; `number` evaluates the expressions in it.

    Raises NotationError with the column, AllornoneError with the tick, LimitExceeded beyond `limit` ticks.

    >>> parse_stimulus("(10){2}1").values
    array([1., 0., 1., 0., 1.])
    """
    number = number or partial(_evaluated, literal, {})
    if isinstance(value, str):
        try:
            text = _unfold(value, number, limit)
        except NotationError as error:
            raise error.placed(value) from None
        codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
        return Sequence(_VALUES[codes], codes == ord("?"))
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, abc.Sequence):
        value = dict(enumerate(value))
    if isinstance(value, Mapping) and "chance" in value:
        return _by_chance(value, number)
    if isinstance(value, Mapping):
        return _from_ticks(value, number, limit)
    return _sequence([_number(value, "a stimulus", number)], held=True)


def read_stimuli(
    stimuli: Mapping[str, Any],
    groups: Groups,
    evaluate: Evaluate = literal,
    *,
    parameters: Container[str] = (),
    limit: int = MOST_TICKS,
) -> dict[str, Sequence]:
    """Return what each unit is given; a key is a unit, a group, a list of them, or `S[k]`, as in synapses.

    With an index, expressions in the stimulus may use it. Raises as `parse_stimulus`, and UnknownName.

    >>> list(read_stimuli({"x": "?", "stop": 1}, {"x": ["x[0]", "x[1]"], "stop": ["stop"]}))
    ['x[0]', 'x[1]', 'stop']
    """
    known = {**{unit: [unit] for units in groups.values() for unit in units}, **groups}
    found: dict[str, Sequence] = {}
    for key, value in stimuli.items():
        if key not in known and not any(mark in key for mark in '[,"'):
            raise UnknownName("unit", key, known)
        plain: list[tuple[str, dict[str, int]]] = [(unit, {}) for unit in known.get(key, ())]
        read: dict[tuple[int, ...], Sequence] = {}
        for unit, indices in plain or expand_units(key, groups, evaluate, parameters=parameters):
            if unit in found:
                raise AllornoneError(f"two stimuli are given to {unit!r}, the second by {key!r}")
            at = tuple(indices.values())
            if at not in read:
                read[at] = parse_stimulus(value, partial(_evaluated, evaluate, indices), limit=limit)
            found[unit] = read[at]
    return found


def _unfold(text: str, number: Number, limit: int) -> str:
    levels: list[list[str]] = [[]]  # items of each open bracket, on a stack that no depth exhausts
    opened: list[int] = []
    total = at = 0
    while at < len(text):
        mark = text[at]
        at += 1
        if mark in _STATES:
            levels[-1].append(mark)
            total += 1
        elif mark == "(":
            levels.append([])
            opened.append(at)
        elif mark == ")" and opened:
            opened.pop()
            item = "".join(levels.pop())
            levels[-1].append(item)
        elif mark == "{" and levels[-1]:
            count, at = _count(text, at, number)
            total += (count - 1) * len(levels[-1][-1])
            _check_length(total, limit)
            levels[-1][-1] *= count
        elif not mark.isspace():
            expected = _MISPLACED.get(mark, f"a state, 0, 1, ? or ., was expected here, found {mark!r}")
            raise NotationError(expected, at)
    if opened:
        raise NotationError("this bracket is never closed", opened[-1])
    _check_length(total, limit)
    return "".join(levels[0])


def _count(text: str, at: int, number: Number) -> tuple[int, int]:
    end = text.find("}", at)
    if end < 0:
        raise NotationError("this brace is never closed", at)
    written = text[at:end].strip()
    try:
        count = _number(written, "a count", number)
    except AllornoneError as error:
        raise NotationError(str(error), at + 1) from None
    if count != math.floor(count) or count < 0:
        raise NotationError(f"a count is a whole number from 0 up, found {count:g}", at + 1)
    return int(count), end + 1


def _check_length(total: int, limit: int) -> None:
    if total > limit:
        raise LimitExceeded(f"a stimulus of {total} ticks is longer than the limit of {limit}")


def _from_ticks(given: Mapping[Any, Any], number: Number, limit: int) -> Sequence:
    for tick in given:
        if not isinstance(tick, (int, np.integer)) or isinstance(tick, bool) or tick < 0:
            raise AllornoneError(f"a tick is a whole number from 0 up, found {tick!r}")
    length = max(given, default=-1) + 1
    _check_length(length, limit)
    values = [math.nan] * length
    for tick, value in given.items():
        values[tick] = _number(value, f"tick {tick}", number)
    return _sequence(values)


def _by_chance(given: Mapping[Any, Any], number: Number) -> Sequence:
    if len(given) > 1:
        raise AllornoneError(f"{{ chance = p }} stands alone, found {', '.join(map(str, given))}")
    chance = _number(given["chance"], "a chance", number)
    if not 0 <= chance <= 1:
        raise AllornoneError(f"a chance is from 0 to 1, found {chance:g}")
    return Sequence(np.zeros(0), np.zeros(0, dtype=np.bool_), chance=chance)


def _sequence(values: list[float], *, held: bool = False) -> Sequence:
    return Sequence(np.array(values, dtype=np.float64), np.zeros(len(values), dtype=np.bool_), held)


def _number(value: Any, what: str, number: Number) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        try:
            value = number(value)
        except AllornoneError as error:
            raise AllornoneError(f"{what}: {error}") from None
    if not isinstance(value, (Real, np.bool_)) or not math.isfinite(value):
        raise AllornoneError(f"{what}: a finite number was expected, found {value!r}")
    return float(value)


def _evaluated(evaluate: Evaluate, indices: Mapping[str, int], text: str) -> float | bool:
    return evaluate(text, indices)
