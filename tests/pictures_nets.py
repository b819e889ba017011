"""The networks that the tests of pictures draw."""

from __future__ import annotations

from hypothesis import strategies as st

from allornone.models.figures import polygon
from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.mlp import mlp
from allornone.models.perceptron import perceptron
from allornone.simulator.network.network import Network


def chain(length: int) -> Network:
    """Return an input that excites the first of a row of cells, each of which excites the next."""
    net = Network(name="chain")
    net.add_inputs("go")
    before = "go"
    for k in range(length):
        net.add_unit(f"c{k}", McCullochPitts())
        net.connect(before, f"c{k}")
        before = f"c{k}"
    return net


def ring(length: int, stopped: bool = False) -> Network:
    """Return a chain that bites its tail; where it is `stopped`, one input silences every cell."""
    net = chain(length)
    net.nodes[f"c{length - 1}"]["output"] = True
    net.connect(f"c{length - 1}", "c0")
    if stopped:
        net.add_inputs("clear")
        for k in range(length):
            net.inhibit("clear", f"c{k}")
    return net


def heat() -> Network:
    """Return the net of the heat illusion, McCulloch & Pitts (1943), figure 1(e)."""
    net = Network(name="heat")
    net.add_inputs("warm", "cold")
    for name in ("Na", "Nb", "heat", "chill"):
        net.add_unit(name, McCullochPitts(threshold=2))
    for source, target in (("cold", "Na"), ("Na", "Nb"), ("warm", "heat"), ("Nb", "heat")):
        net.connect(source, target, weight=2)
    net.connect("Na", "chill")
    net.connect("cold", "chill")
    net.inhibit("cold", "Nb")
    return net


def latch() -> Network:
    """Return a cell that keeps itself firing until it is silenced."""
    net = Network(name="latch")
    net.add_inputs("S", "R")
    net.add_unit("Q", McCullochPitts())
    net.connect("S", "Q")
    net.connect("Q", "Q")
    net.inhibit("R", "Q")
    return net


def clique(cells: int, alone: bool = False) -> Network:
    """Return cells that all hear one another, and, unless they are `alone`, themselves and one input."""
    net = Network(name="clique")
    if not alone:
        net.add_inputs("go")
    for k in range(cells):
        net.add_unit(f"c[{k}]", McCullochPitts(), output=True)
    for u in range(cells):
        for v in range(cells):
            if u != v or not alone:
                net.connect(f"c[{u}]", f"c[{v}]", weight=(-1) ** u * (1 + v))
    if not alone:
        net.connect("go", "c[0]")
    return net


def exclusive() -> Network:
    """Return a net of logistic units that says exclusive or."""
    net = mlp(inputs=2, hidden=2, outputs=1)
    weights = {("X1", "H1"): 6.3, ("X2", "H1"): 6.2, ("X1", "H2"): 4.6, ("X2", "H2"): 4.7}
    for (u, v), weight in (weights | {("H1", "out"): 7.2, ("H2", "out"): -7.9}).items():
        net.edges[u, v]["weight"] = weight
    for unit, bias in (("H1", -2.8), ("H2", -7.1), ("out", -3.3)):
        net.nodes[unit]["bias"] = bias
    return net


def echo() -> Network:
    """Return one synapse of delay 3."""
    net = Network(name="echo")
    net.add_inputs("go")
    net.add_unit("echo", McCullochPitts())
    net.connect("go", "echo", delay=3)
    return net


def known() -> dict[str, Network]:
    """Return nets whose pictures everybody will see."""
    return {
        "heat": heat(),
        "ring": ring(5, stopped=True),
        "latch": latch(),
        "clique": clique(8),
        "crowd": clique(20, alone=True),
        "exclusive": exclusive(),
        "deep": mlp(inputs=3, hidden=[5, 4], outputs=2, weights=0.5),
        "polygon": polygon(16),
        "perceptron": perceptron(inputs=2, weights=[1.9, -0.67], bias=-1.0),
    }


@st.composite
def any_net(draw: st.DrawFn, most: int = 12) -> Network:
    """Any net of McCulloch–Pitts cells: loops, inhibition, delays."""
    inputs, cells = draw(st.integers(0, 3)), draw(st.integers(1, most))
    net = Network(name="random")
    net.add_inputs(*[f"i{k}" for k in range(inputs)])
    for k in range(cells):
        net.add_unit(f"n{k}", McCullochPitts(), output=k == cells - 1 or None)
    names = list(net)
    pairs = st.tuples(st.integers(0, inputs + cells - 1), st.integers(inputs, inputs + cells - 1))
    for u, v in draw(st.lists(pairs, max_size=3 * cells, unique=True)):
        if draw(st.integers(0, 4)) == 0:
            net.inhibit(names[u], names[v])
        else:
            net.connect(names[u], names[v], delay=draw(st.integers(1, 3)))
    return net
