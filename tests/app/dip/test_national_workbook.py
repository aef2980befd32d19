"""The national 3.0 workbook as a file: every sheet of the published layout, with the dirt that files collect on their way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from app.dip.catalogues import load_dip_catalogue
from app.review import grouper_input
from coding_rules.case import Case, Diagnosis
from coding_rules.grouper.dip.catalogue import DipCatalogue, MainUse
from coding_rules.grouper.dip.grouper import DipGrouper
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.profile import load_profile
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology
from tests.coding_rules.grouper.dip.samples import case

Rows = Sequence[Sequence[Any]]
NEWBORN = ("分类", "序号", "分组名称", "主诊编码", "主诊名称", "天龄", "出生体重", "备注")
EARLY = ("分类", "序号", "分组名称", "主诊编码", "主诊名称", "主手术编码", "主手术名称", "备注")
MERGED = ("分类", "序号", "主诊编码", "名称", "主手术编码", "名称", "相关手术编码", "名称")
BURNS = ("分类", "序号", "主诊编码", "程度", "其他诊断编码", "面积", "主手术编码", "名称", "相关编码", "名称")
TUMOURS = ("分类", "序号", "主诊", "名称", "其他诊断", "名称", "手术表达式", "名称")
TUBERCULOSIS = ("分类", "序号", "主诊", "名称", "主手术编码", "名称", "是否耐药", "耐药规则")
PLAIN = ("分类", "序号", "主诊", "名称", "主手术编码", "名称")
PAIR = ("编码", "名称")
RULES = ("编码", "名称", "处理说明")
BASIC = ("序号", "主诊", "名称", "主手术编码", "名称")
SHEETS: Mapping[str, Rows] = {
    "一、先期分组": (
        ("国家 DIP 3.0 先期分组",), (), (), EARLY,
        ("先期分组", 1, "心肺移植", "所有诊断", "", "33.6X00", "", ""),
        ("", "11", "ECMO", "", "", "３９．６５００", "", "不限定为主要手术操作"),
        ("", 13.0, "呼吸机加 CRRT", "", "", "96.7201＋39.9500X007", "", "不限定为主要手术操作"),
        ("", 14, "呼吸机", "", "", 96.7201, "", "不限定为主要手术操作"),
        ("", 15, "漏了手术", "", "", "", "", ""),
        NEWBORN,
        ("", 16, "极低", "P07", "", "＜29天", "0—999克", "诊断中包含P07，不限定为主要诊断"),
        ("", 17, "低", "P07", "", "<29天", "1000～1499g", ""),
        ("", 18, "较低", "P07", "", "", "", "诊断中包含P07；天龄<29天；出生体重1500-1999g"),
        ("", 19, "读不出", "P07", "", "新生儿", "轻", ""),
        ("注：本表自印发之日起执行",),
    ),
    "二、并项规则下的核心病种": (
        ("标题",), (), MERGED,
        ("BX", 20, "A09.0", "", "44.1300x001｜44.1300X002", "", "", ""),
        ("", 21, "C73", "", "06.4x00+40.3X00x005|06.2x00", "", "", ""),
        (), ("", 22, "D18.0|D18.1", "", "21.0300x003", "", "", ""),
        ("", 22, "D18.9", "", "21.0300x004", "", "", ""),
        ("", 23, "I70.1", "", "39.9016", "", 39.5002, ""),
        ("", 24, "", "", "39.9016", "", "", ""),
        ("", 25, "I10", "", "切除术", "", "", ""),
        ("合计", 5125),
    ),
    "三、诊断辅助细分－烧伤类病种": (
        ("t",), (), BURNS, (),
        ("FZ", 1745, "T20.2|T21.2", "二度", "T31.0|T32.0", "<10%", "", "", "", ""),
        ("", 1746, "T20.2|T21.2", "二度", "T31.0|T32.0", "<10%", "86.2201", "", "86.6202", ""),
    ),
    "三、诊断辅助细分-肿瘤类病种": (
        ("t",), (), TUMOURS,
        ("FZ", 1770, "Z51.1|Z51.8", "", "C00－C75", "", "99.2503+99.2800x005", ""),
        ("", 1771, "Z51.1|Z51.8", "", "C00-C75", "", "99.2503", ""),
        ("", 1772, "Z51.1", "", "C76-C80", "", "", ""),
    ),
    "三、诊断辅助细分-结核类病种": (
        ("t",), (), TUBERCULOSIS,
        ("FZ", 1812, "A15-A16", "", "33.2602", "", "是", ""),
        ("", 1813, "A15-A16", "", "", "", "否", ""),
        ("", 1814, "A17", "", "", "", "", ""),
    ),
    "附表—结核耐药诊断": (("t",), PAIR, ("A15.000X010", ""), ("A15.１００x010", "")),
    "四、基础规则下的核心病种": (
        ("t",), (), PLAIN,
        ("JC", 1858, "A01.0", "", "", ""), ("", 1859, "H18", "", "11.6000", ""), ("", 1860, "H18", "", "", ""),
        ("", 1861, "M47.0＋", "", "", ""), ("", 1862, "K35", "", 47.01, ""), ("", 1863, "H20", "", "", ""),
        ("", 1864, "M54", "", "17.982A1|17.98330", ""),
    ),
    "五、不纳入分组的主要诊断": (("t",), (), (), PAIR, ("A09.900", ""), ("Ａ16.000", ""), ("说明", "")),
    "五、不纳入分组的主要手术操作": (
        ("t",), (), RULES,
        ("00.2900X001", "", "按保守治疗入组"), ("00.3101", "", "不可作为主要手术操作"),
        (11.6, "", "限范围可作主要手术操作（H16－H18、T26.1），其他按保守治疗入组"),
        ("99.2800", "", "按保守治疗入组"), ("00.0100", "", "看着办"),
    ),
    "六、基层病种": (("t",), (), BASIC, (1, "K35", "", "", ""), (2, "K35", "", "47.0100", "")),
}  # fmt: skip


def written(sheets: Mapping[str, Rows], path: Path, merged: Mapping[str, str] | None = None) -> Path:
    book = Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for name, cells in (merged or {}).items():
        book[name].merge_cells(cells)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def scheme(tmp_path_factory: pytest.TempPathFactory) -> DipCatalogue:
    merged = {"一、先期分组": "A5:A9", "四、基础规则下的核心病种": "A1:F1"}
    return load_dip_catalogue(written(SHEETS, tmp_path_factory.mktemp("国家") / "DIP3.0.xlsx", merged))


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        (case("I50.900", "33.6x00"), "XQ-1"),
        (case("J96.000", "31.1x00", "39.6500"), "XQ-11"),
        (case("J96.000", "31.1x00", "96.7201", "39.9500x007"), "XQ-13"),
        (case("J96.000", "96.7201"), "XQ-14"),
        (case("P22.000", other=["P07.100"], age_days=28, weight=999), "XQ-16"),
        (case("P22.000", other=["P07.100"], age_days=28, weight=1000), "XQ-17"),
        (case("P07.100", age_days=0, weight=1999), "XQ-18"),
        (case("P22.000", other=["P07.100"], age_days=29, weight=999), "P22-1"),
        (case("P22.000", other=["P07.100"], age_days=20, weight=1600, birth_weight=990), "XQ-16"),
        (case("P22.000", other=["P07.100"], age_days=20, birth_weight=990), "XQ-16"),
        (case("A09.001", "44.1300x002"), "BX-20"),
        (case("C73.x00", "06.4x00", "40.3x00x005"), "BX-21"),
        (case("C73.x00", "06.2x00"), "BX-21"),
        (case("D18.100", "21.0300x003"), "BX-22"),
        (case("D18.900", "21.0300x004"), "BX-22"),
        (case("I70.100", "39.9016", "39.5002"), "BX-23"),
        (case("T21.200", other=["T31.000"]), "FZ-1745"),
        (case("T21.200", "86.2201", "86.6202", other=["T31.000"]), "FZ-1746"),
        (case("Z51.101", "99.2800x005", "99.2503", other=["C34.900"]), "FZ-1770"),
        (case("Z51.101", "99.2503", "99.2800x006", other=["C34.900"]), "FZ-1771"),
        (case("A15.000x010", "33.2602"), "FZ-1812"),
        (case("A15.900", other=["U84.300"]), "A15-1"),
        (case("A15.900"), "FZ-1813"),
        (case("A01.000", "00.2900x001"), "JC-1858"),
        (case("A01.000", "00.3101"), "JC-1858"),
        (case("H18.900", "11.6000"), "JC-1859"),
        (case("H20.900", "11.6000"), "JC-1863"),
        (case("M47.001+G99.2*"), "JC-1861"),
        (case("K35.900", "47.0100"), "JC-1862"),
        (case("M54.500", "17.982A1"), "JC-1864"),
        (case("A09.900"), ""),
        (case("A16.000"), ""),
        (case("A09.900x001"), "A09-1"),
    ],
)
def test_every_sheet_decides(scheme: DipCatalogue, filed: GrouperInput, expected: str) -> None:
    grouper = DipGrouper(scheme, load_profile("national_3_0"))
    assert grouper.group(filed).group == expected
    assert grouper.group_batch([filed])[0].group == expected


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        (case("I70.100", "39.9016"), {"未满足 BX-23：缺相关手术操作 39.5002"}),
        (
            case("D18.100", "21.0300x004"),
            {"未满足 BX-22：主要手术操作须为 21.0300x003，本例为 21.0300x004"},
        ),
        (
            case("J96.000", "96.7201", "39.6500"),
            {
                "未满足 XQ-13：手术操作 96.7201且39.9500x007 不齐",
                "落选 XQ-14：与 XQ-11 条件同样符合，方案中排在后面",
            },
        ),
        (
            case("Z51.101", "99.2503", "99.2800x005", other=["C34.900"]),
            {"落选 FZ-1771：符合手术操作 1 项，少于 FZ-1770 的 2 项"},
        ),
        (
            case("Z51.101", "99.2503", other=["I10.x00"]),
            {f"未满足 FZ-{number}：其他诊断中没有 C00-C75" for number in (1770, 1771)},
        ),
        (case("A15.900"), {"未满足 FZ-1812：须为耐药"}),
        (case("H18.900", "11.6000"), {"未满足 JC-1860：本例有手术操作，不按保守治疗"}),
        (case("H18.900"), {"未满足 JC-1859：须有主要手术操作 11.6000，本例按保守治疗"}),
        (
            case("P22.000", other=["P07.100"], age_days=20, weight=1600),
            {
                "未满足 XQ-16：天龄或出生体重不符（任一诊断，小于 29 天，体重 0—999 克）",
                "未满足 XQ-17：天龄或出生体重不符（任一诊断，小于 29 天，体重 1000—1499 克）",
            },
        ),
    ],
)
def test_every_row_of_the_diagnosis_says_why_it_lost(
    scheme: DipCatalogue, filed: GrouperInput, said: set[str]
) -> None:
    path = DipGrouper(scheme, load_profile("national_3_0")).group(filed).path
    assert {f"{step.stage} {step.text}" for step in path if step.stage in {"落选", "未满足"}} == said
    assert all(step.source for step in path if step.stage in {"落选", "未满足"})


def test_a_row_of_a_later_stage_that_fits_says_which_stage_came_first(tmp_path: Path) -> None:
    plain = [*SHEETS["四、基础规则下的核心病种"], ("", 1900, "A09.0", "", "44.1300x001", "")]
    both = written({**SHEETS, "四、基础规则下的核心病种": plain}, tmp_path / "DIP3.0.xlsx")
    found = DipGrouper(load_dip_catalogue(both)).group(case("A09.001", "44.1300x001"))
    assert found.group == "BX-20"
    assert [step.text for step in found.path if step.stage == "落选"] == ["JC-1900：并项先于基础"]


def test_the_front_pages_birth_weight_decides_not_that_at_admission(scheme: DipCatalogue) -> None:
    page = Case(
        case_id="1",
        age=0,
        age_days=20,
        birth_weight=990,
        admission_weight=1600,
        diagnoses=(Diagnosis("P22.000"), Diagnosis("P07.100")),
        edition=Edition.INSURANCE,
    )
    seen, _, _ = grouper_input(page, Terminology())
    assert DipGrouper(scheme, load_profile("national_3_0")).group(seen).group == "XQ-16"


def test_lists_are_read_whatever_their_spelling(scheme: DipCatalogue) -> None:
    assert scheme.excluded_diagnoses == {"A09.900", "A16.000"}
    assert scheme.resistant_diagnoses == {"A15.000x010", "A15.100x010"}
    rules = scheme.main_procedure_rules
    assert {code: rule.use for code, rule in rules.items()} == {
        "00.2900x001": MainUse.CONSERVATIVE,
        "00.3101": MainUse.NOT_MAIN,
        "11.6000": MainUse.SCOPED,
        "99.2800": MainUse.CONSERVATIVE,
    }
    assert rules["11.6000"].scope == ("H16-H18", "T26.1")
    grouper = DipGrouper(scheme, load_profile("national_3_0"))
    assert grouper.group(case("K35.900", "47.0100")).kind == "基层"


def test_no_row_is_dropped_in_silence(scheme: DipCatalogue) -> None:
    said = {
        (issue.file.rpartition(" ")[2], issue.row): issue.reason
        for issue in scheme.report.issues
        if issue.row and issue.action != "corrected"
    }
    assert {place: words in said.pop(place, "没有说") for place, words in EXPECTED.items()} == dict.fromkeys(
        EXPECTED, True
    )
    assert said == {}
    corrected = {issue.row: issue.reason for issue in scheme.report.corrected}
    assert "47.0100" in corrected[8]
    assert "11.6000" in corrected[6]


EXPECTED = {
    ("一、先期分组", 9): "没有主手术编码",
    ("一、先期分组", 14): "读不出",
    ("一、先期分组", 15): "不是序号",
    ("二、并项规则下的核心病种", 8): "序号 BX-22 已见于",
    ("二、并项规则下的核心病种", 10): "没有主诊断编码",
    ("二、并项规则下的核心病种", 11): "切除术",
    ("二、并项规则下的核心病种", 12): "没有主诊断编码",
    ("三、诊断辅助细分-肿瘤类病种", 6): "没有手术表达式",
    ("三、诊断辅助细分-结核类病种", 6): "应为是或否",
    ("五、不纳入分组的主要诊断", 7): "不是编码",
    ("五、不纳入分组的主要手术操作", 8): "看着办",
}


def test_columns_more_or_fewer_at_the_left(tmp_path: Path) -> None:
    rows = SHEETS["四、基础规则下的核心病种"]
    for name, moved in (("少", [row[1:] for row in rows]), ("多", [("", *row) for row in rows])):
        sheets = {**SHEETS, "四、基础规则下的核心病种": moved}
        scheme = load_dip_catalogue(written(sheets, tmp_path / f"{name}.xlsx"))
        assert DipGrouper(scheme).group(case("K35.900", "47.0100")).group == "JC-1862"


# --- the cases whose rows stand in sheets that are not at hand ----------------------------------------------------------------

CATEGORIES = {"A40"}
"""Which of their diagnoses the scheme writes as a category; the others as subcategories."""


def _asking(cases: Sequence[Mapping[str, Any]]) -> Mapping[str, Rows]:
    """The rows these cases say there are, in the official layout, each beside rows that must not take the case."""
    merged: dict[str, tuple[set[str], set[str], str]] = {}
    plain: list[tuple[object, ...]] = []
    rules: list[tuple[str, str, str]] = []
    for each in cases:
        stage, _, number = each["expect"].partition("-")
        key = each["dx"][:3] if each["dx"][:3] in CATEGORIES else each["dx"][:5]
        use = next((use for sign, use in USES.items() if sign in each["desc"]), "")
        if use:
            rules.append((each["op"], "", use))
        main = "" if use else each.get("op", "")
        if stage == "BX":
            keys, mains, _ = merged.setdefault(number, (set(), set(), ""))
            keys.add(key)
            mains.add(main)
            merged[number] = keys, mains, "+".join(each.get("rel", ()))
        else:
            plain.append(("", number, key, "", main, ""))
        # What a case without procedures, or with that procedure as any other, would fall to.
        decoys = [
            ("", f"9{len(plain)}{place}", key, "", code, "")
            for place, code in enumerate((each.get("op", ""), "99.9999"))
        ]
        plain += [row for row in decoys if row[4] != main]
        plain += [("", f"8{len(plain)}", key, "", "", "")] if main else []
    return {
        "二、并项规则下的核心病种": [
            ("",), ("",), MERGED,
            *(("", number, "|".join(sorted(keys)), "", "|".join(sorted(mains)), "", related, "")
              for number, (keys, mains, related) in merged.items()),
        ],
        "四、基础规则下的核心病种": [("",), ("",), PLAIN, *dict.fromkeys(plain)],
        "五、不纳入分组的主要手术操作": [("",), ("",), RULES, *dict.fromkeys(rules)],
    }  # fmt: skip


USES = {"按保守治疗": "按保守治疗入组", "不可作主要": "不可作为主要手术操作"}


@pytest.mark.reference
def test_cases_of_sheets_not_at_hand_are_decided_by_the_rows_they_name(
    reference: Path, tmp_path: Path
) -> None:
    listed = json.loads((reference / "dip" / "dip3_cases.json").read_text(encoding="utf-8"))["dip3"]
    cases = [each for each in listed if (each["expect"] or "").startswith(("BX-", "JC-"))]
    assert len(cases) == 15
    scheme = load_dip_catalogue(written(_asking(cases), tmp_path / "DIP3.0.xlsx"))
    grouper = DipGrouper(scheme, load_profile("national_3_0"))
    found = {
        each["desc"]: grouper.group(
            case(
                each["dx"],
                *([each["op"]] if "op" in each else []),
                *each.get("rel", ()),
                age_days=each.get("dayAge"),
                weight=each.get("birthWeight"),
            )
        ).group
        for each in cases
    }
    assert found == {each["desc"]: each["expect"] for each in cases}
