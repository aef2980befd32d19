from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from app.history import Decision
from app.queue import QUEUE_FACETS, UNSETTLED, Status, matching
from app.review import review
from app.sessions.journal import MemoryJournal
from app.what_if import Proposal
from app.workbench import Workbench
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import build_case
from coding_rules.edit import EditError, MoveDiagnosis, RemoveDiagnosis, SetDiagnosis
from coding_rules.finding import Finding, Fix, Severity
from coding_rules.grouper.grouping import System
from icd_tables.codes import Kind
from icd_tables.terminology import Terminology
from tests.ui.samples import make_cases, sample_find, sample_knowledge, sample_workbench


@pytest.fixture
def bench() -> Workbench:
    return sample_workbench(30)


def first_with_finding(bench: Workbench) -> str:
    return next(case_id for case_id in bench.case_ids if bench.open_findings(case_id))


def test_nothing_is_recorded_by_asking_what_if(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    effect = bench.what_if(case_id, [SetDiagnosis(0, "N20.000", "肾结石")])
    assert effect.after.case.diagnoses[0].code == "N20.000"
    assert bench.current(case_id) is bench.original(case_id)
    assert len(bench.history) == 0


def test_a_change_is_seen_beside_the_original(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    bench.change(case_id, [SetDiagnosis(0, "Z99.000", "x")], "改", reason="依据")
    both = bench.result(case_id)
    assert both.before.case == bench.original(case_id)
    assert both.after.case.diagnoses[0].code == "Z99.000"
    assert both.changed
    assert bench.status(case_id) is Status.CORRECTED
    change = bench.changes(case_id)[0]
    assert (change.author, change.reason, change.time) == ("测试员", "依据", datetime(2025, 2, 3, 10, 20))


def test_undo_gives_the_original_itself_back(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    bench.change(case_id, [SetDiagnosis(0, "Z99.000", "x")], "改")
    assert bench.undo().case_ids == (case_id,)
    assert bench.current(case_id) is bench.original(case_id)
    assert bench.status(case_id) is Status.UNTOUCHED
    assert bench.redo().changes[0].label == "改"
    assert bench.altered(case_id)
    assert not bench.redo().case_ids


def test_change_and_its_opposite_come_to_nothing(bench: Workbench) -> None:
    case_id = next(i for i in bench.case_ids if len(bench.original(i).diagnoses) > 1)
    bench.change(case_id, [MoveDiagnosis(1, 0)], "移")
    bench.change(case_id, [MoveDiagnosis(1, 0)], "移回")
    assert not bench.altered(case_id)
    assert bench.current(case_id) is bench.original(case_id)


def test_impossible_edit_records_nothing(bench: Workbench) -> None:
    with pytest.raises(EditError):
        bench.change(bench.case_ids[0], [RemoveDiagnosis(99)], "删")
    assert len(bench.history) == 0


def test_decisions_answer_findings_and_set_the_status(bench: Workbench) -> None:
    case_id = first_with_finding(bench)
    finding = bench.open_findings(case_id)[0]
    bench.change(case_id, [], "维持", decision=Decision.KEEP, reason="r", rule_id=finding.rule_id)
    assert finding.rule_id in bench.answered(case_id)
    assert finding not in bench.open_findings(case_id)
    assert bench.status(case_id) is Status.KEPT
    bench.change(case_id, [], "查", decision=Decision.PENDING, reason="r")
    assert bench.status(case_id) is Status.PENDING


def test_work_resumes_from_a_journal() -> None:
    journal = MemoryJournal()
    first = Workbench(make_cases(5), sample_knowledge(), journal)
    first.change(first.case_ids[2], [SetDiagnosis(0, "Z99.000", "x")], "改")
    again = Workbench(make_cases(5), sample_knowledge(), journal)
    assert again.altered(again.case_ids[2])
    assert again.current(again.case_ids[2]).diagnoses[0].code == "Z99.000"


def test_rows_wait_until_results_come(bench: Workbench) -> None:
    waiting = bench.row(bench.case_ids[0])
    assert not waiting.reviewed
    assert waiting.drg is None
    assert bench.put(review(case, bench.knowledge) for case in bench.unreviewed()) == list(bench.case_ids)
    row = bench.row(bench.case_ids[0])
    assert row.reviewed
    assert row.drg
    assert bench.unreviewed() == []
    assert len(bench.results()) == 30


def test_results_stand_in_the_order_of_the_file_whatever_was_looked_at_first(bench: Workbench) -> None:
    bench.result(bench.case_ids[3])
    bench.put(review(case, bench.knowledge) for case in bench.unreviewed())
    assert [result.case.case_id for result in bench.results()] == list(bench.case_ids)


def test_a_row_knows_the_outcome_under_both_systems() -> None:
    knowledge = replace(sample_knowledge(), dip_settler=None)
    bench = Workbench(make_cases(1), knowledge)
    bench.result(bench.case_ids[0])
    row = bench.row(bench.case_ids[0])
    assert row.under(System.DRG).profit is not None
    assert row.under(System.DIP) == UNSETTLED


def test_findings_across_cases_stay_through_edits(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    bench.result(case_id)
    across = Finding("M01", Severity.WARNING, case_id, "15 日内再入院", "同一患者 3 天后再次入院。")
    found: dict[str, Sequence[Finding]] = {case_id: [*bench.result(case_id).before.findings, across], "?": []}
    assert bench.put_across(found) == [case_id]
    assert across in bench.result(case_id).after.findings
    assert across in bench.what_if(case_id, [SetDiagnosis(0, "N20.000", "x")]).after.findings
    bench.change(case_id, [SetDiagnosis(0, "N20.000", "x")], "改")
    assert across in bench.result(case_id).after.findings
    assert bench.put_across({case_id: bench.result(case_id).before.findings}) == []


def test_rising_scores_are_told(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    current = bench.current(case_id).diagnoses[0]
    higher = chr(ord(current.code[0]) + 1) + current.code[1:]
    lower = chr(ord(current.code[0]) - 1) + current.code[1:]
    assert bench.what_if(case_id, [SetDiagnosis(0, higher, "x")]).raises
    assert not bench.what_if(case_id, [SetDiagnosis(0, lower, "x")]).raises


def test_filter_words_are_all_wanted(bench: Workbench) -> None:
    row = bench.row(bench.case_ids[0])
    assert matching(row.record_no)(row)
    assert matching(f"{row.department} {row.principal_code.lower()}")(row)
    assert not matching(f"{row.department} 没有的字")(row)


def test_facets_read_rows(bench: Workbench) -> None:
    case_id = first_with_finding(bench)
    row = bench.row(case_id)
    values = {facet.key: facet.values(row) for facet in QUEUE_FACETS[System.DRG]}
    assert values["status"] == (Status.UNTOUCHED.value,)
    assert values["finding"] == row.titles
    assert values["department"] == (row.department,)


def test_no_table_no_candidates() -> None:
    bench = Workbench(make_cases(1), sample_knowledge())
    assert bench.find(bench.case_ids[0], Kind.DIAGNOSIS, "肺炎") == ()
    other = Workbench(make_cases(1), sample_knowledge(), find=sample_find)
    assert other.find(other.case_ids[0], Kind.DIAGNOSIS, "  ") == ()
    assert other.find(other.case_ids[0], Kind.DIAGNOSIS, "肺炎")[0].entry.code == "J18.900"


def test_a_case_without_diagnoses_has_a_row() -> None:
    bench = Workbench([Case("1")], sample_knowledge())
    bench.result("1")
    assert bench.row("1").drg == ""
    assert bench.row("1").principal_code == ""


def bench_with_proposals() -> tuple[Workbench, list[Proposal]]:
    bench = sample_workbench(120)
    for case_id in bench.case_ids:
        bench.result(case_id)
    finding = next(f for i in bench.case_ids for f in bench.open_findings(i) if f.fixes)
    return bench, bench.alike(finding, finding.fixes[0]).try_out()


def test_the_same_repair_is_found_on_every_case() -> None:
    _, proposals = bench_with_proposals()
    assert len(proposals) > 3
    assert {proposal.finding.rule_id for proposal in proposals} == {"S01"}
    assert len({proposal.case_id for proposal in proposals}) == len(proposals)


def test_repairs_taken_in_bulk_are_undone_at_once() -> None:
    bench, proposals = bench_with_proposals()
    wanted = [proposal for proposal in proposals if not proposal.effect.raises]
    changes = bench.change_all(wanted, "同类更正")
    assert len(changes) == len(wanted) > 1
    assert all(bench.status(proposal.case_id) is Status.CORRECTED for proposal in wanted)
    assert {change.reason for change in changes} == {"同类更正"}
    assert len(bench.undo().changes) == len(wanted)
    assert not any(bench.altered(proposal.case_id) for proposal in wanted)


def test_what_raises_the_score_is_never_taken_in_bulk() -> None:
    bench, proposals = bench_with_proposals()
    case_id = proposals[0].case_id
    rising = (SetDiagnosis(0, "Z99.000", "高"),)
    risen = replace(proposals[0], fix=Fix("x", rising), effect=bench.what_if(case_id, rising))
    with pytest.raises(ValueError, match="never taken in bulk"):
        bench.change_all([risen])
    assert len(bench.history) == 0


def test_effects_say_which_findings_come_and_go() -> None:
    bench, proposals = bench_with_proposals()
    effect = proposals[0].effect
    assert "S01" in {finding.rule_id for finding in effect.gone_findings}
    back = bench.what_if(proposals[0].case_id, [SetDiagnosis(0, "O82.000", "x")])
    male = bench.original(proposals[0].case_id).sex == "1"
    assert male is ("S02" in {finding.rule_id for finding in back.new_findings})


def test_a_note_shows_in_the_queue_and_is_found_by_the_filter(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    assert bench.note(case_id) is None
    bench.write_note(case_id, "已问 主管医师")
    note, row = bench.note(case_id), bench.row(case_id)
    assert note is not None
    assert (note.text, note.author, row.note) == ("已问 主管医师", "测试员", "已问 主管医师")
    assert matching("主管医师")(row)
    assert bench.status(case_id) is Status.UNTOUCHED, "a note decides nothing"
    bench.write_note(case_id, "")
    assert bench.note(case_id) is None
    assert not bench.row(case_id).note


def test_notes_and_steps_are_undone_in_the_order_they_were_made(bench: Workbench) -> None:
    first, second = bench.case_ids[:2]
    bench.write_note(second, "最早的备注")
    bench.change(first, [SetDiagnosis(0, "Z99.000", "x")], "改一")
    bench.write_note(first, "中间的备注")
    bench.write_note(first, "改过的备注")
    bench.change(second, [SetDiagnosis(0, "Z99.001", "y")], "改二")

    def states() -> tuple[str, str, bool, bool]:
        texts = [note.text if (note := bench.note(case_id)) else "" for case_id in (first, second)]
        return texts[0], texts[1], bench.altered(first), bench.altered(second)

    seen, labels = [states()], []
    while bench.undo_label:
        labels.append(bench.undo_label)
        bench.undo()
        seen.append(states())
    assert labels == ["改二", "备注", "备注", "改一", "备注"]
    assert seen[-1] == ("", "", False, False)
    again = [states()]
    while bench.redo_label:
        bench.redo()
        again.append(states())
    assert again == seen[::-1]


def test_a_new_step_ends_the_way_back_to_a_note(bench: Workbench) -> None:
    case_id = bench.case_ids[0]
    bench.write_note(case_id, "先写")
    assert bench.undo().case_ids == (case_id,)
    bench.change(case_id, [SetDiagnosis(0, "Z99.000", "x")], "改")
    assert not bench.redo_label
    assert bench.note(case_id) is None


def test_an_edit_runs_only_the_rules_it_can_touch() -> None:
    class Counting(CheckEngine):
        whole = 0

        def check(self, case: Case) -> tuple[Finding, ...]:
            Counting.whole += 1
            return super().check(case)

    knowledge = replace(sample_knowledge(), checker=Counting(Terminology()))
    page = build_case({"dx": ["K35.800 急性阑尾炎", "I10.x00x002 高血压"], "XB": "1"})
    bench = Workbench([page], knowledge)
    assert bench.result(page.case_id).before.findings == CheckEngine(Terminology()).check(page)
    bench.change(page.case_id, [SetDiagnosis(1, "N80.000", "子宫内膜异位症")], "改")
    after = bench.result(page.case_id).after
    assert after.findings == CheckEngine(Terminology()).check(after.case)
    assert any(finding.code == "N80.000" for finding in after.findings)
    assert Counting.whole == 1
