"""The axes of [vary], their forms, and the family of runs that they span."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import prod
from typing import Any, Literal, NamedTuple

from allornone.scenarios.document.change import (
    CHANGEABLE,
    ChangeError,
    Overlays,
    Raw,
    from_dotted,
    overlay,
    phase_name,
    settings,
)
from allornone.scenarios.expressions.labelled import same_label
from allornone.simulator.errors import LimitExceeded, nearest, shown, some_of

MOST_RUNS = 20_000
MOST_AXES = 32
"""Axes of a family: an array of numpy has 64, those of ticks, trials and units among them."""
_MOST: ContextVar[int] = ContextVar("the most runs that a family may have")
_EDIT = "vary.AXIS.LABEL = change"

Label = str | int | float | bool

_RANGE = ("from", "to", "step")


@dataclass(frozen=True)
class Axis:
    """One axis: its labels in order, and for each the change that it lays over the file.

    `members` gives, for each parameter that the axis moves, its value at each label. The `form` is "values"
    of parameters, a "set" path, or "labels" of alternatives; `nested` gives the axes of one of these alone.
    """

    name: str
    labels: tuple[Label, ...]
    changes: tuple[Raw, ...]
    members: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    form: Literal["values", "set", "labels"] = "values"
    nested: Mapping[Label, tuple[Axis, ...]] = field(default_factory=dict)

    def labels_at(self, name: str, value: object) -> list[Label]:
        """Return the labels at which the axis, or the parameter of that name that it moves, has a value.

        >>> Axis("loop", ("a", "b"), ({}, {}), {"p": (2, 3)}).labels_at("p", 3)
        ['b']
        """
        wanted = str(value) if self.form == "labels" else _label(value)
        column = self.labels if name == self.name else self.members[name]
        return [label for label, one in zip(self.labels, column, strict=True) if _same(one, wanted)]


@dataclass(frozen=True)
class Run:
    """One run: its label on every axis that it lies on, and the scenario with all changes laid over."""

    labels: Mapping[str, Label]
    raw: Raw


@dataclass(frozen=True)
class Family:
    """All runs of a scenario, the first axis slowest, and the axes, those of single alternatives included.

    An axis that only some alternatives have stands once, with the labels of all; other runs have none on it.
    """

    axes: tuple[Axis, ...]
    runs: tuple[Run, ...]


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Allow families of so many runs inside, also to whoever only reads the file there.

    >>> with at_most(2):
    ...     most_runs()
    2
    """
    token = _MOST.set(count)
    try:
        yield
    finally:
        _MOST.reset(token)


def most_runs() -> int:
    """Return how many runs a family may have here."""
    return _MOST.get(MOST_RUNS)


def expand_vary(raw: Raw) -> tuple[Axis, ...]:
    """Return the outer axes of [vary], in the order of the file; ChangeError tells where one means nothing.

    >>> [axis.labels for axis in expand_vary({"parameters": {"L": 1}, "vary": {"L": {"from": 1, "to": 3}}})]
    [(1, 2, 3)]
    """
    try:
        return _axes(raw, raw.get("vary", {}), ())
    except ChangeError as error:
        raise error.within("vary") from None


def family(raw: Raw, change: Raw | None = None, overrides: Mapping[str, object] | None = None) -> Family:
    """Return the runs of a scenario: base ← alternatives and axes in file order ← overrides ← change.

    Overrides go by dotted path. What the change says under `vary` is laid over that alternative, before the
    axes that follow it.
    Raises ChangeError where a change names nothing, LimitExceeded at too many runs.
    """
    axes = expand_vary(raw)
    return Family(all_axes(axes), tuple(_runs(axes, raw, change or {}, overrides or {})))


def moved(raw: Raw) -> dict[str, list[str]]:
    """Return which keys the axes of [vary] move, and for each the names of these axes.

    What an alternative drops, such as the parameters of a rule that it puts another for, it moves too.

    >>> moved({"parameters": {"p": 1, "q": 2}, "vary": {"p": [1, 2]}})
    {'parameters.p': ['p']}
    """
    found: dict[str, list[str]] = {}
    before = settings(raw)
    for axis in all_axes(expand_vary(raw)):
        keys: dict[str, None] = {}
        for change in axis.changes if axis.form == "labels" else axis.changes[:1]:
            keys.update(dict.fromkeys(settings(change)))
            with suppress(ChangeError):  # an inner axis may need what the alternative around it sets
                after = settings(overlay(raw, change))
                keys.update(dict.fromkeys(key for key in before if key not in after))
        for key in keys:
            found.setdefault(key, []).append(axis.name)
    return found


