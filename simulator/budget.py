"""A budget: the most units and synapses that networks may grow to while an untrusted description builds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Need = Callable[[str, int], None]

_SPENT: ContextVar[tuple[Need, Counter[str]] | None] = ContextVar("spent", default=None)


@contextmanager
def within(need: Need) -> Iterator[None]:
    """Ask `need("units", count)` and `need("synapses", count)` at each one added, so that it can raise at once."""
    token = _SPENT.set((need, Counter()))
    try:
        yield
    finally:
        _SPENT.reset(token)


def spend(what: str) -> None:
    """Tell the budget, where there is one, that a network is about to have one more."""
    spent = _SPENT.get()
    if spent is not None:
        need, counts = spent
        counts[what] += 1
        need(what, counts[what])
