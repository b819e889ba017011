"""Veils: what hides the future of a panel, and a cursor at its edge."""

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from allornone.pictures.palette import Theme

VEIL = 0.92  # how much the future is hidden


class Veil:
    """The veil of one panel whose x axis is moments."""

    def __init__(self, ax: Axes, theme: Theme, moments: int) -> None:
        low, high = sorted(ax.get_ylim())
        self.moments = moments
        self.veil = Rectangle((0, low), 1, high - low, facecolor=theme.bg, alpha=VEIL, linewidth=0, zorder=50)
        ax.add_patch(self.veil)
        self.cursor = ax.axvline(0, color=theme.ink, linewidth=1.4, zorder=51)

    @property
    def artists(self) -> list[Artist]:
        """The veil, and the cursor over it."""
        return [self.veil, self.cursor]

    def show(self, edge: float, asking: bool) -> None:
        """Hide what is right of a moment; wholly, while a question is asked whose answer stands there."""
        self.veil.set_alpha(1.0 if asking else VEIL)
        self.veil.set_x(edge)
        self.veil.set_width(self.moments - edge)
        self.cursor.set(xdata=[edge, edge])
