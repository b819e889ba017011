"""Logic, words and memories beside their peers, measured in one run: `python benchmarks/logic.py`.

Ratios are peer ÷ ours, the median of several turns taken in alternation.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable

import networkx as nx
from engine import in_turns, milli
from sympy import symbols
from sympy.logic import SOPform

import allornone as aon
from allornone.models.automata.random_net import random_net
from allornone.models.boolean.cover import least_cover

Workload = tuple[str, str, Callable[[], object], Callable[[], object]]


def main() -> None:
    """Print one line a workload."""
    print(f"{'workload':<52} {'peer':<34} {'ours':>10} {'peer':>10} {'ratio':>7}")
    for workload, peer, ours, theirs in workloads():
        mine, others = in_turns(ours, theirs)
        print(f"{workload:<52} {peer:<34} {milli(mine):>10} {milli(others):>10} {others / mine:>6.2f}×")


def workloads() -> list[Workload]:
    """Return workloads with their peers."""
    net, event = random_net(10, seed=1), "(a|b)*abb"
    regular, words = aon.regular(event), all_words(11)
    return [
        covers("least covers of 100 functions of 4 inputs", 4, 100),
        covers("least covers of 10 functions of 6 inputs", 6, 10),
        (
            f"{len(words)} words, is each in {event}",
            "re.fullmatch, word by word",
            lambda: aon.accepts(regular, words),
            lambda: [re.fullmatch(event, word) is not None for word in words],
        ),
        (
            "a random net of 10 cells, all cycles of 1024 states",
            "naive steps, then networkx",
            lambda: aon.attractors(net),
            lambda: naive_cycles(net),
        ),
    ]


def covers(name: str, inputs: int, count: int) -> Workload:
    """Return random functions to cover; the peer's forms are minimal, but not proven to be least."""
    draw = random.Random(inputs)
    names = symbols(f"x0:{inputs}")
    functions = [[row for row in range(2**inputs) if draw.random() < 0.5] for _ in range(count)]
    return (
        name,
        "sympy.logic.SOPform",
        lambda: [least_cover(ones, inputs) for ones in functions],
        lambda: [SOPform(names, ones) for ones in functions],
    )


def all_words(longest: int) -> list[str]:
    """Return every word of a and b up to a length."""
    return ["".join(word) for length in range(longest + 1) for word in itertools.product("ab", repeat=length)]


def naive_cycles(net: aon.Network) -> list[list[tuple[int, ...]]]:
    """Step every state by walking over the graph, and look for the cycles of what follows what."""
    follows: nx.DiGraph[tuple[int, ...]] = nx.DiGraph()
    for state in itertools.product((0, 1), repeat=len(net)):
        fired = dict(zip(net, state, strict=True))
        after = []
        for unit, data in net.nodes(data=True):
            heard = sum(edge["weight"] * fired[source] for source, _, edge in net.in_edges(unit, data=True))
            after.append(int(heard >= data["threshold"]))
        follows.add_edge(state, tuple(after))
    return list(nx.simple_cycles(follows))


if __name__ == "__main__":
    main()
