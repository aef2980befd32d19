"""Lists that go with a DIP catalogue: procedure kinds, 基层病种, excluded diagnoses and procedures. Takes cells, opens nothing."""

from __future__ import annotations

import re

from coding_rules.grouper.dip_columns import Sheet, text
from coding_rules.grouper.dip_expression import clean_procedure
from coding_rules.grouper.procedure_kinds import ProcedureFact, ProcedureKinds, read_kind

_CODE = (
    "手术操作编码",
    "手术操作代码",
    "操作编码",
    "操作代码",
    "主要编码",
    "手术编码",
    "编码",
    "代码",
    "CODE",
)
_KIND = ("类别", "手术操作类别", "手术操作属性", "操作类型", "属性", "类型", "KIND", "CATEGORY")
_LEVEL = ("手术级别", "级别", "LEVEL")
_INCISION = ("切口分类", "切口", "切口等级", "INCISION")


def read_kind_table(sheet: Sheet) -> ProcedureKinds | None:
    """A procedure-kind table, or ``None`` when the sheet has no columns of codes and kinds."""
    for start, row in enumerate(sheet.rows[:10]):
        headers = [re.sub(r"[\s(（].*$", "", text(cell)).upper() for cell in row]
        code, kind = _position(headers, _CODE), _position(headers, _KIND)
        if code is None or kind is None:
            continue
        level, incision = _position(headers, _LEVEL), _position(headers, _INCISION)
        facts: dict[str, ProcedureFact] = {}
        for line in sheet.rows[start + 1 :]:
            cells = [text(cell) for cell in line] + [""] * (len(headers) - len(line))
            found = read_kind(cells[kind])
            if cells[code] and found is not None:
                digits = re.sub(r"\D", "", cells[level]) if level is not None else ""
                facts.setdefault(
                    clean_procedure(cells[code]),
                    ProcedureFact(found, int(digits or 0), cells[incision] if incision is not None else ""),
                )
        return ProcedureKinds(facts, title=sheet.file) if facts else None
    return None


def _position(headers: list[str], names: tuple[str, ...]) -> int | None:
    return next((headers.index(name) for name in names if name in headers), None)
