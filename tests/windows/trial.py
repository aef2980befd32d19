"""The program on trial: what a coder does with it, done in the laboratory, with the program as it is handed out.

Every function raises ``LabError`` with the sentence that says what was not as it should be.
"""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

from tests.windows import identity, package
from tests.windows.lab import Lab, LabError

RUNNING = 3
"""The installer's exit code when the program runs."""
INSTALLED = r"C:\我的 程序\CaseCodeQA"
TYPES = r"HKCU\Software\Classes"
UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\CaseCodeQA"


def self_test(lab: Lab, program: Path, folder: str = "用户 数据/审计 工具") -> None:
    """Copy the program below a Chinese path with a blank, let both executables test themselves and the console one work."""
    place = lab.drive / folder
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(program, place / package.PROGRAM)
    for name in identity.EXECUTABLES:
        check_self_test(lab, place / package.PROGRAM / name)
    check_command_line(lab, place / package.PROGRAM / "casecode-qa.exe", place)


def try_installer(lab: Lab, installer: Path, program: Path) -> None:
    """Silent install, identical files, self-test, uninstall; what the user made stays."""
    place = lab.unix(INSTALLED)
    shutil.rmtree(place.parent, ignore_errors=True)
    shutil.copyfile(installer, lab.drive / "setup.exe")
    lab.run([r"C:\setup.exe", "/S", *unquoted("/D=")], timeout=300)
    wait_for((place / "uninstall.exe").exists, "the installer wrote no uninstaller")
    installed = {file.relative_to(place): file for file in package.files_of(place)}
    uninstaller = installed.pop(Path("uninstall.exe"))
    expected = {file.relative_to(program): file for file in package.files_of(program)}
    different = [
        str(name) for name in expected if name not in installed or not same(installed[name], expected[name])
    ]
    extra = [str(name) for name in installed if name not in expected]
    if different or extra:
        raise LabError(f"installed files differ from the build: {different[:5]} {extra[:5]}")
    check_self_test(lab, place / "CaseCodeQA.exe")
    check_shell(lab, place, installed=True)
    refuse_while_running(lab, place)
    records = local_data(lab) / "sessions" / "三月.ccqa"
    records.parent.mkdir(parents=True, exist_ok=True)
    kept = [place / "我的记录.txt", records]
    for mine in kept:
        mine.write_text("uninstalling must not delete what the user made", encoding="utf-8")
    # `_?=` makes the uninstaller run in place, so that the call ends when it has ended.
    lab.run([uninstaller, "/S", *unquoted("_?=")], timeout=300)
    left = {file.name for file in package.files_of(place)} - {kept[0].name, "uninstall.exe"}
    if left:
        raise LabError(f"the uninstaller left files behind: {sorted(left)[:5]}")
    if gone := [mine.name for mine in kept if not mine.exists()]:
        raise LabError(f"the uninstaller deleted what is the user's: {gone}")
    check_shell(lab, place, installed=False)


def refuse_while_running(lab: Lab, place: Path) -> None:
    """While the program runs, installing over it is refused and changes nothing."""
    data = local_data(lab)
    shutil.rmtree(data, ignore_errors=True)
    before = package.hash_list(place)
    running = lab.start([place / "CaseCodeQA.exe"])
    try:
        wait_for(lambda: any(data.glob("sessions/*.lock")), "the installed program opened no work")
        lab.run([r"C:\setup.exe", "/S", *unquoted("/D=")], timeout=300, good=(RUNNING,), alone=False)
    finally:
        lab.run(["taskkill", "/f", "/im", "CaseCodeQA.exe"], check=False, alone=False)
        running.wait(timeout=60)
    if package.hash_list(place) != before:
        raise LabError("the installer touched a running program")


def try_portable(lab: Lab, portable: Path) -> None:
    """Unpack the zip, work with it, and see that it keeps its data beside itself and leaves none with the user."""
    place = lab.drive / "便携 版"
    for folder in (place, local_data(lab)):
        shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(portable) as archive:
        archive.extractall(place)
    program = place / package.PROGRAM
    check_self_test(lab, program / "CaseCodeQA.exe")
    check_command_line(lab, program / "casecode-qa.exe", place)
    if not (program / "data" / "logs").is_dir() or local_data(lab).exists():
        raise LabError("the portable program did not keep its data beside itself")


def check_self_test(lab: Lab, executable: Path) -> None:
    """Run ``--self-test`` and insist on its closing words, not on the exit code alone."""
    report = lab.drive / "self-test.txt"
    report.unlink(missing_ok=True)
    lab.run([executable, "--self-test", "--report", r"C:\self-test.txt"], timeout=300)
    text = report.read_text(encoding="utf-8") if report.exists() else ""
    if "self-test passed" not in text:
        raise LabError(f"{executable.name} --self-test did not pass\n{text}")
    print(f"   {executable.name}: {text.strip().splitlines()[-1]}", flush=True)


def check_command_line(lab: Lab, executable: Path, place: Path) -> None:
    """The main job from the command line: a demo month in, a correction list out, UTF-8 on a Chinese code page."""
    lab.run([executable, "demo", "--count", "30", "--out", "演示 月.csv"], cwd=place, timeout=300)
    check: list[str | Path] = [executable, "check", "演示 月.csv", "--out", "更正 清单.xlsx"]
    said = lab.run(check, cwd=place, timeout=300, good=(0, 1))  # 1: findings, as a demo month has
    sheets = openpyxl.load_workbook(place / "更正 清单.xlsx", read_only=True).sheetnames
    if "病例 30 例" not in said or "汇总" not in sheets:
        raise LabError(f"casecode-qa check: {sheets}\n{said}")
    print(f"   casecode-qa check: {len(sheets)} sheets", flush=True)


def check_shell(lab: Lab, place: Path, *, installed: bool) -> None:
    """Start-menu link, file type and entry in the list of programs: there, or gone without a trace."""
    links = list((lab.drive / "users").rglob("编码质控台.lnk"))
    command = rf"{INSTALLED}\CaseCodeQA.exe"
    opener = lab.run(["reg", "query", rf"{TYPES}\CaseCodeQA.Session\shell\open\command"], check=False)
    suffix = lab.run(["reg", "query", rf"{TYPES}\.ccqa"], check=False)
    listed = lab.run(["reg", "query", UNINSTALL], check=False)
    there = [bool(links), command in opener, "CaseCodeQA.Session" in suffix, "编码质控台" in listed]
    if there != [installed] * 4:
        raise LabError(
            f"link, opener, file type, list of programs: {there}, expected {installed}\n{opener}{listed}"
        )


def unquoted(option: str) -> list[str]:
    """The folder to install to, with its blank; NSIS wants it without quotes, and nobody quotes two words."""
    first, second = INSTALLED.split(" ")
    return [option + first, second]


def local_data(lab: Lab) -> Path:
    """Where the installed program keeps the user's data."""
    return lab.unix(lab.run(["cmd", "/c", "echo %LOCALAPPDATA%"]).strip()) / package.PROGRAM


def same(one: Path, other: Path) -> bool:
    """Whether two files have the same bytes."""
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def wait_for(condition: Callable[[], bool], complaint: str, seconds: int = 60) -> None:
    """Wait for something a Windows program does after it has returned."""
    for _ in range(seconds * 10):
        if condition():
            return
        time.sleep(0.1)
    raise LabError(complaint)
