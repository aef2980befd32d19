from datetime import date
from pathlib import Path

import pytest

from app.drg.scheme_store import (
    adapt,
    keep_scheme,
    known_schemes,
    save_adapted,
    schemes_dir,
    set_validity,
    write_scheme,
)
from app.drg.schemes import load_drg_scheme
from app.errors import UserError
from app.knowledge import DEMO_DRG, demo_folder
from coding_rules.grouper.drg.scheme import Scheme, Stage


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


def test_an_imported_scheme_is_copied_listed_and_dated() -> None:
    kept = keep_scheme(demo_folder(DEMO_DRG))
    assert keep_scheme(demo_folder(DEMO_DRG)).name == f"{DEMO_DRG}(2)"
    set_validity(kept, "2026 版", date(2026, 1, 1), None)
    found = {one.path: one for one in known_schemes()}
    assert found[kept].own
    assert (found[kept].info.version, found[kept].info.valid_from) == ("2026 版", date(2026, 1, 1))
    assert found[kept].groups == found[demo_folder(DEMO_DRG)].groups > 0
    assert found[kept].info.demo
    with pytest.raises(UserError, match="只能修改"):
        set_validity(demo_folder(DEMO_DRG), "", None, None)


def test_what_is_no_scheme_is_told_not_kept(tmp_path: Path) -> None:
    folder = tmp_path / "空"
    folder.mkdir()
    with pytest.raises(UserError):
        keep_scheme(folder)
    broken = schemes_dir() / "坏"
    broken.mkdir()
    assert next(one for one in known_schemes() if one.path == broken).problem
