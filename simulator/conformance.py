"""Conformance: the tools that the kit for plug-in authors compares with."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from allornone.simulator.errors import AllornoneError
from allornone.simulator.parameters import Parameters
from allornone.simulator.registry import Registry

CLOSE = 1e-12
P = TypeVar("P", bound=Parameters)


def same(place: str, found: Any, wanted: Any, what: str, close: float = 0.0) -> None:
    """Raise an AssertionError with both numbers where two arrays differ by more than `close`."""
    one, other = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    if one.shape != other.shape:
        raise AssertionError(f"{place}: {what}: the shapes are {one.shape} and {other.shape}")
    apart = np.abs(one - other) > close * np.maximum(1.0, np.abs(other))
    apart |= np.isnan(one) != np.isnan(other)
    if apart.any():
        at = tuple(int(k) for k in np.argwhere(apart)[0])
        raise AssertionError(f"{place}: {what}: {float(one[at])!r} and {float(other[at])!r} at {at}")


def check_parameters(thing: Parameters, registry: Registry) -> None:
    """Raise an error unless something is a frozen dataclass, named, final and made of plain values."""
    cls = type(thing)
    owner = cls.__name__
    settings = getattr(cls, "__dataclass_params__", None)
    if settings is None or "__dataclass_fields__" not in cls.__dict__ or not settings.frozen:
        raise AssertionError(f"{owner} must be decorated with @dataclass(frozen=True)")
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not name:
        raise AssertionError(f"{owner}.name must be the word for it in files, found {name!r}")
    if name in registry.names() and registry.get(name) is not cls:
        raise AssertionError(f"{owner}.name is {name!r}, which is registered as {registry.get(name)!r}")
    if cls.__subclasses__():
        raise AssertionError(f"{owner} is subclassed by {cls.__subclasses__()[0].__name__}: a kind is final")
    thing.check()
    try:
        again = cls.from_values(json.loads(json.dumps(thing.values())))
    except TypeError as error:
        raise AssertionError(f"{owner}: its fields must be plain values: {error}") from None
    if again != thing:
        raise AssertionError(f"{owner}: from its plain values came {again!r}, not {thing!r}")


def others(thing: P) -> list[P]:
    """Return the same with other numbers, one field after the other, as far as its bounds allow."""
    found: list[P] = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        for other in (value + 0.5, value * 0.5, value + 1):
            changed = replace(thing, **{field.name: other})
            if other != value and _is_valid(changed):
                found.append(changed)
                break
    return found


def _is_valid(thing: Parameters) -> bool:
    try:
        thing.check()
    except AllornoneError:
        return False
    return True


def alike(one: Any, other: Any) -> bool:
    """Return whether two memories of a rule, arrays in dicts and lists, hold the same."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(np.array_equal(one, other, equal_nan=True)) if isinstance(one, np.ndarray) else one == other
