"""Expressions: Python's grammar through `ast`, cut down until nothing in it can do harm, and their values.

Words and signs are refused before Python's parser sees them; then the kinds of nodes, and where each may stand; then
names, and how functions are called. Each mistake is told at its column.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, NoReturn, Protocol, Self

import numpy as np

from allornone.simulator import registry
from allornone.simulator.errors import AllornoneError, UnknownName, nearest

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "inf": math.inf}
"""Numbers that have a name everywhere."""
WHOLE = 2**53  # the largest integer written out: beyond it floats skip integers
INDEX = "an index is a whole number, a slice, a list or a mask; to compute a place, pick by name: m(tick=…)"
SYMBOLS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_REFUSED: Mapping[type[ast.AST], str] = {
    ast.Tuple: "a list is written [1, 2]",
    ast.Starred: "a star spreads nothing here",
    ast.NamedExpr: "an expression names nothing: write == to compare",
}
_MASKS = (ast.Name, ast.Call, ast.Compare, ast.BoolOp, ast.Subscript)
_CONSTANT = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)

LONGEST = 4000
"""Characters of the longest expression."""
DEEPEST = 60
"""Levels of the deepest one."""
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?P<word>[^\W\d]\w*)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<open>[(\[])|(?P<close>[)\]])|(?P<sign>\*\*|//|[=!<>]=|[-+*/%<>,:=])|\s+"
)
_WORDS = {
    "if": "there is no conditional: write where(condition, yes, no)",
    "else": "there is no conditional: write where(condition, yes, no)",
    "for": "there is no loop: arithmetic and functions take whole arrays",
    "in": "there is no `in`: write any(x == [1, 2])",
    "is": "there is no `is`: write ==",
    "lambda": "there is no lambda: give the part a name in [measures]",
    "True": "there is no True: a comparison is a truth; a label that is true is picked by 1",
    "False": "there is no False: a comparison is a truth; a label that is false is picked by 0",
}
_SIGNS = {
    ".": "there are no attributes: write sum(x), not x.sum()",
    "&": "write `and`",
    "|": "write `or`",
    "^": "a power is written **",
    "~": "write `not`",
    "!": "write `not`",
    "{": "a list is written [1, 2]",
    "\\": "text holds no backslash",
    "#": "a comment does not belong in an expression",
    "'": "the text has no end",
    '"': "the text has no end",
}
OPERATORS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Signature(Protocol):
    """A function that an expression may call, with the fewest and the most arguments that it takes."""

    @property
    def name(self) -> str: ...
    @property
    def min_args(self) -> int: ...
    @property
    def max_args(self) -> int | None: ...
    @property
    def keywords(self) -> frozenset[str]: ...


Signatures = Mapping[str, Signature]


@dataclass(frozen=True, eq=False)
class ParsedExpression:
    """An expression that has passed the checks: its text in one line, its tree, and what it names and calls."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    """Names read as values, without `pi` and `inf`."""
    calls: frozenset[str]
    """Names called: functions, and measures picked from."""
    where: str = ""

    @classmethod
    def read(cls, text: str, where: str = "", functions: Signatures | None = None) -> Self:
        """Read and check an expression that stands at `where`; of known functions the arguments are counted.

        Raises `ExpressionError`, with a column, for whatever is no expression or not of this language.

        >>> sorted(ParsedExpression.read("heats == L + 2").names)
        ['L', 'heats']
        """
        spaced, tree = _parsed(text, where)
        _Grammar(spaced, where, functions or {}).check(tree)
        called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}
        calls = frozenset(node.id for node in called if isinstance(node, ast.Name))
        return cls(spaced, tree, frozenset(names - set(CONSTANTS)), calls, where)

    def check(self, names: Collection[str], functions: Signatures) -> None:
        """Raise `ExpressionError` for a name or function not among these, and for a wrong count of arguments.

        A call of a name, with keywords only, picks from it.

        >>> ParsedExpression.read("heats(L=1) == 1").check(["heats"], {})
        """
        called = {node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(self.tree):
            fault = ""
            if isinstance(node, ast.Call):
                fault = miscall(node, names, functions)
            elif isinstance(node, ast.Name) and node not in called:
                there = node.id in names or node.id in CONSTANTS
                fault = "" if there else unknown("name", node.id, [*names, *CONSTANTS], functions)
            if fault:
                raise self.error(fault, node)

    def segment(self, node: ast.expr) -> str:
        """Return the text of a node."""
        data = self.text.encode()
        return data[node.col_offset : node.end_col_offset].decode()

    def column(self, node: ast.AST) -> int:
        """Return the column, from 1, at which a node starts."""
        return column_of(self.text, node)

    def error(self, sentence: str, node: ast.AST) -> ExpressionError:
        """Return an error at a node."""
        return ExpressionError(sentence, self.column(node), self.text, self.where)


class Evaluation:
    """The values of an expression's nodes, from the leaves up: numbers, truths, or arrays of one a lane.

    What is not a number compares with nothing. Others override what their values do.
    """

    def __init__(self, expression: ParsedExpression, names: Mapping[str, Any]) -> None:
        self.expression, self.names = expression, names
        self.kinds: dict[type[ast.AST], Callable[[Any], Any]] = {
            ast.Constant: lambda node: node.value,
            ast.Name: self.name,
            ast.UnaryOp: self.unary,
            ast.BinOp: self.binary,
            ast.BoolOp: self.both,
            ast.Compare: self.comparison,
        }

    def value(self, node: ast.expr) -> Any:
        """Return the value of a node."""
        if type(node) not in self.kinds:
            raise self.expression.error(f"{self.expression.segment(node)} is not allowed here", node)
        return self.kinds[type(node)](node)

    def name(self, node: ast.Name) -> Any:
        """Look a name up."""
        return self.names[node.id] if node.id in self.names else CONSTANTS[node.id]

    def unary(self, node: ast.UnaryOp) -> Any:
        """Negate a number or a truth."""
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return self.inverted(node, self.truth(node.operand, operand))
        return self.arithmetic(node, "*", -1, operand)

    def binary(self, node: ast.BinOp) -> Any:
        """Compute with two values."""
        left, right = self.value(node.left), self.value(node.right)
        return self.arithmetic(node, SYMBOLS[type(node.op)], left, right)

    def both(self, node: ast.BoolOp) -> Any:
        """Join truths element by element; nothing is left out, so that no error hides behind a truth."""
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        parts = [self.truth(part, self.value(part)) for part in node.values]
        return reduce(lambda left, right: self.joined(node, join, left, right), parts)

    def comparison(self, node: ast.Compare) -> Any:
        """Compare each neighbour with the next; all must hold."""
        nodes = (node.left, *node.comparators)
        operands = [self.comparable(part, self.value(part)) for part in nodes]
        found = [
            self.compared(node, SYMBOLS[type(sign)], *sides)
            for sign, sides in zip(node.ops, pairwise(operands), strict=True)
        ]
        return reduce(lambda left, right: self.joined(node, np.logical_and, left, right), found)

    def arithmetic(self, node: ast.expr, symbol: str, left: Any, right: Any) -> Any:
        """Return `left symbol right`."""
        try:
            return OPERATORS[symbol](left, right)
        except ArithmeticError as error:
            raise self.expression.error(str(error), node) from None

    def comparable(self, node: ast.expr, value: Any) -> Any:
        """Return a value that is to be compared."""
        if isinstance(value, str):
            raise self.expression.error(f"{self.expression.segment(node)} is not allowed here", node)
        return value

    def compared(self, node: ast.expr, symbol: str, left: Any, right: Any) -> Any:
        """Return whether `left symbol right`; what is not a number compares with nothing."""
        return OPERATORS[symbol](left, right) & ~(np.isnan(left) | np.isnan(right))

    def truth(self, node: ast.expr, value: Any) -> Any:
        """Return where a value is true."""
        return value

    def inverted(self, node: ast.expr, value: Any) -> Any:
        """Return where a truth is none."""
        return np.logical_not(value)

    def joined(self, node: ast.expr, join: Callable[..., Any], left: Any, right: Any) -> Any:
        """Return two truths made one."""
        return join(left, right)


class _Grammar:
    """Which nodes there are, and where each may stand; everything else is refused at its column."""

    def __init__(self, text: str, where: str, functions: Signatures) -> None:
        self.text, self.where, self.functions = text, where, functions
        self.rules: Mapping[type[ast.AST], Callable[[Any], Sequence[ast.expr]]] = {
            ast.Constant: self.constant,
            ast.Name: self.name,
            ast.UnaryOp: self.unary,
            ast.BinOp: lambda node: self.signed(node, [node.op], (node.left, node.right)),
            ast.BoolOp: lambda node: node.values,
            ast.Compare: lambda node: self.signed(node, node.ops, (node.left, *node.comparators)),
            ast.Call: self.call,
            ast.Subscript: self.subscript,
            ast.List: self.list,
        }

    def check(self, tree: ast.expr) -> None:
        """Walk the tree from left to right, on a stack of our own, as deep as is allowed."""
        stack = [(tree, 1)]
        while stack:
            node, depth = stack.pop()
            if depth > DEEPEST:
                self.refuse(
                    f"this is nested more than {DEEPEST} deep: give a part a name in [measures]", node
                )
            rule = self.rules.get(type(node))
            if rule is None:
                self.refuse(_REFUSED.get(type(node), "this is not of the language of expressions"), node)
            else:
                stack += [(child, depth + 1) for child in reversed(rule(node))]

    def refuse(self, sentence: str, node: ast.AST) -> NoReturn:
        """Raise the error."""
        raise ExpressionError(sentence, column_of(self.text, node), self.text, self.where)

    def constant(self, node: ast.Constant) -> Sequence[ast.expr]:
        """Allow numbers and text."""
        value = node.value
        if isinstance(value, int) and abs(value) > WHOLE:
            self.refuse("this integer is too large to count with: write a float, such as 1e20", node)
        if isinstance(value, float) and math.isinf(value):
            self.refuse("this number is too large: write inf", node)
        if type(value) not in (int, float, str):
            self.refuse(f"a constant is a number or text, not {value!r}", node)
        return ()

    def name(self, node: ast.Name) -> Sequence[ast.expr]:
        """Allow every name but a function's, which must be called."""
        if node.id in self.functions:
            self.refuse(f"{node.id} is a function: call it, {node.id}(…)", node)
        return ()

    def signed(
        self, node: ast.expr, signs: Sequence[ast.AST], operands: Sequence[ast.expr]
    ) -> Sequence[ast.expr]:
        """Allow the operators that there are."""
        if not all(type(sign) in SYMBOLS for sign in signs):
            self.refuse(f"the operators are {' '.join(SYMBOLS.values())}, and, or, not", node)
        return operands

    def unary(self, node: ast.UnaryOp) -> Sequence[ast.expr]:
        """Allow − and not."""
        if not isinstance(node.op, ast.USub | ast.Not):
            self.refuse("leave out the sign +", node)
        return (node.operand,)

    def call(self, node: ast.Call) -> Sequence[ast.expr]:
        """Allow calls by name, with as many arguments as the function has."""
        if not isinstance(node.func, ast.Name):
            self.refuse("only a function or a measure is called, by its name", node)
        for keyword_ in node.keywords:
            if keyword_.arg is None:
                self.refuse(_REFUSED[ast.Starred], keyword_)
        starred = next((arg for arg in node.args if isinstance(arg, ast.Starred)), None)
        function = self.functions.get(node.func.id)
        fault = misfit(node, function) if function and not starred else ""
        if fault:
            self.refuse(fault, node)
        return (*node.args, *(keyword_.value for keyword_ in node.keywords))

    def subscript(self, node: ast.Subscript) -> Sequence[ast.expr]:
        """Allow whole numbers, slices and lists of them, and what may be a mask."""
        key = node.slice
        parts: Sequence[ast.expr | None] = (key,)
        if isinstance(key, ast.Slice):
            parts = [part for part in (key.lower, key.upper, key.step) if part is not None]
        elif isinstance(key, ast.List):
            parts = key.elts
        elif isinstance(key, _MASKS) or (isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.Not)):
            return (node.value, key)
        for part in parts:
            if part is not None and whole(part) is None:
                self.refuse(INDEX, part)
        if isinstance(key, ast.Slice) and key.step is not None and whole(key.step) == 0:
            self.refuse("a slice's step is not 0", key.step)
        return (node.value,)

    def list(self, node: ast.List) -> Sequence[ast.expr]:
        """Allow constants of one kind, also computed ones such as −1, 2 / 3 or inf."""
        kinds = {
            isinstance(element, ast.Constant) and isinstance(element.value, str) for element in node.elts
        }
        for element in node.elts:
            if not all(isinstance(part, _CONSTANT) for part in ast.walk(element)) or _named(element):
                self.refuse("a list holds constants only", element)
        if len(kinds) != 1:
            self.refuse("a list holds numbers or texts, not both" if kinds else "this list is empty", node)
        return node.elts


