"""Names in a scenario file: whether what is called, registered, varied or changed is there.

Every check takes the raw document and looks only at what has the right shape: one mistake hides no other.
"""

from __future__ import annotations

import inspect
import keyword
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, NamedTuple, get_type_hints

from allornone.scenarios.document.axes import (
    Axis,
    all_axes,
    alters,
    check_edits,
    label_rows,
    lies_at,
    picked,
    read_axis,
)
from allornone.scenarios.document.change import (
    CHANGEABLE,
    LEARNING_KEYS,
    NAMING_TASKS,
    PHASE_ACTS,
    PHASE_KEYS,
    TASK_KEYS,
    UNIT_KEYS,
    ChangeError,
    Path,
    Raw,
    all_changes,
    home,
    idle,
    overlay,
    phase_name,
    spoken,
)
from allornone.scenarios.document.errors import Violation
from allornone.scenarios.document.kinds import (
    Functions,
    Kind,
    expression_fault,
    kind_of,
    needed,
    number,
    python_alone,
    ramped,
    shown,
)
from allornone.scenarios.expressions.functions import FUNCTIONS, READ_AXES, READERS, RUN_FUNCTIONS, Function
from allornone.scenarios.expressions.labelled import Value
from allornone.simulator import registry
from allornone.simulator.errors import AllornoneError, UnknownName, nearest, some_of
from allornone.simulator.learning.divergences import DivergenceName
from allornone.simulator.learning.rules import LearningRule
from allornone.simulator.learning.training import WORDS, Condition
from allornone.simulator.notation.expression import CONSTANTS, ExpressionError
from allornone.simulator.registry import Registry

INNER_AXES = ("trial", "tick", "unit", "epoch", "synapse")

Faults = Callable[[Raw], list[Violation]]
MOST_TRIED = 20
_BRACES = re.compile(r"\{([^{}]*)\}")

_NEVER = {
    "measures": "measures are how the experiment is judged, not the experiment",
    "interpretation": "claims and films are how the experiment is judged, not the experiment",
    "seeds": "seeds are no part of the experiment",
}


def _phases(raw: Raw, names: Sequence[str]) -> Iterator[Violation]:
    """Find phases of one name, tasks that are not there, lessons without a rule, strange `until`, idle keys."""
    tasks = table(raw, "tasks")
    known = [*tasks, *(f"{name}.held_out" for name, task in tasks.items() if "hold_out" in table(task))]
    learning = table(raw, "learning")
    seen: set[object] = set()
    for index, phase in phases_of(raw):
        path: Path = ("experience", index)
        name = phase_name(phase)
        if isinstance(name, str) and (name in seen or "." in name):
            why = (
                "another phase has this name"
                if name in seen
                else "a phase's name has no dot, so that paths can name it"
            )
            more = "" if "name" in phase else "; it is the task's, so give this phase a name"
            yield Violation((*path, "name"), f"{why}: {shown(name)}{more}")
        seen.add(str(name))
        for act in PHASE_ACTS[1:]:
            task = phase.get(act)
            if isinstance(task, str) and task not in known:
                hint = nearest(task, known) or f"Tasks: {some_of(known)}"
                yield Violation((*path, act), f"no task is named {task!r}. {hint}")
        if "teach" in phase and "rule" not in phase and "rule" not in learning:
            yield Violation(
                (*path, "teach"),
                "nothing can be taught without a rule: say rule = ... in [learning] or in this phase",
            )
        yield from _until(phase, path, names)
        for key, why in idle(phase).items():
            yield Violation((*path, key), f"{key} {why}", None, True)


def _until(given: Raw, path: Path, names: Sequence[str]) -> Iterator[Violation]:
    text = given.get("until")
    if not isinstance(text, str) or expression_fault(text) is not None:
        return
    wrong = list(_words(text, (*path, "until"), [*WORDS, *names], {}))
    yield from wrong
    if not wrong:
        try:
            Condition.read(text, dict.fromkeys(names, 1.0))
        except ExpressionError as error:
            yield Violation((*path, "until"), error.sentence, error.column)


def _words(text: str, path: Path, names: Collection[str], known: Functions) -> Iterator[Violation]:
    """Find the first name in an expression that stands for nothing; its syntax is looked at elsewhere."""
    if expression_fault(text) is None and (fault := expression_fault(text, names, known)):
        yield Violation(path, fault.message, fault.column)


