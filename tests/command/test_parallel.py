"""Scenarios in processes of their own: what comes back is what running them here gives."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from allornone.command.failures import BAD_INPUT, Failure
from allornone.command.jobs import outcome, outcomes, processors
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


def test_a_process_that_dies_stops_no_other() -> None:
    """The scenario that it ran is told as a failure, and another process goes on with the next."""
    names = ["perceptron-cycling", "mp-1c-and"]
    with outcomes(names, {}, 1) as coming:
        ended = threading.Thread(target=_end_the_first)
        ended.start()
        first, second = coming
        ended.join()

    assert isinstance(first, Failure)
    assert first.code == BAD_INPUT
    assert "its process was ended from outside" in first.sentence
    assert isinstance(second, Result)
    assert not multiprocessing.active_children()


def _end_the_first() -> None:
    while not (found := multiprocessing.active_children()):
        time.sleep(0.05)
    found[0].kill()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [("SIGTERM", 130), ("SIGINT", 130), ("SIGKILL", -9)])
@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_workers_end_with_their_parent(number: str, status: int, seconds: float, tmp_path: Path) -> None:
    """Batch systems, containers and `timeout` end a program by a signal to it alone."""
    command = [sys.executable, "-m", "allornone", "run", "--all", "--jobs", "2"]
    with (tmp_path / "out").open("wb") as told:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=told, stderr=told)
        time.sleep(seconds)
        begun = [one for one in _living() if one[1] == process.pid]
        process.send_signal(getattr(signal, number))

        assert process.wait(timeout=20) == status
    until = time.monotonic() + 10
    while {one[0] for one in begun} & {one[0] for one in _living()} and time.monotonic() < until:
        time.sleep(0.1)
    assert not {one[0] for one in begun} & {one[0] for one in _living()}


def _living() -> list[tuple[int, int]]:
    """Return the processes that are no zombies, each with its parent."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # one that has just ended
            state, parent, *_ = path.read_text().rpartition(")")[2].split()
            found += [(int(path.parent.name), int(parent))] if state != "Z" else []
    return found


def test_there_is_a_processor() -> None:
    """However many this machine has."""
    assert processors() >= 1
