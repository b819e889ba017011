"""Scenario files of the tests, good and bad, and the plug-ins that the good ones name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from annotated_types import Gt

from allornone.scenarios.document.document import TaskSettings
from allornone.simulator import registry
from allornone.simulator.registry import Registry

SCENARIOS = Path(__file__).parent / "scenarios"
VALID = sorted((SCENARIOS / "valid").glob("*.toml"))
INVALID = sorted((SCENARIOS / "invalid").glob("*.toml"))


def task_settings(parameters: Iterable[str] = (), **tasks: dict[str, Any]) -> dict[str, TaskSettings]:
    """Return tasks as a document with such parameters has them, by name."""
    context = {"names": tuple(parameters)}
    return {name: TaskSettings.model_validate(given, context=context) for name, given in tasks.items()}


@dataclass(frozen=True)
class LeastSquares:
    """Stands for a rule that another package brings."""

    ridge: Annotated[float, Gt(0)] = 1e-9


def bars(
    source: object, *, width: int | str, wrap: bool = False, upright: int | None = None, level: int = 1
) -> None:
    """Stand for a task that another package brings."""


KNOWN = {
    "units": ("adaline", "linear", "logistic", "mcculloch-pitts", "perceptron", "threshold"),
    "rules": ("hebb", "lms", "perceptron"),
    "builders": ("adaline", "mlp", "perceptron", "polygon"),
    "tasks": ("grid", "rows", "sample", "table"),
    "films": ("network",),
}
ADDED: dict[str, dict[str, object]] = {
    "rules": {"least-squares": LeastSquares},
    "tasks": {"bars": bars},
    "films": {"weights": bars, "descent": bars, "retina": bars},
}


def plug_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few things of ours, and a few of others, be all that is registered, so that messages can be pinned."""
    for word in registry.builders.names():
        registry.builders.get(word)  # a module that is first imported later would keep the few for good
    for name, words in KNOWN.items():
        known: Registry = getattr(registry, name)
        few = Registry(known.kind, "allornone.tests")
        added = ADDED.get(name, {})
        for word in words:
            few.add(word, added.get(word) or known.get(word))
        for word, thing in added.items():
            few.add(word, thing)
        monkeypatch.setattr(registry, name, few)
