"""Changes laid over scenarios, and the families of runs that they span."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import corpus
import pytest
from hypothesis import given, settings, strategies as st

from allornone.scenarios.document.axes import alters, expand_vary, family, runs
from allornone.scenarios.document.change import CHANGEABLE, ChangeError, Raw, from_dotted, overlay
from allornone.simulator.errors import LimitExceeded

BASE: Raw = {
    "title": "Base",
    "parameters": {"p": 2, "q": 3},
    "tasks": {"gate": {"data": "table", "inputs": 2, "ones": ["11"], "hold_out": 1}},
    "connectivity": {
        "inputs": ["x"],
        "groups": {"A": 2},
        "synapses": ["x -> A", "A -> R"],
        "start": {"uniform": 1},
    },
    "activation": {
        "model": "perceptron",
        "slope": 2,
        "bias": 0.5,
        "A": {"threshold": 2},
        "R": {"model": "adaline"},
    },
    "learning": {"rule": "lms", "eta": 0.1, "epochs": 9, "plastic": ["A -> R"]},
    "experience": [
        {"name": "lesson", "teach": "gate", "eta": 0.2, "order": "shuffled"},
        {"name": "exam", "test": "gate", "rule": "lms", "eta": 0.3},
    ],
}


def laid(text: str, raw: Raw = BASE) -> Raw:
    """Return a scenario with a change, as a file would write it, laid over."""
    return overlay(raw, tomllib.loads(text))


@pytest.mark.parametrize(
    ("change", "piece", "expected"),
    [
        ("parameters.p = 7", "parameters", {"p": 7, "q": 3}),
        (
            "tasks.gate.inputs = 3",
            "tasks",
            {"gate": {"data": "table", "inputs": 3, "ones": ["11"], "hold_out": 1}},
        ),
        (
            "tasks.gate.ones = []",
            "tasks",
            {"gate": {"data": "table", "inputs": 2, "ones": [], "hold_out": 1}},
        ),
        ("learning.eta = 1", "learning", {"rule": "lms", "eta": 1, "epochs": 9, "plastic": ["A -> R"]}),
        ("learning.batch = 'all'", "learning", {**BASE["learning"], "batch": "all"}),
    ],
)
def test_tables_merge_and_everything_else_replaces(change: str, piece: str, expected: object) -> None:
    """A change names only what changes; lists are replaced whole."""
    assert laid(change) == {**BASE, piece: expected}


@pytest.mark.parametrize(
    ("change", "piece", "expected"),
    [
        ("learning.rule = 'hebb'", "learning", {"rule": "hebb", "epochs": 9, "plastic": ["A -> R"]}),
        (
            "learning = { rule = 'hebb', eta = 2 }",
            "learning",
            {"rule": "hebb", "eta": 2, "epochs": 9, "plastic": ["A -> R"]},
        ),
        ("learning.rule = 'lms'", "learning", BASE["learning"]),
        (
            "tasks.gate = { data = 'rows', x = [1] }",
            "tasks",
            {"gate": {"data": "rows", "x": [1], "hold_out": 1}},
        ),
        (
            "tasks.gate = { data = 'table', coding = 'bipolar' }",
            "tasks",
            {"gate": {**BASE["tasks"]["gate"], "coding": "bipolar"}},
        ),
        (
            "activation.R = { model = 'logistic' }",
            "activation",
            {**BASE["activation"], "R": {"model": "logistic"}},
        ),
        (
            "activation.A = { model = 'logistic' }",
            "activation",
            {**BASE["activation"], "A": {"model": "logistic"}},
        ),
        (
            "activation.model = 'linear'",
            "activation",
            {"model": "linear", "bias": 0.5, "A": {}, "R": {"model": "adaline"}},
        ),
    ],
)
def test_naming_another_thing_drops_the_parameters_of_the_old_one(
    change: str, piece: str, expected: object
) -> None:
    """Plastic, epochs, bias and hold_out belong to no rule, model or data, so they stay."""
    assert laid(change)[piece] == expected


def test_another_rule_in_learning_drops_what_phases_said_of_the_old_one() -> None:
    """A phase that names a rule itself keeps its own parameters."""
    lesson, exam = laid("learning.rule = 'hebb'")["experience"]

    assert lesson == {"name": "lesson", "teach": "gate", "order": "shuffled"}
    assert exam == BASE["experience"][1]


def test_another_rule_in_a_phase_drops_what_it_said_of_the_old_one() -> None:
    """The old rule of a phase that names none is that of [learning]."""
    assert laid("experience.lesson.rule = 'hebb'")["experience"][0] == {
        "name": "lesson",
        "teach": "gate",
        "order": "shuffled",
        "rule": "hebb",
    }
    assert laid("experience.lesson.rule = 'lms'")["experience"][0]["eta"] == 0.2


@pytest.mark.parametrize(
    ("change", "piece", "expected"),
    [
        (
            "connectivity.build = { net = 'mlp' }",
            "connectivity",
            {"build": {"net": "mlp"}, "start": {"uniform": 1}},
        ),
        (
            "connectivity.start = { normal = 2 }",
            "connectivity",
            {**BASE["connectivity"], "start": {"normal": 2}},
        ),
        (
            "tasks.gate.number = 6",
            "tasks",
            {"gate": {"data": "table", "inputs": 2, "number": 6, "hold_out": 1}},
        ),
        ("tasks.gate.d = 'x1'", "tasks", {"gate": {"data": "table", "inputs": 2, "d": "x1", "hold_out": 1}}),
    ],
)
def test_of_keys_that_exclude_each_other_the_last_stays(change: str, piece: str, expected: Raw) -> None:
    """Whatever was there before gives way, so that what results can be read."""
    assert laid(change)[piece] == expected


def test_a_start_and_given_weights_give_way_to_each_other() -> None:
    """The forms of a start exclude each other, weights and biases being one of them."""
    given = laid("connectivity.weights = { 'x -> A' = 1 }")

    assert "start" not in given["connectivity"]
    assert "weights" not in laid("connectivity.start = 0", given)["connectivity"]


def test_synapses_oust_a_builder_and_its_cuts() -> None:
    """What was cut from the one wiring is no part of the other."""
    built = {"connectivity": {"build": {"net": "mlp"}, "inputs": ["X"], "with": ["X -> out"]}}

    changed = laid("connectivity.synapses = ['X -> Y']", laid("connectivity.without = ['X -> out']", built))

    assert changed["connectivity"] == {"inputs": ["X"], "synapses": ["X -> Y"]}


def test_the_act_of_a_phase_gives_way_to_another() -> None:
    """A lesson that becomes an exam teaches nothing: what it said of learning goes, and so does what it was told."""
    assert laid("experience.lesson.test = 'gate'")["experience"][0] == {"name": "lesson", "test": "gate"}
    told = {"experience": [{"name": "p", "stimulus": {"x": 1}, "teacher": {"y": 1}, "epochs": 2, "ticks": 3}]}
    assert laid("experience.p.teach = 'gate'", told)["experience"][0] == {
        "name": "p",
        "epochs": 2,
        "ticks": 3,
        "teach": "gate",
    }


def test_phases_merge_by_name_and_a_list_may_add_one() -> None:
    """By name in a table, or in a list where a phase can be new."""
    changed = laid("experience = [{ name = 'exam', ticks = 3 }, { name = 'more', test = 'gate' }]")

    assert [phase["name"] for phase in changed["experience"]] == ["lesson", "exam", "more"]
    assert changed["experience"][1] == {**BASE["experience"][1], "ticks": 3}


def test_cuts_and_additions_keep_their_order() -> None:
    """What one change adds the next one can cut."""
    first = laid("connectivity = { without = ['x -> A'], with = ['x -> R'] }")
    second = laid("connectivity.without = ['x -> R']", first)

    assert second["connectivity"]["edits"] == [
        {"without": ["x -> A"], "with": ["x -> R"]},
        {"without": ["x -> R"]},
    ]
    assert second["connectivity"]["synapses"] == BASE["connectivity"]["synapses"]


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        (
            "tasks.gat.ones = []",
            ("tasks", "gat"),
            "the change names nothing: no task is named 'gat'. Did you mean 'gate'?",
        ),
        (
            "parameters.r = 1",
            ("parameters", "r"),
            "the change names nothing: no parameter is named 'r'. There are: p, q",
        ),
        (
            "experience.exm.ticks = 1",
            ("experience", "exm"),
            "the change names nothing: no phase is named 'exm'. Did you mean 'exam'?",
        ),
        (
            "experience.exam.name = 'x'",
            ("experience", "exam", "name"),
            "a change cannot give a phase another name",
        ),
        ("experience = 3", ("experience",), "a change of 'experience' must be a table of phases, found 3"),
        ("tasks.gate = 3", ("tasks", "gate"), "a table of keys is needed here, found 3"),
        ("learning = 3", ("learning",), "a change of 'learning' must be a table, found 3"),
        (
            "connectivity.edits = []",
            ("connectivity", "edits"),
            "a change of synapses is said by without and with, not by 'edits'",
        ),
        (
            "title = 'x'",
            ("title",),
            f"a change cannot touch 'title'. A change may touch {', '.join(CHANGEABLE)}",
        ),
        ("learnin.eta = 1", ("learnin",), "a change cannot touch 'learnin'. Did you mean 'learning'?"),
    ],
)
def test_a_change_that_names_nothing_is_told_where(change: str, path: tuple[str, ...], message: str) -> None:
    """The path is told from the change, the sentence with the nearest word that is there."""
    with pytest.raises(ChangeError) as caught:
        laid(change)

    assert (caught.value.path, str(caught.value)) == (path, message)


PIECES = [
    "parameters.p = 7",
    "tasks.gate.number = 3",
    "tasks.gate = { data = 'rows', x = [1] }",
    "connectivity.build = { net = 'mlp', hidden = [2] }",
    "connectivity.synapses = ['x -> R']",
    "connectivity.start = 0",
    "activation.model = 'linear'",
    "activation.A = { model = 'radial', width = 1 }",
    "learning.rule = 'hebb'",
    "learning.eta = 9",
    "experience.lesson = { rule = 'hebb', rate = 1 }",
    "experience.exam.teach = 'gate'",
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=4))
def test_laying_over_mutates_nothing_and_twice_is_once(texts: list[str]) -> None:
    """A change leaves the scenario and itself as they were, and what it says holds afterwards."""
    before, raw = copy.deepcopy(BASE), BASE
    for text in texts:
        change = tomllib.loads(text)
        raw = overlay(raw, change)
        assert overlay(raw, change) == raw
        assert change == tomllib.loads(text)

    assert before == BASE


@given(
    st.lists(
        st.from_regex(r"[A-Za-z0-9_-]{1,5}", fullmatch=True) | st.just('"a.b c"'), min_size=1, max_size=4
    )
)
def test_a_dotted_path_means_what_it_means_in_toml(parts: list[str]) -> None:
    """A path on the command line is a dotted key of the file."""
    path = ".".join(parts)

    assert from_dotted(path, 3) == tomllib.loads(f"{path} = 3")


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", 'a."b', "a.b."])
def test_a_path_with_nothing_in_it_is_an_error(path: str) -> None:
    """Every part of a path is a word."""
    with pytest.raises(ChangeError, match="is no path of keys"):
        from_dotted(path, 3)


def test_a_unit_of_a_group_can_stand_in_a_path() -> None:
    """Brackets are no business of a path's."""
    assert from_dotted("activation.H[0].bias", 1) == {"activation": {"H[0]": {"bias": 1}}}


