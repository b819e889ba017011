"""The colours that everything is drawn in: themes, mixing, contrast.

Only four hues carry meaning alone: `fire` (active), `pos` and `neg` (sign of a weight), `ink` (veto).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allornone.simulator.errors import UnknownName

Array = NDArray[np.float64]

ON_FIRE = "#1C2430"  # text on `fire`, in every theme


@dataclass(frozen=True)
class Theme:
    """A set of colours, and what paper cannot show.

    `halo`: draw the glow of firing units; `dashed`: dash negative synapses; `crossed`: write × into
    vetoed units. The last two keep a grey print readable.
    """

    name: str
    bg: str
    panel: str
    ink: str
    mute: str
    faint: str
    wire: str
    rest: str
    fire: str
    cold: str
    pos: str
    neg: str
    ok: str
    halo: bool = True
    dashed: bool = False
    crossed: bool = False


_LIGHT = Theme(
    name="light",
    bg="#FFFFFF",
    panel="#F4F5F7",
    ink="#1C2430",
    mute="#667080",
    faint="#C9CFD8",
    wire="#7B8594",
    rest="#FFFFFF",
    fire="#FFC21A",
    cold="#5B6B94",
    pos="#0F62B4",
    neg="#C8470A",
    ok="#0A7A5A",
)
_DARK = Theme(
    name="dark",
    bg="#0F141B",
    panel="#18202A",
    ink="#EEF2F6",
    mute="#98A4B3",
    faint="#3A4654",
    wire="#7C8998",
    rest="#1A222D",
    fire="#FFD34D",
    cold="#6F83BF",
    pos="#5AB0FF",
    neg="#FF8A4C",
    ok="#4CD3A5",
)
_PRINT = replace(_LIGHT, name="print", halo=False, dashed=True, crossed=True)

THEMES: Mapping[str, Theme] = MappingProxyType({theme.name: theme for theme in (_LIGHT, _DARK, _PRINT)})


def theme_of(theme: str | Theme) -> Theme:
    """Return the theme of that name; a Theme is returned as it is.

    Raises UnknownName, with the nearest name, for a theme that does not exist.

    >>> theme_of("dark").fire
    '#FFD34D'
    """
    if isinstance(theme, Theme):
        return theme
    if not isinstance(theme, str) or theme not in THEMES:
        raise UnknownName("theme", str(theme), THEMES)
    return THEMES[theme]


def rgb(colour: str) -> Array:
    """Return '#RRGGBB' as three numbers in [0, 1].

    >>> rgb("#FF0000").tolist()
    [1.0, 0.0, 0.0]
    """
    return np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])


def mix(start: ArrayLike, end: ArrayLike, share: ArrayLike) -> Array:
    """Return colours between `start` and `end` (…, 3), `share` (…) of the way.

    >>> mix([0, 0, 0], [1, 1, 1], [0.5]).tolist()
    [[0.5, 0.5, 0.5]]
    """
    part = np.asarray(share, dtype=np.float64)[..., None]
    return np.asarray(start) * (1 - part) + np.asarray(end) * part


def luminance(colour: ArrayLike) -> Array:
    """Return the relative luminance of colours (…, 3) in [0, 1] (WCAG 2.1).

    >>> float(luminance([1.0, 1.0, 1.0]).round(6))
    1.0
    """
    c = np.asarray(colour, dtype=np.float64)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1).

    >>> round(contrast("#000000", "#FFFFFF"), 6)
    21.0
    """
    dark, light = sorted(float(luminance(rgb(colour))) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)
