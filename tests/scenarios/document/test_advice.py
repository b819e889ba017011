"""Advice: what is left over in a file is named, and what serves is not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import corpus
import pytest

from allornone.scenarios.catalogue import entries
from allornone.scenarios.checking import look_over
from allornone.scenarios.document.advice import warnings
from allornone.scenarios.document.reading import read
from allornone.scenarios.running import run

FILE = """
title = "Uses all that it says"
year = 1960
source = "None: of the tests"
story = "Nothing is left over; spare is a word of the story alone."
evidence = "memory"

[parameters]
n = 2
wide = "2 * n"
seen = 0

[tasks]
gate = { data = "table", inputs = "n", ones = ["11"] }
other = { data = "table", inputs = "n", ones = ["00"] }
more = { data = "table", inputs = "n", ones = ["01"], hold_out = 1 }

[connectivity]
build = { net = "mlp", inputs = "n", hidden = ["wide"], model = "threshold" }

[learning]
rule = "perceptron"
eta = 1
plastic = ["hidden -> out"]

[[experience]]
name = "school"
teach = "gate"

[[experience]]
name = "trial"
test = "more.held_out"

[[experience]]
name = "exam"
test = "gate"

[[experience]]
name = "look"
stimulus = { "inputs[k]" = "k + 1" }

[vary]
seen = [0, 1]
kind = { plain = {}, odd = { tasks.gate.number = "n + 4", experience.exam.test = "other" } }

[measures]
wrong = "mistakes('exam')"
twice = "2 * wrong"
tried = "mistakes('trial')"
z_last = "sum(z('out'))"

[interpretation]
film = { kind = "network", phase = "exam" }

[[interpretation.questions]]
at = 1
ask = "Is tried used here?"
choices = { yes = "tried >= 0", no = "tried < 0" }

[[interpretation.claims]]
text = "It goes as it goes"
that = "all(twice >= seen - 1) and all(z_last > -100)"
fails = { learning.eta = 2 }
"""


def advice(*changes: tuple[str, str]) -> list[str]:
    """Return the warnings of the file with some texts replaced."""
    text = FILE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return warnings(tomllib.loads(text))


def test_a_file_that_uses_all_that_it_says_is_left_in_peace() -> None:
    """By expressions, phases, alternatives, questions, films and claims, and by what is learned before an exam."""
    assert advice() == []


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([("seen = 0", "seen = 0\nspare = 3")], ["parameters.spare: no expression uses it"]),
        ([('wide = "2 * n"', "wide = 4"), ('["wide"]', "[4]")], ["parameters.wide: no expression uses it"]),
        ([("seen - 1", "0 - 1")], ["parameters.seen: no expression uses it"]),
        ([(', experience.exam.test = "other"', "")], ["tasks.other: no phase and no builder uses it"]),
        ([('"more.held_out"', '"gate"')], ["tasks.more: no phase and no builder uses it"]),
        (
            [
                ('kind = "network", phase = "exam"', 'kind = "network"'),
                ("tried = \"mistakes('trial')\"", 'tried = "1"'),
            ],
            ["experience.trial: no measure that is used, no view and no film looks at this phase"],
        ),
        (
            [("sum(z('out'))", "sum(z('out', 'exam'))")],
            ["experience.look: no measure that is used, no view and no film looks at this phase"],
        ),
        (
            [("all(twice >=", "all(0 >=")],
            ["measures.wrong: ", "measures.twice: no claim and no question uses it"],
        ),
        ([("z_last = ", 'idle = "depth()"\nz_last = ')], ["measures.idle: no claim and no question uses it"]),
    ],
)
def test_what_is_left_over_is_named(changes: list[tuple[str, str]], left: list[str]) -> None:
    """One sentence each, in the order of the file, and nothing else."""
    found = advice(*changes)

    assert len(found) == len(left)
    assert all(sentence in one for sentence, one in zip(left, found, strict=True))


@pytest.mark.parametrize(
    "changes",
    [
        [("mistakes('exam')", "mistakes()")],
        [("mistakes('trial')", "sum(y('out', 'trial'))")],
        [('build = { net = "mlp", inputs = "n",', 'build = { net = "mlp", task = "other", inputs = "n",')],
        [("evidence =", "aliases = ['n']\nevidence =")],
    ],
)
def test_what_serves_in_another_way_is_left_in_peace(changes: list[tuple[str, str]]) -> None:
    """A reader without a phase may look at any that can answer it; a builder names its task."""
    assert advice(*changes) == []


def test_a_phase_serves_the_one_that_goes_on_from_it() -> None:
    """Its activity is looked at later."""
    raw: dict[str, Any] = tomllib.loads(FILE)
    raw["measures"]["tried"] = "1"
    raw["experience"][3]["from"] = "here"
    raw["experience"].insert(3, {"name": "before", "stimulus": {"inputs": 1}, "ticks": 1})
    raw["experience"][1]["test"] = "more"

    found = warnings(raw)
    assert found == ["experience.trial: no measure that is used, no view and no film looks at this phase"]


def test_the_library_has_no_leftovers() -> None:
    """Every file of it is read, and none is warned of."""
    assert {entry.name: found for entry in entries() if (found := warnings(read(entry.path).raw))} == {}


def test_leftovers_are_told_by_checking_and_in_results(tmp_path: Path) -> None:
    """The same sentences."""
    text = (corpus.SCENARIOS / "run" / "relay.toml").read_text(encoding="utf-8")
    file = tmp_path / "relay.toml"
    file.write_text(text.replace("L = 1\n", "L = 1\nspare = 3\n"), encoding="utf-8")

    assert look_over(file) == ["parameters.spare: no expression uses it"]
    assert run(file).warnings == ("parameters.spare: no expression uses it",)
