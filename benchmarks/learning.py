"""Learning beside its peers, and how its time grows, measured in one run: `python benchmarks/learning.py`.

Ratios are ours ÷ peer (above 1 we lose) of CPU time, the best of several turns taken in alternation. Both begin from
the same weights and do the same steps in float64; `differ` is the largest difference between the weights that they end
with. Peers that are not installed are passed over. `--growth` prints the exponents alone, `--peers` the peers alone.

S lanes, B samples of a batch, A sources and U units of a layer.
w (S, A, U), or (A, U) of one training    b (S, 1, U), or (1, U)    x (B, A)
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.program.program import Program

TURNS = 5
WIDTH = 52
XOR = (np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [1], [1], [0.0]]))
ENCODER = (np.eye(8), np.eye(8))
ETA = 0.5
Tables = list[tuple[Any, Any]]
"""Weights and biases of layers, the first one first."""
Run = Callable[[], Array]
"""Train from the start, and return the weights learned, as `flat` has them."""


class Workload(NamedTuple):
    """What a program learns from a start, and peers by name beside it; None is a peer that is not installed."""

    name: str
    program: Program
    ours: Callable[[], object]
    peers: dict[str, Run | None]


def main() -> None:
    """Print one line a workload and peer, then the exponents."""
    if "--growth" not in sys.argv:
        print(f"{'workload':<{WIDTH}} {'peer':<24} {'ours':>11} {'peer':>11} {'ratio':>8} {'differ':>8}")
        for workload in workloads():
            tell(workload)
    if "--peers" not in sys.argv:
        print(f"\n{'time grows with':<34} {'from … to':>14} {'exponent':>9}  {'expected':>8}")
        for name, expected, sizes, runs in growths():
            times = list(best_of(list(runs)))
            print(
                f"{name:<34} {f'{sizes[0]} … {sizes[-1]}':>14} {exponent(sizes, times):>9.2f}  {expected:>8}"
            )


def tell(workload: Workload) -> None:
    """Measure a workload and print how it stands beside each peer."""
    there = {name: run for name, run in workload.peers.items() if run is not None}
    workload.ours()
    learned = flat(tables(workload.program))
    differ = {
        name: float(np.abs(run().reshape(learned.shape) - learned).max()) for name, run in there.items()
    }
    mine, *others = best_of([workload.ours, *there.values()])
    took = dict(zip(there, others, strict=True))
    for name in workload.peers:
        line = f"{workload.name:<{WIDTH}} {name:<24} {milli(mine):>11}"
        if name in took:
            line += f" {milli(took[name]):>11} {mine / took[name]:>7.2f}× {differ[name]:>8.0e}"
        print(line if name in took else f"{line} {'not installed':>13}")


def workloads() -> Iterator[Workload]:
    """Yield workloads with their peers, one after the other: each may hold much."""
    for inputs in (10, 100):
        yield perceptron_epoch(100_000, inputs)
        yield lms_epoch(100_000, inputs)
    for lanes, epochs in ((1, 500), (1024, 50)):
        yield online("exclusive or, 2-2-1", [2, 2, 1], *XOR, lanes, epochs)
        yield online("encoder, 8-3-8", [8, 3, 8], *ENCODER, lanes, epochs // 2)
    for size in (32, 1024):
        yield mini_batches([784, 128, 10], 8192, size)
    yield few_synapses([2000, 500, 10], 0.05, 640, 32)
    for lanes in (1, 100):
        yield madaline(lanes, 5)


# One unit: the perceptron and ADALINE


def perceptron_epoch(samples: int, inputs: int) -> Workload:
    """Return an epoch of the perceptron's rule; the first sample is of class 1, where ties are settled alike."""
    X, z = lessons(samples, inputs)
    d = (z > 0).astype(float)
    d[0] = 1.0
    program = aon.compile(aon.perceptron(inputs))
    return Workload(
        f"perceptron, {samples} samples × {inputs}, one epoch",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.PerceptronRule()),
        {"scikit-learn": partial(scikit, "Perceptron", X, d)},
    )


def lms_epoch(samples: int, inputs: int) -> Workload:
    """Return an epoch of LMS."""
    X, z = lessons(samples, inputs)
    d, eta = z + np.random.default_rng(2).normal(size=samples), 0.1 / inputs
    program = aon.compile(aon.adaline(inputs))
    words = {"loss": "squared_error", "learning_rate": "constant", "eta0": eta, "penalty": None}
    return Workload(
        f"LMS, {samples} samples × {inputs}, one epoch",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.LMS(eta=eta)),
        {"scikit-learn": partial(scikit, "SGDRegressor", X, d, **words)},
    )


