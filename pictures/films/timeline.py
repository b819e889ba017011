"""A Trace as a row of moments, the shots of a film of it, and what the clock says."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.records.records import Trace
from allornone.simulator.records.wording import names

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST = 60  # moments of a film where nothing else is asked

OPENING, END, PAUSE = 0.5, 1.6, 2.8  # seconds: before anything moves, after all has, and for a question

STORY = 120  # letters of 12.5 points in a line across a film
LINES = 2


@dataclass(frozen=True)
class Timeline:
    """What a film shows, moment by moment.

    y (moments, units), vetoed the same, inputs (units) who is one, trials and ticks (moments), weights
    (moments, synapses) or None, desired (moments, outputs) or None; places (moments) among the `whole` that
    the trace has.
    """

    units: tuple[str, ...]
    y: Array
    vetoed: NDArray[np.bool_]
    inputs: NDArray[np.bool_]
    trials: NDArray[np.int64]
    ticks: NDArray[np.int64]
    weights: Array | None
    desired: Array | None
    places: NDArray[np.int64]
    whole: int

    def __len__(self) -> int:
        return len(self.y)

    @cached_property
    def levels(self) -> Array:
        """The same values between −1 and 1; inputs and units are measured apart, over all moments."""
        found = np.nan_to_num(self.y)
        for part in (self.inputs, ~self.inputs):
            found[:, part] /= max(1.0, float(np.abs(found[:, part]).max(initial=0.0)))
        return found


def timeline(
    trace: Trace, ticks: range | None = None, lane: int = 0, most: int = MOST, *, some: bool = False
) -> Timeline:
    """Return the moments of a trace, one trial after the other, at most so many.

    Of more, the first are shown; where no moment depends on the one before, some from all over the trace, and of
    learning more from its beginning.

    `ticks`: which ticks of each trial (default all); `lane`: which of the networks that ran side by side;
    `some`: whether a trace of some units will do, as for a raster.
    Raises AllornoneError for a trace without outputs or without units of its network, and for ticks or a lane that
    it does not have.
    """
    missing = [] if some else [str(unit) for unit in trace.network if unit not in trace.units]
    if missing:
        raise AllornoneError(
            f"a film shows all units, and {names(missing)} {'was' if len(missing) == 1 else 'were'} not recorded: "
            "simulate again with a Record of all units"
        )
    y = trace.recorded.get("y")
    if y is None or not y.size:
        raise AllornoneError("this trace recorded no outputs, so there is nothing to show")
    count, batch, _, lanes = y.shape
    if not 0 <= lane < lanes:
        raise AllornoneError(f"the trace has lanes 0 to {lanes - 1}, found lane {lane}")
    asked = range(count) if ticks is None else ticks
    chosen = [tick for tick in asked if 0 <= tick < count]
    if not chosen:
        raise AllornoneError(f"the trace has ticks 0 to {count - 1}, found {asked!r}")
    pairs = np.array([(trial, tick) for trial in range(batch) for tick in chosen], dtype=np.int64)
    weights, desired = trace.recorded.get("weights"), trace.recorded.get("d")
    places = np.arange(len(pairs))
    if ticks is None:
        places = _shown(len(pairs), memoryless(trace.network), weights is not None, most)
    trial, at = pairs[places].T
    trials, since = _lives(trace, trial, at)
    inputs = set(trace.network.inputs)
    off = trace.recorded.get("vetoed")
    return Timeline(
        units=tuple(trace.units),
        y=y[at, trial, :, lane].astype(np.float64),
        vetoed=np.zeros((len(places), y.shape[2]), dtype=bool)
        if off is None
        else off[at, trial, :, lane].astype(bool),
        inputs=np.array([unit in inputs for unit in trace.units], dtype=bool),
        trials=trials,
        ticks=(at - since) * trace.every,
        weights=None
        if weights is None
        else np.asarray(weights[at, :, min(lane, weights.shape[-1] - 1)], dtype=np.float64),
        desired=None if desired is None else np.asarray(desired[at, trial, :, lane], dtype=np.float64),
        places=places,
        whole=batch * ((count - 1) * trace.every + 1),
    )


def memoryless(net: Network) -> bool:
    """Whether every synapse has delay 0, so that no tick depends on the one before.

    >>> memoryless(Network())
    True
    """
    return all(net.delay(u, v) == 0 for u, v in net.edges)


def presented(trace: Trace) -> bool:
    """Whether each moment is a presentation of its own: a lesson, or an answer given within its tick."""
    if trace.origin is not None and trace.origin.lessons:
        return True
    return memoryless(trace.network) and max(stages(trace.network).values(), default=0) > 0


def _lives(trace: Trace, trial: Whole, row: Whole) -> tuple[Whole, Whole]:
    """Return the trial of each moment, and the row at which it began; trials may follow in the rows too."""
    begins = (0,) if trace.origin is None or trace.origin.lessons else trace.origin.begins
    starts = np.unique(np.array([0, *begins], dtype=np.int64))
    life = np.searchsorted(starts, row, side="right") - 1
    return trial * len(starts) + life, starts[life]


def _shown(count: int, anywhere: bool, learning: bool, most: int) -> Whole:
    """Which of so many moments a film shows; a learner changes most in the beginning."""
    if count <= most or not anywhere:
        return np.arange(min(count, most))
    share = np.linspace(0, 1, most) ** (2 if learning else 1)
    return np.unique((share * (count - 1)).round().astype(np.int64))


def stages(net: Network) -> dict[str, int]:
    """Return how many synapses of delay 0 a signal passes, at most, until it reaches each unit in its tick.

    >>> net = Network()
    >>> net.add_inputs("a")
    >>> stages(net)
    {'a': 0}
    """
    instant: nx.DiGraph[Any] = nx.DiGraph()
    instant.add_nodes_from(net)
    instant.add_edges_from((u, v) for u, v in net.edges if net.delay(u, v) == 0)
    found: dict[str, int] = dict.fromkeys(map(str, net), 0)
    if not nx.is_directed_acyclic_graph(instant):
        return found
    for unit in nx.topological_sort(instant):
        found[unit] = max((found[p] + 1 for p in instant.predecessors(unit)), default=0)
    return found


def mistaken(line: Timeline, outputs: list[str]) -> NDArray[np.int8]:
    """Return for each moment and output 1 where it answered wrong, 0 right, −1 where nothing was wanted.

    Right is: on the same side of the middle of what is wanted over the film, (moments, outputs).
    """
    found = np.full((len(line), len(outputs)), -1, dtype=np.int8)
    if line.desired is None or line.desired.shape[1] != len(outputs):
        return found
    known = np.isfinite(line.desired)
    if not known.any():
        return found
    levels = line.desired[known]
    middle = 0.5 if levels.min() >= 0 else 0.0
    y = line.y[:, [line.units.index(unit) for unit in outputs]]
    wrong = (y > middle) != (line.desired > middle)
    found[known] = wrong[known]
    return found


@dataclass(frozen=True)
class Shot:
    """One frame: a moment, the share of its tick that has passed, and what is asked meanwhile."""

    moment: int
    share: float
    ask: str = ""


def script(
    line: Timeline,
    sweeping: bool,
    fps: float,
    questions: Sequence[Mapping[str, Any]],
    parts: int | None = None,
) -> list[Shot]:
    """Return the shots of a film. Few moments take longer each; `sweeping`: layers answer one by one.

    A question stands where its tick `at` first comes. `parts`: frames of a moment, where another pace is wanted.
    """
    parts = parts or max(4, round(_pace(len(line), sweeping) * fps))
    shots = [Shot(0, 0.0)] * round(OPENING * fps)
    asked = {int(question["at"]): _asked(question) for question in reversed(questions)}
    for moment in range(len(line)):
        ask = asked.pop(int(line.ticks[moment]), "")
        shots += [Shot(moment, 0.0, ask)] * (round(PAUSE * fps) if ask else 0)
        shots += [Shot(moment, k / parts) for k in range(parts)]
    return shots + [Shot(len(line) - 1, 1.0)] * round(END * fps)


def clock(line: Timeline, moment: int, sweeping: bool) -> str:
    """Return what the clock says at a moment; a film that shows a part says of how much."""
    trials = len(set(line.trials.tolist()))
    trial, tick = int(line.trials[moment]) + 1, int(line.ticks[moment])
    cut = f" · {len(line)} of {line.whole} shown" if len(line) < line.whole else ""
    if sweeping:
        return f"presentation {numbers(line, True)[moment]}{cut or f'/{line.whole}'}"
    if trials > 1:
        return f"trial {trial}  t = {tick}{cut}"
    return f"t = {tick}{cut}"


def numbers(line: Timeline, presenting: bool) -> NDArray[np.int64]:
    """Return what an axis calls each moment: its tick, or, from 1 on, its presentation, as the clock does."""
    if not presenting:
        return line.ticks
    return (line.ticks if len(set(line.trials.tolist())) == 1 else line.places) + 1


def _pace(moments: int, sweeping: bool) -> float:
    """Seconds for a moment."""
    if sweeping:
        return 1.6 if moments <= 8 else 1.1 if moments <= 24 else 0.72
    return 0.96 if moments <= 12 else 0.64 if moments <= 30 else 0.4


def _asked(question: Mapping[str, Any]) -> str:
    """A question with its choices, as it stands over the film."""
    choices = " / ".join(str(choice) for choice in question.get("choices", ()))
    return sentences(f"{question['ask']}  {choices}".strip())


def sentences(text: str, letters: int = STORY, lines: int = LINES) -> str:
    """Return as many whole sentences of a text as fit into so many lines; of one too long, its beginning.

    >>> sentences("One. Two.", letters=5, lines=1)
    'One.'
    """
    flat = " ".join(text.split())
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", flat):
        longer = f"{kept} {sentence}".strip()
        if len(textwrap.wrap(longer, letters)) > lines:
            break
        kept = longer
    if not kept and flat:
        wrapped = textwrap.wrap(flat, letters - 2)[:lines]
        kept = (
            " ".join(wrapped)
            if len(textwrap.wrap(flat, letters)) <= lines
            else " ".join(wrapped).rstrip(" ,;:") + " …"
        )
    return "\n".join(_even(kept, letters))


def headline(text: str, letters: int = 62) -> str:
    """Return a title on one line.

    >>> headline("A ring of neurons remembers", 12)
    'A ring of …'
    """
    flat = " ".join(text.split())
    if len(flat) <= letters:
        return flat
    return flat[: letters - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _even(text: str, letters: int) -> list[str]:
    """Lines of nearly equal length, no more of them than are needed."""
    needed = len(textwrap.wrap(text, letters))
    narrow = (
        next(wide for wide in range(1, letters + 1) if len(textwrap.wrap(text, wide)) <= needed)
        if text
        else 1
    )
    return textwrap.wrap(text, min(narrow + 4, letters))
