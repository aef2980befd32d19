"""The house keeps its own rules: small files, two commands, pinned Qt, no eval."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "ui", "coding_rules", "icd_tables", "resources")
LONGEST = 500


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_modules_have_one_job_and_stay_short() -> None:
    long = {
        str(file.relative_to(ROOT)): lines
        for file in sources()
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_nothing_evaluates_text_as_code() -> None:
    """Rules are data in a closed language; ``eval`` and ``exec`` would open it."""
    guilty = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}
    ]
    assert not guilty


def test_qt_is_pinned_to_the_version_that_does_not_abort() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "pyside6-essentials==6.11.1" in text
        assert "--hash=sha256:" in text


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_shows_the_two_commands(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.search(r"^python run\.py$", text, re.MULTILINE)
    assert re.search(r"^python run\.py test$", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_pictures_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    missing = [link for link in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text) if not (ROOT / link).exists()]
    assert not missing


def test_every_room_is_on_the_architecture_page() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {file.parent.name for file in sources()}
    assert not [room for room in sorted(rooms) if f"{room}/" not in page]


def test_the_window_is_there_before_the_use_cases() -> None:
    """The start of the frozen program is at most twice that of the smallest Qt window: its frame needs little."""
    heavy = (
        "sqlite3",
        "numpy",
        "openpyxl",
        "app.workbench",
        "app.review",
        "ui.review_page",
        "ui.desk",
        "ui.tools.desk",
    )
    script = f"import sys, ui.launch; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_packages_import_none_of_their_own_modules() -> None:
    """A module's import holds its lock while its package is imported: two threads, each wanting the other's half, both fail."""
    guilty = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in sources()
        if path.name == "__init__.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
    ]
    assert not guilty
