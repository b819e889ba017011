"""Random nets of all-or-none units: everything joined to everything, by integers that a seed draws.

w  weight of a synapse      θ  threshold
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.simulator.arrays import stream
from allornone.simulator.errors import AllornoneError, LimitExceeded, flag, whole
from allornone.simulator.network.network import Network

MOST = 2000
"""Units: their synapses are four million."""


def random_net(
    units: int,
    weights: Sequence[int] = (-2, 2),
    thresholds: Sequence[int] = (0, 2),
    symmetric: bool = False,
    seed: int = 0,
) -> Network:
    """Return a net of McCulloch–Pitts units `c[0]`, `c[1]`, …, each joined to all, itself among them.

    Weights and thresholds are whole numbers, each from the least to the most of its range equally likely;
    a weight of 0 is a synapse too. With `symmetric`, what leads from i to j leads from j to i as strongly.
    There is no input: force the units to start them.

    >>> net = random_net(3, weights=[-1, 1], symmetric=True, seed=4)
    >>> net.edges["c[0]", "c[2]"]["weight"] == net.edges["c[2]", "c[0]"]["weight"]
    True
    """
    count = whole("units", units, 1)
    if count > MOST:
        raise LimitExceeded(f"a random net has at most {MOST} units, each joined to all, found {count}")
    flag("symmetric", symmetric)
    low, high = _range("weights", weights)
    least, most = _range("thresholds", thresholds)
    draw = stream(seed, "weights")
    w = draw.integers(low, high + 1, (count, count))
    theta = draw.integers(least, most + 1, count)
    net = Network(name="random")
    for k in range(count):
        net.add_unit(f"c[{k}]", McCullochPitts(threshold=float(theta[k])), group="c", output=True)
    for i in range(count):
        for j in range(count):
            weight = w[min(i, j), max(i, j)] if symmetric else w[i, j]
            net.connect(f"c[{i}]", f"c[{j}]", weight=float(weight))
    return net


def _range(name: str, given: Sequence[int]) -> tuple[int, int]:
    pair = isinstance(given, Sequence) and len(given) == 2
    if not pair or not all(map(_is_whole, given)) or given[0] > given[1]:
        raise AllornoneError(f"{name} are two whole numbers, the least and the most, found {given!r}")
    return int(given[0]), int(given[1])


def _is_whole(number: object) -> bool:
    return isinstance(number, Real) and not isinstance(number, bool) and float(number).is_integer()
