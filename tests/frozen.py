"""Build the frozen program and let it test itself: ``python -m tests.frozen [--keep DIR]``.

The program is run from a folder whose name has Chinese and a blank, with a private data folder, through both of its
executables. Exit code 0 only when every step passed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[1]
SUFFIX = ".exe" if os.name == "nt" else ""


def main() -> int:
    """Build, measure, self-test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="leave the built program in this folder")
    keep: Path | None = parser.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="casecode-frozen-") as scratch:
        folder = (keep or Path(scratch) / "编码 质控台").resolve()
        build(Path(scratch), folder)
        program = folder / "CaseCodeQA"
        size = sum(
            file.stat().st_size for file in program.rglob("*") if file.is_file() and not file.is_symlink()
        )
        print(f"frozen program: {size / 1e6:.0f} MB", flush=True)
        for name in ("CaseCodeQA", "casecode-qa"):
            self_test(program / f"{name}{SUFFIX}", Path(scratch) / "用户 数据")
        command_line(program / f"casecode-qa{SUFFIX}", Path(scratch))
    return 0


def build(scratch: Path, folder: Path) -> None:
    """Run PyInstaller; its log is shown only when it fails."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", str(scratch / "work"), "--distpath", str(folder), str(ROOT / "build.spec")]
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise SystemExit(f"PyInstaller failed ({done.returncode})\n{done.stdout}{done.stderr}")


def self_test(program: Path, data: Path) -> None:
    """The program's own ``--self-test``: tables load, known cases group, a window opens offscreen."""
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", CASECODE_HOME=str(data))
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(program), "--self-test"],
        env=environment,
        timeout=300,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    print(done.stdout, done.stderr, sep="", flush=True)
    if done.returncode or "self-test passed" not in done.stdout:
        raise SystemExit(f"{program.name} --self-test failed ({done.returncode})")


def command_line(program: Path, scratch: Path) -> None:
    """The frozen console program does the main job: a demo month in, a correction list out, its words in UTF-8."""
    environment = dict(os.environ, CASECODE_HOME=str(scratch / "用户 数据"), PYTHONIOENCODING="gbk")
    month, found = scratch / "演示 月.csv", scratch / "清单.xlsx"
    for arguments, words in (
        (["demo", "--count", "50", "--out", str(month)], "50 例"),
        (["check", str(month), "--out", str(found)], "病例 50 例"),
    ):
        done = subprocess.run(
            [str(program), *arguments], env=environment, timeout=300, check=False, capture_output=True
        )
        said = done.stdout.decode("utf-8")
        if done.returncode not in {0, 1} or words not in said:  # 1: findings, as a demo month has
            raise SystemExit(
                f"{program.name} {arguments[0]} failed ({done.returncode})\n{said}{done.stderr!r}"
            )
    sheets = openpyxl.load_workbook(found, read_only=True).sheetnames
    if "汇总" not in sheets:
        raise SystemExit(f"{program.name} check wrote {sheets}")
    print(f"frozen check: {said.splitlines()[1]}; {len(sheets)} sheets", flush=True)


if __name__ == "__main__":
    sys.exit(main())
