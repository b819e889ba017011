"""Files that a command writes: asked for before anything runs, and written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.files import replacing


def folder_ready(folder: Path) -> None:
    """Raise a clear error unless files can be written into the folder."""
    if not folder.exists():
        raise AllornoneError(f"the folder {folder} does not exist; make it first")
    if not folder.is_dir():
        raise AllornoneError(f"{folder} is a file, and a folder is needed there")
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".allornone-"):
            pass
    except OSError as error:
        raise AllornoneError(f"nothing can be written into the folder {folder}: {error.strerror}") from error


def file_ready(path: Path, endings: Sequence[str]) -> None:
    """Raise a clear error unless the file can be written and has one of the endings."""
    if path.suffix.lower() not in endings:
        found = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        hint = nearest(path.suffix.lower(), endings)
        raise AllornoneError(f"{path} {found}; it should be one of {', '.join(endings)}. {hint}".rstrip())
    if path.is_dir():
        raise AllornoneError(f"{path} is a folder, and a file is needed there")
    folder_ready(path.parent)


def new_file(path: Path, text: str) -> None:
    """Write a file that was not there before, whole or not at all; AllornoneError if it is there."""
    if path.exists():
        raise AllornoneError(f"{path} is there already, and is left as it is")
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")
