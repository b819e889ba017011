"""Hopfield's memory: judged by plain loops over units and by closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.models.memories import Bipolar, hopfield
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import lesson
from allornone.simulator.learning.training import Plan, learn
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Held
from allornone.simulator.program.program import compile
from allornone.simulator.testing import check_model
from allornone.simulator.time.simulation import Simulator


def taught(patterns: Array, keep: float | None = None, batch: int | str = 1) -> tuple[Network, Array]:
    """Return a net that was held at patterns, and its weights (from, to)."""
    net = hopfield(patterns.shape[1], keep)
    program = compile(net)
    lessons = lesson(
        program, np.zeros((len(patterns), 0, 1)), patterns[..., None], net.outputs, ticks=2, clamped=True
    )
    rule = aon.Hebb(eta=1 / patterns.shape[1])
    learn(program, program.weights, rule, lessons, Plan(batch=batch, average=False), program.keep)
    table = np.zeros((len(net), len(net)))
    for source, target, data in net.edges(data=True):
        table[int(source[6:-1]), int(target[6:-1])] = data["weight"]
    return net, table


def memories(count: int, size: int, seed: int = 0) -> Array:
    """Return random patterns of ±1."""
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(count, size))


def test_a_bipolar_unit_is_a_model_like_any_other() -> None:
    """Stacked, in lanes, from a file: the kit for plug-in authors finds nothing."""
    check_model(Bipolar())


def test_the_net_is_everything_to_everything() -> None:
    """N units, all outputs, no input; N(N−1) plastic synapses of weight 0, and N fixed ones that keep a state."""
    net = hopfield(5)

    assert net.inputs == []
    assert net.outputs == [f"units[{k}]" for k in range(5)]
    synapses = {(source, target): data for source, target, data in net.edges(data=True)}
    assert len(synapses) == 25
    for (source, target), data in synapses.items():
        assert data["delay"] == 1
        assert data["plastic"] is (source != target)
        assert data["weight"] == (0.1 if source == target else 0)
    assert hopfield(5, keep=0).number_of_edges() == 20


@pytest.mark.parametrize("batch", [1, 2, "all"])
def test_hebb_writes_the_sum_of_outer_products(batch: int | str) -> None:
    """w = Σ x x' / N off the diagonal, which stays as it was."""
    patterns = memories(3, 8)

    _, w = taught(patterns, batch=batch)

    wanted = patterns.T @ patterns / 8
    np.fill_diagonal(wanted, 0.5 / 8)
    assert (w == wanted).all()


def relaxed(w: Array, state: Array, order: list[int], turns: int) -> Array:
    """Let units take turns by hand: each goes where it is pulled, or stays where nothing pulls it."""
    state = state.copy()
    for turn in range(turns):
        unit = order[turn]
        pull = sum(w[other, unit] * state[other] for other in range(len(state)) if other != unit)
        if abs(pull) > 1e-9:
            state[unit] = math.copysign(1, pull)
    return state


@pytest.mark.parametrize(("size", "count"), [(20, 3), (24, 6), (30, 2)])
def test_recall_is_hopfields(size: int, count: int) -> None:
    """Sixty wrong cues come to rest where units that keep their state at z = 0 do; with even p there are ties."""
    patterns = memories(count, size, seed=count)
    net, w = taught(patterns)
    cues = np.random.default_rng(1).choice([-1.0, 1.0], size=(60, size))
    simulator = Simulator(net, batch=60, update="one-by-one", seed=4)
    simulator.advance(np.zeros((60, 0, 1)), Held(np.arange(1, 1 + size), cues[..., None]))
    orders = np.random.default_rng([4, 5])  # the seed, and "update" among the purposes of streams
    order = [unit for _ in range(5) for unit in orders.permutation(size).tolist()]

    found = simulator.settle(5 * size).y[:, 1:, 0]

    ties = sum((np.abs(w.T @ cue - cue * 0.5 / size) < 1e-9).any() for cue in cues)
    assert ties > 10 or count % 2
    for cue, end in zip(cues, found, strict=True):
        assert end.tolist() == relaxed(w, cue, order, 5 * size).tolist()


def test_energy_never_rises_and_the_end_is_a_rest() -> None:
    """E = −½ Σ w y y falls with every flip; after five sweeps nothing changes any more, together or one by one."""
    patterns = memories(4, 30)
    net, w = taught(patterns)
    simulator = Simulator(net, update="one-by-one", seed=2)
    start = memories(1, 30, seed=9)
    simulator.advance(np.zeros((1, 0, 1)), Held(np.arange(1, 31), start[..., None]))

    energies = []
    for _ in range(150):
        y = simulator.advance(np.zeros((1, 0, 1))).y[0, 1:, 0]
        energies.append(float(-0.5 * y @ w @ y))

    assert (np.diff(energies) <= 1e-12).all()
    assert energies[0] > energies[-1]
    pull = w.T @ y
    assert (np.sign(pull) == y).all()


def test_a_share_of_units_flips_in_one_step_as_crosstalk_says() -> None:
    """At load a, (1 − erf √(1/2a)) / 2 of all units, from the normal law for the sum of the other patterns."""
    size, count = 200, 40
    patterns = memories(count, size, seed=5)
    net, _ = taught(patterns, batch="all")
    simulator = Simulator(net, batch=count)
    simulator.advance(np.zeros((count, 0, 1)), Held(np.arange(1, 1 + size), patterns[..., None]))

    y = simulator.advance(np.zeros((count, 0, 1))).y[:, 1:, 0]

    wanted = (1 - math.erf(math.sqrt(size / (2 * (count - 1))))) / 2
    # 8000 units, of which some 94 flip
    assert np.mean(y != patterns) == pytest.approx(wanted, abs=4 * math.sqrt(wanted / (size * count)))


def test_two_that_deny_each_other_blink_together_and_settle_one_by_one() -> None:
    """From (1, 1) with w = −1: together (−1, −1), (1, 1), … for ever; one by one they come to differ."""
    net = hopfield(2)
    for source, target in (("units[0]", "units[1]"), ("units[1]", "units[0]")):
        net.edges[source, target]["weight"] = -1.0
    up = dict.fromkeys(net, 1.0)

    together, alone = Simulator(net), Simulator(net, update="one-by-one")
    for simulator in (together, alone):
        simulator.step(up)
    blinking = []
    for _ in range(4):
        together.step()
        alone.step()
        blinking.append(list(together.state.values()))

    assert blinking == [[-1, -1], [1, 1], [-1, -1], [1, 1]]
    assert sum(alone.state.values()) == 0


def test_without_the_fixed_synapse_a_unit_that_hears_nothing_goes_up() -> None:
    """sign(0) = +1: with keep = 0 a state at z = 0 is lost."""
    keeps, forgets = hopfield(4), hopfield(4, keep=0)

    ends = []
    for net in (keeps, forgets):
        simulator = Simulator(net)
        simulator.step(dict.fromkeys(net, -1.0))
        simulator.step()
        ends.append(list(simulator.state.values()))

    assert ends == [[-1] * 4, [1] * 4]


def test_a_net_needs_two_units() -> None:
    """One alone has nothing to hear; no number of units is a sentence."""
    with pytest.raises(AllornoneError, match="hopfield: size must be a whole number from 2 up, found 1"):
        hopfield(1)
    wrong: Any = 2.5
    with pytest.raises(AllornoneError, match=r"found 2\.5"):
        hopfield(wrong)
