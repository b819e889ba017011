"""`allornone repl`: run an experiment and look around in Python."""

from __future__ import annotations

import code
import contextlib
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from allornone.command import screen
from allornone.command.arguments import target
from allornone.command.failures import SUCCESS
from allornone.command.jobs import Watch

if TYPE_CHECKING:
    from allornone.scenarios.verdict.result import Result

SCOPE = {
    "result": "claims, measures, verdict",
    "network": "the network, a networkx graph",
    "trace": "what happened in time",
    "training": "what happened in learning",
    "explain": "explain(trace, unit, tick) says why a unit fired",
    "aon": "allornone",
}


@click.command
@target()
@click.option("--seed", type=click.IntRange(min=0), help="Only this seed.")
def verb(name: str, seed: int | None) -> int:
    """Run an experiment, then open Python with its result in scope (IPython if it is installed)."""
    from allornone.scenarios.running import run

    with Watch().shown(name) as watch:
        result = run(name, seed=seed, progress=watch)
    converse(scope(result), banner(result))
    return SUCCESS


def scope(result: Result) -> dict[str, Any]:
    """Return the names that are in scope."""
    import allornone

    found = {name: getattr(result, name) for name in ("network", "trace", "training")}
    return {"result": result, **found, "explain": allornone.explain, "aon": allornone}


def banner(result: Result) -> str:
    """Return the words of greeting: the title, the verdict, what is in scope."""
    names = [
        f"  {name:<9} {meaning}" for name, meaning in SCOPE.items() if getattr(result, name, True) is not None
    ]
    head = f"{result.title}: {result.verdict or result.family}"
    from allornone.scenarios.document.views import shown_of

    at = shown_of(result.document).get("at", {})
    shown = f"  of the run at {', '.join(f'{axis} = {label}' for axis, label in at.items())}"
    return "\n".join([screen.printable(head), *names, *([screen.printable(shown)] if at else [])])


def converse(names: dict[str, Any], greeting: str) -> None:
    """Talk Python: IPython on a terminal where it is installed, else Python's own console."""
    if screen.terminal(sys.stdin) and find_spec("IPython") is not None:
        screen.say(greeting)
        import_module("IPython").start_ipython(argv=["--no-banner"], user_ns=names)
        return
    with contextlib.suppress(ImportError):  # Windows has no readline
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    code.interact(banner=greeting, local=names, exitmsg="")
