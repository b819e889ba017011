"""Networks as files: .toml (synapses as text), .json and .graphml; what is read equals what was written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, nearest
from allornone.simulator.files import replacing
from allornone.simulator.network import network
from allornone.simulator.network.network import Network
from allornone.simulator.notation.synapses import expand_synapses, write_synapse

NOT_OURS = ("units", "synapses", "node_default", "edge_default")
"""Words of the files themselves, and of networkx's, which no key of a graph may be."""


@checked
def write(net: Network, path: str | Path) -> None:
    """Write a network to a .toml, .json or .graphml file."""
    network.check(net)
    writer, _ = _format(path)
    try:
        text = writer(net)
    except (TypeError, nx.NetworkXError) as error:
        raise AllornoneError(
            f"{path}: only texts, numbers and lists of them can be written ({error})"
        ) from None
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


@checked
def read(path: str | Path) -> Network:
    """Read a network from a .toml, .json or .graphml file; an error names the file."""
    _, reader = _format(path)
    try:
        net = reader(Path(path).read_text(encoding="utf-8"))
        network.check(net)
    except FileNotFoundError:
        raise AllornoneError(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise AllornoneError(f"{path}: cannot be read ({error})") from None
    except Exception as error:
        raise AllornoneError(f"{path}: {error}") from None
    return net


def to_plain(net: Network) -> dict[str, Any]:
    """Return a network as plain dictionaries and lists."""
    return {
        "graph": _graph(net),
        "units": [{"unit": unit, **_plain(data)} for unit, data in net.nodes(data=True)],
        "synapses": [{"from": u, "to": v, **_plain(data)} for u, v, data in net.edges(data=True)],
    }


def from_plain(plain: Mapping[str, Any]) -> Network:
    """Return the network that `to_plain` made plain."""
    net = Network(**plain.get("graph", {}))
    _add_units(net, plain["units"])
    for data in _tables("synapses", plain["synapses"], ("from", "to")):
        net.add_edge(data.pop("from"), data.pop("to"), **data)
    return net


def _add_units(net: Network, found: Any) -> None:
    for data in _tables("units", found, ("unit",)):
        net.add_node(data.pop("unit"), **data)


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
    plain: dict[str, Any] = json.loads(json.dumps(_plain(found)))
    return plain


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    # Numbers that came out of arrays are numbers like any other.
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in data.items()}


def _format(path: str | Path) -> tuple[Callable[[Network], str], Callable[[str], Network]]:
    known = {
        ".toml": (_to_toml, _from_toml),
        ".json": (_to_json, _from_json),
        ".graphml": (_to_graphml, _from_graphml),
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
    plain = json.loads(text)
    if not isinstance(plain, dict) or not {"units", "synapses"} <= set(plain):
        raise AllornoneError("a network needs 'units' and 'synapses'")
    return from_plain(plain)


def _to_toml(net: Network) -> str:
    lines = [f"{_toml(key)} = {_toml(value)}" for key, value in _graph(net).items()]
    lines.append("synapses = [")
    lines += [f"  {_toml(write_synapse(u, v, _plain(data)))}," for u, v, data in net.edges(data=True)]
    lines.append("]")
    for unit, data in net.nodes(data=True):
        lines += ["", "[[units]]", f"unit = {_toml(unit)}"]
        lines += [f"{key} = {_toml(value)}" for key, value in _plain(data).items()]
    return "\n".join(lines) + "\n"


def _from_toml(text: str) -> Network:
    plain = tomllib.loads(text)
    if not {"units", "synapses"} <= set(plain):
        raise AllornoneError("a network needs [[units]] and synapses = [ … ]")
    net = Network(**{key: value for key, value in plain.items() if key not in NOT_OURS})
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


def _to_graphml(net: Network) -> str:
    plain: nx.DiGraph[str] = nx.DiGraph(net)
    plain.graph = {key: json.dumps(value) for key, value in _graph(net).items()}
    return "\n".join(nx.generate_graphml(plain)) + "\n"


def _from_graphml(text: str) -> Network:
    net = Network(nx.parse_graphml(text))
    net.graph = {key: json.loads(value) for key, value in net.graph.items() if key not in NOT_OURS}
    return net
