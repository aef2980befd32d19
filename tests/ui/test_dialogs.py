from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import settings as settings_file
from app.errors import UserError
from app.history import Decision
from app.log import Mishap
from app.readers.imported import ImportIssue, ImportReport
from app.readers.mapping import guess_mapping
from app.settings import Density, Settings, Theme
from icd_tables.pinyin import readings
from ui.actions import ACTIONS
from ui.dialogs.about import AboutDialog
from ui.dialogs.bulk import BulkDialog
from ui.dialogs.export import ExportDialog
from ui.dialogs.keys import KeySheet, sheet_html, sheet_rows
from ui.dialogs.mapping import UNUSED, MappingDialog, field_text
from ui.dialogs.messages import CrashDialog, tell_user
from ui.dialogs.note import NoteDialog
from ui.dialogs.palette import Command, CommandPalette, find_commands
from ui.dialogs.reason import ReasonDialog
from ui.dialogs.report import ReportDialog
from ui.dialogs.settings import SettingsDialog
from ui.jobs import Jobs
from ui.main_window import MainWindow
from ui.welcome import WelcomePage


def initials(text: str) -> str:
    return readings().initials(text)[0]


COMMANDS = [Command(spec, enabled=True) for spec in ACTIONS]


def test_commands_are_found_by_text_initials_and_keys() -> None:
    assert find_commands("导出", COMMANDS, initials)[0].spec.id == "export"
    assert find_commands("cx", COMMANDS, initials)[0].spec.id == "undo"
    assert find_commands("ctrl+e", COMMANDS, initials)[0].spec.id == "export"
    assert len(find_commands("", COMMANDS, initials)) == len(ACTIONS)
    assert find_commands("没有这样的命令", COMMANDS, initials) == []


