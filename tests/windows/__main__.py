"""Build the Windows program, prove it and pack it: ``python run.py windows`` (or ``python -m tests.windows``).

Stages, each of which fails the whole: laboratory, tests under Wine with code page 936, build, import closure, self-test from
a path with Chinese and a blank, installer (silent install, identical files, self-test, uninstall that leaves the user's data),
portable zip, reproducibility (``--twice``: a second build gives the same files).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.windows import closure, identity, package
from tests.windows.lab import LAB, ROOT, Lab, LabError, prepare

DIST = ROOT / "dist" / "windows"
MAX_PROGRAM = 120 * 1_000_000
MAX_INSTALLER = 40 * 1_000_000
Result = TypeVar("Result")
TESTED = ["tests/app", "tests/coding_rules", "tests/icd_tables", "tests/ui"]


def main() -> int:
    """Run the stages; a LabError is the sentence of the stage that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--twice", action="store_true", help="build twice and compare the hash lists")
    parser.add_argument("--skip-tests", action="store_true", help="do not run the tests under Wine")
    options = parser.parse_args()
    try:
        lab = timed("laboratory", prepare)
        source = timed("sources", lambda: copy_sources(lab))
        if not options.skip_tests:
            timed("tests under Wine", lambda: run_tests(lab, source))
        program = timed("build", lambda: build(lab, source, "first"))
        timed("import closure and identity", lambda: inspect(program))
        timed("self-test", lambda: self_test(lab, program))
        installer, portable = timed("packages", lambda: pack(program))
        timed("install and uninstall", lambda: try_installer(lab, installer, program))
        timed("portable", lambda: try_portable(lab, portable))
        if options.twice:
            timed("second build", lambda: compare(program, build(lab, source, "second")))
    except LabError as error:
        print(f"FAILED: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Run one stage and say how long it took."""
    print(f"== {name}", flush=True)
    began = time.monotonic()
    result = work()
    print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
    return result


def copy_sources(lab: Lab) -> Path:
    """The files git tracks (and new ones it would), in a Windows folder whose name has Chinese and a blank."""
    target = lab.drive / "编码 质控" / "源码"
    shutil.rmtree(target, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    package.freeze_times(target)
    return target


def run_tests(lab: Lab, source: Path) -> None:
    """The project's own tests on Windows Python with a Chinese code page."""
    said = lab.python("-c", "import locale; print(locale.getpreferredencoding())").strip()
    if said != "cp936":
        raise LabError(f"the laboratory is no Chinese Windows: code page {said}")
    out = lab.python("-m", "pytest", "-q", "-m", "not reference", *TESTED, timeout=1500, cwd=source)
    print("\n".join(out.splitlines()[-15:]), flush=True)


def build(lab: Lab, source: Path, name: str) -> Path:
    """PyInstaller under Wine; gives the program folder with licences and fixed time stamps."""
    work = lab.drive / "build"
    shutil.rmtree(work, ignore_errors=True)
    fixed = {
        "SOURCE_DATE_EPOCH": str(package.FIXED_TIME),
        "PYTHONHASHSEED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    places = ["--workpath", r"C:\build\work", "--distpath", r"C:\build\dist"]
    command = [
        r"C:\python\python.exe",
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--log-level",
        "WARN",
        *places,
        "build.spec",
    ]
    lab.run(command, timeout=900, cwd=source, extra=fixed)
    program = LAB / name / package.PROGRAM
    shutil.rmtree(program.parent, ignore_errors=True)
    shutil.copytree(work / "dist" / package.PROGRAM, program)
    licences = package.add_licences(program, lab.python_folder / "Lib" / "site-packages")
    (program / "SHA256SUMS.txt").write_text(package.hash_list(program), encoding="utf-8")
    package.freeze_times(program)
    size = sum(file.stat().st_size for file in package.files_of(program))
    print(
        f"   {size / 1e6:.1f} MB in {len(list(package.files_of(program)))} files, {licences} licence files",
        flush=True,
    )
    if size > MAX_PROGRAM:
        raise LabError(f"the program is {size / 1e6:.0f} MB; the limit is {MAX_PROGRAM / 1e6:.0f} MB")
    return program


def inspect(program: Path) -> None:
    """Fail with every binary that would not load on a clean Windows 10, and what the executables do not declare."""
    if found := [*closure.problems(program), *identity.problems(program, package.version())]:
        raise LabError("the program as it lies there:\n" + "\n".join(found))


def self_test(lab: Lab, program: Path, folder: str = "用户 数据/审计 工具") -> None:
    """Copy the program below a Chinese path with a blank and let both executables test themselves."""
    place = lab.drive / folder
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(program, place / package.PROGRAM)
    for name in ("CaseCodeQA.exe", "casecode-qa.exe"):
        check_self_test(lab, place / package.PROGRAM / name)


def check_self_test(lab: Lab, executable: Path) -> None:
    """Run ``--self-test`` and insist on its closing words, not on the exit code alone."""
    report = lab.drive / "self-test.txt"
    report.unlink(missing_ok=True)
    lab.run([executable, "--self-test", "--report", r"C:\self-test.txt"], timeout=300)
    text = report.read_text(encoding="utf-8") if report.exists() else ""
    if "self-test passed" not in text:
        raise LabError(f"{executable.name} --self-test did not pass\n{text}")
    print(f"   {executable.name}: {text.strip().splitlines()[-1]}", flush=True)


def pack(program: Path) -> tuple[Path, Path]:
    """Installer and portable zip in ``dist/windows``, with the list of their hashes."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir(parents=True)
    installer = DIST / f"CaseCodeQA-{package.version()}-setup.exe"
    portable = DIST / f"CaseCodeQA-{package.version()}-portable.zip"
    package.make_installer(program, installer)
    package.make_portable(program, portable)
    (DIST / "SHA256SUMS.txt").write_text(package.hash_list(DIST), encoding="utf-8")
    for file in (installer, portable):
        print(f"   {file.name}: {file.stat().st_size / 1e6:.1f} MB", flush=True)
    if installer.stat().st_size > MAX_INSTALLER:
        raise LabError(f"the installer is over {MAX_INSTALLER / 1e6:.0f} MB")
    return installer, portable


def try_installer(lab: Lab, installer: Path, program: Path) -> None:
    """Silent install, identical files, self-test, uninstall; what the user made stays."""
    place = lab.drive / "我的 程序" / package.PROGRAM
    shutil.rmtree(place.parent, ignore_errors=True)
    shutil.copyfile(installer, lab.drive / "setup.exe")
    # NSIS wants a folder with a blank unquoted and last: as two words, nobody quotes it.
    lab.run([r"C:\setup.exe", "/S", r"/D=C:\我的", r"程序\CaseCodeQA"], timeout=300)
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
    registry = lab.run(["reg", "query", r"HKCU\Software\Classes\.ccqa"])
    if "CaseCodeQA.Session" not in registry:
        raise LabError("the session file type was not registered")
    check_self_test(lab, place / "CaseCodeQA.exe")
    mine = place / "我的记录.txt"
    mine.write_text("uninstalling must not delete what the user put here", encoding="utf-8")
    # `_?=` makes the uninstaller run in place, so that the call ends when it has ended.
    lab.run([uninstaller, "/S", r"_?=C:\我的", r"程序\CaseCodeQA"], timeout=300)
    left = {file.name for file in package.files_of(place)}
    if not left <= {mine.name, "uninstall.exe"}:
        raise LabError(f"the uninstaller left files behind: {sorted(left)[:5]}")
    if not mine.exists():
        raise LabError("the uninstaller deleted a file of the user's")


def try_portable(lab: Lab, portable: Path) -> None:
    """Unpack the zip and see that the program keeps its data beside itself."""
    place = lab.drive / "便携 版"
    shutil.rmtree(place, ignore_errors=True)
    with zipfile.ZipFile(portable) as archive:
        archive.extractall(place)
    check_self_test(lab, place / package.PROGRAM / "CaseCodeQA.exe")


def compare(first: Path, second: Path) -> None:
    """Two builds from the same sources must have the same hash list."""
    before, after = (set(package.hash_list(folder).splitlines()) for folder in (first, second))
    if before != after:
        names = sorted({line.split("  ")[1] for line in before ^ after})
        raise LabError(f"two builds differ in {len(names)} files: {names[:10]}")


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


if __name__ == "__main__":
    sys.exit(main())
