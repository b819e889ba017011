"""Compiling: a graph, large, deep or odd, becomes the arrays that plain numpy makes of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networks as nets
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network, check
from allornone.simulator.program.passing import Moment, propagate
from allornone.simulator.program.program import Program, compile


def random_graph(units: int, synapses: int) -> tuple[Network, dict[str, NDArray[Any]]]:
    """Return a net of inputs, Threshold and McCulloch–Pitts units, and its synapses as arrays, drawn apart."""
    draw = np.random.default_rng(0)
    pairs = np.unique(draw.integers(0, units, (synapses * 2, 2)), axis=0)
    pairs = pairs[(pairs[:, 1] >= 100) & (pairs[:, 0] != pairs[:, 1])]
    source, target = draw.permutation(pairs)[:synapses].T
    facts = {
        "source": source,
        "target": target,
        "weight": draw.integers(-8, 8, synapses) / 4,
        "delay": draw.integers(1, 4, synapses),
        "inhibitory": (draw.random(synapses) < 0.2) & (target % 2 == 1),
        "threshold": draw.integers(0, 3, units).astype(float),
    }
    net = Network()
    for k in range(units):
        model = "mcculloch-pitts" if k % 2 else "threshold"
        net.add_node(
            str(k), **({"input": True} if k < 100 else {"model": model, "threshold": facts["threshold"][k]})
        )
    columns = (facts[key].tolist() for key in ("source", "target", "weight", "delay", "inhibitory"))
    for u, v, weight, delay, inhibitory in zip(*columns, strict=True):
        kind = "inhibitory" if inhibitory else "weighted"
        net.add_edge(str(u), str(v), weight=weight, delay=delay, kind=kind)
    return net, facts


def test_a_large_net_compiles_to_the_arrays_that_numpy_makes() -> None:
    """10⁵ synapses: the sum over every unit's synapses, and who silences it, at each delay."""
    net, facts = random_graph(5_000, 100_000)
    program = compile(net)
    place = np.array([program.index[str(k)] for k in range(5_000)])
    draw = np.random.default_rng(1)
    # integers, so that every order of adding gives the same
    past = draw.integers(0, 2, (4, 5_001)).astype(float)

    assert sorted(program.names) == sorted(["", *net])
    assert [stage.model.name for stage in program.stages] == ["threshold", "mcculloch-pitts"]
    z, silencers = np.zeros(5_001), np.zeros(5_001)
    for delay in (1, 2, 3):
        for inhibitory, into in ((False, z), (True, silencers)):
            some = (facts["delay"] == delay) & (facts["inhibitory"] == inhibitory)
            values = np.ones(some.sum()) if inhibitory else facts["weight"][some]
            ends = place[facts["target"][some]], place[facts["source"][some]]
            into += coo_array((values, ends), shape=(5_001, 5_001)).tocsr() @ past[delay]
    moment = step(program, past)
    assert np.array_equal(moment.net_inputs()[0, :, 0], z)
    fires = z >= np.append(0.0, facts["threshold"])[np.append(0, 1 + np.argsort(place))]
    units = place[100:]
    assert np.array_equal(moment.y[0, units, 0], (fires & (silencers == 0))[units].astype(float))
    assert np.array_equal(moment.vetoes()[0, units, 0], (fires & (silencers > 0))[units])


def step(program: Program, past: Array) -> Moment:
    """Compute one tick after known states: `past[d]` is that of d ticks ago."""
    earlier = tuple(state[None, :, None] for state in past[1:])
    return propagate(program, program.weights, earlier, np.zeros((1, len(program.inputs), 1)))


def test_a_deep_chain_compiles_in_seconds() -> None:
    """20,000 units, each waiting for the one before within a tick: a stage each, in their order."""
    net = Network()
    net.add_inputs("0")
    names = ["0", *(str(k) for k in range(1, 20_001))]
    net.add_nodes_from(names[:0:-1], model="threshold", threshold=1.0)
    net.add_edges_from(pairwise(names))

    program = compile(net)

    assert program.names == ("", *names)
    assert len(program.stages) == 20_000
    assert (program.has_loops, program.settling) == (False, 0)
    assert aon.evaluate(program, [[0.0], [1.0]]).tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize("width", [1, 200])
