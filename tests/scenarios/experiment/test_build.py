"""Building: what [connectivity] and [activation] of a scenario say is what stands in the network."""

from __future__ import annotations

import itertools
import math
import tomllib
from typing import Any, cast

import numpy as np
import pytest

import allornone as aon
from allornone.scenarios.document.axes import at_most, family
from allornone.scenarios.document.names import parameters_of
from allornone.scenarios.document.validating import Experiments
from allornone.scenarios.experiment.causes import PartError
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import Prepared, prepare
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.notation import synapses
from allornone.simulator.program.program import compile

PHASE = '[[experience]]\nname = "once"\nstimulus = {}\nticks = 1\n'
LAYER = """
[parameters]
n = 4
[connectivity]
inputs = ["x"]
outputs = ["R"]
groups = { x = "n", R = 3 }
synapses = ["x -> R"]
[activation]
model = "perceptron"
"""


def prepared(text: str, seed: int = 0, limits: Limits | None = None) -> Prepared:
    """Return one run of a scenario of which only the net is told."""
    return prepare(tomllib.loads(text + PHASE), seed, limits or Limits())


def net_of(text: str, seed: int = 0) -> Network:
    """Return its network."""
    return prepared(text, seed).network


def message_of(text: str, limits: Limits | None = None) -> str:
    """Return the error that its building ends in."""
    with pytest.raises(AllornoneError) as caught:
        prepared(text, limits=limits)
    return str(caught.value)


def weights(net: Network) -> dict[tuple[str, str], float]:
    """Return the weight of every synapse."""
    return {(u, v): data.get("weight", 1.0) for u, v, data in net.edges(data=True)}


def wired(*synapses: str, more: str = "", model: str = "mcculloch-pitts") -> Network:
    """Return a net of groups A (5), B (2 × 3) and M (2), and the input x, wired as the lines say."""
    return net_of(f"""
[parameters]
p = 3
[connectivity]
inputs = ["x"]
groups = {{ A = 5, B = [2, 3], M = 2 }}
synapses = {list(synapses)}
{more}
[activation]
model = "{model}"
""")


# ---- Wiring


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("x -> A", {("x", f"A[{k}]") for k in range(5)}),
        ("A[k] -> A[k+1]", {(f"A[{k}]", f"A[{k + 1}]") for k in range(4)}),
        ("A[k] -> M[k % 2]", {(f"A[{k}]", f"M[{k % 2}]") for k in range(5)}),
        ("A[0] -> M[0] -> M[1]", {("A[0]", "M[0]"), ("M[0]", "M[1]")}),
        ("x, A[p] -> M", {(s, f"M[{k}]") for s in ("x", "A[3]") for k in range(2)}),
        (
            "A[i] -> A[j] [when=i != j]",
            {(f"A[{i}]", f"A[{j}]") for i, j in itertools.permutations(range(5), 2)},
        ),
        ("B[k] -> A[2 * k - 1]", {(f"B[{k}]", f"A[{2 * k - 1}]") for k in (1, 2)}),
    ],
)
def test_a_line_makes_the_synapses_that_counting_out_gives(line: str, pairs: set[tuple[str, str]]) -> None:
    """Groups stand for all their units, an index for all its values, chains for each link."""
    assert set(wired(line).edges) == pairs


def test_attributes_are_expressions_over_parameters_and_indices() -> None:
    """A weight and a delay may be computed, synapse by synapse."""
    net = wired("A[k] -> M[0] [weight=k - p, delay=k + 1]")

    found = {u: (data["weight"], data["delay"]) for u, _, data in net.edges(data=True)}
    assert found == {f"A[{k}]": (k - 3, k + 1) for k in range(5)}


def test_one_delay_is_said_for_all_synapses() -> None:
    """Also for those that an edit lays over; a synapse's own delay stands."""
    net = wired("x -> A", "A[0] -> M [delay=3]", more='delay = 2\nwith = ["A[1] -> M"]')

    assert {net.edges["x", f"A[{k}]"]["delay"] for k in range(5)} == {2}
    assert net.edges["A[0]", "M[0]"]["delay"] == 3
    assert net.edges["A[1]", "M[0]"]["delay"] == 2


