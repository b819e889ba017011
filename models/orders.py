"""What a perceptron can see: the order of a predicate, and figures seen through windows (Minsky & Papert, 1969).

X  a figure, its points 0 or 1      ψ(X)  a predicate      n  points of the retina
S  a set of points; its mask is 1 where all of S is in X      k  order: points of the largest mask that is needed
a(S)  weight of a mask      E  Euler number: components less holes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.models.activations import Linear
from allornone.models.boolean.separability import separable
from allornone.models.mcculloch_pitts import Threshold
from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, Index, Truth, numbers_of
from allornone.simulator.errors import AllornoneError, LimitExceeded, whole
from allornone.simulator.network.network import Network

Predicate = Callable[[Array], Any] | Sequence[Any] | NDArray[Any]
"""From figures (count, *shape) to whether each is one, or what it says of all of them in order."""
MOST = 14
"""Points of a retina whose figures are all looked at."""
MOST_COUNTS = 20_000
"""Ways in which points can be counted by boxes."""
MOST_EULER = 2**31
"""Beyond any Euler number of a retina."""


@checked
def order(
    predicate: Predicate,
    retina: Sequence[int] | int,
    symmetries: Iterable[Sequence[int]] = (),
) -> int:
    """Return the least k such that a weighted sum of masks of at most k points decides a predicate.

        ψ(X) = 1 where  Σ a(S) [S ⊆ X] > 0,   |S| ≤ k

    The predicate is a function of figures (count, *retina), or what it says of all of them in order: point j is in
    figure number m where bit j of m is 1. `symmetries` are permutations of the points under which it does not change;
    then masks that they carry into one another may have one weight (the group invariance theorem), which is far less
    work. For each k a linear program finds the weights, or a certificate that there are none.
    Minsky & Papert, Perceptrons (1969), chs. 1 and 2.

    >>> order([0, 1, 1, 0], 2), order([0, 0, 0, 1], 2)
    (2, 1)
    >>> order(connected, [3, 3], [[2, 1, 0, 5, 4, 3, 8, 7, 6], [0, 3, 6, 1, 4, 7, 2, 5, 8]])
    3
    """
    shape = _shape(retina)
    n = prod(shape)
    if n > MOST:
        raise LimitExceeded(
            f"order looks at all figures of at most {MOST} points, 2^{MOST}; found {n} points: a predicate that "
            "depends on counts alone has its own way, order_of_counts"
        )
    d = _answers(predicate, figures(shape))
    moves = [_permutation(move, n) for move in symmetries]
    classes = _classes(moves, n)
    for name in np.unique(classes):
        if len(np.unique(d[classes == name])) > 1:
            raise AllornoneError("order: the predicate changes under a symmetry that is said to keep it")
    figure = np.unique(classes)
    sizes = np.bitwise_count(np.arange(2**n))

    def masks(k: int) -> Array:
        some = np.flatnonzero(sizes <= k)
        inside = (figure[:, None] & some) == some
        together = np.unique(classes[some], return_inverse=True)[1]
        summed = np.zeros((len(figure), together.max() + 1))
        np.add.at(summed.T, together, inside.T)
        return summed

    return _least(masks, n, d[figure])


@checked
def order_of_counts(predicate: Predicate, boxes: Sequence[int] | int) -> int:
    """Return the order of a predicate that depends only on how many points of each box are in the figure.

        ψ(X) = 1 where  Σ a(i₁, i₂, …) C(c₁, i₁) C(c₂, i₂) … > 0,   i₁ + i₂ + … ≤ k

    C(c, i) is how many masks of i points are in c points. The predicate is a function of counts (ways, boxes).

    >>> order_of_counts(lambda c: c[:, 0] % 2, 8)  # parity
    8
    >>> order_of_counts(lambda c: c.min(axis=1) > 0, [4, 4, 4])  # one in a box
    3
    """
    sizes = _shape(boxes, "boxes")
    if prod(size + 1 for size in sizes) > MOST_COUNTS:
        raise LimitExceeded(
            f"order_of_counts takes at most {MOST_COUNTS} ways to count, found boxes of {sizes}"
        )
    counts = np.array(list(product(*(range(size + 1) for size in sizes))))
    d = _answers(predicate, counts.astype(float))
    choose = [np.array([[comb(c, i) for i in range(size + 1)] for c in range(size + 1)]) for size in sizes]
    masks = np.ones((len(counts), len(counts)))
    for box, table in enumerate(choose):
        masks *= table[counts[:, box][:, None], counts[:, box][None]]
    masks /= masks.max(axis=0)
    return _least(lambda k: masks[:, counts.sum(axis=1) <= k], sum(sizes), d)


@checked
def mask_form(predicate: Predicate, retina: Sequence[int] | int) -> Array:
    """Return the one way to write a predicate as an exact sum of masks: a(S) at the place of S as a figure.

        ψ(X) = Σ a(S) [S ⊆ X],      a(S) = Σ over T ⊆ S of (−1)^|S − T| ψ(T)

    Parity's is a(S) = (−2)^(|S| − 1). Minsky & Papert (1969), ch. 1 and 2.

    >>> mask_form([0, 1, 1, 0], 2).tolist()
    [0.0, 1.0, 1.0, -2.0]
    """
    shape = _shape(retina)
    n = prod(shape)
    a = _answers(predicate, figures(shape)).astype(float).reshape((2,) * n)
    for axis in range(n):
        without, with_it = np.split(a, 2, axis=axis)
        a = np.concatenate([without, with_it - without], axis=axis)
    return a.ravel()


def figures(retina: Sequence[int] | int) -> Array:
    """Return all figures of a retina, (2^n, *retina): point j is in figure number m where bit j of m is 1.

    >>> figures(2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    shape = _shape(retina)
    n = prod(shape)
    if n > 2 * MOST:
        raise LimitExceeded(f"all figures of a retina are 2^n: to {2 * MOST} points, found {n}")
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(float).reshape(-1, *shape)


def connected(X: Array) -> Truth:
    """Return which figures (count, rows, columns) are in one piece, or empty; points touch by their sides.

    >>> connected(np.array([[[1, 1, 0]], [[1, 0, 1]]])).tolist()
    [True, False]
    """
    return components(X) <= 1


def components(X: Array) -> Index:
    """Return how many pieces figures (count, rows, columns) have; points touch by their sides."""
    from scipy.ndimage import label

    return np.array([label(figure)[1] for figure in np.asarray(X)], dtype=np.intp)


def holes(X: Array) -> Index:
    """Return how many holes figures (count, rows, columns) have; points of a hole touch by corners too."""
    from scipy.ndimage import label

    corners = np.ones((3, 3))
    around = np.pad(np.asarray(X) == 0, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    return np.array([label(figure, corners)[1] - 1 for figure in around], dtype=np.intp)


def four_figures(length: int = 12) -> Array:
    """Return Minsky and Papert's figures (4, 5, length) that no window shorter than they are tells apart.

    Three bars; at the left end a joint leads from the first bar to the second (0) or from the second to the third (1),
    and so at the right end: the figures 00, 01, 10, 11. Those whose joints differ are in one piece.

    >>> print("\\n".join("".join(".#"[int(point)] for point in row) for row in four_figures(6)[1]))
    ######
    #.....
    ######
    .....#
    ######
    """
    size = whole("four_figures: length", length, 2)
    found = np.zeros((4, 5, size))
    found[:, ::2] = 1
    for number, (left, right) in enumerate(product((0, 1), repeat=2)):
        found[number, 1 + 2 * left, 0] = found[number, 1 + 2 * right, -1] = 1
    return found


def windows(X: Array, width: int) -> Array:
    """Return what every possible predicate on every window of so many columns says of figures (count, rows, columns).

    A column of the result is one window with one content, 1 for the figures that show it there: any predicate that
    looks through that window alone is a sum of these. A diameter-limited perceptron weighs them.
    Minsky & Papert (1969), ch. 8.

    >>> X, d = four_figures(12), [0, 1, 1, 0]
    >>> bool(separable(windows(X, 11), d)), bool(separable(windows(X, 12), d))
    (False, True)
    """
    size = whole("windows: width", width, 1)
    if X.ndim != 3 or size > X.shape[2]:
        raise AllornoneError(
            f"windows of {size} columns need figures (count, rows, columns) as wide, found the shape {X.shape}"
        )
    seen = []
    for start in range(X.shape[2] - size + 1):
        contents = X[:, :, start : start + size].reshape(len(X), -1)
        which = np.unique(contents, axis=0, return_inverse=True)[1].reshape(-1)
        seen.append(which[:, None] == np.arange(which.max() + 1))
    return np.concatenate(seen, axis=1).astype(float)


@checked
def euler(retina: Sequence[int] = (8, 8), least: int | None = None) -> Network:
    """Return a perceptron of order 4 that computes the Euler number of a figure: `out`, from the retina `S`.

        E = points − pairs that touch by a side + 2 × 2 squares = components − holes

    Every pair and every square has a mask, a threshold unit in the group `pairs` or `squares`. With `least`, `out`
    fires where E ≥ least. So a topological predicate is of order 4, though connectedness is of none: it grows with the
    retina. Minsky & Papert (1969), ch. 5.

    >>> net = euler([2, 3])
    >>> len(net.group("pairs")), len(net.group("squares"))
    (7, 2)
    """
    shape = _shape(retina)
    if len(shape) != 2:
        raise AllornoneError(f"euler: the retina has rows and columns, found {list(shape)}")
    net = Network(name="euler")
    points = np.array(net.add_group("S", list(shape)), dtype=object).reshape(shape)
    pairs = [*_beside(points[:, :-1], points[:, 1:]), *_beside(points[:-1], points[1:])]
    squares = [*_beside(points[:-1, :-1], points[:-1, 1:], points[1:, :-1], points[1:, 1:])]
    terms = [(point, 1.0) for point in points.ravel().tolist()]
    for group, sets, weight in (("pairs", pairs, -1.0), ("squares", squares, 1.0)):
        for number, own in enumerate(sets):
            name = f"{group}[{number}]"
            net.add_unit(name, Threshold(threshold=len(own)), group=group)
            for point in own:
                net.connect(point, name)
            terms.append((name, weight))
    if least is None:
        net.add_unit("out", Linear(), output=True)
    else:
        threshold = whole("euler: least", least, -MOST_EULER, MOST_EULER)
        net.add_unit("out", Threshold(threshold=float(threshold)), output=True)
    for source, weight in terms:
        net.connect(source, "out", weight=weight)
    return net


def _beside(*parts: Any) -> Iterator[tuple[str, ...]]:
    return zip(*(part.ravel().tolist() for part in parts), strict=True)


def _least(masks: Callable[[int], Array], most: int, d: Truth) -> int:
    """Return the least k such that the masks to k points, (figures, masks), part the figures by d."""
    for k in range(most + 1):
        if separable(masks(k), d, bias=False):
            return k
    raise AllornoneError(
        "order: no weights of all masks were found, though there are some: rounding was too coarse"
    )


def _answers(predicate: Predicate, given: Array) -> Truth:
    """Return what a predicate says of each figure, or raise an error that says what it should."""
    said = numbers_of("a predicate", predicate(given) if callable(predicate) else predicate)
    if said.shape != (len(given),):
        raise AllornoneError(
            f"a predicate says yes or no to each of {len(given)} figures, (figures,), found the shape {said.shape}"
        )
    return said > 0


def _classes(moves: Sequence[list[int]], n: int) -> Index:
    """Return for each figure, as a number, the least that the permutations carry it into."""
    least = np.arange(2**n)
    images = []
    for move in moves:
        image = np.zeros(2**n, dtype=np.intp)
        for point, to in enumerate(move):
            image |= (np.arange(2**n) >> point & 1) << to
        images.append(image)
    settled = False
    while not settled:
        before = least.copy()
        for image in images:
            smaller = np.minimum(least, least[image])
            np.minimum.at(smaller, image, least)
            least = smaller
        settled = np.array_equal(before, least)
    return least


def _permutation(move: Sequence[int], n: int) -> list[int]:
    points = list(move)
    if sorted(points) != list(range(n)):
        raise AllornoneError(f"a symmetry is a permutation of the {n} points from 0, found {points!r}")
    return points


def _shape(retina: Sequence[int] | int, name: str = "the retina") -> tuple[int, ...]:
    sides = retina if isinstance(retina, Sequence) else [retina]
    if not len(sides):
        raise AllornoneError(f"{name} needs a size at least")
    return tuple(whole(f"a side of {name}" if name != "boxes" else "a box", side, 1) for side in sides)
