"""Tokens of the rule language. Full-width punctuation, as Chinese keyboards type it, reads like its half-width twin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from coding_rules.expression.problem import RuleError, RuleProblem

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD = str.maketrans(_FULL_WIDTH | dict(zip("　“”‘’、", " \"\"'',", strict=True)))

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<quoted>"[^"]*"|'[^']*')
      | (?P<punct>[(),])
      | (?P<op><=|>=|==|!=|<>|=>|=<|[<>=≤≥≠])
      | (?P<word>[^\s(),<>=!≤≥≠"']+)""",
    re.VERBOSE,
)

_OPS = {"=": "==", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "=>": ">=", "=<": "<="}


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    PUNCT = auto()
    OP = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text (operators in their canonical spelling, quotes removed), its place and length."""

    kind: TokenKind
    text: str
    at: int
    length: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of the (lower-case) keywords, in any letter case."""
        return self.kind is TokenKind.WORD and fold_width(self.text).lower() in words


def fold_width(text: str) -> str:
    """The text with full-width letters, digits and punctuation made half-width; the length stays the same."""
    return text if text.isascii() else text.translate(_FOLD)


def tokenise(text: str) -> list[Token]:
    """The tokens of a rule, closed by an END token.

    Raises:
        RuleError: a character that starts no token, or a quote that is never closed.
    """
    return list(_scan(text))


def _scan(text: str) -> Iterator[Token]:
    folded = fold_width(text)
    at = 0
    while at < len(folded):
        match = _TOKEN.match(folded, at)
        if match is None:
            if folded[at] in "\"'":
                raise RuleError(RuleProblem("引号没有配对", at))
            raise RuleError(RuleProblem(f"不认识的符号“{text[at]}”", at))
        found, kind = match.group(), match.lastgroup
        length = match.end() - at
        if kind == "word":
            yield Token(TokenKind.WORD, text[at : match.end()], at, length)
        elif kind == "quoted":
            yield Token(TokenKind.QUOTED, text[at + 1 : match.end() - 1].strip(), at, length)
        elif kind == "punct":
            yield Token(TokenKind.PUNCT, found, at, length)
        elif kind == "op":
            yield Token(TokenKind.OP, _OPS.get(found, found), at, length)
        at = match.end()
    yield Token(TokenKind.END, "", len(text), 1)
