"""Words on a film: titles and stories that fit."""

import re
import textwrap

STORY = 120  # letters of 12.5 points in a line across a film
LINES = 2


def sentences(text: str, letters: int = STORY, lines: int = LINES) -> str:
    """Return as many whole sentences of a text as fit into so many lines; of one too long, its beginning.

    >>> sentences("One. Two.", letters=5, lines=1)
    'One.'
    """
    flat = " ".join(text.split())
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", flat):
        longer = f"{kept} {sentence}".strip()
        if len(textwrap.wrap(longer, letters)) > lines:
            break
        kept = longer
    if not kept and flat:
        wrapped = textwrap.wrap(flat, letters - 2)[:lines]
        kept = (
            " ".join(wrapped)
            if len(textwrap.wrap(flat, letters)) <= lines
            else " ".join(wrapped).rstrip(" ,;:") + " …"
        )
    return "\n".join(_even(kept, letters))


def headline(text: str, letters: int = 62) -> str:
    """Return a title on one line.

    >>> headline("A ring of neurons remembers", 12)
    'A ring of …'
    """
    flat = " ".join(text.split())
    if len(flat) <= letters:
        return flat
    return flat[: letters - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _even(text: str, letters: int) -> list[str]:
    """Lines of nearly equal length, no more of them than are needed."""
    needed = len(textwrap.wrap(text, letters))
    narrow = (
        next(wide for wide in range(1, letters + 1) if len(textwrap.wrap(text, wide)) <= needed)
        if text
        else 1
    )
    return textwrap.wrap(text, min(narrow + 4, letters))
