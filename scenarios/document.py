"""A scenario as a typed document, and everything that is wrong with one, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from allornone.scenarios.change import Path, Raw
from allornone.scenarios.document_changes import check_alternatives, check_changes, read_axes, well_shaped
from allornone.scenarios.document_errors import DocumentError, Violation
from allornone.scenarios.document_parts import (
    Activation,
    Connectivity,
    Edit,
    Expression,
    Flag,
    Formula,
    Learning,
    Lesson,
    Number,
    Part,
    Phase,
    Start,
    Task,
    Text,
    lesson,
)
from allornone.scenarios.document_things import check_things, table
from allornone.scenarios.document_values import COUNT, WHOLE
from allornone.scenarios.document_wording import violations_of
from allornone.scenarios.document_words import (
    check_expressions,
    check_film,
    check_names,
    check_parameters,
    check_phases,
)
from allornone.scenarios.varying import all_axes

M = TypeVar("M", bound=BaseModel)

Evidence = Literal["seen", "quoted", "memory"]
Whole = Annotated[int, WHOLE]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_TEXTS = {"type": ["string", "array"], "items": {"type": "string"}}
_ROWS = {"type": ["integer", "array"], "items": {"type": "integer"}}
Texts = Annotated[list[Text], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]
Rows = Annotated[list[Whole], BeforeValidator(_listed), WithJsonSchema(_ROWS)]
# What a change is made of, `check_changes` looks at.
Changes = Annotated[list[Any], BeforeValidator(_listed)]


class Film(Part):
    """What a film shows: its kind, of which phase, of which run, and of which group where its kind shows one."""

    show: Text
    group: Text | None = None
    phase: Text | None = None
    at: dict[str, Any] = Field(default_factory=dict)


class Question(Part):
    """A question at which a film may pause; exactly one choice holds, which a run decides."""

    at: Number
    ask: Text
    choices: dict[str, Expression] = Field(min_length=2)


class Claim(Part):
    """A sentence that can be false, and the changes of which each must make it so.

    A sentence of the lecture's or the source's (`says`) that is false here carries `holds`, what makes it so.
    """

    text: Text
    that: Expression
    fails: Changes = Field(default_factory=list)
    holds: Changes = Field(default_factory=list)
    says: Literal["lecture", "source"] | None = None
    evidence: Evidence | None = None

    @model_validator(mode="after")
    def _one_counterfactual(self) -> Claim:
        given = self.model_fields_set & {"fails", "holds"}
        if not given:
            message = "a claim without a counterfactual: say in fails which change must make it false"
        elif len(given) == 2:
            message = "a claim carries fails or holds, found both"
        elif "holds" in given and self.says is None:
            message = (
                "only a sentence marked says = 'lecture' or 'source' carries holds; this claim needs fails"
            )
        elif not self.fails and not self.holds:
            message = f"{' '.join(given)} names no change: say which one must decide the claim"
        else:
            return self
        raise PydanticCustomError("fault", "{message}", {"message": message})


class Interpretation(Part):
    """How the net is interpreted: the film, questions to those who watch, and the claims."""

    film: Film | None = None
    questions: list[Question] = Field(default_factory=list)
    claims: list[Claim] = Field(min_length=1)


class Experiment(Part):
    """What is done: the part of a scenario that a change may touch, as one run has it."""

    parameters: dict[str, Formula] = Field(default_factory=dict)
    tasks: dict[str, Task] = Field(default_factory=dict)
    connectivity: Connectivity
    activation: Activation = Field(default_factory=Activation)
    learning: Learning = Field(default_factory=Learning)
    experience: list[Phase] = Field(min_length=1)

    def lesson(self, phase: Phase) -> Lesson:
        """Return the learning procedure that holds in a phase."""
        return lesson(self.learning, phase)


class Document(Experiment):
    """A whole scenario file. What is varied stays as written in `vary`; `varying.family` makes runs of it."""

    title: Text
    year: Whole
    source: Text
    story: Text
    evidence: Evidence
    lecture: Rows = Field(default_factory=list)
    deviations: Texts = Field(default_factory=list)
    open: Texts = Field(default_factory=list)
    aliases: Texts = Field(default_factory=list)
    long: Flag = False
    seeds: Annotated[int, COUNT] | None = None
    vary: dict[str, Any] = Field(default_factory=dict)
    measures: dict[str, Expression] = Field(default_factory=dict)
    interpretation: Interpretation
    _folder: FilePath | None = PrivateAttr(None)

    @property
    def folder(self) -> FilePath | None:
        """The folder that data files must lie in; none where the document is of no file."""
        return self._folder


MODELS: Mapping[Path, type[BaseModel]] = {
    (): Document,
    ("connectivity",): Connectivity,
    ("connectivity", "start"): Start,
    ("connectivity", "edits", "*"): Edit,
    ("interpretation",): Interpretation,
    ("interpretation", "film"): Film,
    ("interpretation", "questions", "*"): Question,
    ("interpretation", "claims", "*"): Claim,
}


def validate(raw: Raw, *, base: FilePath | None = None) -> Document:
    """Return the document that a file says, or raise DocumentError with everything that is wrong with it.

    `base` is the folder of the file.
    """
    document, found = _typed(Document, raw)
    found += _beyond(raw)
    if document is None or found:
        raise DocumentError(found)
    document._folder = base
    return document


def validate_run(raw: Raw) -> Experiment:
    """Return the experiment of one run, of whose scenario all changes are laid over; raise DocumentError."""
    found = _faults(raw)
    experiment, _ = _typed(Experiment, _experiment(raw))
    if experiment is None or found:
        raise DocumentError(found)
    return experiment


def _typed(model: type[M], raw: Raw) -> tuple[M | None, list[Violation]]:
    try:
        return model.model_validate(raw, context={"names": tuple(table(raw, "parameters"))}), []
    except ValidationError as error:
        return None, violations_of(error, MODELS)


def _experiment(raw: Raw) -> Raw:
    return {key: raw[key] for key in Experiment.model_fields if key in raw}


def _faults(raw: Raw) -> list[Violation]:
    """Return what is wrong with the experiment of a document."""
    return [
        *_typed(Experiment, _experiment(raw))[1],
        *check_things(raw),
        *check_phases(raw),
        *check_parameters(raw),
    ]


def _beyond(raw: Raw) -> Iterator[Violation]:
    """Find what types cannot see."""
    yield from check_things(raw)
    yield from check_phases(raw)
    yield from check_parameters(raw)
    yield from check_names(raw)
    if "edits" in table(raw, "connectivity"):
        yield Violation(
            ("connectivity", "edits"), "no key is named 'edits' here: say without and with", None, True
        )
    axes, wrong = read_axes(raw)
    yield from wrong
    yield from check_expressions(raw, all_axes(axes))
    yield from check_film(raw, all_axes(axes))
    if well_shaped(raw):
        yield from check_alternatives(raw, axes, _faults)
        yield from check_changes(raw, axes, _faults)
