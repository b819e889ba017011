"""Checking tells everything that is wrong with a file, each once and at its place, and simulates nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allornone.scenarios.catalogue import entries, find
from allornone.scenarios.checking import look_over
from allornone.scenarios.experiment import build as building
from allornone.scenarios.running import run
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.program import passing
from allornone.simulator.time import simulation

LIBRARY = entries()
AND = find("mp-1c-and").read_text(encoding="utf-8")


HEAD = """
title = "A file"
year = 1943
source = "None: of the tests"
story = "It fires."
evidence = "memory"
"""


def written(folder: Path, *changes: tuple[str, str], text: str = AND) -> tuple[Path, str]:
    """Write a scenario with some texts replaced, and return the file and what it says."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = folder / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    return file, text


def told(file: Path) -> list[str]:
    """Return what checking a file says, a line each, without the file's name."""
    with pytest.raises(AllornoneError) as caught:
        look_over(file)
    return [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]


def place(text: str, part: str) -> str:
    """Return the line and column of the only place where a part stands in a text."""
    assert text.count(part) == 1, part
    before = text[: text.index(part)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_mistakes_of_the_document_and_of_what_it_makes_are_told_together(tmp_path: Path) -> None:
    """A year that is none, a measure of a phase that is not there, two picks, a synapse that a change cannot cut."""
    file, text = written(
        tmp_path,
        ("year     = 1943", "year     = 'then'"),
        ("z('N3', 'figure')", "z('N3', 'figura')"),
        ("answer == [0, 1, 0, 0, 1, 0]", "answer(tick=7) == 1"),
        ('"wrong == 0", "compared', '"wrong(seed=0) == 0", "compared'),
        ('["N2 -> N3"], connectivity.with', '["N7 -> N3"], connectivity.with'),
    )

    lines = told(file)

    assert [line.split(": ")[1] for line in lines] == [
        "year",
        "measures.heard",
        "interpretation.claims.0.that.0",
        "interpretation.claims.1.that",
        "interpretation.claims.2.fails.connectivity.without.0",
    ]
    assert lines[0].startswith(f"{place(text, chr(39) + 'then')}: ")
    assert lines[1].endswith(
        "no phase is named 'figura'. Did you mean 'figure'? There are: figure, histories"
    )
    assert lines[1].startswith(
        f"{place(text, 'z(' + chr(39) + 'N3' + chr(39) + ', ' + chr(39) + 'figura')}: "
    )
    assert lines[2] == f"{place(text, 'seed=0')}: {lines[2].split(': ', 1)[1]}"
    assert lines[2].endswith("wrong has no axis 'seed'. It has: none")
    assert lines[3].startswith(f"{place(text, 'tick=7')}: ")
    assert lines[3].endswith("tick is never 7 in answer. It is one of 0, 1, 2, 3, 4, 5")
    assert lines[4].startswith(f"{place(text, 'N7')}: ")
    assert "no unit or group is named 'N7'" in lines[4]


@pytest.mark.parametrize(
    ("that", "at"),
    [
        ("max(answer, over='net') == 1", "'net'"),
        ("max(answer + 1, over=['tick', 'seed']) == 2", "['tick'"),
        ("sum(sort(answer, over='unit')) == 2", "'unit'"),
    ],
)
def test_a_claim_reduces_over_axes_that_are_there(tmp_path: Path, that: str, at: str) -> None:
    """An axis that none of its measures has is told at its place; the tick is one."""
    file, text = written(tmp_path, ("answer == [0, 1, 0, 0, 1, 0]", that))

    assert [line.split(": ")[0] for line in told(file)] == [place(text, at)]
    assert "axis" in told(file)[0]
    assert (
        look_over(written(tmp_path, ("answer == [0, 1, 0, 0, 1, 0]", "sum(answer, over='tick') == 2"))[0])
        == []
    )


@pytest.mark.parametrize(
    ("change", "part", "sentence"),
    [
        (
            ('stimulus = { N1 = "1101", N2 = "1011" }', 'stimulus = { N1 = "1101", N2 = "10121" }'),
            '21" }',
            "a state, 0, 1, ? or ., was expected here, found '2'",
        ),
        (('["N1, N2 -> N3"]', '["N1, N2 -> N3 [delay=1, weight=1, dely=2]"]'), "dely=2", "dely"),
    ],
)
def test_an_error_of_the_engine_has_the_place_of_what_caused_it(
    change: tuple[str, str], part: str, sentence: str, tmp_path: Path
) -> None:
    """A state in a stimulus, a phase, a word in a synapse: the line and column in the file."""
    file, text = written(tmp_path, change)

    (line,) = told(file)

    assert line.startswith(f"{place(text, part)}: "), (line, place(text, part))
    assert sentence in line


@pytest.mark.parametrize("model", ["3", "[]", "-1", "true", '["mcculloch-pitts"]'])
def test_a_model_that_is_no_word_is_told(model: str, tmp_path: Path) -> None:
    """Of all units, and of one."""
    line = 'model     = "mcculloch-pitts"'
    file, _ = written(tmp_path, (line, f"model     = {model}\nN3 = {{ model = {model} }}"))

    first = told(file)[0]

    assert ": activation.model" in first
    assert "a text is needed, found " in first


def test_lessons_of_a_net_that_never_settles_are_told_before(tmp_path: Path) -> None:
    """A loop without `ticks` has no end of its own, which `check` knows as `run` does, at the phase."""
    file = tmp_path / "one.toml"
    text = find("hopfield").read_text(encoding="utf-8")
    assert text.count("\nticks") >= 1
    file.write_text(re.sub(r"\nticks[^\n]*", "", text), encoding="utf-8")

    assert any(": experience." in line and "say how many ticks" in line for line in told(file))


def test_a_condition_that_training_cannot_read_is_told_before(tmp_path: Path) -> None:
    """`until` knows the words of training, and no functions."""
    file = tmp_path / "one.toml"
    text = find("perceptron-census").read_text(encoding="utf-8")
    assert text.count('"mistakes == 0"') == 1
    file.write_text(text.replace('"mistakes == 0"', '"abs(mistakes) == 0"'), encoding="utf-8")

    (line,) = told(file)

    assert line.startswith(f"{place(file.read_text(encoding='utf-8'), 'abs(mistakes)')}: learning.until: ")
    assert "no function is named 'abs'" in line


def test_a_phase_that_does_not_fit_its_net_has_its_line(tmp_path: Path) -> None:
    """A task of three inputs for a net of two."""
    task = '[tasks]\ngate = { data = "table", inputs = 3, ones = ["111"] }\n\n[connectivity]'
    figure = 'stimulus = { N1 = "1101", N2 = "1011" }\nticks    = 6'
    file, text = written(tmp_path, ("[connectivity]", task), (figure, 'test     = "gate"'))

    (line,) = told(file)

    assert line.startswith(
        f"{place(text, '[[experience]]' + chr(10) + 'name     = ' + chr(34) + 'figure')}: "
    )
    assert "task 'gate' has 3 inputs, the net has 2" in line


def test_what_is_refused_in_an_alternative_is_told_there(tmp_path: Path) -> None:
    """The base is sound; the alternative says something of an index that is not there, and its line is told."""
    axis = '[vary.kind]\nplain = {}\nodd = { connectivity.synapses = ["N1, N2 -> N3 [when=i > 0]"] }\n\n[connectivity]'
    file, text = written(tmp_path, ("[connectivity]", axis))

    (line,) = told(file)

    assert line.startswith(f"{place(text, 'i > 0')}: vary.kind.odd.connectivity.synapses.0: at kind = odd: ")
    assert "no name is named 'i'" in line


def test_nothing_is_simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one tick, not one presentation, and a file that is fine gives no warning."""

    def never(*given: object, **named: object) -> None:
        raise AssertionError("something was simulated")

    monkeypatch.setattr(passing, "propagate", never)
    monkeypatch.setattr(simulation, "propagate", never)

    assert look_over(written(tmp_path)[0]) == []
    assert look_over(find("perceptron-cycling")) == []
    assert look_over(find("digits-softmax")) == []


def test_each_network_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that differ in numbers which no synapse names, and changes of what is presented, share one network."""
    built: list[str] = []
    build = building.build

    def counting(*given: Any) -> Network:
        built.append("")
        return build(*given)

    monkeypatch.setattr(building, "build", counting)
    look_over(find("mp-1c-and"))

    # the file's own net, and one for each of the changes that touch it
    assert len(built) <= 14


def test_what_check_accepts_runs(tmp_path: Path) -> None:
    """The mended file passes, and its verdict is that of the library's."""
    file, _ = written(tmp_path, ("Only both together", "Both"))

    assert look_over(file) == []
    assert run(file).verdict == "reproduced"


def mutants(text: str) -> Iterator[tuple[int, str]]:
    """Yield the text with one line spoiled, in every line where that can be done so that it means nothing there."""
    lines = text.split("\n")
    table, inside = "", False
    for number, line in enumerate(lines):
        inside ^= line.count('"""') == 1  # the story
        header = re.match(r"\[+([\w.]+)", line)
        table = header[1] if header else table
        spoiled = None
        if inside or line.startswith("#"):
            continue
        if table in ("activation", "learning", "experience", "interpretation.claims"):
            spoiled = re.sub(r"^(model|rule|name|ticks|epochs|until|text|that)( *=)", r"\1q\2", line)
        elif line.startswith("synapses"):
            spoiled = line.replace(" -> ", " => ", 1)
        elif line.startswith(("year", "evidence", "seeds")):
            spoiled = re.sub(r"= .*", "= []", line)
        if spoiled is not None and spoiled != line:
            yield number + 1, "\n".join([*lines[:number], spoiled, *lines[number + 1 :]])


@pytest.mark.slow
def test_a_spoiled_line_is_told_at_its_line(tmp_path: Path) -> None:
    """In 400 spoiled files of the library, a key, a synapse or a value: its own line is among those that are told."""
    spoiled = [one for entry in LIBRARY for one in mutants(entry.path.read_text(encoding="utf-8"))]
    missed = []
    for line, text in random.Random(7).sample(spoiled, 400):
        file = tmp_path / "scenario.toml"
        file.write_text(text, encoding="utf-8")
        if not any(one.startswith(f"{line}:") for one in told(file)):
            missed.append((line, text.split("\n")[line - 1], told(file)[:2]))

    assert missed == []


IDLE = """
[parameters]
n = 1
[connectivity]
inputs = ["a", "b"]
synapses = ["a, b -> c [weight=1]", "b -> d"]
[activation]
model = "mcculloch-pitts"
threshold = 2
[[experience]]
name = "once"
stimulus = { a = "1{n}", b = "11" }
[measures]
fires = "sum(y('c'))"
[[interpretation.claims]]
text = "It fires"
that = "fires >= 1"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("activation.threshold = 2", "the change alters no run"),
        ("activation.threshold = 2.0", "the change alters no run"),
        ("parameters.n = 1", "the change alters no run"),
        ('experience.once.stimulus.a = "1{n}"', "the change alters no run"),
        ("learning.epochs = 1", "the change alters no run"),
        ("connectivity = {}", "the change alters no run"),
        ("connectivity.without = []", "at least 1 must stand here, found 0"),
        ("connectivity.with = []", "at least 1 must stand here, found 0"),
    ],
)
def test_a_change_that_says_nothing_new_is_refused_by_checking_and_running(
    tmp_path: Path, change: str, message: str
) -> None:
    """At the place of the change, before anything is run."""
    file, text = written(tmp_path, text=HEAD + IDLE + f"fails = {{ {change} }}\n")

    (found,) = told(file)
    assert message in found
    assert found.startswith(place(text, "fails = ").split(":")[0])
    with pytest.raises(AllornoneError) as caught:
        run(file)
    assert str(caught.value) == f"{file}:{found}"


@pytest.mark.parametrize(
    "change",
    ['connectivity.with = ["b -> d"]', 'connectivity.with = ["b -> d [weight=1]"]', "connectivity.delay = 1"],
)
def test_a_change_that_makes_the_same_net_is_refused_by_checking(tmp_path: Path, change: str) -> None:
    """It says something new, but nothing comes of it."""
    file, _ = written(tmp_path, text=HEAD + IDLE + f"fails = {{ {change} }}\n")

    (found,) = told(file)
    assert "the change alters no run: net, lessons and rules are what they were" in found


@pytest.mark.parametrize(
    "change",
    [
        'connectivity.with = ["b -> d [weight=2]"]',
        'connectivity.without = ["b -> d"]',
        "connectivity.delay = 2",
        "parameters.n = 0",
        "activation.d = { threshold = 1 }",
        'experience.once.stimulus.b = "10"',
    ],
)
def test_a_change_that_alters_the_run_is_accepted(tmp_path: Path, change: str) -> None:
    """Whether it breaks its claim, only verifying tells."""
    file, _ = written(tmp_path, text=HEAD + IDLE + f"fails = {{ {change} }}\n")

    assert look_over(file) == []
