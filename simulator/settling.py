"""Settling: how long a network without loops takes until nothing changes any more."""

from __future__ import annotations

import networkx as nx

from allornone.simulator.checking import model_class
from allornone.simulator.network import Network


def settling(net: Network) -> int:
    """Return the longest sum of delays on a path, 0 for a net with loops, which never settles by itself.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network()
    >>> net.add_inputs("N1")
    >>> net.add_unit("N2", McCullochPitts())
    >>> net.connect("N1", "N2", delay=3)
    >>> settling(net)
    3
    """
    if net.loops:
        return 0
    latest: dict[str, int] = {}
    for unit in nx.topological_sort(net):
        latest[unit] = max((latest[u] + delay_of(net, u, unit) for u in net.predecessors(unit)), default=0)
    return max(latest.values(), default=0)


def delay_of(net: Network, source: str, target: str) -> int:
    """Return the delay of one synapse, the target model's where the graph names none."""
    given = net.edges[source, target].get("delay")
    return int(given) if given is not None else model_class(target, net.nodes[target]).delay
