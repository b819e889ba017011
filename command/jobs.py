"""Several scenarios at once, each in a process of its own, and a bar that shows how far they are."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from typing import TYPE_CHECKING, Any, TypeAlias

from allornone.command import screen
from allornone.command.failures import BAD_INPUT, Failure, failure_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from allornone.scenarios.verdict.result import Result


Outcome: TypeAlias = "Result | Failure"
"""What became of one scenario: its result, or why there is none."""

BESIDE = 50  # columns of the bar, the count and the time, at most


def outcome(name: str, how: dict[str, Any]) -> Outcome:
    """Run one scenario; what goes wrong is told, not raised, so that it can travel between processes."""
    from allornone.scenarios.running import run

    try:
        return run(name, **how)
    except Exception as error:
        if os.environ.get("ALLORNONE_DEBUG"):
            traceback.print_exception(error)
        return failure_of(error)


class _Workers:
    """Processes that run scenarios, one for each thread that asks; all of them end with this one, however it ends."""

    def __init__(self, how: dict[str, Any]) -> None:
        self.how = how
        self._mine = threading.local()
        self._all: list[BaseProcess] = []
        self._lock = threading.Lock()
        self._over = False

    def outcome(self, name: str) -> Outcome:
        """Have a process of this thread's own run a scenario; another takes its place if it dies of it."""
        try:
            pipe = getattr(self._mine, "pipe", None) or self._begun()
            pipe.send((name, self.how))
            arrived: Outcome = pipe.recv()
        except (EOFError, OSError):
            self._mine.pipe = None
            return Failure(
                "its process was ended from outside, perhaps for want of memory; try fewer --jobs", BAD_INPUT
            )
        return arrived

    def end(self) -> None:
        """End all processes, whatever they are at."""
        with self._lock:
            self._over = True
            for process in self._all:
                process.terminate()
            for process in self._all:
                process.join()

    def _begun(self) -> Connection:
        # Forking a process in which numpy has threads can hang; a new one begins clean.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with self._lock:
            if self._over:
                raise EOFError
            process.start()
            self._all.append(process)
        theirs.close()  # so that its end is noticed here
        self._mine.pipe = ours
        return ours


def _serve(pipe: Connection) -> None:
    """Run what is asked for, until nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which reaches all at once: whoever asks ends this process

    def watched() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)  # nobody is there to be told anything

    threading.Thread(target=watched, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            found = outcome(*pipe.recv())
            try:
                pipe.send(found)
            except (TypeError, AttributeError, PicklingError) as error:  # a result that cannot travel
                pipe.send(failure_of(error))


@contextmanager
def outcomes(names: Sequence[str], how: dict[str, Any], jobs: int) -> Iterator[Iterator[Outcome]]:
    """Run scenarios in so many processes; what is not over is called off when the block is left."""
    workers = _Workers(how)
    with ThreadPoolExecutor(jobs) as threads:
        try:
            futures = [threads.submit(workers.outcome, name) for name in names]
            yield (future.result() for future in futures)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            workers.end()


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


class Watch:
    """What a run calls as it goes on: `watch(done, total, what)`; afterwards it can say how far it came."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._name = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, done: int, total: int, what: str) -> None:
        """Note that `done` of `total` runs are over, and which comes next."""
        self.done, self.total = done, total
        if self._bar is not None and self._task is not None:
            words = screen.printable(f"{self._name}: {what}")[: screen.width() - BESIDE]
            self._bar.update(self._task, completed=done, total=total or None, description=words)

    def far(self) -> str:
        """Return how far the run came, in words.

        >>> watch = Watch()
        >>> watch(7, 20, "seed 7")
        >>> watch.far()
        'after 7 of 20 runs'
        """
        return f"after {self.done} of {self.total} runs" if self.total else "before its first run was over"

    @contextlib.contextmanager
    def shown(self, name: str) -> Iterator[Watch]:
        """Show a bar on stderr while the block lasts, if that is a terminal; count afresh."""
        self.done = self.total = 0
        self._name = name
        if not screen.terminal(sys.stderr):
            yield self
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        looks = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*looks, console=Console(stderr=True), transient=True) as bar:
            self._bar, self._task = bar, bar.add_task(screen.printable(name), total=None)
            try:
                yield self
            finally:
                self._bar = self._task = None
