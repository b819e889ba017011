"""Chance: whether anything in an experiment is drawn, so that its file must say how many seeds it runs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from allornone.scenarios.change import Raw
from allornone.simulator.registry import builders

_DRAWN_SYNAPSE = re.compile(r"\bdraw\s*=|\b(?:normal|uniform)\s*\(")
_DRAWN_WORD = re.compile(r"\b(?:coin|noise|uniform)\b")
_DRAWN_TASKS = ("sample", "gaussian", "patterns")


def draws(raw: Raw) -> tuple[str | int, ...] | None:
    """Return the path of the first thing in a scenario that is drawn, or None where all is fixed.

    >>> draws({"connectivity": {"start": {"uniform": 0.5}}})
    ('connectivity', 'start')
    """
    return next(_drawn(raw, ()), None)


def _drawn(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    key = path[-1] if path else ""
    if isinstance(value, Mapping):
        if key == "start" and ({"uniform", "normal"} & set(value)):
            yield path
        if value.get("data") in _DRAWN_TASKS or (value.get("data") and "hold_out" in value):
            yield path
        if key == "build" and _builder_draws(value.get("net")):
            yield path
        for name, inner in value.items():
            if name not in ("measures", "interpretation", "story", "title", "deviations", "open"):
                yield from _drawn(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _drawn(inner, (*path, index))
    elif _is_drawn(str(key), path, value):
        yield path


def _is_drawn(key: str, path: tuple[str | int, ...], value: Any) -> bool:
    if key == "order":
        return bool(value == "shuffled")
    if key == "update":
        return bool(value == "one-by-one")
    if path[0] == "experience" and "stimulus" in path[:3]:  # its keys are units, whatever they are called
        return key == "chance" and len(path) == 5
    if path[0] == "experience" and key in ("flip", "sample"):
        return bool(value != 0)
    if not isinstance(value, str):
        return False
    if {"synapses", "with"} & set(map(str, path)):
        return bool(_DRAWN_SYNAPSE.search(value))
    return path[0] == "tasks" and key in ("x", "d") and bool(_DRAWN_WORD.search(value))


def _builder_draws(name: object) -> bool:
    if name not in builders.names():  # which reading the file has told
        return False
    return "seed" in inspect.signature(builders.get(str(name))).parameters
