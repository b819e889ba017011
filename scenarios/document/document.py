"""A scenario as a typed document: its tables, what each key holds, and what two keys of one table mean together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from allornone.scenarios.document.change import (
    LEARNING_KEYS,
    PHASE_ACTS,
    PHASE_KEYS,
    TASK_KEYS,
    phase_name,
)
from allornone.scenarios.document.kinds import (
    COUNT,
    EXPRESSION,
    FLAG,
    LITERAL,
    TEXT,
    WHOLE,
    Schema,
    choice,
    either,
    list_of,
    number,
    shown,
    table_with,
    values,
)
from allornone.scenarios.document.views import OF_COMPARE

Evidence = Literal["seen", "quoted", "memory"]
Whole = Annotated[int, WHOLE]

Number = Annotated[int | float | str, number()]
Text = Annotated[str, TEXT]
Flag = Annotated[bool, FLAG]
Expression = Annotated[str, EXPRESSION]
Ticks = Annotated[int | str, number(1, whole=True)]
Count = Annotated[int | str, number(0, whole=True)]
Spread = Annotated[int | float | str, number(0, extra=("n",))]
Share = Annotated[int | float | str, number(0)]
Size = Annotated[
    int | str | list[int | str], either(number(1, whole=True), list_of(number(1, whole=True), least=2))
]
Inputs = Annotated[int | str | list[str], either(number(1, whole=True), list_of(TEXT, least=1))]
Batch = Annotated[int | str, either(choice("all"), number(1, whole=True))]
Given = Annotated[Any, values(4)]
Formula = Annotated[int | float | str, either(LITERAL, EXPRESSION)]
Stimulus = Annotated[
    int | float | str | list[int | float | str] | dict[str, int | float | str],
    either(
        LITERAL,
        list_of(either(LITERAL, EXPRESSION), least=1),
        table_with("chance", either(LITERAL, EXPRESSION), "How probably it is 1 at each tick."),
        TEXT,
    ),
]
Order = Literal["cyclic", "shuffled"]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_TEXTS = {"type": ["string", "array"], "items": {"type": "string"}}

_ROWS = {"type": ["integer", "array"], "items": {"type": "integer"}}

Texts = Annotated[list[Text], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]

Rows = Annotated[list[Whole], BeforeValidator(_listed), WithJsonSchema(_ROWS)]

Expressions = Annotated[list[Expression], BeforeValidator(_listed), WithJsonSchema(_TEXTS)]

Label = str | int | float | bool

# What a change is made of, `check_changes` looks at.
Changes = Annotated[list[Any], BeforeValidator(_listed)]


class Part(BaseModel):
    """A table of the file: its keys are these and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FilmSettings(Part):
    """What a film shows: its kind, of which phase, of which run, and of which group where its kind shows one."""

    kind: Text
    group: Text | None = None
    phase: Text | None = None
    at: dict[str, Any] = Field(default_factory=dict)


class View(Part):
    """A picture of one phase of one run: its kind, and the units that it shows; `compare` shows measures of many."""

    kind: Text
    phase: Text | None = None
    at: dict[str, Any] = Field(default_factory=dict)
    caption: Text | None = None
    units: Texts = Field(default_factory=list)
    group: Text | None = None
    measure: Texts = Field(default_factory=list)
    along: Text | None = None

    @model_validator(mode="after")
    def _one_purpose(self) -> View:
        compares, given = self.kind == "compare", self.model_fields_set
        message = ""
        if compares and not set(OF_COMPARE) <= given:
            message = "a view that compares says which measure, along which axis"
        elif not compares and given & set(OF_COMPARE):
            message = "measure and along are of views of the kind 'compare'"
        elif {"units", "group"} <= given:
            message = "a view shows units or a group, found both"
        if message:
            raise PydanticCustomError("fault", "{message}", {"message": message})
        return self


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
    that: Expressions = Field(min_length=1)
    where: dict[str, Label | list[Label]] = Field(default_factory=dict)
    found: Text | None = None
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
    """How the net is interpreted: what is shown, questions to those who watch, and the claims."""

    views: list[View] = Field(default_factory=list)
    film: FilmSettings | None = None
    questions: list[Question] = Field(default_factory=list)
    claims: list[Claim] = Field(min_length=1)


class TaskSettings(Part):
    """Data that phases share: `data` names what is registered, `parameters` are its own."""

    data: Text
    inputs: Inputs | None = None
    hold_out: Ticks | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        return _apart(table, TASK_KEYS, "parameters")


