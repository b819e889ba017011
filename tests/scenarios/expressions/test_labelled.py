"""Labelled arrays against plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from allornone.scenarios.expressions.labelled import (
    LARGEST,
    Labelled,
    Labels,
    Value,
    align,
    combine,
    labelled,
)
from allornone.simulator.errors import AllornoneError

LENGTHS = {"gate": 2, "eta": 3, "seed": 4, "tick": 5, "unit": 2}
LABELS: dict[str, Labels] = {
    "gate": ("AND", "XOR"),
    "eta": (0.01, 0.05, 0.1),
    "seed": (0, 1, 2, 3),
    "tick": range(5),
    "unit": ("a", "b"),
}


@st.composite
def arrays(draw: st.DrawFn) -> Labelled:
    """Arrays of random numbers along some of the axes, in any order."""
    axes = draw(st.lists(st.sampled_from(sorted(LENGTHS)), unique=True, max_size=4))
    seed = draw(st.integers(0, 2**32 - 1))
    values = np.random.default_rng(seed).integers(-9, 10, [LENGTHS[axis] for axis in axes]) / 4
    return Labelled(values, tuple(axes), {axis: LABELS[axis] for axis in axes})


def spread(array: Labelled) -> np.ndarray:
    """Lay an array out over all axes in alphabetical order, by numpy's own einsum."""
    names = sorted(LENGTHS)
    letters = dict(zip(names, "abcde", strict=True))
    ones = [np.ones(LENGTHS[name]) for name in names]
    spec = ",".join(["".join(letters[axis] for axis in array.axes), *letters.values()])
    out: np.ndarray = np.einsum(f"{spec}->{''.join(letters.values())}", array.values, *ones)
    return out


def cells(value: Value) -> object:
    """Return the cells of a value as plain lists."""
    return value.values.tolist() if isinstance(value, Labelled) else value


@settings(deadline=None, max_examples=80)
@given(left=arrays(), right=arrays())
def test_arithmetic_pairs_axes_by_name_whatever_their_order(left: Labelled, right: Labelled) -> None:
    """A sum of two arrays equals the sum of both laid out over all axes."""
    found = labelled(combine(np.add, left, right))

    assert set(found.axes) == {*left.axes, *right.axes}
    assert np.array_equal(spread(found), spread(left) + spread(right))


@settings(deadline=None, max_examples=60)
@given(array=arrays(), data=st.data())
def test_a_reduction_over_axes_is_numpys(array: Labelled, data: st.DataObject) -> None:
    """Summing over axes by name equals numpy's sum over their places; the others stay in order."""
    over = data.draw(st.lists(st.sampled_from(array.axes), unique=True)) if array.axes else []

    found = labelled(array.reduce(np.sum, over))

    assert found.axes == tuple(axis for axis in array.axes if axis not in over)
    assert np.array_equal(found.values, array.values.sum(axis=tuple(array.axes.index(axis) for axis in over)))


@settings(deadline=None, max_examples=60)
@given(array=arrays(), data=st.data())
def test_a_pick_is_the_place_of_its_label(array: Labelled, data: st.DataObject) -> None:
    """Picking a label takes the axis away, picking a list of one keeps it; both find the same cells."""
    axis = data.draw(st.sampled_from(sorted(LENGTHS)))
    if axis not in array.axes:
        with pytest.raises(AllornoneError, match=f"no axis is named '{axis}'"):
            array.pick(**{axis: LABELS[axis][0]})
        return
    place = data.draw(st.integers(0, LENGTHS[axis] - 1))

    one, many = array.pick(**{axis: LABELS[axis][place]}), array.pick(**{axis: [LABELS[axis][place]]})

    expected = np.take(array.values, place, axis=array.axes.index(axis))
    assert cells(one) == expected.tolist()
    assert isinstance(many, Labelled)
    assert many.axes == array.axes
    assert np.array_equal(many.values.squeeze(), expected.squeeze())


def test_numbers_are_picked_within_a_billionth() -> None:
    """0.1 + 0.2 finds 0.3, and 0.3001 does not."""
    array = Labelled(np.array([1.0, 2.0]), ("eta",), {"eta": (0.1, 0.3)})

    assert array.pick(eta=0.1 + 0.2) == 2.0
    with pytest.raises(AllornoneError, match=r"eta is never 0\.3001\. It is one of 0\.1, 0\.3"):
        array.pick(eta=0.3001)


def test_an_unknown_text_label_names_the_nearest() -> None:
    """A slip of the pen in a label is told with the label that was meant."""
    with pytest.raises(AllornoneError, match=r"gate is never 'XR'\. Did you mean 'XOR'\?"):
        Labelled(np.zeros(2), ("gate",), {"gate": ("AND", "XOR")}).pick(gate="XR")


@pytest.mark.parametrize("axis", ["tick", "epoch", "trial"])
def test_minus_one_is_the_last_of_what_is_counted(axis: str) -> None:
    """Ticks, epochs and trials count from the end as well."""
    assert Labelled(np.array([3.0, 4.0, 5.0]), (axis,)).pick(**{axis: -1}) == 5.0


def test_minus_one_is_not_the_last_of_any_other_axis() -> None:
    """A label that is a number is a value: −1 is one only if it is there."""
    with pytest.raises(AllornoneError, match="a is never -1"):
        Labelled(np.array([3.0, 4.0]), ("a",), {"a": (0, 1)}).pick(a=-1)


