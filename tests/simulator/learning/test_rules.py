"""The learning rules: one suite for all that is registered, and what a broken rule is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import networks as nets
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Lesson, Shown, lesson
from allornone.simulator.learning.rules import (
    Asked,
    Epoch,
    LearningRule,
    LocalRule,
    Memory,
    learned,
    needs_teacher,
)
from allornone.simulator.learning.training import presented, taught, train
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Changes, Passage
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.records.records import Training
from allornone.simulator.registry import rules
from allornone.simulator.testing import check_rule
from allornone.simulator.time.simulation import Simulator

CLOSE = 1e-12
BOUNDED = nets.Kind(("logistic", "threshold"), nets.real, nets.levels)
"""Networks whose outputs stay within bounds, so that no rule runs away in a few epochs."""
SMOOTH = nets.Kind(("logistic",), nets.real, nets.levels)
"""Networks through which a gradient leads."""
a_few = settings(deadline=None, max_examples=12)


@dataclass(frozen=True)
class Normalised(LocalRule):
    """A rule that asks for a total over a unit's synapses."""

    eta: float = 0.25

    name: ClassVar[str] = "test-normalised"

    def change(self, x: Array, z: Array, d: Array, total: Any) -> Array:
        change: Array = self.eta * (d - z) * x / (1 + total(x * x))
        return change


@dataclass(frozen=True)
class Sliding(LocalRule):
    """A rule that remembers a threshold of its own, as Bienenstock, Cooper and Munro's does."""

    eta: float = 0.25
    rate: float = 0.5

    name: ClassVar[str] = "test-sliding"

    def remember(self, y: Array, theta: Array) -> dict[str, Array]:
        return {"theta": theta + self.rate * (y**2 - theta)}

    def change(self, x: Array, y: Array, theta: Array) -> Array:
        return self.eta * y * (y - theta) * x


@dataclass(frozen=True)
class Decaying(LocalRule):
    """A rule that asks for the weight."""

    name: ClassVar[str] = "test-decaying"

    def change(self, x: Array, y: Array, w: Array) -> Array:
        return 0.125 * y * (x - w)


OURS = (Normalised(), Sliding(), Decaying())
ALL = [*(rules.get(name)() for name in nets.shipped("rules")), *OURS]
every_rule = pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.name)


def kind_for(rule: LearningRule) -> nets.Kind:
    """Return the kind of networks that a rule can teach."""
    descends = type(rule).descent is not LearningRule.descent
    return SMOOTH if descends or isinstance(rule, aon.GeneralisedDelta) else BOUNDED


def fitted(networks: list[Network], d: Array, rule: LearningRule) -> Array:
    """Let a rule reach all that is plastic, and return targets that it could meet."""
    last = compile(networks[0]).stages[-1].units
    outputs = set(networks[0].outputs)
    for net in networks:
        if rule.name in ("madaline-1", "madaline-nearest"):
            nets.freeze(net, set(compile(net).names) - set(compile(net).names[last]))
        elif needs_teacher(rule) and type(rule).descent is LearningRule.descent and rule.name != "madaline-2":
            nets.freeze(net, outputs)
    return nets.attainable(networks[0], d)


def drawn_lessons(
    data: st.DataObject, rule: LearningRule, networks: list[Network], kind: nets.Kind
) -> Lesson:
    """Draw lessons for networks in lanes."""
    program = compile(networks)
    X, d = data.draw(nets.problems(networks[0], kind))
    desired = d[..., None] if needs_teacher(rule) else None
    return lesson(program, X[..., None], desired, ticks=3 if program.has_loops else None)


def asked(program: Program) -> Asked:
    """Return how an epoch is taught here: the mean over a batch, and hardly a bound."""
    return Asked(average=True, bound=1e9, active=np.ones(program.lanes, dtype=bool))


@every_rule
def test_every_rule_conforms(rule: LearningRule) -> None:
    """Whatever is registered as a learning rule is what the engine relies on."""
    check_rule(rule, aon.madaline(3, 4, "or") if "madaline" in rule.name else None)


@pytest.mark.parametrize("name", nets.shipped("rules"))
def test_every_rule_is_registered_under_its_name(name: str) -> None:
    """The word in a file and the word that the class states are one."""
    assert rules.get(name).name == name


@every_rule
@given(data=st.data(), way=st.sampled_from(nets.WAYS))
@a_few
def test_epoch_equals_its_steps(data: st.DataObject, way: str, rule: LearningRule) -> None:
    """However clever, an epoch ends at the weights that one presentation after the other gives."""
    with nets.executed(way):
        lessons = drawn_lessons(
            data, rule, data.draw(nets.lanes(kind_for(rule), most=2, delays=2)), kind_for(rule)
        )
        program, order = lessons.program, np.arange(lessons.samples)
        size = data.draw(st.integers(1, 3))
        memory = rule.start(program, program.weights)

        shown = lessons.shown(order, size)
        found = taught(rule, program, shown, program.weights, memory, asked(program))
        weights: Weights = program.weights
        for batch in shown.batches():
            weights, memory = learned(rule, batch.present(weights), memory, average=True)

    for one, other in zip(found.weights, weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=CLOSE, atol=CLOSE)


