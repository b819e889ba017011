"""Random streams, one a purpose, so that drawing more for one purpose never changes another."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from allornone.simulator.errors import whole

PURPOSES = ("wiring", "weights", "tasks", "order", "stimulus", "update", "noise", "split", "rewiring")


def stream(seed: int, purpose: str, name: str = "") -> np.random.Generator:
    """Return the random stream of a seed for one purpose, and within it for one thing of a name.

    >>> bool(stream(3, "order").random() == stream(3, "order").random())
    True
    """
    key = [whole("seed", seed), PURPOSES.index(purpose)]
    return np.random.default_rng([*key, crc32(name.encode())] if name else key)
