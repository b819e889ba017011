"""Reachable states: what a net can come to from rest, whatever its inputs bring.

Breadth first, many states at once. A letter is what the inputs bring at one tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from allornone.models.regular import START, Reading
from allornone.models.states import Bits, States, keys
from allornone.simulator.arrays import Array
from allornone.simulator.errors import LimitExceeded
from allornone.simulator.network.network import Network, delay_of
from allornone.simulator.program.passing import propagate, rest

MOST_PATTERNS = 1024
"""Patterns of the inputs up to which each is tried."""


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
    if not all(delay_of(net, u, v) for u, v in leaving):
        return net, False
    hurried: Network = net.copy()
    for u, v in leaving:
        hurried.edges[u, v]["delay"] = delay_of(net, u, v) - 1
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
