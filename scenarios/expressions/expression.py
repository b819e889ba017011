"""Expressions of scenarios: Python's grammar through `ast`, cut down until nothing in it can do harm.

Three steps, each of which refuses at a column: words and signs, before Python's parser sees them; the kinds
of nodes and where each may stand; the values. Evaluation counts its steps and bounds the sizes of arrays.
"""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints

import numpy as np

from allornone.scenarios.expressions.functions import (
    FUNCTIONS,
    Function,
    arithmetic,
    compare,
    has_nan,
    truths,
)
from allornone.scenarios.expressions.labelled import (
    LARGEST,
    LIST,
    Labelled,
    Scalar,
    Value,
    combine,
    labelled,
    unwrapped,
)
from allornone.simulator.arrays import Array, Index
from allornone.simulator.errors import AllornoneError, UnknownName, nearest


def compile_expression(
    text: str, *, where: str = "", functions: Mapping[str, Function] | None = None
) -> Expression:
    """Read and check an expression that stands at `where`; of known functions the arguments are counted.

    Raises `ExpressionError`, with a column, for whatever is no expression or not of this language.

    >>> sorted(compile_expression("all(heats == L + 2)").names)
    ['L', 'heats']
    """
    spaced, tree = parsed(text, where)
    Grammar(spaced, where, FUNCTIONS if functions is None else functions).check(tree)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}
    calls = frozenset(node.id for node in called if isinstance(node, ast.Name))
    return Expression(spaced, tree, frozenset(names - set(CONSTANTS)), calls, where)


