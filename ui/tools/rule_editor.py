"""Editor of one grouping rule: checked while one types, the mistake underlined and said, nothing saved by itself."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from coding_rules.expression.check import Vocabulary, check
from coding_rules.expression.problem import RuleProblem
from ui.theme import tokens_of

MONOSPACED = ("Cascadia Mono", "Consolas", "Menlo", "DejaVu Sans Mono", "Noto Sans Mono CJK SC")


class RuleEditor(QWidget):
    """Shows a rule and lets it be changed. ``edited`` carries the text whenever it changes; ``problems`` what is wrong."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problems: tuple[RuleProblem, ...] = ()
        self._vocabulary = Vocabulary({})
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("分组规则")
        self.text.setFont(code_font(self.font()))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self.fontMetrics().height() * 5 + 14)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setMinimumHeight(self.fontMetrics().height() + 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.text)
        column.addWidget(self.verdict)
        self.text.textChanged.connect(self._changed)

    def use(self, vocabulary: Vocabulary) -> None:
        """Check against the lists of this scheme from now on."""
        self._vocabulary = vocabulary

    def show_rule(self, text: str) -> None:
        """Show a rule without calling it an edit."""
        self.text.blockSignals(True)
        self.text.setPlainText(text)
        self.text.blockSignals(False)
        self._check()

    @property
    def rule(self) -> str:
        """The text as it stands, on one line as the tables hold it."""
        return " ".join(self.text.toPlainText().split())

    @Slot()
    def _changed(self) -> None:
        self._check()
        self.edited.emit(self.rule)

    def _check(self) -> None:
        """Offsets must fit what is on screen, so the text is checked with its line breaks."""
        self.problems = check(self.text.toPlainText(), self._vocabulary).problems
        self.text.setExtraSelections([self._underline(problem) for problem in self.problems])
        if self.problems:
            first = self.problems[0]
            self.verdict.setText(f"✗ 第 {first.offset + 1} 个字符：{first.message}")
        else:
            self.verdict.setText("✓ 规则可以使用")
        self.verdict.setProperty("role", "error" if self.problems else "muted")
        self.verdict.style().polish(self.verdict)

    def _underline(self, problem: RuleProblem) -> QTextEdit.ExtraSelection:
        tokens = tokens_of(self)
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(QColor(tokens.error))
        style.setBackground(QColor(tokens.removed))
        length = len(self.text.toPlainText())
        start = min(problem.offset, max(length - 1, 0))
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(start)
        cursor.setPosition(min(start + max(problem.length, 1), length), QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format = style
        return selection


def code_font(like: QFont) -> QFont:
    """A font for rules in which columns stand under each other, Chinese from the interface font."""
    installed = set(QFontDatabase.families())
    font = QFont([*(name for name in MONOSPACED if name in installed), *like.families()])
    font.setPointSizeF(like.pointSizeF())
    return font