def test_each_target_draws_so_many_sources_and_draws_add_up() -> None:
    """With replacement: weights sum to the number drawn; over two lines they add up, and 0 sums stay synapses."""
    once = wired("A -> B [draw=7]")
    twice = wired("A -> B [draw=7]", "A -> B [draw=4, weight=-1]")

    for unit in once.group("B"):
        assert sum(once.edges[u, unit]["weight"] for u in once.predecessors(unit)) == 7
        assert sum(twice.edges[u, unit]["weight"] for u in twice.predecessors(unit)) == 3
        assert twice.in_degree(unit) <= 5
    assert len({tuple(sorted(once.predecessors(unit))) for unit in once.group("B")}) > 1


def test_the_wiring_drawn_is_the_seeds() -> None:
    """One seed always draws the same, two seeds do not."""
    text = LAYER.replace('"x -> R"', '"x -> R [draw=3, weight=normal(0, 1)]"')

    assert weights(net_of(text, 3)) == weights(net_of(text, 3))
    assert weights(net_of(text, 3)) != weights(net_of(text, 4))


def test_cuts_and_additions_are_made_in_their_order() -> None:
    """`without` cuts, `with` adds, and replaces where there is a synapse already."""
    net = wired(
        "x -> A [weight=2]", more='without = ["x -> A[0]"]\nwith = ["x -> A[1] [weight=5]", "A[0] -> M"]'
    )

    assert weights(net) == {
        **{("x", f"A[{k}]"): 2 for k in (2, 3, 4)},
        ("x", "A[1]"): 5,
        ("A[0]", "M[0]"): 1,
        ("A[0]", "M[1]"): 1,
    }


def test_a_second_synapse_is_a_relay_only_where_the_file_says_so() -> None:
    """A relay is a unit more, and brings the spike as late as its delay says."""
    net = wired("x -> A[0]", "x -> A[0] [relay, delay=3]")

    assert len(net) == 1 + 5 + 6 + 2 + 1
    assert sorted(
        sum(net.edges[pair].get("delay", 1) for pair in itertools.pairwise(path))
        for path in (["x", "A[0]"], ["x", next(iter(set(net.predecessors("A[0]")) - {"x"})), "A[0]"])
    ) == [1, 3]
    message = message_of(LAYER.replace('"x -> R"', '"x -> R", "x[0] -> R[1]"'))
    assert "x[0]" in message
    assert "R[1]" in message
    assert "relay" in message


# ---- Activation


def test_a_table_is_one_unit_or_group_and_scalars_are_for_all() -> None:
    """What a unit's own table does not say is as for all; another model begins with its own defaults."""
    laid = net_of(
        LAYER.replace('"x -> R"', '"x -> R", "R -> C, D"')
        + 'bias = 0.5\nR = { model = "threshold", threshold = "n - 2" }\nC = { bias = -1 }\n'
    )

    for unit in laid.group("R"):
        assert laid.nodes[unit]["model"] == "threshold"
        assert laid.nodes[unit]["threshold"] == 2
    assert laid.nodes["C"]["bias"] == -1
    assert laid.nodes["D"]["bias"] == 0.5


def test_activation_lies_over_what_a_builder_made() -> None:
    """Scalars over all units, tables over one or a group; another model replaces the builder's parameters."""
    text = """
[connectivity]
build = { net = "mlp", inputs = 2, hidden = [3], outputs = 1 }
[activation]
model = "linear"
out = { model = "threshold", threshold = 2, bias = 7 }
H2 = { bias = 0.25 }
"""
    net = net_of(text)

    assert [net.nodes[f"H{k}"]["model"] for k in (1, 2, 3)] == ["linear"] * 3
    assert net.nodes["H2"]["bias"] == 0.25
    assert net.nodes["out"] == {**net.nodes["out"], "model": "threshold", "threshold": 2.0, "bias": 7.0}
    hidden = net_of(text.replace("H2 = ", "hidden = "))
    assert [hidden.nodes[f"H{k}"]["bias"] for k in (1, 2, 3)] == [0.25] * 3


