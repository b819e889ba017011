"""Networks as files: .toml (synapses as text), .json, .graphml and .gml; what is read equals what was written.

GraphML and GML are those of networkx, in both ways, and a .json file may be networkx's node-link data. What says one
thing twice, or has edges without a direction, is refused.
"""

from __future__ import annotations

import json
import re
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx

from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, UnknownName, nearest, shown
from allornone.simulator.files import regular, replacing
from allornone.simulator.network import network
from allornone.simulator.network.network import FLAGS, Network, plain
from allornone.simulator.notation.synapses import expand_synapses, write_synapse

NOT_OURS = ("units", "synapses", "node_default", "edge_default")
"""Words of the files themselves, and of networkx's, which no key of a graph may be."""
_NO_NET = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    SyntaxError,
    RecursionError,
    nx.NetworkXException,
)
"""What readers of files raise for something that is no net."""
_HALF = re.compile("[\ud800-\udfff]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
LARGEST = 1 << 31
"""Whole numbers from here on GML has as texts."""


@checked
def write(net: Network, path: str | Path) -> None:
    """Write a network to a .toml, .json, .graphml or .gml file."""
    network.check(net)
    writer, _ = _format(path)
    try:
        _hold(_HALF, _said(net))
        text = writer(net)
    except (TypeError, nx.NetworkXError) as error:
        raise AllornoneError(
            f"{path}: only texts, numbers and lists of them can be written ({error})"
        ) from None
    except AllornoneError as error:
        raise AllornoneError(f"{path}: {error}") from None
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@checked
def read(path: str | Path) -> Network:
    """Read a network from a .toml, .json, .graphml or .gml file; an error names the file."""
    _, reader = _format(path)
    try:
        net = reader(regular(path).read_text(encoding="utf-8-sig"))
        network.check(net)
    except FileNotFoundError:
        raise AllornoneError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise AllornoneError(f"{path}: cannot be read ({error})") from None
    except _NO_NET as error:
        raise AllornoneError(f"{path}: {error}") from None
    return net


def to_plain(net: Network) -> dict[str, Any]:
    """Return a network as plain dictionaries and lists."""
    return {
        "graph": _graph(net),
        "units": [{"unit": unit, **plain(data)} for unit, data in net.nodes(data=True)],
        "synapses": [{"from": u, "to": v, **plain(data)} for u, v, data in net.edges(data=True)],
    }


def from_plain(plain: Mapping[str, Any]) -> Network:
    """Return the network that `to_plain` made plain."""
    said = plain.get("graph", {})
    if not isinstance(said, Mapping):
        raise AllornoneError(f"'graph' must be a table of what is said of the network, found {shown(said)}")
    net = Network()
    net.graph.update(said)
    _add_units(net, plain["units"])
    for number, data in enumerate(_tables("synapses", plain["synapses"], ("from", "to"))):
        _add_synapse(net, f"synapses.{number}: ", data.pop("from"), data.pop("to"), data)
    return net


def _add_units(net: Network, found: Any) -> None:
    for number, data in enumerate(_tables("units", found, ("unit",))):
        unit = data.pop("unit")
        if unit in net:
            raise AllornoneError(f"units.{number}: a unit named {unit!r} stands there already")
        net.add_node(unit)
        net.nodes[unit].update(data)


def _add_synapse(net: Network, place: str, source: Any, target: Any, data: Mapping[str, Any]) -> None:
    for end in (source, target):
        if end not in net:
            raise AllornoneError(f"{place}{UnknownName('unit', end, net)}")
    if net.has_edge(source, target):
        raise AllornoneError(
            f"{place}a synapse from {source!r} to {target!r} stands there already: say it once, with both weights "
            "added up"
        )
    net.add_edge(source, target)
    net.edges[source, target].update(data)


def _tables(place: str, found: Any, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    if not isinstance(found, list):
        raise AllornoneError(f"{place!r} must be a list of tables, found {found!r}")
    for number, table in enumerate(found):
        for key in needed:
            if not isinstance(table, dict) or not isinstance(table.get(key), str):
                raise AllornoneError(f"{place}.{number} has no {key!r}, a unit's name")
    return [dict(table) for table in found]


def _graph(net: Network) -> dict[str, Any]:
    """Return what the graph says of itself, as it will be read back."""
    for key in ("units", "synapses"):
        if key in net.graph:
            raise AllornoneError(f"the graph's {key!r} cannot be written: the word is the file's own")
    found = {key: value for key, value in net.graph.items() if key not in NOT_OURS}
    said: dict[str, Any] = json.loads(json.dumps(plain(found)))
    return said


def _said(net: Network) -> Iterator[tuple[str, Any]]:
    """Yield all that a network says, with the place where it says it."""
    for key, value in net.graph.items():
        if key not in NOT_OURS:
            yield from ((f"the graph's {key!r}", one) for one in (key, value))
    for unit, data in net.nodes(data=True):
        yield from ((f"{key!r} of unit {unit!r}", one) for key, value in data.items() for one in (key, value))
    for source, target, data in net.edges(data=True):
        place = f"synapse {source!r} → {target!r}"
        yield from ((f"{key!r} of {place}", one) for key, value in data.items() for one in (key, value))


def _hold(without: re.Pattern[str], said: Iterable[tuple[str, Any]]) -> None:
    """Raise an error that names the first text which a file cannot hold."""
    for place, value in said:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if found := without.search(text):
            raise AllornoneError(
                f"{place} cannot be written: no such file holds the character {found.group()!r}"
            )


def _scalars(net: Network, kind: str) -> None:
    """Raise an error that names the first value which is no text, number or truth value, as GraphML and GML want."""
    for place, value in _said(net):
        if type(network.plain_value(value)) not in (str, int, float, bool):
            raise AllornoneError(
                f"{place} cannot be written: {kind} has texts, numbers and truth values, found {shown(value)}; "
                "net.note(…) says a list as text"
            )


def _format(path: str | Path) -> tuple[Callable[[Network], str], Callable[[str], Network]]:
    known = {
        ".toml": (_to_toml, _from_toml),
        ".json": (_to_json, _from_json),
        ".graphml": (_to_graphml, _from_graphml),
        ".gml": (_to_gml, _from_gml),
    }
    ending = Path(path).suffix.lower()
    if ending not in known:
        hint = nearest(ending, known)
        raise AllornoneError(
            f"{path}: a network is a {', '.join(known)} file, found {ending!r}. {hint}".rstrip()
        )
    return known[ending]


def _to_json(net: Network) -> str:
    return json.dumps(to_plain(net), ensure_ascii=False, indent=1) + "\n"


def _from_json(text: str) -> Network:
    plain = json.loads(text, object_pairs_hook=_once)
    if isinstance(plain, dict) and "nodes" in plain and {"edges", "links"} & {*plain}:
        return _from_node_link(plain)
    if not isinstance(plain, dict) or not {"units", "synapses"} <= set(plain):
        raise AllornoneError("a network needs 'units' and 'synapses'")
    return from_plain(plain)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of a JSON file; of two values under one key, none is the one that was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for k, (key, _) in enumerate(pairs) if key in dict(pairs[:k]))
        raise AllornoneError(f"the key {twice!r} stands twice in one table")
    return found


def _from_node_link(plain: Mapping[str, Any]) -> Network:
    """Return the network of node-link data, as networkx writes graphs in JSON."""
    if plain.get("directed") is not True:
        raise _undirected('"directed": true')
    ends = "edges" if "edges" in plain else "links"
    units = [_renamed(table, {"id": "unit"}) for table in _tables("nodes", plain["nodes"], ("id",))]
    wires = _tables(ends, plain[ends], ("source", "target"))
    synapses = [_renamed(table, {"source": "from", "target": "to"}) for table in wires]
    return from_plain({"graph": plain.get("graph", {}), "units": units, "synapses": synapses})


def _renamed(table: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {words.get(key, key): value for key, value in table.items()}


def _undirected(right: str) -> AllornoneError:
    return AllornoneError(
        f"this graph is undirected, and a synapse goes from its source to its target: say {right}"
    )


def _to_toml(net: Network) -> str:
    lines = [f"{_toml(key)} = {_toml(value)}" for key, value in _graph(net).items()]
    lines.append("synapses = [")
    lines += [f"  {_toml(write_synapse(u, v, plain(data)))}," for u, v, data in net.edges(data=True)]
    lines.append("]")
    for unit, data in net.nodes(data=True):
        lines += ["", "[[units]]", f"unit = {_toml(unit)}"]
        lines += [f"{key} = {_toml(value)}" for key, value in plain(data).items()]
    return "\n".join(lines) + "\n"


def _from_toml(text: str) -> Network:
    plain = tomllib.loads(text)
    if not {"units", "synapses"} <= set(plain):
        raise AllornoneError("a network needs [[units]] and synapses = [ … ]")
    net = Network()
    net.graph.update({key: value for key, value in plain.items() if key not in NOT_OURS})
    _add_units(net, plain["units"])
    wires = expand_synapses(plain["synapses"], {unit: [unit] for unit in net})
    for wire in wires:
        data = {
            "weight": wire.weight,
            "delay": wire.delay,
            "kind": wire.kind,
            "plastic": wire.plastic,
            "shared": wire.shared,
        }
        net.add_edge(
            wire.source, wire.target, **{key: value for key, value in data.items() if value is not None}
        )
    return net


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _graph_of(net: Network, kind: str) -> nx.DiGraph[str]:
    """Return a network as a graph of networkx whose data its writers take."""
    _scalars(net, kind)
    graph: nx.DiGraph[str] = nx.DiGraph(**_graph(net))
    graph.add_nodes_from((unit, plain(data)) for unit, data in net.nodes(data=True))
    graph.add_edges_from((source, target, plain(data)) for source, target, data in net.edges(data=True))
    return graph


def _from_graph(graph: Any) -> Network:
    """Return the network that a reader of networkx found."""
    net = Network()
    net.graph.update({key: value for key, value in graph.graph.items() if key not in NOT_OURS})
    usual = graph.graph.get("node_default", {}), graph.graph.get("edge_default", {})
    for unit, data in graph.nodes(data=True):
        net.add_node(unit)
        net.nodes[unit].update({**usual[0], **data})
    for source, target, data in graph.edges(data=True):
        _add_synapse(net, "", source, target, {**usual[1], **data})
    return net


def _to_graphml(net: Network) -> str:
    _hold(_NOT_IN_XML, _said(net))
    return "\n".join(nx.generate_graphml(_graph_of(net, "GraphML"))) + "\n"


def _from_graphml(text: str) -> Network:
    root = ElementTree.fromstring(text)
    counts = Counter(element.get("id") for element in root.iter() if _is(element, "node"))
    for unit, count in counts.items():
        if count > 1:
            raise AllornoneError(f"a unit named {unit!r} stands there {count} times")
    graphs = [element for element in root if _is(element, "graph")]
    if len(graphs) > 1:
        raise AllornoneError(f"a file has one network, found {len(graphs)} graphs")
    with warnings.catch_warnings():  # of what networkx would guess
        warnings.simplefilter("error", UserWarning)
        try:
            graph = nx.parse_graphml(text, force_multigraph=True)
        except UserWarning as error:
            raise AllornoneError(f"its meaning would be a guess: {error}") from None
    if not graph.is_directed():
        raise _undirected('edgedefault="directed"')
    net = _from_graph(graph)
    _add_empty(net, root)
    return net


def _add_empty(net: Network, root: ElementTree.Element) -> None:
    """Add the texts that are empty, which networkx's reader leaves out."""
    texts = {
        key.get("id"): str(key.get("attr.name"))
        for key in root.iter()
        if _is(key, "key") and key.get("attr.type") == "string"
    }
    for element in root.iter():
        empty = [data.get("key") for data in element if _is(data, "data") and not data.text]
        said = {texts[key]: "" for key in empty if key in texts}
        if said and _is(element, "graph"):
            net.graph.update(said)
        elif said and _is(element, "node"):
            net.nodes[element.get("id", "")].update(said)
        elif said and _is(element, "edge"):
            net.edges[element.get("source", ""), element.get("target", "")].update(said)


def _is(element: ElementTree.Element, word: str) -> bool:
    return str(element.tag).rpartition("}")[2] == word


def _to_gml(net: Network) -> str:
    graph = _graph_of(net, "GML")
    for place, value in _said(net):
        if isinstance(value, str) and value in ("[]", "()"):
            raise AllornoneError(f"{place} cannot be written: GML's reader takes {value!r} for a list")
    for unit in net:
        if unit in ("[]", "()"):
            raise AllornoneError(f"unit {unit!r} cannot be written: GML's reader takes its name for a list")
    for data in (graph.graph, *_data(graph)):
        data.update({key: _gml_number(value) for key, value in data.items()})
    return "\n".join(nx.generate_gml(graph)) + "\n"


def _data(graph: nx.DiGraph[str]) -> Iterator[dict[str, Any]]:
    """Yield the data of every unit and every synapse."""
    yield from (data for _, data in graph.nodes(data=True))
    yield from (data for *_, data in graph.edges(data=True))


def _gml_number(value: Any) -> Any:
    if type(value) is not int or -LARGEST <= value < LARGEST:
        return value
    if abs(value) < 1 << 53:
        return float(value)
    raise AllornoneError(f"the number {shown(value)} cannot be written: GML has whole numbers to 2**53 here")


def _from_gml(text: str) -> Network:
    graph = nx.parse_gml(text)
    if not graph.is_directed():
        raise _undirected("directed 1")
    net = _from_graph(graph)
    for data in _data(net):
        data.update({key: bool(data[key]) for key in FLAGS if data.get(key) in (0, 1)})
    return net
