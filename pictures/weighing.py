"""Weighing: the weights of a trace in time, for the synapses of a scene and for a panel beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.scene import Scene
from allornone.pictures.timeline import Timeline
from allornone.simulator.records import Trace

Array = NDArray[np.float64]

FEW = 8  # weights that are drawn against time
STILL = 1e-12


@dataclass(frozen=True)
class Weighing:
    """Weights of all synapses (moments, synapses); `values` and `names` are the few that learn."""

    synapses: Sequence[tuple[str | None, str]]
    weights: Array
    values: Array
    names: Sequence[str]

    @classmethod
    def of(cls, trace: Trace, line: Timeline) -> "Weighing":
        """Return the weights of a trace; nothing where they were not recorded."""
        if line.weights is None:
            return cls((), np.zeros((len(line), 0)), np.zeros((len(line), 0)), ())
        moved = np.ptp(line.weights, axis=0) > STILL
        learn = moved if moved.sum() <= FEW else np.zeros_like(moved)
        chosen = [trace.synapses[k] for k in np.flatnonzero(learn)]
        targets = {target for _, target in chosen}
        names = [_name(source, target, len(targets) > 1) for source, target in chosen]
        return cls(trace.synapses, line.weights, line.weights[:, learn], names)

    @property
    def changes(self) -> bool:
        """Whether any weight changes."""
        return bool(np.any(np.ptp(self.weights, axis=0) > STILL)) if self.weights.size else False

    def most(self, what: Scene) -> float:
        """The largest weight of a drawn synapse over the whole film: it is drawn widest."""
        places = [k for k, pair in enumerate(self.synapses) if pair in set(what.synapses)]
        return float(np.abs(self.weights[:, places]).max(initial=0.0))

    def at(self, what: Scene, moment: int, blend: float) -> tuple[Array, Array]:
        """Return the weights and biases of a scene, `blend` of the way to the next moment."""
        after = min(moment + 1, len(self.weights) - 1)
        now = self.weights[moment] * (1 - blend) + self.weights[after] * blend
        known = dict(zip(self.synapses, map(float, now), strict=True))
        pairs = zip(what.synapses, map(float, what.weights), strict=True)
        weights = np.array([known.get(pair, own) for pair, own in pairs])
        units = zip(what.units, map(float, what.biases), strict=True)
        return weights, np.array([known.get((None, unit), own) for unit, own in units])


def _name(source: str | None, target: str, several: bool) -> str:
    """How a line is called: by its source, and by its target where there are several."""
    name = "bias" if source is None else source
    return f"{name} → {target}" if several else name
