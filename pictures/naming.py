"""Naming: where the name of each body stands, and how much room it takes."""

from collections.abc import Sequence

from allornone.pictures.wiring import Body, Wiring

INSIDE = 2  # characters that fit into an input
LETTER = 0.62  # mean width of a letter of DejaVu Sans, in ems
LONGEST = 16  # characters of a name


def short_name(name: str) -> str:
    """Return a name of at most `LONGEST` characters.

    >>> short_name("a-unit-with-a-very-long-name")
    'a-unit-with-a-v…'
    """
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def sides(wires: Wiring, columns: Sequence[int], named: bool) -> list[str]:
    """Return for each body "inside", "middle", "left", "right", "below" or "" (no name).

    `named`: whether units that are neither input nor output carry their names where that takes room; at either
    edge of the picture it takes none.
    """
    heard = {link.target for link in wires.links if link.source != link.target}
    leaving = {link.source for link in wires.links if columns[link.target] > columns[link.source]}
    last = max(columns, default=0)
    found = [_side(body, columns[k], last, k in leaving, named) for k, body in enumerate(wires.bodies)]
    for k, body in enumerate(wires.bodies):
        if body.kind == "unit" and columns[k] == last > 0 and k not in leaving:
            found[k] = "right"
        elif body.kind == "unit" and columns[k] == 0 < last and k not in heard:
            found[k] = "left"
    return found


def _side(body: Body, column: int, last: int, leaving: bool, named: bool) -> str:
    if body.kind == "fold":
        return "middle"
    if body.kind == "patch":
        return "below"
    if body.kind == "input":
        return "inside" if len(body.name) <= INSIDE else "left" if column == 0 else "below"
    if body.kind == "output":
        roomy = column == last or len(body.name) <= 6
        return "right" if roomy and not leaving else "below"
    return "below" if named else ""


def width(text: str, em: float) -> float:
    """Return about how wide a text is, in unit radii, when a letter is `em` high."""
    return len(text) * LETTER * em
