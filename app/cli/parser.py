"""The arguments of every command, declared once; help and mistakes are told in Chinese."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Generator, Iterable
from datetime import date
from pathlib import Path
from typing import NoReturn

from app.version import NAME, program_version
from icd_tables.codes import Edition, Kind

USAGE_ERROR = 2
_MISTAKES = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"参数 \1 的值 \2 不对，可选：\3"),
    (r"argument (.*): expected one argument", r"参数 \1 后面缺少值"),
    (r"argument (.*): expected at least one argument", r"参数 \1 后面至少要有一个值"),
    (r"argument (.*): not allowed with argument (.*)", r"参数 \1 不能与 \2 同时使用"),
    (r"argument (.*): invalid (?:int|day|count) value: (.*)", r"参数 \1 的值 \2 不对"),
    (r"ambiguous option: (.*) could match (.*)", r"参数 \1 不明确，可能是：\2"),
)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Chinese punctuation; each command on one line with what it does."""

    def format_help(self) -> str:
        text = re.sub(r"^(\S+):$", r"\1：", super().format_help(), flags=re.MULTILINE)
        return re.sub(r"：\n  命令\n", "：\n", text)  # the word stands in the usage line already

    def _iter_indented_subactions(self, action: argparse.Action) -> Generator[argparse.Action, None, None]:
        subactions: Callable[[], Iterable[argparse.Action]] = getattr(action, "_get_subactions", tuple)
        yield from subactions()  # not indented: the column of the names would be too narrow for the longest one

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese."""

    def __init__(self, **settings: object) -> None:
        settings.setdefault("formatter_class", _Formatter)
        super().__init__(add_help=False, allow_abbrev=False, **settings)  # type: ignore[arg-type]
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        """End with code 2, the mistake in one line and how to get help in the next."""
        for pattern, words in _MISTAKES:
            message = re.sub(f"^{pattern}$", words, message)
        message = message.replace("', '", "、").replace("'", "")
        self.exit(USAGE_ERROR, f"错误：{message}\n办法：用 {self.prog} --help 查看用法。\n")


def make_parser() -> Parser:
    """The parser of ``python -m app``."""
    parser = Parser(prog="casecode-qa", description=f"{NAME}：病案首页编码质控（命令行）")
    parser.add_argument("--version", action="version", version=f"{NAME} {program_version()}", help="显示版本")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True, title="可用命令")
    for declare in (_check, _group, _match, _import_table, _verify, _demo):
        declare(commands)
    return parser


_Commands = argparse._SubParsersAction


def _command(commands: _Commands[Parser], name: str, text: str, more: str = "") -> Parser:
    parser = commands.add_parser(name, help=text, description=f"{text}。{more}")
    parser.add_argument("--json", action="store_true", help="结果以 JSON 写到标准输出")
    return parser


def _check(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "check",
        "审核首页文件，写出更正清单",
        "退出码：0 没有问题，1 有发现的问题或被拒绝的行，2 用法错误或文件无法读取。",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="首页文件（N041、HQMS 或院内表；CSV、xlsx、xls、DBF，或结算清单 JSON）",
    )
    _knowledge(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="LIST.xlsx", help="更正清单")
    parser.add_argument("--findings", type=Path, metavar="F.csv", help="另写出问题明细（CSV）")
    parser.add_argument("--no-names", action="store_true", help="清单中不列患者姓名")


def _group(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "group",
        "对病例做 DRG、DIP 分组",
        "CASES.csv 的列：case_id、sex、age、age_days、weight（克）、dept、los、discharge、diagnoses、procedures"
        "（多个编码用 | 分隔，第一个为主；主要的没有填就空着，如 |I10.x00），可选 discharged（出院日期，"
        "按它选方案和权重表）、icu_hours、insurance、total_fee、drug_fee、treatment_fee（元）。"
        "编码须为分组方案所用的版本（医保版）。amount 为 DIP 支付金额（元），没有 DIP 时为 DRG 支付金额。",
    )
    parser.add_argument("cases", type=Path, metavar="CASES.csv", help="病例文件")
    _schemes(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="OUT.csv", help="分组结果")


def _match(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands, "match", "为每行诊断或手术文本查找编码", "结果每行一个 JSON 对象：text、candidates。"
    )
    parser.add_argument("texts", type=Path, metavar="TEXTS", help="文本文件，每行一条")
    parser.add_argument(
        "--kind",
        required=True,
        choices=[kind.value for kind in Kind],
        help="diagnosis 疾病诊断，procedure 手术操作",
    )
    parser.add_argument(
        "--names", type=Path, metavar="NAMES.tsv", help="用这份名称表（编码 TAB 名称）代替编码表"
    )
    parser.add_argument(
        "--memory",
        type=Path,
        metavar="PAIRS.csv",
        help="本院确认过的对应：文本、编码、名称三列，或文本、名称两列",
    )
    parser.add_argument("--tables", default="", metavar="DIR", help="编码表文件夹，默认用已安装的编码表")
    _edition(parser, default=Edition.INSURANCE)
    parser.add_argument("--top", type=_count, default=10, metavar="N", help="每条最多给出几个候选，默认 10")
    parser.add_argument("--out", required=True, type=Path, metavar="OUT.jsonl", help="结果文件")


def _import_table(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "import-table",
        "导入编码表或对照表",
        "按内容识别疾病诊断、手术操作编码表和国临版与医保版对照表。",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="编码表文件，或放编码表的文件夹")
    _edition(parser, default=None)
    parser.add_argument("--table-version", default="", metavar="TEXT", help="文件中没有写明版本时，在此说明")
    parser.add_argument("--valid-from", type=_day, metavar="YYYY-MM-DD", help="启用日期")


def _verify(commands: _Commands[Parser]) -> None:
    parser = _command(
        commands,
        "verify",
        "校验规则包、分组方案、病种目录与编码表",
        "退出码：0 没有错误（可能有提醒），1 有错误。提醒是所公布表格自身的情况，如编码表里没有的编码。",
    )
    parser.add_argument("--strict", action="store_true", help="有提醒时退出码也为 1，供自编方案时使用")
    _knowledge(parser)


def _demo(commands: _Commands[Parser]) -> None:
    parser = _command(commands, "demo", "生成演示月（虚构的首页，带已知错误）")
    parser.add_argument("--count", type=_count, default=2000, metavar="N", help="病例数，默认 2000")
    parser.add_argument(
        "--seed", type=int, default=20250901, metavar="N", help="随机种子；相同种子得到相同的月份"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE.csv", help="首页文件（N041，GB18030）"
    )
    parser.add_argument("--truth", type=Path, metavar="KEY.csv", help="另写出每例的真实情况")


def _knowledge(parser: Parser) -> None:
    parser.add_argument("--tables", default="", metavar="DIR", help="编码表文件夹，默认用已安装的编码表")
    parser.add_argument(
        "--rules", action="append", default=[], metavar="PACK", help="附加的规则包，可多次给出"
    )
    _schemes(parser)


def _schemes(parser: Parser) -> None:
    parser.add_argument("--drg", default="", metavar="SCHEME", help="DRG 分组方案（文件夹或 xlsx）")
    parser.add_argument("--dip", default="", metavar="CATALOGUE", help="DIP 病种目录（xlsx、CSV 或文件夹）")
    parser.add_argument(
        "--drg-weights",
        default="",
        metavar="WEIGHTS",
        help="本地 DRG 权重表（xlsx 或 CSV），代替方案自带的权重",
    )
    parser.add_argument(
        "--drg-profile", default="", metavar="PROFILE", help="DRG 结算参数（内置名称或 TOML 文件）"
    )
    parser.add_argument(
        "--dip-profile", default="", metavar="PROFILE", help="DIP 结算参数（内置名称或 TOML 文件）"
    )


def _edition(parser: Parser, default: Edition | None) -> None:
    parser.add_argument(
        "--edition",
        choices=[edition.value for edition in Edition],
        default=default.value if default else None,
        help=f"编码版本{f'，默认{default.value}' if default else '（文件中没有写明时）'}",
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _day(text: str) -> date:
    return date.fromisoformat(text)


_count.__name__, _day.__name__ = "count", "day"  # argparse names the type in its message
