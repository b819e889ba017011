"""Families: the runs that alternatives and seeds span, and their measures as arrays with named axes."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from allornone.models.activations import Linear
from allornone.scenarios.document import chance
from allornone.scenarios.experiment import build, tasks
from allornone.scenarios.experiment.limits import Limits
from allornone.scenarios.experiment.preparing import Prepared
from allornone.scenarios.experiment.running_phases import Needs, RunRecord, run_phases
from allornone.scenarios.experiment.tasks import Task, TaskContext
from allornone.scenarios.expressions.expression import Scope, expression
from allornone.scenarios.expressions.labelled import Labelled, Value, labelled
from allornone.scenarios.verdict import family as families
from allornone.scenarios.verdict.family import Laboratory, Selection
from allornone.simulator import registry
from allornone.simulator.arrays import Array, stream
from allornone.simulator.errors import AllornoneError, LimitExceeded
from allornone.simulator.learning.rules import LocalRule
from allornone.simulator.network.network import Network
from allornone.simulator.registry import Registry

FILES = Path(__file__).parent.parent / "run"
BASE = """
[parameters]
a = 1
b = 2
[connectivity]
inputs = ["x"]
synapses = ["x -> c [weight=b]"]
[activation]
model = "linear"
bias = 0.5
[[experience]]
name = "p"
stimulus = { x = "1{a}" }
ticks = 8
[measures]
code = "100 * a + 10 * b"
heard = "sum(y('c'))"
"""


def laboratory(vary: str, seeds: int = 1, base: str = BASE, **how: Any) -> Laboratory:
    """Return a laboratory for a family."""
    return Laboratory(tomllib.loads(base + vary), range(seeds), **how)


def measured(vary: str, name: str = "code", seeds: int = 1, base: str = BASE, **how: Any) -> Labelled:
    """Return one measure of a family."""
    return labelled(laboratory(vary, seeds, base, **how).measured().values[name])


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of runs each time that some are lived."""
    counts: list[int] = []

    def counting(runs: Sequence[Prepared], needs: Needs) -> list[RunRecord]:
        counts.append(len(runs))
        return run_phases(runs, needs)

    monkeypatch.setattr(families, "run_phases", counting)
    return counts


def test_the_order_of_weights_is_part_of_a_run() -> None:
    """Of two that are given to one synapse the last is meant, whatever another alternative said."""
    base = BASE.replace("x -> c [weight=b]", "x -> c, e").replace("sum(y('c'))", "w('x -> c')")
    first, second = '"x -> c, e" = 1', '"x -> c" = 2'
    vary = (
        f"[vary.way]\none = {{ connectivity.weights = {{ {first}, {second} }} }}\n"
        f"other = {{ connectivity.weights = {{ {second}, {first} }} }}\n"
    )

    assert measured(vary, "heard", base=base).values.tolist() == [2, 1]


def coins(source: TaskContext, *, count: int) -> Task:
    """Return a task of another package, which draws without our knowing."""
    return Task(source.random.integers(0, 2, (count, 1)).astype(float), None)


def wired_by(task: Task) -> Network:
    """Return a net whose weight counts the ones of a task."""
    net = Network()
    net.add_inputs("x")
    net.add_unit("c", Linear(), bias=None)
    net.connect("x", "c", weight=float(task.x.sum()))
    return net


def test_a_net_built_from_a_task_is_that_of_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each seed has its own, whoever draws them."""
    monkeypatch.setattr(registry, "tasks", Registry("task", "allornone.tests"))
    monkeypatch.setattr(registry, "builders", Registry("builder", "allornone.tests"))
    monkeypatch.setattr(tasks, "registered", registry.tasks)
    monkeypatch.setattr(build, "builders", registry.builders)
    monkeypatch.setattr(chance, "builders", registry.builders)
    registry.tasks.add("coins", coins)
    registry.builders.add("wired", wired_by)
    base = """
