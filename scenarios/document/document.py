"""A scenario as a typed document, and everything that is wrong with one, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from allornone.scenarios.document.axes import all_axes
from allornone.scenarios.document.chance import draws
from allornone.scenarios.document.change import (
    CHANGEABLE,
    LEARNING_KEYS,
    PHASE_ACTS,
    PHASE_KEYS,
    TASK_KEYS,
    Path,
    Raw,
)
from allornone.scenarios.document.errors import MOST_FOUND, DocumentError, Violation
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
    needed,
    number,
    shown,
    table_with,
    values,
)
from allornone.scenarios.document.names import (
    check_alternatives,
    check_changes,
    check_expressions,
    check_film,
    check_names,
    check_table,
    read_axes,
    table,
    well_shaped,
)
from allornone.simulator.errors import nearest

M = TypeVar("M", bound=BaseModel)

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

# What a change is made of, `check_changes` looks at.
Changes = Annotated[list[Any], BeforeValidator(_listed)]


class Part(BaseModel):
    """A table of the file: its keys are these and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FilmSettings(Part):
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

    film: FilmSettings | None = None
    questions: list[Question] = Field(default_factory=list)
    claims: list[Claim] = Field(min_length=1)


class TaskSettings(Part):
    """Data that phases share: `data` names what is registered, `parameters` are its own."""

    data: Text
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

    constant: Spread | None = None
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

    without: list[Text] = Field(default_factory=list)
    with_: list[Text] = Field(default_factory=list, alias="with")


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
    without: list[Text] = Field(default_factory=list)
    with_: list[Text] = Field(default_factory=list, alias="with")
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
        own = Edit.model_validate({"without": self.without, "with": self.with_}, context={"names": ()})
        return [*([own] if self.without or self.with_ else []), *self.added_edits]


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
    """One thing that the net lives through; one of `stimulus`, `teach`, `show`, `gradient` is given."""

    name: Text
    stimulus: dict[str, Stimulus] | None = None
    teach: Text | None = None
    show: Text | None = None
    gradient: Text | None = None
    ticks: Ticks | None = None
    teacher: dict[str, Formula] | None = None
    from_: Literal["rest", "here"] = Field("rest", alias="from")
    update: Literal["together", "one-by-one"] = "together"
    flip: Share | None = None
    hold: Ticks | None = None
    sample: Ticks | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, table: object) -> object:
        return _apart(table, (*PHASE_KEYS, *LEARNING_KEYS), "rule_parameters")

    @model_validator(mode="after")
    def _one_act(self) -> Phase:
        _exactly_one(self.model_fields_set, PHASE_ACTS, "what happens in a phase")
        return self

    @cached_property
    def act(self) -> str:
        """What happens in it: "stimulus", "teach", "show" or "gradient"."""
        return next(act for act in PHASE_ACTS if getattr(self, act) is not None)

    @property
    def task(self) -> str | None:
        """The task that it teaches, shows or descends; none where it has a stimulus."""
        return self.teach or self.show or self.gradient


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
    ("interpretation", "film"): FilmSettings,
    ("interpretation", "questions", "*"): Question,
    ("interpretation", "claims", "*"): Claim,
}


def validate(raw: Raw, *, base: FilePath | None = None, experiments: Experiments | None = None) -> Document:
    """Return the document that a file says, or raise DocumentError with everything that is wrong with it.

    `base` is the folder of the file; `experiments` keeps what was judged, for the runs to come.
    """
    experiments = experiments or Experiments()
    document, found = _typed(Document, raw)
    found += experiments.faults(raw)
    found += islice(_beyond(raw, experiments), MOST_FOUND)
    if not any(violation.path and violation.path[0] in CHANGEABLE for violation in found):
        found += _drawn_without_seeds(raw)
    if document is None or found:
        raise DocumentError(found)
    document._folder = base
    return document


