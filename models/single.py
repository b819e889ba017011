"""Networks of a single unit with its inputs."""

from __future__ import annotations

from collections.abc import Sequence

from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.units import UnitModel


def single(
    model: UnitModel, name: str, inputs: int, weights: Sequence[float] | float, bias: float
) -> Network:
    """Return a network of one unit `out` of a model, fed by the inputs `X1`, `X2`, …

    `weights` is one number for all inputs, or one for each.
    """
    if isinstance(inputs, bool) or not isinstance(inputs, int) or inputs < 1:
        raise AllornoneError(f"{name}: inputs must be a whole number from 1, found {inputs!r}")
    each = list(weights) if isinstance(weights, Sequence) else [weights] * inputs
    if len(each) != inputs:
        raise AllornoneError(f"{name}: {inputs} inputs need {inputs} weights, found {len(each)}")
    net = Network(name=name)
    names = [f"X{k}" for k in range(1, inputs + 1)]
    net.add_inputs(*names)
    net.add_unit("out", model, bias=bias, output=True)
    for source, weight in zip(names, each, strict=True):
        net.connect(source, "out", weight=weight)
    return net
