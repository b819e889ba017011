"""Networks as files: what is read equals what was written, and a bad file is named."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import networks as nets
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.errors import AllornoneError
from allornone.simulator.network.network import Network
from allornone.simulator.network.storage import from_plain, read, to_plain, write

ENDINGS = (".toml", ".json", ".graphml", ".gml")
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
        ("net.yaml", "", "a network is a .toml, .json, .graphml, .gml file, found '.yaml'"),
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
        ("broken.gml", "graph [", "expected ']', found EOF"),
        (
            "unknown.json",
            '{"units": [{"unit": "A", "input": true}], "synapses": [{"from": "B", "to": "A"}]}',
            "synapses.0: no unit is named 'B'",
        ),
        ("graph.json", '{"units": [], "synapses": [], "graph": [1]}', "'graph' must be a table"),
        ("twice.json", '{"units": [], "units": [], "synapses": []}', "the key 'units' stands twice"),
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


def graphml(edges: str = '<edge source="S" target="N"/>', direction: str = "directed", **said: str) -> str:
    """Return a file of an input S and a unit N, as another program might write it."""
    keys = "".join(
        f'<key id="{key}" for="node" attr.name="{key}" attr.type="{kind}"/>'
        for key, kind in [("input", said.get("kind", "boolean")), ("model", "string")]
    )
    return (
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}{said.get("more", "")}'
        f'<graph edgedefault="{direction}"><node id="S"><data key="input">{said.get("input", "true")}</data></node>'
        f'<node id="N"><data key="model">threshold</data></node>{said.get("nodes", "")}{edges}</graph></graphml>'
    )


S = {"unit": "S", "input": True}
N = {"unit": "N", "model": "threshold"}
WIRE = {"from": "S", "to": "N"}


def as_json(units: Any = (S, N), synapses: Any = (WIRE,)) -> str:
    """Return a file of units and synapses."""
    return json.dumps({"units": list(units), "synapses": list(synapses)})


TWO = '<edge source="S" target="N"/>' * 2
NODE_LINK = {
    "directed": True,
    "multigraph": False,
    "graph": {},
    "nodes": [{"id": "S", "input": True}],
    "edges": [],
}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("two.graphml", graphml(TWO), "a synapse from 'S' to 'N' stands there already: say it once"),
        ("undirected.graphml", graphml(direction="undirected"), 'undirected, .* say edgedefault="directed"'),
        ("one.graphml", graphml('<edge source="S" target="N" directed="false"/>'), "directed=false edge"),
        (
            "word.graphml",
            graphml(kind="string", input="false"),
            "input of unit 'S' must be true or false, found 'fal",
        ),
        ("again.graphml", graphml(nodes='<node id="S"/>'), "a unit named 'S' stands there 2 times"),
        ("Z.graphml", graphml('<edge source="Z" target="N"/>'), "unit 'Z' has no model"),
        (
            "graphs.graphml",
            graphml().replace("</graphml>", '<graph edgedefault="directed"/></graphml>'),
            "a file has one network, found 2 graphs",
        ),
        ("unit.json", as_json([S, S, N]), "units.1: a unit named 'S' stands there already"),
        (
            "synapse.json",
            as_json(synapses=[WIRE, WIRE]),
            "synapses.1: a synapse from 'S' to 'N' stands there already",
        ),
        (
            "unit.toml",
            'synapses = []\n[[units]]\nunit = "S"\ninput = true\n[[units]]\nunit = "S"\ninput = true\n',
            "units.1: a unit named 'S' stands there already",
        ),
        (
            "word.json",
            as_json([{**S, "input": "false"}, N]),
            "input of unit 'S' must be true or false, found 'false'",
        ),
        ("output.json", as_json([S, {**N, "output": "no"}]), "output of unit 'N' must be true or false"),
        (
            "plastic.json",
            as_json(synapses=[{**WIRE, "plastic": [1]}]),
            "plastic of synapse 'S' → 'N' must be true or",
        ),
        ("shared.json", as_json(synapses=[{**WIRE, "shared": [1]}]), "has shared is a text, found \\[1\\]"),
        ("kind.json", as_json(synapses=[{**WIRE, "kind": [1]}]), "the kind of .* must be 'weighted' or"),
        (
            "model.json",
            as_json([S, {**N, "model": [1]}]),
            "unit 'N': a model is a word such as 'threshold', found",
        ),
        ("group.json", as_json([S, {**N, "group": [1]}]), "the group of unit 'N' is a text, found"),
        (
            "layer.json",
            as_json([S, {**N, "layer": "1"}]),
            "the layer of unit 'N' is a whole number, found '1'",
        ),
        ("links.json", json.dumps({**NODE_LINK, "directed": False}), 'undirected, .* say "directed": true'),
        ("nodes.json", json.dumps({**NODE_LINK, "nodes": [{"id": 1}]}), "nodes.0 has no 'id', a unit's name"),
        ("undirected.gml", 'graph [ node [ id 0 label "S" input 1 ] ]', "undirected, .* say directed 1"),
        (
            "number.gml",
            "graph [ directed 1 node [ id 0 label 5 input 1 ] ]",
            "a unit's name is a text, found 5",
        ),
        (
            "two.gml",
            'graph [ directed 1 node [ id 0 label "S" input 1 ] node [ id 1 label "N" model "threshold" ] '
            "edge [ source 0 target 1 ] edge [ source 0 target 1 ] ]",
            "edge #1 .* is duplicated",
        ),
    ],
)
def test_what_would_change_when_read_is_refused(name: str, text: str, message: str, tmp_path: Path) -> None:
    """Duplicates, edges without a direction, words where a truth value stands."""
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(AllornoneError, match=message):
        read(tmp_path / name)


def test_defaults_of_graphml_are_read(tmp_path: Path) -> None:
    """A weight that stands once for all edges, which networkx's own reader only notes."""
    key = '<key id="w" for="edge" attr.name="weight" attr.type="double"><default>2</default></key>'
    (tmp_path / "net.graphml").write_text(graphml(more=key), encoding="utf-8")

    assert read(tmp_path / "net.graphml").edges["S", "N"]["weight"] == 2


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "\x07", "a\nb", "a\rb", "\ufffe", "\x85"])
def test_a_name_that_no_file_can_hold_is_refused(name: str, tmp_path: Path) -> None:
    """When it is given, when a net is made of it by hand, and for groups and shared weights."""
    net = Network()
    with pytest.raises(AllornoneError, match="a unit's name has no control characters"):
        net.add_inputs(name)
    net.add_node(name, input=True)
    with pytest.raises(AllornoneError, match="a unit's name has no control characters"):
        write(net, tmp_path / "net.json")
    with pytest.raises(AllornoneError, match="a unit's name has no control characters"):
        aon.compile(net)
    other = aon.polygon(3)
    with pytest.raises(AllornoneError, match="the group of unit 'A' has no control characters"):
        other.add_unit("A", aon.Threshold(), group=name)
    other.add_unit("B", aon.Threshold())
    with pytest.raises(AllornoneError, match="has shared has no control characters"):
        other.connect(other.inputs[0], "B", shared=name)


