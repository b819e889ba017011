"""Arrays whose axes bear names and labels: arithmetic matches axes by name, picking goes by value.

axis    "tick", "unit", "seed", "eta" …: one per dimension, each with its labels
loose   an axis whose labels are themselves the value: it is cut to its neighbour's labels
source  where one run fills several places: which run each place has, along the outer axes
member  a parameter that an axis moves together with others: it picks along that axis
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allornone.simulator.errors import AllornoneError, UnknownName, nearest

Array = NDArray[Any]
Scalar = bool | int | float | str
Labels = tuple[Scalar, ...] | range
Members = Mapping[str, Mapping[str, Labels]]
INNER_AXES = ("trial", "tick", "unit", "epoch", "synapse")
LIST = "list"
"""The axis of a list that has not met an array."""
LARGEST = 20_000_000
"""Elements of the largest array."""
_COUNTED = ("trial", "tick", "epoch", LIST)
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Labelled:
    """Numbers, truths or text along named axes, read-only.

    Trials, ticks and epochs without labels count from 0; a label for each place of the other axes is a must.

    >>> heats = Labelled([1.0, 1.0, 2.0], ("L",), {"L": (1, 2, 6)})
    >>> heats.pick(L=6)
    2.0
    >>> heats.pick(L=[1, 6]).values
    array([1., 2.])
    """

    values: Array
    axes: tuple[str, ...] = ()
    labels: Mapping[str, Labels] = field(default_factory=dict)
    loose: frozenset[str] = frozenset()
    members: Members = field(default_factory=dict)
    source: Labelled | None = None

    def __post_init__(self) -> None:
        """Make the values read-only and of one of three kinds; complete and check the labels."""
        values = np.asarray(self.values)
        if values.dtype.kind not in "biufU":
            raise AllornoneError(f"an array holds numbers, truths or text, not {values.dtype}")
        values = values.astype(np.float64) if values.dtype.kind in "iu" else values.view()
        values.flags.writeable = False
        if len(set(self.axes)) != values.ndim or len(self.axes) != values.ndim:
            raise AllornoneError(
                f"an array of {values.ndim} dimensions cannot have the axes {_listed(self.axes)}"
            )
        labels = {axis: self._completed(axis, n) for axis, n in zip(self.axes, values.shape, strict=True)}
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "labels", labels)

    @staticmethod
    def along(axis: str, labels: Iterable[Scalar], values: object = None, members: object = None) -> Labelled:
        """Return an axis as a value: its labels, or what a parameter is at each; it will be cut to size.

        >>> Labelled.along("eta", [0.01, 0.05]).loose
        frozenset({'eta'})
        """
        family = _plain_labels(labels)
        moved = {axis: members} if isinstance(members, Mapping) else {}
        cells = np.asarray(family if values is None else values)
        return Labelled(cells, (axis,), {axis: family}, frozenset({axis}), moved)

    @property
    def size(self) -> int:
        """How many elements there are."""
        return self.values.size

    def plain(self) -> Value:
        """Return the one element of an array without axes, and any other array as it is."""
        return self if self.axes else unwrapped(self.values)

    def take(self, axis: str, places: Sequence[int] | Array) -> Labelled:
        """Return the elements at some places of an axis, in their order; the axis stays."""
        at, family = self.axes.index(axis), self.labels[axis]
        places = np.asarray(places, dtype=np.intp)
        labels = {**self.labels, axis: tuple(family[i] for i in places)}
        members = dict(self.members)
        if axis in members:
            members[axis] = {name: tuple(row[i] for i in places) for name, row in members[axis].items()}
        source = self.source
        if source is not None and axis in source.axes:
            source = source.take(axis, places)
        return Labelled(self.values.take(places, axis=at), self.axes, labels, self.loose, members, source)

    def drop(self, axis: str, place: int) -> Labelled:
        """Return the elements at one place of an axis; the axis goes."""
        values = self.values.take(place, axis=self.axes.index(axis))
        rest = self.having(values, [name for name in self.axes if name != axis])
        if self.source is None or axis not in self.source.axes:
            return rest
        return replace(rest, source=self.source.drop(axis, place))

    def having(self, values: Array, axes: Iterable[str]) -> Labelled:
        """Return other values along some of these axes, with their labels."""
        kept = tuple(axes)
        labels = {axis: self.labels[axis] for axis in kept}
        members = {axis: row for axis, row in self.members.items() if axis in kept} if self.members else {}
        source = self.source
        if source is not None and not set(source.axes) <= set(kept):
            # What remains of runs that shared an axis which is gone is named by the first of them.
            gone = tuple(at for at, axis in enumerate(source.axes) if axis not in kept)
            source = source.having(source.values.min(axis=gone), [a for a in source.axes if a in kept])
        loose = self.loose & set(kept) if self.loose else self.loose
        return Labelled(values, kept, labels, loose, members, source)

    def pick(self, **wanted: object) -> Value:
        """Return what stands at a label of an axis, or at each of a list of labels, which keeps the axis.

        A member of an axis picks along it. A negative tick, trial or epoch counts from the end. Raises
        `AllornoneError` for an axis or a label that is not there, and for a member that stands in two places.

        >>> Labelled.along("loop", ["a", "b"], members={"p": (2, 3)}).pick(p=3)
        'b'
        """
        picks: dict[str, dict[str, object]] = {}
        for name, value in wanted.items():
            picks.setdefault(self._axis_of(name), {})[name] = value
        result = self
        for axis, rows in picks.items():
            places, keep = result._places(axis, rows)
            result = result.take(axis, places) if keep else result.drop(axis, places[0])
        return result.plain()

    def index(self, key: int | slice | Sequence[int]) -> Value:
        """Return what stands at a place, a slice or some places of the units, or of the only axis.

        >>> Labelled([5.0, 6.0, 7.0], ("tick",)).index(-1)
        7.0
        """
        axis = self.meeting_axis()
        length = len(self.labels[axis])
        if isinstance(key, slice):
            return self.take(axis, range(length)[key])
        places = [key] if isinstance(key, int) else list(key)
        for place in places:
            if not -length <= place < length:
                raise AllornoneError(f"there is no index {place}: axis {axis!r} has {length} elements")
        if isinstance(key, int):
            return self.drop(axis, key % length).plain()
        return self.take(axis, [place % length for place in places])

    def mask(self, chosen: Labelled) -> Labelled:
        """Return the elements where a truth along some of the same axes holds; several axes become one."""
        for axis in chosen.axes:
            if axis not in self.axes:
                raise AllornoneError(f"the mask lies along {axis!r}, the array along {_listed(self.axes)}")
            chosen = chosen.fitted(axis, self.labels[axis])
        if len(chosen.axes) == 1:
            return self.take(chosen.axes[0], np.flatnonzero(chosen.values))
        rest = [axis for axis in self.axes if axis not in chosen.axes]
        values = self.values.transpose([self.axes.index(axis) for axis in (*chosen.axes, *rest)])[
            chosen.values
        ]
        joined = " × ".join(chosen.axes)
        labels = {joined: range(len(values)), **{axis: self.labels[axis] for axis in rest}}
        source = self.source
        if source is not None:
            source = labelled(combine(lambda runs, _: runs, source, chosen)).mask(chosen)
        return Labelled(values, (joined, *rest), labels, self.loose & set(rest), {}, source)

    def fitted(self, axis: str, labels: Labels) -> Labelled:
        """Return this with the labels along an axis: as it is, or cut to them where the axis is loose."""
        own = self.labels[axis]
        if own == labels or (len(own) == len(labels) and all(map(same_label, own, labels))):
            return self
        if axis in self.loose:
            exact = {label: place for place, label in enumerate(own)}
            return self.take(axis, [exact[x] if x in exact else _found(axis, own, x)[0] for x in labels])
        hint = "; before(x, n) looks back" if axis in ("tick", "epoch") else ""
        raise AllornoneError(f"axis {axis!r} is {_listed(labels)} here, {_listed(own)} there{hint}")

    def reduce(self, fold: Callable[[Array, tuple[int, ...] | None], Array], over: object = None) -> Value:
        """Return the fold of everything, or over an axis or a list of axes; the others stay.

        >>> Labelled([[1.0, 2.0], [3.0, 4.0]], ("tick", "trial")).reduce(np.sum, "tick").values
        array([4., 6.])
        """
        if over is None:
            return unwrapped(fold(self.values, None))
        names = [self.axis_named(str(name)) for name in elements(over)]
        kept = [axis for axis in self.axes if axis not in names]
        return self.having(
            fold(self.values, tuple(self.axes.index(n) for n in dict.fromkeys(names))), kept
        ).plain()

    def each_run_once(self) -> Labelled:
        """Return this where each run stands once: as it is, or in a row where a run fills several places.

        Raises `AllornoneError` where what one run gives differs from place to place.
        """
        if self.source is None:
            return self
        runs, cells = _spread(self.source, self.axes), self.values
        inner = tuple(at for at, axis in enumerate(self.axes) if axis not in self.source.axes)
        outer = [at for at in range(cells.ndim) if at not in inner]
        cells = cells.transpose([*outer, *inner]).reshape(runs.size, -1)
        _, first, which = np.unique(runs.ravel(), return_index=True, return_inverse=True)
        if not np.array_equal(cells[first][which], cells, equal_nan=cells.dtype.kind == "f"):
            raise AllornoneError(
                f"some runs lie on only a part of the axes {_listed(self.source.axes)}, and have several values"
                " here: pick an alternative first"
            )
        return Labelled(
            cells[first], ("run", "element"), {"run": range(len(first)), "element": range(cells.shape[1])}
        )

    def axis_named(self, name: str) -> str:
        """Return the name if there is such an axis; raises `UnknownName` otherwise."""
        if name not in self.axes:
            raise UnknownName("axis", name, self.axes)
        return name

    def meeting_axis(self) -> str:
        """Return the axis that an index or a list takes: the units, or the only one."""
        if "unit" in self.axes:
            return "unit"
        if len(self.axes) == 1:
            return self.axes[0]
        if not self.axes:
            raise AllornoneError("one value has no axis")
        raise AllornoneError(
            f"which of the axes {_listed(self.axes)}? Pick by name, as in m({self.axes[0]}=…)"
        )

    def _completed(self, axis: str, length: int) -> Labels:
        labels = self.labels.get(axis)
        if labels is None and axis in _COUNTED:
            return range(length)
        if labels is None or len(labels) != length:
            raise AllornoneError(f"axis {axis!r} is {length} long and has {len(labels or ())} labels")
        return _plain_labels(labels)

    def _axis_of(self, name: str) -> str:
        moved = {member: axis for axis, rows in self.members.items() for member in rows}
        if name in self.axes:
            return name
        if name not in moved:
            raise UnknownName("axis", name, [*self.axes, *moved])
        return moved[name]

    def _places(self, axis: str, rows: Mapping[str, object]) -> tuple[list[int], bool]:
        places, keep = list(range(len(self.labels[axis]))), False
        for name, wanted in rows.items():
            family = self.labels[axis] if name == axis else self.members[axis][name]
            found = [place for value in elements(wanted) for place in _found(name, family, value)]
            places = [place for place in found if place in places]
            keep = keep or isinstance(wanted, Labelled | list | tuple)
        said = ", ".join(f"{name}={_shown(value)}" for name, value in rows.items())
        if not places:
            raise AllornoneError(f"no place along {axis!r} has {said}")
        if len(places) > 1 and not keep:
            raise AllornoneError(
                f"{said} stands at {len(places)} places along {axis!r}: pick by more than that"
            )
        return places, keep


Value = Labelled | Scalar


def labelled(value: Value) -> Labelled:
    """Return a value as an array: one without axes for a plain one."""
    if isinstance(value, Labelled):
        return value
    return Labelled(np.asarray(float(value) if type(value) is int else value))


def unwrapped(cell: object) -> Scalar:
    """Return the element of an array without dimensions as a plain bool, float, int or text."""
    plain: Scalar = np.asarray(cell).item()
    return plain


def elements(wanted: object) -> list[Scalar]:
    """Return the elements of a list in an expression, or one value as the only element."""
    if isinstance(wanted, Labelled):
        if wanted.axes != (LIST,):
            raise AllornoneError(
                f"a label or a list of labels is needed, not an array along {_listed(wanted.axes)}"
            )
        plain: list[Scalar] = wanted.values.tolist()
        return plain
    if isinstance(wanted, list | tuple):
        return list(wanted)
    if isinstance(wanted, bool | int | float | str):
        return [wanted]
    raise AllornoneError(f"a label is a number or text, not {wanted!r}")


def _found(name: str, family: Labels, wanted: Scalar) -> list[int]:
    places = [place for place, label in enumerate(family) if same_label(label, wanted)]
    if not places and name in _COUNTED and not isinstance(wanted, str) and wanted < 0:
        places = [place for place in range(len(family)) if place - len(family) == wanted]
    if not places:
        near = nearest(wanted, map(str, family)) if isinstance(wanted, str) else ""
        raise AllornoneError(
            f"{name} is never {wanted!r}. {near} It is one of {_listed(family)}".replace("  ", " ")
        )
    return places


def same_label(label: Scalar, wanted: Scalar) -> bool:
    """Return whether a label is the one that is wanted, numbers within rounding."""
    if isinstance(label, str) or isinstance(wanted, str):
        return label == wanted
    return label == wanted or math.isclose(label, wanted, rel_tol=1e-9)


def _plain_labels(labels: Iterable[Any]) -> Labels:
    if isinstance(labels, range):
        return labels
    return tuple(label.item() if isinstance(label, np.generic) else label for label in labels)


def _shown(wanted: object) -> str:
    return repr(elements(wanted)) if isinstance(wanted, Labelled) else repr(wanted)


def _listed(words: Sequence[object]) -> str:
    shown = [str(word) for word in words]
    return ", ".join(shown if len(shown) <= _SHOWN else [*shown[: _SHOWN - 2], "…", shown[-1]]) or "none"


def align(values: Sequence[Labelled], most: int = LARGEST) -> tuple[list[Array], Labelled]:
    """Return arrays that broadcast against each other, and an array with the axes and labels of the result.

    Axes that not all share are outer. A loose axis is cut to the labels of the others; a list takes the units
    or the only axis that it meets. Raises `AllornoneError` where labels differ, or beyond `most` elements.
    """
    values = _met(values)
    order = dict.fromkeys(axis for value in values for axis in value.axes)
    axes = sorted(order, key=lambda axis: axis in INNER_AXES)
    for axis in axes:
        owners = [value for value in values if axis in value.axes]
        firm = [value for value in owners if axis not in value.loose]
        leader = min(firm or owners, key=lambda value: len(value.labels[axis]))
        values = [
            value.fitted(axis, leader.labels[axis]) if axis in value.axes else value for value in values
        ]
    holders = {axis: [value for value in values if axis in value.axes] for axis in axes}
    labels = {axis: holders[axis][0].labels[axis] for axis in axes}
    loose = frozenset(axis for axis in axes if all(axis in value.loose for value in holders[axis]))
    members = {axis: row for value in values for axis, row in value.members.items()}
    shape = tuple(len(labels[axis]) for axis in axes)
    if math.prod(shape) > most:
        raise AllornoneError(f"an array of {' × '.join(map(str, shape))} elements is more than {most}")
    source = max(
        (value.source for value in values if value.source), key=lambda s: s.values.ndim, default=None
    )
    frame = Labelled(np.broadcast_to(np.False_, shape), tuple(axes), labels, loose, members, source)
    return [_spread(value, axes) for value in values], frame


def combine(function: Callable[..., Array], *values: Value, most: int = LARGEST) -> Value:
    """Return a function of arrays element by element, their axes matched by name.

    >>> m = Labelled([1.0, 2.0], ("tick",))
    >>> combine(np.add, m, 1).values
    array([2., 3.])
    """
    arrays, frame = align([labelled(value) for value in values], most)
    return frame.having(np.asarray(function(*arrays)), frame.axes).plain()


def _met(values: Sequence[Labelled]) -> list[Labelled]:
    arrays = [value for value in values if value.axes and LIST not in value.axes]
    if not arrays or len(arrays) == len([value for value in values if value.axes]):
        return list(values)
    frame = align(arrays)[1]
    axis = frame.meeting_axis()
    labels, loose = {axis: frame.labels[axis]}, frame.loose & {axis}
    for value in values:
        if LIST in value.axes and value.size != len(labels[axis]):
            raise AllornoneError(f"a list of {value.size} meets axis {axis!r}, which has {len(labels[axis])}")
    return [Labelled(v.values, (axis,), labels, loose) if LIST in v.axes else v for v in values]


def _spread(value: Labelled, axes: Sequence[str]) -> Array:
    order = [value.axes.index(axis) for axis in axes if axis in value.axes]
    missing = tuple(at for at, axis in enumerate(axes) if axis not in value.axes)
    return np.expand_dims(value.values.transpose(order), missing)
