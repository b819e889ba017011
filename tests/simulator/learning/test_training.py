"""Training: the weights of a naive loop and of scikit-learn, and every word of what is recorded."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import networks as nets
import numpy as np
import pytest
import reference
from hypothesis import assume, given, settings, strategies as st

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import lesson
from allornone.simulator.learning.training import at_rest, train
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import compile

theirs: Any = import_module("sklearn.linear_model")

CLOSE = 1e-12
RULES: dict[str, Callable[..., Any]] = {"hebb": aon.Hebb, "perceptron": aon.PerceptronRule, "lms": aon.LMS}
AND = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
XOR = ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
KINDS = {
    "binary layers": (nets.binary, False),
    "binary loops": (nets.binary, True),
    "graded layers": (nets.smooth, False),
    "graded loops": (nets.Kind(("logistic",), nets.real, nets.real), True),
}
"""Linear units in loops would run away."""
random_networks = settings(deadline=None, max_examples=25)


def learned(net: Network, inputs: int) -> list[float]:
    """Return the weights and the bias of a single unit, the bias last."""
    return [net.edges[f"X{k + 1}", "out"]["weight"] for k in range(inputs)] + [net.nodes["out"]["bias"]]


def message_of(call: Callable[[], object]) -> str:
    """Return the text of the error that a call ends in."""
    with pytest.raises(AllornoneError) as caught:
        call()
    return str(caught.value)


@pytest.mark.filterwarnings("ignore::allornone.simulator.errors.LearningWarning")
@pytest.mark.parametrize(("kind", "loops"), [*KINDS.values()], ids=KINDS)
@pytest.mark.parametrize("rule", RULES)
@given(data=st.data())
@random_networks
def test_training_does_what_a_naive_loop_does(
    data: st.DataObject, rule: str, kind: nets.Kind, loops: bool
) -> None:
    """Weights, errors and mistakes: any delays, batches, means and sums, sequences of presentations."""
    net = data.draw(nets.networks(kind, most=4, loops=loops, delays=2))
    X, d = data.draw(nets.problems(net, kind))
    batch, average = data.draw(st.integers(1, 2)), data.draw(st.booleans())
    said = bool(net.loops) or data.draw(st.booleans())
    ticks = data.draw(st.integers(1, 4)) if said else None
    if rule in reference.TAUGHT:
        nets.freeze(net, net.outputs)
        d = nets.attainable(net, d)
    graph = net.copy()
    how: dict[str, Any] = {"epochs": 2, "batch": batch, "average": average}
    given_d = d if rule in reference.TAUGHT else None

    wanted = reference.train(
        graph, X.tolist(), d.tolist(), rule, 0.125, ticks=ticks or reference.settling(graph), **how
    )
    training = train(net, X, given_d, rule=RULES[rule](eta=0.125), ticks=ticks, **how)

    assume(not wanted["doubtful"])
    weights, theirs = reference.synapse_values(net), reference.synapse_values(graph)
    largest = max([1.0, *map(abs, theirs.values())])
    assume(all(abs(weight) < 1e6 for weight in theirs.values()) and not training.diverged)
    close = 0 if kind.exact else CLOSE * largest**2
    assert weights == pytest.approx(theirs, rel=0, abs=close)
    if given_d is not None:
        assert training["mistakes"].tolist() == wanted["mistakes"]
        assert training["error"] == pytest.approx(wanted["error"], rel=CLOSE, abs=close * largest)


@pytest.mark.parametrize("seed", range(6))
def test_perceptron_weights_are_those_of_scikit_learn(seed: int) -> None:
    """From random starts, on data that no line separates, after each of several numbers of epochs."""
    random = np.random.default_rng(seed)
    X, d = random.normal(size=(20, 3)), random.integers(0, 2, size=20)
    start, bias = random.normal(size=3), float(random.normal())

    for epochs in (1, 2, 7):
        model = theirs.Perceptron(shuffle=False, tol=None, max_iter=epochs, eta0=0.5)
        model.fit(X, d, coef_init=start.copy()[None], intercept_init=np.array([bias]))
        net = aon.perceptron(3, weights=start.tolist(), bias=bias)
        train(net, X, d, rule=aon.PerceptronRule(eta=0.5), epochs=epochs)

        wanted = [*model.coef_[0], model.intercept_[0]]
        assert learned(net, 3) == pytest.approx(wanted, rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize("seed", range(6))
def test_lms_weights_are_those_of_scikit_learn(seed: int) -> None:
    """From random starts, after each of several numbers of epochs, and in the middle of one."""
    random = np.random.default_rng(seed)
    X, d = random.normal(size=(20, 3)), random.normal(size=20)
    start, bias = random.normal(size=3), float(random.normal())

    for rows, epochs in ((20, 1), (7, 1), (20, 5)):
        model = theirs.SGDRegressor(
            penalty=None, learning_rate="constant", eta0=0.05, shuffle=False, tol=None, max_iter=epochs
        )
        model.fit(X[:rows], d[:rows], coef_init=start.copy(), intercept_init=np.array([bias]))
        net = aon.adaline(3, weights=start.tolist(), bias=bias)
        train(net, X[:rows], d[:rows], rule=aon.LMS(eta=0.05), epochs=epochs)

        wanted = [*model.coef_, model.intercept_[0]]
        assert learned(net, 3) == pytest.approx(wanted, rel=CLOSE, abs=CLOSE)


def test_a_perceptron_learns_and() -> None:
    """The lecture's AND: separable, so the mistakes end, and training stops there."""
    net = aon.perceptron(inputs=2)

    training = train(net, *AND, rule=aon.PerceptronRule(eta=1.0), epochs=100, until="mistakes == 0")

    assert training.epochs == 6
    assert training["mistakes"].tolist() == [1, 3, 3, 2, 1, 0]
    assert len(training["error"]) == 7
    assert training["error"][-1] == 0
    assert training.solved
    assert training.stopped == "mistakes == 0"
    assert aon.evaluate(net, AND[0]).ravel().tolist() == AND[1]


