"""When learning stops: conditions such as "mistakes == 0", judged after each epoch, lane by lane."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.units import Array
from allornone.simulator.wiring import Truth

WORDS = ("mistakes", "worst", "error", "gradient", "change", "updates")
"""What a condition may speak of."""

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
LONGEST = 500


@dataclass(frozen=True)
class Condition:
    """A condition over the words of `WORDS` and named numbers.

    >>> Condition.read("mistakes == 0 or error < 0.01").words
    ('mistakes', 'error')
    """

    text: str
    tree: ast.expr
    words: tuple[str, ...]
    numbers: Mapping[str, Any]

    @classmethod
    def read(cls, text: str, numbers: Mapping[str, Any] | None = None) -> Condition:
        """Read a condition; `numbers` gives further names a value, one number or one a lane."""
        known = dict(numbers or {})
        if not isinstance(text, str) or len(text) > LONGEST:
            raise AllornoneError(
                f"until must be a condition such as 'mistakes == 0', found {str(text)[:60]!r}"
            )
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise AllornoneError(
                f"until {text!r} cannot be read, write a condition such as 'mistakes == 0': {error.args[0]}"
            ) from None
        if not isinstance(tree, ast.Compare | ast.BoolOp | ast.UnaryOp):
            raise AllornoneError(f"until {text!r} is no condition; write one such as 'mistakes == 0'")
        words: dict[str, None] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in known:
                if node.id not in WORDS:
                    there = [*WORDS, *known]
                    hint = f"{nearest(node.id, there)} There are: {', '.join(there)}".strip()
                    raise AllornoneError(f"until {text!r}: {node.id!r} is nothing here. {hint}")
                words[node.id] = None
        return cls(text, tree, tuple(words), known)

    def met(self, values: Mapping[str, Array]) -> Truth:
        """Return by lane whether the condition holds; one that speaks of what has no value yet does not."""
        found = np.asarray(self._value(self.tree, values), dtype=bool)
        known = all(word in values for word in self.words)
        return found if known else np.zeros(np.shape(next(iter(values.values()))), dtype=bool)

    def _value(self, node: ast.expr, values: Mapping[str, Array]) -> Any:
        match node:
            case ast.BoolOp(op=ast.And()):
                return np.logical_and.reduce(self._parts(node.values, values))
            case ast.BoolOp():
                return np.logical_or.reduce(self._parts(node.values, values))
            case ast.UnaryOp(op=ast.Not()):
                return np.logical_not(self._value(node.operand, values))
            case ast.UnaryOp(op=ast.USub()):
                return -self._value(node.operand, values)
            case ast.Compare():
                return self._compare(node, values)
            case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
                try:
                    return _ARITHMETIC[type(op)](
                        self._value(node.left, values), self._value(node.right, values)
                    )
                except ZeroDivisionError:
                    raise AllornoneError(
                        f"until {self.text!r}: {ast.unparse(node)!r} divides by zero"
                    ) from None
            case ast.Name(id=name):
                return values.get(name, np.nan) if name in self.words else self.numbers[name]
            case ast.Constant(value=int() | float()):
                return node.value
        raise AllornoneError(f"until {self.text!r}: {ast.unparse(node)!r} is not allowed here")

    def _parts(self, nodes: list[ast.expr], values: Mapping[str, Array]) -> list[Any]:
        return list(np.broadcast_arrays(*(self._value(node, values) for node in nodes)))

    def _compare(self, node: ast.Compare, values: Mapping[str, Array]) -> Any:
        sides = [self._value(part, values) for part in (node.left, *node.comparators)]
        results = []
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(op) not in _COMPARISONS:
                raise AllornoneError(f"until {self.text!r}: only < <= > >= == != compare here")
            known = ~(np.isnan(left) | np.isnan(right))
            results.append(_COMPARISONS[type(op)](left, right) & known)
        return np.logical_and.reduce(results)
