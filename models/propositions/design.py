"""From a function to McCulloch–Pitts units: one where one can say it, else units before it, as few as can be found.

Variables are numbers; bit k of a set of variables is variable k. A hidden unit needs a tick more, so it may speak
only of variables that are `early` by a tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from allornone.models.boolean.bitsets import everything, members
from allornone.models.boolean.cover import EXACT, Term, least_cover, rows_of
from allornone.models.propositions.one_unit import (
    LiteralStep,
    OneUnit,
    depends_on,
    fixed,
    one_unit,
    peel,
    restricted,
)
from allornone.models.propositions.proposition import (
    AtLeast,
    Atom,
    Not,
    PastOutput,
    TemporalExpression,
    past_outputs,
    truth,
)

SEARCHED = 3
"""Variables up to which every hidden unit is tried."""
JOINED = 8
"""Synapses up to which it is decided whether one unit can join parts of terms."""
MERGED = 6
"""Variables up to which terms are tried together in one unit."""

TABLE = 10
"""Moments up to which a part's truth table is written out."""


@dataclass(frozen=True)
class Design:
    """An output unit and the hidden ones before it.

    `unit` speaks of the variables first and of the hidden units after them, `hidden` of the variables.
    """

    unit: OneUnit
    hidden: tuple[OneUnit, ...] = ()


@lru_cache(maxsize=4096)
def design(rows: int, variables: int, early: int, relative: bool = False) -> Design | None:
    """Return units that say a function, or None where a hidden unit would have to hear what is not early.

    One unit is found wherever one can do it. A function that holds when nothing fires gets a unit of threshold 0
    that the hidden ones veto.

    >>> design(0b0110, 2, 0b11).hidden
    (OneUnit(threshold=2, weights=(1, 1), vetoes=0),)
    """
    alone = one_unit(rows, variables, 0, relative)
    if alone is not None:
        return Design(alone)
    if rows & 1:
        return _vetoed(everything(variables) & ~rows, variables, early)
    return _excited(rows, variables, early, relative)


def at_least(rows: int, sources: Sequence[str], early: int, relative: bool = False) -> int:
    """Return how many units a function needs for certain, without circles and without units that fire at rest.

    `sources` are those of its variables: a unit hears each source at one moment only, and a hidden one must hear
    it `early`. Whether one unit is enough is decided; up to three variables every pair is tried too.

    >>> at_least(0b0110, ["X", "Y"], 0b11), at_least(0b0110, ["X", "X"], 0b11)
    (2, 3)
    """
    variables = len(sources)
    if one_unit(rows, variables, 0, relative) is not None and len({*sources}) == variables:
        return 1
    if variables > SEARCHED or rows & 1:
        return 2
    pairs = (
        (hidden, chosen)
        for hidden in _candidates(variables, relative)
        if _hears_once(hidden, sources, early)
        for chosen in _one_of_each(sources)
    )
    return 2 if any(_pair(rows, hidden, chosen, relative) for hidden, chosen in pairs) else 3


def _hears_once(unit: OneUnit, sources: Sequence[str], early: int) -> bool:
    heard = unit.heard
    return len({sources[k] for k in heard}) == len(heard) and all(early >> k & 1 for k in heard)


