"""Kinds of value in a scenario file: what each accepts, how a wrong one is told, and its JSON Schema."""

from __future__ import annotations

import ast
import json
import sys
import types
from collections import abc
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from allornone.scenarios.expression import ExpressionError, compile_expression
from allornone.simulator.errors import nearest

Schema = dict[str, Any]
CONSTANTS = ("pi", "inf")


class Fault(NamedTuple):
    """What is wrong with a value: a sentence, the place inside it, and the column (from 1) if it is a text."""

    message: str
    path: tuple[str | int, ...] = ()
    column: int | None = None


Check = Callable[[object, Collection[str]], Fault | None]


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of value. Its check is given the names that an expression may use; as an annotation it serves pydantic."""

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
    text = json.dumps(value, ensure_ascii=False, default=str)
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


class Word(NamedTuple):
    """A name in an expression, and the column (from 1) where it stands."""

    name: str
    column: int
    called: bool


def words_of(text: str) -> list[Word]:
    """Return the names in an expression that has been compiled, in the order of the text.

    >>> [(word.name, word.called) for word in words_of("sum(y('A')) / n")]
    [('sum', True), ('y', True), ('n', False)]
    """
    lines = [f"({line}" if index == 0 else line for index, line in enumerate(text.split("\n"))]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    tree = ast.parse("\n".join(lines) + "\n)", mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            # ast counts bytes, an editor counts characters
            before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
            found.append(Word(node.id, starts[node.lineno - 1] + len(before), id(node) in called))
    return sorted(found, key=lambda word: word.column)


def syntax_fault(text: str) -> Fault | None:
    """Return what is wrong with an expression as such, whatever its names stand for."""
    try:
        compile_expression(text)
    except ExpressionError as error:
        return Fault(str(error), (), error.column)
    return None


def expression_fault(text: str, names: Collection[str]) -> Fault | None:
    """Return what is wrong with an expression: its syntax, or a name that is not among those given."""
    fault = syntax_fault(text)
    if fault is not None:
        return fault
    for name, column, called in words_of(text):
        if not called and name not in names:
            known = [one for one in names if one not in CONSTANTS]
            hint = nearest(name, known) or f"Names here: {', '.join(known) or 'none'}"
            return Fault(f"no parameter is named {name!r}. {hint}", (), column)
    return None


def number(least: float | None = None, *, whole: bool = False, above: bool = False, extra: tuple[str, ...] = ()) -> Kind:
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
            return expression_fault(value, (*names, *extra, *CONSTANTS))
        if not isinstance(value, int | float) or not is_number(value) or (whole and isinstance(value, float)):
            return Fault(needed(words, value))
        if least is not None and (value <= least if above else value < least):
            return Fault(needed(words, value))
        return None

    return Kind(words, check, schema)


def _accepts(words: str, schema: Schema, test: Callable[[Any], bool]) -> Kind:
    return Kind(words, lambda value, names: None if test(value) else Fault(needed(words, value)), schema)


TEXT = _accepts("a text", {"type": "string", "minLength": 1}, lambda value: isinstance(value, str) and bool(value.strip()))
LITERAL = _accepts("a finite number", {"type": "number"}, is_number)
WHOLE = _accepts("a whole number", {"type": "integer"}, lambda value: isinstance(value, int) and is_number(value))
COUNT = _accepts(
    "a whole number from 1", {"type": "integer", "minimum": 1}, lambda value: isinstance(value, int) and is_number(value) and value > 0
)
FLAG = _accepts("true or false", {"type": "boolean"}, lambda value: isinstance(value, bool))
ANYTHING = Kind("anything", lambda value, names: None, {})
EXPRESSION = Kind(
    "an expression",
    lambda value, names: syntax_fault(value) if isinstance(value, str) else Fault(needed("an expression, a text,", value)),
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
    words = f"a list of which each element is {kind.words}"
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


def values(depth: int) -> Kind:
    """Return the kind of a number, or of lists of numbers nested at most so deep; a text is an expression."""
    kind = either(LITERAL, EXPRESSION)
    for _ in range(depth):
        kind = either(LITERAL, EXPRESSION, list_of(kind, least=1))
    return replace(kind, words="a number, or lists of numbers,", schema={"type": ["number", "string", "array"]})


def kind_of(annotation: object) -> Kind:
    """Return the kind of value that a parameter of a registered thing takes, from its annotation.

    >>> kind_of(Annotated[float, Gt(0)]).words
    'a finite number above 0'
    >>> kind_of(list[str] | None).words
    'a list of which each element is a text'
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _bounded(arguments[0], arguments[1:])
    if origin is Literal:
        return choice(*arguments)
    if origin in (Union, types.UnionType):
        kinds = [kind_of(one) for one in arguments if one is not type(None)]
        return kinds[0] if len(kinds) == 1 else either(*kinds)
    if origin in (list, tuple, abc.Sequence, abc.Iterable, abc.Collection):
        elements = {one for one in arguments if one is not Ellipsis}
        return list_of(kind_of(elements.pop()) if len(elements) == 1 else ANYTHING)
    return _PLAIN.get(annotation, ANYTHING)


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

    return Kind(words, check, {**kind.schema, "exclusiveMaximum" if isinstance(most, Lt) else "maximum": limit})
