"""Rows of the correction list: what became of each case, as values, before any workbook is written.

A case takes one row for each line that was changed, one for each decision that changed no code, and one for each finding
that is still open. Groups and money stand on the first row of a case only, so that sums over a sheet are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.compare import amount_of, points_of
from app.export.amounts import yuan
from app.export.cells import Column, Style, Value
from app.history import Change, Decision, NetChange
from app.line_changes import Line, LineChange, line_changes
from app.notes import LABEL, Note
from app.review import CaseResult, Scored
from app.step_labels import place_name
from coding_rules.case import Case
from coding_rules.fields import field_label
from coding_rules.finding import Finding

OPEN = "未处理"
_DIAGNOSIS_FIELD = re.compile(r"(?:JBDM|QTZD|RYBQ)(\d*)|ZYZD")
_PROCEDURE_FIELD = re.compile(r"SSJCZ(?:BM|MC|RQ)(\d+)")


@dataclass(frozen=True, slots=True)
class ReviewedCase:
    """A case as filed and as it stands, and the steps between. Untouched: ``after`` is ``before`` and ``net`` ``None``."""

    before: CaseResult
    after: CaseResult
    net: NetChange | None = None
    note: Note | None = None

    @classmethod
    def untouched(cls, result: CaseResult) -> ReviewedCase:
        """A case nobody has worked on."""
        return cls(result, result)

    @property
    def altered(self) -> bool:
        """Whether its lines differ from the original."""
        return self.net is not None and self.net.altered

    @property
    def answered(self) -> frozenset[str]:
        """Rules whose findings were answered by a decision that changed no code."""
        steps = self.net.steps if self.net else ()
        return frozenset(step.rule_id for step in steps if step.rule_id and not step.alters)


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row says, apart from whose case it is and how it scores."""

    place: str = ""
    what: str = ""
    old_code: str = ""
    old_name: str = ""
    new_code: str = ""
    new_name: str = ""
    decision: str = ""
    reason: str = ""
    severity: str = ""
    problem: str = ""
    advice: str = ""
    authority: str = ""
    coder: str = ""
    time: Value = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns a list has: patients' names, and each payment system that answered (with what to call it, else "")."""

    names: bool = True
    drg: str = "DRG"
    dip: str = "DIP"


def columns(shape: Shape) -> list[Column]:
    """The columns of a department's sheet."""
    return [
        Column("病案号", 15),
        *([Column("姓名", 9)] if shape.names else []),
        Column("出院日期", 11),
        Column("主管医师", 10),
        Column("项目", 13),
        Column("情况", 9),
        Column("原编码", 16),
        Column("原名称", 26, Style.WRAPPED),
        Column("更正编码", 16),
        Column("更正名称", 26, Style.WRAPPED),
        Column("决定", 10),
        Column("理由", 22, Style.WRAPPED),
        Column("程度", 6),
        Column("问题", 44, Style.WRAPPED),
        Column("修改建议", 26, Style.WRAPPED),
        Column("依据", 24, Style.WRAPPED),
        *(_score_columns(shape.drg, "权重") if shape.drg else []),
        *(_score_columns(shape.dip, "分值") if shape.dip else []),
        Column("编码员", 10),
        Column("时间", 16, Style.TIME),
    ]


def rows(reviewed: ReviewedCase, shape: Shape) -> list[list[Value]]:
    """The rows of one case, in the order of ``columns``; none for a case with nothing to tell."""
    told = list(_rows(reviewed))
    case = reviewed.before.case
    person: list[Value] = [case.record_no or case.case_id, *([case.name] if shape.names else [])]
    discharged = case.discharged.date().isoformat() if case.discharged else ""
    return [
        [
            *person,
            discharged,
            case.physician,
            *_said(row),
            *_scores(reviewed, shape, first=at == 0),
            row.coder,
            row.time,
        ]
        for at, row in enumerate(told)
    ]


def _score_columns(system: str, figure: str) -> list[Column]:
    group = [Column(f"{system} 原组", 14), Column(f"{system} 现组", 14)]
    figures = [Column(f"{system} {side}{figure}", 10, Style.FIGURE) for side in "原现"]
    return [*group, *figures, *(Column(f"{system} {side}支付（元）", 12, Style.MONEY) for side in "原现")]


def _said(row: _Row) -> list[Value]:
    return [
        *(row.place, row.what, row.old_code, row.old_name, row.new_code, row.new_name),
        *(row.decision, row.reason, row.severity, row.problem, row.advice, row.authority),
    ]


