"""Regular events: what Python's `re` says, a net of one unit a letter says."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference
from hypothesis import given, settings, strategies as st

import allornone as aon
from allornone.models.automata.regular import MOST_LETTERS, parse_event

TABLE = [
    ("(ab)*", 3, 12, 6),
    ("(a|b)*abb", 6, 12, 1023),
    ("(b|ab*ab*a)*", 7, 12, 2730),
    ("(0|1(01*0)*1)*", 7, 12, 2736),
    ("a*b*", 3, 10, 65),
    ("(aa|b)*", 4, 10, 231),
    ("((a|b)(a|b))*a", 6, 10, 341),
]
every_event = pytest.mark.parametrize("event", [row[0] for row in TABLE])


def words(letters: str, longest: int, shortest: int = 0) -> list[str]:
    """Return all words over some letters."""
    lengths = range(shortest, longest + 1)
    return ["".join(word) for length in lengths for word in product(letters, repeat=length)]


def matched(event: str, these: Sequence[str]) -> list[bool]:
    """Return what Python's engine says of each word."""
    compiled = re.compile(event)
    return [compiled.fullmatch(word) is not None for word in these]


def random_event(draw: random.Random, letters: str, depth: int) -> str:
    """Return a random event, the empty word in it now and then."""
    kind = draw.choice(["letter", "letter", "join", "join", "or", "star"]) if depth else "letter"
    if kind == "letter":
        return draw.choice(letters)
    inner = [random_event(draw, letters, depth - 1) for _ in range(draw.randint(2, 3))]
    if kind == "join":
        return "".join(inner)
    if kind == "or":
        return f"({'|'.join([*inner, *([''] if draw.random() < 0.2 else [])])})"
    return f"({inner[0]})*"


@pytest.mark.parametrize(("event", "units", "longest", "accepted"), TABLE)
def test_a_unit_a_letter_and_one_that_accepts(event: str, units: int, longest: int, accepted: int) -> None:
    """The sizes are those of the expressions; the counts to length 8 those of Python's engine."""
    net = aon.regular(event)
    these = words(net.graph["letters"], 8)

    assert len(net) - len(net.inputs) == units == sum(map(str.isalnum, event)) + 1
    assert np.asarray(aon.accepts(net, these)).tolist() == matched(event, these)


@pytest.mark.slow
@pytest.mark.parametrize(("event", "units", "longest", "accepted"), TABLE)
def test_the_counts_of_the_table(event: str, units: int, longest: int, accepted: int) -> None:
    """All words from length 1 to 10 or 12, both with a line a letter and with one letter that is silence."""
    letters = sorted({mark for mark in event if mark.isalnum()})
    these = words("".join(letters), longest, 1)

    for silence in (None, *letters):
        found = np.asarray(aon.accepts(aon.regular(event, silence=silence), these))

        assert found.sum() == accepted
        assert found.tolist() == matched(event, these)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_random_event_is_recognised(seed: int) -> None:
    """All words to length 5 over three letters, whether or not one of them is silence."""
    draw = random.Random(seed)
    event = random_event(draw, "abc", 3)
    these = words("abc", 5)
    expected = matched(event, these)

    for silence in (None, draw.choice("abc")):
        net = aon.regular(event, letters="abc", silence=silence)

        assert np.asarray(aon.accepts(net, these)).tolist() == expected


@pytest.mark.slow
def test_five_hundred_random_events_and_all_words_to_length_eight() -> None:
    """Two letters or three: 511 or 9841 words each."""
    draw = random.Random(1956)
    compared = 0
    for number in range(500):
        letters = "ab" if number % 3 else "abc"
        event = random_event(draw, letters, 4)
        these = words(letters, 8)
        net = aon.regular(event, letters=letters)

        assert np.asarray(aon.accepts(net, these)).tolist() == matched(event, these), event
        compared += len(these)
    assert compared > 1_800_000


@every_event
def test_the_net_says_the_same_unit_by_unit(event: str) -> None:
    """The naive interpreter, letter k at tick k, reads ACCEPT at tick len + 1."""
    net = aon.regular(event)
    letters = net.graph["letters"]
    for word in words(letters, 4):
        ticks = [{letter: 1.0} for letter in word] + [{}, {}]
        ticks[0] = {**ticks[0], "START": 1.0}
        life = reference.live(net, ticks)

        assert bool(life.y[len(word) + 1]["ACCEPT"]) == aon.accepts(net, word)


def test_without_its_start_a_net_accepts_nothing() -> None:
    """Of 510 words 63 end in abb."""
    these = words("ab", 8, 1)
    net = aon.regular("(a|b)*abb")
    assert np.asarray(aon.accepts(net, these)).sum() == 63

    net.remove_edges_from([("START", unit) for unit in list(net.successors("START"))])

    assert np.asarray(aon.accepts(net, these)).sum() == 0


def test_with_every_letter_one_knob_too_ready_most_verdicts_are_wrong() -> None:
    """382 of 510; were ACCEPT's threshold lowered too, it would accept everything, 447."""
    these = words("ab", 8, 1)
    net = aon.regular("(a|b)*abb")
    for unit in net:
        if "letter" in net.nodes[unit]:
            net.nodes[unit]["threshold"] -= 1

    found = np.asarray(aon.accepts(net, these))

    assert (found != matched("(a|b)*abb", these)).sum() == 382