def test_the_way_through_a_net_is_the_longest_sum_of_its_delays(width: int) -> None:
    """However many synapses lead to a unit at once, few or many."""
    net = Network()
    layers = [net.add_group(name, width, None if name == "A" else aon.Threshold()) for name in "ABCD"]
    for number, (before, after) in enumerate(pairwise(layers)):
        for k, target in enumerate(after):
            net.connect(before[k], target, delay=number)
            if width > 1:
                net.connect(before[k - 1], target, delay=2 if number == 0 and k == 7 else 0)
    program = compile(net)

    assert (program.has_loops, program.settling) == (False, 3 if width == 1 else 5)
    net.connect(layers[-1][0], layers[1][0], delay=1)
    assert (compile(net).has_loops, compile(net).settling) == (True, 0)


BAD = [float("nan"), float("inf"), None, "2", True, -1, 1.5, 100_001, -1.0, "inhibitory", 10**400, [1]]
SLIPS = ["weight", "delay", "kind", "wieght", "bias", "threshold", "treshold", "model", "input"]


@given(data=st.data())
@settings(deadline=None, max_examples=200)
def test_what_means_nothing_is_named_as_one_by_one(data: st.DataObject) -> None:
    """Whatever is wrong, the error is the one that a look at each unit and synapse in turn would find first."""
    net = data.draw(nets.networks())
    places = [d for _, d in net.nodes(data=True)] + [d for *_, d in net.edges(data=True)]
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.sampled_from(places))[data.draw(st.sampled_from(SLIPS))] = data.draw(
            st.sampled_from(BAD)
        )

    wanted = failure(lambda: check(net))

    if wanted is not None and issubclass(wanted[0], AllornoneError):
        assert failure(lambda: compile(net)) == wanted


def failure(call: Callable[[], object]) -> tuple[type[Exception], str] | None:
    """Return the error in which a call ends, if it does."""
    try:
        call()
    except Exception as error:
        return type(error), str(error)
    return None


def test_numbers_of_any_kind_are_numbers() -> None:
    """Weights and delays from numpy, fractions, whole floats: the same program as plain ones."""
    net = Network()
    net.add_inputs("A", "B", "C")
    net.add_node("D", model="threshold", threshold=1, bias=Fraction(1, 4))
    net.add_edge("A", "D", weight=np.float32(0.5), delay=np.int64(2))
    net.add_edge("B", "D", weight=Fraction(1, 2), delay=3.0)
    net.add_edge("C", "D", weight=np.int8(2))

    program = compile(net)

    assert program.wiring.weight[:, 0].tolist() == [0.5, 0.5, 2.0, 0.25]
    assert program.wiring.delay.tolist() == [2, 3, 0, 0]


def test_views_of_a_net_compile_as_copies_of_them_do() -> None:
    """A part of a net, or the net backwards, without a copy."""
    net = Network()
    names = net.add_group("N", 6, aon.McCullochPitts())
    for k in range(6):
        net.connect(names[k], names[(k * 2 + 1) % 6], weight=k)

    for view in (net.subgraph(names[1:5]), net.reverse(copy=False)):
        found, wanted = compile(view), compile(view.copy())
        assert (found.names, found.synapses) == (wanted.names, wanted.synapses)
        assert np.array_equal(found.wiring.weight, wanted.wiring.weight)


def test_vetoes_take_one_place_for_each_inhibitory_synapse() -> None:
    """Who silences whom is a list, sorted by unit, however many units and afferents there are."""
    net = Network()
    net.add_inputs("A", "B")
    names = net.add_group("N", 50, aon.McCullochPitts(threshold=0))
    net.inhibit("B", names[7])
    net.inhibit("A", names[7])
    net.inhibit("A", names[30], delay=0)

    stages = compile(net).stages
    trace = aon.simulate(net, {"A": "10", "B": "00"}, ticks=2, record=["vetoed"])

    assert [stage.vetoes.unit.tolist() for stage in stages] == [[7, 7], [0]]
    silent = [(tick, unit) for unit in names for tick in range(2) if not trace[unit][tick]]
    assert silent == [(1, names[7]), (0, names[30])]
