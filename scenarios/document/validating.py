"""Everything that is wrong with a scenario, at once, and the typed document of one that is sound.

A table is judged once, and once for a change that touches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import ErrorDetails

from allornone.scenarios.document.axes import all_axes
from allornone.scenarios.document.chance import draws
from allornone.scenarios.document.change import CHANGEABLE, Path, Raw
from allornone.scenarios.document.document import (
    Claim,
    Connectivity,
    Document,
    Edit,
    Experiment,
    FilmSettings,
    Interpretation,
    Part,
    Question,
    Start,
    View,
)
from allornone.scenarios.document.errors import MOST_FOUND, DocumentError, Violation
from allornone.scenarios.document.kinds import needed, shown
from allornone.scenarios.document.names import (
    check_alternatives,
    check_changes,
    check_expressions,
    check_names,
    check_shown,
    check_table,
    former,
    read_axes,
    table,
    well_shaped,
)
from allornone.simulator.errors import nearest

M = TypeVar("M", bound=BaseModel)

MODELS: Mapping[Path, type[BaseModel]] = {
    (): Document,
    ("connectivity",): Connectivity,
    ("connectivity", "start"): Start,
    ("connectivity", "edits", "*"): Edit,
    ("interpretation",): Interpretation,
    ("interpretation", "film"): FilmSettings,
    ("interpretation", "views", "*"): View,
    ("interpretation", "questions", "*"): Question,
    ("interpretation", "claims", "*"): Claim,
}


def validate(raw: Raw, *, base: FilePath | None = None, experiments: Experiments | None = None) -> Document:
    """Return the document that a file says, or raise DocumentError with everything that is wrong with it.

    `base` is the folder of the file; `experiments` keeps what was judged, for the runs to come.
    """
    experiments = experiments or Experiments()
    document, found = _typed(Document, raw)
    found += experiments.faults(raw)
    found += islice(_beyond(raw, experiments), MOST_FOUND)
    if not any(violation.path and violation.path[0] in CHANGEABLE for violation in found):
        found += _drawn_without_seeds(raw)
    if document is None or found:
        raise DocumentError(found)
    document._folder = base
    return document


class Experiments:
    """Experiments of runs, of whose scenario all changes are laid over; a table that they share is judged once.

    >>> raw = {"parameters": {"p": 1}, "connectivity": {"synapses": ["a -> b"]}, "experience": [{"stimulus": {}}]}
    >>> Experiments().faults(raw)[0].message
    "the key 'name' is missing"
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], _Judged] = {}

    def of(self, raw: Raw) -> Experiment:
        """Return the experiment of a run; raise DocumentError with everything that is wrong with it."""
        judged = self._judged(raw)
        found = [violation for one in judged.values() for violation in one.found]
        if found:
            raise DocumentError(found)
        return Experiment.model_construct(**{key: one.typed for key, one in judged.items()})

    def faults(self, raw: Raw) -> list[Violation]:
        """Return what is wrong with the experiment of a document."""
        return [violation for one in self._judged(raw).values() for violation in one.found]

    def _judged(self, raw: Raw) -> dict[str, _Judged]:
        names = tuple(table(raw, "parameters"))
        if len(self._known) > MOST_JUDGED:
            self._known.clear()
        return {key: self._table(key, raw, names) for key in Experiment.model_fields}

    def _table(self, key: str, raw: Raw, names: tuple[str, ...]) -> _Judged:
        rests_on = [raw.get(one) for one in (key, *(("learning", "tasks") if key == "experience" else ()))]
        known = (key, names, *map(id, rests_on))
        if known not in self._known:
            typed, found = _typed(_ALONE[key], {key: raw[key]} if key in raw else {}, names)
            found += check_table(raw, key)
            self._known[known] = _Judged(rests_on, getattr(typed, key, None), found)
        return self._known[known]


class _Judged(NamedTuple):
    """A table of an experiment, and what is wrong with it."""

    rests_on: Sequence[Any]
    """The raw tables; as long as they are held here nobody else has their ids."""
    typed: Any
    found: Sequence[Violation]


MOST_JUDGED = 10_000
"""Tables that are kept."""


_ALONE: Mapping[str, type[BaseModel]] = {
    key: create_model(f"Only{key.capitalize()}", __base__=Part, **{key: (field.annotation, field)})  # type: ignore[call-overload]
    for key, field in Experiment.model_fields.items()
}
"""An experiment of which only one table is looked at."""


