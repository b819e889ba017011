"""Reading text: the tokens of which a line of any notation is made."""

from typing import NamedTuple


class Token(NamedTuple):
    """A word, a number or a sign of the text, with the column where it begins, counted from 1."""

    kind: str
    text: str
    column: int
    word: str = ""
    """What it stands for, where that may be written in several ways."""
