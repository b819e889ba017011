"""Running: from a name or a file to a result; seeds, settings, executors, limits, and what is saved."""

from __future__ import annotations

import json
import tomllib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allornone.scenarios.catalogue import find
from allornone.scenarios.checking import look_over
from allornone.scenarios.document import axes
from allornone.scenarios.document.change import from_dotted
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.expressions.labelled import Labelled, Value, labelled
from allornone.scenarios.running import run
from allornone.scenarios.verdict.result import Result
from allornone.simulator.errors import AllornoneError
from allornone.simulator.records.records import Trace, Training

FILES = Path(__file__).parent / "run"
DRAWN, RELAY, WIRED = (FILES / f"{name}.toml" for name in ("drawn", "relay", "wired"))


def edited(folder: Path, file: Path, *edits: tuple[str, str]) -> Path:
    """Return a copy of a file with words replaced."""
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    copy = folder / file.name
    copy.write_text(text, encoding="utf-8")
    return copy


def lane(value: Value, seed: int) -> np.ndarray[Any, Any]:
    """Return what a measure is at one seed; one that has no seeds is the same for all."""
    array = labelled(value)
    return np.ascontiguousarray(
        labelled(array.pick(seed=seed)).values if "seed" in array.axes else array.values
    )


# ---- Seeds and settings


@pytest.mark.parametrize(
    ("scenario", "seeds", "seed"),
    [("perceptron-cycling", 5, 3), ("hebb-growth", 5, 3), (WIRED, 20, 3), (WIRED, 20, 11)],
    ids=str,
)
def test_one_seed_is_its_lane_among_others_to_the_bit(scenario: str | Path, seeds: int, seed: int) -> None:
    """`--seed k` is lane k of `--seeds n`, every measure of it."""
    alone, among = run(scenario, seed=seed), run(scenario, seeds=seeds)

    assert set(alone.measures) == set(among.measures)
    for name, value in alone.measures.items():
        one, many = lane(value, seed), lane(among.measures[name], seed)
        assert one.tobytes() == many[tuple(slice(length) for length in one.shape)].tobytes(), name


def test_a_file_runs_the_seeds_that_it_says() -> None:
    """The axis has their numbers, each with numbers of its own."""
    weights = run(WIRED).measures["weights"]

    assert isinstance(weights, Labelled)
    assert list(weights.labels["seed"]) == list(range(7))
    last = labelled(weights.pick(width=12)).values
    assert len({row.tobytes() for row in last}) == 7


@pytest.mark.parametrize(
    ("how", "family"),
    [
        ({"seed": 2}, "seed 2"),
        ({"seeds": 3}, "3 seeds"),
        ({"overrides": {"experience.pulse.ticks": 9}}, "experience.pulse.ticks = 9"),
        ({"seeds": 2, "overrides": {"activation.threshold": 1}}, "2 seeds, activation.threshold = 1"),
    ],
)
def test_another_family_has_measures_and_no_verdict(how: dict[str, Any], family: str) -> None:
    """A verdict belongs to the file as it stands."""
    result = run(RELAY, **how)

    assert (result.verdict, result.holds, result.as_written) == (None, None, False)
    assert result.family == family
    assert len(result.claims) == 2
    assert family in str(result)


@pytest.mark.parametrize(
    ("scenario", "times", "family", "verdict"),
    [
        (DRAWN, None, "as written", "reproduced"),
        (DRAWN, 1, "as written", "reproduced"),
        (DRAWN, 2, "with 2 times its seeds (4)", "reproduced"),
        (DRAWN, 3, "with 3 times its seeds (6)", "not reproduced"),
        (RELAY, 3, "as written", "reproduced"),
    ],
)
def test_so_many_times_the_seeds_have_a_verdict(
    scenario: Path, times: int | None, family: str, verdict: str
) -> None:
    """It is that of the claims, as for the file as it stands; without seeds it is the file as it stands."""
    result = run(scenario, times=times)

    assert (result.family, result.verdict) == (family, verdict)
    assert result.as_written is (family == "as written")
    assert result.holds is (verdict == "reproduced")
    assert verdict in str(result).splitlines()[-1]
    assert result.as_written or family in str(result).splitlines()[-1]


def test_a_sentence_of_theirs_is_shown_to_hold_elsewhere_with_more_seeds_too(tmp_path: Path) -> None:
    """Its change is made with as many seeds, for the verdict depends on it."""
    file = edited(tmp_path, DRAWN, ("fails = ", "says = 'source'\nholds = "), ("= 0.95 }", "= 0.85 }"))

    result = run(file, times=3)

    assert result.verdict == "reproduced differently"
    assert result.claims[0].counterfactuals[0].note == "weight = [0.85, 0.85, 0.85, 0.85, 0.85, 0.85]"


