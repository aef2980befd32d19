"""Tool 分组路径: the way a case took to its group, as a chain, as a tree, and as text to copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
)

from app.review import CaseResult
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.grouper.path_tree import PathNode, path_text, path_tree
from ui.icons import icon
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow
from ui.tools.wrapping import WrappingDelegate

SIDES = ("现编码", "原编码")


class PathWindow(ToolWindow):
    """Follows the case at hand."""

    default_size = QSize(1120, 680)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.grouping: Grouping | None = None
        self.add_head_button("复制路径", "copy", self.copy, "整条路径复制为文字，可粘贴到病历讨论或申诉材料")
        self.export_button.hide()
        self.case = QLabel()
        self.case.setProperty("role", "title")
        self.system = QComboBox()
        self.system.setAccessibleName("支付体系")
        self.system.addItems([system.value for system in System])
        self.side = QComboBox()
        self.side.setAccessibleName("原编码或现编码")
        self.side.addItems(SIDES)
        self.chain = QLabel()
        self.chain.setWordWrap(True)
        self.chain.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("分组路径")
        self.tree.setHeaderLabels(["步骤", "规则", "命中编码", "出处"])
        self.tree.setWordWrap(True)
        header = self.tree.header()
        for place, width in enumerate((380, 190, 130, 150)):
            header.resizeSection(place, width)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        self.tree.setItemDelegate(WrappingDelegate(self.tree))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._add_copy()
        row = QHBoxLayout()
        row.addWidget(self.case)
        row.addStretch(1)
        row.addWidget(self.side)
        row.addWidget(self.system)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.chain)
        self.body_layout.addWidget(self.tree, 1)
        if context.workbench is not None:
            self.system.setCurrentIndex(list(System).index(context.workbench.system))
        self.system.currentIndexChanged.connect(self.follow_case)
        self.side.currentIndexChanged.connect(self.follow_case)

    def missing(self) -> str:
        """Cases, and one at hand."""
        found = super().missing()
        return found or ("" if self.context.case else "请先在主窗口的队列中选一份病例。")

    def refresh(self) -> None:
        """Show the case at hand."""
        self.follow_case()

    @Slot()
    def follow_case(self) -> None:
        """Show the path of the case at hand, under the system and for the codes chosen."""
        bench, case = self.context.workbench, self.context.case
        if bench is None or case is None:
            return
        self.case.setText(f"{case.record_no or case.case_id} · {case.department or '未填科室'}")
        what_if = bench.result(case.case_id)
        result = what_if.after if self.side.currentIndex() == 0 else what_if.before
        self._show(result, list(System)[self.system.currentIndex()])

    def copy(self) -> None:
        """Put chain and tree on the clipboard as text."""
        if self.grouping is not None:
            QGuiApplication.clipboard().setText(path_text(self.grouping))
            self.busy.tell("已复制整条路径。")

    @Slot()
    def copy_steps(self) -> None:
        """Put the steps selected on the clipboard, a line each; without a selection the whole path."""
        chosen = [item for item in self._items() if item.isSelected()]
        if not chosen:
            self.copy()
            return
        lines = ["\t".join(filter(None, map(item.text, range(4)))) for item in chosen]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.busy.tell(f"已复制所选的 {len(lines)} 行。")

    def _items(self) -> Iterator[QTreeWidgetItem]:
        """All rows, from the top."""
        for place in range(self.tree.topLevelItemCount()):
            stage = self.tree.topLevelItem(place)
            if stage is not None:
                yield stage
                yield from (stage.child(at) for at in range(stage.childCount()))

    def _add_copy(self) -> None:
        action = QAction("复制所选步骤", self.tree)
        action.setShortcut(QKeySequence.StandardKey.Copy)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self.copy_steps)
        self.tree.addAction(action)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _show(self, result: CaseResult, system: System) -> None:
        scored = result.drg if system is System.DRG else result.dip
        self.tree.clear()
        self.grouping = scored.grouping if scored else None
        if self.grouping is None:
            self.chain.setText(f"没有载入 {system.value} 方案。可在“设置”中选择。")
            return
        grouping = self.grouping
        end = f"{grouping.group} {grouping.name}" if grouping.grouped else f"未入组：{grouping.reason}"
        self.chain.setText(f"{grouping.scheme} · {end}\n{grouping.chain}")
        for node in path_tree(grouping):
            self.tree.addTopLevelItem(_stage_item(node))
        self.tree.expandAll()

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """The path as text."""
        return [("路径", path_text(self.grouping))] if self.grouping else []


def _stage_item(node: PathNode) -> QTreeWidgetItem:
    item = QTreeWidgetItem([node.stage])
    font = item.font(0)
    font.setBold(True)
    item.setFont(0, font)
    item.setToolTip(0, node.title)
    item.addChildren([_step_item(step) for step in node.steps])
    return item


def _step_item(step: Step) -> QTreeWidgetItem:
    item = QTreeWidgetItem([step.text, step.rule, "、".join(step.codes), step.source])
    item.setIcon(0, icon("ok" if step.held else "close"))
    for place in range(4):
        item.setToolTip(place, item.text(place))
    spoken = "成立" if step.held else "不成立"
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{spoken}：{step.text}")
    return item
