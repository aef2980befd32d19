"""The scenes: what each picture of the manual shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtTest import QTest

from app.paths import data_dir
from app.readers.reading import peek, read_cases
from app.settings import Theme
from coding_rules.edit import SetDiagnosis
from coding_rules.finding import Finding, Fix, Severity
from icd_tables.codes import Kind
from tests.pictures import tools
from tests.pictures.studio import Studio
from ui import theme
from ui.dialogs.export import ExportDialog
from ui.dialogs.mapping import MappingDialog
from ui.dialogs.report import ReportDialog
from ui.tools.registry import TOOLS

Scene = Callable[[Studio], None]
IN_HOUSE = (
    "病案号,性别,年龄,出院科室,入院日期,出院日期,主诊断编码,主诊断名称,其他诊断编码1,其他诊断名称1,主要手术编码,总金额,经管组\n"
    "00081,女,54,妇科,2025-08-26,2025-09-14,C54.100,子宫内膜恶性肿瘤,I10.x04,高血压2级,68.6100x001,21631.37,2\n"
    "00082,男,61,呼吸内科,2025-09-01,2025-09-09,J44.100,慢性阻塞性肺病伴急性加重,,,,8210.50,1\n"
    "00083,女,三十,产科,2025-09-02,2025-09-06,O82.000,经选择性剖宫产术的分娩,,,74.1x01,9120.00,3\n"
    "00084,男,47,普外科,2025-13-02,2025-09-08,K35.800x001,急性阑尾炎,,,47.0100,1.02万,2\n"
    "00085,男,70,骨科,2025-09-03,2025-09-20,M17.900x004,单侧膝关节骨性关节病,,,81.5400,41320.00,1,1,2\n"
    "00086,女,66,眼科,2025-09-04,2025-09-06,,,,,,3300.00,1\n"
)
"""An in-house table with one column that nobody knows, cells that cannot be read and rows that cannot be taken."""


def _light(studio: Studio) -> None:
    studio.show_correction()
    studio.shoot("workbench-light", studio.window)


def _dark(studio: Studio) -> None:
    theme.apply(studio.app, Theme.DARK)
    studio.show_correction()
    studio.shoot("workbench-dark", studio.window)
    theme.apply(studio.app, Theme.LIGHT)


def _queue(studio: Studio) -> None:
    studio.show_correction()
    page = studio.window.page
    sizes = page.columns.sizes()
    page.columns.setSizes([760, 400, 270])
    studio.settle()
    studio.shoot("queue", page.queue)
    page.columns.setSizes(sizes)


def _wrong_code(finding: Finding, fix: Fix) -> bool:
    return finding.severity is Severity.ERROR and any(isinstance(edit, SetDiagnosis) for edit in fix.edits)


def _findings(studio: Studio) -> None:
    studio.show_finding(_wrong_code)
    page = studio.window.page
    studio.shoot("findings", page.case, page.candidates, page.findings, page.score)


def _candidates(studio: Studio) -> None:
    """Pinyin initials typed into a line."""
    studio.show_correction()
    page = studio.window.page
    table = page.case.tables[Kind.DIAGNOSIS]
    table.setFocus()
    table.edit_here("name")
    if table.editor is not None:
        table.editor.selectAll()
        QTest.keyClicks(table.editor, "zgnm")
    studio.settle()
    studio.shoot("candidates", page.case, page.candidates)
    studio.window.desk.lines.leave()
    studio.settle()


def _score(studio: Studio) -> None:
    studio.show_correction()
    page = studio.window.page
    page.score.tabs.setCurrentIndex(2)
    sizes = page.columns.sizes()
    page.columns.setSizes([240, 400, 760])
    halves = page.right.sizes()
    page.right.setSizes([120, 700])
    studio.settle()
    studio.shoot("score", page.score)
    page.right.setSizes(halves)
    page.score.tabs.setCurrentIndex(0)
    page.columns.setSizes(sizes)


def _charts(studio: Studio) -> None:
    action = studio.window.actions_["charts"]
    action.setChecked(True)
    studio.window.show_charts()
    studio.settle()
    studio.shoot("charts", studio.window)
    action.setChecked(False)
    studio.window.show_charts()


def _bulk(studio: Studio) -> None:
    studio.show_finding(_wrong_code)
    studio.window.month.adopt_all()
    studio.settle()
    studio.shoot_dialog("bulk")


def _reason(studio: Studio) -> None:
    studio.show_finding(lambda finding, _fix: finding.severity is Severity.ERROR)
    studio.window.page.findings.keep_button.click()
    studio.shoot_dialog("reason")


def _opened(name: str, action: str, studio: Studio, size: QSize | None = None) -> None:
    studio.window.actions_[action].trigger()
    studio.shoot_dialog(name, size)


def _export(studio: Studio) -> None:
    studio.window.actions_["export"].trigger()
    dialog = studio.dialog()
    if isinstance(dialog, ExportDialog):  # nobody's own folder in a picture
        dialog.list_path.set_text(r"D:\病案室\2025-09\更正清单.xlsx")
        dialog.pages_path.set_text(r"D:\病案室\2025-09")
    studio.shoot_dialog("export")


def _mapping(studio: Studio) -> None:
    dialog = MappingDialog(*peek(_in_house()), studio.window)
    dialog.show()
    studio.shoot_dialog("mapping")


def _report(studio: Studio) -> None:
    """A table with rows that cannot be taken and cells that cannot be read."""
    imported = read_cases(_in_house(), studio.bench.knowledge.terminology)
    dialog = ReportDialog([imported.report], can_map=True, parent=studio.window)
    dialog.show()
    studio.shoot_dialog("report", QSize(920, 420))


def _in_house() -> Path:
    """The in-house table as a file in the temporary user folder."""
    path = data_dir() / "院内表202509.csv"
    path.write_text(IN_HOUSE, encoding="utf-8")
    return path


SCENES: Mapping[str, Scene] = {
    "workbench-light": _light,
    "workbench-dark": _dark,
    "queue": _queue,
    "findings": _findings,
    "candidates": _candidates,
    "score": _score,
    "charts": _charts,
    "bulk": _bulk,
    "reason": _reason,
    "report": _report,
    "settings": partial(_opened, "settings", "settings"),
    "export": _export,
    "mapping": _mapping,
    **{f"tool-{tool.id}": partial(tools.take, tool.id) for tool in TOOLS if tool.id not in tools.EMPTY},
}
"""In this order: pictures of untouched cases would look the same in any."""
