"""Lessons: what a phase brings to a network, what its teacher wants, and how long it takes."""

from __future__ import annotations

import itertools
import tomllib
from typing import Any

import numpy as np
import pytest

from allornone.scenarios.document.validating import Experiments
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.measuring import measure, needs
from allornone.scenarios.experiment.preparing import PreparedPhase, prepare
from allornone.scenarios.experiment.running_phases import run_phases
from allornone.scenarios.expressions.labelled import Value, labelled
from allornone.simulator.errors import AllornoneError

NET = """
[parameters]
p = 3
f = 6
[tasks]
gate = { data = "table", inputs = 2, ones = ["11"] }
wide = { data = "table", inputs = 3, ones = ["111"] }
two = { data = "table", inputs = 2, d = ["x1", "x2"] }
[connectivity]
inputs = ["x", "stop"]
outputs = ["out"]
groups = { x = 2, U = 2 }
synapses = ["x -> U [weight=0]", "stop -> U", "U[0] -> out"]
[activation]
model = "perceptron"
U = { model = "mcculloch-pitts" }
"""
GATE = NET.replace('"stop"', "").replace('"stop -> U", ', "")
FREE = """
[tasks]
cues = { data = "rows", x = ["####......", "#.#.#.#.#."], d = [0, 1] }
[connectivity]
inputs = []
outputs = ["A"]
groups = { A = 10 }
synapses = ["A[i] -> A[j] [when=i != j]"]
[activation]
model = "mcculloch-pitts"
threshold = 100
"""


def phases(text: str, *told: str, seed: int = 0, limits: dict[str, int] | None = None) -> list[PreparedPhase]:
    """Return phases as told, prepared."""
    more = "".join(f'[[experience]]\nname = "p{k}"\n{phase}\n' for k, phase in enumerate(told))
    return list(prepare(tomllib.loads(text + more), seed, Limits().raised(limits or {})).phases)


def phase(text: str, told: str, seed: int = 0, limits: dict[str, int] | None = None) -> PreparedPhase:
    """Return one phase."""
    return phases(text, told, seed=seed, limits=limits)[0]


def message_of(text: str, told: str, limits: dict[str, int] | None = None) -> str:
    """Return the error that a phase ends in."""
    with pytest.raises(AllornoneError) as caught:
        phase(text, told, limits=limits)
    return str(caught.value)


# ---- Stimuli


def test_a_stimulus_drives_inputs_and_forces_others_where_given() -> None:
    """Inputs rest where nothing is said; a forced unit is free there."""
    found = phase(NET, 'stimulus = { "x[k]" = ["k", "1 - k"], stop = "01{p}", out = ".1." }\nticks = 6')

    assert found.driven == ("x[0]", "x[1]", "stop", "out")
    brought = [
        [0, 1, 0, np.nan],
        [1, 0, 1, 1],
        [0, 0, 1, np.nan],
        [0, 0, 1, np.nan],
        *[[0, 0, 0, np.nan]] * 2,
    ]
    assert np.array_equal(found.x[0], np.array(brought), equal_nan=True)
    assert found.timed


def test_a_group_in_doubt_is_every_pattern_counting_upwards() -> None:
    """Both values at each question mark, the first slowest."""
    found = phase(NET, 'stimulus = { x = "?", stop = "1?" }\nticks = 2')

    assert found.x[:, 0].tolist() == [[a, b, 1] for a, b, _ in itertools.product((0, 1), repeat=3)]
    assert found.x[:, 1, 2].tolist() == [0, 1] * 4


def test_a_sample_of_histories_is_drawn_by_seed() -> None:
    """So many of them; one seed always draws the same."""
    drawn = [phase(NET, 'stimulus = { x = "?{20}" }\nsample = "p"', seed).x for seed in (1, 1, 2)]

    assert drawn[0].shape[0] == 3
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
    assert set(np.unique(drawn[0][:, :20, :2])) == {0, 1}


def test_each_phase_draws_a_stimulus_of_its_own() -> None:
    """What is learned from is not what is asked; a phase before that draws nothing changes no draw."""
    told = (
        "stimulus = { x = { chance = 0.5 } }\nticks = 40",
        'stimulus = { x = "?{40}" }\nsample = 1\nticks = 40',
    )
    for one in told:
        first, second, again = (found.x[:, :, :2] for found in phases(NET, one, one, one))
        alone, later = phases(NET, one)[0], phases(NET, "stimulus = { x = 1 }", one)[1]

        assert np.array_equal(first, alone.x[:, :, :2])
        assert np.array_equal(first, later.x[:, :, :2])
        assert not np.array_equal(first, second)
        assert not np.array_equal(second, again)


