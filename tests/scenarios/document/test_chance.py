"""Chance: what counts as drawn, so that a file must say its seeds."""

from __future__ import annotations

import tomllib

import pytest

from allornone.scenarios.document.chance import draws


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("connectivity.start = { normal = 1 }", ("connectivity", "start")),
        ("connectivity.start = 0.5", None),
        ("connectivity.synapses = ['A -> B [draw=3]']", ("connectivity", "synapses", 0)),
        ("connectivity.with = ['A -> B [weight=normal(0, 1)]']", ("connectivity", "with", 0)),
        ("connectivity.synapses = ['normal -> draw [weight=2]']", None),
        ("connectivity.build = { net = 'random' }", ("connectivity", "build")),
        ("connectivity.build = { net = 'perceptron' }", None),
        ("tasks.t = { data = 'gaussian' }", ("tasks", "t")),
        ("tasks.t = { data = 'table', hold_out = 2 }", ("tasks", "t")),
        ("tasks.t = { data = 'table' }", None),
        ("learning.order = 'shuffled'", ("learning", "order")),
        ("experience = [{ update = 'one-by-one' }]", ("experience", 0, "update")),
        ("experience = [{ flip = 0.5 }]", ("experience", 0, "flip")),
        ("experience = [{ flip = 0 }]", None),
        ("experience = [{ sample = 3, stimulus = { x = '1?' } }]", ("experience", 0, "sample")),
        ("experience = [{ sample = 'n', stimulus = { x = 1, y = '?{4}' } }]", ("experience", 0, "sample")),
        ("experience = [{ sample = 3, stimulus = { x = '11' } }]", None),
        ("experience = [{ sample = 3, stimulus = {} }]", None),
        ("experience = [{ sample = 3, stimulus = { x = [1, 0], y = '.' } }]", None),
        ("experience = [{ sample = 3, stimulus = { x = { chance = 1 } } }]", None),
        ("experience = [{ stimulus = { x = { chance = 0 } } }]", None),
        (
            "experience = [{ stimulus = { x = { chance = 'p' } } }]",
            ("experience", 0, "stimulus", "x", "chance"),
        ),
        ("connectivity.start = { uniform = 0 }", None),
        ("connectivity.start = { uniform = '1 / n' }", ("connectivity", "start")),
        (
            "experience = [{ stimulus = { x = { chance = 0.5 } } }]",
            ("experience", 0, "stimulus", "x", "chance"),
        ),
        ("experience = [{ stimulus = { chance = '1', sample = 1, flip = 1 } }]", None),
    ],
)
def test_what_is_drawn_is_found_where_it_stands(text: str, path: tuple[str | int, ...] | None) -> None:
    """Units may be called whatever they like: what they are given is drawn only by a chance."""
    assert draws(tomllib.loads(text)) == path
