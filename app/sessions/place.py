"""Where the session of front-page files is kept. Light: the start asks it before the session itself is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from app.errors import UserError
from app.windows_paths import reachable, usable_stem

SUFFIX = ".ccqa"


class WritingRefusedError(UserError):
    """The session file ``path`` can be read but not written: someone else has it, or its place takes no writing."""

    def __init__(self, path: Path, what: str, todo: str) -> None:
        super().__init__(what, todo)
        self.path = path


def session_path(paths: Sequence[Path], folder: Path) -> Path:
    """Where the session of these files is kept: named after the first, told apart by the content of all.

    Raises:
        UserError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            with reachable(path).open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise UserError(f"打不开文件：{path}", "请检查文件是否存在、是否有读取权限。") from error
    return folder / f"{usable_stem(paths[0].stem)}-{digest.hexdigest()[:8]}{SUFFIX}"