def test_a_net_is_watched_until_the_last_spike_has_come_through() -> None:
    """The longest text, and the longest path of delays behind it: x → U is 1, U → out 0."""
    assert phase(NET, 'stimulus = { x = "1011" }').x.shape[1] == 5
    assert phase(NET, 'stimulus = { x = "1011" }\nticks = "2 * p + 1"').x.shape[1] == 7


# ---- Teachers


def test_a_teacher_is_an_expression_over_what_is_shown() -> None:
    """Units and groups by name, parameters, the number that a pattern is; a group is taught alike."""
    found = phase(
        GATE,
        """stimulus = { x = "?" }
teacher = { out = "f // 2 ** number(x, over='unit') % 2", U = "x[0] and not x[1]" }""",
    )

    rows = list(itertools.product((0, 1), repeat=2))
    assert found.taught == ("out", "U[0]", "U[1]")
    assert found.d is not None
    assert found.d.tolist() == [[0b0110 >> (2 * a + b) & 1, *[a and not b] * 2] for a, b in rows]
    assert not found.timed


@pytest.mark.parametrize("text", ["sum(x) == 1", "any(x) and not all(x)", "max(x) - min(x)"])
def test_a_teacher_speaks_of_one_lesson(text: str) -> None:
    """What he wants of it depends on no other."""
    found = phase(GATE, f"""stimulus = {{ x = "?" }}\nteacher = {{ out = "{text}" }}""")

    assert found.d is not None
    assert found.d.ravel().tolist() == [0, 1, 1, 0]


def test_a_teacher_may_want_one_number_of_every_lesson() -> None:
    """A number, or an expression over parameters alone."""
    found = phase(GATE, 'stimulus = { x = "?" }\nteacher = { out = 1, U = "p - 2" }')

    assert found.d is not None
    assert found.d.tolist() == [[1, 1, 1]] * 4


def test_a_teacher_speaks_of_what_is_held_until_he_speaks() -> None:
    """However long the phase is said to take, the last of a stimulus is held to its end."""
    told = 'stimulus = { x = "1?" }\nteacher = { out = "x[0] and x[1]" }\nteacher_at = "last"'
    longer, alone = phase(GATE, told + "\nticks = 7"), phase(GATE, told)

    assert longer.x[:, 1:].tolist() == [[[a, b]] * 6 for a, b in itertools.product((0, 1), repeat=2)]
    for found in (longer, alone):
        assert found.d is not None
        assert found.d.tolist() == [[0], [0], [0], [1]]
    assert (longer.ticks, alone.ticks) == (7, 3)


def test_a_task_teaches_the_outputs_and_a_show_asks_them() -> None:
    """Its rows in order, its answers beside them; its name may be that of the part held out."""
    teach, show = phases(GATE, 'teach = "gate"\nrule = "perceptron"', 'test = "gate"')

    for found in (teach, show):
        assert found.x[:, 0].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert found.d is not None
        assert found.d.tolist() == [[0], [0], [0], [1]]
        assert found.taught == ("out",)
    assert (teach.timed, show.timed) == (False, False)


# ---- Nets without inputs


@pytest.mark.parametrize(("share", "count"), [("0", 0), ("0.2", 2), ("0.5", 5), ("1", 10)])
def test_a_cue_is_held_with_a_share_of_it_inverted(share: str, count: int) -> None:
    """So many units exactly, other ones at each cue; then the net is left alone."""
    found = phase(FREE, f'test = "cues"\nticks = 6\nflip = {share}\nhold = 2', seed=1)

    cues = np.array([[1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 0] * 5])
    assert found.timed
    assert found.driven == tuple(f"A[{k}]" for k in range(10))
    assert found.x.shape == (2, 2, 10)
    assert found.ticks == 6
    assert ((found.x[:, 0] != cues).sum(axis=1) == count).all()
    assert np.array_equal(found.x[:, 1], found.x[:, 0])


def test_without_ticks_a_phase_is_as_long_as_its_cue_is_held() -> None:
    """One tick, or so many."""
    assert phase(FREE, 'test = "cues"').x.shape[1] == 1
    assert phase(FREE, 'test = "cues"\nhold = 5').x.shape[1] == 5


