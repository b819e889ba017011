"""`allornone verify`: try to break the claims of experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from allornone.command import arguments
from allornone.command.run import Choice, Wish, carried_out, choosing


@click.command
@choosing
@click.option(
    "--times",
    type=click.IntRange(min=1),
    metavar="N",
    help="Judge the claims alone, with N times each file's seeds.",
)
def verb(
    names: Sequence[str],
    everything: bool,
    long_too: bool,
    jobs: int | None,
    as_json: bool,
    limits: Sequence[str],
    times: int | None,
) -> int:
    """Try to break the claims of experiments.

    Each change that a claim names must break it, and so must each of its numbers,
    moved a little. With --times N the claims alone are judged, with N times the
    seeds that each file asks for; a file without seeds is judged as it is.

    Exit status: 0 every claim comes out as its file says and every change breaks
    its claim, 1 one does not, 2 bad usage or a bad file.
    """
    choice = Choice(names, everything, long_too, jobs)
    choice.sensible()
    how: dict[str, Any] = {"counterfactuals": times is None, "limits": arguments.limits(limits)}
    if times is not None:
        how["times"] = times
    return carried_out(choice, Wish(how, as_json, at_length=not everything))
