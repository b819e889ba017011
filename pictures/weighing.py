"""Weighing: the weights of a trace in time, for the synapses of a scene and for a panel beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.naming import short_name
from allornone.pictures.scene import Scene
from allornone.pictures.timeline import Timeline
from allornone.simulator.records.records import Trace

Array = NDArray[np.float64]

LONGEST = 27  # letters of the name of a line
FEW = 8  # weights that are drawn against time
STILL = 1e-12


@dataclass(frozen=True)
class Weighing:
    """Weights of all synapses (moments, synapses); `values` (moments, lines) and `names`: the few that learn."""

    synapses: Sequence[tuple[str | None, str]]
    weights: Array
    values: Array
    names: Sequence[str]

    @classmethod
    def of(cls, trace: Trace, line: Timeline) -> "Weighing":
        """Return the weights of a trace; nothing where they were not recorded."""
        if line.weights is None:
            return cls((), np.zeros((len(line), 0)), np.zeros((len(line), 0)), ())
        moved = np.flatnonzero(np.ptp(line.weights, axis=0) > STILL)
        several = len({trace.synapses[k][1] for k in moved}) > 1
        lines: dict[bytes, list[int]] = {}
        for k in moved:
            lines.setdefault(line.weights[:, k].tobytes(), []).append(int(k))
        if len(lines) > FEW:
            lines = {}
        values = [line.weights[:, same[0]] for same in lines.values()]
        names = [_together([trace.synapses[k] for k in same], several) for same in lines.values()]
        return cls(trace.synapses, line.weights, np.array(values).reshape(len(lines), len(line)).T, names)

    @property
    def changes(self) -> bool:
        """Whether any weight changes."""
        return bool(np.any(np.ptp(self.weights, axis=0) > STILL)) if self.weights.size else False

    def most(self, what: Scene) -> float:
        """The largest weight of a drawn synapse that learns, over the whole film: it is drawn widest."""
        drawn = set(what.synapses)
        places = [k for k, pair in enumerate(self.synapses) if pair in drawn]
        shown = self.weights[:, places]
        learns = np.ptp(shown, axis=0) > STILL
        return float(np.abs(shown[:, learns] if learns.any() else shown).max(initial=0.0))

    def at(self, what: Scene, moment: int, blend: float) -> tuple[Array, Array]:
        """Return the weights and biases of a scene, `blend` of the way to the next moment."""
        after = min(moment + 1, len(self.weights) - 1)
        now = self.weights[moment] * (1 - blend) + self.weights[after] * blend
        known = dict(zip(self.synapses, map(float, now), strict=True))
        pairs = zip(what.synapses, map(float, what.weights), strict=True)
        weights = np.array([known.get(pair, own) for pair, own in pairs])
        units = zip(what.units, map(float, what.biases), strict=True)
        return weights, np.array([known.get((None, unit), own) for unit, own in units])


def _together(same: Sequence[tuple[str | None, str]], several: bool) -> str:
    """How a line is called: by its sources, and by its targets where the film has several.

    >>> _together([("a", "C"), ("b", "C")], True), _together([("a", "C")] * 2, False)
    ('a, b → C', 'a, a')
    >>> _together([("a-long-name-of-a", "C"), ("a-long-name-of-b", "C")], True)
    '2 synapses → C'
    """
    sources = ["bias" if source is None else short_name(source) for source, _ in same]
    targets = list(dict.fromkeys(short_name(target) for _, target in same))
    many, end = f"{len(same)} synapses", f" → {targets[0]}" if several else ""
    if not several or len(targets) == 1:
        whole = ", ".join(sources) + end
        first = f"{sources[0]} and {len(same) - 1} more" + end
        fitting = [name for name in ([whole] if len(same) <= 2 else []) + [first] if len(name) <= LONGEST]
        return fitting[0] if fitting else whole[:LONGEST] if len(same) == 1 else many + end
    names = [f"{source} → {short_name(target)}" for source, (_, target) in zip(sources, same, strict=True)]
    whole, first = ", ".join(names), f"{names[0]} and {len(names) - 1} more"
    return whole if len(whole) <= LONGEST else first if len(first) <= LONGEST else many
