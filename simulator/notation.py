"""Synapses as text, `"cold -> Na [weight=2]"`: one notation for scenario files, `read`, `write` and displays.

line       = station (arrow station)+ [ "[" attribute ("," attribute)* "]" ]
station    = unit ("," unit)*              each with each
arrow      = "->" | "-o"                   weighted | absolutely inhibitory
unit       = name [ "[" index "]" ]        a bare group is all its units; no space before the index
name       = letters, digits, _ and ' | "anything else, as JSON writes it"
attribute  = ("weight" | "delay" | "when" | "draw" | "shared" | "plastic") "=" value | "plastic" | "relay"
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from allornone.simulator.errors import AllornoneError, nearest

ATTRIBUTES = ("weight", "delay", "when", "draw", "shared", "plastic", "relay")

_NAME = re.compile(r"[\w']+|\"(?:[^\"\\]|\\.)*\"")
_PLAIN = re.compile(r"[\w']+(\[(0|[1-9][0-9]{0,8})\])?")
_ARROW = re.compile(r"->|-o(?![\w'])")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|.", re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\W\d]\w*)\s*(?:=(?!=)\s*(.*))?", re.DOTALL)
_ASSIGNED = re.compile(r"[^\W\d]\w*\s*=(?!=)")
_LAW = re.compile(r"(normal|uniform)\s*(?=\()")


class NotationError(AllornoneError):
    """Text that cannot be read: `sentence` says why, `column` (from 1) in line `line` (from 0) says where."""

    def __init__(self, sentence: str, column: int, text: str = "", line: int = 0) -> None:
        shown = text if len(text) <= 60 else text[:59] + "…"
        super().__init__(f"{shown!r}, column {column}: {sentence}")
        self.sentence, self.column, self.text, self.line = sentence, column, text, line

    def placed(self, text: str, line: int = 0) -> NotationError:
        """Return the same error, told where it stands."""
        return NotationError(self.sentence, self.column, text, line)


class Piece(NamedTuple):
    """A part of a line, and the column where it begins."""

    text: str
    column: int


@dataclass(frozen=True)
class Term:
    """A group, a unit, or with an index some unit of a group."""

    name: str
    column: int
    index: Piece | None


class Law(NamedTuple):
    """A weight that is drawn for each synapse: "normal" (mean, deviation) or "uniform" (least, most)."""

    name: str
    numbers: tuple[Piece, Piece]


class SynapseLine(NamedTuple):
    """A line as it was read, before any name is looked up: stations, and the arrows between them."""

    text: str
    stations: tuple[tuple[Term, ...], ...]
    arrows: tuple[str, ...]
    attributes: Mapping[str, Piece]
    law: Law | None
    shared: Term | None

    @property
    def random(self) -> bool:
        """Whether the line needs a random generator."""
        return "draw" in self.attributes or self.law is not None


class Wire(NamedTuple):
    """One synapse; a tuple, because a scenario may ask for a million of them."""

    source: str
    target: str
    weight: float = 1.0
    delay: int | None = None
    kind: str = "weighted"
    shared: str | None = None
    relay: bool = False
    plastic: bool | None = None


# Reading: small functions from a position to what stands there and the position behind it.


def parse_synapse(text: str, line: int = 0) -> SynapseLine:
    """Read one line, or raise NotationError; nothing is looked up or evaluated yet.

    >>> parse_synapse("go -> c1 -o c2 [delay=2]").arrows
    ('->', '-o')
    """
    try:
        station, at = _station(text, 0)
        stations, arrows = [station], []
        while arrow := _ARROW.match(text, at):
            station, at = _station(text, arrow.end())
            stations.append(station)
            arrows.append(arrow.group())
        if not arrows:
            raise NotationError(f"an arrow, -> or -o, was expected here, found {_found(text, at)}", at + 1)
        attributes, at = _attributes(text, at, arrows) if text.startswith("[", at) else ({}, at)
        if at < len(text):
            expected = "the end of the line" if attributes else "an arrow, a comma or [attributes]"
            raise NotationError(f"{expected} was expected here, found {_found(text, at)}", at + 1)
        law, shared = _law(text, attributes.get("weight")), _shared(text, attributes.get("shared"))
    except NotationError as error:
        raise error.placed(text, line) from None
    return SynapseLine(text, tuple(stations), tuple(arrows), attributes, law, shared)


def parse_units(text: str) -> tuple[Term, ...]:
    """Read a list of units and groups, or raise NotationError.

    >>> [term.name for term in parse_units("S, A[k + 1]")]
    ['S', 'A']
    """
    try:
        terms, at = _station(text, 0)
        if at < len(text):
            raise NotationError(f"a comma was expected here, found {_found(text, at)}", at + 1)
    except NotationError as error:
        raise error.placed(text) from None
    return terms


def _station(text: str, at: int) -> tuple[tuple[Term, ...], int]:
    term, at = _term(text, at)
    terms = [term]
    while text.startswith(",", at):
        term, at = _term(text, at + 1)
        terms.append(term)
    return tuple(terms), at


def _term(text: str, at: int) -> tuple[Term, int]:
    start = _skip(text, at)
    match = _NAME.match(text, start)
    if match is None:
        raise NotationError(f"a unit or group was expected here, found {_found(text, start)}", start + 1)
    name, index, at = _unquoted(match.group(), start + 1), None, match.end()
    if text.startswith("[", at):
        (index, *more), end = _bracket(text, at)
        if more or not index.text or index.text in ATTRIBUTES or _ASSIGNED.match(index.text):
            found = f"found {text[at:end]}; attributes stand apart, after a space"
            raise NotationError(f"one index was expected here, {found}", at + 1)
        at = end
    return Term(name, start + 1, index), _skip(text, at)


def _attributes(text: str, at: int, arrows: Sequence[str]) -> tuple[dict[str, Piece], int]:
    found: dict[str, Piece] = {}
    parts, end = _bracket(text, at)
    for part, column in parts:
        match = _ATTRIBUTE.fullmatch(part)
        if match is None:
            raise NotationError(f"an attribute such as weight=2 was expected here, found {part!r}", column)
        name, value = match.groups()
        if problem := _attribute_problem(name, value, found, arrows):
            raise NotationError(problem, column)
        found[name] = Piece(value or "1", column + max(match.start(2), 0))
    return found, _skip(text, end)


def _attribute_problem(name: str, value: str | None, found: Iterable[str], arrows: Sequence[str]) -> str:
    if name not in ATTRIBUTES:
        hint = nearest(name, ATTRIBUTES) or f"There are: {', '.join(ATTRIBUTES)}"
        return f"no attribute is named {name!r}. {hint}"
    if name in found:
        return f"{name} is said twice"
    if name == "relay" and value is not None:
        return f"relay is said alone, found relay={value}; the delay of the whole way is delay="
    if value == "" or (value is None and name not in ("relay", "plastic")):
        return f"{name} needs a value, as in {name}=1"
    if name in ("weight", "shared", "plastic", "relay") and "-o" in arrows:
        return f"absolute inhibition, -o, has no {name}: write -> or leave {name} out"
    together = {name, *found}
    if "draw" in together and together & {"relay", "shared"}:
        return "draws of one pair add up, so draw goes with neither relay nor shared"
    return ""


def _law(text: str, weight: Piece | None) -> Law | None:
    match = _LAW.match(weight.text) if weight else None
    if weight is None or match is None:
        return None
    given, end = _bracket(text, weight.column - 1 + match.end())
    if len(given) != 2 or end != weight.column - 1 + len(weight.text):
        right = "normal(mean, deviation) or uniform(least, most)"
        raise NotationError(f"a weight is drawn by {right}, found {weight.text}", weight.column)
    return Law(match.group(1), (given[0], given[1]))


def _shared(text: str, shared: Piece | None) -> Term | None:
    if shared is None:
        return None
    term, end = _term(text, shared.column - 1)
    if end < shared.column - 1 + len(shared.text):
        raise NotationError(f"one name was expected here, found {shared.text}", shared.column)
    return term


def _bracket(text: str, at: int) -> tuple[list[Piece], int]:
    parts: list[Piece] = []
    depth, start = 0, at + 1
    for token in _TOKEN.finditer(text, at):
        mark = token.group()
        depth += (mark in "[(") - (mark in "])")
        if depth == 0 or (depth == 1 and mark == ","):
            start = min(_skip(text, start), token.start())
            parts.append(Piece(text[start : token.start()].rstrip(), start + 1))
            start = token.end()
        if depth == 0 and mark != {"[": "]", "(": ")"}[text[at]]:
            raise NotationError(f"this bracket is closed by {mark!r}", at + 1)
        if depth == 0:
            return parts, token.end()
    raise NotationError("this bracket is never closed", at + 1)


def _unquoted(text: str, column: int) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        raise NotationError(f"a name in quotes is written as JSON writes it, found {text}", column) from None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _found(text: str, at: int) -> str:
    return repr(text[at : at + 20]) if at < len(text) else "the end"


# Writing.


def write_synapse(source: str, target: str, data: Mapping[str, Any]) -> str:
    """Return one synapse as a line that reads back the same; what is left to defaults is left out.

    `data` is that of an edge: `weight`, `delay`, `kind`, `plastic`, `shared`, each optional.

    >>> write_synapse("A[0]", "odd name", {"weight": 2.0, "delay": 1, "plastic": False})
    'A[0] -> "odd name" [weight=2, delay=1, plastic=0]'
    """
    inhibitory = data.get("kind", "weighted") == "inhibitory"
    weight, delay, plastic, shared = (data.get(name) for name in ("weight", "delay", "plastic", "shared"))
    said = []
    if weight is not None and weight != 1 and not inhibitory:
        said.append(f"weight={_digits(weight)}")
    if delay is not None:
        said.append(f"delay={_digits(delay)}")
    if plastic is not None and not inhibitory:
        said.append("plastic" if plastic else "plastic=0")
    if shared is not None and not inhibitory:
        said.append(f"shared={write_name(str(shared))}")
    line = f"{write_name(source)} {'-o' if inhibitory else '->'} {write_name(target)}"
    return f"{line} [{', '.join(said)}]" if said else line


def write_name(name: str) -> str:
    """Return a unit's name as the notation writes it: bare where it can be, else in quotes.

    >>> write_name("Na"), write_name("A[0]"), write_name("a -> b")
    ('Na', 'A[0]', '"a -> b"')
    """
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _digits(number: float) -> str:
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
