"""Cases drawn from a scheme's own vocabulary: no two alike, half of them aimed at a group, values at the edges of its rules."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from coding_rules.expression.tree import And, Compare, Department, Distinct, In, Is, Name, Node, Or, Scope
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from coding_rules.grouper.inputs import GrouperInput

_FIELDS: dict[str, tuple[float | None, ...]] = {
    "age": (None, 0, 0, 6, 7, 28, 45, 70, 99),
    "age_days": (None, 0, 5, 28, 29, 200),
    "weight": (None, 0, 900, 1499, 1500, 2500, 3600),
    "los": (None, 1, 2, 7, 14, 60),
    "sex": (0, 1, 1, 1, 2, 2, 2),
    "icu_hours": (None, None, 95.5, 96, 200),
}

_NO_PRINCIPAL = 0.02
"""How often the first place is blank although others are filed."""


def draw_cases(scheme: Scheme, seed: int, count: int) -> Iterator[GrouperInput]:
    """``count`` cases whose codes are texts of their own, as a file brings them, never objects of the scheme."""
    drawer = _Drawer(scheme, seed)
    for number in range(count):
        yield drawer.case(str(number))


class _Drawer:
    def __init__(self, scheme: Scheme, seed: int) -> None:
        self._scheme = scheme
        self._random = random.Random(seed)
        listed = {
            kind: {code for each in scheme.lists if each.kind == kind for code in each.codes}
            for kind in ("dx", "px")
        }
        listed["dx"] |= {row.code for row in scheme.complications} | {
            row.principal for row in scheme.exclusions
        }
        self._pools = {
            kind: sorted(codes | {"Z98.765" if kind == "dx" else "99.9999"}) for kind, codes in listed.items()
        }
        self._members = {(each.name, each.kind): each.codes for each in scheme.lists}
        self._mdcs = {rule.code: rule for rule in scheme.mdcs}

    def case(self, case_id: str) -> GrouperInput:
        """One case."""
        pick = self._random
        codes: dict[Scope, list[str]] = {scope: [] for scope in Scope}
        fields: dict[str, Any] = {name: pick.choice(values) for name, values in _FIELDS.items()}
        if pick.random() < 0.5 and self._scheme.adrgs:
            self._aim(pick.choice(self._scheme.adrgs), codes, fields)
        diagnoses = self._filled(
            "dx",
            codes[Scope.PRINCIPAL_DIAGNOSIS][-1:],
            codes[Scope.ANY_DIAGNOSIS] + codes[Scope.SECONDARY_DIAGNOSIS],
            pick.randrange(6),
        )
        procedures = self._filled(
            "px",
            codes[Scope.PRINCIPAL_PROCEDURE][-1:],
            codes[Scope.ANY_PROCEDURE],
            pick.choice((0, 0, 0, 1, 1, 2, 4)),
        )
        department = fields.pop("department", pick.choice(("", "0301")))
        return GrouperInput(
            case_id=case_id, department=department, diagnoses=diagnoses, procedures=procedures, **fields
        )

    def _filled(self, kind: str, principal: list[str], others: list[str], more: int) -> tuple[str, ...]:
        pick, pool = self._random, self._pools[kind]
        others = others + [pick.choice(pool) for _ in range(more)]
        pick.shuffle(others)
        unfiled = [""] if others and pick.random() < _NO_PRINCIPAL else []
        codes = "|".join((unfiled or principal) + others)
        return tuple(codes.split("|")) if codes else ()

    def _aim(self, adrg: GroupRule, codes: dict[Scope, list[str]], fields: dict[str, Any]) -> None:
        mdc = self._mdcs.get(adrg.parent)
        drgs = self._scheme.drgs_of.get(adrg.code)
        for node in (
            *([mdc.node] if mdc else []),
            adrg.node,
            *([self._random.choice(drgs).node] if drgs else []),
        ):
            self._satisfy(node, codes, fields)

    def _satisfy(self, node: Node, codes: dict[Scope, list[str]], fields: dict[str, Any]) -> None:
        """Add what the rule asks for, one way of several; what it forbids is left to chance."""
        pick = self._random
        match node:
            case And(items):
                for item in items:
                    self._satisfy(item, codes, fields)
            case Or(items):
                self._satisfy(pick.choice(items), codes, fields)
            case In(scope, lists):
                codes[scope] += self._one_of(pick.choice(lists), scope)
            case Is(scope, code):
                codes[scope].append(code.text)
            case Distinct(scope, lists):
                for name in pick.sample(lists, min(2, len(lists))):
                    codes[scope] += self._one_of(name, scope)
            case Compare(subject, _, value):
                fields[subject] = int(value) + pick.choice((-1, 0, 0, 1))
            case Department(_, value):
                fields["department"] = value

    def _one_of(self, name: Name, scope: Scope) -> list[str]:
        members = self._members.get((name.text, scope.list_kind))
        return [self._random.choice(members)] if members else []
