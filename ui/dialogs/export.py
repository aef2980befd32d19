"""Export: the correction list as a workbook, and the corrected front pages in the form they came in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui.dialogs.fields import PathField


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What to write and where; ``None`` for what is not wanted. ``pages`` is a folder."""

    corrections: Path | None
    pages: Path | None
    names: bool = True


class ExportDialog(QDialog):
    """Asks what to write. ``wish`` holds the answer."""

    def __init__(
        self,
        corrections: Path,
        pages: Path | None,
        summary: str,
        *,
        names: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("导出")
        self.setMinimumWidth(620)
        self.list_box = QCheckBox("更正清单（xlsx）：分科室、汇总、版本与设置")
        self.list_path = PathField("更正清单", "", "Excel 工作簿 (*.xlsx)", saves=True)
        self.list_path.set_text(str(corrections))
        self.names_box = QCheckBox("清单中列出患者姓名")
        self.pages_box = QCheckBox("更正后的首页数据（与原文件同格式，未改动的内容逐字节相同）")
        self.pages_path = PathField("首页数据所存文件夹", "")
        self.pages_path.set_text(str(pages) if pages else "")
        self.pages_box.setEnabled(pages is not None)
        self.list_box.setChecked(True)
        self.names_box.setChecked(names)
        self.pages_box.setChecked(False)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("导出")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        for box in (self.list_box, self.pages_box):
            box.toggled.connect(self._enable)
        for path in (self.list_path, self.pages_path):
            path.changed.connect(self._enable)
        head = QLabel(summary)
        head.setWordWrap(True)
        grid = QGridLayout()
        parts: tuple[QWidget, ...] = (
            self.list_box,
            self.list_path,
            self.names_box,
            self.pages_box,
            self.pages_path,
        )
        for place, part in enumerate(parts):
            grid.addWidget(part, place, 0)
        column = QVBoxLayout(self)
        column.addWidget(head)
        column.addLayout(grid)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self._enable()

    @property
    def wish(self) -> ExportWish:
        """What was asked for."""
        return ExportWish(
            Path(self.list_path.text) if self.list_box.isChecked() else None,
            Path(self.pages_path.text) if self.pages_box.isChecked() else None,
            self.names_box.isChecked(),
        )

    @Slot()
    def _enable(self) -> None:
        self.list_path.setEnabled(self.list_box.isChecked())
        self.names_box.setEnabled(self.list_box.isChecked())
        self.pages_path.setEnabled(self.pages_box.isChecked())
        wanted = [(self.list_box, self.list_path), (self.pages_box, self.pages_path)]
        chosen = [bool(path.text) for box, path in wanted if box.isChecked()]
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(chosen) and all(chosen))
