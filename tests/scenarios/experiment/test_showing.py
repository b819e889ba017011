"""Showing: the run that is filmed is one of the family, lived as it was measured."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import prepare
from allornone.scenarios.experiment.running_phases import (
    MOST_MOMENTS,
    Needs,
    ShownRun,
    run_phases,
    show,
)
from allornone.scenarios.expressions.labelled import labelled
from allornone.scenarios.running import run
from allornone.scenarios.verdict.family import Laboratory
from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.records.records import Record

FILES = Path(__file__).parent.parent / "run"
CELLS = """
[parameters]
L = 2
[tasks]
cues = { data = "rows", x = ["##..#", "#.#.#"] }
[connectivity]
inputs = []
outputs = ["A"]
groups = { A = 5 }
synapses = ["A[i] -> A[j] [when=i != j, weight=normal(0, 1)]"]
[activation]
model = "mcculloch-pitts"
threshold = 0
[[experience]]
name = "first"
test = "cues"
ticks = 6
hold = 2
[[experience]]
name = "second"
stimulus = { "A[0]" = "1.?.." }
ticks = "3 * L"
from = "here"
"""
HEBB = """
[connectivity]
inputs = ["x"]
synapses = ["x -> U [weight=0.5]"]
[activation]
model = "linear"
bias = 0.125
[learning]
rule = "hebb"
eta = 0.5
plastic = ["x -> U", "U"]
[[experience]]
name = "first"
stimulus = { x = "10?1" }
epochs = 2
ticks = 5
"""


def shown(text: str, *, seed: int = 0, phase: str = "", overrides: dict[str, Any] | None = None) -> ShownRun:
    """Return what a film of a scenario would show."""
    raw = tomllib.loads(text)
    raw["interpretation"] = {"film": {"phase": phase} if phase else {}}
    return show(raw, [seed], overrides or {}, Limits())


def measured(text: str, phase: str, seed: int = 0) -> Array:
    """Return the outputs of all units in a phase as measures see them, one trial after the other."""
    needs = Needs(Record(["y"], units=["A"]))
    life = run_phases([prepare(tomllib.loads(text), seed, Limits())], needs)[0]
    record = next(record for record in life.records if record.phase.name == phase)
    kept = record.seen["y"]
    return kept.reshape(-1, kept.shape[-1])


@pytest.mark.parametrize("update", ["", 'update = "one-by-one"'])
@pytest.mark.parametrize("seed", [0, 4])
def test_cells_are_filmed_as_they_were_measured(update: str, seed: int) -> None:
    """Trial after trial, whatever is updated when; the seed decides as it did. Of a cue the last tick is measured."""
    text = CELLS.replace("hold = 2", f"hold = 2\n{update}")

    wanted = measured(text, "first", seed)
    assert np.array_equal(shown(text, seed=seed).trace.y.reshape(len(wanted), -1, 5)[:, -1], wanted)


@pytest.mark.parametrize("update", ["", 'update = "one-by-one"'])
def test_a_phase_that_begins_here_is_filmed_from_there(update: str) -> None:
    """Every trial goes on where it ended; a phase from rest is another one."""
    text = CELLS.replace("hold = 2", f"hold = 2\n{update}").replace(
        'from = "here"', f'from = "here"\n{update}'
    )
    found = shown(text, phase="second", seed=2).trace.y

    assert np.array_equal(found, measured(text, "second", 2))
    assert not np.array_equal(found, shown(text.replace('"here"', '"rest"'), phase="second", seed=2).trace.y)


def test_plasticity_is_filmed_as_it_was_measured() -> None:
    """Two trials, twice over, each from rest, with the weights that every tick ran with."""
    found = shown(HEBB)
    room = Laboratory({**tomllib.loads(HEBB), "measures": {"w": "w('U')"}}, [0]).measured()

    assert found.trace.y.shape == (20, 2)
    assert [found.network.nodes["U"]["bias"], found.network.edges["x", "U"]["weight"]] == labelled(
        room.values["w"]
    ).values.tolist()
    w, b = 0.5, 0.125
    for tick, x in enumerate([1, 0, 0, 1, 0, 1, 0, 1, 1, 0] * 2):
        assert found.trace.weight("x", "U")[tick] == w
        y = w * x + b
        assert found.trace["U"][tick] == y
        w, b = w + 0.5 * x * y, b + 0.5 * y


def test_beyond_its_bound_nothing_is_learned_in_a_film_either() -> None:
    """The weights of the network shown are those of the run measured."""
    text = HEBB.replace("epochs = 2", "epochs = 40\nbound = 100")
    room = Laboratory(
        {**tomllib.loads(text), "measures": {"w": "w('U')", "burst": "diverged()"}}, [0]
    ).measured()
    found = shown(text)

    assert room.values["burst"] is True
    assert found.network.edges["x", "U"]["weight"] == labelled(room.values["w"]).values[1]


def test_lessons_are_filmed_with_what_the_teacher_wanted() -> None:
    """One moment a lesson, in the order of the lessons; d beside y where that order is known."""
    result = run("perceptron-cycling", seed=0)
    trace = result.trace

    assert trace.ticks == 160
    assert trace.recorded["d"][:4, 0, 0, 0].tolist() == [0, 1, 1, 0]
    assert result.training is not None
    wrong = trace["out"] != trace.recorded["d"][:, 0, 0, 0]
    counted = labelled(labelled(result.measures["wrong"]).pick(walk="from zero", seed=0)).values[:40]
    assert wrong.reshape(40, 4).sum(axis=1).tolist() == counted.tolist()


def test_shuffled_lessons_have_no_answers_beside_them() -> None:
    """But their answers as given, and the training that a run alone has."""
    result = run(FILES / "wired.toml")

    assert "d" not in result.trace.recorded
    assert result.trace.ticks == 4 * 20
    assert result.training is not None
    error = labelled(labelled(result.measures["error"]).pick(width=4, seed=2)).values
    assert np.array_equal(np.asarray(result.training["error"]), error)


def test_a_net_that_is_only_asked_shows_its_answers() -> None:
    """A moment a sample, so many at the most; nothing was trained."""
    text = """
