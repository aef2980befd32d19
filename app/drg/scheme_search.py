"""Finding one's way in a DRG scheme: which lists a rule uses, which groups a text or a code leads to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from coding_rules.expression.tree import Distinct, In, atoms
from coding_rules.grouper.drg.scheme import CodeList, GroupRule, Scheme, Stage
from coding_rules.grouper.spelling import spell

_Key = tuple[str, str]
LEAST_CODE = 3
"""Characters before a text is looked up as a code: fewer would match whole chapters."""


class SchemeIndex:
    """Looks things up in one scheme."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme

    def lists_of(self, rule: GroupRule) -> list[CodeList]:
        """The lists a rule names, in the order of the rule, each once."""
        return [self._lists[key] for key in dict.fromkeys(_named(rule)) if key in self._lists]

    def users_of(self, one: CodeList) -> tuple[GroupRule, ...]:
        """The rules that name a list."""
        return tuple(self._users.get((one.name, one.kind), ()))

    def find(self, text: str) -> set[int] | None:
        """The rules (by ``id``) that a text leads to: in code, name or rule, or through a code in a list they name.

        ``None`` for an empty text: everything.
        """
        wanted = text.strip().casefold()
        if not wanted:
            return None
        found = {
            id(rule)
            for rule in self.scheme.rules
            if any(wanted in field.casefold() for field in (rule.code, rule.name, rule.text))
        }
        return found | self._by_code(text)

    def weight_text(self, rule: GroupRule) -> str:
        """What a group is worth, with the row that says so; empty for what carries no weight of its own."""
        if rule.stage is not Stage.DRG and (rule.stage is Stage.MDC or rule.code in self.scheme.drgs_of):
            return ""
        weights = self.scheme.weights
        if weights is None:
            return "无权重数据"
        row = weights.get(rule.code)
        if row is None:
            return "权重表中没有这个组"
        parts = [
            f"{label} {value}"
            for label, value in (("权重", row.weight), ("基准点数", row.points), ("费率", row.rate))
            if value is not None
        ]
        if row.mean_fee is not None:
            parts.append(f"例均费用 {row.mean_fee / 100:,.2f} 元")
        if row.mean_los is not None:
            parts.append(f"平均住院日 {row.mean_los}")
        return "　".join(parts) + (f"（{row.source}）" if row.source else "")

    def _by_code(self, text: str) -> set[int]:
        code = spell(text)
        if len(code) < LEAST_CODE or not code[0].isascii():
            return set()
        return {
            id(rule)
            for key, one in self._lists.items()
            if any(member.startswith(code) for member in one.codes)
            for rule in self._users.get(key, ())
        }

    @cached_property
    def _lists(self) -> dict[_Key, CodeList]:
        return {(one.name, one.kind): one for one in self.scheme.lists}

    @cached_property
    def _users(self) -> dict[_Key, list[GroupRule]]:
        users: dict[_Key, list[GroupRule]] = {}
        for rule in self.scheme.rules:
            for key in dict.fromkeys(_named(rule)):
                users.setdefault(key, []).append(rule)
        return users


def _named(rule: GroupRule) -> Iterator[_Key]:
    for atom in atoms(rule.node):
        if isinstance(atom, In | Distinct):
            for name in atom.lists:
                yield name.text, atom.scope.list_kind
