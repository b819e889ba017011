"""`allornone schema`: the JSON Schema of a scenario file."""

from __future__ import annotations

import click

from allornone.command import screen
from allornone.command.failures import SUCCESS


@click.command
def verb() -> int:
    """Print the JSON Schema of a scenario file, with the models of installed plug-ins."""
    from allornone.scenarios.document.schema import schema

    screen.as_json(schema(), indent=2)
    return SUCCESS
