"""The package: what ships, the front door, the entry points."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import allornone

CHECKOUT = Path(__file__).parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = ("units", "rules", "builders", "tasks", "functions", "films")
HEAVY = ("numpy", "networkx", "matplotlib", "scipy", "numba", "pydantic", "rich", "click")


def python(code: str) -> str:
    """Return what a fresh interpreter prints for the code."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def entry_points() -> list[importlib.metadata.EntryPoint]:
    """Return the plug-ins that this package itself brings."""
    distribution = importlib.metadata.distribution("allornone")
    return [point for point in distribution.entry_points if point.group.startswith("allornone.")]


def test_the_packages_are_the_folders() -> None:
    """Each folder with an __init__.py is named in pyproject.toml, and nothing else is."""
    tops = [path.parent for path in CHECKOUT.glob("*/__init__.py")]
    found = [path.parent for top in tops for path in top.rglob("__init__.py")]
    folders = {".".join(path.relative_to(CHECKOUT).parts) for path in found}

    named = PROJECT["tool"]["setuptools"]["packages"]

    assert sorted(named) == sorted({"allornone", *(f"allornone.{folder}" for folder in folders)})


def test_nothing_else_lies_at_the_root() -> None:
    """Any other module at the root would ship with the package."""
    assert sorted(path.name for path in CHECKOUT.glob("*.py")) == ["__init__.py", "__main__.py"]


def test_tests_are_no_package() -> None:
    """With an __init__.py, pytest would load every module once more under the folder's name."""
    assert not (CHECKOUT / "tests" / "__init__.py").exists()


def test_importing_the_front_door_loads_nothing_heavy() -> None:
    """`import allornone` is free; its names load what they need when they are used."""
    loaded = python(f"import sys, allornone; print([name for name in {HEAVY} if name in sys.modules])")

    assert loaded == "[]"


def test_every_public_name_resolves_and_is_listed() -> None:
    """The table of the front door is the set of public names: each can be had, and dir() shows each."""
    for name in allornone.__all__:
        assert getattr(allornone, name) is not None, name

    assert set(allornone.__all__) <= set(dir(allornone))


def test_every_public_name_comes_from_a_module_of_ours() -> None:
    """The stub names modules that exist, each once, and what they define."""
    tree = ast.parse(Path(allornone.__file__).with_name("__init__.pyi").read_text(encoding="utf-8"))
    modules = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]

    assert len(modules) == len(set(modules))
    for module in modules:
        importlib.import_module(f"allornone.{module}")


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """As of any module: tools ask for names that are not there."""
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = getattr(allornone, "no_such_" + "name")


def test_no_module_is_loaded_under_two_names() -> None:
    """No file of the package is behind two modules, whatever the name of the folder it was cloned into."""
    for point in entry_points():
        point.load()
    homes: dict[str, list[str]] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and Path(file).is_relative_to(Path(allornone.__file__).parent) and "/tests/" not in file:
            homes.setdefault(file, []).append(name)

    assert {file: names for file, names in homes.items() if len(names) > 1} == {}


def test_the_version_is_one() -> None:
    """The version is written once, in pyproject.toml, and everything else repeats it."""
    version = PROJECT["project"]["version"]

    assert importlib.metadata.version("allornone") == version
    assert allornone.__version__ == version
    assert f"version: {version}\n" in (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("point", entry_points(), ids=lambda point: f"{point.group}:{point.name}")
def test_an_entry_point_leads_to_what_bears_its_name(point: Any) -> None:
    """What a scenario file calls a model or a rule is what that calls itself."""
    found = point.load()

    assert point.group.removeprefix("allornone.") in GROUPS
    stated = getattr(found, "name", None)
    assert stated == point.name if inspect.isclass(found) else stated in (None, point.name)


def test_the_readme_has_the_two_commands() -> None:
    """CI runs the README's commands as written there, so they must be there to be found."""
    script = CHECKOUT / ".ci" / "readme_commands.py"

    for which, needed in {"run": "allornone run", "tests": "pytest"}.items():
        done = subprocess.run(
            [sys.executable, str(script), which], capture_output=True, text=True, timeout=60, check=True
        )
        assert needed in done.stdout


def test_the_data_is_shipped_with_its_licence() -> None:
    """Beside every data file that is not ours by birth lies whose it is and how it may be passed on."""
    folder = Path(allornone.__file__).parent / "scenarios" / "data"
    held = sorted(folder.glob("*.npz"))

    assert [path.name for path in held] == ["digits.npz"]
    for path in held:
        assert "Licence" in path.with_suffix(".txt").read_text(encoding="utf-8")
    assert "data/*" in PROJECT["tool"]["setuptools"]["package-data"]["allornone.scenarios"]


def test_types_are_shipped() -> None:
    """py.typed lies beside the package, so that a user's type checker reads our signatures."""
    assert (Path(allornone.__file__).parent / "py.typed").exists()
    assert importlib.import_module("allornone.command").main