def varied(text: str) -> Raw:
    """Return the base with a [vary] table as a file would write it."""
    return {**BASE, "vary": tomllib.loads(text)}


@pytest.mark.parametrize(
    ("vary", "labels", "members"),
    [
        ("p = [1, 2.5]", (1, 2.5), {"p": (1, 2.5)}),
        ("p = { from = 0, to = 7, step = 3 }", (0, 3, 6), {"p": (0, 3, 6)}),
        ("p = { from = 0.1, to = 0.3, step = 0.1 }", (0.1, 0.2, 0.3), {"p": (0.1, 0.2, 0.3)}),
        ("p = { from = 2, to = 0, step = -1 }", (2, 1, 0), {"p": (2, 1, 0)}),
        ("p = [{ p = 1, q = 2 }, { p = 2, q = 2 }]", (1, 2), {"p": (1, 2), "q": (2, 2)}),
        ("both = [{ p = 1, q = 2 }, { p = 1, q = 3 }]", ("p=1, q=2", "p=1, q=3"), {"p": (1, 1), "q": (2, 3)}),
        ("eta = { set = 'learning.eta', to = [0.1, 1] }", (0.1, 1), {}),
        ("free = { set = 'learning.plastic', to = [[], ['R']] }", ("[]", '["R"]'), {}),
        ("rule = { lms = {}, hebb = { learning.rule = 'hebb' } }", ("lms", "hebb"), {}),
    ],
)
def test_an_axis_has_its_labels_in_order(vary: str, labels: object, members: object) -> None:
    """Every form of an axis; the parameters that it moves have their values along it."""
    (axis,) = expand_vary(varied(vary))

    assert (axis.labels, dict(axis.members)) == (labels, members)


