"""Judging: what becomes of a claim, of the changes that must fell it, and of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from allornone.scenarios.document.change import spoken
from allornone.scenarios.experiment.preparing import Prepared
from allornone.scenarios.experiment.running_phases import Needs, RunRecord, run_phases
from allornone.scenarios.running import run
from allornone.scenarios.verdict import family as families
from allornone.scenarios.verdict.judging import selection
from allornone.scenarios.verdict.result import ClaimResult, Result
from allornone.simulator.errors import AllornoneError

RELAY = (Path(__file__).parent.parent / "run" / "relay.toml").read_text(encoding="utf-8")
HEAD = RELAY[: RELAY.index("[[interpretation.claims]]")]
HEAD = HEAD.replace("begun = ", """share = "sum(y('c[2]')) / sum(y('c[1]'))"\nbegun = """)
TRUE, FALSE = "all(heard(way='straight') == L)", "all(heard == L)"
CUT = "{ connectivity.without = ['c[0] -> c[1]'] }"
JOINED = "{ connectivity.with = ['c[1] -> c[2]'] }"
Judge = Callable[..., Result]


def claim(that: str, fails: str = CUT, says: str = "", holds: str = "") -> str:
    """Return a claim as it stands in a file."""
    lines = ["[[interpretation.claims]]", 'text = "It is so"', f'that = "{that}"']
    lines += [f"fails = {fails}"] if fails and not holds else []
    lines += [f'says = "{says}"'] if says else []
    lines += [f"holds = {holds}"] if holds else []
    return "\n".join(lines) + "\n"


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Return a function that runs the relay with these claims."""

    def judged(*claims: str, deep: bool = True, head: str = HEAD) -> Result:
        file = tmp_path / "relay.toml"
        file.write_text(head + "\n".join(claims), encoding="utf-8")
        return run(file, counterfactuals=deep)

    return judged


def only(result: Result) -> ClaimResult:
    """Return the only claim."""
    (found,) = result.claims
    return found


# ---- Claims and verdicts


@pytest.mark.parametrize(
    ("claims", "verdict", "holds"),
    [
        ([claim(TRUE)], "reproduced", True),
        ([claim(TRUE, says="source")], "reproduced", True),
        ([claim(FALSE)], "not reproduced", False),
        ([claim(TRUE), claim(FALSE)], "not reproduced", False),
        ([claim(FALSE, says="lecture", holds=JOINED)], "reproduced differently", True),
        ([claim(TRUE), claim(FALSE, says="source", holds=JOINED)], "reproduced differently", True),
        ([claim(FALSE, says="lecture", holds=CUT)], "not reproduced", False),
        ([claim(FALSE, says="lecture")], "not reproduced", False),
        ([claim(FALSE), claim(FALSE, says="lecture", holds=JOINED)], "not reproduced", False),
    ],
)
@pytest.mark.parametrize("deep", [False, True], ids=["plain", "deep"])
def test_a_verdict_is_computed(
    judge: Judge, claims: list[str], verdict: str, holds: bool, deep: bool
) -> None:
    """A sentence of theirs may be False if the change does its work under which it is true; one of ours may not."""
    result = judge(*claims, deep=deep)

    assert (result.verdict, result.holds) == (verdict, holds)


def test_a_claim_tells_what_was_measured(judge: Judge) -> None:
    """Each measure as it is picked, with its value."""
    found = only(judge(claim("all(heard(way='straight') == L) and begun(way='cut', L=2) == inf"), deep=False))

    assert found.measured == "heard(way='straight') = [1, 2, 4], begun(way='cut', L=2) = inf"
    assert found.counterfactuals == ()
    assert found.nudges == ()


def test_a_claim_that_is_no_truth_is_an_error(judge: Judge) -> None:
    """With its place; an array has to say all or any, NaN is never a verdict."""
    with pytest.raises(
        AllornoneError, match=r"relay.toml:46:9: interpretation.claims.1.that: .*say all\(…\) or any\(…\)"
    ):
        judge(claim(TRUE), claim("not heard == L"))
    with pytest.raises(AllornoneError, match=r"claims.0.that: .*NaN"):
        judge(claim("all(begun(way='cut') - begun(way='cut') == 0)"))


# ---- Counterfactuals


