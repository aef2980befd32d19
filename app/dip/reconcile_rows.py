"""A reconciliation as rows for a table and a workbook: one a case, with where the two sides first part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.dip.reconcile import BureauFile, BureauRow, Difference, Reconciliation, reconcile
from app.progress import Progress
from app.review import CaseResult
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import show, show_money, yuan

AGREES = "一致"
ONLY_OURS = "医保无此例"
ONLY_THEIRS = "本机无此例"
AMBIGUOUS = "对应多例"
REFUSED = "反馈未读入"
STATES = ("分组", "分值", "倍率区间", "金额", AGREES, ONLY_OURS, ONLY_THEIRS, AMBIGUOUS, REFUSED)
"""Where a case stands, in the order a coder looks at them."""


@dataclass(frozen=True, slots=True)
class ReconcileRow:
    """One case or one row of the file. ``state`` is one of ``STATES``; ``case_id`` is empty where we have no such case.

    ``number`` is what the file or we call it; ``row`` the 1-based row of the file, 0 when it is only ours.
    """

    number: str
    state: str
    case_id: str = ""
    row: int = 0
    department: str = ""
    differences: tuple[Difference, ...] = ()
    note: str = ""

    @property
    def ours(self) -> str:
        """Our side of the first difference."""
        return self.differences[0].ours if self.differences else ""

    @property
    def theirs(self) -> str:
        """The bureau's side of it."""
        return self.differences[0].theirs if self.differences else ""

    @property
    def step(self) -> str:
        """At which step of ours it arises, or what else there is to say."""
        return self.differences[0].step if self.differences else self.note


@dataclass(frozen=True)
class Reconciled:
    """All rows with the counts by state."""

    rows: tuple[ReconcileRow, ...]
    file: str
    columns: frozenset[str]

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by state."""
        return Counter(row.state for row in self.rows)


def reconcile_rows(
    results: Sequence[CaseResult], returned: BureauFile, system: System, progress: Progress | None = None
) -> Reconciled:
    """Match, compare and list everything: no row of the file and no case of ours is left out.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    progress.report(0, 2, "正在按病例比对")
    found = reconcile(results, returned, system)
    progress.report(1, 2, "正在整理差异")
    rows = tuple(_rows(found, results, returned))
    progress.report(2, 2, f"比对 {len(rows)} 例")
    return Reconciled(rows, returned.name, returned.columns)


def _rows(
    found: Reconciliation, results: Sequence[CaseResult], returned: BureauFile
) -> Iterable[ReconcileRow]:
    department = {result.case.case_id: result.case.department for result in results}
    for case in found.cases:
        state = case.first.what if case.first else AGREES
        yield ReconcileRow(
            case.case_id, state, case.case_id, case.row, department[case.case_id], case.differences
        )
    for case_id in found.only_ours:
        yield ReconcileRow(
            case_id, ONLY_OURS, case_id, department=department[case_id], note="反馈文件里没有这一例"
        )
    for row in found.only_theirs:
        yield ReconcileRow(row.case, ONLY_THEIRS, row=row.row, note=f"打开的首页里没有这一例：{_told(row)}")
    for row in found.ambiguous:
        note = f"号码对应多例，总费用也分不开：{_told(row)}"
        yield ReconcileRow(row.case, AMBIGUOUS, row=row.row, note=note)
    for place, reason in returned.refused:
        yield ReconcileRow(f"第 {place} 行", REFUSED, row=place, note=reason)


def _told(row: BureauRow) -> str:
    parts = (
        row.group or "未入组",
        f"{show(row.points)} 分" if row.points is not None else "",
        row.band,
        show_money(yuan(row.amount)) if row.amount is not None else "",
    )
    return "，".join(part for part in parts if part)