def test_a_perceptron_cycles_on_xor() -> None:
    """No line separates XOR: the mistakes never end, and the record says so."""
    net = aon.perceptron(inputs=2)

    training = train(
        net, *XOR, rule=aon.PerceptronRule(), epochs=20, until="mistakes == 0", record=["weights"]
    )

    assert not training.solved
    assert training.epochs == 20
    assert training.stopped == "epochs reached, mistakes == 0 never met"
    history = training.weights("X1", "out").tolist()
    assert len(history) == 21
    assert history[-4:] == history[-8:-4]


def test_training_that_is_solved_at_rest_changes_nothing() -> None:
    """A condition about the net at rest is judged before the first epoch too."""
    net = aon.perceptron(inputs=2, weights=[1, 1], bias=-1)

    training = train(net, *AND, rule=aon.PerceptronRule(), epochs=5, until="error == 0")

    assert training.epochs == 0
    assert training.solved
    assert len(training["error"]) == 1


def test_epochs_0_is_a_look_and_no_lesson() -> None:
    """No epoch: the error of the state as it is, and nothing learned."""
    net = aon.perceptron(inputs=2)

    training = train(net, *AND, rule=aon.PerceptronRule(), epochs=0)

    assert training["error"].tolist() == [0.125]
    assert learned(net, 2) == [0.0, 0.0, 0.0]


def test_a_mistake_is_counted_before_its_change() -> None:
    """A lesson answered wrongly is a mistake even though its change mends it at once."""
    net = aon.perceptron(inputs=1)

    training = train(net, [1.0], [1], rule=aon.PerceptronRule(), epochs=2)

    assert training["mistakes"].tolist() == [1, 0]
    assert training["updates"].tolist() == [1, 0]


