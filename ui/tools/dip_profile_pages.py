"""Pages of the tool 地区参数: point values, institution factors by group, two profiles side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dip.profile_factors import read_group_factors
from app.dip.profile_file import Listed
from app.dip.profile_text import read_amount, show_value
from app.errors import UserError
from coding_rules.settlement.figures import show
from coding_rules.settlement.profile import RegionProfile
from coding_rules.settlement.profile_check import HEAD
from coding_rules.settlement.profile_view import LABELS, SECTION_LABELS, describe
from coding_rules.settlement.rules import PointPrice
from ui.models.columns import Column
from ui.tools.columns import text
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.window import ToolWindow

_MONTH = re.compile(r"^20\d\d-(0[1-9]|1[0-2])$")
INSURANCES = ("", "职工", "居民")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One point value being edited; without a value it does not count yet."""

    number: int
    insurance: str = ""
    month: str = ""
    region: str = ""
    value: Decimal | None = None


class PricesPage(QWidget):
    """Point values by insurance, month and 参保地. ``changed`` carries the complete rows as ``PointPrice``."""

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._rows: list[PriceRow] = []
        columns: tuple[Column[PriceRow], ...] = (
            Column(
                "insurance", "险种", lambda row: row.insurance or "其他", width=110, commit=self._insurance
            ),
            Column("month", "月份（空为各月）", lambda row: row.month, width=140, commit=self._month),
            Column("region", "参保地（空为各地）", lambda row: row.region, width=160, commit=self._region),
            Column(
                "value",
                "点值/费率（元）",
                lambda row: show(row.value) if row.value is not None else "",
                sort=lambda row: row.value or Decimal(0),
                width=140,
                numeric=True,
                commit=self._value,
                value=lambda row: row.value,
            ),
        )
        self.model, self.table = tool.add_table(
            "点值",
            columns,
            lambda row: row.number,
            sortable=False,
            empty="没有点值：只能出分值，不能出金额。",
        )
        self.table.setItemDelegateForColumn(
            0, ChoiceDelegate(lambda _row: [each or "其他" for each in INSURANCES], self.table)
        )
        add, remove = QPushButton("添加一行"), QPushButton("删除所选")
        add.setToolTip("照当前行添加一行，月份顺延一个月，点值待填")
        add.clicked.connect(self.add)
        remove.clicked.connect(self.remove)
        self.unfilled = QLabel()
        self.unfilled.setProperty("role", "warning")
        row = QHBoxLayout()
        for part in (add, remove):
            row.addWidget(part)
        row.addWidget(self.unfilled, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_prices(self, prices: Sequence[PointPrice]) -> None:
        """Start from the prices of a profile."""
        self._rows = [
            PriceRow(number, price.insurance, price.month, price.region, price.value)
            for number, price in enumerate(prices)
        ]
        self._show()

    @Slot()
    def add(self) -> None:
        """One more row like the current (or last) one, a month later; its value is to be filled in."""
        like = self.table.current_row() or (self._rows[-1] if self._rows else PriceRow(0, "职工"))
        number = max((row.number for row in self._rows), default=-1) + 1
        self._rows.append(replace(like, number=number, month=_next_month(like.month), value=None))
        self._show()
        index = self.model.index(self.model.place_of(number), 3)
        self.table.setCurrentIndex(index)
        self.table.edit(index)

    @Slot()
    def remove(self) -> None:
        """Take the chosen rows out."""
        chosen = {index.row() for index in self.table.selectionModel().selectedRows()}
        gone = {row.number for place, row in enumerate(self.model.rows()) if place in chosen}
        self._rows = [row for row in self._rows if row.number not in gone]
        self._show()
        self._tell()

    def _insurance(self, row: PriceRow, written: str) -> bool:
        return self._put(replace(row, insurance="" if written.strip() == "其他" else written.strip()))

    def _month(self, row: PriceRow, written: str) -> bool:
        month = written.strip()
        if month and not _MONTH.match(month):
            self.refused.emit(f"月份“{month}”应写成 2025-03 的样子，各月相同时留空。")
            return False
        return self._put(replace(row, month=month))

    def _region(self, row: PriceRow, written: str) -> bool:
        return self._put(replace(row, region=written.strip()))

    def _value(self, row: PriceRow, written: str) -> bool:
        try:
            return self._put(replace(row, value=read_amount(written, "点值")))
        except UserError as error:
            self.refused.emit(str(error.what))
            return False

    def _put(self, row: PriceRow) -> bool:
        self._rows = [row if each.number == row.number else each for each in self._rows]
        self.model.update_rows([row])
        self._say()
        self._tell()
        return True

    def _show(self) -> None:
        self.model.set_rows(self._rows)
        self._say()

    def _say(self) -> None:
        open_ = sum(row.value is None for row in self._rows)
        self.unfilled.setText(f"有 {open_} 行还没有填点值，暂不计入。" if open_ else "")

    def _tell(self) -> None:
        complete = tuple(
            PointPrice(row.value, row.insurance, row.month, row.region)
            for row in self._rows
            if row.value is not None
        )
        self.changed.emit(complete)


class FactorsPage(QWidget):
    """Institution factors by group. ``changed`` carries the mapping; ``told`` a sentence about an import."""

    changed = Signal(object)
    refused = Signal(str)
    told = Signal(str)

    def __init__(self, tool: ToolWindow) -> None:
        super().__init__()
        self._tool = tool
        self._factors: dict[str, Decimal] = {}
        columns: tuple[Column[tuple[str, Decimal]], ...] = (
            text("group", "病种编码", lambda row: row[0], 260),
            Column(
                "factor",
                "机构系数",
                lambda row: show(row[1]),
                sort=lambda row: row[1],
                width=110,
                numeric=True,
                commit=self._commit,
                value=lambda row: row[1],
            ),
        )
        self.model, self.table = tool.add_table(
            "病种系数", columns, lambda row: row[0], empty="没有按病种另定的系数，各病种都用本院机构系数。"
        )
        self.code, self.factor = QLineEdit(), QLineEdit()
        for line, name, width in ((self.code, "病种编码", 220), (self.factor, "机构系数", 90)):
            line.setPlaceholderText(name)
            line.setAccessibleName(name)
            line.setFixedWidth(width)
            line.returnPressed.connect(self.add)
        add, remove, read = QPushButton("添加"), QPushButton("删除所选"), QPushButton("从文件读入…")
        add.clicked.connect(self.add)
        remove.clicked.connect(self.remove)
        read.clicked.connect(self._choose)
        read.setToolTip("含“病种编码”和“机构系数”两列的 xlsx 或 CSV；读入后替换现有各行")
        row = QHBoxLayout()
        for part in (self.code, self.factor, add, remove):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(read)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_factors(self, factors: Mapping[str, Decimal]) -> None:
        """Start from the factors of a profile."""
        self._factors = dict(factors)
        self.model.set_rows(self._factors.items())

    @Slot()
    def add(self) -> None:
        """Put the typed factor in."""
        if self.code.text().strip() and self._commit(
            (self.code.text().strip(), Decimal(0)), self.factor.text()
        ):
            self.model.set_rows(self._factors.items())
            self.code.clear()
            self.factor.clear()

    @Slot()
    def remove(self) -> None:
        """Take the chosen factors out."""
        for index in self.table.selectionModel().selectedRows():
            row = self.model.row_at(index.row())
            if row is not None:
                self._factors.pop(row[0], None)
        self.model.set_rows(self._factors.items())
        self.changed.emit(dict(self._factors))

    def read(self, path: Path) -> None:
        """Take the factors of a file in place of those there are."""
        self._tool.run("正在读入病种系数", lambda _progress: read_group_factors(path), self._take)

    def _commit(self, row: tuple[str, Decimal], written: str) -> bool:
        try:
            self._factors[row[0]] = read_amount(written, "机构系数")
        except UserError as error:
            self.refused.emit(error.what)
            return False
        self.model.update_rows([(row[0], self._factors[row[0]])])
        self.changed.emit(dict(self._factors))
        return True

    def _take(self, answer: tuple[dict[str, Decimal], Sequence[tuple[int, str]]]) -> None:
        factors, refused = answer
        self.show_factors(factors)
        self.changed.emit(dict(factors))
        first = f"，{len(refused)} 行未读入，如第 {refused[0][0]} 行：{refused[0][1]}" if refused else ""
        self.told.emit(f"读入 {len(factors)} 个病种的机构系数{first}。")

    @Slot()
    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "病种机构系数", str(Path.home()), "表格 (*.xlsx *.xls *.csv)"
        )
        if name:
            self.read(Path(name))


