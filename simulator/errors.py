"""What can go wrong by a user's doing: one class a kind of mistake, one clear sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from math import isfinite, log10
from numbers import Integral, Real

CLOSEST = 8
LISTED = 12
"""Names that a message lists; of more it says how many."""
SHORT = 3
MOST_CANDIDATES = 2000
"""Names among which the nearest is looked for; of more it is found among the first."""
LONGEST_NAME = 100
"""Letters of a name of which a slip of the pen is looked for; comparing takes time with the square of them."""
LONG = 40
_UNWRITTEN = 10**4000
"""Whole numbers of a few more digits Python refuses to write."""


class AllornoneError(ValueError):
    """Anything that a user can cause and mend; its text is the whole message."""


class UnknownName(AllornoneError):
    """A name that stands for nothing here, with the nearest one that does; `all_by`: what lists them all.

    >>> str(UnknownName("unit", "H2", ["X1", "H1", "Y"]))
    "no unit is named 'H2'. Did you mean 'H1'? There are: X1, H1, Y"
    """

    def __init__(self, kind: str, name: str, among: Iterable[str], all_by: str = "") -> None:
        known = list(among)
        hint = nearest(name, known)
        listed = f"There are: {some_of(known, all_by)}" if known else f"There is no {kind} at all"
        super().__init__(
            f"no {kind} is named {shown(name, LONGEST_NAME)}. " + (f"{hint} " if hint else "") + listed
        )
        self.kind, self.name, self.known = kind, name, known


class NetworkError(AllornoneError):
    """A network that means nothing: the unit or synapse, what was found, what would be right."""


class LimitExceeded(AllornoneError):
    """More units, synapses, ticks or bytes than a run may use."""


class Diverged(AllornoneError):
    """Weights that left every bound where none was asked for."""


class LearningWarning(UserWarning):
    """What is allowed and will learn nothing."""


def finite(value: object) -> bool:
    """Return whether a value is a finite number that a float can hold.

    >>> finite(1), finite(float("nan")), finite(10**400), finite("1")
    (True, False, False, False)
    """
    try:
        return isinstance(value, Real) and isfinite(value)
    except OverflowError:
        return False


def shown(value: object, most: int = LONG) -> str:
    """Return a value as a message shows it: NaN by its name, a long one cut.

    >>> shown(float("nan")), shown(10**400), shown(10**5000)
    ('NaN', '1000000000000000000000000000000000000000…', 'a number of 5001 digits')
    """
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, int) and abs(value) >= _UNWRITTEN:
        return f"a number of {int(value.bit_length() * log10(2)) + 1} digits"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number too long for Python to write, or lists too deep
        return (
            f"{'an' if type(value).__name__[0] in 'aeiou' else 'a'} {type(value).__name__} too long to show"
        )
    return text if len(text) <= most else f"{text[:most]}…"


def whole(name: str, value: object, least: int = 0, most: int | None = None) -> int:
    """Return a whole number that something was given, or raise an error that says what would be right.

    >>> whole("ticks", 2.5)
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: ticks must be a whole number from 0 up, found 2.5
    """
    integral = isinstance(value, int | Integral) and not isinstance(value, bool)
    number = int(value) if isinstance(value, int | Integral) else 0
    if not integral or number < least or (most is not None and number > most):
        upto = f"to {most}" if integral and most is not None and number > most else "up"
        raise AllornoneError(f"{name} must be a whole number from {least} {upto}, found {shown(value)}")
    return number


def place_among(name: str, value: object, count: int) -> int:
    """Return the place of one of several, counted from 0, or raise an error that says how many there are.

    >>> place_among("lane", 2, 2)
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: there is no lane 2: they are counted from 0, and there are 2
    """
    place = whole(name, value)
    if place >= count:
        raise AllornoneError(
            f"there is no {name} {shown(place)}: they are counted from 0, and there are {count}"
        )
    return place


def flag(name: str, value: object) -> bool:
    """Return a truth value that something was given, or raise an error that says what would be right.

    >>> flag("wrap", "no")
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: wrap must be true or false, found 'no'
    """
    if not isinstance(value, bool):
        raise AllornoneError(f"{name} must be true or false, found {shown(value)}")
    return value


def some_of(names: Iterable[object], all_by: str = "") -> str:
    """Return names as a message lists them: many are cut, and `all_by` says what lists them all.

    >>> some_of("abc")
    'a, b, c'
    >>> some_of(range(100))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … and 88 more'
    """
    known = list(map(str, names))
    more = f" … and {len(known) - LISTED} more" + (f": {all_by}" if all_by else "")
    return (", ".join(known[:LISTED]) or "none") + (more if len(known) > LISTED else "")


def nearest(word: str, among: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the closest of the words, or nothing when none is close.

    >>> nearest("treshold", ["threshold", "delay"])
    "Did you mean 'threshold'?"
    >>> nearest("madaline", ["adaline"])
    ''
    """
    meant = word.casefold() if isinstance(word, str) else shown(word)
    if len(meant) > LONGEST_NAME:
        return ""
    candidates = [str(name) for name in islice(among, MOST_CANDIDATES) if len(str(name)) <= LONGEST_NAME]
    folded = {name.casefold(): name for name in reversed(candidates)}
    # Of short names such as H1 and H2, one letter that differs is half of the name.
    possible = [name for name in folded if not _another(meant, name)]
    close = get_close_matches(meant, possible, n=CLOSEST, cutoff=0.6 if len(meant) > SHORT else 0.5)
    if not close:
        return ""
    in_order = [name for name in reversed(folded) if name in close]
    best = max(in_order, key=lambda name: (_likeness(meant, name), name[:1] == meant[:1]))
    return f"Did you mean {folded[best]!r}?"


def _another(word: str, name: str) -> bool:
    """Return whether a word is a whole name with something before it, and so means another thing.

    Slips of the pen change, drop or double a letter; madaline and anti-hebb are no slips of adaline and hebb.
    """
    before = word.removesuffix(name)
    return before != word and any(map(str.isalnum, before)) and not name.startswith(before)


def _likeness(word: str, name: str) -> float:
    # As get_close_matches has it, with the word as the second sequence.
    return SequenceMatcher(None, name, word).ratio()
