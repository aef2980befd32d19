"""One disease before and after DIP as a use case: which diseases there are, their cases, sensible periods to start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.dip.history_points import namer
from app.past_cases import group_past
from app.progress import Progress
from app.review import Knowledge
from coding_rules.case import Case
from coding_rules.settlement.comparison import Comparison, PeriodCase, compare_periods

Period = tuple[date, date]


class By(StrEnum):
    """What makes cases the same disease."""

    GROUP = "DIP 病种"
    CATEGORY = "主要诊断类目（三位）"
    ALL = "全部病例"


@dataclass(frozen=True)
class Disease:
    """Cases of one disease; ``key`` is the group or the category."""

    key: str
    name: str
    cases: tuple[Case, ...]

    @property
    def label(self) -> str:
        """What a list shows."""
        title = f"{self.key} {self.name}".strip()
        return f"{title}（{len(self.cases):,} 例）"


def diseases(
    cases: Sequence[Case], knowledge: Knowledge, by: By, progress: Progress | None = None
) -> tuple[Disease, ...]:
    """The diseases among the cases, the most frequent first; ungrouped cases are one of their own.

    Raises:
        Cancelled: the user asked to stop.
    """
    if by is By.ALL:
        return (Disease("", By.ALL.value, tuple(cases)),) if cases else ()
    name_of = namer(knowledge.terminology)
    found: dict[str, list[Case]] = defaultdict(list)
    names: dict[str, str] = {}
    for case, grouping, seen in group_past(cases, knowledge, progress):
        if by is By.GROUP:
            key, name = (grouping.group, grouping.name) if grouping.grouped else ("", "未入组")
        else:
            key = seen.diagnoses[0][:3] if seen.diagnoses else ""
            name = names.get(key) or (f"{name_of(key)}等" if key else "没有主要诊断")
        names[key] = name
        found[key].append(case)
    listed = (Disease(key, names[key], tuple(members)) for key, members in found.items())
    return tuple(sorted(listed, key=lambda one: (-len(one.cases), one.key)))


def likely_periods(cases: Iterable[Case]) -> tuple[Period, Period] | None:
    """The days of discharge cut into two halves by calendar; ``None`` without two different days."""
    days = sorted(case.discharged.date() for case in cases if case.discharged is not None)
    if not days or days[0] == days[-1]:
        return None
    years = sorted({day.year for day in days})
    if len(years) > 1:
        return (days[0], date(years[-1] - 1, 12, 31)), (date(years[-1], 1, 1), days[-1])
    middle = days[0] + (days[-1] - days[0]) / 2
    return (days[0], middle), (date.fromordinal(middle.toordinal() + 1), days[-1])


def compare(disease: Disease, before: Period, after: Period) -> Comparison:
    """Both periods of a disease, measure by measure: its cases by day of discharge, first and last day included."""
    first, second = (
        [PeriodCase.of(case) for case in disease.cases if _within(case, period)] for period in (before, after)
    )
    return compare_periods(first, second)


def _within(case: Case, period: Period) -> bool:
    return case.discharged is not None and period[0] <= case.discharged.date() <= period[1]