@pytest.mark.parametrize(
    ("that", "fails", "works", "note"),
    [
        (TRUE, CUT, True, "heard(way='straight') = [0, 0, 0]"),
        (TRUE, JOINED, False, "heard(way='straight') = [1, 2, 4]"),
        ("all(share(way='straight') == 1)", CUT, False, "broken: "),
        (
            TRUE,
            "{ experience.pulse.ticks = 'L - 1' }",
            False,
            "broken: phase 'pulse': ticks must be at least 1",
        ),
        (
            TRUE,
            "{ connectivity.without = ['c[0] -> c[2]'] }",
            False,
            "broken: there is no synapse 'c[0] -> c[2]'",
        ),
        (
            TRUE,
            "{ experience.pulse.ticks = 2_000_000 }",
            False,
            "broken: 2000000 ticks are more than a run may use",
        ),
        (
            "all(heard(way='cut') == 0)",
            "{ vary.way.cut.connectivity.with = ['c[1] -> c[2]'] }",
            True,
            "[1, 2, 4]",
        ),
        (TRUE, "{ parameters.L = 0 }", True, "heard(way='straight') = [0, 0, 0]"),
    ],
)
def test_a_counterfactual_fells_its_claim_or_is_told(
    judge: Judge, that: str, fails: str, works: bool, note: str
) -> None:
    """It falls only by coming out False; what alters nothing, or ends in an error, is broken and not fallen."""
    result = judge(claim(that, fails))
    (tried,) = only(result).counterfactuals

    assert tried.works is works
    assert note in tried.note
    assert result.works is works
    assert result.verdict == "reproduced"


def test_each_of_several_changes_must_fell_the_claim(judge: Judge) -> None:
    """One that does not is enough."""
    result = judge(claim(TRUE, f"[{CUT}, {JOINED}, {{ parameters.L = 0 }}]"))

    assert [one.works for one in only(result).counterfactuals] == [True, False, True]
    assert not result.works
    assert only(result).counterfactuals[0].change == 'connectivity.without = ["c[0] -> c[1]"]'


def test_a_sentence_shown_to_hold_elsewhere_is_tried_always(judge: Judge) -> None:
    """Also where no counterfactual was asked for: the verdict depends on it."""
    found = only(judge(claim(FALSE, says="source", holds=JOINED), deep=False))

    assert [one.works for one in found.counterfactuals] == [True]
    assert found.counterfactuals[0].note == "heard = [1, 1, 2, 2, 4, 4]"
    assert not found.holds
    assert found.sound


