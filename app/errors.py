"""UserError: the one exception whose text is written for the user: what happened, and what to do."""

from __future__ import annotations


class UserError(Exception):
    """Bad input or a full disk, not a bug. ``what`` names file, row and column; ``todo`` is the next step to take."""

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(what if not todo else f"{what}\n{todo}")
        self.what = what
        self.todo = todo
