"""Gradients: how the divergence of a network's answers changes with every weight, bias and input.

x  inputs     z  net input     y  output     d  desired     E  divergence     δ  ∂E/∂z     w  weight

The backward pass in three formulas, walked in `Passage.walk_back`:
    ∂E/∂z_j = f'(z_j) ∂E/∂y_j        ∂E/∂w_ij = y_i ∂E/∂z_j        ∂E/∂y_i = Σ_j w_ij ∂E/∂z_j
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from allornone.simulator.arguments import checked
from allornone.simulator.arrays import Array, numbers_of
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.learning.divergences import DIVERGENCES, Divergence
from allornone.simulator.learning.presenting import lesson, samples
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Passage, StepBack, WayBack
from allornone.simulator.program.program import Program, compile
from allornone.simulator.units import UnitModel

SHOWN = 12
"""Units of a layer whose steps are printed."""


@dataclass(frozen=True, repr=False)
class Gradient:
    """∂E/∂w, ∂E/∂b and ∂E/∂x of a network, summed over the samples, by name.

    `weights[source, target]`, `biases[unit]`; `inputs[unit]` is one number, or one a sample. With `steps` it prints
    the way back through the layers, every δ and every product.
    """

    error: float
    weights: dict[tuple[str, str], float]
    biases: dict[str, float]
    inputs: dict[str, Any]
    passage: Passage = field(compare=False)
    way: WayBack = field(compare=False)
    steps: bool = field(default=False, compare=False)

    @property
    def norm(self) -> float:
        """The length of the gradient for all weights and biases."""
        return float(np.sqrt(sum(v * v for v in (*self.weights.values(), *self.biases.values()))))

    def __str__(self) -> str:
        head = f"E = {self.error:.6g}, |∂E/∂w| = {self.norm:.6g}"
        if not self.steps:
            parts = [f"  {u} → {v}  {value:.6g}" for (u, v), value in self.weights.items()]
            parts += [f"  bias of {unit}  {value:.6g}" for unit, value in self.biases.items()]
            return "\n".join(
                [head, *parts[:SHOWN], *([f"  … ({len(parts)} in all)"] if len(parts) > SHOWN else [])]
            )
        return "\n".join([head, *_told(self.passage, self.way)])

    __repr__ = __str__


@checked
def gradient(
    net: Network | Program,
    x: Any,
    d: Any,
    *,
    divergence: str = "l2",
    ticks: int | None = None,
    steps: bool = False,
) -> Gradient:
    """Return how E = Div(y, d) changes with every weight, bias and input of a network.

    x is one sample (inputs,) or several (samples, inputs), d what the outputs should be. Any graph whose units have
    derivatives will do: skips, odd shapes, delays, and with `ticks` loops. Raises AllornoneError where shapes do not
    fit, and where the way leads through a unit without a derivative.
    D. E. Rumelhart, G. E. Hinton and R. J. Williams, Nature 323 (1986).

    >>> from allornone.models.activations import Linear
    >>> net = Network()
    >>> net.add_inputs("X")
    >>> net.add_unit("Y", Linear())
    >>> net.connect("X", "Y", weight=3.0)
    >>> found = gradient(net, [2.0], [5.0])
    >>> found.error, found.weights["X", "Y"], found.biases["Y"], found.inputs["X"]
    (0.5, 2.0, 1.0, 3.0)
    """
    program = compile(net)
    if program.lanes > 1:
        raise AllornoneError(f"a gradient is that of one network, found {program.lanes} side by side")
    if divergence not in DIVERGENCES:
        raise UnknownName("divergence", str(divergence), DIVERGENCES)
    seen = _presented(program, x, d, ticks)
    objective = DIVERGENCES[divergence]
    way = seen.walk_back(objective)
    values = dict(
        zip(program.synapses, program.synapse_values(tuple(way.slopes))[:, 0].tolist(), strict=True)
    )
    of_inputs = _of_inputs(seen, way)[..., 0]
    return Gradient(
        error=_error(seen, objective),
        weights={(u, v): value for (u, v), value in values.items() if u is not None},
        biases={v: value for (u, v), value in values.items() if u is None},
        inputs={
            name: float(of_inputs[0, k]) if _is_one(x) else of_inputs[:, k]
            for k, name in enumerate(program.inputs)
        },
        passage=seen,
        way=way,
        steps=steps,
    )


@checked
def jacobian(net: Network | Program, x: Any, *, ticks: int | None = None) -> Array:
    """Return ∂y/∂x, (outputs, inputs) for one sample, (samples, outputs, inputs) for several.

    >>> from allornone.models.activations import Linear
    >>> net = Network()
    >>> net.add_inputs("A", "B")
    >>> net.add_unit("Y", Linear())
    >>> net.connect("A", "Y", weight=3.0); net.connect("B", "Y", weight=-1.0)
    >>> jacobian(net, [1.0, 1.0])
    array([[ 3., -1.]])
    """
    program = compile(net)
    if program.lanes > 1:
        raise AllornoneError(f"a Jacobian is that of one network, found {program.lanes} side by side")
    seen = _presented(program, x, None, ticks)
    rows = []
    for place in program.output_places.tolist():
        alone = np.full(seen.y.shape, np.nan)
        alone[:, place] = 1.0
        rows.append(_of_inputs(seen, seen.wanting(alone).walk_back(_ItsOwnOutput()))[..., 0])
    found = np.stack(rows, axis=1)
    return found[0] if _is_one(x) else found


def delta_told(seen: Passage, way: WayBack, unit: str, lane: int = 0) -> str:
    """Return δ of a unit on the way back of a single presentation, with its terms, as a clause.

    Where a presentation takes several ticks it is one δ a tick.
    """
    program, place = seen.program, seen.program.index[unit]
    steps = [
        s for s in way.steps if place in range(*program.stages[s.layer].units.indices(len(program.names)))
    ]
    if len(steps) != 1 or {step.tick for step in way.steps} != {steps[0].tick}:
        parts = [f"{_plain(_of(step, step.delta, place, lane))} at tick {step.tick}" for step in steps]
        return f"δ[{unit}] = {', '.join(parts)}" if parts else ""
    step = steps[0]
    delta, d = _of(step, step.delta, place, lane), float(seen.d[0, place, lane])
    if step.of_outputs is None:
        return f"δ[{unit}] = y − d = {_plain(seen.y[0, place, lane])} − {_plain(d)} = {_plain(delta)}"
    handed = _of(step, step.of_outputs, place, lane)
    slope = delta / handed if handed else 0.0
    letters = "f'(z) ∂E/∂y" if np.isnan(d) else "f'(z) ∂Div/∂y"
    head = f"δ[{unit}] = {letters} = {_plain(slope)} × {_plain(handed)} = {_plain(delta)}"
    terms = _terms(seen, way, unit, lane)
    return f"{head}, with ∂E/∂y = Σ w δ = {terms}" if terms else head


def _terms(seen: Passage, way: WayBack, unit: str, lane: int) -> str:
    """Return the products w δ that the units which hear a unit hand back to it."""
    program, net = seen.program, seen.program.networks[0]
    values = dict(zip(program.synapses, program.synapse_values(seen.weights)[:, lane], strict=True))
    parts = []
    for step in way.steps:
        stage = program.stages[step.layer]
        for place in range(stage.units.start, stage.units.stop):
            pair = (unit, program.names[place])
            if stage.model.summing and net.has_edge(*pair) and pair in values:
                parts.append(f"{_plain(values[pair])} × {_plain(_of(step, step.delta, place, lane))}")
    more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return " + ".join(parts[:SHOWN]) + more


def _plain(value: float) -> str:
    """Return a number in four digits, with a minus that is one."""
    return f"{float(value) + 0.0:.4g}".replace("-", "−")


def _of(step: StepBack, values: Array, place: int, lane: int) -> float:
    """Return the value of a unit in the first presentation, from values of its layer or of the whole state."""
    whole = values.shape[1] == step.moment.y.shape[1]
    return float(
        values[0, place if whole else place - step.moment.program.stages[step.layer].units.start, lane]
    )


class _ItsOwnOutput:
    """E = y of the units for which something is wanted."""

    def slope(self, model: UnitModel, y: Array, d: Array) -> Array:
        return np.where(np.isnan(d), 0.0, 1.0)

    def slope_of_net_input(self, model: UnitModel, y: Array, d: Array) -> Array | None:
        return None


def _presented(program: Program, x: Any, d: Any, ticks: int | None) -> Passage:
    """Return what one sample, or several at once, leave behind."""
    alone = _is_one(x)
    given = samples([x] if alone else x, "x", len(program.inputs))[..., None]
    wanted = None
    if d is not None:
        rows = [np.ravel(numbers_of("d", d))] if alone else d
        wanted = samples(rows, "d", len(program.output_places))[..., None]
    lessons = lesson(program, given, wanted, ticks=ticks)
    return next(lessons.shown(np.arange(lessons.samples), lessons.samples).batches()).present(program.weights)


def _is_one(x: Any) -> bool:
    """Return whether x is one sample, and not several."""
    return numbers_of("x", x).ndim == 1


def _error(seen: Passage, objective: Divergence) -> float:
    """Return E of the outputs, summed over the samples."""
    taught = [layer for layer in seen.layers if layer.d is not None]
    parts = [objective.error(layer.model, layer.y, np.asarray(layer.d)) for layer in taught]
    said = [np.isnan(np.asarray(layer.d)) for layer in taught]
    return float(sum(np.where(silent, 0.0, part).sum() for silent, part in zip(said, parts, strict=True)))


def _of_inputs(seen: Passage, way: WayBack) -> Array:
    """Return ∂E/∂x, (samples, inputs, lanes), of inputs that were held at every tick."""
    inputs = slice(1, 1 + len(seen.program.inputs))
    parts = [part[:, inputs] for part in way.of_outputs if part is not None]
    return np.sum(parts, axis=0) if parts else np.zeros_like(seen.y[:, inputs])


def _told(seen: Passage, way: WayBack) -> list[str]:
    """Return the way back of the first sample, step by step, in the lecture's order."""
    program, lines = seen.program, []
    ticks = {step.tick for step in way.steps}
    for step in way.steps:
        stage = program.stages[step.layer]
        names = program.names[stage.units]
        when = f" at tick {step.tick}" if len(ticks) > 1 else ""
        lines.append(f"layer {step.layer + 1}{when}: {', '.join(names[:SHOWN])}{' …' * (len(names) > SHOWN)}")
        for k, name in enumerate(names[:SHOWN]):
            z, y = (
                float(step.moment.z[step.layer][0, k, 0]),
                float(step.moment.y[0, stage.units.start + k, 0]),
            )
            delta = float(step.delta[0, k, 0])
            handed = "" if step.of_outputs is None else f"  ∂E/∂y {_told_number(step.of_outputs[0, k, 0])}"
            lines.append(
                f"  {name}  z {_told_number(z)}  y {_told_number(y)}{handed}  ∂E/∂z = δ {_told_number(delta)}"
            )
            lines += _products(seen, step.layer, k, name, delta, step.moment.x[step.layer])
    return lines


def _products(seen: Passage, layer: int, unit: int, name: str, delta: float, x: Array) -> list[str]:
    lines = []
    for source, afferent in seen.program.heard_by(layer, unit):
        value = float(x[0, afferent, 0])
        of = f"w[{source}, {name}]" if source else f"b[{name}]"
        letters = f"y[{source}] δ[{name}]" if source else f"δ[{name}]"
        parts = map(_told_number, (value, delta, value * delta))
        lines.append("    ∂E/∂{} = {} = {} × {} = {}".format(of, letters, *parts))
    return lines


def _told_number(value: float) -> str:
    """Return a number with its sign and four digits; −0 is 0."""
    return f"{float(value) + 0.0:+.4g}"
