"""A summary in a few lines of Chinese: what the command line and the headless run say at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.readers.imported import ImportReport
from app.summary import Summary, Totals
from coding_rules.finding import Severity
from coding_rules.settlement.settlement import Band

_BANDS = (Band.LOW, Band.NORMAL, Band.HIGH, Band.EXTREME, Band.UNKNOWN)


def import_lines(reports: Iterable[ImportReport]) -> Iterator[str]:
    """One line a file: rows read, taken and refused, its format and edition."""
    for report in reports:
        yield (
            f"{report.file}：{report.rows:,} 行，导入 {report.accepted:,}，拒绝 {report.refused:,}；"
            f"{report.format}，{report.edition.value}"
        )


def summary_lines(summary: Summary, findings: int) -> Iterator[str]:
    """Cases by their most serious finding, then each payment system that was asked."""
    whole = summary.whole
    worst = "，".join(f"有{severity.label} {whole.worst.get(severity, 0):,}" for severity in Severity)
    yield f"病例 {whole.cases:,} 例：{worst}，没有问题 {whole.clean:,}；问题共 {findings:,} 处"
    for label, totals in (("DRG", whole.drg), ("DIP", whole.dip)):
        if totals is not None:
            yield f"{label}：{'，'.join(_parts(totals))}"


def _parts(totals: Totals) -> Iterator[str]:
    fallen = f"（其中落入兜底组 {totals.catch_all:,}）" if totals.catch_all else ""
    yield f"入组 {totals.grouped:,}，未入组 {totals.cases - totals.grouped:,}{fallen}"
    for band in _BANDS:
        if count := totals.bands.get(band):
            yield f"{band.value} {count:,}"
    if totals.weight is not None:
        yield f"权重 {totals.weight:,.2f}"
    if totals.points is not None:
        yield f"分值 {totals.points:,.2f}"
    if totals.amount is None:
        yield "没有权重或点值，不计金额"
        return
    yield f"支付金额 {_yuan(totals.amount)} 元"
    if totals.profit is not None:
        yield f"盈亏 {_yuan(totals.profit)} 元（{totals.settled:,} 例）"


def _yuan(fen: int) -> str:
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
