"""From a net to the propositions that its units are (McCulloch & Pitts 1943), each as short as can be.

Units that only pass on are put in their readers' places, their delays added. Units in circles, and those that
fire at rest, are called by name: before tick 0 they rest, which no proposition about the inputs would say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allornone.models.automata.states import network_of
from allornone.models.boolean.bitsets import everything, members
from allornone.models.boolean.cover import EXACT, Term, least_cover
from allornone.models.propositions.one_unit import LiteralStep, depends_on, peel, restricted, threshold_of
from allornone.models.propositions.proposition import (
    FALSE,
    TRUE,
    AtLeast,
    Atom,
    Not,
    PastOutput,
    Proposition,
    TemporalExpression,
    both,
    either,
)
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.network.network import Network
from allornone.simulator.program.ties import total

Truth = NDArray[np.bool_]


@checked
def formula(net: Network, unit: str | None = None) -> str:
    """Return what a unit says of its inputs, as `logic` reads it; without a unit, a line for each output.

    Lines of the units that these call by name follow. A line is exact for inputs of 0 and 1: literals that decide
    alone stand outside, inside `at least 2 of (A, B, C)(t-1)` where it is that, else the fewest terms. What comes
    without delay, as in nets of threshold units, is written `A(t)`; nets of 1943 have none, and `logic` takes none.

    Raises AllornoneError for units that do more than fire or rest, and where more than 10 moments would have to be
    weighed.

    >>> from allornone.models.propositions.logic import logic
    >>> net = logic("heat(t) = warm(t-1) or cold(t-3) and not cold(t-2); chill(t) = cold(t-2) and cold(t-1)")
    >>> print(formula(net))
    heat(t) = warm(t-1) or cold(t-3) and not cold(t-2)
    chill(t) = cold(t-2) and cold(t-1)
    """
    net = network_of(net, "propositions are about units that fire or rest")
    if unit is not None and (not isinstance(unit, str) or unit not in net):
        raise UnknownName("unit", str(unit), net)
    if unit in net.inputs:
        raise AllornoneError(f"{unit!r} is an input: it does what the world does, and says nothing")
    known = _Net(net)
    if unit is not None:
        return str(Proposition(unit, known.says(unit)))
    lines: dict[str, TemporalExpression] = {}
    asked = net.group("outputs")
    for name in asked:  # grows by what its lines call by name
        lines[name] = known.says(name)
        called = (atom.name for atom in lines[name].atoms())
        asked += [one for one in dict.fromkeys(called) if one not in asked and one not in net.inputs]
    return "\n".join(str(Proposition(name, says)) for name, says in lines.items())


class _Net:
    """What has been found out about a net's units."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.named = {*net.inputs, *(unit for loop in net.loops for unit in loop)}
        self.restless: dict[str, bool] = {}

    def says(self, unit: str) -> TemporalExpression:
        """Return the shortest proposition of a unit; where it would hear too much, of its direct sources."""
        for named in (self.named, {*self.net}):
            heard = list(self._heard(unit, named))
            if len(heard) <= EXACT:
                return shortest(self._rows(unit, heard), heard)
        return self._counted(unit, heard)

    def _heard(self, unit: str, named: Collection[str]) -> dict[PastOutput, None]:
        """Return the moments that a unit hears, in order, those who only pass on looked through."""
        found: dict[PastOutput, None] = {}
        seen: set[PastOutput] = set()
        ahead = [PastOutput(unit, 0)]
        while ahead:
            one = ahead.pop()
            if one in seen:
                continue
            seen.add(one)
            if one != (unit, 0) and self._called(one, named):
                found[one] = None
                continue
            ahead += reversed(self._sources(one))
        return found

    def _sources(self, one: PastOutput) -> list[PastOutput]:
        return [
            PastOutput(source, one.delay + self.net.delay(source, one.name))
            for source in self.net.predecessors(one.name)
        ]

    def _called(self, one: PastOutput, named: Collection[str]) -> bool:
        return one.name in named or (one.delay > 0 and self._fires_at_rest(one.name))

    def _fires_at_rest(self, unit: str) -> bool:
        if unit not in self.restless:
            heard = list(self._heard(unit, self.named))
            values = {one: np.zeros(1, dtype=bool) for one in heard}
            self.restless[unit] = bool(self._fires(PastOutput(unit, 0), values)[0])
        return self.restless[unit]

    def _rows(self, unit: str, heard: Sequence[PastOutput]) -> int:
        rows = np.arange(1 << len(heard))
        values = {one: (rows >> k & 1).astype(bool) for k, one in enumerate(heard)}
        # The unit may hear itself; what it hears at delay 0 is what is asked.
        fires = np.broadcast_to(self._fires(PastOutput(unit, 0), values), rows.shape)
        return sum(1 << int(row) for row in rows[fires])

    def _fires(self, one: PastOutput, values: dict[PastOutput, Truth]) -> Truth:
        """Return where a unit fires, from the values of the moments that are known already."""
        if one not in values:
            terms: list[Array] = [np.array([float(self.net.nodes[one.name].get("bias", 0.0))])]
            vetoed = np.zeros(1, dtype=bool)
            for source in self._sources(one):
                data = self.net.edges[source.name, one.name]
                fires = self._fires(source, values)
                if data.get("kind") == "inhibitory":
                    vetoed = vetoed | fires
                else:
                    terms.append(data.get("weight", 1.0) * fires)
            z = total(np.stack(np.broadcast_arrays(*terms)))
            values[one] = (self.net.unit(one.name).activate(z) > 0) & ~vetoed
        return values[one]

    def _counted(self, unit: str, heard: Sequence[PastOutput]) -> TemporalExpression:
        """Return what a unit of very many synapses says, if these count alike."""
        data = {one: self.net.edges[one.name, unit] for one in heard}
        excited = [one for one in heard if data[one].get("kind") != "inhibitory"]
        weights = {float(data[one].get("weight", 1.0)) for one in excited}
        bias = float(self.net.nodes[unit].get("bias", 0.0))
        alike = max(weights, default=1.0)
        exact = [Fraction(bias) + count * Fraction(alike) for count in range(len(excited) + 1)]
        sums = np.array([float(one) for one in exact])
        fires = self.net.unit(unit).activate(sums) > 0
        if len(weights) > 1 or (np.diff(fires.astype(int)) < 0).any():
            raise AllornoneError(
                f"{unit!r} weighs {len(heard)} moments, and truth tables are written out to {EXACT}"
            )
        vetoes = [Not(Atom(*one)) for one in heard if one not in excited]
        count = int(np.argmax(fires)) if fires.any() else len(excited) + 1
        return both(AtLeast(count, tuple(Atom(*one) for one in excited)), *vetoes)


