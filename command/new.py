"""`allornone new`: a scenario file to begin with, which already runs."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import click

from allornone.command import arguments, screen
from allornone.command.failures import SUCCESS
from allornone.simulator.errors import AllornoneError

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SKELETON = '''\
#:schema ./schema.json
# allornone check {file}     looks this file over
# allornone run {file}       runs it and judges its claims
# allornone verify {file}    makes the changes that must break them
# allornone schema > schema.json     for an editor that completes and checks while you type

title    = {title}
year     = {year}
source   = "Where the claim comes from: author, title, year, page"
story    = """
Two cells excite a third. It fires one moment after both have fired together."""
evidence = "memory"      # how the source is known: "seen", "quoted" or "memory"

[connectivity]
inputs   = ["N1", "N2"]
synapses = ["N1, N2 -> N3"]

[activation]
model     = "mcculloch-pitts"
threshold = 2

[[experience]]
name     = "every pair"
stimulus = {{ N1 = "?", N2 = "?" }}
ticks    = 2

[measures]
fires = "y('N3', tick=1)"

[interpretation]
views = [{{ kind = "table", caption = "every pair" }}]
film  = {{ kind = "network" }}

[[interpretation.claims]]
text  = "Exactly one of the four pairs makes the third cell fire"
that  = "count(fires) == 1"
found = "{{fires}} after 00, 01, 10 and 11"
fails = {{ activation.threshold = 1 }}      # the change that must make the claim fall
'''


@click.command
@click.argument("name")
def verb(name: str) -> int:
    """Begin a scenario file NAME.toml here; it passes `check` and runs as it stands."""
    path = destination(name)
    arguments.folder_ready(path.parent)
    arguments.new_file(path, skeleton(path))
    screen.say(f"{path} is written. Next: allornone run {path}")
    return SUCCESS


def destination(name: str) -> Path:
    """Return the path of the new file; AllornoneError if the name will not do.

    >>> str(destination("my-first-net"))
    'my-first-net.toml'
    """
    path = Path(name)
    stem = path.stem if path.suffix == ".toml" else path.name
    if not NAME.fullmatch(stem):
        better = "-".join(re.findall(r"[a-z0-9]+", stem.casefold()))
        hint = f": {better}, say" if better else ""
        raise AllornoneError(
            f"{stem!r} cannot name a scenario; lower-case letters, digits and single hyphens can{hint}"
        )
    return path.with_name(f"{stem}.toml")


def skeleton(path: Path) -> str:
    """Return the text of a file to begin with, its title made of its name."""
    title = path.stem.replace("-", " ").capitalize()
    return SKELETON.format(file=path.name, title=json.dumps(title), year=date.today().year)