def test_what_is_inverted_is_the_seeds() -> None:
    """The same seed inverts the same units; −1 and +1 change sign."""
    flipped = [phase(FREE, 'test = "cues"\nflip = 0.3', seed).x for seed in (0, 0, 1)]
    bipolar = FREE.replace("d = [0, 1]", 'coding = "bipolar"')

    assert np.array_equal(flipped[0], flipped[1])
    assert not np.array_equal(flipped[0], flipped[2])
    assert set(phase(bipolar, 'test = "cues"\nflip = 0.3').x.ravel()) == {-1, 1}


def test_a_net_is_taught_its_cues_for_as_long_as_the_phase() -> None:
    """Teaching by a rule that asks for no teacher holds the pattern, whole."""
    found = phase(FREE, 'teach = "cues"\nticks = 3\nrule = "hebb"')

    assert found.clamped
    assert found.ticks == 3
    assert found.d is not None
    assert found.d[0].tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert found.taught == tuple(f"A[{k}]" for k in range(10))


# ---- What is refused


@pytest.mark.parametrize(
    ("text", "told", "message"),
    [
        (GATE, 'teach = "gat"', "no task is named 'gat'. Did you mean 'gate'?"),
        (GATE, 'test = "wide"', "task 'wide' has 3 inputs, the net has 2"),
        (GATE, 'test = "two"', "task 'two' teaches 2 outputs, the net has 1: out"),
        (NET, "stimulus = { xx = 1 }", "no unit is named 'xx'. Did you mean 'x'?"),
        (
            NET,
            'stimulus = { x = "?" }\nteacher = { uot = 1 }',
            "no unit or group is named 'uot'. Did you mean 'out'?",
        ),
        (
            NET,
            'stimulus = { x = "?" }\nteacher = { out = "x" }',
            "teacher of 'out': one number a trial is needed",
        ),
        (NET, 'stimulus = { x = "?" }\nteacher = { out = "y" }', "'y'"),
        (
            NET,
            'stimulus = { x = "1?" }\nteacher = { out = 1 }',
            'a stimulus of 2 ticks? Say teacher_at = "last"',
        ),
        (NET, 'stimulus = { x = "1{p}" }\nteacher = { out = 1 }', "a stimulus of 3 ticks?"),
        (
            NET,
            "stimulus = { x = 1, stop = [0, 1] }\nteacher = { out = 1 }\nticks = 5",
            "a stimulus of 2 ticks?",
        ),
        (NET, 'stimulus = { x = "1111" }\nticks = 2', "lasts 4 ticks, but there are only 2"),
        (NET, 'stimulus = { x = "1" }\nticks = "p - 3"', "phase 'p0': ticks must be at least 1, found 0"),
        (NET.replace("U[0] -> out", "U[0] -> out -> U[1] -> U[0]"), "stimulus = {}", "say how many ticks"),
        (
            NET.replace("U[0] -> out", "U[0] -> out -> U[1] -> U[0]"),
            'stimulus = { x = "?" }\nteacher = { out = 1 }',
            "say how many ticks",
        ),
        (
            NET,
            'stimulus = { x = "?", "U[0]" = 1 }\nteacher = { out = 1 }',
            "in which only inputs are given something, found 'U[0]'",
        ),
        (FREE.replace("A = 10", "A = 9"), 'test = "cues"', "cues of 10 for 9 outputs"),
        (FREE, 'test = "cues"\nflip = 1.25', "flip is a share, from 0 to 1, found 1.25"),
        (
            FREE,
            'test = "cues"\nhold = 3\nticks = 2',
            "hold must be from 1 to the ticks of the phase, 2; found 3",
        ),
        (FREE, 'test = "cues"\nhold = "1 - 1"', "hold must be from 1 to the ticks of the phase, 1; found 0"),
        (GATE, 'test = "gate"\nflip = 0.5', "flip is of cues, which are shown to a net without inputs"),
        (
            GATE,
            'test = "gate"\nfrom = "here"',
            "this one has 2, and each sample is presented to it from rest",
        ),
        (NET, 'stimulus = { x = "1{1001}" }', "--limit ticks="),
        (NET, "stimulus = { x = 1 }\nticks = 1001", "--limit ticks=1001"),
        (GATE, 'test = "gate"\nticks = 1001', "--limit ticks=1001"),
        (FREE, 'test = "cues"\nticks = 1001', "--limit ticks=1001"),
        (NET, 'stimulus = { x = "?{5}" }', "--limit trials="),
        (NET, 'stimulus = { x = "?{100}" }', "say sample = N"),
        (NET, 'stimulus = { x = "?{100}" }\nsample = 2000', "--limit trials="),
    ],
)
def test_a_phase_that_means_nothing_is_told(text: str, told: str, message: str) -> None:
    """What was found, what would be right, before anything is lived; limits name their option."""
    assert message in message_of(text, told, {"ticks": 1000, "trials": 1000})


