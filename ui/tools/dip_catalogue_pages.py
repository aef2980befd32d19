"""Pages of the tool DIP 目录: groups with detail, what an import did, versions side by side, the lists beside a catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.dip.library import Lists, SideList
from app.review import CaseResult
from coding_rules.grouper.dip.catalogue import CatalogueIssue, CatalogueReport, DipCatalogue, DipKind
from coding_rules.grouper.dip.versions import Change, GroupChange
from ui.tools.dip_catalogue_tables import (
    ACTIONS,
    CASE_COLUMNS,
    CHANGE_COLUMNS,
    DETAIL_COLUMNS,
    GROUP_COLUMNS,
    ISSUE_COLUMNS,
    LIST_COLUMNS,
    GroupRow,
    IssueRow,
    ListRow,
    details,
)
from ui.tools.window import ToolWindow

_OFTEN_EMPTY = {"mean_los", "cv", "cases"}
"""Columns that many regions do not publish; shown only where they do."""
TABLES = "病种目录 (*.xlsx *.xls *.csv)"


class GroupsPage(QWidget):
    """Search among the groups; the chosen one in detail with the open cases in it."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._tool = tool
        self._catalogue: DipCatalogue | None = None
        self._members: dict[str, list[CaseResult]] = {}
        self.words = QLineEdit()
        self.words.setPlaceholderText("按病种编码、名称、诊断或手术编码查找，可写几个词")
        self.words.setAccessibleName("查找病种")
        self.words.setClearButtonEnabled(True)
        self.kind = QComboBox()
        self.kind.setAccessibleName("病种类型")
        self.kind.addItem("全部类型", "")
        for kind in DipKind:
            self.kind.addItem(kind.value, kind.value)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.model, self.table = tool.add_table(
            "病种", GROUP_COLUMNS, lambda row: row.place, empty="没有符合的病种。"
        )
        self.detail, detail_table = tool.add_table(
            "病种明细",
            DETAIL_COLUMNS,
            lambda row: row.label,
            sortable=False,
            empty="点选一个病种，这里显示明细。",
        )
        detail_table.setWordWrap(True)
        detail_table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        detail_table.horizontalHeader().setVisible(False)
        self.cases, self.case_table = tool.add_table(
            "本月病例", CASE_COLUMNS, lambda row: row.case.case_id, empty="打开的病例中没有入此组的。"
        )
        self._arrange(detail_table)
        self.words.textChanged.connect(self._filter)
        self.kind.currentIndexChanged.connect(self._filter)
        self.table.selectionModel().currentChanged.connect(self._show_detail)
        self.case_table.doubleClicked.connect(self._go)

    def show_catalogue(self, catalogue: DipCatalogue, results: Sequence[CaseResult] | None) -> None:
        """All groups; ``results`` of the open cases are counted by group. ``None``: they were grouped by another catalogue."""
        self._catalogue = catalogue
        self._members = {}
        if results is not None:
            self.case_table.empty_text = "打开的病例中没有入此组的。"
        elif self._tool.context.workbench is None:
            self.case_table.empty_text = "打开首页数据后，这里列出入此组的病例。"
        else:
            self.case_table.empty_text = (
                "打开的病例不是按这份目录分组的；保存并用于审核后，这里列出入此组的病例。"
            )
        for result in results or ():
            if result.dip and result.dip.grouping.grouped:
                self._members.setdefault(result.dip.grouping.group, []).append(result)
        self.model.set_rows(
            GroupRow.of(place, group, len(self._members.get(group.code, ())))
            for place, group in enumerate(catalogue)
        )
        for place, column in enumerate(GROUP_COLUMNS):
            empty = column.key in _OFTEN_EMPTY and all(
                getattr(group, column.key) is None for group in catalogue
            )
            self.table.setColumnHidden(place, empty or (column.key == "here" and results is None))
        self._filter()

    @Slot()
    def _filter(self) -> None:
        kept = self.table.current_row()
        words = self.words.text().upper().split()
        kind = str(self.kind.currentData())

        def accepts(row: GroupRow) -> bool:
            return kind in {"", row.group.kind_label, row.group.kind.value} and all(
                word in row.words for word in words
            )

        self.model.set_filter(accepts if words or kind else None)
        shown, all_ = self.model.rowCount(), len(self.model)
        self.count.setText(f"{shown:,} / {all_:,} 个病种" if shown != all_ else f"{all_:,} 个病种")
        place = self.model.place_of(kept.place) if kept is not None else 0
        self.table.setCurrentIndex(self.model.index(max(place, 0), 0))
        if not shown:
            self._show_detail(QModelIndex(), QModelIndex())

    @Slot(QModelIndex, QModelIndex)
    def _show_detail(self, index: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is None or self._catalogue is None:
            self.detail.set_rows([])
            self.cases.set_rows([])
            return
        self.detail.set_rows(details(row.group, self._catalogue))
        self.cases.set_rows(self._members.get(row.group.code, ()))

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        row = self.cases.row_at(index.row())
        if row is not None:
            self._tool.context.case_wanted.emit(row.case.case_id)

    def _arrange(self, detail_table: QWidget) -> None:
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.kind)
        top.addWidget(self.count)
        side = QSplitter(Qt.Orientation.Vertical)
        side.addWidget(detail_table)
        side.addWidget(self.case_table)
        side.setSizes([420, 160])
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.table)
        both.addWidget(side)
        both.setSizes([820, 380])
        both.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(top)
        column.addWidget(both, 1)


