"""`allornone words`: what a scenario file can name, with its parameters and a line on what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import click

from allornone.command import screen
from allornone.command.failures import SUCCESS
from allornone.command.screen import StyledText, TextTable

USES = {
    "rule": 'rule = "…" in [learning], or in a phase',
    "model": 'model = "…" in [activation]',
    "net": 'build = { net = "…" } in [connectivity]',
    "data": 'NAME = { data = "…" } in [tasks]',
    "view": 'views = [{ kind = "…" }] and film = { kind = "…" } in [interpretation]',
    "function": "in an expression",
}
"""The kinds of word, and where a file names one."""


class Word(NamedTuple):
    """A word, how it is spelt with its parameters, and what it is."""

    name: str
    signature: str
    line: str


@click.command
@click.argument("kind", required=False, metavar=f"[{'|'.join(USES)}]")
def verb(kind: str | None) -> int:
    """List the words that a scenario file can use: of one kind, each with its parameters and what it is."""
    if kind is None:
        overview()
        return SUCCESS
    if kind not in USES:
        from allornone.simulator.errors import UnknownName

        raise UnknownName("kind of word", kind, USES)
    if kind == "function":
        functions()
    elif kind == "view":
        views()
    else:
        parts(kind)
    if kind != "view":  # of which a file says alike what is shown
        screen.say()
        screen.say("What stands alone must be given; what stands in brackets may be left out.", "dim")
    return SUCCESS


def overview() -> None:
    """Print the words of every kind, by name."""
    from allornone.scenarios.document.names import callables
    from allornone.scenarios.document.views import VIEWS
    from allornone.simulator.registry import REGISTRIES

    rows = []
    for kind in USES:
        others = {"function": sorted(callables()), "view": [*VIEWS]}
        names = others.get(kind) or REGISTRIES[kind].names()
        rows.append([StyledText(kind, "bold"), StyledText(", ".join(names))])
    screen.table(TextTable(["", ""], rows, {1: 1.0}))
    screen.say()
    screen.say("allornone words KIND tells what each takes, and what it is.", "dim")


def parts(kind: str) -> None:
    """Print the registered words of a kind."""
    from allornone.scenarios.document.signatures import line_of, signature_of
    from allornone.simulator.registry import REGISTRIES

    known = REGISTRIES[kind]
    screen.say(f"{known.kind}s: {USES[kind]}", "bold")
    things = {name: known.get(name) for name in known.names()}
    screen.table(table(Word(name, signature_of(thing), line_of(thing)) for name, thing in things.items()))


def views() -> None:
    """Print the kinds of view, and of film, of which some are not drawn yet."""
    from allornone.scenarios.document.signatures import line_of
    from allornone.scenarios.document.views import FILMS, VIEWS
    from allornone.simulator.registry import films

    screen.say('views: views = [{ kind = "…" }] in [interpretation]', "bold")
    screen.table(table(Word(name, "", line) for name, line in VIEWS.items()))
    screen.say('films: film = { kind = "…" } in [interpretation]', "bold")
    later = {name: f"{line} Not drawn yet." for name, line in FILMS.items() if name not in films.names()}
    drawn = {name: FILMS.get(name) or line_of(films.get(name)) for name in films.names()}
    screen.table(table(Word(name, "", line) for name, line in {**drawn, **later}.items()))


def functions() -> None:
    """Print the functions of expressions: those of a run, of anything, and of models."""
    from allornone.scenarios.document.signatures import call_of, line_of, sentence
    from allornone.scenarios.expressions.functions import FUNCTIONS, RUN_FUNCTIONS
    from allornone.simulator.registry import functions as registered

    added = [(name, registered.get(name)) for name in registered.names()]
    for heading, words in {
        "of a run, in measures; without a phase: the last that has an answer": [
            Word(one.spelt, "", sentence(one.doc)) for one in RUN_FUNCTIONS
        ],
        'of anything; over names the axis that is taken: mean(x, over="seed")': [
            Word(call_of(name, one.call), "", sentence(one.doc)) for name, one in FUNCTIONS.items()
        ],
        "of models, in measures": [Word(call_of(name, one), "", line_of(one)) for name, one in added],
    }.items():
        screen.say(f"functions {heading}", "bold")
        screen.table(table(words))


def table(words: Iterable[Word]) -> TextTable:
    """Return the table of words: the name, and beside it the parameters, if any, above the line."""
    rows = []
    for word in words:
        name, line = StyledText(word.name, "bold"), StyledText(word.line)
        if word.signature:
            rows.append([name, StyledText(word.signature, "cyan")])
            name = StyledText("")
        rows.append([name, line])
    return TextTable(["", ""], rows, {1: 1.0})
