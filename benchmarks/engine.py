"""The engine beside its peers, measured in one run: `python benchmarks/engine.py`.

Ratios are peer ÷ ours, the median of several turns taken in alternation.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import networkx as nx
import numpy as np

import allornone as aon

TURNS = 7
TICKS = 20
Workload = tuple[str, str, Callable[[], object], Callable[[], object]]


def main() -> None:
    """Print one line a workload."""
    print(f"{'workload':<52} {'peer':<34} {'ours':>10} {'peer':>10} {'ratio':>7}")
    for workload, peer, ours, theirs in workloads():
        mine, others = in_turns(ours, theirs)
        print(f"{workload:<52} {peer:<34} {milli(mine):>10} {milli(others):>10} {others / mine:>6.2f}×")


def workloads() -> list[Workload]:
    """Return workloads with their peers."""
    net = conjunction()
    program = aon.compile(net)
    stimulus = {"N1": "1101101101", "N2": "1011010110"}
    points, classes = lessons(2000, 10)
    gates = [aon.perceptron(10) for _ in range(21)]
    side_by_side = aon.compile(gates)
    return [
        (
            "3 units, 10 ticks, compiled",
            "naive loop over networkx",
            lambda: aon.simulate(program, stimulus, ticks=10),
            lambda: naive(net, stimulus, 10),
        ),
        (
            "10⁵ random synapses, compile, checks included",
            "nx.to_scipy_sparse_array",
            lambda: aon.compile(BIG),
            lambda: nx.to_scipy_sparse_array(BIG),
        ),
        silencing(1_000, "10³"),
        silencing(10_000, "10⁴"),
        (
            "perceptron, 2000 samples × 10, one epoch",
            "scikit-learn Perceptron",
            lambda: aon.train(gates[0], points, classes, rule=aon.PerceptronRule()),
            lambda: scikit(points, classes),
        ),
        (
            "21 perceptrons, 2000 samples × 10, one epoch, lanes",
            "the same one after the other",
            lambda: aon.train(side_by_side, points, classes, rule=aon.PerceptronRule()),
            lambda: [aon.train(gate, points, classes, rule=aon.PerceptronRule()) for gate in gates],
        ),
        (
            "allornone list",
            "a bare interpreter start",
            lambda: child("-m", "allornone", "list"),
            lambda: child("-c", ""),
        ),
    ]


def conjunction() -> aon.Network:
    """Return the net of DESIGN: N3(t) = N1(t−1) and N2(t−1)."""
    net = aon.Network()
    net.add_inputs("N1", "N2")
    net.add_unit("N3", aon.McCullochPitts(threshold=2))
    net.connect("N1", "N3")
    net.connect("N2", "N3")
    return net


def silencing(units: int, said: str) -> Workload:
    """Return ticks of a random net, a fifth of whose synapses are absolute inhibition, beside products with it."""
    net = random_net(units, 10 * units, inhibitory=0.2, most=2)
    program = aon.compile(net)
    table = nx.to_scipy_sparse_array(net, dtype=float).T.tocsr()
    x = np.random.default_rng(1).integers(0, 2, units).astype(float)
    return (
        f"{said} units, in-degree 10, 20 % inhibitory, {TICKS} ticks",
        "scipy csr @ vector",
        lambda: aon.simulate(program, {}, ticks=TICKS),
        lambda: [table @ x for _ in range(TICKS)],
    )


def random_net(units: int, synapses: int, inhibitory: float = 0.0, most: int = 0) -> aon.Network:
    """Return a random net of McCulloch–Pitts units, thresholds 2 or drawn up to `most`."""
    draw = np.random.default_rng(0)
    net = aon.Network()
    for k in range(units):
        threshold = float(draw.integers(0, most + 1)) if most else 2.0
        net.add_node(k_name(k), model="mcculloch-pitts", threshold=threshold, output=k == 0)
    silent = draw.random(synapses) < inhibitory
    for (u, v), kind in zip(draw.integers(0, units, (synapses, 2)), silent, strict=True):
        words = {"kind": "inhibitory"} if kind else {}
        net.add_edge(k_name(int(u)), k_name(int(v)), weight=1.0, delay=1, **words)
    return net


def k_name(k: int) -> str:
    """Return the name of unit k."""
    return f"u{k}"


def naive(net: aon.Network, stimulus: dict[str, str], ticks: int) -> dict[str, list[int]]:
    """Walk the graph unit by unit, tick by tick."""
    y: dict[str, list[int]] = {unit: [] for unit in net}
    for t in range(ticks):
        for unit, data in net.nodes(data=True):
            if data.get("input"):
                y[unit].append(int(stimulus[unit][t]))
                continue
            z = 0.0
            for source, _, synapse in net.in_edges(unit, data=True):
                if t >= synapse["delay"]:
                    z += synapse["weight"] * y[source][t - synapse["delay"]]
            y[unit].append(int(z >= data["threshold"]))
    return y


def lessons(samples: int, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return random points, and the side of a random plane that each is on."""
    draw = np.random.default_rng(1)
    points = draw.normal(size=(samples, inputs))
    return points, (points @ draw.normal(size=inputs) > 0).astype(float)


def scikit(points: np.ndarray, classes: np.ndarray) -> object:
    """Let scikit-learn do one epoch."""
    from sklearn.linear_model import Perceptron

    return Perceptron(shuffle=False, tol=None, max_iter=1).fit(points, classes)


def child(*arguments: str) -> None:
    """Run this interpreter with these arguments."""
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def in_turns(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds of each, taken in alternation after a warm-up."""
    ours(), theirs()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TURNS):
        for function, kept in zip((ours, theirs), times, strict=True):
            began = time.perf_counter()
            function()
            kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def milli(seconds: float) -> str:
    """Return seconds as milliseconds."""
    return f"{1000 * seconds:.3f} ms"


BIG = random_net(10_000, 100_000)

if __name__ == "__main__":
    main()
