"""Limits of a run: scenario files are untrusted input, so every run has bounds, raised only on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from allornone.scenarios.document.axes import MOST_RUNS
from allornone.simulator.errors import AllornoneError, LimitExceeded, nearest, shown


@dataclass(frozen=True)
class Limits:
    """The most that one run may use, and the folder that its data files must lie in: None where nobody is restricted.

    >>> Limits().raised({"units": 10}).units
    10
    """

    units: int = 100_000
    synapses: int = 2_000_000
    ticks: int = 1_000_000
    trials: int = 1_000_000
    epochs: int = 1_000_000
    runs: int = MOST_RUNS
    bytes: int = 2_000_000_000
    folder: Path | None = field(default=None, repr=False)

    def raised(self, to: dict[str, int]) -> Limits:
        """Return other limits; an unknown name is an error with the nearest."""
        known = [one.name for one in fields(self) if one.name != "folder"]
        for name, value in to.items():
            if name not in known:
                raise AllornoneError(
                    f"no limit is named {name!r}. {nearest(name, known)} There are: {', '.join(known)}"
                )
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise AllornoneError(
                    f"the limit {name!r} must be a whole number from 1, found {shown(value)}"
                )
        raised: dict[str, Any] = dict(to)
        return replace(self, **raised)

    def need(self, name: str, count: int) -> None:
        """Raise LimitExceeded where `count` is more than the limit of that name."""
        most = getattr(self, name)
        if count > most:
            raise LimitExceeded(
                f"{shown(count)} {name} are more than a run may use, {most}; "
                f"raise it with --limit {name}={count if count < 2**63 else 'NUMBER'}"
            )

    @contextmanager
    def naming(self, name: str) -> Iterator[None]:
        """Add to a LimitExceeded raised inside which option would raise that limit."""
        try:
            yield
        except LimitExceeded as error:
            if str(getattr(self, name)) not in str(error):  # a bound that no option moves
                raise
            raise LimitExceeded(f"{error}; raise it with --limit {name}=NUMBER") from None
