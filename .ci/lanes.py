"""Hold `--seed 3` to lane 3 of `--seeds 20`, to the bit, for every scenario that draws."""

from __future__ import annotations

import sys

import numpy as np

from allornone.scenarios.catalogue import entries
from allornone.scenarios.document.reading import read
from allornone.scenarios.expressions.labelled import Labelled
from allornone.scenarios.running import run

SEED, SEEDS = 3, 20


def of_seed(value: object) -> Labelled:
    """Return a measure of one seed."""
    if isinstance(value, Labelled) and "seed" in value.axes:
        value = value.pick(seed=SEED)
    return value if isinstance(value, Labelled) else Labelled(np.asarray(value))


def same(alone: Labelled, among: Labelled) -> bool:
    """Return whether two measures agree to the bit; where other seeds went on for longer, nothing may stand."""
    if alone.axes != among.axes:
        return False
    for axis in among.axes:
        place, length = among.axes.index(axis), len(alone.labels[axis])
        rest = np.take(among.values, np.arange(length, among.values.shape[place]), axis=place)
        if rest.size and not np.isnan(rest).all():
            return False
        among = among.take(axis, range(length))
    labels = all(tuple(alone.labels[axis]) == tuple(among.labels[axis]) for axis in alone.axes)
    return labels and np.asarray(alone.values, float).tobytes() == np.asarray(among.values, float).tobytes()


def differing(name: str) -> list[str]:
    """Return the measures of a scenario that are not the same alone and among others."""
    alone, among = run(name, seed=SEED).measures, run(name, seeds=SEEDS).measures
    if not alone or set(alone) != set(among):
        return sorted(set(alone) ^ set(among)) or ["no measure at all"]
    return [measure for measure in alone if not same(of_seed(alone[measure]), of_seed(among[measure]))]


def main() -> int:
    """Print how each scenario fares; return 1 if any differs or none was there to compare."""
    names = [entry.name for entry in entries() if "seeds" in read(entry.path).raw]
    worst = 0 if names else 1
    for name in names:
        found = differing(name)
        print(f"{name}: {'DIFFERS in ' + ', '.join(found) if found else 'equal'}", flush=True)
        worst = max(worst, bool(found))
    print(f"{len(names)} scenarios have seeds")
    return worst


if __name__ == "__main__":
    sys.exit(main())
