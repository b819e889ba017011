"""The photo-perceptron and its reinforcement systems (F. Rosenblatt, Psych. Rev. 65, 1958), before error correction.

S  sensory points of the retina      A  association units      R  responses; the source-set of one: its A-units
x, y  excitatory and inhibitory origin points of an A-unit      θ  its threshold      e, i  those of them that are lit
R  share of the retina that is lit      L  share of the lit points that go out, G of the dark ones that light up

In a rule:  x  what an A-unit brings, active where x > 0      y  the response, on where y > 0      V  value, a weight
n₁, n₀  active and inactive units of a source-set, n all of them      η  gain of value
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Gt

from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.perceptron import Perceptron
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Truth, stream
from allornone.simulator.errors import AllornoneError, flag, whole
from allornone.simulator.learning.rules import LocalRule
from allornone.simulator.network.network import Network

FEEDBACK = ("none", "absolute", "negative")
MOST_POINTS = 100_000
"""Origin points that an A-unit may have of either kind, and responses of the net."""


@checked
def Pa(x: int, y: int, theta: float, R: float) -> float:  # noqa: N802
    """Return the share of A-units that a stimulus lighting the share R of the retina activates.

        Pa = Σ over e − i ≥ θ of  C(x, e) Rᵉ (1 − R)ˣ⁻ᵉ  C(y, i) Rⁱ (1 − R)ʸ⁻ⁱ

    Rosenblatt (1958), Eqs. 1 and 2; the x + y origin points of an A-unit are drawn with replacement.

    >>> round(Pa(x=5, y=5, theta=2, R=0.2), 4), round(Pa(x=10, y=0, theta=4, R=0.2), 4)
    (0.1112, 0.1209)
    """
    x, y = _checked(x, y, R=R)
    return sum(
        _binomial(x, e, R) * _binomial(y, i, R) for e in range(x + 1) for i in range(y + 1) if e - i >= theta
    )


@checked
def Pc(x: int, y: int, theta: float, R: float, L: float, G: float) -> float:  # noqa: N802
    """Return the share of the A-units active for one stimulus that are active for another too.

        Pc = 1/Pa · Σ over e − i ≥ θ and e − i − lₑ + lᵢ + gₑ − gᵢ ≥ θ of
             C(x, e) Rᵉ (1 − R)ˣ⁻ᵉ  C(y, i) Rⁱ (1 − R)ʸ⁻ⁱ
             C(e, lₑ) Lˡ (1 − L)ᵉ⁻ˡ  C(i, lᵢ) Lˡ (1 − L)ⁱ⁻ˡ  C(x − e, gₑ) Gᵍ (1 − G)ˣ⁻ᵉ⁻ᵍ  C(y − i, gᵢ) Gᵍ (1 − G)ʸ⁻ⁱ⁻ᵍ

    The other stimulus lacks the share L of the lit points and lights the share G of the dark ones: L = 1 − R and G = R
    for an independent one (then Pc = Pa), L = 1 and G = R / (1 − R) for one of the same size that shares no point.
    It is 0 where nothing activates an A-unit at all. Rosenblatt (1958), Eq. 3.

    >>> round(Pc(x=5, y=5, theta=2, R=0.2, L=0.8, G=0.2), 4), round(Pc(x=5, y=5, theta=2, R=0.2, L=1, G=0.25), 4)
    (0.1112, 0.0321)
    """
    x, y = _checked(x, y, R=R, L=L, G=G)
    both = 0.0
    for e in range(x + 1):
        for i in range(y + 1):
            if e - i >= theta:
                first = _binomial(x, e, R) * _binomial(y, i, R)
                both += first * _stay(x, y, e, i, theta, L, G)
    active = Pa(x, y, theta, R)
    return both / active if active else 0.0


def _stay(x: int, y: int, e: int, i: int, theta: float, L: float, G: float) -> float:
    """Return how probably e lit of x excitatory and i of y inhibitory points still make θ after the change."""
    excited = _after(x, e, L, G)
    inhibited = _after(y, i, L, G)
    return sum(
        p * q for lit, p in enumerate(excited) for unlit, q in enumerate(inhibited) if lit - unlit >= theta
    )


def _after(points: int, lit: int, L: float, G: float) -> list[float]:
    """Return the distribution of lit − l + g, l of the lit points lost and g of the dark ones gained."""
    found = [0.0] * (points + 1)
    for lost in range(lit + 1):
        for gained in range(points - lit + 1):
            found[lit - lost + gained] += _binomial(lit, lost, L) * _binomial(points - lit, gained, G)
    return found


def _binomial(n: int, k: int, p: float) -> float:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def _checked(x: float, y: float, **shares: float) -> tuple[int, int]:
    """Return the numbers of origin points, whole, or raise an error that says what would be right."""
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise AllornoneError(f"{name} is a share of the points, from 0 to 1, found {share!r}")
    excitatory, inhibitory = (
        whole(f"{name}, the number of origin points,", int(points) if points == int(points) else points)
        for name, points in (("x", x), ("y", y))
    )
    return excitatory, inhibitory


@dataclass(frozen=True)
class Alpha(LocalRule):
    """The alpha system: every active unit of the source-set that responds gains value.

        ΔV = η    where the unit is active and the response on, else 0

    Nothing is ever lost, so a response that is reinforced more often grows beyond the others.
    Rosenblatt (1958), the uncompensated gain system.

    >>> Alpha().change(x=np.array([1.0, 1.0, 0.0]), y=1.0)
    array([1., 1., 0.])
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "alpha"

    def change(self, x: Array, y: Array) -> Array:
        """Return ΔV, η where both are on."""
        active, responds = x > 0, y > 0
        return self.eta * np.where(active & responds, 1.0, 0.0)


