"""Key sheet: every action with its keys, by menu, made from the registry; and the keys inside tables and editors."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from ui.actions import ACTIONS, MENUS, shortcut_text

INSIDE = (
    ("在诊断、手术表中", "直接键入文字 / 拼音首字母 / 编码", "检索候选"),
    ("在诊断、手术表中", "F2 或 Enter", "修改本行编码"),
    ("修改编码时", "↑ ↓", "在候选中移动"),
    ("修改编码时", "Enter", "采用所选候选"),
    ("修改编码时", "Shift+Enter", "照原样录入"),
    ("修改编码时", "Esc", "放弃修改"),
    ("在候选列表中", "1 – 9", "采用该号候选"),
    ("在候选列表中", "Enter", "采用所选候选"),
    ("在筛选框中", "Enter 或 ↓", "到病例队列"),
    ("在筛选框中", "Esc", "清空筛选，回到队列"),
    ("在分面中", "空格", "勾选 / 取消"),
    ("在分面中", "← →", "折叠 / 展开"),
    ("在工具窗口的表格中", "Enter", "与双击相同：转到病例，或修改这一格"),
    ("在任何表格中", "Ctrl+C", "复制所选行（可粘贴到 Excel）"),
    ("在任何表格中", "点击表头", "排序；第三次点击恢复原顺序"),
    ("任何地方", "Tab / Shift+Tab", "下一处 / 上一处"),
)
"""Keys that widgets handle themselves, so that the sheet is complete: where, key, what."""


def sheet_rows() -> list[tuple[str, str, str]]:
    """All keys as (menu or place, key, what)."""
    rows = [
        (MENUS[spec.menu].split("(")[0], shortcut_text(spec), spec.text.rstrip("…"))
        for spec in ACTIONS
        if spec.shortcuts
    ]
    order = {menu.split("(")[0]: place for place, menu in enumerate(MENUS.values())}
    rows.sort(key=lambda row: order[row[0]])
    return [*rows, *INSIDE]


def sheet_html() -> str:
    """The sheet as a table with headings."""
    parts, last = ["<table cellspacing='0' cellpadding='3' width='100%'>"], ""
    for place, keys, what in sheet_rows():
        if place != last:
            parts.append(f"<tr><td colspan='2'><br><b>{escape(place)}</b></td></tr>")
            last = place
        parts.append(f"<tr><td width='46%'>{escape(what)}</td><td><code>{escape(keys)}</code></td></tr>")
    return "".join(parts) + "</table>"


class KeySheet(QDialog):
    """Shows the key sheet; its text can be selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("快捷键一览")
        self.resize(560, 620)
        text = QTextBrowser()
        text.setAccessibleName("快捷键一览")
        text.setHtml(sheet_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText("关闭")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text, 1)
        column.addWidget(buttons)
