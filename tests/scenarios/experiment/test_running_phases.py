"""Running phases: what happens in the phases of a run, beside naive loops and the naive interpreter of networks."""

from __future__ import annotations

import itertools
import math
import tomllib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

from allornone.models.adaline import LMS
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import prepare
from allornone.scenarios.experiment.running_phases import Needs, RunRecord, run_phases
from allornone.scenarios.expressions.labelled import labelled
from allornone.scenarios.verdict.family import Laboratory
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.records.records import Record

CLOSE = 1e-12
EVERYTHING = Needs(
    Record(["y", "z", "vetoed"], units=["inputs", "hidden", "outputs"]), frozenset({"history"})
)
random_nets = settings(deadline=None, max_examples=25)

LESSONS = """
[parameters]
most = 0
[tasks]
AND = { data = "table", inputs = 2, ones = ["11"] }
XOR = { data = "table", inputs = 2, ones = ["01", "10"] }
odd = { data = "rows", x = [[0.5, -1], [1.5, 0.25], [-0.75, 1], [2, 1], [-1, -1]], d = [1, 0, 1, 0, 1] }
[connectivity]
inputs = ["x1", "x2"]
synapses = ["x1, x2 -> out [weight=0]"]
weights = { "x1 -> out" = 0.125 }
[activation]
model = "MODEL"
bias = -0.25
[learning]
"""


def run_of(raw: str | dict[str, Any], seed: int = 0) -> RunRecord:
    """Return what one run left."""
    document = tomllib.loads(raw) if isinstance(raw, str) else raw
    return run_phases([prepare(document, seed, Limits())], EVERYTHING)[0]


def lesson(model: str, learning: str, *phases: str, seed: int = 0) -> RunRecord:
    """Return the run of one unit that is taught."""
    told = "".join(f'[[experience]]\nname = "p{k}"\n{phase}\n' for k, phase in enumerate(phases))
    return run_of(LESSONS.replace("MODEL", model) + learning + "\n" + told, seed)


def final(run: RunRecord) -> list[float]:
    """Return weights of the unit `out`, its bias first."""
    last = run.records[-1]
    learned = dict(zip(last.synapses, last.weights.tolist(), strict=True))
    return [learned[source, "out"] for source in (None, "x1", "x2")]


DATA: dict[str, tuple[list[list[float]], list[float]]] = {
    "AND": ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]),
    "XOR": ([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]),
    "odd": ([[0.5, -1], [1.5, 0.25], [-0.75, 1], [2, 1], [-1, -1]], [1, 0, 1, 0, 1]),
}
DELTA: dict[str, Callable[[float, float], float]] = {
    "perceptron": lambda d, z: d - (z > 0),
    "lms": lambda d, z: d - z,
}


def naive(
    task: str,
    rule: str,
    eta: float,
    epochs: int,
    batch: int = 1,
    average: bool = True,
    order: Sequence[Sequence[int]] = (),
) -> tuple[list[float], list[int]]:
    """Return weights, bias first, and mistakes an epoch: four nested loops."""
    X, d = DATA[task]
    w, counted = [-0.25, 0.125, 0.0], []
    for epoch in range(epochs):
        turn = order[epoch] if order else range(len(X))
        wrong = 0
        for start in range(0, len(X), batch):
            change = [0.0, 0.0, 0.0]
            part = list(turn)[start : start + batch]
            for k in part:
                x = [1.0, *X[k]]
                z = sum(a * b for a, b in zip(w, x, strict=True))
                y = float(z > 0) if rule == "perceptron" else (1.0 if z >= 0 else -1.0)
                wrong += abs(y - d[k]) >= 0.5
                for i in range(3):
                    change[i] += eta * DELTA[rule](d[k], z) * x[i]
            w = [a + b / (len(part) if average else 1) for a, b in zip(w, change, strict=True)]
        counted.append(wrong)
    return w, counted


# ---- Lessons


