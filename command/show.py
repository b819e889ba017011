"""`allornone show`: the story of an experiment, its source, and what it claims."""

from __future__ import annotations

import click

from allornone.command import report, screen
from allornone.command.arguments import located, target
from allornone.command.failures import SUCCESS
from allornone.command.report import Story
from allornone.command.screen import StyledText, TextTable


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


def facts(told: Story) -> TextTable:
    """Return where an experiment comes from and what is not settled about it."""
    rows = [[StyledText(word, "dim"), StyledText(text)] for word, text in told.facts]
    return TextTable(["", ""], rows, {1: 1.0})


def claims(told: Story) -> TextTable:
    """Return what is claimed: the sentence, its formula, the changes that must fell it."""
    rows = []
    for number, claim in enumerate(told.claims, 1):
        rows.append([StyledText(str(number), "dim"), StyledText(claim.text)])
        rows += [[StyledText(""), StyledText(f"  that {text}", "cyan")] for text in claim.that]
        rows += [[StyledText(""), StyledText(f"  {change}", "dim")] for change in claim.changes]
    return TextTable(["", ""], rows, {1: 1.0})
