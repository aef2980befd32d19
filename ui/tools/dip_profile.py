"""Tool 地区参数: every parameter of a region with its meaning, source and certainty; edited here, kept as the hospital's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.dip.profile_file import Listed, listed_profiles, save_own
from app.dip.profile_text import choices, problem_text, show_value, with_note, with_raw, with_value
from app.dip.profile_words import MEANINGS
from app.errors import UserError
from coding_rules.settlement.profile import Certainty, Note, RegionProfile
from coding_rules.settlement.profile_check import HEAD
from coding_rules.settlement.profile_view import HEAD_NAMES, LABELS, SECTION_LABELS, describe, unused
from coding_rules.settlement.rules import PointPrice
from ui.dialogs.messages import tell_user
from ui.models.columns import Column
from ui.tools.columns import text
from ui.tools.context import ToolContext
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.dip_profile_pages import FactorsPage, PricesPage, SidesPage
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

_OWN_PAGE = {"prices", "group_factors"}
"""Parameters of many rows, edited on a page of their own."""
_NO_NOTE = Note("", Certainty.LOCAL)
_UNSURE = {Certainty.INFERRED, Certainty.MEMORY, Certainty.DEMO}
"""Certainties that ask for a look into the region's own document."""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter as it is being edited; ``was`` is its value in the profile one started from."""

    section: str
    name: str
    label: str
    value: str
    was: str
    note: Note
    problem: str = ""
    unused: bool = False

    @property
    def editable(self) -> bool:
        """Whether it is edited in this table."""
        return self.name not in _OWN_PAGE

    @property
    def meaning(self) -> str:
        """What it means, or what is wrong with it."""
        meaning = MEANINGS[f"{self.section}.{self.name}"]
        return self.problem or (f"所选分组流程不用此项。{meaning}" if self.unused else meaning)

    @property
    def changed(self) -> bool:
        """Whether the value is another one than at the start."""
        return self.value != self.was


def _has_source(row: ParameterRow) -> bool:
    """Whether the row is a parameter: what a file says of itself needs no source."""
    return row.section != HEAD


def _tone(row: ParameterRow) -> str:
    """What is wrong stands out, what was changed too; what plays no part steps back."""
    if row.problem:
        return "error"
    return "accent" if row.changed else "muted" if row.unused else "text"


