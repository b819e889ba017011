"""Numbers of a scenario: where the schema wants a number, text is an expression over [parameters]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from allornone.scenarios.expression import Expression, Scope, compile_expression
from allornone.scenarios.functions import FUNCTIONS
from allornone.scenarios.labelled import Value
from allornone.simulator.errors import AllornoneError

compiled = lru_cache(maxsize=4096)(compile_expression)


@dataclass(frozen=True)
class Numbers:
    """The named numbers of one run.

    >>> Numbers({"p": 3}).number("2 * p")
    6
    """

    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Numbers:
        """Read [parameters] of a scenario; a parameter may use those before it."""
        known: dict[str, Any] = {}
        for name, value in raw.get("parameters", {}).items():
            known[name] = cls(known).number(value)
        return cls(known)

    def number(self, value: Any, names: Mapping[str, Value] | None = None) -> Any:
        """Return a number: as it stands, or from the expression that the text is."""
        if not isinstance(value, str):
            return value
        return compiled(value).evaluate_number(Scope({**self.parameters, **(names or {})}, FUNCTIONS))

    def arguments(self, thing: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given to a registered class or builder: texts as they stand where it takes text."""
        texts = _text_parameters(thing)
        return {key: value if key in texts else self._each(value) for key, value in given.items()}

    def _each(self, value: Any) -> Any:
        return [self._each(item) for item in value] if isinstance(value, list) else self.number(value)

    def evaluate(self, text: str, names: Mapping[str, Value] | None = None) -> Value:
        """Return what an expression is, a number or an array."""
        return compiled(text).evaluate(Scope({**self.parameters, **(names or {})}, FUNCTIONS))

    def wiring(self, text: str, indices: Mapping[str, int]) -> float | bool:
        """Return what an expression in a synapse or stimulus is; it may use free indices."""
        found = self.evaluate(text, dict(indices))
        if isinstance(found, bool | int | float):
            return found
        raise AllornoneError(f"{text!r} is not one number")

    def whole(self, value: Any, what: str) -> int:
        """Return a whole number."""
        found = self.number(value)
        if isinstance(found, bool) or not isinstance(found, int | float) or found != int(found):
            raise AllornoneError(f"{what} must be a whole number, found {found!r}")
        return int(found)


def expression(text: str) -> Expression:
    """Return a compiled expression, from a cache."""
    return compiled(text)


@cache
def _text_parameters(thing: Any) -> frozenset[str]:
    """Return the parameters of a class or function for which a text is no expression but what is meant."""
    hints = get_type_hints(thing, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _takes_text(hint))


def _takes_text(hint: Any) -> bool:
    return hint is str or get_origin(hint) is Literal or any(map(_takes_text, get_args(hint)))