compiled = lru_cache(maxsize=4096)(compile_expression)

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
_ARITHMETIC = (
    *(ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare),
    *(ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
    *(sign for sign in SYMBOLS if sign is not ast.Pow),  # whose last bits differ in arrays
)
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


@dataclass(frozen=True)
class Budget:
    """How much one evaluation may do: elements computed in all, and elements of one array."""

    steps: int = 500_000_000
    size: int = LARGEST


@dataclass(frozen=True)
class Scope:
    """What names and calls stand for, and how much may be done."""

    names: Mapping[str, Value]
    functions: Mapping[str, Function] = field(default_factory=lambda: FUNCTIONS)
    budget: Budget = Budget()


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression that has passed the checks; see `compile_expression`."""

    text: str
    tree: ast.expr
    names: frozenset[str]
    """Names read as values, without `pi` and `inf`."""
    calls: frozenset[str]
    """Names called: functions, and measures picked from."""
    where: str = ""

    def evaluate(self, scope: Scope) -> Value:
        """Return the value: an array with its axes, or one number, truth or text.

        Raises `ExpressionError` at the column where a name is unknown, axes do not match, or a number is NaN.

        >>> compile_expression("2 * p + 1").evaluate(Scope({"p": 3}))
        7
        """
        value = self.evaluate_part(self.tree, scope)
        if has_nan(value):
            raise self.error("the result is not a number (NaN)", self.tree)
        return value

    def evaluate_part(
        self, node: ast.expr, scope: Scope, replacing: Mapping[ast.expr, Value] | None = None
    ) -> Value:
        """Return the value of a node of the tree, where other nodes may have values put in their place."""
        # What is not a number is refused where it is compared, so numpy need not warn.
        with np.errstate(all="ignore"):
            return _Evaluation(self, scope, replacing or {}).value(node)

    @cached_property
    def is_arithmetic(self) -> bool:
        """Whether it only computes and compares, so that arrays give at each place what its numbers would give."""
        return all(isinstance(node, _ARITHMETIC) for node in ast.walk(self.tree))

    def evaluate_exactly(self, scope: Scope) -> Value:
        """Return the value where whole numbers are floats; an error beyond what floats can tell."""
        with np.errstate(all="ignore"):
            return _ExactEvaluation(self, scope, {}).value(self.tree)

    def evaluate_truth(self, scope: Scope, replacing: Mapping[ast.expr, Value] | None = None) -> bool:
        """Return whether it holds; raises `ExpressionError` if it comes out as anything but one truth.

        >>> compile_expression("0 < p <= 3").evaluate_truth(Scope({"p": 3}))
        True
        """
        value = self.evaluate_part(self.tree, scope, replacing)
        if isinstance(value, Labelled):
            along = ", ".join(value.axes)
            raise self.error(
                f"this is an array along {along}, not one truth: say all(…) or any(…)", self.tree
            )
        if not isinstance(value, bool):
            raise self.error(f"this is {value!r}, not a truth: compare it with something", self.tree)
        return value

    def evaluate_number(self, scope: Scope) -> int | float:
        """Return one finite number, an int where it is whole; raises `ExpressionError` for anything else.

        >>> compile_expression("p / 2").evaluate_number(Scope({"p": 4}))
        2
        """
        value = self.evaluate(scope)
        if isinstance(value, Labelled | bool | str) or math.isinf(value):
            found = f"an array along {', '.join(value.axes)}" if isinstance(value, Labelled) else repr(value)
            raise self.error(f"one finite number is needed, not {found}", self.tree)
        return int(value) if value == int(value) and abs(value) <= WHOLE else value

    def check(self, names: Collection[str], functions: Mapping[str, Function]) -> None:
        """Raise `ExpressionError` for a name or function not among these, and for a wrong count of arguments.

        A call of a name, with keywords only, picks from it.

        >>> compile_expression("heats(L=1) == 1").check(["heats"], {})
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


class _Evaluation:
    """The values of nodes, computed from the leaves up and counted."""

    def __init__(self, expression: Expression, scope: Scope, replacing: Mapping[ast.expr, Value]) -> None:
        self.expression, self.scope, self.replacing, self.steps = expression, scope, replacing, 0
        self.kinds: Mapping[type[ast.AST], Callable[[Any], Value]] = {
            ast.Constant: lambda node: node.value,
            ast.Name: self.name,
            ast.UnaryOp: self.unary,
            ast.BinOp: self.binary,
            ast.BoolOp: self.both,
            ast.Compare: self.comparison,
            ast.Call: self.call,
            ast.Subscript: self.subscript,
            ast.List: self.list,
        }

    def value(self, node: ast.expr) -> Value:
        """Return the value of a node."""
        if node in self.replacing:
            return self.replacing[node]
        found = self.kinds[type(node)](node)
        size = found.size if isinstance(found, Labelled) else 1
        self.steps += max(1, size)
        if size > self.scope.budget.size or self.steps > self.scope.budget.steps:
            raise self.expression.error(
                "this takes more steps or a larger array than an expression may use", node
            )
        return found

    def trying(self, node: ast.AST, function: Callable[..., Any], *values: Any, **named: Any) -> Value:
        """Return a function's value; what it raises is told at the node's column."""
        try:
            found = function(*values, **named)
        except ExpressionError:
            raise
        except (AllornoneError, ArithmeticError, MemoryError) as error:
            raise self.expression.error(str(error) or "this is too large", node) from None
        return _plain(found)

    def name(self, node: ast.Name) -> Value:
        """Look a name up."""
        names = self.scope.names
        if node.id in names:
            return _plain(names[node.id])
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        raise self.expression.error(unknown("name", node.id, names, self.scope.functions), node)

    def unary(self, node: ast.UnaryOp) -> Value:
        """Negate a number or a truth."""
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return self.trying(node, combine, np.logical_not, self.truth(node.operand, operand))
        return self.trying(node, arithmetic, "*", -1, operand)

    def binary(self, node: ast.BinOp) -> Value:
        """Compute with two values."""
        left, right = self.value(node.left), self.value(node.right)
        return self.trying(node, arithmetic, SYMBOLS[type(node.op)], left, right, self.scope.budget.size)

    def both(self, node: ast.BoolOp) -> Value:
        """Join truths element by element; nothing is left out, so that no error hides behind a truth."""
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        parts = [self.truth(part, self.value(part)) for part in node.values]
        result = parts[0]
        for part in parts[1:]:
            result = self.joined(node, join, result, part)
        return result

    def truth(self, node: ast.expr, value: Value) -> Value:
        """Return where a value is true."""
        return value if isinstance(value, bool) else self.trying(node, truths, value)

    def comparison(self, node: ast.Compare) -> Value:
        """Compare each neighbour with the next; all must hold."""
        nodes = (node.left, *node.comparators)
        operands = [self.value(part) for part in nodes]
        for part, operand in zip(nodes, operands, strict=True):
            if has_nan(operand):
                raise self.expression.error("this is not a number (NaN), so it compares with nothing", part)
        result: Value = True
        for at, sign in enumerate(node.ops):
            sides = (operands[at], operands[at + 1])
            holds = self.trying(node, compare, SYMBOLS[type(sign)], *sides, self.scope.budget.size)
            result = holds if at == 0 else self.joined(node, np.logical_and, result, holds)
        return result

    def joined(self, node: ast.expr, join: Callable[..., Any], left: Value, right: Value) -> Value:
        """Return two truths made one."""
        if isinstance(left, bool) and isinstance(right, bool):
            return bool(join(left, right))
        return self.trying(node, combine, join, left, right, most=self.scope.budget.size)

    def call(self, node: ast.Call) -> Value:
        """Call a function, or pick from what a name stands for."""
        names, functions = self.scope.names, self.scope.functions
        fault = miscall(node, names, functions)
        if fault:
            raise self.expression.error(fault, node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        values = [self.value(part) for part in node.args]
        named = {word.arg: self.value(word.value) for word in node.keywords if word.arg is not None}
        call = functions[name].call if name in functions else labelled(names[name]).pick
        return self.trying(node, call, *values, **named)

    def subscript(self, node: ast.Subscript) -> Value:
        """Take elements of an array by their places, or by a mask."""
        array, key = labelled(self.value(node.value)), node.slice
        if isinstance(key, ast.Slice):
            bounds = [None if part is None else whole(part) for part in (key.lower, key.upper, key.step)]
            return self.trying(node, array.index, slice(*bounds))
        if isinstance(key, ast.List):
            return self.trying(node, array.index, [whole(part) for part in key.elts])
        place = whole(key)
        if place is not None:
            return self.trying(node, array.index, place)
        mask = labelled(self.value(key))
        if not mask.axes or mask.values.dtype != np.bool_:
            raise self.expression.error(INDEX, key)
        return self.trying(node, array.mask, mask)

    def list(self, node: ast.List) -> Value:
        """Return constants as an array whose axis is still open."""
        values: list[Scalar] = [unwrapped(self.value(element)) for element in node.elts]
        return Labelled(np.asarray(values, dtype=None if isinstance(values[0], str) else np.float64), (LIST,))


class _ExactEvaluation(_Evaluation):
    """An evaluation that ends where a number is too large for floats to count with."""

    def value(self, node: ast.expr) -> Value:
        """Return the value of a node."""
        found = super().value(node)
        if isinstance(found, Labelled) and not np.all(np.abs(found.values) <= WHOLE):
            raise _TooLargeError
        return found


class _TooLargeError(Exception):
    """Floats do not tell this whole number from its neighbours, or it is no number at all."""


def _plain(value: Value) -> Value:
    return (
        value.plain()
        if isinstance(value, Labelled)
        else unwrapped(value)
        if isinstance(value, np.generic)
        else value
    )


@dataclass(frozen=True)
class Numbers:
    """The named numbers of one run.

    >>> Numbers({"p": 3}).number("2 * p")
    6
    """

    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Numbers:
        """Read [parameters] of a scenario; a parameter may use those before it."""
        known: dict[str, Any] = {}
        for name, value in parameters.items():
            known[name] = cls(known).number(value)
        return cls(known)

    def number(self, value: Any, names: Mapping[str, Value] | None = None) -> Any:
        """Return a number: as it stands, or from the expression that the text is."""
        if not isinstance(value, str):
            return value
        return compiled(value).evaluate_number(Scope({**self.parameters, **(names or {})}, FUNCTIONS))

    def arguments(self, thing: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given to a registered class or builder: texts as they stand where it takes text."""
        texts = _text_parameters(thing)
        return {key: value if key in texts else self._each(value) for key, value in given.items()}

    def _each(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._each(item) for key, item in value.items()}
        return [self._each(item) for item in value] if isinstance(value, list) else self.number(value)

    def evaluate(self, text: str, names: Mapping[str, Value] | None = None) -> Value:
        """Return what an expression is, a number or an array."""
        return compiled(text).evaluate(Scope({**self.parameters, **(names or {})}, FUNCTIONS))

    def wiring(self, text: str, indices: Mapping[str, Index]) -> Array | float | bool:
        """Return what an expression in a synapse or stimulus is, where free indices have these values."""
        count = len(next(iter(indices.values()), ()))
        if not indices:
            return self._one(text, {})
        if count > 1 and compiled(text).is_arithmetic:
            with suppress(ExpressionError, _TooLargeError):
                names = {name: Labelled(values, ("trial",)) for name, values in indices.items()}
                scope = Scope({**self.parameters, **names})
                return np.asarray(labelled(compiled(text).evaluate_exactly(scope)).values)
        # One by one, which also finds the first place at which it cannot be.
        places = zip(*(values.tolist() for values in indices.values()), strict=True)
        return np.array([self._one(text, dict(zip(indices, place, strict=True))) for place in places])

    def _one(self, text: str, indices: Mapping[str, int]) -> float | bool:
        found = self.evaluate(text, dict(indices))
        if isinstance(found, bool | int | float):
            return found
        raise AllornoneError(f"{text!r} is not one number")

    def whole(self, value: Any, what: str) -> int:
        """Return a whole number."""
        found = self.number(value)
        if isinstance(found, bool) or not isinstance(found, int | float) or found != int(found):
            raise AllornoneError(f"{what} must be a whole number, found {found!r}")
        return int(found)


def expression(text: str) -> Expression:
    """Return a compiled expression, from a cache."""
    return compiled(text)


@cache
def _text_parameters(thing: Any) -> frozenset[str]:
    """Return the parameters of a class or function for which a text is no expression but what is meant."""
    hints = get_type_hints(thing, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _takes_text(hint))


def _takes_text(hint: Any) -> bool:
    return hint is str or get_origin(hint) is Literal or any(map(_takes_text, get_args(hint)))


class Grammar:
    """Which nodes there are, and where each may stand; everything else is refused at its column."""

    def __init__(self, text: str, where: str, functions: Mapping[str, Function]) -> None:
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


def misfit(node: ast.Call, function: Function) -> str:
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


def miscall(node: ast.Call, names: Collection[str], functions: Mapping[str, Function]) -> str:
    """Return what is wrong with a call of a function, or with a pick from a name, or nothing."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in functions:
        return misfit(node, functions[name])
    if name not in names:
        return unknown("function", name, names, functions)
    picks = node.keywords and not node.args
    return "" if picks else f"pick from {name} by name, as in {name}(seed=0)"


def unknown(kind: str, name: str, known: Iterable[str], functions: Mapping[str, Function]) -> str:
    if name in functions:
        return f"{name} is a function: call it, {name}(…)"
    return str(UnknownName(kind, name, [*known, *functions] if kind == "function" else known))


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


def parsed(text: str, where: str) -> tuple[str, ast.expr]:
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
