"""`allornone check`: look scenario files over without running them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allornone.command import screen
from allornone.command.failures import SUCCESS, told
from allornone.command.story import changes_of
from allornone.command.targets import located, target

if TYPE_CHECKING:
    from allornone.scenarios.reading import Source

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
    from allornone.scenarios.change import spoken
    from allornone.scenarios.checking import check, check_built
    from allornone.scenarios.reading import read
    from allornone.simulator.errors import AllornoneError

    source = read(path)
    warnings = check(source)
    check_built(source)
    for number, claim in enumerate(source.raw["interpretation"]["claims"], 1):
        for change in changes_of(claim):
            try:
                _build(source, str(claim["that"]), change)
            except AllornoneError as error:
                raise AllornoneError(f"{path}: claim {number}, {spoken(change)}: {error}") from error
    return warnings


def _build(source: Source, that: str, change: dict[str, Any]) -> None:
    """Make the network and the lessons of each run that a claim looks at, after its change."""
    from allornone.scenarios.judging import selection
    from allornone.scenarios.limits import Limits
    from allornone.scenarios.preparing import prepare
    from allornone.scenarios.varying import alters, runs
    from allornone.simulator.errors import AllornoneError

    if not alters(source.raw, change):
        raise AllornoneError("the change alters no run")
    _, chosen = selection(that, source.raw.get("measures", {}))
    looked_at = [run for run in runs(source.raw, change) if chosen.has(run, 0)]
    for run in looked_at[:MOST_RUNS]:
        prepare(run.raw, 0, Limits())
