"""Depth: powers by squaring, products of three squares, and a line folded again and again.

x  input, a and b factors      n  exponent      m  folds      P  product, S  square

    a b = ½ (a + b)² − ½ a² − ½ b²
"""

from __future__ import annotations

from collections.abc import Sequence

from allornone.models.activations import Linear, ReLU, Square
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, flag, whole
from allornone.simulator.network.network import Network, named_inputs

MOST_FOLDS = 50
"""Folds from which on neighbouring teeth are nearer than two numbers can be."""


@checked
def product(inputs: int | Sequence[str] = 2) -> Network:
    """Return a network whose `out` is the product of its inputs, multiplied in pairs: log2 of them deep in products.

    Each product, `P1…` (the last is `out`), adds up three squares, `P1.1`, `P1.2`, `P1.3`: ½ (a + b)² − ½ a² − ½ b².

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> net = product(4)
    >>> evaluate(net, [[2, 3, 5, 7]]).item(), len(net.group("squares")), net.depth
    (210.0, 9, 4)
    """
    net = Network(name="product")
    factors = named_inputs("product", inputs, 2)
    count = len(factors)
    net.add_inputs(*factors)
    made = 0
    while len(factors) > 1:
        following = factors[len(factors) & ~1 :]  # an odd one waits for the next round
        products = []
        for a, b in zip(factors[::2], factors[1::2], strict=False):
            made += 1
            products.append(_multiply(net, a, b, made, last=made == count - 1))
        factors = products + following
    return net


@checked
def power(exponent: int) -> Network:
    """Return a network whose `out` is xⁿ: x is squared again and again, and what n's binary digits name is multiplied.

    The squaring units are `S1…`, x to the 2, 4, 8, …; the products `P1…`, as those of `product`, in the group
    "products". `out` is the last of either. Of n = 2^k there are k squares and no product.

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> net = power(1024)
    >>> evaluate(net, [[1.01]]).item() - 1.01**1024 < 1e-10, len(net.group("powers")), net.depth
    (True, 10, 10)
    >>> net = power(15)
    >>> evaluate(net, [[2.0]]).item(), len(net.group("powers")), len(net.group("products"))
    (32768.0, 3, 3)
    """
    n = whole("power: exponent", exponent, 2)
    net = Network(name="power")
    net.add_inputs("X1")
    squarings, ones = n.bit_length() - 1, n.bit_count()
    known = ["X1"]
    for k in range(1, squarings + 1):
        last = k == squarings and ones == 1
        known.append("out" if last else f"S{k}")
        _add(net, known[k], Square(), "powers", {known[k - 1]: 1.0}, output=last)
    factors = [name for k, name in enumerate(known) if n >> k & 1]
    found = factors[0]
    for number, factor in enumerate(factors[1:], start=1):
        found = _multiply(net, found, factor, number, last=number == ones - 1)
    return net


@checked
def sawtooth(folds: int, square: bool = False) -> Network:
    """Return a network that folds the line from 0 to 1 in two, `folds` times over: 2^m pieces by 2m rectified units.

        g(x) = 2 max(x, 0) − 4 max(x − ½, 0), and again of g: up to 1 at ½, down to 0 at 1

    With `square=True` the folds are added up, and `out` is x − Σ g_k / 4^k, which is x² to 2^−(2m + 2).
    M. Telgarsky (2015); D. Yarotsky (2017) for the square.

    >>> from allornone.simulator.learning.presenting import evaluate
    >>> evaluate(sawtooth(2), [[0], [0.125], [0.25], [0.5], [0.75], [1]]).ravel()
    array([0. , 0.5, 1. , 0. , 1. , 0. ])
    >>> evaluate(sawtooth(4, square=True), [[0.5], [0.75]]).ravel()
    array([0.25  , 0.5625])
    """
    m = whole("sawtooth: folds", folds, 1)
    if m > MOST_FOLDS:
        raise AllornoneError(f"sawtooth: folds must be at most {MOST_FOLDS}, found {m}")
    flag("sawtooth: square", square)
    net = Network(name="sawtooth")
    net.add_inputs("X1")
    before = {"X1": 1.0}
    out = {"X1": 1.0} if square else {}
    for k in range(1, m + 1):
        rising, falling = f"H{k}.1", f"H{k}.2"
        _add(net, rising, ReLU(), f"hidden{k}", before)
        _add(net, falling, ReLU(), f"hidden{k}", before, bias=-0.5)
        before = {rising: 2.0, falling: -4.0}
        if square:
            out |= {name: -weight / 4**k for name, weight in before.items()}
    _add(net, "out", Linear(), None, out or before, output=True)
    return net


def _multiply(net: Network, a: str, b: str, number: int, last: bool) -> str:
    """Add the product of two units, of three squares, and return its name."""
    name = f"P{number}"
    for part, sources in ((1, (a, b)), (2, (a,)), (3, (b,))):
        _add(net, f"{name}.{part}", Square(), "squares", dict.fromkeys(sources, 1.0))
    halves = {f"{name}.1": 0.5, f"{name}.2": -0.5, f"{name}.3": -0.5}
    made = "out" if last else name
    _add(net, made, Linear(), "products", halves, output=last)
    return made


def _add(
    net: Network,
    name: str,
    model: Linear | ReLU | Square,
    group: str | None,
    sources: dict[str, float],
    bias: float | None = None,
    output: bool = False,
) -> None:
    """Add a unit that nothing teaches, with its synapses."""
    net.add_unit(name, model, bias=bias, group=group, output=output or None, plastic=False)
    if bias is None:
        net.nodes[name].pop("bias", None)
        net.nodes[name].pop("plastic", None)
    for source, weight in sources.items():
        net.connect(source, name, weight=weight, plastic=False)
