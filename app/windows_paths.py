r"""Names and paths that Windows treats in its own way: long paths, network shares, device names. Pure text work.

Source: "Naming Files, Paths, and Namespaces" and "Maximum Path Length Limitation" (Microsoft Learn).
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PureWindowsPath

LONG = 230
"""From this length on a path is passed in its long form: 260 less what we append (temporary and lock names)."""
_LOCAL, _SHARE = "\\\\?\\", "\\\\?\\UNC\\"
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"}
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def reachable(path: Path) -> Path:
    r"""A path that Windows opens whatever its length and its settings; elsewhere, and when short, the path itself.

    ``C:\...`` becomes ``\\?\C:\...``, ``\\server\share\...`` becomes ``\\?\UNC\server\share\...``.
    """
    return Path(extended(str(path.absolute()))) if os.name == "nt" else path


def extended(absolute: str) -> str:
    """The long form of an absolute Windows path of at least ``LONG`` characters; others unchanged."""
    if len(absolute) < LONG or absolute.startswith((_LOCAL, "\\\\.\\")):
        return absolute
    plain = str(PureWindowsPath(absolute))  # the long form knows no forward slashes
    return _SHARE + plain[2:] if plain.startswith("\\\\") else _LOCAL + plain


def is_reserved(name: str) -> bool:
    """Whether Windows takes a file name for a device (``CON.xlsx``, ``nul``) or drops its end (``清单.``, ``清单 ``)."""
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES or name.endswith((".", " "))


def usable_stem(stem: str) -> str:
    """A file name's first part that every system accepts; one made elsewhere may not be (``a:b``, ``NUL.2025``)."""
    plain = _FORBIDDEN.sub("_", stem).strip(" .") or "_"
    return f"_{plain}" if is_reserved(plain) else plain
