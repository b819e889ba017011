"""Stimuli as text, `"1{5}(10){3}"`: what the world gives to units, tick by tick.

    text   = item*                                       spaces are ignored
    item   = state | "(" text ")" | item "{" count "}"   a count is an expression
    state  = "0" | "1" | "?" | "."                       silent | firing | both, all histories | free

A stimulus may also be a number, held throughout; a list of numbers, a text in it being an expression; a chance,
`{ chance = p }`; or, in Python, a dict from ticks to numbers. Where nothing is given an input rests, and any other
unit is free: NaN.
"""

from __future__ import annotations

import math
from collections import abc
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName, finite, shown
from allornone.simulator.notation.reading import NotationError, placed
from allornone.simulator.notation.synapses import Evaluate, Groups, expand_units, literal

Number = Callable[[str], float | bool]

MOST_TICKS = 1_000_000
PER_TICK = 64
"""Bytes that a tick of a stimulus takes while it is read."""
MOST_BYTES = 8 << 27

_STATES = "01?."
_MISPLACED = {")": "this bracket was never opened", "{": "a count stands behind what it repeats, as in 1{5}"}
_VALUES = np.zeros(128)
_VALUES[ord("1")], _VALUES[ord(".")] = 1.0, math.nan

MOST_TRIALS = 1 << 16


@dataclass(frozen=True)
class Sequence:
    """What a unit is given: `values` (ticks,), NaN where free; `unknown` (ticks,), where both; `held` on.

    With a `chance` it is 1 at any tick of any trial with that probability, and else 0.
    """

    values: Array
    unknown: NDArray[np.bool_]
    held: bool = False
    chance: float | None = None

    def __len__(self) -> int:
        return len(self.values)


def parse_stimulus(value: Any, number: Number | None = None, *, limit: int = MOST_TICKS) -> Sequence:
    """Read one stimulus: a text, a number, a list or a dict; `number` evaluates the expressions in it.

    Raises NotationError with the column, AllornoneError with the tick, LimitExceeded beyond `limit` ticks.

    >>> parse_stimulus("(10){2}1").values
    array([1., 0., 1., 0., 1.])
    """
    number = number or partial(_evaluated, literal, {})
    if isinstance(value, str):
        with placed(value):
            text = _unfold(value, number, limit)
        codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
        return Sequence(_VALUES[codes], codes == ord("?"))
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, abc.Sequence):
        value = dict(enumerate(value))
    if isinstance(value, Mapping) and "chance" in value:
        return _by_chance(value, number)
    if isinstance(value, Mapping):
        return _from_ticks(value, number, limit)
    return _sequence([_number(value, "a stimulus", number)], held=True)


def read_stimuli(
    stimuli: Mapping[str, Any],
    groups: Groups,
    evaluate: Evaluate = literal,
    *,
    parameters: Container[str] = (),
    limit: int = MOST_TICKS,
    room: int = MOST_BYTES,
) -> dict[str, Sequence]:
    """Return what each unit is given; a key is a unit, a group, a list of them, or `S[k]`, as in synapses.

    With an index, expressions in the stimulus may use it. Raises as `parse_stimulus`, and UnknownName; LimitExceeded
    where all of them take more than `room`, in bytes.

    >>> list(read_stimuli({"x": "?", "stop": 1}, {"x": ["x[0]", "x[1]"], "stop": ["stop"]}))
    ['x[0]', 'x[1]', 'stop']
    """
    known = {**{unit: [unit] for units in groups.values() for unit in units}, **groups}
    found: dict[str, Sequence] = {}
    taken = 0
    for key, value in stimuli.items():
        if key not in known and not (isinstance(key, str) and any(mark in key for mark in '[,"')):
            raise UnknownName("unit", key, known)
        plain: list[tuple[str, dict[str, int]]] = [(unit, {}) for unit in known.get(key, ())]
        read: dict[tuple[int, ...], Sequence] = {}
        for unit, indices in plain or expand_units(key, groups, evaluate, parameters=parameters):
            if unit in found:
                raise AllornoneError(f"two stimuli are given to {unit!r}, the second by {key!r}")
            at = tuple(indices.values())
            if at not in read:
                read[at] = parse_stimulus(value, partial(_evaluated, evaluate, indices), limit=limit)
                taken += PER_TICK * len(read[at])
            _keep_room(unit, taken, room)
            found[unit] = read[at]
    return found


def _keep_room(unit: str, taken: int, room: int) -> None:
    if taken > room:
        raise LimitExceeded(f"the stimuli up to that of {unit!r} take more than {room} bytes")


