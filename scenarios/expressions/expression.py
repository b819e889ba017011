"""Expressions of scenarios: what they come to over arrays with named axes.

Evaluation counts its steps and bounds the sizes of arrays.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from allornone.scenarios.expressions.functions import (
    FUNCTIONS,
    OF_EXAMPLES,
    ONE_VALUE,
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
from allornone.simulator.errors import AllornoneError, finite, shown
from allornone.simulator.notation.expression import (
    CONSTANTS,
    INDEX,
    SYMBOLS,
    WHOLE,
    Evaluation,
    ExpressionError,
    ParsedExpression,
    miscall,
    unknown,
    whole,
)

_ARITHMETIC = (
    *(ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.Compare),
    *(ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context),
    *(sign for sign in SYMBOLS if sign is not ast.Pow),  # whose last bits differ in arrays
)


def compile_expression(
    text: str, *, where: str = "", functions: Mapping[str, Function] | None = None
) -> Expression:
    """Read and check an expression that stands at `where`; of known functions the arguments are counted.

    Raises `ExpressionError`, with a column, for whatever is no expression or not of this language.

    >>> sorted(compile_expression("all(heats == L + 2)").names)
    ['L', 'heats']
    """
    return Expression.read(text, where, FUNCTIONS if functions is None else functions)


compiled = lru_cache(maxsize=4096)(compile_expression)


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
    of_examples: bool = False
    """Whether the expression speaks of one example, though all are computed together along "trial"."""


class Expression(ParsedExpression):
    """An expression that has passed the checks, to be evaluated in a scope; see `compile_expression`."""

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
        """Return whether it holds: of a comparison along axes, or an `and` of them, everywhere.

        Raises `ExpressionError` where something else comes out as an array, or as no truth.

        >>> compile_expression("0 < p <= 3").evaluate_truth(Scope({"p": 3}))
        True
        """
        with np.errstate(all="ignore"):
            evaluation = _Evaluation(self, scope, replacing or {})
            return self._holds(self.tree, evaluation)

    def _holds(self, node: ast.expr, evaluation: _Evaluation) -> bool:
        """Return whether a node is one truth; of a comparison along axes all must hold."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            parts = [
                self._holds(part, evaluation) for part in node.values
            ]  # no error hides behind a falsehood
            return all(parts)
        value = evaluation.value(node)
        if isinstance(value, Labelled) and isinstance(node, ast.Compare):
            if not value.size:
                raise self.error("no element is left to judge", node)
            return bool(value.values.all())
        if isinstance(value, Labelled):
            along = ", ".join(value.axes)
            raise self.error(f"this is an array along {along}, not one truth: say all(…) or any(…)", node)
        if not isinstance(value, bool):
            raise self.error(f"this is {value!r}, not a truth: compare it with something", node)
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