def test_a_member_picks_along_the_axis_that_moves_it() -> None:
    """Tables of several parameters make one axis; each of them picks, and what is not unique says so."""
    members = {"loops": {"p": (2, 3, 3), "q": (3, 4, 5)}}
    array = Labelled(np.array([1.0, 2.0, 3.0]), ("loops",), {"loops": ("a", "b", "c")}, members=members)

    assert array.pick(p=2) == 1.0
    assert array.pick(p=3, q=5) == 3.0
    assert cells(array.pick(p=[3])) == [2.0, 3.0]
    assert cells(labelled(array.pick(p=[3])).pick(q=4)) == 2.0
    with pytest.raises(AllornoneError, match="p=3 stands at 2 places along 'loops'"):
        array.pick(p=3)
    with pytest.raises(AllornoneError, match="no place along 'loops' has p=2, q=5"):
        array.pick(p=2, q=5)


def test_a_loose_axis_is_cut_to_its_neighbour_and_a_firm_one_is_not() -> None:
    """An axis as a value follows what was picked; two measures of other labels do not meet."""
    eta = Labelled.along("eta", [0.01, 0.05, 0.1])
    some = Labelled(np.array([1.0, 2.0]), ("eta",), {"eta": (0.1, 0.01)})
    others = Labelled(np.array([1.0, 2.0]), ("eta",), {"eta": (0.01, 0.05)})

    product = labelled(combine(np.multiply, combine(np.multiply, 10, eta), some))

    assert product.values == pytest.approx([1.0, 0.2])
    assert not product.loose
    with pytest.raises(AllornoneError, match=r"axis 'eta' is 0\.1, 0\.01 here, 0\.01, 0\.05 there"):
        combine(np.add, some, others)


def test_looseness_belongs_to_an_axis_not_to_an_array() -> None:
    """A loose axis stays loose beside a firm one."""
    outer = labelled(combine(np.add, Labelled.along("L", [1, 2, 3]), Labelled(np.zeros(4), ("tick",))))

    assert outer.loose == {"L"}
    assert combine(np.add, outer, Labelled(np.zeros(2), ("L",), {"L": (2, 3)})) is not None


def test_a_list_takes_the_units_or_the_only_axis() -> None:
    """A list lies along the axis it meets; another length, or several axes without units, is an error."""
    words = Labelled(np.array([0.0, 1.0]), ("list",))
    plane = Labelled(np.zeros((2, 3)), ("unit", "tick"), {"unit": ("a", "b")})

    assert cells(combine(np.add, words, plane)) == [[0.0] * 3, [1.0] * 3]
    with pytest.raises(AllornoneError, match="a list of 2 meets axis 'tick', which has 3"):
        combine(np.add, words, Labelled(np.zeros(3), ("tick",)))
    with pytest.raises(AllornoneError, match="which of the axes tick, trial"):
        combine(np.add, words, Labelled(np.zeros((2, 2)), ("tick", "trial")))


def test_masks_of_one_axis_keep_its_labels_and_of_several_join_them() -> None:
    """A mask chooses as numpy's does, its axes matched by name."""
    values = np.arange(12.0).reshape(3, 4)
    array = Labelled(values, ("eta", "seed"), {"eta": (0.01, 0.05, 0.1), "seed": (0, 1, 2, 3)})
    seeds = Labelled(np.array([True, False, True, False]), ("seed",), {"seed": (0, 1, 2, 3)})
    both = Labelled(values.T > 6, ("seed", "eta"), {"eta": (0.01, 0.05, 0.1), "seed": (0, 1, 2, 3)})

    assert np.array_equal(array.mask(seeds).values, values[:, [0, 2]])
    assert array.mask(seeds).labels["seed"] == (0, 2)
    assert sorted(array.mask(both).values) == [7, 8, 9, 10, 11]
    with pytest.raises(AllornoneError, match="the mask lies along 'seed'"):
        Labelled(np.zeros(3), ("tick",)).mask(seeds)


def test_indices_are_pythons() -> None:
    """Negative places, slices and lists of places take what they take of a list."""
    array = Labelled(np.arange(5.0), ("tick",))

    assert array.index(-2) == 3.0
    assert cells(array.index(slice(None, None, -2))) == [4.0, 2.0, 0.0]
    assert cells(array.index([0, -1])) == [0.0, 4.0]
    assert labelled(array.index(slice(3, None))).labels["tick"] == (3, 4)
    with pytest.raises(AllornoneError, match="there is no index 5: axis 'tick' has 5 elements"):
        array.index(5)


def test_values_cannot_be_written() -> None:
    """An array is read-only, whatever the array is that it was made of."""
    source = np.zeros(3)

    with pytest.raises(ValueError, match="read-only"):
        Labelled(source, ("tick",)).values[0] = 1


@pytest.mark.parametrize("values", [np.array([None]), np.array([1j]), np.array([b"x"])])
def test_other_kinds_of_values_are_refused(values: np.ndarray) -> None:
    """Objects, complex numbers and bytes are no values of the language."""
    with pytest.raises(AllornoneError, match="an array holds numbers, truths or text"):
        Labelled(values, ("tick",))


def test_too_large_an_array_is_refused_before_it_is_made() -> None:
    """An outer product beyond the limit is an error, not a full memory."""
    long = [
        Labelled(np.zeros(LARGEST // 2000), (axis,), {axis: range(LARGEST // 2000)}) for axis in ("a", "b")
    ]

    with pytest.raises(AllornoneError, match="10000 × 10000 elements is more than 20000000"):
        align(long)
