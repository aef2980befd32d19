"""Every command as a user types it: exit codes, results on standard output, mistakes on standard error."""

from __future__ import annotations

import csv
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.__main__ import BUG, INTERRUPTED, main
from app.cli import demo, verify
from app.cli.commands import COMMANDS
from app.cli.parser import make_parser
from app.demo.month import generate
from app.demo.n041 import write_n041
from app.knowledge import DEMO_DRG, demo_folder

ROOT = Path(__file__).parents[3]
Console = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _closed_log() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("月") / "演示 三月.csv"
    write_n041(path, generate(60, 7))
    return path


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def mistake(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    return int(str(ended.value.code))


def test_check_writes_the_list_and_the_findings(month: Path, tmp_path: Path, capsys: Console) -> None:
    found, listed = tmp_path / "f.csv", tmp_path / "清单.xlsx"
    assert run("check", month, "--drg", "none", "--out", listed, "--findings", found) == 1
    told = capsys.readouterr().out
    assert "演示 三月.csv：60 行，导入 60，拒绝 0；N041，国临版" in told
    assert "病例 60 例：有错误" in told
    assert "DIP：入组" not in told
    with found.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["case_id", "rule", "severity", "field", "code", "message"]
    assert {row["severity"] for row in rows} <= {"error", "warning", "hint"}
    book = load_workbook(listed)
    assert book.sheetnames[0] == "汇总"
    assert book.sheetnames[-1] == "版本与设置"
    versions = [row[0] for row in book["版本与设置"].iter_rows(values_only=True)]
    assert "程序" in versions
    assert "疾病诊断 国临版" in versions


def test_check_speaks_json(month: Path, tmp_path: Path, capsys: Console) -> None:
    run("check", month, "--drg", "none", "--out", tmp_path / "l.xlsx", "--json", "--no-names")
    told = json.loads(capsys.readouterr().out)
    assert told["files"][0] | {"edition": ""} == {
        "file": "演示 三月.csv",
        "format": "N041",
        "edition": "",
        "rows": 60,
        "accepted": 60,
        "refused": 0,
    }
    assert told["whole"]["cases"] == 60
    assert sum(part["cases"] for part in told["departments"]) == 60
    assert told["findings"] > 0
    header = [cell.value for cell in load_workbook(tmp_path / "l.xlsx").worksheets[1][1]]
    assert "姓名" not in header


def test_check_tells_refused_rows_and_exits_1(tmp_path: Path, capsys: Console) -> None:
    path = tmp_path / "坏行.csv"
    write_n041(path, generate(3, 7))
    path.write_bytes(path.read_bytes() + b'"a","b"\r\n')
    assert run("check", path, "--drg", "none", "--out", tmp_path / "l.xlsx") == 1
    console = capsys.readouterr()
    assert "4 行，导入 3，拒绝 1" in console.out
    assert "坏行.csv 第 5 行" in console.err


def test_unreadable_files_are_two_lines_and_exit_2(tmp_path: Path, capsys: Console) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"not a workbook")
    for file in (bad, tmp_path / "没有.csv"):
        assert run("check", file, "--drg", "none", "--out", tmp_path / "l.xlsx") == 2
        error = capsys.readouterr().err.splitlines()
        assert error[0].startswith("错误：")
        assert error[1].startswith("办法：")
        assert "Traceback" not in str(error)
    assert not (tmp_path / "l.xlsx").exists()


@pytest.mark.parametrize("option", ["--tables", "--drg", "--dip", "--dip-profile", "--rules"])
def test_a_bad_choice_is_told(option: str, month: Path, tmp_path: Path, capsys: Console) -> None:
    rest = [] if option in {"--drg", "--dip"} else ["--drg", "none"]
    assert run("check", month, option, tmp_path / "没有", *rest, "--out", tmp_path / "l.xlsx") == 2
    assert capsys.readouterr().err.startswith("错误：")


def test_group(tmp_path: Path, capsys: Console) -> None:
    cases = tmp_path / "c.csv"
    cases.write_text("case_id,diagnoses,procedures\n0001,I10.x00,\n", encoding="utf-8")
    assert run("group", cases, "--drg", "none", "--out", tmp_path / "o.csv") == 0
    assert "1 例" in capsys.readouterr().out
    cases.write_text("case_id,diagnoses,age\n0001,I10.x00,x\n", encoding="utf-8")
    assert run("group", cases, "--drg", "none", "--out", tmp_path / "o.csv", "--json") == 1
    console = capsys.readouterr()
    assert json.loads(console.out)["refused"] == 1
    assert "c.csv 第 2 行：age 列的“x”不是数字" in console.err


