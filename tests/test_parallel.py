"""Scenarios in processes of their own: what comes back is what running them here gives."""

from allornone.command.failures import BAD_INPUT
from allornone.command.parallel import outcome, outcomes, processors


def test_results_come_in_the_order_asked_for_and_are_the_same() -> None:
    """The quick one waits for the slow one; a name that is none stops nobody."""
    names = ["mp-1e-heat-illusion", "no-such-thing", "mp-1c-and"]
    with outcomes(names, {"counterfactuals": True}, 2) as coming:
        found = list(coming)

    assert [one.result and one.result.name for one in found] == [names[0], None, names[2]]
    assert found[1].failure is not None
    assert found[1].failure.code == BAD_INPUT
    assert found[1].failure.sentence.startswith("no scenario is named 'no-such-thing'")
    here = outcome(names[0], {"counterfactuals": True}).result
    assert found[0].result is not None
    assert here is not None
    assert found[0].result.claims == here.claims
    assert found[0].result.trace["heat"].tolist() == here.trace["heat"].tolist()


def test_there_is_a_processor() -> None:
    """However many this machine has."""
    assert processors() >= 1
