"""One rule of the library in full: state and grade to change, plain Chinese, authority, examples."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app.rules.rule_catalogue import RuleLine, condition, examples, message
from coding_rules.checks.pack import MONTH
from coding_rules.finding import Severity
from ui.theme import tokens_of

NOTHING = "在左侧选一条规则，这里列出它的条件、提示、依据和例子。"


class RuleDetail(QWidget):
    """Shows a rule and carries the wishes to change it."""

    switched = Signal(str, bool)
    """Rule id, on."""
    graded = Signal(str, object)
    """Rule id, ``Severity``."""
    edit_wanted = Signal(str)
    delete_wanted = Signal(str)
    cases_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line: RuleLine | None = None
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.severity = QComboBox()
        self.severity.setAccessibleName("规则级别")
        for one in Severity:
            self.severity.addItem(one.label, one)
        self.switch = QPushButton("停用")
        self.back = QPushButton("恢复默认")
        self.back.setToolTip("启用并恢复规则包给出的级别")
        self.edit = QPushButton("修改…")
        self.delete = QPushButton("删除")
        self.text = QTextBrowser()
        self.text.setAccessibleName("规则全文")
        self.text.setOpenLinks(False)
        self._arrange()
        self.switch.clicked.connect(self._switch)
        self.severity.activated.connect(self._grade)
        self.back.clicked.connect(self._restore)
        self.edit.clicked.connect(lambda: self.edit_wanted.emit(self._id))
        self.delete.clicked.connect(lambda: self.delete_wanted.emit(self._id))
        self.show_rule(None)

    @property
    def _id(self) -> str:
        return self.line.rule.id if self.line else ""

    def show_rule(self, line: RuleLine | None) -> None:
        """Show a rule, or say that none is chosen."""
        self.line = line
        for part in (self.severity, self.switch, self.back):
            part.setEnabled(line is not None)
        own = line is not None and line.own
        self.edit.setVisible(own)
        self.delete.setVisible(own)
        if line is None:
            self.title.setText("")
            self.text.setPlainText(NOTHING)
            return
        self.title.setText(f"{line.rule.id}　{line.rule.title}")
        self.severity.setCurrentIndex(list(Severity).index(line.severity))
        self.switch.setText("停用" if line.on else "启用")
        self.back.setEnabled(line.changed)
        self.text.setHtml(self._html(line))

    def changeEvent(self, event: QEvent) -> None:
        """The text carries colours of its own: made anew for light and dark."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.line is not None:
            self.text.setHtml(self._html(self.line))

    def _html(self, line: RuleLine) -> str:
        rule = line.rule
        rows = [
            ("条件", condition(rule)),
            ("提示", message(rule)),
            ("说明", rule.note),
            ("依据", rule.authority),
            ("适用", f"{rule.valid_from or '…'} 至 {rule.valid_to or '…'} 出院" if _dated(line) else ""),
            (
                "评分",
                f"{rule.class_} 类，扣 {rule.points:g} 分（{rule.item}）" if rule.class_ != "-" else "不扣分",
            ),
            ("范围", "全月病案之间" if rule.scope == MONTH else "单份病案"),
            ("本月", _month(line)),
            ("改动", _changes(line)),
            ("规则语言", rule.when or f"check = {rule.check}"),
        ]
        muted = tokens_of(self).muted
        cells = "".join(
            f'<tr><td style="color:{muted}; padding:2px 10px 4px 0; white-space:nowrap">{label}</td>'
            f'<td style="padding:2px 0 4px 0">{escape(text)}</td></tr>'
            for label, text in rows
            if text
        )
        return f"<table>{cells}</table>{self._examples(line, muted)}"

    @staticmethod
    def _examples(line: RuleLine, muted: str) -> str:
        told = examples(line.rule)
        if not told:
            return ""
        items = "".join(
            f"<li>{'<b>应提示</b>' if one.fires else '不应提示'}：{escape(one.text)}</li>" for one in told
        )
        return f'<p style="color:{muted}">例子（只写与无差错首页的不同之处）</p><ul>{items}</ul>'

    def _arrange(self) -> None:
        row = QHBoxLayout()
        label = QLabel("级别")
        label.setBuddy(self.severity)
        for part in (label, self.severity, self.switch, self.back):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.edit)
        row.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.text, 1)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)

    @Slot()
    def _switch(self) -> None:
        if self.line is not None:
            self.switched.emit(self._id, not self.line.on)

    @Slot(int)
    def _grade(self, place: int) -> None:
        if self.line is not None and list(Severity)[place] is not self.line.severity:
            self.graded.emit(self._id, list(Severity)[place])

    @Slot()
    def _restore(self) -> None:
        if self.line is not None:
            rule, on = self.line.rule, self.line.on
            self.graded.emit(rule.id, rule.severity)
            if not on:
                self.switched.emit(rule.id, True)


def _dated(line: RuleLine) -> bool:
    return line.rule.valid_from is not None or line.rule.valid_to is not None


def _month(line: RuleLine) -> str:
    if line.lacking:
        return f"未评价：{line.lacking}"
    if line.hits is None:
        return "已停用" if not line.on else "没有打开首页数据"
    return f"{line.hits:,} 处，{line.cases or 0:,} 例" if line.hits else "没有发现"


def _changes(line: RuleLine) -> str:
    parts = [] if line.on else ["已停用"]
    if line.severity is not line.rule.severity:
        parts.append(f"级别由“{line.rule.severity.label}”改为“{line.severity.label}”")
    return "，".join(parts)