def test_a_claim_without_its_run_is_an_error_with_more_seeds_too(tmp_path: Path) -> None:
    """Only another family of runs may lack the run that a claim looks at."""
    file = edited(tmp_path, DRAWN, ("max(weight)", "weight(seed=9)"))

    with pytest.raises(
        AllornoneError, match=r"drawn.toml:30:10: interpretation.claims.0.that: seed is never 9"
    ):
        run(file, times=3)
    assert run(file, seeds=6).claims[0].holds is None
    assert run(file, times=5).verdict == "reproduced"


def test_settings_change_what_is_measured() -> None:
    """By dotted path, phases by name."""
    heard = run(RELAY, overrides={"experience.pulse.stimulus.x": "10101"}).measures["heard"]

    assert labelled(heard).pick(L=1, way="straight") == 3


def test_the_file_as_it_stands_has_a_verdict() -> None:
    """And a name, a title, a story, the time it took."""
    result = run(RELAY, counterfactuals=True)

    assert (result.verdict, result.holds, result.works) == ("reproduced", True, True)
    assert (result.name, result.title) == ("relay", "A chain passes a spike on")
    assert result.story.startswith("A spike walks along a chain")
    assert result.warnings == ()
    assert 0 < result.seconds < 10
    assert str(result).splitlines()[0] == "relay: A chain passes a spike on"
    assert str(result).splitlines()[-1].startswith("reproduced, in ")


def test_a_scenario_is_found_by_name_alias_and_path() -> None:
    """A path is a text with an ending or a slash, or a Path."""
    assert run("mp-1c-and").name == "mp-1c-and"
    assert run(str(RELAY)).name == "relay"
    assert run(RELAY).name == "relay"
    assert run("xor-perceptron", seed=0).name == "perceptron-cycling"


