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
    return "\n".join(textwrap.wrap(kept, letters))


def headline(text: str, letters: int = 62) -> str:
    """Return a title on one line.

    >>> headline("A ring of neurons remembers", 12)
    'A ring of …'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= letters else textwrap.shorten(flat, letters, placeholder=" …")
