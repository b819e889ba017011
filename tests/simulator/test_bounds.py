"""Bounds of the interface in Python: what is too much is refused before it is made, in one sentence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError, LimitExceeded, nearest, shown, whole


def net() -> aon.Network:
    """Return a relay of two units."""
    made = aon.Network()
    made.add_inputs("A")
    made.add_unit("R", aon.McCullochPitts(threshold=1))
    made.connect("A", "R")
    return made


@pytest.mark.parametrize(
    "make",
    [
        lambda: aon.Network().add_group("g", 2**63),
        lambda: aon.Network().add_group("g", [2**40] * 5),
        lambda: aon.hopfield(10**30),
        lambda: aon.hopfield(10**400),
        lambda: aon.hopfield(10**5),
        lambda: aon.perceptron(10**30),
        lambda: aon.parity(10**30),
        lambda: aon.mlp(2, [10**30], 1),
        lambda: aon.mlp(2, [2], 10**30),
        lambda: aon.mlp(3000, [3000], 1),
        lambda: aon.life(10**9, 10**9),
        lambda: aon.cellular(110, 10**30),
        lambda: aon.simulate(net(), {"A": "1"}, ticks=10**7),
        lambda: aon.simulate(net(), {"A": "1"}, ticks=10**5000),
        lambda: aon.Simulator(net()).settle(10**9),
    ],
)
def test_what_is_too_much_is_refused_at_once(make: Callable[[], Any]) -> None:
    """Units, synapses and ticks, alone or as a product."""
    with pytest.raises(LimitExceeded, match=r"are more than are (made|simulated) at once"):
        make()


def _deep(levels: int) -> Any:
    made: Any = 1
    for _ in range(levels):
        made = [made]
    return made


@pytest.mark.parametrize(
    "value",
    [_deep(3000), -(10**5000), np.ones(3), "x" * 10**6, float("nan")],
    ids=["deep", "long", "array", "text", "NaN"],
)
def test_what_no_message_can_show_is_named(value: Any) -> None:
    """Lists too deep for Python, numbers of too many digits, arrays, texts without end."""
    assert len(shown(value)) <= 60
    with pytest.raises(AllornoneError, match="must be a whole number"):
        whole("ticks", value)
    with pytest.raises(AllornoneError):
        net().add_unit(value, aon.McCullochPitts(threshold=1)) if not isinstance(value, str) else whole(
            "t", value
        )
    with pytest.raises(AllornoneError):
        net().connect("R", "R", weight=value)


def test_no_slip_is_looked_for_in_a_name_without_end() -> None:
    """It would take time with the square of its letters."""
    assert nearest("ab" * 50_000, ["ab" * 49_999]) == ""
    assert nearest("abc", ["ab" * 50_000, "abd"]) == "Did you mean 'abd'?"


def test_sums_that_no_float_holds_are_told() -> None:
    """Neither 0 nor NaN is what the units say."""
    unsure = aon.perceptron(2, weights=[1e308, -1e308])
    linear = aon.mlp(2, [2], 1, model="linear")
    for source, _, data in linear.edges(data=True):
        data["weight"] = 1e308 if source == "X1" else -1e308
    for one in (unsure, linear):
        with pytest.raises(AllornoneError, match="more than a float can hold"):
            aon.evaluate(one, [[10, 10]])


# ---- Records that were saved elsewhere


def _saved(path: Path) -> dict[str, bytes]:
    aon.simulate(net(), {"A": "101"}, ticks=5).save(path)
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _refused(path: Path, parts: dict[str, bytes], message: str = "not a record that was saved here") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    with pytest.raises(AllornoneError, match=message):
        aon.Trace.load(path)


def test_a_record_without_its_parts_is_none(tmp_path: Path) -> None:
    """Each is missed, and one of another shape too."""
    path = tmp_path / "trace.npz"
    parts = _saved(path)
    assert len(parts) >= 2
    for name in parts:
        _refused(path, {one: content for one, content in parts.items() if one != name})
    about = io.BytesIO()
    np.save(about, np.array(json.dumps({"units": [1, 2, 3]})))
    _refused(path, {**parts, "about.npy": about.getvalue()})
    flat = io.BytesIO()
    np.save(flat, np.zeros(3))
    _refused(path, {**parts, "y.npy": flat.getvalue()})


def test_a_head_that_lies_takes_no_memory(tmp_path: Path) -> None:
    """Seven terabytes that are not there, and three gigabytes that are."""
    path = tmp_path / "trace.npz"
    parts = _saved(path)
    lie = io.BytesIO()
    head = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(lie, head)
    _refused(path, {**parts, "y.npy": lie.getvalue()})
    objects = io.BytesIO()
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    _refused(path, {**parts, "y.npy": objects.getvalue()})


def test_a_record_that_unpacks_to_gigabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the archive says of itself, before anything is unpacked."""
    path = tmp_path / "trace.npz"
    parts = _saved(path)
    monkeypatch.setattr("allornone.simulator.records.records.MOST_BYTES", 10**6)
    _refused(path, {**parts, "z.npy": bytes(2 * 10**6)}, "it unpacks to [0-9]+ bytes, more than 1000000")


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    """Whichever byte is another: it is read, or refused in our words."""
    path = tmp_path / "trace.npz"
    _saved(path)
    good = path.read_bytes()
    told = set()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        try:
            aon.Trace.load(path)
        except AllornoneError as error:
            told.add("not a record" in str(error) or "unpacks" in str(error))
    assert told == {True}
