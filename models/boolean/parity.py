"""Parity as networks: shallow and wide, or deep and small (after Minsky & Papert 1969; the counters are folklore).

N  inputs      y = 1 where an odd number of them is 1
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from allornone.models.mcculloch_pitts import Threshold
from allornone.simulator.arguments import checked
from allornone.simulator.errors import LimitExceeded, UnknownName
from allornone.simulator.network.network import Network, named_inputs

Join = Callable[[Network, str, str, str | None], str]
WAYS = ("terms", "chain", "tree", "counters", "skips", "pairs")
MOST = 16
"""Inputs of parity by terms: twice as many units, each with one synapse more, for every further one."""


@checked
def parity(inputs: int | Sequence[str], by: str = "terms") -> Network:
    """Return a network of threshold units that fires where an odd number of its inputs is 1.

    terms     one hidden unit for each of the 2^(N−1) odd rows, and an or: the least that ands and ors can do
    chain     N − 1 exclusive ors of three units, one behind the other
    tree      the same, in pairs: 2 ⌈log2 N⌉ synapses deep
    counters  N hidden units, the k-th fires when at least k inputs do; they are weighed +1, −1, …
    skips     ⌊N/2⌋ hidden counters of 2, 4, …; `out` sees the inputs too
    pairs     a chain of exclusive ors of two units, where the second sees the inputs too

    Hidden units are `H1…` in the order of their depth k, in groups `hidden1`, `hidden2`, …

    >>> parity(4, "chain").depth, parity(4, "tree").depth
    (6, 4)
    """
    sources = named_inputs("parity", inputs)
    if by not in WAYS:
        raise UnknownName("way to parity", str(by), WAYS)
    if by == "terms" and len(sources) > MOST:
        raise LimitExceeded(
            f"parity by terms takes a unit for each of the 2^(N−1) odd rows: to {MOST} inputs, found {len(sources)}; "
            f"by counters it takes N"
        )
    net = Network(name="parity")
    net.add_inputs(*sources)
    _BUILDERS[by](net, sources)
    return net


def _terms(net: Network, sources: list[str]) -> None:
    wide = len(sources)
    odd = [row for row in range(1 << wide) if row.bit_count() % 2]
    hidden = []
    for row in odd:
        signs = [1.0 if row >> k & 1 else -1.0 for k in range(wide)]
        hidden.append(_unit(net, row.bit_count(), zip(sources, signs, strict=True)))
    _out(net, 1, [(unit, 1.0) for unit in hidden])


def _counters(net: Network, sources: list[str]) -> None:
    each = [(source, 1.0) for source in sources]
    hidden = [_unit(net, k, each) for k in range(1, len(sources) + 1)]
    _out(net, 0.5, [(unit, -1.0 if k % 2 else 1.0) for k, unit in enumerate(hidden)])


def _skips(net: Network, sources: list[str]) -> None:
    each = [(source, 1.0) for source in sources]
    hidden = [_unit(net, 2 * k, each) for k in range(1, len(sources) // 2 + 1)]
    _out(net, 0.5, [*each, *((unit, -2.0) for unit in hidden)])


def _chain(net: Network, sources: list[str]) -> None:
    _fold(net, sources, _three_units)


def _pairs(net: Network, sources: list[str]) -> None:
    _fold(net, sources, _two_units)


def _fold(net: Network, sources: list[str], join: Join) -> None:
    so_far = sources[0]
    for source in sources[1:-1]:
        so_far = join(net, so_far, source, None)
    if len(sources) > 1:
        join(net, so_far, sources[-1], "out")
    else:
        _out(net, 1, [(so_far, 1.0)])


def _tree(net: Network, sources: list[str]) -> None:
    level = sources
    while len(level) > 2:
        joined = [_three_units(net, a, b, None) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = joined + (level[-1:] if len(level) % 2 else [])
    _fold(net, level, _three_units)


def _three_units(net: Network, a: str, b: str, name: str | None) -> str:
    """Add "one at least", "one at most", and the unit that asks for both."""
    least = _unit(net, 1, [(a, 1.0), (b, 1.0)])
    most = _unit(net, -1, [(a, -1.0), (b, -1.0)])
    return _unit(net, 2, [(least, 1.0), (most, 1.0)], name)


def _two_units(net: Network, a: str, b: str, name: str | None) -> str:
    """Add an and, and an or that it forbids."""
    both = _unit(net, 1.5, [(a, 1.0), (b, 1.0)])
    return _unit(net, 0.5, [(a, 1.0), (b, 1.0), (both, -2.0)], name)


def _out(net: Network, threshold: float, sources: list[tuple[str, float]]) -> None:
    _unit(net, threshold, sources, "out")


def _unit(
    net: Network, threshold: float, sources: Iterable[tuple[str, float]], name: str | None = None
) -> str:
    """Add a unit with its synapses: `out`, or a hidden one in the group of its depth."""
    afferents = list(sources)
    depth = 1 + max(
        int(net.nodes[source].get("group", "hidden0")[len("hidden") :]) for source, _ in afferents
    )
    if name is None:
        name = f"H{len(net) - len(net.inputs) + 1}"
        net.add_unit(name, Threshold(threshold=threshold), group=f"hidden{depth}")
    else:
        net.add_unit(name, Threshold(threshold=threshold), output=True)
    for source, weight in afferents:
        net.connect(source, name, weight=weight)
    return name


_BUILDERS: dict[str, Callable[[Network, list[str]], None]] = {
    "terms": _terms,
    "chain": _chain,
    "tree": _tree,
    "counters": _counters,
    "skips": _skips,
    "pairs": _pairs,
}
