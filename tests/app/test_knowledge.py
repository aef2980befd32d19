"""What the review asks: put together from choices, the program's own where nothing is chosen, never demo beside real unasked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.batch import check_files, review_cases
from app.cli.options import choices as cli_choices
from app.cli.parser import make_parser
from app.demo.month import generate
from app.demo.n041 import write_n041
from app.drg.scheme_store import keep_scheme, note_scheme
from app.drg.schemes import read_info
from app.drg.weight_tables import keep_weights, note_weights
from app.errors import UserError
from app.knowledge import (
    DEMO_DRG,
    NONE,
    Choices,
    demo_folder,
    load_groupers,
    load_knowledge,
    load_packs,
    read_profile,
)
from app.progress import Cancelled, Progress
from app.review import Knowledge
from app.settings import Settings
from app.verify import problems, verify
from coding_rules.checks.engine import CheckEngine
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import Edition, Kind


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """A fresh install: starter tables, shipped packs, demonstration schemes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASECODE_HOME", str(tmp_path_factory.mktemp("home")))
        return load_knowledge()


def test_a_fresh_install_judges_and_says_what_is_demonstration(own: Knowledge) -> None:
    assert own.terminology.table(Kind.DIAGNOSIS, Edition.CLINICAL) is not None
    assert isinstance(own.checker, CheckEngine)
    assert own.checker.rules
    result = review_cases(generate(40, 5).cases, own)[0]
    assert result.drg is not None
    assert result.dip is not None
    assert result.drg.grouping.demo
    assert result.dip.grouping.demo
    told = {what: version for what, version, _ in own.versions}
    for what in ("DRG 分组方案", "DIP 病种目录", "DRG 结算参数", "DIP 结算参数"):
        assert "演示" in told[what]
    assert "入门编码表" in told["疾病诊断 国临版"]


def test_most_of_the_demonstration_month_finds_a_group_and_a_price(own: Knowledge) -> None:
    results = review_cases(generate(300, 11).cases, own)
    drgs = [result.drg for result in results if result.drg is not None]
    dips = [result.dip for result in results if result.dip is not None]
    for answers in (drgs, dips):
        assert sum(one.grouping.grouped for one in answers) > 0.9 * len(results)
        assert sum(
            one.settlement is not None and one.settlement.amount is not None for one in answers
        ) > 0.9 * len(results)


def test_a_system_can_be_switched_off() -> None:
    groupers = load_groupers(Choices(drg=NONE, dip=NONE))
    assert (groupers.drg, groupers.dip, groupers.drg_settler, groupers.dip_settler) == (
        None,
        None,
        None,
        None,
    )
    assert groupers.versions == ()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ("", "")),
        (["--drg", "a"], ("a", NONE)),
        (["--dip", "b"], (NONE, "b")),
        (["--drg", "a", "--dip", "b"], ("a", "b")),
        (["--drg", "a", "--dip-profile", "demo"], ("a", "")),
        (["--dip", "b", "--drg-profile", "demo_drg"], ("", "b")),
    ],
)
def test_naming_one_system_leaves_the_other_out(arguments: list[str], expected: tuple[str, str]) -> None:
    chosen = cli_choices(make_parser().parse_args(["group", "c.csv", "--out", "o.csv", *arguments]))
    assert (chosen.drg, chosen.dip) == expected


def test_choices_follow_the_settings() -> None:
    settings = Settings(
        tables="t",
        drg_scheme="d",
        drg_weights="w",
        dip_catalogue="c",
        drg_profile="p",
        dip_profile="q",
        rule_packs=("r",),
    )
    assert Choices.of(settings) == Choices("t", "d", "c", "p", "q", "w", ("r",))


def test_a_local_weight_table_stands_in_place_of_the_schemes_own(tmp_path: Path) -> None:
    weights = tmp_path / "权重.csv"
    weights.write_text("DRG编码,DRG名称,权重\nD03-M4-5,甲,9.99\n", encoding="utf-8")
    groupers = load_groupers(Choices(drg_weights=str(weights), dip=NONE))
    assert groupers.drg is not None
    table = groupers.drg.scheme.weights
    assert table is not None
    row = table.get("D03-M4-5")
    assert row is not None
    assert row.weight == Decimal("9.99")
    assert "权重.csv" in groupers.versions[0][1]


