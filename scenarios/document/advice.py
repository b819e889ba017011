"""Advice: what a scenario file may say, but hardly means; `check` and every result tell it as warnings."""

from __future__ import annotations

from collections.abc import Iterator

from allornone.scenarios.document import chance
from allornone.scenarios.document.change import Raw
from allornone.scenarios.document.names import table
from allornone.simulator.errors import nearest
from allornone.simulator.registry import films


def warnings(raw: Raw) -> list[str]:
    """Return what is allowed in a sound file but unwise, a sentence each."""
    return [*chance.warnings(raw), *_strange_film(raw)]


def _strange_film(raw: Raw) -> Iterator[str]:
    """Warn of a kind of film that is not registered here: the experiment runs without it."""
    kind = table(raw, "interpretation", "film").get("kind")
    if isinstance(kind, str) and kind not in films.names():
        hint = nearest(kind, films.names()) or f"There are: {', '.join(films.names()) or 'none'}"
        yield f"interpretation.film.kind: no film is named {kind!r} here, so none can be made. {hint}"
