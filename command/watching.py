"""Watching a long run: a bar on stderr where a person looks on, and a memory of how far it came."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from allornone.command import screen

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

BESIDE = 50  # columns of the bar, the count and the time, at most


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
