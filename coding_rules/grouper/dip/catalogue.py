"""DipCatalogue: a region's groups (病种目录) as published, immutable, with where every row came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property

from coding_rules.grouper.dip.bed_days import BedDayGroup
from coding_rules.grouper.dip.expression import Expression, codes_of
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds
from icd_tables.codes import normalize_code
from icd_tables.validity import covers


class DipKind(StrEnum):
    """病种类型."""

    CORE = "核心"
    BASIC = "基层"
    TCM = "中医"
    MIXED = "综合"
    CATCH_ALL = "兜底"
    """Groups that catalogues keep for cases no other group takes (``CPnn`` by chapter, ``KBBZ`` 空白病种)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a national 3.0 group asks beside principal diagnosis and procedures.

    ``other`` are diagnosis specs (category, subcategory or range) of which one must be among the other diagnoses;
    ``anywhere`` lets the procedures stand at any position; ``any_diagnosis`` lets ``principal`` match any diagnosis; ages in
    days below ``max_age_days``, weights in grams from ``weight[0]`` to ``weight[1]``; ``resistant`` 结核耐药 yes or no.
    """

    other: tuple[str, ...] = ()
    anywhere: bool = False
    any_diagnosis: bool = False
    max_age_days: int | None = None
    weight: tuple[int, int] | None = None
    resistant: bool | None = None

    @property
    def text(self) -> str:
        """The conditions in words."""
        parts = (
            f"其他诊断 {'、'.join(self.other)}" if self.other else "",
            "手术不限位置" if self.anywhere else "",
            "任一诊断" if self.any_diagnosis else "",
            f"小于 {self.max_age_days} 天" if self.max_age_days is not None else "",
            f"体重 {self.weight[0]}—{self.weight[1]} 克" if self.weight else "",
            {True: "耐药", False: "非耐药", None: ""}[self.resistant],
        )
        return "，".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class DipGroup:
    """One 病种. ``principal`` is the diagnosis key in comparable spelling (``K35.3``, ``E11``, ``A00-B99``, ``CP04``),
    ``|`` between several.

    ``procedure_kind`` is set for 综合 and catch-all rows; ``level`` is the 手术级别 that some regions split 综合 by.
    ``mean_fee`` and ``region_mean`` in yuan exactly as published, ``mean_los`` in days. ``stage`` is the 3.0 stage
    (XQ, BX, FZ, JC, ZH). ``basic`` marks a group on the 基层病种 list. ``None``: not published.
    """

    code: str
    name: str
    kind: DipKind
    principal: str
    main: Expression = ()
    related: Expression = ()
    procedure_kind: ProcedureKind | None = None
    level: str = ""
    points: Decimal | None = None
    mean_fee: Decimal | None = None
    mean_los: Decimal | None = None
    cv: Decimal | None = None
    cases: int | None = None
    region_mean: Decimal | None = None
    stage: str = ""
    conditions: Conditions | None = None
    basic: bool = False
    source: str = ""

    @property
    def mean_fen(self) -> int | None:
        """The mean fee in 分, rounded half up."""
        if self.mean_fee is None:
            return None
        return int((self.mean_fee * 100).quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def kind_label(self) -> str:
        """The kind that settlement goes by: a group on the 基层病种 list counts as 基层."""
        return DipKind.BASIC.value if self.basic else self.kind.value

    @property
    def remark(self) -> str:
        """What to say of every case in this group: a catch-all is where the region puts cases that reached no group."""
        if self.kind is not DipKind.CATCH_ALL:
            return ""
        return f"未匹配核心与综合病种，落入兜底组 {self.code}（未入组病例的分组）"

    @property
    def by_category(self) -> bool:
        """Whether it asks for a category (or less, or a range of them) and no procedure of its own, as 综合 groups do."""
        keys = self.principal.split("|")
        return not self.has_procedures and all(len(key) <= 3 or "-" in key for key in keys)

    @property
    def has_procedures(self) -> bool:
        """Whether the group asks for procedures."""
        return bool(self.main or self.related)


@dataclass(frozen=True, slots=True)
class CatalogueIssue:
    """One remark of an import: a row ``refused`` or ``corrected``, or a ``doubt`` about its content; where and why."""

    file: str
    row: int
    column: str
    reason: str
    action: str = "refused"


@dataclass(frozen=True, slots=True)
class CatalogueReport:
    """What an import did. ``read`` counts data rows of all sheets, ``groups`` the distinct groups they gave."""

    read: int = 0
    groups: int = 0
    issues: tuple[CatalogueIssue, ...] = ()

    @property
    def refused(self) -> tuple[CatalogueIssue, ...]:
        """Rows that gave no group."""
        return tuple(issue for issue in self.issues if issue.action == "refused")

    @property
    def corrected(self) -> tuple[CatalogueIssue, ...]:
        """Cells read otherwise than written."""
        return tuple(issue for issue in self.issues if issue.action == "corrected")


class MainUse(StrEnum):
    """National 3.0 rules for procedures that are no proper main procedure (不纳入分组的主要手术操作)."""

    CONSERVATIVE = "按保守治疗入组"
    NOT_MAIN = "不可作为主要手术操作"
    SCOPED = "限范围可作主要手术操作"


@dataclass(frozen=True, slots=True)
class MainProcedureRule:
    """How one procedure may be used; ``scope`` lists the diagnosis specs of ``SCOPED``."""

    use: MainUse
    scope: tuple[str, ...] = ()


@dataclass(frozen=True)
class DipCatalogue:
    """All groups of one region and year with the lists that belong to them.

    ``form`` is ``regional`` or ``national_3``. ``excluded_diagnoses`` (不纳入分组的主要诊断), ``excluded_procedures`` (灰码 and
    the like, dropped before matching) and ``main_procedure_rules`` are exact codes in comparable spelling; ``code_map`` leads from
    the insurance edition in use to the one the catalogue is written in, where they differ; ``resistant_diagnoses`` is the
    结核耐药 list; ``basic`` the 基层病种 list as (principal key, main expression) pairs; ``bed_days`` the 床日病种, which stand
    beside the groups and take cases once the region's parameters say so.
    """

    title: str
    groups: tuple[DipGroup, ...]
    form: str = "regional"
    region: str = ""
    version: str = ""
    sha256: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    demo: bool = False
    excluded_diagnoses: frozenset[str] = frozenset()
    excluded_procedures: frozenset[str] = frozenset()
    code_map: Mapping[str, str] = field(default_factory=dict)
    main_procedure_rules: Mapping[str, MainProcedureRule] = field(default_factory=dict)
    resistant_diagnoses: frozenset[str] = frozenset()
    basic: tuple[tuple[str, Expression], ...] = ()
    kinds: ProcedureKinds = field(default_factory=ProcedureKinds)
    bed_days: tuple[BedDayGroup, ...] = ()
    report: CatalogueReport = CatalogueReport()

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[DipGroup]:
        return iter(self.groups)

    def get(self, code: str) -> DipGroup | None:
        """The group with this 病种编码, whatever its spelling, or ``None``."""
        return self._by_code.get(code) or self._by_code.get(normalize_code(code))

    def in_force(self, day: date | None) -> bool:
        """Whether the catalogue covers a day (``None``: unknown, taken as covered)."""
        return covers(self.valid_from, self.valid_to, day)

    def with_kinds(self, kinds: ProcedureKinds) -> DipCatalogue:
        """The same catalogue with another procedure-kind table."""
        return replace(self, kinds=kinds)

    @property
    def document(self) -> str:
        """The file its groups were read from; empty when they were computed."""
        sources = (group.source for group in self.groups if " 第 " in group.source)
        return next(sources, "").partition(" ")[0]

    @property
    def region_mean(self) -> Decimal | None:
        """The region's mean fee in yuan, if the catalogue publishes one and the same for all rows."""
        means = {group.region_mean for group in self.groups if group.region_mean is not None}
        return means.pop() if len(means) == 1 else None

    def verify(
        self,
        known_diagnosis: Callable[[str], bool] | None = None,
        known_procedure: Callable[[str], bool] | None = None,
    ) -> tuple[CatalogueIssue, ...]:
        """Everything inconsistent in the catalogue: repeated codes, points that do not follow from the mean fee, unknown codes.

        ``known_diagnosis`` is asked with a diagnosis key (true when some code starts with it), ``known_procedure`` with a
        full code; ``None`` skips that check.
        """
        return (
            *_repeated(self.groups),
            *(issue for group in self.groups if (issue := _points_issue(group))),
            *_unknown(self.groups, known_diagnosis, known_procedure),
        )

    @cached_property
    def _by_code(self) -> dict[str, DipGroup]:
        index: dict[str, DipGroup] = {}
        for group in self.groups:
            index.setdefault(group.code, group)
            index.setdefault(normalize_code(group.code), group)
        return index


