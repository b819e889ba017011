"""`allornone words`: every word that a file can name is listed, as a file spells it, and messages lead there."""

from __future__ import annotations

import re

import pytest

from allornone.command import main
from allornone.command.words import USES
from allornone.scenarios.document.names import callables, parameters_of
from allornone.scenarios.document.schema import schema
from allornone.scenarios.document.signatures import call_of, sentence, signature_of
from allornone.scenarios.document.views import FILMS, VIEWS
from allornone.scenarios.expressions.functions import FUNCTIONS, RUN_FUNCTIONS
from allornone.simulator import registry
from allornone.simulator.errors import AllornoneError, UnknownName
from allornone.simulator.registry import REGISTRIES, Registry

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, *arguments: str) -> str:
    """Return what `allornone words` prints."""
    assert main(["words", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test print on 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def test_the_overview_names_every_word_of_every_kind(capsys: Capture) -> None:
    """A paragraph a kind, in one screen."""
    out = shown(capsys)

    for kind, known in REGISTRIES.items():
        assert re.search(rf"^{kind} ", out, re.MULTILINE)
        names = VIEWS if kind == "view" else known.names()
        assert {*names} <= {*re.findall(r"[\w-]+", out)}
    assert {*callables()} <= {*re.findall(r"[\w-]+", out)}
    assert len(out.splitlines()) <= 30


def test_views_and_films_of_every_kind_are_told_and_which_are_not_drawn_yet(capsys: Capture) -> None:
    """Those that are drawn first."""
    out = " ".join(shown(capsys, "view").split())

    assert all(f" {name} {line}" in out for name, line in VIEWS.items())
    assert all(f" {name} {line}" in out for name, line in FILMS.items())
    assert out.count("Not drawn yet.") == len(FILMS.keys() - {*REGISTRIES["view"].names()})


@pytest.mark.parametrize("kind", [kind for kind in USES if kind not in ("function", "view")])
def test_each_word_stands_with_its_parameters_and_its_line(kind: str, capsys: Capture) -> None:
    """All of that kind, each with all that a file can say of it and the line that an editor shows."""
    out = shown(capsys, kind)
    known = REGISTRIES[kind]
    words = out.replace("\n", " ").split()

    assert [line.split()[0] for line in out.splitlines()[1:] if re.match(r"\S+  ", line)] == known.names()
    for name in known.names():
        for parameter in parameters_of(known.get(name)):
            assert {parameter, f"{parameter},", f"[{parameter}]", f"[{parameter}],"} & {*words}, parameter


@pytest.mark.parametrize("kind", [None, *USES])
def test_it_fits_into_eighty_columns(kind: str | None, capsys: Capture) -> None:
    """Plain text without colours where it is piped."""
    out = shown(capsys, *([kind] if kind else []))

    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_a_rule_is_shown_as_a_file_spells_it(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name, then the parameters with their defaults, then the line."""
    monkeypatch.setenv("COLUMNS", "100")
    lines = [line.strip() for line in shown(capsys, "rule").splitlines()]

    assert lines[0] == 'learning rules: rule = "…" in [learning], or in a phase'
    at = next(place for place, line in enumerate(lines) if line.startswith("backpropagation "))
    assert lines[at].split(None, 1)[1] == (
        'eta = 0.1, momentum = 0.0, decay = 0.0, zone = 0.0, divergence = "l2"'
    )
    assert lines[at + 1] == "Descend the divergence by its gradient, with momentum and decay."
    assert lines[-1] == "What stands alone must be given; what stands in brackets may be left out."


def test_the_lines_are_those_that_an_editor_shows(capsys: Capture) -> None:
    """One source: the schema's descriptions of nets and data."""
    parts = schema()["$defs"]

    for kind, part, tag in (("net", "Build", "net"), ("data", "TaskSettings", "data")):
        out = " ".join(shown(capsys, kind).split())
        for case in parts[part]["oneOf"]:
            assert case["properties"][tag]["description"] in out


def test_every_function_is_shown_as_an_expression_calls_it(capsys: Capture) -> None:
    """Those of a run, of anything and of models, each with a line."""
    out = shown(capsys, "function")
    flat = " ".join(out.split())

    called = {match.split("(")[0] for match in re.findall(r"^\w+\([^)]*\)", out, re.MULTILINE)}
    assert called == {*callables()}
    for call in ("y(unit, [phase])", "mistakes([phase])", "choose(n, k)", "before(x, n = 1, [over])",
                 "min(x, …, [over])", "rosenblatt_pa(x, y, theta, R)"):  # fmt: skip
        assert call in out
    for doc in [*(one.doc for one in RUN_FUNCTIONS), *(one.doc for one in FUNCTIONS.values())]:
        assert doc
        assert sentence(doc) in flat


def test_a_function_takes_as_many_arguments_as_are_shown() -> None:
    """What is needed stands alone, what may be left out in brackets or with its value."""
    for name, function in FUNCTIONS.items():
        inside = call_of(name, function.call).removeprefix(f"{name}(").removesuffix(")").split(", ")
        positional = [part for part in inside if part != "[over]"]
        assert function.min_args == len([part for part in positional if "=" not in part and part != "…"])
        assert function.max_args == (None if "…" in positional else len(positional))
        assert ("[over]" in inside) == ("over" in function.keywords)


def test_a_builder_shows_what_must_be_given() -> None:
    """Alone; `inputs` may be left out, since they default to the first task's, and `seed` is the run's."""
    assert signature_of(registry.builders.get("parity")) == '[inputs], by = "terms"'
    assert signature_of(registry.builders.get("regular")) == "event, [letters], [silence]"
    assert "seed" not in signature_of(registry.builders.get("random"))
    assert signature_of(registry.tasks.get("grid")) == "cells, from = -1.0, to = 1.0, [d]"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Return the mean.", "The mean."),
        ("how many there are", "How many there are."),
        ("Return units `X1`, …", "Units `X1`, …"),
        ("Returned goods", "Returned goods."),
        ("", ""),
    ],
)
def test_a_line_is_a_sentence(line: str, expected: str) -> None:
    """With a capital and a full stop, and without the word that a docstring begins with."""
    assert sentence(line) == expected


def test_a_word_of_a_plug_in_without_a_docstring_is_shown(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name and parameters alone."""

    def grown(*, cells: int, wide: bool = False) -> None: ...

    known = Registry("builder", "allornone.builders", "net")
    known.add("grown", grown)
    monkeypatch.setitem(REGISTRIES, "net", known)

    assert re.search(r"^grown +cells, wide = false$", shown(capsys, "net"), re.MULTILINE)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            "rules",
            "no kind of word is named 'rules'. Did you mean 'rule'? There are: rule, model, net, data, ",
        ),
        ("hebb", "no kind of word is named 'hebb'. There are: rule, "),
    ],
)
def test_an_unknown_kind_is_told_with_the_nearest(kind: str, message: str, capsys: Capture) -> None:
    """In one sentence, and nothing is listed."""
    assert main(["words", kind]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"allornone: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("kind", [kind for kind in USES if kind not in ("function", "view", "data")])
def test_a_long_list_in_a_message_ends_with_the_command_that_lists_all(kind: str) -> None:
    """After twelve names."""
    known = REGISTRIES[kind]

    with pytest.raises(UnknownName) as caught:
        known.get("zzz")

    listed = ", ".join(known.names()[:12])
    more = len(known.names()) - 12
    assert str(caught.value) == (
        f"no {known.kind} is named 'zzz'. There are: {listed} … and {more} more: allornone words {kind}"
    )
    assert main(["words", kind]) == 0


def test_a_short_list_in_a_message_is_whole() -> None:
    """It needs no command; nor does a kind that no command lists."""
    with pytest.raises(UnknownName, match=r"There are: [\w, ]+spirals, table$"):
        REGISTRIES["data"].get("zzz")
    plain = Registry("thing", "allornone.things")
    for k in range(13):
        plain.add(f"thing {k}", main)
    with pytest.raises(UnknownName, match=r"and 1 more$"):
        plain.get("zzz")


def test_a_false_friend_is_not_suggested() -> None:
    """Where no madaline is registered, an adaline is not what was meant."""
    with pytest.raises(AllornoneError) as caught:
        registry.units.get("madaline")

    assert "Did you mean" not in str(caught.value)