def lessons(samples: int, inputs: int) -> tuple[Array, Array]:
    """Return random points, and how far each is from a random plane."""
    draw = np.random.default_rng(1)
    X = draw.normal(size=(samples, inputs))
    return X, X @ draw.normal(size=inputs)


def scikit(kind: str, X: Array, d: Array, **words: Any) -> Array:
    """Let scikit-learn do one epoch."""
    model = getattr(import_module("sklearn.linear_model"), kind)
    taught = model(shuffle=False, tol=None, max_iter=1, **words).fit(X, d)
    return np.concatenate([np.ravel(taught.coef_), np.ravel(taught.intercept_)])


# Layers: backpropagation, one training or many side by side


def online(name: str, widths: Sequence[int], X: Array, d: Array, lanes: int, epochs: int) -> Workload:
    """Return online backpropagation of ½ Σ (y − d)² through logistic layers, in lanes."""
    program = layered(widths, lanes, 0.5)
    begun = tables(program) if lanes > 1 else of_lane(tables(program), 0)
    peers: dict[str, Run | None] = {
        "plain numpy": partial(by_numpy, begun, X, d, 1, epochs),
        "jax, jit scan" + " vmap" * (lanes > 1): by_jax(begun, X, d, 1, epochs),
    }
    if lanes == 1:
        peers["torch, eager"] = by_torch(begun, X, d, 1, epochs)
    return Workload(
        f"{name}, online, {epochs} epochs, {lanes} lane{'s' * (lanes > 1)}",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.Backpropagation(eta=ETA), epochs=epochs),
        peers,
    )


def mini_batches(widths: Sequence[int], samples: int, size: int) -> Workload:
    """Return an epoch of backpropagation in mini-batches."""
    draw = np.random.default_rng(3)
    X = draw.random((samples, widths[0]))
    d = np.eye(widths[-1])[draw.integers(0, widths[-1], samples)]
    program = layered(widths, 1, 0.05)
    begun = of_lane(tables(program), 0)
    return Workload(
        f"{'-'.join(map(str, widths))}, {samples} samples, batches of {size}",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.Backpropagation(eta=ETA), batch=size),
        {
            "plain numpy": partial(by_numpy, begun, X, d, size, 1),
            "jax, jit scan": by_jax(begun, X, d, size, 1),
            "torch, eager": by_torch(begun, X, d, size, 1),
        },
    )


def few_synapses(widths: Sequence[int], share: float, samples: int, size: int) -> Workload:
    """Return an epoch through a first layer of which only a share of the synapses exist."""
    draw, sources = np.random.default_rng(4), widths[0]
    X = draw.random((samples, sources))
    d = np.eye(widths[-1])[draw.integers(0, widths[-1], samples)]
    net = aon.mlp(sources, widths[1:-1], widths[-1])
    pairs = [(source, unit) for source in net.inputs for unit in net.group("hidden1")]
    net.remove_edges_from([pairs[k] for k in np.flatnonzero(draw.random(len(pairs)) >= share)])
    aon.start(net, {"uniform": 0.05})
    program = aon.compile(net)
    begun = of_lane(tables(program), 0)
    return Workload(
        f"{'-'.join(map(str, widths))}, {share:.0%} there, {samples} samples, batches of {size}",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.Backpropagation(eta=ETA), batch=size),
        {
            "scipy csr": partial(by_scipy, begun, X, d, size),
            "plain numpy, all synapses": partial(by_numpy, begun, X, d, size, 1, exist=begun[0][0] != 0),
        },
    )


def by_scipy(begun: Tables, X: Array, d: Array, size: int) -> Array:
    """Train two layers, the first of which is a sparse array."""
    (w, b), (v, c) = begun
    table = import_module("scipy.sparse").csr_array(w.T)
    unit, source = table.tocoo().coords
    for start in range(0, len(X), size):
        x, wanted = X[start : start + size], d[start : start + size]
        y = 1 / (1 + np.exp(-((table @ x.T).T + b)))
        out = 1 / (1 + np.exp(-(y @ v + c)))
        above = (out - wanted) * out * (1 - out) / len(x)
        delta = (above @ v.T) * y * (1 - y)
        v, c = v - ETA * (y.T @ above), c - ETA * above.sum(0)
        table.data -= ETA * np.einsum("bk,bk->k", x[:, source], delta[:, unit])
        b = b - ETA * delta.sum(0)
    return flat([(table.toarray().T, b), (v, c)])


def layered(widths: Sequence[int], lanes: int, uniform: float) -> Program:
    """Return logistic layers, a seed a lane."""
    nets = []
    for seed in range(lanes):
        nets.append(aon.mlp(widths[0], widths[1:-1], widths[-1]))
        aon.start(nets[-1], {"uniform": uniform}, seed=seed)
    return aon.compile(nets)


