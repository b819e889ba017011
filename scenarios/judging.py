"""Judging: claims over a family of runs, the changes that must fell them, and the nudging of their numbers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, cast

from allornone.scenarios.change import Raw, spoken
from allornone.scenarios.expression import Scope
from allornone.scenarios.family import Laboratory, Measured, Selection
from allornone.scenarios.functions import FUNCTIONS
from allornone.scenarios.labelled import Labelled, Value
from allornone.scenarios.nudging import nudges
from allornone.scenarios.numbers import expression
from allornone.scenarios.result import ClaimResult, Counterfactual, Nudged
from allornone.scenarios.varying import alters
from allornone.simulator.errors import AllornoneError

SHOWN = 60


def judge(
    laboratory: Laboratory, claim: Mapping[str, Any], measured: Measured, number: int, deep: bool
) -> ClaimResult:
    """Judge one claim; `deep` tries its changes and nudges too. A marked sentence that is False tries `holds`."""
    text = str(claim["that"])
    place = f"claim {number + 1}"
    try:
        holds = _truth(laboratory, text, measured)
    except AllornoneError as error:
        if laboratory.as_written:
            raise AllornoneError(f"{place} ({claim['text']}): {error}") from None
        # Another family of runs may lack the very run that a claim looks at.
        return ClaimResult(str(claim["text"]), text, claim.get("says"), None, f"not judged: {error}")
    says = claim.get("says")
    stated_false = says is not None and not holds
    tried: list[Counterfactual] = []
    if deep or stated_false:
        changes = claim.get("holds") if stated_false else claim.get("fails")
        wanted = bool(stated_false)
        if changes is None:
            word = "holds" if stated_false else "fails"
            tried.append(Counterfactual("", False, f"the sentence is {holds} here, so it needs `{word}`"))
        else:
            each = changes if isinstance(changes, list) else [changes]
            tried += [_counterfactual(laboratory, text, change, wanted, place) for change in each]
    nudged: list[Nudged] = []
    if deep and holds:
        scope = _scope(laboratory, measured)
        nudged = [
            Nudged(f"{one.original} → {one.replaced}", one.falls)
            for one in nudges(expression(text), scope, laboratory.measures)
        ]
    return ClaimResult(
        str(claim["text"]), text, says, holds, shown(text, laboratory, measured), tuple(tried), tuple(nudged)
    )


def shown(text: str, laboratory: Laboratory, measured: Measured) -> str:
    """Return what was measured of a claim, as one line: each measure that it picks, with its value."""
    tree = ast.parse(text.strip(), mode="eval")
    scope = _scope(laboratory, measured)
    pieces: dict[str, None] = {}
    for node in _measures(tree.body, laboratory.measures):
        piece = ast.unparse(node)
        pieces[f"{piece} = {_brief(expression(piece).evaluate(scope))}"] = None
    return ", ".join(pieces)


def selection(text: str, measures: Mapping[str, str]) -> tuple[set[str], Selection]:
    """Return the measures that a condition uses, and the runs that it looks at: those that every use picks."""
    tree = ast.parse(text.strip(), mode="eval")
    used: set[str] = set()
    picks: list[dict[str, frozenset[Any]]] = []
    for node in _measures(tree.body, measures):
        if isinstance(node, ast.Call):
            used.add(cast(ast.Name, node.func).id)
            picks.append(
                {word.arg: labels for word in node.keywords if word.arg and (labels := _labels(word.value))}
            )
        elif isinstance(node, ast.Name):
            used.add(node.id)
            picks.append({})
    shared = set(picks[0]).intersection(*picks[1:]) if picks else set()
    return used, Selection({axis: frozenset().union(*(pick[axis] for pick in picks)) for axis in shared})


def _counterfactual(
    laboratory: Laboratory, text: str, change: Raw, wanted: bool, place: str
) -> Counterfactual:
    said = spoken(change)
    try:
        if not alters(laboratory.raw, change, laboratory.overrides):
            raise AllornoneError("the change alters no run")
        used, chosen = selection(text, laboratory.measures)
        what = f"{place}: {said}"
        try:
            # Claims that a change has in common look at the same runs: what one is lived for serves all.
            wanted_too = _used_under(laboratory, change)
            changed = laboratory.measured(change, only=wanted_too, selection=chosen, what=what)
        except AllornoneError:  # another claim's measure may mean nothing here
            changed = laboratory.measured(change, only=used, selection=chosen, what=what)
        truth = _truth(laboratory, text, changed)
        note = shown(text, laboratory, changed)
    except AllornoneError as error:
        return Counterfactual(said, False, f"broken: {error}")
    return Counterfactual(said, truth is wanted, note)


def _used_under(laboratory: Laboratory, change: Raw) -> set[str]:
    """Return the measures that any claim with this change uses."""
    used: set[str] = set()
    for claim in laboratory.raw["interpretation"]["claims"]:
        changes = claim.get("fails", claim.get("holds", []))
        if change in (changes if isinstance(changes, list) else [changes]):
            used |= selection(str(claim["that"]), laboratory.measures)[0]
    return used


def _scope(laboratory: Laboratory, measured: Measured) -> Scope:
    return Scope({**_plain_parameters(laboratory), **measured.axes, **measured.values}, FUNCTIONS)


def _plain_parameters(laboratory: Laboratory) -> dict[str, Value]:
    numbers = laboratory.raw.get("parameters", {})
    return {name: value for name, value in numbers.items() if isinstance(value, int | float)}


def _truth(laboratory: Laboratory, text: str, measured: Measured) -> bool:
    return expression(text).evaluate_truth(_scope(laboratory, measured))


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
        if cells.size > 8:
            if cells.dtype.kind == "b":
                return f"true in {int(cells.sum())} of {cells.size}"
            if cells.dtype.kind == "f":
                if cells.min() == cells.max():
                    return f"{cells[0]:.5g} (all {cells.size})"
                return f"{cells.min():.4g} … {cells.max():.4g} ({cells.size})"
        text = (
            "["
            + ", ".join(_brief(cell.item()) for cell in cells[:8])
            + ("" if cells.size <= 8 else ", …")
            + "]"
        )
        return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.5g}" if isinstance(value, int | float) else repr(value)
