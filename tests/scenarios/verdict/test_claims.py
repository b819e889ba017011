"""Claims: where they look, conditions that must all hold, what was found, and changes by their name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from allornone.scenarios.checking import look_over
from allornone.scenarios.expressions.labelled import labelled
from allornone.scenarios.running import run
from allornone.scenarios.verdict.result import ClaimResult
from allornone.simulator.errors import AllornoneError

RELAY = (Path(__file__).parent.parent / "run" / "relay.toml").read_text(encoding="utf-8")
HEAD = RELAY[: RELAY.index("[interpretation]")]
CUT = '"cut"'
CHANGES = """[changes]
cut    = { connectivity.without = ["c[0] -> c[1]"] }
joined = { connectivity.with = ["c[1] -> c[2]"] }
"""
Judge = Callable[..., ClaimResult]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the relay with one claim, and returns the file."""

    def written(*lines: str, head: str = HEAD, changes: str = CHANGES) -> Path:
        file = tmp_path / "relay.toml"
        said = ["[[interpretation.claims]]", 'text = "It is so"', *lines]
        file.write_text(f"{head}\n{changes}\n[interpretation]\n" + "\n".join(said) + "\n", encoding="utf-8")
        return file

    return written


@pytest.fixture
def judge(write: Callable[..., Path]) -> Judge:
    """Return a function that judges one claim of the relay, with its changes and nudges."""

    def judged(*lines: str, head: str = HEAD) -> ClaimResult:
        (found,) = run(write(*lines, head=head), counterfactuals=True).claims
        return found

    return judged


def refusal(file: Path) -> str:
    """Return what check says of a file."""
    with pytest.raises(AllornoneError) as caught:
        look_over(file)
    return str(caught.value)


# ---- Where


@pytest.mark.parametrize(
    ("where", "short", "long"),
    [
        ("{ way = 'straight' }", "heard == L", "all(heard(way='straight') == L)"),
        ("{ way = 'straight', L = 2 }", "begun == 4", "begun(way='straight', L=2) == 4"),
        ("{ L = [1, 4] }", "heard(way='straight') == L", "all(heard(way='straight', L=[1, 4]) == [1, 4])"),
        ("{ way = 'straight', L = 4 }", "heard == L", "heard(way='straight', L=4) == 4"),
    ],
)
def test_where_picks_for_every_measure(judge: Judge, where: str, short: str, long: str) -> None:
    """Of measures and of the labels of axes; changes and nudges do the same work as with a pick in every measure."""
    one = judge(f"where = {where}", f'that = "{short}"', f"fails = {CUT}")
    other = judge(f'that = "{long}"', f"fails = {CUT}")

    assert one.holds is other.holds is True
    assert [change.works for change in one.counterfactuals] == [
        change.works for change in other.counterfactuals
    ]
    assert all(nudge.falls for nudge in one.nudges)
    assert len(one.nudges) >= 1


def test_a_measure_may_pick_along_another_axis_than_where(judge: Judge) -> None:
    """`where` says one axis, the condition the other."""
    found = judge("where = { way = 'straight' }", 'that = "heard(L=4) - heard(L=1) == 3"', f"fails = {CUT}")

    assert (found.holds, found.works) == (True, True)
    assert found.measured == "heard(L=4) = 4, heard(L=1) = 1"


