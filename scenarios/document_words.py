"""Names in a scenario file: what they may be, and whether those in expressions stand for anything."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator, Sequence

from allornone.scenarios.change import Path, Raw
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.document_things import phases_of, table
from allornone.scenarios.document_values import Functions, expression_fault, shown
from allornone.scenarios.functions import FUNCTIONS, Function
from allornone.scenarios.grammar import CONSTANTS
from allornone.scenarios.labelled import Value
from allornone.scenarios.measuring import RUN_FUNCTIONS
from allornone.scenarios.phase_keys import PHASE_ACTS, idle
from allornone.scenarios.varying import Axis
from allornone.simulator import registry
from allornone.simulator.errors import nearest
from allornone.simulator.learning.training import WORDS

INNER_AXES = ("trial", "tick", "unit", "epoch", "synapse")


def check_phases(raw: Raw) -> Iterator[Violation]:
    """Find phases of one name, tasks that are not there, lessons without a rule, strange `until`, idle keys."""
    names = tuple(table(raw, "parameters"))
    tasks = table(raw, "tasks")
    known = [*tasks, *(f"{name}.held_out" for name, task in tasks.items() if "hold_out" in table(task))]
    learning = table(raw, "learning")
    seen: set[object] = set()
    for index, phase in phases_of(raw):
        path: Path = ("experience", index)
        name = phase.get("name")
        if isinstance(name, str) and (name in seen or "." in name):
            why = (
                "another phase has this name"
                if name in seen
                else "a phase's name has no dot, so that paths can name it"
            )
            yield Violation((*path, "name"), f"{why}: {shown(name)}")
        seen.add(str(name))
        for act in PHASE_ACTS[1:]:
            task = phase.get(act)
            if isinstance(task, str) and task not in known:
                hint = nearest(task, known) or f"Tasks: {', '.join(known) or 'none'}"
                yield Violation((*path, act), f"no task is named {task!r}. {hint}")
        if "teach" in phase and "rule" not in phase and "rule" not in learning:
            yield Violation(
                (*path, "teach"),
                "nothing can be taught without a rule: say rule = ... in [learning] or in this phase",
            )
        yield from _until(phase, path, names)
        for key, why in idle(phase).items():
            yield Violation((*path, key), f"{key} {why}", None, True)
    yield from _until(learning, ("learning",), names)


def _until(given: Raw, path: Path, names: Sequence[str]) -> Iterator[Violation]:
    text = given.get("until")
    if isinstance(text, str):
        yield from _words(text, (*path, "until"), [*WORDS, *names], FUNCTIONS)


def _words(text: str, path: Path, names: Collection[str], known: Functions) -> Iterator[Violation]:
    """Find the first name in an expression that stands for nothing; its syntax is looked at elsewhere."""
    if expression_fault(text) is None and (fault := expression_fault(text, names, known)):
        yield Violation(path, fault.message, fault.column)


def callables() -> dict[str, Function]:
    """Return every function that a measure may call, for its name and the arguments that it takes."""
    of_runs = {name: Function(name, _nothing, least, most) for name, least, most in RUN_FUNCTIONS}
    added = {name: Function(name, registry.functions.get(name)) for name in registry.functions.names()}
    return {**added, **of_runs, **FUNCTIONS}


def _nothing(*values: Value) -> Value:
    return 0


def check_names(raw: Raw) -> Iterator[Violation]:
    """Find measures, parameters and axes whose name means something else already."""
    taken = {
        **dict.fromkeys(callables(), "a function"),
        **dict.fromkeys(INNER_AXES, "an axis inside every run"),
        **dict.fromkeys(CONSTANTS, "a constant"),
        "seed": "the axis of seeds",
        "over": "what a reduction runs over",
    }
    parameters, vary, measures = (table(raw, key) for key in ("parameters", "vary", "measures"))
    for place, names in (("parameters", parameters), ("vary", vary), ("measures", measures)):
        for name in names:
            if name in taken:
                yield Violation((place, name), f"{name!r} is the name of {taken[name]} already", None, True)
            elif not name.isidentifier() or keyword.iskeyword(name):
                yield Violation(
                    (place, name),
                    f"an expression cannot use the name {name!r}: letters, digits and _ only",
                    None,
                    True,
                )
    for name in measures:
        if name in parameters or name in vary:
            other = "a parameter" if name in parameters else "an axis"
            yield Violation(("measures", name), f"{name!r} is the name of {other} already", None, True)


def check_parameters(raw: Raw) -> Iterator[Violation]:
    """Find parameters that use what is no parameter before them."""
    earlier: list[str] = []
    for name, value in table(raw, "parameters").items():
        if isinstance(value, str):
            yield from _words(value, ("parameters", name), earlier, FUNCTIONS)
        earlier.append(name)


def check_expressions(raw: Raw, axes: Collection[Axis]) -> Iterator[Violation]:
    """Find what measures, claims and questions name that is not there, or not yet."""
    known, parameters = callables(), list(table(raw, "parameters"))
    earlier: list[str] = []
    for name, text in table(raw, "measures").items():
        if isinstance(text, str):
            yield from _words(text, ("measures", name), [*parameters, *earlier], known)
        earlier.append(name)
    outer = [*table(raw, "vary"), *(axis.name for axis in axes), *(["seed"] if "seeds" in raw else [])]
    for index, claim in _listed(raw, "claims"):
        if isinstance(claim.get("that"), str):
            path: Path = ("interpretation", "claims", index, "that")
            yield from _words(claim["that"], path, [*earlier, *outer, *parameters], FUNCTIONS)
    for index, question in _listed(raw, "questions"):
        for name, text in table(question, "choices").items():
            path = ("interpretation", "questions", index, "choices", name)
            if isinstance(text, str):
                yield from _words(text, path, [*earlier, *parameters], known)


def _listed(raw: Raw, key: str) -> Iterator[tuple[int, Raw]]:
    entries = table(raw, "interpretation").get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def check_film(raw: Raw, axes: Collection[Axis]) -> Iterator[Violation]:
    """Find a film of an unknown kind, of a phase that is not there, or of a run that is not in the family."""
    film = table(raw, "interpretation", "film")
    place: Path = ("interpretation", "film")
    for key, known, kind in (
        ("show", registry.films.names(), registry.films.kind),
        ("phase", [phase.get("name") for _, phase in phases_of(raw)], "phase"),
    ):
        word = film.get(key)
        if isinstance(word, str) and word not in known:
            hint = nearest(word, map(str, known)) or f"There are: {', '.join(map(str, known)) or 'none'}"
            yield Violation((*place, key), f"no {kind} is named {word!r}. {hint}")
    labels = {axis.name: axis.labels for axis in axes}
    for name, label in table(film, "at").items():
        if name == "seed":
            continue
        if name not in labels and name in table(raw, "vary"):
            continue  # an axis that is wrong itself
        if name not in labels:
            hint = nearest(name, labels) or f"Axes: {', '.join(labels) or 'none'}"
            yield Violation((*place, "at", name), f"no axis is named {name!r}. {hint}", None, True)
        elif label not in labels[name] and str(label) not in table(raw, "vary", name):
            among = ", ".join(map(shown, labels[name][:8])) + (", …" if len(labels[name]) > 8 else "")
            yield Violation((*place, "at", name), f"the axis {name!r} has no {shown(label)}. It has: {among}")
