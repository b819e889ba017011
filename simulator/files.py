"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from allornone.simulator.errors import AllornoneError, shown


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a file of its own beside `path`, empty as yet, which takes its place only when all went well.

    Nobody can foresee its name, and no link that was planted there is followed; of two that write at once, the last
    one's file is there, whole.
    """
    target = Path(path)
    writable(target)
    temporary = target.with_name(f".allornone-{secrets.token_hex(8)}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            yield temporary
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise AllornoneError(f"{target}: cannot be written ({error.strerror or error})") from None


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder."""
    return _is(path.is_dir)


def is_file(path: Path) -> bool:
    """Return whether a path is a file."""
    return _is(path.is_file)


def _is(asked: Callable[[], bool]) -> bool:
    """Return what is asked of a path; what can be no path, as it is too long, is nothing."""
    try:
        return asked()
    except (OSError, ValueError):
        return False


def writable(target: Path) -> None:
    """Raise an error where a path can be no file, or what is there is none that another may take the place of."""
    if "\0" in str(target) or str(target).encode(errors="ignore").decode() != str(target):
        raise AllornoneError(f"{shown(str(target))} cannot be the name of a file")
    if is_folder(target):
        raise AllornoneError(f"{target}: this is a folder; give a file's name")
    if not is_folder(target.parent):
        raise AllornoneError(f"{target}: there is no folder {str(target.parent)!r}")
    if _is(target.exists) and not is_file(target):
        raise AllornoneError(f"{target}: this is a pipe or a device; give a file's name")


def regular(path: str | Path) -> Path:
    """Return a path; an error where a pipe or a device is there, which might never come to an end."""
    found = Path(path)
    if found.exists() and not found.is_file() and not found.is_dir():
        raise AllornoneError(f"{found}: this is a pipe or a device, and a file is needed")
    return found
