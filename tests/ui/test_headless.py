"""The main job without a display, on a few cases of the demo month and the program's own data."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.demo.month import generate
from app.demo.n041 import write_n041
from app.progress import Progress
from tests.bench import bench_window
from ui import headless, selftest
from ui.__main__ import main
from ui.services import Services, real_services


@pytest.fixture
def services(tmp_path: Path) -> Services:
    def few(_progress: Progress) -> Sequence[Path]:
        path = tmp_path / "demo_n041_202509.csv"
        write_n041(path, generate(25))
        return (path,)

    return replace(real_services(), demo_files=few)


def test_list_findings_and_pictures_are_written(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert headless.run([], out, services) == 0
    said = capsys.readouterr().out
    assert "导入 25，拒绝 0" in said
    assert "DRG" in said
    assert {"更正清单.xlsx", "审核发现.csv", "window-light.png", "window-dark.png", "charts.png"} <= {
        path.name for path in out.iterdir()
    }
    light, dark = QImage(str(out / "window-light.png")), QImage(str(out / "window-dark.png"))
    assert light.width() == 1920
    assert light.pixelColor(5, 500).lightness() > 180
    assert dark.pixelColor(5, 500).lightness() < 80
    assert (
        QImage(str(out / "window-200-percent.png")).width()
        == 2 * QImage(str(out / "window-small.png")).width()
    )


def test_an_unreadable_file_is_said_with_exit_code_2(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "坏.csv"
    bad.write_bytes(b"%PDF")
    assert headless.run([bad], tmp_path / "out", services) == 2
    assert "坏.csv" in capsys.readouterr().err


def test_self_test_passes_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))
    report = tmp_path / "report.txt"
    assert main(["--self-test", "--report", str(report)]) == 0
    assert report.read_text(encoding="utf-8").splitlines()[-1] == selftest.PASSED


def test_a_failing_self_test_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise AssertionError("no tables")

    monkeypatch.setattr(selftest, "_tables", broken)
    monkeypatch.setenv("CASECODE_HOME", "unused")
    assert selftest.run() == 1
    assert "FAILED" in capsys.readouterr().out


def test_commands_go_to_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--help"])
    assert stopped.value.code == 0
    assert "FILE" in capsys.readouterr().out.upper()


def test_the_bench_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_window.main(["--small"]) == 0
    assert "更正 → 结果更新" in capsys.readouterr().out