def test_as_much_as_a_limit_is_allowed() -> None:
    """A thousand ticks, and 16 trials."""
    limits: dict[str, Any] = {"ticks": 1000, "trials": 16}

    assert phase(NET, 'stimulus = { x = "1{999}" }', limits=limits).x.shape[1] == 1000
    assert phase(NET, 'stimulus = { x = "??" }', limits=limits).x.shape[0] == 16
    assert "trials=" in message_of(NET, 'stimulus = { x = "??" }', {"trials": 15})


# ---- Inputs by name

NAMED = """
[parameters]
n = 2
[tasks]
gate = { data = "table", inputs = ["A", "B"], d = "x1 > x2" }
[connectivity]
build = { net = "NET" }
"""


@pytest.mark.parametrize(
    ("build", "inputs"),
    [
        ('{ net = "units", lines = ["out = -B + A >= 1"] }', ["A", "B"]),
        ('{ net = "units", lines = ["out = -B + A >= 1"], inputs = ["B", "A"] }', ["B", "A"]),
        ('{ net = "boolean", formula = "~B & A" }', ["A", "B"]),
        ('{ net = "perceptron", weights = [1, -1], bias = -0.5 }', ["A", "B"]),
        ('{ net = "mlp", hidden = [2] }', ["A", "B"]),
    ],
)
def test_the_names_of_inputs_decide_which_column_is_whose(build: str, inputs: list[str]) -> None:
    """Whatever order a net has its inputs in, x1 is A: the gate is right in A > B, not in B > A."""
    found = phase(NAMED.replace('{ net = "NET" }', build), 'test = "gate"')

    columns = dict(zip(found.driven, found.x[:, 0].T.tolist(), strict=True))
    assert list(found.driven) == inputs
    assert (columns["A"], columns["B"]) == ([0, 0, 1, 1], [0, 1, 0, 1])
    assert found.d is not None
    assert found.d[:, 0].tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            '{ net = "perceptron", inputs = ["A", "C"] }',
            "task 'gate' has the inputs A, B, the net has A, C",
        ),
        ('{ net = "mlp", inputs = ["A", 3] }', "inputs"),
        (
            '{ net = "perceptron", inputs = "n + 1" }',
            "task 'gate' has 2 inputs, the net has 3",
        ),
        ('{ net = "madaline", inputs = [] }', "inputs"),
    ],
)
def test_names_that_do_not_fit_are_told(build: str, message: str) -> None:
    """A text is an expression, a list are names; both must be what the task has."""
    assert message in message_of(NAMED.replace('{ net = "NET" }', build), 'test = "gate"')


@pytest.mark.parametrize("stimulus", ['{ x = "?" }', "{ x = 1 }", "{}"])
@pytest.mark.parametrize("more", ["", 'teacher_at = "last"', "ticks = 5"])
def test_beside_a_stimulus_of_one_tick_nothing_need_be_said_of_the_teacher(stimulus: str, more: str) -> None:
    """It is held until it has come through, and there he speaks."""
    assert phase(GATE, f"stimulus = {stimulus}\nteacher = {{ out = 1 }}\n{more}").d is not None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (
            'stimulus = { x = "11" }\nteacher = { out = 1 }\nteacher_at = "first"',
            "one of last, every is needed",
        ),
        ('stimulus = { x = "11" }\nteacher_at = "last"', "teacher_at is of a teacher, and there is none"),
        ('teach = "gate"\nteacher_at = "last"', "teacher_at goes with a stimulus"),
    ],
)
def test_when_a_teacher_speaks_is_said_of_a_teacher_alone(told: str, message: str) -> None:
    """Of nobody else."""
    raw = tomllib.loads(
        f'{GATE}[learning]\nrule = "perceptron"\neta = 1\n[[experience]]\nname = "p"\n{told}\n'
    )

    assert [message in fault.message for fault in Experiments().faults(raw)] == [True]


