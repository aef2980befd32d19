"""Where on the front page a field stands: which table, which line."""

from __future__ import annotations

import re

from icd_tables.codes import Kind

_DIAGNOSIS = re.compile(r"(?:JBDM|QTZD|RYBQ)(\d*)")
_PROCEDURE = re.compile(r"(?:SSJCZBM|SSJCZMC|SSJCZRQ|SSJB|SZ|YZ|EZ|QKDJ|QKYHLB|MZFS|MZYS)(\d+)")


def line_of(field_id: str) -> tuple[Kind, int] | None:
    """Kind and 0-based line of a field id (``JBDM2`` is the third diagnosis), or ``None`` for all other fields."""
    if field_id == "ZYZD":
        return Kind.DIAGNOSIS, 0
    if found := _DIAGNOSIS.fullmatch(field_id):
        return Kind.DIAGNOSIS, int(found[1] or 0)
    if found := _PROCEDURE.fullmatch(field_id):
        return Kind.PROCEDURE, int(found[1]) - 1
    return None