def test_a_unit_hears_its_letter_and_what_may_stand_before_it() -> None:
    """K knobs from its letter, one from each predecessor, and a threshold of K + 1."""
    net = aon.regular("(a|b)*abb")

    assert {u: net.edges[u, "a3"]["weight"] for u in net.predecessors("a3")} == {
        "a": 3, "START": 1, "a1": 1, "b2": 1,
    }  # fmt: skip
    assert net.nodes["a3"]["threshold"] == 4
    assert net.nodes["a3"]["letter"] == "a"
    assert (net.graph["event"], net.graph["letters"]) == ("(a|b)*abb", "ab")


def test_silence_is_a_letter_without_a_line() -> None:
    """Its units are silenced by the others: as many units, and fewer inputs."""
    net = aon.regular("(a|b)*abb", silence="b")

    assert net.inputs == ["START", "a"]
    assert net.edges["a", "b4"]["kind"] == "inhibitory"
    assert len(net) - 2 == 6
    assert aon.accepts(net, "babb")


def test_one_word_or_many() -> None:
    """A text or a tuple is a word; a list is many, however long each is."""
    net = aon.regular("a*b")

    assert aon.accepts(net, "aab") is True
    assert aon.accepts(net, ("a", "b")) is True
    assert aon.accepts(net, "") is False
    assert np.asarray(aon.accepts(net, ["b", ("a",), "aaaaab", ""])).tolist() == [True, False, True, False]
    assert np.asarray(aon.accepts(net, [])).tolist() == []


def test_the_empty_word() -> None:
    """Written as nothing, alone or as an alternative."""
    assert aon.accepts(aon.regular(""), "") is True
    assert aon.accepts(aon.regular("(a|)b"), "b") is True
    assert aon.accepts(aon.regular("()", letters="a"), "a") is False
    assert aon.accepts(aon.regular("a**"), "") is True


def test_any_net_with_a_start_letters_and_one_output_reads_words() -> None:
    """A latch behind an AND of START and warm: whoever begins warm is accepted."""
    net = aon.Network()
    net.add_inputs("START", "warm", "cold")
    net.add_unit("begun", aon.McCullochPitts(threshold=2))
    net.add_unit("kept", aon.McCullochPitts(), output=True)
    net.connect("START", "begun")
    net.connect("warm", "begun")
    net.connect("begun", "kept")
    net.connect("kept", "kept")

    assert aon.accepts(net, ("warm", "cold", "warm")) is True
    assert aon.accepts(aon.compile(net), ("cold", "warm", "warm")) is False


def test_a_net_reads_on_after_being_written(tmp_path: Path) -> None:
    """Event, letters and silence are plain data."""
    net = aon.regular("(a|b)*abb", silence="b")
    for ending in ("toml", "json", "graphml"):
        aon.write(net, tmp_path / f"net.{ending}")
        again = aon.read(tmp_path / f"net.{ending}")

        assert aon.accepts(again, "babb") is True
        assert again.graph["event"] == "(a|b)*abb"


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("a+b", "'a+b', column 2: there is no operator + here: write | for or, or aa* for a+"),
        ("b(ab)+", "'b(ab)+', column 6: there is no operator + here: write | for or, or (ab)(ab)* for (ab)+"),
        ("a?", "'a?', column 2: there is no operator ? here: write (a|) for a?"),
        ("(ab)?", "'(ab)?', column 5: there is no operator ? here: write (ab|) for (ab)?"),
        ("+", "'+', column 1: there is no operator + here: write | for or, or aa* for a+"),
        ("a.b", "'a.b', column 2: there is no . here: write every letter it may be, (a|b)"),
        ("a{2}", "'a{2}', column 2: there are no counts here: write aa for a{2}"),
        ("a{1,3}", "'a{1,3}', column 2: there are no counts here: write a(a|)(a|) for a{1,3}"),
        ("a{2,}", "'a{2,}', column 2: there are no counts here: write aaa* for a{2,}"),
        ("a{999999999}", "'a{999999999}', column 2: there are no counts here: write it out, aa for a{2}"),
        ("{2}", "'{2}', column 1: a count stands behind what it repeats, and is written out: aa for a{2}"),
        ("a[bc]", "'a[bc]', column 2: there are no sets [ ] here: write (b|c) for [bc]"),
        (
            "^a",
            "'^a', column 1: an event is about the whole word, from its first letter to its last: leave out ^",
        ),
        ("a)", "'a)', column 2: this bracket was never opened"),
        ("a(b", "'a(b', column 2: this bracket is never closed"),
        ("a|*", "'a|*', column 3: a star stands behind what it repeats, as in a* or (ab)*"),
        ("a-b", "'a-b', column 2: a letter or digit, |, *, ( or ) was expected here, found '-'"),
    ],
)
def test_what_is_no_event_is_told_at_its_column(event: str, sentence: str) -> None:
    """With what to write instead of an operator that is not here."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.regular(event)

    assert str(error.value) == sentence


def test_an_event_is_bounded() -> None:
    """Neither depth nor size nor repetition brings it down."""
    assert aon.accepts(aon.regular("(" * 5_000 + "ab" + ")*" * 5_000), "abab") is True
    with pytest.raises(aon.AllornoneError, match=f"an event has at most {MOST_LETTERS} letters"):
        parse_event("a" * (MOST_LETTERS + 1))
    with pytest.raises(aon.AllornoneError, match="this event is too large to be read"):
        parse_event("(" + "a|" * 1500 + "b)" + "*" * 100)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("abc", "the word 'abc', letter 3: no letter is named 'c'. There are: a, b"),
        (["ab", "ax"], "the word 'ax', letter 2: no letter is named 'x'. There are: a, b"),
        (5, "a word is a text, such as 'babb', or a tuple of letters, found 5"),
        ([5], "a word is a text, such as 'babb', or a tuple of letters, found 5"),
        (np.array(3), "a word is a text, such as 'babb', or a tuple of letters, found array(3)"),
        (b"ab", "a word is a text, such as 'babb', or a tuple of letters, found b'ab'"),
    ],
)
def test_what_is_no_word_is_told(word: Any, sentence: str) -> None:
    """The word, the place in it, and the letters that there are."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.accepts(aon.regular("(a|b)*"), word)

    assert str(error.value) == sentence


