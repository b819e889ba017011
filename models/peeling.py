"""Peeling a Boolean function: literals that decide it by themselves come off, layer by layer, down to a core.

A function of n variables is a set of truth-table rows (bit r for row r; bit k of r is variable k). S. Kauffman
called functions that peel off wholly nested canalyzing (1993); one threshold unit says each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from allornone.models.bitsets import column, everything


class Layer(NamedTuple):
    """A literal, and how it joins what is inside: "and" (nothing holds without it), "or" (it is enough)."""

    join: str
    variable: int
    positive: bool


@dataclass(frozen=True)
class Peeled:
    """Layers from the outermost on, and the rows of the core, which depends on none of their variables."""

    layers: tuple[Layer, ...]
    core: int


def fixed(rows: int, k: int, value: bool, variables: int) -> int:
    """Return the rows where the function holds once variable k is what it is given to be.

    >>> bin(fixed(0b1000, 0, True, 2))
    '0b1100'
    """
    chosen = rows & (column(k, variables) if value else ~column(k, variables))
    return chosen | (chosen >> (1 << k) if value else chosen << (1 << k))


def depends_on(rows: int, variables: int) -> list[int]:
    """Return the variables that make a difference.

    >>> depends_on(0b1010, 2)
    [0]
    """
    return [
        k for k in range(variables) if fixed(rows, k, True, variables) != fixed(rows, k, False, variables)
    ]


def restricted(rows: int, kept: Sequence[int]) -> int:
    """Return the same function of the kept variables alone, where all others rest.

    >>> bin(restricted(0b11110000, [2]))
    '0b10'
    """
    found = 0
    for row in range(1 << len(kept)):
        place = sum((row >> j & 1) << k for j, k in enumerate(kept))
        found |= (rows >> place & 1) << row
    return found


def peel(rows: int, variables: int, excited_only: bool = False) -> Peeled:
    """Take off literals that decide the function, as long as there are any.

    With `excited_only`, negative literals come off only as outermost "and": the layers that one unit with
    absolute inhibition can have.

    >>> peel(0b11101010, 3).layers
    (Layer(join='or', variable=0, positive=True), Layer(join='and', variable=1, positive=True), \
Layer(join='and', variable=2, positive=True))
    """
    layers: list[Layer] = []
    while found := next(_decisive(rows, variables, layers, excited_only), None):
        layers.append(found)
        rows = fixed(rows, found.variable, found.positive == (found.join == "and"), variables)
    return Peeled(tuple(layers), rows)


def _decisive(rows: int, variables: int, layers: list[Layer], excited_only: bool) -> Iterator[Layer]:
    outermost = all(layer.join == "and" for layer in layers)
    whole = everything(variables)
    for k in range(variables):
        on, off = fixed(rows, k, True, variables), fixed(rows, k, False, variables)
        if on == off:
            continue
        if off == 0:
            yield Layer("and", k, True)
        if on == 0 and (outermost or not excited_only):
            yield Layer("and", k, False)
        if on == whole:
            yield Layer("or", k, True)
        if off == whole and not excited_only:
            yield Layer("or", k, False)


def threshold_of(rows: int, variables: int) -> tuple[int, int] | None:
    """Return how many of its literals a function asks for, and which of them are negative (bit k), or None.

    >>> threshold_of(0b11101000, 3)
    (2, 0)
    """
    kept = depends_on(rows, variables)
    negative = 0
    for k in kept:
        on, off = fixed(rows, k, True, variables), fixed(rows, k, False, variables)
        if on & ~off and off & ~on:
            return None
        negative |= (on & ~off == 0) << k
    few = restricted(rows, kept)
    against = sum((negative >> k & 1) << j for j, k in enumerate(kept))
    counts: dict[int, set[int]] = {}
    for row in range(1 << len(kept)):
        counts.setdefault((row ^ against).bit_count(), set()).add(few >> row & 1)
    if any(len(answers) > 1 for answers in counts.values()):
        return None
    least = min((count for count, answers in counts.items() if answers == {1}), default=len(kept) + 1)
    return least, negative
