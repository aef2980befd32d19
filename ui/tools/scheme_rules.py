"""The rules of a scheme: tree MDC → ADRG → DRG with search, the rule with its editor, its lists and weight."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.drg.scheme_search import SchemeIndex
from app.drg.scheme_store import RuleKey
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from icd_tables.terminology import Terminology
from ui.tools.code_lists import AddTable, CodeLists, ListRow
from ui.tools.rule_editor import RuleEditor

RULE_ROLE = int(Qt.ItemDataRole.UserRole)


class SchemeRules(QWidget):
    """Shows a scheme; keeps rule texts that were changed (``edits``) without touching the scheme."""

    edits_changed = Signal()

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edits: dict[RuleKey, str] = {}
        self._index: SchemeIndex | None = None
        self._items: dict[int, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText("组编码、组名，或诊断 / 手术编码")
        self.search.setAccessibleName("查找分组")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("MDC、ADRG、DRG")
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.found = QLabel()
        self.found.setProperty("role", "muted")
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.origin = QLabel()
        self.origin.setProperty("role", "muted")
        self.weight = QLabel()
        self.weight.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.editor = RuleEditor()
        self.restore_button = QPushButton("恢复原规则")
        self.lists = CodeLists(add_table, "规则所用")
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._show)
        self.editor.edited.connect(self._edited)
        self.restore_button.clicked.connect(self._restore)

    def show_scheme(
        self, scheme: Scheme, terminology: Terminology, edits: Mapping[RuleKey, str] | None = None
    ) -> None:
        """Show another scheme with the ``edits`` begun on it before; those of the one shown are dropped."""
        self.edits = dict(edits or {})
        self._index = SchemeIndex(scheme)
        self.editor.use(scheme.vocabulary)
        self.lists.use(terminology, scheme.info.edition)
        self._fill(scheme)
        for item in self._items.values():
            _mark(item, self.palette().link(), changed=_key(item) in self.edits)
        self._filter(self.search.text())
        first = self.tree.topLevelItem(0)
        if first is not None:
            self.tree.setCurrentItem(first)
        self.edits_changed.emit()

    @property
    def current(self) -> GroupRule | None:
        """The rule chosen in the tree."""
        item = self.tree.currentItem()
        rule = item.data(0, RULE_ROLE) if item is not None else None
        return rule if isinstance(rule, GroupRule) else None

    def go_to(self, code: str) -> bool:
        """Choose the group with this code; whether there is one."""
        for item in self._items.values():
            rule: GroupRule = item.data(0, RULE_ROLE)
            if rule.code == code:
                self.search.clear()
                self.tree.setCurrentItem(item)
                self.tree.scrollToItem(item)
                return True
        return False

    def _fill(self, scheme: Scheme) -> None:
        self.tree.clear()
        self._items = {}
        tops = []
        for mdc in scheme.mdcs:
            top = self._item(mdc)
            tops.append(top)
            for adrg in scheme.adrgs_of.get(mdc.code, ()):
                middle = self._item(adrg)
                top.addChild(middle)
                middle.addChildren([self._item(drg) for drg in scheme.drgs_of.get(adrg.code, ())])
        self.tree.addTopLevelItems(tops)

    def _item(self, rule: GroupRule) -> QTreeWidgetItem:
        item = QTreeWidgetItem([f"{rule.code}  {rule.name}"])
        item.setToolTip(0, rule.text)
        item.setData(0, RULE_ROLE, rule)
        self._items[id(rule)] = item
        return item

    @Slot(str)
    def _filter(self, text: str) -> None:
        found = self._index.find(text) if self._index else None
        for item in self._items.values():
            item.setHidden(found is not None)
        for key in found or ():
            if key in self._items:
                _reveal(self._items[key])
        self.found.setText("" if found is None else f"找到 {len(found):,} 条规则" if found else "没有找到")
        self.found.setVisible(found is not None)

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def _show(self, _item: object, _before: object) -> None:
        rule, index = self.current, self._index
        if rule is None or index is None:
            return
        self.title.setText(f"{rule.code}　{rule.name}")
        self.origin.setText(f"{rule.stage.value} · {rule.source}")
        self.weight.setText(index.weight_text(rule))
        self.weight.setVisible(bool(self.weight.text()))
        self.editor.show_rule(self.edits.get((rule.stage, rule.row), rule.text))
        self.restore_button.setEnabled((rule.stage, rule.row) in self.edits)
        used = [ListRow(one, len(index.users_of(one))) for one in index.lists_of(rule)]
        self.lists.show_lists(used)

    @Slot(str)
    def _edited(self, text: str) -> None:
        rule = self.current
        if rule is None:
            return
        key = (rule.stage, rule.row)
        if text == " ".join(rule.text.split()):
            self.edits.pop(key, None)
        else:
            self.edits[key] = text
        self.restore_button.setEnabled(key in self.edits)
        _mark(self.tree.currentItem(), self.palette().link(), changed=key in self.edits)
        self.edits_changed.emit()

    @Slot()
    def _restore(self) -> None:
        rule = self.current
        if rule is not None:
            self.edits.pop((rule.stage, rule.row), None)
            self.editor.show_rule(rule.text)
            self.restore_button.setEnabled(False)
            _mark(self.tree.currentItem(), self.palette().link(), changed=False)
            self.edits_changed.emit()

    def _lay_out(self) -> None:
        left = QWidget()
        inside = QVBoxLayout(left)
        inside.setContentsMargins(0, 0, 0, 0)
        for part in (self.search, self.found):
            inside.addWidget(part)
        inside.addWidget(self.tree, 1)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.origin)
        foot = QHBoxLayout()
        foot.addWidget(self.weight)
        foot.addStretch(1)
        foot.addWidget(self.restore_button)
        right = QWidget()
        detail = QVBoxLayout(right)
        detail.setContentsMargins(8, 0, 0, 0)
        detail.addLayout(head)
        detail.addWidget(self.editor)
        detail.addLayout(foot)
        detail.addWidget(self.lists, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(right)
        split.setChildrenCollapsible(False)
        split.setSizes([330, 820])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(split)


def _reveal(item: QTreeWidgetItem) -> None:
    """Show an item and open everything above it."""
    item.setHidden(False)
    above = item.parent()
    while above is not None:
        above.setHidden(False)
        above.setExpanded(True)
        above = above.parent()


def _key(item: QTreeWidgetItem) -> RuleKey:
    rule: GroupRule = item.data(0, RULE_ROLE)
    return rule.stage, rule.row


def _mark(item: QTreeWidgetItem, colour: QBrush, *, changed: bool) -> None:
    """Show which rules were changed."""
    font = item.font(0)
    if font.bold() != changed:
        font.setBold(changed)
        item.setFont(0, font)
        item.setForeground(0, colour if changed else QBrush())