def callables() -> dict[str, Function]:
    """Return every function that a measure may call, for its name and the arguments that it takes."""
    of_runs = {
        one.name: Function(
            one.name, _nothing, one.least, one.most, READ_AXES if one.name in READERS else frozenset()
        )
        for one in RUN_FUNCTIONS
    }
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


def _parameters(raw: Raw) -> Iterator[Violation]:
    """Find parameters that use what is no parameter before them."""
    earlier: dict[str, None] = {}
    for name, value in table(raw, "parameters").items():
        if isinstance(value, str):
            yield from _words(value, ("parameters", name), earlier, FUNCTIONS)
        earlier[name] = None


def check_expressions(raw: Raw, axes: Collection[Axis]) -> Iterator[Violation]:
    """Find what measures, claims and questions name that is not there, or not yet."""
    known, parameters, measures = callables(), table(raw, "parameters"), table(raw, "measures")
    there = dict.fromkeys(parameters)  # grows, and keeps the order
    for name, text in measures.items():
        if isinstance(text, str):
            yield from _words(text, ("measures", name), there, known)
        there[name] = None
    outer = dict.fromkeys([*table(raw, "vary"), *(axis.name for axis in axes)])
    outer |= {"seed": None} if many_seeds(raw) else {}
    for_claims = dict.fromkeys([*measures, *outer, *parameters])
    for index, claim in _listed(raw, "claims"):
        path: Path = ("interpretation", "claims", index)
        yield from _claim_words(claim, path, for_claims)
        for axis in table(claim, "where"):
            if axis not in {*outer, *parameters}:
                hint = nearest(axis, outer) or f"Axes: {some_of(outer)}"
                yield Violation((*path, "where", axis), f"no axis is named {axis!r}. {hint}", None, True)
    for_questions = dict.fromkeys([*measures, *parameters])
    for index, question in _listed(raw, "questions"):
        for name, text in table(question, "choices").items():
            path = ("interpretation", "questions", index, "choices", name)
            if isinstance(text, str):
                yield from _words(text, path, for_questions, known)


def _claim_words(claim: Raw, path: Path, names: Collection[str]) -> Iterator[Violation]:
    """Find what the conditions of a claim, and the words of what was found, name that is not there."""
    for inside, text in parts_of(claim):
        yield from _words(text, (*path, *inside), names, FUNCTIONS)
    found = str(claim.get("found", ""))
    if {found.count("{"), found.count("}")} != {len(placeholders(found))}:
        yield Violation((*path, "found"), "braces stand around a measure, one on each side of it")
    for text, column in placeholders(found):
        fault = expression_fault(text, names, FUNCTIONS)
        if fault is not None:
            yield Violation((*path, "found"), fault.message, column + (fault.column or 1) - 1)