def test_divergence_ends_with_finite_weights() -> None:
    """Beyond the bound it has diverged; what is written back is finite, and the epoch is named."""
    net = aon.adaline(inputs=1)

    training = train(net, [[1.0], [2.0]], [1, -1], rule=aon.LMS(eta=10.0), epochs=1000)

    assert training.diverged
    # one by one η |x|² may be 2 at most, and the longest x with its constant 1 is (1, 2)
    assert training.stopped == (
        f"diverged in epoch {training.epochs + 1}, a weight left ±1e+06; it is stable up to eta = 0.4 here"
    )
    assert np.isfinite(learned(net, 1)).all()


@pytest.mark.parametrize("batch", [1, "all"])
def test_only_what_can_change_can_leave_the_bound(batch: int | str) -> None:
    """A heavy synapse that is not plastic is nobody's divergence; a plastic one is."""
    net = aon.adaline(inputs=2)
    net.edges["X1", "out"].update(weight=1e9, plastic=False)
    how: dict[str, Any] = {"rule": aon.LMS(eta=0.25), "epochs": 3, "batch": batch, "bound": 100}

    training = train(net, [[0.0, 1.0]], [1], **how)

    assert (training.epochs, training.diverged) == (3, False)
    assert net.edges["X2", "out"]["weight"] > 0
    net.edges["X1", "out"]["plastic"] = True
    assert train(net, [[0.0, 1.0]], [1], **how).diverged


def test_a_program_answers_as_taught_and_learns_on() -> None:
    """What it learned is in the program as it is in the graph; a snapshot made before knows nothing of it."""
    net, lessons = aon.adaline(inputs=1), ([[1.0]], [1])
    program, before = compile(net), compile(net)

    training = train(program, *lessons, rule=aon.LMS(eta=0.25))
    assert training.program is program
    assert learned(net, 1) == [0.25, 0.25]
    assert program.synapse_values(program.weights).ravel().tolist() == [0.25, 0.25]
    assert aon.evaluate(program, [[-3.0]]).tolist() == aon.evaluate(net, [[-3.0]]).tolist() == [[-1.0]]
    train(program, *lessons, rule=aon.LMS(eta=0.25))

    assert learned(net, 1) == [0.375, 0.375]
    assert before.synapse_values(before.weights).ravel().tolist() == [0.0, 0.0]


def test_a_program_keeps_what_it_learned_when_it_is_interrupted() -> None:
    """The epochs that were completed are in the program and in the graph."""
    net = aon.adaline(inputs=1)
    program = compile(net)

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(program, [[1.0]], [1], rule=aon.LMS(eta=0.25), epochs=9, progress=stop)

    assert learned(net, 1) == program.synapse_values(program.weights).ravel().tolist() == [0.25, 0.25]


def test_a_block_is_as_large_whatever_the_number_of_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of a lane among others is that of its net alone, to the bit, though it comes in several blocks."""
    random = np.random.default_rng(1)
    net = aon.adaline(inputs=1100)
    for source in net.inputs:
        net.edges[source, "out"]["weight"] = float(random.normal())
    X, d = random.normal(size=(60, 1100)), np.sign(random.normal(size=60))
    monkeypatch.setattr("allornone.simulator.learning.presenting.BLOCK_BYTES", 8 * 1102 * 2 * 41)
    how: dict[str, Any] = {"rule": aon.LMS(eta=1e-4), "batch": "all"}

    together = train(compile([net.copy() for _ in range(5)]), X, d, **how)

    assert together["error"][:, 3].tolist() == train(net, X, d, **how)["error"].tolist()


@pytest.mark.parametrize("bound", [1e6, 0.55])
def test_large_layers_are_looked_at_step_by_step(bound: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed, how often, and who left the bound are told as for small ones."""
    random = np.random.default_rng(2)
    X, d = random.normal(size=(30, 3)), random.normal(size=(30, 2))
    seeds = []
    for seed in range(3):
        seeds.append(aon.mlp(3, [4], 2))
        aon.start(seeds[-1], {"uniform": 0.5}, seed=seed)
    how: dict[str, Any] = {"rule": aon.Backpropagation(eta=0.02), "epochs": 4, "bound": bound}
    small = train(compile([net.copy() for net in seeds]), X, d, **how)
    monkeypatch.setattr("allornone.simulator.learning.training.STACKED", 0)

    large = train(compile([net.copy() for net in seeds]), X, d, **how)

    assert (bound == 0.55) == bool(small.lane_diverged.any()) == bool(large.lane_diverged.any())
    for word in ("error", "mistakes", "updates"):
        assert np.array_equal(small[word], large[word], equal_nan=True)
    for mine, others in zip(small.theta, large.theta, strict=True):
        assert np.array_equal(mine, others)


