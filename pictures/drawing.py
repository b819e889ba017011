"""Drawing: a picture of a network, that shows itself in a notebook and saves itself."""

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from allornone.pictures.layout.scene import HEADS
from allornone.pictures.painting.painting import PAD, composed, inches, paint, root
from allornone.pictures.painting.units import moment
from allornone.pictures.palette import Theme, theme_of
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import numbers_of
from allornone.simulator.errors import AllornoneError, UnknownName, finite, shown
from allornone.simulator.files import replacing
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace

ENDINGS = (".png", ".pdf", ".svg")
MOST_DPI = 1200
STEADY = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}

State = Mapping[str, float] | tuple[Trace, int]


class Drawing:
    """A finished picture: `figure` and `axes` are matplotlib's, to go on with."""

    def __init__(self, figure: Figure, axes: Axes) -> None:
        self.figure, self.axes = figure, axes

    @checked
    def save(self, path: str | os.PathLike[str], dpi: float = 150) -> None:
        """Write the picture as .png, .pdf or .svg; nothing is left of a file that could not be finished.

        Raises AllornoneError for another ending or a folder that does not exist.
        """
        found = ending(path, ENDINGS)
        if isinstance(dpi, bool) or not finite(dpi) or not 1 <= dpi <= MOST_DPI:
            raise AllornoneError(f"dpi must be from 1 to {MOST_DPI} dots an inch, found {shown(dpi)}")
        with replacing(Path(path)) as part, mpl.rc_context({"svg.hashsalt": "allornone"}):
            self.figure.savefig(
                part, format=found[1:], dpi=dpi, facecolor=self.figure.get_facecolor(), metadata=STEADY[found]
            )

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.figure.savefig(buffer, format="png", dpi=110, facecolor=self.figure.get_facecolor())
        return buffer.getvalue()

    def __repr__(self) -> str:
        wide, high = self.figure.get_size_inches()
        return f"Drawing: {wide:.1f} × {high:.1f} inches; .save('x.png' | '.pdf' | '.svg')"


def canvas(wide: float, high: float, theme: Theme) -> Figure:
    """Return an empty figure of so many inches; pyplot knows nothing of it."""
    figure = Figure(figsize=(wide, high), facecolor=theme.bg)
    FigureCanvasAgg(figure)
    return figure


@checked
def draw(
    net: Network,
    state: State | None = None,
    ax: Axes | None = None,
    pos: Mapping[str, ArrayLike] | None = None,
    theme: str | Theme = "light",
    values: bool = False,
) -> Drawing:
    """Draw a network, at rest or in a state.

    `state`: unit → value, or (trace, tick); `ax`: axes to draw into; `pos`: anybody's positions,
    unit → (x, y); `theme`: "light", "dark" or "print"; `values`: numbers in place of curves.
    Raises UnknownName for a unit or a theme that does not exist.

    >>> net = Network(name="wire")
    >>> net.add_inputs("a", "b")
    >>> draw(net, {"a": 1})
    Drawing: 3.0 × 2.8 inches; .save('x.png' | '.pdf' | '.svg')
    """
    chosen = theme_of(theme)
    check_axes(ax)
    for unit, place in ({} if pos is None else pos).items():
        if numbers_of(f"the place of {unit!r}", place).shape != (2,):
            raise AllornoneError(f"the place of {unit!r} must be two finite numbers, found {shown(place)}")
    size = (9.0, 5.0) if ax is None else inches(ax)
    what, inch = composed(net, size, 8.0, pos)
    if ax is None:
        left, right, low, high = what.box
        wide, tall = ((right - left + 2 * PAD) * inch, (high - low + 2 * PAD) * inch)
        figure = canvas(max(wide, 3.0), max(tall, 2.0), chosen)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    else:
        axes = ax
        figure = root(axes)
    letter = float(np.clip(0.62 * inch * 72, 8.0, 15.0))
    dense = len(what.synapses) > HEADS
    painted = paint(axes, what, chosen, inch, letter=letter, values=values, fading=dense)
    if state is not None:
        y, vetoed = _state(net, state)
        seen = moment(what, y, vetoed, scale=max([1.0, *map(abs, y.values())]))
        painted.cells.show(*seen)
    return Drawing(figure, axes)


def check_axes(ax: object) -> None:
    """Raise an error for something to draw into that is not matplotlib's."""
    if ax is not None and not hasattr(ax, "get_window_extent"):
        raise AllornoneError(f"ax must be the Axes of a figure of matplotlib, found {shown(ax)}")


def _state(net: Network, state: State) -> tuple[dict[str, float], set[str]]:
    """Values by unit, and who is vetoed."""
    if isinstance(state, Mapping):
        for unit in state:
            if unit not in net:
                raise UnknownName("unit", str(unit), [str(name) for name in net])
            if not finite(state[unit]):
                raise AllornoneError(
                    f"the state of {unit!r} must be a finite number, found {shown(state[unit])}"
                )
        return {unit: float(value) for unit, value in state.items()}, set()
    if not (isinstance(state, Sequence) and len(state) == 2 and isinstance(state[0], Trace)):
        raise AllornoneError(f"a state is a value by unit, or a trace and a tick, found {shown(state)}")
    trace, tick = state
    if not -trace.ticks <= tick < trace.ticks:
        raise AllornoneError(f"the trace has ticks 0 to {trace.ticks - 1}, found tick {tick}")
    y = trace.recorded["y"][tick, 0, :, 0]
    values = dict(zip(trace.units, map(float, y), strict=True))
    off: Any = trace.recorded.get("vetoed")
    vetoed = set() if off is None else {u for u, x in zip(trace.units, off[tick, 0, :, 0], strict=True) if x}
    return values, vetoed


def ending(path: str | os.PathLike[str], known: Sequence[str]) -> str:
    """Return the ending of a path, in lower case, if it is known.

    Raises AllornoneError, which names the endings that work.

    >>> ending("x.PNG", [".png"])
    '.png'
    """
    target = Path(path)
    found = target.suffix.lower()
    if found not in known:
        *most, last = known
        listed = f"{', '.join(most)} and {last}" if most else last
        raise AllornoneError(
            f"{target}: the ending says how to write it: {listed} work, found {found or 'none'}"
        )
    return found
