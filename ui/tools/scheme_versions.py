"""Versions of schemes side by side: dates in force, size, where they lie; version and dates can be written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.drg.scheme_store import KeptScheme, set_validity
from app.errors import UserError
from coding_rules.grouper.drg.scheme_verify import verify_versions
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import count, text
from ui.wording import MISSING

HINT = "双击“版本”“启用”“停用”可以修改（限已导入的方案）；日期写成 2025-01-01，留空表示不限。"


class SchemeVersions(QWidget):
    """Lists the schemes there are. ``show_wanted`` and ``use_wanted`` carry the path of the one chosen."""

    show_wanted = Signal(object)
    use_wanted = Signal(object)
    changed = Signal()

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used = Path()
        self.model, self.table = add_table(
            "方案版本", self._columns(), lambda row: row.path, empty="正在读取…", sortable=False
        )
        self.notes = QLabel()
        self.notes.setProperty("role", "warning")
        self.notes.setWordWrap(True)
        self.show_button = QPushButton("查看所选方案")
        self.use_button = QPushButton("用作当前方案")
        hint = QLabel(HINT)
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(hint, 1)
        row.addWidget(self.show_button)
        row.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.notes)
        column.addLayout(row)
        self.show_button.clicked.connect(self._show)
        self.use_button.clicked.connect(self._use)
        self.table.selectionModel().currentChanged.connect(self._enable)
        self._enable()

    def show_schemes(self, schemes: Sequence[KeptScheme], used: Path) -> None:
        """List these; ``used`` is the one in use."""
        self._used = used
        self.model.set_rows(schemes)
        issues = [str(issue) for issue in verify_versions([one.info for one in schemes if not one.problem])]
        issues += [f"{one.path.name}：{one.problem}" for one in schemes if one.problem]
        self.notes.setText("\n".join(issues))
        self.notes.setVisible(bool(issues))
        if schemes:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _columns(self) -> tuple[Column[KeptScheme], ...]:
        def edited(
            key: str, title: str, read: Callable[[KeptScheme], str], width: int, name: str
        ) -> Column[KeptScheme]:
            return Column(
                key,
                title,
                read,
                width=width,
                editable=lambda row: row.own and not row.problem,
                commit=lambda row, value: self._commit(row, name, value),
            )

        return (
            text("used", "", lambda row: "使用中" if row.path == self._used else "", 54),
            text("name", "方案", lambda row: row.info.name, 190, stretch=True),
            edited("version", "版本", lambda row: row.info.version, 120, "version"),
            edited("from", "启用", lambda row: _day(row.info.valid_from), 92, "valid_from"),
            edited("to", "停用", lambda row: _day(row.info.valid_to), 92, "valid_to"),
            text("edition", "编码版本", lambda row: row.info.edition.value, 70),
            count("groups", "组数", lambda row: row.groups or None, 60),
            count("codes", "列表编码", lambda row: row.codes or None, 78),
            text("weights", "权重表", lambda row: row.weights or "无权重数据", 120),
            text("path", "位置", lambda row: str(row.path), 200, muted=True),
        )

    def _commit(self, row: KeptScheme, name: str, value: str) -> bool:
        try:
            info = row.info
            if name == "version":
                info = replace(info, version=value.strip())
            else:
                day = date.fromisoformat(value.strip()) if value.strip(f" {MISSING}") else None
                info = replace(info, valid_from=day) if name == "valid_from" else replace(info, valid_to=day)
            set_validity(row.path, info.version, info.valid_from, info.valid_to)
        except ValueError:
            tell_user(self, UserError(f"“{value}”不是日期。", "请写成 2025-01-01 的样子，或留空。"))
            return False
        except UserError as error:
            tell_user(self, error)
            return False
        self.model.update_rows([replace(row, info=info)])
        self.changed.emit()
        return True

    @Slot()
    def _show(self) -> None:
        row = self.table.current_row()
        if row is not None and not row.problem:
            self.show_wanted.emit(row.path)

    @Slot()
    def _use(self) -> None:
        row = self.table.current_row()
        if row is not None and not row.problem:
            self.use_wanted.emit(row.path)

    @Slot()
    def _enable(self) -> None:
        row = self.table.current_row()
        usable = row is not None and not row.problem
        self.show_button.setEnabled(usable)
        self.use_button.setEnabled(usable and row is not None and row.path != self._used)


def _day(value: date | None) -> str:
    return value.isoformat() if value else MISSING