def whole(node: ast.expr) -> int | None:
    """Return a whole number written out, with its sign, or nothing."""
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        positive = whole(node.operand)
        return None if positive is None else -positive
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _named(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id not in CONSTANTS for part in ast.walk(node))


def misfit(node: ast.Call, function: Signature) -> str:
    """Return what is wrong with the arguments of a call, or nothing."""
    count, least, most = len(node.args), function.min_args, function.max_args
    if count < least or (most is not None and count > most):
        range_ = f"{least} or more" if most is None else f"{least} to {most}" if most > least else f"{least}"
        return f"{function.name}() takes {range_} argument{'s' * (range_ != '1')}, not {count}"
    for word in node.keywords:
        if word.arg not in function.keywords:
            hint = nearest(str(word.arg), function.keywords)
            return f"{function.name}() takes no {word.arg}=. {hint}".rstrip()
    return ""


def miscall(node: ast.Call, names: Collection[str], functions: Signatures) -> str:
    """Return what is wrong with a call of a function, or with a pick from a name, or nothing."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in functions:
        return misfit(node, functions[name])
    if name not in names:
        return unknown("function", name, names, functions)
    picks = node.keywords and not node.args
    return "" if picks else f"pick from {name} by name, as in {name}(seed=0)"


def unknown(kind: str, name: str, known: Iterable[str], functions: Signatures) -> str:
    if name in functions:
        return f"{name} is a function: call it, {name}(…)"
    if kind == "function":
        return str(UnknownName(kind, name, [*known, *functions], registry.functions.all_by))
    return str(UnknownName(kind, name, known))


class ExpressionError(AllornoneError):
    """What is wrong with an expression, and at which column.

    >>> str(ExpressionError("write `and`", 3))
    'column 3: write `and`'
    """

    def __init__(self, sentence: str, column: int, text: str = "", where: str = "") -> None:
        super().__init__(f"{where}, column {column}: {sentence}" if where else f"column {column}: {sentence}")
        self.sentence, self.column, self.text, self.where = sentence, column, text, where

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, str, str]]:
        """Return how to make it again, in another process."""
        return ExpressionError, (self.sentence, self.column, self.text, self.where)


def column_of(text: str, node: ast.AST) -> int:
    """Return the column, from 1, at which a node starts; Python counts bytes.

    >>> column_of("'θ' == x", ast.parse("'θ' == x", mode="eval").body.comparators[0])
    8
    """
    offset: int = getattr(node, "col_offset", 0)
    return len(text.encode()[:offset].decode()) + 1


def _parsed(text: str, where: str) -> tuple[str, ast.expr]:
    """Return the text in one line and its tree."""
    spaced = _scanned(text, where)
    start = len(spaced) - len(spaced.lstrip())
    try:
        tree = ast.parse(spaced[start:], mode="eval").body
    except SyntaxError as error:
        column = min(max(1, error.offset or 1) + start, len(text) + 1)
        raise ExpressionError(f"this is no expression: {error.msg}", column, text, where) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this is nested too deep", 1, text, where) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            node.col_offset += start
            node.end_col_offset = (node.end_col_offset or 0) + start
    return spaced, tree


def _scanned(text: str, where: str) -> str:
    """Return the text in one line; refuse words and signs that no expression has, too long or deep a text."""
    if len(text) > LONGEST:
        raise ExpressionError(
            f"{len(text)} characters are too many: {LONGEST} at most", LONGEST + 1, text, where
        )
    at, depth, prefixes = 0, 0, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        sentence = _oddity(text, at, found)
        if found is None or sentence:
            raise ExpressionError(sentence, at + 1, text, where)
        token = found.group()
        depth += (found.lastgroup == "open") - (found.lastgroup == "close")
        prefixes = prefixes + 1 if token in ("-", "+", "not", "**") else prefixes * token.isspace()
        if depth > DEEPEST or prefixes > DEEPEST:
            raise ExpressionError(f"this is nested more than {DEEPEST} deep", at + 1, text, where)
        at = found.end()
    if not text.strip():
        raise ExpressionError("there is nothing here", 1, text, where)
    return re.sub(r"\s", " ", text)


def _oddity(text: str, at: int, found: re.Match[str] | None) -> str:
    """Return what is wrong with the token at a place, or nothing."""
    if found is None:
        return _SIGNS.get(text[at], f"{text[at]!r} means nothing here")
    token, after = found.group(), text[found.end() : found.end() + 1]
    if not token.isprintable() and not all(sign.isprintable() or sign in "\n\r\t" for sign in token):
        return "a character that cannot be seen means nothing here"
    if found.lastgroup == "number" and re.match(r"[\w.'\"]", after):
        return f"{token}{after} is no number"
    if found.lastgroup == "text" and after == token[0]:
        return "text stands between single or double quotes, one on each side"
    if found.lastgroup != "word":
        return ""
    if after and after in "'\"":
        return f"text has no prefix: write '…', not {token}'…'"
    if token != unicodedata.normalize("NFKC", token):
        return f"{token!r} has letters that stand for others: write {unicodedata.normalize('NFKC', token)!r}"
    if token in _WORDS or (keyword.iskeyword(token) and token not in ("and", "or", "not")):
        return _WORDS.get(token, f"{token!r} is not a word of expressions")
    return ""
