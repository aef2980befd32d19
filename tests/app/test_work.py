import json
from pathlib import Path

import pytest

from app.demo.month import generate
from app.demo.n041 import FILE_NAME, write_n041
from app.errors import UserError
from app.history import Decision
from app.matching.finder import Finder
from app.progress import Progress
from app.readers.reading import read_cases
from app.review import Knowledge
from app.sessions.place import session_path
from app.tables import starter_terminology
from app.work import (
    Snapshot,
    continue_work,
    export_list,
    export_pages,
    import_files,
    start_work,
)
from app.workbench import Workbench
from coding_rules.edit import SetDiagnosis
from icd_tables.codes import Edition, Kind
from tests.app.readers.list_samples import a_list
from tests.ui.samples import sample_knowledge


@pytest.fixture
def month(tmp_path: Path) -> Path:
    path = tmp_path / FILE_NAME
    write_n041(path, generate(6))
    return path


def test_from_file_to_session_and_back_with_export(month: Path, tmp_path: Path) -> None:
    knowledge = sample_knowledge()
    target = session_path([month], tmp_path)
    work = start_work(import_files([month], knowledge.terminology), target, knowledge)
    bench = Workbench(work.session.cases, knowledge, work.session, author="甲")
    case_id = bench.case_ids[1]
    bench.change(case_id, [SetDiagnosis(0, "K35.800", "急性阑尾炎")], "改")
    bench.change(bench.case_ids[2], [], "维持", decision=Decision.KEEP, reason="r")
    work.session.close()

    again = continue_work(target, knowledge)
    assert again.title == FILE_NAME
    bench = Workbench(again.session.cases, knowledge, again.session)
    assert bench.current(case_id).diagnoses[0].code == "K35.800"
    export_list(tmp_path / "清单.xlsx", Snapshot.of(bench), [])
    assert (tmp_path / "清单.xlsx").stat().st_size > 3000
    written = export_pages(tmp_path, again.layouts, Snapshot.of(bench))
    assert written == [(tmp_path / "demo_n041_202509-更正后.csv", 1)]
    changed = written[0][0].read_bytes().splitlines()
    differing = [a != b for a, b in zip(month.read_bytes().splitlines(), changed, strict=True)]
    assert differing.count(True) == 1
    again.session.close()


def test_settlement_lists_go_through_a_session_and_out_as_a_workbook(tmp_path: Path) -> None:
    lists = tmp_path / "清单.json"
    lists.write_text(json.dumps([a_list("B1"), a_list("B2")], ensure_ascii=False), encoding="utf-8")
    knowledge = sample_knowledge()
    target = session_path([lists], tmp_path)
    work = start_work(import_files([lists], knowledge.terminology), target, knowledge)
    bench = Workbench(work.session.cases, knowledge, work.session, author="甲")
    bench.change("B2", [SetDiagnosis(0, "I21.101", "急性下壁心肌梗死")], "改")
    work.session.close()
    again = continue_work(target, knowledge)
    bench = Workbench(again.session.cases, knowledge, again.session)
    ((written, changed),) = export_pages(tmp_path, again.layouts, Snapshot.of(bench))
    again.session.close()
    assert (written.name, changed) == ("清单-更正后.xlsx", 1)
    codes = [case.diagnoses[0].code for case in read_cases(written, knowledge.terminology).cases]
    assert codes == ["I21.001", "I21.101"]


def test_session_is_named_after_file_and_content(month: Path, tmp_path: Path) -> None:
    first = session_path([month], tmp_path)
    assert first.name.startswith("demo_n041_202509-")
    month.write_bytes(month.read_bytes() + b"\n")
    assert session_path([month], tmp_path) != first
    with pytest.raises(UserError):
        session_path([tmp_path / "没有.csv"], tmp_path)


def test_finder_asks_the_tables_of_the_case_edition() -> None:
    finder = Finder(starter_terminology())
    finder.prepare([Edition.CLINICAL], Progress())
    case = generate(1).cases[0]
    found = finder(case, Kind.PROCEDURE, "47.01", 5)
    assert all(candidate.entry.code.startswith("47.01") for candidate in found[:1])
    assert Finder(Knowledge().terminology)(case, Kind.DIAGNOSIS, "肺炎", 5) == ()