def test_palette_triggers_the_action(qtbot: QtBot, window: MainWindow) -> None:
    window.show_palette()
    palette = window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    qtbot.keyClicks(palette.box, "tjt")
    qtbot.keyClick(palette.box, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.charts


def test_key_sheet_holds_every_shortcut() -> None:
    listed = {what for _, _, what in sheet_rows()}
    assert {spec.text.rstrip("…") for spec in ACTIONS if spec.shortcuts} <= listed
    assert "Ctrl+Enter" in sheet_html()


REPORT = ImportReport(
    "一月.csv",
    "院内表",
    encoding="GB18030",
    rows=10,
    accepted=9,
    refused=1,
    issues=(ImportIssue(3, "病案号", "", "没有病案号"), ImportIssue(5, "", "合计", "不是病例", refused=True)),
    unused=("备注",),
)


def test_import_report_lists_rows_and_offers_the_mapping(qtbot: QtBot) -> None:
    dialog = ReportDialog([REPORT], can_map=True)
    qtbot.addWidget(dialog)
    assert dialog.model.rowCount() == 2
    dialog.only_refused.setChecked(True)
    assert [row.issue.row for row in dialog.model.rows()] == [5]


def test_mapping_is_edited_and_judged(qtbot: QtBot) -> None:
    mapping = guess_mapping(["病案号", "主要诊断编码", "奇怪的列"])
    dialog = MappingDialog(mapping, [["1", "I21.000", "男"]])
    qtbot.addWidget(dialog)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert ok.isEnabled()
    model = dialog.model
    index = model.index(2, 1)
    assert model.setData(index, field_text("XB"))
    assert dialog.mapping.fields[2] == "XB"
    assert not model.setData(index, "不是字段")
    assert model.setData(model.index(1, 1), UNUSED)
    assert not ok.isEnabled()
    assert "主要诊断" in dialog.verdict.text()


def test_export_wants_a_place_for_what_is_ticked(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ExportDialog(tmp_path / "a.xlsx", tmp_path, "共 3 例")
    qtbot.addWidget(dialog)
    assert [path.text for path in (dialog.list_path, dialog.pages_path)] == [
        str(tmp_path / "a.xlsx"),
        str(tmp_path),
    ]
    dialog.pages_box.setChecked(True)
    assert dialog.wish.pages == tmp_path
    dialog.list_path.set_text("")
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()


def test_settings_are_taken_over(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(author="甲"))
    qtbot.addWidget(dialog)
    dialog.author.setText(" 乙 ")
    dialog.theme.setCurrentIndex(list(Theme).index(Theme.DARK))
    dialog.accept()
    assert dialog.settings.author == "乙"
    assert dialog.settings.theme is Theme.DARK
    assert dialog.settings.dip_profile == ""


def test_own_point_value_becomes_a_profile_file(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    dialog.profiles["DIP"].prices["职工"].setText("7.1")
    dialog.accept()
    assert Path(dialog.settings.dip_profile).exists()
    again = SettingsDialog(dialog.settings)
    qtbot.addWidget(again)
    assert again.profiles["DIP"].prices["职工"].text() == "7.1"


def test_a_figure_that_is_none_keeps_the_dialog_open(qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.profiles["DIP"].factor.setText("很多")
    dialog.accept()
    box = dialog.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "不是数字" in box.text()
    assert dialog.isVisible()
    box.close()


def test_about_verifies_in_the_background(qtbot: QtBot, window: MainWindow) -> None:
    window.show_about()
    about = window.findChild(AboutDialog)
    assert isinstance(about, AboutDialog)
    about.check()
    qtbot.waitUntil(lambda: "校验通过" in about.verdict.text())
    about.close()


def test_refusal_says_what_and_what_to_do(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = tell_user(parent, UserError("文件打不开", "请关闭 Excel"))
    assert (box.text(), box.informativeText()) == ("文件打不开", "请关闭 Excel")
    box.close()


def test_crash_text_can_be_copied(qtbot: QtBot) -> None:
    dialog = CrashDialog(Mishap("ValueError", ("ui/desk.py:10",)))
    qtbot.addWidget(dialog)
    dialog.add(Mishap("KeyError", ()))
    dialog.copy()
    text = QGuiApplication.clipboard().text()
    assert "ValueError" in text
    assert "KeyError" in text
    assert "ui/desk.py:10" in text


def test_theme_switch_is_kept(window: MainWindow) -> None:
    window.switch_theme()
    assert settings_file.load().settings.theme is Theme.DARK
    window.switch_theme()
    assert settings_file.load().settings.theme is Theme.LIGHT


def test_jobs_end_with_the_window(window: MainWindow) -> None:
    assert isinstance(window.jobs, Jobs)
    window.close()
    assert not window.jobs.running


def test_density_and_rule_packs_are_settings(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = SettingsDialog(Settings(rule_packs=("旧.toml",)))
    qtbot.addWidget(dialog)
    added = str(tmp_path / "本院.toml")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([added, "旧.toml"], ""))
    dialog.packs.add_button.click()
    assert dialog.packs.texts == ("旧.toml", added)
    assert not dialog.packs.remove_button.isEnabled()
    dialog.packs.list.setCurrentRow(0)
    dialog.packs.remove_button.click()
    dialog.density.setCurrentIndex(list(Density).index(Density.COMPACT))
    dialog.accept()
    assert dialog.settings.rule_packs == (added,)
    assert dialog.settings.density is Density.COMPACT


def test_rows_stand_as_tight_as_the_settings_say(window: MainWindow) -> None:
    rows = window.page.queue.table.verticalHeader()
    wide = rows.defaultSectionSize()
    window.files.use_settings(replace(window.files.settings, density=Density.COMPACT))
    assert rows.defaultSectionSize() == wide - 4
    window.files.use_settings(replace(window.files.settings, density=Density.COMFORTABLE))
    assert rows.defaultSectionSize() == wide


def owners(part: QWidget) -> Iterator[QObject]:
    """What a widget lies in, from the inside out."""
    owner = part.parent()
    while owner is not None:
        yield owner
        owner = owner.parent()


def test_every_control_of_every_dialog_has_a_name(qtbot: QtBot, tmp_path: Path) -> None:
    dialogs: list[QWidget] = [
        SettingsDialog(Settings(rule_packs=("包.toml",))),
        ExportDialog(tmp_path / "a.xlsx", tmp_path, "3 例"),
        ReportDialog([ImportReport("a.csv", "N041")], can_map=True),
        MappingDialog(guess_mapping(["病案号", "主要诊断编码"], []), [["1", "I10"]]),
        NoteDialog("病案号 1", ""),
        ReasonDialog("维持原码", "为什么？", Decision.KEEP),
        BulkDialog([]),
        KeySheet(),
        WelcomePage(),
    ]
    inside = (QComboBox, QAbstractSpinBox, QAbstractItemView)  # their own parts speak through them
    for dialog in dialogs:
        qtbot.addWidget(dialog)
        unnamed = [
            part
            for part in dialog.findChildren(QWidget)
            if part.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not isinstance(part, QLabel)
            and not any(isinstance(owner, inside) for owner in owners(part))
            and not part.objectName().startswith("qt_")
            and not part.accessibleName()
            and not (isinstance(part, QAbstractButton) and part.text())
        ]
        assert unnamed == [], type(dialog).__name__
