"""The engine: it does what a naive interpreter does, whatever the executor, the batch and the lanes."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import networks as nets
import numpy as np
import pytest
import reference
from hypothesis import assume, given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, NetworkError
from allornone.simulator.network.network import Network
from allornone.simulator.program.blocks import DenseBlock, SparseBlock
from allornone.simulator.program.passing import Held
from allornone.simulator.program.program import compile
from allornone.simulator.records.records import Trace
from allornone.simulator.time.simulation import Simulator, driving, simulate
from allornone.simulator.units import UnitModel

KINDS = {"binary": nets.binary, "smooth": nets.smooth, "mixed": nets.mixed}
CLOSE = 1e-12
random_networks = settings(deadline=None, max_examples=30)
few_networks = settings(deadline=None, max_examples=10)


def agree(trace: Trace, lives: list[reference.Life], exact: bool) -> None:
    """Assert that a trace with z and vetoes holds what the interpreter's lives hold, trial by trial."""
    assume(not any(life.doubtful for life in lives))
    only_lane = {word: array[..., 0] for word, array in trace.recorded.items()}
    assert not reference.disagreement(lives, only_lane, trace.units, exact)


def trials(net: Network, history: Array) -> list[list[dict[str, float]]]:
    """Return a stimulus (batch, ticks, inputs) as the interpreter takes it."""
    return [[dict(zip(net.inputs, tick, strict=True)) for tick in trial.tolist()] for trial in history]


@pytest.mark.parametrize("way", nets.WAYS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(data=st.data())
@random_networks
def test_the_engine_does_what_the_interpreter_does(data: st.DataObject, kind: nets.Kind, way: str) -> None:
    """Any mix of models, delays, loops, inhibition and trials: the same y, z and vetoes at every tick."""
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, batch=data.draw(st.integers(1, 3))))
    lives = [reference.live(net, trial) for trial in trials(net, history)]

    with nets.executed(way):
        trace = simulate(net, history, record=["z", "vetoed"])

    agree(trace, lives, kind.exact)


@pytest.mark.parametrize("way", nets.WAYS)
@given(data=st.data())
@few_networks
def test_broad_layers_do_what_the_interpreter_does(data: st.DataObject, way: str) -> None:
    """Blocks that are mostly empty give the same, stored by their synapses or as tables."""
    net = data.draw(nets.wide_networks(nets.mixed))
    history = data.draw(nets.histories(net, nets.mixed, batch=2, ticks=5))
    lives = [reference.live(net, trial) for trial in trials(net, history)]

    with nets.executed(way):
        trace = simulate(net, history, record=["z", "vetoed"])

    agree(trace, lives, exact=False)


@given(data=st.data())
@random_networks
def test_a_stimulus_forces_units_that_are_no_inputs(data: st.DataObject) -> None:
    """A forced unit does as it is told where it is told, and as it would where it is not."""
    net = data.draw(nets.networks(nets.binary))
    ticks = data.draw(st.integers(1, 8))
    forced = data.draw(nets.forcings(net, ticks))
    brought = {unit: data.draw(st.lists(nets.spikes, max_size=ticks)) for unit in net.inputs}
    told = {**forced, **{unit: dict(enumerate(values)) for unit, values in brought.items()}}
    now = [{unit: at[tick] for unit, at in told.items() if tick in at} for tick in range(ticks)]

    trace = simulate(net, {**brought, **forced}, ticks=ticks, record=["z", "vetoed"])

    agree(trace, [reference.live(net, now)], exact=True)


@pytest.mark.parametrize("way", nets.WAYS)
@given(data=st.data())
@few_networks
def test_hebbs_rule_in_time_does_what_the_interpreter_does(data: st.DataObject, way: str) -> None:
    """After every tick each plastic synapse grows by the mean of η x y, x as it arrived."""
    net = data.draw(
        nets.networks(nets.Kind(("threshold", "perceptron", "mcculloch-pitts"), nets.quarters, nets.spikes))
    )
    history = data.draw(nets.histories(net, nets.binary, batch=data.draw(st.sampled_from([1, 2])), ticks=8))
    graph = net.copy()
    lives = reference.learn_in_time(graph, trials(net, history), "hebb", 0.125)

    with nets.executed(way):
        trace = simulate(net, history, rule=aon.Hebb(eta=0.125), record=["z", "vetoed"])

    agree(trace, lives, exact=True)
    assert reference.synapse_values(net) == reference.synapse_values(graph)


