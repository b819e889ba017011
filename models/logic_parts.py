"""Units for a proposition as it is written: one for each of its parts, where a table of all would be too long."""

from __future__ import annotations

from collections.abc import Sequence

from allornone.models.logic_design import Design
from allornone.models.one_unit import OneUnit, one_unit
from allornone.models.peeling import depends_on, restricted
from allornone.models.proposition import AtLeast, Atom, Expression, Moment, Not, moments, truth

TABLE = 10
"""Moments up to which a part's truth table is written out."""


def by_parts(says: Expression, heard: Sequence[Moment], early: int) -> Design | None:
    """Return a unit that counts parts, hidden ones for those that are no single moment, or None.

    Each part must be something that one unit says, rest at rest, and be early by a tick (bit k for moment k).

    >>> A, B, C = (Moment(name, 2) for name in "ABC")
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
            places.append(heard.index(part.moment))
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


def _said_by_one(part: Expression, heard: Sequence[Moment], early: int) -> OneUnit | None:
    own = moments([part])
    if any(not early >> heard.index(moment) & 1 for moment in own):
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
    return unit.widened([heard.index(moment) for moment in own], len(heard))


def _counted(says: Expression, heard: Sequence[Moment]) -> OneUnit | None:
    """Return the unit that says "at least so many of these, and none of those", if that is what is said."""
    parts = says.parts if isinstance(says, AtLeast) and says.count == len(says.parts) else (says,)
    denied = {part.part.moment for part in parts if isinstance(part, Not) and isinstance(part.part, Atom)}
    rest = [part for part in parts if not (isinstance(part, Not) and isinstance(part.part, Atom))]
    count = len(rest)
    if len(rest) == 1 and isinstance(rest[0], AtLeast):
        count, rest = rest[0].count, list(rest[0].parts)
    counted = {part.moment for part in rest if isinstance(part, Atom)}
    if not 1 <= count <= len(rest) == len(counted) or len(counted) + len(denied) != len(heard):
        return None
    vetoes = sum(1 << k for k, moment in enumerate(heard) if moment in denied)
    return OneUnit(count, tuple(int(moment in counted) for moment in heard), vetoes)
