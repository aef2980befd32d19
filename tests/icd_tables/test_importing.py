from datetime import date, datetime

import pytest

from icd_tables.codes import Edition, Kind
from icd_tables.importing import TableContent, read_table
from icd_tables.layout import LayoutError, Role, code_kind, edition_words, find_layout, version_words

DIAGNOSES = [
    ("A00.000", "霍乱"),
    ("A00.100", "埃尔托霍乱"),
    ("A01.000x005+J17.0*", "伤寒性肺炎"),
    ("I10.x00x002", "高血压"),
]
PROCEDURES = [
    ("00.0100", "头部超声"),
    ("47.0100", "腹腔镜下阑尾切除术"),
    ("17.912A0", "中医操作"),
    ("86.700x0013", "皮瓣"),
]


def read(*rows: object, titles: tuple[str, ...] = ()) -> TableContent:
    cells = [list(row) if isinstance(row, tuple | list) else [row] for row in rows]
    return read_table(cells, find_layout(cells, titles))


@pytest.mark.parametrize(("kind", "rows"), [(Kind.DIAGNOSIS, DIAGNOSES), (Kind.PROCEDURE, PROCEDURES)])
@pytest.mark.parametrize("header", [[("编码", "名称")], [("代码", "描述")], [("某年公布",), ("x", "y")], []])
def test_plain_tables_by_content(
    kind: Kind, rows: list[tuple[str, str]], header: list[tuple[str, ...]]
) -> None:
    content = read(*header, *rows)
    assert content.layout.kind is kind
    assert [(entry.code, entry.name) for entry in content.entries] == rows
    assert [entry.row for entry in content.entries] == list(range(len(header) + 1, len(header) + 5))
    assert (content.report.rows, content.report.refused) == (4, 0)


def test_columns_in_another_order() -> None:
    content = read(
        ("序号", "名称", "拼音码", "编码"),
        *((i, name, "PYM", code) for i, (code, name) in enumerate(DIAGNOSES)),
    )
    assert [entry.code for entry in content.entries] == [code for code, _ in DIAGNOSES]
    assert content.entries[0].keys == ("PYM",)


def test_the_official_workbook_with_levels_side_by_side() -> None:
    header = (
        "章",
        "章代码范围",
        "章的名称",
        "类目代码",
        "类目名称",
        "亚目代码",
        "亚目名称",
        "诊断代码",
        "诊断名称",
    )
    rows = [("1", "A00-B99", "某些传染病", c[:3], "类目", c[:5], "亚目", c, n) for c, n in DIAGNOSES[:2]]
    content = read(header, *rows, titles=("医保版2.0",))
    assert [(entry.code, entry.name) for entry in content.entries] == DIAGNOSES[:2]
    assert (content.layout.edition, content.layout.version) == (Edition.INSURANCE, "2.0")


def test_levels_without_telling_headers() -> None:
    rows = [(c[:3], "类", c[:5], "亚", c, n) for c, n in DIAGNOSES]
    assert [entry.code for entry in read(("a", "b", "c", "d", "e", "f"), *rows).entries] == [
        c for c, _ in DIAGNOSES
    ]


def test_main_and_additional_code_are_joined() -> None:
    content = read(
        ("主要编码", "附加编码", "疾病名称"), ("A17.000+", "G01*", "结核性脑膜炎"), ("I10.x00", "", "高血压")
    )
    assert [entry.code for entry in content.entries] == ["A17.000+G01*", "I10.x00"]


def test_extra_columns() -> None:
    header = ("编码", "名称", "别名", "拼音码", "五笔码", "类别", "启用日期", "停用日期", "不作主诊")
    row = (
        "47.0100",
        "阑尾切除术",
        "阑尾切除；阑尾摘除",
        "LWQCS",
        "BNAV",
        "手术",
        "20220101",
        datetime(2025, 1, 1),
        "是",
    )
    (entry, _) = read(header, row, ("47.0900", "其他", "", "", "", "", "2022/1/1", "不详", "")).entries
    assert entry.aliases == ("阑尾切除", "阑尾摘除")
    assert (entry.keys, entry.category, entry.not_principal) == (("LWQCS", "BNAV"), "手术", True)
    assert (entry.valid_from, entry.valid_to) == (date(2022, 1, 1), date(2025, 1, 1))


