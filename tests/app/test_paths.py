"""Where the program keeps its files, on each system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app import paths
from app.errors import UserError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CASECODE_HOME")
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def test_the_override_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "mine"))
    assert paths.data_dir() == tmp_path / "mine"
    for folder in (paths.sessions_dir(), paths.cache_dir(), paths.log_dir()):
        assert folder.is_dir()
        assert folder.parent == tmp_path / "mine"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".local/share/casecode-qa"),
        ("darwin", "Library/Application Support/CaseCodeQA"),
        ("win32", "AppData/Local/CaseCodeQA"),
    ],
)
def test_each_system_has_its_place(
    home: Path, monkeypatch: pytest.MonkeyPatch, platform: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert paths.data_dir() == home / expected


def test_xdg_is_obeyed_and_relative_values_are_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "xdg"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert paths.data_dir() == home / "xdg" / "casecode-qa"
    assert paths.cache_dir() == home / ".cache" / "casecode-qa"


def test_a_portable_program_keeps_its_data_beside_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / "stick"
    program.mkdir()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program / "casecode.exe"))
    assert not paths.is_portable()
    (program / paths.PORTABLE_MARK).touch()
    assert paths.is_portable()
    assert paths.data_dir() == program / "data"
    assert paths.cache_dir() == program / "data" / "cache"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "file" / "inside"))
    with pytest.raises(UserError, match="无法建立数据文件夹"):
        paths.data_dir()
