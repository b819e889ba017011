"""Boolean functions, from a text, from rows or from the samples of a task: sets of rows held as numbers.

A row is a number: bit k is the value of input k.

or   `|` `+` `∨` or      exclusive or   `^` ⊕ xor      and   `&` `*` `·` `∧` and, or nothing between
not  `~` `!` `¬` not before, an overline (U+0304, U+0305) above
Of two variables side by side each is a letter, which may have digits; between words an operator is written.
Not binds closest, then and, then exclusive or, then or.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable
from unicodedata import normalize

from allornone.models.boolean.bitsets import column as column_of, everything, members
from allornone.models.boolean.cover import MOST
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.notation.reading import NotationError, Token, TokenReader, placed, tokens_of

Row = str | Sequence[int]


_BITS = {"0": 0, "0.0": 0, "False": 0, "1": 1, "1.0": 1, "True": 1}

_OPERATORS = {
    **dict.fromkeys(["|", "||", "+", "∨", "or"], "or"),
    **dict.fromkeys(["^", "⊕", "xor"], "xor"),
    **dict.fromkeys(["&", "&&", "*", "·", "∧", "and"], "and"),
    **dict.fromkeys(["~", "!", "¬", "not"], "not"),
    "(": "(",
    ")": ")",
}
_LOOSEST_FIRST = ("or", "xor", "and")
_TOKEN = re.compile(
    r"(?P<word>[^\W\d][\w\u0300-\u036f]*)|(?P<constant>\d+)|(?P<sign>\|\||&&|[-|+∨^⊕&*·∧~!¬()=])|(?P<strange>\S)"
)
_LETTERS = re.compile(r"([A-Z][0-9]*)([\u0304\u0305]?)")
_LETTER = re.compile(r"[^\W\d_]\d*")
_OVERLINES = "\u0304\u0305"
DEEPEST = 60


@runtime_checkable
class Samples(Protocol):
    """A truth table as a task gives it: x (samples, inputs), d (samples, 1)."""

    @property
    def x(self) -> Array:
        """What the inputs are."""

    @property
    def d(self) -> Array | None:
        """What is desired."""


@dataclass(frozen=True)
class TruthTable:
    """A truth table: the rows that come out 1, and those that may come out either way, as sets of rows."""

    inputs: list[str]
    ones: int
    free: int


def table_of(
    says: str | None,
    ones: Sequence[Row] | None,
    inputs: Sequence[str] | int | None,
    free: Sequence[Row] | None,
    task: Samples | None,
    rest: bool,
) -> TruthTable:
    """Return the truth table; with `rest`, the row of zeros is no longer free but 0."""
    if task is not None:
        table = _of_task(task, inputs)
    elif says is not None:
        node = parse(says, given_names(inputs))
        known = input_names(names(node), inputs)
        whole, values = row_sets(known)
        table = TruthTable(known, rows(node, values, whole), 0)
    else:
        found = _rows("ones", ones)
        known = input_names([], len(found[0][1]) if inputs is None and found else inputs)
        row_sets(known)
        table = TruthTable(known, _set("ones", found, known), 0)
    either = table.free | _set("free", _rows("free", free), table.inputs)
    if says is None and table.ones & either:
        row = next(members(table.ones & either))
        raise _contradiction(table.inputs, row, "1 and free")
    return TruthTable(table.inputs, table.ones & ~either, either & ~1 if rest else either)


def _of_task(task: object, inputs: Sequence[str] | int | None) -> TruthTable:
    if not isinstance(task, Samples):
        raise AllornoneError(f"boolean: a task has its samples as arrays x and d, found {task!r}")
    wide = task.x.shape[1]
    known = (
        [f"X{k}" for k in range(1, wide + 1)] if isinstance(inputs, int | None) else input_names([], inputs)
    )
    if len(known) != wide or task.d is None or task.d.shape[1] != 1:
        outputs = 0 if task.d is None else task.d.shape[1]
        raise AllornoneError(
            f"boolean: a task of {len(known)} inputs and one output is needed, found {wide} and {outputs}"
        )
    if not {*task.x.ravel().tolist(), *task.d.ravel().tolist()} <= {0.0, 1.0}:
        raise AllornoneError(
            'boolean: its units take and give 0 and 1; this task has other numbers (coding = "binary" would do)'
        )
    whole, _ = row_sets(known)
    sets = [0, 0]
    for x, d in zip(task.x > 0, task.d[:, 0] > 0, strict=True):
        row = sum(1 << k for k in range(wide) if x[k])
        sets[bool(d)] |= 1 << row
    off, on = sets
    if on & off:
        raise _contradiction(known, next(members(on & off)), "1 and 0")
    return TruthTable(known, on, whole & ~on & ~off)


def _contradiction(known: Sequence[str], row: int, both: str) -> AllornoneError:
    return AllornoneError(
        f"boolean: the table contradicts itself: row {row_text(row, len(known))} is both {both}"
    )


def given_names(inputs: Sequence[str] | int | None) -> Sequence[str]:
    """Return the names that were given, if any."""
    if inputs is None or isinstance(inputs, int):
        return ()
    listed = isinstance(inputs, Sequence) and not isinstance(inputs, str)
    if not listed or not all(isinstance(name, str) and name for name in inputs):
        raise AllornoneError(f'boolean: inputs is a list of names such as ["X", "Y"], found {inputs!r}')
    return inputs


def input_names(found: list[str], inputs: Sequence[str] | int | None) -> list[str]:
    """Return the names of the inputs: those given, or those that a text names."""
    if isinstance(inputs, int):
        if not found:
            _check_width(inputs)
        known = found or [f"X{k}" for k in range(1, inputs + 1)]
        if len(known) != inputs:
            raise AllornoneError(
                f"boolean: {inputs} inputs, but the text names {len(known)} ({', '.join(known)}): "
                "give their names as inputs="
            )
        return known
    if inputs is None:
        return found
    inputs = list(given_names(inputs))
    twice = [name for name in inputs if inputs.count(name) > 1]
    if twice:
        raise AllornoneError(f"boolean: the input {twice[0]!r} is named twice")
    for name in found:
        if name not in inputs:
            raise UnknownName("input", name, inputs)
    return inputs


def row_sets(known: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Return the set of all rows, and for each variable the set of rows on which it is 1."""
    wide = len(known)
    _check_width(wide)
    return everything(wide), {name: column_of(k, wide) for k, name in enumerate(known)}


