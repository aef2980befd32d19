"""The correction list (更正清单): one workbook with a summary, a sheet for each department, and the versions in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from app.compare import amount_of
from app.export import summary_sheet
from app.export.cells import Column, Sheet, Style, Value, new_workbook, sheet_names
from app.export.correction_rows import ReviewedCase, Shape, columns, rows
from app.files import safe_write
from app.history import Change
from app.progress import Progress
from app.readers.imported import ImportReport
from app.review import Scored
from app.summary import department_of

SUMMARY = "汇总"
TRAIL = "修改记录"
IMPORT = "导入报告"
VERSIONS = "版本与设置"
_REMARKS = (
    "本清单由程序列出供编码员与科室核对；分组、权重、分值与金额为按所选方案和参数的推算，以医保部门结算结果为准。",
    "同一病例有多行时，分组与金额只写在第一行，便于求和；“现”组与金额只在编码有更正时写出。",
    "升高与降低一并列出，排列顺序与金额无关。",
)


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the list is made of. ``names``: with patients' names; ``settings`` are (label, value) lines.

    ``reports`` of the imported files add a sheet with every row that was refused or remarked on.
    """

    title: str = "病案首页编码更正清单"
    files: Sequence[str] = ()
    versions: Sequence[tuple[str, str, str]] = ()
    settings: Sequence[tuple[str, str]] = ()
    reports: Sequence[ImportReport] = ()
    names: bool = True
    made: datetime = field(default_factory=datetime.now)


def write_correction_list(
    path: Path,
    reviewed: Sequence[ReviewedCase],
    options: ListOptions | None = None,
    trail: Sequence[Change] = (),
    progress: Progress | None = None,
) -> None:
    """Write the list safely: ``path`` is replaced only by a complete workbook. ``trail`` adds a sheet with every step.

    Raises:
        UserError: the file cannot be written.
        Cancelled: the user stopped it; the old file stands.
    """
    options = options or ListOptions()
    progress = progress or Progress()
    with safe_write(path) as temporary, new_workbook(temporary, options.title) as book:
        summary_sheet.write_summary(
            Sheet(book, SUMMARY, summary_sheet.WIDTHS), reviewed, options.title, _lines(reviewed, options)
        )
        _departments(book, reviewed, options, progress)
        if trail:
            _trail(book, trail)
        _imports(book, options.reports)
        _versions(book, options)


def _lines(reviewed: Sequence[ReviewedCase], options: ListOptions) -> list[tuple[str, str]]:
    answers = {
        "DRG": [case.after.drg for case in reviewed if case.after.drg],
        "DIP": [case.after.dip for case in reviewed if case.after.dip],
    }
    demo = [system for system, scored in answers.items() if _is_demo(scored)]
    return [
        ("生成时间", f"{options.made:%Y-%m-%d %H:%M}"),
        ("首页文件", "、".join(options.files)),
        *([("注意", f"{'、'.join(demo)} 用的是演示数据，分组与金额不能用于结算。")] if demo else []),
        *(
            ("注意", f"{system} 没有金额：{why}")
            for system, scored in answers.items()
            if (why := _lacking(scored))
        ),
    ]


def _is_demo(scored: Sequence[Scored]) -> bool:
    return any(one.grouping.demo or (one.settlement is not None and one.settlement.demo) for one in scored)


def _lacking(scored: Sequence[Scored]) -> str:
    """Why no case at all has a payment; empty when one has, or when no case was asked for."""
    if not scored or any(amount_of(one) is not None for one in scored):
        return ""
    if all(one.grouping.weight is None and one.grouping.points is None for one in scored):
        return "所用方案没有权重或分值数据"
    missing = Counter(one.settlement.missing for one in scored if one.settlement and one.settlement.missing)
    return missing.most_common(1)[0][0] if missing else "没有选择结算参数"


def _shape(reviewed: Sequence[ReviewedCase], *, names: bool) -> Shape:
    drg = [case.after.drg for case in reviewed if case.after.drg]
    dip = [case.after.dip for case in reviewed if case.after.dip]
    return Shape(names, *(_called(name, scored) for name, scored in (("DRG", drg), ("DIP", dip))))


