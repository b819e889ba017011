"""What a scenario file says to people, read without building anything."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allornone.scenarios.catalogue import dated
from allornone.scenarios.document.change import spoken

FACTS = ("source", "evidence", "lecture", "aliases", "seeds", "deviations", "open")
ENOUGH = 1 << 20  # bytes: no scenario is so long
SPEAKERS = {"lecture": "The lecture: ", "source": "The source: "}


@dataclass(frozen=True)
class Claim:
    """A claim as its file spells it."""

    text: str
    that: str
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """The words of a scenario file."""

    title: str
    year: str
    text: str
    facts: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]


def read(path: Path) -> Story:
    """Return the words of a scenario file; AllornoneError, which says all that is wrong with it."""
    try:
        with path.open("rb") as file:
            raw = tomllib.loads(file.read(ENOUGH).decode("utf-8"))
        if not raw:
            raise ValueError("an empty file")
        return told(raw)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        from allornone.scenarios.document.reading import (
            read as read_closely,  # which loads much, to say what is wrong
        )

        return told(read_closely(path).raw)


def told(raw: Mapping[str, Any]) -> Story:
    """Return the words of a document, which may lack any of them.

    >>> told({"title": "Cold that feels hot", "year": 1943, "lecture": [5, 7]}).facts
    (('lecture', '5, 7'),)
    """
    claims = raw.get("interpretation", {}).get("claims", [])
    facts = tuple((key, _listed(raw[key])) for key in FACTS if key in raw)
    return Story(
        title=str(raw.get("title", "")),
        year=dated(int(raw["year"])) if "year" in raw else "",
        text=str(raw.get("story", "")),
        facts=facts,
        claims=tuple(_claim(claim) for claim in claims),
    )


def changes_of(claim: Mapping[str, Any]) -> list[Any]:
    """Return the changes that a claim names: those that must fell it, or under which it is true.

    >>> changes_of({"fails": {"learning": {"eta": 0}}})
    [{'learning': {'eta': 0}}]
    """
    changes = claim.get("fails", claim.get("holds", []))
    return changes if isinstance(changes, list) else [changes]


def _claim(claim: Mapping[str, Any]) -> Claim:
    word = "fails" if "fails" in claim else "holds"
    sentences = tuple(f"{word} with {spoken(change)}" for change in changes_of(claim))
    said = SPEAKERS.get(str(claim.get("says", "")), "")
    return Claim(said + str(claim.get("text", "")), str(claim.get("that", "")), sentences)


def _listed(value: object) -> str:
    """Return a fact as text; several are joined."""
    return ", ".join(str(piece) for piece in value) if isinstance(value, list) else str(value)
