"""The hospital's own profiles: complete, dated, equal when read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.profile_file import dump, listed_profiles, open_profile, own_folder, save_own
from app.dip.profile_text import with_raw, with_value
from app.errors import UserError
from coding_rules.settlement.profile import SHIPPED, ProfileError, load_profile, parse_profile
from coding_rules.settlement.rules import PointPrice


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path))


@pytest.mark.parametrize("name", SHIPPED)
def test_written_profiles_read_back_equal(name: str) -> None:
    profile = load_profile(name)
    assert parse_profile(dump(profile), name) == profile


def test_own_profile_is_dated_and_listed_first() -> None:
    changed = with_value(load_profile("hubei"), "bands", "extreme", "5.123456789012345678")
    path, kept = save_own(changed, "本院 2025", date(2025, 1, 1))
    assert path.name == "本院_2025-20250101.toml"
    assert kept.valid_from == date(2025, 1, 1)
    assert str(kept.bands.extreme) == "5.123456789012345678"
    assert open_profile(path) == kept
    first = listed_profiles()[0]
    assert (first.name, first.own, first.profile.title) == (str(path), True, "本院 2025")
    assert "本院" in first.label


def test_a_name_that_is_taken_gets_a_number_unless_that_file_is_edited() -> None:
    first, _ = save_own(load_profile("hubei"), "本院", date(2025, 1, 1))
    second, kept = save_own(load_profile("shandong"), "本院", date(2025, 1, 1))
    assert second.name == "本院-20250101(2).toml"
    assert kept.profile_id == "local_本院-20250101(2)"
    assert open_profile(first).region == "湖北"
    again, _ = save_own(load_profile("demo"), "本院", date(2025, 1, 1), replacing=first)
    assert again == first


def test_a_copy_of_the_demonstration_is_one_until_its_invented_money_is_replaced() -> None:
    profile = load_profile("demo")
    assert set(profile.invented()) == {"prices", "hospital_factor", "fund_basis", "fund_share"}
    _, kept = save_own(profile, "照抄", None)
    assert kept.demo
    for name, value in (("hospital_factor", "1.05"), ("fund_basis", "未定，不算统筹"), ("fund_share", "")):
        profile = with_value(profile, "money", name, value)
    profile = with_raw(profile, "money", "prices", (PointPrice(Decimal("9.1")),))
    assert profile.invented() == ()
    _, kept = save_own(profile, "改好", None)
    assert not kept.demo


def test_what_a_file_says_of_itself_is_edited_too() -> None:
    profile = load_profile("national_platform")
    for name, value in (
        ("region", "某市"),
        ("version", "2026"),
        ("source", "某医保〔2026〕1 号"),
        ("valid_to", "2026/12/31"),
    ):
        profile = with_value(profile, "profile", name, value)
    _, kept = save_own(profile, "某市 2026", date(2026, 1, 1))
    assert (kept.region, kept.version, kept.source) == ("某市", "2026", "某医保〔2026〕1 号")
    assert kept.valid_to == date(2026, 12, 31)
    assert with_value(kept, "profile", "valid_to", "").valid_to is None
    with pytest.raises(UserError, match="不是日期"):
        with_value(kept, "profile", "valid_to", "年底")
    late = with_value(kept, "profile", "valid_to", "2025-12-31")
    with pytest.raises(UserError, match="失效日期"):
        save_own(late, "某市 2026", date(2026, 1, 1))


def test_unsound_or_nameless_profiles_are_not_kept() -> None:
    wrong = with_value(load_profile("demo"), "bands", "extreme", "1")
    with pytest.raises(UserError, match="极高界值"):
        save_own(wrong, "错的", None)
    with pytest.raises(UserError, match="名称"):
        save_own(load_profile("demo"), " / ", None)
    assert not list(own_folder().glob("*.toml"))


def test_files_that_are_no_profiles_are_left_out_of_the_list() -> None:
    (own_folder() / "别的.toml").write_text("x = 1", encoding="utf-8")
    assert not any(each.own for each in listed_profiles())


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="读不到文件"):
        open_profile(tmp_path)
    path = tmp_path / "国标.toml"
    path.write_bytes("[profile]\nid='x'\ntitle='市'".encode("gbk"))
    with pytest.raises(ProfileError, match="不是 UTF-8"):
        open_profile(path)
    path.write_text('\ufeff[profile]\nid="x"\ntitle="某市"\nvalid_from="2025-01-01"', encoding="utf-8")
    with pytest.raises(ProfileError, match="不是日期"):
        open_profile(path)


def test_factors_by_institution_and_grounds_for_review_are_kept() -> None:
    profile = load_profile("national_platform")
    for section, name, text in (
        ("money", "institution_factors", "职工 0.611、41040011 1.05"),
        ("clearing", "prepaid_share", "0.9"),
        ("clearing", "deposit_share", "0.1"),
        ("clearing", "deposit", "含在未预拨部分"),
        ("clearing", "special_review_ratio", "2"),
        ("clearing", "special_review_days", "60"),
        ("bands", "fee_share_days", "60"),
        ("bands", "fee_share_groups", "FR21、FR23"),
    ):
        profile = with_value(profile, section, name, text)
    again = parse_profile(dump(profile), "本院")
    assert (again.money, again.clearing, again.bands) == (profile.money, profile.clearing, profile.bands)
    assert again.money.institution_factors["41040011"] == Decimal("1.05")
