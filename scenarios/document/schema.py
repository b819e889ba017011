"""The JSON Schema of a scenario file, from the typed document and everything that is registered.

It completes and checks in an editor; what one part of a file says of another, only reading it can judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allornone.scenarios.document.change import CHANGEABLE, LEARNING_KEYS, PHASE_ACTS, TASK_KEYS
from allornone.scenarios.document.document import Document
from allornone.scenarios.document.names import parameters_of
from allornone.scenarios.document.signatures import line_of
from allornone.scenarios.document.views import FILMS, VIEWS
from allornone.simulator import registry
from allornone.simulator.registry import Registry

Schema = dict[str, Any]

_CHANGES: Schema = {
    "anyOf": [
        {"$ref": "#/$defs/Change"},
        {"type": "string"},
        {
            "type": "array",
            "items": {"anyOf": [{"$ref": "#/$defs/Change"}, {"type": "string"}]},
            "minItems": 1,
        },
    ]
}
SAID: dict[str, dict[str, str]] = {
    "Document": {
        "title": "What the experiment is called, in a few words.",
        "year": "The year of what it replays.",
        "source": "Who, where and when: the paper, its figure or equation.",
        "story": "What happens and why it matters, to be read aloud.",
        "evidence": "Where the numbers come from: the source was seen, quoted by others, or is told from memory.",
        "lecture": "The statements of the lecture that it replays, by number.",
        "deviations": "Where it departs from its source, and why.",
        "open": "What is not settled.",
        "aliases": "Other names under which it is found.",
        "long": "Whether it takes minutes, so that it runs only when it is named.",
        "seeds": "How many seeds a run is repeated with, 0, 1, …; a must where anything is drawn.",
        "parameters": "Numbers by name; expressions of later ones and of the rest of the file may use them.",
        "tasks": "Data that phases share, by name.",
        "connectivity": "Units and synapses: drawn by hand, or built.",
        "activation": "The model of the units and its parameters; a table of a group's or unit's name for that alone.",
        "learning": "The rule and how it teaches, wherever a phase says nothing else.",
        "experience": "What the net lives through, phase by phase.",
        "vary": "Axes of the family of runs: values of parameters, a key's values, or alternatives by label.",
        "changes": "Changes that several claims use, by name.",
        "measures": "What is measured of each run, by name; a later one may use those before it.",
        "interpretation": "What it comes to: the claims, and what is shown.",
    },
    "FilmSettings": {
        "kind": "The kind of film.",
        "group": "The group that a film of a grid shows.",
        "phase": "The phase that is shown; the first where none is named.",
        "at": "The run that is shown: axis = label.",
    },
    "View": {
        "kind": "The kind of view.",
        "phase": "The phase that is shown; the first where none is named.",
        "at": "The run that is shown: axis = label; of a comparison, the runs.",
        "caption": "What stands below it: which run it is, in a few words.",
        "units": "The units that it shows.",
        "group": "The group that it shows.",
        "measure": "The measure that is compared, or several.",
        "along": "The axis along which they are.",
    },
    "Question": {
        "at": "The tick at which a film may pause and ask.",
        "ask": "The question.",
        "choices": "The answers, each with the expression that makes it the right one.",
    },
    "Claim": {
        "text": "The sentence, which can be false.",
        "that": "The condition on measures that makes it true, or several that must all hold.",
        "where": "The runs that it looks at, picks for every measure in it: axis = label, or a list of labels.",
        "found": "What was measured, in words, with measures in braces where their values stand.",
        "fails": "The change, or changes, of which each must make it false; a text names one of [changes].",
        "holds": "For a sentence of others that is false here: the change that makes it true.",
        "says": "Whose sentence it is, where it is not ours.",
        "evidence": "Where this claim's numbers come from, if elsewhere than the file's.",
    },
    "Interpretation": {
        "views": "What is shown of which run, beside the claims.",
        "film": "What a film shows of which run.",
        "questions": "Questions at which a film may pause.",
        "claims": "What the experiment claims; each with the change that breaks it.",
    },
    "TaskSettings": {
        "data": "The registered task that makes the samples.",
        "inputs": "How many inputs a sample has, or their names, by which columns meet the net's inputs.",
        "hold_out": "How many samples are kept apart, as NAME.held_out.",
    },
    "Build": {"net": "The registered builder of the net."},
    "Connectivity": {
        "build": "The builder that makes the net, with its parameters.",
        "inputs": "Units or groups that the world drives.",
        "outputs": "Units or groups that answer; those without an outgoing synapse where nothing is said.",
        "groups": "Groups of units by name, each a number of units, or rows and columns.",
        "synapses": 'Synapses, such as "A, B -> C [weight=2, delay=1]" and "A -o C", which forbids C.',
        "delay": "The delay in ticks of synapses that say none.",
        "start": "Where plastic weights and biases start: a number, or drawn.",
        "weights": "Weights by synapse, one number or one for each.",
        "biases": "Biases by unit or group, one number or one for each.",
        "without": "Synapses that are cut.",
        "with": "Synapses that are added, or put in the place of those that are there.",
    },
    "Learning": {
        "rule": "The registered learning rule.",
        "plastic": "The synapses and units whose weights and biases may change; all that can where nothing is said.",
        "batch": 'How many presentations make one weight update, or "all".',
        "average": "Whether a batch changes the weights by the mean of its changes, or by their sum.",
        "order": "Whether presentations come in their order or shuffled anew in each epoch.",
        "epochs": "How many times all presentations are made, at most.",
        "until": "The condition that ends the training, such as mistakes == 0.",
        "bound": "The size beyond which a plastic weight counts as diverged.",
    },
    "Phase": {
        "name": "The name by which measures and changes speak of it; its task's where nothing is said.",
        "stimulus": 'What units are given, tick by tick: "1101", "?{4}" for all histories, numbers, or a chance.',
        "teach": "The task that is taught by the rule.",
        "test": "The task that is presented without learning.",
        "gradient": "The task of whose divergence the gradient is taken.",
        "ticks": "How many ticks it, or a presentation, takes.",
        "teacher": "What units should do at the end of a stimulus, each an expression of what was given.",
        "teacher_at": "Whether the teacher speaks once, at the last tick of a stimulus, or at every one.",
        "from": "Whether it begins at rest, or where the phase before ended.",
        "update": "Whether all units are updated together or one by one.",
        "flip": "The share of units inverted in a cue.",
        "hold": "How many ticks a cue is held before the net is left alone.",
        "sample": "How many of all histories are drawn.",
    },
}
"""A line for each key of a file."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> Schema:
    """Return the schema, installed plug-ins included.

    >>> schema()["properties"]["title"]["type"]
    'string'
    """
    made = _tidy("Document", Document.model_json_schema(by_alias=True))
    made.pop("description")
    parts: Schema = {name: _tidy(name, part) for name, part in made.pop("$defs").items()}
    parts["TaskSettings"] = _tagged(registry.tasks, "data", _fixed(parts["TaskSettings"], TASK_KEYS))
    parts["Build"] = _tagged(registry.builders, "net", {})
    parts["Activation"] = _activation()
    for name in ("Learning", "Phase"):
        parts[name] = _learning(parts[name])
    # A phase has its task's name where it says none.
    parts["Phase"].pop("required")
    acts = {act: [act, "name"] if act == "stimulus" else [act] for act in PHASE_ACTS}
    parts["Phase"]["oneOf"] = [{"required": keys} for keys in acts.values()]
    parts["Connectivity"] = _connectivity(parts["Connectivity"])
    for word in ("fails", "holds"):
        parts["Claim"]["properties"][word] = {**_CHANGES, "description": SAID["Claim"][word]}
    parts["Claim"]["oneOf"] = [
        {"required": ["fails"], "not": {"required": ["holds"]}},
        {"required": ["holds", "says"], "not": {"required": ["fails"]}},
    ]
    made["properties"]["changes"]["additionalProperties"] = {"$ref": "#/$defs/Change"}
    parts["Axis"] = _axis()
    parts["Change"] = _change()
    axes = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Axis"}}
    made["properties"]["vary"] = {**axes, "description": SAID["Document"]["vary"]}
    parts.pop("Edit", None)
    # A kind that is not registered here is only warned of, so an editor offers those that are and takes any.
    for name, known in (("FilmSettings", {*registry.films.names(), *FILMS}), ("View", {*VIEWS})):
        kinds = [{"enum": sorted(known)}, {"type": "string", "minLength": 1}]
        parts[name]["properties"]["kind"] = {"anyOf": kinds, "description": SAID[name]["kind"]}
    return {"$schema": DIALECT, "title": "An Allornone scenario", **made, "$defs": parts}


