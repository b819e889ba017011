"""Reading scenario files: good ones say what they say, bad ones get one clear message."""

from __future__ import annotations

import contextlib
import copy
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import corpus
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from allornone.scenarios.document.axes import runs
from allornone.scenarios.document.errors import DocumentError, Violation
from allornone.scenarios.document.reading import MOST_TOLD, SourceError, parse, read
from allornone.scenarios.document.validating import Experiments, validate


@pytest.fixture(autouse=True)
def plug_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test know the things that the good files name."""
    corpus.plug_in(monkeypatch)


@pytest.mark.parametrize("path", corpus.VALID, ids=lambda path: path.stem)
def test_a_good_file_is_read_and_so_is_each_of_its_runs(path: Path) -> None:
    """The document has the file's name and words, and every run of the family is an experiment of its own."""
    source = read(path)

    assert source.name == path.stem
    assert source.document.title == source.raw["title"]
    assert source.document.folder == path.parent
    for run in islice(runs(source.raw), 20):
        assert Experiments().of(run.raw).experience[0].name == source.document.experience[0].name


@pytest.mark.parametrize("path", corpus.INVALID, ids=lambda path: path.stem)
def test_a_bad_file_is_told_with_every_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole message is the text beside the file: place, what was found, what would be right."""
    monkeypatch.chdir(path.parent)

    with pytest.raises(SourceError) as caught:
        read(path.name)

    assert str(caught.value) + "\n" == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_corpus_of_bad_files_is_there() -> None:
    """An empty folder would pass every test of it."""
    assert len(corpus.INVALID) >= 50
    assert {path.stem for path in corpus.INVALID} == {
        path.stem for path in corpus.SCENARIOS.glob("invalid/*.txt")
    }


def test_what_a_file_says_is_typed() -> None:
    """Tables with free keys come apart into their own parameters and what is fixed."""
    document = read(corpus.SCENARIOS / "valid" / "every-key.toml").document

    assert document.tasks["gate"].data == "table"
    assert (document.tasks["gate"].inputs, document.tasks["gate"].parameters) == ("p", {"ones": ["11"]})
    assert document.activation.default == {"model": "logistic", "bias": "p - 2"}
    assert document.activation.units["H[0]"] == {"bias": 1}
    assert (document.learning.rule, document.learning.rule_parameters) == ("lms", {"eta": "eta / 2"})
    assert [phase.act for phase in document.experience] == ["stimulus", "teach", "test", "gradient"]
    assert [phase.task for phase in document.experience] == [None, "gate", "gate.held_out", "cloud"]
    assert document.connectivity.start is not None
    assert document.connectivity.start.normal == "1 / sqrt(n)"
    assert [edit.with_ for edit in document.connectivity.edits] == [['x[1] -> out [weight="p"]']]
    assert document.lecture == [0]
    assert document.deviations == ["The source has no file."]
    assert [len(claim.fails) for claim in document.interpretation.claims] == [2, 0]


def test_a_phase_says_again_what_it_changes_of_learning() -> None:
    """What a phase leaves out comes from [learning], another rule's own parameters excepted."""
    document = read(corpus.SCENARIOS / "valid" / "every-key.toml").document

    lesson = document.learning_settings(document.experience[1])

    assert (lesson.rule, lesson.rule_parameters, lesson.batch) == ("perceptron", {"eta": 1}, 2)
    assert (lesson.order, lesson.epochs, lesson.average) == ("shuffled", "2 * p", False)