@pytest.mark.parametrize(
    ("scenario", "how", "message"),
    [
        ("mp-1c-nad", {}, "no scenario is named 'mp-1c-nad'. Did you mean 'mp-1c-and'?"),
        (FILES / "rely.toml", {}, "there is no such file. Did you mean 'relay.toml'?"),
        (FILES, {}, "this is a folder, a scenario is a file"),
        (RELAY, {"seed": 1, "seeds": 2}, "say seed or seeds, not both"),
        (RELAY, {"seed": -1}, "seed must be a whole number from 0, found -1"),
        (RELAY, {"seeds": 0}, "seeds must be a whole number from 1, found 0"),
        (RELAY, {"times": 0}, "times must be a whole number from 1, found 0"),
        (RELAY, {"times": 1.5}, "times must be a whole number from 1, found 1.5"),
        (RELAY, {"times": True}, "times must be a whole number from 1, found True"),
        (
            DRAWN,
            {"times": 3, "seed": 0},
            "times judges the file as it stands: leave out seed, seeds and overrides",
        ),
        (DRAWN, {"times": 3, "seeds": 9}, "times judges the file as it stands: leave out seed, seeds"),
        (DRAWN, {"times": 3, "overrides": {"parameters.L": 1}}, "times judges the file as it stands"),
        (DRAWN, {"times": 10**6}, "--limit runs=2000000"),
        (RELAY, {"seeds": True}, "seeds must be a whole number from 1, found True"),
        (
            RELAY,
            {"overrides": {"learning.eta": 1}},
            "this setting cannot be: learning.eta: no learning rule is named",
        ),
        (RELAY, {"overrides": {"experience.pulse.tikcs": 1}}, "experience.pulse.tikcs: "),
        (RELAY, {"overrides": {"experience.pulse.ticks": -1}}, "a whole number from 1 is needed, found -1"),
        (WIRED, {"overrides": {"learning.eta": "fast"}}, "learning.eta"),
        (WIRED, {"overrides": {"learning.rule": "hebbb"}}, "Did you mean 'hebb'?"),
        (RELAY, {"overrides": {"parameters.K": 1}}, "no parameter is named 'K'"),
        (RELAY, {"overrides": {"activation.treshold": 1}}, "Did you mean 'threshold'?"),
        (RELAY, {"overrides": {"L": 4}}, "a change cannot touch 'L'. Say parameters.L=4"),
        (RELAY, {"overrides": {"pulse.ticks": 3}}, "Say experience.pulse.ticks=3"),
        (RELAY, {"overrides": {"model": "adaline"}}, 'Say activation.model="adaline"'),
        (WIRED, {"overrides": {"eta": 0.5}}, "Say learning.eta=0.5"),
        (
            RELAY,
            {"overrides": {"parameters.L": 3}},
            "parameters.L = 3: the axis 'L' varies parameters.L, so its",
        ),
        (RELAY, {"overrides": {"parameters": {"L": 3}}}, "the axis 'L' varies parameters.L"),
        (
            RELAY,
            {"overrides": {"experience.pulse.ticks": 10}},
            "alters no run: experience.pulse.ticks = 10 is what",
        ),
        (WIRED, {"overrides": {"learning.eta": 0.05}}, "this setting alters no run: learning.eta = 0.05"),
        (WIRED, {"overrides": {"learning.average": True}}, "this setting alters no run"),
        (RELAY, {"overrides": {"measures.heard": "1"}}, "a change cannot touch 'measures'"),
        (RELAY, {"overrides": {"": 1}}, "is no path of keys"),
        (RELAY, {"limits": Limits().raised({"units": 3})}, "--limit units="),
        (RELAY, {"limits": Limits().raised({"synapses": 3})}, "--limit synapses="),
        (RELAY, {"limits": Limits().raised({"ticks": 9})}, "--limit ticks=10"),
        (WIRED, {"limits": Limits().raised({"trials": 23})}, "--limit trials=24"),
        (RELAY, {"limits": Limits().raised({"runs": 5})}, "--limit runs=6"),
    ],
)
def test_what_cannot_be_run_is_told(scenario: str | Path, how: dict[str, Any], message: str) -> None:
    """One message, with the nearest word."""
    with pytest.raises(AllornoneError) as caught:
        run(scenario, **how)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_limit_of_runs_is_raised_for_reading_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range that is longer than usual is read, run, checked and shown; no other bound stands before the limit."""
    monkeypatch.setattr(axes, "MOST_RUNS", 5)
    text = RELAY.read_text(encoding="utf-8").replace("L = [1, 2, 4]", "L = { from = 1, to = 6 }")
    file = tmp_path / "relay.toml"
    file.write_text(text, encoding="utf-8")
    allowed = Limits().raised({"runs": 12})

    found = run(file, limits=allowed)
    assert found.verdict == "reproduced"
    assert found.trace.ticks == 10
    assert look_over(file, allowed) == []
    with pytest.raises(AllornoneError, match=r"spans 12 runs.*--limit runs=12"):
        run(file, limits=Limits().raised({"runs": 11}))


def test_an_error_of_a_run_names_the_file() -> None:
    """So that among many it is known which."""
    with pytest.raises(AllornoneError, match=r"relay\.toml: \[vary\] spans 6 runs, more than are allowed, 5"):
        run(RELAY, limits=Limits().raised({"runs": 5}))


def test_an_executor_changes_no_bit() -> None:
    """Two processes, the counterfactuals too."""
    here = run(RELAY, counterfactuals=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        there = run(RELAY, counterfactuals=True, executor=executor)

    assert there.claims == here.claims
    for name, value in here.measures.items():
        assert labelled(there.measures[name]).values.tobytes() == labelled(value).values.tobytes()


def test_progress_says_what_is_run() -> None:
    """The family first, then each counterfactual by its claim."""
    told: list[str] = []
    run(RELAY, counterfactuals=True, progress=lambda done, total, what: told.append(f"{what} {done}/{total}"))

    assert told[-1] == 'claim 2: vary.way.cut.connectivity.with = ["c[1] -> c[2]"] 3/3'
    assert "runs 6/6" in told


# ---- Warnings


def test_what_deserves_a_second_look_is_a_warning(tmp_path: Path) -> None:
    """More than one plain freeze in a file; a rule that changed nothing."""
    frozen = edited(
        tmp_path,
        RELAY,
        (
            "fails = { connectivity.without",
            "fails = { experience.pulse.stimulus.x = '0' }\n# { connectivity.without",
        ),
        ("fails = { vary.way", "fails = { experience.pulse.stimulus.x = '000' }\n# { vary.way"),
    )
    assert "2 counterfactuals are plain freezes (claims 1, 2)" in " ".join(run(frozen).warnings)

    idle = edited(
        tmp_path,
        RELAY,
        ("[[experience]]", "[learning]\nrule = 'hebb'\nplastic = ['c[2] -> out']\n[[experience]]"),
        ("ticks    = 10", "ticks    = 4"),
        ("L = [1, 2, 4]", "L = [1, 2]"),
    )
    assert run(idle).warnings == ("phase 'pulse' has a rule and changed no weight",)


def test_what_is_drawn_needs_seeds(tmp_path: Path) -> None:
    """An error at its place: how many seeds are run is the file's to say."""
    file = edited(tmp_path, WIRED, ("seeds    = 7\n", ""), (", at = { width = 4, seed = 2 }", ""))

    with pytest.raises(
        AllornoneError, match=r"wired\.toml:12:\d+: tasks\.points.*so the file must say seeds = N"
    ):
        run(file)


# ---- What is saved


