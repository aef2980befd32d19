"""规则库: finds, explains, changes what holds, and takes a rule of the hospital's own."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.history import Decision
from app.rules.hospital_rules import load_hospital_rules
from app.rules.rule_checker import with_hospital_rules
from app.settings import Settings
from coding_rules.finding import Severity
from tests.ui.samples import sample_services, sample_workbench
from tests.ui.tools.checked import real_knowledge
from tests.ui.tools.steps import OpenTool, settle
from ui.main_window import MainWindow
from ui.tools.context import ToolContext
from ui.tools.rules_form import RuleForm
from ui.tools.rules_library import NO_RULES, RuleLibraryWindow


@pytest.fixture
def library(open_tool: OpenTool) -> RuleLibraryWindow:
    tool = open_tool("rules")
    assert isinstance(tool, RuleLibraryWindow)
    return tool


def test_lists_every_rule_and_finds_by_text_and_facet(library: RuleLibraryWindow) -> None:
    total = sum(len(pack.rules) for pack in library.engine.packs)
    assert library.model.rowCount() == total
    library.search.setText("DOM-026")
    library._filter()
    assert [row.rule.id for row in library.model.rows()] == ["DOM-026"]
    library.search.setText("")
    library.facets._chosen = {"severity": frozenset({"错误"}), "hits": frozenset({"有发现"})}
    library._filter()
    shown = library.model.rows()
    assert shown
    assert all(row.severity is Severity.ERROR and row.hits for row in shown)


def test_tells_a_rule_in_plain_words_with_examples(library: RuleLibraryWindow) -> None:
    library.select("DOM-026")
    told = library.detail.text.toPlainText()
    for part in ("编码不在所用编码表中", "依据", "应提示", "不应提示", "扣 4 分"):
        assert part in told
    assert not library.detail.edit.isVisible()


def test_switching_off_and_grading_is_written_and_applied(
    qtbot: QtBot, library: RuleLibraryWindow, checked: ToolContext
) -> None:
    library.select("DOM-026")
    with qtbot.waitSignal(checked.rules_changed, timeout=3000):
        library.detail.switch.click()
        settle(qtbot, checked)
        library.detail.graded.emit("DOM-026", Severity.HINT)
    settle(qtbot, checked)
    kept = load_hospital_rules()
    assert kept.off == {"DOM-026"}
    assert kept.severity == {"DOM-026": Severity.HINT}
    assert library.detail.line is not None
    assert library.detail.line.rule.id == "DOM-026"
    assert library.detail.switch.text() == "启用"
    library.detail.back.click()
    settle(qtbot, checked)
    assert load_hospital_rules().summary == ""


def test_a_threshold_is_set_and_set_back(
    qtbot: QtBot, library: RuleLibraryWindow, checked: ToolContext
) -> None:
    row = next(one for one in library.limits.rows() if one.threshold.id == "short_stay")
    value = library.limits.columns[1]
    assert value.commit is not None
    assert value.commit(row, "3")
    assert load_hospital_rules().thresholds == {"short_stay": 3}
    assert not value.commit(row, "三")
    assert value.commit(row, "")
    assert load_hospital_rules().thresholds == {}
    settle(qtbot, checked)


def test_a_rule_of_ones_own_is_checked_tried_and_kept(
    qtbot: QtBot, library: RuleLibraryWindow, checked: ToolContext
) -> None:
    library.add_rule()
    form = library.findChild(RuleForm)
    assert isinstance(form, RuleForm)
    assert not form.save.isEnabled()
    for field, words in (
        (form.title, "高龄"),
        (form.message, "年龄 {age} 岁。"),
        (form.authority, "本院规定"),
    ):
        field.setText(words)
    assert "不能自写" in form.help.text()
    assert form.scored.currentText() == "不扣分"
    place = next(i for i in range(form.scored.count()) if form.scored.itemText(i).startswith("年龄（"))
    form.scored.setCurrentIndex(place)
    form.severity.setCurrentIndex(list(Severity).index(Severity.WARNING))
    form.when.setPlainText("age >= ")
    assert "第 " in form.verdict.text()
    assert form.when.extraSelections()
    form.when.setPlainText("age >= 70")
    assert form.verdict.text().startswith("✓ 读作：年龄")
    form.try_out()
    settle(qtbot, checked)
    aged = sum((case.age or 0) >= 70 for case in checked.cases)
    assert form.model.rowCount() == aged > 0
    form.when.setPlainText("age >= 70 ")
    assert form.model.rowCount() == 0
    with qtbot.waitSignal(checked.rules_changed, timeout=3000):
        form.accept()
        settle(qtbot, checked)
    kept = load_hospital_rules().rules
    assert [(rule.id, rule.class_, rule.points, rule.item) for rule in kept] == [
        ("OWN-001", "C", 1.0, "年龄")
    ]
    found = RuleForm(kept[0], library.engine, (), checked.jobs)
    assert found.scored.currentText() == "年龄（C 类，扣 1 分）"
    assert found.rule == kept[0]
    assert library.detail.line is not None
    assert library.detail.line.own
    assert library.detail.edit.isVisibleTo(library)
    library.delete_rule("OWN-001")
    box = library.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    next(button for button in box.buttons() if button.text() == "删除").click()
    settle(qtbot, checked)
    assert load_hospital_rules().rules == ()
    assert load_hospital_rules().retired == {"OWN-001"}


def test_without_rules_it_says_so(checked: ToolContext, library: RuleLibraryWindow) -> None:
    checked.workbench = sample_workbench(3)
    checked.knowledge = checked.workbench.knowledge
    assert library.missing() == NO_RULES


def test_open_work_is_reviewed_again_and_loses_nothing(
    qtbot: QtBot, dressed: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "月.csv"
    write_n041(path, generate(12, 11))
    services = replace(sample_services(), load_knowledge=lambda _settings, _progress: real_knowledge())
    window = MainWindow(services, Settings(author="测试员"))
    qtbot.addWidget(window)
    window.open_paths([path])
    qtbot.waitUntil(lambda: window.desk.workbench is not None and not window.jobs.running, timeout=20_000)
    bench = window.desk.workbench
    assert bench is not None
    case_id, finding = next(
        (case_id, found[0]) for case_id in bench.case_ids if (found := bench.open_findings(case_id))
    )
    bench.change(case_id, (), "维持原码", decision=Decision.KEEP, reason="试")
    library = window.tools.open("rules")
    assert isinstance(library, RuleLibraryWindow)
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    with qtbot.waitSignal(window.files.opened, timeout=20_000):
        library.use(library.hospital.switched(finding.rule_id, False))
    qtbot.waitUntil(lambda: not window.jobs.running, timeout=20_000)
    again = window.desk.workbench
    assert again is not None
    assert again is not bench
    assert not any(one.rule_id == finding.rule_id for one in again.open_findings(case_id))
    assert [change.label for change in again.changes(case_id)] == ["维持原码"]
    work = window.files.work
    assert work is not None
    assert any(what == "本院规则" for what, _, _ in work.session.versions)
    window.close()


def test_the_window_reviews_again_by_the_new_rules(qtbot: QtBot, window: MainWindow) -> None:
    """Without a file on the desk: what a tool had loaded is judged by the new rules from then on."""
    window.files.knowledge = with_hospital_rules(real_knowledge(), load_hospital_rules())
    window.tools.context.knowledge = window.files.knowledge
    before = window.files.knowledge
    with qtbot.waitSignal(window.files.knowledge_changed, timeout=20_000):
        window.tools.context.rules_changed.emit()
    assert window.files.knowledge is not before
    assert window.files.knowledge.terminology is before.terminology