[tasks]
drawn = { data = "coins", count = 1000 }
[connectivity]
build = { net = "wired", task = "drawn" }
[[experience]]
name = "p"
stimulus = { x = "1" }
[measures]
ones = "w('x -> c')"
"""

    found = measured("", "ones", seeds=4, base=base).values

    assert len(set(found.tolist())) == 4
    assert found.tolist() == [
        float(stream(seed, "tasks").integers(0, 2, (1000, 1)).sum()) for seed in range(4)
    ]


@dataclass(frozen=True)
class Either(LocalRule):
    """A rule whose formula is one of two."""

    up: bool = True

    name: ClassVar[str] = "test-either"

    def change(self, x: Array, y: Array) -> Array:
        """Return ± x."""
        return x if self.up else -x


def test_runs_whose_rules_differ_in_more_than_numbers_are_no_lanes(
    lived: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A truth value cannot be laid out over lanes as a number can."""
    monkeypatch.setitem(registry.rules._objects, "test-either", Either)
    base = BASE.replace('"x -> c [weight=b]"', '"x -> c [weight=b, delay=0]"').replace(
        "ticks = 8", "ticks = 1"
    )
    base = (
        base.replace("sum(y('c'))", "w('x -> c')")
        + '[learning]\nrule = "test-either"\nplastic = ["x -> c"]\n'
    )

    found = measured("[vary.way]\nset = 'learning.up'\nto = [true, false]", "heard", base=base)

    assert found.values.tolist() == [3, 1]
    assert lived == [1, 1]


# ---- Axes


@pytest.mark.parametrize(
    ("vary", "axes", "codes"),
    [
        ("", (), 120),
        ("[vary]\na = [1, 3]", ("a",), [120, 320]),
        ("[vary]\na = { from = 1, to = 5, step = 2 }", ("a",), [120, 320, 520]),
        ("[vary.weight]\nset = 'parameters.b'\nto = [4, 5]", ("weight",), [140, 150]),
        ("[vary]\nboth = [{ a = 3, b = 7 }, { a = 4, b = 8 }]", ("both",), [370, 480]),
        ("[vary.way]\nbase = {}\nother = { parameters.b = 9 }", ("way",), [120, 190]),
        ("[vary]\na = [1, 2]\nb = [3, 4]", ("a", "b"), [[130, 140], [230, 240]]),
    ],
)
def test_each_form_of_an_axis_spans_its_runs(vary: str, axes: tuple[str, ...], codes: object) -> None:
    """The first axis is the slowest; numbers of the run stand for themselves in a measure."""
    found = measured(vary)

    assert found.axes == axes
    assert found.values.tolist() == codes


def test_an_axis_lays_its_change_over_the_net() -> None:
    """What is heard is a weight a tick and a bias: not the label is measured but the net."""
    found = measured(
        "[vary]\na = [1, 4]\nb = [2, 3]\n[vary.bias]\nset = 'activation.bias'\nto = [0, 0.25]", "heard"
    )

    assert found.axes == ("a", "b", "bias")
    for a, b, bias in itertools.product([1, 4], [2, 3], [0, 0.25]):
        assert found.pick(a=a, b=b, bias=bias) == a * b + 8 * bias


def test_what_an_axis_moves_together_picks_along_it() -> None:
    """Any of the parameters of a list of tables."""
    found = measured("[vary]\nboth = [{ a = 3, b = 7 }, { a = 4, b = 8 }]")

    assert found.pick(a=4) == found.pick(b=8) == 480


def test_an_alternative_may_vary_further_for_itself_alone() -> None:
    """A run that does not lie on the inner axis stands at each of its labels; it is lived once."""
    vary = "[vary.way]\nplain = { parameters.b = 1 }\nricher = { vary.a = [2, 5] }\n[vary]\nb = [2, 6]"
    room = laboratory(vary)
    result = room.measured()
    code = labelled(result.values["code"])

    assert result.runs == 6
    assert set(code.axes) == {"way", "a", "b"}
    assert [code.pick(way="richer", a=a, b=b) for a in (2, 5) for b in (2, 6)] == [220, 260, 520, 560]
    assert [code.pick(way="plain", a=a, b=b) for a in (2, 5) for b in (2, 6)] == [120, 160, 120, 160]


