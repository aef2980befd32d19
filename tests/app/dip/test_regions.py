"""Every regional override that is known can be written as a profile: eight cities, each with its file, a made-up catalogue and cases
worked by hand. A profile is the shipped one of its style with what the city does otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.dip.auxiliary import with_sub_codes
from app.dip.catalogues import load_dip_catalogue
from app.dip.profile_file import dump, open_profile
from app.dip.profile_text import with_value
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import RegionProfile, load_profile
from tests.coding_rules.grouper.dip.samples import case

HEADER = "DIP编码,病种类型,诊断编码,手术操作编码,手术操作属性,分值,均费"
KINDS = (
    "手术操作编码,类别,手术级别,切口\n47.0100,手术,3级,1类\n47.0900,手术,四级,1类\n54.5101,手术,2级,1类\n54.5901,手术,Ⅰ级,1类\n"
    "36.0700,介入治疗,4,0类\n38.9300,治疗性操作,1,0类\n96.0400,治疗性操作,3,0类\n45.1600,诊断性操作,2,0类\n"
)


@dataclass(frozen=True)
class City:
    """What a city changes in a shipped profile, its groups, the files beside its catalogue, and cases with the group they reach."""

    name: str
    style: str
    changes: dict[str, str]
    rows: str
    cases: tuple[tuple[GrouperInput, str], ...]
    files: dict[str, str] | None = None


HUBEI_ROWS = """
K,核心,K35.3,,保守治疗,500,3000
M,核心,K35.3,47.0100/47.0900,手术,1400,8000
N,核心,K35.3,47.0100,手术,1500,12000
P,核心,K35.3,47.0100+54.5101,手术,1700,9700
T,核心,K35.3,38.9300,治疗性操作,700,4000
D,核心,K35.3,45.1600,诊断性操作,650,3700
J,基层,K35.3,38.9300,治疗性操作,720,4000
JB,基层,K35.9,,保守治疗,300,1900
ZS,综合,K35,,手术,1300,7500
ZZ,综合,K35,,治疗性操作,690,4000
ZD,综合,K3,,诊断性操作,600,3600
ZB,综合,K,,保守治疗,400,2500
A00-B99:SS,综合,A00-B99,,手术,900,5000
"""

BASE_CASES = (
    (case("K35.300", "47.0100", "54.5101", total_fee=100), "P"),  # the one with most parts, far from its fee
    (case("K35.300", "54.5101", "47.0100"), "P"),  # in any order
    (case("K35.300", "47.0900"), "M"),
    (case("K35.300", "47.0100", total_fee=1_150_000), "N"),  # nearest mean fee: 12,000 yuan
    (case("K35.300", "47.0100", total_fee=850_000), "M"),
    (case("K35.300", "38.9300", total_fee=400_000), "T"),  # 4,000 yuan both: 核心 before 基层
    (case("K35.300", total_fee=300_000), "K"),
    (case("K35.900", total_fee=190_000), "JB"),
    (case("K36.x00", "45.1600"), "ZD"),  # first two characters
    (case("K52.900"), "ZB"),  # first letter
    (case("A09.900", "47.0100"), "A00-B99:SS"),  # a range
    (case("Z99.900", "47.0100"), ""),
)

INTERLEAVED = (
    "核心·手术、基层·手术、综合·手术、核心·治疗性操作、基层·治疗性操作、综合·治疗性操作、核心·诊断性操作、基层·诊断性操作、"
    "综合·诊断性操作、核心·保守治疗、基层·保守治疗、综合·保守治疗"
)

CITIES = (
    City("咸宁", "hubei", {}, HUBEI_ROWS, BASE_CASES),
    City(
        "宜昌",
        "hubei",
        {
            "grouping.conservative": "手术操作均为 0 类切口三级以下",
            "grouping.mixed_surgery_first": "是",
            "grouping.priority": INTERLEAVED,
            "grouping.tie_breaks": "按优先次序、且项多、符合手术多、均费接近、目录次序",
            "grouping.excluded_procedures": "99.9901",
        },
        HUBEI_ROWS.replace("T,核心,K35.3,38.9300,治疗性操作,700,4000\nD", "D").replace(
            "J,基层,K35.3,38.9300,治疗性操作,720,4000\n", ""
        ),
        (
            # 54.5901 is left over by every 核心 group: 综合手术 goes first; and not when nothing is left over.
            (case("K35.300", "47.0100", "54.5901"), "ZS"),
            (case("K35.300", "47.0100", "54.5101"), "P"),
            # 综合 treatment before 核心 diagnostics, by the interleaved order.
            (case("K35.300", "45.1600", "96.0400"), "ZZ"),
            # 0 类 below level 3 is 保守治疗; level 3 is not.
            (case("K35.300", "38.9300", total_fee=300_000), "ZZ"),
            (case("K35.400", "45.1600"), "ZD"),
            (case("K35.300", "99.9901"), "K"),  # dropped before matching
        ),
    ),
    City(
        "荆州",
        "hubei",
        {
            "grouping.range_by_category": "是",
            "grouping.tie_breaks": "编码全同、分值高、目录次序",
            "grouping.mixed_steps": "三位类目、前两位、编码区段、首字母保底组",
        },
        HUBEI_ROWS.replace("ZB,综合,K,,保守治疗,400,2500\n", "")
        + "BK,保底,K,,,350,2000\nBA,保底组,A,,,340,2000\n",
        (
            # An exact match before one with more points.
            (case("K35.300", "47.0900"), "M"),
            (case("K35.300", "47.0100"), "N"),  # of two exact ones the higher points, not the nearer fee
            (case("K35.300", "47.0100", "96.0400"), "N"),  # none exact: the highest points of all
            (case("A09.900", "47.0100"), "A09:SS"),  # the range is called by the category of the case
            (case("K52.900", "38.9300"), "BK"),  # 保底组 of the letter, whatever the kind
            (case("A09.900"), "BA"),
        ),
    ),
    City(
        "荆门",
        "hubei",
        {
            "grouping.procedure_match": "短码按开头一致",
            "grouping.tie_breaks": "手术编码更细、手术病种分值高、且项多、符合手术多、均费接近、按优先次序",
            "grouping.mixed_steps": "三位类目、前两位、首字母、首字母保底组",
            "grouping.excluded_procedures": "99.9901",
        },
        """
