"""The operators and functions of expressions: element by element, reductions, along time.

over    the axis, or the list of axes, that a reduction takes; everything where it is left out
clock   the axis "tick" or "epoch", along which `before`, `first`, `period` … look
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from allornone.scenarios.expressions.labelled import (
    INNER_AXES,
    LARGEST,
    LIST,
    Array,
    Labelled,
    Value,
    combine,
    elements,
    labelled,
    unwrapped,
)
from allornone.simulator.errors import AllornoneError
from allornone.simulator.notation.expression import OPERATORS

Fold = Callable[[Array, tuple[int, ...] | None], Array]
_CLOCKS = ("tick", "epoch")
_STATE = ("unit", "synapse", LIST)  # make one state; trials, seeds and the like are histories of their own
_DIGITS = 53  # that a float holds

_BITS = 1023  # that a float reaches


@dataclass(frozen=True)
class Function:
    """A function that an expression may call.

    It takes values and returns one; an `AllornoneError` that it raises is reported at the call's column.
    """

    name: str
    call: Callable[..., Value]
    min_args: int = 0
    max_args: int | None = None
    keywords: frozenset[str] = frozenset()
    doc: str = ""


def _elementwise(ufunc: Callable[..., Array]) -> Callable[..., Value]:
    def call(x: Value) -> Value:
        return combine(ufunc, numbers(x))

    return call


def numbers(value: Value) -> Labelled:
    """Return a value as an array of floats; raises `AllornoneError` for text."""
    if is_text(value):
        raise AllornoneError("a number is needed, not text, which can only be compared by == and !=")
    array = labelled(value)
    return array.having(array.values.astype(np.float64, copy=False), array.axes)


def _reduction(
    fold: Fold, of: Callable[[Value], Labelled] = numbers, empty: bool = False, counts: bool = True
) -> Callable[..., Value]:
    """Return a reduction; `counts` says whether it matters how often an element stands there."""

    def call(x: Value, *, over: Value | None = None) -> Value:
        array = of(x)
        if not array.size and not empty:
            raise AllornoneError("no element is left to judge")
        if array.source is not None and counts:
            return _reduced_by_run(array, array.source, fold, over)
        return array.reduce(fold, over)

    return call


def _reduced_by_run(array: Labelled, source: Labelled, fold: Fold, over: Value | None) -> Value:
    """Return the fold over some axes, or all, where a run that fills several places counts once."""
    names = array.axes if over is None else [array.axis_named(str(name)) for name in elements(over)]
    if not set(names) & set(source.axes):
        return array.reduce(fold, over)
    kept = [axis for axis in array.axes if axis not in names]
    shape = [len(array.labels[axis]) for axis in kept]
    folded = []
    for places in np.ndindex(*shape):
        part = array
        for axis, place in zip(kept, places, strict=True):
            part = part.drop(axis, place)
        folded.append(fold(part.each_run_once().values, None))
    return array.having(np.asarray(folded).reshape(shape), kept).plain()


def _extreme(fold: Fold, pair: Callable[..., Array]) -> Callable[..., Value]:
    reduced = _reduction(fold, counts=False)

    def call(x: Value, *more: Value, over: Value | None = None) -> Value:
        if not more:
            return reduced(x, over=over)
        if over is not None:
            raise AllornoneError("over= is for one array; several values are compared element by element")
        for value in more:
            x = combine(pair, numbers(x), numbers(value))
        return x

    return call


def _norm(cells: Array, axes: tuple[int, ...] | None) -> Array:
    return np.asarray(np.sqrt(np.sum(cells * cells, axis=axes)))


def _size(cells: Array, axes: tuple[int, ...] | None) -> Array:
    return np.asarray(np.sum(np.broadcast_to(1.0, cells.shape), axis=axes))


def _quantile(x: Value, q: Value, *, over: Value | None = None) -> Value:
    share = numbers(q).plain()
    if isinstance(share, Labelled | str) or not 0 <= share <= 1:
        raise AllornoneError("a quantile's share is one number from 0 to 1")
    return _reduction(lambda cells, axes: np.asarray(np.quantile(cells, share, axis=axes)))(x, over=over)


def _where(condition: Value, yes: Value, no: Value) -> Value:
    return combine(np.where, truths(condition), numbers(yes), numbers(no))


def _choose(n: Value, k: Value) -> Value:
    from scipy.special import comb  # slow to load, and seldom asked for

    def ways(n: Array, k: Array) -> Array:
        count = np.asarray(comb(n, k))
        return np.where(count < 2.0**_DIGITS, np.rint(count), count)

    return combine(ways, numbers(n), numbers(k))


def _number(x: Value, *, over: Value | None = None) -> Value:
    array, axis, cells = _turned(x, over)
    if len(cells) > _DIGITS or not np.isin(cells, (0.0, 1.0)).all():
        raise AllornoneError(f"number() reads at most {_DIGITS} digits, each 0 or 1")
    return _without(array, axis, np.tensordot(2.0 ** np.arange(len(cells)), cells, axes=1))


def _sort(x: Value, *, over: Value | None = None) -> Value:
    array, axis, cells = _turned(x, over)
    labels = {**array.labels, axis: range(len(cells))}
    values = np.moveaxis(np.sort(cells, axis=0), 0, array.axes.index(axis))
    return Labelled(values, array.axes, labels, array.loose - {axis})


def _distinct(x: Value, *, over: Value | None = None) -> Value:
    array = labelled(x)
    if not array.axes or not array.size:
        return float(array.size)
    if over is None:
        # Units or synapses make one state; without any other axis each of them is one.
        along = [axis for axis in array.axes if axis not in _STATE] or [*array.axes]
        rest: list[str] = []
    else:
        along = [*dict.fromkeys(array.axis_named(str(name)) for name in elements(over))]
        rest = [axis for axis in array.axes if axis not in (*along, *_STATE)]
    state = [axis for axis in array.axes if axis not in (*along, *rest)]
    shape = [math.prod(len(array.labels[axis]) for axis in axes) for axes in (along, rest, state)]
    order = [array.axes.index(axis) for axis in (*along, *rest, *state)]
    states = array.values.transpose(order).reshape(shape)
    codes = np.unique(states.reshape(-1, shape[2]), axis=0, return_inverse=True)[1].reshape(shape[:2])
    found = 1.0 + (np.diff(np.sort(codes, axis=0), axis=0) != 0).sum(axis=0)
    return array.having(found.reshape([len(array.labels[axis]) for axis in rest]), rest).plain()


def _before(x: Value, n: Value = 1, *, over: Value | None = None) -> Value:
    array, axis, cells = _turned(x, over, clock=True)
    steps = numbers(n).plain()
    if isinstance(steps, Labelled | str) or not (0 <= steps < math.inf and steps == int(steps)):
        raise AllornoneError("before() looks back by one whole number of steps")
    shifted = np.zeros_like(cells)
    shifted[int(steps) :] = cells[: max(0, len(cells) - int(steps))]
    return array.having(np.moveaxis(shifted, 0, array.axes.index(axis)), array.axes)


def _so_far(x: Value, *, over: Value | None = None) -> Value:
    array, axis, _ = _turned(x, over, clock=True)
    return array.having(np.cumsum(array.values, axis=array.axes.index(axis)), array.axes)


def _diff(x: Value, *, over: Value | None = None) -> Value:
    array, axis, cells = _turned(x, over, clock=True)
    later = array.take(axis, range(1, len(cells)))
    return later.having(np.diff(array.values, axis=array.axes.index(axis)), array.axes)


def _moment(fold: Callable[..., Array], never: float) -> Callable[..., Value]:
    def call(x: Value, *, over: Value | None = None) -> Value:
        array, axis, cells = _turned(truths(x), over, clock=True)
        if any(isinstance(label, str) for label in array.labels[axis]):
            raise AllornoneError(f"axis {axis!r} has no numbers by which to tell its first and last")
        clock = np.asarray(array.labels[axis], dtype=np.float64).reshape(-1, *(1,) * (cells.ndim - 1))
        return _without(array, axis, fold(np.where(cells, clock, never), axis=0, initial=never))

    return call


def _period(x: Value, *, over: Value | None = None) -> Value:
    array, axis, _ = _turned(x, over, clock=True)
    if has_nan(array):
        raise AllornoneError("a state is not a number (NaN), so it equals none")
    states, rest = _states(array, axis)
    same = (states[-2::-1] == states[-1:]).all(axis=-1)
    least = (
        np.where(same.any(axis=0), same.argmax(axis=0) + 1.0, 0.0) if len(same) else np.zeros(same.shape[1:])
    )
    return rest.having(least, rest.axes).plain()


def _turned(x: Value, over: Value | None, clock: bool = False) -> tuple[Labelled, str, Array]:
    """Return an array of floats, the axis asked for, and the cells with that axis in front."""
    array = numbers(x)
    if over is not None:
        names = [array.axis_named(str(name)) for name in elements(over)]
    elif clock:
        names = [axis for axis in array.axes if axis in _CLOCKS]
    else:
        names = [array.meeting_axis()]
    if len(names) != 1:
        which = "axis of ticks or epochs" if clock else "axis"
        raise AllornoneError(f"one {which} is needed, not {' and '.join(names) or 'none'}")
    return array, names[0], np.moveaxis(array.values, array.axes.index(names[0]), 0)


def _without(array: Labelled, axis: str, values: Array) -> Value:
    return array.having(values, [name for name in array.axes if name != axis]).plain()


def _states(array: Labelled, axis: str) -> tuple[Array, Labelled]:
    """Return states (clock, histories…, elements of a state), and an array with the axes of the histories."""
    rest = [name for name in array.axes if name != axis and name not in _STATE]
    state = [name for name in array.axes if name != axis and name in _STATE]
    order = [array.axes.index(name) for name in (axis, *rest, *state)]
    shape = [len(array.labels[name]) for name in (axis, *rest)]
    states = array.values.transpose(order).reshape(
        *shape, math.prod(len(array.labels[name]) for name in state)
    )
    return states, array.having(np.zeros(shape[1:]), rest)


def _functions() -> Iterator[Function]:
    over = frozenset({"over"})
    for name in ("abs", "sqrt", "exp", "log", "log2", "sin", "cos", "tan", "arccos"):
        yield Function(name, _elementwise(getattr(np, name)), 1, 1, doc=f"the {name} of every element")
    yield Function("choose", _choose, 2, 2, doc="in how many ways k of n can be chosen, n! / (k! (n − k)!)")
    yield Function("where", _where, 3, 3, doc="one value where a condition holds, another where it does not")
    yield Function(
        "min", _extreme(np.min, np.minimum), 1, None, over, "the least; of several, element by element"
    )
    yield Function(
        "max", _extreme(np.max, np.maximum), 1, None, over, "the largest; of several, element by element"
    )
    yield Function("quantile", _quantile, 2, 2, over, "the value below which a share lies, interpolated")
    yield Function(
        "before", _before, 1, 2, over, "what was n (1) ticks or epochs earlier; 0 before the first"
    )
    for name, call, doc in (
        ("mean", _reduction(np.mean), "the mean"),
        ("median", _reduction(np.median), "the median"),
        ("sum", _reduction(np.sum, empty=True), "the sum"),
        ("norm", _reduction(_norm, empty=True), "the root of the sum of squares"),
        ("count", _reduction(np.sum, truths, empty=True), "how many are true"),
        ("size", _reduction(_size, labelled, empty=True), "how many there are"),
        ("all", _reduction(np.all, truths, counts=False), "whether all are true"),
        ("any", _reduction(np.any, truths, counts=False), "whether one is true"),
        ("sort", _sort, "from the least to the largest, counted from 0"),
        (
            "distinct",
            _distinct,
            "how many different states of units or synapses, or values, in all; over an axis: in each history",
        ),
        (
            "number",
            _number,
            "the binary number that the units, or the only axis, spell; the first counts one",
        ),
        ("so_far", _so_far, "the running sum along ticks or epochs"),
        ("diff", _diff, "the change into each tick or epoch but the first"),
        ("first", _moment(np.min, math.inf), "the first tick or epoch at which it is true; never: inf"),
        ("last", _moment(np.max, -math.inf), "the last tick or epoch at which it is true; never: −inf"),
        ("period", _period, "the least p with the last state equal to the state p earlier; none: 0"),
    ):
        yield Function(name, call, 1, 1, over, doc)


def has_nan(value: Value) -> bool:
    """Return whether a value, or an element of it, is not a number."""
    if isinstance(value, Labelled):
        return value.values.dtype.kind == "f" and bool(np.isnan(value.values).any())
    return isinstance(value, float) and math.isnan(value)


def is_text(value: Value) -> bool:
    """Return whether a value is text, or an array of it."""
    return value.values.dtype.kind == "U" if isinstance(value, Labelled) else isinstance(value, str)


def truths(value: Value) -> Labelled:
    """Return where a value is true, or not zero; raises `AllornoneError` for text and NaN."""
    if has_nan(value):
        raise AllornoneError("this is not a number (NaN), so it is neither true nor false")
    array = numbers(value)
    return array.having(array.values != 0, array.axes)


FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _functions()})
"""The functions that may stand anywhere, by name."""


_FOLDING = (
    "min",
    "max",
    "quantile",
    "mean",
    "median",
    "sum",
    "norm",
    "count",
    "size",
    "all",
    "any",
    "distinct",
)


ONE_VALUE = "one value has no axis"


def _along_inputs(call: Callable[..., Value]) -> Callable[..., Value]:
    def each(x: Value, *, over: Value | None = None) -> Value:
        if labelled(x).axes == ("trial",):
            raise AllornoneError(ONE_VALUE)
        return call(x) if over is None else call(x, over=over)

    return each


def _of_each(name: str, call: Callable[..., Value]) -> Callable[..., Value]:
    def each(x: Value, *more: Value, over: Value | None = None) -> Value:
        array = labelled(x)
        several = bool(more) and name in ("min", "max")  # which are compared element by element
        if over is not None or several or "trial" not in array.axes:
            return call(x, *more) if over is None else call(x, *more, over=over)
        if array.axes == ("trial",):  # of one example it is one number
            array = Labelled(array.values[:, None], ("trial", "unit"), {**array.labels, "unit": ("",)})
        return call(array, *more, over=[axis for axis in array.axes if axis != "trial"])

    return each


OF_EXAMPLES: Mapping[str, Function] = MappingProxyType(
    {
        **FUNCTIONS,
        **{name: replace(FUNCTIONS[name], call=_of_each(name, FUNCTIONS[name].call)) for name in _FOLDING},
        **{
            name: replace(FUNCTIONS[name], call=_along_inputs(FUNCTIONS[name].call))
            for name in ("sort", "number")
        },
    }
)
"""The same functions where an expression speaks of one example, though all are computed together along "trial"."""


def arithmetic(symbol: str, left: Value, right: Value, most: int = LARGEST) -> Value:
    """Return `left symbol right`: exact for two integers, else in floats, where x / 0 is ±inf or NaN.

    Raises `AllornoneError` for text, a power too large for a float, an array of more than `most` elements.

    >>> arithmetic("//", 7, 2)
    3
    """
    if isinstance(left, int) and isinstance(right, int):
        exact = _exact(symbol, int(left), int(right))
        if exact is not None:
            return exact
    operate = OPERATORS[symbol]
    try:
        with np.errstate(all="ignore", over="raise" if symbol == "**" else "ignore"):
            if isinstance(left, int | float) and isinstance(right, int | float):
                return unwrapped(operate(np.float64(left), np.float64(right)))
            return combine(operate, numbers(left), numbers(right), most=most)
    except FloatingPointError:
        raise AllornoneError("this power is too large for a number") from None


def compare(symbol: str, left: Value, right: Value, most: int = LARGEST) -> Value:
    """Return whether `left symbol right`, element by element.

    Raises `AllornoneError` for text beside a number, and for an order of text.

    >>> compare("<", 1, 2)
    True
    """
    if is_text(left) != is_text(right):
        raise AllornoneError("text is compared with a number")
    if is_text(left) and symbol not in ("==", "!="):
        raise AllornoneError(f"text has no order: it is compared by == and !=, not {symbol}")
    if isinstance(left, Labelled) or isinstance(right, Labelled):
        return combine(OPERATORS[symbol], left, right, most=most)
    return bool(OPERATORS[symbol](left, right))


def _exact(symbol: str, left: int, right: int) -> int | float | None:
    if (symbol == "**" and right < 0) or (symbol in ("/", "//", "%") and right == 0):
        return None
    if symbol == "**" and abs(left) > 1 and left.bit_length() * right > 2 * _BITS:
        raise AllornoneError(f"{left} ** {right} is too large for a number")
    result: int | float = OPERATORS[symbol](left, right)
    if isinstance(result, int) and result.bit_length() > _BITS:
        raise AllornoneError("this number is too large")
    return result


class RunFunction(NamedTuple):
    """A function of a run: what it must be given, what it may be given, and what it says."""

    name: str
    needed: tuple[str, ...]
    further: tuple[str, ...]
    doc: str

    @property
    def least(self) -> int:
        """The fewest arguments that it takes."""
        return len(self.needed)

    @property
    def most(self) -> int:
        """The most arguments that it takes."""
        return len(self.needed) + len(self.further)

    @property
    def spelt(self) -> str:
        """How an expression calls it; what stands in brackets may be left out."""
        return f"{self.name}({', '.join([*self.needed, *(f'[{one}]' for one in self.further)])})"


_PHASE = ("phase",)

RUN_FUNCTIONS = (
    RunFunction("y", ("unit",), _PHASE, "the output of a unit or group, by trial and tick"),
    RunFunction("x", ("unit",), _PHASE, "the same as y, named for inputs"),
    RunFunction("z", ("unit",), _PHASE, "the net input, biases included, thresholds not"),
    RunFunction("veto", ("unit",), _PHASE, "whether absolute inhibition silenced a unit"),
    RunFunction(
        "d", ("unit",), _PHASE, "what the teacher wants of a unit or group, one value a presentation"
    ),
    RunFunction(
        "w", ("of",), _PHASE, "the weights at the end: of a unit, its bias first, or of synapses 'A -> B'"
    ),
    RunFunction(
        "history",
        ("of",),
        _PHASE,
        "how a word of `until`, or the weights 'w out', went on, by epoch or by tick",
    ),
    RunFunction("mistakes", (), _PHASE, "how many answers were wrong: one number an epoch, or one in a test"),
    RunFunction("epochs", (), _PHASE, "how many epochs were complete when `until` came true; never: inf"),
    RunFunction("solved", (), _PHASE, "whether `until` came true"),
    RunFunction("diverged", (), _PHASE, "whether a weight left its bound"),
    RunFunction("units", (), ("group",), "how many units a group has; without one, all but inputs"),
    RunFunction("connections", (), ("of",), "how many synapses lead as in 'A -> B'; without that, all"),
    RunFunction("parameters", (), (), "how many weights there are, a shared one counted once; no biases"),
    RunFunction("depth", (), (), "how many synapses the longest path from an input has"),
    RunFunction("loops", (), (), "how many sets of units excite one another in a circle"),
    RunFunction(
        "area",
        ("condition",),
        _PHASE,
        "the area of the plane where a condition on the points of a grid holds",
    ),
    RunFunction("separable", ("x", "d"), (), "whether some threshold unit tells these examples apart"),
    RunFunction(
        "margin", ("unit",), _PHASE, "the least distance of an example from the plane that a unit learned"
    ),
    RunFunction(
        "dw", ("of",), _PHASE, "∂E/∂w in a gradient phase: of a unit, its bias first, or of synapses 'A -> B'"
    ),
    RunFunction("dz", ("unit",), _PHASE, "∂E/∂z of a unit or group in a gradient phase"),
    RunFunction("dx", ("input",), _PHASE, "∂E/∂x of an input or group in a gradient phase"),
    RunFunction("gradient_gap", (), _PHASE, "how far the gradient is from central differences, at most"),
)
"""The functions of a run."""
READERS = ("y", "x", "z", "veto", "d", "w", "history", "mistakes", "dw", "dz", "dx")
"""Those that read along axes, from which they pick as a measure does: y('out', tick=1)."""
READ_AXES = frozenset(INNER_AXES)