def runs(raw: Raw, change: Raw | None = None, overrides: Mapping[str, object] | None = None) -> Iterator[Run]:
    """Yield the runs of `family`, each made when it is asked for.

    >>> raw = {"parameters": {"p": 1}, "vary": {"p": [1, 2]}}
    >>> [(run.labels["p"], run.raw["parameters"]["p"]) for run in runs(raw, {"parameters": {"p": 7}})]
    [(1, 7), (2, 7)]
    """
    return _runs(expand_vary(raw), raw, change or {}, overrides or {})


def alters(
    raw: Raw,
    change: Raw,
    overrides: Mapping[str, object] | None = None,
    *,
    settings: Mapping[str, object] | None = None,
) -> bool:
    """Return whether any run of a scenario, with overrides, is another one after a change, or after more settings.

    >>> alters({"learning": {"rule": "lms"}}, {"learning": {"order": "cyclic"}})
    False
    """
    before = runs(raw, None, overrides)
    after = runs(raw, change, {**(overrides or {}), **(settings or {})})
    return any(differ(old.raw, new.raw) for old, new in zip(before, after, strict=True))


def differ(first: Raw, second: Raw) -> bool:
    """Return whether two scenarios of runs say different things, defaults that are said again left aside."""
    return _plain(first) != _plain(second)


def _runs(axes: tuple[Axis, ...], raw: Raw, change: Raw, overrides: Mapping[str, object]) -> Iterator[Run]:
    check_edits(axes, change.get("vary", {}))
    count = _count(axes)
    if count > most_runs():
        raise LimitExceeded(
            f"[vary] spans {count} runs, more than are allowed, {most_runs()}; raise it with --limit runs={count}"
        )
    base = {key: value for key, value in raw.items() if key != "vary"}
    settings = [from_dotted(path, value) for path, value in overrides.items()]
    overlays = Overlays()
    for labels, laid in _branches(axes, base, change.get("vary", {}), overlays):
        for last in (*settings, change):
            laid = overlays.over(laid, last)
        yield Run(labels, laid)


_DEFAULTS: Raw = {
    "batch": 1,
    "average": True,
    "order": "cyclic",
    "epochs": 1,
    "bound": 1e6,
}

_PHASE_DEFAULTS: Raw = {"from": "rest", "update": "together"}


def _plain(raw: Raw) -> Raw:
    """Return what a run depends on, without what only says the default again."""
    pieces: Raw = {key: raw.get(key) for key in CHANGEABLE if key != "vary"}
    learning = pieces["learning"] = {**_DEFAULTS, **raw.get("learning", {})}
    pieces["experience"] = [
        {**learning, **_PHASE_DEFAULTS, **phase} if "rule" not in phase else {**_PHASE_DEFAULTS, **phase}
        for phase in raw.get("experience", [])
    ]
    return pieces


def read_axis(raw: Raw, name: str) -> Axis:
    """Return one outer axis of [vary]; ChangeError tells what is wrong with it."""
    try:
        return _axis(raw, name, raw["vary"][name], tuple(raw["vary"]))
    except ChangeError as error:
        raise error.within("vary", name) from None


def _axes(raw: Raw, vary: object, outer: tuple[str, ...]) -> tuple[Axis, ...]:
    if not isinstance(vary, dict):
        raise ChangeError((), f"a table of axes is needed, found {shown(vary)}")
    if len(vary) + len(outer) > MOST_AXES:
        raise ChangeError((), f"{len(vary) + len(outer)} axes are more than there may be, {MOST_AXES}")
    for name in vary:
        if name in outer:
            raise ChangeError((name,), f"the axis {name!r} stands already further out")
    axes = []
    for name, form in vary.items():
        try:
            axes.append(_axis(raw, name, form, (*outer, *vary)))
        except ChangeError as error:
            raise error.within(name) from None
    return tuple(axes)


def _axis(raw: Raw, name: str, form: Any, outer: tuple[str, ...]) -> Axis:
    match form:
        case []:
            raise ChangeError((), "an axis needs at least one value, found an empty list")
        case [*values]:
            return Axis(name, *listed(name, values, raw.get("parameters", {})))
        case {"set": str(path)}:
            return Axis(name, *pathed(path, {key: form[key] for key in form if key != "set"}), form="set")
        case {"from": int() | float()} | {"to": int() | float()}:
            return Axis(name, *listed(name, ranged(form), raw.get("parameters", {})))
        case dict():
            return _label_axis(raw, name, form, outer)
    raise ChangeError(
        (),
        "an axis is a list of values, { from, to, step }, { set = PATH, to = [...] } "
        f"or a table of LABEL = change, found {form!r}",
    )


