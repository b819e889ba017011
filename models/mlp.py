"""Layers of differentiable units (1986)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.registry import units


def mlp(
    inputs: int = 2,
    hidden: Sequence[int] | int = 2,
    outputs: int = 1,
    model: str = "logistic",
    weights: float = 0.0,
    skips: bool = False,
    bias: bool = True,
    **parameters: float,
) -> Network:
    """Return a multi-layer perceptron: each layer fully joined to the next, with `skips` to all that follow.

    `hidden` is the width of each hidden layer. Units are `X1…`, `H1…` (`H1.1…` where there are several hidden
    layers) and `out`, or `out1…`; groups are `hidden1…`. Other keywords are parameters of the model.

    >>> mlp(2, [2], 1).depth
    2
    """
    widths = [hidden] if isinstance(hidden, int) else list(hidden)
    if any(
        isinstance(width, bool) or not isinstance(width, int) or width < 1
        for width in (inputs, *widths, outputs)
    ):
        raise AllornoneError(f"mlp: layers need at least one unit each, found {[inputs, *widths, outputs]}")
    unit = units.get(model).from_values(parameters)
    net = Network(name="mlp")
    layers = [[f"X{k}" for k in range(1, inputs + 1)]]
    net.add_inputs(*layers[0])
    for number, width in enumerate(widths, start=1):
        prefix = "H" if len(widths) == 1 else f"H{number}."
        layers.append([f"{prefix}{k}" for k in range(1, width + 1)])
        for name in layers[-1]:
            net.add_unit(name, unit, group=f"hidden{number}")
    layers.append(["out"] if outputs == 1 else [f"out{k}" for k in range(1, outputs + 1)])
    for name in layers[-1]:
        net.add_unit(name, unit, output=True)
    if not bias:
        for _, data in net.nodes(data=True):
            data.pop("bias", None)
    for before, after in _joined(layers, skips):
        for source in before:
            for target in after:
                net.connect(source, target, weight=weights)
    return net


def _joined(layers: list[list[str]], skips: bool) -> list[tuple[list[str], list[str]]]:
    if not skips:
        return list(pairwise(layers))
    return [(before, after) for k, before in enumerate(layers) for after in layers[k + 1 :]]
