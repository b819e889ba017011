"""Boolean expressions as text: words, symbols, or the overlines and sums of a lecture.

or   `|` `+` `∨` or      exclusive or   `^` ⊕ xor      and   `&` `*` `·` `∧` and, or nothing between
not  `~` `!` `¬` not before, an overline (U+0304, U+0305) above
Of two variables side by side each is a letter, which may have digits; between words an operator is written.
Not binds closest, then and, then exclusive or, then or.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from unicodedata import normalize

from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.notation.synapses import NotationError

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
    r"\s*(?:(?P<word>[^\W\d][\w\u0300-\u036f]*)|(?P<digit>\d+)|(?P<sign>\|\||&&|[-|+∨^⊕&*·∧~!¬()=]))"
)
_LETTERS = re.compile(r"([A-Z][0-9]*)([\u0304\u0305]?)")
_LETTER = re.compile(r"[^\W\d_]\d*")
_OVERLINES = "\u0304\u0305"
DEEPEST = 60


class Node(NamedTuple):
    """A piece of an expression: `kind` is "name", "not", "and", "or", "xor", "0" or "1"."""

    kind: str
    parts: tuple[Node, ...] = ()
    name: str = ""


class Token(NamedTuple):
    """A word or sign of the text, with its column, counted from 1."""

    kind: str
    text: str
    column: int


def parse(text: str, inputs: Sequence[str] = ()) -> Node:
    """Return the expression that a text says; a mistake is told with its column and what was expected there.

    A word of capital letters, each with its digits, is a product (`XY`, `X1X2`) unless `inputs` names it; any other
    word is one variable.

    >>> names(parse("X̄Y + Z"))
    ['X', 'Y', 'Z']
    """
    if not isinstance(text, str):
        raise AllornoneError(f"a Boolean function is a text such as 'X & ~Y | Z', found {text!r}")
    reader = _Reader(text, list(_tokens(text, inputs)))
    node = reader.level(0)
    reader.end()
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
    found: list[Token] = []
    place = 0
    while plain[place:].strip():
        match = _TOKEN.match(plain, place)
        if match is None:
            place += len(plain[place:]) - len(plain[place:].lstrip())
            raise _wrong(text, columns[place], "a variable or an operator", repr(plain[place]))
        found += _token(text, match, columns, inputs)
        place = match.end()
    return found


def _token(text: str, match: re.Match[str], columns: list[int], inputs: Sequence[str]) -> list[Token]:
    word, begin = match["word"], match.start(match.lastgroup or 0)
    column = columns[begin]
    if word is None:
        sign = match["digit"] or match["sign"]
        if match["digit"] and sign not in ("0", "1"):
            raise _wrong(text, column, "a variable, 0 or 1", repr(sign))
        if sign in ("-", "="):
            raise _wrong(text, column, "an operator such as & | ~", repr(sign))
        return [Token(_OPERATORS.get(sign, "constant"), sign, column)]
    if word.casefold() in ("true", "false") and word not in inputs:
        raise _wrong(text, column, "a variable, or 1 or 0 for what is always true or false", repr(word))
    if word.casefold() in _OPERATORS and word not in inputs:
        return [Token(_OPERATORS[word.casefold()], word, column)]
    bare = word.rstrip(_OVERLINES)
    if _composed(bare) not in inputs and _LETTERS.sub("", word) == "":
        letters = [(letter[1], letter[2], letter.start()) for letter in _LETTERS.finditer(word)]
    else:
        letters = [(bare, word[len(bare) :][:1], 0)]
    if any(mark in letter for letter, _, _ in letters for mark in _OVERLINES):
        raise _wrong(text, column, "single letters under an overline", repr(word))
    return [
        Token("negated" if line else "name", _composed(letter), columns[begin + start])
        for letter, line, start in letters
    ]


def _composed(name: str) -> str:
    """Return a name with its marks in its letters again, as it was written."""
    return normalize("NFC", name)


def _decomposed(text: str) -> tuple[str, list[int]]:
    """Return the text with overlines apart from their letters, and the column of each of its characters."""
    plain, columns = "", []
    for column, character in enumerate(text, start=1):
        pieces = normalize("NFD", character)
        plain += pieces
        columns += [column] * len(pieces)
    return plain, columns


class _Reader:
    """Walks over the tokens of one text; each level of `_LOOSEST_FIRST` joins parts of the next."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.place, self.nested = text, tokens, 0, 0

    def level(self, depth: int) -> Node:
        if depth == len(_LOOSEST_FIRST):
            return self.factor()
        kind = _LOOSEST_FIRST[depth]
        parts = [self.level(depth + 1)]
        while self.kind() == kind or (kind == "and" and self.kind() in _STARTS):
            if self.kind() == kind:
                self.place += 1
            else:
                self.side_by_side()
            parts.append(self.level(depth + 1))
        return parts[0] if len(parts) == 1 else Node(kind, tuple(parts))

    def factor(self) -> Node:
        kind = self.kind()
        if kind not in _STARTS:
            raise self.wrong("a variable, ~ or (")
        token = self.tokens[self.place]
        if self.nested > DEEPEST:
            raise self.wrong(f"at most {DEEPEST} of ~ and ( inside one another")
        self.place += 1
        if kind in ("not", "("):
            self.nested += 1
            inside = Node("not", (self.factor(),)) if kind == "not" else self.bracketed(token)
            self.nested -= 1
            return inside
        if kind == "constant":
            return Node(token.text)
        name = Node("name", name=token.text)
        return name if kind == "name" else Node("not", (name,))

    def side_by_side(self) -> None:
        """Refuse a word beside another with nothing between: as likely as not it is a slip of the pen."""
        before, after = self.tokens[self.place - 1 : self.place + 1]
        if before.kind != "name" or after.kind != "name":
            return
        for token in (after, before):
            if not _LETTER.fullmatch(token.text):
                hint = nearest(token.text, ("and", "or", "xor", "not"))
                found = f"{token.text!r}. {hint}".rstrip(". ")
                raise _wrong(self.text, token.column, "an operator such as & | ~", found)

    def bracketed(self, opened: Token) -> Node:
        inside = self.level(0)
        if self.kind() != ")":
            raise self.wrong(f"an operator, or ) for the ( at column {opened.column}")
        self.place += 1
        return inside

    def end(self) -> None:
        if self.kind() is not None:
            raise self.wrong("an operator or the end")

    def kind(self) -> str | None:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else None

    def wrong(self, expected: str) -> NotationError:
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            return _wrong(self.text, token.column, expected, repr(token.text))
        return _wrong(self.text, len(self.text) + 1, expected, "the end")


_STARTS = {"name", "negated", "constant", "not", "("}


def _wrong(text: str, column: int, expected: str, found: str) -> NotationError:
    return NotationError(f"expected {expected}, found {found}", column, text)
