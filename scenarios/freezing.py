"""Plain freezes: counterfactuals that only stop the experiment. A file may have one; a lesion or a rival says more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allornone.scenarios.change import Raw


def freezes(raw: Raw) -> list[tuple[int, Raw]]:
    """Return the counterfactuals that are plain freezes, with the number of their claim.

    A freeze lets nothing learn (no epochs, nothing plastic), gives no input, or holds what is varied.
    """
    found: list[tuple[int, Raw]] = []
    for number, claim in enumerate(raw.get("interpretation", {}).get("claims", ())):
        fails = claim.get("fails", [])
        for change in fails if isinstance(fails, list) else [fails]:
            leaves = list(_leaves(change, ()))
            if leaves and all(_stops(path, value, raw) for path, value in leaves):
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


def _stops(path: tuple[str, ...], value: Any, raw: Raw) -> bool:
    key = path[-1]
    if (key, value) in (("epochs", 0), ("eta", 0)) or (key == "plastic" and value == []):
        return True
    if path[0] == "experience" and "stimulus" in path:
        return value == 0 or (isinstance(value, str) and set(value) <= {"0"})
    if path[0] == "parameters":
        varied = raw.get("vary", {})
        moved = {
            name
            for axis in varied.values()
            if isinstance(axis, list)
            for row in axis
            if isinstance(row, dict)
            for name in row
        }
        return key in varied or key in moved
    return any(
        isinstance(axis, Mapping) and axis.get("set") == ".".join(path)
        for axis in raw.get("vary", {}).values()
    )


def _leaves(change: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in change.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value
