"""Pictures: colours that can be read, layouts that are straight and apart, scenes that are always the same."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from allornone.models.differentiable import mlp
from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.perceptron import perceptron
from allornone.models.polygon import polygon
from allornone.pictures.columns import columns
from allornone.pictures.drawing import draw
from allornone.pictures.heights import isotonic
from allornone.pictures.marks import short
from allornone.pictures.palette import ON_FIRE, THEMES, contrast
from allornone.pictures.raster import plot
from allornone.pictures.scene import Scene, scene
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.network import Network
from allornone.simulator.simulation import simulate
from allornone.simulator.training import train

WRITTEN = ("ink", "mute", "pos", "neg", "ok")


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
    for source, target, weight in (
        ("cold", "Na", 2),
        ("Na", "Nb", 2),
        ("warm", "heat", 2),
        ("Nb", "heat", 2),
        ("Na", "chill", 1),
        ("cold", "chill", 1),
    ):
        net.connect(source, target, weight)
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


KNOWN = {
    "heat": heat(),
    "ring": ring(5, stopped=True),
    "latch": latch(),
    "xor": mlp(inputs=2, hidden=2, outputs=1, weights=1.0),
    "mlp": mlp(inputs=3, hidden=[5, 4], outputs=2, weights=0.5),
    "polygon": polygon(16),
    "perceptron": perceptron(inputs=2, weights=[1.9, -0.67], bias=-1.0),
}


@st.composite
def networks(draw_from: st.DrawFn, most: int = 12) -> Network:
    """Any net of McCulloch–Pitts cells: loops, inhibition, delays."""
    inputs = draw_from(st.integers(0, 3))
    cells = draw_from(st.integers(1, most))
    net = Network(name="random")
    net.add_inputs(*[f"i{k}" for k in range(inputs)])
    for k in range(cells):
        net.add_unit(f"n{k}", McCullochPitts(), output=k == cells - 1 or None)
    pairs = st.tuples(st.integers(0, inputs + cells - 1), st.integers(inputs, inputs + cells - 1))
    names = list(net)
    for u, v in draw_from(st.lists(pairs, max_size=3 * cells, unique=True)):
        if draw_from(st.integers(0, 4)) == 0:
            net.inhibit(names[u], names[v])
        else:
            net.connect(names[u], names[v], delay=draw_from(st.integers(1, 3)))
    return net


def heights_of(what: Scene, names: list[str]) -> list[float]:
    """Return the heights of some units."""
    return [float(what.positions[what.units.index(name)][1]) for name in names]


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_everything_written_can_be_read(theme: object) -> None:
    """Ink, mute, pos, neg and ok have a contrast of at least 4.8 on the ground, and so has text on fire."""
    ratios = {name: contrast(getattr(theme, name), getattr(theme, "bg")) for name in WRITTEN}  # noqa: B009

    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.8} == {}
    assert contrast(ON_FIRE, getattr(theme, "fire")) >= 4.8  # noqa: B009