def test_without_a_profile_the_rates_of_the_weight_table_pay(tmp_path: Path) -> None:
    kept = keep_scheme(demo_folder(DEMO_DRG))
    manifest = kept / "scheme.toml"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace("demo = true", "demo = false"), encoding="utf-8"
    )
    weights = tmp_path / "权重.csv"
    weights.write_text("DRG编码,权重,费率\nD04-M1-5,2,9000\n", encoding="utf-8")
    without = load_groupers(Choices(drg=str(kept), dip=NONE))
    assert without.drg_settler is None
    groupers = load_groupers(Choices(drg=str(kept), dip=NONE, drg_weights=str(weights)))
    assert ("DRG 结算参数", "没有选择，只按权重表的费率", "权重表") in groupers.versions
    assert groupers.drg is not None
    assert groupers.drg_settler is not None
    case = GrouperInput(diagnoses=("I21.001",), total_fee=1_000_000)
    grouping = groupers.drg.group(case)
    assert grouping.group == "D04-M1-5"
    assert groupers.drg_settler.settle(grouping, case).amount == 1_800_000


def test_dated_versions_of_the_scheme_are_loaded_verified_and_noted_together() -> None:
    kept = [keep_scheme(demo_folder(DEMO_DRG)) for _ in range(2)]
    days = ((date(2025, 1, 1), None, "新"), (None, date(2024, 12, 31), "旧"))
    for path, (start, end, version) in zip(kept, days, strict=True):
        info = replace(read_info(path), version=version, valid_from=start, valid_to=end)
        note_scheme(path, info)
    with (kept[1] / "drg.csv").open("a", encoding="utf-8") as groups:
        groups.write("9,Q99,Q991,无主的组,true\n")
    choices = Choices(drg=str(kept[0]), dip=NONE)
    groupers = load_groupers(choices)
    assert groupers.drg is not None
    assert [each.info.version for each in groupers.drg.versions] == ["新", "旧"]
    noted = [told for what, told, _ in groupers.versions if what == "DRG 分组方案"]
    assert [
        told.count(days)
        for told, days in zip(noted, ("2025-01-01 至 不限", "不限 至 2024-12-31"), strict=True)
    ] == [1, 1]
    told = [each for each in problems(choices) if "Q991" in each or "Q99" in each]
    assert len(told) == 1
    assert "旧：" in told[0]


def test_a_rule_pack_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="无法读取规则包"):
        load_packs([str(tmp_path / "none.toml")])
    pack = tmp_path / "mine.toml"
    pack.write_text("[pack\n", encoding="utf-8")
    with pytest.raises(UserError, match="mine"):
        load_packs([str(pack)])
    rule = '[[rule]]\nid = "{}"\ntitle = "x"\nseverity = "hint"\nauthority = "本院"\nwhen = "{}"\nmessage = "m"\n'
    choices = Choices(drg=NONE, dip=NONE, packs=(str(pack),))
    pack.write_text(rule.format("M-1", "aeg > 3"), encoding="utf-8")
    with pytest.raises(UserError, match="aeg"):
        load_knowledge(choices)
    pack.write_text(rule.format("DOM-001", "age > 3"), encoding="utf-8")
    with pytest.raises(UserError, match="DOM-001：规则编号与规则包 domains 重复"):
        load_packs([str(pack)])
    pack.write_text(rule.format("M-1", "age > 3"), encoding="utf-8")
    with pytest.raises(UserError, match="M-1：规则编号与规则包 mine 重复"):
        load_packs([str(pack), str(pack)])
    with pytest.raises(UserError, match="留给“本院规则”"):
        load_packs([str(pack.replace(tmp_path / "own.toml"))])
    pack.write_text(rule.format("M-1", "age > 3"), encoding="utf-8")
    assert load_packs([str(pack)])[-1].rules[0].id == "M-1"
    pack.write_text("[pack\n", encoding="utf-8")
    told = problems(choices)
    assert len(told) == 1
    assert told[0].startswith(f"规则包 {pack}：")


def test_an_unknown_profile_is_told() -> None:
    with pytest.raises(UserError, match="结算参数"):
        read_profile("nowhere")