@pytest.mark.parametrize("model", nets.shipped("units"))
@pytest.mark.parametrize("way", nets.WAYS)
@given(data=st.data())
@few_networks
@nets.without_overflow
def test_a_batch_equals_its_trials_one_by_one(data: st.DataObject, model: str, way: str) -> None:
    """Trials side by side do not see each other."""
    kind = nets.any_of(model)
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, batch=3, ticks=6))

    with nets.executed(way):
        together = simulate(net, history, record=["z"])
        alone = [simulate(net, history[k : k + 1], record=["z"]) for k in range(3)]

    for word in ("y", "z"):
        one_by_one = np.concatenate([trace.recorded[word] for trace in alone], axis=1)
        np.testing.assert_allclose(together.recorded[word], one_by_one, rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("model", nets.shipped("units"))
@pytest.mark.parametrize("way", nets.WAYS)
@given(data=st.data())
@few_networks
@nets.without_overflow
def test_a_lane_equals_its_network_alone_to_the_bit(data: st.DataObject, model: str, way: str) -> None:
    """Networks of equal structure side by side give exactly what each gives alone."""
    kind = nets.any_of(model)
    side_by_side = data.draw(nets.lanes(kind))
    history = data.draw(nets.histories(side_by_side[0], kind, batch=data.draw(st.integers(1, 2)), ticks=6))

    with nets.executed(way):
        together = simulate(compile(side_by_side), history, record=["z", "vetoed"])
        alone = [simulate(net, history, record=["z", "vetoed"]) for net in side_by_side]

    for word in ("y", "z", "vetoed"):
        for lane, trace in enumerate(alone):
            assert np.array_equal(together.recorded[word][..., lane], trace.recorded[word][..., 0])


@pytest.mark.parametrize("inputs", [3, 40, 300])
@pytest.mark.parametrize("hidden", [1, 5, 60])
def test_a_large_lane_equals_its_network_alone_to_the_bit(inputs: int, hidden: int) -> None:
    """Executors are chosen by the work of one lane, so no size changes a bit of it."""
    random = np.random.default_rng(inputs * hidden)
    side_by_side = []
    for _ in range(3):
        net = aon.mlp(inputs, [hidden], 2)
        for *_, synapse in net.edges(data=True):
            synapse["weight"] = float(random.normal())
        side_by_side.append(net)
    X = random.normal(size=(4, inputs))

    together = aon.evaluate(compile(side_by_side), X)

    for lane, net in enumerate(side_by_side):
        assert np.array_equal(together[..., lane], aon.evaluate(net, X))


@pytest.mark.parametrize("model", nets.shipped("units"))
@given(data=st.data())
@few_networks
@nets.without_overflow
def test_simulate_is_a_loop_over_step(data: st.DataObject, model: str) -> None:
    """`simulate` records exactly what a Simulator shows step by step."""
    kind = nets.any_of(model)
    net = data.draw(nets.networks(kind))
    history = data.draw(nets.histories(net, kind, ticks=6))

    trace = simulate(net, history)
    simulator = Simulator(net)

    for tick, now in enumerate(trials(net, history)[0]):
        simulator.step(now)
        assert [simulator.state[unit] for unit in trace.units] == trace.y[tick].tolist()


@pytest.mark.parametrize("model", nets.shipped("units"))
@given(data=st.data())
@few_networks
@nets.without_overflow
def test_back_equals_running_again(data: st.DataObject, model: str) -> None:
    """Ticks taken back and lived again, with learning, end where one straight run ends."""
    kind = nets.tame(model)
    net = data.draw(nets.networks(kind))
    history = trials(net, data.draw(nets.histories(net, kind, ticks=6)))[0]
    there, again = data.draw(st.integers(0, len(history))), data.draw(st.integers(0, 3))
    straight, wandering = (Simulator(net, rule=aon.Hebb(eta=0.015625)) for _ in range(2))

    for now in history:
        straight.step(now)
    for now in history[:there]:
        wandering.step(now)
    for _ in range(again):
        wandering.step(dict.fromkeys(net.inputs, 1.0))
    if again:
        wandering.back(again)
    for now in history[there:]:
        wandering.step(now)

    assert wandering.tick == straight.tick
    assert wandering.state == straight.state
    assert all(map(np.array_equal, wandering.weights, straight.weights))


@pytest.mark.parametrize("model", nets.shipped("units"))
@given(data=st.data())
@few_networks
@nets.without_overflow
def test_a_snapshot_restored_is_the_same_moment(data: st.DataObject, model: str) -> None:
    """What follows a restored snapshot is what followed it the first time."""
    kind = nets.tame(model)
    net = data.draw(nets.networks(kind))
    history = trials(net, data.draw(nets.histories(net, kind, ticks=6)))[0]
    simulator = Simulator(net, rule=aon.Hebb(eta=0.015625))
    simulator.step(history[0])
    kept = simulator.snapshot()

    for now in history:
        simulator.step(now)
    first = simulator.state
    simulator.restore(kept)
    for now in history:
        simulator.step(now)

    assert simulator.state == first
    simulator.reset()
    assert simulator.tick == 0
    assert set(simulator.state.values()) == {0.0}


def test_rest_lets_activity_die_and_keeps_weights() -> None:
    """After `rest` nothing of the past arrives, but what was learned stays."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Threshold(threshold=1))
    net.connect("A", "B", delay=2)
    simulator = Simulator(net, rule=aon.Hebb(eta=1.0))
    for spike in (1, 1, 1):
        simulator.step({"A": spike})

    simulator.rest()
    simulator.step()

    assert simulator.state == {"A": 0.0, "B": 0.0}
    assert simulator.program.synapse_values(simulator.weights).tolist() == [[2.0]]


def test_blocks_are_dense_or_sparse_by_their_emptiness() -> None:
    """Both stores are reached: few synapses among many cells are listed, many stand in a table."""
    net = Network()
    net.add_inputs(*(f"X{k}" for k in range(80)))
    for k in range(80):
        net.add_unit(f"U{k}", aon.Threshold(threshold=1))
        net.connect(f"X{k}", f"U{k}")
    net.add_unit("sum", aon.Linear(), bias=0.5)
    for k in range(80):
        net.connect(f"U{k}", "sum")

    program = compile(net)

    assert [type(stage.block) for stage in program.stages] == [SparseBlock, DenseBlock]
    X = np.eye(80)[:3]
    assert aon.evaluate(net, X).tolist() == [[1.5]] * 3


def test_a_sparse_store_holds_units_without_synapses() -> None:
    """A unit that nothing reaches has the net input 0, wherever it stands among the others."""
    net = Network()
    net.add_inputs(*"abcdefgh")
    for k in range(8):
        net.add_unit(f"U{k}", aon.McCullochPitts(threshold=0 if k in (0, 3, 7) else 1))
        if k not in (0, 3, 7):
            net.connect("abcdefgh"[k], f"U{k}")

    with nets.executed("sparse"):
        program = compile(net)
        found = aon.evaluate(program, np.ones((1, 8)))

    assert isinstance(program.stages[0].block, SparseBlock)
    assert found.tolist() == [[1.0] * 8]


def test_everything_rests_before_the_first_tick() -> None:
    """A delay of 3 shows nothing for three ticks, and a threshold of 0 fires at tick 0."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("late", aon.McCullochPitts())
    net.add_unit("eager", aon.McCullochPitts(threshold=0))
    net.connect("A", "late", delay=3)

    trace = simulate(net, {"A": 1}, ticks=5)

    assert trace["late"].tolist() == [0, 0, 0, 1, 1]
    assert trace["eager"].tolist() == [1, 1, 1, 1, 1]


def test_a_loop_remembers_one_spike() -> None:
    """A unit that excites itself keeps firing after its input rests."""
    net = Network()
    net.add_inputs("S")
    net.add_unit("M", aon.McCullochPitts())
    net.connect("S", "M")
    net.connect("M", "M")

    trace = simulate(net, {"S": "01"}, ticks=6)

    assert trace["M"].tolist() == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (aon.McCullochPitts(threshold=0), [0, 1, 1]),
        (aon.Threshold(threshold=0), [0, 1, 1]),
        (aon.Perceptron(), [0, 0, 1]),
        (aon.Adaline(), [-1, 1, 1]),
    ],
    ids=repr,
)
def test_ties_fall_as_pinned(model: Any, expected: list[float]) -> None:
    """McCulloch–Pitts, threshold and ADALINE take z = θ as enough; the perceptron does not."""
    assert model.activate(np.array([-1.0, 0.0, 1.0])).tolist() == expected


