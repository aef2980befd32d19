"""Quality indicators of front pages: the ten of 2016 and those of 2021 that a record room's data can feed.

What needs a human audit ("correct") is reported as the share in which the automatic checks found nothing: the true rate is
not above it, and every indicator says so. What front pages do not hold at all is reported as not available.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding_rules.case import Case, is_blank
from coding_rules.finding import Finding, Severity
from coding_rules.scoring import ScoreSheet


class Basis(StrEnum):
    """How far a figure can be trusted."""

    COUNTED = "按首页数据计算"
    AT_MOST = "自动审核未查出问题的比例，实际不高于此"
    MISSING = "首页数据不能提供"


@dataclass(frozen=True, slots=True)
class Record:
    """One checked case: its findings and score, the pack of each rule by rule id, and how many required items its file has."""

    case: Case
    findings: tuple[Finding, ...]
    sheet: ScoreSheet
    packs: Mapping[str, str]
    required: int = 0

    def faulty(self, wrong: Callable[[Record, Finding], bool]) -> bool:
        """Whether a finding that is no mere hint meets the test."""
        return any(found.severity is not Severity.HINT and wrong(self, found) for found in self.findings)

    def from_pack(self, found: Finding) -> str:
        """The pack whose rule made the finding."""
        return self.packs.get(found.rule_id, "")

    @property
    def open_items(self) -> int:
        """Required items left open: rules of the completeness pack that fired."""
        return len({found.rule_id for found in self.findings if self.from_pack(found) == "completeness"})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure. ``rate`` is a share of 1 (or cases per coder and month for the workload); ``None`` when there is no base."""

    id: str
    title: str
    numerator: int
    denominator: int
    rate: Decimal | None
    basis: Basis
    standard: str


_2016 = "住院病案首页数据质量管理与控制指标（2016版）"
_2021 = "病案管理质量控制指标（2021年版）"
DIMENSIONS: Mapping[str, Callable[[Case], str]] = {
    "科室": lambda case: case.department or "未填",
    "编码员": lambda case: "未填" if is_blank(case.coder) else case.coder,
    "月份": lambda case: case.discharged.strftime("%Y-%m") if case.discharged else "未知",
}
"""What figures are broken down by."""


def indicators(records: Sequence[Record], excellent: str = "优") -> tuple[Indicator, ...]:
    """All indicators over some cases. ``excellent`` is the grade that counts as 优秀."""
    return (*_of_2016(records, excellent), *_of_2021(records))


def _of_2016(records: Sequence[Record], excellent: str) -> tuple[Indicator, ...]:
    total = len(records)
    operated = [record for record in records if record.case.procedures]
    required = sum(record.required for record in records)
    filled = required - sum(min(record.open_items, record.required) for record in records)
    return (
        _share(
            "2016-1a",
            "首页填报完整率（病案）",
            sum(not r.open_items for r in records),
            total,
            Basis.COUNTED,
            _2016,
        ),
        _share("2016-1b", "首页项目填报完整率", filled, required, Basis.COUNTED, _2016),
        _sound("2016-2", "主要诊断选择正确率", records, _wrong_principal, _2016),
        _sound("2016-3", "主要手术及操作选择正确率", operated, _wrong_main, _2016),
        _sound("2016-4", "其他诊断填写完整正确率", records, _wrong_others, _2016),
        _sound("2016-5", "主要诊断编码正确率", records, _code_fault("JBDM"), _2016),
        _sound("2016-6", "其他诊断编码正确率", records, _other_code_fault, _2016),
        _sound("2016-7", "手术及操作编码正确率", operated, _code_fault("SSJCZBM"), _2016),
        _share(
            "2016-8",
            "病案首页数据质量优秀率",
            sum(r.sheet.grade == excellent for r in records),
            total,
            Basis.AT_MOST,
            _2016,
        ),
        _share(
            "2016-9",
            "医疗费用信息准确率",
            sum(
                not any(r.from_pack(f) == "fees" and f.severity is Severity.ERROR for f in r.findings)
                for r in records
            ),
            total,
            Basis.COUNTED,
            _2016,
        ),
        Indicator("2016-10", "病案首页数据上传率", 0, 0, None, Basis.MISSING, _2016),
    )


def _of_2021(records: Sequence[Record]) -> tuple[Indicator, ...]:
    operated = [record for record in records if record.case.procedures]
    graded = [r for r in records if r.case.fields.get("BAZL", "").strip() in {"1", "2", "3"}]
    return (
        _workload(records),
        Indicator("2021-7", "病案首页24小时内完成率", 0, 0, None, Basis.MISSING, _2021),
        _sound("2021-21", "主要诊断填写正确率", records, _wrong_principal, _2021),
        _sound("2021-22", "主要诊断编码正确率", records, _code_fault("JBDM"), _2021),
        _sound("2021-23", "主要手术填写正确率", operated, _wrong_main, _2021),
        _sound("2021-24", "主要手术编码正确率", operated, _main_code_fault, _2021),
        _share(
            "2021-27",
            "甲级率（按首页所填病案质量）",
            sum(r.case.fields["BAZL"].strip() == "1" for r in graded),
            len(graded),
            Basis.COUNTED,
            _2021,
        ),
    )


def _workload(records: Sequence[Record]) -> Indicator:
    """Cases per coder and month: the denominator is the sum over months of the coders who worked in it."""
    pairs = {
        (r.case.coder, r.case.discharged.strftime("%Y-%m"))
        for r in records
        if r.case.discharged and not is_blank(r.case.coder)
    }
    title = "病案编码人员月均负担出院患者病历数"
    rate = Decimal(len(records)) / len(pairs) if pairs else None
    return Indicator("2021-3", title, len(records), len(pairs), rate, Basis.COUNTED, _2021)


def _share(id_: str, title: str, part: int, whole: int, basis: Basis, standard: str) -> Indicator:
    return Indicator(id_, title, part, whole, Decimal(part) / whole if whole else None, basis, standard)


def _sound(
    id_: str, title: str, records: Sequence[Record], wrong: Callable[[Record, Finding], bool], standard: str
) -> Indicator:
    sound = sum(not record.faulty(wrong) for record in records)
    return _share(id_, title, sound, len(records), Basis.AT_MOST, standard)


def _wrong_principal(record: Record, found: Finding) -> bool:
    return found.field == "JBDM" and record.from_pack(found) == "principal"


def _wrong_main(record: Record, found: Finding) -> bool:
    return found.field == "SSJCZBM1" and record.from_pack(found) in {"principal", "procedures"}


def _wrong_others(record: Record, found: Finding) -> bool:
    return found.field.startswith(("JBDM", "QTZD")) and record.from_pack(found) in {
        "additional",
        "combination",
        "duplicates",
        "completeness",
    }


def _code_fault(prefix: str) -> Callable[[Record, Finding], bool]:
    def wrong(record: Record, found: Finding) -> bool:
        same = found.field == prefix if prefix == "JBDM" else found.field.startswith(prefix)
        return same and found.severity is Severity.ERROR and record.from_pack(found) in _CODING

    return wrong


_CODING = frozenset({"codes", "demographics", "domains", "duplicates"})


def _other_code_fault(record: Record, found: Finding) -> bool:
    other = found.field.startswith("JBDM") and found.field != "JBDM"
    return other and found.severity is Severity.ERROR and record.from_pack(found) in _CODING


def _main_code_fault(record: Record, found: Finding) -> bool:
    return found.field == "SSJCZBM1" and _code_fault("SSJCZBM")(record, found)