def _unfold(text: str, number: Number, limit: int) -> str:
    levels: list[list[str]] = [[]]  # items of each open bracket, on a stack that no depth exhausts
    opened: list[int] = []
    total = at = 0
    while at < len(text):
        mark = text[at]
        at += 1
        if mark in _STATES:
            levels[-1].append(mark)
            total += 1
        elif mark == "(":
            levels.append([])
            opened.append(at)
        elif mark == ")" and opened:
            opened.pop()
            item = "".join(levels.pop())
            levels[-1].append(item)
        elif mark == "{" and levels[-1]:
            count, at = _count(text, at, number)
            total += (count - 1) * len(levels[-1][-1])
            _check_length(total, limit)
            levels[-1][-1] *= count
        elif not mark.isspace():
            expected = _MISPLACED.get(mark, f"a state, 0, 1, ? or ., was expected here, found {mark!r}")
            raise NotationError(expected, at)
    if opened:
        raise NotationError("this bracket is never closed", opened[-1])
    _check_length(total, limit)
    return "".join(levels[0])


def _count(text: str, at: int, number: Number) -> tuple[int, int]:
    end = text.find("}", at)
    if end < 0:
        raise NotationError("this brace is never closed", at)
    written = text[at:end].strip()
    try:
        count = _number(written, "a count", number)
    except AllornoneError as error:
        raise NotationError(str(error), at + 1) from None
    if count != math.floor(count) or count < 0:
        raise NotationError(f"a count is a whole number from 0 up, found {count:g}", at + 1)
    return int(count), end + 1


def _check_length(total: int, limit: int) -> None:
    if total > limit:
        raise LimitExceeded(f"a stimulus of {total} ticks is longer than the limit of {limit}")


def _from_ticks(given: Mapping[Any, Any], number: Number, limit: int) -> Sequence:
    for tick in given:
        if not isinstance(tick, (int, np.integer)) or isinstance(tick, bool) or tick < 0:
            raise AllornoneError(f"a tick is a whole number from 0 up, found {tick!r}")
    length = max(given, default=-1) + 1
    _check_length(length, limit)
    values = [math.nan] * length
    for tick, value in given.items():
        values[tick] = _number(value, f"tick {tick}", number)
    return _sequence(values)


def _by_chance(given: Mapping[Any, Any], number: Number) -> Sequence:
    if len(given) > 1:
        raise AllornoneError(f"{{ chance = p }} stands alone, found {', '.join(map(str, given))}")
    chance = _number(given["chance"], "a chance", number)
    if not 0 <= chance <= 1:
        raise AllornoneError(f"a chance is from 0 to 1, found {chance:g}")
    return Sequence(np.zeros(0), np.zeros(0, dtype=np.bool_), chance=chance)


def _sequence(values: list[float], *, held: bool = False) -> Sequence:
    return Sequence(np.array(values, dtype=np.float64), np.zeros(len(values), dtype=np.bool_), held)


def _number(value: Any, what: str, number: Number) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        try:
            value = number(value)
        except AllornoneError as error:
            raise AllornoneError(f"{what}: {error}") from None
    if not isinstance(value, np.bool_) and not finite(value):
        raise AllornoneError(f"{what}: a finite number was expected, found {shown(value)}")
    return float(value)


def _evaluated(evaluate: Evaluate, indices: Mapping[str, int], text: str) -> float | bool:
    found = evaluate(text, {name: np.array([value]) for name, value in indices.items()})
    return found.item() if isinstance(found, np.ndarray) else found