def _label_axis(raw: Raw, name: str, form: Raw, outer: tuple[str, ...]) -> Axis:
    if not form:
        raise ChangeError((), "an axis needs at least one LABEL = change, found an empty table")
    nested: dict[Label, tuple[Axis, ...]] = {}
    for label, change in form.items():
        if not isinstance(change, dict):
            raise ChangeError(
                (label,), f"an alternative is a change, a table of keys ({{}} is the base), found {change!r}"
            )
        try:
            nested[label] = _axes(raw, change.get("vary", {}), outer)
        except ChangeError as error:
            raise error.within(label, "vary") from None
    inner = {label: axes for label, axes in nested.items() if axes}
    return Axis(name, tuple(form), tuple(form.values()), form="labels", nested=inner)


def picked(axes: Iterable[Axis], at: Mapping[str, object]) -> dict[str, set[Label]]:
    """Return the labels that are picked on each axis, by its own or by the parameters that it moves.

    `axes` are all axes of a family. Raises ChangeError at a name or a value that none of them has.

    >>> axes = expand_vary({"parameters": {"p": 1}, "vary": {"p": [1, 2]}})
    >>> picked(axes, {"p": 2})
    {'p': {2}}
    """
    known = {member: axis for axis in axes for member in axis.members}
    known |= {axis.name: axis for axis in axes}
    found: dict[str, set[Label]] = {}
    for name, value in at.items():
        if name not in known:
            hint = nearest(name, known) or f"Axes: {some_of(known)}"
            raise ChangeError((name,), f"no axis is named {name!r}. {hint}")
        axis = known[name]
        there = set(axis.labels_at(name, value))
        if not there:
            column = list(dict.fromkeys(axis.labels if name == axis.name else axis.members[name]))
            among = some_of(json.dumps(one, ensure_ascii=False) for one in column)
            said = json.dumps(value, ensure_ascii=False, default=str)
            raise ChangeError((name,), f"the axis {name!r} has no {said}. It has: {among}")
        found[axis.name] = found.get(axis.name, there) & there
    return found


def lies_at(labels: Mapping[str, Label], at: Mapping[str, Collection[Label]]) -> bool:
    """Return whether a run of these labels is picked; where it lies on no such axis it counts at each label.

    >>> lies_at({"net": "bare"}, {"net": {"bare"}, "cells": {100}})
    True
    """
    return all(axis not in labels or labels[axis] in wanted for axis, wanted in at.items())


def label_rows(axes: Sequence[Axis]) -> Iterator[dict[str, Label]]:
    """Yield the labels of every run that the outer axes span, in the order of the runs; no run is made."""
    if not axes:
        yield {}
        return
    axis, *others = axes
    for label in axis.labels:
        for inner in label_rows(axis.nested.get(label, ())):
            for rest in label_rows(others):
                yield {axis.name: label, **inner, **rest}


def varied_by(axes: Iterable[Axis], setting: Raw) -> tuple[str, str] | None:
    """Return the first axis that varies what a setting sets, and the key; None where no label would be belied.

    >>> axes = expand_vary({"parameters": {"p": 1}, "vary": {"p": [1, 2]}})
    >>> varied_by(axes, {"parameters": {"p": 7}})
    ('p', 'parameters.p')
    """
    wanted = [*_keys(setting)]
    moved = (
        (axis.name, key) for axis in all_axes(axes) for change in axis.changes for key in _moved_keys(change)
    )
    return next(
        ((axis, ".".join(key)) for axis, key in moved if any(_overlap(key, one) for one in wanted)), None
    )


def _moved_keys(change: Raw) -> Iterator[tuple[str, ...]]:
    """Yield the keys that a label of an axis sets.

    Of synapses each change cuts and adds its own, and none takes back what another did.
    """
    own = {name: piece for name, piece in change.items() if name != "vary"}
    return (key for key in _keys(own) if key[-1] not in ("without", "with"))


