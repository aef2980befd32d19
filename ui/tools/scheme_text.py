"""A scheme in two lines, as the head of its window says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from coding_rules.case import Case
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_dates import period


def described(scheme: Scheme, cases: Sequence[Case]) -> str:
    """Name, dates in force and size; its note; how many open cases lie outside its dates."""
    info = scheme.info
    codes = sum(len(one.codes) for one in scheme.lists)
    parts = [
        f"{scheme.name} {info.version}".strip(),
        period(info.valid_from, info.valid_to),
        f"{len(scheme.mdcs)} 行 MDC，{len(scheme.adrgs)} 行 ADRG，{len(scheme.drgs)} 行 DRG",
        f"{len(scheme.lists)} 个编码列表共 {codes:,} 个编码",
    ]
    note = f"\n{info.note}" if info.note else ""
    return " · ".join(parts) + note + _outside(scheme, cases)


def _outside(scheme: Scheme, cases: Sequence[Case]) -> str:
    """How many of the open cases left the hospital when the scheme was not in force."""
    start, end = scheme.info.valid_from or date.min, scheme.info.valid_to or date.max
    count = sum(1 for case in cases if case.discharged and not start <= case.discharged.date() <= end)
    return f"\n打开的病例中有 {count:,} 例的出院日期不在本方案的有效期内。" if count else ""
