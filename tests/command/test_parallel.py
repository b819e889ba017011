"""Scenarios in processes of their own: what comes back is what running them here gives."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from allornone.command.failures import BAD_INPUT, BUG, Failure
from allornone.command.jobs import Outcome, outcome, outcomes, processors
from allornone.scenarios.verdict.result import Result


def test_results_come_in_the_order_asked_for_and_are_the_same() -> None:
    """The quick one waits for the slow one; a name that is none stops nobody."""
    names = ["mp-1e-heat-illusion", "no-such-thing", "mp-1c-and"]
    with outcomes(names, {"counterfactuals": True}, 2) as coming:
        found = list(coming)

    first, second, third = found
    here = outcome(names[0], {"counterfactuals": True})
    assert isinstance(first, Result)
    assert isinstance(second, Failure)
    assert isinstance(third, Result)
    assert isinstance(here, Result)
    assert (first.name, third.name) == (names[0], names[2])
    assert second.code == BAD_INPUT
    assert second.sentence.startswith("no scenario is named 'no-such-thing'")
    assert first.claims == here.claims
    assert first.trace["heat"].tolist() == here.trace["heat"].tolist()


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
                future.set_result(Failure(name, BAD_INPUT))
            return future

        def shutdown(self, **how: Any) -> None:
            """Have nothing to call off."""

    monkeypatch.setattr("allornone.command.jobs.ProcessPoolExecutor", Pool)

    with outcomes(["one", "killed", "two"], {}, 2) as coming:
        found = list(coming)

    failures = [one for one in found if isinstance(one, Failure)]
    assert [failure.code for failure in failures] == [BAD_INPUT, BUG, BAD_INPUT]
    assert "a process died" in failures[1].sentence


def test_there_is_a_processor() -> None:
    """However many this machine has."""
    assert processors() >= 1
