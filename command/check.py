"""`allornone check`: look scenario files over without running them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from allornone.command import screen
from allornone.command.arguments import located, target
from allornone.command.failures import SUCCESS, told


@click.command
@target(nargs=-1, required=True)
def verb(names: Sequence[str]) -> int:
    """Look scenario files over: every mistake at its line and column, all at once."""
    return max(checked(name) for name in names)


def checked(name: str) -> int:
    """Look one file over, say what was found, and return the exit status that it deserves."""
    from allornone.scenarios.checking import look_over

    try:
        path = located(name)
        warnings = look_over(path)
    except Exception as error:
        return told(error)
    for warning in warnings:
        screen.say(f"{path}: warning: {warning}", "yellow")
    screen.say(f"{path}: {screen.mark(True)} a scenario", "green")
    return SUCCESS
