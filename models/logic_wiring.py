"""From lines to a network: how late each unit must be, which units are shared, where a relay leads a second way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from allornone.models.logic_design import Design
from allornone.models.logic_lines import Line, fresh
from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.one_unit import OneUnit
from allornone.models.proposition import Moment
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network


@dataclass(frozen=True)
class Cell:
    """A unit in terms of what its synapses hear: weights and vetoes by moment."""

    threshold: int
    weights: tuple[tuple[Moment, int], ...]
    vetoes: tuple[Moment, ...] = ()

    @property
    def heard(self) -> list[Moment]:
        """Every moment that it hears."""
        return [*(moment for moment, _ in self.weights), *self.vetoes]

    @property
    def spare(self) -> int:
        """Ticks by which all its delays could be shorter."""
        return min((moment.delay for moment in self.heard), default=1) - 1

    def sooner(self, ticks: int) -> Cell:
        """Return the cell that answers so many ticks earlier."""
        return Cell(
            self.threshold,
            tuple(sorted((Moment(name, delay - ticks), weight) for (name, delay), weight in self.weights)),
            tuple(sorted(Moment(name, delay - ticks) for name, delay in self.vetoes)),
        )


def latencies(lines: Mapping[str, Line], relative: bool) -> tuple[dict[str, int], dict[str, Design]]:
    """Return by how many ticks each unit must answer late, as few as possible, and its design.

    A synapse takes at least one tick, a hidden unit one more. Who hears a late unit makes up for it where the
    text leaves time. The least solution is reached from below.
    """
    late, designs = dict.fromkeys(lines, 0), {}
    for _ in range(len(lines) * (len(lines) + 2) + 1):
        before = dict(late)
        for name, line in lines.items():
            late[name], designs[name] = _least_late(line, late, relative)
        if late == before:
            return late, designs
    raise AllornoneError(  # `lengthened` has made every circle long enough
        f"the circle of {max(late, key=late.__getitem__)!r} is too short for the units that it needs"
    )


def _least_late(line: Line, late: Mapping[str, int], relative: bool) -> tuple[int, Design]:
    own = late[line.name]
    while True:
        heard = [moment.delay for moment in effective(line, late, own)]
        early = sum(1 << k for k, delay in enumerate(heard) if delay > 1)
        found = line.designed(early, relative) if min(heard, default=1) > 0 else None
        if found is not None:
            return own, found
        own += 1
        if own > late[line.name] + max(late.values()) + 2:
            raise AllornoneError(f"{line.name!r} cannot be said in time")


def effective(line: Line, late: Mapping[str, int], own: int) -> list[Moment]:
    """Return the moments that the unit's synapses hear, once everyone is as late as is said."""
    # Of its own past a unit is as late as it is itself.
    return [
        Moment(name, delay + own - (own if name == line.name else late.get(name, 0)))
        for name, delay in line.variables
    ]


def cells_of(
    line: Line, found: Design, late: Mapping[str, int], tonic: str
) -> tuple[Cell, list[Cell], OneUnit]:
    """Return the unit of a line as it hears moments, its hidden units, and how it hears these."""
    own = late[line.name]
    heard = effective(line, late, own)
    unit = _cell(found.unit, heard)
    if line.at_rest and own:
        # A late unit must rest until its tick 0 has come: what fires by itself is told when.
        weights = (*unit.weights, (Moment(tonic, own), 1 - unit.threshold))
        unit = replace(unit, threshold=1, weights=weights)
    return unit, [_cell(hidden, heard) for hidden in found.hidden], found.unit


def _cell(unit: OneUnit, heard: Sequence[Moment]) -> Cell:
    weights = tuple((moment, weight) for moment, weight in zip(heard, unit.weights, strict=False) if weight)
    vetoes = tuple(moment for k, moment in enumerate(heard) if unit.vetoes >> k & 1)
    return Cell(unit.threshold, weights, vetoes)


