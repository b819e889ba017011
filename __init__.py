"""Allornone: a simulator of historical neuron models, from Bain (1873) to backpropagation (1986).

import allornone as aon
"""

from importlib import import_module
from sys import modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allornone.models.adaline import LMS as LMS
    from allornone.models.adaline import Adaline as Adaline
    from allornone.models.adaline import adaline as adaline
    from allornone.models.differentiable import Linear as Linear
    from allornone.models.differentiable import Logistic as Logistic
    from allornone.models.differentiable import mlp as mlp
    from allornone.models.hebb import Hebb as Hebb
    from allornone.models.mcculloch_pitts import McCullochPitts as McCullochPitts
    from allornone.models.perceptron import (
        Perceptron as Perceptron,
    )
    from allornone.models.perceptron import (
        PerceptronRule as PerceptronRule,
    )
    from allornone.models.perceptron import (
        perceptron as perceptron,
    )
    from allornone.models.polygon import polygon as polygon
    from allornone.models.threshold import Threshold as Threshold
    from allornone.pictures.drawing import draw as draw
    from allornone.pictures.film import film as film
    from allornone.pictures.raster import plot as plot
    from allornone.scenarios.catalogue import catalogue as catalogue
    from allornone.scenarios.running import run as run
    from allornone.simulator.errors import AllornoneError as AllornoneError
    from allornone.simulator.network import Network as Network
    from allornone.simulator.presenting import evaluate as evaluate
    from allornone.simulator.program import Program as Program
    from allornone.simulator.program import compile as compile
    from allornone.simulator.records import Trace as Trace
    from allornone.simulator.records import Training as Training
    from allornone.simulator.rules import LearningRule as LearningRule
    from allornone.simulator.rules import LocalRule as LocalRule
    from allornone.simulator.simulation import Simulator as Simulator
    from allornone.simulator.simulation import simulate as simulate
    from allornone.simulator.storage import read as read
    from allornone.simulator.storage import write as write
    from allornone.simulator.training import train as train
    from allornone.simulator.units import (
        DifferentiableUnit as DifferentiableUnit,
    )
    from allornone.simulator.units import (
        SummingUnit as SummingUnit,
    )
    from allornone.simulator.units import (
        UnitModel as UnitModel,
    )

__version__ = "0.1.0"

_PLACES = {
    "simulator.errors": ["AllornoneError"],
    "simulator.network": ["Network"],
    "simulator.units": ["DifferentiableUnit", "SummingUnit", "UnitModel"],
    "simulator.rules": ["LearningRule", "LocalRule"],
    "simulator.program": ["Program", "compile"],
    "simulator.simulation": ["Simulator", "simulate"],
    "simulator.presenting": ["evaluate"],
    "simulator.training": ["train"],
    "simulator.records": ["Trace", "Training"],
    "simulator.storage": ["read", "write"],
    "models.mcculloch_pitts": ["McCullochPitts"],
    "models.threshold": ["Threshold"],
    "models.perceptron": ["Perceptron", "PerceptronRule", "perceptron"],
    "models.adaline": ["LMS", "Adaline", "adaline"],
    "models.hebb": ["Hebb"],
    "models.differentiable": ["Linear", "Logistic", "mlp"],
    "models.polygon": ["polygon"],
    "pictures.drawing": ["draw"],
    "pictures.raster": ["plot"],
    "pictures.film": ["film"],
    "scenarios.catalogue": ["catalogue"],
    "scenarios.running": ["run"],
}
_MODULE = {name: module for module, names in _PLACES.items() for name in names}

__all__ = list(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(
            f"module 'allornone' has no attribute {name!r}", name=name, obj=modules[__name__]
        )
    return getattr(import_module(f"allornone.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