def test_match_with_a_list_of_names_and_a_memory(tmp_path: Path, capsys: Console) -> None:
    texts, names, memory, out = (tmp_path / name for name in ("t.txt", "n.tsv", "p.csv", "o.jsonl"))
    texts.write_text("急性前壁心梗\n\n某某怪病\n急性前壁心梗\n", encoding="utf-8")
    names.write_text("I21.0\t急性前壁心肌梗死\nI20.0\t不稳定型心绞痛\n", encoding="utf-8")
    memory.write_text("text,name\n某某怪病,不稳定型心绞痛\n丢失,没有\n", encoding="utf-8")
    options = ["--kind", "diagnosis", "--names", names, "--memory", memory, "--top", 1, "--out", out]
    assert run("match", texts, *options) == 0
    console = capsys.readouterr()
    assert "4 条文本，3 条有候选" in console.out
    assert "p.csv 第 3 行" in console.err
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["急性前壁心梗", "", "某某怪病", "急性前壁心梗"]
    assert [len(line["candidates"]) for line in lines] == [1, 0, 1, 1]
    assert set(lines[0]["candidates"][0]) == {"code", "name", "tier", "why"}
    assert lines[0]["candidates"][0]["code"] == "I21.0"
    assert (lines[2]["candidates"][0]["code"], lines[2]["candidates"][0]["tier"]) == ("I20.0", "本院确认过")


def test_match_uses_the_installed_tables(tmp_path: Path, capsys: Console) -> None:
    texts = tmp_path / "t.txt"
    texts.write_text("阑尾切除术\n", encoding="utf-8")
    assert (
        run(
            "match",
            texts,
            "--kind",
            "procedure",
            "--edition",
            "国临版",
            "--out",
            tmp_path / "o.jsonl",
            "--json",
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["answered"] == 1


def test_import_table_then_it_is_in_use(tmp_path: Path, capsys: Console) -> None:
    table = tmp_path / "本院医保版疾病诊断.csv"
    rows = "".join(f"A{number:02}.0{number % 10},测试疾病{number}\n" for number in range(40))
    table.write_text("诊断代码,诊断名称\n" + rows, encoding="utf-8")
    options = ["--edition", "医保版", "--table-version", "测试", "--valid-from", "2025-01-01"]
    assert run("import-table", table, *options) == 0
    assert "40 行，导入 40，拒绝 0" in capsys.readouterr().out
    texts = tmp_path / "t.txt"
    texts.write_text("测试疾病7\n", encoding="utf-8")
    run("match", texts, "--kind", "diagnosis", "--top", 1, "--out", tmp_path / "o.jsonl")
    assert json.loads((tmp_path / "o.jsonl").read_text("utf-8"))["candidates"][0]["code"] == "A07.07"
    capsys.readouterr()
    table.write_text(table.read_text("utf-8") + ",没有编码\n", encoding="utf-8")
    assert run("import-table", table, *options, "--json") == 1
    assert json.loads(capsys.readouterr().out)["tables"][0]["refused"] == 1
    table.write_text("这不是编码表\n", encoding="utf-8")
    assert run("import-table", table) == 2


def test_demo_is_the_same_for_the_same_seed(tmp_path: Path, capsys: Console) -> None:
    first, second, key = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "k.csv"
    assert run("demo", "--count", 20, "--seed", 3, "--out", first, "--truth", key) == 0
    assert run("demo", "--count", 20, "--seed", 3, "--out", second, "--json") == 0
    assert first.read_bytes() == second.read_bytes()
    assert len(key.read_text("utf-8-sig").splitlines()) == 21
    assert '"cases": 20' in capsys.readouterr().out


def test_no_result_lands_on_an_input_or_on_another_result(tmp_path: Path, capsys: Console) -> None:
    path = tmp_path / "a.csv"
    path.write_text("case_id,diagnoses\n", encoding="utf-8")
    for arguments in (
        ["check", path, "--out", tmp_path / "." / "a.csv"],
        ["check", path, "--out", tmp_path / "l", "--findings", tmp_path / "l"],
        ["group", path, "--out", path],
        ["match", path, "--kind", "diagnosis", "--out", path],
        ["demo", "--out", tmp_path / "m", "--truth", tmp_path / "m"],
    ):
        assert run(*arguments) == 2
        assert "请换一个输出文件名" in capsys.readouterr().err
    assert path.read_text("utf-8") == "case_id,diagnoses\n"


def test_help_and_usage_are_chinese(capsys: Console) -> None:
    for command in COMMANDS:
        assert mistake(command, "--help") == 0
        told = capsys.readouterr().out
        assert told.startswith("用法：casecode-qa")
        assert "show this" not in told
    assert mistake("--version") == 0
    assert "编码质控台" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "缺少参数：命令"),
        (["check", "a.csv"], "缺少参数：--out"),
        (["check", "a.csv", "--out"], "参数 --out 后面缺少值"),
        (["check", "a.csv", "--out", "b", "--nosuch"], "不认识的参数：--nosuch"),
        (
            ["match", "a", "--kind", "x", "--out", "b"],
            "参数 --kind 的值 x 不对，可选：diagnosis、procedure",
        ),
        (["demo", "--count", "0", "--out", "b"], "参数 --count 的值 0 不对"),
        (["import-table", "a", "--valid-from", "x"], "参数 --valid-from 的值 x 不对"),
    ],
)
def test_wrong_usage_exits_2_in_chinese(arguments: list[str], told: str, capsys: Console) -> None:
    assert mistake(*arguments) == 2
    error = capsys.readouterr().err
    assert f"错误：{told}" in error
    assert "--help" in error