def test_a_result_is_json() -> None:
    """All of it as plain values; what is no finite number is null, or a word."""
    result = run(RELAY, counterfactuals=True)
    plain = json.loads(json.dumps(result.to_json(), allow_nan=False))

    assert plain["verdict"] == "reproduced"
    assert plain["claims"][0]["holds"] is True
    assert plain["claims"][0]["counterfactuals"][0]["works"] is True
    assert {"text": "4 → 5", "falls": True} in plain["claims"][0]["nudges"]
    assert plain["measures"]["heard"] == {
        "axes": ["L", "way"],
        "labels": {"L": [1, 2, 4], "way": ["straight", "cut"]},
        "values": [[1, 0], [2, 0], [4, 0]],
    }
    assert plain["measures"]["begun"]["values"] == [[4, None]] * 3


def folder(result: Result, where: Path) -> dict[str, bytes]:
    """Save a result and return the files that there are."""
    result.save(where)
    return {file.name: file.read_bytes() for file in where.iterdir()}


def test_what_is_saved_reads_back_whole(tmp_path: Path) -> None:
    """The result, the trace of the run shown, its training; nothing else, and nothing half."""
    result = run(WIRED)
    files = folder(result, tmp_path)

    assert set(files) == {"wired.json", "wired.trace.npz", "wired.training.npz"}
    saved = json.loads(files["wired.json"])
    assert {**saved, "seconds": 0} == {**json.loads(json.dumps(result.to_json())), "seconds": 0}
    trace, training = Trace.load(tmp_path / "wired.trace.npz"), Training.load(tmp_path / "wired.training.npz")
    assert np.array_equal(trace.y, result.trace.y)
    assert dict(trace.network.edges) == dict(result.network.edges)
    assert result.training is not None
    assert training["error"].tolist() == result.training["error"].tolist()
    assert set(folder(run(RELAY), tmp_path)) == set(files) | {"relay.json", "relay.trace.npz"}


def test_a_result_is_saved_only_into_a_folder_that_exists(tmp_path: Path) -> None:
    """The message names it; nothing is written."""
    with pytest.raises(AllornoneError, match="there is no such folder"):
        run(RELAY).save(tmp_path / "no")
    assert list(tmp_path.iterdir()) == []


def test_settings_that_are_no_table_are_told() -> None:
    """Not as a traceback."""
    wrong: Any = ["learning.eta=0.1"]
    with pytest.raises(AllornoneError, match="overrides sets keys, as in"):
        run("mp-1c-and", overrides=wrong)


def test_a_result_tells_whose_sentence_is_false() -> None:
    """A sentence of the lecture or of the source is marked where the claims are listed."""
    told = str(run("mp-1e-heat-illusion"))

    assert "  ✗ the source says: A cold touch of a moment is felt as heat; a longer one only as cold" in told
    assert "  ✓ After-warmth" in told


def test_a_measure_of_a_unit_that_is_not_there_is_found_before_the_run(tmp_path: Path) -> None:
    """At its line, with the nearest name."""
    file = tmp_path / "and.toml"
    text = find("mp-1c-and").read_text(encoding="utf-8").replace("y('N3', 'figure')", "y('N8', 'figure')")
    file.write_text(text, encoding="utf-8")

    line = text.splitlines().index("answer   = \"y('N8', 'figure')\"") + 1
    with pytest.raises(
        AllornoneError, match=rf"and.toml:{line}:\d+: measures.answer: no unit or group is named 'N8'"
    ):
        look_over(file)


VARIED = """
[vary]
loop = [{ p = 2, q = 3 }, { p = 3, q = 4 }]
eta = { set = "learning.eta", to = [0.01, 0.05] }
size = { from = 1, to = 3 }
[vary.gate]
AND = {}
XOR = { tasks.gate.ones = ["01", "10"], experience = [{ name = "exam", ticks = 3 }] }
cut = { connectivity.without = ["a -> b"], vary.r = [1, 2] }
[parameters]
p = 1
q = 1
r = 1
size = 1
free = 1
"""


@pytest.mark.parametrize(
    ("path", "value", "axis"),
    [
        ("learning.eta", 10, "eta"),
        ("learning", {"eta": 10}, "eta"),
        ("parameters.q", 10, "loop"),
        ("parameters.size", 10, "size"),
        ("parameters.r", 10, "r"),
        ("tasks.gate.ones", ["11"], "gate"),
        ("tasks.gate", {"data": "spirals"}, None),
        ("experience.exam.ticks", 9, "gate"),
        ("experience.exam.flip", 0.1, None),
        ("parameters.free", 10, None),
        ("learning.epochs", 10, None),
        ("connectivity.without", ["c -> d"], None),
    ],
)
def test_a_setting_that_belies_the_labels_of_an_axis_is_known(
    path: str, value: object, axis: str | None
) -> None:
    """Of any form of axis, and of one that only an alternative has; a key beside what is varied is free."""
    found = axes.varied_by(axes.expand_vary(tomllib.loads(VARIED)), from_dotted(path, value))

    assert (found and found[0]) == axis