def tables(program: Program) -> Tables:
    """Return the weights of layers as peers want them, lanes in front; a bias comes from None."""
    values, found = program.synapse_values(program.weights), []
    places = [{name: k for k, name in enumerate(program.inputs)}]
    for stage in program.stages:
        places.append({name: k for k, name in enumerate(program.names[stage.units])})
        w = np.zeros((program.lanes, len(places[-2]), len(places[-1])))
        b = np.zeros((program.lanes, 1, len(places[-1])))
        for (source, target), value in zip(program.synapses, values, strict=True):
            if target in places[-1]:
                part = b[:, 0] if source is None else w[:, places[-2][source]]
                part[:, places[-1][target]] = value
        found.append((w, b))
    return found


def of_lane(many: Tables, lane: int) -> Tables:
    """Return the layers of one lane."""
    return [(w[lane], b[lane]) for w, b in many]


def step(exp: Callable[[Any], Any], begun: Tables, x: Any, d: Any) -> Tables:
    """Return the layers after one batch: the lecture's formulas, the same ones in numpy and in jax."""
    y = [x]
    for w, b in begun:
        y.append(1 / (1 + exp(-(y[-1] @ w + b))))
    delta, after = (y[-1] - d) * y[-1] * (1 - y[-1]) / len(x), []
    for (w, b), below in zip(reversed(begun), reversed(y[:-1]), strict=True):
        after.append((w - ETA * (below.swapaxes(-1, -2) @ delta), b - ETA * delta.sum(-2, keepdims=True)))
        delta = (delta @ w.swapaxes(-1, -2)) * below * (1 - below)
    return after[::-1]


def by_numpy(begun: Tables, X: Array, d: Array, size: int, epochs: int, exist: Any = None) -> Array:
    """Train by the formulas in plain numpy; many trainings in one array. `exist`: the first layer's synapses."""
    now = begun
    for _ in range(epochs):
        for start in range(0, len(X), size):
            now = step(np.exp, now, X[start : start + size], d[start : start + size])
            if exist is not None:
                now[0] = (now[0][0] * exist, now[0][1])
    return flat(now)


def by_jax(begun: Tables, X: Array, d: Array, size: int, epochs: int) -> Run | None:
    """Return the training by the same formulas as one compiled loop, which is compiled before it is timed."""
    if find_spec("jax") is None:
        return None
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    batches = (X.reshape(-1, size, X.shape[1]), d.reshape(-1, size, d.shape[1]))

    def one(now: Tables, batch: Any) -> tuple[Tables, None]:
        return step(jax.numpy.exp, now, *batch), None

    def training(now: Tables) -> Tables:
        learned: Tables = jax.lax.scan(
            lambda now, _: (jax.lax.scan(one, now, batches)[0], None), now, None, epochs
        )[0]
        return learned

    compiled = jax.jit(jax.vmap(training) if begun[0][0].ndim > 2 else training)
    return lambda: flat([(np.asarray(w), np.asarray(b)) for w, b in compiled(begun)])


def by_torch(begun: Tables, X: Array, d: Array, size: int, epochs: int) -> Run | None:
    """Return the training as torch is usually written: modules, autograd, its own optimiser."""
    if find_spec("torch") is None:
        return None
    torch = import_module("torch")
    x_batches, d_batches = torch.from_numpy(X).split(size), torch.from_numpy(d).split(size)

    def training() -> Array:
        layers = [torch.nn.Linear(*w.shape, dtype=torch.float64) for w, _ in begun]
        with torch.no_grad():
            for layer, (w, b) in zip(layers, begun, strict=True):
                layer.weight.copy_(torch.from_numpy(w.T))
                layer.bias.copy_(torch.from_numpy(b[0]))
        net = torch.nn.Sequential(*(part for layer in layers for part in (layer, torch.nn.Sigmoid())))
        descent = torch.optim.SGD(net.parameters(), lr=ETA)
        for _ in range(epochs):
            for x, wanted in zip(x_batches, d_batches, strict=True):
                descent.zero_grad()
                (0.5 * ((net(x) - wanted) ** 2).sum() / len(x)).backward()
                descent.step()
        return flat(
            [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()[None]) for layer in layers]
        )

    return training


# MADALINE, rule II


def madaline(lanes: int, epochs: int) -> Workload:
    """Return MADALINE's rule II on the parity of four inputs, in lanes, beside a loop that has the same history."""
    X = np.array(list(itertools.product((-1.0, 1.0), repeat=4)))
    d = X.prod(axis=1)
    program = aon.compile([aon.madaline(4, 6, "trained", seed=seed) for seed in range(lanes)])
    begun = [of_lane(tables(program), lane) for lane in range(lanes)]
    return Workload(
        f"MADALINE II, 4-6-1, {epochs} epochs, {lanes} lane{'s' * (lanes > 1)}",
        program,
        partial(ours, program, program.weights, X, d, rule=aon.MadalineII(), epochs=epochs),
        {
            "plain numpy, lane by lane": lambda: np.stack(
                [flat(rule_ii(one, X, d, epochs)) for one in begun], axis=-1
            )
        },
    )


