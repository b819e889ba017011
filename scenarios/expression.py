"""Expressions of scenarios: Python's grammar through `ast`, cut down until nothing in it can do harm.

Three steps, each of which refuses at a column: words and signs, before Python's parser sees them; the kinds
of nodes and where each may stand; the values. Evaluation counts its steps and bounds the sizes of arrays.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from allornone.scenarios.aligning import combine
from allornone.scenarios.arithmetic import arithmetic, compare, has_nan, truths
from allornone.scenarios.functions import FUNCTIONS, Function
from allornone.scenarios.grammar import CONSTANTS as CONSTANTS
from allornone.scenarios.grammar import INDEX, SYMBOLS, WHOLE, Grammar, miscall, unknown, whole
from allornone.scenarios.labelled import LARGEST, LIST, Labelled, Scalar, Value, labelled, unwrapped
from allornone.scenarios.scanning import ExpressionError as ExpressionError
from allornone.scenarios.scanning import column_of, parsed
from allornone.simulator.errors import AllornoneError


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

    def check(self, names: Iterable[str], functions: Mapping[str, Function]) -> None:
        """Raise `ExpressionError` for a name or function not among these, and for a wrong count of arguments.

        A call of a name, with keywords only, picks from it.

        >>> compile_expression("heats(L=1) == 1").check(["heats"], {})
        """
        known = {*names, *CONSTANTS}
        called = {node.func for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(self.tree):
            fault = ""
            if isinstance(node, ast.Call):
                fault = miscall(node, known, functions)
            elif isinstance(node, ast.Name) and node not in called and node.id not in known:
                fault = unknown("name", node.id, known, functions)
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


def _plain(value: Value) -> Value:
    return (
        value.plain()
        if isinstance(value, Labelled)
        else unwrapped(value)
        if isinstance(value, np.generic)
        else value
    )
