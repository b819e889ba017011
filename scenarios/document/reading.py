"""Reading a scenario file: its document, or everything that is wrong with it, each at its place.

A path is a tuple of keys and indices, `("interpretation", "claims", 2, "that")`. A place is (line, column),
both from 1, in characters. The scanner is a set of small steps from position to position.
"""

from __future__ import annotations

import os
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, NamedTuple

from allornone.scenarios.document.change import Path, Raw
from allornone.scenarios.document.errors import MOST_FOUND, DocumentError, Violation, dotted
from allornone.simulator.errors import AllornoneError, nearest, some_of
from allornone.simulator.files import regular

if TYPE_CHECKING:
    from allornone.scenarios.document.document import Document
    from allornone.scenarios.document.validating import Experiments


MOST_BYTES = 1 << 20
MOST_TOLD = 20

_PLACED = re.compile(
    r"(?P<message>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)

Place = tuple[int, int]

_QUOTED = re.compile(r"'[^']+'")

DEEPEST = 32
LONGEST = 1100
"""Characters of the longest number: no float is so large, and Python writes no whole number of 4,300 digits."""

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

# A date and its time may be parted by one blank.
_SCALAR = re.compile(r"[^\s,#\]}]+(?: [0-9]{2}:[^\s,#\]}]*)?")
_QUOTES = ('"""', "'''", '"', "'")
_ESCAPE = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_FOLD = re.compile(r"\\[ \t]*\r?\n[ \t\r\n]*")
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class SourceError(AllornoneError):
    """A file that is no scenario: one line for each thing that is wrong, at its place.

    `violations` holds what is wrong with the document, in the order of the text, if there is one at all.
    """

    def __init__(self, message: str, violations: Iterable[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = list(violations)


class Locator:
    """The places of a TOML text; of a broken one, those before the break.

    >>> locator = Locator('title = "Ring"\\n[learning]\\neta = 0.1')
    >>> locator.place(("learning", "eta")), locator.key(("learning", "eta"))
    ((3, 7), (3, 1))
    >>> locator.place(("learning", "rule"))
    (2, 1)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.twice: list[Twice] = []
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._values: dict[Path, int] = {(): 0}
        self._keys: dict[Path, int] = {}
        self._implied: set[Path] = {()}
        self._counts: dict[Path, int] = {}
        with suppress(_LostError):
            self._document()

    def paths(self) -> set[Path]:
        """Return the path of everything that stands in the text, the document's own () included."""
        return set(self._values)

    def place(self, path: Path) -> Place:
        """Return where a value starts, or the nearest thing around it that stands in the text."""
        while path not in self._values:
            path = path[:-1]
        return self._at(self._values[path])

    def key(self, path: Path) -> Place:
        """Return where the key of a value stands; an element of a list has none, so its value's place."""
        return self._at(self._keys[path]) if path in self._keys else self.place(path)

    def inside(self, path: Path, column: int) -> Place:
        """Return where a character (from 1) of a text value stands, whatever its quotes and escapes."""
        start = self._values.get(path)
        if start is None or self.text[start : start + 1] not in ('"', "'"):
            return self.place(path)
        spots = _characters(self.text, start)
        return self._at(spots[min(max(column, 1), len(spots)) - 1])

    def _at(self, position: int) -> Place:
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1

    def _document(self) -> None:
        table: Path = ()
        position = _skip(_SPACE, self.text, 0)
        while position < len(self.text):
            if self.text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table)
            position = _skip(_SPACE, self.text, position)

    def _header(self, start: int) -> tuple[Path, int]:
        many = self.text.startswith("[[", start)
        parts, position = self._dotted(start + 1 + many)
        table = self._enter((), parts[:-1], start)
        name, at = parts[-1]
        table = (*table, name)
        if many:
            self._values.setdefault(table, start)
            self._keys.setdefault(table, at)
            self._counts[table] = self._counts.get(table, 0) + 1
        table = self._newest(table)
        self._note(table, start, at)
        return table, self._expect("]]" if many else "]", position)

    def _pair(self, start: int, table: Path) -> int:
        parts, position = self._dotted(start)
        position = self._expect("=", position)
        path = (*self._enter(table, parts[:-1], start), parts[-1][0])
        position = _skip(_BLANK, self.text, position)
        self._note(path, position, parts[-1][1])
        return self._value(position, path)

    def _enter(self, table: Path, parts: list[tuple[str, int]], place: int) -> Path:
        for name, at in parts:
            table = self._newest((*table, name))
            if table not in self._values:
                self._values[table], self._keys[table] = place, at
                self._implied.add(table)
        return table

    def _newest(self, path: Path) -> Path:
        return (*path, self._counts[path] - 1) if path in self._counts else path

    def _note(self, path: Path, place: int, key: int | None = None) -> None:
        if len(path) > DEEPEST:
            raise RefusedError(_TOO_DEEP, self._at(place))
        if path in self._values and path not in self._implied:
            self.twice.append(Twice(path, self.key(path), self._at(place if key is None else key)))
            return
        self._implied.discard(path)
        self._values[path] = place
        if key is not None:
            self._keys[path] = key

    def _value(self, position: int, path: Path) -> int:
        match self.text[position : position + 1]:
            case "[":
                return self._list(position, path)
            case "{":
                return self._inline_table(position, path)
            case '"' | "'":
                return _after_text(self.text, position)
        after = _skip(_SCALAR, self.text, position)
        if after == position:
            raise _LostError
        if after - position > LONGEST:
            raise RefusedError(f"a number of {after - position} characters is too large", self._at(position))
        return after

    def _list(self, start: int, path: Path) -> int:
        position, count = _skip(_SPACE, self.text, start + 1), 0
        while not self.text.startswith("]", position):
            self._note((*path, count), position)
            position = _skip(_SPACE, self.text, self._value(position, (*path, count)))
            if not self.text.startswith(",", position):
                break
            position, count = _skip(_SPACE, self.text, position + 1), count + 1
        return self._expect("]", position)

    def _inline_table(self, start: int, path: Path) -> int:
        position = _skip(_SPACE, self.text, start + 1)
        while not self.text.startswith("}", position):
            position = _skip(_SPACE, self.text, self._pair(position, path))
            if not self.text.startswith(",", position):
                break
            position = _skip(_SPACE, self.text, position + 1)
        return self._expect("}", position)

    def _dotted(self, position: int) -> tuple[list[tuple[str, int]], int]:
        parts: list[tuple[str, int]] = []
        while True:
            position = _skip(_BLANK, self.text, position)
            if len(parts) == DEEPEST:
                raise RefusedError(_TOO_DEEP, self._at(position))
            name, after = _name(self.text, position)
            parts.append((name, position))
            position = _skip(_BLANK, self.text, after)
            if not self.text.startswith(".", position):
                return parts, position
            position += 1

    def _expect(self, word: str, position: int) -> int:
        if not self.text.startswith(word, position):
            raise _LostError
        return position + len(word)


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
    def experiments(self) -> Experiments:
        """The experiments of the runs; tables that runs share are judged once."""
        # pydantic and numpy, which telling a story does without
        from allornone.scenarios.document.validating import Experiments

        return Experiments()

    @cached_property
    def document(self) -> Document:
        """The document; SourceError tells everything that is wrong with it."""
        from allornone.scenarios.document.validating import validate

        try:
            return validate(self.raw, base=self.path.parent, experiments=self.experiments)
        except DocumentError as errors:
            raise self.error(errors.violations) from None

    @cached_property
    def violations(self) -> list[Violation]:
        """Everything that is wrong with the document."""
        try:
            _ = self.document
        except SourceError as error:
            return error.violations
        return []

    def locate(self, path: Path, column: int | None = None) -> str:
        """Return "file:line:column" of a part of the document, or of a column (from 1) inside its text."""
        place = self.locator.place(path) if column is None else self.locator.inside(path, column)
        return _at(self.path, place)

    def error(self, violations: Iterable[Violation]) -> SourceError:
        """Return the error that tells what was found wrong, each at its place, in the order of the text."""
        told = sorted(
            ((_place(self.locator, one), one) for one in dict.fromkeys(violations)), key=lambda pair: pair[0]
        )
        alike: dict[object, list[tuple[Place, Violation]]] = {}
        for place, one in told:
            alike.setdefault(_sort(one), []).append((place, one))
        lines = [
            f"{_at(self.path, place)}: {dotted(one.path, self.raw) or 'the file'}{_again(place, others)}: "
            f"{one.message}"
            for (place, one), *others in list(alike.values())[:MOST_TOLD]
        ]
        if len(alike) > MOST_TOLD:
            least = "at least " if len(told) >= MOST_FOUND else ""
            lines.append(f"{self.path}: and {least}{len(alike) - MOST_TOLD} more")
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


def _sort(violation: Violation) -> object:
    """Return what mistakes share that are told once: a message that quotes what is wrong, else also the key."""
    keys = [part for part in violation.path if isinstance(part, str)]
    return violation.message, None if _QUOTED.search(violation.message) else tuple(keys[-1:])


def _again(first: Place, others: Sequence[tuple[Place, Violation]]) -> str:
    """Return where the same is wrong again: ", and at lines 12, 15"."""
    lines = list(dict.fromkeys(line for (line, _), _ in others if line != first[0]))
    here = " again in this line" if any(line == first[0] for (line, _), _ in others) else ""
    there = f" at line{'s' * (len(lines) > 1)} {some_of(lines)}" if lines else ""
    return f", and{here}{' and' * bool(here and there)}{there}" if others else ""


def _at(file: FilePath, place: Place) -> str:
    return f"{file}:{place[0]}:{place[1]}"


def _place(locator: Locator, violation: Violation) -> Place:
    if violation.column is not None:
        return locator.inside(violation.path, violation.column)
    return locator.key(violation.path) if violation.on_key else locator.place(violation.path)


def _text(file: FilePath) -> str:
    regular(file)
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
        return content.decode("utf-8-sig")
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
    except RefusedError as error:
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


_TOO_DEEP = f"tables, lists or a dotted key nested deeper than {DEEPEST} levels"


class RefusedError(AllornoneError):
    """A text nested so deeply, a key of so many parts, or a number so long that it can be no scenario's."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.place = place


class Twice(NamedTuple):
    """A key that stands a second time, with the place of either."""

    path: Path
    first: Place
    second: Place


class _LostError(Exception):
    """The text is no TOML from here on; tomllib says why."""


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _name(text: str, position: int) -> tuple[str, int]:
    if text.startswith("'", position):
        after = _after_text(text, position)
        return text[position + 1 : after - 1], after
    if text.startswith('"', position):
        spots = _characters(text, position)
        return "".join(_character(text, spot) for spot in spots[:-1]), _after_text(text, position)
    after = _skip(_BARE_KEY, text, position)
    if after == position:
        raise _LostError
    return text[position:after], after


def _after_text(text: str, start: int) -> int:
    """Return the position after a text in quotes of any of the four kinds."""
    quotes = next(quotes for quotes in _QUOTES if text.startswith(quotes, start))
    position = start + len(quotes)
    escapes = quotes[0] == '"'
    while not text.startswith(quotes, position):
        position += 2 if escapes and text.startswith("\\", position) else 1
        if position >= len(text) or (len(quotes) == 1 and text[position] == "\n"):
            raise _LostError
    position += len(quotes)
    # A text in three quotes may end in one or two of its own.
    extra = 0
    while len(quotes) == 3 and extra < 2 and text.startswith(quotes[0], position + extra):
        extra += 1
    return position + extra


def _characters(text: str, start: int) -> list[int]:
    """Return the position of each character that a text in quotes stands for, and of its closing quotes."""
    quotes = next(quotes for quotes in _QUOTES if text.startswith(quotes, start))
    position, end = start + len(quotes), _after_text(text, start) - len(quotes)
    if len(quotes) == 3:
        position += len(text[position:end]) - len(re.sub(r"^\r?\n", "", text[position:end]))
    spots = []
    while position < end:
        if quotes == '"""' and (fold := _FOLD.match(text, position)):
            position = fold.end()
            continue
        spots.append(position)
        escape = _ESCAPE.match(text, position) if quotes[0] == '"' else None
        position = escape.end() if escape else position + (2 if text.startswith("\r\n", position) else 1)
    return [*spots, end]


def _character(text: str, position: int) -> str:
    escape = _ESCAPE.match(text, position)
    if escape is None:
        return text[position]
    code = escape.group()[1:]
    return _SHORT[code] if code in _SHORT else chr(int(code[1:], 16)) if code[0] in "uU" else code
