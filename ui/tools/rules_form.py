"""Form of a rule of the hospital's own: checked while one types, read back in Chinese, tried on the open month before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.rules.rule_trial import Problem, Trial, problem_of, reading, try_out
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.names import SELECTORS
from coding_rules.checks.pack import Rule
from coding_rules.finding import Finding, Severity
from coding_rules.scoring import ScoreTable, shipped_table
from ui.dialogs.messages import tell_user
from ui.jobs import Job, Jobs
from ui.models.columns import Column, ColumnsModel
from ui.tables import DenseTable
from ui.theme import tokens_of
from ui.tools.busy import BusyLine
from ui.tools.rule_editor import code_font

WHEN_TIP = (
    "例：principal in [K35-K38] and not procedures in [47]　　　例：age >= 80 and los <= 1\n"
    "principal 主要诊断，others 其他诊断，procedures 手术操作；可用 and、or、not。全部写法见“规则语言”说明。\n"
    "一次看一份病案；再入院、分解住院、重复病案等跨病案的规则由程序内置，可停用、改级别、改天数（“阈值”页），不能自写。"
)
MESSAGE_TIP = "可用 {principal} {age} {los} 等写入病案里的值；逐行看时用 {place} {line}。"
MONTH_TIP = (
    "自写的规则一次看一份病案。跨病案的规则（再入院、分解住院、住院时间重叠、重复病案）要把同一病人的病案连起来看，"
    "由程序内置，不能自写；它们在规则库的“住院与医保”类，可以停用、改级别，间隔天数在“阈值”页修改。"
)
COLUMNS: tuple[Column[Finding], ...] = (
    Column("case", "病案", lambda row: row.case_id, width=110),
    Column("message", "会这样提示", lambda row: row.message, stretch=True),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a finding takes from the 100-point score: the class of the fault, its points, the item."""

    class_: str
    points: float
    item: str

    @property
    def label(self) -> str:
        """As the form offers it."""
        return f"{self.item}（{self.class_} 类，扣 {self.points:g} 分）" if self.item else "不扣分"


NOT_SCORED = Scored("-", 0.0, "")


