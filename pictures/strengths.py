"""Strengths: what the synapses of a wiring say, and how much of it is worth drawing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.timeline import delay_of
from allornone.pictures.wiring import Body, Wiring
from allornone.simulator.network.network import Network

Array = NDArray[np.float64]

MARKED = 48  # above so many synapses there are no tick marks


@dataclass(frozen=True)
class Strengths:
    """Weights (NaN for a bundle), delays and tick marks, per link; what differs and so is drawn.

    `weighted`: their sizes differ; `signed`: their colours say the sign.
    """

    weights: Array
    delays: NDArray[np.int64]
    ticks: NDArray[np.int64]
    weighted: bool
    signed: bool

    @classmethod
    def of(cls, net: Network, wires: Wiring, learning: bool) -> "Strengths":
        """Return what a network says of each link; of `learning` weights all is worth drawing."""
        data = [_data(net, wires.bodies[x.source], wires.bodies[x.target]) for x in wires.links]
        weights = np.array(
            [np.nan if x.bundle else float(d["weight"]) for x, d in zip(wires.links, data, strict=True)]
        )
        delays = np.array([int(d["delay"]) for d in data], dtype=np.int64)
        summed = np.array([x.kind == "weighted" and not x.bundle for x in wires.links], dtype=bool)
        seen = weights[summed]
        # what is uniform is said once, what differs is drawn
        uniform = len(set(delays.tolist())) <= 1
        ticks = np.zeros_like(delays) if uniform or len(delays) > MARKED else delays
        weighted = learning or len(set(np.abs(seen).tolist())) > 1
        signed = bool(len(seen)) and (learning or bool(np.any(seen < 0)) or bool(np.any(seen % 1)))
        return cls(weights, delays, ticks, weighted, signed)


def _data(net: Network, source: Body, target: Body) -> dict[str, Any]:
    """Weight and delay of a link, defaults filled in; of a bundle those of its first synapse."""
    u, v = next((u, v) for u in source.members for v in target.members if net.has_edge(u, v))
    found: dict[str, Any] = dict(net.edges[u, v])
    found.setdefault("weight", 1.0)
    found["delay"] = delay_of(net, v, found)
    return found
