"""MADALINE: many ADALINEs, and the rules that decide which of them to teach (1962 to 1988).

x  input, ±1      z  net input      y  output, its sign      d  desired, ±1      α  rate of the normalised LMS rule

A unit near 0 is the one that changes its mind for the least change of its weights: minimal disturbance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from allornone.models.adaline import Adaline, NormalisedLMS
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, Truth, stream
from allornone.simulator.errors import AllornoneError, finite, shown, whole
from allornone.simulator.learning.rules import LearningRule, Memory
from allornone.simulator.network.network import HUGE, Network, foresee, named_inputs
from allornone.simulator.program.passing import WRONG, Changes, Passage
from allornone.simulator.program.program import Program, Weights
from allornone.simulator.records.wording import names, number

Gate = Literal["or", "and", "majority", "trained"]


@dataclass(frozen=True)
class MadalineI(LearningRule):
    """Where the output errs, flip as few units as set it right, those nearest to 0 first, and teach just these.

    The units that are taught stand before a gate that is fixed, such as an OR or a majority. Only units that disagree
    with d may flip. W. C. Ridgway (1962); M. E. Hoff; B. Widrow.
    """

    alpha: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "madaline-1"

    def reach(self, taught: Sequence[Truth]) -> Sequence[Truth]:
        """Return all units but those of the last layer."""
        return _all_but_the_last(taught)

    def start(self, program: Program, weights: Weights) -> Memory:
        """Remember nothing."""
        return NormalisedLMS(self.alpha).start(program, weights)

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Return the changes by the normalised LMS rule of the units that flipped, towards what they flipped to."""
        return NormalisedLMS(self.alpha).changes(seen.wanting(self._search(seen).first()), memory)

    def why(self, seen: Passage, unit: str, lane: int = 0) -> str:
        """Return which units were flipped, in which order they were tried, and what came of it."""
        return self._search(seen).told(lane)

    def _search(self, seen: Passage) -> _Search:
        """Return the search: of the units that disagree with d the nearest to 0, then the two nearest, and so on."""
        hidden = _Hidden.of(seen)
        disagrees = hidden.y != np.nansum(_wanted(seen), axis=1, keepdims=True)
        order = np.argsort(np.where(disagrees, np.abs(hidden.z), np.inf), axis=1, kind="stable")
        trials = tuple(tuple(range(count)) for count in range(1, 1 + len(hidden.places)))
        return _Search(seen, replace(hidden, nearest=hidden.places[order]), trials, disagrees, to=0)


