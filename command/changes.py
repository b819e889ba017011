"""Changes and limits as text on the command line: `--set learning.eta=0.1`, `--limit units=200000`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from allornone.scenarios.experiment.limits import Limits


def overrides(settings: Iterable[str]) -> dict[str, object]:
    """Return the changes that `--set KEY=VALUE` asks for: dotted key → value; the last of a key counts.

    >>> overrides(["learning.eta=0.1", "learning.order=shuffled", "learning.plastic=['U']"])
    {'learning.eta': 0.1, 'learning.order': 'shuffled', 'learning.plastic': ['U']}
    """
    return {key: _value(text) for key, text in (_pair("--set", setting) for setting in settings)}


def limits(settings: Iterable[str]) -> Limits | None:
    """Return the limits that `--limit KEY=NUMBER` raises; None if there is nothing to raise.

    >>> limits(["units=200000", "ticks=2e6"])
    Limits(units=200000, synapses=2000000, ticks=2000000, trials=1000000, runs=100000, bytes=4000000000)
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
    try:
        document = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return document["value"] if list(document) == ["value"] else text
