"""Weights from the hospital's own past cases: front pages, sessions or the open month -> statistics -> a dated weight table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import repeat, tee
from pathlib import Path

from app.drg.schemes import load_drg_scheme
from app.drg.weight_tables import load_weight_table, note_weights, save_weight_table, weights_dir
from app.errors import UserError
from app.files import free_name
from app.progress import Progress
from app.readers.reading import read_cases
from app.review import grouper_input
from app.sessions.place import SUFFIX
from app.sessions.session import Session
from coding_rules.case import Case
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import WeightTable
from coding_rules.grouper.drg.weights import (
    AMBIGUOUS,
    YEAR_WEIGHTS,
    HistoryCase,
    HistoryWeights,
    weights_from_history,
)
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.trimming import TrimRule
from icd_tables.terminology import Terminology

OPEN_WORK = "当前打开的病例"
_FORBIDDEN = '<>:"/\\|?*'


@dataclass(frozen=True)
class HistorySource:
    """Cases of one file (or of the open work), with how many there are of each year; ``undated`` have no day of discharge."""

    name: str
    cases: tuple[Case, ...]
    years: Mapping[int, int]
    undated: int = 0


@dataclass(frozen=True)
class Earlier:
    """What the cases were grouped and weighed by before: a case had no weight then when it had no group, an ambiguous one, or a group
    that ``weights`` does not carry.
    """

    scheme: Scheme
    weights: WeightTable | None = None

    def unmet(self, group: str) -> str:
        """Why a case of this group had no weight, in words; "" when it had one."""
        if not group:
            return "未入组"
        if group.endswith(AMBIGUOUS):
            return f"歧义组 {group}"
        if self.weights is None:
            return ""
        row = self.weights.get(group)
        missing = row is None or (row.weight is None and row.points is None)
        return f"{group} 没有权重" if missing else ""


def load_earlier(scheme: Path, weights: Path | None, progress: Progress | None = None) -> Earlier:
    """An earlier scheme, with a weight table in place of its own where one is given.

    Raises:
        UserError: one of them cannot be read.
        Cancelled: the user asked to stop.
    """
    loaded = load_drg_scheme(scheme, progress)
    return Earlier(loaded, load_weight_table(weights) if weights is not None else loaded.weights)


def source_of(name: str, cases: Iterable[Case]) -> HistorySource:
    """Cases as a source."""
    held = tuple(cases)
    years = Counter(case.discharged.year for case in held if case.discharged)
    return HistorySource(name, held, dict(sorted(years.items())), len(held) - years.total())


def read_source(path: Path, terminology: Terminology, progress: Progress | None = None) -> HistorySource:
    """The cases of a file of front pages, or of a session as they were left.

    Raises:
        UserError: the file cannot be read.
        Cancelled: the user asked to stop.
    """
    if path.suffix.lower() == SUFFIX:
        with Session.open(path, read_only=True, progress=progress) as session:
            return source_of(path.name, session.current_cases())
    return source_of(path.name, read_cases(path, terminology, progress=progress).cases)


def default_year_weights(sources: Iterable[HistorySource]) -> dict[int, float]:
    """1 : 2 : 7 for the latest three years there are, oldest first; earlier years count nothing."""
    years = sorted({year for source in sources for year in source.years})
    latest = years[-len(YEAR_WEIGHTS) :]
    weights: dict[int, float] = dict.fromkeys(years, 0.0)
    weights.update(zip(latest, map(float, YEAR_WEIGHTS[len(YEAR_WEIGHTS) - len(latest) :]), strict=True))
    return weights


def work_out(
    scheme: Scheme,
    terminology: Terminology,
    sources: Sequence[HistorySource],
    year_weights: Mapping[int, float],
    trim: TrimRule,
    progress: Progress | None = None,
    earlier: Earlier | None = None,
) -> HistoryWeights:
    """Weights under a scheme from all sources. Cases without a day of discharge belong to no year and are left out. With ``earlier``
    the cases that had no weight then and now reach a group that meets the criteria are listed.

    Raises:
        UserError: no case is left to count.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    dated = [case for source in sources for case in source.cases if case.discharged]
    if not any(year_weights.get(case.discharged.year) for case in dated if case.discharged):
        raise UserError("没有可用于计算的病例。", "请加入有出院日期的病例，并让至少一个年度的权重大于 0。")
    past = _past(dated, terminology, progress, earlier)
    return weights_from_history(DrgGrouper(scheme), past, year_weights, trim)


def _past(
    cases: Sequence[Case], terminology: Terminology, progress: Progress, earlier: Earlier | None
) -> Iterator[HistoryCase]:
    """Cases with their year, as a stream: grouping goes on while they are made ready, and may be cancelled meanwhile."""
    given, again = tee(_inputs(cases, terminology, progress))
    if earlier is None:
        before: Iterator[str] = repeat("")
    else:
        results = DrgGrouper(earlier.scheme).group_batch(seen for _, seen in again)
        before = (earlier.unmet(result.drg) for result in results)
    for (year, seen), unmet in zip(given, before, strict=False):
        yield HistoryCase(year, seen, unmet)


def _inputs(
    cases: Sequence[Case], terminology: Terminology, progress: Progress
) -> Iterator[tuple[int, GrouperInput]]:
    for done, case in enumerate(cases, start=1):
        if case.discharged is not None:
            yield case.discharged.year, grouper_input(case, terminology)[0]
        if not done % 200:
            progress.report(done, len(cases), "正在为历史病例分组")


def save_weights(
    found: HistoryWeights,
    name: str,
    valid_from: date,
    valid_to: date | None = None,
    points_per_weight: Decimal | None = None,
) -> Path:
    """Save the weights as a dated table in the data folder, noted as being for the scheme they were worked out with; the file's name
    carries the date. ``points_per_weight``: write points too.

    Raises:
        UserError: no name for a file, or the disk says no.
    """
    plain = name.strip()
    if not plain or any(character in _FORBIDDEN for character in plain):
        raise UserError(f"“{name}”不能作文件名。", f"请写一个名称，不含 {_FORBIDDEN} 这些字符。")
    until = f"至{valid_to.isoformat()}" if valid_to else "起"
    path = weights_dir() / f"{plain}（{valid_from.isoformat()}{until}）.csv"
    path = free_name(path) if path.exists() else path
    save_weight_table(found.table(plain, valid_from, valid_to, points_per_weight), path)
    note_weights(path, found.scheme_id, valid_from, valid_to)
    return path