def test_refused_and_doubtful_rows_are_reported_with_row_column_and_reason() -> None:
    content = read(
        ("编码", "名称"),
        ("A00.000", "霍乱"),
        ("", "没有编码"),
        ("A00.100", ""),
        ("A00.000", "霍乱"),
        ("a00.000", "古典霍乱"),
        (None, None),
        ("C88.203", "M?重链病"),
        ("B37.600I39.8", "念珠菌性心内膜炎"),
        (" I10.x00 ", " 高血压 "),
    )
    assert [entry.code for entry in content.entries] == ["A00.000", "C88.203", "B37.600I39.8", "I10.x00"]
    assert [entry.damaged for entry in content.entries] == [False, True, False, False]
    assert (content.report.rows, content.report.accepted, content.report.refused, content.report.damaged) == (
        8,
        4,
        4,
        1,
    )
    assert [(i.row, i.column, i.refused) for i in content.report.issues] == [
        (3, "编码", True),
        (4, "名称", True),
        (5, "编码", True),
        (6, "编码", True),
        (8, "名称", False),
        (9, "编码", False),
    ]
    assert "第 2 行重复" in content.report.issues[2].reason
    assert "名称不同" in content.report.issues[3].reason


def test_codes_that_a_spreadsheet_made_numbers_are_told() -> None:
    rows = [(47.01, "阑尾切除术"), ("47.0900", "其他"), ("47.1100", "x术"), ("47.1900", "y术")]
    content = read(("手术代码", "手术名称"), *rows)
    assert content.entries[0].code == "47.01"
    assert "数字" in content.report.issues[0].reason


CROSSWALK = ("国临版编码", "国临版名称", "医保版2.0编码", "医保版2.0名称")


def test_a_crosswalk_gives_pairs_and_the_clinical_table() -> None:
    content = read(
        CROSSWALK,
        ("A00.000", "霍乱", "A00.000", "霍乱"),
        ("I20.000x001", "劳力性心绞痛", "I20.802", "稳定型心绞痛"),
        ("I20.000x001", "劳力性心绞痛", "I20.803", "初发劳力型心绞痛"),
        ("I20.000x001", "劳力性心绞痛", "I20.803", "初发劳力型心绞痛"),
        ("Z99.900x001", "没有对应", "", ""),
    )
    assert content.layout.is_crosswalk
    assert (content.layout.edition, content.layout.target_version) == (Edition.CLINICAL, "2.0")
    assert [pair.target_code for pair in content.pairs] == ["A00.000", "I20.802", "I20.803"]
    assert [entry.code for entry in content.entries] == ["A00.000", "I20.000x001", "Z99.900x001"]
    assert [(i.row, i.reason) for i in content.report.issues] == [
        (5, "与前面的行重复：同一对编码"),
        (6, "没有对应的医保版编码"),
    ]


def test_a_crosswalk_with_exchanged_sides_is_turned_round() -> None:
    header = ("医保2.0手术代码", "医保2.0手术名称", "国临3.0手术代码", "国临3.0手术名称")
    content = read(header, ("47.0100", "保甲", "47.0101", "临甲"), ("47.0900", "保乙", "47.0901", "临乙"))
    assert [(p.source_code, p.target_code) for p in content.pairs] == [
        ("47.0101", "47.0100"),
        ("47.0901", "47.0900"),
    ]
    assert (content.layout.version, content.layout.target_version) == ("3.0", "2.0")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "没有内容"),
        ([["a", "b"], ["甲", "乙"]], "没有找到编码列"),
        ([["编码"], ["A00.000"], ["A00.100"]], "没有名称列"),
        ([["医保1.0编码", "名称", "医保2.0编码", "名称"], *[["A00.000", "甲"] * 2] * 2], "两侧都是医保版"),
    ],
)  # fmt: skip
def test_what_is_no_table(rows: list[list[object]], words: str) -> None:
    with pytest.raises(LayoutError, match=words):
        find_layout(rows)


def test_shapes_and_words() -> None:
    assert code_kind("a01.000X005+j17.0*") is Kind.DIAGNOSIS
    assert code_kind("C22.101M81600/3") is Kind.DIAGNOSIS
    assert code_kind("86.700x0013") is Kind.PROCEDURE
    assert code_kind("12.5元") is None
    assert edition_words("国家临床版3.0") is Edition.CLINICAL
    assert edition_words("国临版对照医保版") is None
    assert version_words("医保版2.0疾病诊断") == "2.0"
    assert Role.CODE.value == "编码"
