"""Propositions over time to McCulloch–Pitts nets: "neural events can be treated by means of propositional logic".

W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5 (1943): Theorems 1 to 3 for nets without circles, 8 to 10 for
circles. A line says what one unit does at t, from what units did one tick before or earlier.

`tonic` is the name of a unit that fires at every tick from 0 on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from allornone.models.mcculloch_pitts import McCullochPitts
from allornone.models.propositions.design import Design, at_least, by_parts, design
from allornone.models.propositions.one_unit import OneUnit, depends_on, restricted
from allornone.models.propositions.proposition import (
    Atom,
    Ever,
    Not,
    PastOutput,
    Proposition,
    TemporalExpression,
    both,
    either,
    past_outputs,
    truth,
)
from allornone.models.propositions.reading import parse_propositions
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, flag
from allornone.simulator.network.network import Network

_REASON = (
    "A net at rest stays at rest (McCulloch and Pitts, Theorem 3), so this takes a unit that fires by itself: "
    "say tonic=True"
)

MOST = 10
"""Moments that one line may speak of, unless its parts are units: its truth table is written out."""
WIDEST = 1000
"""Moments that a line may speak of at all."""
FEW, MANY = 4, 8
"""Up to so few moments the table alone is asked, beyond so many the parts first."""


@checked
def logic(
    lines: str | list[str], tonic: bool = False, relative: bool = False, at_once: bool = False
) -> Network:
    """Return a net of McCulloch–Pitts units that does what propositions say.

    A line is `N3(t) = N1(t-1) and not N2(t-1)`; several stand in a list, or divided by `;` or line ends. There are
    `and`, `or`, `not` (also `& | ~`), parentheses, delays from 1, `at least 2 of (A, B, C)(t-1)`, a unit's own past,
    and what a circle remembers: `there was x < t with A(x) and B(x-1)`, `for every x < t, A(x)`, which reach back
    to tick 0 and go on to the end of the line or the next `)`. Names that no line defines are inputs; lines that
    no other speaks of are outputs.

    A proposition that is true when nothing has fired is refused, for no net from rest does it (Theorem 3), unless
    `tonic` allows units of threshold 0, which fire by themselves. With `relative`, weights may be negative, which
    may save units. `facts["latency"]` says by how many ticks each unit answers later than its line, 0 where that
    can be; `facts["units_bound"]` how many units any net from rest without circles needs for certain to answer
    as soon.

    A hidden unit takes a tick, as every cell of 1943. Only in a circle that has no tick to spare it answers at once,
    over synapses without delay, so that the circle does what its lines say from any state. With `at_once` all hidden
    units do: no unit is late, and the states of the named units alone decide what follows, as in a Boolean network.

    Raises NotationError with the column of a mistake in the text, AllornoneError for what no net does.

    >>> net = logic("N3(t) = N1(t-1) and not N2(t-1)")
    >>> print(net)
    Network 'logic': 3 units, 2 synapses (1 inhibitory), depth 1
      inputs   N1, N2
      output   N3  θ=1  ← N1(t−1),  not N2(t−1)
    >>> logic("Z(t) = X(t-1) and not Y(t-1) or Y(t-1) and not X(t-1)").facts["latency"]
    {'Z': 1}
    >>> logic("Rest(t) = not N(t-1)")
    Traceback (most recent call last):
    ...
    allornone.simulator.errors.AllornoneError: 'Rest' is true when nothing has fired: not N(t-1). A net at rest \