@pytest.mark.parametrize("batch", [1, 2, "all"])
@pytest.mark.parametrize("average", [True, False])
@pytest.mark.parametrize(("model", "rule"), [("perceptron", "perceptron"), ("adaline", "lms")])
@pytest.mark.parametrize("task", ["XOR", "odd"])
def test_lessons_teach_what_a_naive_loop_teaches(
    task: str, model: str, rule: str, average: bool, batch: int | str
) -> None:
    """Weights after 7 epochs, and the mistakes of each."""
    said = f'rule = "{rule}"\neta = 0.125\nepochs = 7\nbatch = {batch!r}\naverage = {str(average).lower()}'
    run = lesson(model, said, f'teach = "{task}"')

    count = len(DATA[task][0])
    w, mistakes = naive(task, rule, 0.125, 7, count if batch == "all" else int(batch), average)
    assert final(run) == pytest.approx(w, rel=CLOSE, abs=CLOSE)
    assert run.records[0].words["mistakes"].tolist() == mistakes


def test_until_ends_the_lessons_lane_by_lane() -> None:
    """The condition may speak of a parameter; what is not met in the epochs allowed is not solved."""
    text = LESSONS.replace("MODEL", "perceptron") + (
        'rule = "perceptron"\nepochs = 30\nuntil = "mistakes <= most"\n'
        '[[experience]]\nname = "p"\nteach = "AND"\n'
        "[vary]\nmost = [0, 1, 3, -1]\n[measures]\nepochs = 'epochs()'\nsolved = 'solved()'\nwrong = 'mistakes()'\n"
    )
    found = Laboratory(tomllib.loads(text), [0]).measured().values

    mistakes = naive("AND", "perceptron", 1, 30)[1]
    expected = [
        next((k + 1 for k, wrong in enumerate(mistakes) if wrong <= most), math.inf) for most in (0, 1, 3, -1)
    ]
    assert labelled(found["epochs"]).values.tolist() == expected
    assert labelled(found["solved"]).values.tolist() == [True, True, True, False]


def test_a_net_that_needs_no_lesson_is_solved_after_none() -> None:
    """`until` judges the net at rest before the first epoch, but nothing that is counted on the way."""
    easy = lesson("adaline", 'rule = "lms"\neta = 0.1\nepochs = 5\nuntil = "error < 100"', 'teach = "AND"')
    counted = lesson(
        "perceptron", 'rule = "perceptron"\nepochs = 5\nuntil = "mistakes < 100"', 'teach = "AND"'
    )

    assert (easy.records[0].epochs, easy.records[0].solved) == (0, True)
    assert len(easy.records[0].words["error"]) == 1
    assert (counted.records[0].epochs, counted.records[0].solved) == (1, True)


def test_shuffled_lessons_come_in_an_order_drawn_by_seed() -> None:
    """After two epochs the weights are those of two orders out of 24 × 24; another seed has others."""
    said = 'rule = "lms"\neta = 0.3\nepochs = 2\norder = "shuffled"'
    found = [final(lesson("adaline", said, 'teach = "XOR"', seed=seed)) for seed in (0, 0, 1, 2)]

    orders = list(itertools.permutations(range(4)))
    possible = [naive("XOR", "lms", 0.3, 2, order=pair)[0] for pair in itertools.product(orders, repeat=2)]
    for weights in found:
        assert min(np.abs(np.array(possible) - weights).max(axis=1)) < CLOSE
    assert found[0] == found[1]
    assert len({tuple(weights) for weights in found}) == 3


@pytest.mark.parametrize("eta", [3.0, 1e3, 1e200])
def test_beyond_its_bound_a_phase_has_diverged_with_finite_weights(eta: float) -> None:
    """However fast: what is learned stays a number, and the other lane goes on."""
    text = LESSONS.replace("MODEL", "adaline") + (
        'rule = "lms"\neta = 0.1\nepochs = 200\nbound = 1e4\n[[experience]]\nname = "p"\nteach = "odd"\n'
        f"[vary.eta]\nset = 'learning.eta'\nto = [0.01, {eta}]\n[measures]\n"
        "burst = 'diverged()'\nw = \"w('out')\"\nerror = \"history('error')[0]\"\n"
    )
    found = Laboratory(tomllib.loads(text), [0]).measured().values

    assert labelled(found["burst"]).values.tolist() == [False, True]
    weights = labelled(found["w"]).values
    assert np.isfinite(weights).all()
    assert weights[0] == pytest.approx(naive("odd", "lms", 0.01, 200)[0], rel=1e-9)
    assert np.isfinite(labelled(found["error"]).values).all()