def test_a_run_knows_the_cuts_of_each_change_in_their_order() -> None:
    """What one change adds, a later one can cut."""
    source = read(corpus.SCENARIOS / "valid" / "bars.toml")

    *_, last = runs(source.raw, {"connectivity": {"without": ["S -> R"]}})

    edits = Experiments().of(last.raw).connectivity.edits
    assert [(edit.without, edit.with_) for edit in edits] == [
        (["S -> A", "A -> R"], ["S -> R [weight=0]"]),
        (["S -> R"], []),
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cold-that-feels-hott.toml", "there is no such file. Did you mean 'cold-that-feels-hot.toml'?"),
        ("nowhere/x.toml", "there is no such file. There is no folder 'nowhere' either"),
        (".", "this is a folder, a scenario is a file; it holds adaline-circles.toml, "),
    ],
)
def test_a_file_that_is_not_there_is_told_with_the_nearest(
    name: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file and a folder each get one line."""
    monkeypatch.chdir(corpus.SCENARIOS / "valid")

    with pytest.raises(SourceError) as caught:
        read(name)

    assert f"{Path(name)}: {message}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_more_than_a_mebibyte_is_not_read(tmp_path: Path) -> None:
    """Size is refused before anything is parsed."""
    path = tmp_path / "long.toml"
    path.write_bytes(b"# comment\n" * 200_000)

    with pytest.raises(SourceError, match="more than 1048576 bytes"):
        read(path)


def test_a_name_that_no_system_can_open_is_an_error_of_ours() -> None:
    """What the operating system refuses is told, not thrown."""
    with pytest.raises(SourceError, match="cannot be read"):
        read("a\0b.toml")


def test_a_later_error_has_its_place_in_the_file() -> None:
    """What is found when the net is built is told at the column inside the synapse's text."""
    source = read(corpus.SCENARIOS / "valid" / "cold-that-feels-hot.toml")

    path = ("connectivity", "synapses", 2)
    error = source.error([Violation(path, "no unit is named 'Nb'", 9)])

    assert source.locate(path).endswith(".toml:19:3")
    assert source.locate(path, 9).endswith(".toml:19:12")
    assert str(error).endswith(".toml:19:12: connectivity.synapses.2: no unit is named 'Nb'")


def test_a_flood_of_mistakes_is_cut() -> None:
    """Fifty lines are enough for anyone, and the rest is counted."""
    source = read(corpus.SCENARIOS / "valid" / "cold-that-feels-hot.toml")

    error = source.error(Violation(("title",), f"wrong {k}") for k in range(MOST_TOLD + 7))

    assert str(error).count("\n") == MOST_TOLD
    assert str(error).endswith("and 7 more")


def test_a_mistake_made_again_is_told_once_with_its_lines(tmp_path: Path) -> None:
    """The same word wrong in several measures is one line; another word, or another key, is another."""
    file = tmp_path / "again.toml"
    good = (corpus.SCENARIOS / "valid" / "learning-counts.toml").read_text(encoding="utf-8")
    head, tail = good.split("[measures]\n")
    wrong = 'm1 = "solvd()"\nm2 = "solvd() + solvd()"\nm3 = 3\nm4 = "meen(2)"\nm5 = "solvd()"\n'
    file.write_text(f"{head}[measures]\n{wrong}{tail}", encoding="utf-8")
    first = head.count("\n") + 2

    with pytest.raises(SourceError) as caught:
        read(file)

    assert [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()] == [
        f"{first}:7: measures.m1, and at lines {first + 1}, {first + 4}: no function is named 'solvd'. "
        "Did you mean 'solved'?",
        f"{first + 2}:6: measures.m3: an expression, a text, is needed, found 3",
        f"{first + 3}:7: measures.m4: no function is named 'meen'. Did you mean 'mean'?",
    ]
    assert len(caught.value.violations) == 5


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ([("title",), ("year",)], "title, and at line 2: the word 'x'"),
        ([("synapses", 0), ("synapses", 1)], "synapses.0, and again in this line: the word 'x'"),
        (
            [("synapses", 0), ("synapses", 1), ("story",)],
            "synapses.0, and again in this line and at line 4: the word 'x'",
        ),
    ],
)
def test_where_a_mistake_stands_again(paths: list[tuple[str | int, ...]], told: str, tmp_path: Path) -> None:
    """In other lines, in the same one, or both."""
    file = tmp_path / "again.toml"
    file.write_text('title = "x"\nyear = "x"\nsynapses = ["x", "x"]\nstory = "x"\n', encoding="utf-8")

    error = parse(file).error([Violation(path, "the word 'x'") for path in paths])

    assert str(error).count("\n") == 0
    assert str(error).endswith(told)


