"""Asking: questions at which a film pauses. Their answers are computed from the run shown, so they cannot rot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allornone.scenarios.expression import Scope
from allornone.scenarios.functions import FUNCTIONS
from allornone.scenarios.limits import Limits
from allornone.scenarios.living import live
from allornone.scenarios.measuring import measure, needs, registered_functions, run_functions
from allornone.scenarios.numbers import expression
from allornone.scenarios.showing import chosen_run
from allornone.simulator.errors import AllornoneError


@dataclass(frozen=True)
class Answered:
    """A question to those who watch: the tick, the words, the choices, and the one that holds."""

    at: int
    ask: str
    choices: tuple[str, ...]
    right: str


def answers(
    raw: Mapping[str, Any], seeds: Sequence[int], overrides: Mapping[str, object], limits: Limits
) -> tuple[Answered, ...]:
    """Answer the questions of a scenario; one whose choices do not come out as exactly one truth is an error."""
    questions = raw.get("interpretation", {}).get("questions", [])
    if not questions:
        return ()
    measures = raw.get("measures", {})
    texts = [str(text) for question in questions for text in question["choices"].values()]
    ready = chosen_run(raw, seeds, overrides, limits)
    life = live([ready], needs([*texts, *map(str, measures.values())]))[0]
    names = {**life.parameters, **measure(measures, life)}
    scope = Scope(names, {**FUNCTIONS, **registered_functions(), **run_functions(life)})
    return tuple(_answered(question, scope) for question in questions)


def _answered(question: Mapping[str, Any], scope: Scope) -> Answered:
    choices = {name: str(text) for name, text in question["choices"].items()}
    right = [name for name, text in choices.items() if expression(text).evaluate_truth(scope)]
    if len(right) != 1:
        held = ", ".join(right) or "none"
        raise AllornoneError(f"question {question['ask']!r}: exactly one choice must hold, found {held}")
    return Answered(int(question["at"]), str(question["ask"]), tuple(choices), right[0])