def _check_width(wide: int) -> None:
    if wide > MOST:
        raise AllornoneError(
            f"boolean: truth tables are written out to {MOST} variables, found {wide}; "
            "minimise=False takes a sum of products as it is written"
        )


def _rows(what: str, found: Any) -> list[tuple[object, list[int | None]]]:
    """Return rows as they were given, each with its values."""
    try:
        if isinstance(found, str):
            raise TypeError
        return [(row, [_BITS.get(str(value)) for value in row]) for row in (() if found is None else found)]
    except TypeError:
        raise AllornoneError(
            f'boolean: {what} is a list of rows such as ["101", "110"], found {found!r}'
        ) from None


def _set(what: str, found: Iterable[tuple[object, list[int | None]]], known: Sequence[str]) -> int:
    total = 0
    for row, values in found:
        if len(values) != len(known) or None in values:
            raise AllornoneError(
                f"boolean: a row of {what} is {len(known)} values 0 or 1 ({', '.join(known)}), found {row!r}"
            )
        total |= 1 << sum(1 << k for k, value in enumerate(values) if value)
    return total


def row_text(row: int, wide: int) -> str:
    """Return a row as text: the values of the inputs in order."""
    return "".join(str(row >> k & 1) for k in range(wide))


class Node(NamedTuple):
    """A piece of an expression: `kind` is "name", "not", "and", "or", "xor", "0" or "1"."""

    kind: str
    parts: tuple[Node, ...] = ()
    name: str = ""


def parse(text: str, inputs: Sequence[str] = ()) -> Node:
    """Return the expression that a text says; a mistake is told with its column and what was expected there.

    A word of capital letters, each with its digits, is a product (`XY`, `X1X2`) unless `inputs` names it; any other
    word is one variable.

    >>> names(parse("X̄Y + Z"))
    ['X', 'Y', 'Z']
    """
    if not isinstance(text, str):
        raise AllornoneError(f"a Boolean function is a text such as 'X & ~Y | Z', found {text!r}")
    with placed(text):
        reader = _Reader(_tokens(text, inputs))
        node = reader.level(0)
        reader.token("end", "an operator or the end")
    return node


def names(node: Node) -> list[str]:
    """Return the variables of an expression, in order of appearance."""
    if node.kind == "name":
        return [node.name]
    return list(dict.fromkeys(name for part in node.parts for name in names(part)))


def rows(node: Node, values: Mapping[str, int], everything: int) -> int:
    """Return the set of rows on which an expression holds, from the rows on which each variable does.

    >>> bin(rows(parse("X & ~Y"), {"X": 0b1010, "Y": 0b1100}, 0b1111))
    '0b10'
    """
    if node.kind == "name":
        return values[node.name]
    if not node.parts:
        return everything if node.kind == "1" else 0
    first, *rest = [rows(part, values, everything) for part in node.parts]
    if node.kind == "not":
        return everything & ~first
    for other in rest:
        first = {"and": first & other, "or": first | other, "xor": first ^ other}[node.kind]
    return first


def products(node: Node) -> list[dict[str, bool]]:
    """Return the terms that a sum of products writes, each variable with its sign; one with X and ~X never holds.

    >>> products(parse("X & ~Y | Z"))
    [{'X': True, 'Y': False}, {'Z': True}]
    """
    terms = []
    for part in _flat(node, "or"):
        literals = [literal for literal in _flat(part, "and") if literal.kind != "1"]
        if any(literal.kind == "0" for literal in literals):
            continue
        signs = [_sign(literal) for literal in literals]
        term = dict(signs)
        if all(term[name] == sign for name, sign in signs):
            terms.append(term)
    return terms