def compose(
    sequences: Mapping[str, Sequence],
    inputs: abc.Sequence[str],
    ticks: int,
    sample: int | None = None,
    random: np.random.Generator | None = None,
    *,
    forced: abc.Sequence[str] = (),
    limit: int = MOST_TRIALS,
    room: int = MOST_BYTES,
) -> Array:
    """Return all histories together: (trials, ticks, inputs + forced), NaN where a forced unit is free.

    Every "?" takes both values. The first varies slowest: input by input, tick by tick; so the rows of a
    group given "?" count upwards, 000, 001, 010, … With `sample`, so many histories are drawn by `random`
    instead. Raises AllornoneError where a sequence outlasts `ticks`, LimitExceeded beyond `limit` trials
    or `room`, in bytes.

    >>> compose({"a": parse_stimulus("?"), "b": parse_stimulus("?")}, ["a", "b"], ticks=1)[:, 0].tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    units = [*inputs, *forced]
    if 8 * ticks * len(units) > room:
        raise LimitExceeded(f"{ticks} ticks of {len(units)} units take more than {room} bytes")
    given = np.full((ticks, len(units)), math.nan)
    unknown = np.zeros(given.shape, dtype=np.bool_)
    place = {unit: column for column, unit in enumerate(units)}
    for unit, sequence in sequences.items():
        length = len(sequence)
        if unit not in place:
            raise UnknownName("unit", unit, units)
        if length > ticks:
            raise AllornoneError(f"the stimulus of {unit!r} lasts {length} ticks, but there are only {ticks}")
        given[:length, place[unit]] = sequence.values
        unknown[:length, place[unit]] = sequence.unknown
        if sequence.held:
            given[length:, place[unit]] = sequence.values[-1]
    rests = given[:, : len(inputs)]
    rests[np.isnan(rests)] = 0.0
    column, tick = np.nonzero(unknown.T)
    by_chance = any(sequence.chance is not None for sequence in sequences.values())
    histories = _histories(len(tick), sample, random, limit, bool(len(tick)) or by_chance)
    if 8 * len(histories) * given.size > room:
        sizes = f"{len(histories)} trials of {ticks} ticks and {len(units)} units"
        raise LimitExceeded(f"{sizes} take more than {room} bytes: say sample = N for fewer")
    trials = np.repeat(given[None], len(histories), axis=0)
    trials[:, tick, column] = histories
    for unit, sequence in sequences.items():
        if sequence.chance is not None:
            if random is None:
                raise AllornoneError("chance needs a random generator, in a scenario seeds = …")
            trials[..., place[unit]] = random.random(trials.shape[:2]) < sequence.chance
    return trials


def stimulus_arrays(
    stimulus: Mapping[str, Any] | Any,
    names: abc.Sequence[str],
    inputs: abc.Sequence[str],
    ticks: int | None = None,
    *,
    groups: Groups | None = None,
    evaluate: Evaluate = literal,
    limit: int = MOST_TRIALS,
    random: np.random.Generator | None = None,
) -> tuple[Array, list[str], int]:
    """Return a stimulus given in Python as (batch, ticks, units), the units it drives, and the ticks.

    `stimulus` maps units (of `names`, or of `groups`) to what they are given, or is an array (ticks, inputs)
    or (batch, ticks, inputs). The units are all inputs, at rest where nothing is given, then the other units
    that are forced, NaN where they are free. `ticks` is that of the longest sequence unless given.

    >>> stimulus_arrays({"N1": "11", "N3": {1: 1}}, ["N1", "N2", "N3"], ["N1", "N2"])[0][0].tolist()
    [[1.0, 0.0, nan], [1.0, 0.0, 1.0]]
    """
    if not isinstance(stimulus, Mapping):
        values = _from_array(stimulus, inputs)
        lasts = values.shape[1] if ticks is None else ticks
        if lasts < values.shape[1]:
            raise AllornoneError(f"the stimulus lasts {values.shape[1]} ticks, but there are only {ticks}")
        return np.pad(values, [(0, 0), (0, lasts - values.shape[1]), (0, 0)]), list(inputs), lasts
    sequences = read_stimuli(stimulus, {**{name: [name] for name in names}, **(groups or {})}, evaluate)
    own = sequences.keys() - set(inputs)
    forced = [name for name in names if name in own]
    lasts = max(map(len, sequences.values()), default=0) if ticks is None else ticks
    return (
        compose(sequences, inputs, lasts, None, random, forced=forced, limit=limit),
        [*inputs, *forced],
        lasts,
    )


def _from_array(stimulus: Any, inputs: abc.Sequence[str]) -> Array:
    try:
        values = np.asarray(stimulus)
    except ValueError:
        values = np.array("ragged")
    if values.dtype.kind not in "biuf":
        found = f"found a {type(stimulus).__name__}"
        raise AllornoneError(f"a stimulus is a dict from units, or an array of numbers, {found}")
    if values.ndim not in (2, 3) or values.shape[-1] != len(inputs):
        right = f"(ticks, {len(inputs)}) or (batch, ticks, {len(inputs)})"
        found = f"found {values.shape}; the inputs are {', '.join(inputs)}"
        raise AllornoneError(f"an array of stimuli has the shape {right}, {found}")
    if not np.isfinite(values).all():
        raise AllornoneError("an array of stimuli holds finite numbers, found NaN or infinity")
    return values.astype(np.float64) if values.ndim == 3 else values.astype(np.float64)[None]


def _histories(
    count: int, sample: int | None, random: np.random.Generator | None, limit: int, undecided: bool
) -> Array:
    if sample is None:
        if 1 << count > limit:
            many = f"{count} times ? make {1 << count if count < 64 else f'2^{count}'} trials"
            raise LimitExceeded(f"{many}, more than the limit of {limit}: say sample = N for fewer")
        return (np.arange(1 << count)[:, None] >> np.arange(count)[::-1] & 1).astype(np.float64)
    if sample > limit:
        raise LimitExceeded(f"sample = {sample} is more than the limit of {limit} trials")
    if sample < 1 or not undecided:
        raise AllornoneError(
            "sample = N takes N histories from 1 up, of stimuli with at least one ? or chance"
        )
    if random is None:
        raise AllornoneError("sample = N needs a random generator, in a scenario seeds = …")
    return random.integers(0, 2, (sample, count)).astype(np.float64)
