"""Points from history as a use case: past cases, the region's rules, names from the code tables, a dated catalogue to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.dip.catalogues import save_dip_catalogue
from app.dip.library import catalogue_folder, folder_name, free_folder
from app.errors import UserError
from app.progress import Progress
from app.review import grouper_input
from coding_rules.case import Case
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.dip.history import HistoryCase, Method, PointsSettings
from coding_rules.grouper.dip.points import PointsResult, points_from_history
from coding_rules.grouper.dip.rules import Pipeline
from coding_rules.insured import institution_names
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology


@dataclass(frozen=True, slots=True)
class PointsWish:
    """What the user asks for. ``weights`` of the years oldest first, the last one belonging to ``last_year``.

    ``level`` is the hospital level of all cases but those of institutions that ``levels`` names (as ``institution_of`` does).
    """

    last_year: int
    weights: tuple[Decimal, ...] = (Decimal(1), Decimal(2), Decimal(7))
    threshold: int = 15
    trim: Decimal = Decimal("0.025")
    method: Method = Method.MEAN_FEE
    benchmark: str = ""
    level: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> PointsSettings:
        """The parameters of the calculation."""
        first = self.last_year - len(self.weights) + 1
        years = {first + place: weight for place, weight in enumerate(self.weights)}
        return PointsSettings(
            years, self.threshold, self.trim, method=self.method, benchmark=self.benchmark.strip()
        )


def compute_points(
    cases: Sequence[Case],
    wish: PointsWish,
    grouper: DipGrouper,
    terminology: Terminology,
    progress: Progress | None = None,
) -> PointsResult:
    """A catalogue computed from past cases by the rules, lists, conversion and procedure kinds in use, which it carries on.

    Raises:
        UserError: the national 3.0 scheme is in use, whose groups are given; no case falls into the years, or the benchmark
            group does not reach the threshold.
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    used = grouper.catalogue
    if grouper.rules.pipeline is Pipeline.NATIONAL_3:
        raise UserError(
            "当前地区参数按国家 3.0 流程分组，病种由国家方案定，历史分值不能另行成组。",
            "请换用地方样式的地区参数；3.0 的本地分值请在“DIP 目录”里读入医保部门公布的分值表。",
        )
    rules = replace(
        grouper.rules,
        excluded_diagnoses=grouper.rules.excluded_diagnoses | used.excluded_diagnoses,
        excluded_procedures=grouper.rules.excluded_procedures | used.excluded_procedures,
    )
    history = [
        replace(each, case=grouper.converted(each.case))
        for each in history_cases(cases, terminology, wish, progress)
    ]
    title = f"{wish.last_year} 年历史数据测算"
    try:
        found = points_from_history(
            history,
            wish.settings,
            rules,
            grouper.kinds,
            title,
            name_of=namer(terminology),
            passed=lambda done, most: progress.report(done, most, "正在成组、重新入组"),
        )
    except ValueError as error:
        raise UserError(str(error), "请换一个基准病种，或改用平均费用法。") from error
    if not found.used:
        years = "、".join(map(str, wish.settings.year_weights))
        raise UserError(
            f"没有可用的病例：{years} 年出院、有主要诊断和总费用的病例不足以成组。",
            "请加入这几年的首页数据，或改测算年份、例数门槛。",
        )
    own = replace(
        found.catalogue,
        region=used.region,
        excluded_diagnoses=used.excluded_diagnoses,
        excluded_procedures=used.excluded_procedures,
        code_map=used.code_map,
    )
    return replace(found, catalogue=own)


def history_cases(
    cases: Sequence[Case], terminology: Terminology, wish: PointsWish, progress: Progress | None = None
) -> Iterator[HistoryCase]:
    """Past front pages as history: codes mapped to the insurance edition, year of discharge (0 when unknown), hospital level.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    for done, case in enumerate(cases, start=1):
        seen, _, _ = grouper_input(case, terminology)
        level = wish.levels.get(institution_of(case)) or wish.level
        yield HistoryCase(case.discharged.year if case.discharged else 0, seen, level)
        progress.report(done, len(cases), "正在读取历史病例")


def institution_of(case: Case) -> str:
    """What tells a case's institution from others: code and name as filed, empty when neither is."""
    return " ".join(institution_names(case))


def institutions_of(cases: Iterable[Case]) -> dict[str, int]:
    """The institutions there are with their cases, by name."""
    return dict(sorted(Counter(map(institution_of, cases)).items()))


def keep_points(result: PointsResult, title: str, valid_from: date) -> Path:
    """Keep a computed catalogue as the hospital's own, dated; its folder. A title and day that are taken get a number.

    Raises:
        UserError: no title, or it cannot be written.
    """
    folder = free_folder(catalogue_folder() / folder_name(title, valid_from))
    named = replace(
        result.catalogue, title=title.strip(), version=f"{valid_from.year}", valid_from=valid_from
    )
    save_dip_catalogue(named, folder)
    return folder


def namer(terminology: Terminology) -> Callable[[str], str]:
    """Names a diagnosis key (its category, subcategory or the first code below it) or a procedure code."""
    diagnoses = terminology.table(Kind.DIAGNOSIS, Edition.INSURANCE)
    procedures = terminology.table(Kind.PROCEDURE, Edition.INSURANCE)

    def name_of(key: str) -> str:
        table = diagnoses if key[:1].isalpha() else procedures
        if table is None or not key:
            return key
        found = table.get(key) or next(iter(table.prefix(key)), None)
        return found.name if found else key

    return name_of