class _Evaluation(Evaluation):
    """The values of nodes, computed from the leaves up and counted."""

    def __init__(self, expression: Expression, scope: Scope, replacing: Mapping[ast.expr, Value]) -> None:
        super().__init__(expression, scope.names)
        self.scope, self.replacing, self.steps = scope, replacing, 0
        self.kinds |= {ast.Call: self.call, ast.Subscript: self.subscript, ast.List: self.list}

    def value(self, node: ast.expr) -> Value:
        """Return the value of a node."""
        if node in self.replacing:
            return self.replacing[node]
        found: Value = super().value(node)
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

    def arithmetic(self, node: ast.expr, symbol: str, left: Value, right: Value) -> Value:
        """Return `left symbol right`."""
        self.no_list_of_examples(node, left, right)
        return self.trying(node, arithmetic, symbol, left, right, self.scope.budget.size)

    def comparable(self, node: ast.expr, value: Value) -> Value:
        """Return a value that is to be compared; refuse what is not a number."""
        if has_nan(value):
            raise self.expression.error("this is not a number (NaN), so it compares with nothing", node)
        return value

    def compared(self, node: ast.expr, symbol: str, left: Value, right: Value) -> Value:
        """Return whether `left symbol right`."""
        self.no_list_of_examples(node, left, right)
        return self.trying(node, compare, symbol, left, right, self.scope.budget.size)

    def no_list_of_examples(self, node: ast.expr, *values: Value) -> None:
        """Refuse a list that would lie along the examples, of which the expression knows one."""
        axes = {value.axes for value in values if isinstance(value, Labelled)}
        if self.scope.of_examples and axes == {("trial",), (LIST,)}:
            raise self.expression.error("one value meets a list", node)

    def truth(self, node: ast.expr, value: Value) -> Value:
        """Return where a value is true."""
        return value if isinstance(value, bool) else self.trying(node, truths, value)

    def inverted(self, node: ast.expr, value: Value) -> Value:
        """Return where a truth is none."""
        return self.trying(node, combine, np.logical_not, value)

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
        if self.scope.of_examples and array.axes == ("trial",):
            raise self.expression.error(ONE_VALUE, node)
        if isinstance(key, ast.Slice):
            bounds = [None if part is None else whole(part) for part in (key.lower, key.upper, key.step)]
            return self.trying(node, array.index, slice(*bounds))
        if isinstance(key, ast.List):
            return self.trying(node, array.index, [whole(part) for part in key.elts])
        place = whole(key)
        if place is not None:
            return self.trying(node, array.index, place)
        mask = labelled(self.value(key))
        if self.scope.of_examples and "trial" in mask.axes:
            raise self.expression.error(
                "of one example nothing can be masked: examples would differ in length", key
            )
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

    def number(self, value: Any, names: Mapping[str, Value] | None = None) -> Any:
        """Return a number: as it stands, or from the expression that the text is."""
        if not isinstance(value, str):
            return value
        known = {**self.parameters, **names} if names else self.parameters
        return compiled(value).evaluate_number(Scope(known, FUNCTIONS))

    def arguments(self, thing: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given to a registered class or builder: texts as they stand where it takes text.

        Where it takes a number or a list of texts, a text is an expression and a list stands as it is.
        """
        alone, listed = _text_parameters(thing)
        return {
            key: value if key in (listed if isinstance(value, list) else alone) else self._each(value)
            for key, value in given.items()
        }

    def _each(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._each(item) for key, item in value.items()}
        return [self._each(item) for item in value] if isinstance(value, list) else self.number(value)

    def evaluate(self, text: str, names: Mapping[str, Value] | None = None) -> Value:
        """Return what an expression is, a number or an array."""
        known = {**self.parameters, **names} if names else self.parameters
        return compiled(text).evaluate(Scope(known, FUNCTIONS))

    def of_examples(self, text: str, names: Mapping[str, Value]) -> Value:
        """Return what an expression over the inputs of one example is, for all examples along "trial".

        >>> x = Labelled(np.array([[1, 1], [0, 1]]), ("trial", "unit"), {"unit": ("a", "b")})
        >>> Numbers({}).of_examples("sum(x)", {"x": x}).values
        array([2., 1.])
        """
        return compiled(text).evaluate(Scope({**self.parameters, **names}, OF_EXAMPLES, of_examples=True))

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
        if isinstance(found, bool) or not finite(found) or found != int(found):
            raise AllornoneError(f"{what} must be a whole number, found {shown(found)}")
        return int(found)


def expression(text: str) -> Expression:
    """Return a compiled expression, from a cache."""
    return compiled(text)


@cache
def _text_parameters(thing: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the parameters of a class or function for which a text, or a list of them, is what is meant."""
    hints = get_type_hints(thing, include_extras=True)
    alone = frozenset(name for name, hint in hints.items() if _takes_text(hint))
    return alone, frozenset(name for name, hint in hints.items() if _names_text(hint))


def _takes_text(hint: Any) -> bool:
    """Return whether a text is meant; beside a number it is an expression, unless it is one of some words."""
    if get_origin(hint) in (Union, UnionType, Annotated):
        parts = get_args(hint)
        return any(
            map(_takes_text, (part for part in parts if not (part is str and {int, float} & {*parts})))
        )
    return hint is str or get_origin(hint) is Literal


def _names_text(hint: Any) -> bool:
    return hint is str or get_origin(hint) is Literal or any(map(_names_text, get_args(hint)))
