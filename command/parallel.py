"""Several scenarios at once, each in a process of its own; what they gave comes in the order asked for."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from allornone.command.failures import Failure, failure_of

if TYPE_CHECKING:
    from allornone.scenarios.verdict.result import Result


Outcome: TypeAlias = "Result | Failure"
"""What became of one scenario: its result, or why there is none."""


def outcome(name: str, how: dict[str, Any]) -> Outcome:
    """Run one scenario; what goes wrong is told, not raised, so that it can travel between processes."""
    from allornone.scenarios.running import run

    try:
        return run(name, **how)
    except Exception as error:
        if os.environ.get("ALLORNONE_DEBUG"):
            traceback.print_exception(error)
        return failure_of(error)


@contextmanager
def outcomes(names: Sequence[str], how: dict[str, Any], jobs: int) -> Iterator[Iterator[Outcome]]:
    """Run scenarios in so many processes; what is not yet begun is called off when the block is left."""
    # Forking a process in which numpy has threads can hang; a new one begins clean.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        futures = [pool.submit(outcome, name, how) for name in names]
        yield map(_arrived, futures)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _arrived(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except Exception as error:  # a process that died, a result that could not travel
        return failure_of(error)


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