X,核心,K35.3,47.01,手术,2000,9000
Y,核心,K35.3,47.0100,手术,1500,8000
V,核心,K35.3,47.0900,手术,1600,9500
T1,核心,K35.3,38.9300,治疗性操作,700,4000
T2,核心,K35.3,96.0400,治疗性操作,900,6000
B0,保底,K,,,100,900
""",
        (
            (case("K35.300", "47.0100"), "Y"),  # the full code beats 细目, though that has more points
            (case("K35.300", "47.0101"), "X"),
            # Surgery: the highest points, not the nearest fee; without surgery the nearest fee.
            (case("K35.300", "47.0100", "47.0900", total_fee=800_000), "V"),
            (case("K35.300", "38.9300", "96.0400", total_fee=410_000), "T1"),
            (case("K35.300", "38.9300", "96.0400", total_fee=590_000), "T2"),
            (case("K35.300", "38.9300", "47.0100", total_fee=400_000), "Y"),
            (case("K52.900", "47.0100"), "B0"),
        ),
    ),
    City(
        "襄阳",
        "hubei",
        {
            "grouping.procedure_match": "短码按开头一致",
            "grouping.basic_as_mixed": "是",
            "grouping.tie_breaks": "手术编码更细、且项多、符合手术多、均费接近、按优先次序",
            "grouping.mixed_steps": "三位类目、前两位、首字母保底组",
        },
        """
P3,核心,K35.3,47.0,手术,900,5000
P4,核心,K35.3,47.01,手术,1000,6000
P7,核心,K35.3,47.0100,手术,1100,7000
JS,基层,K36,,手术,800,4500
JZ,基层,K3,,治疗性操作,500,2500
B0,保底,K,,,100,900
""",
        (
            (case("K35.300", "47.0100"), "P7"),
            (case("K35.300", "47.0101"), "P4"),
            (case("K35.300", "47.0900"), "P3"),
            (case("K36.x00", "47.0100"), "JS"),  # the 基层 list as a list of 综合
            (case("K38.900", "38.9300"), "JZ"),
            (case("K38.900", "47.0100"), "B0"),
        ),
    ),
    City(
        "孝感",
        "hubei",
        {
            "grouping.priority": "核心·手术、核心·治疗性操作、核心·诊断性操作、核心·保守治疗、基层、综合·手术、综合·治疗性操作、"
            "综合·诊断性操作、综合·保守治疗",
            "grouping.tie_breaks": "按优先次序、且项多、符合手术多、均费接近",
            "grouping.mixed_steps": "三位类目、前两位、首字母、编码区段、空白病种",
            "bands.zero_points_pay_fee": "是",
        },
        HUBEI_ROWS + "JS,基层,K35.3,47.0100,手术,1450,8000\nkbbz,空白病种,,,,0,0\n",
        (
            (case("K35.300", "45.1600", "47.0100", total_fee=1_150_000), "N"),
            (case("K35.300", "38.9300", "45.1600", total_fee=370_000), "T"),  # treatment before diagnostics
            (case("K35.900"), "JB"),  # 基层 before 综合
            (case("K35.400", "47.0100"), "ZS"),
            (case("Z99.900", "47.0100"), "kbbz"),
        ),
    ),
    City(
        "济宁",
        "shandong",
        {"grouping.code_edition": "医保版1.0"},
        """
