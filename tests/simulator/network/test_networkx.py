"""Networks are graphs: networkx's own class tests pass on Network, and what its functions return still compiles."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import networks as nets
import networkx as nx
import pytest
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.simulator.network.network import Network
from allornone.simulator.program.program import compile

theirs: Any = import_module("networkx.classes.tests.test_digraph")
a_few = settings(deadline=None, max_examples=20)


def networks_for_graphs(suite: Any) -> None:
    """Set up networkx's own suite with ours in place of its graphs."""
    theirs.TestDiGraph.setup_method(suite)
    suite.Graph = Network
    suite.K3 = Network(suite.K3)
    suite.P3 = Network(suite.P3)


def a_subgraph_of_a_network(suite: Any) -> None:
    """Set up networkx's own suite about subgraphs of edges with one of ours."""
    theirs.TestEdgeSubgraph.setup_method(suite)
    suite.G = Network(suite.G)
    suite.H = suite.G.edge_subgraph([(0, 1), (3, 4)])


TestANetworkIsADiGraph = type(
    "TestANetworkIsADiGraph", (theirs.TestDiGraph,), {"setup_method": networks_for_graphs}
)
TestAnEdgeSubgraphOfANetwork = type(
    "TestAnEdgeSubgraphOfANetwork", (theirs.TestEdgeSubgraph,), {"setup_method": a_subgraph_of_a_network}
)


def chain() -> Network:
    """Return S → A → B, of which B is vetoed by S."""
    net = Network(name="chain")
    net.add_inputs("S")
    net.add_unit("A", aon.McCullochPitts())
    net.add_unit("B", aon.McCullochPitts(), output=True)
    net.connect("S", "A")
    net.connect("A", "B", weight=2, delay=3)
    net.inhibit("S", "B")
    return net


def test_the_class_tests_run_on_networks() -> None:
    """The graphs that networkx's tests build are ours, not its own."""
    suite: Any = TestANetworkIsADiGraph()
    suite.setup_method()

    assert suite.Graph is Network
    assert type(suite.K3) is type(suite.P3) is Network


@pytest.mark.parametrize(
    "change",
    [
        lambda net: net.copy(),
        lambda net: Network(net),
        lambda net: net.subgraph(["S", "A", "B"]).copy(),
        lambda net: net.edge_subgraph(net.edges).copy(),
        lambda net: nx.relabel_nodes(net, {"A": "A", "B": "B", "S": "S"}, copy=True),
        lambda net: nx.compose(net, net),
        lambda net: nx.restricted_view(net, [], []).copy(),
        lambda net: net.reverse().reverse(),
        lambda net: net.__class__(nx.parse_graphml("\n".join(nx.generate_graphml(net)))),
        lambda net: (
            nx.node_link_graph(nx.node_link_data(net, edges="edges"), edges="edges", directed=True)
            and Network(nx.node_link_graph(nx.node_link_data(net, edges="edges"), edges="edges"))
        ),
    ],
    ids=[
        "copy",
        "constructor",
        "subgraph",
        "edges",
        "relabel",
        "compose",
        "view",
        "reverse",
        "graphml",
        "json",
    ],
)
def test_what_networkx_returns_still_runs(change: Callable[[Network], Any]) -> None:
    """A copy, by whatever road, is a Network that lives as the first one does."""
    net = chain()

    other = change(net)

    assert type(other) is Network
    stimulus = {"S": "1100101"}
    assert aon.simulate(other, stimulus, ticks=12)["B"].tolist() == (
        aon.simulate(net, stimulus, ticks=12)["B"].tolist()
    )


def test_a_relabelled_network_runs_under_its_new_names() -> None:
    """Names stand nowhere but in the graph."""
    net = nx.relabel_nodes(chain(), {"S": "in", "B": "out"})

    assert type(net) is Network
    assert net.inputs == ["in"]
    assert aon.simulate(net, {"in": "1"}, ticks=6)["out"].tolist() == [0, 0, 0, 0, 1, 0]


def test_a_copy_shares_nothing() -> None:
    """What is learned or changed in a copy stays there, models included."""
    net = chain()

    other = net.copy()
    other.edges["A", "B"]["weight"] = 0.0
    other.nodes["A"]["threshold"] = 5

    assert net.edges["A", "B"]["weight"] == 2
    assert net.unit("A") == aon.McCullochPitts()


def test_a_subgraph_is_a_network_of_its_own() -> None:
    """A view of some units compiles and runs without a copy."""
    view = chain().subgraph(["S", "A"])

    assert isinstance(view, Network)
    assert aon.simulate(view, {"S": "11"}, ticks=3)["A"].tolist() == [0, 1, 1]


@given(data=st.data())
@a_few
def test_algorithms_run_on_random_networks(data: st.DataObject) -> None:
    """Components, orders, condensation and unions take a Network as any graph, and leave it as it was."""
    net = data.draw(nets.networks())
    before = net.copy()

    parts = list(nx.weakly_connected_components(net))
    loops = sorted(map(sorted, net.loops))
    strong = [
        sorted(part)
        for part in nx.strongly_connected_components(net)
        if len(part) > 1 or net.has_edge(*(list(part) * 2))
    ]
    both = nx.union(net, net, rename=("a", "b"))

    assert set().union(*parts) == set(net)
    assert loops == sorted(strong)
    assert type(both) is Network
    assert len(compile(both).names) == 1 + 2 * len(net)
    assert nx.utils.graphs_equal(net, before)
    assert nx.is_directed_acyclic_graph(net) == (not net.loops)
