"""Checks of a parsed rule against the code lists of a scheme, and the rule with its list names resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

from coding_rules.expression.parser import parse
from coding_rules.expression.problem import RuleError, RuleProblem
from coding_rules.expression.tokens import fold_width
from coding_rules.expression.tree import And, Distinct, In, Name, Node, Not, Or, Scope


class Vocabulary:
    """The list names a rule may use, each with the kinds of its codes (``dx``, ``px``).

    A name is found as it is written, else whatever its letter case and width, if only one list answers to it.
    """

    def __init__(self, lists: Mapping[str, frozenset[str]]) -> None:
        self.lists = lists

    def resolve(self, name: str) -> str | None:
        """The name as the lists spell it, or ``None``."""
        return name if name in self.lists else self._loosely.get(_loose(name))

    def similar(self, name: str) -> str:
        """The list name that looks most like ``name`` ("" when none does)."""
        close = get_close_matches(_loose(name), self._loosely, n=1)
        return self._loosely[close[0]] or "" if close else ""

    @cached_property
    def _loosely(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for name in self.lists:
            key = _loose(name)
            found[key] = None if key in found else name
        return found


def _loose(name: str) -> str:
    return fold_width(name).strip().casefold()


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule after checking: ``node`` with resolved list names, ``None`` when there are problems."""

    node: Node | None
    problems: tuple[RuleProblem, ...] = ()


def check(text: str, vocabulary: Vocabulary) -> Checked:
    """Read a rule and check it against the lists: what the scheme editor shows while someone types."""
    if not text.strip():
        return Checked(None, (RuleProblem("规则是空的；总是成立的规则请写 true"),))
    try:
        node = parse(text)
    except RuleError as error:
        return Checked(None, (error.problem,))
    problems: list[RuleProblem] = []
    resolved = _resolve(node, vocabulary, problems)
    return Checked(None if problems else resolved, tuple(problems))


def _resolve(node: Node, vocabulary: Vocabulary, problems: list[RuleProblem]) -> Node:
    match node:
        case And(items):
            return And(tuple(_resolve(item, vocabulary, problems) for item in items))
        case Or(items):
            return Or(tuple(_resolve(item, vocabulary, problems) for item in items))
        case Not(item):
            return Not(_resolve(item, vocabulary, problems))
        case In(scope, lists) | Distinct(scope, lists):
            return replace(node, lists=tuple(_list(name, scope, vocabulary, problems) for name in lists))
    return node


def _list(name: Name, scope: Scope, vocabulary: Vocabulary, problems: list[RuleProblem]) -> Name:
    known = vocabulary.resolve(name.text)
    if known is None:
        similar = vocabulary.similar(name.text)
        hint = f"，是不是要写 {similar}？" if similar else ""
        problems.append(RuleProblem(f"没有名为“{name.text}”的编码列表{hint}", name.at, len(name.text)))
        return name
    if scope.list_kind not in vocabulary.lists[known]:
        wanted, got = ("诊断", "手术操作") if scope.of_diagnoses else ("手术操作", "诊断")
        message = f"{scope}（{scope.label}）要用{wanted}列表，“{known}”里只有{got}编码"
        problems.append(RuleProblem(message, name.at, len(name.text)))
    return Name(known, name.at)
