"""Levels: in which order the units of one tick can be computed."""

from __future__ import annotations

import numpy as np

from allornone.simulator.errors import NetworkError
from allornone.simulator.wiring import Index, Wiring

SHOWN = 12


def levels(wiring: Wiring) -> Index:
    """Return each unit's place in line: the longest path of zero-delay synapses that leads to it.

    Raises NetworkError where such synapses form a loop, and names it unit by unit.
    """
    now = (wiring.delay == 0) & (wiring.source != 0)
    count = len(wiring.names)
    waits = np.bincount(wiring.target[now], minlength=count)
    followers: list[list[int]] = [[] for _ in range(count)]
    for source, target in zip(wiring.source[now], wiring.target[now], strict=True):
        followers[source].append(int(target))
    level = np.zeros(count, dtype=np.intp)
    ready = [unit for unit in range(count) if not waits[unit]]
    done = 0
    while ready:
        unit = ready.pop()
        done += 1
        for target in followers[unit]:
            level[target] = max(level[target], level[unit] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    if done < count:
        raise NetworkError(_loop(wiring, followers, {unit for unit in range(count) if waits[unit]}))
    return level


def _loop(wiring: Wiring, followers: list[list[int]], left: set[int]) -> str:
    # Units that only follow a loop are left over too; walking backwards from any of them must run into it.
    before = {target: unit for unit in sorted(left, reverse=True) for target in followers[unit]}
    unit = min(left)
    walked: list[int] = []
    while unit not in walked:
        walked.append(unit)
        unit = before[unit]
    circle = [*walked[walked.index(unit) :], unit][::-1]
    names = [wiring.names[i] for i in circle]
    if len(names) > SHOWN:
        names = [*names[: SHOWN - 1], f"… ({len(circle) - 1} units)", names[-1]]
    return f"synapses without delay form a loop: {' → '.join(names)}. Give one of them a delay"
