"""Plain freezes: counterfactuals that only stop the experiment. A file may have one; a lesion or a rival says more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allornone.scenarios.change import Raw, leaves


def freezes(raw: Raw) -> list[tuple[int, Raw]]:
    """Return the counterfactuals that are plain freezes, with the number of their claim.

    A freeze lets nothing learn (no epochs, nothing plastic), gives no input, or holds what is varied.
    """
    found: list[tuple[int, Raw]] = []
    for number, claim in enumerate(raw.get("interpretation", {}).get("claims", ())):
        fails = claim.get("fails", [])
        for change in fails if isinstance(fails, list) else [fails]:
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
