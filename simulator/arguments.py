"""Arguments at the doors of the package: a call that fails is told by the argument that is not what its type says.

What a function says of its arguments itself is more, so it goes first; what no type can say belongs to the function.
"""

from __future__ import annotations

import collections.abc
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, wraps
from inspect import Parameter, signature
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

from allornone.simulator.errors import AllornoneError, shown

P = ParamSpec("P")
R = TypeVar("R")
LOOKED_AT = 1000
"""Elements of a list up to which each is looked at."""


class Wanted(NamedTuple):
    """What an argument must be, in words, and whether a value is that."""

    words: str
    accepts: Callable[[Any], bool]


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that, where Python's errors end it, says which argument is not of the type that it should be.

    A call that does not fit the signature stays Python's TypeError, and so does an error that no argument explains.

    >>> @checked
    ... def after(n: int) -> int:
    ...     return n + 1
    >>> after("2")
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: after: n must be a whole number, found '2'
    """

    @wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> R:
        try:
            return function(*args, **named)
        except AllornoneError:
            raise
        except _OF_ARGUMENTS:
            fault = _fault(function, args, named)
            if not fault:
                raise
        raise AllornoneError(fault)

    return call


_OF_ARGUMENTS = (TypeError, AttributeError, ValueError, LookupError, OverflowError, RecursionError)
"""Python's errors for something that cannot be used as what it was taken for."""


def _fault(function: Callable[..., Any], args: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """Return what is wrong with the first argument that is not of its type, or ""."""
    form = signature(function)
    try:
        given = form.bind(*args, **named).arguments
    except TypeError:
        return ""
    for name, value in given.items():
        kind = _kinds(function).get(name)
        if kind is not None and not _held(kind, form.parameters[name], value):
            owner = function.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__")
            return f"{owner}: {name} must be {kind.words}, found {shown(value)}"
    return ""


def _held(kind: Wanted, parameter: Parameter, value: Any) -> bool:
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return all(map(kind.accepts, value))
    if parameter.kind is Parameter.VAR_KEYWORD:
        return all(map(kind.accepts, value.values()))
    return kind.accepts(value)


@cache
def _kinds(function: Callable[..., Any]) -> Mapping[str, Wanted | None]:
    names = vars(sys.modules[function.__module__])
    return {
        name: _kind_of(_evaluated(annotation, names))
        for name, annotation in function.__annotations__.items()
        if name != "return"
    }


def _evaluated(annotation: object, names: Mapping[str, Any]) -> object:
    """Return what an annotation means; one that only a type checker can read says nothing."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(names))
    except NameError:
        return Any


def _kind_of(annotation: Any) -> Wanted | None:
    """Return what a type asks for, None where it asks for nothing that can be looked at."""
    origin, parts = get_origin(annotation) or annotation, get_args(annotation)
    if origin in (Union, UnionType):
        return _either([_kind_of(part) for part in parts])
    if origin is Literal:
        words = " or ".join(map(repr, parts))
        return Wanted(words, lambda value: isinstance(value, str | int) and value in parts)
    if origin in _PLAIN:
        return _PLAIN[origin]
    if origin in (list, Sequence, collections.abc.Iterable, Collection):
        return _list_of(None if not parts else _kind_of(parts[0]), once=origin is collections.abc.Iterable)
    if origin in (dict, Mapping):
        return _table_of(*([_kind_of(part) for part in parts] or [None, None]))
    if origin is collections.abc.Callable:
        return Wanted("a function", callable)
    if isinstance(origin, type) and origin.__module__.startswith("allornone.") and not _is_protocol(origin):
        article = "an" if origin.__name__[0] in "AEIO" else "a"
        return Wanted(f"{article} {origin.__name__}", lambda value: isinstance(value, origin))
    return None


def _is_protocol(cls: type) -> bool:
    return bool(getattr(cls, "_is_protocol", False))


def _either(kinds: Sequence[Wanted | None]) -> Wanted | None:
    known = [kind for kind in kinds if kind is not None]
    if len(known) < len(kinds):
        return None
    words = list(dict.fromkeys(kind.words for kind in known if kind is not _PLAIN[NoneType]))
    return Wanted(" or ".join(words), lambda value: any(kind.accepts(value) for kind in known))


def _list_of(each: Wanted | None, once: bool) -> Wanted:
    def accepts(value: Any) -> bool:
        if isinstance(value, str | bytes | Mapping) or (isinstance(value, np.ndarray) and not value.ndim):
            return False
        if not isinstance(value, Sequence | np.ndarray | Collection):
            return once and isinstance(value, collections.abc.Iterable)
        if each is None or len(value) > LOOKED_AT:
            return True
        return all(map(each.accepts, value.tolist() if isinstance(value, np.ndarray) else value))

    return Wanted("a list" if each is None else f"a list, each {each.words}", accepts)


def _table_of(key: Wanted | None, each: Wanted | None) -> Wanted:
    def accepts(value: Any) -> bool:
        if not isinstance(value, Mapping):
            return False
        parts = ((key, value.keys()), (each, value.values()))
        return all(all(map(kind.accepts, some)) for kind, some in parts if kind is not None)

    names = [kind.words for kind in (key, each) if kind is not None]
    return Wanted(f"a dict of {' and '.join(names)}" if names else "a dict", accepts)


def _is_number(value: object) -> bool:
    """Return whether a value is a number that a float can hold, be it infinite or NaN."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        return False
    try:
        float(value)
    except OverflowError:
        return False
    return True


_PLAIN: Mapping[object, Wanted] = {
    NoneType: Wanted("None", lambda value: value is None),
    bool: Wanted("true or false", lambda value: isinstance(value, bool)),
    int: Wanted("a whole number", lambda value: isinstance(value, Integral) and not isinstance(value, bool)),
    float: Wanted("a number", _is_number),
    str: Wanted("a text", lambda value: isinstance(value, str)),
    Path: Wanted("a path", lambda value: isinstance(value, str | os.PathLike)),
    os.PathLike: Wanted("a path", lambda value: isinstance(value, str | os.PathLike)),
}