def test_of_an_alternative_that_is_picked_only_its_own_labels_count(judge: Judge) -> None:
    """An axis of one alternative alone, first picked away from and then into."""
    head = HEAD.replace("cut      = {", "cut      = { vary.L2 = [1, 2], ").replace(
        "L = 1\n", "L = 1\nL2 = 5\n"
    )
    found = judge(
        "where = { way = 'straight' }",
        'that = ["heard == L", "size(heard) == 3"]',
        f"fails = {CUT}",
        head=head,
    )

    assert (found.holds, found.works) == (True, True)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["where = { wya = 'cut' }", 'that = "heard == 0"'], "no axis is named 'wya'. Did you mean 'way'?"),
        (["where = { way = 'cutt' }", 'that = "heard == 0"'], "way is never 'cutt' in the family"),
        (["where = { L = 3 }", "that = \"heard(way='cut') == 0\""], "L is never 3 in the family"),
        (
            ["where = { way = 'cut' }", "that = \"heard(way='cut') == 0\""],
            "where picks 'way' already: say it there or here",
        ),
        (["where = { way = 1 }", 'that = "heard == 0"'], "way is never 1 in the family"),
        (["where = 'cut'", 'that = "heard == 0"'], "a table is needed"),
        (["that = []"], "at least 1 must stand here, found 0"),
        (['that = ["heard == 0", 3]'], "claims.0.that.1: an expression, a text, is needed, found 3"),
        (['that = ["heard == 0", "hard == 0"]'], "no name is named 'hard'. Did you mean 'heard'?"),
        (['that = "heard == 0"', 'found = "{hard}"'], "no name is named 'hard'. Did you mean 'heard'?"),
        (['that = "heard == 0"', 'found = "{heard} and {sum(}"'], "no expression"),
        (
            ['that = "heard == 0"', 'found = "{heard"'],
            "braces stand around a measure, one on each side of it",
        ),
        (
            ['that = "heard == 0"', 'found = "heard}"'],
            "braces stand around a measure, one on each side of it",
        ),
    ],
)
def test_what_a_claim_cannot_say_is_told_before_anything_runs(
    write: Callable[..., Path], lines: list[str], sentence: str
) -> None:
    """Axes, labels, conditions and words in braces that are not there."""
    message = refusal(write(*lines, f"fails = {CUT}"))

    assert sentence in message, message


# ---- Several conditions


def test_all_conditions_of_a_list_must_hold_and_each_is_nudged(judge: Judge) -> None:
    """One that fails fells the claim; the numbers of every part are moved."""
    both = ["that = [\"heard(way='straight') == L\", \"begun(way='straight') == 4\"]", f"fails = {CUT}"]
    found = judge(*both)
    one_wrong = judge(both[0].replace("== 4", "== 5"), both[1])

    assert (found.holds, found.works, one_wrong.holds) == (True, True, False)
    assert [nudge.text for nudge in found.nudges] == ["L → L - 1", "L → L + 1", "4 → 3", "4 → 5"]
    assert found.that == ("heard(way='straight') == L", "begun(way='straight') == 4")


def test_a_list_hides_no_error_behind_a_condition_that_fails(judge: Judge) -> None:
    """The second part is no truth, though the first is false already."""
    with pytest.raises(AllornoneError, match=r"claims.0.that.1: .*say all\(…\) or any\(…\)"):
        judge('that = ["heard == 17", "not heard == 3"]', f"fails = {CUT}")


# ---- What was found


def test_what_was_found_is_said_in_words(judge: Judge) -> None:
    """Values stand where measures were named in braces, picked where the claim looks."""
    found = judge(
        "where = { way = 'straight' }",
        'that = "heard == L"',
        'found = "{heard} spikes arrive, the first {begun(L=1) - 1} ticks after it set out, {L}"',
        f"fails = {CUT}",
    )

    assert found.found == "1, 2, 4 spikes arrive, the first 3 ticks after it set out, 1, 2, 4"


# ---- Named changes


def test_a_change_with_a_name_does_what_it_says(judge: Judge) -> None:
    """By itself or in a list beside others; it is told in full."""
    found = judge(
        "that = \"all(heard(way='straight') == L)\"",
        'fails = ["cut", { connectivity.without = ["c[1] -> c[2]"] }]',
    )

    assert [one.works for one in found.counterfactuals] == [True, True]
    assert found.counterfactuals[0].change == 'connectivity.without = ["c[0] -> c[1]"]'


def test_a_named_change_that_no_claim_uses_is_a_warning(write: Callable[..., Path]) -> None:
    """Beside what else is left over."""
    warned = look_over(write("that = \"all(heard(way='straight') == L)\"", f"fails = {CUT}"))

    assert "changes.joined: no claim names it" in warned
    assert not any("changes.cut" in warning for warning in warned)


