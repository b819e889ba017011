"""The README: what it prints is what one gets."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from allornone.scenarios.expressions.functions import FUNCTIONS, RUN_FUNCTIONS
from allornone.scenarios.running import run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECONDS = re.compile(r"\([0-9.]+ s\)")


def block(language: str, containing: str) -> str:
    """Return the fenced block of a language that contains a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    found: str = next(text for text in blocks if containing in text)
    return found


def test_the_python_lines_print_what_stands_below_them() -> None:
    """Every line at a prompt in the README gives the output beside it."""
    blocks = re.findall(r"^```python\n(>>> .*?)^```$", README, re.MULTILINE | re.DOTALL)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", None, 0)

    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(examples)

    assert results.attempted > 20
    assert results.failed == 0


def test_the_first_command_prints_the_table_shown() -> None:
    """The output under the first command is that of the command, but for the seconds that it took."""
    shown = block("text", "perceptron")

    got = subprocess.run(
        [sys.executable, "-m", "allornone", "run", "perceptron-cycling"],
        capture_output=True, encoding="utf-8", check=True, env={"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
    ).stdout  # fmt: skip

    assert SECONDS.sub("", got).split() == SECONDS.sub("", shown).split()


def test_the_file_to_start_from_is_reproduced(tmp_path: Path) -> None:
    """The scenario in the README runs, holds, and falls where it says."""
    text = block("toml", "A cell that remembers")
    assert tomllib.loads(text)["year"] == 1943
    file = tmp_path / "latch.toml"
    file.write_text(text, encoding="utf-8")

    result = run(file, counterfactuals=True)

    assert result.verdict == "reproduced"
    assert result.works
    assert [len(claim.nudges) for claim in result.claims] == [2]


def test_the_pictures_are_there() -> None:
    """Every picture that the README shows is in the repository and not large."""
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)

    assert len(pictures) == 3
    assert all(0 < (ROOT / picture).stat().st_size < 1_000_000 for picture in pictures)


def test_every_function_of_a_measure_is_listed() -> None:
    """Those of a run and those of anything, and no others."""
    listed = re.findall(r"Of a run: `([^`]+)`. Of anything: `([^`]+)`", README)[0]

    assert set(listed[0].split()) == {one.name for one in RUN_FUNCTIONS}
    assert set(listed[1].split()) == set(FUNCTIONS)
