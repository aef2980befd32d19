"""``python -m ui``: the window; without a display the same job headless; ``--self-test`` for the frozen program.

The frozen console program also takes the commands of ``python -m app`` (``casecode-qa check FILE ...``).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app.cli.commands import COMMANDS
from app.cli.console import use_utf8


def main(arguments: Sequence[str] | None = None) -> int:
    """Dispatch; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        from app.__main__ import main as command_line

        return command_line(given)
    use_utf8()
    options = _parser().parse_args(given)
    if options.self_test:
        if sys.platform != "win32":  # there, the plugin that coders use is what must be proved
            _go_offscreen()
        from ui.selftest import run as self_test

        return self_test(options.report)
    if options.headless:
        _go_offscreen()
        from ui.headless import run as headless

        return headless(options.files, options.out)
    from ui.first_sight import Moment
    from ui.launch import run

    return run(options.files, Moment(options.leave_when) if options.leave_when else None)


def _go_offscreen() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _hush_offscreen()
    if sys.platform == "win32":  # offscreen, Qt does not look for the system's fonts by itself
        os.environ.setdefault("QT_QPA_FONTDIR", os.path.expandvars(r"%WINDIR%\Fonts"))


def _hush_offscreen() -> None:
    """Qt's own messages to standard error, but for what the offscreen platform says of itself at every window."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    def tell(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if not text.startswith("This plugin does not support"):
            print(text, file=sys.stderr)

    qInstallMessageHandler(tell)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="casecode-qa", description="编码质控台：病案编码质控工作台")
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        help="首页数据（CSV、xlsx、xls、DBF、结算清单 JSON）或工作文件；不写则打开演示月份",
    )
    parser.add_argument("--headless", action="store_true", help="不开窗口：审核、写更正清单和界面图片")
    parser.add_argument("--out", type=Path, default=Path("out"), help="--headless 的输出文件夹")
    parser.add_argument("--self-test", action="store_true", help="自检后退出")
    parser.add_argument("--report", type=Path, default=None, help="--self-test 的结果另存到此文件")
    parser.add_argument(
        "--leave-when", choices=["shown", "open"], help=argparse.SUPPRESS
    )  # to measure the start
    return parser


if __name__ == "__main__":
    sys.exit(main())
