"""The library of scenarios: what there is, by name, era and row of the lecture.

It is looked through often and quickly, so only the head of a file is read, up to its first table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.files import is_file

LIBRARY = Path(__file__).parent / "library"
ERAS = ("before-1943", "1943", "1949", "1958", "1960", "1969", "1986")

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_CLAIM = re.compile(r"^[ \t]*\[\[[ \t]*interpretation[ \t]*\.[ \t]*claims[ \t]*\]\]", re.MULTILINE)
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """A scenario of the library: what its file says of itself, and the first `sentence` of its story."""

    name: str
    path: Path
    title: str
    year: int
    era: str
    lecture: tuple[int, ...]
    sentence: str
    claims: int
    aliases: tuple[str, ...]
    long: bool


class Catalogue(tuple[Entry, ...]):
    """Entries in the order of history; it prints as a table, each year once."""

    def __str__(self) -> str:
        head = f"{len(self)} scenarios   aon.run(NAME) · allornone animate NAME -o film.mp4"
        return "\n".join([head, "", *self._rows()]) if self else "no scenarios"

    __repr__ = __str__

    def _rows(self) -> Iterator[str]:
        names = max(len(entry.name) for entry in self)
        titles = max(len(entry.title) for entry in self)
        year = None
        for entry in self:
            shown = "" if entry.year == year else dated(entry.year)
            claims = f"{entry.claims} claim{'s' * (entry.claims != 1)}"
            yield f"{shown:>6}  {entry.name:<{names}}  {entry.title:<{titles}}  {claims}"
            year = entry.year


def dated(year: int) -> str:
    """Return a year as it is written.

    >>> dated(1943), dated(-350)
    ('1943', '350 BC')
    """
    return str(year) if year > 0 else f"{-year} BC"


def entries(library: Path = LIBRARY) -> list[Entry]:
    """Return every scenario of the library, by era, year and name."""
    found = [_entry(path) for era in ERAS for path in sorted((library / era).glob("*.toml"))]
    return sorted(found, key=lambda entry: (ERAS.index(entry.era), entry.year, entry.name))


def catalogue() -> Catalogue:
    """Return the library as a table.

    >>> catalogue() == tuple(entries())
    True
    """
    return Catalogue(entries())


def find(name: str, library: Path = LIBRARY) -> Path:
    """Return the file of a scenario, by its name or another name that it has; UnknownName has the nearest."""
    for era in ERAS:
        path = library / era / f"{name}.toml"
        if name == path.stem and is_file(path):
            return path
    known = entries(library)
    for entry in known:
        if name in entry.aliases:
            return entry.path
    raise UnknownName("scenario", name, [word for entry in known for word in (entry.name, *entry.aliases)])


def of_era(era: str, library: Path = LIBRARY) -> list[Entry]:
    """Return the scenarios of one era; UnknownName lists the eras."""
    if era not in ERAS:
        raise UnknownName("era", era, ERAS)
    return [entry for entry in entries(library) if entry.era == era]


def of_row(row: int, library: Path = LIBRARY) -> list[Entry]:
    """Return the scenarios that replay a row of the lecture, the oldest first."""
    return [entry for entry in entries(library) if row in entry.lecture]


def _entry(path: Path) -> Entry:
    try:
        text = path.read_text(encoding="utf-8-sig")
        head = _head(text)
        lecture, aliases = head.get("lecture", []), head.get("aliases", [])
        story = " ".join(str(head["story"]).split())
        sentence = _SENTENCE.match(story)
        return Entry(
            name=path.stem,
            path=path,
            title=str(head["title"]),
            year=int(head["year"]),
            era=path.parent.name,
            lecture=tuple(lecture if isinstance(lecture, list) else [lecture]),
            sentence=sentence[1] if sentence else story,
            claims=len(_CLAIM.findall(text)),
            aliases=tuple(aliases if isinstance(aliases, list) else [aliases]),
            long=head.get("long") is True,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        missing = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise AllornoneError(f"{path}: this is no scenario: {missing}") from None


def _head(text: str) -> dict[str, Any]:
    """Return the keys before the first table; a line of the story may begin as a table does."""
    for table in _TABLE.finditer(text):
        try:
            return tomllib.loads(text[: table.start()])
        except tomllib.TOMLDecodeError:
            continue
    return tomllib.loads(text)
