"""What a scenario file says to people, and the verdict on it, on a screen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allornone.command import screen
from allornone.command.screen import StyledText, TextTable
from allornone.scenarios.catalogue import dated
from allornone.scenarios.document.change import all_changes, changes_of, spoken

if TYPE_CHECKING:
    from allornone.scenarios.expressions.labelled import Value
    from allornone.scenarios.verdict.result import ClaimResult, Result


GOOD, BAD, FAINT = "green", "bold red", "dim"
NEXT_MEASURE = re.compile(r", (?=[^\W\d]\w*(\(.*?\))? = )")
MOST_VALUES = 12  # of an array that are shown
SPEAKERS = {"lecture": "the lecture says: ", "source": "the source says: "}

FACTS = ("source", "evidence", "lecture", "aliases", "seeds", "deviations", "open")
ENOUGH = 1 << 20  # bytes: no scenario is so long
WHO_SAYS = {"lecture": "The lecture: ", "source": "The source: "}


def works(result: Result) -> bool:
    """Whether every claim that must hold does, and every change and nudge that was tried does its work.

    Of another family of runs nothing is asked but that it ran.
    """
    return result.verdict is None or (result.holds is not False and result.works)


def full(result: Result) -> None:
    """Print a result at length: title, story, the verdict table, the verdict, warnings."""
    story = told(result.document)
    screen.say(f"{story.title} ({story.year})", "bold")
    screen.say()
    screen.paragraph(story.text, indent=2)
    screen.say()
    screen.table(verdict_table(result.claims))
    screen.say()
    if result.verdict is None:
        _measures(result)
    screen.paragraph(verdict_line(result), style(result))
    warn(result)


def brief(result: Result) -> None:
    """Print a result in one line, and below it only the claims that are in trouble."""
    screen.paragraph(f"{screen.mark(works(result))} {result.name}: {verdict_line(result)}", style(result))
    troubled = [claim for claim in result.claims if in_trouble(claim)]
    if troubled:
        screen.table(verdict_table(troubled))
    warn(result)


def warn(result: Result) -> None:
    """Print the warnings of a run."""
    for warning in result.warnings:
        screen.paragraph(f"warning: {warning}", "yellow")


def style(result: Result) -> str:
    """Return the colour of a verdict."""
    if not works(result):
        return BAD
    return "bold" if result.verdict is None else "bold green"


def verdict_line(result: Result) -> str:
    """Return the verdict in one line: how it came out, how many claims hold and changes do their work."""
    changes = [change.works for claim in result.claims for change in claim.counterfactuals]
    nudges = [nudge.falls for claim in result.claims for nudge in claim.nudges]
    tried = [_share(done, noun) for done, noun in ((changes, "change"), (nudges, "nudge")) if done]
    holding = [bool(claim.holds) for claim in result.claims]
    pieces = [_share(holding, "claim") + (" holds" if len(holding) == 1 else " hold")]
    if tried:
        one = len(changes) + len(nudges) == 1
        pieces.append(" and ".join(tried) + (" does its work" if one else " do their work"))
    return f"{_outcome(result)}{', '.join(pieces)} ({result.seconds:.1f} s)"


def _outcome(result: Result) -> str:
    """Return the verdict and what it is of, or why there is none, up to where the claims are counted."""
    if result.verdict is None:
        seeds = result.document.get("seeds", 1)
        with_seeds = f", with its {seeds} seeds" if seeds > 1 else ""
        return f"no verdict ({result.family}): the claims are about the file as written{with_seeds}. Here "
    return f"{result.verdict}: " if result.as_written else f"{result.verdict}, {result.family}: "


def verdict_table(claims: Sequence[ClaimResult]) -> TextTable:
    """Return the verdict table: a row per claim, and under it one per change and per idle nudge."""
    rows = [row for claim in claims for row in _rows(claim)]
    return TextTable(["", "claim", "measured"], rows, {1: 0.55, 2: 0.45})


def in_trouble(claim: ClaimResult) -> bool:
    """Whether a claim that must hold does not, or one of its changes or nudges does no work."""
    return not (claim.sound and claim.works)


def _rows(claim: ClaimResult) -> Iterator[list[StyledText]]:
    said = SPEAKERS.get(claim.says or "", "")
    colour = GOOD if claim.holds else ("yellow" if claim.sound or claim.holds is None else BAD)
    yield [
        StyledText(screen.mark(claim.holds), colour),
        StyledText(said + claim.text),
        StyledText(claim.found or _by_measure(claim.measured), "cyan"),
    ]
    # a marked sentence that is false here names a change under which it is true
    does, should = ("is true", "be true") if claim.says and not claim.holds else ("falls", "fall")
    for change in claim.counterfactuals:
        words = does if change.works else f"should {should}"
        yield _below(change.works, f"{words} if {change.change}", change.note)
    for nudge in claim.nudges:
        if not nudge.falls:
            yield _below(False, f"still holds at {nudge.text}")
    sharp = sum(nudge.falls for nudge in claim.nudges)
    if sharp:
        yield _below(True, f"falls at {sharp} nudge{'' if sharp == 1 else 's'} of its numbers")


def _below(works: bool, words: str, note: str = "") -> list[StyledText]:
    """Return a row under a claim: what was tried on it, and what came of it."""
    return [
        StyledText(""),
        StyledText(f"  {screen.mark(works)} {words}", FAINT if works else BAD),
        StyledText(_by_measure(note), FAINT),
    ]


def _by_measure(measured: str) -> str:
    """Return what was measured with each measure on a line of its own.

    >>> _by_measure("heats(L=1) = [1, 2], chills = 0")
    'heats(L=1) = [1, 2]\\nchills = 0'
    """
    return NEXT_MEASURE.sub("\n", measured)


def _share(done: Sequence[bool], noun: str) -> str:
    """Return "3 claims" where all are, "2 of 3 claims" where not."""
    count = str(len(done)) if all(done) else f"{sum(done)} of {len(done)}"
    return f"{count} {noun}{'' if len(done) == 1 else 's'}"


def _measures(result: Result) -> None:
    """Print what was measured: with another family this is the result, and the claims are an aside."""
    rows = [[StyledText(name), StyledText(_brief(value), "cyan")] for name, value in result.measures.items()]
    if rows:
        screen.table(TextTable(["measure", "value"], rows, {1: 1.0}))
        screen.say()


def _brief(value: Value) -> str:
    """Return a measure in a line: a number as it is, an array by its axes and its first values."""
    match value:
        case bool() | str():
            return str(value)
        case int() | float():
            return f"{value:.5g}"
    cells, axes = value.values, value.axes
    first = [
        f"{cell:.5g}" if isinstance(cell, float) else str(cell)
        for cell in cells.ravel()[:MOST_VALUES].tolist()
    ]
    shape = " × ".join(f"{size} {axis}" for axis, size in zip(axes, cells.shape, strict=True))
    return f"{shape}: {', '.join(first)}{', …' if cells.size > MOST_VALUES else ''}"


@dataclass(frozen=True)
class ClaimText:
    """A claim as its file spells it."""

    text: str
    that: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """The words of a scenario file."""

    title: str
    year: str
    text: str
    facts: tuple[tuple[str, str], ...]
    claims: tuple[ClaimText, ...]


def read(path: Path) -> Story:
    """Return the words of a scenario file; AllornoneError, which says all that is wrong with it."""
    with suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        raw = tomllib.loads(file.read(ENOUGH).decode("utf-8"))
        if tells(raw):
            return told(raw)
    from allornone.scenarios.document.reading import (
        read as read_closely,  # which loads much, to say what is wrong
    )

    return told(read_closely(path).raw)


def tells(raw: Mapping[str, Any]) -> bool:
    """Whether a document has all that is told of a scenario, each of its kind; the rest is not looked at.

    >>> tells({"title": "Ring", "year": 1938, "story": "A pulse goes round.", "source": "Kubie"})
    False
    """
    part = raw.get("interpretation")
    claims = part.get("claims") if isinstance(part, dict) else None
    return (
        _has(raw, str, "title", "story", "source")
        and _has(raw, int, "year")
        and isinstance(claims, list)
        and bool(claims)
        and all(_is_claim(claim) for claim in claims)
    )


def told(raw: Mapping[str, Any]) -> Story:
    """Return the words of a document, which may lack any of them.

    >>> told({"title": "Cold that feels hot", "year": 1943, "lecture": [5, 7]}).facts
    (('lecture', '5, 7'),)
    """
    claims = raw.get("interpretation", {}).get("claims", [])
    facts = tuple((key, _listed(raw[key])) for key in FACTS if key in raw)
    return Story(
        title=str(raw.get("title", "")),
        year=dated(int(raw["year"])) if "year" in raw else "",
        text=str(raw.get("story", "")),
        facts=facts,
        claims=tuple(_claim(raw, claim) for claim in claims),
    )


def _has(table: Mapping[str, Any], kind: type, *keys: str) -> bool:
    return all(isinstance(table.get(key), kind) and not isinstance(table[key], bool) for key in keys)


def _is_claim(claim: object) -> bool:
    if not isinstance(claim, dict) or not _has(claim, str, "text"):
        return False
    changes = [change for _, change in all_changes({}, claim)]
    return isinstance(claim.get("that"), str | list) and all(isinstance(one, dict | str) for one in changes)


def _claim(raw: Mapping[str, Any], claim: Mapping[str, Any]) -> ClaimText:
    sentences = tuple(
        f"{word} with {spoken(change) if isinstance(change, dict) else change}"
        for word in ("fails", "holds")
        for _, change in changes_of(raw, claim, word)
    )
    said, that = WHO_SAYS.get(str(claim.get("says", "")), ""), claim.get("that", ())
    where = ", ".join(f"{axis} = {label}" for axis, label in claim.get("where", {}).items())
    parts = [str(part) for part in (that if isinstance(that, list) else [that])]
    if where and parts:
        parts[0] = f"at {where}: {parts[0]}"
    return ClaimText(said + str(claim.get("text", "")), tuple(parts), sentences)


def _listed(value: object) -> str:
    """Return a fact as text; several are joined."""
    return ", ".join(str(piece) for piece in value) if isinstance(value, list) else str(value)