RAGGED = "[vary.way]\nplain = { parameters.b = 1 }\nricher = { vary.a = [2, 5, 8] }\n[vary]\nb = [2, 6]"
DRAWN = BASE.replace("weight=b", "weight=normal(0, 1)")


@pytest.mark.parametrize(
    "fold", ["mean", "sum", "median", "norm", "count", "size", "min", "max", "all", "any", "distinct"]
)
def test_reductions_count_each_run_once(fold: str) -> None:
    """Also one that stands at each label of an axis on which only others lie; over the whole family or over an axis."""
    room = laboratory(RAGGED, seeds=3, base=DRAWN + "fed = \"y('c')\"\n")
    given = {name: labelled(value) for name, value in room.measured().values.items()}
    folded: dict[str, Callable[[Array], float]] = {
        "count": np.count_nonzero,
        "size": np.size,
        "norm": lambda cells: float(np.sqrt(np.sum(cells**2))),
        "distinct": lambda cells: len(np.unique(cells)),
    }

    def expected(name: str, **at: object) -> float:
        apart = [labelled(given[name].pick(way="richer")), labelled(given[name].pick(way="plain"))]
        cells = [part.pick(**{axis: x for axis, x in at.items() if axis in part.axes}) for part in apart]
        fold_of = folded[fold] if fold in folded else getattr(np, fold)
        return float(fold_of(np.concatenate([labelled(cell).values.ravel() for cell in cells])))

    def said(text: str) -> Value:
        return expression(text).evaluate(Scope(given))

    assert said(f"{fold}(heard)") == pytest.approx(expected("heard"))
    if fold != "distinct":  # which counts the states of a whole run, not its ticks
        assert said(f"{fold}(fed)") == pytest.approx(expected("fed"))
    by_tick = labelled(said(f"{fold}(fed + 0, over=['way', 'a', 'b', 'seed'])"))
    assert [by_tick.pick(tick=tick) for tick in range(8)] == [
        pytest.approx(expected("fed", tick=tick)) for tick in range(8)
    ]


def test_a_run_that_has_several_values_is_not_counted() -> None:
    """A run is compared with each label of an axis on which it does not lie: how often it fits is no number of runs."""
    given = laboratory("[vary.way]\none = { parameters.a = 3 }\nmany = { vary.a = [1, 2, 3] }").measured()
    scope = Scope({**given.values, **given.axes})

    assert expression("any(code == 100 * a + 20)").evaluate(scope)
    assert expression("count(code(way='many') == 100 * a + 20)").evaluate(scope) == 3
    with pytest.raises(AllornoneError, match="pick an alternative first"):
        expression("count(code == 100 * a + 20)").evaluate(scope)


NESTED = (
    "[vary.way]\nplain = { parameters.b = 1 }\nfew = { vary.a = [2, 5] }\nmany = { vary.a = [5, 6, 7] }\n"
)


def test_an_alternative_that_is_picked_has_its_own_labels_and_no_others() -> None:
    """Where it varies further, only what it varies over; where it does not, there is no such axis."""
    found = measured(NESTED)
    few, many = labelled(found.pick(way="few")), labelled(found.pick(way="many"))

    assert (few.axes, few.labels["a"], few.values.tolist()) == (("a",), (2, 5), [220, 520])
    assert (many.axes, many.labels["a"], many.values.tolist()) == (("a",), (5, 6, 7), [520, 620, 720])
    assert found.pick(way="plain") == 110
    assert found.pick(way="many", a=6) == 620
    assert labelled(found.pick(way="many", a=[7, 5])).values.tolist() == [720, 520]
    with pytest.raises(AllornoneError, match="no run"):
        found.pick(way="few", a=7)


def test_a_pick_keeps_what_lies_inside_a_run() -> None:
    """An inner axis is picked after the alternatives, whatever their number."""
    found = measured(NESTED, "trace", base=BASE + "trace = \"y('c')\"\n", seeds=2)
    whole = labelled(found.pick(way="few", a=5))

    assert found.pick(way="few", a=5, tick=0, seed=1) == labelled(whole.pick(seed=1)).pick(tick=0)
    assert "a" not in labelled(found.pick(way="plain")).axes


