"""The demonstration DRG scheme and DIP catalogue: whole, consistent, over the starter codes, and not mistakable for official ones."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from app.demo.month import generate
from app.dip.catalogues import load_dip_catalogue
from app.drg.schemes import load_drg_scheme
from app.review import grouper_input
from app.tables import starter_terminology
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import Edition, Kind
from icd_tables.table import CodeTable
from tests.conftest import ROOT

DRG = ROOT / "coding_rules" / "schemes" / "demo_drg"
DIP = ROOT / "coding_rules" / "schemes" / "demo_dip"
TERMINOLOGY = starter_terminology()
POINT_VALUE = Decimal("5.8")
"""Yuan per point that the invented points were made with (said in scheme.toml)."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def insurance(kind: Kind) -> CodeTable:
    table = TERMINOLOGY.table(kind, Edition.INSURANCE)
    assert table is not None
    return table


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_drg_scheme(DRG)


@pytest.fixture(scope="module")
def catalogue() -> DipCatalogue:
    return load_dip_catalogue(DIP)


@pytest.fixture(scope="module")
def clean_cases() -> list[GrouperInput]:
    month = generate(1500, 4711, TERMINOLOGY)
    return [
        grouper_input(case, TERMINOLOGY)[0]
        for case, truth in zip(month.cases, month.truth, strict=True)
        if not truth.error
    ]


def test_both_say_that_they_are_demonstrations(scheme: Scheme, catalogue: DipCatalogue) -> None:
    assert scheme.demo
    assert catalogue.demo
    assert "非官方" in scheme.name
    assert "非官方" in catalogue.title
    assert {rule.name.endswith("（演示）") for rule in scheme.rules} == {True}


def test_the_scheme_is_whole(scheme: Scheme) -> None:
    assert len(scheme.mdcs) >= 12
    assert len(scheme.adrgs) >= 50
    assert len(scheme.drgs) >= 110
    assert {rule.parent for rule in scheme.adrgs} == {rule.code for rule in scheme.mdcs}
    assert {rule.parent for rule in scheme.drgs} == {rule.code for rule in scheme.adrgs}
    for rules in scheme.drgs_of.values():
        assert rules[-1].text == "true"
    written = {rule.text for rule in scheme.rules}
    for word in ("mcc", "cc", "age", "los", "weight", "sex"):
        assert any(word in text for text in written), word


def test_the_scheme_speaks_the_starter_tables(scheme: Scheme) -> None:
    tables = {"dx": insurance(Kind.DIAGNOSIS), "px": insurance(Kind.PROCEDURE)}
    for each in scheme.lists:
        assert [code for code in each.codes if code not in tables[each.kind]] == [], each.name
    diagnoses = tables["dx"]
    assert [c.code for c in scheme.complications if c.code not in diagnoses] == []
    assert [e.principal for e in scheme.exclusions if e.principal not in diagnoses] == []
    assert {e.table for e in scheme.exclusions} == {c.table for c in scheme.complications}
    assert {c.level for c in scheme.complications} == {"MCC", "CC"}


def test_a_complication_never_counts_beside_itself_as_principal_diagnosis(scheme: Scheme) -> None:
    excluded = {(e.principal, e.table) for e in scheme.exclusions}
    assert [c.code for c in scheme.complications if (c.code, c.table) not in excluded] == []


def test_every_drg_has_an_invented_weight_and_complications_weigh_more(scheme: Scheme) -> None:
    table = {row["drg"]: row for row in rows(DRG / "weights.csv")}
    assert set(table) == {rule.code for rule in scheme.drgs}
    assert all(Decimal(row["weight"]) > 0 and Decimal(row["mean_fee"]) > 0 for row in table.values())
    for rules in scheme.drgs_of.values():
        by_rule = {rule.text: Decimal(table[rule.code]["weight"]) for rule in rules}
        levels = [by_rule[text] for text in ("mcc", "cc", "mcc or cc", "true") if text in by_rule]
        assert levels == sorted(levels, reverse=True)


def test_every_clean_demo_case_reaches_a_group(
    scheme: Scheme, catalogue: DipCatalogue, clean_cases: list[GrouperInput]
) -> None:
    drgs = list(DrgGrouper(scheme).group_batch(clean_cases))
    assert [case.diagnoses for case, got in zip(clean_cases, drgs, strict=True) if not got.drg] == []
    assert len({got.drg for got in drgs}) >= 100
    dip = DipGrouper(catalogue)
    dips = [dip.group(case) for case in clean_cases]
    assert [case.diagnoses for case, got in zip(clean_cases, dips, strict=True) if not got.grouped] == []
    core = sum(got.kind == DipKind.CORE.value for got in dips)
    assert core / len(dips) > 0.6


def test_the_catalogue_is_whole(catalogue: DipCatalogue) -> None:
    kinds = [group.kind for group in catalogue]
    assert kinds.count(DipKind.CORE) >= 250
    assert kinds.count(DipKind.MIXED) >= 400
    assert catalogue.report.issues == ()
    diagnoses, procedures = insurance(Kind.DIAGNOSIS), insurance(Kind.PROCEDURE)
    assert catalogue.verify(lambda key: bool(diagnoses.prefix(key)), lambda code: code in procedures) == ()


def test_points_follow_from_mean_fees(catalogue: DipCatalogue) -> None:
    for group in catalogue:
        assert group.points is not None
        assert group.mean_fee is not None
        assert abs(group.points * POINT_VALUE - group.mean_fee) < Decimal("0.05")


def procedures_of(group: DipGroup) -> tuple[str, ...]:
    return tuple(part[0] for expression in (group.main, group.related) for one in expression for part in one)


def test_every_core_row_groups_to_itself(catalogue: DipCatalogue) -> None:
    grouper = DipGrouper(catalogue)
    for group in catalogue:
        if group.kind is DipKind.CORE:
            case = GrouperInput(diagnoses=(group.principal + "00",), procedures=procedures_of(group))
            assert grouper.group(case).group == group.code


def test_procedure_kinds_are_those_of_the_starter_table() -> None:
    table = insurance(Kind.PROCEDURE)
    for row in rows(DIP / "procedure_kinds.csv"):
        entry = table.get(row["编码"])
        assert entry is not None
        assert entry.category == row["类别"]


@pytest.mark.reference
@pytest.mark.parametrize("name", ["chs_drg_11", "chs_drg_10", "beijing_2022", "suzhou_2023"])
def test_no_group_code_or_name_of_ours_is_an_official_one(scheme: Scheme, reference: Path, name: str) -> None:
    folder = reference / "drg" / name
    official = {
        row[column]
        for file in ("mdc", "adrg", "drg")
        for row in rows(folder / f"{file}.csv")
        for column in (file, "name")
    }
    ours = {text for rule in scheme.rules for text in (rule.code, rule.name)}
    assert ours & official == set()
