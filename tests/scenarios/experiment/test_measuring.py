"""Measuring: what the functions of a run say, beside the numbers worked out by hand or by brute force."""

from __future__ import annotations

import itertools
import math
import tomllib
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import measure, needs, registered_functions
from allornone.scenarios.experiment.preparing import prepare
from allornone.scenarios.experiment.running_phases import run_phases
from allornone.scenarios.expressions.functions import RUN_FUNCTIONS
from allornone.scenarios.expressions.labelled import Labelled, Value, labelled
from allornone.simulator.errors import AllornoneError
from allornone.simulator.registry import functions

CELLS = """
[parameters]
L = 3
[connectivity]
inputs = ["x", "stop"]
groups = { A = 3 }
outputs = ["out"]
synapses = ["x -> A[0] [weight=2]", "A[k] -> A[k+1] [weight=2]", "A, x -> out", "stop -o A[1]"]
[activation]
model = "mcculloch-pitts"
threshold = 2
out = { threshold = 3, bias = 1 }
[[experience]]
name = "one"
stimulus = { x = "1101", stop = "0010" }
ticks = 8
[[experience]]
name = "all"
stimulus = { x = "???" }
ticks = 5
"""
LEARNER = """
[tasks]
gate = { data = "table", inputs = 2, ones = ["11"] }
plane = { data = "grid", from = -1, to = 2, cells = 30 }
[connectivity]
inputs = ["x1", "x2"]
synapses = ["x1, x2 -> out [weight=0]"]
[activation]
model = "perceptron"
[learning]
rule = "perceptron"
eta = 1
epochs = 20
until = "mistakes == 0"
[[experience]]
name = "lessons"
teach = "gate"
[[experience]]
name = "view"
test = "plane"
[[experience]]
name = "exam"
test = "gate"
"""


def measured(text: str, **measures: str) -> dict[str, Value]:
    """Return measures of one run."""
    found = run_phases([prepare(tomllib.loads(text), 0, Limits())], needs(measures.values()))[0]
    return measure(measures, found)


def one(text: str, measure: str) -> Any:
    """Return one measure, as plain numbers."""
    found = measured(text, m=measure)["m"]
    return found.values.tolist() if isinstance(found, Labelled) else found


def picked(text: str, measure: str, pick: str) -> Value:
    """Return what a pick of a measure gives."""
    return measured(text, m=measure, n=f"m({pick})")["n"]


def axes(text: str, measure: str) -> tuple[str, ...]:
    """Return the axes of one measure."""
    return labelled(measured(text, m=measure)["m"]).axes


def message_of(text: str, measure: str) -> str:
    """Return the error that a measure ends in."""
    with pytest.raises(AllornoneError) as caught:
        measured(text, m=measure)
    return str(caught.value)


# ---- In time


def cells(x: str, stop: str, ticks: int) -> dict[str, list[int]]:
    """Return what CELLS do, written out."""
    X, S = ([int(bit) for bit in text.ljust(ticks, "0")] for text in (x, stop))
    A: list[list[int]] = [[], [], []]
    out: list[int] = []
    for t in range(ticks):
        was = [a[t - 1] if t else 0 for a in A]
        A[0].append(X[t - 1] if t else 0)
        A[1].append(int(was[0] and not (t and S[t - 1])))
        A[2].append(was[1])
        out.append(int(sum(was) + (X[t - 1] if t else 0) + 1 >= 3))
    return {"A0": A[0], "A1": A[1], "A2": A[2], "out": out}


def test_y_x_and_z_of_units_and_groups_in_time() -> None:
    """One unit and one trial have no axis; a later argument names the phase, the default is the last."""
    found = cells("1101", "0010", 8)
    rows = [found["A0"], found["A1"], found["A2"]]
    columns = [list(column) for column in zip(*rows, strict=True)]

    assert one(CELLS, "y('out', 'one')") == found["out"]
    assert one(CELLS, "y('A', 'one')") == columns
    assert one(CELLS, "x('x', 'one')") == [1, 1, 0, 1, 0, 0, 0, 0]
    z = [1 + (t > 0) * (sum(columns[t - 1]) + [1, 1, 0, 1, 0, 0, 0, 0][t - 1]) for t in range(8)]
    assert one(CELLS, "z('out', 'one')") == z
    assert axes(CELLS, "y('out', 'one')") == ("tick",)
    assert axes(CELLS, "y('A', 'one')") == ("tick", "unit")
    assert axes(CELLS, "y('out')") == ("trial", "tick")
    assert axes(CELLS, "y('A')") == ("trial", "tick", "unit")
    assert picked(CELLS, "y('A[1]', 'one')", "tick=2") == found["A1"][2]
    assert labelled(picked(CELLS, "y('A', 'one')", "tick=-1")).values.tolist() == columns[-1]