def _property(made: Schema) -> Schema:
    """Return the schema of a key without what pydantic makes up, and without null, which TOML has not."""
    kinds = [kind for kind in made.get("anyOf", []) if kind != {"type": "null"}]
    kept = {key: value for key, value in made.items() if key not in ("title", "default", "anyOf")}
    return {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}


def _tidy(owner: str, part: Schema) -> Schema:
    said = {**SAID["Learning"], **SAID[owner]} if owner == "Phase" else SAID.get(owner, {})
    properties = {
        key: {**_property(value), **({"description": said[key]} if key in said else {})}
        for key, value in part.get("properties", {}).items()
    }
    return {**{key: value for key, value in part.items() if key != "title"}, "properties": properties}


def _fixed(part: Schema, keys: Iterable[str]) -> Schema:
    return {key: part["properties"][key] for key in keys if key in part["properties"]}


def _parameters(known: Registry, name: str) -> tuple[Schema, list[str]]:
    kinds = parameters_of(known.get(name), () if known is registry.tasks else ("inputs", "outputs"))
    described = {
        key: {**kind.schema, "description": f"Of the {known.kind} {name!r}: {kind.words}."}
        for key, (kind, _) in kinds.items()
    }
    return described, [key for key, (_, must) in kinds.items() if must]