def test_everything_shipped_is_sound() -> None:
    seen: list[str] = []
    checked = verify(progress=Progress(lambda _done, _total, text: seen.append(text)))
    assert [each for each in checked if not each.sound] == []
    assert {"内置规则包", "已安装的编码表"} <= {each.what for each in checked}
    assert all(each.content for each in checked)
    assert seen[-1] == "校验完成"


def test_files_are_read_checked_and_summed_up(own: Knowledge, tmp_path: Path) -> None:
    paths = [tmp_path / "一.csv", tmp_path / "二.csv"]
    for path, seed in zip(paths, (1, 2), strict=True):
        write_n041(path, generate(30, seed))
    batch = check_files(paths, own)
    assert len(batch.results) == batch.summary.whole.cases == 60
    assert len({result.case.case_id for result in batch.results}) == 60
    assert batch.refused == 0
    assert batch.findings == sum(len(result.findings) for result in batch.results)
    assert [one.report.file for one in batch.imports] == ["一.csv", "二.csv"]
    for result in batch.results:
        assert all(finding.case_id == result.case.case_id for finding in result.findings)


def test_a_batch_can_be_cancelled(own: Knowledge) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        review_cases(generate(5, 1).cases, own, progress)


@pytest.mark.reference
def test_the_sample_month_with_published_tables(reference: Path) -> None:
    chosen = Choices(
        tables=str(reference / "codes"),
        drg=str(reference / "drg" / "chs_drg_11"),
        dip=str(reference / "dip" / "平顶山2025年DIP2.0分组目录库.xlsx"),
    )
    batch = check_files([reference / "frontpage" / "sample_n041_2025q1.csv"], load_knowledge(chosen))
    assert (batch.summary.whole.cases, batch.refused) == (3000, 0)
    whole = batch.summary.whole
    assert whole.drg is not None
    assert whole.dip is not None
    assert whole.drg.weight is None, "the scheme carries no weights, which is not 0"
    assert (whole.dip.grouped, whole.dip.catch_all) == (2914, 86)
    assert whole.dip.points is not None


def test_an_inconsistent_scheme_is_told_with_its_place(tmp_path: Path) -> None:
    scheme = tmp_path / "方案"
    shutil.copytree(demo_folder(DEMO_DRG), scheme)
    with (scheme / "weights.csv").open("a", encoding="utf-8") as file:
        file.write("Z99-X9-9,没有这个组,1.00,100,1,2025\n")
    found = next(each for each in verify(Choices(drg=str(scheme), dip=NONE)) if each.what.startswith("DRG"))
    assert found.sound
    assert [told for told in found.warnings if "weights.csv 第" in told and "Z99-X9-9" in told]
    with (scheme / "drg.csv").open("a", encoding="utf-8") as file:
        file.write("9,Q99,Q991,无主的组,true\n")
    found = next(each for each in verify(Choices(drg=str(scheme), dip=NONE)) if each.what.startswith("DRG"))
    assert not found.sound
    assert [told for told in found.problems if "没有名为 Q99 的 ADRG" in told and "drg.csv 第" in told]


def test_weight_tables_in_force_on_the_same_days_are_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    table = tmp_path / "权重.csv"
    table.write_text("DRG编码,权重\nD04-M1-9,1\n", encoding="utf-8")
    first = keep_weights(table, DEMO_DRG, date(2025, 1, 1), None)
    second = keep_weights(table, DEMO_DRG, date(2025, 7, 1), date(2025, 12, 31))
    choices = Choices(drg_weights=str(first), dip=NONE)
    found = next(each for each in verify(choices) if each.what.startswith("DRG"))
    assert not found.sound
    assert found.problems == (
        "权重(2).csv：有效日期（2025-07-01 至 2025-12-31）与“权重.csv”（2025-01-01 至 不限）重叠，"
        "重叠的日子用启用较晚的一份；请改启用或停用日期",
    )
    note_weights(second, DEMO_DRG, date(2024, 1, 1), date(2024, 12, 31))
    assert next(each for each in verify(choices) if each.what.startswith("DRG")).sound
    groupers = load_groupers(choices)
    assert [each[:2] for each in groupers.versions if each[0] == "DRG 权重表"] == [
        ("DRG 权重表", "2025-01-01 至 不限"),
        ("DRG 权重表", "2024-01-01 至 2024-12-31"),
    ]