def _drawn_without_seeds(raw: Raw) -> Iterator[Violation]:
    drawn = draws(raw) if "seeds" not in raw else None
    if drawn is not None:
        yield Violation(drawn, "something is drawn here, so the file must say seeds = N")


def _typed(
    model: type[M], raw: Raw, names: tuple[str, ...] | None = None
) -> tuple[M | None, list[Violation]]:
    known = tuple(table(raw, "parameters")) if names is None else names
    try:
        return model.model_validate(raw, context={"names": known}), []
    except ValidationError as error:
        found = violations_of(error, MODELS)
        return None, [violation._replace(path=_as_written(raw, violation.path)) for violation in found]


def _as_written(raw: Any, path: Path) -> Path:
    """Return a path without the place in a list where the file has the only element alone."""
    if not path:
        return ()
    key, *rest = path
    if isinstance(key, int) and not isinstance(raw, list | dict):
        return _as_written(raw, tuple(rest))
    there = (isinstance(raw, dict) and key in raw) or (
        isinstance(raw, list) and isinstance(key, int) and key < len(raw)
    )
    return (key, *_as_written(raw[key] if there else {}, tuple(rest)))


def _beyond(raw: Raw, experiments: Experiments) -> Iterator[Violation]:
    """Find what no table shows by itself."""
    yield from check_names(raw)
    if "edits" in table(raw, "connectivity"):
        yield Violation(
            ("connectivity", "edits"), "no key is named 'edits' here: say without and with", None, True
        )
    axes, wrong = read_axes(raw)
    yield from wrong
    yield from check_expressions(raw, all_axes(axes))
    yield from check_shown(raw, axes)
    if well_shaped(raw):
        yield from check_alternatives(raw, axes, experiments.faults)
        yield from check_changes(raw, axes, experiments.faults)


def violations_of(error: ValidationError, models: Mapping[Path, type[BaseModel]]) -> list[Violation]:
    """Return what pydantic found, in our words; `models` says which keys belong where ("*": any index)."""
    return [_violation(details, models) for details in error.errors(include_url=False)]


def _violation(details: ErrorDetails, models: Mapping[Path, type[BaseModel]]) -> Violation:
    place, value = details["loc"], details["input"]
    match details["type"]:
        case "fault":
            context = details.get("ctx", {})
            inside: Path = context.get("path", ())
            if place[-2:] == ("start", "constant"):
                place = place[:-1]
            return Violation((*place, *inside), details["msg"], context.get("column"))
        case "missing":
            return Violation(place[:-1], _missing(place))
        case "extra_forbidden":
            return Violation(place, _unknown(place, models), None, True)
        case kind:
            return Violation(place, needed(_WORDS[kind], value) if kind in _WORDS else _plain(details))


_WORDS = {
    "model_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
    "string_type": "a text",
}

_HINTS: Mapping[Path, str] = {
    (
        "interpretation",
    ): "[interpretation] is missing: a scenario without claims says nothing that could be false",
    (
        "interpretation",
        "claims",
    ): "claims are missing: a scenario without claims says nothing that could be false",
    ("experience",): "[[experience]] is missing: a scenario needs at least one phase",
    ("connectivity",): "[connectivity] is missing: a scenario needs a net, built or drawn",
}


def _missing(place: Path) -> str:
    return _HINTS.get(place, f"the key {str(place[-1])!r} is missing")


def _unknown(place: Path, models: Mapping[Path, type[BaseModel]]) -> str:
    pattern = tuple("*" if isinstance(part, int) else part for part in place[:-1])
    keys = [
        field.alias or name for name, field in models[pattern].model_fields.items() if name != "added_edits"
    ]
    now = former(str(place[-1]), keys)
    if now:
        return now
    hint = nearest(str(place[-1]), keys) or f"Keys here: {', '.join(keys)}"
    return f"no key is named {str(place[-1])!r} here. {hint}"


def _plain(details: ErrorDetails) -> str:
    if details["type"] == "too_short":
        context = details.get("ctx", {})
        return f"at least {context['min_length']} must stand here, found {context['actual_length']}"
    if details["type"] == "literal_error":
        expected = details.get("ctx", {}).get("expected", "")
        options = [option.strip("'") for option in expected.replace(" or ", ", ").split(", ")]
        hint = nearest(str(details["input"]), options)
        return f"one of {', '.join(options)} is needed, found {shown(details['input'])}. {hint}".rstrip(". ")
    return f"{details['msg']}, found {shown(details['input'])}"
