"""`allornone check`: look scenario files over without running them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from allornone.command import screen
from allornone.command.failures import SUCCESS, told
from allornone.command.story import changes_of, leaves, spoken
from allornone.command.targets import located, target

MOST_RUNS = 64  # of a family: the others differ from these in numbers only, as a rule


@click.command
@target(nargs=-1, required=True)
def verb(names: Sequence[str]) -> int:
    """Look scenario files over: every mistake at its line and column, all at once."""
    return max(checked(name) for name in names)


def checked(name: str) -> int:
    """Look one file over, say what was found, and return the exit status that it deserves."""
    try:
        path = located(name)
        warnings = list(look_over(path))
    except Exception as error:
        return told(error)
    for warning in warnings:
        screen.say(f"{path}: warning: {warning}", "yellow")
    screen.say(f"{path}: {screen.mark(True)} a scenario", "green")
    return SUCCESS


def look_over(path: Path) -> Iterator[str]:
    """Read a file and make the network and phases of each of its runs; yield what is allowed but unwise.

    Raises AllornoneError for what is wrong.
    """
    from allornone.scenarios.reading import read
    from allornone.simulator.errors import AllornoneError

    raw = read(path).raw
    claims = raw["interpretation"]["claims"]
    try:
        _build(raw, None)
    except AllornoneError as error:
        raise AllornoneError(f"{path}: {error}") from error
    for number, claim in enumerate(claims, 1):
        for change in changes_of(claim):
            try:
                _build(raw, change)
            except AllornoneError as error:
                raise AllornoneError(f"{path}: claim {number}, {spoken(change)}: {error}") from error
    frozen = [claim["text"] for claim in claims if is_frozen(claim, raw)]
    if len(frozen) > 1:
        yield (
            f"{len(frozen)} claims fall by a plain freeze (nothing learns, no input, a varied key held); "
            f"one may, but a lesion or a rival hypothesis says more: {'; '.join(frozen)}"
        )


def _build(raw: dict[str, Any], change: dict[str, Any] | None) -> None:
    """Make the network and the phases of each run, after the change if there is one."""
    from allornone.scenarios.limits import Limits
    from allornone.scenarios.preparing import prepare
    from allornone.scenarios.varying import alters, runs
    from allornone.simulator.errors import AllornoneError

    if change is not None and not alters(raw, change):
        raise AllornoneError("the change alters no run")
    for run in runs(raw, change)[:MOST_RUNS]:
        try:
            prepare(run.raw, 0, Limits())
        except AllornoneError as error:
            where = ", ".join(f"{axis} = {label}" for axis, label in run.labels.items())
            raise AllornoneError(f"{where}: {error}" if where else str(error)) from error


def is_frozen(claim: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether a counterfactual of a claim does nothing but stop the experiment.

    >>> is_frozen({"fails": {"learning": {"epochs": 0}}}, {})
    True
    >>> is_frozen({"fails": {"learning": {"batch": "all"}}}, {})
    False
    """
    held = set(_varied(raw.get("vary", {})))
    for change in changes_of(claim):
        found = dict(leaves(change))
        if found and all(_freezes(path, value, held) for path, value in found.items()):
            return True
    return False


def _freezes(path: str, value: object, held: set[str]) -> bool:
    """Whether a leaf of a change stops learning, takes the input away, or holds what varies."""
    last = path.rpartition(".")[2]
    still = (last in ("epochs", "eta") and value == 0) or (last == "plastic" and value == [])
    silent = ".stimulus" in path and isinstance(value, str) and set(value) <= set("0")
    return still or silent or path in held


def _varied(axes: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths that axes move."""
    for name, form in axes.items():
        if isinstance(form, Mapping) and "set" in form:
            yield str(form["set"])
        elif isinstance(form, list) and form and isinstance(form[0], Mapping):
            yield from (f"parameters.{member}" for member in form[0])
        elif isinstance(form, list) or "from" in form:
            yield f"parameters.{name}"
