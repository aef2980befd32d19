"""What each other reading of the record would give: rises and falls alike, in the order of the case, with the rule that decides.

Works with any grouper. Nothing here sorts by gain, and nothing proposes: an alternative is right only if the record says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from coding_rules.grouper.grouping import Grouping
from coding_rules.grouper.inputs import GrouperInput, in_places
from coding_rules.grouper.selection_rules import (
    OTHER_DIAGNOSIS,
    PRINCIPAL_PROCEDURE,
    PROCEDURE_DONE,
    SelectionRule,
    rules_for_principal,
)
from icd_tables.codes import Kind, normalize_code


class Grouper(Protocol):
    """A DRG or DIP grouper, as far as counterfactuals need one."""

    def group(self, case: GrouperInput, /) -> Grouping:
        """The group of a case."""


class AlternativeKind(StrEnum):
    """How an alternative differs from the case as it stands."""

    AS_FILED = "原样"
    PRINCIPAL_DIAGNOSIS = "改作主要诊断"
    PRINCIPAL_PROCEDURE = "改作主要手术"
    WITHOUT_DIAGNOSIS = "去掉诊断"
    WITHOUT_PROCEDURE = "去掉手术操作"
    ADDED_DIAGNOSIS = "补充诊断"
    ADDED_PROCEDURE = "补充手术操作"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One other reading: the code it turns on (``position`` 0-based in its list), the group it gives, the differences.

    ``weight_delta`` and ``points_delta`` are alternative minus case as filed, ``None`` where either carries no figure.
    ``rules`` say what decides whether the alternative is right.
    """

    kind: AlternativeKind
    code: str
    position: int
    case: GrouperInput
    grouping: Grouping
    changed: bool = False
    weight_delta: Decimal | None = None
    points_delta: Decimal | None = None
    rules: tuple[SelectionRule, ...] = ()


def what_if(
    grouper: Grouper, case: GrouperInput, missing: Iterable[tuple[Kind, str]] = ()
) -> tuple[Alternative, ...]:
    """The case as filed, then every other reading in case order: each diagnosis as principal, each procedure as main, each code
    dropped, each supplied missing code (kind, code) added as the last of its list.
    """
    filed = grouper.group(case)
    found = [Alternative(AlternativeKind.AS_FILED, "", 0, case, filed)]
    for kind, code, position, changed, rules in _readings(case, missing):
        grouping = grouper.group(changed)
        found.append(
            Alternative(
                kind,
                code,
                position,
                changed,
                grouping,
                grouping.group != filed.group,
                _difference(grouping.weight, filed.weight),
                _difference(grouping.points, filed.points),
                rules,
            )
        )
    return tuple(found)


_Reading = tuple[AlternativeKind, str, int, GrouperInput, tuple[SelectionRule, ...]]


def _readings(case: GrouperInput, missing: Iterable[tuple[Kind, str]]) -> Iterator[_Reading]:
    diagnoses, procedures = case.diagnoses, case.procedures
    for at, code in enumerate(diagnoses[1:], start=1):
        changed = replace(case, diagnoses=in_places((code, *_without(diagnoses, at))))
        yield AlternativeKind.PRINCIPAL_DIAGNOSIS, code, at, changed, rules_for_principal(code, procedures)
    for at, code in enumerate(procedures[1:], start=1):
        changed = replace(case, procedures=in_places((code, *_without(procedures, at))))
        yield AlternativeKind.PRINCIPAL_PROCEDURE, code, at, changed, (PRINCIPAL_PROCEDURE,)
    for at, code in _coded(diagnoses):
        changed = replace(case, diagnoses=_without(diagnoses, at))
        rules = (
            rules_for_principal(diagnoses[1], procedures)
            if at == 0 and len(diagnoses) > 1
            else (OTHER_DIAGNOSIS,)
        )
        yield AlternativeKind.WITHOUT_DIAGNOSIS, code, at, changed, rules
    for at, code in _coded(procedures):
        changed = replace(case, procedures=_without(procedures, at))
        yield AlternativeKind.WITHOUT_PROCEDURE, code, at, changed, (PROCEDURE_DONE,)
    for kind, filed in missing:
        code = normalize_code(filed)
        if kind is Kind.DIAGNOSIS:
            changed = replace(case, diagnoses=(*diagnoses, code))
            yield AlternativeKind.ADDED_DIAGNOSIS, code, len(diagnoses), changed, (OTHER_DIAGNOSIS,)
        else:
            changed = replace(case, procedures=(*procedures, code))
            yield AlternativeKind.ADDED_PROCEDURE, code, len(procedures), changed, (PROCEDURE_DONE,)


def _coded(codes: tuple[str, ...]) -> list[tuple[int, str]]:
    """The codes with their places; a principal one that is not filed is none."""
    return [(at, code) for at, code in enumerate(codes) if code]


def _without(codes: tuple[str, ...], at: int) -> tuple[str, ...]:
    return in_places(codes[:at] + codes[at + 1 :])


def _difference(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    return None if new is None or old is None else new - old
