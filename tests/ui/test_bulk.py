from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

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
    proposals = bench.alike(finding, finding.fixes[0])
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
    dialog = window.findChild(BulkDialog)
    assert isinstance(dialog, BulkDialog)
    chosen = len(dialog.chosen)
    assert chosen > 1
    dialog.accept()
    assert sum(bench.altered(case_id) for case_id in bench.case_ids) == chosen
    assert f"共 {chosen} 例" in window.actions_["undo"].text()
    window.desk.undo()
    assert not any(bench.altered(case_id) for case_id in bench.case_ids)
