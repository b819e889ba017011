"""Truth tables: from a text, from rows, or from the samples of a task, to sets of rows held as numbers.

A row is a number: bit k is the value of input k.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from allornone.models.bitsets import column, everything, members
from allornone.models.boolean_text import names, parse, rows
from allornone.models.primes import MOST
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName

Row = str | Sequence[int]


_BITS = {"0": 0, "0.0": 0, "False": 0, "1": 1, "1.0": 1, "True": 1}


@runtime_checkable
class Samples(Protocol):
    """A truth table as a task gives it: x (samples, inputs), d (samples, 1)."""

    @property
    def x(self) -> Array:
        """What the inputs are."""

    @property
    def d(self) -> Array | None:
        """What is desired."""


@dataclass(frozen=True)
class Table:
    """A truth table: the rows that come out 1, and those that may come out either way, as sets of rows."""

    inputs: list[str]
    ones: int
    free: int


def table_of(
    says: str | None,
    ones: Sequence[Row] | None,
    inputs: Sequence[str] | int | None,
    free: Sequence[Row] | None,
    task: Samples | None,
    rest: bool,
) -> Table:
    """Return the truth table; with `rest`, the row of zeros is no longer free but 0."""
    if task is not None:
        table = _of_task(task, inputs)
    elif says is not None:
        node = parse(says, given_names(inputs))
        known = input_names(names(node), inputs)
        whole, values = row_sets(known)
        table = Table(known, rows(node, values, whole), 0)
    else:
        found = _rows("ones", ones)
        known = input_names([], len(found[0][1]) if inputs is None and found else inputs)
        row_sets(known)
        table = Table(known, _set("ones", found, known), 0)
    either = table.free | _set("free", _rows("free", free), table.inputs)
    if says is None and table.ones & either:
        row = next(members(table.ones & either))
        raise _contradiction(table.inputs, row, "1 and free")
    return Table(table.inputs, table.ones & ~either, either & ~1 if rest else either)


def _of_task(task: object, inputs: Sequence[str] | int | None) -> Table:
    if not isinstance(task, Samples):
        raise AllornoneError(f"boolean: a task has its samples as arrays x and d, found {task!r}")
    wide = task.x.shape[1]
    known = (
        [f"X{k}" for k in range(1, wide + 1)] if isinstance(inputs, int | None) else input_names([], inputs)
    )
    if len(known) != wide or task.d is None or task.d.shape[1] != 1:
        outputs = 0 if task.d is None else task.d.shape[1]
        raise AllornoneError(
            f"boolean: a task of {len(known)} inputs and one output is needed, found {wide} and {outputs}"
        )
    if not {*task.x.ravel().tolist(), *task.d.ravel().tolist()} <= {0.0, 1.0}:
        raise AllornoneError(
            'boolean: its units take and give 0 and 1; this task has other numbers (coding = "binary" would do)'
        )
    whole, _ = row_sets(known)
    sets = [0, 0]
    for x, d in zip(task.x > 0, task.d[:, 0] > 0, strict=True):
        row = sum(1 << k for k in range(wide) if x[k])
        sets[bool(d)] |= 1 << row
    off, on = sets
    if on & off:
        raise _contradiction(known, next(members(on & off)), "1 and 0")
    return Table(known, on, whole & ~on & ~off)


def _contradiction(known: Sequence[str], row: int, both: str) -> AllornoneError:
    return AllornoneError(
        f"boolean: the table contradicts itself: row {row_text(row, len(known))} is both {both}"
    )


def given_names(inputs: Sequence[str] | int | None) -> Sequence[str]:
    """Return the names that were given, if any."""
    if inputs is None or isinstance(inputs, int):
        return ()
    listed = isinstance(inputs, Sequence) and not isinstance(inputs, str)
    if not listed or not all(isinstance(name, str) and name for name in inputs):
        raise AllornoneError(f'boolean: inputs is a list of names such as ["X", "Y"], found {inputs!r}')
    return inputs


def input_names(found: list[str], inputs: Sequence[str] | int | None) -> list[str]:
    """Return the names of the inputs: those given, or those that a text names."""
    if isinstance(inputs, int):
        if not found:
            _check_width(inputs)
        known = found or [f"X{k}" for k in range(1, inputs + 1)]
        if len(known) != inputs:
            raise AllornoneError(
                f"boolean: {inputs} inputs, but the text names {len(known)} ({', '.join(known)}): "
                "give their names as inputs="
            )
        return known
    if inputs is None:
        return found
    inputs = list(given_names(inputs))
    twice = [name for name in inputs if inputs.count(name) > 1]
    if twice:
        raise AllornoneError(f"boolean: the input {twice[0]!r} is named twice")
    for name in found:
        if name not in inputs:
            raise UnknownName("input", name, inputs)
    return inputs


def row_sets(known: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Return the set of all rows, and for each variable the set of rows on which it is 1."""
    wide = len(known)
    _check_width(wide)
    return everything(wide), {name: column(k, wide) for k, name in enumerate(known)}


def _check_width(wide: int) -> None:
    if wide > MOST:
        raise AllornoneError(
            f"boolean: truth tables are written out to {MOST} variables, found {wide}; "
            "minimise=False takes a sum of products as it is written"
        )


def _rows(what: str, found: Any) -> list[tuple[object, list[int | None]]]:
    """Return rows as they were given, each with its values."""
    try:
        if isinstance(found, str):
            raise TypeError
        return [(row, [_BITS.get(str(value)) for value in row]) for row in (() if found is None else found)]
    except TypeError:
        raise AllornoneError(
            f'boolean: {what} is a list of rows such as ["101", "110"], found {found!r}'
        ) from None


def _set(what: str, found: Iterable[tuple[object, list[int | None]]], known: Sequence[str]) -> int:
    total = 0
    for row, values in found:
        if len(values) != len(known) or None in values:
            raise AllornoneError(
                f"boolean: a row of {what} is {len(known)} values 0 or 1 ({', '.join(known)}), found {row!r}"
            )
        total |= 1 << sum(1 << k for k, value in enumerate(values) if value)
    return total


def row_text(row: int, wide: int) -> str:
    """Return a row as text: the values of the inputs in order."""
    return "".join(str(row >> k & 1) for k in range(wide))
