from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.drg.scheme_store import (
    adapt,
    keep_scheme,
    known_schemes,
    note_scheme,
    remove_scheme,
    save_adapted,
    scheme_versions,
    schemes_dir,
    write_scheme,
)
from app.drg.schemes import load_drg_scheme, read_info
from app.errors import UserError
from app.knowledge import DEMO_DRG, demo_folder
from coding_rules.grouper.drg.scheme import Scheme, SchemeInfo, Stage


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def demo() -> Scheme:
    return load_drg_scheme(demo_folder(DEMO_DRG))


def content(scheme: Scheme) -> tuple[object, ...]:
    """Everything but the rows and files things stand in."""
    rules = [(rule.stage, rule.parent, rule.code, rule.name, rule.text) for rule in scheme.rules]
    lists = [(one.name, one.kind, one.codes) for one in scheme.lists]
    levels = [(row.code, row.level, row.table) for row in scheme.complications]
    excluded = [(row.principal, row.table) for row in scheme.exclusions]
    weights = scheme.weights
    worth = (
        {row.code: (row.weight, row.mean_fee, row.mean_los) for row in weights.rows.values()}
        if weights
        else {}
    )
    return rules, lists, levels, excluded, worth, scheme.info


def test_a_written_scheme_reads_back_the_same(demo: Scheme, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    write_scheme(demo, folder)
    assert content(load_drg_scheme(folder)) == content(demo)


def test_adapting_changes_one_rule_and_points_to_mistakes(demo: Scheme) -> None:
    rule = demo.drgs[0]
    changed = adapt(demo, {(Stage.DRG, rule.row): "age > 3"}, "新")
    assert changed.drgs[0].text == "age > 3"
    assert changed.drgs[1:] == demo.drgs[1:]
    assert changed.name == "新"
    with pytest.raises(UserError, match="没有名为"):
        adapt(demo, {(Stage.DRG, rule.row): "pdx in 没有"})


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", "甲:乙"])
def test_names_that_are_no_folder_are_refused(demo: Scheme, name: str) -> None:
    with pytest.raises(UserError):
        save_adapted(demo, {}, name)
    assert list(schemes_dir().iterdir()) == []


def test_a_saved_copy_is_never_overwritten(demo: Scheme) -> None:
    rule = demo.adrgs[0]
    folder = save_adapted(demo, {(Stage.ADRG, rule.row): "age > 3"}, "改编")
    assert load_drg_scheme(folder).adrgs[0].text == "age > 3"
    with pytest.raises(UserError, match="已经有"):
        save_adapted(demo, {}, "改编")
    with pytest.raises(UserError, match="有误"):
        save_adapted(demo, {(Stage.ADRG, rule.row): "age >"}, "另一份")
    assert [path.name for path in schemes_dir().iterdir()] == ["改编"]


def dated(kept: Path, version: str, start: date | None, end: date | None) -> None:
    note_scheme(kept, replace(read_info(kept), version=version, valid_from=start, valid_to=end))


def test_an_imported_scheme_is_copied_listed_and_dated() -> None:
    kept = keep_scheme(demo_folder(DEMO_DRG))
    assert keep_scheme(demo_folder(DEMO_DRG)).name == f"{DEMO_DRG}(2)"
    dated(kept, "2026 版", date(2026, 1, 1), None)
    found = {one.path: one for one in known_schemes()}
    assert found[kept].own
    assert (found[kept].info.version, found[kept].info.valid_from) == ("2026 版", date(2026, 1, 1))
    assert found[kept].groups == found[demo_folder(DEMO_DRG)].groups > 0
    assert found[kept].info.demo
    with pytest.raises(UserError, match="只能修改"):
        note_scheme(demo_folder(DEMO_DRG), SchemeInfo("demo", "演示"))
    with pytest.raises(UserError, match="代号不能为空"):
        note_scheme(kept, SchemeInfo("", "演示"))
    with pytest.raises(UserError, match="早于启用日期"):
        dated(kept, "2026 版", date(2026, 1, 1), date(2025, 1, 1))


def test_a_note_leaves_what_else_the_manifest_says_and_a_workbook_gets_one() -> None:
    kept = keep_scheme(demo_folder(DEMO_DRG))
    before = read_info(kept)
    note_scheme(kept, replace(before, scheme_id="本市", valid_from=None))
    after = read_info(kept)
    assert (after.scheme_id, after.valid_from) == ("本市", None)
    assert (after.name, after.note, after.demo) == (before.name, before.note, before.demo)


def test_dated_versions_of_one_scheme_go_together() -> None:
    old, new, undated, other, broken = (keep_scheme(demo_folder(DEMO_DRG)) for _ in range(5))
    dated(old, "旧", None, date(2024, 12, 31))
    dated(new, "新", date(2025, 1, 1), None)
    dated(undated, "未注明", None, None)
    note_scheme(other, replace(read_info(other), scheme_id="另一方案"))
    (broken / "adrg.csv").write_text("坏", encoding="utf-8")
    assert [each.info.version for each in scheme_versions(new)] == ["新", "旧"]
    assert [each.info.version for each in scheme_versions(old)] == ["旧", "新"]
    assert [each.info.version for each in scheme_versions(undated)] == ["未注明"]
    assert len(scheme_versions(demo_folder(DEMO_DRG))) == 1


def test_what_is_no_scheme_is_told_not_kept(tmp_path: Path) -> None:
    folder = tmp_path / "空"
    folder.mkdir()
    with pytest.raises(UserError):
        keep_scheme(folder)
    broken = schemes_dir() / "坏"
    broken.mkdir()
    assert next(one for one in known_schemes() if one.path == broken).problem


def test_a_kept_scheme_is_removed_with_its_manifest_and_nothing_else_is() -> None:
    folder = keep_scheme(demo_folder(DEMO_DRG))
    book = schemes_dir() / "方案.xlsx"
    book.write_bytes(b"PK")
    book.with_suffix(".toml").write_text("id = '方案'", encoding="utf-8")
    for path in (folder, book):
        remove_scheme(path)
    assert list(schemes_dir().iterdir()) == []
    with pytest.raises(UserError, match="只能删除"):
        remove_scheme(demo_folder(DEMO_DRG))
    with pytest.raises(UserError, match="无法删除"):
        remove_scheme(book)
