"""`allornone list`: the experiments there are."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

import click

from allornone.command import screen
from allornone.command.failures import SUCCESS
from allornone.command.screen import StyledText, TextTable

if TYPE_CHECKING:
    from allornone.scenarios.catalogue import Entry


@click.command
@click.option("--era", metavar="ERA", help="Only this era: before-1943, 1943, 1949, …")
@click.option("--lecture", is_flag=True, help="In the lecture's order, by the row of its statement.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON document.")
def verb(era: str | None, lecture: bool, as_json: bool) -> int:
    """List the experiments, by era."""
    from allornone.scenarios.catalogue import entries, of_era

    found = entries() if era is None else of_era(era)
    if lecture:
        found = [entry for entry in found if entry.lecture]
    if as_json:
        screen.as_json([described(entry) for entry in found], indent=2)
    elif lecture:
        screen.table(by_row(found))
    elif screen.terminal(sys.stdout):
        screen.table(by_era(found))
        screen.say()
        screen.say(f"{len(found)} experiments.  allornone show NAME   allornone run NAME", "dim")
    else:
        screen.table(columns(found))
    return SUCCESS


def columns(found: list[Entry]) -> TextTable:
    """Return the table of a pipe: a line per scenario, never wrapped, the name first."""
    from allornone.scenarios.catalogue import dated

    rows = [
        [
            StyledText(entry.name),
            StyledText(dated(entry.year)),
            StyledText(rows_of(entry)),
            StyledText(entry.title),
        ]
        for entry in found
    ]
    return TextTable(["", "", "", ""], rows, {})


ANYTHING = "Nets can do anything, says the lecture. Rows 6, 14 and 16 count what they can"


def by_row(found: list[Entry]) -> TextTable:
    """Return the table in the lecture's order: an entry stands at each of its rows; row 0 has none of its own."""
    pairs = sorted(((row, entry) for entry in found for row in entry.lecture), key=lambda pair: pair[0])
    rows = [[StyledText("0"), StyledText("–"), StyledText(ANYTHING)]]
    rows += [
        [StyledText(str(row)), StyledText(entry.name, "bold"), StyledText(entry.title)]
        for row, entry in pairs
    ]
    shares = {2: 1.0} if screen.terminal(sys.stdout) else {}
    return TextTable(["row", "name", "title"], rows, shares)


def rows_of(entry: Entry) -> str:
    """Return the rows of the lecture that an entry answers, or a dash."""
    return ",".join(str(row) for row in entry.lecture) or "-"


def described(entry: Entry) -> dict[str, object]:
    """Return an entry as plain data."""
    return {
        "name": entry.name,
        "title": entry.title,
        "year": entry.year,
        "era": entry.era,
        "lecture": list(entry.lecture),
        "sentence": entry.sentence,
        "claims": entry.claims,
        "aliases": list(entry.aliases),
        "long": entry.long,
        "path": str(entry.path),
    }


def by_era(found: list[Entry]) -> TextTable:
    """Return the table of a terminal: the era once, then the year, name, title and number of claims."""
    from allornone.scenarios.catalogue import dated

    rows: list[list[StyledText]] = []
    for era, group in groupby(found, key=lambda entry: entry.era):
        shown = era.replace("-", " ")
        for entry in group:
            title = entry.title + (" (long)" if entry.long else "")
            claims = f"{entry.claims} claims" if entry.claims != 1 else "1 claim"
            words = [(shown, "bold yellow"), (dated(entry.year), "dim"), (entry.name, "bold"), (title, "")]
            rows.append([StyledText(text, style) for text, style in [*words, (claims, "dim")]])
            shown = ""
    return TextTable(["era", "year", "name", "title", ""], rows, {3: 1.0})
