"""Attractors: where a net that is left to itself ends up, from every state or from many.

A state leads to exactly one other, so every life is a way into a cycle: "nets with circles", McCulloch and
Pitts (1943), part III. n cells have 2ⁿ states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from allornone.models.automata.states import Bits, States, keys, network_of
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import stream
from allornone.simulator.errors import AllornoneError, LimitExceeded, whole
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import Program

EXHAUSTIVE = 20
"""Cells up to which every state is tried."""
SAMPLES = 1000
MOST_STEPS = 10_000
MOST_BITS = 100_000_000
"""Cells of all the states that are followed at once."""
ROWS = 12
WIDE = 60

Counts = NDArray[np.int64]


@dataclass(frozen=True, repr=False, eq=False)
class Attractors:
    """The cycles that a net falls into, the largest basin first.

    `periods`, `basins` (how many of the states tried lead there) and `transients` (the most ticks that one of
    them takes to arrive) have one entry a cycle; `firsts` (cycles, cells) is a state of each. `cells` are the
    units that remember; `tried` is how many states were tried, all of them or a sample.
    """

    name: str
    cells: tuple[str, ...]
    periods: Counts
    basins: Counts
    transients: Counts
    firsts: Bits
    tried: int
    exhaustive: bool
    undecided: int
    """States that met no cycle within the steps allowed."""
    states: States

    def __len__(self) -> int:
        return len(self.periods)

    def cycle(self, number: int) -> Bits:
        """Return the states of one cycle in their order, (period, cells)."""
        if not 0 <= whole("the number of a cycle", number) < len(self):
            raise AllornoneError(f"there is no cycle {number}: they are counted from 0 to {len(self) - 1}")
        here = self.firsts[number : number + 1]
        rows = [here]
        for _ in range(int(self.periods[number]) - 1):
            here, _ = self.states.step(here)
            rows.append(here)
        return np.concatenate(rows)

    @property
    def longest(self) -> int:
        """The longest life of a state before one comes back: ticks on the way, and one round of the cycle."""
        return int((self.transients + self.periods).max(initial=0))

    def __str__(self) -> str:
        return "\n".join(_text(self))

    __repr__ = __str__


@checked
def attractors(
    net: Network | Program, *, samples: int | None = None, steps: int = MOST_STEPS, seed: int = 0
) -> Attractors:
    """Return the cycles, ways in and basins of a net whose inputs rest.

    Every state is tried where there are no more than 2²⁰; beyond that, or if `samples` is given, so many
    that `seed` draws, each followed for up to `steps` ticks. The past that synapses of more than one tick
    still see belongs to the state; all units are updated together. Raises AllornoneError for units that know more
    than two answers.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> ring = Network(name="ring")
    >>> for cell in "abc":
    ...     ring.add_unit(cell, McCullochPitts())
    >>> ring.connect("a", "b"); ring.connect("b", "c"); ring.connect("c", "a")
    >>> attractors(ring)
    Attractors of 'ring': 3 cells, all 8 states, 4 cycles
      cells  a b c
      period  basin  longest way  one round, tick by tick
           3      3            0  ··█  █··  ·█·
           3      3            0  ·██  █·█  ██·
           1      1            0  ···
           1      1            0  ███
    """
    network = network_of(net, bipolar=True)
    states = States.of(network, inputs=False)
    count = len(states.places)
    exhaustive = count <= EXHAUSTIVE and samples is None
    if exhaustive:
        found = _of_all(_successors(states, count), count)
        undecided, tried = 0, 1 << count
    else:
        tried = whole("samples", SAMPLES if samples is None else samples, 1)
        if tried * count > MOST_BITS:
            raise LimitExceeded(
                f"{tried} states of {count} cells are more than {MOST_BITS} cells: ask for fewer with samples="
            )
        drawn = stream(seed, "stimulus").random((tried, count)) < 0.5
        found, undecided = _of_some(states, drawn, whole("steps", steps, 1))
    periods, basins, transients, firsts = found
    order = np.lexsort((np.arange(len(periods)), periods, -basins))
    return Attractors(
        network.name, states.cells(), periods[order], basins[order], transients[order], firsts[order],
        tried, exhaustive, undecided, states,
    )  # fmt: skip


_Found = tuple[Counts, Counts, Counts, Bits]


def _successors(states: States, count: int) -> NDArray[np.int32]:
    """Return the number of the state that each state leads to; the first cell counts most."""
    leads = np.empty(1 << count, dtype=np.int32)
    for first in range(0, len(leads), states.block):
        numbers = np.arange(first, min(first + states.block, len(leads)))
        after, _ = states.step(_bits(numbers, count))
        leads[numbers] = after @ (1 << np.arange(count)[::-1])
    return leads


def _bits(numbers: NDArray[np.integer], count: int) -> Bits:
    return (numbers[:, None] >> np.arange(count)[::-1] & 1).astype(bool)


def _of_all(leads: NDArray[np.int32], count: int) -> _Found:
    """Return the cycles of a map of all 2ⁿ states, by doubling steps n times: 1, 2, 4, … at once."""
    far = leads
    least = np.arange(len(leads), dtype=np.int32)
    for _ in range(count):
        least = np.minimum(least, least[far])
        far = far[far]
    # After 2ⁿ steps every state has come to a cycle, and every state on it has seen the least of it.
    on_cycle = np.zeros(len(leads), dtype=bool)
    on_cycle[far] = True
    ways = (~on_cycle).astype(np.int32)
    ahead = leads
    for _ in range(count):
        ways = ways + ways[ahead]
        ahead = ahead[ahead]
    firsts, cycle = np.unique(least[far], return_inverse=True)
    periods = np.bincount(cycle[on_cycle], minlength=len(firsts))
    transients = np.zeros(len(firsts), dtype=np.int64)
    np.maximum.at(transients, cycle, ways)
    return periods, np.bincount(cycle, minlength=len(firsts)), transients, _bits(firsts, count)


def _of_some(states: States, starts: Bits, steps: int) -> tuple[_Found, int]:
    """Return the cycles that these states lead to, and how many met none in time."""
    step = partial(_in_blocks, states)
    periods = _periods(step, starts, steps)
    met = np.flatnonzero(periods)
    ways, entries = _ways(step, starts[met], periods[met])
    names, least = _least(step, entries, periods[met])
    number: dict[bytes, int] = {}
    cycle = np.array([number.setdefault(name, len(number)) for name in names], dtype=np.intp)
    firsts = np.zeros((len(number), starts.shape[1]), dtype=bool)
    lengths, transients = np.zeros(len(number), dtype=np.int64), np.zeros(len(number), dtype=np.int64)
    firsts[cycle], lengths[cycle] = least, periods[met]
    np.maximum.at(transients, cycle, ways)
    return (lengths, np.bincount(cycle, minlength=len(number)), transients, firsts), len(starts) - len(met)


def _least(step: Callable[[Bits], Bits], entries: Bits, periods: Counts) -> tuple[list[bytes], Bits]:
    """Return the least state of each cycle, its name and itself, so that one cycle is known as one."""
    names, least, here = keys(entries), entries.copy(), entries.copy()
    for turn in range(1, int(periods.max(initial=0))):
        going = np.flatnonzero(periods > turn)
        here[going] = step(here[going])
        for place, key in zip(going.tolist(), keys(here[going]), strict=True):
            if key < names[place]:
                names[place], least[place] = key, here[place]
    return names, least


def _periods(step: Callable[[Bits], Bits], starts: Bits, steps: int) -> Counts:
    """Return the period that each start comes to, 0 where none within the steps: R. P. Brent (1980)."""
    periods = np.zeros(len(starts), dtype=np.int64)
    going = np.arange(len(starts))
    waiting = here = starts
    since, power = 0, 1
    for _ in range(steps):
        if not len(going):
            break
        here = step(here)
        since += 1
        met = (here == waiting).all(axis=1)
        periods[going[met]] = since
        going, here, waiting = going[~met], here[~met], waiting[~met]
        if since == power:
            waiting, since, power = here, 0, 2 * power
    return periods


def _ways(step: Callable[[Bits], Bits], starts: Bits, periods: Counts) -> tuple[Counts, Bits]:
    """Return the ticks from each start to its cycle, and the state where it enters."""
    ahead = starts.copy()
    for turn in range(int(periods.max(initial=0))):
        going = np.flatnonzero(periods > turn)
        ahead[going] = step(ahead[going])
    here, ways = starts.copy(), np.zeros(len(starts), dtype=np.int64)
    while len(going := np.flatnonzero((here != ahead).any(axis=1))):
        here[going], ahead[going] = step(here[going]), step(ahead[going])
        ways[going] += 1
    return ways, here


def _in_blocks(states: States, bits: Bits) -> Bits:
    parts = [
        states.step(bits[first : first + states.block])[0] for first in range(0, len(bits), states.block)
    ]
    return np.concatenate(parts) if parts else bits


def _text(found: Attractors) -> Iterator[str]:
    cells, name = len(found.cells), f" of {found.name!r}" if found.name else ""
    tried = (
        f"all {found.tried} states" if found.exhaustive else f"{found.tried} of 2^{cells} states, a sample"
    )
    cycles = f"{len(found)} cycle{'s' * (len(found) != 1)}"
    more = f", {found.undecided} states met none in time" if found.undecided else ""
    yield f"Attractors{name}: {cells} cell{'s' * (cells != 1)}, {tried}, {cycles}{more}"
    named = found.cells if cells <= ROWS else (*found.cells[: ROWS - 2], "…", found.cells[-1])
    yield f"  cells  {' '.join(named)}"
    shown = min(4, WIDE // max(1, cells))
    yield "  period  basin  longest way" + "  one round, tick by tick" * (shown > 0)
    for number in range(min(len(found), ROWS)):
        numbers = f"{found.periods[number]:>8} {found.basins[number]:>6} {found.transients[number]:>12}"
        rounds = [_row(row) for row in found.cycle(number)[:shown]] if shown else []
        dots = ["…"] if shown and found.periods[number] > shown else []
        yield f"{numbers}  {'  '.join([*rounds, *dots])}".rstrip()
    if len(found) > ROWS:
        yield f"  … {len(found) - ROWS} more"


def _row(state: Bits) -> str:
    return "".join("█" if on else "·" for on in state)
