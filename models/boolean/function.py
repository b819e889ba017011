"""Boolean functions, from a text, from rows or from the samples of a task: sets of rows held as numbers.

A row is a number: bit k is the value of input k.

or   `|` `+` `∨` or      exclusive or   `^` ⊕ xor      and   `&` `*` `·` `∧` and, or nothing between
not  `~` `!` `¬` not before, `'` behind, an overline (U+0304, U+0305) above
implies  `->` `=>` `→` `⇒`      iff  `<->` `<=>` `↔` `⇔` `≡`      nand `⊼`      nor `⊽`      xnor `⊙`

Words of operators may be in capitals. Not binds closest, then and, then exclusive or, then or, and implies and iff
join all that stands on either side. Nand, nor and xnor join two variables or brackets, and stand in brackets beside
other operators.
Of two variables side by side each is a letter, which may have digits or an index, `X[0]`; between words an operator
is written. What a word in capitals is, one name or a product of letters, `inputs` says. Without it, the text must
show it: `A + B + AB` has letters that stand alone too, `CLK & EN` writes its and and has no letter that stands alone.
Any other such word is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple, Protocol, runtime_checkable
from unicodedata import normalize

from allornone.models.boolean.bitsets import column as column_of, everything, members
from allornone.models.boolean.cover import MOST
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, UnknownName, shown
from allornone.simulator.notation.reading import NotationError, Token, TokenReader, placed, tokens_of

Row = str | Sequence[int] | int


_EITHER = 2
_BITS = {"0": 0, "0.0": 0, "False": 0, "1": 1, "1.0": 1, "True": 1, "-": _EITHER}

_OPERATORS = {
    **dict.fromkeys(["|", "||", "+", "∨", "or"], "or"),
    **dict.fromkeys(["^", "⊕", "xor"], "xor"),
    **dict.fromkeys(["&", "&&", "*", "·", "∧", "and"], "and"),
    **dict.fromkeys(["~", "!", "¬", "not"], "not"),
    **dict.fromkeys(["'", "’", "′"], "prime"),
    **dict.fromkeys(["⊼", "nand"], "nand"),
    **dict.fromkeys(["⊽", "nor"], "nor"),
    **dict.fromkeys(["⊙", "xnor"], "xnor"),
    **dict.fromkeys(["->", "=>", "→", "⇒", "implies"], "implies"),
    **dict.fromkeys(["<->", "<=>", "↔", "⇔", "≡", "iff"], "iff"),
    "(": "(",
    ")": ")",
}
_WORDS = tuple(word for word in _OPERATORS if word.isalpha())
_LOOSEST_FIRST = ("or", "xor", "and")
_WHOLE = ("implies", "iff")
"""Operators that join all that stands on either side, one to a bracket."""
_LONE = ("nand", "nor", "xnor")
"""Operators beside which others take brackets: which binds closer, no two books agree on."""
_INDEX = r"\[(?:0|[1-9]\d{0,8})\]"
_TOKEN = re.compile(
    rf"(?P<word>[^\W\d][\w\u0300-\u036f]*(?:{_INDEX})?)|(?P<constant>\d+)"
    r"|(?P<sign>\|\||&&|<->|<=>|->|=>|[-|+∨^⊕&*·∧~!¬()='’′⊼⊽⊙→⇒↔⇔≡])|(?P<strange>\S)"
)
_LETTERS = re.compile(r"([A-Z][0-9]*)([\u0304\u0305]?)")
_LETTER = re.compile(rf"[^\W\d_]\d*(?:{_INDEX})?")
_INDEXED = re.compile(rf"([^\W\d_]\d*)([\u0304\u0305]?)({_INDEX})")
_NUMBERED = re.compile(r"(?:[^\W\d_]_?\d+){2,}")
_NAME = re.compile(r"[A-Z]{2,}\d*")
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
    free: Sequence[Row] | str | None,
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
        known = input_names([], _width(found) if inputs is None and found else inputs)
        row_sets(known)
        table = TruthTable(known, _set("ones", found, known), 0)
    either = table.free | _free(free, table.inputs)
    if says is None and table.ones & either:
        row = next(members(table.ones & either))
        raise _contradiction(table.inputs, row, "1 and free")
    return TruthTable(table.inputs, table.ones & ~either, either & ~1 if rest else either)


def _free(free: Sequence[Row] | str | None, known: Sequence[str]) -> int:
    """Return the rows that may come out either way: a text says on which it holds."""
    if not isinstance(free, str):
        return _set("free", _rows("free", free), known)
    node = parse(free, known)
    for name in names(node):
        if name not in known:
            raise UnknownName("input", name, known)
    whole, values = row_sets(known)
    return rows(node, values, whole)


def _width(found: Sequence[_Given]) -> int:
    """Return how many inputs rows have, where they are written out."""
    for row, values in found:
        if isinstance(values, int):
            raise AllornoneError(
                f'boolean: a number of a row needs the names of the inputs, inputs=["A", "B"], found {row!r}'
            )
    return len(found[0][1]) if found and not isinstance(found[0][1], int) else 0


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


_Given = tuple[object, int | list[int | None]]
"""A row as it was given, and its number or its values: 0, 1, `_EITHER`, or None for what is no value."""


def _rows(what: str, found: Any) -> list[_Given]:
    """Return rows as they were given, each with its number or its values."""
    try:
        if isinstance(found, str):
            raise TypeError
        return [(row, _row(row)) for row in (() if found is None else found)]
    except TypeError:
        raise AllornoneError(
            f'boolean: {what} is a list of rows such as ["101", "110"] or [5, 6], found {shown(found)}'
        ) from None


def _row(row: Any) -> int | list[int | None]:
    if isinstance(row, Integral) and not isinstance(row, bool):
        return int(row)
    return [_BITS.get(str(value)) for value in row]


def _set(what: str, found: Iterable[_Given], known: Sequence[str]) -> int:
    total, wide, numbered = 0, len(known), set()
    for row, values in found:
        if isinstance(values, int):
            if values in numbered or not 0 <= values < 1 << wide:
                raise _no_number(what, row, known, values in numbered)
            numbered.add(values)
            values = [values >> (wide - 1 - k) & 1 for k in range(wide)]
        if len(values) != wide or None in values:
            raise AllornoneError(
                f"boolean: a row of {what} is {wide} values 0 or 1, or - for either ({', '.join(known)}), "
                f"found {shown(row)}"
            )
        total |= _chosen(values)
    return total


def _no_number(what: str, row: object, known: Sequence[str], again: bool) -> AllornoneError:
    listed, found = ", ".join(known), f"{shown(row)} again" if again else shown(row)
    return AllornoneError(
        f"boolean: a row of {what} as a number is one of 0 to {(1 << len(known)) - 1}, each once, the first input "
        f"its highest digit ({listed}), found {found}"
    )


def _chosen(values: Sequence[int | None]) -> int:
    """Return the rows that have these values, where they are not either."""
    wide = len(values)
    chosen = everything(wide)
    for k, value in enumerate(values):
        if value != _EITHER:
            chosen &= column_of(k, wide) if value else ~column_of(k, wide)
    return chosen


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

    A word of capital letters, each with its digits, is a product (`XY`, `X1X2`) where `inputs` names its letters, or
    they stand alone elsewhere; it is a name where `inputs` names it, or no letter stands alone and ands are written
    (`CLK & EN`); otherwise it is refused. Any other word is one variable.

    >>> names(parse("X̄Y + Z")), names(parse("CLK & EN")), names(parse("XY + Z", ["X", "Y", "Z"]))
    (['X', 'Y', 'Z'], ['CLK', 'EN'], ['X', 'Y', 'Z'])
    """
    if not isinstance(text, str):
        raise AllornoneError(f"a Boolean function is a text such as 'X & ~Y | Z', found {text!r}")
    with placed(text):
        reader = _Reader(_tokens(text, inputs), inputs)
        node = reader.whole()
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


