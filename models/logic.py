"""Propositions over time to McCulloch–Pitts nets: "neural events can be treated by means of propositional logic".

W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5 (1943): Theorems 1 to 3 for nets without circles, 8 to 10 for
circles. A line says what one unit does at t, from what units did one tick before or earlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allornone.models.logic_design import at_least
from allornone.models.logic_lines import Line, Lowering, fresh, lengthened, line_of
from allornone.models.logic_wiring import Wiring, cells_of, latencies
from allornone.models.proposition import Ever, Expression, Proposition
from allornone.models.proposition_text import parse_propositions
from allornone.simulator.errors import AllornoneError, flag
from allornone.simulator.network.network import Network

_REASON = (
    "A net at rest stays at rest (McCulloch and Pitts, Theorem 3), so this takes a unit that fires by itself: "
    "say tonic=True"
)


def logic(says: str | list[str], tonic: bool = False, relative: bool = False) -> Network:
    """Return a net of McCulloch–Pitts units that does what propositions say.

    A line is `N3(t) = N1(t-1) and not N2(t-1)`; several stand in a list, or divided by `;` or line ends. There are
    `and`, `or`, `not` (also `& | ~`), parentheses, delays from 1, `at least 2 of (A, B, C)(t-1)`, a unit's own past,
    and what a circle remembers: `there was x < t with A(x) and B(x-1)`, `for every x < t, A(x)`, which reach back
    to tick 0 and go on to the end of the line or the next `)`. Names that no line defines are inputs; lines that
    no other speaks of are outputs.

    A proposition that is true when nothing has fired is refused, for no net from rest does it (Theorem 3), unless
    `tonic` allows units of threshold 0, which fire by themselves. With `relative`, weights may be negative, which
    may save units. `graph["latency"]` says by how many ticks each unit answers later than its line, 0 where that
    can be; `graph["units_bound"]` how many units any net from rest without circles needs for certain to answer
    as soon.

    Raises NotationError with the column of a mistake in the text, AllornoneError for what no net does.

    >>> net = logic("N3(t) = N1(t-1) and not N2(t-1)")
    >>> print(net)
    Network 'logic': 3 units, 2 synapses (1 inhibitory), depth 1
      inputs   N1, N2
      output   N3  θ=1  ← N1(t−1),  not N2(t−1)
    >>> logic("Z(t) = X(t-1) and not Y(t-1) or Y(t-1) and not X(t-1)").graph["latency"]
    {'Z': 1}
    >>> logic("Rest(t) = not N(t-1)")
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: 'Rest' is true when nothing has fired: not N(t-1). A net at rest \
stays at rest (McCulloch and Pitts, Theorem 3), so this takes a unit that fires by itself: say tonic=True
    """
    flag("tonic", tonic), flag("relative", relative)
    propositions = parse_propositions(says)
    names = _names(propositions)
    defined = {one.name for one in propositions}
    lowering = Lowering(fresh("tonic", names), {*names})
    for one in propositions:
        lowering.add(one)
    lines = {name: line_of(name, expression) for name, expression in lowering.lines.items()}
    if not tonic:
        _refuse_restless(propositions, lines, lowering.restless)
    longer = lengthened(lines, lowering.tonic, relative)
    late, designs = latencies(longer, relative)
    wiring = Wiring(lowering.tonic, {*lowering.names, lowering.tonic})
    wiring.add_all(
        {name: cells_of(line, designs[name], late, lowering.tonic) for name, line in longer.items()}
    )
    net = wiring.network([name for name in names if name not in defined], [one.name for one in propositions])
    for name in _outputs(propositions):
        net.nodes[name]["output"] = True
    net.graph["latency"] = {one.name: late[one.name] for one in propositions}
    net.graph["units_bound"] = _least(lines, late, defined, relative)
    return net


def _names(propositions: Sequence[Proposition]) -> list[str]:
    """Return every name, in order of appearance."""
    found: dict[str, None] = {}

    def inside(says: Expression) -> None:
        def note(ever: Ever) -> Expression:
            inside(ever.body)
            return ever

        for atom in says.atoms():
            found.setdefault(atom.name)
        says.replaced(lambda atom: atom, note)

    for one in propositions:
        inside(one.says)
        found.setdefault(one.name)
    return list(found)


def _outputs(propositions: Sequence[Proposition]) -> list[str]:
    heard = {name for one in propositions for name in _names([one]) if name != one.name}
    found = [one.name for one in propositions if one.name not in heard]
    return found or [one.name for one in propositions]


def _refuse_restless(
    propositions: Sequence[Proposition], lines: Mapping[str, Line], restless: Sequence[tuple[str, Ever]]
) -> None:
    for one in propositions:
        if lines[one.name].at_rest:
            raise AllornoneError(f"{one.name!r} is true when nothing has fired: {one.says.text()}. {_REASON}")
    for name, ever in restless:
        raise AllornoneError(
            f"{name!r}: what it looks for is there when nothing has fired: {ever.text()}. {_REASON}"
        )


def _least(lines: Mapping[str, Line], late: Mapping[str, int], defined: set[str], relative: bool) -> int:
    """Return how many units there must be: one a line, and as many as the worst line needs by itself."""
    found = len(defined)
    for name, line in lines.items():
        heard = [moment.name for moment in line.variables]
        if line.at_rest or line.wide or any(source in lines for source in heard):
            continue
        early = sum(1 << k for k, moment in enumerate(line.variables) if moment.delay + late[name] > 1)
        found = max(found, at_least(line.rows, heard, early, relative))
    return found
