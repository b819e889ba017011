"""Layers of differentiable units (1986)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from numbers import Integral
from typing import TypeVar

from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, shown
from allornone.simulator.network.network import Network, foresee, named_inputs
from allornone.simulator.registry import units
from allornone.simulator.units import UnitModel

Layer = TypeVar("Layer")


@checked
def mlp(
    inputs: int | Sequence[str] = 2,
    hidden: Sequence[int] | int = 2,
    outputs: int = 1,
    model: str | UnitModel = "logistic",
    weights: float = 0.0,
    skips: bool = False,
    bias: bool = True,
    last: UnitModel | None = None,
    **parameters: float,
) -> Network:
    """Return a multi-layer perceptron: each layer fully joined to the next, with `skips` to all that follow.

    `hidden` is the width of each hidden layer. Units are `X1…`, or the inputs named, `H1…` (`H1.1…` where there are
    several hidden layers) and `out`, or `out1…`; groups are `hidden1…`. The model is a name, of whose parameters other
    keywords speak, or one with its parameters; `last` is that of the outputs, where it is another. (A file says it in
    [activation].)

    >>> mlp(2, [2], 1).depth
    2
    >>> from allornone.models.activations import Softmax, Tanh
    >>> net = mlp(64, 16, 10, model=Tanh(scale=1.7159, gain=2 / 3), last=Softmax())
    >>> net.unit("H1"), net.unit("out10")
    (Tanh(scale=1.7159, gain=0.6666666666666666), Softmax())
    """
    widths = [hidden] if isinstance(hidden, int | Integral) else list(hidden)
    if any(
        isinstance(width, bool) or not isinstance(width, int | Integral) or width < 1
        for width in (*widths, outputs)
    ):
        raise AllornoneError(f"mlp: layers need at least one unit each, found {shown([*widths, outputs])}")
    unit = _model_of(model, parameters)
    layers = [named_inputs("mlp", inputs)]
    foresee("units", sum(sizes := [len(layers[0]), *widths, outputs]))
    foresee("synapses", sum(before * after for before, after in _joined(sizes, skips)))
    if last is not None and not isinstance(last, UnitModel):
        raise AllornoneError(f"mlp: last is the model of the outputs, such as Softmax(), found {last!r}")
    net = Network(name="mlp")
    net.add_inputs(*layers[0])
    for number, width in enumerate(widths, start=1):
        prefix = "H" if len(widths) == 1 else f"H{number}."
        layers.append([f"{prefix}{k}" for k in range(1, width + 1)])
        for name in layers[-1]:
            net.add_unit(name, unit, group=f"hidden{number}")
    layers.append(["out"] if outputs == 1 else [f"out{k}" for k in range(1, outputs + 1)])
    for name in layers[-1]:
        net.add_unit(name, unit if last is None else last, output=True)
    if not bias:
        for _, data in net.nodes(data=True):
            data.pop("bias", None)
    for before, after in _joined(layers, skips):
        for source in before:
            for target in after:
                net.connect(source, target, weight=weights)
    return net


def _model_of(model: str | UnitModel, parameters: Mapping[str, float]) -> UnitModel:
    if isinstance(model, str):
        named: UnitModel = units.get(model).from_values(parameters)
        return named
    if not isinstance(model, UnitModel):
        raise AllornoneError(f"mlp: model is a name, or a unit model such as Tanh(), found {model!r}")
    if parameters:
        name = type(model).__name__
        raise AllornoneError(f"mlp: say {', '.join(parameters)} within the model, {name}(…), not beside it")
    return model


def _joined(layers: list[Layer], skips: bool) -> list[tuple[Layer, Layer]]:
    if not skips:
        return list(pairwise(layers))
    return [(before, after) for k, before in enumerate(layers) for after in layers[k + 1 :]]
