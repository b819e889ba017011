"""The words and signs of expressions, looked at before Python's parser sees them: errors have a column."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata

from allornone.simulator.errors import AllornoneError

LONGEST = 4000
"""Characters of the longest expression."""
DEEPEST = 60
"""Levels of the deepest one."""
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)|(?P<word>[^\W\d]\w*)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<open>[(\[])|(?P<close>[)\]])|(?P<sign>\*\*|//|[=!<>]=|[-+*/%<>,:=])|\s+"
)
_WORDS = {
    "if": "there is no conditional: write where(condition, yes, no)",
    "else": "there is no conditional: write where(condition, yes, no)",
    "for": "there is no loop: arithmetic and functions take whole arrays",
    "in": "there is no `in`: write any(x == [1, 2])",
    "is": "there is no `is`: write ==",
    "lambda": "there is no lambda: give the part a name in [measures]",
    "True": "there is no True: a comparison is a truth; a label that is true is picked by 1",
    "False": "there is no False: a comparison is a truth; a label that is false is picked by 0",
}
_SIGNS = {
    ".": "there are no attributes: write sum(x), not x.sum()",
    "&": "write `and`",
    "|": "write `or`",
    "^": "a power is written **",
    "~": "write `not`",
    "!": "write `not`",
    "{": "a list is written [1, 2]",
    "\\": "text holds no backslash",
    "#": "a comment does not belong in an expression",
    "'": "the text has no end",
    '"': "the text has no end",
}


class ExpressionError(AllornoneError):
    """What is wrong with an expression, and at which column.

    >>> str(ExpressionError("write `and`", 3))
    'column 3: write `and`'
    """

    def __init__(self, sentence: str, column: int, text: str = "", where: str = "") -> None:
        super().__init__(f"{where}, column {column}: {sentence}" if where else f"column {column}: {sentence}")
        self.sentence, self.column, self.text, self.where = sentence, column, text, where

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, str, str]]:
        """Return how to make it again, in another process."""
        return ExpressionError, (self.sentence, self.column, self.text, self.where)


def column_of(text: str, node: ast.AST) -> int:
    """Return the column, from 1, at which a node starts; Python counts bytes.

    >>> column_of("'θ' == x", ast.parse("'θ' == x", mode="eval").body.comparators[0])
    8
    """
    offset: int = getattr(node, "col_offset", 0)
    return len(text.encode()[:offset].decode()) + 1


def parsed(text: str, where: str) -> tuple[str, ast.expr]:
    """Return the text in one line and its tree."""
    spaced = _scanned(text, where)
    start = len(spaced) - len(spaced.lstrip())
    try:
        tree = ast.parse(spaced[start:], mode="eval").body
    except SyntaxError as error:
        column = min(max(1, error.offset or 1) + start, len(text) + 1)
        raise ExpressionError(f"this is no expression: {error.msg}", column, text, where) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this is nested too deep", 1, text, where) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            node.col_offset += start
            node.end_col_offset = (node.end_col_offset or 0) + start
    return spaced, tree


def _scanned(text: str, where: str) -> str:
    """Return the text in one line; refuse words and signs that no expression has, too long or deep a text."""
    if len(text) > LONGEST:
        raise ExpressionError(
            f"{len(text)} characters are too many: {LONGEST} at most", LONGEST + 1, text, where
        )
    at, depth, prefixes = 0, 0, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        sentence = _oddity(text, at, found)
        if found is None or sentence:
            raise ExpressionError(sentence, at + 1, text, where)
        token = found.group()
        depth += (found.lastgroup == "open") - (found.lastgroup == "close")
        prefixes = prefixes + 1 if token in ("-", "+", "not", "**") else prefixes * token.isspace()
        if depth > DEEPEST or prefixes > DEEPEST:
            raise ExpressionError(f"this is nested more than {DEEPEST} deep", at + 1, text, where)
        at = found.end()
    if not text.strip():
        raise ExpressionError("there is nothing here", 1, text, where)
    return re.sub(r"\s", " ", text)


def _oddity(text: str, at: int, found: re.Match[str] | None) -> str:
    """Return what is wrong with the token at a place, or nothing."""
    if found is None:
        return _SIGNS.get(text[at], f"{text[at]!r} means nothing here")
    token, after = found.group(), text[found.end() : found.end() + 1]
    if not all(sign.isprintable() or sign in "\n\r\t" for sign in token):
        return "a character that cannot be seen means nothing here"
    if found.lastgroup == "number" and re.match(r"[\w.'\"]", after):
        return f"{token}{after} is no number"
    if found.lastgroup == "text" and after == token[0]:
        return "text stands between single or double quotes, one on each side"
    if found.lastgroup != "word":
        return ""
    if after and after in "'\"":
        return f"text has no prefix: write '…', not {token}'…'"
    if token != unicodedata.normalize("NFKC", token):
        return f"{token!r} has letters that stand for others: write {unicodedata.normalize('NFKC', token)!r}"
    if token in _WORDS or (keyword.iskeyword(token) and token not in ("and", "or", "not")):
        return _WORDS.get(token, f"{token!r} is not a word of expressions")
    return ""
