"""What a network must be to mean something; the strict verbs and `compile` share these checks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from allornone.simulator.errors import AllornoneError, NetworkError
from allornone.simulator.registry import units as unit_models
from allornone.simulator.units import UnitModel

if TYPE_CHECKING:
    from allornone.simulator.network import Network

UNIT_KEYS = ("model", "input", "bias", "output", "plastic", "group", "layer")
SYNAPSE_KEYS = ("weight", "delay", "kind", "plastic", "shared")
MOST_DELAY = 100_000


def check(net: Network) -> None:
    """Raise an error that names the first unit or synapse which means nothing.

    >>> from allornone.simulator.network import Network
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


def check_model(name: str, model: object) -> None:
    """Raise an error unless the model of a unit is one, with numbers that make sense."""
    if isinstance(model, type) and issubclass(model, UnitModel):
        raise NetworkError(
            f"unit {name!r}: give a model with its parameters, {model.__name__}(), not the class"
        )
    if not isinstance(model, UnitModel):
        raise NetworkError(
            f"unit {name!r}: a unit model is needed, such as McCullochPitts(threshold=2), found {model!r}"
        )
    try:
        model.check()
    except AllornoneError as error:
        raise NetworkError(f"unit {name!r}: {error}") from None


def check_unit(name: str, data: Mapping[str, Any]) -> None:
    """Raise an error that names what is wrong with a unit's data."""
    if not isinstance(name, str) or not name:
        raise NetworkError(f"a unit's name is a text, found {name!r}")
    if data.get("input"):
        _check_keys(f"input {name!r}", data, (*UNIT_KEYS,))
        return
    model = model_of(name, data)
    _check_keys(f"unit {name!r}", data, (*UNIT_KEYS, *model.parameter_names()))
    if "bias" in data:
        _check_number(f"the bias of unit {name!r}", data["bias"])


def check_synapse(source: str, target: str, data: Mapping[str, Any], target_data: Mapping[str, Any]) -> None:
    """Raise an error that names what is wrong with a synapse's data."""
    place = f"synapse {source!r} → {target!r}"
    _check_keys(place, data, SYNAPSE_KEYS)
    if target_data.get("input"):
        raise NetworkError(f"{place}: {target!r} is an input, it takes no synapses")
    _check_number(f"the weight of {place}", data.get("weight", 1.0))
    delay = data.get("delay", 0)
    if not _is_whole(delay) or not 0 <= delay <= MOST_DELAY:
        raise NetworkError(
            f"the delay of {place} must be a whole number of ticks from 0 to {MOST_DELAY}, found {delay!r}"
        )
    kind = data.get("kind", "weighted")
    if kind not in ("weighted", "inhibitory"):
        raise NetworkError(f"the kind of {place} must be 'weighted' or 'inhibitory', found {kind!r}")
    model = model_class(target, target_data)
    if kind == "inhibitory" and not model.absolute_inhibition:
        raise NetworkError(
            f"{place}: a {model.name} unit knows no absolute inhibition; use connect with a negative weight, "
            "or a mcculloch-pitts unit"
        )


def model_class(name: str, data: Mapping[str, Any]) -> type[UnitModel]:
    """Return the class of a unit's model."""
    if "model" not in data:
        raise NetworkError(f"unit {name!r} has no model: say model=, or input=True for an input")
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


def _check_keys(place: str, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
    # Other attributes are anybody's; only a slip of the pen of one of ours is refused.
    for key in data:
        if key in known:
            continue
        close = get_close_matches(str(key).casefold(), known, n=1, cutoff=0.75)
        if close:
            raise NetworkError(f"{place} has {key!r}, which is nothing here. Did you mean {close[0]!r}?")


def _check_number(place: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        shown = "NaN" if isinstance(value, float) and math.isnan(value) else repr(value)
        raise NetworkError(f"{place} must be a finite number, found {shown}")
