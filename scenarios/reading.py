"""Reading a scenario file: its document, or everything that is wrong with it, each at its place."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from allornone.scenarios.change import Path, Raw
from allornone.scenarios.document_errors import DocumentError, Violation, dotted
from allornone.scenarios.locating import Locator, Place, TooDeepError, Twice
from allornone.simulator.errors import AllornoneError, nearest

if TYPE_CHECKING:
    from allornone.scenarios.document import Document

MOST_BYTES = 1 << 20
MOST_TOLD = 50

_PLACED = re.compile(
    r"(?P<message>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


class SourceError(AllornoneError):
    """A file that is no scenario: one line for each thing that is wrong, at its place.

    `violations` holds what is wrong with the document, in the order of the text, if there is one at all.
    """

    def __init__(self, message: str, violations: Iterable[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = list(violations)


@dataclass(frozen=True)
class Source:
    """A scenario file that is TOML: where it is, its text, and what it says."""

    path: FilePath
    text: str
    raw: Raw
    locator: Locator

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @cached_property
    def document(self) -> Document:
        """The document; SourceError tells everything that is wrong with it."""
        from allornone.scenarios.document import (
            validate,
        )  # pydantic and numpy, which telling a story does without

        try:
            return validate(self.raw, base=self.path.parent)
        except DocumentError as errors:
            raise self.error(errors.violations) from None

    def locate(self, path: Path, column: int | None = None) -> str:
        """Return "file:line:column" of a part of the document, or of a column (from 1) inside its text."""
        place = self.locator.place(path) if column is None else self.locator.inside(path, column)
        return _at(self.path, place)

    def error(self, violations: Iterable[Violation]) -> SourceError:
        """Return the error that tells what was found wrong, each at its place, in the order of the text."""
        told = sorted(
            ((_place(self.locator, one), one) for one in dict.fromkeys(violations)), key=lambda pair: pair[0]
        )
        lines = [
            f"{_at(self.path, place)}: {dotted(one.path, self.raw) or 'the file'}: {one.message}"
            for place, one in told[:MOST_TOLD]
        ]
        if len(told) > MOST_TOLD:
            lines.append(f"{self.path}: and {len(told) - MOST_TOLD} more")
        return SourceError("\n".join(lines), [one for _, one in told])


def read(path: str | os.PathLike[str]) -> Source:
    """Read a scenario file and check its document; one SourceError says everything that is wrong.

    A file is UTF-8 text in TOML, of at most 1 MiB.
    """
    source = parse(path)
    _ = source.document  # every violation of it is told now, not when somebody first asks
    return source


def parse(path: str | os.PathLike[str]) -> Source:
    """Read a scenario file as TOML, its document not checked yet; SourceError where it is none."""
    file = FilePath(path)
    text = _text(file)
    locator, raw = _parsed(file, text)
    return Source(file, text, raw, locator)


def _at(file: FilePath, place: Place) -> str:
    return f"{file}:{place[0]}:{place[1]}"


def _place(locator: Locator, violation: Violation) -> Place:
    if violation.column is not None:
        return locator.inside(violation.path, violation.column)
    return locator.key(violation.path) if violation.on_key else locator.place(violation.path)


def _text(file: FilePath) -> str:
    if file.is_dir():
        found = sorted(one.name for one in file.glob("*.toml"))
        inside = f"it holds {', '.join(found[:8])}" if found else "it holds no .toml file"
        raise SourceError(f"{file}: this is a folder, a scenario is a file; {inside}")
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"{file}: there is no such file. {_neighbours(file)}".rstrip()) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(content) > MOST_BYTES:
        raise SourceError(f"{file}: more than {MOST_BYTES} bytes; no scenario is so long")
    if not content.strip():
        raise SourceError(f"{file}: the file is empty; a scenario has a title, a net, phases and claims")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        raise SourceError(
            f"{_at(file, (line, column))}: byte {error.start} is {content[error.start]:#04x}, "
            "which is no UTF-8 text; save the file as UTF-8"
        ) from None


def _neighbours(file: FilePath) -> str:
    folder = file.parent
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r} either"
    names = sorted(one.name for one in folder.glob("*.toml"))
    return nearest(file.name, names) or (f"The folder holds: {', '.join(names[:8])}" if names else "")


def _parsed(file: FilePath, text: str) -> tuple[Locator, Raw]:
    try:
        locator = Locator(text)
    except TooDeepError as error:
        raise SourceError(f"{_at(file, error.place)}: {error}") from None
    if locator.twice:
        raise SourceError("\n".join(_twice(file, one) for one in locator.twice[:MOST_TOLD]))
    try:
        return locator, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACED.fullmatch(str(error))
        message = found["message"] if found else str(error)
        end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
        place = (int(found["line"]), int(found["column"])) if found and found["line"] else end
        raise SourceError(f"{_at(file, place)}: this is not TOML: {message}") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{file}: this is not TOML: {error}") from None


def _twice(file: FilePath, found: Twice) -> str:
    place, name = _at(file, found.second), found.path[-1]
    return f"{place}: {dotted(found.path)}: the key {name!r} stands twice; first at line {found.first[0]}"
