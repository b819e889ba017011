"""Kinds of value in a scenario file: what each accepts, how a wrong one is told, and its JSON Schema."""

from __future__ import annotations

import ast
import json
import sys
import types
from collections import abc
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from allornone.scenarios.expressions.expression import Expression, compiled
from allornone.scenarios.expressions.functions import FUNCTIONS, Function
from allornone.simulator import registry
from allornone.simulator.errors import nearest, some_of
from allornone.simulator.notation.expression import CONSTANTS, ExpressionError

Schema = dict[str, Any]
Functions = Mapping[str, Function]


class Fault(NamedTuple):
    """What is wrong with a value: a sentence, the place inside it, the column (from 1) if it is a text."""

    message: str
    path: tuple[str | int, ...] = ()
    column: int | None = None


Check = Callable[[object, Collection[str]], Fault | None]


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of value; as an annotation it serves pydantic.

    Its check is given the names that an expression may use.
    """

    words: str
    check: Check
    schema: Schema

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        def validated(value: object, info: core_schema.ValidationInfo[Any]) -> object:
            fault = self.check(value, info.context["names"])
            if fault is not None:
                raise PydanticCustomError("fault", "{message}", fault._asdict())
            return value

        return core_schema.with_info_plain_validator_function(validated)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: object) -> Schema:
        return dict(self.schema)


def shown(value: object) -> str:
    """Return a value as it stands in a file, cut where it is long."""
    text = repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def needed(words: str, value: object) -> str:
    """Return the sentence about a value of the wrong kind.

    >>> needed("a number", True)
    'a number is needed, found true'
    """
    return f"{words} is needed, found {shown(value)}"


def is_number(value: object) -> bool:
    """Return whether a value is a finite number as it stands, no truth value and no text."""
    # Whole numbers in TOML know no bound, and NaN is not at most anything.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def expression_fault(
    text: str, names: Collection[str] | None = None, functions: Functions = FUNCTIONS
) -> Fault | None:
    """Return what is wrong with an expression: its syntax or, where names are given, a strange one.

    >>> expression_fault("2 * p)").column
    6
    """
    try:
        expression = compiled(text)
        if names is None:
            return None
        stranger = _stranger(expression, names, functions)
        if stranger is None:
            expression.check(names, functions)
        return stranger
    except ExpressionError as error:
        return Fault(error.sentence, (), error.column)


def _stranger(expression: Expression, names: Collection[str], functions: Functions) -> Fault | None:
    """Return the first name in an expression that stands for nothing."""
    called = {node.func for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    nodes = [node for node in ast.walk(expression.tree) if isinstance(node, ast.Name)]
    for node in sorted(nodes, key=expression.column):
        more: Collection[str] = functions if node in called else CONSTANTS
        if node.id not in names and node.id not in more:
            kind = "function" if node in called else "name"
            here = (
                f"There are: {some_of(functions, registry.functions.all_by)}"
                if node in called
                else f"Names here: {some_of(names)}"
            )
            hint = nearest(node.id, chain(names, more)) or here
            return Fault(f"no {kind} is named {node.id!r}. {hint}", (), expression.column(node))
    return None


def number(
    least: float | None = None, *, whole: bool = False, above: bool = False, extra: tuple[str, ...] = ()
) -> Kind:
    """Return the kind of a finite number, at least (or above) a bound, or an expression over parameters.

    An expression may use the `extra` names too; its value is known only in a run.
    """
    bounded = "" if least is None else f" {'above' if above else 'from'} {least:g}"
    words = ("a whole number" if whole else "a finite number") + bounded
    schema: Schema = {"type": ["integer" if whole else "number", "string"]}
    if least is not None:
        schema["exclusiveMinimum" if above else "minimum"] = least

    def check(value: object, names: Collection[str]) -> Fault | None:
        if isinstance(value, str):
            return expression_fault(value, (*names, *extra))
        if not isinstance(value, int | float) or not is_number(value) or (whole and isinstance(value, float)):
            return Fault(needed(words, value))
        if least is not None and (value <= least if above else value < least):
            return Fault(needed(words, value))
        return None

    return Kind(words, check, schema)


def _accepts(words: str, schema: Schema, test: Callable[[Any], bool]) -> Kind:
    return Kind(words, lambda value, names: None if test(value) else Fault(needed(words, value)), schema)


TEXT = _accepts(
    "a text", {"type": "string", "minLength": 1}, lambda value: isinstance(value, str) and bool(value.strip())
)
LITERAL = _accepts("a finite number", {"type": "number"}, is_number)
WHOLE = _accepts(
    "a whole number", {"type": "integer"}, lambda value: isinstance(value, int) and is_number(value)
)
COUNT = _accepts(
    "a whole number from 1",
    {"type": "integer", "minimum": 1},
    lambda value: isinstance(value, int) and is_number(value) and value > 0,
)
FLAG = _accepts("true or false", {"type": "boolean"}, lambda value: isinstance(value, bool))
ANYTHING = Kind("anything", lambda value, names: None, {})
EXPRESSION = Kind(
    "an expression",
    lambda value, names: (
        expression_fault(value) if isinstance(value, str) else Fault(needed("an expression, a text,", value))
    ),
    {"type": "string", "minLength": 1},
)


def choice(*options: object) -> Kind:
    """Return the kind of a value that is one of a few."""
    listed = ", ".join(shown(option) for option in options)

    def check(value: object, names: Collection[str]) -> Fault | None:
        if any(value == option and type(value) is type(option) for option in options):
            return None
        hint = nearest(value, map(str, options)) if isinstance(value, str) else ""
        return Fault(f"one of {listed} is needed, found {shown(value)}. {hint}".rstrip(". "))

    return Kind(f"one of {listed}", check, {"enum": list(options)})


def list_of(kind: Kind, least: int = 0) -> Kind:
    """Return the kind of a list whose every element is of a kind."""
    words = f"a list{f' of {least} or more' if least else ''} (each {kind.words})"
    schema: Schema = {"type": "array", "items": kind.schema, **({"minItems": least} if least else {})}

    def check(value: object, names: Collection[str]) -> Fault | None:
        if not isinstance(value, list) or len(value) < least:
            return Fault(needed(words, value))
        for index, element in enumerate(value):
            fault = kind.check(element, names)
            if fault is not None:
                return fault._replace(path=(index, *fault.path))
        return None

    return Kind(words, check, schema)


def either(*kinds: Kind) -> Kind:
    """Return the kind of a value that is of one of several kinds."""
    words = " or ".join(kind.words for kind in kinds)

    def check(value: object, names: Collection[str]) -> Fault | None:
        faults = [kind.check(value, names) for kind in kinds]
        if None in faults:
            return None
        # A fault inside the value is of the kind that was meant.
        inside = [fault for fault in faults if fault and (fault.path or fault.column)]
        return inside[0] if inside else Fault(needed(words, value))

    return Kind(words, check, {"anyOf": [kind.schema for kind in kinds]})


def table_with(key: str, kind: Kind, line: str) -> Kind:
    """Return the kind of a table with just this key, of which an editor says a line."""
    words = f"{{ {key} = {kind.words} }}"
    properties: Schema = {"type": "object", "properties": {key: {**kind.schema, "description": line}}}

    def check(value: object, names: Collection[str]) -> Fault | None:
        if not isinstance(value, dict) or list(value) != [key]:
            return Fault(needed(words, value))
        fault = kind.check(value[key], names)
        return None if fault is None else fault._replace(path=(key, *fault.path))

    return Kind(words, check, {**properties, "required": [key], "additionalProperties": False})


def values(depth: int) -> Kind:
    """Return the kind of a number, or of lists of numbers nested at most so deep; a text is an expression."""
    kind = either(LITERAL, EXPRESSION)
    for _ in range(depth):
        kind = either(LITERAL, EXPRESSION, list_of(kind, least=1))
    return replace(
        kind, words="a number, or lists of numbers,", schema={"type": ["number", "string", "array"]}
    )


def kind_of(annotation: object) -> Kind:
    """Return the kind of value that a parameter of a registered thing takes, from its annotation.

    >>> kind_of(Annotated[float, Gt(0)]).words
    'a finite number above 0'
    >>> kind_of(list[str] | None).words
    'a list (each a text)'
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bounded(arguments[0], arguments[1:])
    if origin is Literal:
        return choice(*arguments)
    if origin in (Union, types.UnionType):
        # Where a number is wanted, a text is an expression.
        numeric = any(one in (int, float) for one in arguments)
        said = [one for one in arguments if one is not type(None) and not (numeric and one is str)]
        kinds = [kind_of(one) for one in said if not _for_python(one)]
        return kinds[0] if len(kinds) == 1 else either(*kinds)
    if origin in (list, tuple, abc.Sequence, abc.Iterable, abc.Collection):
        elements = {one for one in arguments if one is not Ellipsis}
        return list_of(kind_of(elements.pop()) if len(elements) == 1 else ANYTHING)
    return _PLAIN.get(origin if origin is dict else annotation, ANYTHING)


