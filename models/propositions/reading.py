"""Reading propositions over time: small steps from token to tree, and at each mistake what was expected there.

line       = name "(t)" "=" says
says       = joint ("or" joint)*                      also |
joint      = part ("and" part)*                       also &
part       = "not" part                               also ~
           | "(" says ")" [moment]                    the moment of every bare name inside
           | "at least" number "of" "(" says ("," says)* ")" [moment]
           | "there was" x ("<" | "<=") t with says   and so on to the end, or to the next ")"
           | "for every" x ("<" | "<=") t "," says
           | name [moment] | "true" | "false"
moment     = "(" t "-" number ")"                     inside a quantifier x, which may also stand alone
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from allornone.models.propositions.proposition import (
    BARE,
    FALSE,
    KEYWORDS,
    TRUE,
    AtLeast,
    Atom,
    Ever,
    Not,
    Proposition,
    TemporalExpression,
    both,
    either,
)
from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.notation.reading import NotationError, TokenReader, placed, tokens_of, unquoted

MOST_DELAY = 10_000
MOST_DEPTH = 50

_UNSET = -1

_TOKEN = re.compile(
    rf"(?P<name>{BARE}|\"(?:[^\"\\]|\\.)*\")|(?P<number>\d+)|(?P<sign><=|[=()<≤,+|∨&∧~¬−–-])|(?P<strange>\S)"
)
_WORDS = {
    "≤": "<=", "−": "-", "–": "-", "&": "and", "∧": "and", "|": "or", "∨": "or", "~": "not", "¬": "not",
}  # fmt: skip


def parse_propositions(says: str | Sequence[str]) -> list[Proposition]:
    """Read propositions, one a line, or divided by `;`; raise NotationError with the column of a mistake.

    >>> [str(one) for one in parse_propositions("Q(t) = S(t-1) | Q(t-1) & ~R(t−1)")]
    ['Q(t) = S(t-1) or Q(t-1) and not R(t-1)']
    """
    texts = [says] if isinstance(says, str) or not isinstance(says, Sequence) else list(says)
    for text in texts:
        if not isinstance(text, str):
            raise AllornoneError(f"a proposition is a text such as 'N2(t) = N1(t-1)', found {text!r}")
    lines = [line.strip() for text in texts for line in re.split(r"[\n;]", text)]
    found: list[Proposition] = []
    for number, line in enumerate(line for line in lines if line):
        one = parse_proposition(line, number)
        if any(one.name == other.name for other in found):
            raise NotationError(f"{one.name!r} is defined twice: join what it says by or", 1, line, number)
        found.append(one)
    if not found:
        raise AllornoneError("there is no proposition here: say one such as N3(t) = N1(t-1) and not N2(t-1)")
    return found


def parse_proposition(text: str, line: int = 0) -> Proposition:
    """Read one line, or raise NotationError."""
    with placed(text, line):
        reader = _Reader(tokens_of(text, _TOKEN, _WORDS))
        name = reader.name("the name of a unit, as in N3(t) = …,")
        reader.moment_defined(name)
        reader.expect("=", "=")
        says = reader.says("t")
        reader.finished()
        _all_timed(says, "t")
    return Proposition(name, says, text, line)


class _Reader(TokenReader):
    """What is said, from the tokens of a line."""

    depth = 0

    def name(self, expected: str, words: Sequence[str] = ()) -> str:
        if self.now.text in KEYWORDS:
            raise self.fault(expected, words)
        token = self.token("name", expected, words)
        return unquoted(token.text, token.column)

    def number(self, expected: str) -> int:
        token = self.token("number", expected)
        if len(token.text) > 9:
            raise NotationError(f"{token.text} is more than anything here can be", token.column)
        return int(token.text)

    def moment_defined(self, name: str) -> None:
        if not self.take("(", "t", ")"):
            raise self.fault(f"(t), as in {name}(t) = …,")

    def finished(self) -> None:
        if self.now.kind != "end":
            # A closed bracket too many is the commonest slip.
            expected = "and, or, or the end of the line" if self.now.text != ")" else "the end of the line"
            raise self.fault(expected, ("and", "or"))

    # Says.

    def says(self, moment: str) -> TemporalExpression:
        parts = [self.joint(moment)]
        while self.take("or"):
            parts.append(self.joint(moment))
        return either(*parts)

    def joint(self, moment: str) -> TemporalExpression:
        parts = [self.part(moment)]
        while self.take("and"):
            parts.append(self.part(moment))
        return both(*parts)

    def part(self, moment: str) -> TemporalExpression:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise NotationError(
                f"more than {MOST_DEPTH} brackets or words not inside one another", self.now.column
            )
        found = self._part(moment)
        self.depth -= 1
        return found

    def _part(self, moment: str) -> TemporalExpression:
        if self.take("not"):
            return Not(self.part(moment))
        if self.sees("("):
            members = self.members(moment, several=False)
            return members[0]
        if self.take("at"):
            return self.threshold(moment)
        column = self.now.column
        if self.take("there"):
            return self.ever(moment, column)
        if self.take("for"):
            return self.always(moment, column)
        if self.take("true"):
            return TRUE
        return FALSE if self.take("false") else self.atom(moment)

    def threshold(self, moment: str) -> TemporalExpression:
        self.expect("least", "least, as in at least 2 of (A, B, C)(t-1),")
        column = self.now.column
        count = self.number("a number, as in at least 2 of (A, B, C)(t-1),")
        self.expect("of", "of, as in at least 2 of (A, B, C)(t-1),")
        if not self.sees("("):
            raise self.fault("( and a list, as in at least 2 of (A, B, C)(t-1),")
        parts = self.members(moment, several=True)
        if not 1 <= count <= len(parts):
            raise NotationError(
                f"at least 1 and at most all {len(parts)} of the list can be asked for", column
            )
        return AtLeast(count, tuple(parts))

    def members(self, moment: str, several: bool) -> list[TemporalExpression]:
        """Read what stands in a bracket, and a moment behind it that every bare name inside has."""
        self.expect("(", "(")
        parts = [self.says(moment)]
        while several and self.take(","):
            parts.append(self.says(moment))
        if not self.take(")"):
            joined = "and, or, a comma or )" if several else "and, or or )"
            raise self.fault(joined, ("and", "or"))
        bare = [atom for part in parts for atom in part.atoms() if atom.delay == _UNSET]
        if self.sees("("):
            column = self.now.column
            delay = self.moment(moment, "it")
            if not bare:
                raise NotationError("every name in the bracket has its moment already", column)
            return [_timed(part, delay) for part in parts]
        return parts

    def ever(self, moment: str, column: int) -> TemporalExpression:
        self.expect("was", "was, as in there was x < t with A(x),")
        _ = self.take("an") or self.take("a")
        own, delay = self.bound(moment)
        self.expect("with", f"with, as in there was {own} < {moment} with A({own}),")
        return Ever(self.whole(own), delay, False, column)

    def always(self, moment: str, column: int) -> TemporalExpression:
        if not self.take("every") and not self.take("all"):
            raise self.fault("every, as in for every x < t, A(x),", ("every",))
        own, delay = self.bound(moment)
        self.expect(",", f"a comma, as in for every {own} < {moment}, A({own}),")
        return Ever(self.whole(own), delay, True, column)

    def whole(self, own: str) -> TemporalExpression:
        """Read the body of a quantifier; its bare names have no bracket outside to wait for."""
        body = self.says(own)
        _all_timed(body, own)
        return body

    def bound(self, moment: str) -> tuple[str, int]:
        """Read `x < t-1`; return the new moment's name, and how far back its latest is."""
        column = self.now.column
        own = self.name("a moment, such as x in x < t,")
        if own in (moment, "t"):
            raise NotationError(f"{own} is the moment outside: take another letter, such as x", column)
        strict = self.take("<")
        if not strict and not self.take("<="):
            raise self.fault(f"< or <=, as in {own} < {moment},")
        column = self.now.column
        self.expect(moment, f"{moment}, as in {own} < {moment},")
        delay = (self.number("a number of ticks") if self.take("-") else 0) + strict
        if moment == "t" and delay == 0:
            raise NotationError(f"{own} <= t asks about the present: say {own} < t", column)
        return own, delay

    def atom(self, moment: str) -> TemporalExpression:
        column = self.now.column
        name = self.name("a unit such as A(t-1), or not, at least, there was, for every or (", KEYWORDS)
        if not self.sees("("):
            if self.now.kind in ("name", "number") and self.now.word not in ("and", "or"):
                sentence = (
                    f"{name!r} is neither a word here nor a unit with its moment, as in {name}({moment}-1)"
                )
                hint = nearest(name, KEYWORDS)
                raise NotationError(sentence + (f". {hint}" if hint else ""), column)
            return Atom(name, _UNSET, column)
        return Atom(name, self.moment(moment, name), column)

    def moment(self, moment: str, name: str) -> int:
        """Read `(t-2)`; return 2."""
        self.expect("(", "(")
        right = f"{name}({moment}-1)"
        column = self.now.column
        word = self.now
        if word.kind == "name" and word.text != moment and self.tokens[self.at + 1].word in ("-", "+", ")"):
            raise NotationError(f"the moment here is {moment}, as in {right}, found {word.text!r}", column)
        self.expect(moment, f"{moment}, as in {right},")
        if self.sees("+"):
            raise NotationError(f"this is in the future; a unit hears only what was: say {right}", column)
        column = self.tokens[self.at + 1].column if self.sees("-") else column
        delay = self.number("a number of ticks") if self.take("-") else 0
        if not delay and moment == "t":
            raise NotationError(
                f"a delay of 0: a spike needs at least one tick to be heard, so say {right}", column
            )
        if delay > MOST_DELAY:
            raise NotationError(f"a delay of at most {MOST_DELAY} ticks is possible, found {delay}", column)
        if not self.take(")"):
            raise self.fault(f") after the moment, as in {right},")
        return delay


def _timed(part: TemporalExpression, delay: int) -> TemporalExpression:
    return part.replaced(
        lambda atom: Atom(atom.name, delay, atom.column) if atom.delay == _UNSET else atom, lambda ever: ever
    )


def _all_timed(says: TemporalExpression, moment: str) -> None:
    for atom in says.atoms():
        if atom.delay == _UNSET:
            right = f"{atom.name}({moment}-1)"
            raise NotationError(f"{atom.name!r} needs its moment, as in {right}", atom.column)
