"""What no caller should do: wrong values in every place of the public interface, spoilt scenarios, spoilt nets.

Whatever comes, there is an answer, an error of the package, or a TypeError of the call itself; within a time and a
memory that are bounded, and without a warning of Python's or numpy's.
"""

from __future__ import annotations

import inspect
import math
import random
import re
import resource
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import matplotlib as mpl
import networkx as nx
import numpy as np
import pytest

import allornone as aon
from allornone.command import main
from allornone.scenarios.checking import look_over
from allornone.simulator.errors import AllornoneError

SECONDS = 20
BYTES = 2_000_000_000
LIBRARY = sorted((Path(__file__).parents[1] / "scenarios" / "library").glob("*/*.toml"))

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class SlowError(Exception):
    """An input took longer than it may."""


@contextmanager
def bounded() -> Iterator[None]:
    """Bound the time and the memory of what is done inside."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise SlowError(f"longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, hard))
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def fault_of(call: Callable[..., Any], *args: Any, **named: Any) -> str:
    """Return what is wrong with how a call ends, or ""."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            with bounded():
                call(*args, **named)
        except AllornoneError as error:
            return "" if str(error) else "an error without a word"
        except TypeError as error:
            return "" if _of_signature(call, args, named) else f"TypeError: {error}"
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
    return ""


def _of_signature(call: Callable[..., Any], args: Any, named: Any) -> bool:
    try:
        inspect.signature(call).bind(*args, **named)
    except TypeError:
        return True
    return False


X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
D = np.array([[0.0], [0.0], [0.0], [1.0]])


def ring() -> aon.Network:
    """Return a small net of cells with an input, a circle and an inhibition."""
    net = aon.Network(name="ring")
    net.add_inputs("x")
    for cell in "ab":
        net.add_unit(cell, aon.McCullochPitts())
    for source, target in ("xa", "ab", "ba"):
        net.connect(source, target)
    return net