def test_verify_fails_over_faults_and_only_strictly_over_warnings(tmp_path: Path, capsys: Console) -> None:
    scheme = tmp_path / "方案"
    shutil.copytree(demo_folder(DEMO_DRG), scheme)
    with (scheme / "code_lists.csv").open("a", encoding="utf-8") as lists:
        lists.write("没人用.DX,dx,I21.001\n")
    assert run("verify", "--drg", scheme, "--dip", "none") == 0
    told = capsys.readouterr().out
    assert "提醒　code_lists.csv 第" in told
    assert "没有规则用到列表 没人用.DX" in told
    assert run("verify", "--drg", scheme, "--dip", "none", "--strict") == 1
    with (scheme / "drg.csv").open("a", encoding="utf-8") as groups:
        groups.write("9,Q99,Q991,无主的组,true\n")
    capsys.readouterr()
    assert run("verify", "--drg", scheme, "--dip", "none") == 1
    assert "错误　drg.csv 第" in capsys.readouterr().out


def test_every_command_has_its_module() -> None:
    choices = next(action.choices for action in make_parser()._actions if action.dest == "command")
    assert set(choices or ()) == set(COMMANDS)


def test_a_bug_is_no_finding(tmp_path: Path, capsys: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(demo, "generate", fails)
    assert run("demo", "--out", tmp_path / "a.csv") == BUG
    assert "日志" in capsys.readouterr().err


def test_an_interrupt_is_quiet(capsys: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verify, "verify", interrupted)
    assert run("verify") == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


def test_output_is_utf8_whatever_the_system_says() -> None:
    environment = dict(os.environ, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    told = subprocess.run(
        command("--help"), capture_output=True, check=True, cwd=ROOT, env=environment
    ).stdout
    assert "更正清单" in told.decode("utf-8")


HEEDING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
"""What is run in the background by a shell, as these tests may be, ignores interrupts, and so would its children."""


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a console program are another matter there")
def test_ctrl_c_ends_cleanly(tmp_path: Path) -> None:
    out, home = tmp_path / "m.csv", tmp_path / "home"
    arguments = command("demo", "--count", "1000000", "--out", str(out))
    heeding = [sys.executable, "-c", HEEDING, *arguments]
    own = dict(os.environ, CASECODE_HOME=str(home))
    with subprocess.Popen(heeding, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=own) as program:
        while not (home / "logs").exists() and program.poll() is None:
            pass
        program.send_signal(signal.SIGINT)
        _, error = program.communicate()
    assert program.returncode == INTERRUPTED
    assert "已中断" in error
    assert "Traceback" not in error
    assert not out.exists()
