"""The library: every file of it keeps the form that all have, and comes out as its claims say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from allornone.scenarios.catalogue import Entry, entries
from allornone.scenarios.checking import look_over
from allornone.scenarios.document.chance import freezes
from allornone.scenarios.running import run
from allornone.scenarios.verdict.result import DIFFERENTLY, REPRODUCED, Result

ORDER = (
    "title", "year", "lecture", "source", "story", "evidence", "aliases", "deviations", "open", "long", "seeds",
    "parameters", "tasks", "connectivity", "activation", "learning", "experience", "vary", "measures", "changes",
    "interpretation",
)  # fmt: skip
CLAIM = ("text", "says", "evidence", "where", "that", "found", "fails", "holds")
FIRST = {
    "bain-groupings", "kubie-ring", "mp-1b-or", "mp-1c-and", "mp-1d-and-not", "mp-1e-heat-illusion", "mp-latch",
    "hebb-growth", "perceptron-gates", "perceptron-cycling", "xor-mlp", "polygon-halo",
}  # fmt: skip
LIBRARY = entries()

every_file = pytest.mark.parametrize("entry", LIBRARY, ids=lambda entry: entry.name)


def document(entry: Entry) -> dict[str, Any]:
    """Return what a file says."""
    return tomllib.loads(entry.path.read_text(encoding="utf-8"))


def test_the_first_twelve_are_there() -> None:
    """By the names that the lecture's rows go by."""
    assert {entry.name for entry in LIBRARY} >= FIRST


@every_file
def test_the_keys_of_a_file_stand_in_one_order(entry: Entry) -> None:
    """A reader finds the source, the net, the claims where they are in every other file."""
    raw = document(entry)

    assert list(raw) == sorted(raw, key=ORDER.index)
    for claim in raw["interpretation"]["claims"]:
        assert list(claim) == sorted(claim, key=CLAIM.index)


@every_file
def test_a_file_says_what_its_reader_wants_to_know(entry: Entry) -> None:
    """A title, a story of at least two sentences, a year, an experiment that can be filmed."""
    raw = document(entry)

    assert raw["title"][0].isupper()
    assert not raw["title"].endswith(".")
    story = raw["story"].strip()
    assert story.endswith((".", "!", "?", '"'))
    assert sum(story.count(mark) for mark in ".!?:") >= 2
    assert -400 <= raw["year"] <= 2010
    assert raw["evidence"] in ("seen", "quoted", "memory")
    assert raw["interpretation"]["film"]["kind"]
    assert "\t" not in entry.path.read_text(encoding="utf-8")


@every_file
def test_each_claim_has_its_counterfactual(entry: Entry) -> None:
    """No two claims of a file say the same; each has a change that is there to refute it."""
    claims = document(entry)["interpretation"]["claims"]

    conditions = {str([claim.get("where"), claim["that"]]) for claim in claims}
    assert len({claim["text"] for claim in claims}) == len(conditions) == len(claims)
    for claim in claims:
        assert claim.get("fails") or claim.get("holds"), claim["text"]
        assert ("holds" in claim) <= ("says" in claim), claim["text"]


@every_file
def test_a_file_is_fine_before_anything_is_lived(entry: Entry) -> None:
    """No violation, no warning, and at most one counterfactual that only stops the experiment."""
    assert look_over(entry.path) == []
    assert len(freezes(document(entry))) <= 1


def comes_out_as_it_claims(result: Result) -> None:
    """Every unmarked claim holds; a sentence of theirs that does not has its change do its work."""
    assert result.verdict in (REPRODUCED, DIFFERENTLY), str(result)
    assert result.warnings == ()
    assert all(claim.holds or claim.says for claim in result.claims)


@pytest.mark.parametrize("name", sorted(FIRST))
def test_the_first_come_out_as_they_claim(name: str) -> None:
    """The quick ones, here; all others in the long run."""
    comes_out_as_it_claims(run(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    "entry", [entry for entry in LIBRARY if entry.name not in FIRST], ids=lambda entry: entry.name
)
def test_every_other_comes_out_as_it_claims(entry: Entry) -> None:
    """What breaks them `allornone verify --all` tries."""
    comes_out_as_it_claims(run(entry.path))


@pytest.mark.parametrize("name", ["kubie-ring", "mp-1b-or", "mp-1e-heat-illusion", "xor-mlp"])
def test_every_change_does_its_work_and_every_number_decides(name: str) -> None:
    """Of quick files here; of all of them in the long run."""
    result = run(name, counterfactuals=True)

    for claim in result.claims:
        assert claim.counterfactuals
        assert [one.change for one in claim.counterfactuals if not one.works] == []
        assert [one.text for one in claim.nudges if not one.falls] == []
    assert any(claim.nudges for claim in result.claims)
    assert result.works


def test_a_file_is_where_its_era_is() -> None:
    """The folder is the era in which the experiment belongs."""
    for entry in LIBRARY:
        least = -400 if entry.era == "before-1943" else int(entry.era)
        assert entry.year >= least, entry.name
        assert Path(entry.path).stem == entry.name == entry.name.lower()
