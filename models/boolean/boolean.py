"""A Boolean function as a network: one hidden unit a term, one unit that asks whether any fires.

A term is a product of literals; its unit has weight 1 from each variable, −1 from each negated one, and as threshold
the number of variables that are not negated. Shannon (1938) and McCulloch & Pitts (1943) met here.
"""

from __future__ import annotations

from collections.abc import Sequence

from allornone.models.boolean.bitsets import members
from allornone.models.boolean.cover import MOST, Term, least_cover, primes, rows_of
from allornone.models.boolean.function import (
    Row,
    Samples,
    TruthTable,
    given_names,
    input_names,
    names,
    parse,
    products,
    row_sets,
    row_text,
    table_of,
)
from allornone.models.boolean.separability import threshold_unit
from allornone.models.mcculloch_pitts import McCullochPitts, Threshold
from allornone.simulator.arguments import checked
from allornone.simulator.errors import AllornoneError, UnknownName, flag
from allornone.simulator.network.network import Network

MODELS = ("threshold", "mcculloch-pitts")
FORMS = ("terms", "primes", "least")


@checked
def boolean(
    formula: str | None = None,
    ones: Sequence[Row] | None = None,
    inputs: Sequence[str] | int | None = None,
    free: Sequence[Row] | str | None = None,
    minimise: bool = True,
    form: str = "terms",
    model: str = "threshold",
    tonic: bool = False,
    exact: bool = True,
    task: Samples | None = None,
) -> Network:
    """Return a network that computes a Boolean function: hidden `H1…`, one a term, and `out`.

    The function is a text (`"X & ~Y | Z"`, `"X̄Y + Z"`, `"X NAND Y"`), the rows that come out 1 (`["101", "1-0"]`,
    values in the order of `inputs`, - for either; or with `inputs` their numbers, `[5, 6]`, the first input the highest
    digit), or a task; rows in `free`, a list or a text, and rows that a task leaves out, may come out either way.
    What a word in capitals is, a name or a product, `inputs` says where the text does not show it.
    The terms are a least cover; with form="primes" all prime implicants, with form="least" a single weighted unit
    where one serves; with minimise=False those written, or one a row. A constant 1 is a term of no literal, whose
    unit has threshold 0; a constant 0 has no term.
    `net.facts` holds the `terms`, their `groups` of rows, how many `primes` there are, the `bound` that no cover's
    number of terms goes below, and whether the terms are `proven` as few (of a dense function of ten variables the
    search may end first). A net of McCulloch–Pitts units answers two ticks later (`latency`), its negated literals
    inhibit; what is true at rest it cannot say (Theorem 3 of 1943) unless `tonic` allows units of threshold 0.

    Raises NotationError for a slip in the text, with its column; AllornoneError for a table that contradicts itself,
    and for more than 10 variables, where `exact=False` finds a good cover and its bound.

    >>> net = boolean("X & Y | X & Z | ~Y & Z")
    >>> net.facts["terms"], net.facts["primes"]
    (['X & Y', '~Y & Z'], 3)
    """
    for name, value in (("minimise", minimise), ("tonic", tonic), ("exact", exact)):
        flag(name, value)
    _one_of("form", form, FORMS)
    _one_of("model", model, MODELS)
    if sum(one is not None for one in (formula, ones, task)) != 1:
        raise AllornoneError("boolean: give one of a text, ones= (rows) or task=")
    if not minimise and (form == "primes" or (formula is not None and form != "terms")):
        raise AllornoneError(
            f"boolean: minimise=False builds terms as they are given: leave out form={form!r}"
        )
    if formula is not None and not minimise:
        known, terms = _written(formula, inputs, free)
        return _net(known, terms, model, tonic, _shown(known, terms))
    table = table_of(formula, ones, inputs, free, task, rest=model == "mcculloch-pitts" and not tonic)
    if form == "least":
        single = _single(table, model)
        if single is not None:
            return single
    terms, facts = _terms(table, form, exact) if minimise else _a_row_each(table)
    return _net(table.inputs, terms, model, tonic, {**_shown(table.inputs, terms), **facts})


def _one_of(name: str, value: str, among: Sequence[str]) -> None:
    if value not in among:
        raise UnknownName(f"choice of {name}", str(value), among)


