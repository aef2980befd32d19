"""Tool 地区参数: every parameter of a region with its meaning, source and certainty; edited here, kept as the hospital's own file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.dip.profile_edits import ProfileEdits
from app.dip.profile_file import Listed, listed_profiles, save_own, unreadable_profiles
from app.dip.profile_text import choices, problem_text, with_note, with_raw, with_value
from app.errors import UserError
from coding_rules.settlement.profile import Certainty, Note, RegionProfile
from coding_rules.settlement.profile_view import LABELS, SECTION_LABELS
from coding_rules.settlement.rules import PointPrice
from ui.dialogs.messages import ask_to_keep, tell_user
from ui.tools.context import ToolContext
from ui.tools.dip_choices import ChoiceDelegate
from ui.tools.dip_parts import KeepRow, tabbed
from ui.tools.dip_profile_pages import FactorsPage, PricesPage, SidesPage
from ui.tools.dip_profile_rows import CERTAINTY, VALUE, ParameterRow, parameter_columns, parameter_rows
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow


class ProfileWindow(ToolWindow):
    """Edits a ``RegionProfile``; ``edits`` holds every step, ``profile`` is the value as it stands."""

    default_size = QSize(1220, 720)

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self._listed: Sequence[Listed] = ()
        self._base = 0
        self.edits = ProfileEdits.of(RegionProfile("", ""))
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
            "全部参数",
            parameter_columns(
                self._commit_value, self._commit_source, self._commit_certainty, self._commit_note
            ),
            lambda row: (row.section, row.name),
            empty="没有符合的参数。",
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
        return [
            ("参数", self.profile.title),
            ("起点", self.edits.start.title),
            ("校验", self.integrity.text()),
        ]

    @property
    def profile(self) -> RegionProfile:
        """The profile as it stands."""
        return self.edits.now

    def unsaved(self) -> str:
        """What closing would lose."""
        changed = sum(row.changed for row in self._all_rows)
        what = f"已改的 {changed} 项" if changed else "来源、备注等改动"
        return f"地区参数“{self.edits.start.title}”中{what}还没有保存。" if self.edits.changed else ""

    def take(self, profile: RegionProfile) -> None:
        """Start anew from a profile."""
        self.edits = ProfileEdits.of(profile)
        # A copy of a shipped profile is the hospital's own and wants a name of its own.
        self.keep_row.start(profile.title if self._edited else "", profile.valid_from)
        self._all_rows = []
        self._show_all()
        self._filter()

    def save(self) -> str:
        """Keep the profile as the hospital's own; the path of its file, empty when it was refused."""
        try:
            path, profile = save_own(
                self.profile, self.keep_row.title.text(), self.keep_row.day, replacing=self._edited
            )
        except UserError as error:
            tell_user(self, error)
            return ""
        self.edits = ProfileEdits.of(profile)
        self._list(str(path))
        self.busy.tell(f"已保存：{path}")
        return str(path)

    def keep(self) -> bool:
        """Keep what was changed before the window closes; whether it could be."""
        return bool(self.save())

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        self._step(self.edits.undone(), f"已撤销：{self.edits.last}")

    @Slot()
    def redo(self) -> None:
        """Do again what was taken back."""
        self._step(self.edits.redone(), f"已重做：{self.edits.next}")

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

    def _commit_value(self, row: ParameterRow, written: str) -> bool:
        if written.strip() == row.value:
            return True
        try:
            changed = with_value(self.profile, row.section, row.name, written)
        except UserError as error:
            self._refuse(f"{error.what}{error.todo}")
            return False
        self._put(changed, row.label)
        return True

    def _commit_source(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, source=written.strip() or "本院设置"))

    def _commit_certainty(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, certainty=Certainty(written)))

    def _commit_note(self, row: ParameterRow, written: str) -> bool:
        return self._commit_whole_note(row, replace(row.note, note=written.strip()))

    def _commit_whole_note(self, row: ParameterRow, note: Note) -> bool:
        if note != row.note:
            self._put(with_note(self.profile, row.section, row.name, note), f"{row.label}的来源")
        return True

    def _put(self, profile: RegionProfile, what: str) -> None:
        """One more step."""
        self.edits = self.edits.put(profile, what)
        self._show()

    def _step(self, edits: ProfileEdits, told: str) -> None:
        if edits is not self.edits:
            self.edits = edits
            self._show_all()
            self.busy.tell(told)

    def _show_all(self) -> None:
        self.prices.show_prices(self.profile.money.prices)
        self.factors.show_factors(self.profile.money.group_factors)
        self._show()

    def _show(self) -> None:
        """Show every parameter as it now stands: one change may cure or break another."""
        rows = parameter_rows(self.profile, self.edits.start)
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
        self._put(with_raw(self.profile, "money", name, value), LABELS[f"money.{name}"])

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
        for button, word, what in (
            (self.undo_button, "撤销", self.edits.last),
            (self.redo_button, "重做", self.edits.next),
        ):
            button.setEnabled(bool(what))
            button.setToolTip(f"{word}：{what}" if what else f"没有可{word}的改动")
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
        self.sides.renew()
        if broken := unreadable_profiles():
            self.busy.tell("；".join(str(error) for error in broken[:3]) + "。没有列出，请改正文件或删去。")
        self._choose(names.index(wanted) if wanted in names else 0)

    @Slot(int)
    def _start_elsewhere(self, place: int) -> None:
        """Another starting point; what was changed on this one is asked for first."""
        if sentence := self.unsaved():
            self._show_base(self._base)
            ask_to_keep(self, sentence, self.keep, lambda: self._choose(place))
        else:
            self._choose(place)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._listed):
            self._show_base(place)
            self.take(self._listed[place].profile)

    def _show_base(self, place: int) -> None:
        self._base = place
        self.base.blockSignals(True)
        self.base.setCurrentIndex(place)
        self.base.blockSignals(False)

    @Slot()
    def _filter(self) -> None:
        section, words = str(self.section.currentData()), self.words.text().split()

        def accepts(row: ParameterRow) -> bool:
            return (
                section in {"", row.section}
                and (row.changed or not self.only_changed.isChecked())
                and all(word in row.words for word in words)
            )

        self.model.set_filter(accepts)

    def _connect(self) -> None:
        self.base.currentIndexChanged.connect(self._start_elsewhere)
        self.section.currentIndexChanged.connect(self._filter)
        self.words.textChanged.connect(self._filter)
        self.only_changed.toggled.connect(self._filter)
        self.prices.changed.connect(self._take_prices)
        self.prices.refused.connect(self._refuse)
        self.factors.changed.connect(self._take_factors)
        self.factors.refused.connect(self._refuse)
        self.factors.told.connect(self.busy.tell)

    def _lay_out(self) -> None:
        self.undo_button = self.add_head_button("撤销", "undo", self.undo)
        self.undo_button.setShortcut(QKeySequence.StandardKey.Undo)
        self.redo_button = self.add_head_button("重做", "redo", self.redo)
        self.redo_button.setShortcut(QKeySequence.StandardKey.Redo)
        values = ChoiceDelegate(lambda row: choices(row.section, row.name), self.table, "未设置")
        self.table.setItemDelegateForColumn(VALUE, values)
        certainty = ChoiceDelegate(lambda _row: [each.value for each in Certainty], self.table)
        self.table.setItemDelegateForColumn(CERTAINTY, certainty)
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
