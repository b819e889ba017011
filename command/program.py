"""The program `allornone`: its verbs, each loaded only when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

VERBS = {
    "list": "the experiments there are",
    "show": "the story, source and claims of one",
    "run": "run experiments and judge their claims",
    "verify": "try to break the claims: make every change, move every number",
    "check": "look scenario files over without running them",
    "words": "what a scenario file can name: rules, models, nets, data, …",
    "schema": "the JSON Schema of a scenario file, for editors",
    "new": "begin a scenario file",
    "repl": "run one and look around in Python",
    "animate": "run one and save its film",
}
COMPLETION = "_ALLORNONE_COMPLETE"  # the name that click's shell scripts set


class VerbGroup(click.Group):
    """A group whose verbs are modules of this package: `list` never loads what `run` needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs, in the order in which a newcomer wants them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb of that name, or None for click to complain about."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"allornone.command.{cmd_name}").verb
        command.short_help = VERBS[cmd_name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was called, or say which one may have been meant."""
        if args[0] not in VERBS and not args[0].startswith("-"):
            from allornone.simulator.errors import UnknownName

            raise click.UsageError(str(UnknownName("verb", args[0], VERBS)), ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="allornone")
def program() -> None:
    """The history of the artificial neuron, as experiments that can fail.

    Exit status: 0 every claim comes out as its file says, 1 one does not,
    2 bad usage or a bad file.
    """


def invoke(arguments: Sequence[str] | None = None) -> int:
    """Call the verb that the arguments name (those of the process if None) and return its status."""
    completion = os.environ.get(COMPLETION)
    if completion:
        from click.shell_completion import shell_complete

        return shell_complete(program, {}, "allornone", COMPLETION, completion)
    given = list(sys.argv[1:] if arguments is None else arguments)
    with program.make_context("allornone", given) as context:
        return int(program.invoke(context) or 0)