@dataclass(frozen=True)
class Beta(LocalRule):
    """The beta system: every source-set gains η at each stimulus, whatever happens.

        ΔV = η / n₁    where the unit is active and the response on, 0 for the others of its source-set
             η / n     where the response is off, for all

    A source-set without an active unit shares among all too. Rosenblatt (1958), the constant feed system; how an idle
    source-set shares is our reading.

    >>> sums = lambda values: values.sum()
    >>> Beta(eta=6.0).change(x=np.array([1.0, 1.0, 0.0]), y=1.0, plastic=np.array([True] * 3), total=sums)
    array([3., 3., 0.])
    >>> Beta(eta=6.0).change(x=np.array([1.0, 1.0, 0.0]), y=0.0, plastic=np.array([True] * 3), total=sums)
    array([2., 2., 2.])
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "beta"

    def change(self, x: Array, y: Array, plastic: Truth, total: Callable[..., Array]) -> Array:
        """Return ΔV, the share of a unit in what its source-set gains."""
        active = (x > 0) & plastic
        n1, n = total(active * 1.0), total(plastic * 1.0)
        responds = (y > 0) & (n1 > 0)
        gain: Array = self.eta * np.where(responds, active / np.maximum(n1, 1), 1 / np.maximum(n, 1))
        return gain


@dataclass(frozen=True)
class Gamma(LocalRule):
    """The gamma system: what active units of a responding source-set gain, its inactive units lose.

        ΔV = + η            where the unit is active and the response on
             − η n₁ / n₀    where the unit is not and the response on, else 0

    The value of a source-set is conserved, over the synapses that are plastic; where none is inactive, none gains.
    Rosenblatt (1958), the parasitic gain system.

    >>> sums = lambda values: values.sum()
    >>> Gamma().change(x=np.array([1.0, 1.0, 0.0, 0.0, 0.0]), y=1.0, plastic=np.array([True] * 5), total=sums)
    array([ 1.        ,  1.        , -0.66666667, -0.66666667, -0.66666667])
    """

    eta: Annotated[float, Gt(0)] = 1.0

    name: ClassVar[str] = "gamma"

    def change(self, x: Array, y: Array, plastic: Truth, total: Callable[..., Array]) -> Array:
        """Return ΔV, the gain of an active unit or its share in the loss."""
        active = (x > 0) & plastic
        n1, n0 = total(active * 1.0), total((~active & plastic) * 1.0)
        responds = (y > 0) & (n0 > 0)
        gain: Array = self.eta * np.where(active, 1.0, -n1 / np.maximum(n0, 1))
        return np.where(responds, gain, 0.0)


@checked
def photo_perceptron(
    retina: Sequence[int] | int = (20, 20),
    cells: Sequence[int] | int = 100,
    excitatory: int = 5,
    inhibitory: int = 5,
    threshold: float = 2.0,
    responses: int = 1,
    disjoint: bool = False,
    feedback: str = "none",
    response_threshold: float = 0.0,
    seed: int = 0,
) -> Network:
    """Return Rosenblatt's photo-perceptron: the retina `S`, association units `A`, responses `R`, or `R1`, `R2`, …

    Every A-unit has so many excitatory and inhibitory origin points, which the seed draws with replacement; a point
    drawn twice counts twice, one drawn for both not at all. It is active where e − i ≥ θ. `cells` may be a list: the
    projection area `A1` draws from the retina, `A2` from `A1`. Only what leads from the last A-units to the responses
    is plastic, from 0; a response fires beyond its threshold, which is fixed.

    The source-set of a response is all A-units, or with `disjoint` a part of its own. With `feedback`, a response
    reaches back one tick later to the A-units that are not in its source-set: "absolute" silences them, "negative" adds
    −1 to their sum. F. Rosenblatt, The perceptron, Psych. Rev. 65 (1958), Figs. 1 and 2.

    >>> net = photo_perceptron(retina=[4, 4], cells=6, responses=2, disjoint=True, seed=1)
    >>> net.groups, net.outputs, sorted(net.predecessors("R2"))
    (['S', 'A', 'R'], ['R1', 'R2'], ['A[3]', 'A[4]', 'A[5]'])
    """
    counts, points = _counted(cells, excitatory, inhibitory)
    net = Network(name="photo-perceptron")
    sources = net.add_group("S", retina)
    draw = stream(seed, "wiring")
    for number, count in enumerate(counts, start=1):
        name = "A" if len(counts) == 1 else f"A{number}"
        sources = _associations(net, name, count, sources, points, threshold, draw)
    sets = _source_sets(
        sources, whole("photo_perceptron: responses", responses, 1, MOST_POINTS), flag("disjoint", disjoint)
    )
    bias = -float(response_threshold)
    for number, own in enumerate(sets, start=1):
        name = "R" if len(sets) == 1 else f"R{number}"
        net.add_unit(name, Perceptron(), bias=bias, plastic=False, output=True, group="R")
        for source in own:
            net.connect(source, name, weight=0.0, plastic=True)
        _feed_back(net, name, [unit for unit in sources if unit not in {*own}], feedback)
    return net


def _counted(
    cells: Sequence[int] | int, excitatory: int, inhibitory: int
) -> tuple[Sequence[int], tuple[int, int]]:
    """Return the sizes of the A-layers and the numbers of origin points, or raise an error that says what is wrong."""
    counts = [cells] if not isinstance(cells, Sequence) else cells
    if not 1 <= len(counts) <= 2:
        raise AllornoneError(
            f"photo_perceptron: cells are one number, or two, of A1 and of A2, found {cells!r}"
        )
    plus = whole("photo_perceptron: excitatory", excitatory, 0, MOST_POINTS)
    minus = whole("photo_perceptron: inhibitory", inhibitory, 0, MOST_POINTS)
    if not plus + minus:
        raise AllornoneError(
            "photo_perceptron: an A-unit without origin points sees nothing: draw one at least"
        )
    return counts, (plus, minus)


def _associations(
    net: Network,
    name: str,
    count: int,
    sources: Sequence[str],
    points: tuple[int, int],
    threshold: float,
    draw: np.random.Generator,
) -> list[str]:
    """Add a layer of A-units, the origin points of each drawn from the sources, and return them."""
    signs = np.repeat([1.0, -1.0], points)
    units = net.add_group(name, count, McCullochPitts(threshold=threshold))
    for unit, origins in zip(units, draw.integers(len(sources), size=(len(units), len(signs))), strict=True):
        knobs: dict[int, float] = {}
        for origin, sign in zip(origins.tolist(), signs.tolist(), strict=True):
            knobs[origin] = knobs.get(origin, 0.0) + sign
        for origin, weight in sorted(knobs.items()):
            if weight:
                net.connect(sources[origin], unit, weight=weight, delay=0, plastic=False)
    return units


def _source_sets(units: Sequence[str], responses: int, disjoint: bool) -> list[Sequence[str]]:
    """Return the A-units that lead to each response: all, or equal parts."""
    if not disjoint:
        return [units] * responses
    if len(units) % responses:
        raise AllornoneError(
            f"photo_perceptron: {len(units)} A-units do not make {responses} disjoint source-sets of equal size"
        )
    size = len(units) // responses
    return [units[start : start + size] for start in range(0, len(units), size)]


def _feed_back(net: Network, response: str, others: Sequence[str], feedback: str) -> None:
    """Let a response hold down the A-units outside its source-set, a tick later."""
    if feedback not in FEEDBACK:
        raise AllornoneError(
            f"photo_perceptron: feedback is {', '.join(map(repr, FEEDBACK[:-1]))} or {FEEDBACK[-1]!r}, found "
            f"{feedback!r}"
        )
    if feedback != "none" and not others:
        raise AllornoneError(
            f"photo_perceptron: feedback reaches the A-units outside a source-set, but that of {response!r} is all of "
            "them: say disjoint"
        )
    for unit in others:
        if feedback == "absolute":
            net.inhibit(response, unit, delay=1)
        elif feedback == "negative":
            net.connect(response, unit, weight=-1.0, delay=1, plastic=False)
