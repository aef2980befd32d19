from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.review import review
from coding_rules.edit import SetDiagnosis
from coding_rules.finding import Fix
from tests.ui.samples import sample_workbench
from ui.dialogs.bulk import BulkDialog
from ui.main_window import MainWindow


def test_rising_repairs_cannot_be_ticked(qtbot: QtBot) -> None:
    bench = sample_workbench(60)
    for case_id in bench.case_ids:
        bench.result(case_id)
    finding = next(f for i in bench.case_ids for f in bench.open_findings(i) if f.fixes)
    proposals = bench.alike(finding, finding.fixes[0]).try_out()
    edits = (SetDiagnosis(0, "Z99.000", "高"),)
    rising = replace(proposals[0], fix=Fix("高", edits), effect=bench.what_if(proposals[0].case_id, edits))
    dialog = BulkDialog([rising, *proposals[1:]])
    qtbot.addWidget(dialog)
    rows = dialog.model.rows()
    assert rows[0].raises
    assert not rows[0].ticked
    assert len(dialog.chosen) == sum(not row.raises for row in rows)
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Space)
    assert not dialog.model.rows()[0].ticked
    dialog.table.setCurrentIndex(dialog.model.index(1, 0))
    qtbot.keyClick(dialog.table, Qt.Key.Key_Space)
    assert dialog.model.rows()[1].ticked is rows[1].raises
    assert "须逐例" in dialog.note.text()


def test_all_ticked_repairs_are_one_step(qtbot: QtBot, window: MainWindow) -> None:
    bench = sample_workbench(200)
    with qtbot.waitSignal(window.desk.review_finished, timeout=20000):
        window.open_workbench(bench)
    case_id = next(i for i in bench.case_ids if any(f.fixes for f in bench.open_findings(i)))
    window.page.queue.select(case_id)
    window.actions_["adopt_all"].trigger()
    qtbot.waitUntil(lambda: window.findChild(BulkDialog) is not None, timeout=20000)
    dialog = window.findChild(BulkDialog)
    assert isinstance(dialog, BulkDialog)
    chosen = len(dialog.chosen)
    assert chosen > 1
    dialog.accept()
    assert sum(bench.altered(case_id) for case_id in bench.case_ids) == chosen
    assert f"共 {chosen} 例" in window.actions_["undo"].text()
    window.desk.undo()
    assert not any(bench.altered(case_id) for case_id in bench.case_ids)


def test_a_case_that_was_changed_meanwhile_is_not_offered(qtbot: QtBot, window: MainWindow) -> None:
    bench = sample_workbench(200)
    with qtbot.waitSignal(window.desk.review_finished, timeout=20000):
        window.open_workbench(bench)
    repaired = [i for i in bench.case_ids if any(f.fixes for f in bench.open_findings(i))]
    window.page.queue.select(repaired[0])
    window.actions_["adopt_all"].trigger()
    window.desk.commit([SetDiagnosis(0, "A00.000", "低")], reason="另作更正")
    qtbot.waitUntil(lambda: window.findChild(BulkDialog) is not None, timeout=20000)
    dialog = window.findChild(BulkDialog)
    assert isinstance(dialog, BulkDialog)
    offered = {row.proposal.case_id for row in dialog.model.rows()}
    assert offered
    assert repaired[0] not in offered
    dialog.reject()


def test_what_a_repair_does_is_not_worked_out_twice() -> None:
    bench = sample_workbench(120)
    for case_id in bench.case_ids:
        bench.result(case_id)
    finding = next(f for i in bench.case_ids for f in bench.open_findings(i) if f.fixes)
    wanted = [one for one in bench.alike(finding, finding.fixes[0]).try_out() if not one.effect.raises]
    bench.change_all(wanted)
    for one in wanted:
        known = bench.known(one.case_id)
        assert known is not None
        assert known.after.case is bench.current(one.case_id)
        assert known.after == review(bench.current(one.case_id), bench.knowledge, known.before)
