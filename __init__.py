"""Allornone: a simulator of historical neuron models, from Bain (1873) to backpropagation (1986).

import allornone as aon
"""

from importlib import import_module
from sys import modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allornone.models.activations import Linear as Linear
    from allornone.models.activations import Logistic as Logistic
    from allornone.models.adaline import LMS as LMS
    from allornone.models.adaline import Adaline as Adaline
    from allornone.models.adaline import adaline as adaline
    from allornone.models.automata.attractors import attractors as attractors
    from allornone.models.automata.automaton import automaton as automaton
    from allornone.models.automata.cellular import cellular as cellular
    from allornone.models.automata.cellular import life as life
    from allornone.models.automata.regular import accepts as accepts
    from allornone.models.automata.regular import regular as regular
    from allornone.models.automata.turing import turing as turing
    from allornone.models.boolean.boolean import boolean as boolean
    from allornone.models.boolean.parity import parity as parity
    from allornone.models.boolean.written import threshold_units as threshold_units
    from allornone.models.competition import Divisive as Divisive
    from allornone.models.competition import Oja as Oja
    from allornone.models.competition import Sanger as Sanger
    from allornone.models.competition import Subspace as Subspace
    from allornone.models.competition import Subtractive as Subtractive
    from allornone.models.figures import polygon as polygon
    from allornone.models.hebb import BCM as BCM
    from allornone.models.hebb import AntiHebb as AntiHebb
    from allornone.models.hebb import Covariance as Covariance
    from allornone.models.hebb import Hebb as Hebb
    from allornone.models.hebb import HebbDecay as HebbDecay
    from allornone.models.hebb import HebbTrace as HebbTrace
    from allornone.models.hebb import Instar as Instar
    from allornone.models.mcculloch_pitts import McCullochPitts as McCullochPitts
    from allornone.models.mcculloch_pitts import Threshold as Threshold
    from allornone.models.memories import Bipolar as Bipolar
    from allornone.models.memories import Projection as Projection
    from allornone.models.memories import Steinbuch as Steinbuch
    from allornone.models.memories import Willshaw as Willshaw
    from allornone.models.memories import hopfield as hopfield
    from allornone.models.mlp import mlp as mlp
    from allornone.models.perceptron import (
        Perceptron as Perceptron,
    )
    from allornone.models.perceptron import (
        PerceptronRule as PerceptronRule,
    )
    from allornone.models.perceptron import (
        perceptron as perceptron,
    )
    from allornone.models.propositions.formula import formula as formula
    from allornone.models.propositions.logic import logic as logic
    from allornone.pictures.drawing import draw as draw
    from allornone.pictures.films.film import film as film
    from allornone.pictures.plotting import plot as plot
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
    "models.mcculloch_pitts": ["McCullochPitts", "Threshold"],
    "models.perceptron": ["Perceptron", "PerceptronRule", "perceptron"],
    "models.adaline": ["LMS", "Adaline", "adaline"],
    "models.hebb": ["Hebb", "HebbDecay", "Instar", "Covariance", "AntiHebb", "BCM", "HebbTrace"],
    "models.activations": ["Linear", "Logistic"],
    "models.mlp": ["mlp"],
    "models.figures": ["polygon"],
    "models.automata.regular": ["regular", "accepts"],
    "models.automata.cellular": ["life", "cellular"],
    "models.automata.turing": ["turing"],
    "models.automata.automaton": ["automaton"],
    "models.automata.attractors": ["attractors"],
    "simulator.records.explaining": ["explain"],
    "models.competition": ["Oja", "Sanger", "Subspace", "Divisive", "Subtractive"],
    "models.memories": ["Bipolar", "hopfield", "Projection", "Willshaw", "Steinbuch"],
    "models.propositions.logic": ["logic"],
    "models.propositions.formula": ["formula"],
    "models.boolean.boolean": ["boolean"],
    "models.boolean.parity": ["parity"],
    "models.boolean.written": ["threshold_units"],
    "pictures.drawing": ["draw"],
    "pictures.plotting": ["plot"],
    "pictures.films.film": ["film"],
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