class Build(Part):
    """A registered builder, and its parameters."""

    net: Text
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        return _apart(table, ("net",), "parameters")


class Start(Part):
    """Where plastic weights and biases start: at a constant, or drawn; `n` is the fan-in."""

    constant: Number | None = None
    uniform: Spread | None = None
    normal: Spread | None = None
    named: Literal["nguyen-widrow"] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Start:
        if self.named is None:
            _exactly_one(self.model_fields_set, ("constant", "uniform", "normal"), "how weights start")
        return self


def _start(value: object) -> object:
    if value == "nguyen-widrow":
        return {"named": value}
    if isinstance(value, dict) and ({"constant", "named"} & {*value} or not value):
        message = f"start is a number, {{ uniform = a }} or {{ normal = sd }}, found {shown(value)}"
        raise PydanticCustomError("fault", "{message}", {"message": message})
    return value if isinstance(value, dict) else {"constant": value}


_START_SCHEMA: Schema = {
    "anyOf": [
        {"type": ["number", "string"]},
        *(
            {"type": "object", "properties": {form: {"type": ["number", "string"], "description": line}}}
            | {"required": [form], "additionalProperties": False}
            for form, line in (
                ("uniform", "Drawn evenly between minus this and this; n is the fan-in."),
                ("normal", "Drawn from a normal distribution with this deviation; n is the fan-in."),
            )
        ),
    ]
}


class Edit(Part):
    """Synapses cut, then synapses added or replaced, as one change says it."""

    without: list[Text] = Field(default_factory=list, min_length=1)
    with_: list[Text] = Field(default_factory=list, alias="with", min_length=1)


class Connectivity(Part):
    """The connectivity of units: a builder's, or drawn; `edits` are to be done on it in their order."""

    build: Build | None = None
    inputs: list[Text] | None = None
    outputs: list[Text] | None = None
    groups: dict[str, Size] = Field(default_factory=dict)
    synapses: list[Text] | None = None
    delay: Count | None = None
    start: Annotated[Start, BeforeValidator(_start), WithJsonSchema(_START_SCHEMA)] | None = None
    weights: dict[str, Given] = Field(default_factory=dict)
    biases: dict[str, Given] = Field(default_factory=dict)
    without: list[Text] = Field(default_factory=list, min_length=1)
    with_: list[Text] = Field(default_factory=list, alias="with", min_length=1)
    added_edits: list[Edit] = Field(default_factory=list, alias="edits")

    @model_validator(mode="after")
    def _one_wiring(self) -> Connectivity:
        given = self.model_fields_set
        _exactly_one(given, ("build", "synapses"), "what the net is")
        if "build" in given and "groups" in given:
            raise PydanticCustomError("fault", "a builder makes its own groups: leave out build or groups")
        if "start" in given and given & {"weights", "biases"}:
            raise PydanticCustomError("fault", "start and weights or biases exclude each other")
        return self

    @property
    def edits(self) -> list[Edit]:
        """What is cut and added, the file's own first, then what each change laid over says."""
        said = {key: texts for key, texts in (("without", self.without), ("with", self.with_)) if texts}
        own = [Edit.model_validate(said, context={"names": ()})] if said else []
        return [*own, *self.added_edits]


class Activation(Part):
    """The activation function of units: `default` of all, and what single units or groups have."""

    default: dict[str, Any] = Field(default_factory=dict)
    units: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        if not isinstance(table, dict):
            return table
        units = {name: value for name, value in table.items() if isinstance(value, dict)}
        return {
            "default": {name: value for name, value in table.items() if name not in units},
            "units": units,
        }


