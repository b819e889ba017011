"""The forms of an axis that moves numbers or one key: a list of values, a range, a path and its values."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from allornone.scenarios.change import ChangeError, Raw, from_dotted
from allornone.simulator.errors import nearest

Label = str | int | float | bool

LONGEST = 100_000
_RANGE = ("from", "to", "step")


class Steps(NamedTuple):
    """The labels of an axis, the change at each, and the value of each parameter that it moves at each."""

    labels: tuple[Label, ...]
    changes: tuple[Raw, ...]
    members: Mapping[str, tuple[Label, ...]]


def listed(name: str, values: Sequence[Any], parameters: Mapping[str, object]) -> Steps:
    """Read an axis from values of the parameter of its name, or from tables that move several together.

    >>> listed("p", [{"p": 2, "q": 3}, {"p": 3, "q": 4}], {"p": 0, "q": 0}).members["q"]
    (3, 4)
    """
    tables = all(isinstance(value, dict) for value in values)
    rows: list[dict[str, Any]] = [value if tables else {name: value} for value in values]
    for index, row in enumerate(rows):
        if set(row) != set(rows[0]) or not row:
            moved = ", ".join(rows[0])
            raise ChangeError((index,), f"every table of an axis moves the same parameters, here {moved}")
        for parameter, value in row.items():
            place = (index, parameter) if tables else (index,)
            _check_member(parameter, value, parameters, place)
    if len({tuple(sorted(row.items())) for row in rows}) < len(rows):
        raise ChangeError((), "a value stands twice on this axis")
    members = {parameter: tuple(row[parameter] for row in rows) for parameter in rows[0]}
    together = tuple(", ".join(f"{key}={value}" for key, value in row.items()) for row in rows)
    return Steps(members.get(name, together), tuple({"parameters": row} for row in rows), members)


def ranged(form: Mapping[str, Any]) -> list[int | float]:
    """Return the values of { from, to, step }, both ends among them where the steps meet them.

    >>> ranged({"from": 0.1, "to": 0.3, "step": 0.1})
    [0.1, 0.2, 0.3]
    """
    for key, value in form.items():
        if key not in _RANGE:
            raise ChangeError((key,), f"a range has no key {key!r}. {nearest(key, _RANGE)}".rstrip())
        if not _is_number(value):
            raise ChangeError((key,), f"a finite number is needed, found {value!r}")
    if "from" not in form or "to" not in form:
        raise ChangeError((), "a range needs both ends: { from, to, step }")
    # Decimal, so that 0.1, 0.2, 0.3 are the numbers that one writes so.
    start, end, step = (Decimal(repr(form.get(key, 1))) for key in _RANGE)
    if step == 0 or (end - start) / step < 0:
        raise ChangeError((), f"from {start} no step of {step} leads to {end}")
    count = int((end - start) / step) + 1
    if count > LONGEST:
        raise ChangeError((), f"a range of {count} values; at most {LONGEST} are allowed")
    whole = all(isinstance(value, int) for value in form.values())
    return [int(start + k * step) if whole else float(start + k * step) for k in range(count)]


def pathed(path: str, rest: Mapping[str, Any]) -> Steps:
    """Read an axis from the path of a key and the values that it takes; a list is labelled by its text.

    >>> pathed("learning.batch", {"to": [1, "all"]}).labels
    (1, 'all')
    """
    values = rest.get("to")
    if not isinstance(values, list) or not values or len(rest) > 1:
        raise ChangeError((), "an axis over a key is { set = PATH, to = [...] }, with at least one value")
    labels = tuple(_label(value) for value in values)
    if len(set(labels)) < len(labels):
        raise ChangeError(("to",), "a value stands twice on this axis")
    try:
        changes = tuple(from_dotted(path, value) for value in values)
    except ChangeError as error:
        raise error.within("set") from None
    moved = changes[0].get("parameters", {})
    return Steps(labels, changes, dict.fromkeys(moved if isinstance(moved, dict) else {}, labels))


def _check_member(
    parameter: str, value: object, known: Mapping[str, object], place: tuple[str | int, ...]
) -> None:
    if parameter not in known:
        hint = nearest(parameter, known) or f"There are: {', '.join(known) or 'none'}"
        raise ChangeError(place, f"no parameter is named {parameter!r}. {hint}")
    if not _is_number(value):
        raise ChangeError(place, f"the values of an axis are finite numbers, found {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _label(value: object) -> Label:
    if isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
