"""Attractors: cycles, ways and basins, against closed forms, brute force by the naive interpreter and networkx."""

from __future__ import annotations

from itertools import product
from math import gcd
from typing import Any

import networks
import networkx as nx
import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.models.automata.random_net import random_net
from allornone.simulator.errors import AllornoneError


def ring(n: int, *, delay: int = 1, twisted: bool = False) -> aon.Network:
    """Return a ring of n units; a twisted one is turned over once a round."""
    net = aon.Network(name="ring")
    for k in range(n):
        net.add_unit(f"c{k}", aon.McCullochPitts(threshold=0 if twisted and not k else 1))
    for k in range(n):
        if twisted and not k:
            net.inhibit(f"c{n - 1}", "c0", delay=delay)
        else:
            net.connect(f"c{k - 1}" if k else f"c{n - 1}", f"c{k}", delay=delay)
    return net


def phi(n: int) -> int:
    """Return Euler's totient."""
    return sum(gcd(k, n) == 1 for k in range(1, n + 1))


def necklaces(n: int) -> int:
    """Return how many necklaces of n beads in two colours there are."""
    return sum(phi(d) << n // d for d in range(1, n + 1) if n % d == 0) // n


def twisted_necklaces(n: int) -> int:
    """Return how many cycles the twisted ring has: Golomb, Shift Register Sequences (1967)."""
    return sum(phi(d) << n // d for d in range(1, n + 1, 2) if n % d == 0) // (2 * n)


def memory(net: aon.Network) -> list[tuple[str, int]]:
    """Return what the future of a net depends on: units, and how many ticks ago, but for inputs, which rest."""
    lasts = {unit: 0 for unit in net if unit not in net.inputs}
    for source, target in net.edges:
        if source in lasts:
            lasts[source] = max(lasts[source], reference.delay_of(net, source, target))
    return [(unit, age) for unit in lasts for age in range(lasts[unit])]


def by_hand(net: aon.Network) -> Any:
    """Return the graph of states as the naive interpreter finds it: every state leads to one."""
    cells = memory(net)
    longest = 1 + max((age for _, age in cells), default=0)
    leads: Any = nx.DiGraph()
    for state in product((0.0, 1.0), repeat=len(cells)):
        forced: list[dict[str, float]] = [{} for _ in range(longest)]
        for (unit, age), value in zip(cells, state, strict=True):
            forced[longest - 1 - age][unit] = value
        life = reference.live(net, [*forced, {}])
        leads.add_edge(state, tuple(life.y[longest - age][unit] for unit, age in cells))
    return leads


def summary(leads: Any) -> list[tuple[int, int, int]]:
    """Return of each cycle its period, its basin and the longest way into it."""
    found = []
    for cycle in nx.simple_cycles(leads):
        basin = nx.ancestors(leads, cycle[0]) | set(cycle)
        ways = nx.multi_source_dijkstra_path_length(leads.reverse(), set(cycle))
        found.append((len(cycle), len(basin), int(max(ways.values()))))
    return sorted(found)


def told(found: Any) -> list[tuple[int, int, int]]:
    """Return the same of what `attractors` found."""
    rows = zip(found.periods.tolist(), found.basins.tolist(), found.transients.tolist(), strict=True)
    return sorted(rows)


@pytest.mark.parametrize("n", range(1, 13))
def test_a_ring_has_as_many_cycles_as_there_are_necklaces(n: int) -> None:
    """No way leads in: every state is on a cycle, whose period divides n."""
    found = aon.attractors(ring(n))

    assert len(found) == necklaces(n)
    assert found.periods.tolist() == found.basins.tolist()
    assert all(n % period == 0 for period in found.periods)
    assert found.tried == 2**n
    assert not found.transients.any()


@pytest.mark.parametrize("n", range(1, 11))
def test_a_twisted_ring_has_its_own_number(n: int) -> None:
    """It comes back after 2n ticks at the latest, and never after n."""
    found = aon.attractors(ring(n, twisted=True))

    assert len(found) == twisted_necklaces(n)
    assert all(2 * n % period == 0 and n % period for period in found.periods)


@pytest.mark.parametrize(("n", "delay"), [(1, 3), (2, 3), (3, 2), (1, 7)])
def test_slow_synapses_are_memory_too(n: int, delay: int) -> None:
    """n units with a delay d are n · d cells; together they are a ring, or rings, of n · d."""
    found = aon.attractors(ring(n, delay=delay))

    assert len(found.cells) == n * delay
    assert len(found) == necklaces(n * delay)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_brute_force_finds_the_same(data: st.DataObject) -> None:
    """Every state of a random net, delays 0 to 2, forced upon the naive interpreter."""
    net = data.draw(networks.networks(networks.binary, most=3, delays=2))

    found = aon.attractors(net)

    assert told(found) == summary(by_hand(net))
    assert len(found.cells) == len(memory(net))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_brute_force_finds_the_same_in_larger_nets(seed: int) -> None:
    """Seven units, all joined to all."""
    net = random_net(7, seed=seed)

    assert told(aon.attractors(net)) == summary(by_hand(net))


def test_a_cycle_is_its_states_in_order() -> None:
    """Each leads to the next, the last to the first."""
    net = random_net(8, seed=13)
    found = aon.attractors(net)
    leads = by_hand(net)

    for number, period in enumerate(found.periods):
        states = [tuple(map(float, row)) for row in found.cycle(number)]
        assert len(set(states)) == period
        for here, there in zip(states, [*states[1:], states[0]], strict=True):
            assert leads.has_edge(here, there)


def test_inputs_rest() -> None:
    """A latch has two states and keeps each."""
    net = aon.Network()
    net.add_inputs("S", "R")
    net.add_unit("Q", aon.McCullochPitts())
    net.connect("S", "Q")
    net.inhibit("R", "Q")
    net.connect("Q", "Q")

    assert told(aon.attractors(net)) == [(1, 1, 0), (1, 1, 0)]


def test_a_unit_that_nothing_remembers_is_no_cell() -> None:
    """What only reads the others out does not double the states."""
    net = ring(3)
    net.add_unit("read", aon.McCullochPitts(threshold=2), output=True)
    net.connect("c0", "read")
    net.connect("c1", "read", delay=0)

    assert aon.attractors(net).cells == ("c0", "c1", "c2")
    assert len(aon.attractors(net)) == necklaces(3)


@pytest.mark.parametrize("seed", range(6))
def test_a_sample_finds_what_all_states_find(seed: int) -> None:
    """600 of 512 states, with repeats: the larger basins are never missed, and their shares are near."""
    net = random_net(9, seed=seed)
    every, some = aon.attractors(net), aon.attractors(net, samples=600, seed=seed)
    whole = {bytes(first): k for k, first in enumerate(_least(every))}

    for k, first in enumerate(_least(some)):
        place = whole[bytes(first)]
        assert some.periods[k] == every.periods[place]
        assert some.transients[k] <= every.transients[place]
        # Five standard deviations of a share of 600.
        assert abs(some.basins[k] / 600 - every.basins[place] / 512) < 0.5 * 5 / 600**0.5
    assert some.basins.sum() == 600
    assert {k for k in range(len(every)) if every.basins[k] > 40} <= {whole[bytes(f)] for f in _least(some)}


@pytest.mark.parametrize("seed", range(8))
def test_a_sample_that_has_every_state_finds_everything(seed: int) -> None:
    """400 draws of 16 states miss one once in ten thousand million: periods and longest ways are exact."""
    net = random_net(4, seed=seed)
    every, some = aon.attractors(net), aon.attractors(net, samples=400, seed=seed)

    assert sorted(zip(some.periods.tolist(), some.transients.tolist(), strict=True)) == sorted(
        zip(every.periods.tolist(), every.transients.tolist(), strict=True)
    )


def _least(found: Any) -> list[np.ndarray[Any, Any]]:
    return [min(found.cycle(k), key=bytes) for k in range(len(found))]


def test_beyond_twenty_cells_a_sample_is_drawn_and_told() -> None:
    """Drawn anew for another seed."""
    found = aon.attractors(ring(23), samples=3, seed=1)

    assert (
        str(found).splitlines()[0] == "Attractors of 'ring': 23 cells, 3 of 2^23 states, a sample, 3 cycles"
    )
    assert found.periods.tolist() == [23, 23, 23]
    assert not found.exhaustive
    assert aon.attractors(random_net(21, seed=1)).tried == 1000


def test_a_cycle_too_long_to_be_met_is_told() -> None:
    """A ring of 31 is not round within ten ticks."""
    found = aon.attractors(ring(31), samples=4, steps=10)

    assert (len(found), found.undecided) == (0, 4)
    assert "0 cycles, 4 states met none in time" in str(found)


def test_attractors_print_as_rounds() -> None:
    """A row a cycle, the largest basin first."""
    net = aon.Network(name="two")
    for unit in "ab":
        net.add_unit(unit, aon.McCullochPitts())
    net.connect("a", "b")
    net.connect("b", "a")

    assert str(aon.attractors(net)).splitlines() == [
        "Attractors of 'two': 2 cells, all 4 states, 3 cycles",
        "  cells  a b",
        "  period  basin  longest way  one round, tick by tick",
        "       2      2            0  ·█  █·",
        "       1      1            0  ··",
        "       1      1            0  ██",
    ]


def test_what_cannot_be_decided_is_told() -> None:
    """A unit that is not all or none, by name; a cycle that is not there."""
    net = ring(2)
    net.add_unit("soft", aon.Logistic())
    with pytest.raises(aon.AllornoneError) as error:
        aon.attractors(net)
    assert str(error.value) == (
        "unit 'soft' is of the model 'logistic', which is not all or none: "
        "the states of such a net cannot be counted"
    )
    with pytest.raises(
        aon.AllornoneError, match="are more than 100000000 cells: ask for fewer with samples="
    ):
        aon.attractors(ring(2), samples=10**12)
    with pytest.raises(aon.AllornoneError, match="there is no cycle 3: they are counted from 0 to 2"):
        aon.attractors(ring(2)).cycle(3)
    lanes = aon.compile([random_net(3, seed=1), random_net(3, seed=2)])
    with pytest.raises(aon.AllornoneError, match="one net at a time can be decided, found 2 side by side"):
        aon.attractors(lanes)


@pytest.mark.slow
def test_twenty_cells_are_decided() -> None:
    """A million states: 52,488 necklaces of 20 beads."""
    assert len(aon.attractors(ring(20))) == necklaces(20) == 52_488


@pytest.mark.parametrize("seed", range(6))
def test_the_cycles_of_a_hopfield_net_are_those_of_its_signs(seed: int) -> None:
    """Units of −1 and +1, all at once: every state by matrix, sign(Wy), followed until it comes back."""
    rng, count = np.random.default_rng(seed), 5
    net = aon.hopfield(count, keep=0.1)
    w = np.zeros((count, count))
    for i in range(count):
        for j in range(count):
            weight = 0.1 if i == j else float(rng.integers(-3, 4))
            net.edges[f"units[{j}]", f"units[{i}]"]["weight"] = weight
            w[i, j] = weight
    cycles: dict[frozenset[tuple[float, ...]], int] = {}
    for bits in product([-1.0, 1.0], repeat=count):
        state, seen = bits, []
        while state not in seen:
            seen.append(state)
            state = tuple(np.where(w @ np.array(state) >= 0, 1.0, -1.0))
        cycle = frozenset(seen[seen.index(state) :])
        cycles[cycle] = cycles.get(cycle, 0) + 1

    found = aon.attractors(net)

    assert sorted(zip(found.periods, found.basins, strict=True)) == sorted(
        (len(cycle), basin) for cycle, basin in cycles.items()
    )


def test_all_states_of_a_net_that_hears_only_itself_are_stable() -> None:
    """Hopfield's units before anything was taught: each keeps what it is."""
    found = aon.attractors(aon.hopfield(5))

    assert (len(found), set(found.periods), found.tried) == (32, {1}, 32)


def test_units_of_more_than_two_answers_have_no_states_to_count() -> None:
    """A logistic unit, a linear one, and one of −1 and +1 where words are to be read."""
    with pytest.raises(AllornoneError, match="is of the model 'logistic', which is not all or none"):
        aon.attractors(aon.mlp(2, 2, 1))
    with pytest.raises(AllornoneError, match="is of the model 'bipolar', which is not all or none"):
        aon.automaton(aon.hopfield(3))
