"""The words of an explanation: an answer, and the answer behind it, as one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

from allornone.simulator.explaining_answer import Answer, Heard

NAMES = 4
"""Units that are named of those which did the same."""
KINDS = 4
"""Different things heard that are told one by one."""
DIGITS = (4, 6, 9, 12, 17)


def told(found: Answer, back: Answer | None = None) -> str:
    """Return an answer as a sentence; `back` is the answer of the unit that fired it, or of its memory's beginning."""
    place = f"in lesson {found.when}" if found.lessons else f"at {found.when}"
    if forced(found):
        return f"{found.unit} {_does(found, found.y)} {place}, but not by its synapses: {_reason(found)}. {_why(found)}"
    does = "is silenced" if found.silenced else _does(found, found.y)
    return f"{found.unit} {does} {place}: {_reason(found)}{_behind(found, back)}{_learned(found)}."


def forced(found: Answer) -> bool:
    """Return whether a unit did something else than its synapses asked for."""
    return not math.isclose(found.y, found.own, rel_tol=1e-9, abs_tol=1e-9)


def number(value: float) -> str:
    """Return a number in few digits, with a minus that is one.

    >>> number(-0.5), number(3.0)
    ('−0.5', '3')
    """
    return _digits(float(value), DIGITS[0])


def names(of: Sequence[str]) -> str:
    """Return names as a list in words.

    >>> names(["a", "b", "c"]), names(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c, d and 2 more')
    """
    if len(of) > NAMES + 1:
        return f"{', '.join(of[:NAMES])} and {len(of) - NAMES} more"
    return " and ".join([", ".join(of[:-1]), of[-1]] if len(of) > 1 else of)


def _digits(value: float, digits: int) -> str:
    short = f"{int(value)}" if value.is_integer() and abs(value) < 1e9 else f"{value:.{digits}g}"
    return short.replace("-", "−")


def apart(a: float, b: float) -> tuple[str, str]:
    """Return two numbers in as many digits as it takes to tell them apart."""
    for digits in DIGITS:
        pair = _digits(float(a), digits), _digits(float(b), digits)
        if a == b or pair[0] != pair[1]:
            break
    return pair


def _does(found: Answer, y: float) -> str:
    if found.binary and y in (0, 1):
        return "fires" if y else "rests"
    return f"is {number(y)}"


def _why(found: Answer) -> str:
    held = [" or it was not its turn"] if found.before is not None and found.before == found.y else []
    if not found.sure:
        return f"It was forced from outside,{''.join(held)} or the network is no longer as it was."
    return f"It was forced from outside{''.join(held)}."


def _reason(found: Answer) -> str:
    """Return what was heard, what it came to, and who forbade it."""
    groups = _groups(found.active)
    shown = groups if len(groups) <= KINDS + 1 else groups[:KINDS]
    rest = [one for group in groups[len(shown) :] for one in group]
    parts = [_group(group, found) for group in shown]
    sums = [sum(one.adds for one in group) for group in shown]
    if rest:
        sums.append(sum(one.adds for one in rest))
        parts.append(f"{len(rest)} more add {number(sums[-1])}")
    biases = [one.adds for one in found.active if one.source is None]
    parts += [f"its bias adds {number(bias)}" for bias in biases]
    sums += biases
    heard = ", ".join(parts)
    if not found.fires and not found.silenced and not forced(found):
        heard = _with_silent(heard, found)
    return f"{heard or 'it hears nothing'}: {_sum(found, sums)}{_veto(found)}"


def _groups(heard: Sequence[Heard]) -> list[list[Heard]]:
    """Gather the synapses that brought the same with the same weight; the strongest first, no bias."""
    gathered: dict[tuple[int, float, float], list[Heard]] = {}
    for one in heard:
        if one.source is not None:
            gathered.setdefault((one.at, one.x, one.weight), []).append(one)
    return sorted(gathered.values(), key=lambda group: -abs(sum(one.adds for one in group)))


def _group(group: Sequence[Heard], found: Answer) -> str:
    first = group[0]
    who = names([one.source for one in group if one.source is not None])
    each = " each" if len(group) > 1 else ""
    weight = f"(weight {number(first.weight)}{each})"
    return f"{who} {_did(first, found, len(group))}{_at(first, found)} {weight}"


