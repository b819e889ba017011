"""Synapses as text, `"cold -> Na [weight=2]"`: one notation for scenario files, `read`, `write` and displays.

line       = station (arrow station)+ [ "[" attribute ("," attribute)* "]" ]
station    = unit ("," unit)*              each with each
arrow      = "->" | "-o"                   weighted | absolutely inhibitory
unit       = name [ "[" index "]" ]        a bare group is all its units; no space before the index
name       = letters, digits, _ and ' | "anything else, as JSON writes it"
attribute  = ("weight" | "delay" | "when" | "draw" | "shared" | "plastic") "=" value | "plastic" | "relay"

An index or a value is an expression over parameters and free indices. A free index runs over the units of the
largest group of the line in which it stands alone, or else occurs; what falls outside makes none.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from typing import Any, NamedTuple

import numpy as np

from allornone.simulator.arrays import Array, Index
from allornone.simulator.errors import AllornoneError, LimitExceeded, nearest
from allornone.simulator.notation.reading import NotationError, placed, unquoted

ATTRIBUTES = ("weight", "delay", "when", "draw", "shared", "plastic", "relay")

_NAME = re.compile(r"[\w']+|\"(?:[^\"\\]|\\.)*\"")
_PLAIN = re.compile(r"[\w']+(\[(0|[1-9][0-9]{0,8})\])?")
_ARROW = re.compile(r"->|-o(?![\w'])")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|.", re.DOTALL)
_ATTRIBUTE = re.compile(r"([^\W\d]\w*)\s*(?:=(?!=)\s*(.*))?", re.DOTALL)
_ASSIGNED = re.compile(r"[^\W\d]\w*\s*=(?!=)")
_LAW = re.compile(r"(normal|uniform)\s*(?=\()")

Evaluate = Callable[[str, Mapping[str, Index]], Array | float | bool]
"""Gives the value of an expression where indices have these values, as many of each: one for all, or one for each."""
Groups = Mapping[str, Sequence[str]]

MOST_SYNAPSES = 1_000_000
AT_ONCE = 1 << 16
"""Values of the indices that are evaluated together."""

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*\b(?!\s*\()")
_NEVER_FREE = {"and", "or", "not", "in", "True", "False", "pi", "inf"}


class Piece(NamedTuple):
    """A part of a line, and the column where it begins."""

    text: str
    column: int


@dataclass(frozen=True)
class UnitTerm:
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
    stations: tuple[tuple[UnitTerm, ...], ...]
    arrows: tuple[str, ...]
    attributes: Mapping[str, Piece]
    law: Law | None
    shared: UnitTerm | None

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
    with placed(text, line):
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
    return SynapseLine(text, tuple(stations), tuple(arrows), attributes, law, shared)


def parse_units(text: str) -> tuple[UnitTerm, ...]:
    """Read a list of units and groups, or raise NotationError.

    >>> [term.name for term in parse_units("S, A[k + 1]")]
    ['S', 'A']
    """
    with placed(text):
        terms, at = _station(text, 0)
        if at < len(text):
            raise NotationError(f"a comma was expected here, found {_found(text, at)}", at + 1)
    return terms


def _station(text: str, at: int) -> tuple[tuple[UnitTerm, ...], int]:
    term, at = _term(text, at)
    terms = [term]
    while text.startswith(",", at):
        term, at = _term(text, at + 1)
        terms.append(term)
    return tuple(terms), at


def _term(text: str, at: int) -> tuple[UnitTerm, int]:
    start = _skip(text, at)
    match = _NAME.match(text, start)
    if match is None:
        raise NotationError(f"a unit or group was expected here, found {_found(text, start)}", start + 1)
    name, index, at = unquoted(match.group(), start + 1), None, match.end()
    if text.startswith("[", at):
        (index, *more), end = _bracket(text, at)
        if more or not index.text or index.text in ATTRIBUTES or _ASSIGNED.match(index.text):
            found = f"found {text[at:end]}; attributes stand apart, after a space"
            raise NotationError(f"one index was expected here, {found}", at + 1)
        at = end
    return UnitTerm(name, start + 1, index), _skip(text, at)


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


def _shared(text: str, shared: Piece | None) -> UnitTerm | None:
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


def literal(text: str, indices: Mapping[str, Index]) -> float:
    """Return the number that a text is: all the evaluation that a file without parameters needs."""
    try:
        return float(text)
    except ValueError:
        raise AllornoneError(f"{text!r} is no number") from None


def expand_synapses(
    lines: Iterable[str],
    groups: Groups,
    evaluate: Evaluate = literal,
    random: np.random.Generator | None = None,
    *,
    parameters: Container[str] = (),
    limit: int = MOST_SYNAPSES,
) -> list[Wire]:
    """Return the synapses that the lines make: line by line, arrow by arrow, source by source.

    `groups` maps each group to its units, and may map a unit to itself; every unit of a group can be named.
    `evaluate` is given an expression and arrays of the values of its free indices; `parameters` are no free indices.
    Random weights are taken from `random` in the order of the synapses. With `draw`, target by target: all
    its sources, then their weights; draws of one pair add up, also to a synapse that stands there already.
    Synapses that share a weight draw it once. Raises NotationError with its place, and LimitExceeded before
    making more than `limit` synapses or trying more than `limit` values of a pair's indices.

    >>> expand_synapses(["cold -o Nb [delay=2]"], {"cold": ["cold"], "Nb": ["Nb"]})[0].kind
    'inhibitory'
    """
    wiring = _Wiring(_Meaning(groups, evaluate, parameters, limit), random)
    for number, text in enumerate(lines):
        line = parse_synapse(text, number)
        try:
            with placed(text, number):
                wiring.add(line)
        except LimitExceeded as error:
            raise LimitExceeded(f"{text!r}: {error}") from None
    return wiring.wires


def expand_units(
    text: str,
    groups: Groups,
    evaluate: Evaluate = literal,
    *,
    parameters: Container[str] = (),
    limit: int = MOST_SYNAPSES,
) -> list[tuple[str, dict[str, int]]]:
    """Return the units that a list such as "S, A[k+1]" names, each with its free indices; raises as above.

    >>> expand_units("x[k], out", {"x": ["x[0]", "x[1]"], "out": ["out"]})
    [('x[0]', {'k': 0}), ('x[1]', {'k': 1}), ('out', {})]
    """
    meaning = _Meaning(groups, evaluate, parameters, limit)
    terms = parse_units(text)
    with placed(text):
        spans = meaning.spans(terms)
        return [
            (unit, places.at(k))
            for term in terms
            for places in meaning.places((term,), spans)
            for k, members in enumerate(meaning.units(term, places))
            for unit in members
        ]


class _Places(NamedTuple):
    """Values of the free indices, one array a name."""

    length: int
    indices: Mapping[str, Index]

    def at(self, k: int) -> dict[str, int]:
        """Return the values at one place."""
        return {name: int(values[k]) for name, values in self.indices.items()}

    def take(self, chosen: Index) -> _Places:
        """Return some of the places."""
        return _Places(len(chosen), {name: values[chosen] for name, values in self.indices.items()})


class _Meaning:
    """What names, indices and values stand for."""

    def __init__(self, groups: Groups, evaluate: Evaluate, parameters: Container[str], limit: int) -> None:
        units = {unit: (unit,) for members in groups.values() for unit in members}
        self.groups: dict[str, Sequence[str]] = {**units, **groups}
        self.evaluate, self.parameters, self.limit = evaluate, parameters, limit
        self.words: dict[str, tuple[str, ...]] = {}

    def free(self, piece: Piece | None) -> tuple[str, ...]:
        """Names of the free indices in an expression."""
        text = piece.text if piece else ""
        if text not in self.words:
            words = (w for w in _WORD.findall(text) if w not in _NEVER_FREE and w not in self.parameters)
            self.words[text] = tuple(dict.fromkeys(words))
        return self.words[text]

    def numbers(self, piece: Piece, places: _Places) -> Array:
        """Return the finite number that an expression comes to at each place."""
        text, column = piece
        here = {name: places.indices[name] for name in self.free(piece) if name in places.indices}
        try:
            found = here[text] if text in here else self.evaluate(text, here)
            values = np.broadcast_to(np.asarray(found, dtype=np.float64), places.length)
        except (TypeError, ValueError) as error:
            raise NotationError(str(error), column) from None
        wrong = values[~np.isfinite(values)]
        if wrong.size:
            raise NotationError(f"a finite number was expected here, found {wrong[0]}", column)
        return values

    def wholes(self, piece: Piece, places: _Places, least: float = -math.inf) -> list[int]:
        """Return the whole number that an expression comes to at each place."""
        values = self.numbers(piece, places)
        wrong = values[(values != np.floor(values)) | (values < least)]
        if wrong.size:
            wanted = "a whole number" if least < 0 else "a whole number from 0 up"
            raise NotationError(f"{wanted} was expected here, found {wrong[0]:g}", piece.column)
        return [*map(int, values.tolist())]

    def group(self, term: UnitTerm) -> Sequence[str]:
        """Return the units of a group, or a unit alone."""
        if term.name not in self.groups:
            sentence = f"no unit or group is named {term.name!r}. {nearest(term.name, self.groups)}".rstrip()
            raise NotationError(sentence, term.column)
        return self.groups[term.name]

    def units(self, term: UnitTerm, places: _Places) -> Sequence[Sequence[str]]:
        """Return the units that a term stands for at each place."""
        if term.index is None:
            return [self.group(term)] * places.length
        if term.index.text.isdecimal() and (single := f"{term.name}[{term.index.text}]") in self.groups:
            return [self.groups[single]] * places.length
        group, numbers = self.group(term), self.wholes(term.index, places)
        if not self.free(term.index) and not 0 <= numbers[0] < len(group):
            sentence = f"{term.name} has {len(group)} units, counted from 0; found index {numbers[0]}"
            raise NotationError(sentence, term.index.column)
        return [(group[at],) if 0 <= at < len(group) else () for at in numbers]

    def spans(self, terms: Iterable[UnitTerm]) -> dict[str, int]:
        """How far each free index runs."""
        found: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for term in terms:
            for name in self.free(term.index):
                into = found[bool(term.index and term.index.text == name)]
                into[name] = max(into.get(name, 0), len(self.group(term)))
        return found[0] | found[1]

    def places(self, terms: Sequence[UnitTerm], spans: Mapping[str, int]) -> Iterator[_Places]:
        """Yield the values of all free indices of these terms, some at a time, the first varying slowest."""
        names = dict.fromkeys(name for term in terms for name in self.free(term.index))
        sides = tuple(spans[name] for name in names)
        count = math.prod(sides)
        if count > self.limit:
            raise LimitExceeded(f"{' and '.join(names)} take {count} values, the limit is {self.limit}")
        for start in range(0, count, AT_ONCE):
            along = np.arange(start, min(start + AT_ONCE, count))
            values = np.unravel_index(along, sides) if sides else ()
            yield _Places(len(along), dict(zip(names, values, strict=True)))


class _Block(NamedTuple):
    """Sources and targets that are joined each with each, alike but for a drawn weight.

    `weight` is the weight of all, or the two numbers of its law; `draw` how many sources each target draws.
    """

    sources: Sequence[str]
    targets: Sequence[str]
    alike: tuple[int | None, str, str | None, bool, bool | None]
    weight: tuple[float, ...]
    draw: int
    column: int


class _Wiring:
    """The synapses made so far, where each pair has its own, and which of them are drawn."""

    def __init__(self, meaning: _Meaning, random: np.random.Generator | None) -> None:
        self.meaning, self.random = meaning, random
        self.wires: list[Wire] = []
        self.count = 0
        self.places: dict[tuple[str, str], int] = {}
        self.drawn: set[tuple[str, str]] = set()
        self.shares: dict[str, float] = {}

    def add(self, line: SynapseLine) -> None:
        """Add what one line makes."""
        spans = self.meaning.spans(term for station in line.stations for term in station)
        make = self._draw if "draw" in line.attributes else self._join
        for ends, arrow in zip(pairwise(line.stations), line.arrows, strict=True):
            make(line, self._blocks(line, product(*ends), arrow, spans))

    def _blocks(
        self, line: SynapseLine, pairs: Iterable[tuple[UnitTerm, ...]], arrow: str, spans: Mapping[str, int]
    ) -> Iterator[_Block]:
        meaning = self.meaning
        for source, target in pairs:
            for places in meaning.places((source, target), spans):
                heads, tails = meaning.units(source, places), meaning.units(target, places)
                there = np.flatnonzero([bool(h and t) for h, t in zip(heads, tails, strict=True)])
                places = places.take(there)
                if "when" in line.attributes and places.length:
                    chosen = np.flatnonzero(meaning.numbers(line.attributes["when"], places))
                    there, places = there[chosen], places.take(chosen)
                for k, (alike, weight, draw) in zip(
                    there.tolist(), self._made(line, arrow, places), strict=True
                ):
                    yield _Block(heads[k], tails[k], alike, weight, draw, target.column)

    def _made(
        self, line: SynapseLine, arrow: str, places: _Places
    ) -> Iterator[tuple[tuple[int | None, str, str | None, bool, bool | None], tuple[float, ...], int]]:
        """Yield how the synapses at each place are made: what they have alike, their weight, how many are drawn."""
        if not places.length:
            return
        meaning, given, nothing = self.meaning, line.attributes, [None] * places.length
        kind, relay = "inhibitory" if arrow == "-o" else "weighted", "relay" in given
        delays: Sequence[int | None] = (
            meaning.wholes(given["delay"], places, 0) if "delay" in given else nothing
        )
        plastic: Sequence[bool | None] = nothing
        if "plastic" in given:
            plastic = (meaning.numbers(given["plastic"], places) != 0).tolist()
        draws = meaning.wholes(given["draw"], places, 0) if "draw" in given else [0] * places.length
        shares = self._shared(line.shared, places)
        weights = self._weights(line, places)
        for delay, share, changes, weight, draw in zip(delays, shares, plastic, weights, draws, strict=True):
            yield (delay, kind, share, relay, changes), weight, draw

    def _shared(self, term: UnitTerm | None, places: _Places) -> Sequence[str | None]:
        if term is None or term.index is None:
            return [None if term is None else term.name] * places.length
        return [f"{term.name}[{number}]" for number in self.meaning.wholes(term.index, places)]

    def _weights(self, line: SynapseLine, places: _Places) -> Sequence[tuple[float, ...]]:
        """Return the weight at each place, or the two numbers of the law from which it is drawn."""
        piece = line.attributes.get("weight")
        if piece is None:
            return [(1.0,)] * places.length
        if line.law is None:
            return [(weight,) for weight in self.meaning.numbers(piece, places).tolist()]
        first, second = (self.meaning.numbers(number, places) for number in line.law.numbers)
        with np.errstate(over="ignore"):
            apart = np.isfinite(second - first)
        wrong = second[~apart | ((second < 0) & (line.law.name == "normal"))]
        if wrong.size:
            right = "a deviation from 0 up" if line.law.name == "normal" else "an end less far away"
            raise NotationError(f"{right} was expected here, found {wrong[0]:g}", line.law.numbers[1].column)
        return [*zip(first.tolist(), second.tolist(), strict=True)]

    def _join(self, line: SynapseLine, blocks: Iterable[_Block]) -> None:
        for block in blocks:
            count = len(block.sources) * len(block.targets)
            self._reserve(count)
            weights = self._drawn(line, block, count)
            for (source, target), weight in zip(product(block.sources, block.targets), weights, strict=True):
                self._place(Wire(source, target, weight, *block.alike), block.column, drawn=False)

    def _draw(self, line: SynapseLine, blocks: Iterable[_Block]) -> None:
        pools: dict[str, list[_Block]] = {}
        piece = line.attributes["draw"]
        for block in blocks:
            for target in block.targets:
                pools.setdefault(target, []).append(block)
        for target, pool in pools.items():
            count, *more = sorted({block.draw for block in pool})
            if more:
                raise NotationError(f"{target!r} would draw both {count} and {more[0]} sources", piece.column)
            self._reserve(count)
            ends = list(accumulate(len(block.sources) for block in pool))
            for pick in self._chance(piece).integers(ends[-1], size=count).tolist():
                at = bisect(ends, pick)
                source = pool[at].sources[pick - ends[at]]
                (weight,) = self._drawn(line, pool[at], 1)
                self._place(Wire(source, target, weight, *pool[at].alike), pool[at].column, drawn=True)

    def _drawn(self, line: SynapseLine, block: _Block, count: int) -> list[float]:
        """Return a weight for each of `count` synapses: the same for all, or drawn."""
        if line.law is None:
            return [*block.weight] * count
        law, shared = getattr(self._chance(line.attributes["weight"]), line.law.name), block.alike[2]
        if shared is None:
            return [*map(float, law(*block.weight, count))]
        if shared not in self.shares:
            self.shares[shared] = float(law(*block.weight))
        return [self.shares[shared]] * count

    def _chance(self, piece: Piece) -> np.random.Generator:
        if self.random is None:
            raise NotationError("chance needs a random generator, in a scenario seeds = …", piece.column)
        return self.random

    def _reserve(self, count: int) -> None:
        self.count += count
        if self.count > self.meaning.limit:
            raise LimitExceeded(f"{self.count} synapses are more than the limit of {self.meaning.limit}")

    def _place(self, wire: Wire, column: int, *, drawn: bool) -> None:
        if wire.relay:
            self.wires.append(wire)
            return
        pair = wire[:2]
        place = self.places.setdefault(pair, len(self.wires))
        if place == len(self.wires):
            self.wires.append(wire)
            if drawn:
                self.drawn.add(pair)
            return
        ends = f"from {wire.source!r} to {wire.target!r}"
        if not drawn and pair not in self.drawn:
            raise NotationError(f"a synapse {ends} exists already: use weight=, or relay", column)
        before = self.wires[place]
        if before[3:] != wire[3:]:
            raise NotationError(f"draws add up, but those {ends} differ in more than weight", column)
        if not drawn:
            self.drawn.discard(pair)
        if wire.kind == "weighted":  # an inhibition is there or not; it does not add
            self.wires[place] = before._replace(weight=before.weight + wire.weight)
