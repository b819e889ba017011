"""Six registries: what a scenario file can name, and what other packages can add.

Each is an entry-point group: an entry's name is the word in the file, its value the object. This package
joins them in the same way as any other, so the simulator knows no model.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from allornone.simulator.errors import AllornoneError, UnknownName


class Registry:
    """Names of one kind of thing; each is imported when first asked for.

    `word`: how the kind is asked for, where `allornone words` tells of it.

    >>> units.get("mcculloch-pitts").__name__
    'McCullochPitts'
    """

    def __init__(self, kind: str, group: str, word: str = "") -> None:
        self.kind, self.group, self.word = kind, group, word
        self._objects: dict[str, Any] = {}

    @cached_property
    def _entries(self) -> dict[str, list[EntryPoint]]:
        found: dict[str, list[EntryPoint]] = {}
        for entry in entry_points(group=self.group):
            found.setdefault(entry.name, []).append(entry)
        return found

    def names(self) -> list[str]:
        """Return every registered name, sorted; nothing is imported."""
        return sorted({*self._entries, *self._objects})

    @property
    def all_by(self) -> str:
        """The command that lists every name, or nothing where there is none."""
        return f"allornone words {self.word}" if self.word else ""

    def unknown(self, name: str) -> UnknownName:
        """Return the error that no such thing is registered."""
        return UnknownName(self.kind, name, self.names(), self.all_by)

    def get(self, name: str) -> Any:
        """Return the object of that name; an unknown one is an error with the nearest."""
        if name not in self._objects:
            if name not in self._entries:
                raise self.unknown(name)
            values = list(dict.fromkeys(entry.value for entry in self._entries[name]))
            if len(values) > 1:
                raise AllornoneError(
                    f"two packages register the {self.kind} {name!r}: {' and '.join(values[:2])}; one of them "
                    "has to choose another name"
                )
            try:
                self._objects[name] = self._entries[name][0].load()
            except (ImportError, AttributeError) as error:
                raise AllornoneError(
                    f"the {self.kind} {name!r} is registered as {values[0]!r}, which cannot be loaded: {error}"
                ) from None
        return self._objects[name]

    def add(self, name: str, thing: Any) -> None:
        """Register a class or function; defined again, it takes its own place, never that of another."""
        own = f"{thing.__module__}:{thing.__qualname__}"
        known = self._objects.get(name)
        others = [entry.value for entry in self._entries.get(name, ())]
        if known is not None:
            others = [f"{known.__module__}:{known.__qualname__}"]
        if others and own not in others:
            raise AllornoneError(
                f"{own} cannot be the {self.kind} {name!r}, which is {others[0]} already: choose another name"
            )
        self._objects[name] = thing


units = Registry("unit model", "allornone.units", "model")
rules = Registry("learning rule", "allornone.rules", "rule")
builders = Registry("builder", "allornone.builders", "net")
tasks = Registry("task", "allornone.tasks", "data")
functions = Registry("function", "allornone.functions", "function")
films = Registry("film", "allornone.films", "view")

REGISTRIES = {one.word: one for one in (rules, units, builders, tasks, films, functions)}
"""The registries, by the word by which each is asked for."""
