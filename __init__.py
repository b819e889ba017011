"""Allornone: a simulator of historical neuron models, from Bain (1873) to backpropagation (1986).

    import allornone as aon
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allornone.models.adaline import LMS, Adaline, adaline
    from allornone.models.differentiable import Linear, Logistic, mlp
    from allornone.models.hebb import Hebb
    from allornone.models.mcculloch_pitts import McCullochPitts
    from allornone.models.perceptron import Perceptron, PerceptronRule, perceptron
    from allornone.models.polygon import polygon
    from allornone.models.threshold import Threshold
    from allornone.pictures.drawing import draw
    from allornone.pictures.film import film
    from allornone.pictures.raster import plot
    from allornone.scenarios.catalogue import catalogue
    from allornone.scenarios.running import run
    from allornone.simulator.errors import AllornoneError
    from allornone.simulator.network import Network
    from allornone.simulator.presenting import evaluate
    from allornone.simulator.program import Program, compile
    from allornone.simulator.records import Trace, Training
    from allornone.simulator.rules import LearningRule, LocalRule
    from allornone.simulator.simulation import Simulator, simulate
    from allornone.simulator.storage import read, write
    from allornone.simulator.training import train
    from allornone.simulator.units import DifferentiableUnit, SummingUnit, UnitModel

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
        raise AttributeError(f"module 'allornone' has no attribute {name!r}")
    return getattr(import_module(f"allornone.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