class Wiring:
    """A network under construction; hidden units and relays are made once, and shared."""

    def __init__(self, tonic: str, taken: Iterable[str]) -> None:
        self.cells: dict[str, Cell] = {}
        self.tonic, self.taken = tonic, {*taken}
        self.shared: dict[Cell, str] = {}
        self.relays: dict[str, Cell] = {}
        self.copies: dict[str, list[tuple[int, str]]] = {}

    def add_all(self, parts: Mapping[str, tuple[Cell, Sequence[Cell], OneUnit]]) -> None:
        """Add units with their hidden ones, and relays where one unit hears another at several moments."""
        for name, (cell, hidden, _) in parts.items():
            if not hidden and cell.spare == 0:
                self.shared.setdefault(cell.sooner(0), name)
        whole = {name: self._joined(name, *part) for name, part in parts.items()}
        self.cells |= whole
        for name, cell in self.cells.items():
            self._note_copy(name, cell)
        led = {name: self._led(name, cell) for name, cell in self.cells.items()}
        self.cells = {**self.relays, **led}

    def network(self, inputs: Iterable[str], lines: Iterable[str]) -> Network:
        """Return the network: inputs, hidden units and relays, and the units of the lines."""
        net = Network(name="logic")
        net.add_inputs(*inputs)
        order = [*(unit for unit in self.cells if unit not in lines), *lines]
        heard = {moment.name for cell in self.cells.values() for moment in cell.heard}
        if self.tonic in heard:
            net.add_unit(self.tonic, McCullochPitts(threshold=0.0))
        for unit in order:
            net.add_unit(unit, McCullochPitts(threshold=float(self.cells[unit].threshold)))
        for unit in order:
            for moment, weight in self.cells[unit].weights:
                net.connect(moment.name, unit, weight=float(weight), delay=moment.delay)
            for moment in self.cells[unit].vetoes:
                net.inhibit(moment.name, unit, delay=moment.delay)
        return net

    def _joined(self, owner: str, cell: Cell, hidden: Sequence[Cell], unit: OneUnit) -> Cell:
        first = len(unit.weights) - len(hidden)
        weights, vetoes = dict(cell.weights), list(cell.vetoes)
        for k, one in enumerate(hidden):
            moment = self._said_by(owner, one)
            if unit.weights[first + k]:
                weights[moment] = unit.weights[first + k]
            elif unit.vetoes >> first + k & 1:
                vetoes.append(moment)
        return Cell(cell.threshold, tuple(weights.items()), tuple(vetoes))

    def _said_by(self, owner: str, hidden: Cell) -> Moment:
        """Return which unit says what a hidden unit says, and how long before its owner."""
        sooner = hidden.sooner(hidden.spare)
        if sooner not in self.shared:
            name = self._fresh(f"{owner}'{chr(ord('a') + self._count(owner) % 26)}")
            self.cells[name] = sooner
            self.shared[sooner] = name
        return Moment(self.shared[sooner], hidden.spare)

    def _count(self, owner: str) -> int:
        return sum(name.startswith(f"{owner}'") for name in self.cells)

    def _note_copy(self, name: str, cell: Cell) -> None:
        if len(cell.weights) == 1 and not cell.vetoes and 1 <= cell.threshold <= cell.weights[0][1]:
            source, delay = cell.weights[0][0]
            self.copies.setdefault(source, []).append((delay, name))

    def _led(self, name: str, cell: Cell) -> Cell:
        """Lead the second and later ways from a source through units that copy it."""
        heard: dict[str, list[int]] = {}
        for source, delay in cell.heard:
            heard.setdefault(source, []).append(delay)
        led: dict[Moment, Moment] = {}
        used = {*heard, name}
        for source, delays in heard.items():
            for delay in sorted(delays)[1:]:
                ticks, copy = self._copy(source, delay - 1, used)
                used.add(copy)
                led[Moment(source, delay)] = Moment(copy, delay - ticks)
        if not led:
            return cell
        weights = tuple((led.get(moment, moment), weight) for moment, weight in cell.weights)
        return Cell(cell.threshold, weights, tuple(led.get(moment, moment) for moment in cell.vetoes))

    def _copy(self, source: str, most: int, used: Iterable[str]) -> tuple[int, str]:
        """Return a unit that is not used yet and does what the source did at most so many ticks before."""
        known = self.copies.setdefault(source, [])
        for ticks, name in sorted(known):
            if ticks <= most and name not in used:
                return ticks, name
        taken = {ticks for ticks, _ in known}
        ticks = next((k for k in range(1, most + 1) if k not in taken), 1)
        name = self._fresh(f"{source}'{ticks}")
        self.relays[name] = Cell(1, ((Moment(source, ticks), 1),))
        known.append((ticks, name))
        return ticks, name

    def _fresh(self, name: str) -> str:
        name = fresh(name, self.taken)
        self.taken.add(name)
        return name
