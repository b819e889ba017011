"""Judging: claims over a family of runs, the changes that must fell them, and the nudging of their numbers.

A claim that holds is judged again, on the measures already taken, with one number moved. It must fall.

What is nudged is one side of a comparison whose other side was measured, and which itself was not: it is
made of constants, labels of axes and parameters only, such as `104`, `L + 2` or `1.5 * eta`.

*  After (or before) `==` a whole number becomes each of its neighbours, in a list element after element.
*  Beside `<`, `<=`, `>`, `>=` it is the edge of a band. Moving it changes nothing until it passes a measured
   value, so four places are tried: just before and just past the least and the largest. It decides if the
   claim falls at one of them, the nearest of which is told: for `all(m < 5)` just below the largest, for
   `any(m < 5)` just below the least, for `not any(m > 5)` again just below the largest. An edge that the
   claim survives at all four is dead. An array moves as a whole; an edge at inf becomes a number.

What selects is left alone: indices and masks, the labels of a pick, arguments that are not comparisons,
exponents, comparisons in which nothing was measured. So are text, `!=`, and a fraction after `==`, which has
no neighbours.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np

from allornone.scenarios.document.axes import alters
from allornone.scenarios.document.change import Path, Raw, all_changes, changes_of, spoken
from allornone.scenarios.document.names import parts_of, placeholders
from allornone.scenarios.experiment.causes import PartError
from allornone.scenarios.expressions.expression import Expression, Scope, expression
from allornone.scenarios.expressions.functions import FUNCTIONS, arithmetic, numbers
from allornone.scenarios.expressions.labelled import Array, Labelled, Value, labelled
from allornone.scenarios.verdict.family import Laboratory, Measured, Picks, Selection
from allornone.scenarios.verdict.result import ClaimResult, Counterfactual, Nudged
from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation.expression import CONSTANTS, ExpressionError

SHOWN = 60  # characters of an array
FEW = 8  # values of an array that are told one by one

_NEAR = 1e-9  # how far past a measured value, beside the largest number in sight
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def judge(
    laboratory: Laboratory, claim: Mapping[str, Any], measured: Measured, number: int, deep: bool
) -> ClaimResult:
    """Judge one claim; `deep` tries its changes and nudges too. A marked sentence that is False tries `holds`."""
    place, says = f"claim {number + 1}", claim.get("says")
    texts = tuple(text for _, text in parts_of(claim))
    try:
        scope = _scope(laboratory, claim, measured)
        holds = _holds(claim, scope)
    except PartError as error:
        if laboratory.judged:
            path = ("interpretation", "claims", number, *error.path)
            column = f"column {error.column}: " if error.column else ""
            raise PartError(
                path, error.message, f"{place} ({claim['text']}): {column}", error.column
            ) from None
        # Another family of runs may lack the very run that a claim looks at.
        return ClaimResult(str(claim["text"]), texts, says, None, f"not judged: {error}")
    stated_false = says is not None and not holds
    tried: list[Counterfactual] = []
    if deep or stated_false:
        word = "holds" if stated_false else "fails"
        changes = [change for _, change in changes_of(laboratory.raw, claim, word)]
        if not changes:
            tried.append(Counterfactual("", False, f"the sentence is {holds} here, so it needs `{word}`"))
        for change in changes:
            tried.append(_counterfactual(laboratory, claim, cast(Raw, change), stated_false, place))
    nudged: list[Nudged] = []
    if deep and holds:
        nudged = [
            Nudged(f"{one.original} → {one.replaced}", one.falls)
            for text in texts
            for one in nudges(expression(text), scope, laboratory.measures)
        ]
    return ClaimResult(
        text=str(claim["text"]),
        that=texts,
        says=says,
        holds=holds,
        measured=shown(texts, laboratory, scope),
        counterfactuals=tuple(tried),
        nudges=tuple(nudged),
        found=_in_words(claim, scope),
    )


def shown(texts: Iterable[str], laboratory: Laboratory, scope: Scope) -> str:
    """Return what was measured of a claim, as one line: each measure that it picks, with its value."""
    pieces: dict[str, None] = {}
    for text in texts:
        for node in _measures(expression(text).tree, laboratory.measures):
            piece = ast.unparse(node)
            pieces[f"{piece} = {_brief(expression(piece).evaluate(scope))}"] = None
    return ", ".join(pieces)


def _in_words(claim: Mapping[str, Any], scope: Scope) -> str:
    """Return what was measured in the words of the claim, its values in their places."""
    found = str(claim.get("found", ""))
    for text, _ in placeholders(found):
        value = _brief(expression(text).evaluate(scope)).strip("[]")
        found = found.replace(f"{{{text}}}", value)
    return found


def selection(claim: Mapping[str, Any], measures: Mapping[str, str]) -> dict[str, Selection]:
    """Return the measures that a claim uses, each with the runs in which it looks at it.

    >>> claim = {"that": ["m(a=1) < n", "m(a=2) == 3"], "where": {"b": [4, 5]}}
    >>> found = selection(claim, {"m": "", "n": ""})
    >>> [{axis: sorted(labels) for axis, labels in pick.items()} for pick in found["m"].picks]
    [{'b': [4, 5], 'a': [1]}, {'b': [4, 5], 'a': [2]}]
    """
    where = {axis: _several(labels) for axis, labels in claim.get("where", {}).items()}
    texts = [
        *(text for _, text in parts_of(claim)),
        *(text for text, _ in placeholders(str(claim.get("found", "")))),
    ]
    found: dict[str, Selection] = {}
    for text in texts:
        for node in _measures(expression(text).tree, measures):
            called, words = (node.func, node.keywords) if isinstance(node, ast.Call) else (node, [])
            said = {word.arg: labels for word in words if word.arg and (labels := _labels(word.value))}
            pick = {**where, **said}
            _add(found, {cast(ast.Name, called).id: Selection((pick,) if pick else ())})
    return found


def _several(labels: object) -> frozenset[Any]:
    return frozenset(labels if isinstance(labels, list) else [labels])


def _add(found: dict[str, Selection], picks: Picks) -> None:
    for name, chosen in picks.items():
        found[name] = found[name] | chosen if name in found else chosen


def _counterfactual(
    laboratory: Laboratory, claim: Mapping[str, Any], change: Raw, wanted: bool, place: str
) -> Counterfactual:
    said = spoken(change)
    try:
        if not alters(laboratory.raw, change, laboratory.overrides):
            raise AllornoneError("the change alters no run")
        picks = selection(claim, laboratory.measures)
        what = f"{place}: {said}"
        try:
            # Claims that share a change may look at the same runs, which then run once for all of them.
            changed = laboratory.measured(change, picks, also=_picked_under(laboratory, change), what=what)
        except AllornoneError:  # another claim's measure may mean nothing here
            changed = laboratory.measured(change, picks, what=what)
        scope = _scope(laboratory, claim, changed)
        truth = _holds(claim, scope)
        note = shown([text for _, text in parts_of(claim)], laboratory, scope)
    except AllornoneError as error:
        return Counterfactual(said, False, f"broken: {error}")
    return Counterfactual(said, truth is wanted, note)


def _picked_under(laboratory: Laboratory, change: Raw) -> Picks:
    """Return the measures that any claim with this change uses, each with the runs in which it does."""
    found: dict[str, Selection] = {}
    for claim in laboratory.raw["interpretation"]["claims"]:
        if change in [one for _, one in all_changes(laboratory.raw, claim)]:
            _add(found, selection(claim, laboratory.measures))
    return found


def _scope(laboratory: Laboratory, claim: Mapping[str, Any], measured: Measured) -> Scope:
    """Return what the condition of a claim may name, measures and axes picked where the claim looks."""
    where = claim.get("where", {})
    try:
        found = {name: _at(value, where) for name, value in {**measured.axes, **measured.values}.items()}
    except AllornoneError as error:
        raise PartError(("where",), str(error)) from None
    return Scope({**_plain_parameters(laboratory), **found}, FUNCTIONS)


def _at(value: Value, where: Mapping[str, Any]) -> Value:
    """Return a value where some axes have these labels; other axes than its own are no matter."""
    if not isinstance(value, Labelled):
        return value
    own = {*value.axes, *(member for rows in value.members.values() for member in rows)}
    picks = {axis: labels for axis, labels in where.items() if axis in own}
    return value.pick(**picks) if picks else value


def _plain_parameters(laboratory: Laboratory) -> dict[str, Value]:
    numbers = laboratory.raw.get("parameters", {})
    return {name: value for name, value in numbers.items() if isinstance(value, int | float)}


def _holds(claim: Mapping[str, Any], scope: Scope) -> bool:
    parts = [
        _part_holds(scope, text, path) for path, text in parts_of(claim)
    ]  # no error hides behind a falsehood
    return all(parts)


def _part_holds(scope: Scope, text: str, path: Path) -> bool:
    try:
        return expression(text).evaluate_truth(scope)
    except ExpressionError as error:
        raise PartError(path, error.sentence, f"column {error.column}: ", error.column) from None


def _measures(node: ast.AST, measures: Mapping[str, str]) -> list[ast.expr]:
    """Return the outermost nodes that are measures, or picks of them, in the order of the text."""
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in measures:
            return [node]
        case ast.Name(id=name) if name in measures:
            return [node]
    return [found for child in ast.iter_child_nodes(node) for found in _measures(child, measures)]


def _labels(node: ast.expr) -> frozenset[Any]:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return frozenset()
    return frozenset(value if isinstance(value, list) else [value])


def _brief(value: Value) -> str:
    if isinstance(value, Labelled):
        cells = value.values.ravel()
        return _summary(cells) if cells.size > FEW and cells.dtype.kind in "bf" else _first_cells(cells)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.5g}" if isinstance(value, int | float) else repr(value)


def _summary(cells: Array) -> str:
    """Return how many of many truth values are true, or between which bounds many numbers lie."""
    if cells.dtype.kind == "b":
        return f"true in {int(cells.sum())} of {cells.size}"
    if cells.min() == cells.max():
        return f"{cells[0]:.5g} (all {cells.size})"
    return f"{cells.min():.4g} … {cells.max():.4g} ({cells.size})"


def _first_cells(cells: Array) -> str:
    text = (
        "["
        + ", ".join(_brief(cell.item()) for cell in cells[:FEW])
        + ("" if cells.size <= FEW else ", …")
        + "]"
    )
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


@dataclass(frozen=True)
class Nudge:
    """One number of a claim, moved: its column, what it was and became, and whether the claim fell."""

    column: int
    original: str
    replaced: str
    falls: bool


@dataclass(frozen=True)
class _Claim:
    expression: Expression
    scope: Scope
    measured: Container[str] | None

    def pure(self, node: ast.expr) -> bool:
        """Return whether nothing in a node was measured."""
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - set(FUNCTIONS)
        return not any(
            self.is_measured(name) for name in names if name in {*self.scope.names, *self.scope.functions}
        )

    def is_measured(self, name: str) -> bool:
        """Return whether a name is a measure; where nobody says, everything but the labels of axes is."""
        if self.measured is not None and name in self.scope.names:
            return name in self.measured
        value = self.scope.names.get(name)
        return not (isinstance(value, Labelled) and value.axes and value.loose == set(value.axes))

    def value(self, node: ast.expr) -> Value:
        """Return the value of a node as the claim stands."""
        return self.expression.evaluate_part(node, self.scope)

    def holds(self, node: ast.expr, value: Value) -> bool:
        """Return whether the claim holds with another value for a node; an error is no fall."""
        try:
            return self.expression.evaluate_truth(self.scope, {node: value})
        except ExpressionError:
            return True


def nudges(expression: Expression, scope: Scope, measured: Container[str] | None = None) -> list[Nudge]:
    """Return every nudge of a claim with its outcome; none for a claim that does not hold.

    `measured` are the names of measures; without it every name is one but for axes and what they move.

    >>> from allornone.scenarios.expressions.expression import compile_expression
    >>> [(n.replaced, n.falls) for n in nudges(compile_expression("heats == 1"), Scope({"heats": 1.0}))]
    [('0', True), ('2', True)]
    """
    claim = _Claim(expression, scope, measured)
    if not expression.evaluate_truth(scope):
        return []
    found: list[Nudge] = []
    for edge, other, sign in _sides(claim, expression.tree):
        if isinstance(sign, ast.Eq):
            found += _neighbours(claim, edge)
        elif isinstance(sign, _ORDERS):
            found.append(_moved(claim, edge, other))
    return sorted(found, key=lambda nudge: nudge.column)


def _sides(claim: _Claim, tree: ast.expr) -> Iterator[tuple[ast.expr, ast.expr, ast.cmpop]]:
    """Yield each side of a comparison that was not measured, and the other, which was."""
    for node in _comparisons(tree):
        operands = (node.left, *node.comparators)
        for (left, right), sign in zip(pairwise(operands), node.ops, strict=True):
            if claim.pure(left) != claim.pure(right):
                yield (left, right, sign) if claim.pure(left) else (right, left, sign)


def _comparisons(node: ast.AST) -> Iterator[ast.Compare]:
    """Yield comparisons from left to right, but those inside indices and picks."""
    if isinstance(node, ast.Compare):
        yield node
    inside: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Subscript):
        inside = [node.value]
    elif isinstance(node, ast.Call):
        inside = list(node.args)
    for child in inside:
        yield from _comparisons(child)


def _neighbours(claim: _Claim, edge: ast.expr) -> Iterator[Nudge]:
    value = claim.value(edge)
    parts = edge.elts if isinstance(edge, ast.List) else [edge]
    for part in parts:
        for step in (-1, 1) if _is_whole(claim.value(part)) else ():
            changed = (
                arithmetic("+", value, step) if part is edge else _changed(value, parts.index(part), step)
            )
            yield _nudge(claim, part, step, not claim.holds(edge, changed))


def _is_whole(value: Value) -> bool:
    cells = labelled(value).values
    return cells.dtype.kind == "f" and bool(np.all(np.isfinite(cells) & (cells == np.floor(cells))))


def _changed(value: Value, place: int, step: int) -> Labelled:
    array = labelled(value)
    cells = array.values.copy()
    cells[place] += step
    return array.having(cells, array.axes)


def _moved(claim: _Claim, edge: ast.expr, other: ast.expr) -> Nudge:
    value, against = claim.value(edge), claim.value(other)
    outcomes: list[tuple[float, Value]]
    if not isinstance(value, Labelled | str) and math.isinf(value):
        outcomes = [(place, place) for place in _places(numbers(against).values, numbers(against).values)]
    else:
        gaps = numbers(arithmetic("-", against, value)).values
        sizes = np.concatenate([numbers(value).values.ravel(), numbers(against).values.ravel()])
        outcomes = [(shift, arithmetic("+", value, shift)) for shift in _places(gaps, sizes)]
    for shift, changed in outcomes:
        if not claim.holds(edge, changed):
            return _nudge(claim, edge, shift, True)
    return _nudge(claim, edge, outcomes[0][0] if outcomes else 0.0, False)


def _places(gaps: Array, sizes: Array) -> list[float]:
    """Return how far to move an edge to just before or just past a measured extreme, the nearest first."""
    finite, near = gaps[np.isfinite(gaps)], sizes[np.isfinite(sizes)]
    places = [float(end) for end in (np.inf, -np.inf) if np.any(gaps == end)]
    if finite.size:
        past = _NEAR * (float(np.abs(near).max(initial=0.0)) or 1.0)
        places += [
            float(extreme) + side for extreme in (finite.min(), finite.max()) for side in (-past, past)
        ]
    return sorted(places, key=abs)


def _nudge(claim: _Claim, node: ast.expr, shift: float, falls: bool) -> Nudge:
    original, value = claim.expression.segment(node), claim.value(node)
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} - set(CONSTANTS)
    if named or isinstance(value, Labelled | str):
        replaced = f"{original} {'-' if shift < 0 else '+'} {abs(shift):.12g}"
    else:
        # An edge at inf has become the shift itself.
        replaced = f"{shift if math.isinf(value) else value + shift:.12g}"
    return Nudge(claim.expression.column(node), original, replaced, falls)
