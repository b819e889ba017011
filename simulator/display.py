"""Displays as text: a network as its temporal propositions, a trace as a raster, a training as sparklines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from allornone.simulator.network import Network
    from allornone.simulator.records import Trace, Training

ROWS = 12
COLUMNS = 60
BARS = "▁▂▃▄▅▆▇█"
CURVE = 50


def network_text(net: Network) -> str:
    """Return a network as text: a head line, its inputs, and each unit as what it answers to."""
    loops = net.loops
    inhibitory = sum(data.get("kind") == "inhibitory" for *_, data in net.edges(data=True))
    memories = [loop for loop in loops if _excites(net, loop)]
    kind = "memory loop" if memories else "loop"
    shape = _count(len(memories or loops), kind) if loops else f"depth {net.depth}"
    name = f" {net.name!r}" if net.name else ""
    silenced = f" ({inhibitory} inhibitory)" if inhibitory else ""
    lines = [
        f"Network{name}: {_count(len(net), 'unit')}, "
        f"{_count(net.number_of_edges(), 'synapse')}{silenced}, {shape}"
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
    latency = net.graph.get("latency")
    late = latency.get(unit, 0) if isinstance(latency, dict) else 0
    return f", {_count(late, 'tick')} late" if late else ""


def trace_text(trace: Trace) -> str:
    """Return a trace as a raster: a row a unit, a column a tick."""
    y = trace.recorded["y"]
    ticks, batch, units, lanes = y.shape
    more = f", {batch} trials (the first is shown)" * (
        batch > 1
    ) + f", {lanes} lanes (the first is shown)" * (lanes > 1)
    lines = [f"Trace: {_count(ticks, 'tick')} × {_count(units, 'unit')}{more}"]
    wide = max((len(unit) for unit in trace.units[: 2 * ROWS]), default=0)
    if ticks <= COLUMNS:
        lines.append(" " * (wide + 2) + "".join(f"{tick:<10}" for tick in range(0, ticks, 10)).rstrip())
    inputs = set(trace.inputs)
    vetoed = trace.recorded.get("vetoed")
    for place, unit in enumerate(trace.units[: 2 * ROWS]):
        column = y[:, 0, place, 0]
        silenced = vetoed[:, 0, place, 0] if vetoed is not None else np.zeros(ticks, dtype=bool)
        lines.append(f"{unit:>{wide}}  {_row(column, silenced, unit in inputs)}  {_summary(column)}")
    if units > 2 * ROWS:
        lines.append(f"… {units - 2 * ROWS} more")
    veto_key = "  × vetoed by an inhibitory synapse" if vetoed is not None and vetoed.any() else ""
    if ticks <= COLUMNS and y.dtype == np.int8:
        lines.append(" " * (wide + 2) + f"█ fires  ▒ input{veto_key}  · rests")
    return "\n".join(lines)


def training_text(training: Training) -> str:
    """Return a training as text: why it stopped, and each of its curves."""
    rule = training.rule
    given = ", ".join(f"{name}={value}" for name, value in rule.values().items() if np.ndim(value) == 0)
    epochs = training.epochs if np.ndim(training.epochs) == 0 else int(np.max(training.epochs))
    lines = [
        f"Training: {type(rule).__name__}({given}), {_count(epochs, 'epoch')}, stopped: {training.stopped}"
    ]
    for word in ("error", "mistakes"):
        column = training.values.get(word, np.empty((0, 1)))
        known = column[np.isfinite(column).any(axis=1)]
        curve = np.nanmean(known, axis=1) if len(known) else np.empty(0)
        if len(curve):
            best = int(np.argmin(curve))
            first = 0 if word == "error" else 1
            span = f"{curve[0]:.4g} → {curve[-1]:.4g}"
            lines.append(
                f"  {word:<9} {sparkline(curve, CURVE)}  {span}  (best {curve[best]:.4g} at {best + first})"
            )
    return "\n".join(lines)


def sparkline(values: Any, width: int) -> str:
    """Return values as a row of bars, averaged to at most `width` of them.

    >>> sparkline([0, 1, 2, 3], 10)
    '▁▃▆█'
    """
    column = np.asarray(values, dtype=float)
    if len(column) > width:
        column = np.array([part.mean() for part in np.array_split(column, width)])
    low, high = column.min(), column.max()
    scaled = (column - low) / (high - low) if high > low else column * 0
    return "".join(BARS[round(7 * value)] for value in scaled)


def _row(column: Any, silenced: Any, is_input: bool) -> str:
    if column.dtype != np.int8 or len(column) > COLUMNS:
        return sparkline(column, COLUMNS)
    fires = "▒" if is_input else "█"
    return "".join("×" if veto else fires if y else "·" for y, veto in zip(column, silenced, strict=True))


def _summary(column: Any) -> str:
    if column.dtype == np.int8:
        return f"{_count(int(column.sum()), 'spike'):>10}"
    return f"{column[-1]:10.4g}"


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
    from allornone.simulator.settling import delay_of

    data = net.edges[source, target]
    delay = delay_of(net, source, target)
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


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
