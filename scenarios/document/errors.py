"""What is wrong with a document: a path, a sentence, and where in the value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from allornone.scenarios.document.change import Path
from allornone.simulator.errors import AllornoneError

MOST_FOUND = 1000
"""Mistakes after which no more are looked for between the tables of one file."""


class Violation(NamedTuple):
    """One thing that is wrong: at a path, in a column (from 1) of the text there, or with the key itself."""

    path: Path
    message: str
    column: int | None = None
    on_key: bool = False


class DocumentError(AllornoneError):
    """Everything that is wrong with a document; `violations` holds it one by one."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = list(dict.fromkeys(violations))
        super().__init__(
            "\n".join(f"{dotted(one.path) or 'the file'}: {one.message}" for one in self.violations)
        )


def dotted(path: Path, raw: object = None) -> str:
    """Return a path as it is written: elements of lists by number from 0, phases by name.

    >>> dotted(("experience", 1, "test"), {"experience": [{"name": "lesson"}, {"name": "exam"}]})
    'experience.exam.test'
    """
    parts = list(path)
    if isinstance(raw, dict) and len(parts) > 1 and parts[0] == "experience" and isinstance(parts[1], int):
        phases = raw.get("experience")
        phase = phases[parts[1]] if isinstance(phases, list) and parts[1] < len(phases) else None
        if isinstance(phase, dict) and isinstance(phase.get("name"), str):
            parts[1] = phase["name"]
    return ".".join(str(part) for part in parts)