def test_who_is_not_told_anything_in_a_block_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst miss is that of whom the teacher spoke to."""
    program = compile(aon.adaline(inputs=1))
    lessons = lesson(program, np.ones((2, 1, 1)), np.array([[[0.25]], [[math.nan]]]))
    monkeypatch.setattr("allornone.simulator.learning.presenting.BLOCK_BYTES", 1)

    error, worst = at_rest(aon.LMS(), lessons, program.weights, average=False)

    assert (error.tolist(), worst.tolist()) == ([0.5 * 0.25**2], [0.75])


def test_what_was_learned_is_written_back_when_interrupted() -> None:
    """Ctrl-C in an epoch leaves the weights of the last whole one in the graph."""
    whole, stopped = aon.perceptron(inputs=2), aon.perceptron(inputs=2)

    def progress(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    train(whole, *XOR, rule=aon.PerceptronRule(), epochs=3)
    with pytest.raises(KeyboardInterrupt):
        train(stopped, *XOR, rule=aon.PerceptronRule(), epochs=50, progress=progress)

    assert learned(stopped, 2) == learned(whole, 2) != [0.0, 0.0, 0.0]


def test_a_shuffled_order_is_that_of_its_seed() -> None:
    """The same seed gives the same weights, another one other weights."""
    random = np.random.default_rng(0)
    X, d = random.normal(size=(12, 2)), random.integers(0, 2, size=12)

    def weights(seed: int) -> list[float]:
        net = aon.adaline(inputs=2)
        train(net, X, d, rule=aon.LMS(eta=0.1), epochs=2, order="shuffled", seed=seed)
        return learned(net, 2)

    assert weights(1) == weights(1) != weights(2)


@pytest.mark.parametrize("order", ["cyclic", "shuffled"])
def test_lane_3_is_seed_3_to_the_bit(order: str) -> None:
    """Twenty seeds side by side are twenty runs; each lane draws its own order."""
    random = np.random.default_rng(7)
    X, d = random.normal(size=(9, 2)), random.integers(0, 2, size=9)

    def start(seed: int) -> Network:
        draw = np.random.default_rng([seed, 1])
        return aon.perceptron(inputs=2, weights=draw.normal(size=2).tolist(), bias=float(draw.normal()))

    how: dict[str, Any] = {"epochs": 5, "order": order, "until": "mistakes <= 1", "rule": aon.LMS(eta=0.05)}
    networks = [start(seed) for seed in range(20)]
    together = train(compile(networks), X, d, seed=0, record=["error", "weights"], **how)

    for lane in (0, 3, 19):
        net = start(lane)
        alone = train(net, X, d, seed=lane, record=["error", "weights"], **how)
        assert nets.numbers(networks[lane]) == nets.numbers(net)
        assert alone.epochs == together.epochs[lane]
        for word in ("error", "mistakes", "change"):
            column = together[word][: len(alone[word]), lane]
            assert np.array_equal(column, alone[word])
        history = together.weights("X1", "out")[: alone.epochs + 1, lane]
        assert np.array_equal(history, alone.weights("X1", "out"))


def test_a_lane_that_is_solved_rests_while_the_others_learn() -> None:
    """Its weights stay as they were then, though the rule would go on; its record is NaN from then on."""
    done, alone = (aon.adaline(2, weights=[1, 1], bias=-1.5) for _ in range(2))
    learning = aon.adaline(2, weights=[-1, 0.5], bias=1)
    how: dict[str, Any] = {"rule": aon.LMS(eta=0.05), "epochs": 200, "until": "mistakes == 0"}

    training = train(compile([done, learning]), AND[0], [-1, -1, -1, 1], **how)
    train(alone, AND[0], [-1, -1, -1, 1], **how)

    assert learned(done, 2) == learned(alone, 2) != [1.0, 1.0, -1.5]
    assert training.epochs[0] == 1 < training.epochs[1] < 200
    assert training.solved.tolist() == [True, True]
    assert np.isnan(training["mistakes"][1:, 0]).all()
    assert training.stopped == "2 of 2 lanes solved"


def test_a_shared_weight_stays_one() -> None:
    """Synapses that share a weight change by the sum of what each would, and stay equal."""
    net = Network()
    net.add_inputs("A", "B")
    net.add_unit("out", aon.Linear(), bias=0.0, plastic=False)
    net.connect("A", "out", weight=0.5, shared="w")
    net.connect("B", "out", weight=0.5, shared="w")

    train(net, [[1, 2]], [1], rule=aon.LMS(eta=0.125))

    # z = 1.5, so Δw = 0.125 · (1 − 1.5) · (1 + 2)
    assert net.edges["A", "out"]["weight"] == net.edges["B", "out"]["weight"] == 0.5 - 0.1875
    assert net.nodes["out"]["bias"] == 0.0


def test_a_sequence_is_presented_tick_by_tick() -> None:
    """X of (samples, ticks, inputs) brings something else each tick; the answer is that of the last."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("now", aon.Linear(), output=True)
    net.add_unit("then", aon.Linear(), output=True)
    net.connect("A", "now")
    net.connect("A", "then", delay=1)

    found = aon.evaluate(net, [[[1.0], [2.0], [4.0]]], ticks=3)

    assert found.tolist() == [[4.0, 2.0]]


