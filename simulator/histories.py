"""Histories: what the stimuli of several units make together, every "?" as both values, chance drawn."""

from __future__ import annotations

import math
from collections import abc
from collections.abc import Mapping
from typing import Any

import numpy as np

from allornone.simulator.errors import AllornoneError, LimitExceeded, UnknownName
from allornone.simulator.stimulus import MOST_VALUES, Sequence, read_stimuli
from allornone.simulator.synapses import Evaluate, Groups, literal
from allornone.simulator.units import Array

MOST_TRIALS = 1 << 16


def compose(
    sequences: Mapping[str, Sequence],
    inputs: abc.Sequence[str],
    ticks: int,
    sample: int | None = None,
    random: np.random.Generator | None = None,
    *,
    forced: abc.Sequence[str] = (),
    limit: int = MOST_TRIALS,
) -> Array:
    """Return all histories together: (trials, ticks, inputs + forced), NaN where a forced unit is free.

    Every "?" takes both values. The first varies slowest: input by input, tick by tick; so the rows of a
    group given "?" count upwards, 000, 001, 010, … With `sample`, so many histories are drawn by `random`
    instead. Raises AllornoneError where a sequence outlasts `ticks`, LimitExceeded beyond `limit` trials.

    >>> from allornone.simulator.stimulus import parse_stimulus
    >>> compose({"a": parse_stimulus("?"), "b": parse_stimulus("?")}, ["a", "b"], ticks=1)[:, 0].tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    units = [*inputs, *forced]
    if ticks * len(units) > MOST_VALUES:
        raise LimitExceeded(f"{ticks} ticks of {len(units)} units are more than {MOST_VALUES} numbers")
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
    if len(histories) * given.size > MOST_VALUES:
        sizes = f"{len(histories)} trials of {ticks} ticks and {len(units)} units"
        raise LimitExceeded(f"{sizes} are more than {MOST_VALUES} numbers: say sample = N for fewer")
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
