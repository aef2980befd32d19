"""Other readings of a case with names and money, and which of them the selection rules speak for.

The engine gives groups in case order; here each reading gets the line it turns on, its settlement and what the coding
rules say. A reading that gains is shown like one that loses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.compare import ScoreDelta, compare
from app.missing_codes import MissingCode, missing_codes
from app.review import Knowledge, Scored, Settler, grouper_input
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.checks.engine import CheckEngine
from coding_rules.grouper.counterfactual import Alternative, AlternativeKind, what_if
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.selection import Standard, Suggestion, suggest_main_procedure, suggest_principal
from icd_tables.codes import Kind
from icd_tables.crosswalk import CodeMapping

_OF_DIAGNOSES = {AlternativeKind.PRINCIPAL_DIAGNOSIS, AlternativeKind.WITHOUT_DIAGNOSIS}


@dataclass(frozen=True, slots=True)
class Reading:
    """One alternative: ``line`` is the 0-based line of the case it turns on, ``name`` the code's name; both scored.

    ``advised`` names the standards whose selection rules suggest just this reading; ``why`` says why an added code is thought of.
    """

    number: int
    alternative: Alternative
    line: int
    name: str
    delta: ScoreDelta
    advised: tuple[Standard, ...] = ()
    why: str = ""

    @property
    def scored(self) -> Scored:
        """Group and money of this reading."""
        return self.delta.after

    @property
    def is_filed(self) -> bool:
        """Whether this is the case as it stands."""
        return self.alternative.kind is AlternativeKind.AS_FILED

    @property
    def weight(self) -> Decimal | None:
        """Relative weight, or points where the scheme reckons in points (DIP always does)."""
        return _worth(self.scored.grouping)

    @property
    def weight_change(self) -> Decimal | None:
        """That figure minus the one of the case as it stands; ``None`` where either has none."""
        before, after = _worth(self.delta.before.grouping), self.weight
        return None if before is None or after is None else after - before

    @property
    def amount(self) -> int | None:
        """Payment in 分."""
        return self.scored.settlement.amount if self.scored.settlement else None

    @property
    def rules(self) -> str:
        """The rules that decide whether this reading is right, each with its authority."""
        return "\n".join(f"{rule.text}（{rule.authority}）" for rule in self.alternative.rules)


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings of one case under one system, the case as it stands first, and what the selection rules say of it."""

    rows: tuple[Reading, ...]
    principal: tuple[Suggestion, ...] = ()
    procedure: tuple[Suggestion, ...] = ()
    unseen: tuple[str, ...] = ()


def readings(
    case: Case, knowledge: Knowledge, system: System, tried: Sequence[MissingCode] = ()
) -> Readings | None:
    """Every other reading of a case as it stands, with the codes its page names but does not code and those ``tried`` added;
    ``None`` where no scheme of this system is loaded. ``unseen`` names the lines a grouper cannot see.
    """
    grouper = knowledge.drg if system is System.DRG else knowledge.dip
    if grouper is None:
        return None
    settler = knowledge.drg_settler if system is System.DRG else knowledge.dip_settler
    seen, diagnoses, procedures = grouper_input(case, knowledge.terminology)
    added = tuple(dict.fromkeys((*missing_codes(case, knowledge.terminology), *tried)))
    found = what_if(grouper, seen, [(one.kind, one.code) for one in added])
    filed = _scored(found[0], settler)
    principal, procedure = _advice(case, knowledge)
    lines = {Kind.DIAGNOSIS: _lines(diagnoses), Kind.PROCEDURE: _lines(procedures)}
    of_page = len(found) - len(added)
    rows = [
        _reading(number, one, case, lines, compare(filed, _scored(one, settler)), (principal, procedure))
        for number, one in enumerate(found[:of_page])
    ]
    rows += [
        Reading(number, one, one.position, code.name, compare(filed, _scored(one, settler)), why=code.why)
        for number, (one, code) in enumerate(zip(found[of_page:], added, strict=True), start=of_page)
    ]
    unseen = (*_unseen("诊断", diagnoses, case.diagnoses), *_unseen("手术操作", procedures, case.procedures))
    return Readings(tuple(rows), principal, procedure, unseen)


def advice_text(found: Readings, case: Case) -> str:
    """What the selection rules say of the case, a line each; what both standards say alike is said once."""
    lines = [
        line
        for suggestions, what, of in (
            (found.principal, "主要诊断", case.diagnoses),
            (found.procedure, "主要手术", case.procedures),
        )
        for line in _said(suggestions, what, [each.name or each.code for each in of])
    ]
    return "\n".join(lines)


def _said(suggestions: Sequence[Suggestion], what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    if all(each.keeps for each in suggestions):
        both = "、".join(each.standard.value for each in suggestions)
        return [f"{what}：按选择规则维持“{names[0]}”（{both}）"]
    said: dict[tuple[int, str], list[Suggestion]] = {}
    for each in suggestions:
        said.setdefault((each.index, each.reason), []).append(each)
    lines = []
    for (index, reason), same in said.items():
        by = "；".join(each.rule for each in same)
        if same[0].keeps:
            lines.append(f"{what}：维持“{names[0]}”（{by}）")
        else:
            lines.append(f"{what}：{same[0].confidence.value}应为“{names[index]}”，因为{reason}（{by}）")
    return lines


def _worth(grouping: Grouping) -> Decimal | None:
    return grouping.points if grouping.weight is None else grouping.weight


def _scored(one: Alternative, settler: Settler | None) -> Scored:
    return Scored(one.grouping, settler.settle(one.grouping, one.case) if settler else None)


def _lines(mappings: Sequence[CodeMapping]) -> list[int]:
    """For each place the grouper sees, the line of the case it comes from; the first place is always the first line."""
    return [line for line, mapping in enumerate(mappings) if mapping.code or not line]


def _unseen(
    what: str, mappings: Sequence[CodeMapping], lines: Sequence[Diagnosis | Procedure]
) -> Iterator[str]:
    """The lines whose code no grouper sees, as the user finds them."""
    for number, (mapping, line) in enumerate(zip(mappings, lines, strict=True), start=1):
        if not mapping.code and (line.code or line.name):
            yield f"第 {number} 行{what} {line.code or line.name}"


def _reading(
    number: int,
    one: Alternative,
    case: Case,
    lines: dict[Kind, list[int]],
    delta: ScoreDelta,
    advice: tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]],
) -> Reading:
    if one.kind is AlternativeKind.AS_FILED:
        return Reading(number, one, 0, "", delta)
    of_diagnoses = one.kind in _OF_DIAGNOSES
    line = lines[Kind.DIAGNOSIS if of_diagnoses else Kind.PROCEDURE][one.position]
    held: Sequence[Diagnosis | Procedure] = case.diagnoses if of_diagnoses else case.procedures
    name = held[line].name
    suggestions = {
        AlternativeKind.PRINCIPAL_DIAGNOSIS: advice[0],
        AlternativeKind.PRINCIPAL_PROCEDURE: advice[1],
    }.get(one.kind, ())
    advised = tuple(each.standard for each in suggestions if not each.keeps and each.index == line)
    return Reading(number, one, line, name, delta, advised)


def _advice(case: Case, knowledge: Knowledge) -> tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]:
    checker = knowledge.checker
    relations = checker.env.relations if isinstance(checker, CheckEngine) else None
    terminology = knowledge.terminology
    principal = tuple(suggest_principal(case, relations, terminology, one) for one in Standard)
    procedure = tuple(suggest_main_procedure(case, relations, terminology, one) for one in Standard)
    return principal, procedure
