"""Saving: which endings a picture can be written with."""

import os
from collections.abc import Sequence
from pathlib import Path

from allornone.simulator.errors import AllornoneError

DRAFT = ".part"  # what `replacing` hangs on a name until the file is whole


def ending(path: str | os.PathLike[str], known: Sequence[str]) -> str:
    """Return the ending of a path, in lower case, if it is known; a draft's is before its ".part".

    Raises AllornoneError, which names the endings that work.

    >>> ending("x.PNG", [".png"]), ending(".x.png.part", [".png"])
    ('.png', '.png')
    """
    target = Path(path)
    found = (target.with_suffix("") if target.suffix == DRAFT else target).suffix.lower()
    if found not in known:
        *most, last = known
        listed = f"{', '.join(most)} and {last}" if most else last
        raise AllornoneError(
            f"{target}: the ending says how to write it: {listed} work, found {found or 'none'}"
        )
    return found
