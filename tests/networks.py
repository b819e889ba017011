"""Strategies for hypothesis: random networks, the same with other numbers, and what they live through."""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from itertools import pairwise
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import reject, strategies as st

from allornone.simulator.arrays import Array
from allornone.simulator.network.network import Network
from allornone.simulator.program import blocks
from allornone.simulator.registry import units
from allornone.simulator.units import UnitModel

F = TypeVar("F", bound=Callable[..., None])
BINARY = ("mcculloch-pitts", "threshold", "perceptron")
SMOOTH = ("linear", "logistic")
KNOWN = (*BINARY, "adaline", *SMOOTH)
LONGEST_DELAY = 5
WAYS = ("as it is", "BLAS", "sparse")
"""Executors: chosen by size; every block through BLAS; every block that is mostly empty in a list."""

whole = st.integers(-3, 3).map(float)
quarters = st.integers(-12, 12).map(lambda n: n / 4)
real = st.floats(-1.5, 1.5, allow_subnormal=False).map(lambda x: round(x, 6))
spikes = st.sampled_from([0.0, 1.0])
levels = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0])


@dataclass(frozen=True)
class Kind:
    """What a network is drawn from: its models, its numbers, what its inputs bring."""

    models: tuple[str, ...]
    numbers: st.SearchStrategy[float]
    brought: st.SearchStrategy[float]

    @property
    def exact(self) -> bool:
        """Whether every sum is exact, so that any order of adding gives the same."""
        return set(self.models) <= {*BINARY, "adaline"}


binary = Kind(BINARY, whole, spikes)
"""Binary units and integer data: two right programs agree to the bit."""
smooth = Kind(SMOOTH, real, real)
mixed = Kind(KNOWN, quarters, levels)


def any_of(model: str) -> Kind:
    """Return a kind of network with units of this model among others."""
    return Kind((model, "mcculloch-pitts", "linear"), quarters, levels)


def tame(model: str) -> Kind:
    """Return a kind of network in which nothing grows much, however it learns for a few ticks."""
    return Kind((model, "mcculloch-pitts", "linear"), st.sampled_from([0.0, 0.25, -0.25]), spikes)


def without_overflow(test: F) -> F:
    """Leave out what overflows, as squares of squares do in a few ticks; there nothing is claimed."""

    @wraps(test)
    def within_bounds(*given: Any, **named: Any) -> None:
        try:
            with np.errstate(over="raise", invalid="raise"):
                test(*given, **named)
        except FloatingPointError:
            reject()

    return cast(F, within_bounds)


@st.composite
def networks(
    draw: st.DrawFn, kind: Kind = mixed, *, most: int = 6, loops: bool = True, delays: int = LONGEST_DELAY
) -> Network:
    """Draw a network: its zero-delay part is acyclic, its longer delays may close loops."""
    inputs = [f"X{k}" for k in range(draw(st.integers(1, 3)))]
    names = [f"U{k}" for k in range(draw(st.integers(1, most)))]
    net = Network()
    net.add_inputs(*inputs)
    # Units enter the graph in another order than signals pass through them.
    for name in draw(st.permutations(names)):
        net.add_node(name, **draw(_unit(kind)))
        if model_class(net.nodes[name]["model"]).vector:  # of a group of its own: it may hear any other
            net.nodes[name]["group"] = name
    net.nodes[names[-1]]["output"] = True
    for place, target in enumerate(names):
        earlier = [*inputs, *names[:place]]
        sources = draw(
            st.lists(st.sampled_from([*inputs, *names] if loops else earlier), unique=True, max_size=4)
        )
        for source in sources:
            least = 0 if source in earlier else 1
            net.add_edge(source, target, **draw(_synapse(kind, net.nodes[target], least, max(least, delays))))
    return net


@st.composite
def wide_networks(draw: st.DrawFn, kind: Kind) -> Network:
    """Draw a network of two broad layers with few synapses, so that its blocks are mostly empty."""
    width = draw(st.integers(8, 12))
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(width)))
    model = draw(st.sampled_from(kind.models))
    layers = [[f"{layer}{k}" for k in range(width)] for layer in "XUV"]
    for before, after in pairwise(layers):
        for target in after:
            net.add_node(target, **draw(_unit(Kind((model,), kind.numbers, kind.brought))))
            for source in draw(st.lists(st.sampled_from(before), unique=True, min_size=1, max_size=2)):
                net.add_edge(source, target, **draw(_synapse(kind, net.nodes[target], 0, 2)))
    return net


@st.composite
def renumbered(draw: st.DrawFn, net: Network, kind: Kind = mixed) -> Network:
    """Draw a network of the same structure with other weights, biases and parameters."""
    other: Network = net.copy()
    for _, data in other.nodes(data=True):
        if not data.get("input"):
            data.update(draw(_parameters(data["model"], kind)))
        if "bias" in data:
            data["bias"] = draw(kind.numbers)
    for *_, data in other.edges(data=True):
        if "weight" in data:
            data["weight"] = draw(kind.numbers)
    return other


@st.composite
def lanes(draw: st.DrawFn, /, kind: Kind = mixed, *, most: int = 3, **how: Any) -> list[Network]:
    """Draw several networks of equal structure."""
    first = draw(networks(kind, **how))
    return [first, *(draw(renumbered(first, kind)) for _ in range(draw(st.integers(1, most - 1))))]


