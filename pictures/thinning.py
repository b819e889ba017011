"""Thinning: of very many synapses only the strongest are drawn, and the picture says how many there are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

LINES = 500  # synapses that are drawn, at most
GOLDEN = (5**0.5 - 1) / 2  # its multiples spread evenly: of equal synapses some from all over are kept


def strongest(weights: ArrayLike, most: int = LINES) -> list[int]:
    """Return the places of the largest weights, whatever their sign, in their order; NaN goes before all.

    >>> strongest([0.5, -2.0, 1.0], most=2)
    [1, 2]
    """
    size = np.abs(np.asarray(weights, dtype=np.float64))
    if len(size) <= most:
        return list(range(len(size)))
    size = np.where(np.isnan(size), np.inf, size)
    spread = np.arange(len(size)) * GOLDEN % 1
    return sorted(np.lexsort((spread, -size))[:most].tolist())


def said(drawn: int, whole: int) -> str:
    """Return what a picture says of the synapses that it leaves out.

    >>> said(400, 10000)
    '400 of 10,000 synapses are drawn'
    """
    return f"{drawn:,} of {whole:,} synapses are drawn"


def faint(count: int) -> float:
    """Return how opaque so many equal lines are, so that crossing ones can be told apart.

    >>> faint(20), faint(500)
    (1.0, 0.3)
    """
    steps: Sequence[float] = (100.0, 500.0)
    return float(np.interp(count, steps, (1.0, 0.3)))
