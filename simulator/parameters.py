"""Parameters of models and rules: frozen dataclasses whose numeric fields stack into arrays.

Constraints stand in the annotation, `Annotated[float, Gt(0)]`, where the schema of scenario files
sees them too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from allornone.simulator.errors import AllornoneError, finite, nearest, shown

P = TypeVar("P", bound="Parameters")

_BOUNDS: dict[type, tuple[str, str, Callable[[Any, float], Any]]] = {
    Gt: ("more than", "gt", lambda value, bound: value > bound),
    Ge: ("at least", "ge", lambda value, bound: value >= bound),
    Lt: ("less than", "lt", lambda value, bound: value < bound),
    Le: ("at most", "le", lambda value, bound: value <= bound),
}


@dataclass(frozen=True)
class Parameters:
    """Something with named numbers: a unit model or a learning rule."""

    @classmethod
    def parameter_names(cls) -> list[str]:
        """Return the names of its parameters, in the order of their definition."""
        return [field.name for field in fields(cls)]

    @classmethod
    def from_values(cls: type[P], values: dict[str, Any]) -> P:
        """Build one from plain values; a wrong name, kind or size is an error that says what is right."""
        known = cls.parameter_names()
        for name in values:
            if name not in known:
                raise AllornoneError(
                    f"{cls.__name__} has no parameter {name!r}. {nearest(name, known)}".rstrip()
                    + f" It has: {', '.join(known) or 'none'}"
                )
        made = cls(**values)
        made.check()
        return made

    def check(self) -> None:
        """Raise an error that names the first field which is not the number it should be."""
        hints = _hints(type(self))
        for field in fields(self):
            _check_field(type(self).__name__, field, hints[field.name], getattr(self, field.name))

    def check_single(self, lanes: int = 1) -> None:
        """Raise an error that names the first field which is an array; of several lanes it may hold a number each."""
        for name, value in self.values().items():
            if np.ndim(value) and (lanes == 1 or np.shape(value) != (lanes,)):
                each = f", or one for each of {lanes} lanes" if lanes > 1 else ""
                raise AllornoneError(
                    f"{type(self).__name__}.{name} must be one number{each}, found an array of shape {np.shape(value)}"
                )

    @classmethod
    def columns(cls, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Return the parameters of many, from a mapping each, as one list a parameter, defaults filled in."""
        return {field.name: _column(field, rows) for field in fields(cls)}

    @classmethod
    def take(cls, columns: Mapping[str, Sequence[Any]]) -> bool:
        """Return whether `check` would take all values of such lists; False where it has to look at each."""
        if cls.check is not Parameters.check:
            return False
        hints = _hints(cls)
        return all(_takes(hints[name], column) for name, column in columns.items())

    def values(self) -> dict[str, Any]:
        """Return its parameters as plain values, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def words(self) -> tuple[tuple[str, str | bool], ...]:
        """Return the parameters that are no numbers, in which objects that are stacked must agree."""
        return tuple((name, value) for name, value in self.values().items() if isinstance(value, str | bool))


def stack(parts: Sequence[P], *, trailing: int = 0) -> P:
    """Stack objects of one class into one whose numeric fields are arrays over the objects.

    A field on which all agree stays a scalar. `trailing` axes of length 1 follow, so that the arrays
    broadcast.
    """
    first = parts[0]
    stacked: dict[str, Any] = {}
    for field in fields(first):
        column = [getattr(part, field.name) for part in parts]
        if all(value == column[0] for value in column):
            stacked[field.name] = column[0]
        elif any(isinstance(value, str) for value in column):
            raise AllornoneError(
                f"{type(first).__name__}.{field.name} must be the same for all: "
                f"{sorted(set(map(str, column)))}"
            )
        else:
            stacked[field.name] = np.asarray(column, dtype=float).reshape((len(parts),) + (1,) * trailing)
    return type(first)(**stacked)


def _hints(cls: type[Parameters]) -> dict[str, Any]:
    # Reading annotations is slow, and a net is checked unit by unit.
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls, include_extras=True)
    return _HINTS[cls]


_HINTS: dict[type, dict[str, Any]] = {}


def _column(field: Field[Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    name = field.name
    if field.default is not MISSING:
        default = field.default
    elif field.default_factory is not MISSING:
        default = field.default_factory()
    else:
        return [row[name] for row in rows]
    return [row.get(name, default) for row in rows]


def _takes(hint: Any, column: Sequence[Any]) -> bool:
    plain, *bounds = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    kinds = set(map(type, column))
    if plain is bool:
        return kinds <= {bool}
    if get_origin(plain) is Literal:
        return set(column) <= set(get_args(plain))
    if plain not in (int, float):
        return True
    if not kinds <= {float, int}:
        return False
    values = np.array(column, dtype=float)
    whole = plain is float or bool(np.isfinite(values).all() and (values == np.rint(values)).all())
    return whole and not np.isnan(values).any() and all(_within(values, bound) for bound in bounds)


def _within(values: Any, bound: Any) -> bool:
    _, attribute, test = _BOUNDS[type(bound)]
    return bool(np.all(test(values, getattr(bound, attribute))))


def _check_field(owner: str, field: Field[Any], hint: Any, value: Any) -> None:
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    bounds = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    place = f"{owner}.{field.name}"
    if plain is bool:
        if not isinstance(value, bool):
            raise AllornoneError(f"{place} must be true or false, found {value!r}")
        return
    if get_origin(plain) is Literal:
        if value not in get_args(plain):
            known = get_args(plain)
            raise AllornoneError(
                f"{place} must be one of {', '.join(map(repr, known))}, found {value!r}. "
                f"{nearest(str(value), map(str, known))}".rstrip()
            )
        return
    if plain not in (int, float):
        return
    if isinstance(value, np.ndarray):
        for item in value.ravel().tolist():
            _check_field(owner, field, hint, item)
        return
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AllornoneError(f"{place} must be a number, found {shown(value)}")
    if not finite(value) and value not in (math.inf, -math.inf):
        raise AllornoneError(f"{place} must be a number, found {shown(value)}")
    if plain is int and not float(value).is_integer():
        raise AllornoneError(f"{place} must be a whole number, found {value!r}")
    for bound in bounds:
        words, attribute, test = _BOUNDS[type(bound)]
        limit = getattr(bound, attribute)
        if not test(value, limit):
            raise AllornoneError(f"{place} must be {words} {limit}, found {value!r}")
