"""A network as text: what each unit answers to, and the circles in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import networkx as nx

if TYPE_CHECKING:
    from allornone.simulator.network.network import Network


ROWS = 12


def network_text(net: Network) -> str:
    """Return a network as text: a head line, its inputs, and each unit as what it answers to."""
    loops = net.loops
    inhibitory = sum(data.get("kind") == "inhibitory" for *_, data in net.edges(data=True))
    memories = [loop for loop in loops if _excites(net, loop)]
    kind = "memory loop" if memories else "loop"
    shape = counted(len(memories or loops), kind) if loops else f"depth {net.depth}"
    name = f" {net.name!r}" if net.name else ""
    silenced = f" ({inhibitory} inhibitory)" if inhibitory else ""
    lines = [
        f"Network{name}: {counted(len(net), 'unit')}, "
        f"{counted(net.number_of_edges(), 'synapse')}{silenced}, {shape}"
    ]
    if net.inputs:
        lines.append(f"  inputs   {_some(net.inputs)}")
    units = [unit for unit in net if not net.nodes[unit].get("input")]
    outputs = set(net.outputs) if units else set()
    wide = max((len(unit) for unit in units[:ROWS]), default=0)
    for unit in units[:ROWS]:
        role = "output" if unit in outputs else "unit"
        lines.append(f"  {role:<8} {unit:<{wide}}  {_about(net, unit)}{_late(net, unit)}")
    if len(units) > ROWS:
        lines.append(f"  … {len(units) - ROWS} more")
    lines += [f"  memory   {_circle(net, loop)}" for loop in memories[:3]]
    return "\n".join(lines)


def _excites(net: Network, loop: Sequence[str]) -> bool:
    """Whether units excite one another in a circle; where all of it is inhibition, nothing is held."""
    within = net.subgraph(loop).edges(data=True)
    exciting: nx.DiGraph[str] = nx.DiGraph(
        (u, v) for u, v, data in within if data.get("kind") != "inhibitory"
    )
    return not nx.is_directed_acyclic_graph(exciting)


def _late(net: Network, unit: str) -> str:
    """Say by how many ticks a unit answers later than the text from which it was compiled."""
    latency = net.facts.get("latency")
    late = latency.get(unit, 0) if isinstance(latency, dict) else 0
    return f", {counted(late, 'tick')} late" if late else ""


def _about(net: Network, unit: str) -> str:
    data = net.nodes[unit]
    threshold = (
        f"θ={data['threshold']:g}"
        if isinstance(data.get("threshold"), int | float)
        else data.get("model", "?")
    )
    bias = f" b={data['bias']:.4g}" if "bias" in data else ""
    terms = [_term(net, source, unit) for source in list(net.predecessors(unit))[:6]]
    if net.in_degree(unit) > 6:
        terms.append(f"… {net.in_degree(unit) - 6} more")
    return f"{threshold}{bias}  ← {',  '.join(terms)}" if terms else f"{threshold}{bias}"


def _term(net: Network, source: str, target: str) -> str:
    data = net.edges[source, target]
    delay = net.delay(source, target)
    when = f"{source}(t−{delay})" if delay else f"{source}(t)"
    if data.get("kind") == "inhibitory":
        return f"not {when}"
    weight = data.get("weight", 1.0)
    return when if weight == 1 else f"{weight:.4g} {when}"


def _circle(net: Network, loop: list[str]) -> str:
    import networkx as nx

    walked = [u for u, _ in nx.find_cycle(net.subgraph(loop), loop[0])]
    start = min(range(len(walked)), key=lambda k: list(net).index(walked[k]))
    walked = walked[start:] + walked[:start]
    shown = walked if len(walked) <= 8 else [*walked[:7], "…"]
    return " → ".join([*shown, walked[0]])


def _some(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= ROWS else f"{', '.join(names[:ROWS])}, … ({len(names)} in all)"


def counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