@dataclass(frozen=True, slots=True)
class SideRow:
    """One parameter in two profiles."""

    section: str
    name: str
    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the two say something else."""
        return self.left != self.right

    @property
    def tone(self) -> str:
        """What is the same steps back."""
        return "text" if self.differs else "muted"


SIDE_COLUMNS: tuple[Column[SideRow], ...] = (
    text("section", "部分", lambda row: SECTION_LABELS[row.section], 84, muted=True),
    Column("label", "参数", lambda row: row.label, width=210, strong=lambda row: row.differs),
    Column(
        "left",
        "左：正在编辑",
        lambda row: row.left or "未设置",
        width=260,
        stretch=True,
        tone=lambda row: row.tone,
    ),
    Column(
        "right",
        "右：对照",
        lambda row: row.right or "未设置",
        width=260,
        stretch=True,
        tone=lambda row: row.tone,
    ),
)


class SidesPage(QWidget):
    """The profile being edited beside another one."""

    def __init__(self, tool: ToolWindow, load: Callable[[], Sequence[Listed]]) -> None:
        super().__init__()
        self._load = load
        self._listed: Sequence[Listed] = ()
        self._left: RegionProfile | None = None
        self.other = QComboBox()
        self.other.setAccessibleName("对照的参数")
        self.only = QCheckBox("只看不同")
        self.only.setChecked(True)
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.model, self.table = tool.add_table(
            "两份对比", SIDE_COLUMNS, lambda row: (row.section, row.name), empty="两份参数没有不同。"
        )
        row = QHBoxLayout()
        row.addWidget(QLabel("对照"))
        row.addWidget(self.other, 1)
        row.addWidget(self.only)
        row.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.other.currentIndexChanged.connect(self._compare)
        self.only.toggled.connect(self._compare)

    def show_profile(self, left: RegionProfile) -> None:
        """Take the profile as it is being edited."""
        self._left = left
        if not self.other.count():
            self.renew()
        self._compare()

    def renew(self) -> None:
        """List the profiles there are now."""
        self._listed = self._load()
        kept = self.other.currentText()
        self.other.blockSignals(True)
        self.other.clear()
        self.other.addItems([each.label for each in self._listed])
        self.other.setCurrentIndex(max(self.other.findText(kept), 0))
        self.other.blockSignals(False)

    @Slot()
    def _compare(self) -> None:
        place = self.other.currentIndex()
        if self._left is None or not 0 <= place < len(self._listed):
            return
        rows = side_rows(self._left, self._listed[place].profile)
        different = [row for row in rows if row.differs]
        self.count.setText(f"共 {len(rows)} 项，{len(different)} 项不同")
        self.model.set_rows(different if self.only.isChecked() else rows)


_HEAD = {
    "title": "名称",
    **{name: LABELS[f"{HEAD}.{name}"] for name in ("system", "region", "version", "source")},
    "valid_from": "执行日期",
    "valid_to": LABELS[f"{HEAD}.valid_to"],
}
"""What a profile says of itself: whose it is, by which document, from when to when."""


def side_rows(left: RegionProfile, right: RegionProfile) -> list[SideRow]:
    """What either profile says of itself, then every parameter of either, in the order of the file."""
    labels = {(HEAD, name): _HEAD[name] for name in _HEAD}
    labels |= {(each.section, each.name): each.label for side in (left, right) for each in describe(side)}
    return [
        SideRow(section, name, label, show_value(left, section, name), show_value(right, section, name))
        for (section, name), label in labels.items()
    ]


def _next_month(month: str) -> str:
    if not month:
        return ""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"
