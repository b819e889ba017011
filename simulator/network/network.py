"""A network: plain data on a directed graph of networkx, and what it must be to mean something.

A unit is a node: `model`, the model's parameters, `bias`, `output`; an input has `input=True` and no model.
A synapse is an edge: `weight`, `delay`, `kind`, `plastic`, `shared`.
All of it are texts, numbers and truth values, as the writers of networkx take them: what is said of the whole network,
in `net.graph`, is text too where it is a list or a mapping, as JSON writes it; `note` writes it, `facts` reads it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from math import prod
from numbers import Integral
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import networkx as nx
import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.errors import (
    AllornoneError,
    LimitExceeded,
    NetworkError,
    UnknownName,
    finite,
    shown,
    whole,
)
from allornone.simulator.registry import units as unit_models
from allornone.simulator.units import STATE, UnitModel

UNIT_KEYS = ("model", "input", "bias", "output", "plastic", "group", "layer")
SYNAPSE_KEYS = ("weight", "delay", "kind", "plastic", "shared")
HUGE = 1e300
"""Beyond it a weight is looked at more closely."""
MOST_DELAY = 100_000
FLAGS = ("input", "output", "plastic")
_UNNAMED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no file of a graph could hold in a name, or would change: control characters, halves of characters."""
MOST_AT_ONCE = {"units": 2_000_000, "synapses": 4_000_000}
"""What a builder makes where nobody has set limits: about two gigabytes."""

Need = Callable[[str, int], None]

