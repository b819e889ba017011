"""Places in a TOML text, judged by tomllib."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from allornone.scenarios.document.change import Path
from allornone.scenarios.document.reading import DEEPEST, Locator, RefusedError

KEYS = st.one_of(
    st.sampled_from(["a", "b", "N3", "x-1", "eta", "7"]),
    st.sampled_from(["", "a b", "S[k]", "a.b", 'say "so"', "tab\t", "θ", "back\\slash", "A, B"]),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", "plain", "] # no comment", "a\nb", "\n", "'''", '"""', "c:\\x", "\\u00e9", "}", "[[a]]", "= 1"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6),
)
SCALARS = st.one_of(st.booleans(), st.integers(-999, 999), st.floats(allow_nan=False), TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


class Writer:
    """Writes data as TOML, each part in a style that is drawn."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.lines: list[str] = []

    def pick(self, *styles: str) -> str:
        return self.data.draw(st.sampled_from(styles))

    def text(self, value: str) -> str:
        plain = all(32 <= ord(c) < 127 or ord(c) > 159 for c in value)
        if plain and "'" not in value and self.pick("basic", "literal") == "literal":
            return f"'{value}'"
        shown = "'''" not in value and all(c in "\n\t" or c.isprintable() for c in value)
        if shown and not value.endswith("'") and self.pick("basic", "literal") == "literal":
            return f"'''\n{value}'''"
        far = max(map(ord, value), default=0) > 0xFFFF
        escaped = json.dumps(value, ensure_ascii=not far).replace("\x7f", "\\u007f")
        return self.pick(escaped, f'""{escaped}""', f'""{escaped[:-1]}\\\n   """')

    def key(self, name: str) -> str:
        bare = name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
        if bare and self.pick("bare", "quoted") == "bare":
            return name
        return json.dumps(name)

    def value(self, value: Any, path: Path = ()) -> str:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            gap = self.pick("", " ", "\n  # one\n", "\n\n")
            inner = f",{gap}".join(self.value(one) for one in value)
            return f"[{gap}{inner}{self.pick('', ',') if value else ''}{gap}]"
        if isinstance(value, dict):
            return "{ " + ", ".join(f"{self.key(k)} = {self.value(v)}" for k, v in value.items()) + " }"
        return json.dumps(value).replace("Infinity", "inf")

    def table(self, content: dict[str, Any], header: str) -> None:
        later = []
        for name, value in content.items():
            nested = (isinstance(value, dict) and value) or (
                isinstance(value, list) and value and all(map(_is_table, value))
            )
            style = self.pick("inline", "dotted", "header") if nested else "inline"
            key = self.key(name)
            if style == "header":
                later.append((key, value))
            elif style == "dotted" and isinstance(value, dict):
                self.lines += [f"{key} . {self.key(k)}={self.value(v)}" for k, v in value.items()]
            else:
                self.lines.append(
                    f"{self.pick('', '  ')}{key} = {self.value(value)}{self.pick('', ' # why', '   ')}"
                )
        for key, value in later:
            whole = f"{header}{key}"
            for one in value if isinstance(value, list) else [value]:
                self.lines.append(f"[[ {whole} ]]" if isinstance(value, list) else f"[{whole}]  # a table")
                self.table(one, f"{whole}.")


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from walk(child, (*path, key))


@settings(deadline=None, max_examples=200)
@given(document=DOCUMENTS, data=st.data())
def test_every_path_of_tomllib_and_no_other_has_a_place(
    document: dict[str, Any], data: st.DataObject
) -> None:
    """The set of paths equals tomllib's, and the text at each place starts that very value."""
    writer = Writer(data)
    writer.table(document, "")
    text = data.draw(st.sampled_from(["\n", "\r\n"])).join(writer.lines)
    raw = tomllib.loads(text)
    assert raw == document

    locator = Locator(text)

    assert locator.paths() == {path for path, _ in walk(raw)}
    assert locator.twice == []
    lines = text.split("\n")
    for path, value in walk(raw):
        line, column = locator.place(path)
        found = lines[line - 1][column - 1 :]
        if path and not isinstance(value, dict | list):
            assert _starts(found + "\n" + "\n".join(lines[line:]), value)
        elif path:
            assert found[0] in "[{" or _names(found, str(path[-1]))
        if path and isinstance(path[-1], str):
            line, column = locator.key(path)
            assert _names(lines[line - 1][column - 1 :], path[-1])


def _starts(text: str, value: object) -> bool:
    """Whether some prefix of the text, read as TOML by itself, is the value."""
    for end in range(1, len(text) + 1):
        try:
            read = tomllib.loads(f"v = {text[:end]}")["v"]
        except tomllib.TOMLDecodeError:
            continue
        if read == value and type(read) is type(value):
            return True
    return False


def _names(text: str, key: str) -> bool:
    return text.startswith((key, json.dumps(key), json.dumps(key, ensure_ascii=False)) if key else ('""',))


TEXT = """\
title = 'Ring'
[connectivity]
synapses = [
  "a -> b",  # the first
  "b -> \\"c\\" [x=1]",
]
groups = { A = "q - 1", "S[k]" = [2, 3] }
[activation]
A.threshold = 2
[[experience]]
name = "one"
[[experience]]
name = "two"
stimulus.cold = '1{L}'
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (1, 9)),
        (("connectivity", "synapses", 1), (5, 3)),
        (("connectivity", "groups"), (7, 10)),
        (("connectivity", "groups", "A"), (7, 16)),
        (("connectivity", "groups", "S[k]", 1), (7, 38)),
        (("activation", "A"), (9, 1)),
        (("activation", "A", "threshold"), (9, 15)),
        (("experience",), (10, 1)),
        (("experience", 1), (12, 1)),
        (("experience", 1, "stimulus", "cold"), (14, 17)),
    ],
    ids=str,
)
def test_a_value_stands_where_an_editor_shows_it(path: Path, place: tuple[int, int]) -> None:
    """Lines and columns count from 1."""
    assert Locator(TEXT).place(path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("connectivity", "delay"), (2, 1)),
        (("connectivity", "synapses", 9), (3, 12)),
        (("experience", 1, "learning", "rule"), (12, 1)),
        (("learning", "rule", 3), (1, 1)),
    ],
    ids=str,
)
def test_what_is_missing_stands_at_the_nearest_thing_around_it(path: Path, place: tuple[int, int]) -> None:
    """A path that does not exist has the place of the longest part of it that does."""
    assert Locator(TEXT).place(path) == place


def test_a_key_stands_before_its_value() -> None:
    """A key has a place of its own; an element of a list has only its value's."""
    locator = Locator(TEXT)

    assert locator.key(("connectivity", "groups", "A")) == (7, 12)
    assert locator.key(("experience", 1, "stimulus", "cold")) == (14, 10)
    assert locator.key(("connectivity", "synapses", 1)) == (5, 3)


@pytest.mark.parametrize(
    ("text", "letter", "place"),
    [
        ('v = "abc"', "c", (1, 8)),
        ("v = 'abc'", "c", (1, 8)),
        (r'v = "\"\u00e9c"', "c", (1, 14)),
        ('v = """\nab\nc"""', "c", (3, 1)),
        ('v = """a\\\n   bc"""', "c", (2, 5)),
        ("v = '''\r\nab\r\nc'''", "c", (3, 1)),
    ],
)
def test_a_column_inside_a_text_is_a_place_in_the_file(
    text: str, letter: str, place: tuple[int, int]
) -> None:
    """Quotes, escapes and folded lines are counted as they stand in the file."""
    value = tomllib.loads(text)["v"]

    assert Locator(text).inside(("v",), value.index(letter) + 1) == place


def test_a_column_inside_a_number_is_the_number() -> None:
    """Only texts have an inside; a column past the end is the closing quote."""
    assert Locator("v = 12").inside(("v",), 2) == (1, 5)
    assert Locator('v = "ab"').inside(("v",), 9) == (1, 8)


def test_a_key_given_twice_is_told_with_both_places() -> None:
    """Duplicate keys and duplicate tables are found before tomllib refuses them."""
    locator = Locator("[learning]\neta = 1\neta = 2\n[learning]\n")

    assert [tuple(one) for one in locator.twice] == [
        (("learning", "eta"), (2, 1), (3, 1)),
        (("learning",), (1, 2), (4, 2)),
    ]


@pytest.mark.parametrize(
    "text",
    ["v = " + "[" * 99, ".".join("a" * 99) + " = 1", "v = " + "{a=" * 99],
    ids=["lists", "key", "tables"],
)
def test_a_text_nested_without_end_is_refused_with_its_place(text: str) -> None:
    """Depth is bounded, so that neither this scanner nor tomllib can be sent down a well."""
    with pytest.raises(RefusedError, match=f"deeper than {DEEPEST} levels") as caught:
        Locator(text)

    assert caught.value.place[0] == 1


@pytest.mark.parametrize(
    "text", ["a = ", "a = 1\n[b", "a = 1\nb = [1", "a = 'x", 'a = """x', "= 3", "a = 1\nb : 2"]
)
def test_a_broken_text_keeps_the_places_before_the_break(text: str) -> None:
    """The locator never refuses what tomllib is there to refuse."""
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)

    assert Locator(text).place(("a",))[0] == 1