@dataclass(frozen=True)
class MadalineII(LearningRule):
    """Where the output errs, try to flip the unit nearest to 0, then the next, then two; keep what lessens the error.

    What flipped is taught by the normalised LMS rule, every layer but the last may flip, and where no flip helps the
    output units are taught themselves, if they can learn. R. Winter & B. Widrow, MADALINE Rule II (1988).
    """

    alpha: Annotated[float, Gt(0)] = 0.5
    pairs: bool = True

    name: ClassVar[str] = "madaline-2"

    def start(self, program: Program, weights: Weights) -> Memory:
        """Remember nothing."""
        return NormalisedLMS(self.alpha).start(program, weights)

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Return the changes of what flipped towards what it flipped to, or of the output towards d."""
        search = self._search(seen)
        kept = search.first()
        wanted = np.where(search.left[:, None], _wanted(seen), kept)
        return NormalisedLMS(self.alpha).changes(seen.wanting(wanted), memory)

    def why(self, seen: Passage, unit: str, lane: int = 0) -> str:
        """Return which units were flipped or that none helped, in which order they were tried."""
        return self._search(seen).told(lane, otherwise="so the outputs are taught themselves")

    def _search(self, seen: Passage) -> _Search:
        """Return the search: the unit nearest to 0, then the next, then two at a time."""
        hidden = _Hidden.of(seen)
        count = len(hidden.places)
        pairs = tuple(combinations(range(count), 2)) if self.pairs else ()
        return _Search(seen, hidden, (*((k,) for k in range(count)), *pairs))


@dataclass(frozen=True)
class MadalineNearest(LearningRule):
    """The lecture's rule, taken literally: flip the one unit nearest to 0, and teach it if the error falls.

    Where it does not, nothing is done, and most trainings freeze: there is no "else try the next".
    """

    alpha: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "madaline-nearest"

    def reach(self, taught: Sequence[Truth]) -> Sequence[Truth]:
        """Return all units but those of the last layer."""
        return _all_but_the_last(taught)

    def start(self, program: Program, weights: Weights) -> Memory:
        """Remember nothing."""
        return NormalisedLMS(self.alpha).start(program, weights)

    def changes(self, seen: Passage, memory: Memory) -> tuple[Changes, Memory]:
        """Return the changes of the unit nearest to 0, where its flip lessens the error."""
        return NormalisedLMS(self.alpha).changes(seen.wanting(self._search(seen).first()), memory)

    def why(self, seen: Passage, unit: str, lane: int = 0) -> str:
        """Return which unit was flipped, or that this did not help."""
        return self._search(seen).told(lane)

    def _search(self, seen: Passage) -> _Search:
        """Return the search: one trial, of the unit nearest to 0."""
        hidden = _Hidden.of(seen)
        return _Search(seen, hidden, ((0,),) if len(hidden.places) else ())


@checked
def madaline(
    inputs: int | Sequence[str] = 2, hidden: int = 2, gate: Gate = "or", uniform: float = 1.0, seed: int = 0
) -> Network:
    """Return ADALINEs `H1`, `H2`, … on the inputs `X1`, …, whose answers meet in the gate `out`.

    The gate is fixed, an "or", an "and" or a "majority" of ±1, or one more ADALINE that is "trained". Weights that can
    learn are drawn from −uniform to uniform.

    >>> madaline(2, 3, "majority").nodes["out"]["bias"]
    0.0
    """
    sources, hidden = named_inputs("madaline", inputs), whole("madaline: hidden", hidden, 1)
    foresee("units", hidden)
    biases = {"or": hidden - 1.0, "and": 1.0 - hidden, "majority": 0.0, "trained": 0.0}
    if not isinstance(gate, str) or gate not in biases:
        raise AllornoneError(f"madaline: gate must be one of {', '.join(biases)}, found {shown(gate)}")
    if not finite(uniform) or not 0 <= float(uniform) <= HUGE:
        raise AllornoneError(f"madaline: uniform must be a number from 0 to {HUGE:g}, found {shown(uniform)}")
    draw = stream(seed, "weights")

    def drawn() -> float:
        return float(draw.uniform(-uniform, uniform))

    net = Network(name="madaline")
    units = [f"H{k}" for k in range(1, hidden + 1)]
    net.add_inputs(*sources)
    learns = gate == "trained"
    for unit in units:
        net.add_unit(unit, Adaline(), bias=drawn(), group="hidden1")
        for name in sources:
            net.connect(name, unit, weight=drawn())
    net.add_unit(
        "out",
        Adaline(),
        bias=drawn() if learns else biases[gate],
        output=True,
        plastic=None if learns else False,
    )
    for unit in units:
        net.connect(unit, "out", weight=drawn() if learns else 1.0, plastic=None if learns else False)
    return net


@dataclass(frozen=True)
class _Hidden:
    """The units that may flip, all but those of the last layer: by presentation and lane, the nearest to 0 first."""

    nearest: Index
    z: Array
    y: Array
    places: Index

    @classmethod
    def of(cls, seen: Passage) -> _Hidden:
        layers = seen.layers[:-1]
        none = np.zeros((len(seen.y), 0, seen.y.shape[-1]))
        z = np.concatenate([none, *(layer.z for layer in layers)], axis=1)
        units = [np.arange(layer.units.start, layer.units.stop) for layer in layers]
        places = np.concatenate([np.zeros(0, dtype=np.intp), *units])
        return cls(places[np.argsort(np.abs(z), axis=1, kind="stable")], z, seen.y[:, places], places)


class _Search:
    """Trials of a passage with units flipped, up to the first that helps, in each presentation and lane.

    A trial names units by how near they are to 0. Only units that `may` are flipped; `to` is the error that a trial
    must reach, if any fall will not do; `left` are the presentations and lanes that still err.
    """

    def __init__(
        self,
        seen: Passage,
        hidden: _Hidden,
        trials: Sequence[tuple[int, ...]],
        may: Truth | None = None,
        to: int | None = None,
    ) -> None:
        self.seen, self.hidden, self.trials, self.may, self.to = seen, hidden, trials, may, to
        self.before = self._errors(seen)
        self.left: Truth = self.before > 0

    def first(self) -> Array:
        """Return the outputs that helped, (batch, N, S), NaN elsewhere, and leave in `left` whom nothing helped."""
        kept = np.full(self.seen.y.shape, np.nan)
        for held, helps in self._tried():
            kept = np.where(helps[:, None], held, kept)
        return kept

    def told(self, lane: int, otherwise: str = "so nothing is taught") -> str:
        """Return as a clause which units were tried in the first presentation, and which of them helped."""
        if not self.left[0, lane]:
            return ""
        failed: list[str] = []
        for held, helps in self._tried():
            flipped = np.flatnonzero(~np.isnan(held[0, :, lane])).tolist()
            if helps[0, lane]:
                first = f"flipping {names(failed, 'or')} did not help, " if failed else ""
                better = "puts the outputs right" if self.to == 0 else "lessens the error"
                flip = " and ".join(
                    f"{self._named(place, lane)} to {number(held[0, place, lane])}" for place in flipped
                )
                return f"{first}flipping {flip} {better}"
            if flipped:
                failed.append(" with ".join(self._named(place, lane) for place in flipped))
        return f"no flip helped ({names(failed, 'or') or 'nothing may flip'}), {otherwise}"

    def _tried(self) -> Iterator[tuple[Array, Truth]]:
        """Yield trial by trial what is held, (batch, N, S), and which presentations and lanes it helps."""
        for flipped in self.trials:
            if not self.left.any():
                break
            held = self._held(flipped)
            after = self._errors(self.seen.again(held))
            helps = self.left & (after < self.before if self.to is None else after <= self.to)
            yield held, helps
            self.left = self.left & ~helps

    def _named(self, place: int, lane: int) -> str:
        z = self.seen.moment.net_inputs()[0, place, lane]
        return f"{self.seen.program.names[place]} (z {number(z)})"

    def _held(self, flipped: tuple[int, ...]) -> Array:
        y, nearest = self.seen.y, self.hidden.nearest
        batch, lane = np.indices(self.left.shape)
        held = np.full(y.shape, np.nan)
        for k in flipped:
            place = nearest[:, k]
            held[batch, place, lane] = -y[batch, place, lane]
        if self.may is not None:
            forbidden = np.zeros(y.shape, dtype=bool)
            forbidden[:, self.hidden.places] = ~self.may
            held[forbidden] = np.nan
        return np.where(self.left[:, None], held, np.nan)

    def _errors(self, passage: Passage) -> Array:
        """Return how many outputs err, by presentation and lane."""
        count: Array = (np.abs(passage.y - self.seen.d) >= WRONG).sum(axis=1)
        return count


def _all_but_the_last(units: Sequence[Truth]) -> Sequence[Truth]:
    return [np.full(len(one), number < len(units) - 1) for number, one in enumerate(units)]


def _wanted(seen: Passage) -> Array:
    """Return d of the presentations that some output answers wrongly, NaN elsewhere."""
    d = seen.d
    errs = (np.abs(seen.y - d) >= WRONG).any(axis=1, keepdims=True)
    return np.where(errs, d, np.nan)
