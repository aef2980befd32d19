"""Dialog 评分标准: the points of the front-page score, item by item, with limits of parts and of grades."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.rules.front_page_score import CLASSES, save_score_table, with_grade, with_item, with_part
from coding_rules.scoring import Grade, Item, Part, ScoreTable, shipped_table
from ui.dialogs.messages import tell_user
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable
from ui.tools.columns import text

Row = TypeVar("Row")
HINT = "双击数值、等级名称和“不得有的差错”修改。一处差错扣“扣分”，同一项目最多扣到“上限”；一个部分最多扣到它的上限。"


class ScoreTableDialog(QDialog):
    """Edits a ``ScoreTable``. ``table`` holds the result; ``accept`` writes it as the hospital's own."""

    def __init__(self, table: ScoreTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("评分标准")
        self.resize(760, 600)
        self.table = table
        self.items: ColumnsModel[Item] = ColumnsModel(
            self._item_columns(), lambda row: (*row.names, row.class_), self
        )
        self.parts: ColumnsModel[Part] = ColumnsModel(self._part_columns(), lambda row: row.name, self)
        self.grades: ColumnsModel[Grade] = ColumnsModel(self._grade_columns(), lambda row: row.name, self)
        tabs = QTabWidget()
        tabs.setAccessibleName("评分标准")
        for name, model in (("项目", self.items), ("部分", self.parts), ("等级", self.grades)):
            view = DenseTable(model, f"评分{name}")
            trigger = QAbstractItemView.EditTrigger
            view.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
            tabs.addTab(view, name)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Save | standard.Cancel | standard.RestoreDefaults)
        self.buttons.button(standard.Save).setText("保存")
        self.buttons.button(standard.Cancel).setText("取消")
        self.buttons.button(standard.RestoreDefaults).setText("恢复内置标准")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(standard.RestoreDefaults).clicked.connect(self.restore)
        column = QVBoxLayout(self)
        hint = QLabel(HINT)
        hint.setWordWrap(True)
        for part in (hint, tabs, self.note, self.buttons):
            column.addWidget(part)
        self._show()

    def accept(self) -> None:
        """Write it; what cannot be is said and the dialog stays."""
        try:
            save_score_table(self.table)
        except UserError as error:
            tell_user(self, error)
            return
        super().accept()

    @Slot()
    def restore(self) -> None:
        """The table that comes with the program."""
        self.table = shipped_table()
        self._show()

    def _show(self) -> None:
        self.items.set_rows(self.table.items)
        self.parts.set_rows(self.table.parts)
        self.grades.set_rows(self.table.grades)
        self._say("")

    def _say(self, problem: str) -> None:
        own = "" if self.table == shipped_table() else "已与内置标准不同。"
        self.note.setText(problem or f"{own}{self.table.title}。{self.table.note}")
        self.note.setProperty("role", "warning" if problem else "muted")
        self.note.style().polish(self.note)

    def _set(self, change: Callable[[Row, Decimal], ScoreTable]) -> Callable[[Row, str], bool]:
        def commit(row: Row, typed: str) -> bool:
            value = _points(typed, self.table.full)
            if value is None:
                self._say(f"“{typed}”不是 0 到 {self.table.full:g} 之间的数。")
                return False
            self.table = change(row, value)
            self._show()
            return True

        return commit

    def _item_columns(self) -> tuple[Column[Item], ...]:
        def points(row: Item, value: Decimal) -> ScoreTable:
            return with_item(self.table, row, value, max(row.most, value) if row.most > row.points else value)

        def most(row: Item, value: Decimal) -> ScoreTable:
            return with_item(self.table, row, row.points, value)

        return (
            text("part", "部分", lambda row: row.part, 110, muted=True),
            text("item", "项目", lambda row: "、".join(row.names), 280, stretch=True),
            text("class", "类别", lambda row: row.class_, 46),
            _editable("points", "扣分", lambda row: row.points, self._set(points)),
            _editable("most", "上限", lambda row: row.most, self._set(most)),
        )

    def _part_columns(self) -> tuple[Column[Part], ...]:
        def most(row: Part, value: Decimal) -> ScoreTable:
            return with_part(self.table, row, value, row.d_most)

        def d_most(row: Part, value: Decimal) -> ScoreTable:
            return with_part(self.table, row, row.most, value)

        return (
            text("name", "部分", lambda row: row.name, 200, stretch=True),
            _editable("most", "最多扣", lambda row: row.most, self._set(most)),
            _editable("d_most", "其中 D 类最多扣", lambda row: row.d_most, self._set(d_most), 130),
        )

    def _grade_columns(self) -> tuple[Column[Grade], ...]:
        def least(row: Grade, value: Decimal) -> ScoreTable:
            return with_grade(self.table, row, replace(row, least=value))

        return (
            Column("name", "等级", lambda row: row.name, width=120, stretch=True, commit=self._rename),
            _editable("least", "至少（分）", lambda row: row.least, self._set(least)),
            Column(
                "no_class",
                "不得有的差错",
                lambda row: f"{row.no_class} 类" if row.no_class else "不限",
                width=120,
                tip=lambda row: "填 A、B、C 或 D：有这一类差错就评不上这个等级；清空为不限。",
                commit=self._bar,
            ),
        )

    def _rename(self, row: Grade, typed: str) -> bool:
        name = typed.strip()
        if not name or any(one.name == name for one in self.table.grades if one != row):
            self._say("等级要有名称，并且各不相同。")
            return False
        self.table = with_grade(self.table, row, replace(row, name=name))
        self._show()
        return True

    def _bar(self, row: Grade, typed: str) -> bool:
        barred = typed.strip().upper().removesuffix("类").strip().replace("不限", "")
        if barred not in ("", *CLASSES):
            self._say(f"“{typed}”不是差错类别；请填 A、B、C、D，或清空。")
            return False
        self.table = with_grade(self.table, row, replace(row, no_class=barred))
        self._show()
        return True


def _editable(
    key: str, title: str, read: Callable[[Row], Decimal], commit: Callable[[Row, str], bool], width: int = 76
) -> Column[Row]:
    return Column(
        key, title, lambda row: f"{float(read(row)):g}", sort=read, width=width, numeric=True, commit=commit
    )


def _points(typed: str, full: Decimal) -> Decimal | None:
    try:
        value = Decimal(typed.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= full else None
