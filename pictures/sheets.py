"""Sheets: what the units of one group do in time, as a film shows them cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allornone.pictures.timeline import Timeline
from allornone.simulator.network.network import Network

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sheet:
    """Values in [−1, 1] (moments, units) of a group, and the (rows, cols) in which its units stand.

    `marked` (moments, units): where the lone spike of the groups `marks` is, which have as many units.
    """

    group: str
    level: Array
    shape: tuple[int, int]
    binary: bool
    marked: Mask | None
    marks: Sequence[str]

    @classmethod
    def of(cls, net: Network, line: Timeline, group: str) -> "Sheet":
        """Return what a group does over a timeline. Raises UnknownName for a group that is not there."""
        members = net.group(group)
        y = np.nan_to_num(_values(line, members))
        sides = net.graph.get("shapes", {}).get(group, [len(members)])
        alike = [other for other in net.groups if other != group and len(net.group(other)) == len(members)]
        spikes = np.zeros(y.shape, dtype=np.int64)
        for other in alike:
            spikes += _values(line, net.group(other)) != 0
        lone = int(spikes.sum(axis=1).max(initial=0)) == 1
        return cls(
            group=group,
            level=y / max(1.0, float(np.abs(y).max(initial=0.0))),
            shape=(len(members) // int(sides[-1]), int(sides[-1])),
            binary=bool(np.all((y == 0) | (y == 1))),
            marked=spikes > 0 if lone else None,
            marks=alike if lone else (),
        )

    @property
    def row(self) -> bool:
        """Whether the units stand in a row."""
        return 1 in self.shape

    @property
    def graded(self) -> bool:
        """Whether there are values between −1, 0 and 1."""
        return bool(np.any(self.level != np.rint(self.level)))

    @property
    def lit(self) -> Array:
        """How many are lit at each moment; of graded values their mean."""
        return np.asarray(self.level.mean(axis=1) if self.graded else (self.level > 0).sum(axis=1) * 1.0)


def main_group(net: Network) -> str:
    """Return the first group with two sides or more, else the largest group; all units where there is none.

    >>> main_group(Network())
    'units'
    """
    shaped: list[str] = list(net.graph.get("shapes", {}))
    return shaped[0] if shaped else max(net.groups, key=lambda name: len(net.group(name)), default="units")


def _values(line: Timeline, members: Sequence[str]) -> Array:
    place = {unit: k for k, unit in enumerate(line.units)}
    return line.y[:, [place[unit] for unit in members]]
