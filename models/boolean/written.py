"""Threshold units written out, one a line: `H1 = X - 2 Z >= 1`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from allornone.models.mcculloch_pitts import Threshold
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.notation.reading import NotationError

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_TOKEN = re.compile(rf"\s*(?:(?P<number>{_NUMBER})|(?P<name>[^\W\d]\w*)|(?P<sign>>=|≥|[-+−=*·]))")


class UnitLine(NamedTuple):
    """One unit: its name, its weights by source, its threshold."""

    name: str
    weights: dict[str, float]
    threshold: float


def threshold_units(lines: Sequence[str], inputs: Sequence[str] | int | None = None) -> Network:
    """Return a network of threshold units, one a line: a name, `=`, a weighted sum, `>=`, a threshold.

    A weight stands before its unit (`2 Z`, `-Y`, `0.5*H1`). Names that no line defines are inputs, in the order of
    appearance unless `inputs` gives it. Units that feed no other are the outputs. Raises NotationError with the
    line and column of a slip, AllornoneError for inputs that are not those of the lines.

    >>> net = threshold_units(["H = X + Y >= 1.5", "out = X + Y - 2 H >= 0.5"])
    >>> net.inputs, net.outputs, net.parameters
    (['X', 'Y'], ['out'], 5)
    """
    if not _are_texts(lines):
        raise AllornoneError(f'units: give a list of lines such as ["H1 = X - 2 Z >= 1"], found {lines!r}')
    units = [_LineReader(number, line).read() for number, line in enumerate(lines)]
    defined = [unit.name for unit in units]
    for number, name in enumerate(defined):
        if name in defined[:number]:
            sentence = f"{name!r} is defined already, in line {defined.index(name) + 1}"
            raise NotationError(sentence, 1, lines[number], number)
    net = Network(name="units")
    net.add_inputs(*_inputs(units, defined, inputs))
    for unit in units:
        net.add_unit(unit.name, Threshold(threshold=unit.threshold))
    for unit in units:
        for source, weight in unit.weights.items():
            net.connect(source, unit.name, weight=weight)
    for name in net.outputs:
        net.nodes[name]["output"] = True  # so that a lesion makes no output of a unit that lost its reader
    return net


def _are_texts(given: Any) -> bool:
    listed = isinstance(given, Sequence) and not isinstance(given, str)
    return listed and len(given) > 0 and all(isinstance(one, str) for one in given)


def _inputs(units: list[UnitLine], defined: list[str], inputs: Sequence[str] | int | None) -> list[str]:
    free = list(dict.fromkeys(name for unit in units for name in unit.weights if name not in defined))
    if inputs is None or inputs == len(free):
        return free
    if isinstance(inputs, int) or not _are_texts(inputs):
        raise AllornoneError(
            f"units: the lines name {len(free)} inputs ({', '.join(free)}), found inputs={inputs!r}"
        )
    for name in free:
        if name not in inputs:
            raise AllornoneError(
                f"units: {name!r} is neither an input ({', '.join(inputs)}) nor defined by a line "
                f"({', '.join(defined)})"
            )
    for name in inputs:
        if name in defined:
            raise AllornoneError(
                f"units: the input {name!r} is defined in line {defined.index(name) + 1} too"
            )
    return list(inputs)


class _LineReader:
    """Reads one line, token by token."""

    def __init__(self, number: int, text: str) -> None:
        self.number, self.text, self.place = number, text, 0
        self.kind, self.token, self.column = "end", "", 1
        self.step()

    def read(self) -> UnitLine:
        name = self.take("name", "the name of a unit")
        self.take("=", "=")
        weights: dict[str, float] = {}
        while self.kind not in (">=", "end") or not weights:
            sign = self.sign(first=not weights)
            weight = float(self.take("number", "a weight")) if self.kind == "number" else 1.0
            if self.kind == "*":
                self.step()
            if self.kind == "name" and self.token in weights:
                raise self.wrong("each source once, its weights added up", f"{self.token!r} again")
            weights[self.take("name", "the name of an input or unit")] = sign * weight
        self.take(">=", "+, - or >=")
        sign = self.sign(first=True)
        threshold = sign * float(self.take("number", "the threshold, a number"))
        if self.kind != "end":
            raise self.wrong("the end of the line", repr(self.token))
        return UnitLine(name, weights, threshold)

    def sign(self, first: bool) -> float:
        if self.kind in ("+", "-"):
            negative = self.kind == "-"
            self.step()
            return -1.0 if negative else 1.0
        if not first:
            raise self.wrong("+, - or >=", repr(self.token))
        return 1.0

    def take(self, kind: str, expected: str) -> str:
        if self.kind != kind:
            raise self.wrong(expected, repr(self.token) if self.token else "the end of the line")
        token = self.token
        self.step()
        return token

    def step(self) -> None:
        rest = self.text[self.place :]
        self.column = self.place + len(rest) - len(rest.lstrip()) + 1
        match = _TOKEN.match(self.text, self.place)
        if match is None and rest.strip():
            raise self.wrong("a name, a number, + - = or >=", repr(rest.strip()[0]))
        if match is None:
            self.kind, self.token, self.column = "end", "", len(self.text.rstrip()) + 1
            return
        self.token, self.place = match[match.lastgroup or 0], match.end()
        plain = {"≥": ">=", "−": "-", "·": "*"}
        self.kind = plain.get(self.token, self.token) if match.lastgroup == "sign" else str(match.lastgroup)

    def wrong(self, expected: str, found: str) -> NotationError:
        return NotationError(f"expected {expected}, found {found}", self.column, self.text, self.number)
