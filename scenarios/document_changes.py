"""Changes in a scenario file: does each name something, and leave a file that would be accepted?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from allornone.scenarios.change import CHANGEABLE, ChangeError, Path, Raw, overlay
from allornone.scenarios.document_errors import Violation
from allornone.scenarios.document_things import phases_of, table
from allornone.scenarios.document_values import needed
from allornone.scenarios.varying import Axis, check_edits, read_axis
from allornone.simulator.errors import nearest

Faults = Callable[[Raw], list[Violation]]
MOST_TRIED = 20

_NEVER = {
    "measures": "measures are how the experiment is judged, not the experiment",
    "interpretation": "claims and films are how the experiment is judged, not the experiment",
    "seeds": "seeds are no part of the experiment",
}


def well_shaped(raw: Raw) -> bool:
    """Return whether a document's tables and phases are where a change looks for them."""
    tables = [raw.get(key, {}) for key in ("parameters", "tasks", "connectivity", "activation", "learning")]
    tables += [*table(raw, "tasks").values(), table(raw, "connectivity").get("build", {})]
    phases = raw.get("experience", [])
    return (
        all(isinstance(one, dict) for one in tables)
        and isinstance(phases, list)
        and len(phases_of(raw)) == len(phases)
    )


def read_axes(raw: Raw) -> tuple[list[Axis], list[Violation]]:
    """Return the outer axes that mean something, and what is wrong with the others."""
    raw = {**raw, "parameters": table(raw, "parameters")}
    read = [_read_axis(raw, name, form) for name, form in table(raw, "vary").items()]
    return [axis for axis, _ in read if axis], [violation for _, wrong in read for violation in wrong]


def _read_axis(raw: Raw, name: str, form: object) -> tuple[Axis | None, list[Violation]]:
    varied = {**raw, "vary": {**raw["vary"], name: form}}
    try:
        return read_axis(varied, name), []
    except ChangeError as error:
        first = Violation(error.path, error.message)
    if not isinstance(form, dict) or len(form) < 2 or not any(isinstance(one, dict) for one in form.values()):
        return None, [first]
    # Of alternatives each may be wrong by itself; the others are looked at all the same.
    alone = {label: _read_axis(raw, name, {label: change})[1] for label, change in form.items()}
    sound = {label: change for label, change in form.items() if not alone[label]}
    wrong = [violation for found in alone.values() for violation in found]
    return (_read_axis(raw, name, sound)[0] if len(sound) < len(form) and sound else None), wrong or [first]


class _Candidate(NamedTuple):
    raw: Raw
    faults: frozenset[Violation]


def check_alternatives(raw: Raw, axes: Sequence[Axis], faults: Faults) -> Iterator[Violation]:
    """Find alternatives of [vary] that cannot be laid over the file, or leave a file that would be refused.

    `faults` finds what is wrong with the experiment of a document.
    """
    earlier = [_Candidate(raw, frozenset(faults(raw)))]
    for axis in axes:
        yield from _check_axis(axis, earlier, ("vary", axis.name), faults)
        earlier += _laid(raw, axis, faults)


def check_changes(raw: Raw, axes: Sequence[Axis], faults: Faults) -> Iterator[Violation]:
    """Find counterfactuals that touch what they must not, name nothing, or leave a bad file."""
    candidates = [
        _Candidate(raw, frozenset(faults(raw))),
        *(laid for axis in axes for laid in _laid(raw, axis, faults)),
    ]
    for path, change in _changes(raw):
        if not isinstance(change, dict):
            yield Violation(path, needed("a change, a table of keys,", change))
        elif not change:
            yield Violation(path, "this change is empty: it alters no run")
        else:
            yield from _check_change(change, candidates, axes, path, faults)


def _check_change(
    change: Raw, candidates: Sequence[_Candidate], axes: Sequence[Axis], path: Path, faults: Faults
) -> Iterator[Violation]:
    wrong = [_never(path, key) for key in change if key not in CHANGEABLE]
    if wrong:
        yield from wrong
        return
    try:
        check_edits(axes, change.get("vary", {}))
    except ChangeError as error:
        yield Violation((*path, *error.path), error.message)
        return
    yield from _try(change, candidates, path, faults)
    yield from _check_edited(candidates[0].raw, axes, change, path, faults)


