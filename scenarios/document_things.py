"""Registered things in a scenario file: do they exist, and have they the parameters that the file gives?

Every check takes the raw document and looks only at what has the right shape: one mistake hides no other.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

from allornone.scenarios.change import TASK_KEYS, UNIT_KEYS, Path, Raw
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.document_values import Kind, kind_of, number
from allornone.scenarios.phase_keys import LEARNING_KEYS, PHASE_KEYS
from allornone.simulator import registry
from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.registry import Registry


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


def parameters_of(thing: Any) -> dict[str, tuple[Kind, bool]]:
    """Return the parameters of a registered class or function: its kind, and whether it must be given.

    Of a function with keyword-only parameters these are the ones; `from_` stands for the key `from`. A builder
    need not be given `inputs` and `outputs`: they default to the first task's. Its `task` is named in the file, and
    its `seed` is the run's.
    """
    hints = get_type_hints(thing, include_extras=True)
    if is_dataclass(thing):
        return {
            field.name: (
                kind_of(hints[field.name]),
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
            kind_of(str if one.name == "task" else hints.get(one.name)),
            one.default is one.empty and one.name not in ("inputs", "outputs"),
        )
        for one in named
        if one.name != "seed"
    }


def check_things(raw: Raw) -> Iterator[Violation]:
    """Find names that are not registered, and parameters that what they name does not have."""
    names = tuple(table(raw, "parameters"))
    for name, task in table(raw, "tasks").items():
        if isinstance(task, dict):
            yield from _thing(registry.tasks, task, "data", ("tasks", name), names, TASK_KEYS)
    build = table(raw, "connectivity", "build")
    if build:
        yield from _thing(registry.builders, build, "net", ("connectivity", "build"), names, ("net",))
    yield from _activation(table(raw, "activation"), names)
    learning = table(raw, "learning")
    yield from _thing(registry.rules, learning, "rule", ("learning",), names, LEARNING_KEYS)
    for index, phase in phases_of(raw):
        kept = (*PHASE_KEYS, *LEARNING_KEYS)
        yield from _thing(
            registry.rules, phase, "rule", ("experience", index), names, kept, learning.get("rule")
        )


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
    parameters = parameters_of(thing)
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
    hint = nearest(key, words) or f"Keys here: {', '.join(words) or 'none'}"
    return Violation(path, f"{owner} no parameter {key!r}. {hint}", None, True)


def _activation(activation: Raw, names: Sequence[str]) -> Iterator[Violation]:
    scalars = {key: value for key, value in activation.items() if not isinstance(value, dict)}
    model = scalars.get("model")
    for path, table_ in [
        ((), scalars),
        *(((key,), activation[key]) for key in activation if key not in scalars),
    ]:
        place: Path = ("activation", *path)
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
