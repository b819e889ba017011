"""A naive interpreter of networks: unit by unit, tick by tick, in plain floats. It judges the fast engine.

It reads the graph's plain data and states every formula once more; it shares no code with the engine.

x  what a synapse brings     w  weight     z  net input     y  output     d  desired     eta  learning rate
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

Graph = Any  # a networkx.DiGraph, whose stubs and runtime disagree about being generic
Given = Mapping[str, float]
Synapse = tuple[str | None, str]
Formula = Callable[[float, float, float, float], float]


def _step(z: float, data: Mapping[str, Any], default: float) -> float:
    return 1.0 if z >= data.get("threshold", default) else 0.0


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


ACTIVATE: dict[str, Callable[[float, Mapping[str, Any]], float]] = {
    "mcculloch-pitts": lambda z, data: _step(z, data, 1.0),
    "threshold": lambda z, data: _step(z, data, 0.0),
    "perceptron": lambda z, data: 1.0 if z > 0 else 0.0,
    "adaline": lambda z, data: 1.0 if z >= 0 else -1.0,
    "linear": lambda z, data: z,
    "logistic": lambda z, data: _logistic(data.get("gain", 1.0) * z),
    "tanh": lambda z, data: data.get("scale", 1.0) * math.tanh(data.get("gain", 1.0) * z),
    "relu": lambda z, data: z if z > 0 else 0.0,
    "softplus": lambda z, data: math.log1p(math.exp(z)) if z < 0 else z + math.log1p(math.exp(-z)),
    "clipped": lambda z, data: sorted((data.get("low", 0.0), z, data.get("high", 1.0)))[1],
    "square": lambda z, data: z**2,
}
JUMPS: dict[str, Callable[[Mapping[str, Any]], float]] = {
    "mcculloch-pitts": lambda data: float(data.get("threshold", 1.0)),
    "threshold": lambda data: float(data.get("threshold", 0.0)),
    "perceptron": lambda data: 0.0,
    "adaline": lambda data: 0.0,
}
SMOOTH = ("linear", "logistic")
CHANGE: dict[str, Formula] = {
    "hebb": lambda x, z, y, d: x * y,
    "perceptron": lambda x, z, y, d: (d - y) * x,
    "lms": lambda x, z, y, d: (d - z) * x,
}
TAUGHT = ("perceptron", "lms")
CLOSE = 1e-9
ROUNDING = 1e-12
FINE = 2.0**20


def delay_of(graph: Graph, source: str, target: str) -> int:
    """Return a synapse's delay, that of its target's model where none is given."""
    given = graph.edges[source, target].get("delay")
    if given is not None:
        return int(given)
    return 1 if graph.nodes[target]["model"] == "mcculloch-pitts" else 0


@dataclass
class Life:
    """A network living from rest: what every unit did at every tick so far.

    `doubtful` turns true when what a unit hears, or the weights that it `learned`, were rounded before, and their sum
    comes so close to a threshold that this matters; two right programs may then disagree.
    """

    graph: Graph
    y: list[dict[str, float]] = field(default_factory=list)
    z: list[dict[str, float]] = field(default_factory=list)
    vetoed: list[dict[str, bool]] = field(default_factory=list)
    doubtful: bool = False
    learned: bool = False

    def tick(self, given: Given) -> None:
        """Live one tick: `given` sets inputs and forces other units; NaN leaves a unit free."""
        self.y.append({})
        self.z.append({})
        self.vetoed.append({})
        for unit in self.graph:
            self._output(unit, given)

    def brings(self, source: str | None, target: str) -> float:
        """Return what a synapse brings at the latest tick: its source as it was `delay` ticks before."""
        if source is None:
            return 1.0
        then = len(self.y) - 1 - delay_of(self.graph, source, target)
        return self.y[then][source] if then >= 0 else 0.0

    def _output(self, unit: str, given: Given) -> float:
        now = self.y[-1]
        if unit not in now:
            wanted = given.get(unit, math.nan)
            if self.graph.nodes[unit].get("input"):
                now[unit] = 0.0 if math.isnan(wanted) else wanted
            else:
                own = self._own(unit, given)
                now[unit] = own if math.isnan(wanted) else wanted
        return now[unit]

    def _own(self, unit: str, given: Given) -> float:
        data = self.graph.nodes[unit]
        terms = []
        silenced = False
        for source in self.graph.predecessors(unit):
            if not delay_of(self.graph, source, unit):
                self._output(source, given)
            x = self.brings(source, unit)
            synapse = self.graph.edges[source, unit]
            if synapse.get("kind") == "inhibitory":
                silenced = silenced or x > 0
            else:
                terms.append(synapse.get("weight", 1.0) * x)
        if "bias" in data:
            terms.append(data["bias"])
        z = float(sum(terms))
        y = ACTIVATE[data["model"]](z, data)
        if data["model"] in JUMPS:
            # Where a threshold decides, the exactly rounded sum does, so that no order of adding up matters.
            exact = math.fsum(terms)
            decided = ACTIVATE[data["model"]](exact, data)
            z, y = (exact, decided) if decided != y else (z, y)
        self._doubt(unit, terms, z)
        self.z[-1][unit] = z
        self.vetoed[-1][unit] = silenced and y > 0
        return 0.0 if silenced else y

    def _doubt(self, unit: str, terms: Sequence[float], z: float) -> None:
        data = self.graph.nodes[unit]
        heard = {self.graph.nodes[source].get("model") for source in self.graph.predecessors(unit)}
        if data["model"] not in JUMPS or not (self.learned or heard & set(SMOOTH)):
            return
        jump = JUMPS[data["model"]](data)
        exact = all(term * FINE == round(term * FINE) and abs(term) < FINE for term in (*terms, jump))
        if not exact and abs(z - jump) < CLOSE * max(1.0, *map(abs, terms), abs(jump)):
            self.doubtful = True


def live(graph: Graph, given: Iterable[Given], learned: bool = False) -> Life:
    """Return the life of a network from rest, a tick for each of `given`."""
    life = Life(graph, learned=learned)
    for now in given:
        life.tick(now)
    return life


def learn_in_time(
    graph: Graph, trials: Sequence[Sequence[Given]], rule: str, eta: float, teacher: Sequence[Given] = ()
) -> list[Life]:
    """Let trials live side by side, and after every tick change the graph's weights by their mean change."""
    lives = [Life(graph, learned=True) for _ in trials]
    for tick, now in enumerate(zip(*trials, strict=True)):
        for life, given in zip(lives, now, strict=True):
            life.tick(given)
        desired = teacher[tick] if teacher else {}
        apply(graph, [changes(life, rule, eta, desired) for life in lives], average=True)
    return lives