def _changes(raw: Raw) -> Iterator[tuple[Path, object]]:
    claims = table(raw, "interpretation").get("claims")
    for index, claim in enumerate(claims if isinstance(claims, list) else []):
        for key in ("fails", "holds"):
            given = claim.get(key) if isinstance(claim, dict) else None
            path: Path = ("interpretation", "claims", index, key)
            if isinstance(given, list) and given:
                yield from (((*path, place), change) for place, change in enumerate(given))
            elif given is not None and given != []:
                yield path, given


def _never(path: Path, key: str) -> Violation:
    reason = _NEVER.get(key) or nearest(key, CHANGEABLE) or f"It may touch {', '.join(CHANGEABLE)}"
    return Violation((*path, key), f"a change cannot touch {key!r}: {reason}", None, True)


def _try(change: Raw, candidates: Sequence[_Candidate], path: Path, faults: Faults) -> list[Violation]:
    """Return what is wrong with a change over the file itself, unless some alternative can take it."""
    first: list[Violation] = []
    for candidate in candidates:
        found = _over(change, candidate, path, faults)
        if not found:
            return []
        first = first or found
    return first


def _over(change: Raw, candidate: _Candidate, path: Path, faults: Faults) -> list[Violation]:
    try:
        laid = overlay(candidate.raw, change)
    except ChangeError as error:
        return [Violation((*path, *error.path), error.message)]
    return [
        violation._replace(path=(*path, *_within(change, violation.path, laid)))
        for violation in faults(laid)
        if violation not in candidate.faults
    ]


def _within(change: Raw, path: Path, laid: Raw) -> Path:
    """Return the path of a violation as it stands in the change, which names its phases."""
    if len(path) > 1 and path[0] == "experience":
        return ("experience", laid["experience"][path[1]].get("name"), *path[2:])
    return ("connectivity", *path[3:]) if path[:2] == ("connectivity", "edits") else path


def _check_axis(axis: Axis, earlier: Sequence[_Candidate], path: Path, faults: Faults) -> Iterator[Violation]:
    for index, (label, change) in enumerate(zip(axis.labels[:MOST_TRIED], axis.changes, strict=False)):
        if axis.form == "values":
            return
        place = (*path, str(label)) if axis.form == "labels" else (*path, "to", index)
        found = _try(change, earlier, place, faults)
        yield from (
            found if axis.form == "labels" else (_in_set(violation, path, index) for violation in found)
        )
        for inner in axis.nested.get(label, ()):
            yield from _check_axis(
                inner, _all_laid(earlier, change, faults), (*place, "vary", inner.name), faults
            )


def _in_set(violation: Violation, path: Path, index: int) -> Violation:
    # What names nothing is the path; what is of the wrong kind is the value.
    nothing = violation.on_key or "names nothing" in violation.message
    return violation._replace(path=(*path, "set") if nothing else (*path, "to", index), on_key=False)


def _all_laid(candidates: Sequence[_Candidate], change: Raw, faults: Faults) -> list[_Candidate]:
    found = []
    for candidate in candidates:
        with suppress(ChangeError):
            laid = overlay(candidate.raw, change)
            found.append(_Candidate(laid, frozenset(faults(laid))))
    return found


def _laid(raw: Raw, axis: Axis, faults: Faults) -> list[_Candidate]:
    changes = axis.changes[:MOST_TRIED] if axis.form == "labels" else ()
    base = [_Candidate(raw, frozenset())]
    return [laid for change in changes for laid in _all_laid(base, change, faults)]


def _check_edited(
    raw: Raw, axes: Sequence[Axis], change: Raw, path: Path, faults: Faults
) -> Iterator[Violation]:
    known = {axis.name: axis for axis in axes}
    for name, alternatives in change.get("vary", {}).items():
        axis = known[name]
        for label, edit in alternatives.items():
            place = (*path, "vary", name, label)
            base = [_Candidate(raw, frozenset())]
            for laid in _all_laid(base, axis.changes[axis.labels.index(label)], faults):
                yield from _try(edit, [laid], place, faults)
                yield from _check_edited(laid.raw, axis.nested.get(label, ()), edit, place, faults)
