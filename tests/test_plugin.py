"""A new unit model with its rule is one file: a package made on the fly joins, conforms and runs from a scenario."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = '''"""A unit with a dead zone, and a rule that corrects only what is far off."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from allornone.simulator.learning.rules import LocalRule
from allornone.simulator.units import SummingUnit
from annotated_types import Ge, Gt


@dataclass(frozen=True)
class Sluggish(SummingUnit):
    """y = 1 if z > zone, −1 if z < −zone, else 0."""

    zone: Annotated[float, Ge(0)] = 0.5
    below: Literal["minus", "rest"] = "minus"

    name: ClassVar[str] = "sluggish"

    def activate(self, z):
        low = -1.0 if self.below == "minus" else 0.0
        return np.where(z > self.zone, 1.0, np.where(z < -self.zone, low, 0.0))


@dataclass(frozen=True)
class Lenient(LocalRule):
    """Δw = η (d − y) x where |d − y| > slack, else nothing."""

    eta: Annotated[float, Gt(0)] = 1.0
    slack: Annotated[float, Ge(0)] = 0.5
    stride: Literal["whole", "half"] = "whole"

    name: ClassVar[str] = "lenient"

    def change(self, x, y, d):
        size = 1.0 if self.stride == "whole" else 0.5
        return size * self.eta * np.where(np.abs(d - y) > self.slack, d - y, 0.0) * x
'''
PROJECT = """[project]
name = "sluggish-neurons"
version = "1.0"

[project.entry-points."allornone.units"]
sluggish = "sluggish_neurons:Sluggish"

[project.entry-points."allornone.rules"]
lenient = "sluggish_neurons:Lenient"
"""
ENTRY_POINTS = """[allornone.units]
sluggish = sluggish_neurons:Sluggish

[allornone.rules]
lenient = sluggish_neurons:Lenient
"""
CONFORMS = """
from allornone.simulator.registry import rules, units
from allornone.simulator.testing import check_model, check_rule

assert "sluggish" in units.names() and "lenient" in rules.names()
for zone in (0.0, 0.5, 2.0):
    check_model(units.get("sluggish")(zone=zone))
check_rule(rules.get("lenient")(eta=0.25, slack=0.0))
print("conforms")
"""
RUNS = """
import allornone as aon
from sluggish_neurons import Lenient, Sluggish

net = aon.Network()
net.add_inputs("A", "B")
net.add_unit("out", Sluggish(zone=0.25))
net.connect("A", "out", weight=0)
net.connect("B", "out", weight=0)
X = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
training = aon.train(net, X, [-1, 1, 1, 1], rule=Lenient(eta=0.25), epochs=20, until="mistakes == 0")
print(training.epochs, aon.evaluate(net, X).ravel().tolist())
print(net)
"""
SCENARIO = """title    = "A sluggish unit learns OR"
year     = 1962
source   = "A package that was made for this test"
story    = "A unit that answers only to strong sums learns a gate all the same."
evidence = "quoted"

[tasks]
gate = { data = "table", inputs = 2, ones = ["01", "10", "11"] }

[connectivity]
inputs   = ["A", "B"]
synapses = ["A, B -> out [weight=0]"]

[activation]
model = "sluggish"
zone  = 0.25
below = "rest"

[learning]
rule   = "lenient"
eta    = 0.5
stride = "half"
epochs = 20
until  = "mistakes == 0"

[[experience]]
name  = "lessons"
teach = "gate"

[measures]
solved_it = "solved()"

[[interpretation.claims]]
text  = "It learns OR"
that  = "solved_it"
fails = { tasks.gate.ones = ["01", "10"] }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the package as an installer would have left it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "sluggish_neurons.py").write_text(PACKAGE, encoding="utf-8")
    about = folder / "sluggish_neurons-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: sluggish-neurons\nVersion: 1.0\n", encoding="utf-8"
    )
    (about / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (folder / "sluggish.toml").write_text(SCENARIO, encoding="utf-8")
    return folder


def python(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, in which the package is there."""
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=site,
    )


def test_a_plug_in_joins_and_conforms(site: Path) -> None:
    """Its names are in the registries, and the kit finds nothing wrong with it."""
    done = python(site, "-c", CONFORMS)

    assert (done.stdout, done.stderr, done.returncode) == ("conforms\n", "", 0)


def test_a_plug_in_runs_in_python(site: Path) -> None:
    """Its unit and its rule are used as any other."""
    done = python(site, "-c", RUNS)

    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "3 [-1.0, 1.0, 1.0, 1.0]"
    assert "output   out  sluggish" in done.stdout


def test_a_plug_in_runs_from_a_scenario_file(site: Path) -> None:
    """A file names its model, its rule and their parameters, and the claim and its counterfactual are judged."""
    done = python(site, "-m", "allornone", "verify", "sluggish.toml")

    assert (done.returncode, done.stderr) == (0, "")
    assert "It learns OR" in done.stdout


def test_a_word_that_a_parameter_does_not_know_is_told_where_it_stands(site: Path) -> None:
    """`check` and `run` both refuse it at its place."""
    (site / "wrong.toml").write_text(SCENARIO.replace('"half"', '"hlaf"'), encoding="utf-8")

    checked = python(site, "-m", "allornone", "check", "wrong.toml")
    run = python(site, "-m", "allornone", "run", "wrong.toml")

    assert (checked.returncode, run.returncode) == (2, 2)
    assert "wrong.toml:22:10: learning.stride" in checked.stderr == run.stderr
    assert "'half'" in checked.stderr


def test_a_plug_in_is_in_the_schema(site: Path) -> None:
    """`allornone schema` offers its words to an editor."""
    done = python(site, "-m", "allornone", "schema")

    assert done.returncode == 0
    assert '"sluggish"' in done.stdout
    assert '"lenient"' in done.stdout


def test_two_packages_with_one_name_are_told_apart(site: Path, tmp_path: Path) -> None:
    """When two packages claim a word, the error names both, and a file that does not use it still runs."""
    about = tmp_path / "other-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[allornone.units]\nsluggish = other:Other\n", encoding="utf-8")
    script = (
        f"import sys; sys.path.append({str(tmp_path)!r})\n"
        "from allornone.simulator.registry import units\n"
        "print(units.get('linear').name)\n"
        "units.get('sluggish')\n"
    )

    done = python(site, "-c", script)

    assert done.stdout == "linear\n"
    assert "two packages register the unit model 'sluggish': " in done.stderr
    assert "sluggish_neurons:Sluggish" in done.stderr
    assert "other:Other" in done.stderr