@dataclass(frozen=True)
class _Style:
    """How a text is written, from which it is told what its words are."""

    inputs: Sequence[str]
    alone: frozenset[str]
    """Letters that stand alone, with their digits."""
    written: bool
    """Whether ands are written out."""

    def names(self, word: str, found: Sequence[tuple[str, str, int]]) -> bool:
        """Return whether a word of capital letters is one name and no product; raise where nothing tells."""
        letters = [letter for letter, _, _ in found]
        if any(line for _, line, _ in found):
            return word in self.inputs
        if self.inputs:
            return word in self.inputs or not {*letters} <= {*self.inputs}
        product = {*letters} <= self.alone
        name = self.written and not any(map(str.isupper, self.alone)) and bool(_NAME.fullmatch(word))
        if product == self.written or product == name:
            raise AllornoneError(_either(word, letters))
        return name

    def check(self, word: str) -> None:
        """Raise for a word that is no word of capitals and yet may be a product."""
        letters = re.findall(r"[^\W\d_]_?\d*", word)
        if self.inputs or len(letters) < 2 or "".join(letters) != word:
            return
        if _NUMBERED.fullmatch(word) or {*letters} <= self.alone:
            raise AllornoneError(_either(word, letters))


def _either(word: str, letters: Sequence[str]) -> str:
    product, listed = " & ".join(letters), ", ".join(f'"{letter}"' for letter in letters)
    return (
        f"{word!r} may be one name or {product}: write {product}, or name the inputs, "
        f'inputs=["{word}"] or inputs=[{listed}]'
    )


