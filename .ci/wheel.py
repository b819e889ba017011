"""Compare the files of a wheel with what it should hold: `wheel.py ALLORNONE.whl SOURCE-FOLDER`."""

from __future__ import annotations

import sys
import tomllib
import zipfile
from pathlib import Path

PACKAGE = "allornone"


def expected(source: Path) -> set[str]:
    """Return what should ship: the modules of each named package, the library, the data, the schema, py.typed."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    files = {"__init__.py", "__init__.pyi", "__main__.py", "py.typed", "scenarios/schema.json"}
    for package in project["tool"]["setuptools"]["packages"]:
        if package != PACKAGE:
            folder = source.joinpath(*package.split(".")[1:])
            files |= {path.relative_to(source).as_posix() for path in folder.glob("*.py")}
    library = source / "scenarios" / "library"
    files |= {path.relative_to(source).as_posix() for path in library.glob("*/*.toml")}
    files |= {path.relative_to(source).as_posix() for path in (source / "scenarios" / "data").iterdir()}
    return {f"{PACKAGE}/{name}" for name in files}


def shipped(wheel: Path) -> set[str]:
    """Return what the wheel holds, its own metadata left out."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    return {name for name in names if not name.split("/")[0].endswith(".dist-info")}


def main(wheel: str, source: str) -> int:
    """Print what is missing and what is too much; return 1 if anything is."""
    want, found = expected(Path(source)), shipped(Path(wheel))
    for name in sorted(want - found):
        print(f"missing from the wheel: {name}")
    for name in sorted(found - want):
        print(f"should not be in the wheel: {name}")
    print(f"{len(found)} files in the wheel, {len(want)} expected")
    return int(want != found)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
