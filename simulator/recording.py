"""Recording: keeping what each tick left, until it becomes a Trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError, LimitExceeded, nearest, whole
from allornone.simulator.program import Program, Weights
from allornone.simulator.propagation import Moment
from allornone.simulator.records import Origin, Trace
from allornone.simulator.units import Array

RECORDABLE = ("y", "z", "vetoed", "weights")
MOST_BYTES = 4_000_000_000


class Recorder:
    """Keeps what each tick left, and makes a Trace of it.

    Beyond `most` ticks every other one is let go, and of those to come only so many are kept.
    """

    def __init__(
        self, program: Program, record: Sequence[str] = (), every: int = 1, most: int | None = None
    ) -> None:
        for word in record:
            if word not in RECORDABLE:
                raise AllornoneError(
                    f"record knows {', '.join(RECORDABLE)}, found {word!r}. "
                    f"{nearest(word, RECORDABLE)}".rstrip()
                )
        self.program, self.every, self.most = program, whole("every", every, 1), most
        self._words = {"y", *record}
        if any(stage.veto_sources for stage in program.stages):
            self._words.add("vetoed")
        self._kept: dict[str, list[NDArray[Any]]] = {word: [] for word in sorted(self._words)}
        self._origin = Origin(replace(program))  # the weights of the program itself may be learned on
        self._seen = 0
        self._bytes = 0

    def keep(self, moment: Moment, weights: Weights) -> None:
        """Keep one tick, and the weights that it ran with."""
        if not self._seen and weights is not self._origin.program.weights:
            self._origin = replace(self._origin, program=replace(self.program, weights=weights))
        elif weights is not self._origin.program.weights and not self._origin.learned:
            self._origin = replace(self._origin, learned=True)
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
        if self.most is not None and len(self._kept["y"]) > self.most:
            self._kept = {word: parts[::2] for word, parts in self._kept.items()}
            self.every *= 2

    def begin(self, *, rested: bool = True, lessons: bool = False) -> None:
        """Note that what comes next does not go on from what was kept; `lessons`: that nothing ever does."""
        begins = tuple(dict.fromkeys((*self._origin.begins, self._seen)))
        self._origin = replace(self._origin, begins=begins, rested=rested, lessons=lessons)

    def trace(self) -> Trace:
        """Return what was kept."""
        recorded = {word: np.stack(parts) for word, parts in self._kept.items() if parts}
        return Trace(
            self.program.networks[0],
            self.program.names[1:],
            recorded,
            self.program.synapses,
            self.every,
            self._origin,
        )


def _small(y: Array) -> NDArray[Any]:
    binary = ((y == 0) | (y == 1)).all()
    return y.astype(np.int8) if binary else y
