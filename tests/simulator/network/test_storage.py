"""Networks as files: what is read equals what was written, and a bad file is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networks as nets
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.network.storage import from_plain, read, to_plain, write

ENDINGS = (".toml", ".json", ".graphml")
NAMES = [
    "N 1",
    "a,b",
    "x[0]",
    'say "so"',
    "it's",
    "é→ü",
    "back\\slash",
    "a -> b",
    "#1",
    "=2",
    "T",
    "'",
    "{0}",
    "½",
    "a.b",
]
a_few = settings(deadline=None, max_examples=15)


def same(one: Network, other: Network) -> None:
    """Assert that two networks hold the same units in the same order, and the same synapses, with the same data."""
    assert list(one.nodes(data=True)) == list(other.nodes(data=True))
    assert synapses(one) == synapses(other)
    assert one.graph == other.graph


def synapses(net: Network) -> dict[tuple[str, str], dict[str, Any]]:
    """Return every synapse with its data, what is left out at its default."""
    return {(u, v): {"weight": 1.0, "kind": "weighted", **data} for u, v, data in net.edges(data=True)}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("model", nets.shipped("units"))
@given(data=st.data())
@a_few
def test_what_is_read_equals_what_was_written(
    data: st.DataObject, model: str, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Units, synapses, their numbers and flags, in every format, for every registered model."""
    kind = nets.Kind((model, "mcculloch-pitts"), nets.real, nets.levels)
    net = data.draw(nets.networks(kind))
    path = tmp_path_factory.mktemp("networks") / f"net{ending}"

    write(net, path)

    same(read(path), net)


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_groups_and_shapes_survive(ending: str, tmp_path: Path) -> None:
    """Any text is a name: quotes, commas, arrows, brackets, other alphabets."""
    net = Network(name='the "odd" net')
    net.add_group("S", [2, 2])
    net.add_group("A", 2, aon.Threshold(threshold=0.1), bias=0.25, plastic=False)
    for name in NAMES:
        net.add_unit(name, aon.McCullochPitts(), group="odd", layer=1)
        net.connect("S[0]", name, weight=-0.1, delay=2, plastic=True)
        net.inhibit("A[1]", name)
    net.connect("S[1]", "A[0]", shared="a weight")
    net.connect("S[2]", "A[0]", shared="a weight")
    net.graph["latency"] = 2
    path = tmp_path / f"net{ending}"

    write(net, path)

    same(read(path), net)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_read_lives_as_what_was_written(ending: str, tmp_path: Path) -> None:
    """A network read from a file runs to the same weights and spikes."""
    net = aon.mlp(2, [3], 1, weights=0.25)
    write(net, tmp_path / f"net{ending}")
    other = read(tmp_path / f"net{ending}")
    X = np.random.default_rng(0).normal(size=(5, 2))

    assert np.array_equal(aon.evaluate(other, X), aon.evaluate(net, X))


@pytest.mark.parametrize("ending", ENDINGS)
def test_numbers_of_numpy_are_written_as_numbers(ending: str, tmp_path: Path) -> None:
    """A weight that came out of an array is a number like any other."""
    net = Network()
    net.add_inputs("A")
    net.add_unit("B", aon.Threshold(threshold=np.float64(0.1)), bias=np.float64(0.2))
    net.add_edge("A", "B", weight=np.float64(0.3), delay=np.int64(2))

    write(net, tmp_path / f"net{ending}")
    found = read(tmp_path / f"net{ending}")

    assert found.nodes["B"]["threshold"] == 0.1
    assert found.nodes["B"]["bias"] == 0.2
    assert found.edges["A", "B"]["weight"] == 0.3
    assert found.edges["A", "B"]["delay"] == 2


def test_a_network_is_plain_dictionaries_and_lists() -> None:
    """`to_plain` can be printed as JSON, and `from_plain` undoes it."""
    net = aon.polygon(4)

    plain = json.loads(json.dumps(to_plain(net)))

    same(from_plain(plain), net)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("net.yaml", "", "a network is a .toml, .json, .graphml file, found '.yaml'"),
        ("net.jsn", "", "found '.jsn'. Did you mean '.json'?"),
        ("net", "", "found ''"),
        ("missing.json", None, "there is no such file"),
        ("broken.json", "{", "Expecting property name"),
        ("other.json", "[1, 2]", "a network needs 'units' and 'synapses'"),
        (
            "no-unit.json",
            '{"units": [{"model": "threshold"}], "synapses": []}',
            "units.0 has no 'unit', a unit's name",
        ),
        (
            "no-end.json",
            '{"units": [], "synapses": [{"from": "A"}]}',
            "synapses.0 has no 'to', a unit's name",
        ),
        ("list.json", '{"units": 3, "synapses": []}', "'units' must be a list of tables"),
        ("broken.toml", "a = ", "Invalid value"),
        ("other.toml", "a = 1", "a network needs [[units]] and synapses = [ … ]"),
        ("broken.graphml", "<graphml", "unclosed token"),
        (
            "slip.toml",
            'synapses = []\n[[units]]\nunit = "N"\nmodel = "threshold"\ntreshold = 1\n',
            "unit 'N' has 'treshold', which is nothing here. Did you mean 'threshold'?",
        ),
        (
            "stranger.toml",
            'synapses = ["A -> B"]\n[[units]]\nunit = "A"\ninput = true\n',
            "'B'",
        ),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(
    name: str, text: str | None, message: str, tmp_path: Path
) -> None:
    """One sentence that begins with the file."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")

    with pytest.raises(AllornoneError) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and a folder, are what they are called."""
    (tmp_path / "net.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.json").mkdir()

    for name in ("net.json", "folder.json"):
        with pytest.raises(AllornoneError, match=rf"{name}: cannot be read"):
            read(tmp_path / name)


def test_nothing_is_written_of_a_network_that_means_nothing(tmp_path: Path) -> None:
    """The check comes before the file; what stood there still stands."""
    path = tmp_path / "net.json"
    write(aon.polygon(3), path)
    before = path.read_text(encoding="utf-8")
    bad: Any = Network()
    bad.add_node("N", model="threshold", threshold="high")

    with pytest.raises(AllornoneError, match=r"Threshold\.threshold must be a number, found 'high'"):
        write(bad, path)

    assert path.read_text(encoding="utf-8") == before
    assert [child.name for child in tmp_path.iterdir()] == ["net.json"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A folder that is not there, or a folder in place of a file, is one sentence."""
    with pytest.raises(AllornoneError, match="there is no folder"):
        write(aon.polygon(3), tmp_path / "nowhere" / "net.json")
    (tmp_path / "net.json").mkdir()
    with pytest.raises(AllornoneError, match="this is a folder"):
        write(aon.polygon(3), tmp_path / "net.json")
