"""Threshold units written out, one a line: `H1 = X - 2 Z >= 1`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from numbers import Integral
from typing import Any, NamedTuple

from allornone.models.mcculloch_pitts import Threshold
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, shown
from allornone.simulator.network.network import Network
from allornone.simulator.notation.reading import NotationError, TokenReader, placed, tokens_of

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NAME = r"[^\W\d]\w*(?:\[(?:0|[1-9]\d*)\])?"
_TOKEN = re.compile(rf"(?P<number>{_NUMBER})|(?P<name>{_NAME})|(?P<sign>>=|≥|[-+−=*·])|(?P<strange>\S)")
_WORDS = {"≥": ">=", "−": "-", "·": "*"}
_TWICE = "expected each source once, its weights added up, found {!r} again"


class UnitLine(NamedTuple):
    """One unit: its name, its weights by source, its threshold."""

    name: str
    weights: dict[str, float]
    threshold: float


@checked
def threshold_units(lines: Sequence[str], inputs: Sequence[str] | int | None = None) -> Network:
    """Return a network of threshold units, one a line: a name, `=`, a weighted sum, `>=`, a threshold.

    A weight stands before its unit (`2 Z`, `-Y`, `0.5*H1`, `1e-3 X[0]`). Names that no line defines are inputs, in
    the order of appearance unless `inputs` gives it. Units that feed no other are the outputs. Raises NotationError
    with the line and column of a slip, AllornoneError for inputs that are not those of the lines.

    >>> net = threshold_units(["H = X + Y >= 1.5", "out = X + Y - 2 H >= 0.5"])
    >>> net.inputs, net.outputs, net.parameters
    (['X', 'Y'], ['out'], 5)
    """
    if not _are_texts(lines):
        raise AllornoneError(f'units: give a list of lines such as ["H1 = X - 2 Z >= 1"], found {lines!r}')
    units = [_unit(line, number) for number, line in enumerate(lines)]
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


def _unit(text: str, line: int) -> UnitLine:
    with placed(text, line):
        return _LineReader(tokens_of(text.rstrip(), _TOKEN, _WORDS)).read()


def _are_texts(given: Any) -> bool:
    listed = isinstance(given, Sequence) and not isinstance(given, str)
    return listed and len(given) > 0 and all(isinstance(one, str) for one in given)


def _inputs(units: list[UnitLine], defined: list[str], inputs: Sequence[str] | int | None) -> list[str]:
    free = list(dict.fromkeys(name for unit in units for name in unit.weights if name not in defined))
    if inputs is None or (isinstance(inputs, Integral) and inputs == len(free)):
        return free
    if isinstance(inputs, int | Integral) or not _are_texts(inputs):
        raise AllornoneError(
            f"units: the lines name {len(free)} inputs ({', '.join(free)}), found inputs={shown(inputs)}"
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


class _LineReader(TokenReader):
    """Reads one line, token by token."""

    mistake = "expected {expected}, found {found}"
    strange = "expected a name, a number, + - = or >=, found {found}"
    end = "the end of the line"

    def read(self) -> UnitLine:
        name = self.token("name", "the name of a unit").text
        self.expect("=", "=")
        weights: dict[str, float] = {}
        while not weights or (self.now.kind != "end" and not self.sees(">=")):
            sign = self.sign(first=not weights)
            weight = self.weight() if self.now.kind == "number" else 1.0
            self.take("*")
            if self.now.text in weights:
                raise NotationError(_TWICE.format(self.now.text), self.now.column)
            weights[self.token("name", "the name of an input or unit").text] = sign * weight
        self.expect(">=", "+, - or >=")
        threshold = self.sign(first=True) * self.number("the threshold, a number")
        self.token("end", "the end of the line")
        return UnitLine(name, weights, threshold)

    def sign(self, first: bool) -> float:
        if self.take("-"):
            return -1.0
        if not self.take("+") and not first:
            raise self.fault("+, - or >=")
        return 1.0

    def weight(self) -> float:
        """Return a weight; refuse one that may as well be a smaller one and the beginning of a name, as in 2e3X."""
        token = self.now
        weight, exponent = self.number("a weight"), re.search("[eE]", token.text)
        apart = self.now.column > token.column + len(token.text) or self.now.kind != "name"
        if exponent and (not apart or (self.now.kind != "name" and not self.sees("*"))):
            name = "a unit" if apart else self.now.text
            raise NotationError(
                f"{token.text} may be the weight of {name}, or {token.text[: exponent.start()]} that of a unit whose "
                f"name begins with {exponent[0]}: write a blank or * between",
                token.column,
            )
        return weight

    def number(self, expected: str) -> float:
        token = self.token("number", expected)
        if not isfinite(float(token.text)):
            raise NotationError(f"expected a finite number, found {shown(token.text)}", token.column)
        return float(token.text)