def test_all_histories_are_trials() -> None:
    """Each from rest, counting upwards."""
    wanted = [cells("".join(bits), "", 5)["out"] for bits in itertools.product("01", repeat=3)]

    assert one(CELLS, "y('out')") == wanted
    assert labelled(picked(CELLS, "y('out')", "trial=5")).values.tolist() == wanted[5]
    assert picked(CELLS, "y('out')", "trial=6, tick=3") == wanted[6][3]


def test_a_veto_is_where_a_unit_would_have_fired_and_was_silenced() -> None:
    """Stopped at tick 2, A[1] is silent at 3 although A[0] fired at 2."""
    assert one(CELLS, "veto('A[1]', 'one')") == [0, 0, 0, 1, 0, 0, 0, 0]
    assert one(CELLS, "sum(veto('A', 'one'))") == 1


def test_a_parameter_and_an_earlier_measure_can_be_used() -> None:
    """In the order of the file."""
    found = measured(CELLS, fires="sum(y('out', 'one'))", twice="L * fires", more="twice + fires")

    assert found["twice"] == 3 * labelled(found["fires"]).values.item()
    assert found["more"] == 4 * labelled(found["fires"]).values.item()
    with pytest.raises(AllornoneError, match=r"measures\.late: .*'later'"):
        measured(CELLS, late="later + 1", later="1")


# ---- Of the net


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("units('A')", 3),
        ("units('inputs')", 2),
        ("units('hidden')", 3),
        ("units('out')", 1),
        ("connections('A -> out')", 3),
        ("connections('A[k] -> A[k+1]')", 2),
        ("connections('stop -o A')", 1),
        ("connections('A, x -> out')", 4),
        ("depth()", 4),
        ("loops()", 0),
        ("w('x -> A[0]')", 2),
        ("w('out')", [1, 1, 1, 1, 1]),
        ("sum(w('A'))", 6),
    ],
)
def test_what_is_said_of_the_net(text: str, value: object) -> None:
    """Counted on the paper."""
    assert one(CELLS, text) == value


def test_loops_and_parameters_are_counted() -> None:
    """A ring is one loop; parameters are weights, biases apart."""
    ring = CELLS.replace('"stop -o A[1]"', '"stop -o A[1]", "A[2] -> A[0]"')

    assert one(ring, "loops()") == 1
    assert one(LEARNER, "parameters()") == 2
    assert one(LEARNER, "depth()") == 1


# ---- Of learning


def naive() -> tuple[list[list[int]], list[int]]:
    """Return bias and weights before and after each epoch of AND, and its mistakes."""
    w, history = [0, 0, 0], [[0, 0, 0]]
    counted: list[int] = []
    while not counted or counted[-1]:
        wrong = 0
        for a, b in itertools.product((0, 1), repeat=2):
            delta = (a & b) - int(w[0] + w[1] * a + w[2] * b > 0)
            wrong += delta != 0
            w = [v + delta * x for v, x in zip(w, (1, a, b), strict=True)]
        history.append(w)
        counted.append(wrong)
    return history, counted


def test_what_is_said_of_learning() -> None:
    """By epoch: weights from before the first on, what is counted from the first on."""
    history, counted = naive()

    assert one(LEARNER, "mistakes('lessons')") == counted
    assert one(LEARNER, "mistakes()") == 0
    assert one(LEARNER, "epochs()") == len(counted)
    assert one(LEARNER, "solved() and not diverged()") is True
    assert one(LEARNER, "w('out')") == history[-1]
    assert one(LEARNER, "w('x1 -> out')") == history[-1][1]
    assert one(LEARNER, "history('w out')") == history
    assert one(LEARNER, "history('w x2 -> out')") == [w[2] for w in history]
    assert picked(LEARNER, "history('mistakes', 'lessons')", "epoch=1") == counted[0]
    assert picked(LEARNER, "history('error')", "epoch=0") == 0.5 * 1 / 4
    assert one(LEARNER, "size(history('error'))") == len(history)
    falls = one(LEARNER, "history('fall')")  # by how much the error fell over each epoch
    assert falls == (-np.diff(one(LEARNER, "history('error')"))).tolist()
    assert picked(LEARNER, "history('fall')", "epoch=1") == falls[0]
    assert one(LEARNER, "history('updates')") == counted
    change = [math.dist(a, b) for a, b in itertools.pairwise(history)]
    assert one(LEARNER, "history('change')") == pytest.approx(change)
    assert axes(LEARNER, "history('w out')") == ("epoch", "synapse")
    assert axes(LEARNER, "mistakes('lessons')") == ("epoch",)


