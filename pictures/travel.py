"""Travel: where pulses are at a moment of a film, and which units have answered.

A tick holds (35 %), then pulses travel (65 %); a pulse over a synapse of delay d is d ticks in flight. Where
synapses have delay 0, the activity first sweeps through the layers within the tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.scene import Scene
from allornone.pictures.timeline import Timeline

Array = NDArray[np.float64]

HOLD = 0.35
SWEEP = (0.06, 0.62)  # of a tick, when its layers answer one after the other
LEAST = 0.06  # signals weaker than this send no visible pulse


def ease(share: float) -> float:
    """Return 3f² − 2f³: slow at both ends.

    >>> ease(0.0), ease(0.5), ease(1.0)
    (0.0, 0.5, 1.0)
    """
    f = min(max(share, 0.0), 1.0)
    return 3 * f**2 - 2 * f**3


@dataclass(frozen=True)
class Travel:
    """The signals of a film: per moment and synapse (moments, synapses), and the stage of each end."""

    line: Timeline
    delays: NDArray[np.int64]
    signals: Array
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    last: int

    @classmethod
    def of(cls, what: Scene, line: Timeline, stage: Mapping[str, int]) -> "Travel":
        """Return the travel of the signals of a timeline over the synapses of a scene."""
        place = {unit: k for k, unit in enumerate(line.units)}

        def column(name: str) -> Array:
            units = [place[unit] for unit in what.members.get(name, (name,)) if unit in place]
            y = line.levels[:, units]
            return y[np.arange(len(y)), np.abs(y).argmax(axis=1)] if units else np.zeros(len(line))

        def stage_of(name: str) -> int:
            return max(stage.get(unit, 0) for unit in what.members.get(name, (name,)))

        signals = np.array([column(u) for u, _ in what.synapses]).reshape(len(what.synapses), len(line)).T
        return cls(
            line,
            what.delays,
            signals,
            np.array([stage_of(u) for u, _ in what.synapses], dtype=np.int64),
            np.array([stage_of(v) for _, v in what.synapses], dtype=np.int64),
            max(stage.values(), default=0),
        )

    def reveal(self, stage: NDArray[np.int64] | int) -> Array:
        """The share of a tick at which units of a stage answer; stage 0 stands from its beginning."""
        at = np.asarray(stage, dtype=np.float64)
        if self.last == 0:
            return np.zeros_like(at)
        return np.asarray(np.where(at > 0, SWEEP[0] + (SWEEP[1] - SWEEP[0]) * at / self.last, 0.0))

    def pulses(self, moment: int, share: float) -> tuple[NDArray[np.int64], Array, Array]:
        """Return which synapses carry a pulse, how far along it is (0 to 1), and its strength (−1 to 1)."""
        found: list[tuple[int, float, float]] = []
        started, done = self.reveal(self.source), self.reveal(self.target)
        glide = ease((share - HOLD) / (1 - HOLD))
        for k in range(int(self.delays.max(initial=0)) + 1):
            origin = moment - k
            if origin < 0 or self.line.trials[origin] != self.line.trials[moment]:
                break
            for s in np.flatnonzero(np.abs(self.signals[origin]) > LEAST):
                delay = int(self.delays[s])
                if delay == 0 and k == 0 and done[s] > started[s]:
                    way = ease((share - started[s]) / (done[s] - started[s]))
                elif delay > k:
                    way = (k + glide) / delay
                else:
                    continue
                if 0.0 < way < 1.0:
                    found.append((int(s), round(way, 4), float(self.signals[origin, s])))
        which, ways, strengths = zip(*found, strict=True) if found else ((), (), ())
        return np.array(which, dtype=np.int64), np.array(ways), np.array(strengths)
