"""The rule language: text -> syntax tree, with errors that point at the place.

Closed on purpose: comparisons, membership in code ranges, blank tests, named predicates, ``and``/``or``/``not``. Never ``eval``.

    principal in [K35-K38] and not procedures in [47] as op
    age < 14 and marriage in {"2", "3"}
    days(discharged, admitted) != los
    line named "陈旧性" | "术后"
    count(others in [Z37]) > 1
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
      (?P<codes>\[[^\]]*\])
    | (?P<text>"[^"]*")
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<list>@[a-z_][a-z0-9_]*)
    | (?P<param>\$[a-z_][a-z0-9_]*)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[a-z_]+)?)
    | (?P<op>==|!=|<=|>=|<|>|\+|-|\*|\(|\)|\{|\}|,|\|)
    )""",
    re.VERBOSE,
)


class RuleSyntaxError(ValueError):
    """A rule that cannot be read. ``position`` is the 0-based offset in its text."""

    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.position = position

    @property
    def pointer(self) -> str:
        """The line of the rule with a caret under the place."""
        start = self.text.rfind("\n", 0, self.position) + 1
        end = self.text.find("\n", self.position)
        line = self.text[start : end if end >= 0 else None]
        return f"{line}\n{' ' * (self.position - start)}^"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a rule."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Node:
    """A node of the syntax tree; ``at`` is its offset in the rule's text."""

    at: int = field(compare=False)


@dataclass(frozen=True)
class Both(Node):
    """``and`` (all) or ``or`` (any) of the parts."""

    all: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not(Node):
    """``not``."""

    part: Node


@dataclass(frozen=True)
class Member(Node):
    """Some line of a selector has a code in the set. ``codes`` is ``[..]`` or ``@list``; ``capture`` names the line found."""

    lines: str
    codes: str
    capture: str = ""


@dataclass(frozen=True)
class Named(Node):
    """Some line's filed name contains one of the texts."""

    lines: str
    texts: tuple[str, ...]
    capture: str = ""


@dataclass(frozen=True)
class OneOf(Node):
    """A value is one of the literals."""

    value: Node
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Blank(Node):
    """``is blank`` (nothing or a placeholder), ``is empty`` (nothing at all), ``is filled`` (not blank)."""

    value: Node
    mode: str


@dataclass(frozen=True)
class Compare(Node):
    """A comparison of two values."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """``+``, ``-`` or ``*`` of two values."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Count(Node):
    """How many lines of a selector have a code in the set."""

    lines: str
    codes: str


@dataclass(frozen=True)
class Call(Node):
    """A named predicate or function."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True)
class Name(Node):
    """A name: a value of the case, a cell (``ZKRQ``), a line or an attribute of a line (``principal.condition``)."""

    name: str


@dataclass(frozen=True)
class Literal(Node):
    """A number or a text."""

    value: float | str


@dataclass(frozen=True)
class Param(Node):
    """A threshold the hospital may set (``$readmission_days``)."""

    name: str


def tokens(text: str) -> list[Token]:
    """Split a rule into words, ending with an ``end`` token.

    Raises:
        RuleSyntaxError: a character the language does not have.
    """
    found: list[Token] = []
    position = 0
    stripped = len(text.rstrip())
    while position < stripped:
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise RuleSyntaxError(f"不认识的字符“{text[start]}”", text, start)
        kind = match.lastgroup
        found.append(Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    found.append(Token("end", "", stripped))
    return found
