"""Answers: ✓ and ✗ beside the outputs of a film whose trace holds what was wanted."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.text import Text
from numpy.typing import NDArray

from allornone.pictures.marks import short
from allornone.pictures.palette import Theme
from allornone.pictures.scene import Scene
from allornone.pictures.shapes import FONT, circle
from allornone.pictures.timeline import Timeline

LETTER = 13.0  # points


class Answers:
    """The artists that say whether each output was right, and what it should have said."""

    def __init__(
        self,
        ax: Axes,
        what: Scene,
        theme: Theme,
        wrong: NDArray[np.int8],
        line: Timeline,
        outputs: Sequence[str],
        inch: float,
    ) -> None:
        self.wrong, self.line, self.theme = wrong, line, theme
        self.columns = (
            [k for k, unit in enumerate(outputs) if unit in what.units] if (wrong >= 0).any() else []
        )
        places = {unit: what.positions[what.units.index(unit)] for unit in outputs if unit in what.units}
        below = LETTER / 72 / inch
        labels = {label.text: label for label in what.labels if label.role == "output"}
        self.spots = {k: places[outputs[k]] for k in self.columns}
        self.texts: dict[int, Text] = {}
        for k in self.columns:
            label = labels.get(outputs[k])
            x, y = self.spots[k] + np.array([1.72, 0.0])
            drop = below * (0.75 if label is not None and label.up == "center" else 0.0)
            self.texts[k] = ax.text(
                float(x), float(y) - drop, "", size=LETTER, ha="left", va="top", family=FONT, zorder=45
            )
        self.rings = PathCollection(
            [], facecolors="none", edgecolors=theme.neg, linewidths=0.16 * inch * 72, zorder=44
        )
        ax.add_collection(self.rings, autolim=False)

    @property
    def artists(self) -> list[Artist]:
        """Rings and texts."""
        return [self.rings, *self.texts.values()] if self.columns else []

    def show(self, moment: int, answered: bool) -> None:
        """Mark the answers of a moment, once they are given."""
        rings = []
        for k, text in self.texts.items():
            verdict = int(self.wrong[moment, k]) if answered else -1
            wanted = self.line.desired[moment, k] if self.line.desired is not None else np.nan
            text.set_text({0: "✓", 1: f"✗ d = {short(float(wanted))}"}.get(verdict, ""))
            text.set_color(self.theme.neg if verdict == 1 else self.theme.ok)
            if verdict == 1:
                x, y = map(float, self.spots[k])
                rings.append(circle(x, y, 1.45))
        self.rings.set_paths(rings)