@pytest.mark.parametrize(("spike", "silenced"), [(1.0, True), (0.25, True), (0.0, False), (-1.0, False)])
def test_a_source_silences_only_when_it_is_positive(spike: float, silenced: bool) -> None:
    """An inhibitory synapse counts its source as firing iff it is more than 0."""
    net = Network()
    net.add_inputs("stop")
    net.add_unit("N", aon.McCullochPitts(threshold=0))
    net.inhibit("stop", "N", delay=0)

    trace = simulate(net, {"stop": spike}, ticks=1)

    assert bool(trace.vetoed("N")[0]) is silenced
    assert trace["N"].tolist() == [0 if silenced else 1]


def test_one_unit_a_tick_holds_all_others() -> None:
    """With update="one-by-one" at most one unit changes a tick, the same by the same seed."""
    net = Network()
    net.add_group("N", 6, aon.Threshold(threshold=0))

    runs = [simulate(net, {}, ticks=20, update="one-by-one", seed=3).y for _ in range(2)]

    assert (np.abs(np.diff(runs[0], axis=0)).sum(axis=1) <= 1).all()
    assert np.array_equal(runs[0], runs[1])


def test_a_forced_unit_is_held_though_units_change_one_by_one() -> None:
    """Forcing comes before the lot that says whose turn it is."""
    net = Network()
    net.add_group("N", 4, aon.Threshold(threshold=1))

    trace = simulate(net, {"N[1]": "1011"}, ticks=4, update="one-by-one")

    assert trace["N[1]"].tolist() == [1, 0, 1, 1]