STREAM = """
[connectivity]
build = { net = "perceptron", inputs = ["a", "b"] }
[learning]
rule = "perceptron"
eta = 1
bound = 100
[[experience]]
name = "stream"
stimulus = { a = "0011010111", b = "0101110010" }
teacher = { out = "a and not b" }
teacher_at = "every"
ticks = 12
"""


def test_a_teacher_may_speak_at_every_tick() -> None:
    """Each tick is a presentation of what is given then: a perceptron that walks along the ticks, by hand."""
    run = run_whole(STREAM, "y('out')", "d('out')", "w('out')", "history('w out')")
    a, b = [0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0], [0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0]
    w, walked, answered = np.zeros(3), [], []
    for x in zip(np.ones(12), a, b, strict=True):
        walked.append(w)
        y = float(w @ x > 0)
        answered.append(y)
        w = w + ((x[1] and not x[2]) - y) * np.array(x)

    assert labelled(run["y('out')"]).values.tolist() == answered
    assert labelled(run["d('out')"]).values.tolist() == [p and not q for p, q in zip(a, b, strict=True)]
    assert labelled(run["w('out')"]).values.tolist() == w.tolist()
    assert labelled(run["history('w out')"]).values[:-1].tolist() == [one.tolist() for one in walked]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rule = "perceptron"\neta = 1', 'rule = "hebb"\neta = 1', "the rule 'hebb' listens to no teacher"),
        ('a and not b"', 'a[0]"', "one value has no axis"),
        ('a and not b"', 'a[a > 0]"', "one value has no axis"),
        ('a and not b"', 'inputs[inputs > 0]"', "nothing can be masked"),
        ('a and not b"', 'number(a)"', "one value has no axis"),
        ('a and not b"', 'sort(b)"', "one value has no axis"),
        ('a and not b"', 'a == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]"', "one value meets a list"),
        ("{ out =", "{ uot =", "no unit or group is named 'uot'"),
    ],
)
def test_a_teacher_at_every_tick_is_understood_or_told(old: str, new: str, message: str) -> None:
    """As one who speaks at the end."""
    with pytest.raises(AllornoneError) as caught:
        prepare(tomllib.loads(STREAM.replace(old, new)), 0, Limits())
    assert message in str(caught.value)


def test_a_teacher_beside_a_net_that_only_runs_is_compared_with() -> None:
    """Without a rule nothing changes; what he wants can be measured, also of units that are forced."""
    raw = STREAM[: STREAM.index("[learning]")] + STREAM[STREAM.index("[[exp") :]
    run = run_whole(raw.replace('b = "0101110010"', 'b = "0101110010", out = "01"'), "d('out')", "y('out')")

    assert labelled(run["y('out')"]).values.tolist()[:3] == [0, 1, 0]
    assert labelled(run["d('out')"]).values.tolist()[:4] == [0, 0, 1, 0]


def run_whole(text: str, *measures: str) -> dict[str, Value]:
    """Return measures of the first run of a file."""
    left = run_phases([prepare(tomllib.loads(text), 0, Limits())], needs(measures))[0]
    return measure({one: one for one in measures}, left)


def test_cues_that_are_completed_wrongly_are_mistakes() -> None:
    """What is wanted of a cue is the pattern that it was made from, so a net that does nothing is wrong."""
    shown = '[[experience]]\nname = "p"\ntest = "cues"\nupdate = "together"\nticks = 1\n'
    whole, spoilt = (run_whole(FREE + shown + more, "mistakes()", "d('A')") for more in ("", "flip = 0.2\n"))
    patterns = [[1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]]

    assert whole["mistakes()"] == 0
    assert spoilt["mistakes()"] == 2
    assert labelled(spoilt["d('A')"]).values.tolist() == patterns