@st.composite
def histories(draw: st.DrawFn, net: Network, kind: Kind = mixed, *, batch: int = 1, ticks: int = 12) -> Array:
    """Draw what the inputs bring, (batch, ticks, inputs)."""
    count = draw(st.integers(1, ticks))
    cells = batch * count * len(net.inputs)
    drawn = draw(st.lists(kind.brought, min_size=cells, max_size=cells))
    return np.array(drawn, dtype=float).reshape(batch, count, len(net.inputs))


@st.composite
def forcings(draw: st.DrawFn, net: Network, ticks: int) -> dict[str, dict[int, float]]:
    """Draw units that are no inputs, and when they are held at what."""
    free = [unit for unit in net if unit not in net.inputs]
    forced = draw(st.lists(st.sampled_from(free), unique=True, max_size=2))
    at = st.dictionaries(st.integers(0, ticks - 1), spikes, min_size=1, max_size=3)
    return {unit: draw(at) for unit in forced}


@st.composite
def problems(
    draw: st.DrawFn, net: Network, kind: Kind = mixed, *, most: int = 5, wanted: Sequence[float] = (0.0, 1.0)
) -> tuple[Array, Array]:
    """Draw lessons for a network: X (samples, inputs) and d (samples, outputs)."""
    count = draw(st.integers(1, most))
    width, outs = len(net.inputs), len(net.outputs)
    X = draw(st.lists(kind.brought, min_size=count * width, max_size=count * width))
    d = draw(st.lists(st.sampled_from(wanted), min_size=count * outs, max_size=count * outs))
    return np.array(X).reshape(count, width), np.array(d, dtype=float).reshape(count, outs)


def freeze(net: Network, taught: Container[str]) -> None:
    """Let only what leads to some units be plastic."""
    for unit, data in net.nodes(data=True):
        if not data.get("input") and unit not in taught:
            data["plastic"] = False
    for _, target, data in net.edges(data=True):
        if target not in taught:
            data["plastic"] = False


def attainable(net: Network, d: Array) -> Array:
    """Return targets that outputs which compare could meet: of 0 and 1, an ADALINE's 0 becomes −1."""
    signs = [net.nodes[unit]["model"] == "adaline" for unit in net.outputs]
    return np.where(signs, np.where(d == 0, -1.0, d), d)


@contextmanager
def executed(way: str) -> Iterator[None]:
    """Let every block be computed in one way, however small it is."""
    with pytest.MonkeyPatch.context() as patch:
        if way == "BLAS":
            patch.setattr(blocks, "FEW", 0)
        if way == "sparse":
            patch.setattr(blocks, "SPARSE_FROM", 0)
        yield


def parameters(
    cls: type[Any], numbers: st.SearchStrategy[float] = quarters
) -> st.SearchStrategy[dict[str, Any]]:
    """Draw values for the numeric fields of a model or rule, within their bounds."""
    hints = get_type_hints(cls, include_extras=True)
    found: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(cls):
        hint = hints[field.name]
        plain, *bounds = get_args(hint) if get_origin(hint) is not None else (hint,)
        if plain is float:
            found[field.name] = _within(bounds, numbers)
        elif plain is int:
            found[field.name] = _within(bounds, numbers).map(lambda x: float(math.ceil(x)))
    return st.fixed_dictionaries(found)


def numbers(net: Network) -> list[float]:
    """Return the weights of a network's synapses, then its biases."""
    weights = [data.get("weight", 1.0) for *_, data in net.edges(data=True)]
    return weights + [data["bias"] for _, data in net.nodes(data=True) if "bias" in data]


def shipped(kind: str) -> list[str]:
    """Return the names of one kind, such as "units", that this package itself brings, whatever the tests define."""
    points = importlib.metadata.distribution("allornone").entry_points
    return sorted(point.name for point in points if point.group == f"allornone.{kind}")


def model_class(name: str) -> type[UnitModel]:
    """Return a registered model's class."""
    found: type[UnitModel] = units.get(name)
    return found


def _within(bounds: Sequence[Any], numbers: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    low = max((getattr(b, "gt", getattr(b, "ge", -math.inf)) for b in bounds), default=-math.inf)
    high = min((getattr(b, "lt", getattr(b, "le", math.inf)) for b in bounds), default=math.inf)
    if low == -math.inf and high == math.inf:
        return numbers
    least = low if low > -math.inf else high - 4
    most = high if high < math.inf else low + 4
    return st.integers(1, 7).map(lambda n: least + (most - least) * n / 8)


def _parameters(model: str, kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    return parameters(model_class(model), kind.numbers)


@st.composite
def _unit(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    model = draw(st.sampled_from(kind.models))
    data = {"model": model, **draw(_parameters(model, kind))}
    if draw(st.booleans()):
        data["bias"] = draw(kind.numbers)
        if draw(st.booleans()):
            data["plastic"] = draw(st.booleans())
    return data


@st.composite
def _synapse(draw: st.DrawFn, kind: Kind, target: dict[str, Any], least: int, most: int) -> dict[str, Any]:
    usual = model_class(target["model"]).delay
    delay = draw(st.none() | st.integers(least, most) if least <= usual <= most else st.integers(least, most))
    data: dict[str, Any] = {} if delay is None else {"delay": delay}
    silences = model_class(target["model"]).absolute_inhibition and draw(st.booleans())
    if silences:
        return {**data, "kind": "inhibitory"}
    weight = draw(st.none() | kind.numbers)
    if weight is not None:
        data["weight"] = weight
    plastic = draw(st.none() | st.booleans())
    return data if plastic is None else {**data, "plastic": plastic}
