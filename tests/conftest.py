"""What the tests share: `reference` and `networks` are imported by their plain names, each once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from allornone.simulator import registry

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)


@pytest.fixture(autouse=True)
def _registries_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget after each test what it registered."""
    for kind in (registry.units, registry.rules):
        monkeypatch.setattr(kind, "_objects", dict(kind._objects))
