"""`allornone animate`: run an experiment and save its film."""

from __future__ import annotations

from pathlib import Path

import click

from allornone.command import arguments, screen
from allornone.command.arguments import target
from allornone.command.failures import SUCCESS
from allornone.command.jobs import Watch

FILMS = (".gif", ".webp")


@click.command
@target()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The film: .gif or .webp."
)
@click.option("--theme", type=click.Choice(["light", "dark", "print"]), default="light", show_default=True)
def verb(name: str, output: Path, theme: str) -> int:
    """Run an experiment and save its film."""
    arguments.file_ready(output, FILMS)
    from allornone.scenarios.running import run

    with Watch().shown(name) as watch:
        result = run(name, progress=watch)
    result.film(theme).save(output)
    screen.say(f"{output} is saved: {output.stat().st_size / 1000:.0f} kB")
    return SUCCESS
