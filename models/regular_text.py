"""Regular events as text, `"(a|b)*abb"`: which letters stand in them, which may begin, end and follow which.

event    = sequence ("|" sequence)*         an empty sequence is the empty word, as in (a|)
sequence = (atom "*"*)*                     spaces are ignored
atom     = letter | "(" event ")"           a letter is one letter or digit

S. C. Kleene, in Automata Studies (1956). Positions are letters counted as they stand (V. M. Glushkov, 1961).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation.synapses import NotationError

MOST_LETTERS = 2000
"""Letters of one event: the synapses of its net grow with their square."""

MOST_FOLLOWING = 10_000_000
"""Pairs of letters, one after the other, that reading an event may come across."""

_SET = re.compile(r"\[(\w+)\]")
_COUNT = re.compile(r"\{\s*(\d{1,9})?\s*(,)?\s*(\d{1,9})?\s*\}")
_SHOWN = 24
_REFUSED = {
    "]": "a set of letters is written (a|b)",
    "{": "a count stands behind what it repeats, and is written out: aa for a{2}",
    "}": "a count is written out: aa for a{2}",
    "^": "an event is about the whole word, from its first letter to its last: leave out ^",
    "$": "an event is about the whole word, from its first letter to its last: leave out $",
    "\\": "a backslash stands for nothing here: every letter stands for itself",
    "&": "there is no operator & here: an event is made with |, * and by writing one after another",
    "~": "there is no operator ~ here: an event is made with |, * and by writing one after another",
    "!": "there is no operator ! here: an event is made with |, * and by writing one after another",
}


@dataclass(frozen=True)
class Event:
    """A regular event as its positions: `letters[p]` stands at p; `before[p]` are those that may precede it."""

    text: str
    letters: tuple[str, ...]
    first: frozenset[int]
    last: frozenset[int]
    before: tuple[frozenset[int], ...]
    empty: bool
    """Whether the empty word is in it."""


@dataclass
class _Part:
    """A piece of an event: where it may begin and end, and whether it may be left out."""

    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    empty: bool = True


@dataclass
class _Bracket:
    """A bracket that is still open: what stood in it before the latest |, and since."""

    column: int
    done: list[_Part] = field(default_factory=list)
    parts: list[tuple[_Part, int]] = field(default_factory=list)


def parse_event(text: str) -> Event:
    """Read a regular event, or raise NotationError with the column and what would be right.

    >>> event = parse_event("(a|b)*abb")
    >>> event.letters, sorted(event.first), sorted(event.last)
    (('a', 'b', 'a', 'b', 'b'), [0, 1, 2], [4])
    >>> parse_event("a+b")
    Traceback (most recent call last):
    ...
    allornone.simulator.notation.synapses.NotationError: 'a+b', column 2: there is no operator + here: write aa* for a+
    """
    if not isinstance(text, str):
        raise AllornoneError(f"a regular event is a text such as '(a|b)*abb', found {text!r}")
    try:
        return _Reader(text).event()
    except NotationError as error:
        raise error.placed(text) from None


class _Reader:
    """Reads from left to right, with a stack of its own for brackets, so that no depth exhausts it."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.letters: list[str] = []
        self.before: list[set[int]] = []
        self.open = [_Bracket(0)]
        self.following = 0

    def event(self) -> Event:
        """Return the event that the whole text is."""
        while self.at < len(self.text):
            self.mark(self.text[self.at])
        if len(self.open) > 1:
            raise NotationError("this bracket is never closed", self.open[-1].column)
        whole = self.closed()
        before = tuple(map(frozenset, self.before))
        return Event(
            self.text, tuple(self.letters), frozenset(whole.first), frozenset(whole.last), before, whole.empty
        )

    def mark(self, mark: str) -> None:
        """Read one mark and what belongs to it."""
        column = self.at + 1
        if mark == "(":
            self.open.append(_Bracket(column))
        elif mark == ")":
            self.close(column)
        elif mark == "|":
            self.open[-1].done.append(self.sequence())
        elif mark == "*":
            self.repeat(column)
        elif mark.isalnum():
            self.letter(mark)
        elif not mark.isspace():
            self.refuse(mark, column)
        self.at += 1

    def letter(self, mark: str) -> None:
        """Add a position."""
        if len(self.letters) == MOST_LETTERS:
            raise NotationError(f"an event has at most {MOST_LETTERS} letters", self.at + 1)
        position = len(self.letters)
        self.letters.append(mark)
        self.before.append(set())
        self.open[-1].parts.append((_Part({position}, {position}, False), self.at))

    def close(self, column: int) -> None:
        """Make what stands in a bracket one part of what stands around it."""
        if len(self.open) == 1:
            raise NotationError("this bracket was never opened", column)
        start = self.open[-1].column - 1
        whole = self.closed()
        self.open[-1].parts.append((whole, start))

    def repeat(self, column: int) -> None:
        """Let the latest part follow itself."""
        if not self.open[-1].parts:
            raise NotationError("a star stands behind what it repeats, as in a* or (ab)*", column)
        part, start = self.open[-1].parts[-1]
        self.follow(part.last, part.first)
        self.open[-1].parts[-1] = (_Part(part.first, part.last, True), start)

    def closed(self) -> _Part:
        """Return all alternatives of the innermost bracket as one part, and leave it."""
        options = [*self.open[-1].done, self.sequence()]
        self.open.pop()
        whole = _Part(empty=any(option.empty for option in options))
        for option in options:
            whole.first |= option.first
            whole.last |= option.last
        return whole

    def sequence(self) -> _Part:
        """Return the parts since the latest | as one, each following those before it."""
        whole = _Part()
        for part, _ in self.open[-1].parts:
            self.follow(whole.last, part.first)
            whole.first |= part.first if whole.empty else set()
            whole.last = part.last | whole.last if part.empty else set(part.last)
            whole.empty = whole.empty and part.empty
        self.open[-1].parts = []
        return whole

    def follow(self, earlier: set[int], later: set[int]) -> None:
        """Let each of the later positions come after each of the earlier."""
        self.following += len(earlier) * len(later)
        if self.following > MOST_FOLLOWING:
            raise NotationError(
                "this event is too large to be read: too much in it may follow on too much", 1
            )
        for position in later:
            self.before[position] |= earlier

    def refuse(self, mark: str, column: int) -> None:
        """Say what to write instead of a mark that other notations have."""
        parts = self.open[-1].parts
        part = self.text[parts[-1][1] : self.at].strip() if parts else ""
        if mark in "+?" and not part:
            instead = "aa* for a+" if mark == "+" else "(a|) for a?"
            raise NotationError(f"there is no operator {mark} here: write {instead}", column)
        if mark == "+":
            raise NotationError(f"there is no operator + here: write {_plus(part)}", column)
        if mark == "?":
            raise NotationError(f"there is no operator ? here: write {_maybe(part)}", column)
        if mark == "{" and part and (count := _COUNT.match(self.text, self.at)):
            raise NotationError(f"there are no counts here: write {_counted(part, count)}", column)
        if mark == ".":
            raise NotationError(f"there is no . here: write every letter it may be, {self.any()}", column)
        if mark == "[":
            chosen = _SET.match(self.text, self.at)
            written = f"({'|'.join(chosen[1])}) for {chosen[0]}" if chosen else self.any()
            raise NotationError(f"there are no sets [ ] here: write {written}", column)
        sentence = _REFUSED.get(mark, f"a letter or digit, |, *, ( or ) was expected here, found {mark!r}")
        raise NotationError(sentence, column)

    def any(self) -> str:
        """Return the alternative of all letters of the text, or of a and b."""
        known = list(dict.fromkeys(mark for mark in self.text if mark.isalnum()))
        return f"({'|'.join(known if 1 < len(known) < 9 else 'ab')})"


def _plus(part: str) -> str:
    return f"{part}{part}* for {part}+" if len(part) <= _SHOWN else "aa* for a+"


def _maybe(part: str) -> str:
    if len(part) > _SHOWN:
        return "(a|) for a?"
    bare = part[1:-1] if part.startswith("(") and part.endswith(")") else part
    return f"({bare}|) for {part}?"


def _counted(part: str, count: re.Match[str]) -> str:
    least, comma, most = count.groups()
    fewest = int(least or 0)
    more = "" if not comma else f"{part}*" if most is None else f"({part}|)" * max(0, int(most) - fewest)
    if fewest * len(part) + len(more) > 3 * _SHOWN or not (fewest or more):
        return "it out, aa for a{2}"
    return f"{part * fewest}{more} for {part}{count.group().replace(' ', '')}"
