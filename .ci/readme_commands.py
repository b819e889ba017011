"""Print one of the README's two commands: `readme_commands.py run` or `readme_commands.py tests`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```sh[ \t]*\n(?P<body>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
TESTS = re.compile(r"^#+[ \t]*Tests[ \t]*$", re.MULTILINE | re.IGNORECASE)


def command(text: str, which: str) -> str:
    """Return the first sh block of the README ("run"), or the first under its heading Tests ("tests")."""
    start = 0
    if which == "tests":
        heading = TESTS.search(text)
        if heading is None:
            raise SystemExit("README.md has no heading 'Tests'")
        start = heading.end()
    block = BLOCK.search(text, start)
    if block is None or not block["body"].strip():
        raise SystemExit(f"README.md: no ```sh block was found for {which!r}")
    return block["body"]


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["tests"]):
        raise SystemExit(__doc__)
    readme = Path(__file__).parent.parent / "README.md"
    print(command(readme.read_text(encoding="utf-8"), sys.argv[1]), end="")