def _did(one: Heard, found: Answer, count: int = 1) -> str:
    if found.binary and one.x in (0, 1):
        return "fired" if one.x else "rested"
    return f"{'were' if count > 1 else 'was'} {number(one.x)}"


def _at(one: Heard, found: Answer) -> str:
    return "" if found.lessons else f" at {number(one.at)}"


def _with_silent(heard: str, found: Answer) -> str:
    """Add what was missing where a unit rests; few are named."""
    silent = [one for one in found.silent if one.source is not None and one.weight]
    if not silent or not found.binary:
        return heard
    if len(silent) > KINDS:
        missing = f"{'the other ' if heard else 'all '}{len(silent)} that it hears rested"
    else:
        groups: dict[int, list[str]] = {}
        for one in silent:
            groups.setdefault(one.at, []).append(str(one.source))
        missing = ", ".join(
            f"{names(group)} rested" + ("" if found.lessons else f" at {number(at)}")
            for at, group in groups.items()
        )
    if all(one.at < 0 for one in silent):
        missing += ", before the beginning"
    return f"{heard}, but {missing}" if heard else missing


def _sum(found: Answer, sums: Sequence[float]) -> str:
    if found.threshold is not None:
        z, threshold = apart(found.z, found.threshold)
        sign = "≥" if found.z >= found.threshold else "<"
        return f"{_added(sums, z)} {sign} {threshold}"
    z = _added(sums, number(found.z))
    if found.binary:
        return f"z = {z}, y = {number(found.own)}"
    return f"z = {z} gives y = {number(found.own)}"


def _added(sums: Sequence[float], z: str) -> str:
    if len(sums) < 2:
        return z
    signed = [f"{'−' if value < 0 else '+'} {number(abs(value))}" for value in sums[1:]]
    return f"{number(sums[0])} {' '.join(signed)} = {z}"


def _veto(found: Answer) -> str:
    forbid = found.forbidding
    if forbid:
        who = names([str(one.source) for one in forbid])
        ats = dict.fromkeys(one.at for one in forbid)
        when = "" if found.lessons else f" at {', '.join(number(at) for at in ats)}"
        forbids = "forbids" if len(forbid) == 1 else "forbid"
        if found.silenced:
            return f", but {who} fired{when} and {forbids} it"
        return f", and {who} fired{when} and {forbids} it anyway"
    if found.own != 1:
        return ""
    free = found.permitting
    if not free:
        return ""
    if len(free) > 2:
        return f", and none of the {len(free)} that could forbid it fired"
    resting = [
        f"{one.source}, which could forbid it, rested{'' if found.lessons else f' at {number(one.at)}'}"
        for one in free
    ]
    return ", and " + " and ".join(resting)


def _behind(found: Answer, back: Answer | None) -> str:
    if back is None:
        return ""
    if back.silenced:
        who = names([str(one.source) for one in back.forbidding])
        ats = ", ".join(dict.fromkeys(number(one.at) for one in back.forbidding))
        return f"; {back.unit} would have fired, but {who} fired at {ats} and forbade it"
    because = "it was forced" if forced(back) else _short(back)
    if back.unit == found.unit:
        return f"; it has fired ever since {back.when}, when {because.replace(' fired', ' had fired')}"
    if forced(back):
        return f"; {back.unit} had been forced to"
    return f"; {back.unit} had fired because {because}"


def _short(back: Answer) -> str:
    groups = _groups(back.active)
    parts = [_group(group, back) for group in groups[:2]]
    if len(groups) > 2:
        parts.append("more")
    return (" and ".join(parts) or _sum(back, [])) + _veto(back)


def _learned(found: Answer) -> str:
    if not found.changed:
        return ""
    moved = [
        f"{'bias' if source is None else source} {' → '.join(apart(old, new))}"
        for source, old, new in found.changed
    ]
    more = f" and {len(moved) - NAMES} more" if len(moved) > NAMES + 1 else ""
    shown = moved[:NAMES] if more else moved
    return f"; this changed {', '.join(shown)}{more}"
