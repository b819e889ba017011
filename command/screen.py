"""Where results are shown: tables by rich on a terminal, plain columns anywhere else."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

GAP = "  "
WIDEST = 100  # of a paragraph, so that the eye finds the next line
FEWEST = 12  # characters that a wrapped column keeps, however narrow the window


@dataclass(frozen=True)
class StyledText:
    """A piece of text with its style, in rich's words ("bold", "dim", "green", …)."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class TextTable:
    """Rows of cells under headings; the widths of the columns named in `shares` give way first.

    `shares`: column → the part of the room that it may take, for text that wraps.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[StyledText]]
    shares: dict[int, float]


def terminal(stream: TextIO | None) -> bool:
    """Whether a person watches the stream on a terminal that can be written to freely."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def legible(stream: TextIO | None) -> None:
    """Let a stream that lacks a letter print `?` for it instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def printable(text: str) -> str:
    """Return text without anything that could steer a terminal: files are untrusted.

    >>> printable("red \\x1b[31m tape")
    'red \\\\x1b[31m tape'
    """
    return "".join(character if _harmless(character) else _spelt(character) for character in text)


def mark(truth: bool | None) -> str:
    """Return ✓ or ✗, – where nothing was judged, or words where the encoding of stdout lacks them."""
    sign, word = ("–", "-") if truth is None else ("✓", "yes") if truth else ("✗", "no")
    try:
        sign.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return word
    return sign


def width() -> int:
    """Return how many columns there are: the terminal's, COLUMNS, or 80."""
    return max(shutil.get_terminal_size((80, 24)).columns, 40)


def say(text: str = "", style: str = "") -> None:
    """Print a line on stdout, in a style where there is a terminal."""
    if terminal(sys.stdout):
        _console().print(_text(StyledText(text, style)), soft_wrap=True)
    else:
        print(printable(text))


def paragraph(text: str, style: str = "", indent: int = 0) -> None:
    """Print text wrapped to the width; lines of the text stay lines, so that a story keeps its breath."""
    room = min(width(), WIDEST) - indent
    for line in text.strip().splitlines():
        for piece in textwrap.wrap(printable(line), room, break_on_hyphens=False, break_long_words=False) or [
            ""
        ]:
            say(" " * indent + piece if piece else "", style)


def table(content: TextTable) -> None:
    """Print a table: by rich on a terminal, else in plain columns; of a table without rows nothing."""
    if not content.rows:
        return
    if terminal(sys.stdout):
        _rich_table(content)
        return
    for line in plain(content, width()):
        print(line)


def plain(content: TextTable, room: int) -> Iterator[str]:
    """Return the lines of a table in plain columns, wrapped to the room.

    >>> rows = [[StyledText("✓"), StyledText("a claim of several words"), StyledText("n = 3")]]
    >>> for line in plain(TextTable(["", "claim", "measured"], rows, {1: 1.0}), 32):
    ...     print(line)
       claim                measured
    ✓  a claim of several   n = 3
       words
    """
    widths, rows = _laid(content, room)
    for row in rows:
        for height in range(max(len(lines) for lines in row)):
            cells = [lines[height] if height < len(lines) else "" for lines in row]
            yield GAP.join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True)).rstrip()


def as_json(content: object, indent: int | None = None) -> None:
    """Print one JSON document on stdout, in ASCII; what JSON cannot spell (inf, nan) becomes text.

    >>> as_json({"period": float("inf"), "heats": [1, 2]})
    {"period": "inf", "heats": [1, 2]}
    """
    print(json.dumps(_spellable(content), indent=indent, allow_nan=False))


def _harmless(character: str) -> bool:
    return character.isprintable() or character == "\n"


def _spelt(character: str) -> str:
    """Return a space for exotic spaces, an escape for what would act on the terminal."""
    return " " if character.isspace() else character.encode("unicode_escape").decode("ascii")


def _laid(content: TextTable, room: int) -> tuple[list[int], list[list[list[str]]]]:
    """Return the width of each column, and the lines of each cell, row by row, the headings first if any."""
    rows = [[printable(cell.text) for cell in row] for row in content.rows]
    if any(content.headings):
        rows.insert(0, list(content.headings))
    widths = _widths(rows, content.shares, room)
    return widths, [[_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)] for row in rows]


def _widths(rows: list[list[str]], shares: dict[int, float], room: int) -> list[int]:
    """Return the width of each column: as needed, the sharing ones cut to what the others leave."""
    needed = [
        max(len(line) for cell in column for line in cell.split("\n")) for column in zip(*rows, strict=True)
    ]
    fixed = sum(size for column, size in enumerate(needed) if column not in shares)
    left, asked = room - fixed - len(GAP) * (len(needed) - 1), sum(shares.values())
    for column in sorted(shares, key=lambda column: needed[column] / shares[column]):
        # the column that fills least of its share comes first: its rest goes to the others
        needed[column] = min(needed[column], max(int(left * shares[column] / asked), FEWEST))
        left, asked = left - needed[column], asked - shares[column]
    return needed


def _wrapped(text: str, size: int) -> list[str]:
    """Return the lines of a cell; an indent is kept, and where a cell has lines of its own what wraps hangs."""
    lines = text.split("\n")
    hang = "  " if len(lines) > 1 else ""
    found: list[str] = []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        room, further = max(size, len(indent) + 3), indent + hang
        found += textwrap.wrap(
            line.strip(), room, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
        )
    return found or [""]


def _rich_table(content: TextTable) -> None:
    from rich import box
    from rich.table import Table as RichTable

    headed = any(content.headings)
    widths, rows = _laid(content, width() - len(content.headings) + 1)  # rich's gap is one wider than ours
    shown = RichTable(
        box=box.SIMPLE_HEAD, show_header=headed, pad_edge=False, show_edge=False, padding=(0, 1)
    )
    for heading, size in zip(content.headings, widths, strict=True):
        shown.add_column(heading, width=size)
    for row, lines in zip(content.rows, rows[headed:], strict=True):
        shown.add_row(
            *(
                _text(StyledText("\n".join(wrapped), cell.style))
                for cell, wrapped in zip(row, lines, strict=True)
            )
        )
    _console().print(shown)


def _text(cell: StyledText) -> Text:
    from rich.text import Text

    return Text(printable(cell.text), style=cell.style)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def _spellable(content: Any) -> Any:
    """Return the content with numbers of numpy as Python's, and what JSON lacks as text."""
    match content:
        case dict():
            return {str(key): _spellable(value) for key, value in content.items()}
        case list() | tuple():
            return [_spellable(value) for value in content]
        case float() if not math.isfinite(content):
            return str(content)
        case None | bool() | int() | float() | str():
            return content
    as_list = getattr(content, "tolist", None)
    return _spellable(as_list()) if as_list is not None else str(content)