def test_what_was_never_solved_took_for_ever() -> None:
    """Infinitely many epochs; a phase without `until` is never solved."""
    xor = LEARNER.replace('["11"]', '["01", "10"]')

    assert one(xor, "epochs()") == math.inf
    assert one(xor, "solved()") is False
    assert one(LEARNER.replace('until = "mistakes == 0"', ""), "solved()") is False


def test_lessons_and_answers_are_one_a_trial() -> None:
    """d is what the teacher wanted; x, y and z what was seen, in the order of the lessons."""
    assert one(LEARNER, "d('out')") == [0, 0, 0, 1]
    assert one(LEARNER, "y('out')") == [0, 0, 0, 1]
    assert one(LEARNER, "x('inputs')") == [[0, 0], [0, 1], [1, 0], [1, 1]]
    w = naive()[0][-1]
    assert one(LEARNER, "z('out')") == [
        w[0] + w[1] * a + w[2] * b for a, b in itertools.product((0, 1), repeat=2)
    ]
    assert axes(LEARNER, "d('outputs')") == ("trial", "unit")


def test_an_area_is_counted_in_cells() -> None:
    """Of the 30 × 30 centres, those beyond the learned line."""
    w = naive()[0][-1]
    centres = -1 + 0.1 * (np.arange(30) + 0.5)
    count = sum(bool(w[0] + w[1] * a + w[2] * b > 0) for a, b in itertools.product(centres, repeat=2))

    assert one(LEARNER, "area(y('out', 'view') == 1)") == pytest.approx(count * 0.01)
    assert one(LEARNER, "area(y('out', 'view') == 1, 'view')") == pytest.approx(count * 0.01)
    assert "area() takes a condition" in message_of(LEARNER, "area(y('out', 'view'))")


def test_a_margin_is_the_distance_of_the_nearest_lesson() -> None:
    """The least |w·x + b| / |w|, over the lessons of the phase asked for."""
    w = naive()[0][-1]
    distances = [
        abs(w[0] + w[1] * a + w[2] * b) / math.hypot(w[1], w[2])
        for a, b in itertools.product((0, 1), repeat=2)
    ]

    assert one(LEARNER, "margin('out', 'lessons')") == pytest.approx(min(distances))
    assert one(LEARNER, "margin('out')") == pytest.approx(min(distances))
    assert "all weights are 0" in message_of(LEARNER.replace("epochs = 20", "epochs = 0"), "margin('out')")


@pytest.mark.parametrize(("ones", "possible"), [('["11"]', True), ('["01", "10"]', False), ("[]", True)])
def test_what_is_possible_is_asked_of_the_lessons(ones: str, possible: bool) -> None:
    """Whatever was learned."""
    text = LEARNER.replace('["11"]', ones)

    assert one(text, "separable(x('inputs'), d('out'))") is possible
    assert one(text, "separable(x('inputs'), d('outputs'))") is possible


# ---- What is kept, and what is refused


def test_only_what_measures_ask_for_is_kept() -> None:
    """Words and units are read off the expressions."""
    found = needs(
        ["sum(y('A')) + max(z('out', 'one'))", "history('w out')", "veto('B')", "x('S')", "epochs()"]
    )

    assert set(found.record.words) == {"y", "z", "vetoed"}
    assert found.words == {"history"}
    assert set(found.record.units or ()) == {"A", "out", "B", "S"}
    assert needs(["history('error')", "history('worst')", "w('out')"]).words == {"error"}
    assert needs(["history('mistakes')", "solved()"]).words == frozenset()


