"""Tokens: what they are, what they stand for, and what a reader says where another should stand."""

from __future__ import annotations

import re

import pytest

from allornone.simulator.notation.reading import NotationError, TokenReader, placed, tokens_of, unquoted

PATTERN = re.compile(r"(?P<name>[^\W\d]\w*)|(?P<number>\d+)|(?P<sign>[=−-])|(?P<strange>\S)")
WORDS = {"−": "-"}


def reader(text: str) -> TokenReader:
    """Return a reader at the first token of a text."""
    return TokenReader(tokens_of(text, PATTERN, WORDS))


def assign(text: str) -> None:
    """Read a line such as `A = 2`."""
    with placed(text):
        line = reader(text)
        line.token("name", "a name")
        line.expect("=", "=")
        line.token("number", "a number", ("fire", "rest"))


def test_a_token_has_its_kind_its_text_its_column_and_what_it_stands_for() -> None:
    """Blanks are passed over; the end is a token too."""
    assert [tuple(token) for token in tokens_of(" A −2 ", PATTERN, WORDS)] == [
        ("name", "A", 2, "A"),
        ("sign", "−", 4, "-"),
        ("number", "2", 5, "2"),
        ("end", "", 7, ""),
    ]


def test_nothing_is_read_behind_a_strange_sign() -> None:
    """So a long text that is none costs no more than its beginning."""
    assert [token.kind for token in tokens_of("A ? B ? C", PATTERN)] == ["name", "strange", "end"]


def test_words_are_taken_where_they_come_next() -> None:
    """All of them or none."""
    text = reader("A − B")

    assert not text.take("A", "B")
    assert text.take("A", "-")
    assert text.token("name", "a name").text == "B"
    assert text.now.kind == "end"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A 2", "'A 2', column 3: = was expected here, found '2'"),
        ("A −", "'A −', column 3: = was expected here, found '−'"),
        ("A", "'A', column 2: = was expected here, found the end"),
        ("A ?", "'A ?', column 3: '?' is no sign of this language"),
        ("A = fier", "'A = fier', column 5: a number was expected here, found 'fier'. Did you mean 'fire'?"),
        ("A = fire", "'A = fire', column 5: a number was expected here, found 'fire'"),
    ],
)
def test_a_mistake_says_what_was_expected_and_what_was_found(text: str, message: str) -> None:
    """And what was perhaps meant, unless that stands there."""
    with pytest.raises(NotationError) as caught:
        assign(text)

    assert str(caught.value) == message


def test_a_mistake_is_placed_in_its_line() -> None:
    """The text and the number of the line, from 0."""
    with pytest.raises(NotationError) as caught, placed("A ?", 4):
        raise NotationError("no", 3)

    assert (caught.value.text, caught.value.line, caught.value.column) == ("A ?", 4, 3)


def test_a_name_in_quotes_is_read_as_json_reads_it() -> None:
    """A bare one stays as it is."""
    assert [unquoted(text, 1) for text in ("A", r'"a \"b\""')] == ["A", 'a "b"']
    with pytest.raises(NotationError, match="a name in quotes is written as JSON writes it"):
        unquoted(r'"\x"', 1)
