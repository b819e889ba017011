"""Conformance kit for authors of unit models and learning rules: what the engine relies on, checked.

z  net input, (batch, units, lanes)     y  output     g  derivative of something for y     w  weights
"""

from __future__ import annotations

from typing import Any

import numpy as np

from allornone.simulator.conformance import check_parameters, others, same
from allornone.simulator.network import Network
from allornone.simulator.registry import rules, units
from allornone.simulator.rule_checks import (
    case_of,
    check_batch,
    check_epoch,
    check_lanes,
    check_step,
    check_teacher,
    lanes,
    pupil,
)
from allornone.simulator.rules import LearningRule, LocalRule, check_usable
from allornone.simulator.simulation import simulate
from allornone.simulator.units import Array, DifferentiableUnit, UnitModel

SLOPE = 1e-6
"""How far a derivative may be from a central difference, beside the larger of it and 1."""
STEP = 1e-6
FAR = 1e3


def check_model(model: UnitModel) -> None:
    """Raise an AssertionError that shows both numbers where a unit model is not what the engine relies on.

    It is a frozen dataclass with a name and valid fields; `activate` is pure, keeps the shape, treats lanes
    and trials alike, gives no NaN up to ±1000; derivatives are those of central differences; units with
    other parameters, stacked into one object, give what each gives alone.

    >>> from allornone.models.differentiable import Logistic
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
    partials = getattr(model, "partials", None)
    if partials is not None:
        _check_partials(model, owner, partials)
    _check_stacked(model, owner)


def check_rule(rule: LearningRule, net: Network | None = None) -> None:
    """Raise an AssertionError that shows both numbers where a rule is not what the engine relies on.

    It is a frozen dataclass with a name and valid fields; `step` is pure and keeps to the plastic synapses;
    `epoch` gives what stepping gives, a lane what it gives alone, a batch of a local rule the mean of its
    trials. The rule teaches copies of `net`, by default two logistic units.

    >>> from allornone.models.perceptron import PerceptronRule
    >>> check_rule(PerceptronRule(eta=0.5))
    """
    check_usable(rule)
    owner = type(rule).__name__
    check_parameters(rule, rules)
    networks = lanes(net if net is not None else pupil())
    check_step(rule, owner, case_of(rule, networks))
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
    same(place, model.activate(z), y, "a second call gave something else")
    for lane in range(z.shape[-1]):
        same(place, y[..., lane : lane + 1], model.activate(z[..., lane : lane + 1]), "a lane and it alone")
    for trial in range(z.shape[0]):
        same(place, y[trial : trial + 1], model.activate(z[trial : trial + 1]), "a trial and it alone")
    far = np.array([-FAR, -1.0, -0.0, 0.0, 1.0, FAR])[:, None, None]
    with np.errstate(invalid="raise", divide="raise"):
        reached = model.activate(far)
    if np.isnan(reached).any():
        raise AssertionError(f"{place} gave NaN for z = {far[np.isnan(reached)][0]}")
    if model.binary and not np.isin(np.concatenate([y.ravel(), reached.ravel()]), (0.0, 1.0)).all():
        raise AssertionError(f"{owner} says that it is binary, but its output is not always 0 or 1")


def _check_derivative(model: DifferentiableUnit, owner: str, z: Array) -> None:
    random = np.random.default_rng(1)
    along, g = random.normal(size=z.shape), random.normal(size=z.shape)
    y = model.activate(z)
    difference = (model.activate(z + STEP * along) - model.activate(z - STEP * along)) / (2 * STEP)
    pulled = (model.pull(z, y, g) * along).sum(axis=1)
    same(f"{owner}.pull", pulled, (g * difference).sum(axis=1), "it and the central difference", SLOPE)


def _check_partials(model: UnitModel, owner: str, partials: Any) -> None:
    random = np.random.default_rng(2)
    w, x = random.normal(size=20), random.normal(size=20)
    for_w, for_x = partials(w, x)
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


def _join(net: Network, name: str, model: UnitModel) -> None:
    net.add_unit(name, model)
    net.connect("X1", name, weight=0.75)
    net.connect("X2", name, weight=-1.25)
