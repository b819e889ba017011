"""`allornone check`: look scenario files over without running them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from allornone.command import screen
from allornone.command.arguments import located, target
from allornone.command.failures import SUCCESS, told

MOST_RUNS = 64  # of a changed family: the others differ from these in numbers only, as a rule


@click.command
@target(nargs=-1, required=True)
def verb(names: Sequence[str]) -> int:
    """Look scenario files over: every mistake at its line and column, all at once."""
    return max(checked(name) for name in names)


def checked(name: str) -> int:
    """Look one file over, say what was found, and return the exit status that it deserves."""
    try:
        path = located(name)
        warnings = look_over(path)
    except Exception as error:
        return told(error)
    for warning in warnings:
        screen.say(f"{path}: warning: {warning}", "yellow")
    screen.say(f"{path}: {screen.mark(True)} a scenario", "green")
    return SUCCESS


def look_over(path: Path) -> list[str]:
    """Return what is allowed in a file but unwise; AllornoneError says all that is wrong.

    The network and lessons of every run are made, those of the counterfactuals too; none is lived.
    """
    from allornone.scenarios.document.reading import read
    from allornone.scenarios.running import check, check_built, check_changes

    source = read(path)
    warnings = check(source)
    check_built(source)
    check_changes(source, MOST_RUNS)
    return warnings