def good_calls(folder: Path) -> list[Call]:
    """Return a sound call of everything that may be called."""
    net, cells = aon.perceptron(2), ring()
    trace = aon.simulate(cells, {"x": "101"}, ticks=6)
    training = aon.train(aon.perceptron(2), X, D, rule=aon.PerceptronRule(), epochs=3)
    result = aon.run("mp-1c-and")
    file = folder / "net.json"
    aon.write(cells, file)
    formula = "a & ~b | c"
    simulator = aon.Simulator(cells)
    return [
        (aon.Network().add_inputs, ("x",), {}),
        (lambda *a, **k: aon.Network().add_unit(*a, **k), ("u", aon.Linear()), {"bias": 0.0}),
        (lambda *a, **k: aon.Network().add_group(*a, **k), ("g", 3, aon.Linear()), {"bias": 0.0}),
        (lambda *a, **k: ring().connect(*a, **k), ("x", "b"), {"weight": 1.0, "delay": 1, "plastic": True}),
        (lambda *a, **k: ring().inhibit(*a, **k), ("x", "b"), {"delay": 1}),
        (lambda *a, **k: ring().relay(*a, **k), ("x", "b"), {"delay": 2}),
        (cells.unit, ("a",), {}),
        (cells.group, ("inputs",), {}),
        (cells.delay, ("x", "a"), {}),
        (cells.plastic, ("x", "a"), {}),
        (aon.compile, (cells,), {}),
        (aon.simulate, (cells, {"x": "101"}), {"ticks": 6, "seed": 0}),
        (aon.simulate, (cells, {"x": [1, 0]}), {"ticks": 4, "record": ["z"]}),
        (lambda *a, **k: aon.Simulator(*a, **k), (cells,), {"batch": 1, "seed": 0, "undo": 4}),
        (simulator.step, ({"x": 1.0},), {}),
        (lambda *a, **k: aon.Simulator(cells).settle(*a, **k), (5,), {}),
        (aon.train, (net.copy(), X, D), {"rule": aon.PerceptronRule(), "epochs": 2, "batch": 1, "order": "cyclic"}),
        (
            aon.train,
            (net.copy(), X, D),
            {"rule": aon.PerceptronRule(), "until": "mistakes == 0", "bound": 10.0, "seed": 0, "average": True},
        ),
        (aon.evaluate, (net, X), {}),
        (aon.gradient, (aon.mlp(2, 2, 1), X, D), {}),
        (aon.jacobian, (aon.mlp(2, 2, 1), X), {}),
        (aon.Trainer, (net.copy(), X, D), {"rule": aon.PerceptronRule()}),
        (aon.explain, (trace, "a", 3), {}),
        (aon.explain, (training, "out", 1), {}),
        (aon.logic, ("N(t) = A(t-1) and not B(t-1)",), {"tonic": False, "relative": False}),
        (aon.formula, (cells, "a"), {}),
        (aon.boolean, (formula,), {"minimise": True, "form": "terms"}),
        (aon.regular, ("(a|b)*a",), {}),
        (aon.accepts, (aon.regular("(a|b)*a"), "aba"), {}),
        (aon.automaton, (aon.regular("(a|b)*a"),), {"most": 100}),
        (aon.attractors, (cells,), {"samples": 10, "steps": 100, "seed": 0}),
        (aon.parity, (3,), {}),
        (aon.threshold_units, (["out = X - 2 Y >= 1"],), {}),
        (aon.perceptron, (2,), {}),
        (aon.adaline, (2,), {}),
        (aon.madaline, (2, 3), {}),
        (aon.mlp, (2, 3, 1), {"model": "logistic", "skips": False, "bias": True}),
        (aon.rbf, ([[0.0, 0.0], [1.0, 1.0]],), {"width": 1.0, "kind": "gaussian", "outputs": 1}),
        (aon.rbf, (), {"centres": {"k-means": 2}, "task": (X, D), "fit": True, "seed": 0}),
        (aon.hopfield, (4,), {"keep": 0.1}),
        (aon.photo_perceptron, (), {"retina": (3, 3), "cells": 5, "excitatory": 2, "inhibitory": 1, "seed": 0}),
        (aon.polygon, (4,), {"inradius": 1.0, "turn": 0.0, "centre": (0.0, 0.0)}),
        (aon.polygons, ([{"sides": 4}],), {"join": "sum"}),
        (aon.pulses, ([0.0, 0.5, 1.0], [1.0, 2.0]), {}),
        (aon.cylinders, ([[0.0, 0.0]],), {"heights": 1.0, "radius": 0.5, "sides": 8}),
        (aon.power, (3,), {}),
        (aon.product, (), {}),
        (aon.sawtooth, (2,), {}),
        (aon.life, (4, 4), {"wrap": True}),
        (aon.cellular, (30, 8), {"wrap": True}),
        (aon.turing, ("A0:1RB A1:1LB B0:1LA B1:1RH", 9), {"start": 4}),
        (aon.start, (aon.mlp(2, 2, 1), {"uniform": 0.5}), {"seed": 0}),
        (aon.separable, (X, D[:, 0]), {}),
        (aon.order, ([0, 1, 1, 0], 2), {}),
        (aon.order_of_counts, ([0, 1, 0], [2]), {}),
        (aon.mask_form, ([0, 0, 0, 1], 2), {}),
        (aon.euler, ((2, 2),), {"least": 1}),
        (aon.wiener, (X, D), {}),
        (aon.largest_eta, (X,), {}),
        (aon.task, ("table",), {"inputs": 2, "ones": ["11"]}),
        (aon.task, ("digits",), {"hold_out": 400, "seed": 0}),
        (aon.task, ("sample",), {"count": 5, "inputs": 2, "x": "noise", "d": "x1 > 0"}),
        (aon.run, ("mp-1c-and",), {"seeds": 1}),
        (aon.read, (file,), {}),
        (aon.write, (cells, folder / "written.json"), {}),
        (aon.write, (cells, folder / "written.graphml"), {}),
        (aon.draw, (cells,), {}),
        (aon.plot, (trace,), {}),
        (aon.plot, (training,), {}),
        (aon.film, (trace,), {"kind": "network"}),
        (aon.film(trace, fps=4).save, (folder / "film.gif",), {}),
        (aon.film(trace).frame, (2,), {}),
        (trace.__getitem__, ("a",), {}),
        (training.__getitem__, ("mistakes",), {}),
        (trace.save, (folder / "trace.npz",), {}),
        (result.save, (folder,), {}),
        (aon.Record, (["z"],), {"units": ["a"], "every": 1, "most": 3}),
        *((model, (), {}) for model in (aon.McCullochPitts, aon.Logistic, aon.Radial, aon.Tanh, aon.Softplus)),
        *((rule, (), {}) for rule in (aon.PerceptronRule, aon.LMS, aon.Hebb, aon.Oja, aon.Backpropagation)),
    ]  # fmt: skip