def _repeated(groups: Iterable[DipGroup]) -> Iterator[CatalogueIssue]:
    counts = Counter(normalize_code(group.code) for group in groups)
    for group in groups:
        if counts[normalize_code(group.code)] > 1:
            yield _doubt(group, "病种编码", f"病种编码 {group.code} 在目录中重复")


def _points_issue(group: DipGroup) -> CatalogueIssue | None:
    """Points by mean-fee method: 1000 x mean fee of the group / mean fee of the region (verified on published data)."""
    if group.points is None or group.mean_fee is None or not group.region_mean:
        return None
    expected = group.mean_fee * 1000 / group.region_mean
    if abs(expected - group.points) <= Decimal("0.00001"):  # published with six decimals
        return None
    return _doubt(
        group,
        "病种分值",
        f"{group.code} 分值 {group.points} ≠ 1000 × 均费 {group.mean_fee} ÷ 全市均费 {group.region_mean}"
        f" = {expected:.6f}",
    )


def _unknown(
    groups: Iterable[DipGroup],
    known_diagnosis: Callable[[str], bool] | None,
    known_procedure: Callable[[str], bool] | None,
) -> Iterator[CatalogueIssue]:
    for group in groups:
        plain = [key for key in group.principal.split("|") if key and "-" not in key]
        for key in plain if known_diagnosis and group.kind is not DipKind.CATCH_ALL else ():
            if known_diagnosis and not known_diagnosis(key):
                yield _doubt(group, "主诊断代码", f"{group.code} 的主诊断 {key} 不在诊断编码表中")
        if known_procedure:
            for code in sorted(codes_of(group.main) | codes_of(group.related)):
                if not known_procedure(code):
                    yield _doubt(
                        group, "手术操作代码", f"{group.code} 的手术操作 {code} 不在手术操作编码表中"
                    )


def _doubt(group: DipGroup, column: str, reason: str) -> CatalogueIssue:
    file, _, row = group.source.rpartition(" 第 ")
    number = row.removesuffix(" 行")
    return CatalogueIssue(
        file or group.source, int(number) if number.isdigit() else 0, column, reason, "doubt"
    )