@every_rule
@given(data=st.data(), way=st.sampled_from(nets.WAYS))
@a_few
def test_a_lane_learns_what_its_network_learns_alone_to_the_bit(
    data: st.DataObject, way: str, rule: LearningRule
) -> None:
    """Errors, mistakes and weights of a lane are those of its network alone, batch or not."""
    networks = data.draw(nets.lanes(kind_for(rule), loops=False, delays=1))
    X, d = data.draw(nets.problems(networks[0], kind_for(rule), most=12))
    d = fitted(networks, d, rule)
    how: dict[str, Any] = {"rule": rule, "epochs": 2, "batch": data.draw(st.sampled_from([1, 3, "all"]))}
    copies = [net.copy() for net in networks]
    desired = d if needs_teacher(rule) else None

    with nets.executed(way):
        together = train(compile(networks), X, desired, **how)
        alone = [train(net, X, desired, **how) for net in copies]

    for lane, training in enumerate(alone):
        assert nets.numbers(networks[lane]) == nets.numbers(copies[lane])
        for word in training.values:
            column = together.values[word][: len(training.values[word]), lane]
            assert np.array_equal(column, training.values[word][:, 0], equal_nan=True)


@every_rule
@given(data=st.data(), way=st.sampled_from(nets.WAYS[1:]))
@settings(deadline=None, max_examples=6)
def test_a_sparse_store_learns_what_a_table_learns(data: st.DataObject, way: str, rule: LearningRule) -> None:
    """The executor changes nothing but the time it takes."""
    net = data.draw(nets.wide_networks(kind_for(rule)))
    X, d = data.draw(nets.problems(net, kind_for(rule), most=3))
    d = fitted([net], d, rule)
    other: Network = net.copy()
    desired = d if needs_teacher(rule) else None

    train(net, X, desired, rule=rule, epochs=2, batch=2)
    with nets.executed(way):
        train(other, X, desired, rule=rule, epochs=2, batch=2)

    found, wanted = nets.numbers(other), nets.numbers(net)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9 * max(1.0, *map(abs, wanted)))


@every_rule
@given(data=st.data())
@a_few
def test_learning_taken_back_never_happened(data: st.DataObject, rule: LearningRule) -> None:
    """Stepping back undoes weights and memory, so that living on is living once."""
    net = data.draw(nets.networks(kind_for(rule), loops=False))
    history = data.draw(nets.histories(net, kind_for(rule), ticks=5))[0].tolist()
    told = [dict(zip(net.inputs, tick, strict=True)) for tick in history]
    teacher = dict.fromkeys(net.outputs, 1.0)
    straight, wandering = Simulator(net, rule=rule), Simulator(net, rule=rule)

    for now in told:
        straight.step(now, teacher)
    for now in told:
        wandering.step(now, teacher)
        wandering.step(dict.fromkeys(net.inputs, 1.0), teacher)
        wandering.back()

    assert wandering.state == straight.state
    assert all(map(np.array_equal, wandering.weights, straight.weights))