def present(graph: Graph, sample: Sequence[float], ticks: int) -> Life:
    """Hold one sample for so many ticks, from rest."""
    inputs = [unit for unit, data in graph.nodes(data=True) if data.get("input")]
    return live(graph, [dict(zip(inputs, sample, strict=True))] * ticks, learned=True)


def train(
    graph: Graph,
    X: Sequence[Sequence[float]],
    D: Sequence[Sequence[float]],
    rule: str,
    eta: float,
    *,
    epochs: int = 1,
    ticks: int = 1,
    batch: int = 1,
    average: bool = True,
) -> dict[str, list[float]]:
    """Teach the graph in cyclic order; return "error", from before the first epoch on, "mistakes", "doubtful"."""
    record: dict[str, list[float]] = {
        "error": [_error(graph, X, D, rule, ticks, average)],
        "mistakes": [],
        "doubtful": [],
    }
    for _ in range(epochs):
        mistakes = 0
        for start in range(0, len(X), batch):
            found = []
            for sample, wanted in zip(X[start : start + batch], D[start : start + batch], strict=True):
                life = present(graph, sample, ticks)
                desired = dict(zip(outputs(graph), wanted, strict=True))
                mistakes += any(abs(life.y[-1][unit] - d) >= 0.5 for unit, d in desired.items())
                found.append(changes(life, rule, eta, desired))
                record["doubtful"] += [1.0] * life.doubtful
            apply(graph, found, average)
        record["mistakes"].append(float(mistakes))
        record["error"].append(_error(graph, X, D, rule, ticks, average))
    return record


def changes(life: Life, rule: str, eta: float, desired: Given) -> dict[Synapse, float]:
    """Return what the rule changes after the latest tick, by synapse; a bias comes from None."""
    found: dict[Synapse, float] = {}
    for source, target in plastic_synapses(life.graph, biases=rule in TAUGHT):
        d = desired.get(target, math.nan)
        if rule in TAUGHT and math.isnan(d):
            continue
        x = life.brings(source, target)
        found[source, target] = eta * CHANGE[rule](x, life.z[-1][target], life.y[-1][target], d)
    return found


