"""Reading text: the tokens of which a line of any notation is made, and mistakes told with their column."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from allornone.simulator.errors import AllornoneError


class NotationError(AllornoneError):
    """Text that cannot be read: `sentence` says why, `column` (from 1) in line `line` (from 0) says where."""

    def __init__(self, sentence: str, column: int, text: str = "", line: int = 0) -> None:
        shown = text if len(text) <= 60 else text[:59] + "…"
        super().__init__(f"{shown!r}, column {column}: {sentence}")
        self.sentence, self.column, self.text, self.line = sentence, column, text, line

    def __reduce__(self) -> tuple[type[NotationError], tuple[str, int, str, int]]:
        """Return how to make it again, in another process."""
        return NotationError, (self.sentence, self.column, self.text, self.line)


@contextmanager
def placed(text: str, line: int = 0) -> Iterator[None]:
    """Tell a mistake that is found here with the text and line where it stands."""
    try:
        yield
    except NotationError as error:
        raise NotationError(error.sentence, error.column, text, line) from None


class Token(NamedTuple):
    """A word, a number or a sign of the text, with the column where it begins, counted from 1."""

    kind: str
    text: str
    column: int
    word: str = ""
    """What it stands for, where that may be written in several ways."""


def unquoted(text: str, column: int) -> str:
    """Return a name without its quotes, if it has any."""
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        raise NotationError(f"a name in quotes is written as JSON writes it, found {text}", column) from None
