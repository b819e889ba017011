"""The layers: who may import whom, what stays inside, what a module says of itself, and that its examples run."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import allornone

ROOT = Path(allornone.__file__).parent
RANKS = {"simulator": 0, "models": 1, "pictures": 1, "scenarios": 2, "command": 3}
INSIDE_THE_SIMULATOR = {"stages", "blocks"}
NAMES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in [*ROOT.glob("*.py"), *(path for package in RANKS for path in (ROOT / package).rglob("*.py"))]
)


def tree(name: str) -> ast.Module:
    """Return the syntax tree of a module, named by its path in the package."""
    return ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8"))


def imports(name: str) -> Iterator[tuple[str, str | None]]:
    """Yield what a module imports, wherever it does: the module, and the name taken from it if any."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import hides which layer is meant"
            yield from ((str(node.module), alias.name) for alias in node.names)


def layer(module: str, taken: str | None) -> str | None:
    """Return the layer that an import reaches: a package of ours, "" for the front door, None for others."""
    parts = module.split(".")
    if parts[0] != "allornone":
        return None
    below = parts[1] if len(parts) > 1 else (taken or "")
    return below if below in RANKS else ""


@pytest.mark.parametrize("name", [name for name in NAMES if "/" in name])
def test_imports_run_one_way(name: str) -> None:
    """command → scenarios → models, pictures → simulator; only `command` uses the front door."""
    own = name.split("/")[0]

    for module, taken in imports(name):
        reached = layer(module, taken)
        if reached == "":
            assert own == "command", f"{name} imports the front door"
        elif reached is not None and reached != own:
            assert RANKS[reached] < RANKS[own], f"{name} imports {module}"


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("simulator/")])
def test_nobody_outside_the_simulator_knows_stages_or_blocks(name: str) -> None:
    """How a program lays out its arrays is the simulator's own affair."""
    attributes = {
        node.attr
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self"
    }

    assert not attributes & INSIDE_THE_SIMULATOR


@pytest.mark.parametrize("name", NAMES)
def test_no_module_imports_anothers_underscore(name: str) -> None:
    """A leading underscore marks what a module keeps to itself."""
    for module, taken in imports(name):
        if not module.startswith("allornone"):
            continue
        private = [
            part for part in [*module.split("."), taken or ""] if part.startswith("_") and part[:2] != "__"
        ]
        assert not private, f"{name} imports {module}.{taken}"


@pytest.mark.parametrize("name", NAMES)
def test_a_module_says_what_it_is_about(name: str) -> None:
    """A module says in its first line what it is about."""
    assert ast.get_docstring(tree(name))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_hangs_on_an_assert(name: str) -> None:
    """`python -O` leaves asserts out, so the package has none."""
    assert not [node.lineno for node in ast.walk(tree(name)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__main__"])
def test_the_examples_in_docstrings_run(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a docstring shows is what happens, on the installed package."""
    dotted = ".".join(["allornone", *name.split("/")]).removesuffix(".__init__")
    module = importlib.import_module(dotted)
    monkeypatch.chdir(tmp_path)

    failed, _ = doctest.testmod(module)

    assert failed == 0
