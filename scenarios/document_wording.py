"""What pydantic finds wrong, told in our words."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allornone.scenarios.change import Path
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.document_values import needed, shown
from allornone.simulator.errors import nearest


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
    keys = [field.alias or name for name, field in models[pattern].model_fields.items() if name != "laid"]
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