stays at rest (McCulloch and Pitts, Theorem 3), so this takes a unit that fires by itself: say tonic=True
    """
    flag("tonic", tonic), flag("relative", relative), flag("at_once", at_once)
    propositions = parse_propositions(lines)
    names = _names(propositions)
    defined = {one.name for one in propositions}
    lowering = Lowering(fresh("tonic", names), {*names})
    for one in propositions:
        lowering.add(one)
    tables = {name: line_of(name, expression) for name, expression in lowering.lines.items()}
    if not tonic:
        _refuse_restless(propositions, tables, lowering.restless)
    hurried = tables.keys() if at_once else _hurried(tables, relative)
    late, designs = latencies(tables, hurried, relative)
    builder = LogicBuilder(lowering.tonic, {*lowering.names, lowering.tonic}, hurried)
    builder.add_all(
        {name: plans_of(line, designs[name], late, lowering.tonic) for name, line in tables.items()}
    )
    net = builder.network([name for name in names if name not in defined], [one.name for one in propositions])
    for name in _outputs(propositions):
        net.nodes[name]["output"] = True
    net.note(
        latency={one.name: late[one.name] for one in propositions},
        units_bound=_least(tables, late, defined, relative),
    )
    return net


def _names(propositions: Sequence[Proposition]) -> list[str]:
    """Return every name, in order of appearance."""
    found: dict[str, None] = {}

    def inside(says: TemporalExpression) -> None:
        def note(ever: Ever) -> TemporalExpression:
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
    propositions: Sequence[Proposition], lines: Mapping[str, LineTable], restless: Sequence[tuple[str, Ever]]
) -> None:
    for one in propositions:
        if lines[one.name].at_rest:
            raise AllornoneError(f"{one.name!r} is true when nothing has fired: {one.says.text()}. {_REASON}")
    for name, ever in restless:
        raise AllornoneError(
            f"{name!r}: what it looks for is there when nothing has fired: {ever.text()}. {_REASON}"
        )


def _least(lines: Mapping[str, LineTable], late: Mapping[str, int], defined: set[str], relative: bool) -> int:
    """Return how many units there must be: one a line, and as many as the worst line needs by itself."""
    found = len(defined)
    for name, line in lines.items():
        heard = [past.name for past in line.variables]
        if line.at_rest or line.wide or any(source in lines for source in heard):
            continue
        early = sum(1 << k for k, past in enumerate(line.variables) if past.delay + late[name] > 1)
        found = max(found, at_least(line.rows, heard, early, relative))
    return found


@dataclass(frozen=True)
class LineTable:
    """One unit's proposition as a truth table over the moments that make a difference."""

    name: str
    says: TemporalExpression
    variables: tuple[PastOutput, ...]
    rows: int
    wide: bool = False
    """Whether a table would be too long; `rows` is then that of silence alone."""

    @property
    def at_rest(self) -> bool:
        """Whether it is true when nothing has fired."""
        return bool(self.rows & 1)

    def designed(self, early: int, relative: bool) -> Design | None:
        """Return its units, those before it hearing only what is early; None where that cannot be."""
        count = len(self.variables)
        written = count > FEW and count == len(past_outputs([self.says]))
        parts = by_parts(self.says, self.variables, early) if written else None
        if self.wide or (parts is not None and count > MANY):
            return parts
        table = design(self.rows, count, early, relative)
        if parts is not None and (table is None or len(parts.hidden) < len(table.hidden)):
            return parts
        return table


def line_of(name: str, says: TemporalExpression, speaks: str = "speaks") -> LineTable:
    """Return a line's truth table; more than 10 moments are an error that says what to do."""
    heard = past_outputs([says])
    if len(heard) > MOST:
        at_rest = says.rows(dict.fromkeys(heard, 0), 1)
        early = (1 << len(heard)) - 1
        if not at_rest and len(heard) <= WIDEST and by_parts(says, heard, early) is not None:
            return LineTable(name, says, tuple(heard), 0, wide=True)
        raise AllornoneError(
            f"{name!r} {speaks} of {len(heard)} moments, and truth tables are written out to {MOST}: "
            "say a part of it on a line of its own"
        )
    rows = truth(says, heard)
    kept = depends_on(rows, len(heard))
    variables = tuple(heard[k] for k in kept)
    return LineTable(name, says, variables, restricted(rows, kept))


