"""What a verb is called on: a scenario of the library by name, or a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def target(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the argument that takes a scenario's name, completed by the shell, or a file; or several."""
    many = options.get("nargs", 1) != 1
    name, metavar = ("names", "NAME|FILE …") if many else ("name", "NAME|FILE")
    return click.argument(name, metavar=metavar, shell_complete=_completed, **options)


def is_file(text: str) -> bool:
    """Whether the text says a file: it ends in .toml or has a folder in it.

    >>> is_file("kubie-ring"), is_file("mine.toml"), is_file("./mine")
    (False, True, True)
    """
    separators = {"/", os.sep}
    return text.endswith(".toml") or any(separator in text for separator in separators)


def located(text: str) -> Path:
    """Return the path of the scenario file that the text means; UnknownName if the library has none."""
    if is_file(text):
        return Path(text)
    from allornone.scenarios.catalogue import find

    return find(text)


def _completed(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the names in the library that begin so, with their titles as help."""
    from click.shell_completion import CompletionItem

    from allornone.scenarios.catalogue import entries

    return [
        CompletionItem(entry.name, help=entry.title) for entry in entries() if entry.name.startswith(begun)
    ]
