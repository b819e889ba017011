"""Random streams, one a purpose, so that drawing more for one purpose never changes another."""

from __future__ import annotations

import numpy as np

from allornone.simulator.errors import whole

PURPOSES = ("wiring", "weights", "tasks", "order", "stimulus", "update", "noise", "split", "rewiring")


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the random stream of a seed for one purpose.

    >>> bool(stream(3, "order").random() == stream(3, "order").random())
    True
    """
    return np.random.default_rng([whole("seed", seed), PURPOSES.index(purpose)])