def wrong_values() -> list[Any]:
    """Return values that are seldom meant."""
    endless: list[Any] = []
    endless.append(endless)
    deep: Any = 1
    for _ in range(3000):
        deep = [deep]
    return [
        None, True, -1, 0, 7, 2**63, 10**400, -(10**30), 1.5, math.nan, math.inf, -1e308, 1e-320, 1j,
        "", "x", "\ud800", "a" * 5000, "\ufeffx", "x\x00y", "1 +", b"x",
        [], [1], [[1, 2], [3]], [None], ["x", "x"], endless, deep, [math.nan], [10**400],
        (), (1, 2), {}, {"x": 1}, {"x": [1, [2]]}, {1: 2}, {"x": "2"}, set(), range(3),
        np.array(1), np.array([1.0, 2.0]), np.array(["a"]), np.array([None]), np.array([[np.nan, np.inf]]),
        np.zeros((0, 3)), np.array([1 + 1j]), np.float32(1), np.bool_(True), np.int64(3),
        object(), len, int, aon.Linear(), aon.Linear, aon.Network(), ring(), nx.Graph([(1, 2)]), Path("nowhere"),
    ]  # fmt: skip


OURS = ("progress",)
"""Arguments that are functions of the caller's own, whose errors are the caller's."""


def spoilt_calls(folder: Path) -> list[Call]:
    """Return each good call with each argument in turn wrong, and each parameter that it leaves out."""
    found: list[Call] = []
    for call, args, named in good_calls(folder):
        for value in wrong_values():
            found += [(call, (*args[:place], value, *args[place + 1 :]), named) for place in range(len(args))]
            found += [(call, args, {**named, name: value}) for name in _parameters(call, args, named)]
    predicates = (aon.order, aon.order_of_counts, aon.mask_form)
    return [
        one
        for one in found
        if not any(callable(one[2].get(name)) for name in OURS)
        and not (one[0] in predicates and callable(one[1][0]))
    ]