def test_a_file_says_the_model_of_the_outputs_in_activation() -> None:
    """What `mlp(last=…)` is at the prompt."""
    net = net_of("""
[connectivity]
build = { net = "mlp", inputs = 2, hidden = [3], outputs = 2 }
[activation]
model = "tanh"
outputs = { model = "softmax" }
""")

    wanted = aon.mlp(2, [3], 2, model=aon.Tanh(), last=aon.Softmax())

    assert {unit: net.unit(unit) for unit in net if unit not in net.inputs} == {
        unit: wanted.unit(unit) for unit in wanted if unit not in wanted.inputs
    }
    assert "last" not in parameters_of(aon.mlp)


def test_a_builders_arguments_are_expressions_and_its_task_gives_the_rest() -> None:
    """Inputs and outputs default to the first task's."""
    net = net_of("""
[parameters]
k = 2
[tasks]
first = { data = "table", inputs = 3, d = ["x1", "x2 * x3"] }
[connectivity]
build = { net = "mlp", hidden = ["2 * k"] }
""")

    assert (len(net.inputs), len(net.group("hidden")), len(net.outputs)) == (3, 4, 2)


# ---- Start


def started(start: str, plastic: str = "", seed: int = 0, parameters: str = "") -> Network:
    """Return a layer of 60 × 20 whose synapses and biases have begun as told."""
    text = LAYER.replace("n = 4", "n = 60").replace("R = 3", "R = 20")
    text = text.replace("[activation]", f"start = {start}\n[activation]") + "bias = 9\n"
    return net_of(text.replace("n = 60", f"n = 60\n{parameters}") + f"[learning]\n{plastic}\n", seed)


def test_one_number_starts_every_plastic_synapse_and_bias() -> None:
    """All that can learn, where nothing is said of what is plastic; else only what is named."""
    everything, some = started('"n / 120"'), started("0.5", 'plastic = ["x -> R[0]", "R[1]"]')

    assert set(weights(everything).values()) == {0.5}
    assert {everything.nodes[unit]["bias"] for unit in everything.outputs} == {0.5}
    assert {pair for pair, w in weights(some).items() if w == 0.5} == {(f"x[{k}]", "R[0]") for k in range(60)}
    assert {unit: some.nodes[unit]["bias"] for unit in some.outputs} == {
        unit: 0.5 if unit == "R[1]" else 9 for unit in some.outputs
    }


@pytest.mark.parametrize(("start", "value"), [("-1", -1.0), ("-0.5", -0.5), ('"-n / 4"', -15.0), ("0", 0.0)])
def test_the_number_that_starts_weights_may_be_negative(start: str, value: float) -> None:
    """As the reading of the file finds too; only a spread has no sign."""
    raw = tomllib.loads(LAYER.replace("[activation]", f"start = {start}\n[activation]") + PHASE)
    raw["parameters"]["n"] = 120

    assert Experiments().faults(raw) == []
    assert set(weights(started(start)).values()) == {value}
    raw["connectivity"]["start"] = {"uniform": -1}
    assert [fault.message for fault in Experiments().faults(raw)] == [
        "a finite number from 0 is needed, found -1"
    ]


@pytest.mark.parametrize(
    ("start", "spread"),
    [
        ("{ uniform = 0.5 }", 0.5 / math.sqrt(3)),
        ("{ normal = 0.2 }", 0.2),
        ('{ normal = "1 / sqrt(n)" }', 1 / math.sqrt(60)),
        ('{ uniform = "6 / n" }', 0.1 / math.sqrt(3)),
    ],
)
def test_starts_are_drawn_as_wide_as_said(start: str, spread: float) -> None:
    """Mean 0, the standard deviation of the law named; n is the unit's fan-in, whatever parameter is so named."""
    found = np.array(list(weights(started(start)).values()))

    assert abs(found.mean()) < 5 * spread / math.sqrt(found.size)
    assert abs(found.std() / spread - 1) < 0.1
    if "uniform" in start:
        assert np.abs(found).max() <= spread * math.sqrt(3)
    assert len(set(found)) == found.size
    assert weights(started(start)) == weights(started(start))
    assert weights(started(start)) != weights(started(start, seed=1))