@pytest.mark.parametrize("word", ["false", 2, [1]])
def test_a_word_is_no_truth_value_in_a_net_made_by_hand(word: Any) -> None:
    """Compiling checks as reading does."""
    net = aon.polygon(3)
    net.nodes[net.outputs[0]]["output"] = word
    with pytest.raises(AllornoneError, match="must be true or false, found"):
        aon.compile(net)


@pytest.mark.parametrize(
    ("key", "value", "ending", "message"),
    [
        ("name", "\ud800", ".json", "the graph's 'name' cannot be written: no such file holds the character"),
        ("note", "\ud800", ".toml", "the graph's 'note' cannot be written"),
        ("note", ["\ud800"], ".json", "the graph's 'note' cannot be written"),
        (
            "note",
            "a\rb",
            ".graphml",
            "the graph's 'note' cannot be written: no such file holds the character '\\\\r'",
        ),
        ("note", [1], ".graphml", "GraphML has texts, numbers and truth values, found \\[1\\]; net.note"),
        ("note", {"a": 1}, ".gml", "GML has texts, numbers and truth values"),
        ("note", "[]", ".gml", "GML's reader takes '\\[\\]' for a list"),
        ("note", 1 << 60, ".gml", "GML has whole numbers to"),
    ],
)
def test_what_a_file_cannot_hold_is_refused(
    key: str, value: Any, ending: str, message: str, tmp_path: Path
) -> None:
    """With the place, and nothing is left behind."""
    net = aon.polygon(3)
    net.graph[key] = value

    with pytest.raises(AllornoneError, match=message):
        write(net, tmp_path / f"net{ending}")

    assert not [*tmp_path.iterdir()]


def through_networkx(net: Network, path: Path) -> list[Network]:
    """Return a network written and read by networkx, by us and by networkx, and the other way round."""
    found = [
        Network(
            nx.node_link_graph(json.loads(json.dumps(nx.node_link_data(net, edges="edges"))), edges="edges")
        )
    ]
    path.with_suffix(".json").write_text(json.dumps(nx.node_link_data(net, edges="edges")), encoding="utf-8")
    found.append(read(path.with_suffix(".json")))
    theirs: list[tuple[str, Any, Any]] = [
        (".graphml", nx.write_graphml, nx.read_graphml),
        (".gml", nx.write_gml, nx.read_gml),
    ]
    for ending, writes, reads in theirs:
        file = path.with_suffix(ending)
        writes(net, file)
        found += [Network(reads(file)), read(file)]
        write(net, file)
        found.append(Network(reads(file)))
    for other in found:
        for key in ("node_default", "edge_default"):
            other.graph.pop(key, None)
    return found


