"""The JSON Schema, judged by the jsonschema package, against the files of the tests."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpus
import pytest
from jsonschema import Draft202012Validator

import allornone.scenarios.document.schema
from allornone.scenarios.document.schema import schema

STRUCTURAL = [
    *("missing-keys", "unknown-keys", "wrong-kinds", "impossible-delay", "eta-zero", "unknown-names"),
    *("unknown-model", "unknown-parameters", "unknown-unit-parameter", "two-acts", "no-act", "no-phase"),
    *("build-and-synapses", "build-and-groups", "no-net", "two-starts", "edits", "no-counterfactual"),
    *("fails-and-holds", "holds-unmarked", "no-claims", "counterfactual-of-the-measures", "shapes"),
]
"""Bad files whose mistake an editor can see; the others take a comparison of one part with another."""


@pytest.fixture(autouse=True)
def plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test know the things that the good files name."""
    corpus.plug_in(monkeypatch)


def test_the_schema_is_a_schema() -> None:
    """It keeps to the dialect that it names."""
    Draft202012Validator.check_schema(schema())

    assert schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", corpus.VALID, ids=lambda path: path.stem)
def test_a_good_file_keeps_to_the_schema(path: Path) -> None:
    """An editor marks nothing in a file that is accepted."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))

    assert [error.message for error in Draft202012Validator(schema()).iter_errors(raw)] == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_a_structural_mistake_breaks_the_schema(name: str) -> None:
    """What an editor can see, it marks."""
    raw = tomllib.loads((corpus.SCENARIOS / "invalid" / f"{name}.toml").read_text(encoding="utf-8"))

    assert not Draft202012Validator(schema()).is_valid(raw)


def test_a_plug_in_is_part_of_the_schema() -> None:
    """A rule of another package brings its parameters and their bounds along."""
    phase = schema()["$defs"]["Phase"]["properties"]

    assert "least-squares" in phase["rule"]["enum"]
    assert phase["ridge"]["exclusiveMinimum"] == 0
    assert phase["ridge"]["description"] == "A parameter of the learning rule least-squares."


def test_an_editor_gets_a_line_for_every_key() -> None:
    """Each property anywhere in the schema is described, those of plug-ins too, and no line is a stub."""

    def properties(part: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(part, dict):
            own = part.get("properties")
            if isinstance(own, dict):
                yield from own.items()
            for inner in part.values():
                yield from properties(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from properties(inner)

    found = [(key, value) for key, value in properties(schema()) if isinstance(value, dict)]

    assert len(found) > 100
    assert [key for key, value in found if len(value.get("description", "")) < 12] == []


def test_the_shipped_schema_is_the_generated_one() -> None:
    """What files name in their first line is what `allornone schema` prints where no plug-in is installed."""
    code = "import json; from allornone.scenarios.document.schema import schema; print(json.dumps(schema()))"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    shipped = Path(allornone.scenarios.document.schema.__file__).parents[1].joinpath("schema.json")

    assert json.loads(shipped.read_text(encoding="utf-8")) == json.loads(printed.stdout)
