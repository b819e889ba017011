"""The film of a file: which run it picks, and what is told where it picks none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from allornone.scenarios.checking import look_over
from allornone.scenarios.document.errors import DocumentError
from allornone.scenarios.document.validating import validate
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.running_phases import chosen_run
from allornone.scenarios.running import run

LOOPS = """
title = "Loops"
year = 1943
source = "None: of the tests"
story = "Two loops, of lengths that vary together."
evidence = "memory"
seeds = 3

[parameters]
p = 1
q = 1
r = 1

[connectivity]
inputs = ["a"]
synapses = ["a -> c"]

[activation]
model = "mcculloch-pitts"
threshold = 1

[[experience]]
name = "touch"
stimulus = { a = "1{p}" }

[vary]
loop = [{ p = 2, q = 3 }, { p = 3, q = 4 }, { p = 3, q = 5 }]
lone = { set = "parameters.r", to = [0.1, 0.2] }

[vary.way]
plain = {}
long = { vary.r = [7, 8] }
1 = { vary.r = [9] }

[measures]
fires = "100 * sum(y('c')) + p + q + r"

[interpretation]
film = { kind = "network", at = AT }

[[interpretation.claims]]
text = "It fires"
that = "all(fires(way='plain') > 100)"
fails = { activation.threshold = 2 }
"""


def loops(at: str) -> dict[str, Any]:
    """Return the scenario with its film at some run."""
    return tomllib.loads(LOOPS.replace("AT", at))


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        ("{}", (2, 3, 0.1)),
        ("{ p = 3 }", (3, 4, 0.1)),
        ("{ q = 5 }", (3, 5, 0.1)),
        ("{ p = 3, q = 5 }", (3, 5, 0.1)),
        ('{ loop = "p=3, q=4" }', (3, 4, 0.1)),
        ('{ loop = "p=3, q=4", p = 3, lone = 0.2 }', (3, 4, 0.2)),
        ("{ lone = 0.2, seed = 2 }", (2, 3, 0.2)),
        ('{ way = "long", r = 8 }', (2, 3, 8)),
        ("{ way = 1, q = 4 }", (3, 4, 9)),
    ],
)
def test_a_film_is_picked_by_any_value_that_its_run_has(at: str, moved: tuple[float, ...]) -> None:
    """By an axis, by a parameter that it moves with others, by a key that is varied, by an alternative's own axis."""
    raw = loops(at)

    assert validate(raw).interpretation.film is not None
    found = chosen_run(raw, [0, 1, 2], {}, Limits())
    assert tuple(found.parameters[name] for name in "pqr") == moved


@pytest.mark.parametrize(
    ("at", "path", "message"),
    [
        ("{ p = 4 }", ("at", "p"), "the axis 'p' has no 4. It has: 2, 3"),
        ("{ loop = 2 }", ("at", "loop"), "the axis 'loop' has no 2"),
        ("{ s = 2 }", ("at", "s"), "no axis is named 's'"),
        ("{ p = 2, q = 4 }", ("at",), "no run is at p = 2, q = 4"),
        ('{ way = "long", r = 9 }', ("at",), 'no run is at way = "long", r = 9'),
        ("{ p = [2] }", ("at", "p"), "the axis 'p' has no [2]"),
        ("{ seed = 3 }", ("at", "seed"), "the seeds are 0 to 2, found 3"),
        ('{ seed = "first" }', ("at", "seed"), 'the seeds are 0 to 2, found "first"'),
    ],
)
def test_a_film_that_picks_nothing_is_refused(at: str, path: tuple[str, ...], message: str) -> None:
    """Told at its place in the file, once, and not first when the film is made."""
    with pytest.raises(DocumentError) as caught:
        validate(loops(at))

    (found,) = caught.value.violations
    assert found.path == ("interpretation", "film", *path)
    assert message in found.message


def test_a_file_without_seeds_has_no_run_at_one() -> None:
    """A seed is no axis there."""
    raw = loops("{ seed = 0 }")
    del raw["seeds"]

    with pytest.raises(DocumentError, match="the file has no seeds"):
        validate(raw)


def test_a_film_of_a_kind_that_nobody_registered_is_a_warning(tmp_path: Path) -> None:
    """The experiment can be run; another package may bring the kind."""
    file = tmp_path / "loops.toml"
    file.write_text(LOOPS.replace("AT", "{}").replace('"network"', '"netwrk"'), encoding="utf-8")
    (warning,) = look_over(file)

    assert "no film is named 'netwrk'" in warning
    assert "Did you mean 'network'?" in warning
    found = run(file)
    assert (found.verdict, found.warnings) == ("reproduced", (warning,))
