"""Settings survive wrong values, broken files and newer versions."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import settings as room
from app.errors import UserError
from app.settings import Density, Settings, Theme
from app.toml_text import day_in, dumps


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_what_is_saved_is_loaded(path: Path) -> None:
    wanted = Settings(
        author='李"编码"\\员\t',
        theme=Theme.DARK,
        density=Density.COMPACT,
        tables="D:\\编码表",
        rule_packs=("a", "b"),
        names_in_lists=False,
        recent=("一.csv",),
        layout={"main": "AAAA/w==", "分栏 1": "x"},
    )
    room.save(wanted, path)
    loaded = room.load(path)
    assert loaded.settings == wanted
    assert loaded.messages == ()


def test_no_file_means_defaults_and_the_users_folder_is_the_default_place() -> None:
    assert room.load().settings == Settings()
    room.save(Settings(author="甲"))
    assert room.load().settings.author == "甲"


def test_unknown_keys_are_kept(path: Path) -> None:
    path.write_text('author = "甲"\nfuture = [1, 2]\n[next]\nday = 2026-01-02\n', "utf-8")
    loaded = room.load(path).settings
    room.save(loaded.with_recent(Path("a.csv")), path)
    again = tomllib.loads(path.read_text("utf-8"))
    assert again["future"] == [1, 2]
    assert again["next"] == {"day": date(2026, 1, 2)}
    assert again["author"] == "甲"


def test_one_wrong_value_costs_only_itself(path: Path) -> None:
    path.write_text(
        'author = "甲"\ntheme = "pink"\nnames_in_lists = 1\nrecent = [3]\nlayout = "x"\n', "utf-8"
    )
    loaded = room.load(path)
    assert loaded.settings == Settings(author="甲")
    assert [text.split("”")[0] for text in loaded.messages] == [
        "设置“界面颜色",
        "设置“更正清单中列出患者姓名",
        "设置“最近打开的文件",
        "设置“窗口布局",
    ]


@pytest.mark.parametrize("content", [b"author = ", b"\xff\xfe\x00", b"\x00\x00"])
def test_a_broken_file_is_set_aside(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    loaded = room.load(path)
    assert loaded.settings == Settings()
    assert "已损坏" in loaded.messages[0]
    aside = next(path.parent.glob("settings.broken-*.toml"))
    assert aside.read_bytes() == content
    assert not path.exists()


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="无法读取设置文件"):
        room.load(tmp_path)


def test_recent_files_are_unique_newest_first_and_few() -> None:
    settings = Settings()
    for number in range(20):
        settings = settings.with_recent(Path(f"/{number}.csv"))
    settings = settings.with_recent(Path("/15.csv"))
    assert [Path(text).stem for text in settings.recent][:3] == ["15", "19", "18"]
    assert len(settings.recent) == room.RECENT_LIMIT


def test_layout_is_a_value_by_name() -> None:
    settings = Settings().with_layout("main", "AA").with_layout("main", "BB").with_layout("dock", "CC")
    assert settings.layout == {"main": "BB", "dock": "CC"}


def test_every_setting_has_a_label() -> None:
    for one in fields(Settings):
        if one.name != "unknown":
            assert room.label(one.name)
    assert {theme.label for theme in Theme} == {"跟随系统", "浅色", "深色"}
    assert all(density.label for density in Density)


_scalars = (
    st.text()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.dates()
    | st.datetimes()
)
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _values, max_size=5))
def test_toml_reads_back_equal(document: dict[str, object]) -> None:
    assert tomllib.loads(dumps(document)) == document


def test_toml_knows_its_types() -> None:
    assert dumps({"t": time(1, 2), "d": datetime(2026, 1, 2)}) == "t = 01:02:00\nd = 2026-01-02T00:00:00\n"
    with pytest.raises(TypeError, match="NoneType"):
        dumps({"none": None})


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (date(2025, 1, 2), date(2025, 1, 2)),
        (datetime(2025, 1, 2, 3), date(2025, 1, 2)),
        ("2025-01-02", date(2025, 1, 2)),
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_however_they_are_written(value: object, day: date | None) -> None:
    assert day_in({"day": value}, "day") == day
    with pytest.raises(ValueError, match="开春"):
        day_in({"day": "开春"}, "day")
