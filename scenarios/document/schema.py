"""The JSON Schema of a scenario file, from the typed document and everything that is registered.

It completes and checks in an editor; what one part of a file says of another, only reading it can judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allornone.scenarios.document.change import CHANGEABLE, LEARNING_KEYS, PHASE_ACTS, TASK_KEYS
from allornone.scenarios.document.document import Document
from allornone.scenarios.document.names import parameters_of
from allornone.simulator import registry
from allornone.simulator.registry import Registry

Schema = dict[str, Any]

_CHANGES: Schema = {
    "anyOf": [
        {"$ref": "#/$defs/Change"},
        {"type": "array", "items": {"$ref": "#/$defs/Change"}, "minItems": 1},
    ]
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Schema:
    """Return the schema, installed plug-ins included.

    >>> schema()["properties"]["title"]["type"]
    'string'
    """
    made = _tidy(Document.model_json_schema(by_alias=True))
    made.pop("description")
    parts: Schema = {name: _tidy(part) for name, part in made.pop("$defs").items()}
    parts["TaskSettings"] = _tagged(registry.tasks, "data", _fixed(parts["TaskSettings"], TASK_KEYS))
    parts["Build"] = _tagged(registry.builders, "net", {})
    parts["Activation"] = _activation()
    for name in ("Learning", "Phase"):
        parts[name] = _learning(parts[name])
    parts["Phase"]["oneOf"] = [{"required": [act]} for act in PHASE_ACTS]
    parts["Connectivity"] = _connectivity(parts["Connectivity"])
    parts["Claim"]["properties"].update(fails=_CHANGES, holds=_CHANGES)
    parts["Claim"]["oneOf"] = [
        {"required": ["fails"], "not": {"required": ["holds"]}},
        {"required": ["holds", "says"], "not": {"required": ["fails"]}},
    ]
    parts["Axis"] = _axis()
    parts["Change"] = _change()
    made["properties"]["vary"] = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Axis"}}
    parts.pop("Edit", None)
    parts["FilmSettings"]["properties"]["show"] = {"enum": registry.films.names()}
    return {"$schema": DIALECT, "title": "An Allornone scenario", **made, "$defs": parts}


def _property(made: Schema) -> Schema:
    """Return the schema of a key without what pydantic makes up, and without null, which TOML has not."""
    kinds = [kind for kind in made.get("anyOf", []) if kind != {"type": "null"}]
    kept = {key: value for key, value in made.items() if key not in ("title", "default", "anyOf")}
    return {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}


def _tidy(part: Schema) -> Schema:
    properties = {key: _property(value) for key, value in part.get("properties", {}).items()}
    return {**{key: value for key, value in part.items() if key != "title"}, "properties": properties}


def _fixed(part: Schema, keys: Iterable[str]) -> Schema:
    return {key: part["properties"][key] for key in keys if key in part["properties"]}


def _parameters(known: Registry, name: str) -> tuple[Schema, list[str]]:
    kinds = parameters_of(known.get(name))
    return {key: kind.schema for key, (kind, _) in kinds.items()}, [
        key for key, (_, must) in kinds.items() if must
    ]


def _tagged(known: Registry, tag: str, fixed: Schema) -> Schema:
    """Return the schema of a table in which `tag` names what is registered, beside its own parameters."""
    cases = []
    for name in known.names():
        own, required = _parameters(known, name)
        case = {"properties": {**fixed, **own, tag: {"const": name}}, "required": [tag, *required]}
        cases.append({"type": "object", **case, "additionalProperties": False})
    return {"oneOf": cases} if cases else {"type": "object", "required": [tag]}


def _merged(known: Registry) -> Schema:
    """Return every parameter of anything registered: which of them fits is judged when the file is read."""
    merged: Schema = {}
    for name in known.names():
        for key, kind in _parameters(known, name)[0].items():
            others = merged.setdefault(key, {"anyOf": []})["anyOf"]
            others += [kind] if kind not in others else []
    return {key: kinds["anyOf"][0] if len(kinds["anyOf"]) == 1 else kinds for key, kinds in merged.items()}


def _activation() -> Schema:
    keys = {
        **_merged(registry.units),
        "model": {"enum": registry.units.names()},
        "bias": {"type": ["number", "string"]},
    }
    unit = {"type": "object", "properties": keys, "additionalProperties": False}
    return {"type": "object", "properties": keys, "additionalProperties": unit}


def _learning(part: Schema) -> Schema:
    fixed = {key: value for key, value in part["properties"].items() if key != "rule_parameters"}
    keys = {**_merged(registry.rules), **fixed, "rule": {"enum": registry.rules.names()}}
    required = [key for key in part.get("required", []) if key in fixed]
    return {"type": "object", "properties": keys, "required": required, "additionalProperties": False}


def _connectivity(part: Schema) -> Schema:
    keys = {key: value for key, value in part["properties"].items() if key != "edits"}
    choice = [{"required": ["build"], "not": {"required": ["groups"]}}, {"required": ["synapses"]}]
    return {**part, "properties": keys, "oneOf": choice}


def _axis() -> Schema:
    number = {"type": "number"}
    rows = {"type": "object", "additionalProperties": number, "minProperties": 1}
    span = {"from": number, "to": number, "step": number}
    places = {"set": {"type": "string"}, "to": {"type": "array", "minItems": 1}}
    return {
        "anyOf": [
            {"type": "array", "items": {"anyOf": [number, rows]}, "minItems": 1},
            {"type": "object", "properties": span, "required": ["from", "to"], "additionalProperties": False},
            {
                "type": "object",
                "properties": places,
                "required": ["set", "to"],
                "additionalProperties": False,
            },
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/Change"}, "minProperties": 1},
        ]
    }


def _change() -> Schema:
    tables = {key: {"type": "object"} for key in CHANGEABLE}
    phases = {"type": ["object", "array"], "items": {"type": "object"}}
    learning = {"type": "object", "properties": {key: {} for key in LEARNING_KEYS}}
    return {
        "type": "object",
        "properties": {**tables, "experience": phases, "learning": learning},
        "additionalProperties": False,
    }