class RuleForm(QDialog):
    """Edits a rule. ``rule`` holds the result after ``accept``. ``cases`` are those a try-out runs over."""

    case_wanted = Signal(str)

    def __init__(
        self,
        rule: Rule,
        engine: CheckEngine,
        cases: Sequence[Case],
        jobs: Jobs,
        parent: QWidget | None = None,
        table: ScoreTable | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("本院规则")
        self.resize(860, 700)
        self._engine, self._cases, self._jobs = engine, tuple(cases), jobs
        self._rule = rule
        self._job: Job | None = None
        self.id = QLabel(rule.id)
        self.title = QLineEdit(rule.title)
        self.severity = QComboBox()
        for one in Severity:
            self.severity.addItem(one.label, one)
        self.severity.setCurrentIndex(list(Severity).index(rule.severity))
        self.each = QComboBox()
        self.each.addItem("整份病案", "")
        for name, selector in SELECTORS.items():
            self.each.addItem(f"逐行看{selector.label}（行名 line）", name)
        self.each.setCurrentIndex(max(self.each.findData(rule.each), 0))
        self.each.setToolTip(MONTH_TIP)
        self.scored = QComboBox()
        self._offer_items(table or shipped_table())
        self.when = QPlainTextEdit(rule.when)
        self.when.setFont(code_font(self.font()))
        self.when.setTabChangesFocus(True)
        self.help = QLabel(WHEN_TIP)
        self.help.setProperty("role", "muted")
        self.help.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.when.setFixedHeight(self.fontMetrics().height() * 4 + 14)
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setFixedHeight(self.fontMetrics().height() * 2 + 4)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.message = QLineEdit(rule.message)
        self.message.setToolTip(MESSAGE_TIP)
        self.authority = QLineEdit(rule.authority)
        self.note = QLineEdit(rule.note)
        self.trial_button = QPushButton("在本月试运行")
        self.model: ColumnsModel[Finding] = ColumnsModel(COLUMNS, id, self)
        self.table = DenseTable(self.model, "试运行结果")
        self.table.empty_text = "试运行后，这里列出本月会被提示的病案；双击可转到该病案。"
        self.busy = BusyLine()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText("保存并重新审核")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        self._arrange()
        self._connect()
        self._check()

    @property
    def rule(self) -> Rule:
        """The rule as it stands in the form."""
        old = self._rule
        scored: Scored = self.scored.currentData()
        return Rule(
            id=old.id,
            title=self.title.text().strip(),
            severity=list(Severity)[self.severity.currentIndex()],
            message=self.message.text().strip(),
            authority=self.authority.text().strip(),
            when=self.when.toPlainText().strip(),
            each=str(self.each.currentData()),
            at=old.at,
            fix=old.fix,
            needs=old.needs,
            class_=scored.class_,
            points=scored.points,
            item=scored.item,
            valid_from=old.valid_from,
            valid_to=old.valid_to,
            note=self.note.text().strip(),
            pack=old.pack,
        )

    def _offer_items(self, table: ScoreTable) -> None:
        """What a finding may take from the score: nothing, or an item of the table at the table's price."""
        rule = self._rule
        now = Scored(rule.class_, rule.points, rule.item) if rule.item else NOT_SCORED
        offered = [NOT_SCORED] + [
            Scored(item.class_, float(item.points), name) for item in table.items for name in item.names
        ]
        for one in offered if now in offered else [now, *offered]:
            self.scored.addItem(one.label, one)
            if one == now:
                self.scored.setCurrentIndex(self.scored.count() - 1)
        self.scored.setToolTip("提示级别的本院规则不扣分；要扣分请定为警告或错误。")

    @property
    def problem(self) -> Problem | None:
        """What is wrong with it now."""
        return problem_of(self.rule, self._engine)

    def try_out(self) -> None:
        """Run the rule alone over the open month."""
        if self.problem is not None or not self._cases:
            return
        rule, engine, cases = self.rule, self._engine, self._cases
        if self._job is not None:
            self._job.cancel()
        job = self._jobs.start("正在试运行", lambda progress: try_out(rule, engine, cases, progress))
        job.done.connect(self._tried)
        job.refused.connect(lambda error: tell_user(self, error))
        self.busy.watch(job)
        self._job = job

    def done(self, result: int) -> None:
        """Closing stops a try-out that is still running."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().done(result)

    @Slot(object)
    def _tried(self, trial: Trial) -> None:
        self._job = None
        self.model.set_rows(trial.findings)
        cases = len({finding.case_id for finding in trial.findings})
        missing = (
            f"；{trial.not_evaluated:,} 例的文件缺“{trial.column}”列，未评价" if trial.not_evaluated else ""
        )
        self.table.empty_text = f"{trial.cases:,} 例中没有一例会被提示。"
        self.busy.tell(f"{trial.cases:,} 例中会提示 {cases:,} 例，共 {len(trial.findings):,} 处{missing}。")

    @Slot()
    def _check(self) -> None:
        if self.model.rowCount():  # what was tried is another rule now
            self.model.set_rows([])
            self.busy.tell("规则改过了，请再试运行。")
        problem = self.problem
        self.save.setEnabled(problem is None)
        self.trial_button.setEnabled(problem is None and bool(self._cases))
        self.when.setExtraSelections([])
        if problem is None:
            self.verdict.setText(f"✓ 读作：{reading(self.rule)}")
        elif problem.position >= 0:
            before = self.when.toPlainText()
            offset = problem.position + len(before) - len(before.lstrip())
            self.verdict.setText(f"✗ 条件第 {problem.position + 1} 个字符：{problem.reason}")
            self._mark(offset)
        else:
            self.verdict.setText(f"✗ {problem.reason}")
        self.verdict.setProperty("role", "error" if problem else "muted")
        self.verdict.style().polish(self.verdict)

    def _mark(self, offset: int) -> None:
        """Underline the place, or the last character where something is missing at the end."""
        length = len(self.when.toPlainText())
        start = max(min(offset, length - 1), 0)
        cursor = QTextCursor(self.when.document())
        cursor.setPosition(start)
        cursor.setPosition(min(start + 1, length), QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(QColor(tokens_of(self).error))
        style.setBackground(QColor(tokens_of(self).removed))
        selection.cursor = cursor
        selection.format = style
        self.when.setExtraSelections([selection])

    def _connect(self) -> None:
        for line in (self.title, self.message, self.authority, self.note):
            line.textChanged.connect(self._check)
        self.when.textChanged.connect(self._check)
        for box in (self.each, self.scored, self.severity):
            box.currentIndexChanged.connect(self._check)
        self.trial_button.clicked.connect(self.try_out)
        self.table.doubleClicked.connect(self._go)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    @Slot()
    def _go(self) -> None:
        row: Finding | None = self.table.current_row()
        if row is not None:
            self.case_wanted.emit(row.case_id)

    def _arrange(self) -> None:
        form = QFormLayout()
        for label, field in (
            ("编号", self.id),
            ("标题", self.title),
            ("级别", self.severity),
            ("评分", self.scored),
            ("看什么", self.each),
            ("条件", self.when),
            ("", self.help),
            ("", self.verdict),
            ("提示", self.message),
            ("依据", self.authority),
            ("说明", self.note),
        ):
            if label and not isinstance(field, QLabel):
                field.setAccessibleName(f"规则{label}")
            form.addRow(label, field)
        self.authority.setPlaceholderText("文件名称和条目，例如：本院编码管理规定 第三节")
        self.note.setPlaceholderText("可不填")
        self.trial_button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.trial_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.table, 1)
        column.addWidget(self.busy)
        column.addWidget(self.buttons)
