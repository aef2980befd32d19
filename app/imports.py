"""Several imported files as one piece of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.errors import UserError
from app.readers.imported import Imported
from coding_rules.case import Case


def all_cases(imports: Sequence[Imported]) -> tuple[Case, ...]:
    """The cases of all files in order. An id that an earlier file has too gets ``@2`` (the number of its file) added.

    Raises:
        UserError: two files bear the same name; cases could not be led back to theirs.
    """
    names = [each.layout.file for each in imports]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"有两个文件都叫“{twice}”，导入后无法区分。", "请先把其中一个改名，或分两次处理。")
    taken: set[str] = set()
    cases: list[Case] = []
    for number, imported in enumerate(imports, start=1):
        mine = [_told_apart(case, number) if case.case_id in taken else case for case in imported.cases]
        taken.update(case.case_id for case in mine)
        cases += mine
    return tuple(cases)


def _told_apart(case: Case, number: int) -> Case:
    return replace(case, case_id=f"{case.case_id}@{number}")