_SPENT: ContextVar[tuple[Need, Counter[str]] | None] = ContextVar("spent", default=None)

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

    @checked
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
        said = {"bias": bias, "output": output, "plastic": plastic, "group": group, "layer": layer}
        self.add_node(name, **unit_data(name, model, said))

    @checked
    def add_group(
        self,
        name: str,
        shape: int | Sequence[int],
        model: UnitModel | None = None,
        *,
        bias: float | None = None,
        output: bool | None = None,
        plastic: bool | None = None,
        layer: int | None = None,
    ) -> list[str]:
        """Add the units `name[0]`, `name[1]`, … of one model, or inputs where none is given; return them."""
        sides = [*shape] if isinstance(shape, Sequence) else [shape]
        sides = [whole(f"the shape of group {name!r}", side, 1) for side in sides]
        size = prod(sides)
        foresee("units", size)
        members = [f"{name}[{k}]" for k in range(size)]
        common = {"input": True, "group": name}
        if model is not None:
            said = {"bias": bias, "output": output, "plastic": plastic, "group": name, "layer": layer}
            common = unit_data(members[0], model, said)
        for member in members:
            self._new(member)
            self.add_node(member, **common)
        if len(sides) > 1:
            self.note(shapes={**self.facts.get("shapes", {}), name: sides})
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
        data: dict[str, Any] = {"weight": weight, "delay": delay, "kind": "weighted"}
        if plastic is not None:
            data["plastic"] = plastic
        if shared is not None:
            data["shared"] = shared
        self._synapse(source, target, data)

    def inhibit(self, source: str, target: str, delay: int | None = None) -> None:
        """Add an absolutely inhibitory synapse: when the source fires, the target cannot."""
        self._synapse(source, target, {"weight": 1.0, "delay": delay, "kind": "inhibitory"})

    @checked
    def relay(self, source: str, target: str, delay: int, weight: float = 1.0) -> str:
        """Lead a second synapse from source to target through a unit of its own, and return the relay's name.

        The relay copies its source one tick later, so the delay of the whole way must be at least 2.
        """
        delay = whole(f"the delay of a relay from {shown(source)} to {shown(target)}", delay, 2)
        from_model = unit_models.get("mcculloch-pitts")
        name, count = f"{source}'{target}", 1
        while name in self:
            count += 1
            name = f"{source}'{target}'{count}"
        self.add_unit(name, from_model(threshold=1.0))
        self.connect(source, name, delay=1)
        self.connect(name, target, weight=weight, delay=delay - 1)
        return name

    def note(self, **said: Any) -> None:
        """Say something of the whole network; a list or mapping stands in `net.graph` as JSON text.

        So every format of networkx holds it, and it is read back by `facts`.

        >>> net = Network()
        >>> net.note(terms=["X", "Y"], bound=2)
        >>> net.graph["terms"], net.facts["terms"]
        ('["X", "Y"]', ['X', 'Y'])
        """
        for key, value in said.items():
            if isinstance(value, list | tuple | Mapping):
                # GML's reader takes a bare [] for a list of its own.
                value = json.dumps(value, ensure_ascii=False) if value else ("{ }" if value == {} else "[ ]")
            self.graph[key] = plain_value(value)

    @property
    def facts(self) -> dict[str, Any]:
        """What is said of the whole network, its name apart: lists and mappings as such, not as text."""
        return {key: _fact(value) for key, value in self.graph.items() if key != "name"}

    def unit(self, name: str) -> UnitModel:
        """Return the model of one unit, with its parameters."""
        return model_of(name, self._data(name))

    def delay(self, source: str, target: str) -> int:
        """Return the delay of a synapse: its own, or else what synapses of its target's model take."""
        given, data = self._there(source, target).get("delay"), self._data(target)
        if given is not None:
            return int(given)
        return 0 if data.get("input") else model_class(target, data).delay

    def _there(self, source: str, target: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self.adj[source][target]
        except (KeyError, TypeError):
            raise NetworkError(f"there is no synapse {shown(source)} → {shown(target)}") from None
        return found

    def plastic(self, source: str | None, target: str) -> bool:
        """Return whether a rule may change a synapse, or a unit's bias where the source is None."""
        data = self._data(target)
        said = data if source is None else self._there(source, target)
        if source is not None and said.get("kind") == "inhibitory":
            return False
        given = said.get("plastic")
        return bool(given) if given is not None else model_class(target, data).plastic

    @checked
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
        from allornone.simulator.network.text import network_text

        try:
            check(self)
        except NetworkError:
            # A graph on its way to being a network has still to be shown, as networkx shows it.
            return super().__str__()
        return network_text(self)

    __repr__ = __str__

    def _new(self, name: str) -> None:
        check_name("a unit's name", name)
        if name in self:
            raise NetworkError(f"a unit named {name!r} exists already")
        spend("units")

    def _data(self, name: str) -> dict[str, Any]:
        if name not in self:
            raise UnknownName("unit", name, self)
        data: dict[str, Any] = self.nodes[name]
        return data

    def _synapse(self, source: str, target: str, data: dict[str, Any]) -> None:
        if source not in self:
            raise UnknownName("unit", source, self)
        target_data = self._data(target)
        if self.has_edge(source, target):
            raise NetworkError(
                f"a synapse from {source!r} to {target!r} exists already: say weight= to strengthen it, "
                f"or net.relay({source!r}, {target!r}, delay) for a second way"
            )
        if data["delay"] is None:
            if target_data.get("input"):
                del data["delay"]
            else:
                data["delay"] = model_class(target, target_data).delay
        if not _is_plain(data, target_data):
            check_synapse(source, target, data, target_data)
            data = plain(data)
        spend("synapses")
        self.add_edge(source, target, **data)


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data with numbers that came out of arrays as numbers like any other.

    >>> plain({"weight": np.float32(0.5), "plastic": np.True_})
    {'weight': 0.5, 'plastic': True}
    """
    return {key: plain_value(value) for key, value in data.items()}


def plain_value(value: Any) -> Any:
    """Return a number that came out of an array as one like any other, and anything else as it is."""
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    return float(value) if isinstance(value, np.floating) else value


def _fact(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def named_inputs(owner: str, inputs: int | Sequence[str], least: int = 1) -> list[str]:
    """Return the names of a builder's inputs: those given, or `X1`, `X2`, … where a number is.

    >>> named_inputs("perceptron", 2), named_inputs("perceptron", ["bell", "food"])
    (['X1', 'X2'], ['bell', 'food'])
    """
    if isinstance(inputs, Sequence) and not isinstance(inputs, str):
        if len(inputs) < least or not all(isinstance(name, str) and name for name in inputs):
            raise AllornoneError(
                f"{owner}: inputs is a number from {least}, or as many names, found {shown(list(inputs))}"
            )
        return [*inputs]
    count = whole(f"{owner}: inputs", inputs, least)
    foresee("units", count)
    return [f"X{k}" for k in range(1, count + 1)]


def evident(outputs: Sequence[str], net: Network) -> list[str]:
    """Return the outputs of a network for those who teach or evaluate it; an error where none is evident."""
    if not outputs and len(net) > len(net.inputs):
        raise NetworkError(
            "every unit has an outgoing synapse, so no output is evident: mark one with output=True"
        )
    return list(outputs)


def check(net: Network) -> None:
    """Raise an error that names the first unit or synapse which means nothing.

    >>> net = Network()
    >>> net.add_node("N", model="mcculloch-pitts", treshold=2)
    >>> check(net)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.NetworkError: unit 'N' has 'treshold', ... Did you mean 'threshold'?
    """
    for name, data in net.nodes(data=True):
        check_unit(name, data)
    for source, target, data in net.edges(data=True):
        check_synapse(source, target, data, net.nodes[target])


def unit_data(name: str, model: UnitModel, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a unit of a model, and what else is said of it; an error names what means nothing."""
    check_model(name, model)
    data = {"model": model.name, **model.values()}
    if model.biased:
        data["bias"] = 0.0
    data.update({key: value for key, value in said.items() if value is not None})
    check_unit(name, data)
    return plain(data)


def check_model(name: str, model: object) -> None:
    """Raise an error unless the model of a unit is one, with numbers that make sense."""
    if isinstance(model, type) and issubclass(model, UnitModel):
        raise NetworkError(
            f"unit {name!r}: give a model with its parameters, {model.__name__}(), not the class"
        )
    if not isinstance(model, UnitModel):
        raise NetworkError(
            f"unit {name!r}: a unit model is needed, such as McCullochPitts(threshold=2), found {shown(model)}"
        )
    kind = type(model)
    if "__dataclass_params__" not in vars(kind):
        raise NetworkError(
            f"unit {name!r}: {kind.__name__} must be decorated with @dataclass(frozen=True), to have its parameters"
        )
    if not isinstance(getattr(kind, "name", None), str):
        raise NetworkError(
            f"unit {name!r}: {kind.__name__} has no name: say name: ClassVar[str] = the word for it in files"
        )
    if kind.activate is UnitModel.activate:
        raise NetworkError(
            f"unit {name!r}: {kind.__name__} says no activate(self, z): what it answers to a net input"
        )
    if kind not in _STATELESS:
        _check_stateless(name, model)
        _STATELESS.add(kind)
    try:
        model.check()
        model.check_single()
    except AllornoneError as error:
        raise NetworkError(f"unit {name!r}: {error}") from None


_STATELESS: WeakSet[type[UnitModel]] = WeakSet()
"""Models that were seen to answer the same twice."""


def _check_stateless(name: str, model: UnitModel) -> None:
    """Raise an error for a model that answers otherwise when it is asked again, as the engine may."""
    z = np.array([[[0.5], [-0.5], [2.0]]])
    with np.errstate(all="ignore"):
        answers = [np.array(model.activate(z)) for _ in range(3)]
    if not all(np.array_equal(answer, answers[0], equal_nan=True) for answer in answers):
        raise NetworkError(
            f"unit {name!r}: {type(model).__name__}.activate answers otherwise when it is asked again; {STATE}"
        )


def check_unit(name: str, data: Mapping[str, Any]) -> None:
    """Raise an error that names what is wrong with a unit's data."""
    check_name("a unit's name", name)
    place = f"unit {name!r}"
    for key in FLAGS:
        check_flag(place, key, data)
    if data.get("group") is not None:
        check_name(f"the group of {place}", data["group"])
    if data.get("layer") is not None and not _is_whole(data["layer"]):
        raise NetworkError(f"the layer of {place} is a whole number, found {shown(data['layer'])}")
    if data.get("input"):
        _check_keys(f"input {name!r}", data, (*UNIT_KEYS,))
        return
    model = model_of(name, data)
    _check_keys(f"unit {name!r}", data, (*UNIT_KEYS, *model.parameter_names()))
    if "bias" in data:
        _check_number(f"the bias of unit {name!r}", data["bias"])


def check_name(place: str, name: object) -> None:
    """Raise an error unless a name is a text that any file can hold.

    >>> check_name("a unit's name", "a\\x07")
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.NetworkError: a unit's name has no control characters and no halves of characters, \
found 'a\\x07'
    """
    if not isinstance(name, str) or not name:
        raise NetworkError(f"{place} is a text, found {shown(name)}")
    if _UNNAMED.search(name):
        raise NetworkError(
            f"{place} has no control characters and no halves of characters, found {shown(name)}"
        )


def check_flag(place: str, key: str, data: Mapping[str, Any]) -> None:
    """Raise an error unless what is said under a key, if anything, is a truth value; GML has 1 and 0 for them."""
    value = data.get(key)
    if not is_flag(value):
        raise NetworkError(f"{key} of {place} must be true or false, found {shown(value)}")


def is_flag(value: object) -> bool:
    """Return whether a value is a truth value, or nothing.

    >>> is_flag(True), is_flag(None), is_flag(1), is_flag("false")
    (True, True, True, False)
    """
    return value is None or isinstance(value, bool | np.bool_) or (type(value) is int and value in (0, 1))


def check_synapse(source: str, target: str, data: Mapping[str, Any], target_data: Mapping[str, Any]) -> None:
    """Raise an error that names what is wrong with a synapse's data."""
    place = f"synapse {source!r} → {target!r}"
    _check_keys(place, data, SYNAPSE_KEYS)
    if target_data.get("input"):
        raise NetworkError(f"{place}: {target!r} is an input, it takes no synapses")
    check_flag(place, "plastic", data)
    if data.get("shared") is not None:
        check_name(f"what {place} has shared", data["shared"])
    _check_number(f"the weight of {place}", data.get("weight", 1.0))
    delay = data.get("delay", 0)
    if not _is_whole(delay) or not 0 <= delay <= MOST_DELAY:
        raise NetworkError(
            f"the delay of {place} must be a whole number of ticks from 0 to {MOST_DELAY}, found {shown(delay)}"
        )
    kind = data.get("kind", "weighted")
    if not isinstance(kind, str) or kind not in ("weighted", "inhibitory"):
        raise NetworkError(f"the kind of {place} must be 'weighted' or 'inhibitory', found {shown(kind)}")
    model = model_class(target, target_data)
    if kind == "inhibitory" and not model.absolute_inhibition:
        raise NetworkError(
            f"{place}: a {model.name} unit knows no absolute inhibition; use connect with a negative weight, "
            "or a mcculloch-pitts unit"
        )


def _is_plain(data: Mapping[str, Any], target_data: Mapping[str, Any]) -> bool:
    """Return whether a synapse is evidently sound, as nearly all are, so that `check_synapse` need not look at it."""
    shared = data.get("shared", "w")
    return (
        data["kind"] == "weighted"
        and type(data["weight"]) in (float, int)
        and abs(data["weight"]) < HUGE
        and type(data.get("delay")) is int
        and 0 <= data["delay"] <= MOST_DELAY
        and "model" in target_data
        and type(data.get("plastic", True)) is bool
        and type(shared) is str
        and shared.isprintable()
        and shared != ""
    )


def model_class(name: str, data: Mapping[str, Any]) -> type[UnitModel]:
    """Return the class of a unit's model."""
    if "model" not in data:
        raise NetworkError(f"unit {name!r} has no model: say model=, or input=True for an input")
    if not isinstance(data["model"], str):
        raise NetworkError(
            f"unit {name!r}: a model is a word such as 'threshold', found {shown(data['model'])}"
        )
    try:
        found: type[UnitModel] = unit_models.get(data["model"])
    except AllornoneError as error:
        raise NetworkError(f"unit {name!r}: {error}") from None
    return found


def model_of(name: str, data: Mapping[str, Any]) -> UnitModel:
    """Return the model of a unit from its plain data."""
    if data.get("input"):
        raise NetworkError(f"{name!r} is an input: it has no model")
    model = model_class(name, data)
    known = model.parameter_names()
    try:
        return model.from_values({key: data[key] for key in known if key in data})
    except AllornoneError as error:
        raise NetworkError(f"unit {name!r}: {error}") from None


def _is_whole(value: object) -> bool:
    if isinstance(value, Integral):
        return not isinstance(value, bool)
    return isinstance(value, float) and value.is_integer()


def misspelt(keys: Iterable[Any], known: Sequence[str]) -> tuple[Any, str] | None:
    """Return the first key that is a slip of the pen of a known one, and that one; other keys are anybody's."""
    for key in keys:
        if key in known:
            continue
        close = get_close_matches(str(key).casefold(), known, n=1, cutoff=0.75)
        if close:
            return key, close[0]
    return None


def _check_keys(place: str, data: Mapping[str, Any], known: Sequence[str]) -> None:
    slip = misspelt(data, known)
    if slip is not None:
        raise NetworkError(f"{place} has {slip[0]!r}, which is nothing here. Did you mean {slip[1]!r}?")


def _check_number(place: str, value: object) -> None:
    if isinstance(value, bool) or not finite(value):
        raise NetworkError(f"{place} must be a finite number, found {shown(value)}")


@contextmanager
def within(need: Need) -> Iterator[None]:
    """Ask `need("units", count)` and `need("synapses", count)` at each one added, so that it can raise at once."""
    token = _SPENT.set((need, Counter()))
    try:
        yield
    finally:
        _SPENT.reset(token)


def foresee(what: str, count: int) -> None:
    """Raise an error if so many units or synapses more are too many, before one of them is made."""
    spent = _SPENT.get()
    if spent is not None:
        need, counts = spent
        need(what, counts[what] + count)
    elif count > MOST_AT_ONCE[what]:
        raise LimitExceeded(
            f"{shown(count)} {what} are more than are made at once, {MOST_AT_ONCE[what]}: they would take gigabytes"
        )


def spend(what: str) -> None:
    """Tell the budget, where there is one, that a network is about to have one more."""
    spent = _SPENT.get()
    if spent is not None:
        need, counts = spent
        counts[what] += 1
        need(what, counts[what])