def parts_of(claim: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the conditions of a claim that are texts, each with its path in the claim."""
    that = claim.get("that")
    if isinstance(that, list):
        yield from ((("that", place), text) for place, text in enumerate(that) if isinstance(text, str))
    elif isinstance(that, str):
        yield ("that",), that


def placeholders(found: str) -> list[tuple[str, int]]:
    """Return what stands in braces in the words of what was found, each with its column.

    >>> placeholders("heat fires {heats} times")
    [('heats', 13)]
    """
    return [(match[1], match.start(1) + 1) for match in _BRACES.finditer(found)]


def _listed(raw: Raw, key: str) -> Iterator[tuple[int, Raw]]:
    entries = table(raw, "interpretation").get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def check_shown(raw: Raw, axes: Sequence[Axis]) -> Iterator[Violation]:
    """Find what films and views show that is not there: phases, runs, measures; `axes` are the outer ones."""
    yield from _phase_and_run(raw, axes, table(raw, "interpretation", "film"), ("interpretation", "film"))
    measures, along = table(raw, "measures"), [axis.name for axis in all_axes(axes)]
    along += ["seed"] if many_seeds(raw) else []
    for index, view in _listed(raw, "views"):
        place: Path = ("interpretation", "views", index)
        yield from _phase_and_run(raw, axes, view, place)
        said = view.get("measure", [])
        for name in said if isinstance(said, list) else [said]:
            if isinstance(name, str) and name not in measures:
                yield Violation((*place, "measure"), str(UnknownName("measure", name, measures)))
        axis = view.get("along")
        if isinstance(axis, str) and axis not in along:
            yield Violation((*place, "along"), str(UnknownName("axis", axis, along)))


def _phase_and_run(raw: Raw, axes: Sequence[Axis], film: Raw, place: Path) -> Iterator[Violation]:
    """Find a phase that is not there, or a run that is not in the family."""
    phase = film.get("phase")
    phases = [str(phase_name(one)) for _, one in phases_of(raw)]
    if isinstance(phase, str) and phase not in phases:
        yield Violation((*place, "phase"), str(UnknownName("phase", phase, phases)))
    at = dict(table(film, "at"))
    if "seed" in at:
        yield from _film_seed(raw, at.pop("seed"), (*place, "at", "seed"))
    family = all_axes(axes)
    wrong = False
    for name, value in at.items():
        try:
            picked(family, {name: value})
        except ChangeError as error:
            wrong = True
            if name not in [axis.name for axis in family] and name in table(raw, "vary"):
                continue  # an axis that is wrong itself
            if str(value) in table(raw, "vary", name):
                continue  # an alternative that is
            yield Violation((*place, "at", name), error.message, None, "no axis" in error.message)
    if at and not wrong:
        chosen = picked(family, at)
        if not any(lies_at(labels, chosen) for labels in label_rows(axes)):
            said = ", ".join(f"{name} = {shown(value)}" for name, value in at.items())
            yield Violation((*place, "at"), f"no run is at {said}: each is there, but not together")


def _film_seed(raw: Raw, seed: object, place: Path) -> Iterator[Violation]:
    seeds = raw.get("seeds")
    if seeds is None:
        yield Violation(place, "the file has no seeds, so no run is at one", None, True)
    elif isinstance(seeds, int) and not (isinstance(seed, int) and 0 <= seed < seeds):
        yield Violation(place, f"the seeds are 0 to {seeds - 1}, found {shown(seed)}")


def many_seeds(raw: Raw) -> bool:
    """Return whether a file has more than one seed, so that they are an axis."""
    seeds = raw.get("seeds")
    return isinstance(seeds, int) and seeds > 1


def table(raw: object, *keys: str) -> Raw:
    """Return the table at some keys, or an empty one where there is none.

    >>> table({"learning": 3}, "learning")
    {}
    """
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw if isinstance(raw, dict) else {}


def phases_of(raw: Raw) -> list[tuple[int, Raw]]:
    """Return the phases that are tables, each with its index."""
    phases = raw.get("experience")
    return (
        [(i, phase) for i, phase in enumerate(phases) if isinstance(phase, dict)]
        if isinstance(phases, list)
        else []
    )


def parameters_of(
    thing: Any, elsewhere: Collection[str] = ("inputs", "outputs")
) -> dict[str, tuple[Kind, bool]]:
    """Return the parameters of a registered class or function: its kind, and whether it must be given.

    Of a function with keyword-only parameters these are the ones; `from_` stands for the key `from`. What is said
    `elsewhere` need not be given: a builder's inputs and outputs default to those of the first task. Its `task`, or
    what it is to `cover`, is named in the file, its `seed` is the run's, and what only Python can give it is no key.
    """
    hints = get_type_hints(thing, include_extras=True)
    if is_dataclass(thing):
        ramps = isinstance(thing, type) and issubclass(thing, LearningRule)
        return {
            field.name: (
                ramped(kind_of(hints[field.name])) if ramps else kind_of(hints[field.name]),
                field.default is MISSING and field.default_factory is MISSING,
            )
            for field in fields(thing)
            if field.init
        }
    signature = inspect.signature(thing).parameters.values()
    named = [one for one in signature if one.kind is one.KEYWORD_ONLY]
    named = named or [one for one in signature if one.kind is one.POSITIONAL_OR_KEYWORD]
    return {
        one.name.rstrip("_"): (
            kind_of(str if one.name in NAMING_TASKS else hints.get(one.name)),
            one.default is one.empty and one.name not in elsewhere,
        )
        for one in named
        if one.name != "seed" and not python_alone(hints.get(one.name))
    }


def check_table(raw: Raw, key: str) -> Iterator[Violation]:
    """Find what types cannot see in one table of an experiment: names that are not there, idle keys, parameters."""
    names = tuple(table(raw, "parameters"))
    match key:
        case "parameters":
            yield from _parameters(raw)
        case "tasks":
            for name, task in table(raw, "tasks").items():
                if isinstance(task, dict):
                    yield from _thing(registry.tasks, task, "data", ("tasks", name), names, TASK_KEYS)
        case "connectivity":
            build = table(raw, "connectivity", "build")
            if build:
                yield from _thing(registry.builders, build, "net", ("connectivity", "build"), names, ("net",))
        case "activation":
            yield from _activation(table(raw, "activation"), names)
        case "learning":
            learning = table(raw, "learning")
            yield from _thing(registry.rules, learning, "rule", ("learning",), names, LEARNING_KEYS)
            yield from _until(learning, ("learning",), names)
        case "experience":
            yield from _phases(raw, names)
            yield from _rules_of_phases(raw, names)


def _rules_of_phases(raw: Raw, names: Sequence[str]) -> Iterator[Violation]:
    kept = (*PHASE_KEYS, *LEARNING_KEYS)
    rule = table(raw, "learning").get("rule")
    for index, phase in phases_of(raw):
        if "gradient" in phase:
            yield from _gradient(phase, ("experience", index), names, kept)
        else:
            yield from _thing(registry.rules, phase, "rule", ("experience", index), names, kept, rule)


def _gradient(phase: Raw, path: Path, names: Sequence[str], kept: Sequence[str]) -> Iterator[Violation]:
    """Find what a gradient phase says beside its divergence."""
    for key, value in phase.items():
        if key == "divergence":
            fault = kind_of(DivergenceName).check(value, names)
            if fault is not None:
                yield Violation((*path, key, *fault.path), fault.message, fault.column)
        elif key not in kept:
            yield _unknown((*path, key), key, "a gradient phase has", ("divergence", *kept))


def _thing(
    known: Registry,
    given: Raw,
    tag: str,
    path: Path,
    names: Sequence[str],
    kept: Iterable[str],
    default: object = None,
) -> Iterator[Violation]:
    own = {key: value for key, value in given.items() if key not in kept}
    name = given.get(tag, default)
    if not isinstance(name, str):
        for key in own if name is None else ():
            yield _unknown(
                (*path, key), key, f"no {known.kind} is named by {tag!r} here, so there is", (*kept,)
            )
        return
    try:
        thing = known.get(name)
    except AllornoneError as error:
        if tag in given:
            yield Violation((*path, tag), str(error))
        return
    parameters = parameters_of(thing, () if known is registry.tasks else ("inputs", "outputs"))
    for key, value in own.items():
        if key not in parameters:
            yield _unknown((*path, key), key, f"the {known.kind} {name!r} has", (*parameters, *kept))
        elif fault := parameters[key][0].check(value, names):
            yield Violation((*path, key, *fault.path), fault.message, fault.column)
    for key, (_, required) in parameters.items():
        if required and key not in own and tag in given:
            yield Violation((*path, tag), f"the {known.kind} {name!r} needs {key!r}")


def _unknown(path: Path, key: str, owner: str, known: Iterable[str]) -> Violation:
    words = [word for word in known if word != "name"]
    now = former(key, words)
    if now:
        return Violation(path, now, None, True)
    hint = nearest(key, words) or f"Keys here: {', '.join(words) or 'none'}"
    return Violation(path, f"{owner} no parameter {key!r}. {hint}", None, True)


FORMER = {
    "show": ("test", "kind"),
    "says": ("formula", "lines"),
    "units": ("size", "form"),
    "bipolar": ("coding",),
}
"""Words that files once used, and those that stand for them now."""


def former(key: str, known: Collection[str]) -> str:
    """Return what a word of former files is called among the words that are known, or "".

    >>> former("show", ["teach", "test"])
    "'show' is called 'test' now"
    """
    now = next((word for word in FORMER.get(key, ()) if word in known), None)
    return f"{key!r} is called {now!r} now" if now else ""


def _activation(activation: Raw, names: Sequence[str]) -> Iterator[Violation]:
    scalars = {key: value for key, value in activation.items() if not isinstance(value, dict)}
    model = scalars.get("model")
    for path, table_ in [
        ((), scalars),
        *(((key,), activation[key]) for key in activation if key not in scalars),
    ]:
        place: Path = ("activation", *path)
        if not isinstance(table_.get("model", ""), str):
            yield Violation((*place, "model"), needed("a text", table_["model"]))
            continue
        if "bias" in table_ and (fault := number().check(table_["bias"], names)):
            yield Violation((*place, "bias", *fault.path), fault.message, fault.column)
        if "model" in table_ or model is not None:
            yield from _thing(registry.units, table_, "model", place, names, UNIT_KEYS, model)
        else:
            yield from _of_some_model(table_, place, names)


def _of_some_model(given: Raw, place: Path, names: Sequence[str]) -> Iterator[Violation]:
    """Check the parameters of units whose model a builder chooses: some model must have them."""
    own = [key for key in given if key not in UNIT_KEYS]
    if not own:
        return
    kinds = {
        key: kind
        for name in registry.units.names()
        for key, (kind, _) in parameters_of(registry.units.get(name)).items()
    }
    for key in own:
        if key not in kinds:
            yield _unknown(
                (*place, key), key, "no unit model has such a thing: there is", (*kinds, *UNIT_KEYS)
            )
        elif fault := kinds[key].check(given[key], names):
            yield Violation((*place, key, *fault.path), fault.message, fault.column)


def well_shaped(raw: Raw) -> bool:
    """Return whether a document's tables and phases are where a change looks for them."""
    tables = [raw.get(key, {}) for key in ("parameters", "tasks", "connectivity", "activation", "learning")]
    tables += [*table(raw, "tasks").values(), table(raw, "connectivity").get("build", {})]
    phases = raw.get("experience", [])
    return (
        all(isinstance(one, dict) for one in tables)
        and isinstance(phases, list)
        and len(phases_of(raw)) == len(phases)
    )


def read_axes(raw: Raw) -> tuple[list[Axis], list[Violation]]:
    """Return the outer axes that mean something, and what is wrong with the others."""
    raw = {**raw, "parameters": table(raw, "parameters")}
    read = [_read_axis(raw, name, form) for name, form in table(raw, "vary").items()]
    return [axis for axis, _ in read if axis], [violation for _, wrong in read for violation in wrong]


def _read_axis(raw: Raw, name: str, form: object) -> tuple[Axis | None, list[Violation]]:
    varied = {**raw, "vary": {**raw["vary"], name: form}}
    try:
        return read_axis(varied, name), []
    except ChangeError as error:
        first = Violation(error.path, error.message)
    if not isinstance(form, dict) or len(form) < 2 or not any(isinstance(one, dict) for one in form.values()):
        return None, [first]
    # Of alternatives each may be wrong by itself; the others are looked at all the same.
    alone = {label: _read_axis(raw, name, {label: change})[1] for label, change in form.items()}
    sound = {label: change for label, change in form.items() if not alone[label]}
    wrong = [violation for found in alone.values() for violation in found]
    return (_read_axis(raw, name, sound)[0] if len(sound) < len(form) and sound else None), wrong or [first]


class _Candidate(NamedTuple):
    raw: Raw
    faults: frozenset[Violation]


def check_alternatives(raw: Raw, axes: Sequence[Axis], faults: Faults) -> Iterator[Violation]:
    """Find alternatives of [vary] that cannot be laid over the file, or leave a file that would be refused.

    `faults` finds what is wrong with the experiment of a document.
    """
    earlier = [_Candidate(raw, frozenset(faults(raw)))]
    for axis in axes:
        yield from _check_axis(axis, earlier, ("vary", axis.name), faults)
        earlier += _laid(raw, axis, faults)


def check_changes(raw: Raw, axes: Sequence[Axis], faults: Faults) -> Iterator[Violation]:
    """Find counterfactuals that touch what they must not, name nothing, or leave a bad file."""
    candidates = [
        _Candidate(raw, frozenset(faults(raw))),
        *(laid for axis in axes for laid in _laid(raw, axis, faults)),
    ]
    for path, change in _changes(raw):
        if isinstance(change, str):
            hint = nearest(change, table(raw, "changes")) or f"Named: {some_of(table(raw, 'changes'))}"
            yield Violation(path, f"no change is named {change!r} in [changes]. {hint}")
        elif not isinstance(change, dict):
            yield Violation(path, needed("a change, a table of keys,", change))
        elif not change:
            yield Violation(path, "this change is empty: it alters no run")
        else:
            yield from _check_change(change, candidates, axes, path, faults)


def idle_changes(raw: Raw) -> Iterator[Violation]:
    """Find counterfactuals of a sound file after which every run is what it was."""
    for path, change in _changes(raw):
        with suppress(ChangeError):  # which is told where the change is made
            if isinstance(change, dict) and not alters(raw, change):
                yield Violation(path, f"{spoken(change)}: the change alters no run")


def _check_change(
    change: Raw, candidates: Sequence[_Candidate], axes: Sequence[Axis], path: Path, faults: Faults
) -> Iterator[Violation]:
    raw = candidates[0].raw
    wrong = [_never(path, key, home(raw, key, change[key])) for key in change if key not in CHANGEABLE]
    if wrong:
        yield from wrong
        return
    try:
        check_edits(axes, change.get("vary", {}))
    except ChangeError as error:
        yield Violation((*path, *error.path), error.message)
        return
    yield from _try(change, candidates, path, faults)
    yield from _check_edited(candidates[0].raw, axes, change, path, faults)


def _changes(raw: Raw) -> Iterator[tuple[Path, object]]:
    """Yield each change of a claim, and each that has a name, once."""
    yield from ((("changes", name), change) for name, change in table(raw, "changes").items())
    for index, claim in _listed(raw, "claims"):
        for path, change in all_changes(raw, claim):
            if path[0] != "changes":
                yield ("interpretation", "claims", index, *path), change


def _never(path: Path, key: str, spelled: str) -> Violation:
    reason = _NEVER.get(key) or spelled or nearest(key, CHANGEABLE) or f"It may touch {', '.join(CHANGEABLE)}"
    return Violation((*path, key), f"a change cannot touch {key!r}: {reason}", None, True)


def _try(change: Raw, candidates: Sequence[_Candidate], path: Path, faults: Faults) -> list[Violation]:
    """Return what is wrong with a change over the file itself, unless some alternative can take it."""
    first: list[Violation] = []
    for candidate in candidates:
        found = _over(change, candidate, path, faults)
        if not found:
            return []
        first = first or found
    return first


def _over(change: Raw, candidate: _Candidate, path: Path, faults: Faults) -> list[Violation]:
    try:
        laid = overlay(candidate.raw, change)
    except ChangeError as error:
        return [Violation((*path, *error.path), error.message)]
    return [
        violation._replace(path=(*path, *_within(change, violation.path, laid)))
        for violation in faults(laid)
        if violation not in candidate.faults
    ]


def _within(change: Raw, path: Path, laid: Raw) -> Path:
    """Return the path of a violation as it stands in the change, which names its phases."""
    if len(path) > 1 and path[0] == "experience":
        return ("experience", str(phase_name(laid["experience"][path[1]])), *path[2:])
    return ("connectivity", *path[3:]) if path[:2] == ("connectivity", "edits") else path


def _check_axis(axis: Axis, earlier: Sequence[_Candidate], path: Path, faults: Faults) -> Iterator[Violation]:
    for index, (label, change) in enumerate(zip(axis.labels[:MOST_TRIED], axis.changes, strict=False)):
        if axis.form == "values":
            return
        place = (*path, str(label)) if axis.form == "labels" else (*path, "to", index)
        found = _try(change, earlier, place, faults)
        yield from (
            found if axis.form == "labels" else (_in_set(violation, path, index) for violation in found)
        )
        for inner in axis.nested.get(label, ()):
            yield from _check_axis(
                inner, _all_laid(earlier, change, faults), (*place, "vary", inner.name), faults
            )


def _in_set(violation: Violation, path: Path, index: int) -> Violation:
    # What names nothing is the path; what is of the wrong kind is the value.
    nothing = violation.on_key or "names nothing" in violation.message
    return violation._replace(path=(*path, "set") if nothing else (*path, "to", index), on_key=False)


def _all_laid(candidates: Sequence[_Candidate], change: Raw, faults: Faults) -> list[_Candidate]:
    found = []
    for candidate in candidates:
        with suppress(ChangeError):
            laid = overlay(candidate.raw, change)
            found.append(_Candidate(laid, frozenset(faults(laid))))
    return found


def _laid(raw: Raw, axis: Axis, faults: Faults) -> list[_Candidate]:
    changes = axis.changes[:MOST_TRIED] if axis.form == "labels" else ()
    base = [_Candidate(raw, frozenset())]
    return [laid for change in changes for laid in _all_laid(base, change, faults)]


def _check_edited(
    raw: Raw, axes: Sequence[Axis], change: Raw, path: Path, faults: Faults
) -> Iterator[Violation]:
    known = {axis.name: axis for axis in axes}
    for name, alternatives in change.get("vary", {}).items():
        axis = known[name]
        for label, edit in alternatives.items():
            place = (*path, "vary", name, label)
            base = [_Candidate(raw, frozenset())]
            for laid in _all_laid(base, axis.changes[axis.labels.index(label)], faults):
                yield from _try(edit, [laid], place, faults)
                yield from _check_edited(laid.raw, axis.nested.get(label, ()), edit, place, faults)