def _flat(node: Node, kind: str) -> list[Node]:
    if node.kind != kind:
        return [node]
    return [piece for part in node.parts for piece in _flat(part, kind)]


def _sign(node: Node) -> tuple[str, bool]:
    sign = True
    while node.kind == "not":
        sign, node = not sign, node.parts[0]
    if node.kind != "name":
        raise AllornoneError(
            "minimise=False takes a text as it is written, so it must be a sum of products such as "
            f"'X & ~Y | Z'; found {node.kind!r} inside a product"
        )
    return node.name, sign


def _tokens(text: str, inputs: Sequence[str]) -> list[Token]:
    plain, columns = _decomposed(text)
    return [piece for token in tokens_of(plain, _TOKEN) for piece in _pieces(token, columns, inputs)]


def _pieces(token: Token, columns: list[int], inputs: Sequence[str]) -> list[Token]:
    """Return the operator that a token is, or the variables, with their columns in the text as it was written."""
    kind, word, begin = token.kind, token.text, token.column - 1
    column = columns[begin]
    if kind == "strange":
        raise _wrong(column, "a variable or an operator", word)
    if kind == "constant" and word not in ("0", "1"):
        raise _wrong(column, "a variable, 0 or 1", word)
    if word in ("-", "="):
        raise _wrong(column, "an operator such as & | ~", word)
    if kind != "word":
        return [Token(_OPERATORS.get(word, kind), word, column)]
    if word.casefold() in ("true", "false") and word not in inputs:
        raise _wrong(column, "a variable, or 1 or 0 for what is always true or false", word)
    if word.casefold() in _OPERATORS and word not in inputs:
        return [Token(_OPERATORS[word.casefold()], word, column)]
    bare = word.rstrip(_OVERLINES)
    if _composed(bare) not in inputs and _LETTERS.sub("", word) == "":
        letters = [(letter[1], letter[2], letter.start()) for letter in _LETTERS.finditer(word)]
    else:
        letters = [(bare, word[len(bare) :][:1], 0)]
    if any(mark in letter for letter, _, _ in letters for mark in _OVERLINES):
        raise _wrong(column, "single letters under an overline", word)
    return [
        Token("negated" if line else "name", _composed(letter), columns[begin + start])
        for letter, line, start in letters
    ]


def _composed(name: str) -> str:
    """Return a name with its marks in its letters again, as it was written."""
    return normalize("NFC", name)


def _decomposed(text: str) -> tuple[str, list[int]]:
    """Return the text with overlines apart from their letters, and the column of each of its characters and its end."""
    plain, columns = "", []
    for column, character in enumerate(text, start=1):
        pieces = normalize("NFD", character)
        plain += pieces
        columns += [column] * len(pieces)
    return plain, [*columns, len(text) + 1]


class _Reader(TokenReader):
    """Walks over the tokens of one text; each level of `_LOOSEST_FIRST` joins parts of the next."""

    mistake = "expected {expected}, found {found}"
    nested = 0

    def level(self, depth: int) -> Node:
        if depth == len(_LOOSEST_FIRST):
            return self.factor()
        kind = _LOOSEST_FIRST[depth]
        parts = [self.level(depth + 1)]
        while self.now.kind == kind or (kind == "and" and self.now.kind in _STARTS):
            if self.now.kind == kind:
                self.at += 1
            else:
                self.side_by_side()
            parts.append(self.level(depth + 1))
        return parts[0] if len(parts) == 1 else Node(kind, tuple(parts))

    def factor(self) -> Node:
        token = self.now
        if token.kind not in _STARTS:
            raise self.fault("a variable, ~ or (")
        if self.nested > DEEPEST:
            raise self.fault(f"at most {DEEPEST} of ~ and ( inside one another")
        self.at += 1
        if token.kind in ("not", "("):
            self.nested += 1
            inside = Node("not", (self.factor(),)) if token.kind == "not" else self.bracketed(token)
            self.nested -= 1
            return inside
        if token.kind == "constant":
            return Node(token.text)
        name = Node("name", name=token.text)
        return name if token.kind == "name" else Node("not", (name,))

    def side_by_side(self) -> None:
        """Refuse a word beside another with nothing between: as likely as not it is a slip of the pen."""
        before, after = self.tokens[self.at - 1 : self.at + 1]
        if before.kind != "name" or after.kind != "name":
            return
        for token in (after, before):
            if not _LETTER.fullmatch(token.text):
                self.at = self.tokens.index(token)
                raise self.fault("an operator such as & | ~", ("and", "or", "xor", "not"))

    def bracketed(self, opened: Token) -> Node:
        inside = self.level(0)
        self.token(")", f"an operator, or ) for the ( at column {opened.column}")
        return inside


_STARTS = {"name", "negated", "constant", "not", "("}


def _wrong(column: int, expected: str, found: str) -> NotationError:
    return NotationError(f"expected {expected}, found {found!r}", column)
