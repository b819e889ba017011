"""Turing machines as nets, held to a machine with a dictionary for its table and a list for its tape."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import allornone as aon
from allornone.models.automata.turing import read_table

BEAVERS = {
    "A0:1RB A1:1LB B0:1LA B1:1RH": (4, 6),
    "A0:1RB A1:1RH B0:0RC B1:1RB C0:1LC C1:1LA": (6, 14),
    "A0:1RB A1:1LB B0:1LA B1:0LC C0:1RH C1:1LD D0:1RD D1:0RA": (13, 107),
}


class Machine(NamedTuple):
    """What a machine came to: its tape before each step, where it was in which state, and how it ended."""

    tapes: list[list[int]]
    visits: list[tuple[str, int, int]]
    end: str


def by_hand(table: str, tape: Sequence[int], head: int, steps: int) -> Machine:
    """Run a machine step by step until it halts, runs off the tape, or has had its steps."""
    entries = dict(entry.split(":") for entry in table.split())
    cells, state = list(tape), table[0]
    tapes, visits = [list(cells)], []
    for _ in range(steps):
        visits.append((state, cells[head], head))
        entry = entries[f"{state}{cells[head]}"]
        cells[head], state = int(entry[0]), entry[2]
        tapes.append(list(cells))
        if state == "H":
            return Machine(tapes, visits, "HALT")
        head += 1 if entry[1] == "R" else -1
        if not 0 <= head < len(cells):
            return Machine(tapes, visits, "OFF")
    return Machine(tapes, visits, "")


def lives_as(table: str, tape: Sequence[int], head: int, steps: int) -> str:
    """Compare a net with the machine by hand, unit by unit and tick by tick; return how the machine ended."""
    machine = by_hand(table, tape, head, steps)
    net = aon.turing(table, len(tape), head)
    symbols = sorted({int(entry[1]) for entry in table.split()} - {0})
    names = {symbol: "tape" if symbol == 1 else f"tape{symbol}" for symbol in symbols}
    word = {f"{names[symbol]}[{place}]": "1" for place, symbol in enumerate(tape) if symbol}
    trace = aon.simulate(net, {"START": "1", **word}, ticks=steps + 3)
    fired = {
        (unit, tick)
        for unit in net
        if unit not in net.outputs and unit != "START"
        for tick in np.flatnonzero(trace[unit]).tolist()
        if machine.end or tick <= steps  # beyond which nothing was done by hand
    }
    # Step k, counted from 1, is the spike of tick k.
    assert fired == {(f"{q}{s}[{p}]", tick) for tick, (q, s, p) in enumerate(machine.visits, 1)}
    for tick, cells in enumerate(machine.tapes, 1):
        for symbol, name in names.items():
            found = [int(trace[f"{name}[{place}]"][tick]) for place in range(len(cells))]
            assert found == [int(cell == symbol) for cell in cells]
    for alarm in ("HALT", "OFF"):
        expected = [len(machine.visits) + 1] if machine.end == alarm else []
        assert np.flatnonzero(trace[alarm]).tolist() == expected
    return machine.end


def random_table(draw: random.Random, states: str, symbols: int) -> str:
    """Return a random table in which one entry, at least, halts."""
    entries = []
    for state in states:
        for symbol in range(symbols):
            to = draw.choice(states + "H")
            entries.append(f"{state}{symbol}:{draw.randrange(symbols)}{draw.choice('LR')}{to}")
    halting = draw.randrange(len(entries))
    entries[halting] = entries[halting][:-1] + "H"
    return " ".join(entries)


@pytest.mark.parametrize("table", BEAVERS)
def test_busy_beavers_write_and_stop(table: str) -> None:
    """The champions of two, three and four states: so many ones in so many steps, and every tick as by hand."""
    ones, steps = BEAVERS[table]
    machine = by_hand(table, [0] * 24, 14, 200)
    assert (sum(machine.tapes[-1]), len(machine.visits), machine.end) == (ones, steps, "HALT")
    assert lives_as(table, [0] * 24, 14, steps) == "HALT"


@pytest.mark.parametrize(("states", "symbols"), [("A", 2), ("AB", 2), ("ABC", 2), ("AB", 3), ("ABCD", 4)])
def test_random_machines_live_as_by_hand(states: str, symbols: int) -> None:
    """Random tables on random words: unit for unit, tick for tick, to the halt or the end of the tape."""
    draw = random.Random(f"{states}{symbols}")
    ends = []
    for _ in range(14):
        tape = [draw.randrange(symbols) for _ in range(7)]
        ends.append(lives_as(random_table(draw, states, symbols), tape, draw.randrange(7), 30))
    assert {"HALT", "OFF"} <= set(ends)


def test_a_machine_can_add_one_in_binary() -> None:
    """A machine with a purpose: the number on the tape, highest digit first, is one more when it halts."""
    table = "A0:0RA A1:1RA A2:2LB B0:1RC B1:0LB B2:2RH C0:0RC C1:1RC C2:2LH"
    for number in range(15):
        tape = [int(digit) for digit in f"{number:05b}"] + [2, 0]
        machine = by_hand(table, tape, 0, 40)
        assert int("".join(map(str, machine.tapes[-1][:5])), 2) == number + 1
        assert lives_as(table, tape, 0, 20) == "HALT"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            "A0:1RB A1:1X",
            "'A1:1X' is no entry of a table: an entry is written state symbol : symbol to write",
        ),
        ("A0:1NH", "'A0:1NH' is no entry .* every step goes L or R"),
        ("", "'' is no entry"),
        ("A0:1RH", "A1 is missing; where the machine halts say A1:1RH"),
        ("A0:1RH A1:2RH", "A2 is missing"),
        ("A0:1RH A0:1LH A1:1RH", "A0 has an entry already"),
        ("A0:1RB A1:1RH", "leads to B, which has no entries"),
        ("A0:1RA A1:1RA", "no move leads to H"),
        ("A0:1RH A1:1RH H0:1RA H1:1RA", "H is where a machine halts"),
        ("1RB1LB_1LA---", "--- leaves open what B1 writes before it halts: say 1RH"),
        ("1RB1LB_1LA", "'1LA' is no row of a table: of each state, every symbol has an entry such as 1RB"),
        ("1RB1LB_1LA1NH", "'1LA1NH' is no row of a table"),
        ("1RB1LC_1LA1RH", "leads to C, which has no entries"),
        ("_".join(["1RB1RZ"] * 8), "this table has 8 states, and the eighth would be H"),
        ("1RB1LB 1LA1RH", "or a whole table state by state, as in 1RB1LB_1LA1RH"),
    ],
)
def test_a_table_that_means_nothing_is_refused(table: str, message: str) -> None:
    """The message names the entry and says what would be right."""
    with pytest.raises(aon.AllornoneError, match=message):
        aon.turing(table, 5)


@pytest.mark.parametrize(
    ("published", "entries"),
    [
        ("1RB1LB_1LA1RH", "A0:1RB A1:1LB B0:1LA B1:1RH"),
        ("1RB1RZ_0RC1RB_1LC1LA", "A0:1RB A1:1RH B0:0RC B1:1RB C0:1LC C1:1LA"),
        ("1RB2LB1RH_2LA2RB1LB", "A0:1RB A1:2LB A2:1RH B0:2LA B1:2RB B2:1LB"),
    ],
)
def test_tables_are_read_as_they_are_published(published: str, entries: str) -> None:
    """State by state, divided by _, of two symbols or three; halting in H or in Z."""
    assert read_table(published) == read_table(entries)
    assert list(aon.turing(published, 5)) == list(aon.turing(entries, 5))


def test_a_table_is_a_text() -> None:
    """A list of entries is told so."""
    wrong: Any = ["A0:1RH", "A1:1RH"]
    with pytest.raises(aon.AllornoneError, match="a table is a text of entries such as"):
        aon.turing(wrong, 5)


def test_a_head_must_start_on_the_tape() -> None:
    """A start beyond the tape names the positions that there are."""
    with pytest.raises(aon.AllornoneError, match="start must be a position of the tape, 0 to 4, found 5"):
        aon.turing("A0:1RH A1:1RH", 5, 5)