def test_driving_leaves_free_what_is_not_given() -> None:
    """NaN rests an input and frees any other unit."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Threshold())
    values = np.array([[[math.nan, math.nan], [1.0, 0.0]]])[..., None]

    steps = list(driving(compile(net), values, ["A", "B"]))

    assert [given.tolist() for given, _ in steps] == [[[[0.0]]], [[[1.0]]]]
    assert [held.places.tolist() for _, held in steps] == [[2], [2]]
    assert [str(held.values.tolist()) for _, held in steps] == ["[[[nan]]]", "[[[0.0]]]"]


def test_trials_are_forced_one_by_one() -> None:
    """A unit held in one trial is free in the other."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Threshold(threshold=1))
    net.connect("A", "B")
    simulator = Simulator(net, batch=2)

    moment = simulator.advance(np.ones((2, 1, 1)), Held(np.array([2]), np.array([[[0.0]], [[math.nan]]])))

    assert moment.y[:, 2, 0].tolist() == [0.0, 1.0]


@dataclass(frozen=True)
class Distance(UnitModel):
    """A unit whose net input is no weighted sum: −Σ (x − w)²."""

    name: ClassVar[str] = "test-distance"
    biased: ClassVar[bool] = False
    delay: ClassVar[int] = 1

    def combine(self, w: Array, x: Array) -> Array:
        terms: Array = -((x - w) ** 2)
        return terms

    def activate(self, z: Array) -> Array:
        return np.exp(z)


@pytest.mark.parametrize("way", nets.WAYS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_model_may_combine_in_its_own_way(way: str, count: int) -> None:
    """What a synapse adds is the model's, over the synapses that exist, in every executor and lane."""
    random = np.random.default_rng(0)
    networks = []
    for _ in range(count):
        net = Network()
        net.add_inputs(*(f"X{k}" for k in range(10)))
        for k in range(10):
            net.add_unit(f"U{k}", Distance(), output=True)
            for source in {k, (k * 3 + 1) % 10} if k not in (0, 4, 9) else ():
                net.connect(f"X{source}", f"U{k}", weight=float(random.normal()))
        networks.append(net)
    X = random.normal(size=(3, 10))

    with nets.executed(way):
        found = aon.evaluate(compile(networks), X, ticks=2).reshape(3, 10, count)

    for lane, net in enumerate(networks):
        for k in range(10):
            terms = [
                (X[:, int(source[1:])] - net.edges[source, f"U{k}"]["weight"]) ** 2
                for source in net.predecessors(f"U{k}")
            ]
            assert found[:, k, lane] == pytest.approx(np.exp(-sum(terms, np.zeros(3))), rel=1e-12)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda net: net.add_edges_from(
                [("A", "B", {"delay": 0}), ("B", "C", {"delay": 0}), ("C", "A", {"delay": 0})]
            ),
            "synapses without delay form a loop: A → B → C → A. Give one of them a delay",
        ),
        (
            lambda net: net.add_edge("A", "A", delay=0),
            "synapses without delay form a loop: A → A. Give one of them a delay",
        ),
        (
            lambda net: net.add_edges_from(
                [("A", "B", {"delay": 0}), ("B", "A", {"delay": 0}), ("B", "C", {"delay": 0})]
            ),
            "synapses without delay form a loop: A → B → A. Give one of them a delay",
        ),
    ],
)
def test_a_loop_without_delay_is_named_unit_by_unit(build: Any, message: str) -> None:
    """Compiling names the loop, and leaves out what only follows it."""
    net = Network()
    for name in "ABC":
        net.add_unit(name, aon.McCullochPitts())
    build(net)

    with pytest.raises(NetworkError) as caught:
        compile(net)

    assert str(caught.value) == message