def python_alone(annotation: object) -> bool:
    """Return whether no file can hold what a parameter takes.

    >>> from allornone.simulator.units import UnitModel
    >>> python_alone(UnitModel | None), python_alone(str | UnitModel)
    (True, False)
    """
    said = [one for one in get_args(annotation) or (annotation,) if one is not type(None)]
    return bool(said) and annotation is not None and all(map(_for_python, said))


def _for_python(annotation: object) -> bool:
    """Return whether it is an array, or a unit model, which a file says in [activation]."""
    return getattr(get_origin(annotation) or annotation, "__name__", "") in (
        "ndarray",
        "NDArray",
        "UnitModel",
    )


def ramped(kind: Kind) -> Kind:
    """Return the kind of a rule's number, or of a ramp { from, to, epochs }; what is no number stays as it is."""
    if "number" not in json.dumps(kind.schema):
        return kind
    parts = {"from": kind, "to": kind, "epochs": number(1, whole=True)}

    def check(value: object, names: Collection[str]) -> Fault | None:
        if not isinstance(value, dict):
            return kind.check(value, names)
        if {*value} != {*parts}:
            return Fault(f"a ramp has from, to and epochs, found {shown(value)}")
        for key, part in parts.items():
            fault = part.check(value[key], names)
            if fault is not None:
                return Fault(fault.message, (key, *fault.path), fault.column)
        return None

    lines = {
        "from": "The value in the first epoch.",
        "to": "The value from then on.",
        "epochs": "How many it takes.",
    }
    ramp = {
        "type": "object",
        "properties": {key: {**part.schema, "description": lines[key]} for key, part in parts.items()},
        "required": [*parts],
        "additionalProperties": False,
    }
    return Kind(kind.words, check, {"anyOf": [kind.schema, ramp]})