def _tokens(text: str, inputs: Sequence[str]) -> list[Token]:
    plain, columns = _decomposed(text)
    found = tokens_of(plain, _TOKEN)
    style = _style(found, inputs)
    return [piece for token in found for piece in _pieces(token, columns, style)]


def _style(tokens: Sequence[Token], inputs: Sequence[str]) -> _Style:
    alone, written = set(), False
    for token in tokens:
        written = written or _OPERATORS.get(token.text.casefold()) in ("and", "nand")
        bare = token.text.rstrip(_OVERLINES)
        if token.kind == "word" and any(line in token.text for line in _OVERLINES):
            alone |= {letter[1] for letter in _LETTERS.finditer(token.text)}
        elif token.kind == "word" and _LETTER.fullmatch(bare):
            alone.add(_composed(bare))
    return _Style(inputs, frozenset(alone), written)


def _pieces(token: Token, columns: list[int], style: _Style) -> list[Token]:
    """Return the operator that a token is, or the variables, with their columns in the text as it was written."""
    kind, word, begin, inputs = token.kind, token.text, token.column - 1, style.inputs
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
    letters = _variables(word, column, style)
    if any(mark in letter for letter, _, _ in letters for mark in _OVERLINES):
        raise _wrong(column, "single letters under an overline", word)
    return [
        Token("negated" if line else "name", _composed(letter), columns[begin + start])
        for letter, line, start in letters
    ]


def _variables(word: str, column: int, style: _Style) -> list[tuple[str, str, int]]:
    """Return the variables that a word is: of each its name, its overline, and where in the word it begins."""
    bare = word.rstrip(_OVERLINES)
    indexed = _INDEXED.fullmatch(word)
    if indexed:
        return [(indexed[1] + indexed[3], indexed[2], 0)]
    name = _composed(bare)
    letters = [(letter[1], letter[2], letter.start()) for letter in _LETTERS.finditer(word)]
    try:
        if _LETTERS.sub("", word):
            style.check(name)
        elif len(letters) > 1 and not style.names(name, letters):
            return letters
    except AllornoneError as error:
        raise NotationError(str(error), column) from None
    return [(bare, word[len(bare) :][:1], 0)]


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

    def __init__(self, tokens: Sequence[Token], inputs: Sequence[str]) -> None:
        super().__init__(tokens)
        self.inputs = inputs

    def whole(self) -> Node:
        """Return what stands in the text, or in a bracket."""
        first = self.level(0)
        kind = self.now.kind
        if kind not in _WHOLE:
            return first
        self.at += 1
        second = self.level(0)
        if self.now.kind in _WHOLE:
            raise self.brackets(kind)
        if kind == "implies":
            return Node("or", (Node("not", (first,)), second))
        return Node("not", (Node("xor", (first, second)),))

    def brackets(self, kind: str) -> NotationError:
        """Return the error for operators side by side of which none binds closer."""
        return NotationError(
            f"expected brackets around what {kind} joins, as in (X {kind} Y) & Z, found {self.now.text!r}",
            self.now.column,
        )

    def lone(self) -> Node:
        """Return one factor, or two that nand, nor or xnor joins."""
        begin = self.at
        first = self.factor()
        kind = self.now.kind
        if kind not in _LONE:
            return first
        if begin and self.tokens[begin - 1].kind not in ("(", *_WHOLE):
            raise self.brackets(kind)
        self.at += 1
        second = self.factor()
        if self.now.kind not in ("end", ")", *_WHOLE):
            raise self.brackets(kind)
        return Node("not", (Node({"nand": "and", "nor": "or", "xnor": "xor"}[kind], (first, second)),))

    def level(self, depth: int) -> Node:
        if depth == len(_LOOSEST_FIRST):
            return self.lone()
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
        """Return a variable, a constant or a bracket, with what negates it before and behind."""
        found, primes = self.unprimed(), 0
        while self.now.kind == "prime":
            self.at, primes = self.at + 1, primes + 1
        return Node("not", (found,)) if primes % 2 else found

    def unprimed(self) -> Node:
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
        before, after, behind = self.tokens[self.at - 1 : self.at + 2]
        if after.text in ("v", "V") and after.text not in self.inputs and behind.kind in _STARTS:
            raise NotationError(
                f"{after.text!r} may be a variable or the sign of or: write | for or, and & beside a variable",
                after.column,
            )
        if before.kind != "name" or after.kind != "name":
            return
        for token in (after, before):
            if not _LETTER.fullmatch(token.text):
                self.at = self.tokens.index(token)
                raise self.fault("an operator such as & | ~", _WORDS)

    def bracketed(self, opened: Token) -> Node:
        inside = self.whole()
        self.token(")", f"an operator, or ) for the ( at column {opened.column}")
        return inside


_STARTS = {"name", "negated", "constant", "not", "("}


def _wrong(column: int, expected: str, found: str) -> NotationError:
    return NotationError(f"expected {expected}, found {found!r}", column)
