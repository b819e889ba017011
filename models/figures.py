"""A polygon composed of half-planes: one threshold unit a side, one unit that counts them.

N  sides      n_i  outward normal of side i      inside where n_i · x ≤ inradius for all i
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from allornone.models.mcculloch_pitts import Threshold
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network


def polygon(
    sides: int,
    inradius: float = 1.0,
    centre: Sequence[float] = (0.0, 0.0),
    turn: float = 0.0,
    least: float | None = None,
) -> Network:
    """Return a network that fires inside a regular polygon: hidden `H1…`, one a side, and `out`.

    Side i is at angle turn + 2πi/N. `out` fires when at least `least` sides agree, all of them where none is
    given. The lecture's composition of decision boundaries; Lippmann, IEEE ASSP (1987).

    >>> polygon(4).number_of_edges()
    12
    """
    if isinstance(sides, bool) or not isinstance(sides, int) or sides < 3:
        raise AllornoneError(f"polygon: sides must be a whole number from 3, found {sides!r}")
    if not inradius > 0:
        raise AllornoneError(f"polygon: inradius must be more than 0, found {inradius!r}")
    net = Network(name="polygon")
    net.add_inputs("X1", "X2")
    for k in range(sides):
        angle = turn + 2 * math.pi * k / sides
        across, up = math.cos(angle), math.sin(angle)
        # −n·x ≥ −(inradius + n·centre), said with weights −n and a threshold
        reach = inradius + across * centre[0] + up * centre[1]
        net.add_unit(f"H{k + 1}", Threshold(threshold=-reach), group="hidden1")
        net.connect("X1", f"H{k + 1}", weight=-across)
        net.connect("X2", f"H{k + 1}", weight=-up)
    net.add_unit("out", Threshold(threshold=(sides if least is None else least) - 0.5), output=True)
    for k in range(sides):
        net.connect(f"H{k + 1}", "out")
    return net
