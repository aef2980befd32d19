"""``python -m app``: the command line. Exit codes: 0 fine, 1 findings or refused rows, 2 usage or unreadable files."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

from app import log
from app.cli.commands import COMMANDS
from app.cli.console import remark, tell_error, use_utf8
from app.cli.parser import USAGE_ERROR, make_parser
from app.errors import UserError
from app.paths import log_dir
from app.progress import Cancelled

INTERRUPTED = 130  # as shells say it
BUG = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises for bad input or an interrupt."""
    use_utf8()
    given = make_parser().parse_args(arguments)
    try:
        log.start()
        code: int = importlib.import_module(COMMANDS[given.command]).run(given)
        if sys.stdout is not None:  # the windowed program has none
            sys.stdout.flush()
    except UserError as error:
        tell_error(error)
        return USAGE_ERROR
    except (KeyboardInterrupt, Cancelled):
        remark("\n已中断，没有写出的文件保持原样。")
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) went away: not our mistake, and nothing left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # a bug: not to be taken for exit code 1, "findings"
        log.mishap(error)
        traceback.print_exc()
        remark(f"程序出错，请把日志交给维护人员：{log_dir() / log.LOG_NAME}")
        return BUG
    return code


if __name__ == "__main__":
    sys.exit(main())