[tasks]
plane = { data = "grid", cells = 30, d = "x1 > 0" }
[connectivity]
inputs = ["a", "b"]
synapses = ["a, b -> U"]
[activation]
model = "perceptron"
[[experience]]
name = "view"
test = "plane"
"""
    found = shown(text)

    assert found.training is None
    assert found.trace.ticks == MOST_MOMENTS < 900
    assert found.trace["U"].tolist() == [float(a + b > 0) for a, b in found.trace.y[:, :2]]


def test_the_run_shown_is_the_one_that_the_film_names() -> None:
    """The first label of each axis that it does not name; the seed that it names, or one of those run."""
    net = run(FILES / "relay.toml").network
    assert net.has_edge("c[1]", "c[2]")
    assert run(FILES / "relay.toml").trace["out"].tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]

    wired = FILES / "wired.toml"
    named, other = run(wired), run(wired, seed=5)
    for result, seed in ((named, 2), (other, 5)):
        weights = labelled(labelled(result.measures["weights"]).pick(width=4, seed=seed)).values
        edges = result.network.edges
        assert [edges[f"A[{k}]", "R"]["weight"] for k in range(4)] == weights[1:5].tolist()


def test_settings_are_in_the_run_shown() -> None:
    """What was measured with a setting is shown with it."""
    result = run(FILES / "relay.toml", overrides={"experience.pulse.stimulus.x": "101"})

    assert result.trace["out"].tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 0, 0]


def test_a_film_of_no_phase_is_an_error() -> None:
    """Named, where a setting took it away."""
    with pytest.raises(AllornoneError, match="no phase is named 'third'"):
        shown(CELLS, phase="third")