def test_phases_carry_their_weights_over_and_say_again_what_differs() -> None:
    """A phase may have another rule, which drops the first one's parameters; to show teaches nothing."""
    run = lesson(
        "adaline",
        'rule = "lms"\neta = 0.125\nepochs = 2',
        'teach = "odd"',
        'test = "odd"',
        'teach = "odd"\neta = 0.25\nepochs = 1',
        'teach = "odd"\nrule = "hebb"\nplastic = ["x1 -> out"]\nepochs = 1',
    )

    taught, shown, again, other = run.records
    assert taught.weights.tolist() == shown.weights.tolist() == again.before.tolist()
    assert shown.words["mistakes"].shape == (1,)
    assert again.phase.rule == LMS(eta=0.25)
    assert other.phase.rule is not None
    assert other.phase.rule.name == "hebb"
    changed = np.flatnonzero(other.weights != other.before).tolist()
    assert [other.synapses[k] for k in changed] == [("x1", "out")]


def test_mistakes_are_counted_before_their_change_and_shown_after() -> None:
    """y in a lesson is what the net said before it was corrected."""
    run = lesson("perceptron", 'rule = "perceptron"\neta = 1', 'teach = "XOR"', 'test = "XOR"')

    taught, shown = run.records
    w, heard = [-0.25, 0.125, 0.0], []
    for (a, b), d in zip(*DATA["XOR"], strict=True):
        y = float(w[0] + w[1] * a + w[2] * b > 0)
        heard.append(y)
        w = [v + (d - y) * x for v, x in zip(w, (1, a, b), strict=True)]
    assert taught.seen["y"][:, taught.units.index("out")].tolist() == heard
    exam = [float(w[0] + w[1] * a + w[2] * b > 0) for a, b in DATA["XOR"][0]]
    assert shown.seen["y"][:, shown.units.index("out")].tolist() == exam
    assert shown.words["mistakes"].tolist() == [
        sum(y != d for y, d in zip(exam, DATA["XOR"][1], strict=True))
    ]


# ---- Time