class Experiments:
    """Experiments of runs, of whose scenario all changes are laid over; a table that they share is judged once.

    >>> raw = {"parameters": {"p": 1}, "connectivity": {"synapses": ["a -> b"]}, "experience": [{"stimulus": {}}]}
    >>> Experiments().faults(raw)[0].message
    "the key 'name' is missing"
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], _Judged] = {}

    def of(self, raw: Raw) -> Experiment:
        """Return the experiment of a run; raise DocumentError with everything that is wrong with it."""
        judged = self._judged(raw)
        found = [violation for one in judged.values() for violation in one.found]
        if found:
            raise DocumentError(found)
        return Experiment.model_construct(**{key: one.typed for key, one in judged.items()})

    def faults(self, raw: Raw) -> list[Violation]:
        """Return what is wrong with the experiment of a document."""
        return [violation for one in self._judged(raw).values() for violation in one.found]

    def _judged(self, raw: Raw) -> dict[str, _Judged]:
        names = tuple(table(raw, "parameters"))
        if len(self._known) > MOST_JUDGED:
            self._known.clear()
        return {key: self._table(key, raw, names) for key in Experiment.model_fields}

    def _table(self, key: str, raw: Raw, names: tuple[str, ...]) -> _Judged:
        rests_on = [raw.get(one) for one in (key, *(("learning", "tasks") if key == "experience" else ()))]
        known = (key, names, *map(id, rests_on))
        if known not in self._known:
            typed, found = _typed(_ALONE[key], {key: raw[key]} if key in raw else {}, names)
            found += check_table(raw, key)
            self._known[known] = _Judged(rests_on, getattr(typed, key, None), found)
        return self._known[known]


class _Judged(NamedTuple):
    """A table of an experiment, and what is wrong with it."""

    rests_on: Sequence[Any]
    """The raw tables; as long as they are held here nobody else has their ids."""
    typed: Any
    found: Sequence[Violation]


MOST_JUDGED = 10_000
"""Tables that are kept."""


_ALONE: Mapping[str, type[BaseModel]] = {
    key: create_model(f"Only{key.capitalize()}", __base__=Part, **{key: (field.annotation, field)})  # type: ignore[call-overload]
    for key, field in Experiment.model_fields.items()
}
"""An experiment of which only one table is looked at."""


def _drawn_without_seeds(raw: Raw) -> Iterator[Violation]:
    drawn = draws(raw) if "seeds" not in raw else None
    if drawn is not None:
        yield Violation(drawn, "something is drawn here, so the file must say seeds = N")


def _typed(
    model: type[M], raw: Raw, names: tuple[str, ...] | None = None
) -> tuple[M | None, list[Violation]]:
    known = tuple(table(raw, "parameters")) if names is None else names
    try:
        return model.model_validate(raw, context={"names": known}), []
    except ValidationError as error:
        return None, violations_of(error, MODELS)


def _beyond(raw: Raw, experiments: Experiments) -> Iterator[Violation]:
    """Find what no table shows by itself."""
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
        yield from check_alternatives(raw, axes, experiments.faults)
        yield from check_changes(raw, axes, experiments.faults)


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


def violations_of(error: ValidationError, models: Mapping[Path, type[BaseModel]]) -> list[Violation]:
    """Return what pydantic found, in our words; `models` says which keys belong where ("*": any index)."""
    return [_violation(details, models) for details in error.errors(include_url=False)]


def _violation(details: ErrorDetails, models: Mapping[Path, type[BaseModel]]) -> Violation:
    place, value = details["loc"], details["input"]
    match details["type"]:
        case "fault":
            context = details.get("ctx", {})
            inside: Path = context.get("path", ())
            if place[-2:] == ("start", "constant"):
                place = place[:-1]
            return Violation((*place, *inside), details["msg"], context.get("column"))
        case "missing":
            return Violation(place[:-1], _missing(place))
        case "extra_forbidden":
            return Violation(place, _unknown(place, models), None, True)
        case kind:
            return Violation(place, needed(_WORDS[kind], value) if kind in _WORDS else _plain(details))


_WORDS = {
    "model_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
    "string_type": "a text",
}

_HINTS: Mapping[Path, str] = {
    (
        "interpretation",
    ): "[interpretation] is missing: a scenario without claims says nothing that could be false",
    (
        "interpretation",
        "claims",
    ): "claims are missing: a scenario without claims says nothing that could be false",
    ("experience",): "[[experience]] is missing: a scenario needs at least one phase",
    ("connectivity",): "[connectivity] is missing: a scenario needs a net, built or drawn",
}


def _missing(place: Path) -> str:
    return _HINTS.get(place, f"the key {str(place[-1])!r} is missing")


def _unknown(place: Path, models: Mapping[Path, type[BaseModel]]) -> str:
    pattern = tuple("*" if isinstance(part, int) else part for part in place[:-1])
    keys = [
        field.alias or name for name, field in models[pattern].model_fields.items() if name != "added_edits"
    ]
    hint = nearest(str(place[-1]), keys) or f"Keys here: {', '.join(keys)}"
    return f"no key is named {str(place[-1])!r} here. {hint}"


def _plain(details: ErrorDetails) -> str:
    if details["type"] == "too_short":
        context = details.get("ctx", {})
        return f"at least {context['min_length']} must stand here, found {context['actual_length']}"
    if details["type"] == "literal_error":
        expected = details.get("ctx", {}).get("expected", "")
        options = [option.strip("'") for option in expected.replace(" or ", ", ").split(", ")]
        hint = nearest(str(details["input"]), options)
        return f"one of {', '.join(options)} is needed, found {shown(details['input'])}. {hint}".rstrip(". ")
    return f"{details['msg']}, found {shown(details['input'])}"