class ProfileWindow(ToolWindow):
    """Edits a ``RegionProfile``; ``profile`` is the value as it stands."""

    default_size = QSize(1220, 720)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._listed: Sequence[Listed] = ()
        self._start = self.profile = RegionProfile("", "")
        self._all_rows: list[ParameterRow] = []
        self.base = QComboBox()
        self.base.setAccessibleName("起点参数")
        self.section = QComboBox()
        self.section.setAccessibleName("部分")
        self.section.addItem("全部部分", "")
        for key, label in SECTION_LABELS.items():
            self.section.addItem(label, key)
        self.words = QLineEdit()
        self.words.setPlaceholderText("按参数名、值或含义查找")
        self.words.setAccessibleName("查找参数")
        self.words.setClearButtonEnabled(True)
        self.only_changed = QCheckBox("只看已改")
        self.model, self.table = self.add_table(
            "全部参数", self._columns(), lambda row: (row.section, row.name), empty="没有符合的参数。"
        )
        self.prices, self.factors = PricesPage(self), FactorsPage(self)
        self.sides = SidesPage(self, listed_profiles)
        self.integrity = QLabel()
        self.integrity.setWordWrap(True)
        self.keep_row = KeepRow("参数", "写成注明日期的 TOML 文件，放在本院的数据文件夹里；内置参数不变")
        self._lay_out()
        self._connect()

    def missing(self) -> str:
        """Parameters can be edited without any work."""
        return ""

    def refresh(self) -> None:
        """List the profiles and start from the one in use."""
        if not self._listed:
            self._list(self.context.settings.dip_profile or "demo")

    def export_lines(self) -> Sequence[tuple[str, str]]:
        """Which profile this is and whether it is sound."""
        return [("参数", self.profile.title), ("起点", self._start.title), ("校验", self.integrity.text())]

    def take(self, profile: RegionProfile) -> None:
        """Start anew from a profile."""
        self._start = self.profile = profile
        # A copy of a shipped profile is the hospital's own and wants a name of its own.
        self.keep_row.start(profile.title if self._edited else "", profile.valid_from)
        self.prices.show_prices(profile.money.prices)
        self.factors.show_factors(profile.money.group_factors)
        self._all_rows = self._rows()
        self.model.set_rows(self._all_rows)
        self._filter()
        self._changed()

    def save(self) -> str:
        """Keep the profile as the hospital's own; the path of its file, empty when it was refused."""
        try:
            path, profile = save_own(
                self.profile, self.keep_row.title.text(), self.keep_row.day, replacing=self._edited
            )
        except UserError as error:
            tell_user(self, error)
            return ""
        self._list(str(path))
        self.busy.tell(f"已保存：{path}")
        self._start = self.profile = profile
        return str(path)

    def use(self) -> None:
        """Keep the profile and let the review reckon with it."""
        if path := self.save():
            old = self.context.settings
            drg = self.profile.system == "DRG"
            self.context.keep_settings(
                replace(old, drg_profile=path) if drg else replace(old, dip_profile=path)
            )
            self.busy.tell(f"已保存并用于审核：{path}")

    @property
    def _edited(self) -> Path | None:
        """The file of the hospital's own profile one started from."""
        place = self.base.currentIndex()
        chosen = self._listed[place] if 0 <= place < len(self._listed) else None
        return Path(chosen.name) if chosen and chosen.own else None

    # --- inside --------------------------------------------------------------------------------------------

    def _columns(self) -> tuple[Column[ParameterRow], ...]:
        return (
            text("section", "部分", lambda row: SECTION_LABELS[row.section], 76, muted=True),
            text("label", "参数", lambda row: row.label, 196),
            Column(
                "value",
                "值",
                lambda row: row.value,
                width=210,
                tip=lambda row: f"{row.value or '未设置'}\n{row.meaning}",
                tone=_tone,
                strong=lambda row: row.changed,
                commit=self._commit_value,
                editable=lambda row: row.editable,
            ),
            Column(
                "meaning",
                "含义",
                lambda row: row.meaning,
                width=250,
                stretch=True,
                tip=lambda row: row.meaning,
                tone=lambda row: "error" if row.problem else "muted",
            ),
            Column(
                "source",
                "来源",
                lambda row: row.note.source,
                width=150,
                tip=lambda row: row.note.source,
                commit=self._commit_source,
                editable=_has_source,
            ),
            Column(
                "certainty",
                "可信度",
                lambda row: row.note.certainty.value if _has_source(row) else "",
                width=84,
                tone=lambda row: "warning" if row.note.certainty in _UNSURE and _has_source(row) else "text",
                commit=self._commit_certainty,
                editable=_has_source,
            ),
            Column(
                "note",
                "备注",
                lambda row: row.note.note,
                width=110,
                tip=lambda row: row.note.note,
                commit=self._commit_note,
                editable=_has_source,
            ),
        )

    def _rows(self) -> list[ParameterRow]:
        problems = {(each.section, each.name): each.sentence for each in self.profile.problems()}
        places = [(HEAD, name, LABELS[f"{HEAD}.{name}"], _NO_NOTE) for name in HEAD_NAMES]
        places += [(each.section, each.name, each.label, each.note) for each in describe(self.profile)]
        return [
            ParameterRow(
                section,
                name,
                label,
                show_value(self.profile, section, name),
                show_value(self._start, section, name),
                note,
                problems.get((section, name), ""),
                unused(self.profile, section, name),
            )
            for section, name, label, note in places
        ]

    def _commit_value(self, row: ParameterRow, written: str) -> bool:
        if written.strip() == row.value:
            return True
        try:
            self.profile = with_value(self.profile, row.section, row.name, written)
        except UserError as error:
            self._refuse(f"{error.what}{error.todo}")
            return False
        self._put()
        return True

    def _commit_source(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, source=written.strip() or "本院设置"))

    def _commit_certainty(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, certainty=Certainty(written)))

    def _commit_note(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, note=written.strip()))

    def _commit_whole_note(self, row: ParameterRow, note: Note) -> bool:
        if note != row.note:
            self.profile = with_note(self.profile, row.section, row.name, note)
            self._put()
        return True

    def _put(self) -> None:
        """Show every parameter as it now stands: one change may cure or break another."""
        rows = self._rows()
        known = {(row.section, row.name) for row in self._all_rows}
        self._all_rows = rows
        if {(row.section, row.name) for row in rows} == known:
            self.model.update_rows(rows)
        else:
            self.model.set_rows(rows)
        self._changed()

    @Slot(object)
    def _take_prices(self, prices: tuple[PointPrice, ...]) -> None:
        self._take_raw("prices", prices)

    @Slot(object)
    def _take_factors(self, factors: object) -> None:
        self._take_raw("group_factors", factors)

    def _take_raw(self, name: str, value: object) -> None:
        self.profile = with_raw(self.profile, "money", name, value)
        self._put()

    def _changed(self) -> None:
        """Check and compare after every change."""
        problems = [problem_text(each) for each in self.profile.problems()]
        changed = sum(row.changed for row in self._all_rows)
        parts = ["；".join(problems) + "。" if problems else "校验通过：各参数之间没有矛盾。"]
        if changed:
            parts.append(f"已改 {changed} 项，尚未保存。")
        if self.profile.demo and (invented := self.profile.invented()):
            listed = "、".join(LABELS[f"money.{name}"] for name in invented)
            parts.append(f"{listed}还是演示用的虚构值，改成本地的之前，金额都标注“演示”。")
        self._say("".join(parts), "error" if problems else "muted")
        self.keep_row.allow(allowed=not problems)
        self.sides.show_profile(self.profile)

    def _refuse(self, what: str) -> None:
        self._say(what, "error")

    def _say(self, what: str, role: str) -> None:
        self.integrity.setText(what)
        self.integrity.setProperty("role", role)
        self.integrity.style().unpolish(self.integrity)
        self.integrity.style().polish(self.integrity)

    def _list(self, wanted: str) -> None:
        self._listed = listed_profiles()
        self.base.blockSignals(True)
        self.base.clear()
        self.base.addItems([each.label for each in self._listed])
        self.base.blockSignals(False)
        names = [each.name for each in self._listed]
        self.base.setCurrentIndex(names.index(wanted) if wanted in names else 0)
        self.sides.renew()
        self._choose(self.base.currentIndex())

    @Slot(int)
    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._listed):
            self.take(self._listed[place].profile)

    @Slot()
    def _filter(self) -> None:
        section, words = str(self.section.currentData()), self.words.text().split()

        def accepts(row: ParameterRow) -> bool:
            place = f"{row.section}.{row.name}"
            read = f"{row.label} {row.value} {MEANINGS[place]} {row.note if _has_source(row) else ''}"
            return (
                section in {"", row.section}
                and (row.changed or not self.only_changed.isChecked())
                and all(word in read for word in words)
            )

        self.model.set_filter(accepts)

    def _connect(self) -> None:
        self.base.currentIndexChanged.connect(self._choose)
        self.section.currentIndexChanged.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.only_changed.toggled.connect(self._filter)
        self.prices.changed.connect(self._take_prices)
        self.prices.refused.connect(self._refuse)
        self.factors.changed.connect(self._take_factors)
        self.factors.refused.connect(self._refuse)
        self.factors.told.connect(self.busy.tell)

    def _lay_out(self) -> None:
        values = ChoiceDelegate(lambda row: choices(row.section, row.name), self.table, "未设置")
        self.table.setItemDelegateForColumn(2, values)
        certainty = ChoiceDelegate(lambda _row: [each.value for each in Certainty], self.table)
        self.table.setItemDelegateForColumn(5, certainty)
        top = QHBoxLayout()
        top.addWidget(QLabel("起点"))
        top.addWidget(self.base, 1)
        self.tabs = tabbed(
            (
                (self._all_page(), "全部参数"),
                (self.prices, "点值"),
                (self.factors, "病种系数"),
                (self.sides, "两份对比"),
            )
        )
        self.keep_row.keep.clicked.connect(self.save)
        self.keep_row.use.clicked.connect(self.use)
        self.body_layout.addLayout(top)
        self.body_layout.addWidget(self.tabs, 1)
        self.body_layout.addWidget(self.integrity)
        self.body_layout.addWidget(self.keep_row)

    def _all_page(self) -> QWidget:
        row = QHBoxLayout()
        row.addWidget(self.section)
        row.addWidget(self.words, 1)
        row.addWidget(self.only_changed)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        return page
