"""A reconciliation as rows for a table and a workbook: one a case, with where the two sides first part; sums by reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.dip.reconcile import Difference, Reconciliation, reconcile
from app.dip.return_file import COLUMN_NAMES, BureauFile, BureauRow, Refused
from app.progress import Progress
from app.review import CaseResult
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import show_money, tell, yuan

AGREES = "一致"
ONLY_OURS = "医保无此例"
ONLY_THEIRS = "本机无此例"
AMBIGUOUS = "对应多例"
REPEATED = "反馈重复"
REVERSED = "已冲红"
REFUSED = "反馈未读入"
STATES = (
    *COLUMN_NAMES.values(), AGREES, ONLY_OURS, ONLY_THEIRS, AMBIGUOUS, REPEATED, REVERSED, REFUSED,
)  # fmt: skip
"""Where a case stands, in the order a coder looks at them."""


@dataclass(frozen=True, slots=True)
class ReconcileRow:
    """One case or one row of the file. ``state`` is one of ``STATES``; ``case_id`` is empty where we have no such case.

    ``number`` is what the file or we call it; ``row`` the 1-based row of the file, 0 when it is only ours; ``our_amount`` and
    ``their_amount`` in 分: the amounts, or the fund's parts where the file has only those.
    """

    number: str
    state: str
    case_id: str = ""
    row: int = 0
    sheet: str = ""
    department: str = ""
    differences: tuple[Difference, ...] = ()
    note: str = ""
    matched_by: str = ""
    our_amount: int | None = None
    their_amount: int | None = None

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

    @property
    def apart(self) -> int | None:
        """The bureau's amount - ours, in 分; ``None`` where a side has none."""
        if self.our_amount is None or self.their_amount is None:
            return None
        return self.their_amount - self.our_amount


@dataclass(frozen=True, slots=True)
class ReasonSum:
    """What the rows of one state come to, in 分; the last one, without a state, is the whole.

    ``apart`` sums only the cases for which both sides have an amount, ``compared`` counts them.
    """

    state: str
    rows: int
    our_amount: int
    their_amount: int
    compared: int
    apart: int


@dataclass(frozen=True)
class Reconciled:
    """All rows with the counts by state; ``money`` names the column of the file that is summed, empty when it has none."""

    rows: tuple[ReconcileRow, ...]
    file: str
    columns: frozenset[str]
    money: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by state."""
        return Counter(row.state for row in self.rows)

    @property
    def sums(self) -> tuple[ReasonSum, ...]:
        """Money by state in the order of ``STATES``, then the whole; the parts add up to it."""
        by_state: dict[str, list[ReconcileRow]] = defaultdict(list)
        for row in self.rows:
            by_state[row.state].append(row)
        parts = [_sum(state, by_state[state]) for state in STATES if state in by_state]
        return (*parts, _sum("", self.rows)) if parts else ()


def _sum(state: str, rows: Sequence[ReconcileRow]) -> ReasonSum:
    apart = [row.apart for row in rows if row.apart is not None]
    return ReasonSum(
        state,
        len(rows),
        sum(row.our_amount or 0 for row in rows),
        sum(row.their_amount or 0 for row in rows),
        len(apart),
        sum(apart),
    )


def reconcile_rows(
    results: Sequence[CaseResult], returned: BureauFile, system: System, progress: Progress | None = None
) -> Reconciled:
    """Match, compare and list everything: no row of the file and no case of ours is left out.

    Raises:
        Cancelled: the user asked to stop.
    """
    found = reconcile(results, returned, system, progress=progress)
    money = next((column for column in ("amount", "fund", "standard") if column in returned.columns), "")
    rows = tuple(_rows(found, returned, system, money))
    return Reconciled(rows, returned.name, returned.columns, COLUMN_NAMES.get(money, ""))


def _rows(found: Reconciliation, returned: BureauFile, system: System, money: str) -> Iterator[ReconcileRow]:
    for case in found.cases:
        yield ReconcileRow(
            case.case_id,
            case.first.what if case.first else AGREES,
            case.case_id,
            case.row.row,
            case.row.sheet,
            case.ours.case.department,
            case.differences,
            matched_by=case.matched_by,
            our_amount=_our_money(case.ours, system, money),
            their_amount=getattr(case.row, money) if money else None,
        )
    for result in found.only_ours:
        yield ReconcileRow(
            result.case.case_id,
            ONLY_OURS,
            result.case.case_id,
            department=result.case.department,
            note="反馈文件里没有这一例",
            our_amount=_our_money(result, system, money),
        )
    groups: tuple[tuple[str, str, Iterable[BureauRow]], ...] = (
        (ONLY_THEIRS, "打开的首页里没有这一例", found.only_theirs),
        (AMBIGUOUS, "号码对应多例，出院日期、总费用也分不开", found.ambiguous),
        (REPEATED, "这一例已与反馈文件的另一行对应", found.repeated),
        (REVERSED, "冲红的结算，不参与比对", returned.reversed),
    )
    for state, why, rows in groups:
        yield from (_theirs(row, state, why, money) for row in rows)
    yield from map(_refused, returned.refused)


def _our_money(result: CaseResult, system: System, money: str) -> int | None:
    scored = result.dip if system is System.DIP else result.drg
    settled = scored.settlement if scored else None
    value = getattr(settled, money) if settled is not None and money else None
    return value if isinstance(value, int) else None


def _theirs(row: BureauRow, state: str, why: str, money: str) -> ReconcileRow:
    amount = getattr(row, money) if money else None
    return ReconcileRow(
        row.number, state, row=row.row, sheet=row.sheet, note=f"{why}：{_told(row)}", their_amount=amount
    )


def _refused(refused: Refused) -> ReconcileRow:
    return ReconcileRow(
        f"第 {refused.row} 行", REFUSED, row=refused.row, sheet=refused.sheet, note=refused.reason
    )


def _told(row: BureauRow) -> str:
    amounts = (
        f"{name} {show_money(yuan(value))}"
        for name, value in (("支付标准", row.standard), ("金额", row.amount), ("统筹应付", row.fund))
        if value is not None
    )
    points = f"{tell(row.points)} 分" if row.points is not None else ""
    parts = (row.group or "未入组", points, row.band, *amounts)
    return "，".join(part for part in parts if part)