def test_the_first_axis_is_the_slowest() -> None:
    """Runs come in the order of nested loops, the order of the file outside in."""
    found = [*runs(varied("p = [1, 2]\nrule = { lms = {}, hebb = { learning.rule = 'hebb' } }"))]

    assert [tuple(run.labels.values()) for run in found] == [(1, "lms"), (1, "hebb"), (2, "lms"), (2, "hebb")]
    assert [run.raw["learning"]["rule"] for run in found] == ["lms", "hebb", "lms", "hebb"]
    assert all("vary" not in run.raw for run in found)


def test_an_alternative_may_vary_further_for_itself_alone() -> None:
    """The family is ragged: other alternatives are no runs on that axis."""
    whole = family(
        varied("net = { one = { vary.p = [1, 2] }, two = { learning.eta = 1 }, three = { vary.p = [2, 5] } }")
    )

    assert [dict(run.labels) for run in whole.runs] == [
        {"net": "one", "p": 1},
        {"net": "one", "p": 2},
        {"net": "two"},
        {"net": "three", "p": 2},
        {"net": "three", "p": 5},
    ]
    assert [(axis.name, axis.labels) for axis in whole.axes] == [
        ("net", ("one", "two", "three")),
        ("p", (1, 2, 5)),
    ]
    assert whole.axes[1].members == {"p": (1, 2, 5)}


