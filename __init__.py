"""Allornone: a simulator of historical neuron models, from Bain (1873) to backpropagation (1986).

import allornone as aon
"""

import lazy_loader

__version__ = "0.1.0"

# The public names stand in __init__.pyi; each is imported when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
