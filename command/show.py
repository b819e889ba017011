"""`allornone show`: the story of an experiment, its source, and what it claims."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from allornone.command import report, screen
from allornone.command.arguments import located, target
from allornone.command.failures import SUCCESS
from allornone.command.report import Story
from allornone.command.screen import StyledText, TextTable


@click.command
@target()
@click.option("--settings", "of_settings", is_flag=True, help="What --set can change, key by key.")
def verb(name: str, of_settings: bool) -> int:
    """Show the story, source and claims of an experiment."""
    path = located(name)
    if of_settings:
        return told_settings(name, path)
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


def told_settings(name: str, path: Path) -> int:
    """Print what --set can change of a file, a line for each key, and return the exit status."""
    from allornone.scenarios.document.reading import read

    screen.table(settings_table(read(path).raw))
    if screen.terminal(sys.stdout):
        screen.say()
        screen.say(f"allornone run {name} --set KEY=VALUE", "dim")
    return SUCCESS


def settings_table(raw: Mapping[str, Any]) -> TextTable:
    """Return what a change can set: the key, the axes that move it, and its value in the file."""
    from allornone.scenarios.document.axes import moved
    from allornone.scenarios.document.change import settings, spelt

    document = dict(raw)
    said, axes = settings(document), moved(document)
    rows = []
    for key in [*said, *(key for key in axes if key not in said)]:
        value = StyledText(spelt(said[key]), "cyan") if key in said else StyledText("–", "dim")
        by = f"varied by {', '.join(axes[key])}" if key in axes else ""
        rows.append([StyledText(key), StyledText(by, "yellow"), value])
    return TextTable(["", "", ""], rows, {2: 1.0} if screen.terminal(sys.stdout) else {})


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
