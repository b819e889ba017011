"""`allornone show NAME --settings`: what `--set` can change, with the axes that move it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from allornone.command import main
from allornone.command.arguments import overrides
from allornone.scenarios.catalogue import entries
from allornone.scenarios.document.axes import moved
from allornone.scenarios.document.change import from_dotted, overlay, settings, spelt

LIBRARY = [entry.path for entry in entries()]


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines that a command prints."""
    assert main([*arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()


def test_each_key_is_a_line_with_its_value_and_its_axis(capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of the file; what an alternative adds stands below, without a value."""
    lines = [line.split() for line in shown(capsys, "show", "perceptron-gates", "--settings")]

    assert ["parameters.eta", "varied", "by", "eta", "1"] in lines
    assert ["tasks.gate.ones", "varied", "by", "gate", '["11"]'] in lines
    assert ["learning.rule", '"perceptron"'] in lines
    assert ["activation.ideal.bias", "varied", "by", "gate", "-3"] in lines
    assert ["experience.lessons.teach", '"gate"'] in lines
    assert lines[-1] == ["connectivity.start.normal", "varied", "by", "gate", "–"]
    assert [line[0] for line in lines].index("tasks.gate.data") < [line[0] for line in lines].index(
        "learning.rule"
    )


def test_nothing_that_is_no_setting_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither words about the file, nor measures and claims, nor the name of a phase."""
    keys = [line.split("  ")[0] for line in shown(capsys, "show", "adaline-gates", "--settings")]

    assert {key.split(".")[0] for key in keys} == {
        "parameters", "tasks", "connectivity", "activation", "learning", "experience",
    }  # fmt: skip
    assert "experience.test of Wiener.test" in keys
    assert not any(key.endswith(".name") for key in keys)


def test_a_file_that_is_no_scenario_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message with its place, as of every other verb."""
    file = tmp_path / "mine.toml"
    file.write_text("title = 3\n", encoding="utf-8")

    assert main(["show", str(file), "--settings"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert f"{file}:1:9: title: a text is needed, found 3" in err


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_every_key_that_is_shown_can_be_set(path: Path) -> None:
    """As it is shown: set to the value that stands there, it leaves the file as it is."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))

    for key, value in settings(raw).items():
        said = overrides([f"{key}={spelt(value)}"])
        assert said == {key: value}
        laid = overlay(raw, from_dotted(key, said[key]))
        assert laid == raw or key.startswith("connectivity.with")
    for key in moved(raw):
        assert from_dotted(key, 0)


def test_what_an_alternative_drops_it_moves() -> None:
    """Another rule leaves the parameters of the old one behind."""
    raw = {
        "learning": {"rule": "lms", "eta": 0.1, "epochs": 3},
        "experience": [{"name": "training", "teach": "gate"}],
        "vary": {"rule": {"lms": {}, "hebb": {"learning": {"rule": "hebb"}}}, "order": {
            "shuffled": {"experience": [{"name": "training", "order": "shuffled"}]}}},
    }  # fmt: skip

    assert moved(raw) == {
        "learning.rule": ["rule"],
        "learning.eta": ["rule"],
        "experience.training.order": ["order"],
    }


def test_an_inner_axis_moves_what_its_alternative_brings() -> None:
    """It needs no key that the file itself lacks."""
    inner = {"parameters": {"p": 2}, "vary": {"far": {"set": "learning.eta", "to": [1, 2]}}}
    raw = {"parameters": {"p": 1}, "vary": {"how": {"here": {}, "there": inner}}}

    assert moved(raw) == {"parameters.p": ["how"], "learning.eta": ["far"]}
