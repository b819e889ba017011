"""Starting weights: what a network knows before its first lesson.

w  weight      n  fan-in, without the bias      H  units of a layer      β  length of a unit's weights
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import stream
from allornone.simulator.errors import AllornoneError, finite, shown
from allornone.simulator.network.network import HUGE, Network

Pair = tuple[str | None, str]
"""A synapse from a unit to a unit, or the bias of a unit, whose source is None."""
KINDS = ("uniform", "normal")


@checked
def start(net: Network, how: Any, *, seed: int = 0) -> None:
    """Give the plastic weights and biases of a network their start: a number, drawn ones, or Nguyen and Widrow's.

    `how` is a number, {"uniform": a} from −a to a, {"normal": sd}, where a and sd may be functions of n, the fan-in; or
    "nguyen-widrow". Drawn in the order of the graph, synapses first.

    >>> from allornone.models.mlp import mlp
    >>> net = mlp(2, [3], 1)
    >>> start(net, {"uniform": lambda n: 1 / n}, seed=1)
    >>> max(abs(data["weight"]) for *_, data in net.edges(data=True)) <= 0.5
    True
    """
    synapses: list[Pair] = [(u, v) for u, v in net.edges if net.plastic(u, v)]
    biases: list[Pair] = [(None, unit) for unit, data in net.nodes(data=True) if "bias" in data]
    begin(net, [*synapses, *((u, v) for u, v in biases if net.plastic(u, v))], how, stream(seed, "weights"))


def begin(net: Network, pairs: Sequence[Pair], how: Any, draw: np.random.Generator) -> None:
    """Give some synapses and biases their start, drawn in their order; those that share a weight get one number."""
    if isinstance(how, str) and how == "nguyen-widrow":
        _nguyen_widrow(net, pairs, draw)
        return
    value = _rule_of(how)
    shared: dict[str, float] = {}
    for source, target in pairs:
        drawn = value(int(net.in_degree(target)), draw)
        label = None if source is None else net.edges[source, target].get("shared")
        _set(net, source, target, drawn if label is None else shared.setdefault(label, drawn))


def _rule_of(how: Any) -> Callable[[int, np.random.Generator], float]:
    if finite(how) and not isinstance(how, bool):
        return lambda n, draw: float(how)
    if not isinstance(how, Mapping) or len(how) != 1 or next(iter(how)) not in KINDS:
        raise AllornoneError(
            f'a start is a number, {{"uniform": a}}, {{"normal": sd}} or "nguyen-widrow", found {shown(how)}'
        )
    ((kind, width),) = how.items()

    def value(n: int, draw: np.random.Generator) -> float:
        size = width(n) if callable(width) else width
        if isinstance(size, bool) or not finite(size) or not 0 <= size <= HUGE:
            raise AllornoneError(
                f"the width of a start must be a number from 0 up to {HUGE:g}, found {shown(size)}"
            )
        return float(draw.uniform(-size, size) if kind == "uniform" else draw.normal(0.0, size))

    return value


def _nguyen_widrow(net: Network, pairs: Sequence[Pair], draw: np.random.Generator) -> None:
    """Spread the units of each layer over the range of its inputs, each in a place of its own.

        β = 0.7 H^(1/n),        w ← β w / |w|,        b from −β to β

    Units that hear the same sources are a layer. D. Nguyen & B. Widrow, Improving the learning speed of 2-layer neural
    networks, IJCNN (1990).
    """
    layers: dict[frozenset[str], list[str]] = {}
    for target in dict.fromkeys(target for _, target in pairs):
        layers.setdefault(frozenset(net.predecessors(target)), []).append(target)
    chosen = set(pairs)
    for sources, units in layers.items():
        beta = 0.7 * len(units) ** (1 / max(1, len(sources)))
        for unit in units:
            heard = [source for source in net.predecessors(unit) if (source, unit) in chosen]
            w = draw.uniform(-1.0, 1.0, size=len(heard))
            length = float(np.linalg.norm(w))
            for source, value in zip(heard, w, strict=True):
                _set(net, source, unit, float(beta * value / length) if length else 0.0)
            if (None, unit) in chosen:
                _set(net, None, unit, float(draw.uniform(-beta, beta)))


def _set(net: Network, source: str | None, target: str, value: float) -> None:
    if source is None:
        net.nodes[target]["bias"] = value
    else:
        net.edges[source, target]["weight"] = value