@dataclass
class Lowering:
    """Propositions on their way to lines without quantifiers; circles that remember get lines of their own."""

    tonic: str
    names: set[str]
    lines: dict[str, TemporalExpression] = field(default_factory=dict)
    circles: dict[TemporalExpression, str] = field(default_factory=dict)
    restless: list[tuple[str, Ever]] = field(default_factory=list)

    def add(self, one: Proposition) -> None:
        """Add a proposition, and what it needs."""
        says = one.says
        if isinstance(says, Ever) and says.delay == 1 and not says.every:
            # The unit itself is the circle: A(t) = B(t-1) or A(t-1).
            body = self.body(one.name, says)
            self.circles.setdefault(body, one.name)
            self.lines[one.name] = either(body.later(1), Atom(one.name, 1))
            return
        self.lines[one.name] = self.plain(one.name, says, 1)

    def plain(self, owner: str, says: TemporalExpression, ago: int) -> TemporalExpression:
        """Return the same without quantifiers, of a moment that is `ago` ticks or more before anyone asks."""
        return says.replaced(lambda atom: atom, lambda ever: self.remembered(owner, ever, ago))

    def body(self, owner: str, ever: Ever) -> TemporalExpression:
        """Return what is looked for at some moment from tick 0 on: of "every" the opposite of what is said."""
        body = self.plain(owner, ever.body, 0)
        body = Not(body) if ever.every else body
        if not truth(body, past_outputs([body])) & 1:
            return body
        self.restless.append((owner, ever))
        return both(body, Atom(self.tonic, 0))

    def remembered(self, owner: str, ever: Ever, ago: int) -> TemporalExpression:
        """Return what a circle remembers: E(t) = body(t-1) or E(t-1), asked `delay` − 1 ticks ago."""
        body = self.body(owner, ever)
        if body not in self.circles:
            self.circles[body] = circle = fresh(f"{owner}'ever", self.names)
            self.names.add(circle)
            self.lines[circle] = either(body.later(1), Atom(circle, 1))
        circle = self.circles[body]
        if ever.delay > ago:
            found: TemporalExpression = Atom(circle, ever.delay - 1)
        else:
            # What the circle says at this very tick nobody else can hear in time: so look at the last moment too.
            found = either(body.later(ever.delay), Atom(circle, ever.delay))
        return Not(found) if ever.every else found


def fresh(name: str, taken: Collection[str]) -> str:
    """Return the name with as many marks behind it as make it new.

    >>> fresh("tonic", {"tonic"})
    "tonic'"
    """
    while name in taken:
        name += "'"
    return name


def _hurried(lines: Mapping[str, LineTable], relative: bool) -> frozenset[str]:
    """Return the lines whose hidden units must answer within the tick: what their own circle did a tick ago is theirs.

    A hidden unit that took a tick would hear the circle too late. So it hears what its line speaks of, and the line's
    unit hears it without delay: then the units of the lines alone say what the net remembers.
    """
    together = _circles(lines)
    found = set()
    for name, line in lines.items():
        short = [one for one in line.variables if one.name in together[name] and one.delay == 1]
        early = sum(1 << k for k, one in enumerate(line.variables) if one not in short)
        if short and line.designed(early, relative) is None:
            found.add(name)
    return frozenset(found)


def _circles(lines: Mapping[str, LineTable]) -> dict[str, set[str]]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(lines)
    for name, line in lines.items():
        graph.add_edges_from((heard.name, name) for heard in line.variables if heard.name in lines)
    found: dict[str, set[str]] = {}
    for part in nx.strongly_connected_components(graph):
        looped = len(part) > 1 or any(graph.has_edge(name, name) for name in part)
        found |= dict.fromkeys(part, part if looped else set())
    return found


@dataclass(frozen=True)
class UnitPlan:
    """A unit in terms of what its synapses hear: weights and vetoes by moment."""

    threshold: int
    weights: tuple[tuple[PastOutput, int], ...]
    vetoes: tuple[PastOutput, ...] = ()

    @property
    def heard(self) -> list[PastOutput]:
        """Every moment that it hears."""
        return [*(past for past, _ in self.weights), *self.vetoes]

    @property
    def spare(self) -> int:
        """Ticks by which all its delays could be shorter."""
        return min((past.delay for past in self.heard), default=1) - 1

    def sooner(self, ticks: int) -> UnitPlan:
        """Return the plan that answers so many ticks earlier."""
        return UnitPlan(
            self.threshold,
            tuple(
                sorted((PastOutput(name, delay - ticks), weight) for (name, delay), weight in self.weights)
            ),
            tuple(sorted(PastOutput(name, delay - ticks) for name, delay in self.vetoes)),
        )


