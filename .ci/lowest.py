"""Print the lowest versions that pyproject.toml allows, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

BOUND = re.compile(r"^(?P<name>[\w-]+)\s*>=\s*(?P<version>[\w.]+)$")


def lowest(text: str) -> list[str]:
    """Return a constraint for each requirement that has a lower bound, those of the tests too.

    >>> lowest('[project]\\ndependencies = ["numpy>=2.0"]\\n[project.optional-dependencies]\\ndev = ["ruff>=0.8", "x"]')
    ['numpy==2.0', 'ruff==0.8']
    """
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    found = [BOUND.match(one) for one in wanted]
    return [f"{one['name']}=={one['version']}" for one in found if one is not None]


if __name__ == "__main__":
    print("\n".join(lowest(Path("pyproject.toml").read_text(encoding="utf-8"))))
