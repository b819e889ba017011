"""A network: plain data on a directed graph of networkx.

A unit is a node: `model`, the model's parameters, `bias`, `output`; an input has `input=True` and no model.
A synapse is an edge: `weight`, `delay`, `kind`, `plastic`, `shared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx

from allornone.simulator import checking
from allornone.simulator.budget import spend
from allornone.simulator.errors import NetworkError, UnknownName, whole
from allornone.simulator.registry import units as unit_models
from allornone.simulator.units import UnitModel

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]
else:
    Graph = nx.DiGraph


class Network(Graph):
    """A network of units and synapses; every algorithm, copy and writer of networkx works on it.

    >>> from allornone.models.mcculloch_pitts import McCullochPitts
    >>> net = Network(name="conjunction")
    >>> net.add_inputs("N1", "N2")
    >>> net.add_unit("N3", McCullochPitts(threshold=2))
    >>> net.connect("N1", "N3")
    >>> net.connect("N2", "N3")
    >>> net.outputs, net.depth
    (['N3'], 1)
    """

    def add_inputs(self, *names: str) -> None:
        """Add units that only bring what the world gives; a name that exists is an error."""
        for name in names:
            self._new(name)
            self.add_node(name, input=True)

    def add_unit(
        self,
        name: str,
        model: UnitModel,
        *,
        bias: float | None = None,
        output: bool | None = None,
        plastic: bool | None = None,
        group: str | None = None,
        layer: int | None = None,
    ) -> None:
        """Add a unit of a model; `bias` starts at 0 where the model has one, `plastic` is about that bias."""
        self._new(name)
        checking.check_model(name, model)
        data: dict[str, Any] = {"model": model.name, **model.values()}
        if bias is None and model.biased:
            bias = 0.0
        extra = {"bias": bias, "output": output, "plastic": plastic, "group": group, "layer": layer}
        data.update({key: value for key, value in extra.items() if value is not None})
        checking.check_unit(name, data)
        self.add_node(name, **data)

    def add_group(
        self, name: str, shape: int | Sequence[int], model: UnitModel | None = None, **data: Any
    ) -> list[str]:
        """Add the units `name[0]`, `name[1]`, … of one model, or inputs where none is given; return them."""
        sides = [*shape] if isinstance(shape, Sequence) else [shape]
        sides = [whole(f"the shape of group {name!r}", side, 1) for side in sides]
        size = 1
        for side in sides:
            size *= side
        members = [f"{name}[{k}]" for k in range(size)]
        for member in members:
            if model is None:
                self.add_inputs(member)
                self.nodes[member]["group"] = name
            else:
                self.add_unit(member, model, group=name, **data)
        if len(sides) > 1:
            self.graph.setdefault("shapes", {})[name] = sides
        return members

    def connect(
        self,
        source: str,
        target: str,
        weight: float = 1.0,
        delay: int | None = None,
        *,
        plastic: bool | None = None,
        shared: str | None = None,
    ) -> None:
        """Add a weighted synapse; its delay is the target model's where none is given."""
        self._synapse(
            source, target, weight=weight, delay=delay, kind="weighted", plastic=plastic, shared=shared
        )

    def inhibit(self, source: str, target: str, delay: int | None = None) -> None:
        """Add an absolutely inhibitory synapse: when the source fires, the target cannot."""
        self._synapse(source, target, weight=1.0, delay=delay, kind="inhibitory", plastic=None, shared=None)

    def relay(self, source: str, target: str, delay: int, weight: float = 1.0) -> str:
        """Lead a second synapse from source to target through a unit of its own, and return the relay's name.

        The relay copies its source one tick later, so the delay of the whole way must be at least 2.
        """
        delay = whole(f"the delay of a relay from {source!r} to {target!r}", delay, 2)
        from_model = unit_models.get("mcculloch-pitts")
        name, count = f"{source}'{target}", 1
        while name in self:
            count += 1
            name = f"{source}'{target}'{count}"
        self.add_unit(name, from_model(threshold=1.0))
        self.connect(source, name, delay=1)
        self.connect(name, target, weight=weight, delay=delay - 1)
        return name

    def unit(self, name: str) -> UnitModel:
        """Return the model of one unit, with its parameters."""
        return checking.model_of(name, self._data(name))

    def group(self, name: str) -> list[str]:
        """Return the units of a group; "inputs", "outputs", "hidden" and "units" are always there."""
        if name == "inputs":
            return self.inputs
        if name == "outputs":
            return evident(self.outputs, self)
        if name == "units":
            return list(self)
        if name == "hidden":
            known = {*self.inputs, *self.outputs}
            return [unit for unit in self if unit not in known]
        members = [unit for unit, data in self.nodes(data=True) if data.get("group") == name]
        if not members and name in self:
            return [name]
        if not members:
            raise UnknownName("unit or group", name, [*self.groups, *self])
        return members

    @property
    def groups(self) -> list[str]:
        """Names of the groups that units were added in."""
        found = (data.get("group") for _, data in self.nodes(data=True))
        return list(dict.fromkeys(group for group in found if group is not None))

    @property
    def inputs(self) -> list[str]:
        """Units that bring what the world gives."""
        return [unit for unit, is_input in self.nodes(data="input", default=False) if is_input]

    @property
    def outputs(self) -> list[str]:
        """Units marked as outputs, or else those with no outgoing synapse but to themselves; in a ring none."""
        marked = [unit for unit, is_output in self.nodes(data="output", default=False) if is_output]
        if marked:
            return marked
        return [u for u in self if not self.nodes[u].get("input") and all(v == u for v in self.successors(u))]

    @property
    def depth(self) -> int:
        """Synapses on the longest path from an input; loops count as one stop."""
        condensed = nx.condensation(self)
        return int(
            nx.dag_longest_path_length(condensed, default_weight=1, weight="") if len(condensed) else 0
        )

    @property
    def parameters(self) -> int:
        """Number of weights, a shared one counted once; biases and thresholds apart."""
        shared: set[str] = set()
        own = 0
        for _, _, data in self.edges(data=True):
            if data.get("shared") is None:
                own += 1
            else:
                shared.add(data["shared"])
        return own + len(shared)

    @property
    def loops(self) -> list[list[str]]:
        """Sets of units that excite one another in a circle: what the net can remember with."""
        order = {unit: position for position, unit in enumerate(self)}
        found = [
            sorted(part, key=order.__getitem__)
            for part in nx.strongly_connected_components(self)
            if len(part) > 1 or any(self.has_edge(unit, unit) for unit in part)
        ]
        return sorted(found, key=lambda part: order[part[0]])

    def __str__(self) -> str:
        from allornone.simulator.display import network_text

        try:
            checking.check(self)
        except NetworkError:
            # A graph on its way to being a network has still to be shown, as networkx shows it.
            return super().__str__()
        return network_text(self)

    __repr__ = __str__

    def _new(self, name: str) -> None:
        if not isinstance(name, str) or not name:
            raise NetworkError(f"a unit's name is a text, found {name!r}")
        if name in self:
            raise NetworkError(f"a unit named {name!r} exists already")
        spend("units")

    def _data(self, name: str) -> dict[str, Any]:
        if name not in self:
            raise UnknownName("unit", name, self)
        data: dict[str, Any] = self.nodes[name]
        return data

    def _synapse(self, source: str, target: str, **given: Any) -> None:
        for end in (source, target):
            self._data(end)
        if self.has_edge(source, target):
            raise NetworkError(
                f"a synapse from {source!r} to {target!r} exists already: say weight= to strengthen it, "
                f"or net.relay({source!r}, {target!r}, delay) for a second way"
            )
        if given["delay"] is None and not self.nodes[target].get("input"):
            given["delay"] = checking.model_class(target, self.nodes[target]).delay
        data = {key: value for key, value in given.items() if value is not None}
        checking.check_synapse(source, target, data, self.nodes[target])
        spend("synapses")
        self.add_edge(source, target, **data)


def evident(outputs: Sequence[str], net: Network) -> list[str]:
    """Return the outputs of a network for those who teach or evaluate it; an error where none is evident."""
    if not outputs and len(net) > len(net.inputs):
        raise NetworkError(
            "every unit has an outgoing synapse, so no output is evident: mark one with output=True"
        )
    return list(outputs)