def _tagged(known: Registry, tag: str, fixed: Schema) -> Schema:
    """Return the schema of a table in which `tag` names what is registered, beside its own parameters."""
    cases = []
    for name in known.names():
        own, required = _parameters(known, name)
        named = {"const": name, "description": line_of(known.get(name)) or f"The {known.kind} {name!r}."}
        case = {"properties": {**fixed, **own, tag: named}, "required": [tag, *required]}
        cases.append({"type": "object", **case, "additionalProperties": False})
    return {"oneOf": cases} if cases else {"type": "object", "required": [tag]}


def _merged(known: Registry) -> Schema:
    """Return every parameter of anything registered: which of them fits is judged when the file is read."""
    kinds: dict[str, list[Schema]] = {}
    owners: dict[str, list[str]] = {}
    for name in known.names():
        for key, kind in _parameters(known, name)[0].items():
            bare = {word: value for word, value in kind.items() if word != "description"}
            kinds.setdefault(key, []).extend([] if bare in kinds.get(key, []) else [bare])
            owners.setdefault(key, []).append(name)
    return {
        key: {
            **(some[0] if len(some) == 1 else {"anyOf": some}),
            "description": f"A parameter of the {known.kind} {', '.join(owners[key])}.",
        }
        for key, some in kinds.items()
    }


def _activation() -> Schema:
    keys = {
        **_merged(registry.units),
        "model": {"enum": registry.units.names(), "description": "The registered model of the units."},
        "bias": {"type": ["number", "string"], "description": "The bias at the start."},
    }
    unit = {"type": "object", "properties": keys, "additionalProperties": False}
    return {"type": "object", "properties": keys, "additionalProperties": unit}


def _learning(part: Schema) -> Schema:
    fixed = {key: value for key, value in part["properties"].items() if key != "rule_parameters"}
    rule = {"enum": registry.rules.names(), "description": SAID["Learning"]["rule"]}
    keys = {**_merged(registry.rules), **fixed, "rule": rule}
    required = [key for key in part.get("required", []) if key in fixed]
    return {"type": "object", "properties": keys, "required": required, "additionalProperties": False}


def _connectivity(part: Schema) -> Schema:
    keys = {key: value for key, value in part["properties"].items() if key != "edits"}
    choice = [{"required": ["build"], "not": {"required": ["groups"]}}, {"required": ["synapses"]}]
    return {**part, "properties": keys, "oneOf": choice}


def _axis() -> Schema:
    number = {"type": "number"}
    rows = {"type": "object", "additionalProperties": number, "minProperties": 1}
    span = {
        "from": {**number, "description": "The first value."},
        "to": {**number, "description": "The last value, if the steps meet it."},
        "step": {**number, "description": "How far one value is from the next; 1 where nothing is said."},
    }
    places = {
        "set": {"type": "string", "description": "The key that is varied, as learning.eta."},
        "to": {"type": "array", "minItems": 1, "description": "The values that it takes."},
    }
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
    tables = {
        key: {"type": "object", "description": f"What is changed: {SAID['Document'][key]}"}
        for key in CHANGEABLE
    }
    phases = {"type": ["object", "array"], "items": {"type": "object"}}
    phases["description"] = "Phases that are changed, by name, or a list in which new ones stand too."
    keys = {key: {"description": SAID["Learning"][key]} for key in LEARNING_KEYS}
    learning = {**tables["learning"], "properties": keys}
    return {
        "type": "object",
        "properties": {**tables, "experience": phases, "learning": learning},
        "additionalProperties": False,
    }
