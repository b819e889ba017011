"""Conformance kit for authors of unit models and learning rules: what the engine relies on, checked.

z  net input, (batch, units, lanes)     y  output     g  derivative of something for y     w  weights
theta  weights that nobody may change in place
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from allornone.simulator.arrays import Array
from allornone.simulator.errors import AllornoneError
from allornone.simulator.learning.presenting import Batch, Lesson, Shown, lesson
from allornone.simulator.learning.rules import (
    Asked,
    LearningRule,
    LocalRule,
    check_usable,
    learned,
    needs_teacher,
)
from allornone.simulator.learning.training import presented, taught
from allornone.simulator.network.network import Network
from allornone.simulator.parameters import Parameters
from allornone.simulator.program.passing import Changes, Passage
from allornone.simulator.program.program import Program, Weights, compile
from allornone.simulator.program.ties import threshold_of
from allornone.simulator.registry import Registry, rules, units
from allornone.simulator.time.simulation import simulate
from allornone.simulator.units import STATE, DifferentiableUnit, UnitModel

SLOPE = 1e-6
"""How far a derivative may be from a central difference, beside the larger of it and 1."""
STEP = 1e-6
FAR = 1e3

CLOSE = 1e-12
P = TypeVar("P", bound=Parameters)


def check_model(model: UnitModel) -> None:
    """Raise an AssertionError that shows both numbers where a unit model is not what the engine relies on.

    It is a frozen dataclass with a name and valid fields; `activate` is pure, keeps the shape, treats lanes
    and trials alike, gives no NaN up to ±1000; derivatives are those of central differences; units with
    other parameters, stacked into one object, give what each gives alone.

    >>> from allornone.models.activations import Logistic
    >>> check_model(Logistic())
    """
    if not isinstance(model, UnitModel):
        raise AssertionError(f"a unit model with its parameters is needed, found {model!r}")
    owner = type(model).__name__
    check_parameters(model, units)
    z = np.random.default_rng(0).normal(size=(3, 4, 5)) * 3
    _check_activation(model, owner, z)
    if isinstance(model, DifferentiableUnit):
        _check_derivative(model, owner, z)
    _check_partials(model, owner)
    _check_use(model, owner, z)
    if model.vector:
        _check_groups(model, owner)
    else:
        _check_stacked(model, owner)


def check_rule(rule: LearningRule, net: Network | None = None) -> None:
    """Raise an AssertionError that shows both numbers where a rule is not what the engine relies on.

    It is a frozen dataclass with a name and valid fields; its parts are pure, and give each layer changes of its shape;
    `epoch` gives what the loop over them gives, a lane what it gives alone, a batch of a local rule the sum of its
    presentations. The rule teaches copies of `net`, by default two logistic units.

    >>> from allornone.models.perceptron import PerceptronRule
    >>> check_rule(PerceptronRule(eta=0.5))
    """
    check_usable(rule)
    owner = type(rule).__name__
    check_parameters(rule, rules)
    networks = lanes(net if net is not None else pupil())
    check_parts(rule, owner, case_of(rule, networks))
    check_epoch(rule, owner, case_of(rule, networks))
    check_lanes(rule, owner, networks)
    check_teacher(rule, owner, networks[0])
    if isinstance(rule, LocalRule) and rule.remember is None:
        check_batch(rule, owner, networks)


def _check_activation(model: UnitModel, owner: str, z: Array) -> None:
    place = f"{owner}.activate"
    kept = z.copy()
    y = model.activate(z)
    same(place, z, kept, "its argument was changed")
    if not isinstance(y, np.ndarray) or y.shape != z.shape or y.dtype != z.dtype:
        raise AssertionError(f"{place} must return an array of floats shaped like z, found {y!r}")
    same(place, model.activate(z), y, f"a second call gave something else; {STATE}")
    for lane in range(z.shape[-1]):
        same(place, y[..., lane : lane + 1], model.activate(z[..., lane : lane + 1]), "a lane and it alone")
    for trial in range(z.shape[0]):
        same(place, y[trial : trial + 1], model.activate(z[trial : trial + 1]), "a trial and it alone")
    for unit in range(0 if model.vector else z.shape[1]):
        alone = model.activate(z[:, unit : unit + 1])
        same(place, y[:, unit : unit + 1], alone, "a unit and it alone, which differ only if vector is True")
    far = np.array([-FAR, -1.0, -0.0, 0.0, 1.0, FAR])[:, None, None]
    with np.errstate(invalid="raise", divide="raise"):
        reached = model.activate(far)
    if np.isnan(reached).any():
        raise AssertionError(f"{place} gave NaN for z = {far[np.isnan(reached)][0]}")
    if model.compares:
        _check_threshold(model, owner)
    if model.bipolar and not np.isin(np.concatenate([y.ravel(), reached.ravel()]), (-1.0, 1.0)).all():
        raise AssertionError(f"{owner} says that it is bipolar, but its output is not always -1 or 1")
    if model.binary and not np.isin(np.concatenate([y.ravel(), reached.ravel()]), (0.0, 1.0)).all():
        raise AssertionError(f"{owner} says that it is binary, but its output is not always 0 or 1")


def _check_use(model: UnitModel, owner: str, z: Array) -> None:
    """Raise an error for a number that changes nothing, as that of a state which a unit cannot keep."""
    wide = np.concatenate([z, 100 * z])
    for one in fields(model):
        value = getattr(model, one.name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        others = [_with(model, one.name, other) for other in (2 * value + 1, value / 2 + 0.25, value + 1)]
        made = [other for other in others if other is not None]
        if made and not any(_differ(model, other, wide) for other in made):
            raise AssertionError(f"{owner}.{one.name} changes nothing that the unit answers; {STATE}")


def _with(model: UnitModel, name: str, value: float) -> UnitModel | None:
    try:
        other = replace(model, **{name: value})
        other.check()
    except (AllornoneError, TypeError, ValueError):
        return None
    return other


def _differ(model: UnitModel, other: UnitModel, z: Array) -> bool:
    w, x = z[:1], z[1:2]
    pairs = [(one.activate(z), one.combine(w, x)) for one in (model, other)]
    return any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(*pairs, strict=True))


def _check_threshold(model: UnitModel, owner: str) -> None:
    theta = float(threshold_of(model))
    below, at, above = model.activate(np.array([theta - 1, theta, theta + 1])[:, None, None]).ravel()
    if below == above or at != (above if model.compares == ">=" else below):
        raise AssertionError(
            f"{owner} says that z {model.compares} {theta:g} decides, but its outputs below, at and above are "
            f"{below:g}, {at:g} and {above:g}"
        )


def _check_derivative(model: DifferentiableUnit, owner: str, z: Array) -> None:
    random = np.random.default_rng(1)
    along, g = random.normal(size=z.shape), random.normal(size=z.shape)
    y = model.activate(z)
    difference = (model.activate(z + STEP * along) - model.activate(z - STEP * along)) / (2 * STEP)
    pulled = (model.pull(z, y, g) * along).sum(axis=1)
    same(f"{owner}.pull", pulled, (g * difference).sum(axis=1), "it and the central difference", SLOPE)


def _check_partials(model: UnitModel, owner: str) -> None:
    random = np.random.default_rng(2)
    w, x = random.normal(size=20), random.normal(size=20)
    for_w, for_x = model.partials(w, x)
    step_w = (model.combine(w + STEP, x) - model.combine(w - STEP, x)) / (2 * STEP)
    step_x = (model.combine(w, x + STEP) - model.combine(w, x - STEP)) / (2 * STEP)
    same(f"{owner}.partials", for_w, step_w, "that for w and the central difference", SLOPE)
    same(f"{owner}.partials", for_x, step_x, "that for x and the central difference", SLOPE)


def _check_stacked(model: UnitModel, owner: str) -> None:
    models = [model, *others(model)]
    X = np.random.default_rng(3).normal(size=(6, 2)) * 2
    together, alone = Network(), []
    together.add_inputs("X1", "X2")
    for number, one in enumerate(models):
        _join(together, f"U{number}", one)
        single = Network()
        single.add_inputs("X1", "X2")
        _join(single, f"U{number}", one)
        alone.append(single)
    found = simulate(together, X)
    for number, single in enumerate(alone):
        wanted = simulate(single, X)[f"U{number}"]
        same(f"{models[number]!r}", found[f"U{number}"], wanted, "it among others and it alone")


def _check_groups(model: UnitModel, owner: str) -> None:
    """Raise an error unless two groups of a vector model in one net answer as each does alone."""
    X = np.random.default_rng(3).normal(size=(6, 2)) * 2
    together = _grouped(model, {"A": 2, "B": 3})
    for name, size in (("A", 2), ("B", 3)):
        alone = simulate(_grouped(model, {name: size}), X)
        found = simulate(together, X)
        for k in range(size):
            same(owner, found[f"{name}[{k}]"], alone[f"{name}[{k}]"], "a group among others and it alone")


def _grouped(model: UnitModel, groups: dict[str, int]) -> Network:
    net = Network()
    net.add_inputs("X1", "X2")
    for name, size in groups.items():
        for number, unit in enumerate(net.add_group(name, size, model)):
            net.connect("X1", unit, weight=0.75 - 0.5 * number)
            net.connect("X2", unit, weight=0.25 * number - 1.25)
    return net


def _join(net: Network, name: str, model: UnitModel) -> None:
    net.add_unit(name, model)
    net.connect("X1", name, weight=0.75)
    net.connect("X2", name, weight=-1.25)


def same(place: str, found: Any, wanted: Any, what: str, close: float = 0.0) -> None:
    """Raise an AssertionError with both numbers where two arrays differ by more than `close`."""
    one, other = np.asarray(found, dtype=float), np.asarray(wanted, dtype=float)
    if one.shape != other.shape:
        raise AssertionError(f"{place}: {what}: the shapes are {one.shape} and {other.shape}")
    apart = np.abs(one - other) > close * np.maximum(1.0, np.abs(other))
    apart |= np.isnan(one) != np.isnan(other)
    if apart.any():
        at = tuple(int(k) for k in np.argwhere(apart)[0])
        raise AssertionError(f"{place}: {what}: {float(one[at])!r} and {float(other[at])!r} at {at}")


def check_parameters(thing: Parameters, registry: Registry) -> None:
    """Raise an error unless something is a frozen dataclass, named, final and made of plain values."""
    cls = type(thing)
    owner = cls.__name__
    settings = getattr(cls, "__dataclass_params__", None)
    if settings is None or "__dataclass_fields__" not in cls.__dict__ or not settings.frozen:
        raise AssertionError(f"{owner} must be decorated with @dataclass(frozen=True)")
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not name:
        raise AssertionError(f"{owner}.name must be the word for it in files, found {name!r}")
    if name in registry.names() and registry.get(name) is not cls:
        raise AssertionError(f"{owner}.name is {name!r}, which is registered as {registry.get(name)!r}")
    if cls.__subclasses__():
        raise AssertionError(f"{owner} is subclassed by {cls.__subclasses__()[0].__name__}: a kind is final")
    thing.check()
    try:
        again = cls.from_values(json.loads(json.dumps(thing.values())))
    except TypeError as error:
        raise AssertionError(f"{owner}: its fields must be plain values: {error}") from None
    if again != thing:
        raise AssertionError(f"{owner}: from its plain values came {again!r}, not {thing!r}")


def others(thing: P) -> list[P]:
    """Return the same with other numbers, one field after the other, as far as its bounds allow."""
    found: list[P] = []
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        for other in (value + 0.5, value * 0.5, value + 1):
            changed = replace(thing, **{field.name: other})
            if other != value and _is_valid(changed):
                found.append(changed)
                break
    return found


def _is_valid(thing: Parameters) -> bool:
    try:
        thing.check()
    except AllornoneError:
        return False
    return True


def alike(one: Any, other: Any) -> bool:
    """Return whether two memories of a rule, arrays in dicts and lists, hold the same."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(np.array_equal(one, other, equal_nan=True)) if isinstance(one, np.ndarray) else one == other


