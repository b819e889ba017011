"""Whether anything in an experiment is drawn, so that its file must say its seeds; and plain freezes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from allornone.scenarios.document.change import Raw, changes_of, leaves
from allornone.simulator.registry import builders

_DRAWN_SYNAPSE = re.compile(r"\bdraw\s*=|\b(?:normal|uniform)\s*\(")
_DRAWN_WORD = re.compile(r"\b(?:coin|noise|uniform)\b")
_DRAWN_TASKS = ("sample", "gaussian", "patterns")
_DRAWN_KEYS = {"hold_out", "upright", "level"}
"""Keys of a task with which it draws: which samples are held out, where bars lie."""


def draws(raw: Raw) -> tuple[str | int, ...] | None:
    """Return the path of the first thing in a scenario that is drawn, or None where all is fixed.

    >>> draws({"connectivity": {"start": {"uniform": 0.5}}})
    ('connectivity', 'start')
    """
    return next(_drawn(raw, ()), None)


def _drawn(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    key = path[-1] if path else ""
    if isinstance(value, Mapping):
        if key == "start" and any(value.get(width, 0) != 0 for width in ("uniform", "normal")):
            yield path
        if "sample" in value and "stimulus" in value and _undecided(value["stimulus"]):
            yield (*path, "sample")
        if value.get("data") in _DRAWN_TASKS or (value.get("data") and _DRAWN_KEYS & set(value)):
            yield path
        if key == "build" and _builder_draws(value):
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
        return key == "chance" and len(path) == 5 and value not in (0, 1)
    if path[0] == "experience" and key == "flip":
        return bool(value != 0)
    if not isinstance(value, str):
        return False
    if {"synapses", "with"} & set(map(str, path)):
        return bool(_DRAWN_SYNAPSE.search(value))
    return path[0] == "tasks" and key in ("x", "d") and bool(_DRAWN_WORD.search(value))


def _undecided(stimulus: Any) -> bool:
    """Return whether a stimulus leaves a history open, of which a sample can be drawn; a chance is told by itself.

    >>> [_undecided({"x": given}) for given in ("1?", "11", 1, {"chance": 0.5})]
    [True, False, False, False]
    """
    given = stimulus.values() if isinstance(stimulus, Mapping) else ()
    return any(isinstance(one, str) and "?" in one for one in given)


def _builder_draws(build: Mapping[str, Any]) -> bool:
    """Return whether a builder draws: always by its seed, or, where it does without one, if a table says in which way.

    >>> [_builder_draws({"net": "rbf", "centres": centres}) for centres in ([[0, 1]], {"sample": 5})]
    [False, True]
    """
    name = build.get("net")
    if name not in builders.names():  # which reading the file has told
        return False
    seed = inspect.signature(builders.get(str(name))).parameters.get("seed")
    if seed is None:
        return False
    return seed.default is not None or any(isinstance(value, Mapping) for value in build.values())


def freezes(raw: Raw) -> list[tuple[int, Raw]]:
    """Return the counterfactuals that are plain freezes, with the number of their claim.

    A freeze lets nothing learn (no epochs, nothing plastic), gives no input, or holds what is varied.
    """
    found: list[tuple[int, Raw]] = []
    for number, claim in enumerate(raw.get("interpretation", {}).get("claims", ())):
        for _, change in changes_of(raw, claim, "fails"):
            if not isinstance(change, dict):
                continue
            found_leaves = list(leaves(change))
            if found_leaves and all(_stops(path, value, raw) for path, value in found_leaves):
                found.append((number, change))
    return found


def warnings(raw: Raw) -> list[str]:
    """Return a warning where a file has more than one plain freeze."""
    found = freezes(raw)
    if len(found) < 2:
        return []
    claims = ", ".join(str(number + 1) for number, _ in found)
    return [
        f"{len(found)} counterfactuals are plain freezes (claims {claims}); one a file may be, prefer a lesion"
    ]


def _stops(path: str, value: Any, raw: Raw) -> bool:
    key = path.rpartition(".")[2]
    if (key, value) in (("epochs", 0), ("eta", 0)) or (key == "plastic" and value == []):
        return True
    if path.startswith("experience.") and ".stimulus." in path:
        return bool(value == 0) or (isinstance(value, str) and set(value) <= {"0"})
    return path in _varied(raw.get("vary", {}))


def _varied(axes: Mapping[str, Any]) -> Iterator[str]:
    """Yield the dotted keys that axes move."""
    for name, form in axes.items():
        if isinstance(form, Mapping) and "set" in form:
            yield str(form["set"])
        elif isinstance(form, list) and form and isinstance(form[0], Mapping):
            yield from (f"parameters.{member}" for member in form[0])
        elif isinstance(form, list) or "from" in form:
            yield f"parameters.{name}"
