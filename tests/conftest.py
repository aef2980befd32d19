"""Shared fixtures. ``reference`` is the folder with the published tables; tests that need it skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if os.name == "nt":  # offscreen, Qt does not look for the system's fonts by itself
    os.environ.setdefault("QT_QPA_FONTDIR", os.path.expandvars(r"%WINDIR%\Fonts"))

ROOT = Path(__file__).resolve().parents[1]


def find_reference() -> Path | None:
    """The reference folder: ``CASECODE_REFERENCE``, else ``shared/reference`` beside the checkout."""
    named = os.environ.get("CASECODE_REFERENCE")
    folder = Path(named) if named else ROOT.parent / "shared" / "reference"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def reference() -> Path:
    folder = find_reference()
    if folder is None:
        pytest.skip("reference tables not found: set CASECODE_REFERENCE to the folder that holds them")
    return folder


@pytest.fixture(autouse=True)
def private_user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the real user's data folder."""
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "casecode-home"))
