"""Propositions over time (McCulloch & Pitts 1943): what a unit says of the moments before, as a tree.

A moment is a whole number of ticks back from t: `A(t-2)` is an `Atom` of delay 2. `and` and `or` are thresholds:
all of the parts, one of the parts.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from allornone.models.boolean.bitsets import column, everything

KEYWORDS = (
    "and", "or", "not", "at", "least", "of", "there", "was", "with", "for", "every", "true", "false",
)  # fmt: skip
"""Words that no name may be, unless it stands in quotes."""

VARIABLES = "xyzuvw"
"""Names of the moments that quantifiers speak of, when a tree is written."""

BARE = r"[^\W\d][\w']*(?:\[\d+\])?"
"""How a name is written without quotes."""

_OR, _AND, _NOT = range(3)


class PastOutput(NamedTuple):
    """What a unit did so many ticks ago."""

    name: str
    delay: int


class TemporalExpression(ABC):
    """A proposition about the ticks before a moment; a tree that is never changed."""

    @abstractmethod
    def atoms(self) -> Iterator[Atom]:
        """Yield what it speaks of directly, in order; nothing from inside quantifiers."""

    @abstractmethod
    def replaced(
        self, atom: Callable[[Atom], TemporalExpression], ever: Callable[[Ever], TemporalExpression]
    ) -> TemporalExpression:
        """Return the tree with other expressions in the place of its atoms and quantifiers."""

    @abstractmethod
    def rows(self, values: Mapping[PastOutput, int], everything: int) -> int:
        """Return the set of truth-table rows where it holds, from the sets where its atoms do."""

    @abstractmethod
    def written(self, moment: str, depth: int) -> tuple[str, int]:
        """Return the text, and how loosely its parts hang together: or, and, or neither."""

    def text(self, moment: str = "t", depth: int = 0, level: int = -1) -> str:
        """Return the text that reads back to this tree, in parentheses where a `level` asks for them."""
        words, own = self.written(moment, depth)
        return f"({words})" if own < level else words

    def later(self, ticks: int) -> TemporalExpression:
        """Return the same said of a moment so many ticks earlier: every delay grows.

        >>> both(Atom("A", 1), Atom("B", 2)).later(1).text()
        'A(t-2) and B(t-3)'
        """
        return self.replaced(
            lambda atom: Atom(atom.name, atom.delay + ticks, atom.column),
            lambda ever: Ever(ever.body, ever.delay + ticks, ever.every, ever.column),
        )


@dataclass(frozen=True)
class Atom(TemporalExpression):
    """What one unit did `delay` ticks before."""

    name: str
    delay: int
    column: int = field(default=0, compare=False)

    @property
    def past_output(self) -> PastOutput:
        """Name and delay alone."""
        return PastOutput(self.name, self.delay)

    def atoms(self) -> Iterator[Atom]:
        """Yield itself."""
        yield self

    def replaced(
        self, atom: Callable[[Atom], TemporalExpression], ever: Callable[[Ever], TemporalExpression]
    ) -> TemporalExpression:
        """Return what stands in its place."""
        return atom(self)

    def rows(self, values: Mapping[PastOutput, int], everything: int) -> int:
        """Return its rows."""
        return values[self.past_output]

    def written(self, moment: str, depth: int) -> tuple[str, int]:
        """Return `A(t-1)`."""
        return write_name(self.name) + write_moment(moment, self.delay), _NOT


@dataclass(frozen=True)
class Not(TemporalExpression):
    """True where its part is not."""

    part: TemporalExpression

    def atoms(self) -> Iterator[Atom]:
        """Yield those of its part."""
        yield from self.part.atoms()

    def replaced(
        self, atom: Callable[[Atom], TemporalExpression], ever: Callable[[Ever], TemporalExpression]
    ) -> TemporalExpression:
        """Return the negation of its part, replaced."""
        return Not(self.part.replaced(atom, ever))

    def rows(self, values: Mapping[PastOutput, int], everything: int) -> int:
        """Return the rows where its part does not hold."""
        return everything & ~self.part.rows(values, everything)

    def written(self, moment: str, depth: int) -> tuple[str, int]:
        """Return `not A(t-1)`."""
        return f"not {self.part.text(moment, depth, _NOT)}", _NOT


@dataclass(frozen=True)
class AtLeast(TemporalExpression):
    """True where so many of its parts are: 1 of them is `or`, all of them `and`, 0 is `true`."""

    count: int
    parts: tuple[TemporalExpression, ...]

    def atoms(self) -> Iterator[Atom]:
        """Yield those of its parts."""
        for part in self.parts:
            yield from part.atoms()

    def replaced(
        self, atom: Callable[[Atom], TemporalExpression], ever: Callable[[Ever], TemporalExpression]
    ) -> TemporalExpression:
        """Return the threshold of its parts, replaced."""
        return AtLeast(self.count, tuple(part.replaced(atom, ever) for part in self.parts))

    def rows(self, values: Mapping[PastOutput, int], everything: int) -> int:
        """Return the rows where enough of its parts hold."""
        reached = [everything] + [0] * self.count
        for part in self.parts:
            now = part.rows(values, everything)
            for k in range(self.count, 0, -1):
                reached[k] |= reached[k - 1] & now
        return reached[self.count]

    def written(self, moment: str, depth: int) -> tuple[str, int]:
        """Return the parts joined by `or` or `and`, or `at least 2 of (A, B, C)(t-1)`."""
        if self.count <= 0 or self.count > len(self.parts):
            return ("true" if self.count <= 0 else "false"), _NOT
        if len(self.parts) == 1:
            return self.parts[0].written(moment, depth)
        if self.count == len(self.parts):
            return " and ".join(part.text(moment, depth, _NOT) for part in self.parts), _AND
        if self.count == 1:
            return " or ".join(part.text(moment, depth, _AND) for part in self.parts), _OR
        return f"at least {self.count} of {self._members(moment, depth)}", _NOT

    def _members(self, moment: str, depth: int) -> str:
        direct = [part for part in self.parts if isinstance(part, Atom)]
        if len(direct) == len(self.parts) and len({atom.delay for atom in direct}) == 1:
            names = ", ".join(write_name(atom.name) for atom in direct)
            return f"({names}){write_moment(moment, direct[0].delay)}"
        return f"({', '.join(part.text(moment, depth) for part in self.parts)})"


@dataclass(frozen=True)
class Ever(TemporalExpression):
    """True where at some moment x, or at every one, the body was: x from tick 0 to `delay` ticks before.

    Atoms of the body count from x, so they may have a delay of 0.
    """

    body: TemporalExpression
    delay: int
    every: bool = False
    column: int = field(default=0, compare=False)

    def atoms(self) -> Iterator[Atom]:
        """Yield nothing: its atoms have other moments."""
        return iter(())

    def replaced(
        self, atom: Callable[[Atom], TemporalExpression], ever: Callable[[Ever], TemporalExpression]
    ) -> TemporalExpression:
        """Return what stands in its place."""
        return ever(self)

    def rows(self, values: Mapping[PastOutput, int], everything: int) -> int:
        """Fail: what a circle remembers is no row of a truth table."""
        raise TypeError("a quantifier has rows only when a circle has been made of it")

    def written(self, moment: str, depth: int) -> tuple[str, int]:
        """Return `there was x < t with A(x)`, as loose as can be: its body goes on to the end."""
        own = VARIABLES[depth % len(VARIABLES)]
        sign, back = ("<=", 0) if self.delay == 0 else ("<", self.delay - 1)
        bound = f"{own} {sign} {moment}" + (f"-{back}" if back else "")
        body = self.body.text(own, depth + 1)
        return (f"for every {bound}, {body}" if self.every else f"there was {bound} with {body}"), -1


@dataclass(frozen=True)
class Proposition:
    """One line: what a unit says, and where it stands in the text."""

    name: str
    says: TemporalExpression
    text: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{write_name(self.name)}(t) = {self.says.text()}"


TRUE = AtLeast(0, ())
FALSE = AtLeast(1, ())


def both(*parts: TemporalExpression) -> TemporalExpression:
    """Return that all parts are true; of a single one itself."""
    return parts[0] if len(parts) == 1 else AtLeast(len(parts), parts)


def either(*parts: TemporalExpression) -> TemporalExpression:
    """Return that some part is true; of a single one itself."""
    return parts[0] if len(parts) == 1 else AtLeast(1, parts)


def past_outputs(expressions: Sequence[TemporalExpression]) -> list[PastOutput]:
    """Return the distinct moments that expressions speak of, in order of appearance."""
    return list(dict.fromkeys(atom.past_output for says in expressions for atom in says.atoms()))


def truth(says: TemporalExpression, variables: Sequence[PastOutput]) -> int:
    """Return the rows of the truth table where an expression holds, as a set: bit r for row r.

    Bit k of a row's number is the value of variable k.

    >>> bin(truth(either(Atom("A", 1), Atom("B", 1)), [PastOutput("A", 1), PastOutput("B", 1)]))
    '0b1110'
    """
    count = len(variables)
    return says.rows({one: column(k, count) for k, one in enumerate(variables)}, everything(count))


def write_name(name: str) -> str:
    """Return a name as propositions write it: bare where it can be, else in quotes.

    >>> write_name("N1"), write_name("or")
    ('N1', '"or"')
    """
    return name if re.fullmatch(BARE, name) and name not in KEYWORDS else json.dumps(name, ensure_ascii=False)


def write_moment(moment: str, delay: int) -> str:
    """Return `(t-2)`."""
    return f"({moment}-{delay})" if delay else f"({moment})"