def _called(system: str, scored: Sequence[Scored]) -> str:
    """What a system is called in the headings; empty when it answered for no case."""
    return "" if not scored else f"{system}（演示）" if _is_demo(scored) else system


def _departments(
    book: Workbook, reviewed: Sequence[ReviewedCase], options: ListOptions, progress: Progress
) -> None:
    shape = _shape(reviewed, names=options.names)
    by_department: dict[str, list[ReviewedCase]] = {}
    for case in reviewed:
        by_department.setdefault(department_of(case.before), []).append(case)
    departments = sorted(by_department)
    names = sheet_names(departments, taken=(SUMMARY, TRAIL, IMPORT, VERSIONS))
    done = 0
    for name, department in zip(names, departments, strict=True):
        cases = by_department[department]
        _department(book, name, cases, shape)
        done += len(cases)
        progress.report(done, len(reviewed), "正在写更正清单")


def _department(book: Workbook, name: str, cases: Sequence[ReviewedCase], shape: Shape) -> None:
    records = [record for case in cases for record in rows(case, shape)]
    if not records:
        return
    table = columns(shape)
    sheet = Sheet(book, name, [column.width for column in table])
    sheet.keep_in_sight(header_row=1, columns=2 if shape.names else 1)
    header = sheet.write_header(table)
    for record in records:
        sheet.write_record(table, record)
    sheet.filter_table(header, len(table))


def _trail(book: Workbook, trail: Sequence[Change]) -> None:
    table = [
        Column("序号", 7, Style.COUNT),
        Column("病例", 16),
        Column("步骤", 40, Style.WRAPPED),
        Column("决定", 10),
        Column("理由", 30, Style.WRAPPED),
        Column("规则", 18),
        Column("编码员", 10),
        Column("时间", 16, Style.TIME),
        Column("状态", 9),
    ]
    sheet = Sheet(book, TRAIL, [column.width for column in table])
    sheet.keep_in_sight(header_row=1, columns=2)
    header = sheet.write_header(table)
    for step in trail:
        state = "已撤销" if step.undone else "有效"
        said = [step.label, step.decision.value, step.reason, step.rule_id, step.author, step.time, state]
        sheet.write_record(table, [step.number, step.case_id, *said])
    sheet.filter_table(header, len(table))


def _imports(book: Workbook, reports: Sequence[ImportReport]) -> None:
    """Rows that were refused or remarked on. Not their values, which may be personal."""
    table = [
        Column("文件", 30),
        Column("行", 8, Style.COUNT),
        Column("列", 18),
        Column("原因", 70, Style.WRAPPED),
        Column("处理", 10),
    ]
    records: list[list[Value]] = [
        [report.file, issue.row, issue.column, issue.reason, "拒绝" if issue.refused else "已导入"]
        for report in reports
        for issue in report.issues
    ]
    notes: list[list[Value]] = [
        [report.file, None, "", note, ""] for report in reports for note in report.notes
    ]
    if records or notes:
        sheet = Sheet(book, IMPORT, [column.width for column in table])
        sheet.keep_in_sight(header_row=1, columns=1)
        header = sheet.write_header(table)
        for record in (*notes, *records):
            sheet.write_record(table, record)
        sheet.filter_table(header, len(table))


def _versions(book: Workbook, options: ListOptions) -> None:
    table = [Column("所用数据", 26), Column("版本", 30, Style.WRAPPED), Column("来源", 70, Style.WRAPPED)]
    sheet = Sheet(book, VERSIONS, [column.width for column in table])
    sheet.write_header(table)
    for version in options.versions:
        sheet.write_record(table, version)
    sheet.blank()
    for label, value in options.settings:
        sheet.write([(label, Style.TEXT), (value, Style.WRAPPED)])
    sheet.write([("患者姓名", Style.TEXT), ("列出" if options.names else "未列出", Style.TEXT)])
    sheet.blank()
    for remark in _REMARKS:
        sheet.write([(remark, Style.TEXT)])
