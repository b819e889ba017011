"""What a scenario shows: views and films, which run of which phase, and kinds that are not drawn yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from allornone.scenarios.checking import look_over
from allornone.scenarios.document.views import FILMS, VIEWS
from allornone.scenarios.running import run
from allornone.simulator.errors import AllornoneError
from allornone.simulator.registry import films

RELAY = (Path(__file__).parent.parent / "run" / "relay.toml").read_text(encoding="utf-8")
FILM = 'film = { kind = "network", at = { L = 2, way = "straight" } }\n'


@pytest.fixture
def write(tmp_path: Path) -> Path:
    """Return where a file may be written."""
    return tmp_path / "relay.toml"


def written(file: Path, shown: str) -> Path:
    """Write the relay with other things shown."""
    assert RELAY.count(FILM) == 1
    file.write_text(RELAY.replace(FILM, shown), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "shown",
    [
        'views = [{ kind = "raster", at = { L = 2 }, caption = "two spikes", units = ["x", "out"] }]\n',
        'views = [{ kind = "compare", measure = "heard", along = "L", at = { way = "cut" } }]\n',
        'views = [{ kind = "compare", measure = ["heard", "begun"], along = "way" }, { kind = "raster" }]\n',
        'views = [{ kind = "grid", group = "c", phase = "pulse" }]\nfilm = { kind = "retina" }\n',
        "",
    ],
)
def test_what_is_shown_may_be_said_of_every_kind(write: Path, shown: str) -> None:
    """With the keys of its kind; nothing is warned of, also where a kind is not drawn yet."""
    assert look_over(written(write, shown)) == []


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (
            'views = [{ kind = "raster", phase = "puls" }]\n',
            "no phase is named 'puls'. Did you mean 'pulse'?",
        ),
        ('views = [{ kind = "raster", at = { L = 3 } }]\n', "views.0.at.L: "),
        ('views = [{ kind = "raster", at = { M = 3 } }]\n', "no axis is named 'M'"),
        (
            'views = [{ kind = "raster" }, { kind = "raster", att = 3 }]\n',
            "views.1.att: no key is named 'att'",
        ),
        ('views = [{ kind = "raster", measure = "heard" }]\n', "measure and along are of views of the kind"),
        ('views = [{ kind = "compare", measure = "heard" }]\n', "says which measure, along which axis"),
        ('views = [{ kind = "compare", along = "L" }]\n', "says which measure, along which axis"),
        ('views = [{ kind = "compare", measure = "hard", along = "L" }]\n', "no measure is named 'hard'"),
        ('views = [{ kind = "compare", measure = "heard", along = "l" }]\n', "no axis is named 'l'"),
        (
            'views = [{ kind = "grid", units = ["x"], group = "c" }]\n',
            "a view shows units or a group, found both",
        ),
        ('views = [{ phase = "pulse" }]\n', "views.0: the key 'kind' is missing"),
        ('views = { kind = "raster" }\n', "a list is needed"),
        ('film = { show = "network" }\n', "'show' is called 'kind' now"),
    ],
)
def test_what_cannot_be_shown_is_told_at_its_place(write: Path, shown: str, sentence: str) -> None:
    """Phases, runs, measures and axes that are not there, and keys of another kind."""
    with pytest.raises(AllornoneError) as caught:
        look_over(written(write, shown))

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("shown", "warning"),
    [
        ('views = [{ kind = "rastre" }]\n', "interpretation.views.0.kind: no view is named 'rastre'"),
        ('film = { kind = "netwrk" }\n', "interpretation.film.kind: no film is named 'netwrk'"),
    ],
)
def test_a_strange_kind_is_a_warning(write: Path, shown: str, warning: str) -> None:
    """The experiment runs without it."""
    (said,) = look_over(written(write, shown))

    assert said.startswith(warning)


def test_the_first_view_says_which_run_is_shown(write: Path) -> None:
    """Where the film says neither phase nor run; what it says itself goes first."""
    by_view = run(written(write, 'views = [{ kind = "raster", at = { L = 4, way = "cut" } }]\n'))
    by_film = run(
        written(
            write,
            'views = [{ kind = "raster", at = { L = 4 } }]\nfilm = { kind = "network", at = { L = 1 } }\n',
        )
    )

    assert by_view.trace["x"].sum() == 4
    assert not by_view.trace["out"].any()
    assert by_film.trace["x"].sum() == 1


def test_a_film_that_is_not_drawn_yet_says_so(write: Path) -> None:
    """In one sentence that names those that are."""
    later = next(kind for kind in FILMS if kind not in films.names())
    result = run(written(write, f'film = {{ kind = "{later}" }}\n'))

    with pytest.raises(
        AllornoneError, match=f"the film '{later}' is not drawn yet; drawn are: grid, network"
    ):
        result.film()


def test_each_kind_has_its_line() -> None:
    """A sentence each."""
    assert all(line.endswith(".") and line[0].isupper() for line in (*VIEWS.values(), *FILMS.values()))
