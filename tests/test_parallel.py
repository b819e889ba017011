"""Scenarios in processes of their own: what comes back is what running them here gives."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from allornone.command.failures import BAD_INPUT, BUG, Failure
from allornone.command.parallel import Outcome, outcome, outcomes, processors


def test_results_come_in_the_order_asked_for_and_are_the_same() -> None:
    """The quick one waits for the slow one; a name that is none stops nobody."""
    names = ["mp-1e-heat-illusion", "no-such-thing", "mp-1c-and"]
    with outcomes(names, {"counterfactuals": True}, 2) as coming:
        found = list(coming)

    assert [one.result and one.result.name for one in found] == [names[0], None, names[2]]
    assert found[1].failure is not None
    assert found[1].failure.code == BAD_INPUT
    assert found[1].failure.sentence.startswith("no scenario is named 'no-such-thing'")
    here = outcome(names[0], {"counterfactuals": True}).result
    assert found[0].result is not None
    assert here is not None
    assert found[0].result.claims == here.claims
    assert found[0].result.trace["heat"].tolist() == here.trace["heat"].tolist()


def test_a_result_that_never_arrives_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may die, a result be of a kind that cannot travel: told as a failure, and on to the next."""

    class Pool:
        def __init__(self, *how: Any, **more: Any) -> None:
            """Take whatever a pool is made with."""

        def submit(self, task: Any, name: str, how: Any) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            if name == "killed":
                future.set_exception(BrokenProcessPool("a process died"))
            else:
                future.set_result(Outcome(None, Failure(name, BAD_INPUT)))
            return future

        def shutdown(self, **how: Any) -> None:
            """Have nothing to call off."""

    monkeypatch.setattr("allornone.command.parallel.ProcessPoolExecutor", Pool)

    with outcomes(["one", "killed", "two"], {}, 2) as coming:
        found = [next(coming).failure for _ in range(3)]

    assert [failure and failure.code for failure in found] == [BAD_INPUT, BUG, BAD_INPUT]
    assert found[1] is not None
    assert "a process died" in found[1].sentence


def test_there_is_a_processor() -> None:
    """However many this machine has."""
    assert processors() >= 1
