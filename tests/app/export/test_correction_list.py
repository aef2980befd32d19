"""The correction list as a grid of cells: what a department reads."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from app.compare import ScoreDelta, compare
from app.errors import UserError
from app.export.correction_list import ListOptions, write_correction_list
from app.export.correction_rows import ReviewedCase, Shape, columns
from app.export.summary_sheet import Movement
from app.history import Change, CodedLines, Decision, History
from app.notes import Note
from app.progress import Cancelled, Progress
from app.readers.imported import ImportIssue, ImportReport
from app.review import CaseResult, Scored
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.edit import Edit, SetDiagnosis, SetProcedure, apply
from coding_rules.finding import Finding, Fix, Severity
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.settlement.settlement import Band, Settlement

CASE = Case(
    "0012",
    record_no="0012",
    name="=cmd|' /C calc'!A0",
    department="心血管内科/一",
    physician="张医师",
    discharged=datetime(2025, 3, 4, 9),
    diagnoses=(Diagnosis("I20.000", "不稳定型心绞痛"), Diagnosis("E11.9x9", "糖尿病")),
    procedures=(Procedure("36.0600", "支架置入"),),
)
UNKNOWN = Finding(
    "dx.unknown",
    Severity.ERROR,
    "0012",
    "编码无效",
    "编码 E11.9x9 不在国临版 2.0 表中",
    "JBDM1",
    "E11.9x9",
    "国临版 2.0",
    (Fix("改为 E11.900 2型糖尿病", (SetDiagnosis(1, "E11.900", "2型糖尿病"),)),),
)
ORDER = Finding("pdx.order", Severity.WARNING, "0012", "主要诊断选择", "主要诊断可能应为心肌梗死", "JBDM")


def scored(system: System, group: str, points: str, amount: int) -> Scored:
    grouping = Grouping(system, "示例", group, "组名", weight=Decimal(points) / 100, points=Decimal(points))
    return Scored(
        grouping, Settlement("市", Band.NORMAL, None, Decimal(points), amount, 1_000_000, amount - 1_000_000)
    )


def result(case: Case, *findings: Finding, low: bool = True) -> CaseResult:
    points, amount = ("100", 900_000) if low else ("150", 1_350_000)
    return CaseResult(
        case,
        findings,
        scored(System.DRG, "FR25" if low else "FR21", points, amount),
        scored(System.DIP, "I20.0", points, amount),
    )


def worked_on(case: Case, *steps: tuple[str, Decision, tuple[Edit, ...], str]) -> History:
    history = History()
    for rule_id, decision, edits, reason in steps:
        now = history.current(case)
        after = apply(now, edits)
        change = Change(
            case.case_id, "步骤", decision, CodedLines.of(now), CodedLines.of(after), reason, rule_id
        )
        history.apply(replace(change, author="李编码", time=datetime(2025, 4, 1, 10, 30)))
    return history


def reviewed(history: History, *open_findings: Finding) -> ReviewedCase:
    current = history.current(CASE)
    return ReviewedCase(
        result(CASE, UNKNOWN, ORDER),
        result(current, *open_findings, low=False),
        history.net(CASE.case_id),
        Note(CASE.case_id, "已电话核对", "王编码", datetime(2025, 4, 2, 8, 5)),
    )


def made(path: Path, cases: list[ReviewedCase], **options: object) -> Workbook:
    versions = [("编码表", "2.0", "=官方"), ("DRG 方案", "1.1", "chs")]
    write_correction_list(path, cases, ListOptions(files=["三月.csv"], versions=versions, **options))  # type: ignore[arg-type]
    return load_workbook(path)


def table(book: Workbook, name: str) -> list[dict[str, object]]:
    header, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


@pytest.fixture
def corrected() -> ReviewedCase:
    steps = (
        ("dx.unknown", Decision.CORRECT, (SetDiagnosis(1, "E11.900", "2型糖尿病"),), "编码笔误"),
        ("", Decision.CORRECT, (SetProcedure(0, "36.0700", "药物支架"),), "见手术记录"),
        ("pdx.order", Decision.KEEP, (), "病历支持原诊断"),
    )
    return reviewed(worked_on(CASE, *steps), ORDER)


def test_an_open_finding_names_its_line(tmp_path: Path) -> None:
    points = (
        ("SSJCZBM1", "36.0600", "主要手术", "支架置入"),
        ("SSJCZMC1", "", "主要手术", "支架置入"),
        ("SSJCZBM1", "99.9900", "主要手术", None),
        ("SSJCZRQ2", "", "其他手术 1", None),
        ("JBDM1", "", "其他诊断 1", "糖尿病"),
        ("ZYZD", "", "主要诊断", "不稳定型心绞痛"),
        ("XB", "", "性别", None),
        ("", "", None, None),
    )
    found = [
        Finding(f"r{at}", Severity.HINT, "0012", "题", "话", field, code)
        for at, (field, code, _, _) in enumerate(points)
    ]
    case = ReviewedCase.untouched(CaseResult(CASE, tuple(found)))
    rows = table(made(tmp_path / "a.xlsx", [case]), "心血管内科_一")
    assert [(row["项目"], row["原名称"]) for row in rows] == [(place, name) for *_, place, name in points]
    assert {row["决定"] for row in rows} == {"未处理"}


def deltas(*figures: tuple[str, str, int | None, int | None]) -> list[ScoreDelta]:
    def side(points: str, amount: int | None) -> Scored:
        grouping = Grouping(System.DIP, "示例", "K35", points=Decimal(points))
        settled = Settlement("市", Band.NORMAL, None, Decimal(points), amount, 100, None)
        return Scored(grouping, settled)

    return [compare(side(old, was), side(new, now)) for old, new, was, now in figures]


def test_rises_and_falls_are_counted_by_money_else_by_points() -> None:
    moved = Movement.of(
        deltas(
            ("100", "150", 1000, 900),
            ("100", "90", None, None),
            ("100", "130", None, None),
            ("100", "100", 500, 500),
            ("100", "120", 500, 700),
        )
    )
    assert (moved.risen, moved.fallen, moved.regrouped) == (2, 2, 0)
    assert (moved.points_up, moved.points_down) == (Decimal(100), Decimal(-10))
    assert (moved.amount_up, moved.amount_down) == (200, -100)


def test_remarks_and_import_notes_are_part_of_the_list(tmp_path: Path, corrected: ReviewedCase) -> None:
    report = ImportReport("三月.csv", "N041", notes=("列名在第 3 行",))
    book = made(tmp_path / "a.xlsx", [corrected], reports=[report])
    assert [row["原因"] for row in table(book, "导入报告")] == ["列名在第 3 行"]
    said = [str(cell) for row in book["版本与设置"].iter_rows(values_only=True) for cell in row if cell]
    assert any("以医保部门结算结果为准" in text for text in said)
    assert any("同一病例有多行" in text for text in said)
    assert book["心血管内科_一"].auto_filter.ref == "A1:AD5"
    assert book["心血管内科_一"].freeze_panes == "C2"


def test_a_case_reads_line_by_line(tmp_path: Path, corrected: ReviewedCase) -> None:
    dx, px, kept, note = table(made(tmp_path / "a.xlsx", [corrected]), "心血管内科_一")
    assert {key: dx[key] for key in list(dx)[:16]} == {
        "病案号": "0012",
        "姓名": "=cmd|' /C calc'!A0",
        "出院日期": "2025-03-04",
        "主管医师": "张医师",
        "项目": "其他诊断 1",
        "情况": "改码",
        "原编码": "E11.9x9",
        "原名称": "糖尿病",
        "更正编码": "E11.900",
        "更正名称": "2型糖尿病",
        "决定": "更正",
        "理由": "编码笔误",
        "程度": "错误",
        "问题": "编码 E11.9x9 不在国临版 2.0 表中",
        "修改建议": None,
        "依据": "国临版 2.0",
    }
    assert [dx[key] for key in list(dx)[16:]] == [
        *("FR25 组名", "FR21 组名", 1, 1.5, 9000, 13500),
        *("I20.0 组名", "I20.0 组名", 100, 150, 9000, 13500),
        *("李编码", datetime(2025, 4, 1, 10, 30)),
    ]
    assert (px["项目"], px["原编码"], px["更正编码"], px["理由"]) == (
        "主要手术",
        "36.0600",
        "36.0700",
        "见手术记录",
    )
    assert px["DRG 原组"] is None, "groups and money once per case"
    assert (kept["决定"], kept["理由"], kept["问题"]) == (
        "维持原码",
        "病历支持原诊断",
        "主要诊断可能应为心肌梗死",
    )
    assert (note["情况"], note["理由"], note["编码员"]) == ("备注", "已电话核对", "王编码")
    assert note["时间"] == datetime(2025, 4, 2, 8, 5)


def test_an_untouched_case_lists_findings_with_advice(tmp_path: Path) -> None:
    cases = [ReviewedCase.untouched(result(CASE, UNKNOWN, ORDER)), ReviewedCase.untouched(result(Case("2")))]
    book = made(tmp_path / "a.xlsx", cases, names=False)
    assert book.sheetnames == ["汇总", "心血管内科_一", "版本与设置"], (
        "a department with nothing to tell has no sheet"
    )
    unknown, order = table(book, "心血管内科_一")
    assert "姓名" not in unknown
    assert (unknown["原编码"], unknown["更正编码"], unknown["决定"]) == ("E11.9x9", None, "未处理")
    assert (unknown["原名称"], unknown["修改建议"]) == ("糖尿病", "改为 E11.900 2型糖尿病")
    assert (unknown["DRG 原组"], unknown["DRG 现组"]) == ("FR25 组名", None)
    assert (order["项目"], order["原编码"], order["程度"]) == ("主要诊断", "I20.000", "警告")


def test_reasons_of_a_chain_of_steps_are_all_told(tmp_path: Path) -> None:
    steps = [
        ("", Decision.CORRECT, (SetDiagnosis(0, code, "心肌梗死"),), reason)
        for code, reason in (("I21.000", "先改"), ("I21.900", "再改"), ("I21.400", "终改"))
    ]
    book = made(tmp_path / "a.xlsx", [reviewed(worked_on(CASE, *steps))])
    first = table(book, "心血管内科_一")[0]
    assert (first["原编码"], first["更正编码"], first["理由"]) == ("I20.000", "I21.400", "先改；再改；终改")


def test_nothing_in_the_workbook_can_run(tmp_path: Path, corrected: ReviewedCase) -> None:
    book = made(tmp_path / "a.xlsx", [corrected])
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    name = book["心血管内科_一"]["B2"]
    assert (name.data_type, name.quotePrefix) == ("s", True)
    assert book["心血管内科_一"]["A2"].number_format == "@"


def test_sheets_are_ready_to_work_with(tmp_path: Path, corrected: ReviewedCase) -> None:
    book = made(tmp_path / "a.xlsx", [corrected])
    sheet = book["心血管内科_一"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:AD5"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.column_dimensions["A"].width == 15
    assert len(columns(Shape())) == 30


def flat(book: Workbook, name: str) -> list[list[object]]:
    return [[value for value in row if value is not None] for row in book[name].iter_rows(values_only=True)]


def test_the_summary_counts_and_shows_rises_and_falls_alike(tmp_path: Path, corrected: ReviewedCase) -> None:
    other = replace(CASE, case_id="3", department="骨科")
    fallen = replace(
        corrected,
        before=result(other, low=False),
        after=result(replace(other, diagnoses=()), low=True),
    )
    book = made(
        tmp_path / "a.xlsx", [corrected, fallen, ReviewedCase.untouched(result(replace(CASE, case_id="4")))]
    )
    rows = flat(book, "汇总")
    assert rows[0] == ["病案首页编码更正清单"]
    assert ["病例数", 3] in rows
    assert ["有错误的病例", 1] in rows
    assert ["没有问题的病例", 2] in rows
    assert ["维持原码", 2] in rows
    assert ["DRG", 3, 0, 3.5, 3.5, 350, 350, 31500, 31500, 1500, 1500] in rows
    assert ["DRG", 2, 1, 1, 50, -50, 4500, -4500] in rows
    assert ["DIP", 0, 1, 1, 50, -50, 4500, -4500] in rows
    assert ["心血管内科/一", 2, 1, 0, 1, 1, -2000, 2500, -2000, 2500] in rows
    assert ["骨科", 1, 0, 0, 1, 1, 3500, -1000, 3500, -1000] in rows
    assert ["正常", 3, 3, 3, 3] in rows
    assert ["dx.unknown", "错误", 1, "编码无效"] in rows
    charts = book["汇总"]._charts
    assert len(charts) == 2
    assert "'汇总'!" in charts[0].series[0].val.numRef.f


def test_demonstration_data_says_so_everywhere(tmp_path: Path) -> None:
    demo = result(CASE, UNKNOWN)
    assert demo.drg is not None
    demo = replace(demo, drg=replace(demo.drg, grouping=replace(demo.drg.grouping, demo=True)))
    book = made(tmp_path / "a.xlsx", [ReviewedCase.untouched(demo)])
    assert ["注意", "DRG 用的是演示数据，分组与金额不能用于结算。"] in flat(book, "汇总")
    header = [cell.value for cell in book["心血管内科_一"][1]]
    assert "DRG（演示） 原组" in header
    assert "DIP 原组" in header


def test_versions_settings_and_the_trail(tmp_path: Path, corrected: ReviewedCase) -> None:
    assert corrected.net is not None
    undone = replace(corrected.net.steps[0], number=9, undone=True)
    path = tmp_path / "a.xlsx"
    options = ListOptions(versions=[("编码表", "2.0", "=官方")], settings=[("点值", "8.5")])
    write_correction_list(path, [corrected], options, trail=[*corrected.net.steps, undone])
    book = load_workbook(path)
    assert ["编码表", "2.0", "=官方"] in flat(book, "版本与设置")
    assert ["点值", "8.5"] in flat(book, "版本与设置")
    trail = table(book, "修改记录")
    assert [row["状态"] for row in trail] == ["有效", "有效", "有效", "已撤销"]
    assert trail[0]["理由"] == "编码笔误"


def test_systems_that_did_not_answer_have_no_columns(tmp_path: Path) -> None:
    book = made(tmp_path / "a.xlsx", [ReviewedCase.untouched(CaseResult(CASE, (UNKNOWN,)))])
    assert "分组与费用" not in str(flat(book, "汇总"))
    header = [str(cell.value) for cell in book["心血管内科_一"][1]]
    assert not [heading for heading in header if heading.startswith(("DRG", "DIP"))]
    assert header[-2:] == ["编码员", "时间"]


def test_without_payments_the_reason_stands_instead_of_a_chart(tmp_path: Path) -> None:
    unpriced = Scored(
        Grouping(System.DIP, "目录", "I20.0", points=Decimal(100)), Settlement("市", missing="未设点值")
    )
    unweighted = Scored(Grouping(System.DRG, "方案", "FR21"))
    case = ReviewedCase.untouched(CaseResult(CASE, (UNKNOWN,), drg=unweighted, dip=unpriced))
    book = made(tmp_path / "a.xlsx", [case])
    assert ["注意", "DIP 没有金额：未设点值"] in flat(book, "汇总")
    assert ["注意", "DRG 没有金额：所用方案没有权重或分值数据"] in flat(book, "汇总")
    assert book["汇总"]._charts == []


def test_what_was_refused_stands_in_the_list(tmp_path: Path) -> None:
    issues = (
        ImportIssue(7, "出生日期", "x", "日期无法识别", refused=True),
        ImportIssue(8, "", "", "列数不符"),
    )
    report = ImportReport(
        "三月.csv", "N041", rows=2, accepted=1, refused=1, issues=issues, notes=("按 GB18030 读取",)
    )
    rows = flat(made(tmp_path / "a.xlsx", [], reports=[report]), "导入报告")
    assert rows[1:] == [
        ["三月.csv", "按 GB18030 读取"],
        ["三月.csv", 7, "出生日期", "日期无法识别", "拒绝"],
        ["三月.csv", 8, "列数不符", "已导入"],
    ]


def test_without_cases_the_list_still_stands(tmp_path: Path) -> None:
    assert ["病例数", 0] in flat(made(tmp_path / "b.xlsx", []), "汇总")


def test_a_locked_target_or_a_cancelled_job_leaves_the_old_file(
    tmp_path: Path, corrected: ReviewedCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    scratch = tmp_path / "temporary"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write_correction_list(path, [corrected], progress=progress)
    assert path.read_bytes() == b"old"
    assert list(scratch.iterdir()) == [], "rows of patients are not left in the temporary folder"
    with pytest.raises(UserError):
        write_correction_list(tmp_path / "missing" / "a.xlsx", [corrected])
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["a.xlsx"]