def test_synapses_that_share_a_weight_start_with_one() -> None:
    """One weight in several places is one number, drawn once."""
    text = LAYER.replace(
        '"x -> R"', '"x[0], x[2] -> R [shared=even]", "x[1], x[3] -> R [shared=odd]"'
    ).replace("[activation]", "start = { uniform = 1 }\n[activation]")
    found = weights(net_of(text))

    for parity in (0, 1):
        assert len({found[f"x[{k}]", f"R[{j}]"] for k in range(4) if k % 2 == parity for j in range(3)}) == 1


def test_weights_and_biases_are_given_by_name() -> None:
    """By synapse or group, with expressions; the rest keeps what its line says."""
    text = LAYER.replace(
        "[activation]",
        'weights = { "x -> R[0]" = "n", "x[1] -> R[1]" = -2 }\nbiases = { R = "n / 8" }\n[activation]',
    )
    net = net_of(text)

    assert weights(net) == {
        (f"x[{k}]", f"R[{j}]"): 4 if j == 0 else -2 if (k, j) == (1, 1) else 1
        for k in range(4)
        for j in range(3)
    }
    assert {net.nodes[unit]["bias"] for unit in net.outputs} == {0.5}


# ---- What is plastic


def phases_plastic(learning: str, phases: str) -> list[set[tuple[str | None, str]]]:
    """Return what each phase lets learn."""
    text = (
        LAYER.replace("[activation]", 'with = ["R -> C"]\n[activation]')
        + 'C = { model = "mcculloch-pitts" }\n'
        + f'[learning]\nrule = "hebb"\n{learning}\n'
        + "".join(
            f'[[experience]]\nname = "p{k}"\nstimulus = {{}}\nticks = 2\n{p}\n'
            for k, p in enumerate(phases.split(";"))
        )
    )
    return [set(phase.plastic) for phase in prepare(tomllib.loads(text), 0, Limits()).phases]


def test_each_phase_says_again_what_is_plastic() -> None:
    """Default: all that can, biases only where a teacher speaks; then [learning]'s list; then the phase's own."""
    xR: set[tuple[str | None, str]] = {(f"x[{k}]", f"R[{j}]") for k in range(4) for j in range(3)}

    default, own = phases_plastic("", ';plastic = ["R -> C"]')
    listed, none = phases_plastic('plastic = ["x -> R"]', ";plastic = []")

    assert default == xR
    assert own == {(f"R[{j}]", "C") for j in range(3)}
    assert listed == xR
    assert none == set()


# ---- What means nothing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAYER.replace('"x -> R"', '"x -> heat", "heta -> R"'), ["'heta'", "Did you mean 'heat'?"]),
        (LAYER + "r = { bias = 1 }\n", ["no unit or group is named 'r'", "R"]),
        (LAYER.replace('model = "perceptron"', ""), ["has no model", "mcculloch-pitts"]),
        (LAYER.replace('"perceptron"', '"percepton"'), ["'percepton'", "Did you mean 'perceptron'?"]),
        (LAYER.replace('"n"', "0"), ["a whole number from 1", "found 0"]),
        (LAYER.replace('"n"', '"n / 3"'), ["whole number", "1.33"]),
        (LAYER.replace("[activation]", 'without = ["R -> x"]\n[activation]'), ["no synapse 'R -> x'"]),
        (LAYER.replace("[activation]", 'weights = { "R[0] -> R[1]" = 1 }\n[activation]'), ["R[0]", "R[1]"]),
        (LAYER + '[learning]\nplastic = ["C"]\n', ["'C'"]),
        (
            LAYER + 'C = { model = "mcculloch-pitts" }\n[learning]\nplastic = ["C"]\n',
            ["'C'"],
        ),
    ],
)
def test_a_slip_of_the_pen_is_told_with_the_nearest_word(text: str, words: list[str]) -> None:
    """What was found, and what would be right."""
    message = message_of(text)

    assert all(word in message for word in words), message


def test_a_unit_to_learn_needs_a_bias_to_have_a_plastic_one() -> None:
    """The message says how to give it one."""
    text = LAYER.replace('"x -> R"', '"x -> R -> C"') + 'C = { model = "mcculloch-pitts" }\n'

    assert "give it one with bias = 0" in message_of(text + '[learning]\nplastic = ["C"]\n')


