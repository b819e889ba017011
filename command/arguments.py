"""What a verb is given: a scenario or a file, changes and limits, files to write."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from allornone.simulator.errors import AllornoneError, nearest, shown
from allornone.simulator.files import replacing, writable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from allornone.scenarios.experiment.limits import Limits


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


def overrides(settings: Iterable[str]) -> dict[str, object]:
    """Return the changes that `--set KEY=VALUE` asks for: dotted key → value; the last of a key counts.

    >>> overrides(["learning.eta=0.1", "learning.order=shuffled", "learning.plastic=['U']"])
    {'learning.eta': 0.1, 'learning.order': 'shuffled', 'learning.plastic': ['U']}
    """
    return {key: _value(text) for key, text in (_pair("--set", setting) for setting in settings)}


def limits(settings: Iterable[str]) -> Limits | None:
    """Return the limits that `--limit KEY=NUMBER` raises; None if there is nothing to raise.

    >>> limits(["units=200000", "ticks=2e6"])
    Limits(units=200000, synapses=2000000, ticks=2000000, trials=1000000, epochs=1000000, runs=20000, bytes=2000000000)
    """
    found = {}
    for setting in settings:
        key, text = _pair("--limit", setting)
        value = _value(text)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 2**63:
            raise click.UsageError(f"--limit {setting}: {text!r} is no number above 0")
        found[key] = int(value)
    if not found:
        return None
    from allornone.scenarios.experiment.limits import Limits

    return Limits().raised(found)


def _pair(option: str, setting: str) -> tuple[str, str]:
    key, equals, text = setting.partition("=")
    if not equals or not key.strip():
        raise click.UsageError(f"{option} {setting}: write {option} KEY=VALUE")
    return key.strip(), text.strip()


def _value(text: str) -> object:
    """Return what the text says in TOML (0.1, true, [1, 2], 'x'), or the bare text itself."""
    from allornone.scenarios.document.reading import Locator, RefusedError

    said = f"value = {text}"
    try:
        Locator(said)  # which refuses what is too long or too deep to be read
        document = tomllib.loads(said)
    except RefusedError as error:
        raise AllornoneError(f"{shown(text)}: {error}") from None
    except tomllib.TOMLDecodeError:
        return text
    return document["value"] if list(document) == ["value"] else text


def folder_ready(folder: Path) -> None:
    """Raise a clear error unless files can be written into the folder."""
    if not folder.exists():
        raise AllornoneError(f"the folder {folder} does not exist; make it first")
    if not folder.is_dir():
        raise AllornoneError(f"{folder} is a file, and a folder is needed there")
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".allornone-"):
            pass
    except OSError as error:
        raise AllornoneError(f"nothing can be written into the folder {folder}: {error.strerror}") from error


def file_ready(path: Path, endings: Sequence[str]) -> None:
    """Raise a clear error unless the file can be written and has one of the endings."""
    if path.suffix.lower() not in endings:
        found = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        hint = nearest(path.suffix.lower(), endings)
        raise AllornoneError(f"{path} {found}; it should be one of {', '.join(endings)}. {hint}".rstrip())
    if path.is_dir():
        raise AllornoneError(f"{path} is a folder, and a file is needed there")
    folder_ready(path.parent)
    writable(path)


def new_file(path: Path, text: str) -> None:
    """Write a file that was not there before, whole or not at all; AllornoneError if it is there."""
    if path.exists():
        raise AllornoneError(f"{path} is there already, and is left as it is")
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
