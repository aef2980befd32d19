"""Small synthetic catalogues for the DIP tests (points and fees invented)."""

from __future__ import annotations

from collections.abc import Sequence

from coding_rules.grouper.dip.catalogue import CatalogueReport, DipCatalogue
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rows import read_sheets
from coding_rules.grouper.inputs import GrouperInput

HEADER = (
    "病种编码",
    "病种类型（1.核心病种；2.综合病种）",
    "主诊断代码",
    "主诊断名称",
    "主要操作代码",
    "主要操作名称",
    "其他操作代码",
    "其他操作名称",
    "病种分值",
    "均费",
)
ROWS: Sequence[Sequence[object]] = (
    ("K35.3", "1", "K35.3", "急性阑尾炎", "", "", "", "", 551.5, 3154.0),
    ("K35.3:47.0100", "1", "K35.3", "急性阑尾炎", "47.0100", "腹腔镜下阑尾切除术", "", "", 1484.8, 8490.0),
    ("K35.3:47.0900", "1", "K35.3", "急性阑尾炎", "47.0900", "阑尾切除术", "", "", 1200.1, 6862.0),
    ("K35.3:47.0100_54.5101", "1", "K35.3", "急性阑尾炎", "47.0100", "阑尾切除术", "54.5101", "腹腔镜\n下肠粘连松解术", 1700.25, 9722.0),
    ("K35.3:54.5101_17.1100", "1", "K35.3", "急性阑尾炎", "54.5101", "粘连松解术", "17.1100", "", 1600, 9100),
    ("C34.9:99.2800X005", "1", "C34.9", "肺恶性肿瘤", "99.2800X005", "免疫治疗", "", "", 3000, 17154),
    ("C34.9:99.2800X006", "1", "C34.9", "肺恶性肿瘤", "99.2800X006", "靶向治疗", "", "", 2000, 11436),
    ("A86.X", "1", "A86.X", "未特指的病毒性脑炎", "", "", "", "", 900, 5146),
    ("K35:SS", "0", "K35", "急性阑尾炎", "", "", "", "", 1350, 7719),
    ("K35:BSZL", "0", "K35", "急性阑尾炎", "", "", "", "", 600, 3431),
    ("E11:ZDXCZ", "0", "E11", "2型糖尿病", "", "", "", "", 1500, 8577),
    ("CP10:ZLXCZ", "0", "CP10", "未入组病例的分组", "", "", "", "", 1000, 5718),
    ("KBBZ", "0", "KBBZ", "空白病种", "", "", "", "", 1485, 8493),
)  # fmt: skip


def catalogue(
    rows: Sequence[Sequence[object]] = ROWS,
    header: Sequence[str] = HEADER,
    dialect: Dialect = Dialect.PLATFORM,
    kinds: ProcedureKinds | None = None,
) -> DipCatalogue:
    """A catalogue of these rows."""
    read = read_sheets([Sheet("样例.xlsx", "目录", [header, *rows])], dialect)
    return DipCatalogue(
        "样例目录",
        read.groups,
        report=CatalogueReport(read.read, len(read.groups), read.issues),
        kinds=kinds or ProcedureKinds(),
    )


def case(principal: str, *procedures: str, other: Sequence[str] = (), **more: object) -> GrouperInput:
    """A case with these codes."""
    return GrouperInput(diagnoses=(principal, *other), procedures=procedures, **more)  # type: ignore[arg-type]