def pupil() -> Network:
    """Return a network to teach: two logistic units, one synapse that may not change."""
    model = units.get("logistic")
    net = Network()
    net.add_inputs("X1", "X2", "X3")
    for name in ("U1", "U2"):
        net.add_unit(name, model(), output=True)
        for source in net.inputs[: 3 if name == "U1" else 2]:
            net.connect(source, name)
    net.edges["X2", "U1"]["plastic"] = False
    return net


def lanes(net: Network) -> list[Network]:
    """Return three copies of a network with other weights."""
    random = np.random.default_rng(4)
    found = [net.copy() for _ in range(3)]
    for one in found:
        for *_, data in one.edges(data=True):
            data["weight"] = float(random.integers(-8, 9)) / 8
        for _, data in one.nodes(data=True):
            if "bias" in data:
                data["bias"] = float(random.integers(-8, 9)) / 8
    return found


@dataclass(frozen=True)
class Case:
    """A rule's memory, weights that nobody may change in place, and lessons."""

    program: Program
    theta: Weights
    memory: Any
    lessons: Lesson

    def batches(self, size: int) -> list[Batch]:
        """Return the lessons in their order, `size` at a time."""
        return list(self.shown(size).batches())

    def shown(self, size: int) -> Shown:
        """Return the lessons of an epoch, `size` at a time."""
        return self.lessons.shown(np.arange(self.lessons.samples), size)

    def asked(self) -> Asked:
        """Return how an epoch is to be taught: the mean over a batch, all lanes, no bound that matters."""
        return Asked(average=True, bound=1e9, active=np.ones(self.program.lanes, dtype=bool))


