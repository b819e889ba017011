"""Heading: what stands over a film: title, story and clock. The story gives way to a question."""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from allornone.pictures.film import INCHES
from allornone.pictures.palette import Theme
from allornone.pictures.plates import EDGE
from allornone.pictures.script import Shot
from allornone.pictures.shapes import FONT, MONO
from allornone.pictures.words import headline, sentences

TITLE, STORY, CLOCK = 19.0, 12.5, 17.0  # points


class Heading:
    """The artists over a film; `times` (moments) is what the clock says."""

    def __init__(
        self,
        figure: Figure,
        theme: Theme,
        words: tuple[str, str],
        times: Sequence[str],
        shots: Sequence[Shot],
    ) -> None:
        title, story = words
        self.figure, self.theme, self.times, self.story = figure, theme, times, sentences(story)
        wide, _ = INCHES
        room = (wide - 2 * EDGE) * 72 - max(map(len, times)) * CLOCK * 0.62 - 20
        line = headline(title, int(room / (TITLE * 0.69)))
        style: dict[str, Any] = {"family": FONT, "parse_math": False, "zorder": 60}
        left, right = EDGE / wide, 1 - EDGE / wide
        figure.text(left, 0.932, line, size=TITLE, weight="bold", color=theme.ink, **style)
        self.caption: Text = figure.text(
            left, 0.91, self.story, size=STORY, color=theme.mute, va="top", linespacing=1.25, **style
        )
        self.clock: Text = figure.text(
            right, 0.932, "", size=CLOCK, color=theme.ink, ha="right", family=MONO, zorder=60
        )
        self.artists: list[Artist] = [self.clock]
        if any(shot.ask for shot in shots):
            self.artists.append(self.caption)

    def show(self, shot: Shot) -> None:
        """Say the time of a shot, and ask what it asks."""
        self.clock.set_text(self.times[shot.moment])
        self.caption.set(text=shot.ask or self.story, color=self.theme.ink if shot.ask else self.theme.mute)