@pytest.mark.parametrize("name", nets.shipped("rules"))
@given(data=st.data())
@a_few
def test_a_training_is_loaded_as_it_was_saved(
    data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Curves, weights, rule and why it stopped, in one file without pickle."""
    cls = rules.get(name)
    rule = cls.from_values(data.draw(nets.parameters(cls, st.sampled_from([0.125, 0.25]))))
    net = aon.mlp(2, [2], 1, model="linear", weights=0.25)
    net.nodes["H1"]["bias"] = 0.5
    fitted([net], np.zeros((1, 1)), rule)
    path = tmp_path_factory.mktemp("records") / "training.npz"

    training = train(net, [[0, 1], [1, 1]], [1, 0], rule=rule, epochs=2, record=["weights"])
    training.save(path)
    loaded = Training.load(path)

    assert loaded.rule == rule
    assert str(loaded) == str(training)
    assert loaded.values.keys() == training.values.keys()
    assert all(np.array_equal(loaded[word], training[word], equal_nan=True) for word in training.values)
    assert np.array_equal(loaded.weights("X1", "H1"), training.weights("X1", "H1"))


def test_hebb_needs_no_teacher_and_the_others_do() -> None:
    """Asking for d is what makes a teacher compulsory."""
    found = {rule.name: needs_teacher(rule) for rule in ALL}
    expected = {
        "hebb": False,
        "perceptron": True,
        "lms": True,
        "test-normalised": True,
        "test-sliding": False,
        "test-decaying": False,
    }

    assert {name: found[name] for name in expected} == expected


def test_a_rule_remembers_from_one_presentation_to_the_next() -> None:
    """The sliding threshold starts at 0 and follows y²: Δw of the second tick is that of θ after the first."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Linear(), bias=0.0, plastic=False)
    net.connect("A", "B", weight=1.0)

    aon.simulate(net, {"A": "11"}, ticks=2, rule=Sliding())

    # w = 1: y = 1, Δw = ¼·1·(1 − 0) = ¼, θ = ½;  w = 5/4: y = 5/4, Δw = ¼·5/4·(5/4 − ½) = 15/64
    assert net.edges["A", "B"]["weight"] == 1.25 + 15 / 64


def test_a_unit_without_a_teacher_keeps_its_weights() -> None:
    """Where the teacher says nothing, a rule that needs d changes nothing."""
    net = Network()
    net.add_inputs("A")
    for name in "BC":
        net.add_unit(name, aon.Linear(), output=True)
        net.connect("A", name, weight=0.0)
    simulator = Simulator(net, rule=aon.LMS(eta=0.5))

    simulator.step({"A": 1}, {"B": 1})

    assert dict(
        zip(
            simulator.program.synapses, simulator.program.synapse_values(simulator.weights)[:, 0], strict=True
        )
    ) == {
        ("A", "B"): 0.5,
        ("A", "C"): 0.0,
        (None, "B"): 0.5,
        (None, "C"): 0.0,
    }


@dataclass(frozen=True)
class InPlace(LearningRule):
    """Changes the weights it is given."""

    name: ClassVar[str] = "test-in-place"
    teacher: ClassVar[bool] = False

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        for w in seen.weights:
            w += 1
        return seen.weights, memory


@dataclass(frozen=True)
class Overgrown(LearningRule):
    """Has changes that do not fit the layer."""

    name: ClassVar[str] = "test-overgrown"
    teacher: ClassVar[bool] = False

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        return [np.ones((9, 9, 1)) for _ in seen.layers], memory


@dataclass(frozen=True)
class Idle(LocalRule):
    """Never does anything."""

    name: ClassVar[str] = "test-idle"

    def change(self, x: Array, y: Array) -> Array:
        return 0 * x * y


@dataclass(frozen=True)
class Asking(LocalRule):
    """Asks for what nobody gives."""

    name: ClassVar[str] = "test-asking"

    def change(self, x: Array, q: Array) -> Array:
        return x * q


@dataclass(frozen=True)
class Restless(LearningRule):
    """Has a memory that it changes in place."""

    name: ClassVar[str] = "test-restless"
    teacher: ClassVar[bool] = False

    def start(self, program: Program, weights: Weights) -> Memory:
        return {"count": np.zeros(1)}

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        memory["count"] += 1
        return [layer.plastic * np.ones_like(layer.w) for layer in seen.layers], memory


@dataclass(frozen=True)
class Hasty(LocalRule):
    """Has an epoch that leaves out the last lesson."""

    name: ClassVar[str] = "test-hasty"

    def change(self, x: Array, y: Array, d: Array) -> Array:
        return (d - y) * x

    def epoch(self, program: Program, shown: Shown, weights: Weights, memory: Memory, asked: Asked) -> Epoch:
        fewer = Shown(shown.lesson, shown.order[: -shown.size], shown.size)
        return presented(self, program, fewer, weights, memory, asked)


@dataclass(frozen=True)
class Mingling(LocalRule):
    """Lets the lanes see each other."""

    name: ClassVar[str] = "test-mingling"

    def change(self, x: Array, y: Array) -> Array:
        change: Array = x * y.mean(axis=-1, keepdims=True)
        return change


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (InPlace(), "InPlace changed its arguments in place: return new arrays"),
        (
            Overgrown(),
            r"Overgrown.changes must have the shape of the weights, \(4, 2, 3\), found \(9, 9, 1\)",
        ),
        (Idle(), "Idle never changed a weight, whatever it was shown"),
        (
            Asking(),
            "Asking.change asks for 'q', which nobody gives; it may ask for x, y, z, d, w, slope, total, plastic, or",
        ),
        (Restless(), "Restless changed its memory in place: return a new one"),
        (Hasty(), r"Hasty.epoch: it and a loop over the parts, 1 at a time: .* and .* at"),
        (Mingling(), r"Mingling: lane 0 among others and alone: .* and .* at"),
        (aon.LMS(eta=-1.0), "LMS.eta must be more than 0, found -1.0"),
        (aon.LMS, r"a rule with its parameters is needed, LMS\(\), not the class"),
        (3, r"a rule is needed, such as Hebb\(eta=0.1\), found 3"),
    ],
)
def test_a_broken_rule_is_told_what_is_wrong(rule: Any, message: str) -> None:
    """The kit names the class, the thing, and shows both numbers."""
    with pytest.raises((AssertionError, AllornoneError), match=message):
        check_rule(rule)


def test_a_rule_can_be_checked_on_a_network_of_ones_own() -> None:
    """The kit teaches copies of the network it is given."""
    net = aon.perceptron(inputs=2)

    check_rule(aon.PerceptronRule(), net)

    assert nets.numbers(net) == [0.0, 0.0, 0.0]