@st.composite
def wild(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a scenario of cells wired anyhow, with delays, loops, inhibition, and something to live through."""
    cells = ["A[0]", "A[1]", "A[2]", "b", "c"]
    lines = {}
    for target in cells:
        for source in draw(
            st.lists(st.sampled_from(["x", "y", *cells]), min_size=1, max_size=4, unique=True)
        ):
            kind = draw(st.sampled_from(["->", "->", "-o"]))
            weight = "" if kind == "-o" else f"weight={draw(st.integers(-2, 3))}, "
            lines[source, target] = f"{source} {kind} {target} [{weight}delay={draw(st.integers(1, 3))}]"
    text = st.text("01?", min_size=1, max_size=3)
    stimulus = {
        "x": draw(text),
        "y": draw(st.text("01", min_size=1, max_size=8)),
        "b": draw(st.text("01.", min_size=1, max_size=5)),
    }
    return {
        "connectivity": {
            "inputs": ["x", "y"],
            "outputs": ["c"],
            "groups": {"A": 3},
            "synapses": list(lines.values()),
        },
        "activation": {
            "model": "mcculloch-pitts",
            "threshold": draw(st.integers(1, 3)),
            "A": {"threshold": draw(st.integers(0, 2)), "bias": draw(st.integers(-1, 1))},
        },
        "experience": [{"name": "p", "stimulus": stimulus, "ticks": 10}],
    }


def worlds(run: RunRecord, phase: int = 0) -> list[list[dict[str, float]]]:
    """Return what each trial of a phase brings, tick by tick, as the interpreter takes it."""
    told = run.records[phase].phase
    return [[dict(zip(told.driven, now, strict=True)) for now in trial] for trial in told.x.tolist()]


@given(wild())
@random_nets
def test_a_stimulus_is_lived_as_the_naive_interpreter_lives_it(raw: dict[str, Any]) -> None:
    """Every unit, at every tick of every trial, its net input and its vetoes too; each trial from rest."""
    run = run_of(raw)
    record = run.records[0]

    for trial, world in enumerate(worlds(run)):
        wanted = reference.live(run.network, world)
        for tick, now in enumerate(wanted.y):
            for place, unit in enumerate(record.units):
                at = (trial, tick, place)
                assert record.seen["y"][at] == now[unit]
                if unit in wanted.z[tick]:
                    assert record.seen["z"][at] == wanted.z[tick][unit]
                    assert record.seen["vetoed"][at] == wanted.vetoed[tick][unit]


@given(wild(), st.integers(1, 9))
@random_nets
def test_a_phase_that_begins_here_goes_on_where_the_last_ended(raw: dict[str, Any], cut: int) -> None:
    """Two phases cut anywhere are one run; a phase from rest is not."""
    stimulus = {key: text.replace("?", "1") for key, text in raw["experience"][0]["stimulus"].items()}
    whole = run_of({**raw, "experience": [{"name": "p", "stimulus": stimulus, "ticks": 10}]})
    parts = [
        {key: text[at] for key, text in stimulus.items() if text[at]} for at in (slice(cut), slice(cut, None))
    ]
    two = [
        {"name": "p", "stimulus": parts[0], "ticks": cut},
        {"name": "q", "stimulus": parts[1], "ticks": 10 - cut, "from": "here"},
    ]
    lived = run_of({**raw, "experience": two})
    rested = run_of({**raw, "experience": [two[0], {**two[1], "from": "rest"}]})

    joined = np.concatenate([record.seen["y"] for record in lived.records], axis=1)
    assert np.array_equal(joined, whole.records[0].seen["y"])
    alone = run_of({**raw, "experience": [{**two[1], "from": "rest"}]})
    assert np.array_equal(rested.records[1].seen["y"], alone.records[0].seen["y"])


def test_a_phase_that_begins_here_has_as_many_trials() -> None:
    """The message says how many there are, and were."""
    text = """
[connectivity]
inputs = ["x"]
synapses = ["x -> c"]
[activation]
model = "mcculloch-pitts"
[[experience]]
name = "all"
stimulus = { x = "??" }
[[experience]]
name = "one"
stimulus = { x = "1" }
from = "here"
"""
    with pytest.raises(AllornoneError, match=r"'one' begins here.*as many trials, found 1 after 4"):
        run_of(text)


def test_that_holds_for_nets_without_delays_too() -> None:
    """They have no past whose trials could be counted."""
    text = """
[connectivity]
inputs = ["x"]
synapses = ["x -> c"]
[activation]
model = "threshold"
[[experience]]
name = "all"
stimulus = { x = "??" }
[[experience]]
name = "one"
stimulus = { x = "1" }
from = "here"
update = "one-by-one"
"""
    with pytest.raises(AllornoneError, match="found 1 after 4"):
        run_of(text)


GROWING = """
[connectivity]
inputs = ["x"]
synapses = ["x -> c [delay=0]", "x -> e [delay=0, weight=1e7]"]
[activation]
model = "linear"
[learning]
rule = "hebb"
eta = ETA
plastic = ["x -> c"]
bound = 1000
[[experience]]
name = "p"
stimulus = { x = "1111" }
[measures]
burst = "diverged()"
w = "w('x -> c')"
"""


def test_in_time_too_only_what_can_change_can_leave_the_bound() -> None:
    """A weight of ten millions that is not plastic ends nothing: 1 grows to (1 + 1/2) ** 4."""
    found = Laboratory(tomllib.loads(GROWING.replace("ETA", "0.5")), [0]).measured().values

    assert (found["burst"], found["w"]) == (False, 1.5**4)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('epochs = "1 - 2"', "epochs must be a whole number from 0 up, found -1"),
        ('bound = "1 - 1"', "bound must be more than 0, found 0"),
    ],
)
def test_numbers_that_make_no_sense_are_told_in_time_too(said: str, message: str) -> None:
    """An expression may come to anything."""
    text = GROWING.replace("ETA", "0.5").replace("bound = 1000", said)

    with pytest.raises(AllornoneError, match=message):
        Laboratory(tomllib.loads(text), [0]).measured()


def test_a_lane_that_bursts_to_infinity_in_time_stops_alone() -> None:
    """Its weights stay finite, and the others learn on."""
    text = GROWING.replace("ETA", "0.5") + "[vary.eta]\nset = 'learning.eta'\nto = [0.5, 1e200, 1e308]\n"
    text = text.replace('"x -> c [delay=0]"', '"x -> c [delay=0, weight=10]"')

    found = Laboratory(tomllib.loads(text), [0]).measured().values

    assert labelled(found["burst"]).values.tolist() == [False, True, True]
    weights = labelled(found["w"]).values
    assert np.isfinite(weights).all()
    assert weights[0] == 10 * 1.5**4


@given(wild(), st.sampled_from([0.125, 0.25]))
@random_nets
def test_plasticity_in_time_is_that_of_the_naive_interpreter(raw: dict[str, Any], eta: float) -> None:
    """Hebb's rule changes weights after every tick; trials come one after the other, each from rest."""
    raw = {
        **raw,
        "learning": {"rule": "hebb", "eta": eta, "plastic": ["x -> A[0]", "A -> b, c"], "bound": 1e9},
    }
    raw["connectivity"] = {**raw["connectivity"], "with": ["x -> A[0]", "A -> b, c"]}
    graph = prepare(raw, 0, Limits()).network
    run = run_of(raw)

    for _, _, data in graph.edges(data=True):
        data["plastic"] = False
    for source, target in [("x", "A[0]"), *itertools.product(["A[0]", "A[1]", "A[2]"], ["b", "c"])]:
        graph.edges[source, target]["plastic"] = True
    for world in worlds(run):
        reference.learn_in_time(graph, [world], "hebb", eta)
    wanted = reference.synapse_values(graph)
    for pair, value in zip(run.records[0].synapses, run.records[0].weights, strict=True):
        assert wanted.get(pair, value) == value


def test_weights_are_kept_tick_by_tick_in_one_trial_and_by_epoch_in_several() -> None:
    """The first is how they began, the last how they ended."""
    text = """
[connectivity]
inputs = ["x"]
synapses = ["x -> U [weight=0.5]"]
[activation]
model = "linear"
[learning]
rule = "hebb"
eta = 0.5
plastic = ["x -> U"]
[[experience]]
name = "p"
stimulus = { x = "1101" }
ticks = 4
"""
    alone, epochs = run_of(text).records[0], run_of(text + "epochs = 2").records[0]

    growth = [0.5, 0.75, 1.125, 1.125, 1.6875]
    assert alone.history is not None
    assert epochs.history is not None
    assert alone.history[:, alone.synapses.index(("x", "U"))].tolist() == growth
    assert alone.history_axis == "tick"
    assert epochs.history[:, epochs.synapses.index(("x", "U"))].tolist() == [0.5, 1.6875, 0.5 * 1.5**6]
    assert epochs.history_axis == "epoch"


# ---- Nets without inputs: cues, and one unit at a time

HOPFIELD = """
[parameters]
ticks = 30
[tasks]
cues = { data = "rows", x = ["##..##..", "#.#.#.#."] }
[connectivity]
inputs = []
outputs = ["A"]
groups = { A = 8 }
synapses = ["A[i] -> A[j] [when=i != j, weight=normal(0, 1)]"]
[activation]
model = "mcculloch-pitts"
threshold = 0
[[experience]]
name = "p"
stimulus = { A = "?" }
sample = 2
ticks = "ticks"
UPDATE
[[experience]]
name = "cues"
test = "cues"
ticks = "ticks"
hold = 2
UPDATE
"""


def matrix(run: RunRecord) -> Array:
    """Return the weights between the eight cells."""
    found = np.zeros((8, 8))
    for source, target, data in run.network.edges(data=True):
        found[int(source[2]), int(target[2])] = data["weight"]
    return found


def test_a_net_left_alone_goes_on_by_itself() -> None:
    """After the cue every unit answers the state before, all of them together."""
    run = run_of(HOPFIELD.replace("UPDATE", ""), seed=3)
    W, y = matrix(run), run.records[0].seen["y"]

    assert y.shape == (2, 30, 8)
    for trial in range(2):
        for tick in range(1, 30):
            assert y[trial, tick].tolist() == [float(y[trial, tick - 1] @ W[:, j] >= 0) for j in range(8)]


def test_a_cue_is_held_and_what_the_net_makes_of_it_is_kept() -> None:
    """Of each cue the last tick is kept, as of any presentation."""
    run = run_of(HOPFIELD.replace("UPDATE", ""), seed=3)
    W, kept = matrix(run), run.records[1].seen["y"]

    for cue, last in zip(["11001100", "10101010"], kept, strict=True):
        state = np.array([float(mark) for mark in cue])
        for _ in range(28):
            state = (state @ W >= 0).astype(float)
        assert last.tolist() == state.tolist()


def test_one_by_one_a_single_unit_answers_a_tick() -> None:
    """At each tick all units keep their state but one, which answers the state before; the seed says which."""
    text = HOPFIELD.replace("UPDATE", 'update = "one-by-one"').replace("ticks = 30", "ticks = 200")
    runs = [run_of(text, seed=seed) for seed in (3, 3, 4)]

    for run in (runs[0], runs[2]):
        W, y = matrix(run), run.records[0].seen["y"]
        moved: set[int] = set()
        for trial, tick in itertools.product(range(2), range(1, 200)):
            before, now = y[trial, tick - 1], y[trial, tick]
            changed = np.flatnonzero(now != before)
            assert len(changed) <= 1
            for unit in changed:
                assert now[unit] == (before @ W[:, unit] >= 0)
                moved.add(int(unit))
        assert moved
    assert np.array_equal(runs[0].records[0].seen["y"], runs[1].records[0].seen["y"])
    drawn = [run_of(text.replace("normal(0, 1)", "-1"), seed=seed).records[0].seen["y"] for seed in (3, 4)]
    assert not np.array_equal(drawn[0], drawn[1])


def test_symmetric_and_one_by_one_a_net_comes_to_rest() -> None:
    """Hopfield's theorem: the energy never rises, so every unit agrees with the others in the end."""
    text = HOPFIELD.replace("UPDATE", 'update = "one-by-one"').replace("ticks = 30", "ticks = 400")
    run = run_of(text.replace("weight=normal(0, 1)", "weight=sin(7 * (i + j) + i * j)"), seed=1)
    W, y = matrix(run), run.records[0].seen["y"]

    energy = -0.5 * np.einsum("rti,ij,rtj->rt", y, W, y)
    assert (np.diff(energy[:, 1:], axis=1) <= 1e-12).all()
    assert np.array_equal(y[:, -1], (y[:, -1] @ W >= 0).astype(float))


# ---- Alone and beside others

FIXTURE = """
seeds = 6
[tasks]
points = { data = "sample", count = 30, inputs = 6, x = "noise", d = "x1 * x2 > 0" }
[connectivity]
inputs = ["S"]
outputs = ["R"]
groups = { S = 6, A = 15, R = 1 }
synapses = ["S -> A [draw=3]", "S -> A [draw=2, weight=-1]", "A -> R [weight=normal(0, 0.3)]"]
start = { uniform = "1 / sqrt(n)" }
[activation]
model = "logistic"
R = { model = "adaline" }
[learning]
rule = "lms"
eta = 0.05
plastic = ["A -> R", "R"]
epochs = 4
order = "shuffled"
[[experience]]
name = "p"
teach = "points"
[[experience]]
name = "q"
test = "points"
[measures]
w = "w('R')"
y = "z('R')"
error = "history('error', 'p')"
A = "y('A')"
"""


def test_a_seed_alone_is_its_lane_among_others_to_the_bit() -> None:
    """Random wiring, smooth units, shuffled lessons: not one bit depends on the company."""
    raw = tomllib.loads(FIXTURE)
    together = Laboratory(raw, range(6)).measured().values

    for seed in (0, 3, 5):
        alone = Laboratory(raw, [seed]).measured().values
        for name in ("w", "y", "error", "A"):
            one, lane = labelled(alone[name]), labelled(labelled(together[name]).pick(seed=seed))
            assert (
                labelled(one.pick(seed=seed)).values.tobytes() == np.ascontiguousarray(lane.values).tobytes()
            )
    assert len({row.tobytes() for row in labelled(together["w"]).values}) == 6
