"""Compare what `allornone run --all --json` printed before a change and after: `compare_runs.py BEFORE AFTER`.

Two runs are equal if each scenario is, but for its time in seconds and the order of keys. A file holds one
scenario a line, or is one JSON document: a scenario, or a list of them. Scenarios are read one by one.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

TIME = "seconds"  # of a scenario; a measure may have the same name, and counts
MOST = 5  # differences that are told of one scenario
WIDEST = 160  # characters of a value
ABSENT = object()

Scenario = dict[str, Any]


def scenarios(path: Path) -> Iterator[Scenario]:
    """Yield the scenarios of a file, without their times."""
    for document in _documents(path):
        for scenario in document if isinstance(document, list) else [document]:
            scenario.pop(TIME, None)
            yield scenario


def pairs(
    before: Iterable[Scenario], after: Iterable[Scenario]
) -> Iterator[tuple[str, Scenario | None, Scenario | None]]:
    """Yield each name with its scenario before and after, None where there is none; the order may differ."""
    waiting: tuple[dict[str, Scenario], dict[str, Scenario]] = {}, {}
    for step in zip_longest(before, after):
        for mine, scenario in zip(waiting, step, strict=True):
            if scenario is not None:
                mine[scenario["scenario"]] = scenario
        for name in waiting[0].keys() & waiting[1].keys():
            yield name, waiting[0].pop(name), waiting[1].pop(name)
    for name, scenario in waiting[0].items():
        yield name, scenario, None
    for name, scenario in waiting[1].items():
        yield name, None, scenario


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield where two documents differ, with both values.

    >>> list(differences({"a": [1, 0.5], "b": math.nan}, {"b": math.nan, "a": [1, 0.25]}))
    ['a[1]: 0.5 -> 0.25 (relative 0.5, units in the last place: 4503599627370496)']
    """
    if repr(before) == repr(after):  # to the bit: 1 is not 1.0, 0.0 is not -0.0, NaN is NaN
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(after.keys() - before.keys())]:
            place = f"{path}.{key}" if path else key
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), place)
    elif isinstance(before, list) and isinstance(after, list):
        for number, (one, other) in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from differences(one, other, f"{path}[{number}]")
    else:
        yield f"{path}: {_told(before, after)}"


def apart(before: float, after: float) -> str:
    """Return how far apart two finite numbers are.

    >>> apart(1.0, math.nextafter(1.0, 2.0))
    'relative 2.2e-16, units in the last place: 1'
    """
    relative = abs(before - after) / (max(abs(before), abs(after)) or 1.0)
    return f"relative {relative:.2g}, units in the last place: {abs(_rank(before) - _rank(after))}"


def _documents(path: Path) -> Iterator[Any]:
    """Yield the JSON document of each line, or the one that the whole file is."""
    with path.open(encoding="utf-8") as file:
        first = file.readline()
        try:
            yield json.loads(first)
        except json.JSONDecodeError:
            yield json.loads(first + file.read())
        yield from (json.loads(line) for line in file if line.strip())


def _told(before: Any, after: Any) -> str:
    """Return two values, long texts from shortly before they part, and how far apart two numbers are."""
    one, other = _text(before), _text(after)
    start = max(_parting(one, other) - 20, 0) if max(len(one), len(other)) > WIDEST else 0
    told = f"{_cut(one, start)} -> {_cut(other, start)}"
    if all(isinstance(value, float) and math.isfinite(value) for value in (before, after)):
        told += f" ({apart(before, after)})"
    return told


def _text(value: Any) -> str:
    return "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _parting(one: str, other: str) -> int:
    """Return the place of the first letter in which two texts differ."""
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _cut(text: str, start: int) -> str:
    end = start + WIDEST
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _rank(value: float) -> int:
    """Return the place of a float in the order of all floats; 0.0 and -0.0 are at 0."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits + 2**63)


def _compared(name: str, before: Scenario | None, after: Scenario | None) -> bool:
    """Print how a scenario differs, if it does; return whether it does."""
    if before is None or after is None:
        print(f"{name}: missing {'before' if before is None else 'after'}", flush=True)
        return True
    found = list(islice(differences(before, after), MOST + 1))
    if found:
        more = ["and more"] if len(found) > MOST else []
        print(f"{name}: differs", *found[:MOST], *more, sep="\n  ", flush=True)
    return bool(found)


def main(before: Path, after: Path) -> int:
    """Print what differs; return 1 if anything does or nothing was there to compare."""
    results = [_compared(*pair) for pair in pairs(scenarios(before), scenarios(after))]
    print(f"{len(results)} scenarios, {sum(results)} differ or are missing")
    return int(any(results) or not results)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