def latencies(
    lines: Mapping[str, LineTable], hurried: Collection[str], relative: bool
) -> tuple[dict[str, int], dict[str, Design]]:
    """Return by how many ticks each unit must answer late, as few as possible, and its design.

    A synapse takes at least one tick, a hidden unit one more, but none in the lines that are `hurried`. Who hears
    a late unit makes up for it where the text leaves time. The least solution is reached from below.
    """
    late, designs = dict.fromkeys(lines, 0), {}
    for _ in range(len(lines) * (len(lines) + 2) + 1):
        before = dict(late)
        for name, line in lines.items():
            late[name], designs[name] = _least_late(line, late, 0 if name in hurried else 1, relative)
        if late == before:
            return late, designs
    raise AllornoneError(  # those that are hurried have made every circle long enough
        f"the circle of {max(late, key=late.__getitem__)!r} is too short for the units that it needs"
    )


def _least_late(
    line: LineTable, late: Mapping[str, int], of_hidden: int, relative: bool
) -> tuple[int, Design]:
    """Return how late a line must answer where a hidden unit takes so many ticks, and its design."""
    own = late[line.name]
    while True:
        heard = [past.delay for past in effective(line, late, own)]
        early = sum(1 << k for k, delay in enumerate(heard) if delay > of_hidden)
        found = line.designed(early, relative) if min(heard, default=1) > 0 else None
        if found is not None:
            return own, found
        own += 1
        if own > late[line.name] + max(late.values()) + 2:
            raise AllornoneError(f"{line.name!r} cannot be said in time")


def effective(line: LineTable, late: Mapping[str, int], own: int) -> list[PastOutput]:
    """Return the moments that the unit's synapses hear, once everyone is as late as is said."""
    # Of its own past a unit is as late as it is itself.
    return [
        PastOutput(name, delay + own - (own if name == line.name else late.get(name, 0)))
        for name, delay in line.variables
    ]


def plans_of(
    line: LineTable, found: Design, late: Mapping[str, int], tonic: str
) -> tuple[UnitPlan, list[UnitPlan], OneUnit]:
    """Return the unit of a line as it hears moments, its hidden units, and how it hears these."""
    own = late[line.name]
    heard = effective(line, late, own)
    unit = _plan(found.unit, heard)
    if line.at_rest and own:
        # A late unit must rest until its tick 0 has come: what fires by itself is told when.
        weights = (*unit.weights, (PastOutput(tonic, own), 1 - unit.threshold))
        unit = replace(unit, threshold=1, weights=weights)
    return unit, [_plan(hidden, heard) for hidden in found.hidden], found.unit


def _plan(unit: OneUnit, heard: Sequence[PastOutput]) -> UnitPlan:
    weights = tuple((past, weight) for past, weight in zip(heard, unit.weights, strict=False) if weight)
    vetoes = tuple(past for k, past in enumerate(heard) if unit.vetoes >> k & 1)
    return UnitPlan(unit.threshold, weights, vetoes)


