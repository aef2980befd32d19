"""Exporting: asks what to write, writes it off the window's thread, says where it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from app.errors import UserError
from app.progress import Progress
from app.work import Snapshot, Work, export_list, export_pages
from app.workbench import Workbench
from ui.dialogs.export import ExportDialog, ExportWish
from ui.dialogs.messages import tell_user
from ui.jobs import Jobs


class ExportDesk(QObject):
    """Writes the correction list and the corrected pages."""

    written = Signal(object)
    """The folder written to."""

    def __init__(self, window: QWidget, jobs: Jobs) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs

    def ask(self, work: Work, bench: Workbench, *, folder: Path, names: bool) -> None:
        """Ask what to write; ``folder`` is offered first."""
        altered = sum(bench.altered(case_id) for case_id in bench.case_ids)
        touched = len(bench.history.case_ids)
        dialog = ExportDialog(
            folder / f"更正清单-{work.session.path.stem}.xlsx",
            folder if work.layouts else None,
            f"共 {len(bench.case_ids):,} 例，已处理 {touched:,} 例，其中更正编码 {altered:,} 例。",
            names=names,
            parent=self._window,
        )
        dialog.accepted.connect(lambda: self.write(work, bench, dialog.wish))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, work: Work, bench: Workbench, wish: ExportWish) -> None:
        """Write it from a snapshot, so that work may go on meanwhile."""
        snapshot = Snapshot.of(bench)

        def run(progress: Progress) -> list[str]:
            lines = []
            if wish.corrections is not None:
                export_list(wish.corrections, snapshot, work.reports, names=wish.names, progress=progress)
                lines.append(f"更正清单：{wish.corrections}")
            if wish.pages is not None:
                for path, rows in export_pages(wish.pages, work.layouts, snapshot, progress):
                    lines.append(f"更正后的首页：{path}（改动 {rows:,} 行）")
            return lines

        job = self._jobs.start("正在导出", run)
        job.done.connect(self._done)
        job.refused.connect(self._refused)
        self._folder = (wish.corrections.parent if wish.corrections else wish.pages) or Path.home()

    @Slot(object)
    def _done(self, lines: list[str]) -> None:
        self.written.emit(self._folder)
        box = QMessageBox(self._window)
        box.setWindowTitle("导出完成")
        box.setText("\n".join(lines))
        show = box.addButton("打开所在文件夹", QMessageBox.ButtonRole.ActionRole)
        box.addButton("好", QMessageBox.ButtonRole.AcceptRole)
        folder = QUrl.fromLocalFile(str(self._folder))
        show.clicked.connect(lambda: QDesktopServices.openUrl(folder))
        box.finished.connect(box.deleteLater)
        box.open()

    @Slot(object)
    def _refused(self, error: UserError) -> None:
        tell_user(self._window, error)
