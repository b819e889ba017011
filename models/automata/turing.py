"""A Turing machine wholly as a McCulloch–Pitts net: its head is one spike, its tape is a row of latches.

q s p  state, symbol read, position on the tape      unit `qs[p]` fires at the tick of the step that reads s at p
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, whole
from allornone.simulator.network.network import Network

HALT = "H"
_ENTRY = re.compile(r"([A-Z])([0-9]):([0-9])([LR])([A-Z])")
_ROW = re.compile(r"(?:[0-9][LR][A-Z]|---)+")
_SHAPE = (
    "an entry is written state symbol : symbol to write, L or R, next state, as in A0:1RB; "
    "or a whole table state by state, as in 1RB1LB_1LA1RH"
)


class Move(NamedTuple):
    """What a machine does: the symbol it writes, its step (−1 left, 1 right), its next state."""

    write: int
    step: int
    state: str


Table = Mapping[tuple[str, int], Move]


@checked
def turing(table: str, cells: int, start: int | None = None) -> Network:
    """Return a Turing machine with a finite tape as one McCulloch–Pitts net, one tick a step.

    `table` lists the machine's entries, "A0:1RB A1:1LB B0:1LA B1:1RH": in state A reading 0 write 1, go right, be in
    B. The first entry's state is the first, H is where it halts, 0 is blank. As tables of busy beavers are published,
    "1RB1LB_1LA1RH" is the same: the states A, B, … in turn, of each the entries for 0, 1, …; it halts in H or Z. Inputs
    and units:

    * START: a spike at tick 0 puts the machine, in its first state, at `start`, the middle unless given; step k is
      then the spike of tick k
    * `A0[p]`, `A1[p]`, …: a group of AND units for each entry, one unit a position: the head came here in that
      state, and the tape holds that symbol
    * `tape[p]`: a latch, on where the tape holds 1 (`tape2`, … for further symbols); force it at tick 0 to write
      a first word
    * HALT fires one tick after the last step; OFF is the alarm: the head has run off the tape

    Raises AllornoneError for an entry that cannot be read, stands twice or is missing, and for a machine that never
    halts by its table. McCulloch & Pitts (1943): a net with a tape computes what a Turing machine does; A. M. Turing,
    Proc. London Math. Soc. 42 (1936). In the paper the tape is outside of the net.

    >>> net = turing("A0:1RB A1:1LB B0:1LA B1:1RH", cells=5)
    >>> net.groups, len(net)
    (['A0', 'A1', 'B0', 'B1', 'tape'], 28)
    """
    moves = read_table(table)
    cells = whole("turing: cells", cells, 1)
    start = cells // 2 if start is None else whole("turing: start", start)
    if start >= cells:
        raise AllornoneError(f"turing: start must be a position of the tape, 0 to {cells - 1}, found {start}")
    net = Network(name="turing machine")
    net.add_inputs("START")
    _units(net, moves, cells)
    first = next(iter(moves))[0]
    for state, symbol in moves:
        if state == first:
            net.connect("START", f"{state}{symbol}[{start}]")
        for place in range(cells):
            _reads(net, moves, (state, symbol), place)
            _acts(net, moves, (state, symbol), place, cells)
    return net


def read_table(text: str) -> dict[tuple[str, int], Move]:
    """Return a machine's moves by state and symbol, in the order written; raises as `turing`.

    >>> read_table("A0:1RH A1:0LA")["A", 0]
    Move(write=1, step=1, state='H')
    """
    if not isinstance(text, str):
        raise AllornoneError(f"turing: a table is a text of entries such as 'A0:1RB A1:1RH', found {text!r}")
    moves: dict[tuple[str, int], Move] = {}
    entries = re.split(r"[\s,;]+", text.strip())
    if len(entries) == 1 and "_" in text:
        entries = _published(entries[0])
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        if found is None:
            still = " A head that stays is not in it: every step goes L or R." if entry[-2:-1] == "N" else ""
            raise AllornoneError(f"turing: {entry!r} is no entry of a table: {_SHAPE}.{still}")
        state, symbol, write, way, to = found.groups()
        if state == HALT:
            raise AllornoneError(f"turing: {entry!r}: H is where a machine halts, so it has no entries")
        if (state, int(symbol)) in moves:
            raise AllornoneError(f"turing: {entry!r}: {state}{symbol} has an entry already")
        moves[state, int(symbol)] = Move(int(write), -1 if way == "L" else 1, to)
    _check(moves)
    return moves


def _published(table: str) -> list[str]:
    """Return the entries of a table as it is published, one row a state."""
    rows = table.split("_")
    states = [chr(ord("A") + place) for place in range(len(rows))]
    for row in rows:
        if not _ROW.fullmatch(row) or len(row) != len(rows[0]):
            raise AllornoneError(
                f"turing: {row!r} is no row of a table: of each state, every symbol has an entry such as 1RB"
            )
    if HALT in states:
        raise AllornoneError(
            f"turing: this table has {len(rows)} states, and the eighth would be H, where a machine halts: "
            "write it entry by entry, as in A0:1RB, with another letter"
        )
    found = []
    for state, row in zip(states, rows, strict=True):
        for symbol, entry in enumerate(re.findall("...", row)):
            if entry == "---":
                raise AllornoneError(
                    f"turing: --- leaves open what {state}{symbol} writes before it halts: say 1RH"
                )
            found.append(f"{state}{symbol}:{entry[:2]}{HALT if entry[2] == 'Z' else entry[2]}")
    return found


def _check(moves: Table) -> None:
    states = dict.fromkeys(state for state, _ in moves)
    symbols = range(max([1, *(symbol for _, symbol in moves), *(move.write for move in moves.values())]) + 1)
    targets = {move.state for move in moves.values()}
    for state in sorted(targets - {*states, HALT}):
        raise AllornoneError(f"turing: a move leads to {state}, which has no entries; it halts in H")
    for state, symbol in product(states, symbols):
        if (state, symbol) not in moves:
            entry = f"{state}{symbol}:{symbol}RH"
            raise AllornoneError(f"turing: {state}{symbol} is missing; where the machine halts say {entry}")
    if HALT not in targets:
        raise AllornoneError("turing: no move leads to H, so the machine never halts; let one end in H")


def _units(net: Network, moves: Table, cells: int) -> None:
    for state, symbol in moves:
        # Reading 0 is hearing of the head and no veto from the tape; reading another symbol is hearing both.
        net.add_group(f"{state}{symbol}", [1, cells], McCullochPitts(threshold=2 if symbol else 1))
    for symbol in sorted({symbol for _, symbol in moves} - {0}):
        net.add_group(_tape(symbol), [1, cells], McCullochPitts(threshold=1), output=True)
        for place in range(cells):
            net.connect(f"{_tape(symbol)}[{place}]", f"{_tape(symbol)}[{place}]")
    net.add_unit("HALT", McCullochPitts(threshold=1), output=True)
    net.add_unit("OFF", McCullochPitts(threshold=1), output=True)


def _reads(net: Network, moves: Table, entry: tuple[str, int], place: int) -> None:
    """Let an entry's unit hear the tape beneath it."""
    reader, symbol = f"{entry[0]}{entry[1]}[{place}]", entry[1]
    if symbol:
        net.connect(f"{_tape(symbol)}[{place}]", reader)
        return
    for other in sorted({other for _, other in moves} - {0}):
        net.inhibit(f"{_tape(other)}[{place}]", reader)


def _acts(net: Network, moves: Table, entry: tuple[str, int], place: int, cells: int) -> None:
    """Let an entry's unit write, and send the head on.

    The head never stays, so the cell that a unit writes is not the one read a tick later: one tick a step is enough.
    """
    actor, symbol = f"{entry[0]}{entry[1]}[{place}]", entry[1]
    write, step, state = moves[entry]
    if write != symbol and write:
        net.connect(actor, f"{_tape(write)}[{place}]")
    if write != symbol and symbol:
        net.inhibit(actor, f"{_tape(symbol)}[{place}]")
    if state == HALT:
        net.connect(actor, "HALT")
    elif not 0 <= place + step < cells:
        net.connect(actor, "OFF")
    else:
        for other in sorted(symbol for known, symbol in moves if known == state):
            net.connect(actor, f"{state}{other}[{place + step}]")


def _tape(symbol: int) -> str:
    return "tape" if symbol == 1 else f"tape{symbol}"
