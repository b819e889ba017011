"""What a registered word takes and what it is, as a scenario file spells it: its signature and its line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from allornone.scenarios.document.change import spelt
from allornone.scenarios.document.names import parameters_of


def signature_of(thing: Any) -> str:
    """Return the parameters of a model, rule, builder or task: those with a default, and which must be given.

    >>> from allornone.models.automata.cellular import cellular
    >>> signature_of(cellular)
    'rule, cells, wrap = true'
    """
    defaults = _defaults(thing)
    return ", ".join(
        name if required else _optional(name, defaults.get(name))
        for name, (_, required) in parameters_of(thing).items()
    )


def call_of(name: str, function: Callable[..., Any]) -> str:
    """Return how an expression calls a function.

    >>> call_of("before", lambda x, n=1, *, over=None: x)
    'before(x, n = 1, [over])'
    """
    arguments = [
        "…"
        if one.kind is one.VAR_POSITIONAL
        else one.name
        if one.default is one.empty
        else _optional(one.name, one.default)
        for one in inspect.signature(function).parameters.values()
    ]
    return f"{name}({', '.join(arguments)})"


def line_of(thing: Any) -> str:
    """Return what a thing is in one sentence: the first line of its docstring.

    >>> from allornone.models.mlp import mlp
    >>> line_of(mlp)
    'A multi-layer perceptron: each layer fully joined to the next, with `skips` to all that follow.'
    """
    return sentence((inspect.getdoc(thing) or "").partition("\n")[0])


def sentence(line: str) -> str:
    """Return a line with a capital and a full stop; what a function returns is what it stands for.

    >>> sentence("Return the mean")
    'The mean.'
    """
    said = line.strip().removeprefix("Return ").rstrip(".")
    stop = "" if said.endswith("…") else "."
    return f"{said[:1].upper()}{said[1:]}{stop}" if said else ""


def _optional(name: str, default: object) -> str:
    return f"[{name}]" if default is None else f"{name} = {spelt(default)}"


def _defaults(thing: Any) -> dict[str, object]:
    """Return the defaults by the keys of a file; None where nothing stands for what is left out."""
    if is_dataclass(thing):
        made = {
            field.name: field.default if field.default_factory is MISSING else field.default_factory()
            for field in fields(thing)
        }
        return {name: value for name, value in made.items() if value is not MISSING}
    parameters = inspect.signature(thing).parameters.values()
    return {one.name.rstrip("_"): one.default for one in parameters if one.default is not one.empty}