def plastic_synapses(graph: Graph, biases: bool = True) -> list[Synapse]:
    """Return the synapses that a rule may change, and the biases: all, or only those that are said to be plastic."""
    found: list[Synapse] = []
    for unit, data in graph.nodes(data=True):
        if data.get("input"):
            continue
        usual = data["model"] != "mcculloch-pitts"
        for source in graph.predecessors(unit):
            synapse = graph.edges[source, unit]
            if synapse.get("kind") != "inhibitory" and synapse.get("plastic", usual):
                found.append((source, unit))
        if "bias" in data and data.get("plastic", usual and biases):
            found.append((None, unit))
    return found


def apply(graph: Graph, found: Sequence[Mapping[Synapse, float]], average: bool) -> None:
    """Add the mean or the sum of what several trials would change; synapses that share a weight add up."""
    total: dict[Synapse, float] = {}
    for change in found:
        for synapse, value in change.items():
            total[synapse] = total.get(synapse, 0.0) + (value / len(found) if average else value)
    together: dict[str, float] = {}
    for (source, target), value in total.items():
        label = graph.edges[source, target].get("shared") if source is not None else None
        if label is not None:
            together[label] = together.get(label, 0.0) + value
    for (source, target), value in total.items():
        if source is None:
            graph.nodes[target]["bias"] += value
        else:
            data = graph.edges[source, target]
            data["weight"] = data.get("weight", 1.0) + together.get(data.get("shared"), value)


def outputs(graph: Graph) -> list[str]:
    """Return the units marked as outputs, or else those that lead nowhere but to themselves."""
    marked = [unit for unit, data in graph.nodes(data=True) if data.get("output")]
    last = [
        unit
        for unit, data in graph.nodes(data=True)
        if not data.get("input") and set(graph.successors(unit)) <= {unit}
    ]
    return marked or last


def settling(graph: Graph) -> int:
    """Return how many ticks it takes until everything in a loop-free network has its final value."""

    def waits(unit: str) -> int:
        return max((waits(u) + delay_of(graph, u, unit) for u in graph.predecessors(unit)), default=0)

    return 1 + max(waits(unit) for unit in graph)


def synapse_values(graph: Graph) -> dict[Synapse, float]:
    """Return the weight of every weighted synapse and every bias."""
    found: dict[Synapse, float] = {
        (u, v): data.get("weight", 1.0)
        for u, v, data in graph.edges(data=True)
        if data.get("kind") != "inhibitory"
    }
    return found | {(None, unit): bias for unit, bias in nx.get_node_attributes(graph, "bias").items()}


def _error(
    graph: Graph,
    X: Sequence[Sequence[float]],
    D: Sequence[Sequence[float]],
    rule: str,
    ticks: int,
    average: bool,
) -> float:
    total = 0.0
    for sample, wanted in zip(X, D, strict=True):
        life = present(graph, sample, ticks)
        seen = life.z[-1] if rule == "lms" else life.y[-1]
        for unit, d in zip(outputs(graph), wanted, strict=True):
            total += 0.5 * (d - seen[unit]) * (d - seen[unit])
    return total / len(X) if average else total


def disagreement(
    lives: Sequence[Life], recorded: Mapping[str, Any], units: Sequence[str], exact: bool
) -> str:
    """Return where a record of y, z and vetoes, (ticks, trials, units), differs from these lives, or nothing.

    Where sums are not exact, numbers may differ by 1e-12 of the largest net input.
    """
    for trial, life in enumerate(lives):
        largest = max(1.0, *(abs(z) for tick in life.z for z in tick.values()))
        close = 0.0 if exact else ROUNDING * largest
        told: dict[str, list[dict[str, Any]]] = {"y": [*life.y], "z": [*life.z], "vetoed": [*life.vetoed]}
        for tick in range(len(life.y)):
            for place, unit in enumerate(units):
                for word, said in told.items():
                    found, wanted = recorded[word][tick][trial][place], said[tick].get(unit, 0)
                    if not abs(float(found) - float(wanted)) <= close:
                        return f"{word} of {unit!r} at tick {tick} of trial {trial}: {found!r}, and {wanted!r} by hand"
    return ""