def _parameters(call: Callable[..., Any], args: Any, named: dict[str, Any]) -> list[str]:
    try:
        parameters = inspect.signature(call).parameters.values()
    except ValueError:
        return [*named]
    words = [one.name for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return [*dict.fromkeys([*named, *words[len(args) :]])]


@pytest.mark.slow
def test_wrong_values_in_every_place_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some 5,000 calls drawn from all, every time others by their seed; nothing is left behind in the folder."""
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    calls = spoilt_calls(tmp_path)
    assert len(calls) > 5000
    chosen = random.Random(0).sample(range(len(calls)), 5000)
    wrong: dict[str, str] = {}
    for number in sorted(chosen):
        call, args, named = calls[number]
        fault = fault_of(call, *args, **named)
        if fault:
            name = getattr(call, "__qualname__", str(call))
            wrong.setdefault(f"{name} {fault[:60]}", f"{name}{_short(args)}{_short(named)}: {fault}")
    assert not wrong, f"{len(wrong)} kinds:\n" + "\n".join(wrong.values())


def _short(value: Any) -> str:
    try:
        return repr(value)[:120]
    except (RecursionError, ValueError):
        return "(what cannot be shown)"


# ---- Scenario files and files of nets, spoilt in one place

PIECES = (
    "", "[", "]", "{", "}", "=", '"', "'", ",", "#", "\n", "\\", "0", "-1", "1e400", "nan", "inf", "true", "[]", "{}",
    '"x"', "1e-320", "9" * 400, "2000-01-01", "[[[1]]]", '"\\u0000"', '"é"', "\x00", "[x]", "x = 1\n",
)  # fmt: skip
VALUE = re.compile(r'"[^"\n]*"|\[[^\[\]\n]*\]|-?\d+(?:\.\d+)?|true|false')


def spoilt_text(text: str, draw: random.Random) -> str:
    """Return a text with a piece of it replaced, dropped, doubled or moved."""
    kind = draw.randrange(6)
    if kind < 3:  # a value by another
        values = list(VALUE.finditer(text))
        one = draw.choice(values)
        new = draw.choice(PIECES) if kind else draw.choice(values)[0]
        return text[: one.start()] + new + text[one.end() :]
    lines = text.splitlines(keepends=True)
    place = draw.randrange(len(lines))
    if kind == 3:
        del lines[place]
    elif kind == 4:
        lines.insert(draw.randrange(len(lines)), lines[place])
    else:
        at = draw.randrange(len(lines[place]))
        lines[place] = lines[place][:at] + draw.choice(PIECES) + lines[place][at + 1 :]
    return "".join(lines)


def mutants(folder: Path, seed: int, count: int, size: int) -> Iterator[tuple[str, Path]]:
    """Yield spoilt copies of the library's files of less than a size, each with the name of what it was."""
    draw = random.Random(seed)
    sources = [source for source in LIBRARY if source.stat().st_size < size]
    file = folder / "mutant.toml"
    for _ in range(count):
        source = draw.choice(sources)
        text = spoilt_text(source.read_text(encoding="utf-8"), draw)
        file.write_text(text, encoding="utf-8", errors="surrogatepass")
        yield source.stem, file


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_spoilt_scenarios_are_checked_or_told(tmp_path: Path, block: int) -> None:
    """500 mutants a block of the library's files, which `check` reads without running them."""
    wrong = {}
    for number, (name, file) in enumerate(mutants(tmp_path, seed=block, count=500, size=9000)):
        fault = fault_of(look_over, file)
        if fault:
            wrong[f"{name} {number}"] = fault
    assert not wrong, "\n".join(f"{name}: {fault}" for name, fault in wrong.items())


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_spoilt_scenarios_end_with_a_verdict_or_a_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], block: int
) -> None:
    """100 mutants a block, by the command line: no status but 0, 1, 2, no traceback."""
    for name, file in mutants(tmp_path, seed=1000 + block, count=100, size=5000):
        with bounded():
            status = main(["run", str(file)])
        said = capsys.readouterr()
        assert status in (0, 1, 2), f"{name}: {status}\n{said.err}\n{file.read_bytes()!r}"
        assert "Traceback" not in said.err + said.out, said.err


@pytest.mark.slow
def test_spoilt_files_of_nets_are_read_or_told(tmp_path: Path) -> None:
    """1,000 mutants, of every format, and of records of runs."""
    nets = [ring(), aon.logic("N(t) = A(t-1) and not B(t-1)"), aon.mlp(2, 2, 1), aon.hopfield(3)]
    trace = aon.simulate(ring(), {"x": "101"}, ticks=6)
    draw, wrong = random.Random(0), {}
    for number in range(1000):
        ending = draw.choice([".json", ".toml", ".graphml", ".gml", ".npz"])
        file = tmp_path / f"net{ending}"
        (trace.save if ending == ".npz" else partial(aon.write, draw.choice(nets)))(file)
        data = bytearray(file.read_bytes())
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(data))
            kind = draw.randrange(3)
            if kind == 0:
                data[at] = draw.randrange(256)
            elif kind == 1:
                del data[at : at + draw.randint(1, 20)]
            else:
                data[at:at] = draw.choice(PIECES).encode(errors="surrogatepass")
        file.write_bytes(bytes(data))
        fault = fault_of(aon.Trace.load if ending == ".npz" else aon.read, file)
        if fault:
            wrong[f"{number} {ending}"] = fault
    assert not wrong, "\n".join(f"{name}: {fault}" for name, fault in wrong.items())
