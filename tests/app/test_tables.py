import csv
from datetime import date
from pathlib import Path

import pytest

from app import table_files
from app.errors import UserError
from app.paths import cache_dir, data_dir
from app.progress import Cancelled, Progress
from app.table_overview import Origin, State, table_rows
from app.tables import (
    damaged_tables,
    import_tables,
    installed_sources,
    installed_terminology,
    load_folder,
    read_folder,
    remove_table,
    starter_terminology,
)
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import MappingStatus
from tests.app.readers.samples import workbook

CODES = [[f"A{n:02}.{n:03}", f"病{n}"] for n in range(30)]
PAIRS = [[f"A{n:02}.{n:03}x00{n % 10}", f"临病{n}", f"A{n:02}.{n:03}", f"病{n}"] for n in range(30)]


def table_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["编码", "名称"], *rows])
    return path


def crosswalk_xlsx(path: Path) -> Path:
    return workbook(path, ["国临版编码", "国临版名称", "医保版2.0编码", "医保版2.0名称"], *PAIRS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of published files under names that say nothing."""
    made = tmp_path / "tables"
    made.mkdir()
    table_csv(made / "1.csv", CODES)
    crosswalk_xlsx(made / "2.xlsx")
    (made / "说明.txt").write_text("只是说明\n", encoding="utf-8")
    (made / "~$2.xlsx").write_bytes(b"lock")
    return made


def test_a_folder_is_recognised_by_content(folder: Path) -> None:
    outcome = read_folder(folder)
    assert [(t.file, len(t.sources), t.report.rows) for t in outcome.tables] == [
        ("1.csv", 1, 30),
        ("2.xlsx", 2, 30),
    ]
    assert "只在医保版中有的编码" in outcome.tables[0].remarks[0]
    assert [name for name, _ in outcome.skipped] == ["说明.txt"]
    terminology = load_folder(folder)
    assert set(terminology.tables) == {
        (Kind.DIAGNOSIS, Edition.INSURANCE),
        (Kind.DIAGNOSIS, Edition.CLINICAL),
    }
    mapping = terminology.to_insurance(Kind.DIAGNOSIS, Edition.CLINICAL, "A03.003x003")
    assert (mapping.code, mapping.status) == ("A03.003", MappingStatus.MAPPED)


def test_the_second_reading_comes_from_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_folder(folder)

    def never(_: Path) -> None:
        raise AssertionError("the file was read again")

    monkeypatch.setattr(table_files, "read_cells", never)
    (folder / "说明.txt").unlink()
    second = read_folder(folder)
    assert second.tables == first.tables


def test_a_damaged_cache_is_made_anew(folder: Path) -> None:
    first = read_folder(folder)
    for file in (cache_dir() / "tables").iterdir():
        file.write_text('{"sheets": [{}]}', encoding="utf-8")
    assert read_folder(folder).tables == first.tables


def test_a_changed_file_is_read_again(folder: Path) -> None:
    load_folder(folder)
    table_csv(folder / "1.csv", [*CODES, ["Z99.900", "新病"]])
    assert load_folder(folder).lookup(Kind.DIAGNOSIS, Edition.INSURANCE, "Z99.900") is not None


def test_installed_tables_come_before_the_starter_tables(folder: Path) -> None:
    outcome = import_tables([folder], version="2.0.1", valid_from=date(2022, 1, 1))
    assert len(outcome.sources) == 3
    assert {s.info.table_id for s in installed_sources()} == {s.info.table_id for s in outcome.sources}
    table = installed_terminology().table(Kind.DIAGNOSIS, Edition.INSURANCE)
    assert table is not None
    assert (len(table), table.info.version, table.info.valid_from) == (30, "2.0.1", date(2022, 1, 1))
    assert table.info.source == "1.csv"
    assert len(table.info.sha256) == 64
    procedures = installed_terminology().table(Kind.PROCEDURE, Edition.INSURANCE)
    assert procedures is not None
    assert procedures.info.starter


def test_importing_twice_replaces_and_removing_removes(folder: Path) -> None:
    import_tables([folder])
    import_tables([folder])
    ids = [source.info.table_id for source in installed_sources()]
    assert len(ids) == 3
    remove_table(ids[0])
    assert len(installed_sources()) == 2
    for table_id in (ids[0], "", "..", "../tables"):
        with pytest.raises(UserError):
            remove_table(table_id)
    assert len(installed_sources()) == 2


def test_a_damaged_installed_table_is_named_and_left_out(folder: Path) -> None:
    import_tables([folder])
    installed = sorted((data_dir() / "tables").iterdir())
    (installed[0] / "manifest.toml").write_text("kind = 1", encoding="utf-8")
    assert len(installed_sources()) == 2
    assert [name for name, _ in damaged_tables()] == [installed[0].name]


@pytest.mark.parametrize(
    ("name", "edition"), [("医保版2.0疾病.csv", Edition.INSURANCE), ("国临版疾病.csv", Edition.CLINICAL)]
)
def test_the_file_name_is_the_last_word_on_the_edition(tmp_path: Path, name: str, edition: Edition) -> None:
    outcome = import_tables([table_csv(tmp_path / name, CODES, "gb18030")])
    assert outcome.sources[0].info.edition is edition
    assert "文件名" in outcome.tables[0].remarks[0]


def test_an_unknown_edition_must_be_told(tmp_path: Path) -> None:
    path = table_csv(tmp_path / "x.csv", CODES)
    with pytest.raises(UserError, match="无法判断"):
        import_tables([path])
    assert import_tables([path], edition=Edition.CLINICAL).sources[0].info.edition is Edition.CLINICAL


def test_a_row_with_an_open_quote_is_refused_and_costs_no_other(tmp_path: Path) -> None:
    path = table_csv(tmp_path / "医保版.csv", CODES)
    path.write_text(path.read_text("utf-8").replace("A05.005,", 'A05.005,"'), encoding="utf-8")
    outcome = import_tables([path])
    assert (outcome.tables[0].report.rows, outcome.refused_rows) == (30, 1)
    assert outcome.tables[0].report.issues[0].row == 7


def test_folders_and_files_without_tables(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="打不开"):
        load_folder(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="没有可用的编码表"):
        load_folder(tmp_path / "empty")
    (tmp_path / "a.csv").write_text("a,b\nc,d\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到编码列"):
        import_tables([tmp_path / "a.csv"])


def test_cancelling(folder: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load_folder(folder, progress)


def test_starter_terminology_is_complete() -> None:
    assert len(starter_terminology().tables) == 4


@pytest.mark.reference
def test_the_published_tables(reference: Path) -> None:
    outcome = read_folder(reference / "codes")
    sizes = {(s.info.kind, s.info.edition, s.is_crosswalk): s.info.rows for s in outcome.sources}
    clinical, insurance = Edition.CLINICAL, Edition.INSURANCE
    assert sizes == {
        (Kind.DIAGNOSIS, clinical, False): 35587,
        (Kind.DIAGNOSIS, clinical, True): 35587,
        (Kind.DIAGNOSIS, insurance, False): 33304,
        (Kind.PROCEDURE, clinical, False): 13653,
        (Kind.PROCEDURE, clinical, True): 13653,
        (Kind.PROCEDURE, insurance, False): 13686,
    }
    assert outcome.refused_rows == 0
    assert not outcome.skipped
    damaged = {
        s.info.kind: sum(e.damaged for e in s.entries) for s in outcome.sources if s.info.edition is insurance
    }
    assert damaged == {Kind.DIAGNOSIS: 14, Kind.PROCEDURE: 8}


def test_files_given_together_tell_each_others_edition(tmp_path: Path) -> None:
    pair = crosswalk_xlsx(tmp_path / "2.xlsx")
    insurance = table_csv(tmp_path / "1.csv", CODES)
    outcome = import_tables([insurance, pair])
    assert [source.info.edition for source in outcome.tables[0].sources] == [Edition.INSURANCE]
    assert len(installed_sources()) == 3


def test_the_overview_says_what_is_in_use(folder: Path) -> None:
    before = table_rows("")
    assert {row.origin for row in before} == {Origin.STARTER}
    assert all(row.state is State.IN_USE and not row.removable for row in before)
    import_tables([folder], version="2.0")
    rows = table_rows("")
    mine = [row for row in rows if row.origin is Origin.INSTALLED]
    assert [(row.state, row.rows, row.removable) for row in mine] == [(State.IN_USE, 30, True)] * 3
    replaced = [row for row in rows if row.origin is Origin.STARTER and row.state is State.STANDS_BY]
    assert {(row.kind, row.crosswalk) for row in replaced} == {
        (Kind.DIAGNOSIS, False),
        (Kind.DIAGNOSIS, True),
    }
    by_folder = table_rows(str(folder))
    in_use = {row.origin for row in by_folder if row.state is State.IN_USE}
    assert in_use == {Origin.FOLDER}, "a folder in the settings alone counts"
    (next(data_dir().glob("tables/*/manifest.toml"))).write_text("kaputt", encoding="utf-8")
    assert [row.state for row in table_rows("")].count(State.DAMAGED) == 1
