"""States of a net: all of its past that its future depends on, packed into bits.

N units with the constant 1 in front      a cell is a unit at an age: 0 is the latest tick, 1 the one before

A unit is remembered as long as its slowest synapse takes; a unit that no synapse leaves with a delay is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allornone.simulator.arrays import Array, Index, Truth
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network import network as checking
from allornone.simulator.network.network import Network, delay_of
from allornone.simulator.program.passing import Past, propagate
from allornone.simulator.program.program import Program, compile

NUMBERS = 4_000_000
"""Numbers of their past that states which step at once may have."""

Bits = Truth
"""States, one a row: (states, cells)."""


def network_of(
    net: Network | Program, because: str = "the states of such a net cannot be counted"
) -> Network:
    """Return the one net whose units are all or none; an error names a unit that is not, and says why that matters."""
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
        if not model.binary:
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

    @classmethod
    def of(cls, net: Network, *, inputs: bool = True, also: Sequence[str] = ()) -> States:
        """Return the states of a net; without `inputs` these rest for ever; `also` are units always in them."""
        program = compile(net)
        lasts = dict.fromkeys(net, 0)
        for source, target in net.edges:
            lasts[source] = max(lasts[source], delay_of(net, source, target))
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
            past[age][:, place, 0] = bits[:, column]
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


def keys(bits: Bits) -> list[bytes]:
    """Return a key for every state, by which it is looked up and sorted."""
    return [row.tobytes() for row in np.packbits(bits, axis=1)]
