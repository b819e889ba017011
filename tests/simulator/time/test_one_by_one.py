"""One by one: the asynchronous life, judged by a plain loop over units and ticks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import networks
import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.models.hebb import Hebb
from allornone.simulator.arrays import Array
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Held
from allornone.simulator.program.program import compile
from allornone.simulator.time.one_by_one import OneByOne
from allornone.simulator.time.simulation import Simulator, simulate
from allornone.simulator.units import UnitModel

few = settings(deadline=None, max_examples=25)


@dataclass
class Naive:
    """What a net did, tick by tick, by hand: outputs, net inputs, vetoes."""

    y: list[dict[str, float]]
    z: list[dict[str, float]]
    vetoed: list[dict[str, bool]]


def by_hand(graph: Any, order: Iterator[str], given: Sequence[Mapping[str, float]]) -> Naive:
    """Let the units of a graph take turns in an order; `given` sets inputs and forces other units."""
    life = Naive([], [], [])

    def brings(source: str, target: str) -> float:
        then = len(life.y) - 1 - reference.delay_of(graph, source, target)
        return life.y[then][source] if then >= 0 else 0.0

    def heard(unit: str) -> tuple[float, bool]:
        z, silenced = graph.nodes[unit].get("bias", 0.0), False
        for source in graph.predecessors(unit):
            synapse = graph.edges[source, unit]
            if synapse.get("kind") == "inhibitory":
                silenced = silenced or brings(source, unit) > 0
            else:
                z += synapse.get("weight", 1.0) * brings(source, unit)
        return z, silenced

    free = [unit for unit in graph if not graph.nodes[unit].get("input")]
    for now in given:
        before = life.y[-1] if life.y else dict.fromkeys(graph, 0.0)
        held = {unit: value for unit, value in now.items() if not math.isnan(value)}
        life.y.append({unit: held.get(unit, before[unit] if unit in free else 0.0) for unit in graph})
        life.vetoed.append(dict.fromkeys(graph, False))
        if not set(free) <= set(held):
            unit = next(order)
            z, silenced = heard(unit)
            fires = reference.ACTIVATE[graph.nodes[unit]["model"]](z, graph.nodes[unit])
            life.vetoed[-1][unit] = silenced and fires > 0
            if unit not in held:
                life.y[-1][unit] = 0.0 if silenced else fires
        life.z.append({unit: heard(unit)[0] for unit in free})
    return life


def turns(net: Network, seed: int) -> Iterator[str]:
    """Yield the units in the order of their turns."""
    program = compile(net)
    order = OneByOne(program, [seed])
    number = 0
    while True:
        yield program.names[int(order.turn(number)[0])]
        number += 1


@pytest.mark.parametrize("kind", [networks.binary, networks.mixed], ids=["binary", "mixed"])
@pytest.mark.parametrize("way", networks.WAYS)
@given(data=st.data())
@few
def test_it_lives_as_a_plain_loop_does(way: str, kind: networks.Kind, data: st.DataObject) -> None:
    """Outputs, net inputs and vetoes of every unit at every tick: loops, delays of 0 and more, forced units."""
    net = data.draw(networks.networks(kind))
    x = data.draw(networks.histories(net, kind, ticks=15))[0]
    forced = data.draw(networks.forcings(net, len(x)))
    brought = [dict(zip(net.inputs, row, strict=True)) for row in x]
    given = [
        {**now, **{unit: at[tick] for unit, at in forced.items() if tick in at}}
        for tick, now in enumerate(brought)
    ]
    stimulus = {name: [now[name] for now in brought] for name in net.inputs} | forced

    with networks.executed(way):
        found = simulate(net, stimulus, ticks=len(x), update="one-by-one", seed=7, record=["z", "vetoed"])

    life = by_hand(net, turns(net, 7), given)
    for word, wanted in (("y", life.y), ("z", life.z), ("vetoed", life.vetoed)):
        recorded = found.recorded[word]
        table = [[float(tick.get(unit, 0)) for unit in found.units] for tick in wanted]
        np.testing.assert_allclose(recorded[:, 0, :, 0].astype(float), table, rtol=1e-12, atol=1e-12)


@given(st.integers(0, 50), st.integers(1, 7), st.integers(1, 4))
@few
def test_in_every_sweep_each_unit_has_one_turn(seed: int, units: int, lanes: int) -> None:
    """A sweep is a permutation; sweeps differ, lanes differ, and a lane alone has the order it has among others."""
    net = Network()
    net.add_inputs("X")
    net.add_group("U", units, aon.Threshold())
    program = compile([net] * lanes)

    among = OneByOne(program, range(seed, seed + lanes))
    order = np.array([among.turn(k) for k in range(8 * units)])
    alone = OneByOne(compile(net), [seed + lanes - 1])

    for sweep in np.split(order, 8):
        assert (np.sort(sweep, axis=0) == np.arange(2, 2 + units)[:, None]).all()
    assert [int(alone.turn(k)[0]) for k in range(8 * units)] == order[:, -1].tolist()
    if units > 5:
        assert len({tuple(sweep[:, 0]) for sweep in np.split(order, 8)}) > 1


def test_any_turn_may_be_asked_for_first() -> None:
    """Taking back a tick and living it again meets the same unit."""
    net = Network()
    net.add_group("U", 5, aon.Threshold())
    one, other = (OneByOne(compile(net), [2]) for _ in range(2))

    later = [int(one.turn(k)[0]) for k in range(17, -1, -1)]

    assert [int(other.turn(k)[0]) for k in range(18)] == later[::-1]


def test_a_tick_that_holds_every_unit_is_nobodys_turn() -> None:
    """After a cue of three ticks, as many ticks as units are one whole sweep: every unit has answered once."""
    net = Network()
    net.add_group("U", 6, aon.Threshold(threshold=0))

    held = {f"U[{k}]": "000" for k in range(6)}

    trace = simulate(net, held, ticks=9, update="one-by-one", seed=1)

    assert trace.y[:3].sum() == 0
    assert trace.y.sum(axis=1).tolist() == [0, 0, 0, 1, 2, 3, 4, 5, 6]


def test_whose_turn_it_is_is_a_matter_of_each_lane() -> None:
    """A lane that is held whole does not lose its turn because its neighbour is free."""
    net = Network()
    net.add_group("U", 6, aon.Threshold(threshold=0))

    def life(seeds: list[int], held: list[int]) -> list[list[float]]:
        sim = Simulator(compile([net] * len(seeds)), update="one-by-one", seed=seeds)
        y = []
        for tick in range(6):
            now = np.array([[0.0 if tick < ticks else math.nan for ticks in held]])
            cue = Held(np.arange(1, 7), np.repeat(now[:, None], 6, axis=1))
            y.append(sim.advance(np.zeros((1, 0, 1)), cue).y[0, 1:, 0].tolist())
        return y

    assert life([1, 2], [2, 0]) == life([1], [2])
    assert life([2, 1], [0, 2]) == life([2], [0])


@given(data=st.data())
@few
def test_settling_leaves_what_a_loop_of_steps_leaves(data: st.DataObject) -> None:
    """With inputs that were active until then, with delays that one state can tell and with longer ones."""
    net = data.draw(networks.networks(networks.mixed, delays=data.draw(st.sampled_from([1, 4]))))
    seed, ticks, batch = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 12)), 2
    x = data.draw(networks.histories(net, networks.mixed, batch=batch, ticks=4))
    quick, slow = (Simulator(net, batch=batch, update="one-by-one", seed=seed) for _ in range(2))
    for tick in range(x.shape[1]):
        for one in (quick, slow):
            one.advance(x[:, tick, :, None])

    found = quick.settle(ticks)
    for _ in range(ticks):
        wanted = slow.advance(np.zeros((batch, len(net.inputs), 1)))

    assert np.array_equal(found.y, wanted.y)
    assert np.array_equal(found.net_inputs(), wanted.net_inputs())
    assert np.array_equal(found.vetoes(), wanted.vetoes())
    assert all(np.array_equal(a, b) for a, b in zip(found.x, wanted.x, strict=True))
    assert np.array_equal(quick.advance(x[:, 0, :, None]).y, slow.advance(x[:, 0, :, None]).y)
    assert quick.tick == slow.tick


@pytest.mark.parametrize("rule", [None, Hebb()])
def test_settling_together_is_a_loop_of_steps_too(rule: Hebb | None) -> None:
    """And `back` takes the whole of it back."""
    net = Network()
    net.add_inputs("X")
    net.add_unit("A", aon.McCullochPitts(), output=True)
    net.add_unit("B", aon.McCullochPitts(), output=True)
    for source, target in (("X", "A"), ("A", "B"), ("B", "A")):
        net.connect(source, target, plastic=True)
    sim = Simulator(net, rule=rule)
    sim.step({"X": 1})

    sim.settle(4)
    after = sim.state, [w.tolist() for w in sim.weights], sim.tick
    sim.back()

    assert sim.state == {"X": 1, "A": 0, "B": 0}
    assert sim.tick == 1
    for _ in range(4):
        sim.step()
    assert (sim.state, [w.tolist() for w in sim.weights], sim.tick) == after


@given(data=st.data())
@few
def test_a_lane_alone_lives_as_among_others(data: st.DataObject) -> None:
    """To the bit, thresholds and weights of its own included."""
    several = data.draw(networks.lanes(networks.mixed, most=4, delays=2))
    x = data.draw(networks.histories(several[0], networks.mixed, ticks=10))
    together = Simulator(compile(several), update="one-by-one", seed=3)

    for tick in range(x.shape[1]):
        together.advance(x[:, tick, :, None])
    settled = together.settle(9)

    for lane, net in enumerate(several):
        alone = Simulator(net, update="one-by-one", seed=3 + lane)
        for tick in range(x.shape[1]):
            alone.advance(x[:, tick, :, None])
        assert np.array_equal(alone.settle(9).y[..., 0], settled.y[..., lane])


@dataclass(frozen=True)
class Nearness(UnitModel):
    """A unit whose net input is no weighted sum: −Σ (x − w)², against a level of its own."""

    level: float = 0.0

    name: ClassVar[str] = "test-nearness"
    biased: ClassVar[bool] = False
    delay: ClassVar[int] = 1

    def combine(self, w: Array, x: Array) -> Array:
        """Return −(x − w)²."""
        found: Array = -((x - w) ** 2)
        return found

    def activate(self, z: Array) -> Array:
        """Return 1 where z is at least the level."""
        return (z >= self.level).astype(float)


@pytest.mark.parametrize("way", networks.WAYS)
def test_units_that_do_not_sum_take_turns_too(way: str) -> None:
    """Each with its own level: only those answer that are near enough to what is shown."""
    net = Network()
    net.add_inputs("X")
    for k, level in enumerate([-0.5, -2.0, -9.0]):
        net.add_unit(f"U{k}", Nearness(level=level), output=True)
        net.connect("X", f"U{k}", weight=k)

    with networks.executed(way):
        trace = simulate(net, {"X": "1111"}, ticks=4, update="one-by-one", record=["z"])

    # from tick 1 on X brings 1: z is −1, 0 and −1
    assert trace.recorded["z"][1:, 0, 1:, 0].tolist() == [[-1, 0, -1]] * 3
    assert trace.y[-1, 1:].tolist() == [0, 1, 1]


def test_rest_and_back_know_whose_turn_it_is() -> None:
    """A rest does not begin the orders anew, a reset does; a tick taken back is lived again as it was."""
    net = Network()
    net.add_group("U", 8, aon.Threshold(threshold=0))
    sim = Simulator(net, update="one-by-one", seed=5)

    def first_to_fire() -> str:
        sim.step()
        return next(name for name, y in sim.state.items() if y)

    one = first_to_fire()
    sim.back()
    again = first_to_fire()
    sim.rest()
    other = first_to_fire()
    sim.reset()

    assert one == again != other
    assert first_to_fire() == one