def _rows(reviewed: ReviewedCase) -> Iterator[_Row]:
    steps = reviewed.net.steps if reviewed.net else ()
    if reviewed.net is not None:
        changes = line_changes(reviewed.net.before, reviewed.net.after)
        yield from (_changed_line(change, reviewed, steps) for change in changes)
    yield from (_kept(step, reviewed.before) for step in steps if not step.alters)
    if reviewed.note:
        note = reviewed.note
        yield _Row(what=LABEL, reason=note.text, coder=note.author, time=note.time)
    for finding in reviewed.after.findings:
        if finding.rule_id not in reviewed.answered:
            yield _open(finding, reviewed.after.case)


def _changed_line(change: LineChange, reviewed: ReviewedCase, steps: Sequence[Change]) -> _Row:
    mine = _steps_behind(change, steps)
    answered = {step.rule_id for step in mine if step.rule_id}
    resolved = [finding for finding in reviewed.before.findings if finding.rule_id in answered]
    old_code, old_name = _code_and_name(change.old)
    new_code, new_name = _code_and_name(change.new)
    return _Row(
        place=change.place,
        what=change.what,
        old_code=old_code,
        old_name=old_name,
        new_code=new_code,
        new_name=new_name,
        decision=Decision.CORRECT.value,
        reason=_joined(step.reason for step in mine),
        severity=resolved[0].severity.label if resolved else "",
        problem=_joined(finding.message for finding in resolved),
        authority=_joined(finding.authority for finding in resolved),
        coder=mine[-1].author,
        time=mine[-1].time,
    )


def _steps_behind(change: LineChange, steps: Sequence[Change]) -> list[Change]:
    """The steps that led from the old line to the new one, by way of what stood there in between."""
    altering = [step for step in steps if step.alters]
    contents = {change.old, change.new} - {None}
    found: list[Change] = []
    for step in altering:
        own = [each for each in line_changes(step.before, step.after) if each.kind is change.kind]
        lines = [{each.old, each.new} - {None} for each in own]
        touched = [each for each in lines if each & contents]
        if touched:
            found.append(step)
            contents = contents.union(*touched)
    return found or altering[-1:]


def _kept(step: Change, before: CaseResult) -> _Row:
    """A decision that changed no code, with the finding it answers."""
    answered = [finding for finding in before.findings if finding.rule_id == step.rule_id]
    about = _open(answered[0], before.case) if answered else _Row(what=step.label)
    return replace(
        about, decision=step.decision.value, reason=step.reason, advice="", coder=step.author, time=step.time
    )


def _open(finding: Finding, case: Case) -> _Row:
    place, line = _locate(finding, case)
    return _Row(
        place=place,
        what="问题",
        old_code=finding.code or (line.code if line else ""),
        old_name=line.name if line else "",
        decision=OPEN,
        severity=finding.severity.label,
        problem=finding.message,
        advice="；".join(fix.label for fix in finding.fixes),
        authority=finding.authority,
    )


def _locate(finding: Finding, case: Case) -> tuple[str, Line | None]:
    """Name of the place a finding points to, and the line that stands there."""
    if match := _DIAGNOSIS_FIELD.fullmatch(finding.field):
        at = int(match[1] or 0)
        return place_name(at, diagnosis=True), _line(case.diagnoses, at, finding.code)
    if match := _PROCEDURE_FIELD.fullmatch(finding.field):
        at = int(match[1]) - 1
        return place_name(at, diagnosis=False), _line(case.procedures, at, finding.code)
    return field_label(finding.field) if finding.field else "", None


def _line(lines: Sequence[Line], at: int, code: str) -> Line | None:
    line = lines[at] if at < len(lines) else None
    return line if line is not None and code in {"", line.code} else None


def _code_and_name(line: Line | None) -> tuple[str, str]:
    return (line.code, line.name) if line else ("", "")


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def _scores(reviewed: ReviewedCase, shape: Shape, *, first: bool) -> list[Value]:
    before, after = reviewed.before, reviewed.after
    cells: list[Value] = []
    if shape.drg:
        cells += _score(
            before.drg, after.drg if reviewed.altered else None, lambda scored: scored.grouping.weight
        )
    if shape.dip:
        cells += _score(before.dip, after.dip if reviewed.altered else None, points_of)
    return cells if first else [None] * len(cells)


def _score(
    before: Scored | None, after: Scored | None, figure: Callable[[Scored], Decimal | None]
) -> Iterator[Value]:
    sides = (before, after)
    yield from (_group(side) for side in sides)
    yield from (figure(side) if side else None for side in sides)
    yield from (yuan(amount_of(side)) if side else None for side in sides)


def _group(scored: Scored | None) -> str:
    if scored is None:
        return ""
    grouping = scored.grouping
    return f"{grouping.group} {grouping.name}".strip() if grouping.grouped else f"未入组：{grouping.reason}"