def test_a_net_that_cannot_read_says_what_it_lacks() -> None:
    """An input START, one output."""
    net = aon.Network()
    net.add_inputs("a", "b")
    net.add_unit("one", aon.McCullochPitts())
    net.add_unit("two", aon.McCullochPitts())
    net.connect("a", "one")
    net.connect("b", "two")
    with pytest.raises(aon.AllornoneError) as error:
        aon.accepts(net, "ab")
    assert str(error.value) == (
        "a net that reads words has an input named 'START', on at tick 0; its inputs are: a, b"
    )
    net.add_inputs("START")
    with pytest.raises(aon.AllornoneError) as error:
        aon.accepts(net, "ab")
    assert str(error.value) == "a net that reads words has one output, its verdict; this one has one, two"
    net.add_unit("soft", aon.Logistic(), output=True)
    with pytest.raises(aon.AllornoneError) as error:
        aon.accepts(net, "ab")
    assert str(error.value) == (
        "the verdict of a net that reads words is all or none; 'soft' is of the model 'logistic'"
    )
    with pytest.raises(aon.AllornoneError) as error:
        aon.accepts(aon.compile([aon.regular("ab"), aon.regular("ab")]), "ab")
    assert str(error.value) == "one net at a time reads words, found 2 side by side"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"letters": "a"}, "no letter is named 'b'. There are: a"),
        ({"letters": "ab", "silence": "c"}, "no letter is named 'c'. There are: a, b"),
        ({"letters": "aab"}, "letters are a text of different letters and digits, as in 'ab', found 'aab'"),
        ({"letters": "a-b"}, "letters are a text of different letters and digits, as in 'ab', found 'a-b'"),
        ({"silence": "ab"}, "silence is one letter, found 'ab'"),
    ],
)
def test_an_alphabet_that_will_not_do_is_told(given: dict[str, str], sentence: str) -> None:
    """It holds every letter of the event, each once."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.regular("ab", **given)

    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("event", "same"),
    [
        ("(a|ε)b", "(a|)b"),
        ("aϵ*b", "ab"),
        ("a∪ε", "a|"),
        ("(a∅|b)*", "b*"),
        ("∅*a", "a"),
        ("ε", ""),
        ("b(∅)|a", "a"),
        ("∅", "(?!)"),
        ("a∅b", "(?!)"),
    ],
)
def test_the_empty_word_and_the_empty_event_have_signs(event: str, same: str) -> None:
    """They are no letters, and ∪ is |."""
    these = words("ab", 5)

    assert np.asarray(aon.accepts(aon.regular(event, letters="ab"), these)).tolist() == matched(same, these)


@pytest.mark.parametrize("sign", "εϵλΣ")
def test_a_sign_that_the_letters_name_is_a_letter(sign: str) -> None:
    """What books write for the empty word or an alphabet, where the alphabet holds it."""
    net = aon.regular(f"a{sign}", letters=f"a{sign}")
    assert aon.accepts(net, f"a{sign}") is True
    assert aon.accepts(net, "a") is False


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            "(a|λ)b",
            "column 4: λ may be the empty word, written ε or as nothing, or a letter: name it in letters=",
        ),
        ("Λ", "column 1: Λ may be the empty word"),
        ("Σ*a", "column 1: Σ may be any letter, written (a|b), or a letter of its own: name it in letters="),
        ("aØ", "column 2: Ø may be the event of no word, written ∅, or a letter"),
    ],
)
def test_a_letter_that_means_something_else_in_books_is_refused(event: str, sentence: str) -> None:
    """Nothing is guessed: both readings, and how to write each."""
    with pytest.raises(aon.AllornoneError) as error:
        aon.regular(event)

    assert sentence in str(error.value)