class LogicBuilder:
    """A network under construction; hidden units and relays are made once, and shared.

    A line that is `hurried` shares no unit of another line, which may be held at something else than its line says.
    """

    def __init__(self, tonic: str, taken: Iterable[str], hurried: Collection[str] = ()) -> None:
        self.hurried, self.lines = hurried, set[str]()
        self.plans: dict[str, UnitPlan] = {}
        self.tonic, self.taken = tonic, {*taken}
        self.shared: dict[UnitPlan, str] = {}
        self.relays: dict[str, UnitPlan] = {}
        self.copies: dict[str, list[tuple[int, str]]] = {}

    def add_all(self, parts: Mapping[str, tuple[UnitPlan, Sequence[UnitPlan], OneUnit]]) -> None:
        """Add units with their hidden ones, and relays where one unit hears another at several moments."""
        self.lines = {*parts}
        for name, (plan, hidden, _) in parts.items():
            if not hidden and plan.spare == 0:
                self.shared.setdefault(plan.sooner(0), name)
        whole = {name: self._joined(name, *part) for name, part in parts.items()}
        self.plans |= whole
        for name, plan in self.plans.items():
            self._note_copy(name, plan)
        led = {name: self._led(name, plan) for name, plan in self.plans.items()}
        self.plans = {**self.relays, **led}

    def network(self, inputs: Iterable[str], lines: Iterable[str]) -> Network:
        """Return the network: inputs, hidden units and relays, and the units of the lines."""
        net = Network(name="logic")
        net.add_inputs(*inputs)
        order = [*(unit for unit in self.plans if unit not in lines), *lines]
        heard = {past.name for plan in self.plans.values() for past in plan.heard}
        if self.tonic in heard:
            net.add_unit(self.tonic, McCullochPitts(threshold=0.0))
        for unit in order:
            net.add_unit(unit, McCullochPitts(threshold=float(self.plans[unit].threshold)))
        for unit in order:
            for past, weight in self.plans[unit].weights:
                net.connect(past.name, unit, weight=float(weight), delay=past.delay)
            for past in self.plans[unit].vetoes:
                net.inhibit(past.name, unit, delay=past.delay)
        return net

    def _joined(self, owner: str, plan: UnitPlan, hidden: Sequence[UnitPlan], unit: OneUnit) -> UnitPlan:
        first = len(unit.weights) - len(hidden)
        weights, vetoes = dict(plan.weights), list(plan.vetoes)
        for k, one in enumerate(hidden):
            past = self._said_by(owner, one)
            if unit.weights[first + k]:
                weights[past] = unit.weights[first + k]
            elif unit.vetoes >> first + k & 1:
                vetoes.append(past)
        return UnitPlan(plan.threshold, tuple(weights.items()), tuple(vetoes))

    def _said_by(self, owner: str, hidden: UnitPlan) -> PastOutput:
        """Return which unit says what a hidden unit says, and how long before its owner."""
        sooner = hidden.sooner(hidden.spare)
        if not self._serves(owner, self.shared.get(sooner, owner)):
            name = self._fresh(f"{owner}'{chr(ord('a') + self._count(owner) % 26)}")
            self.plans[name] = sooner
            self.shared[sooner] = name
        return PastOutput(self.shared[sooner], hidden.spare)

    def _serves(self, owner: str, name: str) -> bool:
        """Return whether a unit may stand for a hidden unit, or a relay, of a line."""
        return name != owner and not (owner in self.hurried and name in self.lines)

    def _count(self, owner: str) -> int:
        return sum(name.startswith(f"{owner}'") for name in self.plans)

    def _note_copy(self, name: str, plan: UnitPlan) -> None:
        if len(plan.weights) == 1 and not plan.vetoes and 1 <= plan.threshold <= plan.weights[0][1]:
            source, delay = plan.weights[0][0]
            self.copies.setdefault(source, []).append((delay, name))

    def _led(self, name: str, plan: UnitPlan) -> UnitPlan:
        """Lead the second and later ways from a source through units that copy it."""
        heard: dict[str, list[int]] = {}
        for source, delay in plan.heard:
            heard.setdefault(source, []).append(delay)
        led: dict[PastOutput, PastOutput] = {}
        used = {*heard, name}
        for source, delays in heard.items():
            for delay in sorted(delays)[1:]:
                ticks, copy = self._copy(name, source, delay - 1, used)
                used.add(copy)
                led[PastOutput(source, delay)] = PastOutput(copy, delay - ticks)
        if not led:
            return plan
        weights = tuple((led.get(past, past), weight) for past, weight in plan.weights)
        return UnitPlan(plan.threshold, weights, tuple(led.get(past, past) for past in plan.vetoes))

    def _copy(self, owner: str, source: str, most: int, used: Iterable[str]) -> tuple[int, str]:
        """Return a unit that is not used yet and does what the source did at most so many ticks before."""
        known = self.copies.setdefault(source, [])
        for ticks, name in sorted(known):
            if ticks <= most and name not in used and self._serves(owner, name):
                return ticks, name
        taken = {ticks for ticks, _ in known}
        ticks = next((k for k in range(1, most + 1) if k not in taken), 1)
        name = self._fresh(f"{source}'{ticks}")
        self.relays[name] = UnitPlan(1, ((PastOutput(source, ticks), 1),))
        known.append((ticks, name))
        return ticks, name

    def _fresh(self, name: str) -> str:
        name = fresh(name, self.taken)
        self.taken.add(name)
        return name