_PLAIN: dict[object, Kind] = {
    int: number(whole=True),
    float: number(),
    bool: FLAG,
    str: Kind("a text", TEXT.check, {"type": "string"}),
    list: list_of(ANYTHING),
    dict: _accepts("a table", {"type": "object"}, lambda value: isinstance(value, dict)),
}


def _bounded(plain: object, bounds: tuple[object, ...]) -> Kind:
    kind = kind_of(plain)
    if plain not in (int, float):
        return kind
    least = next((bound for bound in bounds if isinstance(bound, Gt | Ge)), None)
    most = next((bound for bound in bounds if isinstance(bound, Lt | Le)), None)
    if least is not None:
        limit = float(str(least.gt if isinstance(least, Gt) else least.ge))
        kind = number(limit, whole=plain is int, above=isinstance(least, Gt))
    return kind if most is None else _at_most(kind, most)


def _at_most(kind: Kind, most: Lt | Le) -> Kind:
    limit = float(str(most.lt if isinstance(most, Lt) else most.le))
    words = f"{kind.words} {'below' if isinstance(most, Lt) else 'up to'} {limit:g}"

    def check(value: object, names: Collection[str]) -> Fault | None:
        if isinstance(value, int | float) and (value >= limit if isinstance(most, Lt) else value > limit):
            return Fault(needed(words, value))
        return kind.check(value, names)

    return Kind(
        words, check, {**kind.schema, "exclusiveMaximum" if isinstance(most, Lt) else "maximum": limit}
    )
