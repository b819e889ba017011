"""The catalogue: finding scenarios quickly, by name, era and row of the lecture."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from allornone.scenarios.catalogue import Catalogue, catalogue, entries, find, of_era, of_row
from allornone.simulator.errors import AllornoneError, UnknownName

HEAD = """\
#:schema ../../schema.json
title   = "{title}"
year    = {year}
source  = "Nobody"
lecture = {lecture}
aliases = {aliases}
long    = {long}
story   = \"\"\"
{story}
[A bracket] at the start of a line. More.\"\"\"
evidence = "memory"
seeds = 1

[connectivity]
synapses = ["a -> b"]

[interpretation]
[[interpretation.claims]]
text = "One"
[[interpretation.claims]]
text = "Two"
"""


def write(folder: Path, era: str, name: str, **words: object) -> None:
    """Write a scenario's file, or as much of one as the catalogue looks at."""
    said: dict[str, object] = {
        "title": name.title(),
        "year": 1943,
        "lecture": 5,
        "aliases": [],
        "long": "false",
    }
    text = HEAD.format(**{**said, "story": "A story.\nIt goes on.", **words})
    (folder / era).mkdir(exist_ok=True)
    (folder / era / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a small library."""
    write(tmp_path, "1969", "cycling", year=1969, lecture=15, aliases=["xor-perceptron"], long="true")
    write(
        tmp_path,
        "before-1943",
        "bain",
        year=1873,
        lecture="[2, 3]",
        story="Different fibres,\ndifferent answers. So.",
    )
    write(tmp_path, "1943", "latch")
    write(tmp_path, "1943", "gate", lecture="[5, 8]")
    return tmp_path


def test_entries_come_in_the_order_of_history(library: Path) -> None:
    """By era, then year, then name."""
    assert [entry.name for entry in entries(library)] == ["bain", "gate", "latch", "cycling"]


def test_an_entry_says_what_its_file_says(library: Path) -> None:
    """Only the head is read, even where a line of the story begins like a table."""
    entry = entries(library)[0]

    assert (entry.title, entry.year, entry.era, entry.lecture) == ("Bain", 1873, "before-1943", (2, 3))
    assert entry.sentence == "Different fibres, different answers."
    assert (entry.claims, entry.aliases, entry.long) == (2, (), False)


def test_a_scenario_is_found_by_each_of_its_names(library: Path) -> None:
    """The file's name and every alias lead to the file."""
    assert find("cycling", library) == find("xor-perceptron", library) == library / "1969" / "cycling.toml"


@pytest.mark.parametrize("name", ["cyclin", "xor-perceptrn", "", "../1943/latch", "latch.toml"])
def test_an_unknown_name_is_told_with_the_nearest(library: Path, name: str) -> None:
    """A name is no path; a slip of the pen gets the right word."""
    with pytest.raises(UnknownName, match=f"no scenario is named '{name}'"):
        find(name, library)


def test_the_nearest_name_may_be_an_alias(library: Path) -> None:
    """Aliases are suggested as names are."""
    with pytest.raises(UnknownName, match="Did you mean 'xor-perceptron'"):
        find("xor-perceptrn", library)


def test_entries_are_found_by_era_and_by_row(library: Path) -> None:
    """A scenario stands at each of its rows; an unknown era is an error that lists them."""
    assert [entry.name for entry in of_era("1943", library)] == ["gate", "latch"]
    assert [entry.name for entry in of_row(5, library)] == ["gate", "latch"]
    assert [entry.name for entry in of_row(3, library)] == ["bain"]
    assert of_row(44, library) == []
    with pytest.raises(UnknownName, match="before-1943"):
        of_era("1944", library)


def test_the_catalogue_prints_as_a_table(library: Path) -> None:
    """Each year stands once, then name, title and number of claims."""
    assert str(Catalogue(entries(library))) == "\n".join(
        [
            "4 scenarios   aon.run(NAME) · allornone animate NAME -o film.mp4",
            "",
            "  1873  bain     Bain     2 claims",
            "  1943  gate     Gate     2 claims",
            "        latch    Latch    2 claims",
            "  1969  cycling  Cycling  2 claims",
        ]
    )
    assert str(Catalogue()) == "no scenarios"


@pytest.mark.parametrize("text", ["", "title = 3", "title = 'x", "title = 'x'\nyear = 'y'\nstory = 's'"])
def test_a_broken_file_is_named(library: Path, text: str) -> None:
    """A file in the library that is no scenario is an error that says which."""
    (library / "1943" / "broken.toml").write_text(text, encoding="utf-8")

    with pytest.raises(AllornoneError, match=r"broken\.toml: this is no scenario: "):
        entries(library)


def test_every_scenario_of_the_library_has_one_name() -> None:
    """No name and no alias stands for two."""
    names = [word for entry in catalogue() for word in (entry.name, *entry.aliases)]

    assert len(names) == len(set(names))


def test_every_file_of_the_library_names_the_schema() -> None:
    """An editor completes and checks a scenario because its first line says by which schema."""
    for entry in catalogue():
        assert entry.path.read_text(encoding="utf-8").startswith("#:schema ../../schema.json\n"), entry.name


def test_looking_through_the_library_is_quick_and_light(tmp_path: Path) -> None:
    """150 files cost at most 20 bare interpreter starts of processor time, and no heavy import."""
    for number in range(150):
        write(tmp_path, "1943", f"scenario-{number}", story="A story of some length.\n" * 40)
    code = (
        "import sys; from pathlib import Path; from allornone.scenarios.catalogue import entries;"
        "assert len(entries(Path(sys.argv[1]))) == 150;"
        "print([name for name in ('numpy', 'networkx', 'pydantic', 'matplotlib') if name in sys.modules])"
    )

    bare = min(_seconds("pass") for _ in range(3))
    full = min(_seconds(code, str(tmp_path)) for _ in range(2))

    assert full < 20 * bare


def _seconds(code: str, *arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout in ("", "[]\n")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
