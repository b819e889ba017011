"""Recording: keeping what each tick left, until it becomes a Trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError, LimitExceeded, nearest, whole
from allornone.simulator.program import Program, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.records import Trace
from allornone.simulator.units import Array

RECORDABLE = ("y", "z", "vetoed", "weights")
MOST_BYTES = 4_000_000_000


class Recorder:
    """Keeps what each tick left, and makes a Trace of it."""

    def __init__(self, program: Program, record: Sequence[str] = (), every: int = 1) -> None:
        for word in record:
            if word not in RECORDABLE:
                raise AllornoneError(
                    f"record knows {', '.join(RECORDABLE)}, found {word!r}. "
                    f"{nearest(word, RECORDABLE)}".rstrip()
                )
        self.program, self.every = program, whole("every", every, 1)
        self._words = {"y", *record}
        if any(stage.veto_sources for stage in program.stages):
            self._words.add("vetoed")
        self._kept: dict[str, list[NDArray[Any]]] = {word: [] for word in sorted(self._words)}
        self._seen = 0
        self._bytes = 0

    def keep(self, moment: Moment, weights: Weights) -> None:
        """Keep one tick, and the weights that it ran with."""
        self._seen += 1
        if (self._seen - 1) % self.every:
            return
        parts: dict[str, NDArray[Any]] = {"y": _small(moment.y[:, 1:])}
        if "z" in self._words:
            parts["z"] = moment.net_inputs()[:, 1:]
        if "vetoed" in self._words:
            parts["vetoed"] = moment.vetoes()[:, 1:]
        if "weights" in self._words:
            parts["weights"] = self.program.synapse_values(weights)
        for word, part in parts.items():
            self._bytes += part.nbytes
            self._kept[word].append(part)
        if self._bytes > MOST_BYTES:
            raise LimitExceeded(
                f"the record passed {MOST_BYTES} bytes at tick {self._seen - 1}; keep fewer with every="
            )

    def trace(self) -> Trace:
        """Return what was kept."""
        recorded = {word: np.stack(parts) for word, parts in self._kept.items() if parts}
        return Trace(
            self.program.networks[0], self.program.names[1:], recorded, self.program.synapses, self.every
        )


def _small(y: Array) -> NDArray[Any]:
    binary = ((y == 0) | (y == 1)).all()
    return y.astype(np.int8) if binary else y
