"""The version of the program: said once, in pyproject.toml, which lies beside the packages also in the frozen program."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

NAME = "编码质控台"


@cache
def program_version() -> str:
    """The version text (``0.1.0``); ``未知`` when the project file is missing."""
    project = Path(__file__).resolve().parents[1] / "pyproject.toml"
    try:
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "未知"
