"""Pictures and films of what makes no sense: numbers of the right kind and the wrong size."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allornone as aon
from allornone.simulator.errors import AllornoneError


def net() -> aon.Network:
    """Return a relay."""
    made = aon.Network()
    made.add_inputs("A")
    made.add_unit("R", aon.McCullochPitts(threshold=1))
    made.connect("A", "R")
    return made


def trace() -> aon.Trace:
    """Return some ticks of it."""
    return aon.simulate(net(), {"A": "101"}, ticks=4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: aon.film(trace(), fps=0), "fps must be from 0.1 to 100 frames a second, found 0"),
        (lambda: aon.film(trace(), fps=math.nan), "found NaN"),
        (lambda: aon.film(trace(), fps=10**400), "fps must be"),
        (lambda: aon.film(trace()).frame(9999), "there is no frame 9999: they are counted from 0"),
        (lambda: aon.film(trace()).frame(-1), "frame must be a whole number from 0 up"),
        (lambda: aon.film(trace(), questions=[{"at": 1}]), "this one has no ask"),
        (lambda: aon.draw(net(), pos={"A": (math.nan, 0), "R": (1, 1)}), "place of 'A' must be"),
        (lambda: aon.draw(net(), pos={"A": (0, 0), "R": (1,)}), "place of 'R' must be two finite"),
        (lambda: aon.draw(net(), pos={"A": (0, math.inf), "R": (1, 2)}), "place of 'A' must be"),
        (lambda: aon.draw(net()).save("x.png", dpi=0), "dpi must be from 1 to 1200 dots an inch, found 0"),
        (lambda: aon.draw(net()).save("x.png", dpi=math.inf), "dpi must be"),
        (lambda: aon.draw(net()).save("x.png", dpi=10**9), "dpi must be"),
        (lambda: aon.polygon(5, turn=math.inf), "turn must be a finite number, found inf"),
        (lambda: aon.polygon(5, inradius=math.nan), "inradius must be"),
        (lambda: aon.polygon(5, centre=[1]), "a centre is two numbers"),
        (lambda: aon.polygon(5, centre=[math.nan, 1]), "a centre must be finite numbers"),
        (lambda: aon.polygon(10**9), "units are more than are made at once"),
    ],
)
def test_a_number_that_makes_no_picture_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Any], message: str
) -> None:
    """In one sentence, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AllornoneError, match=message):
        make()
    assert not [*tmp_path.iterdir()]