def test_a_false_sentence_needs_a_change_under_which_it_holds(judge: Judge) -> None:
    """And a true one, one that fells it; the note says which word is missing."""
    false, true = judge(claim(FALSE, says="source"), claim(TRUE, says="source", holds=CUT)).claims

    assert [one.note for one in false.counterfactuals] == ["the sentence is False here, so it needs `holds`"]
    assert [one.note for one in true.counterfactuals] == ["the sentence is True here, so it needs `fails`"]


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of runs each time that some are lived."""
    counts: list[int] = []

    def counting(runs: Sequence[Prepared], needs: Needs) -> list[RunRecord]:
        counts.append(len(runs))
        return run_phases(runs, needs)

    monkeypatch.setattr(families, "run_phases", counting)
    return counts


def test_only_the_runs_that_a_claim_selects_are_run_again(judge: Judge, lived: list[int]) -> None:
    """Six runs of the family, then one for the claim about one of them; the same change again costs nothing."""
    one = "heard(way='straight', L=2) == 2"
    judge(claim(one), claim(one + " and begun(way='straight', L=2) == 4"), claim(one))

    assert sum(lived) == 7


@pytest.mark.parametrize(
    ("claims", "runs"),
    [
        # each measure where it is picked: two of the six, though no axis is picked by both
        (["heard(way='straight', L=2) == 2 and begun(L=4, way='straight') == 4"], 2),
        (["heard(way='straight', L=2) == 2 and all(begun(way='straight') == 4)"], 3),
        (["heard(L=1, way='straight') == 1 and heard(way='straight', L=[2, 4])[0] == 2"], 3),
        (["heard(L=1, way='straight') == 1 and all(begun(L=1) > 3)"], 2),
        # what claims of one change pick, each run once, whatever is measured of it
        ([*["heard(way='straight', L=2) == 2", "begun(way='straight', L=2) == 4"] * 2], 1),
        (["heard(way='straight', L=2) == 2", "begun(way='straight', L=4) == 4"], 2),
        (["heard(way='straight', L=2) == 2", "all(begun(way='straight') == 4)"], 3),
        (["all(begun(way='straight') == 4)", "heard(way='straight', L=2) == 2"], 3),
        (["heard(way='straight', L=2) == 2", "all(heard < 9)", "all(begun >= 4)"], 6),
    ],
)
def test_a_change_runs_the_runs_that_its_claims_pick_and_each_once(
    judge: Judge, lived: list[int], claims: list[str], runs: int
) -> None:
    """Beside the six of the family, which run for all measures."""
    result = judge(*map(claim, claims))

    assert all(one.holds for one in result.claims)
    assert sum(lived) == 6 + runs


def test_a_measure_is_taken_only_where_a_claim_picks_it(judge: Judge, lived: list[int]) -> None:
    """Where the change leaves it without a meaning, in a run of another claim, it is not asked for."""
    head = HEAD.replace("sum(y('c[2]')) / sum(y('c[1]'))", "w('c[0] -> c[1]')")
    change = "{ vary.way.cut.connectivity.without = ['c[0] -> c[1]'] }"

    result = judge(
        claim("heard(way='cut', L=2) == 0", change),
        claim("share(way='straight', L=2) == 1", change),
        head=head,
    )

    notes = ["heard(way='cut', L=2) = 0", "share(way='straight', L=2) = 1"]
    assert [one.counterfactuals[0].note for one in result.claims] == notes
    assert sum(lived) == 6 + 1


@pytest.mark.parametrize(
    ("text", "picks"),
    [
        ("all(m == 1)", {"m": []}),
        ("m(a=1) == 2", {"m": [{"a": {1}}]}),
        ("all(m(a=[1, 2]) < n(a=3))", {"m": [{"a": {1, 2}}], "n": [{"a": {3}}]}),
        ("m(a=1, b='x') < m(a=2)", {"m": [{"a": {1}, "b": {"x"}}, {"a": {2}}]}),
        ("m(a=1) < max(n)", {"m": [{"a": {1}}], "n": []}),
        ("m(a=1) < max(m)", {"m": []}),
        ("m(a=p) == 1", {"m": []}),
        ("m(epoch=-1)[0] == q + 2", {"m": [{"epoch": {-1}}]}),
        ("count(m(a=1) and not n(a=1)) == 0", {"m": [{"a": {1}}], "n": [{"a": {1}}]}),
        ("m(a=1) + m(a=1) == 2", {"m": [{"a": {1}}]}),
        ("1 == 1", {}),
    ],
)
def test_what_a_claim_looks_at_is_what_its_picks_say(
    text: str, picks: dict[str, list[dict[str, set[object]]]]
) -> None:
    """Measure by measure, any of its picks; a mention without a pick is every run."""
    found = selection({"that": text}, {"m": "", "n": ""})

    assert {name: list(chosen.picks) for name, chosen in found.items()} == picks


def test_a_change_is_spoken_as_it_stands_in_a_file() -> None:
    """Dotted paths and values, one after the other."""
    change = {
        "learning": {"eta": 0.5, "plastic": ["A -> R"]},
        "vary": {"net": {"bare": {"parameters": {"n": 1}}}},
    }

    assert (
        spoken(change) == 'learning.eta = 0.5, learning.plastic = ["A -> R"], vary.net.bare.parameters.n = 1'
    )


# ---- Nudges


@pytest.mark.parametrize(
    ("that", "nudges"),
    [
        ("all(begun(way='straight') == 4)", {"4 → 3": True, "4 → 5": True}),
        ("7 <= sum(heard(way='straight'))", {"7 → 7.000000007": True}),
        ("heard(way='straight', L=1) == 1 or sum(heard(way='straight')) < 100", {False}),
        ("all(begun(way='straight') == 4) or heard(way='cut', L=1) == 0", {False}),
    ],
)
def test_every_number_of_a_claim_must_decide(
    judge: Judge, that: str, nudges: dict[str, bool] | set[bool]
) -> None:
    """A neighbour of a number after ==, an edge moved just past the measured extreme: the claim must fall."""
    result = judge(claim(that))
    found = {one.text: one.falls for one in only(result).nudges}

    if isinstance(nudges, dict):
        assert found == nudges
    else:
        assert nudges <= set(found.values())
    assert result.works is (False not in found.values())


def test_a_claim_that_does_not_hold_is_not_nudged(judge: Judge) -> None:
    """There is nothing to fall."""
    assert only(judge(claim(FALSE))).nudges == ()
