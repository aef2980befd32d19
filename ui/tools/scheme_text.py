"""A scheme in two lines, as the head of its window says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from coding_rules.case import Case
from coding_rules.grouper.drg.dates import holds_on, period
from coding_rules.grouper.drg.scheme import Scheme


def described(scheme: Scheme, cases: Sequence[Case], versions: Sequence[Scheme]) -> str:
    """Name, dates in force and size; its note; the ``versions`` in use beside it; how many open cases lie outside the dates."""
    info = scheme.info
    codes = sum(len(one.codes) for one in scheme.lists)
    parts = [
        info.title,
        period(info.valid_from, info.valid_to),
        f"{len(scheme.mdcs)} 行 MDC，{len(scheme.adrgs)} 行 ADRG，{len(scheme.drgs)} 行 DRG",
        f"{len(scheme.lists)} 个编码列表共 {codes:,} 个编码",
    ]
    note = f"\n{info.note}" if info.note else ""
    return " · ".join(parts) + note + _beside(scheme, versions) + _outside(versions, cases)


def _beside(scheme: Scheme, versions: Sequence[Scheme]) -> str:
    infos = [version.info for version in versions if version is not scheme]
    others = "、".join(
        f"{info.version or info.name}（{period(info.valid_from, info.valid_to)}）" for info in infos
    )
    return f"\n按出院日期一起使用的还有：{others}" if others else ""


def _outside(versions: Sequence[Scheme], cases: Sequence[Case]) -> str:
    """How many of the open cases left the hospital when no version was in force."""
    days = Counter(case.discharged.date() for case in cases if case.discharged)
    count = sum(
        number for day, number in days.items() if not any(holds_on(version.info, day) for version in versions)
    )
    which = "任何一版" if len(versions) > 1 else "本方案"
    return f"\n打开的病例中有 {count:,} 例的出院日期不在{which}的有效期内。" if count else ""
