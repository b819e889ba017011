"""Causes: which part of a scenario an error comes from that the engine found while that part was made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allornone.scenarios.document.change import Path, Raw
from allornone.scenarios.document.errors import Violation
from allornone.simulator.errors import AllornoneError, LimitExceeded
from allornone.simulator.notation.reading import NotationError


class PartError(AllornoneError):
    """What went wrong while a part of a scenario was made or measured: its path, the sentence, a column in its text.

    `owner` stands before the sentence where no file is at hand to tell the place.
    """

    def __init__(self, path: Path, message: str, owner: str = "", column: int | None = None) -> None:
        super().__init__(f"{owner}{message}")
        self.path, self.message, self.owner, self.column = path, message, owner, column

    def __reduce__(self) -> tuple[type[PartError], tuple[Path, str, str, int | None]]:
        """Return how to make it again, in another process."""
        return type(self), (self.path, self.message, self.owner, self.column)


class PartLimit(PartError, LimitExceeded):
    """A part of a scenario that would use more than a run may."""


@contextmanager
def caused_by(*path: str | int, owner: str = "") -> Iterator[None]:
    """Say of an error from inside which part of the scenario caused it, unless it knows better itself.

    `owner` stands before the sentence where no file is at hand to tell the place.
    """
    try:
        yield
    except (PartError, NotationError):
        raise
    except LimitExceeded as error:
        raise PartLimit(path, str(error), owner) from None
    except AllornoneError as error:
        raise PartError(path, str(error), owner) from None


def violation(raw: Raw, error: AllornoneError) -> Violation | None:
    """Return an engine's error with the part of the scenario that caused it; None where nobody knows."""
    if isinstance(error, NotationError):
        path = _path_of(raw, error.text, ())
        return None if path is None else Violation(path, error.sentence, error.column)
    return Violation(error.path, error.message, error.column) if isinstance(error, PartError) else None


def _path_of(value: object, text: str, path: Path) -> Path | None:
    """Return where a text stands in a document."""
    if value == text:
        return path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = (_path_of(part, text, (*path, key)) for key, part in parts)
    return next((place for place in found if place is not None), None)
