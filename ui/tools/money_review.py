"""Page 特例单议 of the tool 结算测算: who may apply, what the bureau ruled, extra points; what is entered feeds the settlement at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QModelIndex, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.dip.return_file import to_day
from app.dip.rulings import ReadRulings, read_rulings, save_rulings, told
from app.dip.settled_cases import SettledCase
from app.dip.special_review import ReviewCandidate, blank_ruling
from app.errors import UserError
from app.knowledge import known_rulings
from coding_rules.case import Case
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import tell, to_fen, yuan
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings
from ui import wording
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import count, figure, money, rise, text
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.money_fields import number
from ui.tools.money_tables import NO, PEN, YES, Words, group_text, insurance_name
from ui.tools.window import ToolWindow

NONE = "未申请"
OUTCOMES = (NONE, *(outcome.value for outcome in Outcome))
_RULED = {"特例单议", "核定后金额", "加成后金额"}
Commit = Callable[[ReviewCandidate, str], bool]


class ReviewPage(QWidget):
    """The candidates with what came of their applications; cells with a pen are typed in, or a table of outcomes is read."""

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._tool = tool
        self._system = System.DIP
        self._cases: Sequence[SettledCase] = ()
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.number = QLineEdit()
        self.number.setPlaceholderText("病案号")
        self.number.setAccessibleName("登记的病案号")
        self.number.setToolTip("有多次住院的，后面空一格写出院日期")
        self.number.setFixedWidth(150)
        self.number.returnPressed.connect(self.register)
        self.add, self.read = QPushButton("登记一例"), QPushButton("读入结论…")
        self.add.setToolTip("把不在候选之列的病例登记进来，结论先记“待定”")
        self.read.setToolTip("含“病案号”和“结论”（或“核定分值”“核定金额”“加成分值”）的 xlsx、xls 或 CSV")
        self.add.clicked.connect(self.register)
        self.read.clicked.connect(self._choose)
        self.model, self.table = tool.add_table(
            "特例单议", self._columns("分值"), _key, empty="没有符合申请条件的病例，也没有登记过结论。"
        )
        place = [column.key for column in self.model.columns].index("outcome")
        self.table.setItemDelegateForColumn(place, ChoiceDelegate(lambda _row: OUTCOMES, self.table))
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        for part in (self.number, self.add, self.read):
            row.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.table.doubleClicked.connect(self._go)

    def show_candidates(
        self,
        found: Sequence[ReviewCandidate],
        limit: str,
        cases: Sequence[SettledCase],
        system: System,
        words: Words,
    ) -> None:
        """The candidates by loss, how many the region takes, and the cases that may be registered."""
        self._cases, self._system = cases, system
        columns = self._columns(words.worth)
        if [column.title for column in columns] != [column.title for column in self.model.columns]:
            self.table.show_columns(columns)
        grounds = sum(1 for row in found if not row.registered_only)
        self.note.setText(
            f"符合条件 {grounds:,} 例；{limit}。按正常结算的亏损从大到小排列。带铅笔的格子可改，结论当即计入结算。"
        )
        self.model.set_rows(found)

    @Slot()
    def register(self) -> None:
        """Put a case on the list whatever its band."""
        name, _, day = self.number.text().strip().partition(" ")
        stays = [case for case in self._cases if name in _names(case)]
        if day.strip():
            stays = [case for case in stays if _day(case) == to_day(day.strip())]
        if len(stays) != 1:
            found = (
                f"有 {len(stays)} 次住院，请在病案号后空一格写出院日期" if stays else "不在所选的计入病例里"
            )
            self._tool.busy.tell(f"病案号“{name}”{found}。")
            return
        ruling = stays[0].settlement.ruling if stays[0].settlement else None
        if ruling is None or ruling.outcome is None:
            self._put(replace(ruling or blank_ruling(stays[0], self._system), outcome=Outcome.PENDING))
        self.number.clear()

    def read_file(self, path: Path) -> None:
        """Take the outcomes of a table; they stand in place of those known of the same stays."""
        if self._may_change():
            system = self._system.value
            self._tool.run("正在读入结论", lambda _progress: read_rulings(path, system), self._take)

    # --- inside --------------------------------------------------------------------------------------------

    def _columns(self, worth: str) -> tuple[Column[ReviewCandidate], ...]:
        """What is known of the case, what the bureau ruled and what comes of it, why it may apply."""
        edits = (
            _pen("outcome", "结论", _outcome, 138, self._set_outcome),
            _pen("points", f"核定{worth}", _points, 84, self._set_points),
            _pen("amount", "核定金额（元）", _amount, 114, self._set_amount),
            _AFTER,
            _pen("extra", f"加成{worth}", _extra, 80, self._set_extra),
            _pen("extra_for", "加成事由", _extra_for, 90, self._set_why),
        )
        return (*_KNOWN, *edits, *_WHY)

    def _set_outcome(self, row: ReviewCandidate, written: str) -> bool:
        outcome = next((each for each in Outcome if each.value == written), None)
        ruling = replace(self._ruling(row), outcome=outcome)
        if outcome is not Outcome.POINTS:
            ruling = replace(ruling, points=None)
        if outcome is not Outcome.AMOUNT:
            ruling = replace(ruling, amount=None)
        return self._put(ruling)

    def _set_points(self, row: ReviewCandidate, written: str) -> bool:
        value = number(written)
        if value is None:
            return self._refuse(f"核定分值“{written}”应是不小于 0 的数字；不要核定分值时，请改“结论”。")
        return self._put(replace(self._ruling(row), outcome=Outcome.POINTS, points=value, amount=None))

    def _set_amount(self, row: ReviewCandidate, written: str) -> bool:
        value = number(written)
        if value is None:
            return self._refuse(f"核定金额“{written}”应是不小于 0 的数字；不要核定金额时，请改“结论”。")
        ruling = replace(self._ruling(row), outcome=Outcome.AMOUNT, amount=to_fen(value), points=None)
        return self._put(ruling)

    def _set_extra(self, row: ReviewCandidate, written: str) -> bool:
        value = number(written) if written.strip() else Decimal(0)
        if value is None:
            return self._refuse(f"加成分值“{written}”应是不小于 0 的数字。")
        return self._put(replace(self._ruling(row), extra=value or None))

    def _set_why(self, row: ReviewCandidate, written: str) -> bool:
        ruling = self._ruling(row)
        if ruling.extra is None:
            return self._refuse("请先填加成分值，再写事由。")
        return self._put(replace(ruling, extra_for=written.strip()))

    def _ruling(self, row: ReviewCandidate) -> Ruling:
        return row.ruling or blank_ruling(row.case, self._system)

    def _put(self, ruling: Ruling) -> bool:
        """Keep a ruling that was typed; one that says nothing any more is dropped."""
        known = self._known()
        if ruling.outcome is None and ruling.extra is None:
            return self._keep(known.without([ruling.key]))
        if ruling.problem:
            return self._refuse(f"{ruling.problem}。请直接填那一格，结论随之改变。")
        return self._keep(known.put([replace(ruling, source="手工录入")]))

    def _keep(self, rulings: Rulings) -> bool:
        if not self._may_change():
            return False
        try:
            save_rulings(rulings)
        except UserError as error:
            tell_user(self, error)
            return False
        self._tool.busy.tell("")  # what was refused before has been set right
        self._tool.context.use_rulings(rulings)
        return True

    def _known(self) -> Rulings:
        knowledge = self._tool.context.knowledge
        return known_rulings(knowledge) if knowledge is not None else Rulings()

    def _may_change(self) -> bool:
        bench = self._tool.context.workbench
        if bench is not None and bench.unreviewed():
            return self._refuse("还有病例在审核，请等审完再填结论。")
        return True

    def _refuse(self, what: str) -> bool:
        self._tool.busy.tell(what)
        return False

    def _take(self, found: ReadRulings) -> None:
        if self._keep(self._known().put(found.rulings)):
            there = {name for case in self._cases for name in _names(case)}
            absent = sum(ruling.number not in there for ruling in found.rulings)
            beside = f"其中 {absent:,} 例不在所选的病例里，已留存。" if absent else ""
            self._tool.busy.tell(told(found) + beside)

    @Slot()
    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "特例单议结论", str(Path.home()), "表格 (*.xlsx *.xls *.csv)"
        )
        if name:
            self.read_file(Path(name))

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is not None and self.model.columns[index.column()].commit is None:
            self._tool.context.case_wanted.emit(_page(row).case_id)


def _page(row: ReviewCandidate) -> Case:
    return row.case.result.case


def _key(row: ReviewCandidate) -> tuple[str, object]:
    return _page(row).case_id, _page(row).discharged


def _names(case: SettledCase) -> tuple[str, str]:
    return case.result.case.case_id, case.result.case.record_no


def _day(case: SettledCase) -> date | None:
    discharged = case.result.case.discharged
    return discharged.date() if discharged else None


def _pen(
    key: str, title: str, read: Callable[[ReviewCandidate], str], width: int, commit: Commit
) -> Column[ReviewCandidate]:
    return Column(
        key,
        f"{title} {PEN}",
        read,
        width=width,
        numeric=key in {"points", "amount", "extra"},
        tone=lambda row: "muted" if read(row) == NONE else "accent",
        tip=lambda row: f"{read(row) or '未填'}\n双击或按 F2 修改",
        commit=commit,
    )


def _shown(value: Decimal | None) -> str:
    return "" if value is None else tell(value)


def _outcome(row: ReviewCandidate) -> str:
    outcome = row.ruling.outcome if row.ruling else None
    return outcome.value if outcome else NONE


def _points(row: ReviewCandidate) -> str:
    return _shown(row.ruling.points if row.ruling else None)


def _extra(row: ReviewCandidate) -> str:
    return _shown(row.ruling.extra if row.ruling else None)


def _extra_for(row: ReviewCandidate) -> str:
    return row.ruling.extra_for if row.ruling else ""


def _amount(row: ReviewCandidate) -> str:
    fen = row.ruling.amount if row.ruling else None
    return "" if fen is None else tell(yuan(fen), 2)


def _after(row: ReviewCandidate) -> int | None:
    return row.case.settlement.amount if row.case.settlement else None


def _formulas(row: ReviewCandidate) -> str:
    labels = tuple(f"{what}{worth}" for what in ("核定", "加成后") for worth in ("分值", "点数", "权重"))
    ruled = [each for each in row.case.figures if each.label in _RULED or each.label in labels]
    missing = row.case.settlement.missing if row.case.settlement else ""
    lines = [f"{each.label} {each.value}：{each.formula}" for each in ruled]
    return "\n".join([*lines, missing] if missing else lines) or "按正常结算"


def _within(row: ReviewCandidate) -> str:
    return wording.MISSING if row.within is None else YES if row.within else NO


_KNOWN: tuple[Column[ReviewCandidate], ...] = (
    count("place", "序号", lambda row: row.place, 46),
    text("case", "病案号", lambda row: _page(row).record_no or _page(row).case_id, 92),
    text("name", "姓名", lambda row: _page(row).name, 60),
    text("discharged", "出院日期", lambda row: wording.day(_page(row).discharged), 84),
    text("group", "病种", lambda row: group_text(row.case.scored), 120, stretch=True),
    money("fee", "总费用（元）", lambda row: _page(row).fees.total, 96),
    money("regular", "正常结算（元）", lambda row: row.regular, 100),
    rise("profit", "正常差额（元）", lambda row: row.regular_profit, 108, cents=True),
)
_AFTER: Column[ReviewCandidate] = Column(
    "after",
    "核定后金额（元）",
    lambda row: wording.money(_after(row)),
    sort=lambda row: _after(row) or 0,
    width=112,
    numeric=True,
    strong=lambda row: _after(row) != row.regular,
    tip=_formulas,
    value=lambda row: None if (fen := _after(row)) is None else yuan(fen),
)
_WHY: tuple[Column[ReviewCandidate], ...] = (
    text(
        "reasons", "申请理由", lambda row: "；".join(row.reasons), 170, tip=lambda row: "\n".join(row.reasons)
    ),
    text("within", "限额内", _within, 54),
    text("department", "科室", lambda row: _page(row).department, 96, muted=True),
    text("insurance", "险种", lambda row: insurance_name(row.case.insurance), 84),
    count("los", "住院天数", lambda row: _page(row).los, 66),
    figure("ratio", "倍率", lambda row: row.case.settlement.ratio if row.case.settlement else None, 54),
)