def test_what_would_not_fit_in_memory_is_evaluated_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of samples give what all of them give at once."""
    net = aon.mlp(3, [4], 2, weights=0.5)
    X = np.random.default_rng(0).normal(size=(50, 3))
    at_once = aon.evaluate(net, X)

    monkeypatch.setattr("allornone.simulator.learning.presenting.BLOCK_BYTES", 1000)

    assert np.allclose(aon.evaluate(net, X), at_once, rtol=CLOSE, atol=0)


def test_training_names_what_it_cannot_use() -> None:
    """Each bad argument is answered by one sentence that says what would be right, and nothing is learned."""
    net = aon.perceptron(inputs=2)
    X, d = AND
    rule = aon.PerceptronRule()
    text: Any = "fast"

    def teach(**how: Any) -> Callable[[], object]:
        told: dict[str, Any] = {"X": X, "d": d, "rule": rule, **how}
        return lambda: train(net, told.pop("X"), told.pop("d"), **told)

    assert message_of(teach(X=[[0], [1]], d=[0, 1])) == (
        "each sample must have 2 numbers, one an input (X1, X2), found 1"
    )
    assert message_of(teach(X=[[0, float("nan")]], d=[0])) == "X holds NaN or infinity at (0, 1)"
    assert message_of(teach(X=[["0", "1"]], d=[0])).startswith("X must hold numbers, found ")
    assert message_of(teach(X=[[0, 1], [1]], d=[0, 1])) == "X must be (samples, 2): its rows differ in length"
    assert message_of(teach(X=[], d=[])) == "X must be (samples, 2), found shape (0,)"
    assert message_of(teach(d=[0, 1])) == "d must be (samples, outputs) = (4, 1), found (2, 1)"
    assert message_of(teach(d=None)) == (
        "the rule 'perceptron' needs a teacher: give d, what the outputs should be"
    )
    assert message_of(teach(epochs=-1)) == "epochs must be a whole number from 0 up, found -1"
    assert message_of(teach(epochs=2.5)) == "epochs must be a whole number from 0 up, found 2.5"
    assert message_of(teach(order="cyclical")) == (
        "order must be 'cyclic' or 'shuffled', found 'cyclical'. Did you mean 'cyclic'?"
    )
    assert message_of(teach(batch=0)) == 'batch must be a whole number from 1, or "all", found 0'
    assert message_of(teach(seed=-1)) == "seed must be a whole number from 0 up, found -1"
    assert message_of(teach(bound="big")) == "bound must be more than 0, found 'big'"
    assert message_of(teach(bound=0)) == "bound must be more than 0, found 0"
    assert message_of(teach(ticks=0)) == "ticks must be a whole number from 1 up, found 0"
    assert message_of(teach(rule=aon.PerceptronRule(eta=-1.0))) == (
        "PerceptronRule.eta must be more than 0, found -1.0"
    )
    assert message_of(teach(rule=aon.PerceptronRule(eta=text))) == (
        "PerceptronRule.eta must be a number, found 'fast'"
    )
    assert message_of(teach(rule=aon.PerceptronRule)) == (
        "a rule with its parameters is needed, PerceptronRule(), not the class"
    )
    assert message_of(teach(record=["wieghts"])) == (
        "record knows error, gradient, weights, y, z, vetoed, found 'wieghts'. Did you mean 'weights'?"
    )
    assert learned(net, 2) == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (
            "mistaks == 0",
            "until 'mistaks == 0', column 1: no name is named 'mistaks'. Did you mean 'mistakes'?",
        ),
        ("mistakes", "until 'mistakes', column 1: this is no condition; write one such as mistakes == 0"),
        ("mistakes = 0", "until 'mistakes = 0', column 10: this is no expression"),
        ("mistakes ==", "until 'mistakes ==', column 1: this is no expression"),
        ("error < 'low'", "until \"error < 'low'\", column 9: 'low' is not allowed here"),
        ("error[0] < 1", "until 'error[0] < 1', column 1: error[0] is not allowed here"),
        ("abs(error) < 1", "until 'abs(error) < 1', column 1: no function is named 'abs'"),
        ("error.real < 1", "until 'error.real < 1', column 6: there are no attributes"),
        ("error < 1 / 0", "until 'error < 1 / 0', column 9: division by zero"),
        ("mistakes is 0", "until 'mistakes is 0', column 10: there is no `is`: write =="),
        (7, "until must be a condition such as 'mistakes == 0', found 7"),
    ],
)
def test_a_condition_that_means_nothing_is_named(until: Any, message: str) -> None:
    """`until` is a comparison of the words of learning; anything else is one sentence, before any lesson."""
    net = aon.perceptron(inputs=2)

    found = message_of(lambda: train(net, *AND, rule=aon.PerceptronRule(), epochs=3, until=until))

    assert found.startswith(message)
    assert learned(net, 2) == [0.0, 0.0, 0.0]


def test_a_teacher_in_time_says_one_thing_to_a_rule() -> None:
    """Neither is he ignored where nothing learns, nor does he leave open what he wants."""
    net = aon.perceptron(inputs=1)
    stimulus, rule = {"X1": "11"}, aon.PerceptronRule()

    assert "give rule=" in message_of(lambda: aon.simulate(net, stimulus, teacher={"out": "11"}))
    assert "no ? may stand" in message_of(
        lambda: aon.simulate(net, stimulus, teacher={"out": "1?"}, rule=rule)
    )


def test_a_loop_must_say_how_many_ticks() -> None:
    """A net with a loop never settles by itself, so a presentation needs ticks=."""
    net = Network()
    net.add_inputs("S")
    net.add_unit("M", aon.McCullochPitts())
    net.connect("S", "M")
    net.connect("M", "M")

    assert message_of(lambda: aon.evaluate(net, [[1]])) == (
        "a net with a loop never settles by itself: say how many ticks= a presentation takes"
    )
    assert aon.evaluate(net, [[1]], ticks=2).tolist() == [[1.0]]