class Learning(Part):
    """What a file says of the learning procedure, in [learning] or in a phase; what it leaves out is None."""

    rule: Text | None = None
    rule_parameters: dict[str, Any] = Field(default_factory=dict)
    plastic: list[Text] | None = None
    batch: Batch | None = None
    average: Flag | None = None
    order: Order | None = None
    epochs: Count | None = None
    until: Expression | None = None
    bound: Annotated[int | float | str, number(0, above=True)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        return _apart(table, LEARNING_KEYS, "rule_parameters")


class Phase(Learning):
    """One thing that the net lives through; one of `stimulus`, `teach`, `test`, `gradient` is given."""

    name: Text
    stimulus: dict[str, Stimulus] | None = None
    teach: Text | None = None
    test: Text | None = None
    gradient: Text | None = None
    ticks: Ticks | None = None
    teacher: dict[str, Formula] | None = None
    teacher_at: Literal["last", "every"] | None = None
    from_: Literal["rest", "here"] = Field("rest", alias="from")
    update: Literal["together", "one-by-one"] = "together"
    flip: Share | None = None
    hold: Ticks | None = None
    sample: Ticks | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        if isinstance(table, dict) and isinstance(name := phase_name(table), str):
            table = {"name": name, **table}
        return _apart(table, (*PHASE_KEYS, *LEARNING_KEYS), "rule_parameters")

    @model_validator(mode="after")
    def _one_act(self) -> Phase:
        _exactly_one(self.model_fields_set, PHASE_ACTS, "what happens in a phase")
        return self

    @property
    def taught_each_tick(self) -> bool:
        """Whether a teacher speaks at every tick of a stimulus."""
        return self.teacher_at == "every"

    @cached_property
    def act(self) -> str:
        """What happens in it: "stimulus", "teach", "test" or "gradient"."""
        return next(act for act in PHASE_ACTS if getattr(self, act) is not None)

    @property
    def task(self) -> str | None:
        """The task that it teaches, tests or descends; none where it has a stimulus."""
        return self.teach or self.test or self.gradient


class Experiment(Part):
    """What is done: the part of a scenario that a change may touch, as one run has it."""

    parameters: dict[str, Formula] = Field(default_factory=dict)
    tasks: dict[str, TaskSettings] = Field(default_factory=dict)
    connectivity: Connectivity
    activation: Activation = Field(default_factory=Activation)
    learning: Learning = Field(default_factory=Learning)
    experience: list[Phase] = Field(min_length=1)

    def learning_settings(self, phase: Phase) -> LearningSettings:
        """Return the learning procedure that holds in a phase."""
        return learning_settings(self.learning, phase)


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
    changes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    interpretation: Interpretation
    _folder: FilePath | None = PrivateAttr(None)

    @property
    def folder(self) -> FilePath | None:
        """The folder that data files must lie in; none where the document is of no file."""
        return self._folder


@dataclass(frozen=True)
class LearningSettings:
    """The learning procedure of one phase, with every default filled in."""

    rule: str | None
    rule_parameters: dict[str, Any]
    plastic: list[str] | None
    batch: int | str
    average: bool
    order: str
    epochs: int | str
    until: str | None
    bound: int | float | str


def learning_settings(learning: Learning, phase: Learning) -> LearningSettings:
    """Return what holds in a phase: what it says itself, else what [learning] says, else the default.

    Another rule than that of [learning] starts from its own defaults.

    >>> context = {"names": ()}
    >>> base = Learning.model_validate({"rule": "lms", "eta": 0.1, "epochs": 9}, context=context)
    >>> said = {"name": "best", "teach": "gate", "rule": "least-squares"}
    >>> phase = Phase.model_validate(said, context=context)
    >>> learning_settings(base, phase).epochs, learning_settings(base, phase).rule_parameters
    (9, {})
    """
    said = {
        key: value
        for source in (learning, phase)
        for key in LEARNING_KEYS
        if (value := getattr(source, key)) is not None
    }
    inherited = learning.rule_parameters if phase.rule in (None, learning.rule) else {}
    return LearningSettings(rule_parameters={**inherited, **phase.rule_parameters}, **{**_DEFAULTS, **said})


_DEFAULTS: dict[str, Any] = {
    "rule": None,
    "plastic": None,
    "batch": 1,
    "average": True,
    "order": "cyclic",
    "epochs": 1,
    "until": None,
    "bound": 1e6,
}


def _apart(table: object, fixed: tuple[str, ...], rest: str) -> object:
    """Return a table with all keys but the fixed ones put together under one."""
    if not isinstance(table, dict):
        return table
    own = {key: value for key, value in table.items() if key not in fixed}
    return {**{key: value for key, value in table.items() if key in fixed}, rest: own}


def _exactly_one(given: set[str], keys: tuple[str, ...], what: str) -> None:
    found = [key for key in keys if key in given]
    if len(found) != 1:
        listed = f"{', '.join(keys[:-1])} and {keys[-1]}"
        message = f"exactly one of {listed} says {what}, found {' and '.join(found) or 'none'}"
        raise PydanticCustomError("fault", "{message}", {"message": message})
