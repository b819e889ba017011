"""How many random networks live as the naive interpreter says: python benchmarks/agree.py --networks 5000 --seed 0

Each is drawn with its lanes, trials, stimulus, forced units, executor, and with or without Hebb's rule.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import networks as nets
import reference
from hypothesis import HealthCheck, Phase, given, reject, seed, settings, strategies as st

from allornone.models.hebb import Hebb
from allornone.simulator.arrays import Array
from allornone.simulator.network.network import Network
from allornone.simulator.network.storage import to_plain
from allornone.simulator.program.program import compile
from allornone.simulator.records.records import Trace
from allornone.simulator.time.simulation import simulate

KINDS = {"binary": nets.binary, "smooth": nets.smooth, "mixed": nets.mixed}
ETA = 0.125


@dataclass
class Count:
    """What agreed so far: by kind, by executor, and how many were told apart."""

    agreed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    distinct: set[int] = field(default_factory=set)
    lives: int = 0


def told(net: Network, history: Array, forced: dict[str, dict[int, float]]) -> list[list[dict[str, float]]]:
    """Return a stimulus as the interpreter takes it, trial by trial, tick by tick."""
    trials = []
    for trial in history.tolist():
        ticks = [dict(zip(net.inputs, now, strict=True)) for now in trial]
        for unit, at in forced.items():
            for tick, value in at.items():
                ticks[tick][unit] = value
        trials.append(ticks)
    return trials


def by_engine(
    networks: list[Network], history: Array, forced: dict[str, dict[int, float]], learn: bool
) -> Trace:
    """Let networks in lanes live through a stimulus, and write back what one of them learned."""
    stimulus: object = history
    if forced:
        columns = {unit: history[0, :, k].tolist() for k, unit in enumerate(networks[0].inputs)}
        stimulus = {**columns, **forced}
    rule = Hebb(eta=ETA) if learn else None
    return simulate(compile(networks), stimulus, rule=rule, record=["z", "vetoed"])


def try_one(data: st.DataObject, count: Count) -> None:
    """Draw one network and all that it lives through, and compare; raise where engine and interpreter differ."""
    kind_name, way = data.draw(st.sampled_from(sorted(KINDS))), data.draw(st.sampled_from(nets.WAYS))
    kind = KINDS[kind_name]
    first = data.draw(
        nets.wide_networks(kind) if data.draw(st.integers(0, 4)) == 4 else nets.networks(kind, most=8)
    )
    networks = [first] + [
        data.draw(nets.renumbered(first, kind)) for _ in range(data.draw(st.integers(0, 2)))
    ]
    batch = data.draw(st.sampled_from([1, 1, 2, 4]))
    history = data.draw(nets.histories(first, kind, batch=batch))
    drawn = hash((json.dumps(to_plain(first)), history.tobytes()))
    forced = data.draw(nets.forcings(first, history.shape[1])) if batch == 1 else {}
    learn = kind_name == "binary" and data.draw(st.booleans())
    lives = []
    copies = [net.copy() for net in networks]
    for net in copies:
        trials = told(net, history, forced)
        lives.append(
            reference.learn_in_time(net, trials, "hebb", ETA)
            if learn
            else [reference.live(net, trial) for trial in trials]
        )
    if any(life.doubtful for lane in lives for life in lane):
        reject()
    with nets.executed(way):
        trace = by_engine(networks, history, forced, learn)
    for lane, alone in enumerate(lives):
        recorded = {word: array[..., lane] for word, array in trace.recorded.items()}
        found = reference.disagreement(alone, recorded, trace.units, kind.exact)
        assert not found, f"lane {lane}, {way}: {found}"
        assert nets.numbers(networks[lane]) == nets.numbers(copies[lane]), (
            f"lane {lane}, {way}: learned weights"
        )
    count.agreed += 1
    count.kinds[kind_name] += 1
    count.kinds[way] += 1
    count.kinds["learning"] += learn
    count.kinds["lanes"] += len(networks) > 1
    count.kinds["loops"] += bool(first.loops)
    count.lives += len(networks) * batch
    count.distinct.add(drawn)


def run(networks: int, start: int) -> Count:
    """Try so many networks from a seed and return what agreed."""
    count = Count()

    @seed(start)
    @settings(
        max_examples=networks,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        if count.agreed < networks:
            try_one(data, count)

    agree()
    return count


def main() -> None:
    """Say how many random networks agreed; the first that does not is shown at its smallest, with exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    given_arguments = parser.parse_args()
    begun = time.perf_counter()
    count = run(given_arguments.networks, given_arguments.seed)
    shares = ", ".join(f"{number} {word}" for word, number in sorted(count.kinds.items()))
    print(
        f"{count.agreed} random networks ({len(count.distinct)} distinct, {count.lives} lives) agree with the "
        f"interpreter: {shares}; seed {given_arguments.seed}, {time.perf_counter() - begun:.0f} s"
    )


if __name__ == "__main__":
    main()