def rule_ii(begun: Tables, X: Array, d: Array, epochs: int, alpha: float = 0.5) -> Tables:
    """Train a net of one hidden layer and one output, flip by flip."""
    (w, b), (v, c) = ((w.copy(), b[0].copy()) for w, b in begun)
    count = w.shape[1]
    trials = [(k,) for k in range(count)] + list(itertools.combinations(range(count), 2))
    for _, (x, wanted) in itertools.product(range(epochs), list(zip(X, d, strict=True))):
        z = x @ w + b
        y = np.where(z >= 0, 1.0, -1.0)
        out = y @ v[:, 0] + c[0]
        if (1.0 if out >= 0 else -1.0) == wanted:
            continue
        nearest = np.argsort(np.abs(z), kind="stable")
        for trial in trials:
            flipped = y.copy()
            flipped[nearest[list(trial)]] *= -1
            if (1.0 if flipped @ v[:, 0] + c[0] >= 0 else -1.0) == wanted:
                for k in nearest[list(trial)]:
                    change = alpha * (flipped[k] - z[k]) / (x @ x + 1)
                    w[:, k] += change * x
                    b[k] += change
                break
        else:
            change = alpha * (wanted - out) / (y @ y + 1)
            v[:, 0] += change * y
            c[0] += change
    return [(w, b[None]), (v, c[None])]


# How the time grows


def growths() -> Iterator[tuple[str, str, list[int], Iterator[Callable[[], object]]]]:
    """Yield what grows, the exponent expected, the sizes, and the training at each."""
    samples = [2_000, 4_000, 8_000, 16_000]
    yield "samples, LMS, 50 features", "1", samples, (lms_epoch(size, 50).ours for size in samples)
    features = [30, 60, 120, 240]
    yield "features, LMS, online", "1", features, (lms_epoch(4_000, size).ours for size in features)
    features = [4_000, 8_000, 16_000]
    yield "features, LMS, batches of 100", "1", features, (lms_batches(size, 100).ours for size in features)
    samples = [2_048, 4_096, 8_192]
    nets = (mini_batches([64, 64, 10], size, 32).ours for size in samples)
    yield "samples, 64-64-10, batches of 32", "1", samples, nets
    widths = [256, 384, 512]
    nets = (mini_batches([size] * 3, 2048, 512).ours for size in widths)
    yield "width n of n-n-n, batches of 512", "2", widths, nets
    depths = [4, 8, 16, 32]
    nets = (mini_batches([64] * (size + 1), 1024, 32).ours for size in depths)
    yield "layers 64 wide, batches of 32", "1", depths, nets
    lanes = [1_000, 2_000, 4_000]
    nets = (online("", [8, 3, 8], *ENCODER, size, 20).ours for size in lanes)
    yield "lanes, encoder 8-3-8", "1", lanes, nets
    lanes = [1_000, 2_000, 4_000]
    yield "lanes, MADALINE II, 4-6-1", "1", lanes, (madaline(size, 2).ours for size in lanes)


def lms_batches(inputs: int, size: int) -> Workload:
    """Return LMS in mini-batches, for many features."""
    X, z = lessons(2 * size, inputs)
    program, rule = aon.compile(aon.adaline(inputs)), aon.LMS(eta=0.1 / inputs)
    return Workload("", program, partial(ours, program, program.weights, X, z, rule=rule, batch=size), {})


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """Return the slope of the line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


# What all share


def ours(program: Program, begun: Any, X: Array, d: Array, **words: Any) -> None:
    """Train a program from the start, without the error at rest, which no peer looks at."""
    program.weights = begun
    aon.train(program, X, d, record=(), **words)


def flat(layers: Tables) -> Array:
    """Return all weights and biases, a layer after the other; lanes, if there are several, come last."""
    parts = [part.reshape(*part.shape[: part.ndim - 2], -1) for pair in layers for part in pair]
    return np.concatenate(parts, axis=-1).T


def best_of(runs: Sequence[Callable[[], object]]) -> Iterator[float]:
    """Return the best CPU seconds of each, taken in alternation after a warm-up."""
    for run in runs:
        run()
    best = [float("inf")] * len(runs)
    for _ in range(TURNS):
        for k, run in enumerate(runs):
            began = time.process_time()
            run()
            best[k] = min(best[k], time.process_time() - began)
    yield from best


def milli(seconds: float) -> str:
    """Return seconds as milliseconds."""
    return f"{1000 * seconds:.1f} ms"


if __name__ == "__main__":
    main()