def test_seeds_are_an_axis_where_the_file_has_seeds() -> None:
    """Or where several are run."""
    drawn = BASE.replace("weight=b", "weight=normal(0, 1)")

    assert measured("", seeds=3, base=drawn, name="heard").axes == ("seed",)
    assert len(set(measured("", seeds=3, base=drawn, name="heard").values)) == 3
    assert measured("", seeds=1, base="seeds = 4\n" + drawn, name="heard").axes == ("seed",)
    assert measured("", seeds=1, base=drawn, name="heard").axes == ()


def test_settings_lie_over_every_alternative() -> None:
    """A setting freezes what is varied; the axis keeps its labels."""
    found = measured("[vary]\na = [1, 2, 3]", overrides={"parameters.a": 7})

    assert found.values.tolist() == [720, 720, 720]
    assert list(found.labels["a"]) == [1, 2, 3]


# ---- Inner axes


def test_measures_of_different_lengths_are_laid_side_by_side() -> None:
    """Shorter ones end in what is no number; their labels are those of the longest."""
    base = BASE.replace("ticks = 8", 'ticks = "a + 1"') + "trace = \"y('c')\"\n"
    found = measured("[vary]\na = [1, 4, 2]", "trace", base=base)

    assert found.axes == ("a", "tick")
    assert found.values.shape == (3, 5)
    for place, a in enumerate([1, 4, 2]):
        assert found.values[place, : a + 1].tolist() == [2.5] * a + [0.5]
        assert np.isnan(found.values[place, a + 1 :]).all()


def test_a_measure_has_the_same_axes_in_every_run() -> None:
    """A trial axis that only some runs have is an error which names the measure."""
    base = BASE + "trace = \"y('c')\"\n"

    with pytest.raises(AllornoneError, match=r"measures\.trace has other axes in some runs than in others"):
        measured("[vary.way]\none = {}\nall = { experience.p.stimulus.x = '?' }", "trace", base=base)


# ---- Lanes, executors, caches


def same(one: Value, other: Value) -> bool:
    """Return whether two measures agree to the bit."""
    a, b = labelled(one), labelled(other)
    return a.axes == b.axes and a.values.tobytes() == b.values.tobytes()


def test_an_executor_gives_what_lanes_give() -> None:
    """Two processes, two structures, seven seeds: every measure agrees to the bit."""
    raw = tomllib.loads((FILES / "wired.toml").read_text(encoding="utf-8"))
    here = Laboratory(raw, range(7)).measured()

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        there = Laboratory(raw, range(7), executor=executor).measured()

    assert there.runs == here.runs == 14
    assert all(same(here.values[name], there.values[name]) for name in raw["measures"])


def test_runs_of_one_structure_are_lived_side_by_side(lived: list[int]) -> None:
    """Weights, inputs and seeds are lanes; another wiring is not."""
    laboratory("[vary]\nb = [1, 2, 3]", seeds=4).measured()
    assert lived == [12]

    lived.clear()
    laboratory("[vary.way]\nbase = {}\nmore = { connectivity.with = ['x -> d'] }", seeds=4).measured()
    assert sorted(lived) == [4, 4]


def test_what_was_run_is_not_run_again(lived: list[int]) -> None:
    """Neither the family, nor runs of a change that are equal to some that were run."""
    room = laboratory("[vary]\na = [1, 2]")
    room.measured()
    room.measured()
    assert sum(lived) == 2

    room.measured({"parameters": {"a": 2}})
    assert sum(lived) == 2
    room.measured({"parameters": {"a": 3}})
    assert sum(lived) == 3
    room.measured({"parameters": {"a": 3}}, {"heard": Selection()})
    assert sum(lived) == 3


