"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allornone.simulator.errors import AllornoneError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`, which takes its place only when all went well."""
    target = Path(path)
    if target.is_dir():
        raise AllornoneError(f"{target}: this is a folder; give a file's name")
    if not target.parent.is_dir():
        raise AllornoneError(f"{target}: there is no folder {str(target.parent)!r}")
    temporary = target.with_name(f".{target.name}.part")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        raise AllornoneError(f"{target}: cannot be written ({error.strerror or error})") from None
    finally:
        temporary.unlink(missing_ok=True)