def test_a_long_loop_is_shortened() -> None:
    """Of a loop of many units the first and the last are named, and their number."""
    net = Network()
    names = net.add_group("N", 20, aon.Threshold())
    net.add_edges_from((u, v) for u, v in zip(names, names[1:] + names[:1], strict=True))

    with pytest.raises(
        NetworkError, match=r"N\[0\] → .* → … \(20 units\) → N\[0\]\. Give one of them a delay"
    ):
        compile(net)


@pytest.mark.slow
def test_thousands_of_random_networks_agree_with_the_interpreter() -> None:
    """The long run: mixed models, delays, loops, inhibition, forcing, trials, lanes, learning, every executor."""
    script = Path(__file__).parents[3] / "benchmarks" / "agree.py"

    done = subprocess.run(
        [sys.executable, str(script), "--networks", "5000", "--seed", "1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("5000 random networks")


def anything(value: object) -> Any:
    """Return what it is given, of a type that fits everywhere."""
    return value


def message_of(call: Any) -> str:
    """Return the text of the error that a call ends in."""
    with pytest.raises(AllornoneError) as caught:
        call()
    return str(caught.value)


def test_a_simulation_names_what_it_cannot_do() -> None:
    """Each bad argument is answered by one sentence that says what would be right."""
    net = Network()
    net.add_inputs("N1", "N2")
    net.add_unit("N3", aon.McCullochPitts(threshold=2))
    simulator = Simulator(net)

    assert message_of(lambda: simulate(net, {"N4": 1}, ticks=2)).startswith(
        "no unit is named 'N4'. Did you mean "
    )
    assert message_of(lambda: simulator.step({"M1": 1})).startswith(
        "no unit is named 'M1'. Did you mean 'N1'?"
    )
    assert message_of(lambda: simulate(net, {"N1": "11"}, ticks=2, record=["vetos"])) == (
        "record knows y, z, vetoed, weights, found 'vetos'. Did you mean 'vetoed'?"
    )
    assert (
        message_of(lambda: simulate(net, {"N1": "11"}, ticks=2, every=0))
        == "every must be a whole number from 1 up, found 0"
    )
    assert message_of(lambda: simulate(net, {"N1": "11"}, ticks=2, update="oneByOne")) == (
        "update must be 'together' or 'one-by-one', found 'oneByOne'"
    )
    assert message_of(lambda: simulate(net, {"N1": "11"}, ticks=2, rule=aon.PerceptronRule())) == (
        "the rule 'perceptron' needs a teacher: say what the units should do"
    )
    assert message_of(simulator.back).startswith("there is nothing to take back before tick 0")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda net: simulate(net, {}, ticks=anything(2.5)),
            "ticks must be a whole number from 0 up, found 2.5",
        ),
        (lambda net: simulate(net, {}, ticks=-1), "ticks must be a whole number from 0 up, found -1"),
        (lambda net: simulate(net, {}, ticks=True), "ticks must be a whole number from 0 up, found True"),
        (
            lambda net: simulate(net, {}, ticks=2, update="one-by-one", seed=-1),
            "seed must be a whole number from 0 up, found -1",
        ),
        (lambda net: Simulator(net, batch=0), "batch must be a whole number from 1 up, found 0"),
        (lambda net: Simulator(net).back(-1), "ticks must be a whole number from 0 up, found -1"),
        (
            lambda net: Simulator(net).step({"A": anything("high")}),
            "unit 'A' is given a finite number, found 'high'",
        ),
        (lambda net: simulate(anything(3), {}), "a Network is needed here, found int"),
    ],
)
def test_an_impossible_number_is_named(call: Callable[[Any], object], message: str) -> None:
    """Ticks, seeds, trials and what is given: what was found, and what would be right."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Threshold())

    assert message_of(lambda: call(net)) == message


def test_compiling_names_what_means_nothing() -> None:
    """No network, no units, lanes that differ: each is one sentence."""
    one, two = Network(), Network()
    not_all: Any = [one, 3]
    one.add_unit("A", aon.Threshold())
    two.add_unit("B", aon.Threshold())

    assert message_of(lambda: compile(Network())) == "the network has no units"
    assert message_of(lambda: compile([one, two])) == (
        "network 1 differs from network 0 in more than numbers: lanes need equal structure"
    )
    assert message_of(lambda: compile(not_all)) == "a Network is needed here, found int"
    assert message_of(lambda: compile([])) == "at least one network is needed"
