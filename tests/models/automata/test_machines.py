"""Machines of the library, put to longer and other work than their files do, by arithmetic that knows no unit."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

import allornone as aon
from allornone.scenarios.catalogue import find
from allornone.scenarios.document.change import overlay
from allornone.scenarios.document.reading import read as read_file
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import prepare


@cache
def machine(name: str, **parameters: int) -> aon.Network:
    """Return the network that a scenario builds at these parameters."""
    raw = overlay(read_file(find(name)).raw, {"parameters": parameters})
    return prepare(raw, 0, Limits()).network


def spikes(number: int, digits: int) -> str:
    """Return a number as spikes, its smallest digit first."""
    return f"{number:0{digits}b}"[::-1]


def read(train: object) -> int:
    """Return the number that spikes spell, the smallest digit first."""
    return sum(int(spike) << k for k, spike in enumerate(np.asarray(train)))


@pytest.mark.parametrize(("name", "latency"), [("mp-serial-adder", 2), ("mp-serial-adder-1943", 3)])
def test_serial_adders_add_numbers_of_forty_digits(name: str, latency: int) -> None:
    """Far beyond the file's six digits: Python's own integers judge."""
    draw = random.Random(name)
    for _ in range(6):
        a, b = draw.getrandbits(40), draw.getrandbits(40)
        trace = aon.simulate(machine(name), {"a": spikes(a, 40), "b": spikes(b, 40)}, ticks=42 + latency)
        assert read(trace["S"][latency:]) == a + b
        assert not trace["S"][:latency].any()


def test_the_two_adders_never_differ() -> None:
    """One says what the other says, a tick later, whatever the digits."""
    draw = random.Random(0)
    for _ in range(10):
        given = {"a": spikes(draw.getrandbits(60), 60), "b": spikes(draw.getrandbits(60), 60)}
        first = aon.simulate(machine("mp-serial-adder"), given, ticks=64)["S"]
        second = aon.simulate(machine("mp-serial-adder-1943"), given, ticks=65)["S"]
        assert (first == second[1:]).all()


def test_the_parallel_adder_adds() -> None:
    """Every pair, read off the digits and the last carry."""
    net = machine("threshold-parallel-adder")
    digits = len(net.group("digit"))
    for a in range(1 << digits):
        for b in range(1 << digits):
            ones = [*spikes(a, digits), *spikes(b, digits)]
            units = [*net.group("a"), *net.group("b")]
            trace = aon.simulate(net, dict(zip(units, ones, strict=True)), ticks=1)
            total = [int(trace[unit][0]) for unit in (*net.group("digit"), f"carry[{digits - 1}]")]
            assert read(total) == a + b


def test_the_counter_counts_at_every_tick_of_a_quiet_time() -> None:
    """Blows with rests between: after each rest the digits are the number of blows so far, modulo 16."""
    net = machine("mp-counter")
    bits = len(net.group("A"))
    draw = random.Random(3)
    train = ""
    for _ in range(30):
        train += "1" * draw.randrange(1, 9) + "0" * (bits + 1)
    trace = aon.simulate(net, {"P": train}, ticks=len(train))
    seen = 0
    for tick, blow in enumerate(train):
        seen += blow == "1"
        if train[max(0, tick - bits) : tick + 1] == "0" * (bits + 1):
            digits = [trace[f"A[{k}]"][tick] - trace[f"B[{k}]"][tick] for k in range(bits)]
            assert read(digits) == seen % 2**bits


@pytest.mark.parametrize(("n", "p", "q"), [(3, 2, 3), (4, 3, 4), (5, 3, 5), (7, 6, 7), (4, 2, 4), (5, 4, 5)])
def test_the_register_follows_its_recurrence(n: int, p: int, q: int) -> None:
    """h(t) = h(t − p) xor h(t − q), where h is the head of the row, from its first spike on."""
    net = machine("mp-lfsr", n=n, p=p, q=q)
    assert len(net.group("s")) == n - 1
    trace = aon.simulate(net, {"start": "1"}, ticks=160)
    head = trace["A"].astype(int) - trace["B"].astype(int)
    second = trace["s[0]"].astype(int)
    assert (head[1:-1] == second[2:]).all()
    assert second[1] == 1  # the start
    # The pair hears cell p of the row, which is what the second cell was p − 2 ticks ago, a tick later.
    for t in range(n + 1, 160):
        assert head[t] == second[t - p + 1] ^ second[t - q + 1]


def test_the_ears_find_every_lag_by_the_clock() -> None:
    """Two clicks a lag apart at any time: the cell that fires is where two walkers meet."""
    net = machine("jeffress-1948")
    draw = random.Random(48)
    for _ in range(40):
        left, right = draw.randrange(20), draw.randrange(20)
        trace = aon.simulate(net, {"left": {left: 1}, "right": {right: 1}}, ticks=40)
        fired = [k for k in range(9) if trace[f"C[{k}]"].any()]
        meeting = [k for k in range(9) if left + k + 1 == right + 9 - k]
        assert fired == meeting


def test_a_shift_register_is_a_window_on_its_past() -> None:
    """At every tick the row is the last eight ticks of a train a hundred long."""
    net = machine("mp-shift-register")
    train = [random.Random(8).randrange(2) for _ in range(100)]
    trace = aon.simulate(net, {"x": train}, ticks=100)
    for tick in range(8, 100):
        row = [int(trace[f"R[{k}]"][tick]) for k in range(8)]
        assert row == train[tick - 8 : tick][::-1]


@pytest.mark.slow
def test_a_bundle_votes_and_errs_line_by_line() -> None:
    """The wiring is read off the graph; every line at every stage is what three lines said, or its opposite."""
    net = machine("von-neumann-majority")
    lines, votes = net.group("line"), net.group("vote")
    place = {line: k for k, line in enumerate(lines)}
    asked = np.zeros((len(votes), len(lines)))
    for k, vote in enumerate(votes):
        for line in net.predecessors(vote):
            asked[k, place[line]] = net.edges[line, vote]["weight"]
    assert (asked.sum(axis=1) == 3).all()
    errs = np.random.default_rng(56).random((30, len(lines))) < 0.2
    trace = aon.simulate(
        net, {unit: errs[:, k].astype(int) for k, unit in enumerate(net.group("err"))}, ticks=30
    )
    before = np.zeros(len(lines))
    for stage, err in enumerate(errs):
        expected = (asked @ before >= 2) ^ err
        found = np.array([trace[line][stage] for line in lines])
        assert (found == expected).all()
        before = expected.astype(float)
