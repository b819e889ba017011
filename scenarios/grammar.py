"""The grammar of expressions: which nodes of Python's there are, and where each may stand."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from allornone.scenarios.functions import Function
from allornone.scenarios.scanning import DEEPEST, ExpressionError, column_of
from allornone.simulator.errors import UnknownName, nearest

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
