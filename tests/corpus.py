"""Scenario files of the tests, good and bad, and the plug-ins that the good ones name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from annotated_types import Gt

from allornone.simulator import registry
from allornone.simulator.registry import Registry

SCENARIOS = Path(__file__).parent / "scenarios"
VALID = sorted((SCENARIOS / "valid").glob("*.toml"))
INVALID = sorted((SCENARIOS / "invalid").glob("*.toml"))


@dataclass(frozen=True)
class LeastSquares:
    """Stands for a rule that another package brings."""

    ridge: Annotated[float, Gt(0)] = 1e-9


def bars(
    source: object, *, width: int | str, wrap: bool = False, upright: int | None = None, level: int = 1
) -> None:
    """Stand for a task that another package brings."""


def plug_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register what the good files name and this package does not have."""
    added: dict[str, dict[str, object]] = {
        "rules": {"least-squares": LeastSquares},
        "tasks": {"bars": bars},
        "films": {"weights": bars, "descent": bars, "retina": bars},
    }
    for name, things in added.items():
        known: Registry = getattr(registry, name)
        both = Registry(known.kind, known.group)
        for word, thing in things.items():
            if word not in known.names():
                both.add(word, thing)
        monkeypatch.setattr(registry, name, both)
