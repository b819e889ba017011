"""Presentations in blocks are presentations one by one to the bit: weights, counts, what is watched, who diverged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import allornone as aon
from allornone.simulator.arrays import Array
from allornone.simulator.learning.presenting import lesson
from allornone.simulator.learning.rules import Asked, Epoch, LearningRule, LocalRule, needs_teacher
from allornone.simulator.learning.training import presented
from allornone.simulator.network.network import Network
from allornone.simulator.program.passing import Passage
from allornone.simulator.program.program import Program, compile

SAMPLES = 300
RULES: list[LocalRule] = [
    aon.Hebb(eta=0.02),  # lanes with strong weights burst, some in the middle of a block
    aon.Oja(eta=0.01),
    aon.Sanger(eta=0.01),
    aon.BCM(eta=0.01, rate=0.25),
    aon.LMS(eta=0.05),
    aon.PerceptronRule(eta=1.0),
]


def lanes(seeds: int) -> Program:
    """Return a net of two layers of linear units, its weights drawn for each lane."""
    networks: list[Network] = []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        net = Network()
        net.add_inputs("X1", "X2")
        for name in ("H1", "H2"):
            net.add_unit(name, aon.Linear(), plastic=False)
        net.add_unit("Y", aon.Linear(), output=True)
        for source, target in (("X1", "H1"), ("X2", "H1"), ("X1", "H2"), ("H1", "Y"), ("H2", "Y")):
            net.connect(source, target, weight=float(random.normal()) * (1 + seed) / 4)
        networks.append(net)
    return compile(networks)


def lived(
    program: Program, rule: LearningRule, size: int, active: Any, block: int = 64
) -> tuple[Epoch, list[Any]]:
    """Teach one epoch in blocks of so many presentations, and return it with all that was watched."""
    random = np.random.default_rng(9)
    X = random.normal(size=(SAMPLES, 2, program.lanes))
    d = random.normal(size=(SAMPLES, 1, 1)) if needs_teacher(rule) else None
    plan = lesson(program, X, d)
    order = np.stack([random.permutation(SAMPLES) for _ in range(program.lanes)], axis=-1)
    watched: list[Any] = []

    def watch(seen: Passage, now: Any) -> None:
        kept: list[Array] = [np.where(now, part, 0) for part in (seen.y, *seen.weights)]
        watched.append([seen.order, now.copy(), *kept])

    asked = Asked(average=True, bound=20.0, active=active, watch=watch)
    start = rule.start(program, program.weights)
    with np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("allornone.simulator.learning.training.BLOCK", block)
        return presented(rule, program, plan.shown(order, size), program.weights, start, asked), watched


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize(("count", "size"), [(1, 1), (5, 1), (5, 3)])
@pytest.mark.parametrize("still", [False, True], ids=["all learn", "some do not"])
def test_the_fast_epoch_is_the_slow_one_to_the_bit(
    rule: LocalRule, count: int, size: int, still: bool
) -> None:
    """Whether or not lanes leave the bound on the way, and whether or not some have stopped before."""
    program = lanes(count)
    active = np.ones(count, dtype=bool)
    active[1::2] = not still

    fast, saw = lived(program, rule, size, active)
    slow, wanted = lived(program, rule, size, active, block=1)

    for one, other in zip(fast.weights, slow.weights, strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(fast.mistakes, slow.mistakes)
    assert np.array_equal(fast.updates, slow.updates)
    assert np.array_equal(fast.diverged, slow.diverged)
    assert len(saw) == len(wanted)
    assert all(
        np.array_equal(a, b)
        for one, two in zip(saw, wanted, strict=True)
        for a, b in zip(one, two, strict=True)
    )


def test_the_rules_above_do_meet_the_bound_and_do_not() -> None:
    """The comparison covers lanes that burst in an epoch and lanes that do not."""
    program = lanes(5)
    fast, _ = lived(program, aon.Hebb(eta=0.02), 1, np.ones(5, dtype=bool))
    calm, _ = lived(program, aon.Oja(eta=0.01), 1, np.ones(5, dtype=bool))

    assert fast.diverged.any()
    assert not calm.diverged.all()
    assert 0 < fast.updates.min() < SAMPLES


@pytest.mark.parametrize("size", [1, 3, 100, 257, 300, 1000])
@pytest.mark.parametrize("many", [False, True], ids=["one order", "an order a lane"])
def test_batches_hold_the_lessons_in_their_order(size: int, many: bool) -> None:
    """All of one size but the last, nothing left out, nothing twice, each lane in an order of its own."""
    program = lanes(4)
    random = np.random.default_rng(1)
    X = random.normal(size=(SAMPLES, 2, 4))
    d = random.normal(size=(SAMPLES, 1, 1))
    order = np.stack([random.permutation(SAMPLES) for _ in range(4)], axis=-1)
    given = order if many else order[:, 0]

    batches = list(lesson(program, X, d).shown(given, size).batches())

    assert [len(batch.x) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert len(batches) == -(-SAMPLES // size)
    x = np.concatenate([batch.x for batch in batches])[:, 0]
    told = np.concatenate([np.asarray(batch.desired[-1]) for batch in batches])
    for lane in range(4):
        ranked = given[:, lane] if many else given
        assert np.array_equal(x[..., lane], X[ranked, :, lane])
        assert np.array_equal(told[..., lane if many else 0], d[ranked, :, 0])
    assert np.array_equal(np.concatenate([batch.order for batch in batches]), given)


def test_nets_with_many_weights_go_one_presentation_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little room there is for a block, the epoch ends where it did."""
    program, active = lanes(3), np.ones(3, dtype=bool)
    roomy, _ = lived(program, aon.Oja(eta=0.01), 1, active)

    for room in (0, 60):  # none; blocks of a few
        monkeypatch.setattr("allornone.simulator.learning.training.ROOM", room)
        narrow, _ = lived(program, aon.Oja(eta=0.01), 1, active)

        assert all(
            np.array_equal(one, other) for one, other in zip(roomy.weights, narrow.weights, strict=True)
        )
        assert np.array_equal(roomy.updates, narrow.updates)