class IssuesPage(QWidget):
    """Issues by what was done about them: the report of an import, or what a check found."""

    def __init__(self, tool: ToolWindow, name: str, empty: str) -> None:
        super().__init__()
        self.head = QLabel()
        self.head.setWordWrap(True)
        self.action = QComboBox()
        self.action.setAccessibleName(f"{name}的处理")
        self.action.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._empty = empty
        self.model, self.table = tool.add_table(name, ISSUE_COLUMNS, lambda row: row.number, empty=empty)
        self.row = QHBoxLayout()
        self.row.addWidget(self.head, 1)
        self.row.addWidget(self.action)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(self.row)
        column.addWidget(self.table, 1)
        self.action.currentIndexChanged.connect(self._filter)

    def show_report(self, report: CatalogueReport) -> None:
        """What an import did with every row."""
        refused, corrected = len(report.refused), len(report.corrected)
        doubts = len(report.issues) - refused - corrected
        self.show_issues(
            report.issues,
            f"读到 {report.read:,} 行，得到 {report.groups:,} 个病种；拒收 {refused:,} 行，存疑 {doubts:,} 处，"
            f"更正 {corrected:,} 处写法。",
        )

    def show_issues(self, issues: Sequence[CatalogueIssue], head: str) -> None:
        """Issues under a sentence; without one nothing was looked for yet."""
        self.head.setText(head)
        self.table.empty_text = "没有要列出的行。" if head else self._empty
        order = list(ACTIONS)
        # Stable: within one kind they stay by sheet and row.
        ranked = sorted(issues, key=lambda issue: order.index(issue.action))
        self.model.set_rows(IssueRow(number, issue) for number, issue in enumerate(ranked))
        counts = Counter(issue.action for issue in issues)
        self.action.blockSignals(True)
        self.action.clear()
        self.action.addItem(f"全部（{len(issues):,}）", "")
        for action, label in ACTIONS.items():
            if counts[action]:
                self.action.addItem(f"{label}（{counts[action]:,}）", action)
        self.action.blockSignals(False)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        wanted = self.action.currentData() or ""
        self.model.set_filter((lambda row: row.issue.action == wanted) if wanted else None)


