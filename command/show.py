"""`allornone show`: the story of an experiment, its source, and what it claims."""

from __future__ import annotations

import click

from allornone.command import report, screen
from allornone.command.arguments import located, target
from allornone.command.failures import SUCCESS
from allornone.command.report import Story
from allornone.command.screen import Cell, Table


@click.command
@target()
def verb(name: str) -> int:
    """Show the story, source and claims of an experiment."""
    path = located(name)
    told = report.read(path)
    screen.say(f"{told.title} ({told.year})", "bold")
    screen.say()
    screen.paragraph(told.text, indent=2)
    screen.say()
    screen.table(facts(told))
    screen.say()
    screen.say("claims", "bold")
    screen.table(claims(told))
    screen.say()
    screen.say(f"file      {path}", "dim")
    screen.say(f"to run    allornone run {name}", "dim")
    return SUCCESS


def facts(told: Story) -> Table:
    """Return where an experiment comes from and what is not settled about it."""
    rows = [[Cell(word, "dim"), Cell(text)] for word, text in told.facts]
    return Table(["", ""], rows, {1: 1.0})


def claims(told: Story) -> Table:
    """Return what is claimed: the sentence, its formula, the changes that must fell it."""
    rows = []
    for number, claim in enumerate(told.claims, 1):
        rows.append([Cell(str(number), "dim"), Cell(claim.text)])
        rows.append([Cell(""), Cell(f"  that {claim.that}", "cyan")])
        rows += [[Cell(""), Cell(f"  {change}", "dim")] for change in claim.changes]
    return Table(["", ""], rows, {1: 1.0})