def case_of(rule: LearningRule, networks: Sequence[Network]) -> Case:
    """Return lessons for networks in lanes, as a rule meets them."""
    program = compile(networks)
    random = np.random.default_rng(5)
    X = random.integers(-4, 5, size=(6, len(program.inputs), 1)) / 4
    d = random.integers(0, 2, size=(6, len(program.outputs), 1)).astype(float)
    for column, name in enumerate(program.outputs):
        low, high = _two_answers(networks[0].unit(name))
        d[:, column] = np.where(d[:, column] > 0, high, low)
    theta = tuple(w.copy() for w in program.weights)
    for w in theta:
        w.setflags(write=False)
    ticks = None if not program.has_loops else 4
    lessons = lesson(program, X, d if needs_teacher(rule) else None, ticks=ticks)
    return Case(program, theta, rule.start(program, theta), lessons)


def _two_answers(model: UnitModel) -> tuple[float, float]:
    """Return two outputs that a unit can be taught: below and above its threshold, 0 and 1 where it has none."""
    if not model.compares:
        return 0.0, 1.0
    low, high = model.activate(threshold_of(model) + np.array([-1.0, 1.0])[:, None, None]).ravel()
    return float(low), float(high)


def check_parts(rule: LearningRule, owner: str, case: Case) -> None:
    """Raise an error unless the parts of a rule are pure, fit the layers, and change anything at all."""
    theta, memory = case.theta, case.memory
    still = np.ones(theta[0].shape[-1])
    for batch in case.batches(2):
        seen = batch.present(theta)
        seen.y.setflags(write=False)
        before = deepcopy(memory)
        try:
            _check_shapes(owner, seen, rule.changes(seen, memory)[0])
            first, kept = learned(rule, seen, memory, average=True)
            untouched = alike(memory, before)
            second, _ = learned(rule, seen, before, average=True)
        except ValueError as error:
            if "read-only" not in str(error):
                raise
            raise AssertionError(f"{owner} changed its arguments in place: return new arrays") from None
        if not untouched:
            raise AssertionError(f"{owner} changed its memory in place: return a new one")
        for old, new, again in zip(theta, first, second, strict=True):
            same(owner, again, new, "a second call gave something else")
            still = still * ~(new != old).any(axis=tuple(range(old.ndim - 1)))
        theta, memory = first, kept
    if still.any():
        raise AssertionError(f"{owner} never changed a weight, whatever it was shown")


