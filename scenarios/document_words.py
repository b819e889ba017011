"""Names in a scenario file: what they may be, and whether those that an expression uses stand for anything."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator

from allornone.scenarios.change import PHASE_ACTS, Path, Raw
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.document_things import phases_of, table
from allornone.scenarios.document_values import CONSTANTS, shown, syntax_fault, words_of
from allornone.scenarios.functions import FUNCTIONS
from allornone.scenarios.varying import Axis
from allornone.simulator.errors import nearest
from allornone.simulator.registry import films, functions
from allornone.simulator.stopping import WORDS

INNER_AXES = ("trial", "tick", "unit", "epoch", "synapse")
RUN_FUNCTIONS = (
    *("x", "d", "y", "z", "veto", "w", "history", "dw", "dz", "dx", "gradient_gap"),
    *("mistakes", "epochs", "solved", "diverged", "units", "connections", "parameters", "depth", "loops"),
    *("area", "separable", "margin"),
)
"""What measures ask of a run; other packages add theirs to the registry of functions."""


def check_phases(raw: Raw) -> Iterator[Violation]:
    """Find phases of one name, tasks that do not exist, lessons without a rule, words that `until` does not know."""
    names = tuple(table(raw, "parameters"))
    tasks = table(raw, "tasks")
    known = [*tasks, *(f"{name}.held_out" for name, task in tasks.items() if "hold_out" in table(task))]
    learning = table(raw, "learning")
    seen: set[object] = set()
    for index, phase in phases_of(raw):
        path: Path = ("experience", index)
        name = phase.get("name")
        if isinstance(name, str) and (name in seen or "." in name):
            why = "another phase has this name" if name in seen else "a phase's name has no dot, so that paths can name it"
            yield Violation((*path, "name"), f"{why}: {shown(name)}")
        seen.add(str(name))
        for act in PHASE_ACTS[1:]:
            task = phase.get(act)
            if isinstance(task, str) and task not in known:
                hint = nearest(task, known) or f"Tasks: {', '.join(known) or 'none'}"
                yield Violation((*path, act), f"no task is named {task!r}. {hint}")
        if "teach" in phase and "rule" not in phase and "rule" not in learning:
            yield Violation((*path, "teach"), "nothing can be taught without a rule: say rule = ... in [learning] or in this phase")
        yield from _until(phase, path, names)
    yield from _until(learning, ("learning",), names)


def _until(given: Raw, path: Path, names: Sequence[str]) -> Iterator[Violation]:
    text = given.get("until")
    if isinstance(text, str) and not syntax_fault(text):
        yield from check_words(text, (*path, "until"), (*WORDS, *names), "word of until or parameter")


def check_words(text: str, path: Path, names: Collection[str], kind: str, callable_: Collection[str] = ()) -> Iterator[Violation]:
    """Find names in an expression that stand for nothing, and calls of what cannot be called."""
    for name, column, called in words_of(text):
        known = [*callables(), *callable_] if called else [*names, *CONSTANTS]
        if name in known:
            continue
        if not called and name in callables():
            yield Violation(path, f"{name!r} is a function: call it, {name}(...)", column)
            continue
        listed = f"There are: {', '.join(callable_ if called else names) or 'none'}"
        what = "function or measure" if called else kind
        yield Violation(path, f"no {what} is named {name!r}. {nearest(name, known) or listed}", column)


def callables() -> list[str]:
    """Return the name of every function that a measure may call."""
    return [*FUNCTIONS, *RUN_FUNCTIONS, *(name for name in functions.names() if name not in FUNCTIONS)]


def check_names(raw: Raw) -> Iterator[Violation]:
    """Find measures, parameters and axes whose name means something else already."""
    taken = {
        **dict.fromkeys(callables(), "a function"),
        **dict.fromkeys(INNER_AXES, "an axis inside every run"),
        **dict.fromkeys(CONSTANTS, "a constant"),
        **{"seed": "the axis of seeds", "over": "what a reduction runs over"},
    }
    parameters, vary, measures = (table(raw, key) for key in ("parameters", "vary", "measures"))
    for place, names in (("parameters", parameters), ("vary", vary), ("measures", measures)):
        for name in names:
            if name in taken:
                yield Violation((place, name), f"{name!r} is the name of {taken[name]} already", None, True)
            elif not name.isidentifier() or keyword.iskeyword(name):
                yield Violation((place, name), f"an expression cannot use the name {name!r}: letters, digits and _ only", None, True)
    for name in measures:
        if name in parameters or name in vary:
            other = "a parameter" if name in parameters else "an axis"
            yield Violation(("measures", name), f"{name!r} is the name of {other} already", None, True)


def check_expressions(raw: Raw, axes: Collection[Axis]) -> Iterator[Violation]:
    """Find what measures, claims and questions name that is not there, or not yet."""
    parameters = list(table(raw, "parameters"))
    earlier: list[str] = []
    for name, text in table(raw, "measures").items():
        if isinstance(text, str) and not syntax_fault(text):
            yield from check_words(text, ("measures", name), [*parameters, *earlier], "parameter or earlier measure", earlier)
        earlier.append(name)
    outer = [axis.name for axis in axes] + ["seed"]
    for path, text in _sentences(raw):
        if not syntax_fault(text):
            yield from check_words(text, path, [*earlier, *outer, *parameters], "measure, axis or parameter", earlier)


def _sentences(raw: Raw) -> Iterator[tuple[Path, str]]:
    for index, claim in _listed(raw, "claims"):
        if isinstance(claim.get("that"), str):
            yield ("interpretation", "claims", index, "that"), claim["that"]
    for index, question in _listed(raw, "questions"):
        for name, text in table(question, "choices").items():
            if isinstance(text, str):
                yield ("interpretation", "questions", index, "choices", name), text


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
        ("show", films.names(), films.kind),
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
        if name not in labels:
            hint = nearest(name, labels) or f"Axes: {', '.join(labels) or 'none'}"
            yield Violation((*place, "at", name), f"no axis is named {name!r}. {hint}", None, True)
        elif label not in labels[name]:
            among = ", ".join(map(shown, labels[name][:8])) + (", …" if len(labels[name]) > 8 else "")
            yield Violation((*place, "at", name), f"the axis {name!r} has no {shown(label)}. It has: {among}")
