"""Moments: the values of a tick, sorted for the units and patches of a scene."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.scene import Scene

Array = NDArray[np.float64]


def moment(
    what: Scene, values: Mapping[str, float], vetoed: Collection[str] = (), scale: float = 1.0
) -> tuple[Array, NDArray[np.bool_], dict[str, Array]]:
    """Return values per unit (NaN where unknown), who is vetoed, and values per patch; all over `scale`."""
    y = np.array([values.get(unit, np.nan) for unit in what.units], dtype=np.float64) / scale
    off = np.array([unit in vetoed for unit in what.units], dtype=bool)
    images = {
        patch.name: np.array([values.get(unit, 0.0) for unit in patch.members], dtype=np.float64) / scale
        for patch in what.patches
    }
    return y, off, images