"K35.9:47.01001,54.51001_1",核心,K35.9,"47.01001,54.51001",手术,1700,9000
K35.9:54.51001_1,核心,K35.9,54.51001,手术,1500,8000
K35.9:54.51001_2,核心,K35.9,54.51001,手术,1800,9900
K35.9:54.51001_3,核心,K35.9,54.51001,手术,2100,12000
K35.9_1,核心,K35.9,,保守治疗,500,3000
K35:ZLXCZ,综合,K35,,治疗性操作,690,4000
K35:SS3,综合,K35,,手术,1300,7500
K35:SS1,综合,K35,,手术,800,4500
KBBZ,综合,KBBZ,,,100,600
""",
        (
            (case("K35.300", "47.0100", "54.5101"), "K35.9:47.01001,54.51001"),  # converted; all of them
            (case("K35.300", "54.5101"), "K35.9:54.51001"),
            (case("K35.300", "96.0400", "54.5101", total_fee=400_000), "K35.9:54.51001"),
            (case("K35.300", "38.9300"), "K35:ZLXCZ"),
            (case("K35.300"), "K35.9"),
            # The kind by the first procedure; levels 4 and 3 make 3.
            (case("K35.400", "38.9300", "47.0900"), "K35:ZLXCZ"),
            (case("K35.400", "47.0900"), "K35:SS3"),
            (case("K35.400", "54.5901"), "K35:SS1"),
            (case("K35.400", "54.5102"), "KBBZ"),  # level 2, which has no group
            (case("K35.400", "36.0700"), "K35:ZLXCZ"),  # 介入 as 治疗性操作
        ),
        {
            "code_map.csv": "医保2.0,医保1.0\nK35.300,K35.900\nK35.400,K35.401\n47.0100,47.01001\n54.5101,54.51001\n",
            "procedure_kinds.csv": KINDS.replace("47.0100", "47.01001").replace("54.5101", "54.51001")
            + "54.5102,手术,2级,1类\n",
        },
    ),
    City(
        "泰安",
        "shandong",
        {"bands.extreme": "", "bands.blank_factor": "0.39312", "auxiliary.enabled": "否"},
        """
S1,核心,K35.3,"47.0100,54.5101",手术,1700,9000
S2,核心,K35.3,54.5101,手术,1500,8000
K35:SS（3）,综合,K35,,手术,2000,9900
Z2,综合,K35,,相关手术(2),1200,6000
K35:SS(1),综合,K35,,手术,900,5000
KBBZ,综合,KBBZ,,,100,600
""",
        (
            (case("K35.300", "54.5101", "47.0100"), "S1"),
            (case("K35.400", "47.0900"), "K35:SS(3)"),
            (case("K35.400", "47.0100"), "K35:SS(3)"),
            (case("K35.400", "54.5101"), "Z2"),
            (case("K35.400", "54.5901"), "K35:SS(1)"),
            (case("K35.400", "38.9300"), "KBBZ"),
        ),
    ),
)


def grouper_of(city: City, folder: Path) -> tuple[DipGrouper, RegionProfile]:
    """The city's profile written to TOML and read back, its catalogue read by it from files."""
    profile = load_profile(city.style)
    for place, text in city.changes.items():
        section, _, name = place.partition(".")
        profile = with_value(profile, section, name, text)
    file = folder / f"{city.name}.toml"
    file.write_text(dump(profile), encoding="utf-8")
    profile = open_profile(file)
    (folder / "catalogue.csv").write_text(HEADER + city.rows, encoding="gb18030")
    for name, text in {"procedure_kinds.csv": KINDS, **(city.files or {})}.items():
        (folder / name).write_text(text, encoding="utf-8-sig")
    catalogue, _ = with_sub_codes(load_dip_catalogue(folder, profile), None)
    assert catalogue.report.refused == ()
    assert not [each.reason for each in catalogue.report.issues if "永远不会入组" in each.reason]
    return DipGrouper(catalogue, profile), profile


@pytest.mark.parametrize("city", CITIES, ids=lambda city: city.name)
def test_a_city_is_written_as_a_profile(city: City, tmp_path: Path) -> None:
    grouper, _ = grouper_of(city, tmp_path)
    wanted = [group for _, group in city.cases]
    filed = [each for each, _ in city.cases]
    assert [grouper.group(each).group for each in filed] == wanted
    assert [each.group for each in grouper.group_batch(filed)] == wanted


def test_every_city_of_the_table_is_here() -> None:
    assert {city.name for city in CITIES} == {"宜昌", "荆州", "荆门", "襄阳", "孝感", "咸宁", "济宁", "泰安"}
