"""Regular events and the nets that recognise them: Kleene's theorem, by one unit a letter.

K  number of units that may precede a letter, START among them      θ  threshold

A word comes one letter a tick, from tick 0 on; START fires at tick 0, the verdict is read at tick len + 1.
S. C. Kleene, Representation of events in nerve nets and finite automata, in Automata Studies (1956).

event    = sequence ("|" sequence)*         also ∪; an empty sequence is the empty word, as in (a|)
sequence = (atom "*"*)*                     spaces are ignored
atom     = letter | "(" event ")"           a letter is one letter or digit
         | "ε" | "∅"                        the empty word, and what no word is in, unless `letters` names the sign

S. C. Kleene, in Automata Studies (1956). Positions are letters counted as they stand (V. M. Glushkov, 1961).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Index, Truth
from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName, shown
from allornone.simulator.network.network import Network
from allornone.simulator.notation.reading import MARK, NotationError, placed
from allornone.simulator.program.passing import propagate, remember, rest
from allornone.simulator.program.program import Program, compile

START, ACCEPT = "START", "ACCEPT"
CELLS = 4_000_000
"""Numbers of state that are computed at once."""
MOST_TICKS = 1_000_000

Word = str | tuple[str, ...]

MOST_LETTERS = 2000
"""Letters of one event: the synapses of its net grow with their square."""

MOST_FOLLOWING = 10_000_000
"""Pairs of letters, one after the other, that reading an event may come across."""

_SET = re.compile(r"\[(\w+)\]")
_COUNT = re.compile(r"\{\s*(\d{1,9})?\s*(,)?\s*(\d{1,9})?\s*\}")
_SHOWN = 24
_EMPTY_WORD = "εϵ"
_NO_WORD = "∅"
_NOT_EVIDENT = {
    "λ": "λ may be the empty word, written ε or as nothing, or a letter",
    "Λ": "Λ may be the empty word, written ε or as nothing, or a letter",
    "Σ": "Σ may be any letter, written (a|b), or a letter of its own",
    "Ø": "Ø may be the event of no word, written ∅, or a letter",
    "ø": "ø may be the event of no word, written ∅, or a letter",
}
"""Letters that mean something else in many books."""
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


@checked
def regular(event: str, letters: str | None = None, silence: str | None = None) -> Network:
    """Return a net that recognises a regular event: inputs START and its letters, output ACCEPT.

    A unit for every letter that stands in the event, named by it and its place: θ = K + 1, K knobs from the
    input of its letter, one from each unit that may precede it. It fires when its letter comes and what may
    stand before it has come. `letters` names the letters of a larger alphabet; `silence` is the one of them
    that has no input, but is meant when no other fires, as Kleene has it: its units have θ = 1 and are
    inhibited by the other letters. The empty word is written as nothing, `(a|)`, or `ε`; `∅` is the event of no word.
    Glushkov (1961) made the same of expressions alone. Raises NotationError with the column.

    >>> regular("(ab)*")
    Network '(ab)*': 6 units, 7 synapses, 1 memory loop
      inputs   START, a, b
      unit     a1      θ=3  ← 2 a(t−1),  START(t−1),  b2(t−1)
      unit     b2      θ=2  ← b(t−1),  a1(t−1)
      output   ACCEPT  θ=1  ← START(t−1),  b2(t−1)
      memory   a1 → b2 → a1
    """
    read = parse_event(event, letters or "")
    alphabet = _alphabet(read, letters, silence)
    net = Network(name=event)
    net.graph.update(event=event, letters="".join(alphabet))
    if silence is not None:
        net.graph["silence"] = silence
    lines = [letter for letter in alphabet if letter != silence]
    net.add_inputs(START, *lines)
    names = [_unit(letter, place + 1) for place, letter in enumerate(read.letters)]
    for place, letter in enumerate(read.letters):
        knobs = len(read.before[place]) + (place in read.first)
        net.add_unit(names[place], McCullochPitts(threshold=1 if letter == silence else knobs + 1))
    net.add_unit(ACCEPT, McCullochPitts(threshold=1), output=True)
    _wire(net, read, names, lines)
    return net


@checked
def accepts(net: Network | Program, word: Word | Iterable[Word]) -> bool | NDArray[np.bool_]:
    """Return whether a net accepts a word, or of each of many words.

    A word is a text, letter by letter, or a tuple of letters where their names are longer; a list is many
    words, and gives an array. Any net will do that has an input START, inputs that are its letters, and one
    output: letter k comes at tick k, START at tick 0, and the output is read at tick len + 1. An unknown
    letter is an error.

    >>> net = regular("(a|b)*abb")
    >>> accepts(net, "babb"), accepts(net, ["", "abb", "abba"])
    (True, array([False,  True, False]))
    """
    reading = Reading.of(net)
    if isinstance(word, str | tuple):
        return bool(reading.verdicts([word])[0])
    return reading.verdicts(_words(word))


def _words(given: Any) -> list[Any]:
    try:
        return [given] if isinstance(given, bytes) else list(given)
    except TypeError:
        return [given]  # whose reading tells what it is not


@dataclass(frozen=True)
class Reading:
    """A net that reads words: where START and its letters come in, and where its verdict comes out."""

    program: Program
    lines: dict[str, int | None]
    """Of each letter, the column of its input; None for the one that is silence."""
    start: int
    verdict: int

    @classmethod
    def of(cls, net: Network | Program, letters: Sequence[str] | None = None) -> Reading:
        """Return how a net reads words; an error says what it lacks for that."""
        program = compile(net)
        graph = program.networks[0].graph
        if START not in program.inputs:
            found = ", ".join(program.inputs) or "none"
            raise AllornoneError(
                f"a net that reads words has an input named {START!r}, on at tick 0; its inputs are: {found}"
            )
        if len(program.outputs) != 1:
            named = ", ".join(program.outputs)
            raise AllornoneError(f"a net that reads words has one output, its verdict; this one has {named}")
        if program.lanes > 1:
            raise AllornoneError(f"one net at a time reads words, found {program.lanes} side by side")
        verdict = program.outputs[0]
        model = program.networks[0].unit(verdict)
        if not model.binary:
            raise AllornoneError(
                f"the verdict of a net that reads words is all or none; {verdict!r} is of the model {model.name!r}"
            )
        own = [name for name in program.inputs if name != START]
        silence = graph.get("silence")
        known = _listed(letters if letters is not None else graph.get("letters", own))
        lines: dict[str, int | None] = {}
        for letter in known:
            if letter != silence and letter not in own:
                raise UnknownName("letter", letter, [*own, *([silence] if silence else [])])
            lines[letter] = None if letter == silence else program.inputs.index(letter)
        return cls(program, lines, program.inputs.index(START), int(program.output_places[0]))

    def verdicts(self, words: Sequence[Word]) -> NDArray[np.bool_]:
        """Return of each word whether it is accepted, (words,)."""
        codes = [self._code(word) for word in words]
        found = np.zeros(len(words), dtype=bool)
        order = np.argsort([len(code) for code in codes], kind="stable")
        block = max(1, CELLS // len(self.program.names))
        for first in range(0, len(order), block):
            chosen = order[first : first + block]
            found[chosen] = self._run([codes[place] for place in chosen])
        return found

    def given(self, letter: str | None, begins: bool) -> NDArray[np.float64]:
        """Return what the inputs bring with a letter, or with none, (inputs,)."""
        values = np.zeros(len(self.program.inputs))
        line = self.lines[letter] if letter is not None else None
        if line is not None:
            values[line] = 1.0
        values[self.start] = float(begins)
        return values

    def _run(self, codes: Sequence[Index]) -> Truth:
        lengths = np.array([len(code) for code in codes])
        longest = int(lengths.max(initial=0))
        if longest > MOST_TICKS:
            raise LimitExceeded(f"a word of {longest} letters is longer than the limit of {MOST_TICKS}")
        lines = np.full((len(codes), longest + 2), -1, dtype=np.intp)
        for row, code in zip(lines, codes, strict=True):
            row[: len(code)] = code
        past = rest(self.program, len(codes))
        found = np.zeros(len(codes), dtype=bool)
        for tick in range(longest + 2):
            given = np.zeros((len(codes), len(self.program.inputs), 1))
            heard = np.flatnonzero(lines[:, tick] >= 0)
            given[heard, lines[heard, tick], 0] = 1.0
            given[:, self.start] = float(tick == 0)
            y = propagate(self.program, self.program.weights, past, given).y
            past = remember(self.program, past, y)
            over = lengths + 1 == tick
            found[over] = y[over, self.verdict, 0] > 0
        return found

    def _code(self, word: Word) -> Index:
        if not isinstance(word, str | tuple):
            raise AllornoneError(
                f"a word is a text, such as 'babb', or a tuple of letters, found {shown(word)}"
            )
        for place, letter in enumerate(word):
            if letter not in self.lines:
                said = word if len(word) <= 20 else word[:20]
                where = f"the word {said!r}, letter {place + 1}"
                raise AllornoneError(f"{where}: {UnknownName('letter', letter, self.lines)}")
        return np.array([-1 if (line := self.lines[x]) is None else line for x in word], dtype=np.intp)


def _listed(letters: Any) -> list[str]:
    texts = isinstance(letters, Sequence) and not isinstance(letters, bytes)
    if not texts or not all(isinstance(letter, str) for letter in letters):
        raise AllornoneError(f"letters are names of inputs, as in ['a', 'b'], found {shown(letters)}")
    return list(letters)


def _alphabet(event: Event, letters: str | None, silence: str | None) -> list[str]:
    if silence is not None and not _is_letter(silence):
        raise AllornoneError(f"silence is one letter, found {shown(silence)}")
    own = {*event.letters, *([] if silence is None else [silence])}
    if letters is None:
        return sorted(own)
    if not isinstance(letters, str) or not all(map(_is_letter, letters)) or len(set(letters)) < len(letters):
        raise AllornoneError(
            f"letters are a text of different letters and digits, as in 'ab', found {shown(letters)}"
        )
    for letter in sorted(own):
        if letter not in letters:
            raise UnknownName("letter", letter, letters)
    return list(letters)


def _unit(letter: str, place: int) -> str:
    # A digit and the number of its place would read as one number.
    return f"{letter}_{place}" if letter.isdigit() else f"{letter}{place}"


def _is_letter(mark: Any) -> bool:
    return isinstance(mark, str) and len(mark) == 1 and mark.isalnum()


def _wire(net: Network, event: Event, names: Sequence[str], lines: Sequence[str]) -> None:
    for place, letter in enumerate(event.letters):
        unit = names[place]
        net.nodes[unit]["letter"] = letter
        if letter in lines:
            net.connect(letter, unit, weight=net.nodes[unit]["threshold"] - 1)
        else:
            for other in lines:
                net.inhibit(other, unit)
        if place in event.first:
            net.connect(START, unit)
        for earlier in sorted(event.before[place]):
            net.connect(names[earlier], unit)
    if event.empty:
        net.connect(START, ACCEPT)
    for place in sorted(event.last):
        net.connect(names[place], ACCEPT)


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


def parse_event(text: str, letters: str = "") -> Event:
    """Read a regular event, or raise NotationError with the column and what would be right.

    A sign that `letters` names is a letter, though books write it for the empty word or another event.

    >>> event = parse_event("(a|b)*abb")
    >>> event.letters, sorted(event.first), sorted(event.last)
    (('a', 'b', 'a', 'b', 'b'), [0, 1, 2], [4])
    >>> parse_event("a+b")
    Traceback (most recent call last):
    ...
    allornone.simulator.notation.reading.NotationError: 'a+b', column 2: there is no operator + here: write | for or, \
