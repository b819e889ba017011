"""States of a net, all of its past that its future depends on, packed into bits; and which it can reach.

N units with the constant 1 in front      a cell is a unit at an age: 0 is the latest tick, 1 the one before

A unit is remembered as long as its slowest synapse takes; a unit that no synapse leaves with a delay is not.

Breadth first, many states at once. A letter is what the inputs bring at one tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from allornone.models.automata.regular import START, Reading
from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import AllornoneError, LimitExceeded
from allornone.simulator.network import network as checking
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Past, propagate, rest
from allornone.simulator.program.program import Program, compile

NUMBERS = 4_000_000
"""Numbers of their past that states which step at once may have."""

Bits = Truth
"""States, one a row: (states, cells)."""

MOST_PATTERNS = 1024
"""Patterns of the inputs up to which each is tried."""


def network_of(
    net: Network | Program, because: str = "the states of such a net cannot be counted", bipolar: bool = False
) -> Network:
    """Return the one net whose units are all or none; an error names a unit that is not, and says why that matters.

    Units that answer −1 or +1 pass where `bipolar` says so.
    """
    if isinstance(net, Program) and net.lanes > 1:
        raise AllornoneError(f"one net at a time can be decided, found {net.lanes} side by side")
    network = net.networks[0] if isinstance(net, Program) else net
    if not isinstance(network, Network):
        raise AllornoneError(f"a Network is needed here, found {type(network).__name__}")
    checking.check(network)
    for unit, data in network.nodes(data=True):
        if data.get("input"):
            continue
        model = checking.model_class(unit, data)
        if not (model.binary or (bipolar and model.bipolar)):
            raise AllornoneError(
                f"unit {unit!r} is of the model {model.name!r}, which is not all or none: {because}"
            )
    return network


@dataclass(frozen=True)
class States:
    """The states of one program: which cells they are made of, and how one leads to the next."""

    program: Program
    places: Index
    ages: Index
    rests: Array
    """What a cell is when it does not fire: 0, or −1 of a unit that answers −1 or +1."""

    @classmethod
    def of(cls, net: Network, *, inputs: bool = True, also: Sequence[str] = ()) -> States:
        """Return the states of a net; without `inputs` these rest for ever; `also` are units always in them."""
        program = compile(net)
        lasts = dict.fromkeys(net, 0)
        for source, target in net.edges:
            lasts[source] = max(lasts[source], net.delay(source, target))
        for unit in also:
            lasts[unit] = max(lasts[unit], 1)
        if not inputs:
            lasts.update(dict.fromkeys(net.inputs, 0))
        order = list(net)
        cells = sorted((age, place) for place, unit in enumerate(order) for age in range(lasts[unit]))
        return cls(
            program,
            np.array([program.index[order[place]] for _, place in cells], dtype=np.intp),
            np.array([age for age, _ in cells], dtype=np.intp),
            np.array([_rests(net, order[place]) for _, place in cells]),
        )

    def cells(self, ahead: Sequence[str] = ()) -> tuple[str, ...]:
        """Return names of the cells: a unit, or what it was before, as in `c(t−1)`; `ahead` are a tick older."""
        names = [self.program.names[place] for place in self.places]
        ages = [int(age) + (name in ahead) for name, age in zip(names, self.ages, strict=True)]
        return tuple(f"{name}(t−{age})" if age else name for name, age in zip(names, ages, strict=True))

    @property
    def block(self) -> int:
        """How many states may step at once."""
        return max(1, NUMBERS // (len(self.program.names) * max(1, self.program.longest_delay)))

    def past(self, bits: Bits) -> Past:
        """Return the past that states stand for."""
        shape = (len(bits), len(self.program.names), 1)
        past = tuple(np.zeros(shape) for _ in range(max(1, self.program.longest_delay)))
        for column, (place, age) in enumerate(zip(self.places, self.ages, strict=True)):
            past[age][:, place, 0] = np.where(bits[:, column], 1.0, self.rests[column])
        return past

    def step(self, bits: Bits, given: Array | None = None) -> tuple[Bits, Array]:
        """Return the states one tick later, and all units then, (states, N).

        `given` is what the inputs bring, (states, inputs); they rest where it is left out.
        """
        past = self.past(bits)
        brought = np.zeros((len(bits), len(self.program.inputs))) if given is None else given
        y = propagate(self.program, self.program.weights, past, brought[..., None]).y
        return self.after(past, y), y[..., 0]

    def after(self, past: Past, y: Array) -> Bits:
        """Return the states of nets with this past, after a tick in which their units did y."""
        seen = (y, *past)
        found = np.empty((y.shape[0], len(self.places)), dtype=bool)
        for column, (place, age) in enumerate(zip(self.places, self.ages, strict=True)):
            found[:, column] = seen[age][:, place, 0] > 0
        return found


def _rests(net: Network, unit: str) -> float:
    data = net.nodes[unit]
    return -1.0 if not data.get("input") and checking.model_class(unit, data).bipolar else 0.0


def keys(bits: Bits) -> list[bytes]:
    """Return a key for every state, by which it is looked up and sorted."""
    return [row.tobytes() for row in np.packbits(bits, axis=1)]


@dataclass(frozen=True)
class Behaviour:
    """How a net is to be explored: its states, the inputs that are letters, and when it answers."""

    states: States
    first: Bits
    inputs: tuple[str, ...]
    letters: dict[str, Array]
    begins: Array
    """What the inputs bring besides, at the first letter of all."""
    outputs: tuple[str, ...]
    ahead: bool
    """Whether the inputs are hurried."""
    words: bool
    """Whether words are read, whose answer comes later, or the outputs are the answer."""


def reader(net: Network, letters: Sequence[str] | None) -> Behaviour:
    """Return how a net that reads words is explored: a letter a tick, START with the first."""
    reading = Reading.of(net, letters)
    hurried, ahead = _hurried(net)
    states = States.of(hurried)
    start = reading.given(None, begins=True)
    return Behaviour(
        states,
        _first(net, states, ahead),
        tuple(reading.lines),
        {letter: reading.given(letter, begins=False) for letter in reading.lines},
        start,
        tuple(net.group("outputs")),
        ahead,
        True,
    )


def machine(net: Network) -> Behaviour:
    """Return how any net is explored: every pattern of its inputs is a letter."""
    inputs = tuple(net.inputs)
    if 1 << len(inputs) > MOST_PATTERNS:
        raise LimitExceeded(
            f"{len(inputs)} inputs have 2^{len(inputs)} patterns, more than the limit of {MOST_PATTERNS}; if one of "
            f"them comes at a time, name them with letters= in a net that has an input {START!r}"
        )
    hurried, ahead = _hurried(net)
    states = States.of(hurried, also=net.group("outputs"))
    patterns = {
        "".join(map(str, bits)): np.array(bits, dtype=float) for bits in product((0, 1), repeat=len(inputs))
    }
    return Behaviour(
        states,
        _first(net, states, ahead),
        inputs,
        patterns,
        np.zeros(len(inputs)),
        tuple(net.group("outputs")),
        ahead,
        False,
    )


def _hurried(net: Network) -> tuple[Network, bool]:
    """Return the net with a tick less from every input, and whether it has one to spare.

    A net that sees its inputs a tick late is then at tick t where it was at t + 1, so that what an input was
    last belongs to no state.
    """
    leaving = [(u, v) for u, v in net.edges if net.nodes[u].get("input")]
    if not all(net.delay(u, v) for u, v in leaving):
        return net, False
    hurried: Network = net.copy()
    for u, v in leaving:
        hurried.edges[u, v]["delay"] = net.delay(u, v) - 1
    return hurried, True


def _first(net: Network, states: States, ahead: bool) -> Bits:
    """Return the state at rest, or where the inputs are hurried, that of the first tick."""
    if not ahead:
        return np.zeros((1, len(states.places)), dtype=bool)
    own = States.of(net).program
    y = propagate(own, own.weights, rest(own, 1), np.zeros((1, len(own.inputs), 1))).y
    at = own.places(states.program.names[1:])
    moved = np.concatenate([y[:, :1], y[:, at]], axis=1)
    moved[:, 1 : 1 + len(own.inputs)] = 0.0
    return states.after(states.past(np.zeros((1, len(states.places)), dtype=bool)), moved)


def explored(how: Behaviour, most: int) -> tuple[list[tuple[int, ...]], Bits]:
    """Return every state that can be reached, the first in front, and where each letter leads from each."""
    found: list[Bits] = [how.first]
    place: dict[bytes, int] = {}
    table: list[tuple[int, ...]] = []
    size = max(1, how.states.block // max(1, len(how.letters)))
    while len(table) < len(found):
        # The first state of a reader, in which START is still to come, stands alone and is never met again.
        begins = how.begins if not table else np.zeros_like(how.begins)
        if not table and not how.begins.any():
            place[keys(how.first)[0]] = 0
        here = np.concatenate(found[len(table) : len(table) + size])
        columns = []
        for given in how.letters.values():
            after, _ = how.states.step(here, np.tile(given + begins, (len(here), 1)))
            columns.append(
                [_number(key, bits, found, place) for key, bits in zip(keys(after), after, strict=True)]
            )
            if len(found) > most:
                raise LimitExceeded(
                    f"the net has more than {most} states, the limit: ask for more with most=, or let fewer "
                    "inputs be free"
                )
        table += zip(*columns, strict=True) if columns else [()] * len(here)
    return table, np.concatenate(found)


def _number(key: bytes, bits: Bits, found: list[Bits], place: dict[bytes, int]) -> int:
    if key not in place:
        place[key] = len(found)
        found.append(bits[None])
    return place[key]


def answers(how: Behaviour, bits: Bits) -> Iterator[str]:
    """Yield for every state what the outputs answer in it, as a text of 0 and 1."""
    if not how.words:
        own = how.states.program.places(how.outputs)
        columns = [
            int(np.flatnonzero((how.states.places == unit) & (how.states.ages == 0))[0]) for unit in own
        ]
        for row in bits[:, columns]:
            yield "".join("1" if on else "0" for on in row)
        return
    for first in range(0, len(bits), how.states.block):
        here = bits[first : first + how.states.block]
        given = np.zeros((len(here), len(how.begins)))
        given[: int(first == 0)] = how.begins
        # The verdict on n letters is read at tick n + 1; a state is that of tick n, or else of tick n − 1.
        for _ in range(1 if how.ahead else 2):
            here, y = how.states.step(here, given)
            given = np.zeros_like(given)
        for on in y[:, how.states.program.index[how.outputs[0]]]:
            yield "1" if on > 0 else "0"


def names(how: Behaviour, net: Network, bits: Bits) -> Iterator[str]:
    """Yield for every state which units fire in it."""
    cells = how.states.cells(ahead=net.inputs if how.ahead else ())
    for number, row in enumerate(bits):
        fires = " ".join(name for name, on in zip(cells, row, strict=True) if on)
        yield START if number == 0 and how.begins.any() else fires or "at rest"
