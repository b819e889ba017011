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
    from allornone.models.associators import Projection as Projection
    from allornone.models.attractors import attractors as attractors
    from allornone.models.automaton import automaton as automaton
    from allornone.models.bcm import BCM as BCM
    from allornone.models.binary_memory import Steinbuch as Steinbuch
    from allornone.models.binary_memory import Willshaw as Willshaw
    from allornone.models.boolean import boolean as boolean
    from allornone.models.cellular import cellular as cellular
    from allornone.models.cellular import life as life
    from allornone.models.components import Oja as Oja
    from allornone.models.components import Sanger as Sanger
    from allornone.models.components import Subspace as Subspace
    from allornone.models.decay import AntiHebb as AntiHebb
    from allornone.models.decay import Covariance as Covariance
    from allornone.models.decay import HebbDecay as HebbDecay
    from allornone.models.decay import Instar as Instar
    from allornone.models.differentiable import Linear as Linear
    from allornone.models.differentiable import Logistic as Logistic
    from allornone.models.differentiable import mlp as mlp
    from allornone.models.formula import formula as formula
    from allornone.models.hebb import Hebb as Hebb
    from allornone.models.hopfield import Bipolar as Bipolar
    from allornone.models.hopfield import hopfield as hopfield
    from allornone.models.logic import logic as logic
    from allornone.models.mcculloch_pitts import McCullochPitts as McCullochPitts
    from allornone.models.normalising import Divisive as Divisive
    from allornone.models.normalising import Subtractive as Subtractive
    from allornone.models.parity import parity as parity
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
    from allornone.models.regular import accepts as accepts
    from allornone.models.regular import regular as regular
    from allornone.models.threshold import Threshold as Threshold
    from allornone.models.traces import HebbTrace as HebbTrace
    from allornone.models.turing import turing as turing
    from allornone.models.units_net import threshold_units as threshold_units
    from allornone.pictures.drawing import draw as draw
    from allornone.pictures.film import film as film
    from allornone.pictures.raster import plot as plot
    from allornone.scenarios.catalogue import catalogue as catalogue
    from allornone.scenarios.running import run as run
    from allornone.simulator.errors import AllornoneError as AllornoneError
    from allornone.simulator.learning.presenting import evaluate as evaluate
    from allornone.simulator.learning.rules import LayerRule as LayerRule
    from allornone.simulator.learning.rules import LearningRule as LearningRule
    from allornone.simulator.learning.rules import LocalRule as LocalRule
    from allornone.simulator.learning.training import train as train
    from allornone.simulator.network.network import Network as Network
    from allornone.simulator.network.storage import read as read
    from allornone.simulator.network.storage import write as write
    from allornone.simulator.program.program import Program as Program
    from allornone.simulator.program.program import compile as compile
    from allornone.simulator.records.explaining import explain as explain
    from allornone.simulator.records.records import Trace as Trace
    from allornone.simulator.records.records import Training as Training
    from allornone.simulator.time.simulation import Simulator as Simulator
    from allornone.simulator.time.simulation import simulate as simulate
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
    "simulator.network.network": ["Network"],
    "simulator.units": ["DifferentiableUnit", "SummingUnit", "UnitModel"],
    "simulator.learning.rules": ["LearningRule", "LocalRule", "LayerRule"],
    "simulator.program.program": ["Program", "compile"],
    "simulator.time.simulation": ["Simulator", "simulate"],
    "simulator.learning.presenting": ["evaluate"],
    "simulator.learning.training": ["train"],
    "simulator.records.records": ["Trace", "Training"],
    "simulator.network.storage": ["read", "write"],
    "models.mcculloch_pitts": ["McCullochPitts"],
    "models.threshold": ["Threshold"],
    "models.perceptron": ["Perceptron", "PerceptronRule", "perceptron"],
    "models.adaline": ["LMS", "Adaline", "adaline"],
    "models.hebb": ["Hebb"],
    "models.differentiable": ["Linear", "Logistic", "mlp"],
    "models.polygon": ["polygon"],
    "models.regular": ["regular", "accepts"],
    "models.cellular": ["life", "cellular"],
    "models.turing": ["turing"],
    "models.automaton": ["automaton"],
    "models.attractors": ["attractors"],
    "simulator.records.explaining": ["explain"],
    "models.components": ["Oja", "Sanger", "Subspace"],
    "models.decay": ["HebbDecay", "Instar", "Covariance", "AntiHebb"],
    "models.bcm": ["BCM"],
    "models.traces": ["HebbTrace"],
    "models.normalising": ["Divisive", "Subtractive"],
    "models.hopfield": ["Bipolar", "hopfield"],
    "models.associators": ["Projection"],
    "models.binary_memory": ["Willshaw", "Steinbuch"],
    "models.logic": ["logic"],
    "models.formula": ["formula"],
    "models.boolean": ["boolean"],
    "models.parity": ["parity"],
    "models.units_net": ["threshold_units"],
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