def test_what_is_laid_last_wins() -> None:
    """Base ← axes in file order ← overrides ← the change, so a change can freeze what is varied."""
    raw = varied("eta = { set = 'learning.eta', to = [1, 2] }\np = [4, 5]")

    def etas(*changes: Any) -> list[object]:
        return [run.raw["learning"]["eta"] for run in runs(raw, *changes)]

    assert etas() == [1, 1, 2, 2]
    assert etas(None, {"learning.eta": 7}) == [7, 7, 7, 7]
    assert etas({"learning": {"eta": 8}}, {"learning.eta": 7}) == [8, 8, 8, 8]


def test_a_change_can_edit_one_alternative_first() -> None:
    """The edit is laid over that alternative, before the axes that follow it; nested ones likewise."""
    raw = varied("rule = { a = {}, b = { learning.eta = 1, vary.p = [4, 5] } }\nq = [6]")

    found = [*runs(raw, {"vary": {"rule": {"b": {"learning": {"eta": 3}, "parameters": {"p": 0, "q": 0}}}}})]

    assert [run.raw["learning"]["eta"] for run in found] == [0.1, 3, 3]
    assert [run.raw["parameters"] for run in found] == [{"p": 2, "q": 6}, {"p": 4, "q": 6}, {"p": 5, "q": 6}]


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ("vary.q.a = {}", ("vary", "q"), "no axis is named 'q'"),
        ("vary.p = [3]", ("vary", "p"), "never the axis itself"),
        ("vary.rule.c = {}", ("vary", "rule", "c"), "'rule' has no alternative 'c'. There are: a, b"),
        ("vary.rule.a = 3", ("vary", "rule", "a"), "a table of keys is needed"),
        ("vary.rule.b.vary.q.x = {}", ("vary", "rule", "b", "vary", "q"), "never the axis itself"),
        ("vary = 3", ("vary",), "a table is needed"),
    ],
)
def test_a_change_cannot_touch_the_order_or_members_of_an_axis(
    change: str, path: object, message: str
) -> None:
    """Only an alternative that is there can be edited."""
    raw = varied("p = [1, 2]\nrule = { a = {}, b = { vary.q = [1] } }")

    with pytest.raises(ChangeError) as caught:
        next(runs(raw, tomllib.loads(change)))

    assert caught.value.path == path
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("learning.plastic = ['A -> R']", False),
        ("learning.eta = 0.5", True),
        ("learning.order = 'cyclic'", False),
        ("learning.batch = 1", False),
        ("learning.bound = 1000000", False),
        ("experience.exam.update = 'together'", False),
        ("experience.exam.from = 'here'", True),
        ("parameters.p = 2", True),
        ("parameters.q = 3", False),
        ("connectivity.without = ['x -> A']", True),
        ("vary.rule.a = {}", False),
        ("vary.rule.b.learning.rule = 'hebb'", False),
        ("vary.rule.a.learning.rule = 'hebb'", True),
    ],
)
def test_a_change_that_alters_no_run_is_known(change: str, expected: bool) -> None:
    """Saying again what holds already, or a default, alters nothing; freezing a varied parameter alters the others."""
    raw = varied("p = [1, 2]\nrule = { a = {}, b = { learning.rule = 'hebb' } }")

    assert alters(raw, tomllib.loads(change)) is expected


def test_too_many_runs_are_refused_before_any_is_made() -> None:
    """The product of the axes is counted, not made."""
    with pytest.raises(LimitExceeded, match="spans 1000000000 runs"):
        next(
            runs(
                varied(
                    "\n".join(f"{name} = {{ from = 1, to = 1000 }}" for name in ("p", "q"))
                    + "\nr = { set = 'learning.eta', to = ["
                    + ", ".join(map(str, range(1000)))
                    + "] }"
                )
            )
        )


def test_the_models_of_the_language_have_the_families_that_they_say() -> None:
    """4 lengths; 256 functions; 2 gates by 6 steps; 7 sizes and one bare retina."""
    counts = {}
    for name in ("cold-that-feels-hot", "learning-counts", "adaline-circles", "bars"):
        raw = tomllib.loads((corpus.SCENARIOS / "valid" / f"{name}.toml").read_text(encoding="utf-8"))
        counts[name] = len([*runs(raw)])

    assert counts == {"cold-that-feels-hot": 4, "learning-counts": 256, "adaline-circles": 12, "bars": 8}