def _one_of_each(sources: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Yield every choice of one variable of each source."""
    places: dict[str, list[int]] = {}
    for k, source in enumerate(sources):
        places.setdefault(source, []).append(k)
    return product(*places.values())


def _pair(rows: int, hidden: OneUnit, chosen: Sequence[int], relative: bool) -> bool:
    """Return whether a unit says the function from the chosen variables and one hidden unit."""
    ones = zeros = 0
    for row in range(1 << len(hidden.weights)):
        place = sum((row >> k & 1) << j for j, k in enumerate(chosen)) | hidden.fires(row) << len(chosen)
        ones |= (rows >> row & 1) << place
        zeros |= (not rows >> row & 1) << place
    free = everything(len(chosen) + 1) & ~(ones | zeros)
    return not ones & zeros and one_unit(ones, len(chosen) + 1, free, relative) is not None


def _excited(rows: int, variables: int, early: int, relative: bool) -> Design | None:
    peeled = peel(rows, variables, excited_only=not relative)
    best = None
    # Fewer steps leave more to the hidden units, which may be what it takes.
    for count in range(len(peeled.steps), -1, -1):
        steps = peeled.steps[:count]
        core = _inside(rows, steps, variables)
        found = _core(core, variables, early, steps, relative)
        if found and (best is None or len(found.hidden) < len(best.hidden)):
            best = found
    return best


def _core(
    core: int, variables: int, early: int, steps: Sequence[LiteralStep], relative: bool
) -> Design | None:
    if core & 1:
        if any(step.join == "or" for step in steps):
            return None  # what vetoes the core would veto what is enough without it
        inside = _vetoed(everything(variables) & ~core, variables, early)
        return None if inside is None else Design(_nested(inside.unit, steps, relative), inside.hidden)
    found = _with_one(core, variables, early, steps, relative)
    if found is not None:
        return found
    hidden = _cover(core, variables, early)
    if hidden is None:
        return _split(core, variables, early, steps, relative)
    inner = OneUnit(1, (0,) * variables + (1,) * len(hidden))
    return Design(_nested(inner, steps, relative), tuple(hidden))


def _split(
    core: int, variables: int, early: int, steps: Sequence[LiteralStep], relative: bool
) -> Design | None:
    """Try terms in two parts: hidden units for what is early in them, the rest heard by the output itself."""
    kept = depends_on(core, variables)
    soon = sum((early >> k & 1) << j for j, k in enumerate(kept))
    hidden: dict[Term, None] = {}
    halves: list[tuple[Term, Term | None]] = []
    for term in _terms(restricted(core, kept), len(kept)):
        first = Term(term.positive & soon, term.negative & soon)
        if first.positive and first.literals > 1:
            hidden.setdefault(first)
            halves.append((Term(term.positive & ~soon, term.negative & ~soon), first))
        else:
            halves.append((term, None))
    count = len(kept) + len(hidden)
    if count > JOINED or (not relative and any(direct.negative for direct, _ in halves)):
        return None
    place = {first: len(kept) + k for k, first in enumerate(hidden)}
    rows = 0
    for direct, before in halves:
        extra = 1 << place[before] if before is not None else 0
        rows |= rows_of(Term(direct.positive | extra, direct.negative), count)
    unit = one_unit(rows, count, 0, relative)
    if unit is None or (unit.vetoes and any(step.join == "or" for step in steps)):
        return None
    places = [*kept, *range(variables, variables + len(hidden))]
    wide = unit.widened(places, variables + len(hidden))
    units = [_term_unit(one, kept, variables) for one in hidden]
    return Design(_nested(wide, steps, relative), tuple(units))


def _term_unit(term: Term, places: Sequence[int], variables: int) -> OneUnit:
    weights = tuple(term.positive >> k & 1 for k in range(len(places)))
    return OneUnit(term.positive.bit_count(), weights, term.negative).widened(places, variables)


def _terms(rows: int, variables: int) -> tuple[Term, ...]:
    return least_cover(members(rows), variables, exact=variables <= EXACT).terms


def _bits(first: int, members: Sequence[object]) -> int:
    return sum(1 << first + k for k in range(len(members)))


def _inside(rows: int, steps: Sequence[LiteralStep], variables: int) -> int:
    for step in steps:
        rows = fixed(rows, step.variable, step.positive == (step.join == "and"), variables)
    return rows


def _nested(inner: OneUnit, steps: Sequence[LiteralStep], relative: bool) -> OneUnit:
    """Put literals around a unit, the innermost first: each weighs enough to decide alone.

    The sum inside lies between `least` and `most`. For "and" no such sum may reach the new threshold without
    the literal; for "or" every one must reach it with the literal.
    """
    threshold, weights, vetoes = inner.threshold, list(inner.weights), inner.vetoes
    least, most = sum(w for w in weights if w < 0), sum(w for w in weights if w > 0)
    for join, k, positive in reversed(steps):
        w = most - threshold + 1 if join == "and" else threshold - least
        if join == "and" and not positive and not relative:
            vetoes |= 1 << k
            continue
        weights[k] = w if positive else -w
        # A negative literal is 1 − x: its w is there from the start, which the threshold takes off.
        threshold += w * ((join == "and") - (not positive))
        least, most = least - w * (not positive), most + w * positive
    return OneUnit(threshold, tuple(weights), vetoes)


@lru_cache(maxsize=64)
def _candidates(variables: int, relative: bool) -> tuple[OneUnit, ...]:
    """Return every unit of so many variables that rests when they do, the lightest first."""
    functions = range(2, 1 << (1 << variables), 2)
    found = [unit for rows in functions if (unit := one_unit(rows, variables, 0, relative))]
    return tuple(sorted(found, key=_synapses))


def _synapses(unit: OneUnit) -> tuple[int, int]:
    return len(unit.heard), sum(map(abs, unit.weights))


def _with_one(
    core: int, variables: int, early: int, steps: Sequence[LiteralStep], relative: bool
) -> Design | None:
    """Try every single hidden unit, one that excites or vetoes, and return the design of fewest synapses."""
    kept = depends_on(core, variables)
    if len(kept) > SEARCHED:
        return None
    few = restricted(core, kept)
    inner = any(step.join == "or" for step in steps)
    best: tuple[tuple[int, int], Design] | None = None
    for hidden in _candidates(len(kept), relative):
        if not all(early >> kept[k] & 1 for k in hidden.heard):
            continue
        ones, free = _joined(few, hidden, len(kept))
        unit = one_unit(ones, len(kept) + 1, free, relative)
        if unit is None or (inner and unit.vetoes):
            continue
        cost = _synapses(unit)[0] + len(hidden.heard), _synapses(unit)[1]
        if best is None or cost < best[0]:
            wide = unit.widened([*kept, variables], variables + 1)
            made = Design(_nested(wide, steps, relative), (hidden.widened(kept, variables),))
            best = cost, made
    return best[1] if best else None


def _joined(few: int, hidden: OneUnit, variables: int) -> tuple[int, int]:
    """Return ones and free rows of the output, once the hidden unit is one variable more."""
    ones = free = 0
    for row in range(1 << variables):
        fires = hidden.fires(row)
        ones |= (few >> row & 1) << (row | fires << variables)
        free |= 1 << (row | (not fires) << variables)
    return ones, free


def _vetoed(against: int, variables: int, early: int) -> Design | None:
    """Return a unit that fires unless one of those fires that say the opposite."""
    peeled = peel(against, variables, excited_only=True)
    enough = []
    for step in peeled.steps:
        if step.join != "or":
            break
        enough.append(step)
    hidden = _cover(_inside(against, enough, variables), variables, early)
    if hidden is None:
        return None
    vetoes = sum(1 << step.variable for step in enough) | _bits(variables, hidden)
    return Design(OneUnit(0, (0,) * (variables + len(hidden)), vetoes), tuple(hidden))


def _cover(core: int, variables: int, early: int) -> list[OneUnit] | None:
    """Return units of which one fires at least wherever the core holds: one a term, or several terms in one."""
    kept = depends_on(core, variables)
    if not kept:
        return []
    if not all(early >> k & 1 for k in kept):
        return None
    few = restricted(core, kept)
    groups = [rows_of(term, len(kept)) for term in _terms(few, len(kept))]
    if len(kept) <= MERGED:
        groups = _merged(groups, len(kept))
    units = [one_unit(rows, len(kept)) for rows in groups]
    return [unit.widened(kept, variables) for unit in units if unit is not None]


def _merged(terms: list[int], variables: int) -> list[int]:
    groups: list[int] = []
    for rows in terms:
        for place, group in enumerate(groups):
            if one_unit(group | rows, variables) is not None:
                groups[place] = group | rows
                break
        else:
            groups.append(rows)
    return groups


def by_parts(says: TemporalExpression, heard: Sequence[PastOutput], early: int) -> Design | None:
    """Return a unit that counts parts, hidden ones for those that are no single moment, or None.

    Each part must be something that one unit says, rest at rest, and be early by a tick (bit k for moment k).

    >>> A, B, C = (PastOutput(name, 2) for name in "ABC")
    >>> both = AtLeast(2, (Atom(*A), Atom(*B)))
    >>> len(by_parts(AtLeast(1, (both, Atom(*C))), [A, B, C], 0b111).hidden)
    1
    """
    whole = _counted(says, heard)
    if whole is not None:
        return Design(whole)
    if not isinstance(says, AtLeast):
        return None
    joint = says.count == len(says.parts)
    vetoes = [part.part for part in says.parts if joint and isinstance(part, Not)]
    excites = [part for part in says.parts if not (joint and isinstance(part, Not))]
    count = len(excites) if joint else says.count
    if count < 1:
        return None
    hidden: list[OneUnit] = []
    places: list[int] = []
    for part in (*excites, *vetoes):
        if isinstance(part, Atom):
            places.append(heard.index(part.past_output))
            continue
        unit = _said_by_one(part, heard, early)
        if unit is None:
            return None
        places.append(len(heard) + len(hidden))
        hidden.append(unit)
    weights = [0] * (len(heard) + len(hidden))
    for place in places[: len(excites)]:
        weights[place] += 1
    forbids = sum(1 << place for place in {*places[len(excites) :]})
    return Design(OneUnit(count, tuple(weights), forbids), tuple(hidden))


def _said_by_one(part: TemporalExpression, heard: Sequence[PastOutput], early: int) -> OneUnit | None:
    own = past_outputs([part])
    if any(not early >> heard.index(past) & 1 for past in own):
        return None
    unit = _counted(part, own)
    if unit is None and len(own) <= TABLE:
        rows = truth(part, own)
        kept = depends_on(rows, len(own))
        few = None if rows & 1 else one_unit(restricted(rows, kept), len(kept))
        own = [own[k] for k in kept]
        unit = few
    if unit is None:
        return None
    return unit.widened([heard.index(past) for past in own], len(heard))


def _counted(says: TemporalExpression, heard: Sequence[PastOutput]) -> OneUnit | None:
    """Return the unit that says "at least so many of these, and none of those", if that is what is said."""
    parts = says.parts if isinstance(says, AtLeast) and says.count == len(says.parts) else (says,)
    denied = {
        part.part.past_output for part in parts if isinstance(part, Not) and isinstance(part.part, Atom)
    }
    rest = [part for part in parts if not (isinstance(part, Not) and isinstance(part.part, Atom))]
    count = len(rest)
    if len(rest) == 1 and isinstance(rest[0], AtLeast):
        count, rest = rest[0].count, list(rest[0].parts)
    counted = {part.past_output for part in rest if isinstance(part, Atom)}
    if not 1 <= count <= len(rest) == len(counted) or len(counted) + len(denied) != len(heard):
        return None
    vetoes = sum(1 << k for k, past in enumerate(heard) if past in denied)
    return OneUnit(count, tuple(int(past in counted) for past in heard), vetoes)