BUILT = {
    "logic": lambda: aon.logic("Z(t) = X(t-1) and not Y(t-1) or Y(t-1) and not X(t-1)"),
    "boolean": lambda: aon.boolean("X̄Y + Z"),
    "0": lambda: aon.boolean("0", inputs=["X"]),
    "life": lambda: aon.life(3, 4),
    "cellular": lambda: aon.cellular(110, 5),
    "turing": lambda: aon.turing("1RB1LB_1LA1RH", 5),
    "regular": lambda: aon.regular("(a|ε)b"),
    "hopfield": lambda: aon.hopfield(4),
    "mlp": lambda: aon.mlp(2, [3], 1, weights=np.float32(0.1)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("built", BUILT)
def test_what_builders_make_passes_through_networkx(built: str, tmp_path: Path) -> None:
    """GraphML, GML and node-link data, written by us or by networkx, read by the other; and it can be compiled."""
    net = BUILT[built]()

    for other in through_networkx(net, tmp_path / "net"):
        same(other, net)
        assert other.facts == net.facts
        assert aon.compile(other).names == aon.compile(net).names


def test_a_float_of_half_the_size_is_kept(tmp_path: Path) -> None:
    """Through GraphML, 0.1 of 32 bits stays what it is, by whichever writer."""
    net = Network()
    net.add_inputs("X")
    net.add_unit("Y", aon.Threshold(threshold=np.float16(0.3)), bias=np.float32(0.2))  # type: ignore[arg-type]
    net.connect("X", "Y", weight=np.float32(0.1), delay=np.int8(2))  # type: ignore[arg-type]
    expected = {"weight": float(np.float32(0.1)), "delay": 2, "kind": "weighted"}
    write(net, tmp_path / "ours.graphml")
    nx.write_graphml(net, tmp_path / "theirs.graphml")

    for name in ("ours", "theirs"):
        other = read(tmp_path / f"{name}.graphml")
        assert other.edges["X", "Y"] == expected
        assert other.nodes["Y"] == net.nodes["Y"]
        assert other.nodes["Y"]["threshold"] == float(np.float16(0.3))


def random_net(draw: random.Random) -> Network:
    """Return a random network with odd names, words, numbers of numpy, and something said of the whole."""
    words = ("".join(draw.choices(LETTERS, k=draw.randint(1, 5))) for _ in range(draw.randint(2, 9)))
    names = [
        *dict.fromkeys("[x]" if word in ("[]", "()") else word for word in words)
    ]  # GML reads [] as a list
    net = Network(name=f"{names[0]}!")
    net.note(
        terms=draw.choice([[], [["x"], "y"], {}, {"a": [1, "é"]}]),
        count=draw.randint(-5, 5),
        sure=draw.random() < 0.5,
    )
    net.add_inputs(names[0])
    for name in names[1:]:
        model = draw.choice(
            [aon.McCullochPitts(threshold=draw.randint(1, 3)), aon.Logistic(), aon.Threshold(0.1)]
        )
        net.add_unit(
            name, model, output=draw.choice([None, True, False]), group=draw.choice([None, "[]x", "a b"])
        )
    for source in names:
        for target in draw.sample(names[1:], draw.randint(0, len(names) - 1)):
            if draw.random() < 0.2 and net.nodes[target]["model"] == "mcculloch-pitts":
                net.inhibit(source, target)
                continue
            weight: Any = draw.choice(
                [1, 2.5, np.float32(draw.gauss(0, 1)), draw.gauss(0, 1e-9), 1e20, np.int64(3)]
            )
            said: dict[str, Any] = {
                "plastic": draw.choice([None, True, False]),
                "shared": draw.choice([None, "w", 'say "w"']),
            }
            net.connect(source, target, weight=weight, delay=draw.randint(1, 9), **said)
    return net


LETTERS = "aZ0_ .,'\"&<>[](){}#=\\é→½λ😀;:-"


@pytest.mark.slow
def test_two_thousand_random_nets_pass_through_every_format(tmp_path: Path) -> None:
    """What is read equals what was written, by us and by networkx."""
    draw = random.Random(1943)
    for _ in range(2000):
        net = random_net(draw)
        for ending in ENDINGS:
            write(net, tmp_path / f"net{ending}")
            same(read(tmp_path / f"net{ending}"), net)
        for other in through_networkx(net, tmp_path / "net"):
            same(other, net)


def test_a_graphml_key_without_a_type_is_no_guess(tmp_path: Path) -> None:
    """networkx would take its numbers for texts, with a warning."""
    file = tmp_path / "net.graphml"
    aon.write(aon.perceptron(2), file)
    text = re.sub(r' attr\.type="[a-z]+"', "", file.read_text(encoding="utf-8"), count=1)
    file.write_text(text, encoding="utf-8")

    with pytest.raises(AllornoneError, match="its meaning would be a guess: No key type for id"):
        aon.read(file)