def shortest(rows: int, heard: Sequence[PastOutput]) -> TemporalExpression:
    """Return a short expression for a truth table, its deciding literals outside, the fewest terms inside.

    >>> shortest(0b11101010, [PastOutput("A", 1), PastOutput("B", 1), PastOutput("C", 2)]).text()
    'A(t-1) or B(t-1) and C(t-2)'
    """
    count = len(heard)
    peeled = peel(rows, count)
    found = _core(peeled.core, heard)
    steps = list(peeled.steps)
    while steps:
        join = steps[-1].join
        same: list[LiteralStep] = []
        while steps and steps[-1].join == join:
            same.insert(0, steps.pop())
        plain = [_literal(heard[step.variable], True) for step in same if step.positive]
        denied = [_literal(heard[step.variable], False) for step in same if not step.positive]
        inside = [] if found == (TRUE if join == "and" else FALSE) else [found]
        found = (both if join == "and" else either)(*plain, *inside, *denied)
    return found


def _core(rows: int, heard: Sequence[PastOutput]) -> TemporalExpression:
    count = len(heard)
    kept = depends_on(rows, count)
    if not kept:
        return TRUE if rows else FALSE
    counted = threshold_of(rows, count)
    if counted is not None:
        least, negative = counted
        return AtLeast(least, tuple(_literal(heard[k], not negative >> k & 1) for k in kept))
    few = restricted(rows, kept)
    sources = [heard[k] for k in kept]
    terms = sorted(least_cover(members(few), len(kept)).terms, key=_in_order)
    against = least_cover(members(everything(len(kept)) & ~few), len(kept)).terms
    if sum(term.literals for term in against) < sum(term.literals for term in terms):
        return both(*(either(*_literals(term, sources, False)) for term in against))
    return either(*(both(*_literals(term, sources, True)) for term in terms))


def _in_order(term: Term) -> tuple[int, int, int]:
    """Short terms first, then in the order of their variables."""
    reverse = [int(f"{half:0{EXACT}b}"[::-1], 2) for half in term]
    return term.literals, -reverse[0], -reverse[1]


def _literals(term: Term, heard: Sequence[PastOutput], as_they_are: bool) -> list[TemporalExpression]:
    plain = [_literal(one, as_they_are) for k, one in enumerate(heard) if term.positive >> k & 1]
    denied = [_literal(one, not as_they_are) for k, one in enumerate(heard) if term.negative >> k & 1]
    return [*plain, *denied] if as_they_are else [*denied, *plain]


def _literal(one: PastOutput, positive: bool) -> TemporalExpression:
    atom = Atom(one.name, one.delay)
    return atom if positive else Not(atom)