or aa* for a+
    """
    if not isinstance(text, str):
        raise AllornoneError(f"a regular event is a text such as '(a|b)*abb', found {shown(text)}")
    with placed(text):
        return _Reader(text, letters).event()


class _Reader:
    """Reads from left to right, with a stack of its own for brackets, so that no depth exhausts it."""

    def __init__(self, text: str, known: str) -> None:
        self.text, self.known = text, known
        self.at = len(MARK) if text.startswith(MARK) else 0
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
        elif mark in "|∪":
            self.open[-1].done.append(self.sequence())
        elif mark == "*":
            self.repeat(column)
        elif mark not in self.known and mark in _EMPTY_WORD + _NO_WORD:
            self.open[-1].parts.append((_Part(empty=mark != _NO_WORD), self.at))
        elif mark not in self.known and mark in _NOT_EVIDENT:
            raise NotationError(f"{_NOT_EVIDENT[mark]}: name it in letters=", column)
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
            instead = "| for or, or aa* for a+" if mark == "+" else "(a|) for a?"
            raise NotationError(f"there is no operator {mark} here: write {instead}", column)
        if mark == "+":
            raise NotationError(f"there is no operator + here: write | for or, or {_plus(part)}", column)
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
        known = list(dict.fromkeys(mark for mark in self.text if mark.isalnum() and mark not in _EMPTY_WORD))
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
