"""The hospital's own profiles: complete, dated, equal when read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.dip.profile_file import dump, listed_profiles, own_folder, save_own
from app.dip.profile_text import with_value
from app.errors import UserError
from coding_rules.settlement.profile import SHIPPED, load_profile, parse_profile


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
    assert load_profile(path) == kept
    first = listed_profiles()[0]
    assert (first.name, first.own, first.profile.title) == (str(path), True, "本院 2025")
    assert "本院" in first.label


def test_unsound_or_nameless_profiles_are_not_kept() -> None:
    wrong = with_value(load_profile("demo"), "bands", "extreme", "1")
    with pytest.raises(UserError, match="extreme"):
        save_own(wrong, "错的", None)
    with pytest.raises(UserError, match="名称"):
        save_own(load_profile("demo"), " / ", None)
    assert not list(own_folder().glob("*.toml"))


def test_files_that_are_no_profiles_are_left_out_of_the_list() -> None:
    (own_folder() / "别的.toml").write_text("x = 1", encoding="utf-8")
    assert not any(each.own for each in listed_profiles())
