"""Words, numbers and signs of a line of text, and a reader that passes over them one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from allornone.models.proposition import BARE, KEYWORDS
from allornone.simulator.errors import nearest
from allornone.simulator.notation.synapses import NotationError

_TOKEN = re.compile(rf"(?P<name>{BARE}|\"(?:[^\"\\]|\\.)*\")|(?P<number>\d+)|(?P<sign><=|[=()<≤,+|∨&∧~¬−–-])")
_WORDS = {
    "≤": "<=", "−": "-", "–": "-", "&": "and", "∧": "and", "|": "or", "∨": "or", "~": "not", "¬": "not",
}  # fmt: skip


class Token(NamedTuple):
    """A word, a number or a sign, and the column where it begins."""

    kind: str
    text: str
    column: int


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a line, signs as the words that they stand for; a strange sign is an error."""
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotationError(f"{text[at]!r} is no sign of this language", at + 1)
        word = _WORDS.get(match.group(), match.group())
        found.append(Token(str(match.lastgroup), word, at + 1))
        at = match.end()
    return found


class Reader:
    """Where we are in a line."""

    def __init__(self, tokens: Sequence[Token], end: int) -> None:
        self.tokens, self.at, self.depth = [*tokens, Token("end", "", end)], 0, 0

    @property
    def now(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def sees(self, *words: str) -> bool:
        """Return whether these words or signs come next."""
        coming = [token.text for token in self.tokens[self.at : self.at + len(words)]]
        return coming == list(words)

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

    def fault(self, expected: str, words: Sequence[str] = ()) -> NotationError:
        """Return the error: what was expected here, what stands here, and perhaps what was meant."""
        token = self.now
        found = repr(token.text) if token.kind != "end" else "the end"
        hint = nearest(token.text, [word for word in words if word.isalpha()]) if token.kind == "name" else ""
        sentence = f"{expected} was expected here, found {found}" + (f". {hint}" if hint else "")
        return NotationError(sentence, token.column)

    def name(self, expected: str, words: Sequence[str] = ()) -> str:
        """Pass over a name, and return it without its quotes."""
        token = self.now
        if token.kind != "name" or token.text in KEYWORDS:
            raise self.fault(expected, words)
        self.at += 1
        if not token.text.startswith('"'):
            return token.text
        try:
            return str(json.loads(token.text))
        except ValueError:
            raise NotationError(
                f"a name in quotes is written as JSON writes it, found {token.text}", token.column
            ) from None

    def number(self, expected: str) -> int:
        """Pass over a number, and return it."""
        token = self.now
        if token.kind != "number":
            raise self.fault(expected)
        self.at += 1
        if len(token.text) > 9:
            raise NotationError(f"{token.text} is more than anything here can be", token.column)
        return int(token.text)