def _check_shapes(owner: str, seen: Passage, changes: Changes) -> None:
    if len(changes) != len(seen.layers):
        raise AssertionError(
            f"{owner}.changes must return one array, or None, for each of {len(seen.layers)} layers, "
            f"found {len(changes)}"
        )
    for layer, change in zip(seen.layers, changes, strict=True):
        if change is not None and np.shape(change) != layer.w.shape:
            raise AssertionError(
                f"{owner}.changes must have the shape of the weights, {layer.w.shape}, found {np.shape(change)}"
            )


def check_epoch(rule: LearningRule, owner: str, case: Case) -> None:
    """Raise an error unless an epoch, where a rule has a way of its own, ends where the loop over its parts does."""
    place = f"{owner}.epoch"
    for size in (1, 4):
        shown = case.shown(size)
        found = rule.epoch(case.program, shown, case.theta, case.memory, case.asked())
        if found is None:
            continue
        wanted = presented(rule, case.program, shown, case.theta, case.memory, case.asked())
        for one, other in zip(found.weights, wanted.weights, strict=True):
            same(place, one, other, f"it and a loop over the parts, {size} at a time", CLOSE)
        same(place, found.mistakes, wanted.mistakes, "mistakes, and those of a loop over the parts")
        same(place, found.updates, wanted.updates, "updates, and those of a loop over the parts")


