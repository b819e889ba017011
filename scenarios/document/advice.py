"""Advice: what a scenario file may say, but hardly means; `check` and every result tell it as warnings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from allornone.scenarios.document import chance
from allornone.scenarios.document.change import PHASE_ACTS, Raw, all_changes, phase_name
from allornone.scenarios.document.names import phases_of, placeholders, table
from allornone.scenarios.document.views import FILMS, VIEWS
from allornone.scenarios.expressions.expression import expression
from allornone.simulator.errors import UnknownName
from allornone.simulator.notation.expression import ExpressionError
from allornone.simulator.registry import films

_PROSE = (
    "title",
    "source",
    "story",
    "deviations",
    "open",
    "aliases",
    "evidence",
    "text",
    "ask",
    "found",
    "caption",
)
_WORD = re.compile(r"[^\W\d]\w*")
_OF_LAST = ("y", "x", "z", "veto", "w")
"""Readers that without a phase look at the last one, whatever it is; others look for the last that has an answer."""
_OF_SOME: Mapping[str, tuple[str, ...]] = {
    "gradient": ("dw", "dz", "dx", "gradient_gap"),
    "learned": ("epochs", "solved", "diverged", "history"),
    "judged": ("mistakes", "d", "margin", "area"),
}

_WITHOUT_GROUP = ("mistakes", "epochs", "solved", "diverged", "gradient_gap")
"""Readers whose only argument is a phase."""


def warnings(raw: Raw) -> list[str]:
    """Return what is allowed in a sound file but unwise, a sentence each."""
    return [*chance.warnings(raw), *_strange_kinds(raw), *_leftovers(raw)]


def _strange_kinds(raw: Raw) -> Iterator[str]:
    """Warn of kinds of film and of view that are not known here: the experiment runs without them."""
    kind, known = table(raw, "interpretation", "film").get("kind"), [*films.names(), *FILMS]
    if isinstance(kind, str) and kind not in known:
        yield f"interpretation.film.kind: {films.unknown(kind)}"
    views = table(raw, "interpretation").get("views")
    for number, view in enumerate(views if isinstance(views, list) else []):
        kind = view.get("kind") if isinstance(view, dict) else None
        if isinstance(kind, str) and kind not in VIEWS:
            yield f"interpretation.views.{number}.kind: {UnknownName('view', kind, VIEWS)}"


def _leftovers(raw: Raw) -> Iterator[str]:
    """Warn of what a file says and never uses: parameters, tasks, phases, measures."""
    texts = [*_texts(raw)]
    words = {word for text in texts for word in _WORD.findall(text)}
    for name in table(raw, "parameters"):
        if name not in words:
            yield f"parameters.{name}: no expression uses it"
    named = {text.removesuffix(".held_out") for text in texts}
    for number, name in enumerate(table(raw, "tasks")):
        # The first task may say of how many inputs and outputs the net is.
        if name not in named and (number or "inputs" in _wiring(raw)):
            yield f"tasks.{name}: no phase and no builder uses it"
    measures = _measures_used(raw)
    looked_at = _looked_at(raw, [str(table(raw, "measures")[name]) for name in measures])
    for _, phase in phases_of(raw):
        if phase_name(phase) not in looked_at:
            yield f"experience.{phase_name(phase)}: no measure that is used, no view and no film looks at this phase"
    for name in table(raw, "measures"):
        if name not in measures:
            yield f"measures.{name}: no claim and no question uses it"
    claims = table(raw, "interpretation").get("claims")
    said = [one for claim in (claims if isinstance(claims, list) else []) for one in all_changes(raw, claim)]
    for name in table(raw, "changes"):
        if ("changes", name) not in [path for path, _ in said]:
            yield f"changes.{name}: no claim names it"


def _wiring(raw: Raw) -> Raw:
    connectivity = table(raw, "connectivity")
    return table(connectivity, "build") if "build" in connectivity else connectivity


def _texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield every text of a file that is no prose, and the keys that hold an index."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _PROSE and not (name == "set" and isinstance(inner, str)):
                yield from _texts(inner, name)
            if "[" in name:
                yield name
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield value


def _measures_used(raw: Raw) -> dict[str, None]:
    """Return the measures that claims, questions and films use, and those that they use in turn."""
    measures, about = table(raw, "measures"), table(raw, "interpretation")
    left = [*_texts({key: about.get(key) for key in about if key != "claims"})]
    claims = about.get("claims")
    left += [
        text
        for claim in (claims if isinstance(claims, list) else [])
        for text in _texts({key: claim[key] for key in claim if key not in ("fails", "holds")})
    ]
    found = [str(claim.get("found", "")) for claim in (claims if isinstance(claims, list) else [])]
    left += [text for words in found for text, _ in placeholders(words)]
    used: dict[str, None] = {}
    while left:
        for name in _WORD.findall(left.pop()):
            if name in measures and name not in used:
                used[name] = None
                left.append(str(measures[name]))
    return used


def _looked_at(raw: Raw, measures: Iterable[str]) -> set[object]:
    """Return the names of the phases at which measures, questions and the film look, or on which these phases rest."""
    phases = [phase for _, phase in phases_of(raw)]
    names = [phase_name(phase) for phase in phases]
    about = table(raw, "interpretation")
    pictures = [about.get("film"), *(about["views"] if isinstance(about.get("views"), list) else [])]
    found: set[object] = {one.get("phase", names[0]) for one in pictures if isinstance(one, dict) and names}
    questions = table(raw, "interpretation").get("questions")
    asked = [text for one in (questions if isinstance(questions, list) else []) for text in _texts(one)]
    for text in (*measures, *asked):
        found |= _read(text, phases, raw)
    # What was learned, and where the activity goes on from, comes from the phases before.
    for number in range(len(phases) - 1, 0, -1):
        if names[number] in found:
            found |= {names[k] for k in range(number) if _learns(phases[k], raw)}
            found |= {names[number - 1]} if phases[number].get("from") == "here" else set()
    return found


def _read(text: str, phases: list[Raw], raw: Raw) -> set[object]:
    """Return the phases at which an expression looks."""
    try:
        tree = expression(text).tree
    except ExpressionError:
        return set()
    names = [phase_name(phase) for phase in phases]
    found: set[object] = set()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        said = [part.value for part in node.args if isinstance(part, ast.Constant) and part.value in names]
        word = node.func.id
        found |= {*said}
        if said and (len(node.args) > 1 or word in _WITHOUT_GROUP):
            continue
        if word in _OF_LAST:
            found |= {*names[-1:]}
        else:
            kind = next((kind for kind, readers in _OF_SOME.items() if word in readers), None)
            found |= {phase_name(phase) for phase in phases if kind and _may_answer(phase, kind, raw)}
    return found


def _may_answer(phase: Raw, kind: str, raw: Raw) -> bool:
    if kind == "gradient":
        return "gradient" in phase
    if kind == "learned":
        return _learns(phase, raw)
    return any(act in phase for act in PHASE_ACTS[1:]) or "teacher" in phase


def _learns(phase: Raw, raw: Raw) -> bool:
    """Return whether a rule may be at work in a phase."""
    return ("rule" in phase or "rule" in table(raw, "learning")) and ("teach" in phase or "stimulus" in phase)