def test_what_only_the_path_names_is_told_of_each_key(tmp_path: Path) -> None:
    """A message that quotes no word is joined with another of the same key alone."""
    file = tmp_path / "again.toml"
    file.write_text("title = 3\nstory = 3\n[[claims]]\ntext = 3\n[[claims]]\ntext = 3\n", encoding="utf-8")
    paths: list[tuple[str | int, ...]] = [("title",), ("story",)]
    paths += [("claims", 0, "text"), ("claims", 1, "text")]

    error = parse(file).error([Violation(path, "a text is needed, found 3") for path in paths])

    told = [line.removeprefix(f"{file}:") for line in str(error).splitlines()]
    assert [line.split(": ")[1] for line in told] == ["title", "story", "claims.0.text, and at line 6"]


def test_many_lines_of_one_mistake_are_cut(tmp_path: Path) -> None:
    """Twelve lines are named, the rest counted; of mistakes twenty, as if each stood once."""
    file = tmp_path / "again.toml"
    file.write_text("".join(f"k{k} = 'x'\n" for k in range(60)), encoding="utf-8")
    same = [Violation((f"k{k}",), "the word 'x'") for k in range(40)]
    others = [Violation((f"k{k}",), f"wrong {k}") for k in range(40, 60)]

    lines = str(parse(file).error([*same, *others])).splitlines()

    assert "k0, and at lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 … and 27 more: the word 'x'" in lines[0]
    assert len(lines) == MOST_TOLD + 1
    assert lines[-1].endswith("and 1 more")


def test_a_document_without_a_file_is_told_by_paths() -> None:
    """Data from elsewhere than a file have paths, and no places."""
    with pytest.raises(DocumentError) as caught:
        validate({"title": "x", "seeds": True})

    assert "seeds: a whole number from 1 is needed, found true" in str(caught.value).splitlines()
    assert all(violation.message for violation in caught.value.violations)


JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    2.5,
    float("nan"),
    10**400,
    "",
    "x -> y",
    "1 +",
    "p",
    [],
    [1],
    ["a"],
    [{}],
]
JUNK += [{}, {"a": 1}, {"": {"": []}}, {"set": "a.b", "to": [[1]]}, {"from": 1}]
RAWS = [tomllib.loads(path.read_text(encoding="utf-8")) for path in corpus.VALID]


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in nested data, as what holds it and its key there."""
    for key, child in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(child, dict | list):
            yield from spots(child)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_document_whatever_is_in_it_brings_the_reader_down(seed: int) -> None:
    """Junk anywhere in a good file is accepted or told, never thrown as another error."""
    draw = random.Random(seed)
    raw = copy.deepcopy(draw.choice(RAWS))
    for _ in range(draw.randint(1, 3)):
        holder, key = draw.choice(list(spots(raw)))
        holder[key] = copy.deepcopy(draw.choice(JUNK))

    with contextlib.suppress(DocumentError):
        assert validate(raw).title


def test_telling_a_story_loads_nothing_heavy() -> None:
    """Parsing without checking imports neither numpy nor pydantic."""
    path = corpus.SCENARIOS / "valid" / "bars.toml"
    code = (
        "import sys; from allornone.scenarios.document.reading import parse; parse(sys.argv[1]);"
        "print([name for name in ('numpy', 'networkx', 'pydantic', 'scipy') if name in sys.modules])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=60
    )

    assert printed.stdout == "[]\n"
    assert parse(path).raw["year"] == 1960