def _terms(table: TruthTable, form: str, exact: bool) -> tuple[list[Term], dict[str, object]]:
    """Return a least cover, or all primes, and what is known of it."""
    wide, on, either = len(table.inputs), list(members(table.ones)), list(members(table.free))
    implicants = primes(on, wide, either)
    if form == "primes":
        return implicants, {"primes": len(implicants)}
    cover = least_cover(on, wide, either, exact=exact)
    return list(cover.terms), {"primes": len(implicants), "bound": cover.bound, "proven": cover.proven}


def _a_row_each(table: TruthTable) -> tuple[list[Term], dict[str, object]]:
    everything = (1 << len(table.inputs)) - 1
    return [Term(row, everything & ~row) for row in members(table.ones)], {}


def _written(
    formula: str, inputs: Sequence[str] | int | None, free: Sequence[Row] | str | None
) -> tuple[list[str], list[Term]]:
    if free is not None:
        raise AllornoneError("boolean: terms are built as written with minimise=False, so free= has no use")
    node = parse(formula, given_names(inputs))
    known = input_names(names(node), inputs)
    place = {name: 1 << k for k, name in enumerate(known)}
    terms = [
        Term(
            sum(place[name] for name, sign in term.items() if sign),
            sum(place[name] for name, sign in term.items() if not sign),
        )
        for term in products(node)
    ]
    return known, terms


def _single(table: TruthTable, model: str) -> Network | None:
    """Return one weighted unit that computes the function, if there is one."""
    if model != "threshold":
        raise AllornoneError('boolean: form="least" weighs its inputs, so it is for model="threshold"')
    wide = len(table.inputs)
    everything, _ = row_sets(table.inputs)
    found = threshold_unit(table.ones, everything & ~table.ones & ~table.free, wide)
    if found is None:
        return None
    weights, threshold = found
    _check_names(table.inputs, ["out"])
    net = Network(name="boolean")
    net.note(primes=len(primes(members(table.ones), wide, members(table.free))))
    net.add_inputs(*table.inputs)
    net.add_unit("out", Threshold(threshold=threshold), output=True)
    for name, weight in zip(table.inputs, weights, strict=True):
        if weight:
            net.connect(name, "out", weight=weight)
    return net


def _shown(known: Sequence[str], terms: Sequence[Term]) -> dict[str, object]:
    """Return terms as text, and the rows on which each holds, where a table is not too long."""
    texts = [_text(term, known) for term in terms]
    if len(known) > MOST:
        return {"terms": texts}
    wide = len(known)
    return {"terms": texts, "groups": [[row_text(r, wide) for r in members(rows_of(t, wide))] for t in terms]}


def _text(term: Term, known: Sequence[str]) -> str:
    literals = [
        name if term.positive >> k & 1 else f"~{name}"
        for k, name in enumerate(known)
        if (term.positive | term.negative) >> k & 1
    ]
    return " & ".join(literals) or "1"


def _net(
    known: Sequence[str], terms: Sequence[Term], model: str, tonic: bool, facts: dict[str, object]
) -> Network:
    early = model == "mcculloch-pitts"
    if early and not tonic and any(not term.positive for term in terms):
        raise AllornoneError(
            "boolean: this is true while every input rests, and a McCulloch–Pitts net that starts from rest "
            "cannot say so (Theorem 3 of 1943); tonic=True allows a unit of threshold 0, which fires by itself"
        )
    hidden = [f"H{number}" for number in range(1, len(terms) + 1)]
    _check_names(known, [*hidden, "out"])
    net = Network(name="boolean")
    net.note(**facts, **({"latency": 2} if early else {}))
    net.add_inputs(*known)
    unit = McCullochPitts if early else Threshold
    for name, term in zip(hidden, terms, strict=True):
        net.add_unit(name, unit(threshold=term.positive.bit_count()), group="hidden1")
        for k in members(term.positive | term.negative):
            if term.positive >> k & 1:
                net.connect(known[k], name)
            elif early:
                net.inhibit(known[k], name)
            else:
                net.connect(known[k], name, weight=-1)
    net.add_unit("out", unit(threshold=1), output=True)
    for name in hidden:
        net.connect(name, "out")
    return net


def _check_names(known: Sequence[str], built: Sequence[str]) -> None:
    for name in known:
        if name in built:
            raise AllornoneError(
                f"boolean: {name!r} is a unit that is built here: give the input another name"
            )