def test_a_loop_without_delay_is_named_unit_by_unit() -> None:
    """Every unit of it stands in the message."""
    net = net_of(LAYER.replace('"x -> R"', '"x -> R", "R[0] -> C -> D -> R[0]"'))

    with pytest.raises(AllornoneError) as caught:
        compile(net)
    assert all(unit in str(caught.value) for unit in ("R[0]", "C", "D"))


# ---- Limits


@pytest.mark.parametrize(
    ("text", "limits", "named"),
    [
        (LAYER.replace("n = 4", "n = 998"), {"units": 1000}, "units=1001"),
        (LAYER.replace("n = 4", "n = 1_000_000_000"), {}, "units="),
        (LAYER.replace("n = 4", "n = 40"), {"synapses": 100}, "synapses="),
        (
            LAYER.replace("[activation]", 'with = ["x[0] -> R -> x[0]"]\n[activation]'),
            {"synapses": 10},
            "synapses=",
        ),
    ],
)
def test_the_first_too_many_is_refused(text: str, limits: dict[str, int], named: str) -> None:
    """The message names the option that would allow it; what is allowed is built."""
    assert f"--limit {named}" in message_of(text, Limits().raised(limits))


def test_as_many_as_the_limit_are_allowed() -> None:
    """Seven units and twelve synapses, not one less."""
    limits: dict[str, Any] = {"units": 7, "synapses": 12}

    assert len(prepared(LAYER, limits=Limits().raised(limits)).network) == 7
    assert "units=7" in message_of(LAYER, Limits().raised({**limits, "units": 6}))
    assert "synapses=" in message_of(LAYER, Limits().raised({**limits, "synapses": 11}))