def _keys(change: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the paths of keys that a change sets; phases go by name, also where they stand in a list."""
    for key, value in change.items():
        if (*path, key) == ("experience",) and isinstance(value, list):
            value = {str(phase_name(phase)): phase for phase in value if isinstance(phase, dict)}
        if isinstance(value, Mapping) and value:
            yield from _keys(value, (*path, key))
        else:
            yield (*path, key)


def _overlap(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Return whether two paths are of one key, or one of them of a table that holds the other."""
    return all(one == other for one, other in zip(first, second, strict=False))


def check_edits(axes: Iterable[Axis], edits: object) -> None:
    """Raise ChangeError unless changes of alternatives name some that exist, and leave the axes alone."""
    if not isinstance(edits, dict):
        raise ChangeError(("vary",), f"a table is needed, {_EDIT}, found {edits!r}")
    known = {axis.name: axis for axis in axes}
    for name, alternatives in edits.items():
        if name not in known:
            listed = nearest(name, known) or f"There are: {some_of(known)}"
            raise ChangeError(
                ("vary", name), f"the change names nothing: no axis is named {name!r}. {listed}"
            )
        if known[name].form != "labels" or not isinstance(alternatives, dict):
            raise ChangeError(
                ("vary", name), f"a change can edit an alternative, {_EDIT}, never the axis itself"
            )
        for label, edit in alternatives.items():
            try:
                _check_edit(known[name], label, edit)
            except ChangeError as error:
                raise error.within("vary", name, label) from None


def _check_edit(axis: Axis, label: str, edit: object) -> None:
    if label not in axis.labels:
        listed = nearest(label, map(str, axis.labels)) or f"There are: {some_of(axis.labels)}"
        raise ChangeError(
            (), f"the change names nothing: {axis.name!r} has no alternative {label!r}. {listed}"
        )
    if not isinstance(edit, dict):
        raise ChangeError((), f"a table of keys is needed, {_EDIT}, found {edit!r}")
    check_edits(axis.nested.get(label, ()), edit.get("vary", {}))


def _branches(
    axes: tuple[Axis, ...], raw: Raw, edits: Raw, overlays: Overlays
) -> Iterator[tuple[dict[str, Label], Raw]]:
    if not axes:
        yield {}, raw
        return
    axis, *others = axes
    for label, change in zip(axis.labels, axis.changes, strict=True):
        edit: Raw = edits.get(axis.name, {}).get(label, {})
        try:
            laid = overlays.over(overlays.over(raw, change), edit)
        except ChangeError as error:
            raise error.within("vary", axis.name, str(label)) from None
        for inner, inside in _branches(axis.nested.get(label, ()), laid, edit.get("vary", {}), overlays):
            for rest, run in _branches(tuple(others), inside, edits, overlays):
                yield {axis.name: label, **inner, **rest}, run


def _count(axes: tuple[Axis, ...]) -> int:
    return prod(sum(_count(axis.nested.get(label, ())) for label in axis.labels) for axis in axes)


def all_axes(axes: Iterable[Axis]) -> tuple[Axis, ...]:
    """Return the axes with those of alternatives behind them; axes of one name become one."""
    found: dict[str, Axis] = {}
    for axis in axes:
        inner = [one for label in axis.labels for one in all_axes(axis.nested.get(label, ()))]
        for one in (axis, *inner):
            found[one.name] = _joined(found[one.name], one) if one.name in found else one
    return tuple(found.values())


def _joined(first: Axis, second: Axis) -> Axis:
    new = [index for index, label in enumerate(second.labels) if label not in first.labels]
    members = {
        name: values + tuple(second.members.get(name, second.labels)[index] for index in new)
        for name, values in first.members.items()
    }
    labels = first.labels + tuple(second.labels[index] for index in new)
    changes = first.changes + tuple(second.changes[index] for index in new)
    return replace(first, labels=labels, changes=changes, members=members)


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
    if count > most_runs():
        raise ChangeError(
            (),
            f"a range of {count} values; at most {most_runs()} are allowed; raise it with --limit runs={count}",
        )
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
        hint = nearest(parameter, known) or f"There are: {some_of(known)}"
        raise ChangeError(place, f"no parameter is named {parameter!r}. {hint}")
    if not _is_number(value):
        raise ChangeError(place, f"the values of an axis are finite numbers, found {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _same(label: Label, wanted: Label) -> bool:
    """Return whether a label is the one wanted, numbers within rounding; TOML has whole numbers beyond floats."""
    return label == wanted or (_is_number(label) and _is_number(wanted) and same_label(label, wanted))


def _label(value: object) -> Label:
    if isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
