"""The one screen of the work: queue | case and candidates | findings and score. Arranges panels, nothing else."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from icd_tables.codes import Kind
from ui.panels.candidates import CandidatesPanel
from ui.panels.case import CasePanel
from ui.panels.findings import FindingsPanel
from ui.panels.queue import QueuePanel
from ui.panels.score import ScorePanel


class ReviewPage(QWidget):
    """Panels side by side in splitters whose sizes are remembered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = QueuePanel()
        self.case = CasePanel()
        self.candidates = CandidatesPanel()
        self.findings = FindingsPanel()
        self.score = ScorePanel()
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.centre = QSplitter(Qt.Orientation.Vertical)
        self.right = QSplitter(Qt.Orientation.Vertical)
        self._arrange()

    def splitters(self) -> dict[str, QSplitter]:
        """What the remembered layout consists of."""
        return {
            "columns": self.columns,
            "centre": self.centre,
            "right": self.right,
            "queue": self.queue.splitter,
            "case": self.case.splitter,
            "score": self.score.splitter,
        }

    def reset_layout(self) -> None:
        """The sizes of a fresh installation, as shares of the room there is."""
        self.columns.setSizes([360, 620, 386])
        self.centre.setSizes([400, 300])
        self.right.setSizes([230, 440])
        self.score.splitter.setSizes([318, 240])
        self.queue.splitter.setSizes([220, 480])
        self.case.splitter.setSizes([220, 150])

    def _arrange(self) -> None:
        self.centre.addWidget(self.case)
        self.centre.addWidget(self.candidates)
        self.right.addWidget(self.findings)
        self.right.addWidget(self.score)
        for column in (self.queue, self.centre, self.right):
            self.columns.addWidget(column)
        for splitter in (self.columns, self.centre, self.right):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(9)
        for place, share in enumerate((36, 62, 38)):
            self.columns.setStretchFactor(place, share)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 7, 9, 7)
        row.addWidget(self.columns)
        self.reset_layout()
        self._set_tab_order()

    def _set_tab_order(self) -> None:
        """Left to right, top to bottom: as the eye goes."""
        stops: list[QWidget] = [self.queue.filter, self.queue.facets.tree, self.queue.table]
        stops += [self.case.tables[kind] for kind in Kind]
        stops += [self.candidates.list, self.findings.list, self.findings.adopt_button]
        stops += [self.findings.keep_button, self.findings.pending_button, self.score.tabs, self.score.score]
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)