def test_the_length_of_the_gradient_is_a_history() -> None:
    """At rest after each epoch, and before the first: that of E by central differences."""
    text = """
seeds = 1
[tasks]
t = { data = "rows", x = [[0, 1], [1, 0.5], [0.25, 1]], d = [1, 0, 1] }
[connectivity]
build = { net = "mlp", hidden = [2], inputs = 2, outputs = 1 }
start = 0.25
[learning]
rule = "backpropagation"
eta = 0.5
batch = "all"
epochs = 4
[[experience]]
teach = "t"
"""
    found = labelled(run_whole(text, "history('gradient')")["history('gradient')"])
    errors = labelled(run_whole(text, "history('error')")["history('error')"]).values

    assert (found.axes, len(found.values), list(found.labels["epoch"])) == (("epoch",), 5, [0, 1, 2, 3, 4])
    # A small step down a gradient lowers the error by eta times its squared length.
    small = labelled(
        run_whole(text.replace("eta = 0.5", "eta = 1e-5"), "history('error')")["history('error')"]
    ).values
    assert (small[0] - small[1]) / 1e-5 == pytest.approx(found.values[0] ** 2, rel=1e-3)
    assert errors[0] > errors[-1]


CELLS = """
[parameters]
p = 2
[connectivity]
inputs = ["a", "b"]
groups = { c = 2 }
synapses = ["a, b -> c", "c[0] -> c[1]", "b -> far [weight=0.5]"]
[activation]
model = "mcculloch-pitts"
far = { model = "linear" }
"""


@pytest.mark.parametrize(
    ("stimulus", "message"),
    [
        (
            "{ a = 101 }",
            "'a' is given 101, where all-or-none units know 0 and 1 alone: write \"101\" for three ticks",
        ),
        ("{ a = 1100101 }", 'write "1100101" for 7 ticks'),
        (
            "{ a = 2 }",
            "'a' is given 2, where all-or-none units know 0 and 1 alone: write one character a tick",
        ),
        ("{ a = [0, 0.5] }", "'a' is given 0.5"),
        ("{ a = [1, 'p'] }", "'a' is given 2"),
        ("{ 'c[k]' = ['k', '-k'] }", "'c[1]' is given -1"),
    ],
)
def test_all_or_none_units_are_given_spikes_alone(stimulus: str, message: str) -> None:
    """A number that spells a word of spikes is told how to be written."""
    assert message in message_of(CELLS, f"stimulus = {stimulus}\nticks = 3")


@pytest.mark.parametrize(
    "stimulus", ["{ b = 101 }", "{ far = 0.3 }", "{ a = 1, 'c[0]' = [0, 1] }", "{ a = '.1?' }"]
)
def test_other_units_may_be_given_any_number(stimulus: str) -> None:
    """What some linear unit hears, and what it is made to say, is a number like any other."""
    assert phase(CELLS, f"stimulus = {stimulus}\nticks = 3").x.shape[1] == 3


def test_a_threshold_unit_that_answers_at_once_weighs_any_number() -> None:
    """A line in the plane is drawn by numbers."""
    text = CELLS.replace('model = "mcculloch-pitts"', 'model = "threshold"')

    assert phase(text, "stimulus = { a = 2.5 }").x[0, 0, 0] == 2.5


LIVED = """
[[experience]]
name = "touch"
stimulus = { "A[0]" = "1" }
ticks = 5
"""
RING = """
[tasks]
cue = { data = "rows", x = [[1, 0, 0]] }
taught = { data = "rows", x = [[1]], d = [[1]] }
[connectivity]
groups = { A = 3 }
inputs = INPUTS
synapses = ["A[k] -> A[(k + 1) % 3]"]
[activation]
model = "mcculloch-pitts"
"""


def test_a_ring_without_outputs_is_a_sound_net() -> None:
    """It may be driven, and its units looked at by name; nothing need be an output."""
    ready = prepare(tomllib.loads(RING.replace("INPUTS", "[]") + LIVED), 0, Limits())

    assert (ready.network.outputs, ready.network.inputs) == ([], [])
    (record,) = run_phases([ready], needs(["y('A')"]))[0].records
    assert record.seen["y"][0].tolist() == [[t % 3 == k for k in range(3)] for t in range(5)]


@pytest.mark.parametrize(("task", "inputs"), [("cue", "[]"), ("taught", '["i"]')])
def test_a_task_for_a_ring_asks_for_its_outputs(task: str, inputs: str) -> None:
    """Only a task needs some."""
    text = RING.replace("INPUTS", inputs)
    text = text.replace('% 3]"]', '% 3]", "i -> A"]') if task == "taught" else text

    assert "no output is evident that the task" in message_of(text, f'test = "{task}"')
