"""The public names, in the one place that tools and the lazy front door both read."""

from .models.activations import (
    Clipped as Clipped,
    Linear as Linear,
    Logistic as Logistic,
    ReLU as ReLU,
    Softmax as Softmax,
    Softplus as Softplus,
    Square as Square,
    Tanh as Tanh,
)
from .models.adaline import (
    LMS as LMS,
    Adaline as Adaline,
    LeastSquares as LeastSquares,
    NormalisedLMS as NormalisedLMS,
    adaline as adaline,
    largest_eta as largest_eta,
    wiener as wiener,
)
from .models.automata.attractors import attractors as attractors
from .models.automata.automaton import automaton as automaton
from .models.automata.cellular import cellular as cellular, life as life
from .models.automata.regular import accepts as accepts, regular as regular
from .models.automata.turing import turing as turing
from .models.backpropagation import Backpropagation as Backpropagation, GeneralisedDelta as GeneralisedDelta
from .models.boolean.boolean import boolean as boolean
from .models.boolean.parity import parity as parity
from .models.boolean.separability import separable as separable
from .models.boolean.written import threshold_units as threshold_units
from .models.competition import (
    Divisive as Divisive,
    Oja as Oja,
    Sanger as Sanger,
    Subspace as Subspace,
    Subtractive as Subtractive,
)
from .models.figures import (
    cylinders as cylinders,
    polygon as polygon,
    polygons as polygons,
    pulses as pulses,
)
from .models.hebb import (
    BCM as BCM,
    AntiHebb as AntiHebb,
    Covariance as Covariance,
    Hebb as Hebb,
    HebbDecay as HebbDecay,
    HebbTrace as HebbTrace,
    Instar as Instar,
)
from .models.madaline import (
    MadalineI as MadalineI,
    MadalineII as MadalineII,
    MadalineNearest as MadalineNearest,
    madaline as madaline,
)
from .models.mcculloch_pitts import McCullochPitts as McCullochPitts, Threshold as Threshold
from .models.memories import (
    Bipolar as Bipolar,
    Projection as Projection,
    Steinbuch as Steinbuch,
    Willshaw as Willshaw,
    hopfield as hopfield,
)
from .models.mlp import mlp as mlp
from .models.orders import (
    euler as euler,
    mask_form as mask_form,
    order as order,
    order_of_counts as order_of_counts,
)
from .models.perceptron import (
    AveragedPerceptron as AveragedPerceptron,
    Perceptron as Perceptron,
    PerceptronRule as PerceptronRule,
    PocketRule as PocketRule,
    perceptron as perceptron,
)
from .models.photo_perceptron import (
    Alpha as Alpha,
    Beta as Beta,
    Gamma as Gamma,
    Pa as Pa,
    Pc as Pc,
    photo_perceptron as photo_perceptron,
)
from .models.powers import power as power, product as product, sawtooth as sawtooth
from .models.propositions.formula import formula as formula
from .models.propositions.logic import logic as logic
from .models.rbf import Radial as Radial, rbf as rbf
from .models.starting import start as start
from .pictures.drawing import draw as draw
from .pictures.films.film import film as film
from .pictures.plotting import plot as plot
from .scenarios.catalogue import catalogue as catalogue
from .scenarios.experiment.tasks import task as task
from .scenarios.running import run as run
from .simulator.errors import AllornoneError as AllornoneError, LearningWarning as LearningWarning
from .simulator.learning.gradient import gradient as gradient, jacobian as jacobian
from .simulator.learning.presenting import evaluate as evaluate
from .simulator.learning.rules import (
    LayerRule as LayerRule,
    LearningRule as LearningRule,
    LocalRule as LocalRule,
)
from .simulator.learning.trainer import Trainer as Trainer
from .simulator.learning.training import train as train
from .simulator.network.network import Network as Network
from .simulator.network.storage import read as read, write as write
from .simulator.program.program import Program as Program, compile as compile
from .simulator.records.explaining import explain as explain
from .simulator.records.records import Record as Record, Trace as Trace, Training as Training
from .simulator.time.simulation import Simulator as Simulator, simulate as simulate
from .simulator.units import (
    DifferentiableUnit as DifferentiableUnit,
    SummingUnit as SummingUnit,
    UnitModel as UnitModel,
)

__version__: str
__all__: list[str]
