"""Pictures of the tool windows: each as it opens on the case with the correction, some with a step taken in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from app.paths import data_dir
from icd_tables.codes import Edition
from tests.pictures.studio import Studio
from ui.tables import DenseTable
from ui.tools.matching_map import MapWindow
from ui.tools.window import ToolWindow

EMPTY = frozenset({"scheme_compare", "dictionary", "money_reconcile"})
"""Tools with nothing to show in a fresh installation: no second scheme, nothing confirmed yet, no file of the bureau."""

TERMS = """院内编码,院内名称,类别,使用次数
Z001,慢支急性发作,诊断,412
Z002,急性阑尾炎,诊断,388
Z003,2型糖尿病肾病,诊断,301
Z004,腔隙性脑梗塞,诊断,276
Z005,冠心病,诊断,254
Z006,腰突症,诊断,190
Z007,子宫内膜癌,诊断,63
S001,腹腔镜下胆囊切除术,手术,142
S002,冠脉造影,手术,120
"""
"""A term list for the tool that maps one."""


def _press(text: str, window: ToolWindow) -> None:
    next(button for button in window.findChildren(QPushButton) if button.text() == text).click()


def _choose(text: str, window: ToolWindow) -> None:
    for box in window.findChildren(QComboBox):
        place = box.findText(text, Qt.MatchFlag.MatchContains)
        if place >= 0:
            box.setCurrentIndex(place)
            return


def _go_down(rows: int, window: ToolWindow) -> None:
    table = next(each for each in window.findChildren(DenseTable) if each.isVisible())
    table.setCurrentIndex(table.model().index(rows, 0))


def _import_terms(window: ToolWindow) -> None:
    """A hospital's terms as they are: short forms, habits, one procedure."""
    path = data_dir() / "院内诊断词表.csv"
    path.write_text(TERMS, encoding="utf-8")
    if isinstance(window, MapWindow):
        window.take(path, Edition.CLINICAL)


STEPS: Mapping[str, Callable[[ToolWindow], object]] = {
    "rules": partial(_go_down, 3),
    "dip_points": partial(_press, "测算"),
    "dip_auxiliary": partial(_press, "从历史测算"),
    "term_map": _import_terms,
    "weight_history": partial(_press, "计算权重"),
    "money_clearing": partial(_choose, "2025-09"),
}
"""What is done in a tool before its picture is taken, by its id."""


def take(tool_id: str, studio: Studio) -> None:
    """Open a tool, take the step that makes it telling, take its picture, close it."""
    studio.show_correction()
    window = studio.tool(tool_id)
    window.resize(window.default_size)  # the screen that is not there is small, and windows keep within it
    step = STEPS.get(tool_id)
    if step is not None:
        step(window)
        studio.settle()
    studio.shoot(f"tool-{tool_id}", window)
    window.close()
    studio.settle()
