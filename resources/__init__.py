"""Bytes: icons, styles, templates. The one door to them; imports nothing of ours."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def read_text(name: str) -> str:
    """A packaged text file by its path below this folder (``styles/window.qss``)."""
    return files(__name__).joinpath(*name.split("/")).read_text(encoding="utf-8")


def path(name: str) -> str:
    """Where a packaged file lies on the disk, with forward slashes as style sheets want it."""
    return Path(str(files(__name__).joinpath(*name.split("/")))).as_posix()


def names(folder: str, suffix: str) -> list[str]:
    """Names (without the suffix) of the packaged files in a folder, sorted."""
    found = (entry.name for entry in files(__name__).joinpath(folder).iterdir())
    return sorted(name.removesuffix(suffix) for name in found if name.endswith(suffix))