class VersionsPage(QWidget):
    """Two catalogues side by side. ``wanted`` carries the path of the other catalogue."""

    wanted = Signal(object)
    turned = Signal()

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self.head = QLabel(
            "选择另一年或另一地的目录，列出两份目录各自的地区、年度、文件，以及病种的新增、取消、条件、分值和均费的变化。"
        )
        self.head.setWordWrap(True)
        self.change = QComboBox()
        self.change.setAccessibleName("变化的种类")
        self.change.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        choose, turn = QPushButton("对比目录…"), QPushButton("新旧对调")
        choose.clicked.connect(self._choose)
        turn.clicked.connect(self.turned)
        turn.setEnabled(False)
        self.change.setVisible(False)
        self.turn = turn
        self.model, self.table = tool.add_table(
            "版本对比", CHANGE_COLUMNS, lambda row: (row.code, row.change), empty="还没有选另一份目录。"
        )
        row = QHBoxLayout()
        row.addWidget(self.head, 1)
        for part in (self.change, turn, choose):
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.change.currentIndexChanged.connect(self._filter)

    def show_changes(self, old: str, new: str, changes: Sequence[GroupChange]) -> None:
        """Every difference between two catalogues."""
        counts = Counter(change.change for change in changes)
        listed = "，".join(f"{change.value} {counts[change]:,}" for change in Change if counts[change])
        self.head.setText(f"旧：{old}　新：{new}　{listed or '两份目录没有不同'}")
        self.turn.setEnabled(True)
        self.change.setVisible(True)
        self.table.empty_text = "没有可列的变化。"
        self.model.set_rows(changes)
        self.change.blockSignals(True)
        self.change.clear()
        self.change.addItem(f"全部变化（{len(changes):,}）", "")
        for change in Change:
            if counts[change]:
                self.change.addItem(f"{change.value}（{counts[change]:,}）", change.value)
        self.change.blockSignals(False)
        self._filter()

    @Slot()
    def _filter(self) -> None:
        wanted = self.change.currentData() or ""
        self.model.set_filter((lambda row: row.change.value == wanted) if wanted else None)

    @Slot()
    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "对比的目录", str(Path.home()), TABLES)
        if name:
            self.wanted.emit(Path(name))


class ListsPage(QWidget):
    """The lists beside a catalogue. ``changed`` carries (list, file or ``None`` to take it away)."""

    changed = Signal(object, object)

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        head = QLabel("点选一种名单，再从文件读入；读入后马上生效于本窗口，保存为本院目录后可用于审核。")
        head.setProperty("role", "muted")
        read, away = QPushButton("读入所选名单…"), QPushButton("去掉所选名单")
        read.clicked.connect(self._choose)
        away.clicked.connect(self._take_away)
        self.model, self.table = tool.add_table(
            "属性表与名单", LIST_COLUMNS, lambda row: row.kind, sortable=False
        )
        self.table.doubleClicked.connect(lambda _index: self._choose())
        row = QHBoxLayout()
        row.addWidget(head, 1)
        row.addWidget(away)
        row.addWidget(read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_lists(self, catalogue: DipCatalogue, files: Lists) -> None:
        """Every list with what the catalogue carries of it."""
        chosen = self.chosen
        self.model.set_rows(
            ListRow(kind, kind.entries(catalogue), files.get(kind), kind in files and files[kind] is None)
            for kind in SideList
        )
        self.table.selectRow(max(self.model.place_of(chosen), 0))

    @property
    def chosen(self) -> SideList:
        """The list under the cursor, the procedure kinds at first."""
        row = self.table.current_row()
        return row.kind if row is not None else SideList.KINDS

    @Slot()
    def _choose(self) -> None:
        kind = self.chosen
        name, _ = QFileDialog.getOpenFileName(self, kind.label, str(Path.home()), "表格 (*.xlsx *.xls *.csv)")
        if name:
            self.changed.emit(kind, Path(name))

    @Slot()
    def _take_away(self) -> None:
        self.changed.emit(self.chosen, None)
