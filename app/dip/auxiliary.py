"""Open and save auxiliary catalogues (辅助目录): factor tables, severity dictionaries, CCI dictionaries."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.dip.library import folder_name, free_folder
from app.dip.tables import sheets_of
from app.errors import UserError
from app.files import safe_write
from app.past_cases import group_past
from app.paths import data_dir
from app.progress import Progress
from app.review import Knowledge, grouper_input
from coding_rules.case import Case
from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.grouping import Grouping
from coding_rules.settlement.auxiliary import (
    Auxiliary,
    AuxiliaryCatalogue,
    AuxiliaryRow,
    same_label,
    split_sub_codes,
)
from coding_rules.settlement.auxiliary_history import Refusal, factors_from_history
from coding_rules.settlement.auxiliary_rows import auxiliary_table, read_auxiliary
from coding_rules.settlement.rules import AuxiliaryRules
from coding_rules.settlement.strata import SeverityTables, Stratum

FOLDER = "auxiliary"
_FACTORS, _SEVERITY, _CCI, _SECONDARY = "factors.csv", "severity.csv", "cci.csv", "secondary.csv"
_LOCAL = "local.csv"
_TABLES = {".csv", ".xlsx", ".xls"}


def load_auxiliary(paths: Sequence[Path]) -> tuple[AuxiliaryCatalogue, tuple[tuple[str, str], ...]]:
    """An auxiliary catalogue from any number of files, and the rows refused as (place, reason).

    Raises:
        UserError: a file cannot be opened, or none of them holds an auxiliary table.
    """
    found = read_auxiliary(sheet for path in paths for sheet in sheets_of(path))
    names = "、".join(path.name for path in paths)
    if not found.found_anything:
        raise UserError(
            f"{names} 里没有找到辅助目录",
            "系数表需要“病种编码、辅助目录名称、调节系数”，字典需要“诊断编码”和“严重程度”或“权重”。",
        )
    return AuxiliaryCatalogue(found.rows, found.tables(names), names), tuple(found.refused)


def save_factors(rows: Iterable[AuxiliaryRow], path: Path) -> None:
    """Write factors as a CSV that ``load_auxiliary`` reads back.

    Raises:
        UserError: the file cannot be written.
    """
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(auxiliary_table(rows))


def open_auxiliary(path: Path) -> AuxiliaryCatalogue:
    """The auxiliary catalogue of a kept folder, or of one published file.

    Raises:
        UserError: there is none, or it cannot be read.
    """
    if not path.is_dir():
        return load_auxiliary([path])[0]
    files = sorted(each for each in path.iterdir() if each.suffix.lower() in _TABLES)
    if not files:
        raise UserError(f"文件夹 {path.name} 里没有辅助目录", "请在“辅助目录”工具里重新保存，或改选文件。")
    catalogue, _ = load_auxiliary(files)
    return AuxiliaryCatalogue(catalogue.rows, catalogue.tables, path.name)


def keep_auxiliary(catalogue: AuxiliaryCatalogue, title: str, valid_from: date) -> Path:
    """Keep factors and dictionaries as the hospital's own, dated; the folder, which ``open_auxiliary`` reads back.

    A title and day that are taken get a number: nothing kept before is lost.

    Raises:
        UserError: no title, nothing to keep, or it cannot be written.
    """
    tables = catalogue.tables
    if not catalogue.rows and not tables:
        raise UserError("没有可以保存的系数或字典。", "请先读入辅助目录，或从历史测算。")
    folder = free_folder(data_dir() / FOLDER / folder_name(title, valid_from))
    folder.mkdir(parents=True)
    for name, rows in (
        (_FACTORS, auxiliary_table(catalogue.rows)),
        (_SEVERITY, list(_severity_rows(tables))),
        (_CCI, list(_cci_rows(tables))),
        (_SECONDARY, [("诊断编码", "次要诊断病种"), *sorted(tables.secondary.items())]),
        (_LOCAL, list(_local_rows(tables))),
    ):
        if len(rows) > 1:
            with (
                safe_write(folder / name) as temporary,
                temporary.open("w", encoding="utf-8-sig", newline="") as file,
            ):
                csv.writer(file).writerows(rows)
    return folder


def with_sub_codes(
    catalogue: DipCatalogue, auxiliary: AuxiliaryCatalogue | None
) -> tuple[DipCatalogue, AuxiliaryCatalogue | None]:
    """A catalogue that publishes its strata as sub-codes ``X_1`` .. ``X_4``, taken apart into groups and factors.

    Factors of an auxiliary catalogue chosen beside it come on top.
    """
    groups, rows = split_sub_codes(catalogue.groups)
    if not rows:
        return catalogue, auxiliary
    own = auxiliary or AuxiliaryCatalogue(())
    title = "、".join(part for part in (f"{catalogue.title}（子编码）", own.title) if part)
    return replace(catalogue, groups=groups), AuxiliaryCatalogue((*rows, *own.rows), own.tables, title)


def compute_factors(
    cases: Sequence[Case],
    knowledge: Knowledge,
    tables: SeverityTables,
    rules: AuxiliaryRules,
    progress: Progress | None = None,
) -> tuple[tuple[AuxiliaryRow, ...], tuple[Refusal, ...]]:
    """Factors from past cases by the triggers of the region, and the strata that got none with the reason.

    Raises:
        Cancelled: the user asked to stop.
    """
    grouped = ((grouping, seen) for _, grouping, seen in group_past(cases, knowledge, progress))
    return factors_from_history(grouped, tables, rules, "历史测算")


@dataclass(frozen=True, slots=True)
class StratumRow:
    """One stratum of a case: why it belongs there, the factor of its group if there is one, whether that one applies."""

    stratum: Stratum
    factor: AuxiliaryRow | None = None
    applies: bool = False


@dataclass(frozen=True)
class CaseStrata:
    """A case's group and strata; ``undecided`` says what could not be decided, ``applied`` the factor used, ``kinds`` of groups
    have factors."""

    grouping: Grouping
    rows: tuple[StratumRow, ...]
    undecided: tuple[str, ...]
    applied: Auxiliary | None
    kinds: tuple[str, ...] = AuxiliaryRules().kinds

    @property
    def verdict(self) -> str:
        """What holds for the case, in a sentence."""
        if not self.grouping.grouped:
            return f"未入组，没有辅助分型：{self.grouping.reason}"
        if self.applied is not None:
            return f"适用 {self.applied.why}"
        if self.grouping.kind not in self.kinds:
            only = "、".join(self.kinds)
            return f"{self.grouping.group} 是{self.grouping.kind}病种，辅助分型只用于{only}病种。"
        if not any(row.factor for row in self.rows):
            return f"{self.grouping.group} 没有与本例分型相符的系数，按 1 计。"
        return "没有适用的系数，按 1 计。"


def strata_of_case(
    case: Case, knowledge: Knowledge, catalogue: AuxiliaryCatalogue, rules: AuxiliaryRules
) -> CaseStrata | None:
    """Which strata a case belongs to and which factor applies; ``None`` without a DIP catalogue."""
    if knowledge.dip is None:
        return None
    seen, _, _ = grouper_input(case, knowledge.terminology)
    grouping = knowledge.dip.group(seen)
    strata = catalogue.strata(grouping, seen, rules)
    applied = catalogue.apply(grouping, seen, rules)
    factors = catalogue.factors(grouping.group)
    core = grouping.kind in rules.kinds
    rows = []
    for stratum in strata.found:
        factor = factors.get((stratum.kind, same_label(stratum.label))) if core else None
        applies = (
            applied is not None and factor is not None and applied.stratum == f"{factor.kind} {factor.label}"
        )
        rows.append(StratumRow(stratum, factor, applies))
    return CaseStrata(grouping, tuple(rows), strata.undecided, applied, rules.kinds)


def _severity_rows(tables: SeverityTables) -> Iterator[Sequence[str]]:
    yield "诊断编码", "严重程度", "排除主诊断", "限定主诊断"
    for label, codes in (
        ("重度", tables.severe),
        ("中度", tables.moderate),
        ("转移", tables.spread),
        ("放疗", tables.radiotherapy),
        ("化疗", tables.chemotherapy),
    ):
        for code in sorted(codes):
            beside = ("|".join(sorted(each.get(code, ()))) for each in (tables.exclusions, tables.inclusions))
            yield code, label, *beside


def _local_rows(tables: SeverityTables) -> Iterator[Sequence[str]]:
    yield "地方特征", "位置", "编码"
    for label, places in tables.local.items():
        for place, codes in places.items():
            for code in sorted(codes):
                yield label, place, code


def _cci_rows(tables: SeverityTables) -> Iterator[Sequence[str]]:
    yield "诊断编码", "权重", "类别"
    for code, (weight, category) in sorted(tables.cci.items()):
        yield code, str(weight), category