def test_only_what_is_selected_is_run_and_measured(lived: list[int]) -> None:
    """Runs at the labels asked for, each measure where it is asked for; one may use another."""
    room = laboratory("[vary]\na = [1, 2, 3]\nb = [1, 2]", seeds=5, base=BASE + "both = 'code + 1'\n")

    some = Selection(({"a": frozenset({2, 3}), "b": frozenset({1}), "seed": frozenset({4})},))
    found = room.measured(picks={"both": some, "heard": Selection(({"a": frozenset({1})},))})

    assert sum(lived) == found.runs == 2 + 10
    assert set(found.values) == {"both", "heard"}
    assert labelled(found.values["heard"]).values.shape == (1, 2, 5)
    assert labelled(found.values["both"]).values.ravel().tolist() == [211, 311]
    assert list(labelled(found.axes["a"]).values) == [1, 2, 3]


def test_where_nothing_runs_nothing_is_measured() -> None:
    """A change may leave none of the runs that a claim looks at."""
    nowhere = Selection(({"a": frozenset({9})},))

    with pytest.raises(AllornoneError, match=r"measures\.code: there is no run to look at"):
        laboratory("[vary]\na = [1, 2, 3]").measured(picks={"code": nowhere, "heard": Selection()})


def test_an_error_elsewhere_is_the_error_here() -> None:
    """Whatever facts it holds, it comes back as one sentence."""
    vary = "[vary.way]\nbase = {}\nmore = { connectivity.with = ['x -> d'] }"
    base = BASE + "wrong = \"y('oat')\"\n"

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        room = laboratory(vary, base=base, executor=executor)
        with pytest.raises(AllornoneError, match=r"measures\.wrong: .*no unit or group is named 'oat'"):
            room.measured()


@pytest.mark.parametrize("measure", ["sum(y('c'))", "sum(z('c'))", "size(history('w c'))"])
def test_what_does_not_fit_in_memory_is_not_begun(measure: str) -> None:
    """The bytes of what is shown and kept are counted before anything is lived."""
    base = BASE[: BASE.index("[measures]")].replace("[[exp", '[learning]\nrule = "hebb"\neta = 1e-9\n[[exp')
    base = base.replace("ticks = 8", "ticks = 1000") + f'[measures]\nm = "{measure}"\n'

    assert laboratory("", base=base, limits=Limits().raised({"bytes": 100_000})).measured().runs == 1
    with pytest.raises(LimitExceeded, match=r"bytes are more than a run may use, 9000; .*--limit bytes="):
        laboratory("", base=base, limits=Limits().raised({"bytes": 9000})).measured()


def test_progress_counts_the_runs() -> None:
    """From the first lanes to the last run."""
    told: list[tuple[int, int, str]] = []
    vary = "[vary.way]\nbase = {}\nmore = { connectivity.with = ['x -> d'] }"
    laboratory(vary, seeds=3, progress=lambda *one: told.append(one)).measured(what="runs of it")

    assert told == [(3, 6, "runs of it"), (6, 6, "runs of it")]


@pytest.mark.parametrize(("runs", "allowed"), [(5, False), (6, True)])
def test_a_family_is_bounded(runs: int, allowed: bool) -> None:
    """The message names the option; as many as the limit may run."""
    room = laboratory("[vary]\na = [1, 2, 3]", seeds=2, limits=Limits().raised({"runs": runs}))

    if allowed:
        assert room.measured().runs == 6
    else:
        with pytest.raises(LimitExceeded, match=r"6 runs are more than a run may use, 5; .*--limit runs=6"):
            room.measured()


def test_a_learning_phase_that_changed_nothing_is_a_warning() -> None:
    """Delay-1 Hebb learns nothing from one tick; where something is learned there is none."""
    base = BASE.replace('model = "linear"', 'model = "mcculloch-pitts"').replace(
        "[[exp", '[learning]\nrule = "hebb"\nplastic = ["x -> c"]\n[[exp'
    )
    idle, busy = laboratory("", base=base.replace("ticks = 8", "ticks = 1")), laboratory("", base=base)
    idle.measured()
    busy.measured()

    assert list(idle.warnings) == ["phase 'p' has a rule and changed no weight"]
    assert list(busy.warnings) == []