@pytest.mark.parametrize(
    "more",
    [
        'weights = { "x -> R" = 2 }',
        'without = ["x -> R"]\nwith = ["x[0] -> R"]',
        "start = 0.5\n[learning]\nplastic = ['x -> R', 'R']",
    ],
)
def test_what_names_synapses_keeps_to_the_limit_of_synapses(
    monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """No second bound stands before it: not with raised limits, and not where the text names more than there are."""
    for word in (synapses.expand_synapses, synapses.expand_units):
        monkeypatch.setitem(cast(dict[str, Any], word.__kwdefaults__), "limit", 5)
    head, tail = more.split("\n[", 1) if "\n[" in more else (more, "")
    text = LAYER.replace("[activation]", f"{head}\n[activation]") + (f"[{tail}\n" if tail else "")

    assert len(prepared(text).network) == 7
    assert "--limit synapses=" in message_of(
        text.replace("n = 4", "n = 5"), Limits().raised({"synapses": 12})
    )


def test_limits_of_runs_trials_and_bytes_can_be_raised() -> None:
    """A range, a product of axes, a truth table, and the room of a stimulus: each refused, and allowed when raised."""
    many = LAYER.replace("n = 4", "n = 4\nm = 1") + PHASE + "[vary]\nn = { from = 1, to = 60 }\nm = [1, 2]\n"
    raw = tomllib.loads(many)
    for count, message in ((50, "a range of 60 values"), (119, "spans 120 runs")):
        with at_most(count), pytest.raises(AllornoneError, match=rf"{message}.*--limit runs="):
            family(raw)
    with at_most(120):
        assert len(family(raw).runs) == 120

    with pytest.raises(AllornoneError, match="--limit trials=2097152"):
        aon.task("table", inputs=21)
    lasting = LAYER + PHASE.replace("ticks = 1", "ticks = 100")
    with pytest.raises(AllornoneError, match="more than 3000 bytes; raise it with --limit bytes="):
        prepare(tomllib.loads(lasting), 0, Limits().raised({"bytes": 3000}))
    assert prepare(tomllib.loads(lasting), 0, Limits().raised({"bytes": 3200})).phases[0].x.nbytes == 3200


# ---- Tasks that take their inputs from the net

TAUGHT = """
seeds = 1
[parameters]
n = 3
[tasks]
cues = {{ data = {task} }}
[connectivity]
{net}
[learning]
rule = "hebb"
eta = 1
[[experience]]
name = "lessons"
teach = "cues"
ticks = 2
"""


@pytest.mark.parametrize(
    "task", ['"patterns", count = 2, coding = "bipolar"', '"patterns", count = 2, active = 2']
)
@pytest.mark.parametrize(
    ("net", "inputs"),
    [
        ('build = { net = "hopfield", size = "4 * n" }', 12),
        ('build = { net = "adaline", inputs = 5 }', 5),
        (
            'inputs = ["S", "k"]\ngroups = { S = ["n", 2] }\nsynapses = ["S, k -> out"]\n'
            '[activation]\nmodel = "linear"',
            7,
        ),
        (
            'inputs = []\noutputs = ["A"]\ngroups = { A = "2 * n" }\nsynapses = ["A[i] -> A[j] [when=i!=j, delay=1]"]\n'
            '[activation]\nmodel = "linear"',
            6,
        ),
    ],
)
def test_a_task_that_says_no_inputs_has_those_of_the_net(task: str, net: str, inputs: int) -> None:
    """As many as the net has, built or drawn; where it has none, as many as it has outputs."""
    raw = tomllib.loads(TAUGHT.format(task=task, net=net))

    assert Experiments().faults(raw) == []
    (phase,) = prepare(raw, 0, Limits()).phases
    cues = phase.x[:, 0] if phase.driven else phase.d
    assert cues is not None
    assert cues.shape == (2, inputs)


def test_a_truth_table_takes_its_inputs_from_the_net_too() -> None:
    """All rows of five inputs."""
    raw = tomllib.loads(
        TAUGHT.format(task='"table", ones = []', net='build = { net = "adaline", inputs = 5 }')
    )

    assert prepare(raw, 0, Limits()).phases[0].x.shape == (32, 1, 5)


@pytest.mark.parametrize(
    ("net", "message"),
    [
        ('build = { net = "parity" }', "the builder 'parity' needs 'inputs', which no task says either"),
        (
            'synapses = ["x1 -> out"]\n[activation]\nmodel = "linear"',
            "neither the task nor [connectivity] says",
        ),
        (
            'inputs = []\nsynapses = ["a -> b [delay=1]", "b -> a [delay=1]"]\n[activation]\nmodel = "linear"',
            "the net has neither inputs nor outputs",
        ),
    ],
)
def test_inputs_that_nobody_says_are_missed(net: str, message: str) -> None:
    """One sentence, no crash."""
    raw = tomllib.loads(TAUGHT.format(task='"patterns", count = 2, coding = "bipolar"', net=net))

    with pytest.raises(AllornoneError) as caught:
        prepare(raw, 0, Limits())
    assert message in str(caught.value)
    with pytest.raises(AllornoneError, match="inputs is missing"):
        aon.task("patterns", count=2, coding="bipolar")


@pytest.mark.parametrize(
    ("given", "weights"),
    [("3", [3.0, 3.0, 3.0]), ("[1, 2, 'n']", [1.0, 2.0, 3.0]), ("[[1], [2, 3]]", [1.0, 2.0, 3.0])],
)
def test_given_weights_are_one_for_all_or_one_for_each(given: str, weights: list[float]) -> None:
    """In the order in which the text names the synapses; numbers may be expressions."""
    text = LAYER.replace("[activation]", f'weights = {{ "x[1] -> R" = {given} }}\n[activation]').replace(
        "n = 4", "n = 3"
    )

    net = prepared(text).network

    assert [net.edges["x[1]", f"R[{k}]"]["weight"] for k in range(3)] == weights


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("weights", '{ "x[0] -> R" = [1, 2] }', "one number for all or 3 numbers are needed, found 2"),
        ("weights", '{ "x[0] -> R" = [[[1]]] }', "one number for all or 3 numbers"),
        ("biases", "{ R = [1, 2] }", "one number for all or 3 numbers are needed, found 2"),
        ("biases", "{ V = 1 }", "connectivity.biases.V"),
        ("weights", '{ "x -> V" = 1 }', "no unit or group is named 'V'"),
    ],
)
def test_weights_that_do_not_fit_are_told_at_their_key(key: str, given: str, words: str) -> None:
    """How many are needed, and which key names what is not there."""
    with pytest.raises(PartError) as caught:
        prepared(LAYER.replace("[activation]", f"{key} = {given}\n[activation]"))

    assert caught.value.path[:2] == ("connectivity", key)
    assert words in f"{'.'.join(map(str, caught.value.path))}: {caught.value}"