@pytest.mark.parametrize(
    ("fails", "changes", "sentence"),
    [
        ('"cutt"', CHANGES, "fails: no change is named 'cutt' in [changes]. Did you mean 'cut'?"),
        ('["cut", "joint"]', CHANGES, "fails.1: no change is named 'joint' in [changes]"),
        ('"cut"', "", "no change is named 'cut' in [changes]"),
        ('"cut"', "[changes]\ncut = 3\n", "changes.cut: a table is needed, found 3"),
        ('"cut"', "[changes]\ncut = {}\n", "changes.cut: this change is empty"),
        (
            '"cut"',
            '[changes]\ncut = { connectivity.without = ["c[0] -> d"] }\n',
            "changes.cut.connectivity.without.0: no unit or group is named 'd'",
        ),
    ],
)
def test_a_named_change_that_means_nothing_is_told_at_its_place(
    write: Callable[..., Path], fails: str, changes: str, sentence: str
) -> None:
    """A name that is not there where it is used, a bad change where it is defined."""
    message = refusal(
        write("that = \"all(heard(way='straight') == L)\"", f"fails = {fails}", changes=changes)
    )

    assert sentence in message, message


# ---- Shorter measures


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("y('out', tick=4)", 1.0),
        ("y('c', tick=2, unit='c[1]')", 1.0),
        ("sum(y('c', tick=[1, 2, 3]))", 3.0),
        ("y('out', tick=-1)", 0.0),
        ("units()", 4),
        ("units('c')", 3),
        ("connections()", 4),
    ],
)
def test_readers_take_picks_and_counts_take_everything(
    write: Callable[..., Path], measure: str, value: float
) -> None:
    """y('out', tick=4) is the output at that tick; units() is all but inputs."""
    head = HEAD.replace("heard = ", f'got = "{measure}"\nheard = ')
    result = run(write("that = \"got(way='straight', L=1) == 1 or 1 == 1\"", f"fails = {CUT}", head=head))

    assert labelled(result.measures["got"]).pick(way="straight", L=1) == value


def test_one_seed_makes_no_axis(write: Callable[..., Path]) -> None:
    """With `seeds = 1` a measure has no axis of seeds; a run of one of many seeds has."""
    head = HEAD.replace('evidence = "memory"', 'evidence = "memory"\nseeds = SEEDS')
    that = "that = \"all(heard(way='straight') == L)\""

    one = run(write(that, f"fails = {CUT}", head=head.replace("SEEDS", "1")))
    many = run(write(that, f"fails = {CUT}", head=head.replace("SEEDS", "3")), seed=2)

    assert labelled(one.measures["heard"]).axes == ("L", "way")
    assert labelled(many.measures["heard"]).axes == ("L", "way", "seed")


def test_the_name_of_a_phase_is_its_tasks_where_nothing_else_is_said(write: Callable[..., Path]) -> None:
    """Measures and changes speak of it by that name; two phases of one task need a name."""
    text = """
title = "t"
year = 1958
source = "s"
story = "A gate is learned."
evidence = "memory"

[tasks]
gate = { data = "table", inputs = 2, ones = ["11"] }

[connectivity]
build = { net = "perceptron" }

[learning]
rule = "perceptron"
epochs = 20

[[experience]]
teach = "gate"

[measures]
wrong = "mistakes('gate')[-1]"

[interpretation]
[[interpretation.claims]]
text = "It is learned"
that = "wrong == 0"
fails = { experience.gate.epochs = 1 }
"""
    file = write()
    file.write_text(text, encoding="utf-8")

    assert run(file, counterfactuals=True).works
    assert run(file).verdict == "reproduced"
    assert tomllib.loads(text)["experience"] == [{"teach": "gate"}]
    file.write_text(
        text.replace("[measures]", '[[experience]]\ntest = "gate"\n\n[measures]'), encoding="utf-8"
    )
    assert 'another phase has this name: "gate"; it is the task\'s, so give this phase a name' in refusal(
        file
    )
