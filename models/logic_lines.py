"""Lines of propositions made ready for units: quantifiers become circles, and circles too short for a stage longer.

`tonic` is the name of a unit that fires at every tick from 0 on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import networkx as nx

from allornone.models.logic_design import Design, design
from allornone.models.logic_parts import by_parts
from allornone.models.peeling import depends_on, restricted
from allornone.models.proposition import (
    Atom,
    Ever,
    Expression,
    Moment,
    Not,
    Proposition,
    both,
    either,
    moments,
    truth,
)
from allornone.simulator.errors import AllornoneError

MOST = 10
"""Moments that one line may speak of, unless its parts are units: its truth table is written out."""
WIDEST = 1000
"""Moments that a line may speak of at all."""
FEW, MANY = 4, 8
"""Up to so few moments the table alone is asked, beyond so many the parts first."""


@dataclass(frozen=True)
class Line:
    """One unit's proposition as a truth table over the moments that make a difference."""

    name: str
    says: Expression
    variables: tuple[Moment, ...]
    rows: int
    wide: bool = False
    """Whether a table would be too long; `rows` is then that of silence alone."""

    @property
    def at_rest(self) -> bool:
        """Whether it is true when nothing has fired."""
        return bool(self.rows & 1)

    def designed(self, early: int, relative: bool) -> Design | None:
        """Return its units, those before it hearing only what is early; None where that cannot be."""
        count = len(self.variables)
        written = count > FEW and count == len(moments([self.says]))
        parts = by_parts(self.says, self.variables, early) if written else None
        if self.wide or (parts is not None and count > MANY):
            return parts
        table = design(self.rows, count, early, relative)
        if parts is not None and (table is None or len(parts.hidden) < len(table.hidden)):
            return parts
        return table


def line_of(name: str, says: Expression, speaks: str = "speaks") -> Line:
    """Return a line's truth table; more than 10 moments are an error that says what to do."""
    heard = moments([says])
    if len(heard) > MOST:
        at_rest = says.rows(dict.fromkeys(heard, 0), 1)
        early = (1 << len(heard)) - 1
        if not at_rest and len(heard) <= WIDEST and by_parts(says, heard, early) is not None:
            return Line(name, says, tuple(heard), 0, wide=True)
        raise AllornoneError(
            f"{name!r} {speaks} of {len(heard)} moments, and truth tables are written out to {MOST}: "
            "say a part of it on a line of its own"
        )
    rows = truth(says, heard)
    kept = depends_on(rows, len(heard))
    variables = tuple(heard[k] for k in kept)
    return Line(name, says, variables, restricted(rows, kept))


@dataclass
class Lowering:
    """Propositions on their way to lines without quantifiers; circles that remember get lines of their own."""

    tonic: str
    names: set[str]
    lines: dict[str, Expression] = field(default_factory=dict)
    circles: dict[Expression, str] = field(default_factory=dict)
    restless: list[tuple[str, Ever]] = field(default_factory=list)

    def add(self, one: Proposition) -> None:
        """Add a proposition, and what it needs."""
        says = one.says
        if isinstance(says, Ever) and says.delay == 1 and not says.every:
            # The unit itself is the circle: A(t) = B(t-1) or A(t-1).
            body = self.body(one.name, says)
            self.circles.setdefault(body, one.name)
            self.lines[one.name] = either(body.later(1), Atom(one.name, 1))
            return
        self.lines[one.name] = self.plain(one.name, says, 1)

    def plain(self, owner: str, says: Expression, ago: int) -> Expression:
        """Return the same without quantifiers, of a moment that is `ago` ticks or more before anyone asks."""
        return says.replaced(lambda atom: atom, lambda ever: self.remembered(owner, ever, ago))

    def body(self, owner: str, ever: Ever) -> Expression:
        """Return what is looked for at some moment from tick 0 on: of "every" the opposite of what is said."""
        body = self.plain(owner, ever.body, 0)
        body = Not(body) if ever.every else body
        if not truth(body, moments([body])) & 1:
            return body
        self.restless.append((owner, ever))
        return both(body, Atom(self.tonic, 0))

    def remembered(self, owner: str, ever: Ever, ago: int) -> Expression:
        """Return what a circle remembers: E(t) = body(t-1) or E(t-1), asked `delay` − 1 ticks ago."""
        body = self.body(owner, ever)
        if body not in self.circles:
            self.circles[body] = circle = fresh(f"{owner}'ever", self.names)
            self.names.add(circle)
            self.lines[circle] = either(body.later(1), Atom(circle, 1))
        circle = self.circles[body]
        if ever.delay > ago:
            found: Expression = Atom(circle, ever.delay - 1)
        else:
            # What the circle says at this very tick nobody else can hear in time: so look at the last moment too.
            found = either(body.later(ever.delay), Atom(circle, ever.delay))
        return Not(found) if ever.every else found


def fresh(name: str, taken: Collection[str]) -> str:
    """Return the name with as many marks behind it as make it new.

    >>> fresh("tonic", {"tonic"})
    "tonic'"
    """
    while name in taken:
        name += "'"
    return name


def lengthened(lines: Mapping[str, Line], tonic: str, relative: bool) -> dict[str, Line]:
    """Return the lines with every circle long enough for the units in it.

    A line that needs a hidden unit for what its own circle did a tick ago cannot wait for it. So it says what
    that unit said of the tick before: `Q(t-1)` becomes its definition, a tick earlier.
    """
    together = _circles(lines)
    found = dict(lines)
    for name, line in lines.items():
        mates = together[name]
        short = [one for one in line.variables if one.name in mates and one.delay == 1]
        early = sum(1 << k for k, one in enumerate(line.variables) if one not in short)
        if not short or line.designed(early, relative) is not None:
            continue

        def earlier(atom: Atom, mates: Collection[str] = mates) -> Expression:
            if atom.name not in mates or atom.delay != 1:
                return atom
            says = lines[atom.name].says.later(atom.delay)
            return both(says, Atom(tonic, atom.delay)) if lines[atom.name].at_rest else says

        speaks = "hears its own circle too soon for the units that it needs; said of the tick before, it would speak"
        found[name] = line_of(name, line.says.replaced(earlier, lambda ever: ever), speaks)
    return found


def _circles(lines: Mapping[str, Line]) -> dict[str, set[str]]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(lines)
    for name, line in lines.items():
        graph.add_edges_from((heard.name, name) for heard in line.variables if heard.name in lines)
    found: dict[str, set[str]] = {}
    for part in nx.strongly_connected_components(graph):
        looped = len(part) > 1 or any(graph.has_edge(name, name) for name in part)
        found |= dict.fromkeys(part, part if looped else set())
    return found
