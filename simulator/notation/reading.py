"""Reading text: its tokens, where a reader is among them, and mistakes told with their column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, NamedTuple

from allornone.simulator.errors import AllornoneError, nearest


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


MARK = "\ufeff"
"""What some editors put before a text to tell its bytes' order; it says nothing."""


class Token(NamedTuple):
    """A word, a number or a sign of the text, with the column where it begins, counted from 1."""

    kind: str
    text: str
    column: int
    word: str = ""
    """What it stands for, where that may be written in several ways."""


def tokens_of(text: str, pattern: re.Pattern[str], words: Mapping[str, str] | None = None) -> list[Token]:
    """Return the tokens of a text, each of the kind of its group in the pattern, and one of kind "end" behind them.

    What stands between them is passed over, so a pattern ends with a group of strange signs; no reader goes on
    behind one. `words` tells what a token stands for, unless that is its text.

    >>> pattern = re.compile(r"(?P<name>[a-z]+)|(?P<sign>[&])|(?P<strange>[^ ])")
    >>> [token.word for token in tokens_of("a & b", pattern, {"&": "and"})]
    ['a', 'and', 'b', '']
    """
    known, found = words or {}, []
    for one in pattern.finditer(text, pos=len(MARK) if text.startswith(MARK) else 0):
        token = one.group()
        found.append(Token(str(one.lastgroup), token, one.start() + 1, known.get(token, token)))
        if one.lastgroup == "strange":
            break
    return [*found, Token("end", "", len(text) + 1)]


class TokenReader:
    """Where a reader is among the tokens of a text; a notation says in its own words what is wrong."""

    mistake: ClassVar[str] = "{expected} was expected here, found {found}"
    strange: ClassVar[str] = "{found} is no sign of this language"
    end: ClassVar[str] = "the end"

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at = tokens, 0

    @property
    def now(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def sees(self, *words: str) -> bool:
        """Return whether these words or signs come next."""
        return [token.word for token in self.tokens[self.at : self.at + len(words)]] == list(words)

    def take(self, *words: str) -> bool:
        """Pass over these words or signs, where they come next."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def expect(self, word: str, expected: str) -> None:
        """Pass over a word or sign that must come next."""
        if not self.take(word):
            raise self.fault(expected, (word,))

    def token(self, kind: str, expected: str, words: Sequence[str] = ()) -> Token:
        """Pass over a token that must come next, and return it."""
        token = self.now
        if token.kind != kind:
            raise self.fault(expected, words)
        self.at += 1
        return token

    def fault(self, expected: str, words: Sequence[str] = ()) -> NotationError:
        """Return the error: what was expected here, what stands here, and which of the words was perhaps meant."""
        token = self.now
        sentence = self.strange if token.kind == "strange" else self.mistake
        found = repr(token.text) if token.kind != "end" else self.end
        hint = nearest(token.text, words) if token.kind == "name" and token.text not in words else ""
        told = sentence.format(expected=expected, found=found) + (f". {hint}" if hint else "")
        return NotationError(told, token.column)


def unquoted(text: str, column: int) -> str:
    """Return a name without its quotes, if it has any."""
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        raise NotationError(f"a name in quotes is written as JSON writes it, found {text}", column) from None