@pytest.mark.parametrize(
    ("text", "measure", "words"),
    [
        (CELLS, "y('oat')", ["measures.m: ", "no unit or group is named 'oat'. Did you mean 'out'?"]),
        (CELLS, "y('out', 'on')", ["no phase is named 'on'. Did you mean 'one'?"]),
        (CELLS, "d('out')", ["no phase has a teacher"]),
        (CELLS, "epochs()", ["no phase has lessons learned"]),
        (CELLS, "mistakes()", ["no phase has mistakes"]),
        (CELLS, "area(y('out') == 1)", ["no phase has a grid"]),
        (CELLS, "diverged()", ["no phase has a rule"]),
        (CELLS, "w('out -> A')", ["'out -> A'"]),
        (CELLS, "connections('out -> A')", ["no synapse 'out -> A'"]),
        (LEARNER, "d('x1')", ["no taught unit is named 'x1'", "out"]),
        (LEARNER, "epochs('exam')", ["phase 'exam' has no lessons learned"]),
        (LEARNER, "history('eror')", ["'eror'"]),
        (LEARNER, "epochs('exam', 'view')", ["epochs"]),
        (LEARNER, "depth(1)", ["depth"]),
        (LEARNER, "yy('out')", ["'yy'", "Did you mean 'y'?"]),
    ],
)
def test_a_measure_that_means_nothing_is_told(text: str, measure: str, words: list[str]) -> None:
    """Which measure, what was found, the nearest word."""
    message = message_of(text, measure)

    assert all(word in message for word in words), message


def test_every_function_of_a_run_can_be_called() -> None:
    """With the fewest arguments that it takes; what is listed is what there is."""
    arguments = {"history": "'error'", "connections": "'x1 -> out'", "area": "y('out', 'view') == 1"}
    of_gradients = {"dw", "dz", "dx", "gradient_gap"}  # see the next
    for name, least in [(one.name, one.least) for one in RUN_FUNCTIONS]:
        if name in of_gradients:
            continue
        given = arguments.get(name, "'out'") if least == 1 else "x('inputs'), d('out')" if least == 2 else ""
        assert one(LEARNER, f"{name}({given})") is not None


DESCENT = """
[tasks]
gate = { data = "table", inputs = 2, ones = ["01", "10"] }
[connectivity]
build = { net = "mlp", hidden = [2] }
start = { uniform = 1 }
[[experience]]
name = "slope"
gradient = "gate"
divergence = "cross-entropy"
"""


def test_a_gradient_phase_has_a_slope_for_every_presentation() -> None:
    """Those of the prompt, sample by sample, and as near to central differences as these can tell."""
    life = run_phases([prepare(tomllib.loads(DESCENT), 0, Limits())], needs([]))[0]
    rows = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    wanted = [
        aon.gradient(life.network, x, [d], divergence="cross-entropy")
        for x, d in zip(rows, [0, 1, 1, 0], strict=True)
    ]

    found = {text: one(DESCENT, text) for text in ("dw('H1 -> out')", "dz('out')", "dx('inputs')")}

    assert found["dw('H1 -> out')"] == pytest.approx([g.weights["H1", "out"] for g in wanted])
    assert found["dz('out')"] == pytest.approx([g.biases["out"] for g in wanted])
    assert found["dx('inputs')"] == [
        pytest.approx([g.inputs[unit] for unit in life.network.inputs]) for g in wanted
    ]
    assert 0 < one(DESCENT, "gradient_gap()") < 1e-9


def test_a_gradient_phase_descends_what_learning_descends() -> None:
    """What [learning] says of the divergence holds in a phase that says nothing, and yields to one that does."""
    cross = '[learning]\nrule = "backpropagation"\ndivergence = "cross-entropy"\n[[experience]]'
    inherited = DESCENT.replace('divergence = "cross-entropy"\n', "").replace("[[experience]]", cross)
    own = DESCENT.replace("[[experience]]", cross.replace("cross-entropy", "l2"))

    slopes = [list(one(text, "dz('out')")) for text in (DESCENT, inherited, own)]

    assert slopes[0] == slopes[1] == slopes[2]


def test_a_registered_function_is_called_element_by_element(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain function of numbers, with the arity that its signature has."""

    def hundredfold(y: float, times: float) -> float:
        """Multiply."""
        return 100 * y * times

    monkeypatch.setattr(functions, "names", lambda: ["hundredfold"])
    monkeypatch.setattr(functions, "get", lambda name: hundredfold)
    registered_functions.cache_clear()
    try:
        assert one(LEARNER, "hundredfold(y('out'), 2)") == [0, 0, 0, 200]
        assert "hundredfold" in message_of(LEARNER, "hundredfold(1)")
    finally:
        registered_functions.cache_clear()