def check_lanes(rule: LearningRule, owner: str, networks: Sequence[Network]) -> None:
    """Raise an error unless a lane learns exactly what its network learns alone."""
    together = _after_an_epoch(rule, case_of(rule, networks))
    for lane, net in enumerate(networks):
        alone = _after_an_epoch(rule, case_of(rule, [net]))
        same(owner, together[:, lane], alone[:, 0], f"lane {lane} among others and alone")


def _after_an_epoch(rule: LearningRule, case: Case) -> Array:
    after = taught(rule, case.program, case.shown(2), case.theta, case.memory, case.asked())
    return case.program.synapse_values(after.weights)


def check_teacher(rule: LearningRule, owner: str, net: Network) -> None:
    """Raise an error where a rule with a teacher learns from one who says nothing."""
    if not needs_teacher(rule):
        return
    case = case_of(rule, [net])
    seen = case.batches(1)[0].present(case.theta)
    after, _ = learned(rule, seen.wanting(np.full(seen.y.shape, np.nan)), case.memory, average=True)
    for old, new in zip(case.theta, after, strict=True):
        same(owner, new, old, "it learned from a teacher who said nothing")


def check_batch(rule: LocalRule, owner: str, networks: Sequence[Network]) -> None:
    """Raise an error unless a batch changes by the sum of what its presentations change."""
    case = case_of(rule, networks)

    def changes(batch: Batch) -> list[Array]:
        found, _ = rule.changes(batch.present(case.theta), case.memory)
        return [np.zeros_like(w) if part is None else part for w, part in zip(case.theta, found, strict=True)]

    together = changes(case.batches(case.lessons.samples)[0])
    singly = [sum(parts) for parts in zip(*map(changes, case.batches(1)), strict=True)]
    for whole, parts in zip(together, singly, strict=True):
        same(f"{owner}.changes", whole, parts, "a batch and the sum over its presentations", CLOSE)
