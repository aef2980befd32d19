"""Field registry: what the columns of a front page are called, what kind of content they hold, and their value domains.

Ids are the column names of the N041 (卫统4-1) export, in its order; columns that only newer interfaces have keep their
HQMS id. Numbered families (``JBDM1``...) are generated; files may go beyond the 15 + 7 lines of N041.
Source: N041 file layout and HQMS interface specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

OTHER_DIAGNOSES = 15
"""Other diagnoses in an N041 file."""
PROCEDURES = 7
"""Procedures in an N041 file."""
MOST_LINES = 60
"""Highest line number of a family any interface uses, with room to spare (HQMS: 40 other diagnoses, 41 procedures)."""


class FieldKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    CHOICE = "choice"
    DATE = "date"
    HOUR = "hour"
    NUMBER = "number"
    MONEY = "money"
    DIAGNOSIS_CODE = "diagnosis_code"
    DIAGNOSIS_NAME = "diagnosis_name"
    PROCEDURE_CODE = "procedure_code"
    PROCEDURE_NAME = "procedure_name"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One column: canonical id, Chinese label, kind, and its values where they form a closed list (code -> meaning)."""

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    domain: Mapping[str, str] = field(default_factory=dict)


SEX = MappingProxyType({"0": "未知的性别", "1": "男", "2": "女", "9": "未说明的性别"})
MARRIAGE = MappingProxyType({"1": "未婚", "2": "已婚", "3": "丧偶", "4": "离婚", "9": "其他"})
ADMISSION_WAY = MappingProxyType({"1": "急诊", "2": "门诊", "3": "其他医疗机构转入", "9": "其他"})
CONDITION = MappingProxyType({"1": "有", "2": "临床未确定", "3": "情况不明", "4": "无"})
DISCHARGE_WAY = MappingProxyType(
    {
        "1": "医嘱离院",
        "2": "医嘱转院",
        "3": "医嘱转社区卫生服务机构/乡镇卫生院",
        "4": "非医嘱离院",
        "5": "死亡",
        "9": "其他",
    }
)
NO_YES = MappingProxyType({"1": "无", "2": "有"})
YES_NO = MappingProxyType({"1": "是", "2": "否"})
RECORD_QUALITY = MappingProxyType({"1": "甲", "2": "乙", "3": "丙"})
BLOOD_TYPE = MappingProxyType({"1": "A", "2": "B", "3": "O", "4": "AB", "5": "不详", "6": "未查"})
RH = MappingProxyType({"1": "阴", "2": "阳", "3": "不详", "4": "未查"})
PROCEDURE_LEVEL = MappingProxyType({"1": "一级", "2": "二级", "3": "三级", "4": "四级"})
INCISION = MappingProxyType({"1": "0类切口", "2": "Ⅰ类切口", "3": "Ⅱ类切口", "4": "Ⅲ类切口"})
HEALING = MappingProxyType({"1": "甲", "2": "乙", "3": "丙", "9": "其他"})
PAYMENT = MappingProxyType(
    {
        "1": "城镇职工基本医疗保险",
        "2": "城镇（乡）居民基本医疗保险",
        "3": "新型农村合作医疗",
        "4": "贫困救助",
        "5": "商业医疗保险",
        "6": "全公费",
        "7": "全自费",
        "8": "其他社会保险",
        "9": "其他",
    }
)
"""HQMS values 1-9; N041 writes the same with two digits (``01``...``08``, ``99``)."""

OUTCOME = MappingProxyType({"1": "治愈", "2": "好转", "3": "未愈", "4": "死亡", "9": "其他"})
PROCEDURE_LINE: tuple[tuple[str, str, FieldKind, Mapping[str, str]], ...] = (
    ("SSJCZBM", "手术及操作编码", FieldKind.PROCEDURE_CODE, {}),
    ("SSJCZRQ", "手术及操作日期", FieldKind.DATE, {}),
    ("SSJB", "手术级别", FieldKind.CHOICE, PROCEDURE_LEVEL),
    ("SSJCZMC", "手术及操作名称", FieldKind.PROCEDURE_NAME, {}),
    ("SZ", "术者", FieldKind.TEXT, {}),
    ("YZ", "Ⅰ助", FieldKind.TEXT, {}),
    ("EZ", "Ⅱ助", FieldKind.TEXT, {}),
    ("QKDJ", "切口等级", FieldKind.CHOICE, INCISION),
    ("QKYHLB", "切口愈合类别", FieldKind.CHOICE, HEALING),
    ("MZFS", "麻醉方式", FieldKind.TEXT, {}),
    ("MZYS", "麻醉医师", FieldKind.TEXT, {}),
)
"""Families of a procedure line, in file order: id, label, kind, domain."""

_PERSON = """USERNAME 机构名称
YLFKFS 医疗付款方式 choice
JKKH 健康卡号
ZYCS 住院次数 number
BAH 病案号
XM 姓名
XB 性别 choice
CSRQ 出生日期 date
NL 年龄 number
GJ 国籍
BZYZSNL 年龄不足1周岁的年龄（月） number
XSECSTZ 新生儿出生体重（克） number
XSERYTZ 新生儿入院体重（克） number
CSD 出生地
GG 籍贯
MZ 民族
SFZH 身份证号
ZY 职业
HY 婚姻
XZZ 现住址
DH 现住址电话
YB1 现住址邮编
HKDZ 户口地址
YB2 户口地址邮编
GZDWJDZ 工作单位及地址
DWDH 单位电话
YB3 单位邮编
LXRXM 联系人姓名
GX 联系人关系
DZ 联系人地址
DH2 联系人电话
RYTJ 入院途径 choice
RYSJ 入院时间 date
RYSJS 入院时间（时） hour
RYKB 入院科别
RYBF 入院病房
ZKKB 转科科别
CYSJ 出院时间 date
CYSJS 出院时间（时） hour
CYKB 出院科别
CYBF 出院病房
SJZYTS 实际住院天数 number
MZZD 门（急）诊诊断 diagnosis_name
JBBM 门（急）诊诊断编码 diagnosis_code
ZYZD 主要诊断 diagnosis_name
JBDM 主要诊断编码 diagnosis_code
RYBQ 主要诊断入院病情 choice"""

_MIDDLE = """WBYY 损伤中毒的外部原因 diagnosis_name
H23 损伤中毒外部原因编码 diagnosis_code
BLZD 病理诊断 diagnosis_name
JBMM 病理诊断编码 diagnosis_code
BLH 病理号
YWGM 药物过敏 choice
GMYW 过敏药物
SWHZSJ 死亡患者尸检 choice
XX 血型 choice
RH Rh choice
KZR 科主任
ZRYS 主任（副主任）医师
ZZYS 主治医师
ZYYS 住院医师
ZRHS 责任护士
JXYS 进修医师
SXYS 实习医师
BMY 编码员
BAZL 病案质量 choice
ZKYS 质控医师
ZKHS 质控护士
ZKRQ 质控日期 date"""

_LEAVING = """LYFS 离院方式 choice
YZZY_YLJG 医嘱转院拟接收机构
WSY_YLJG 转社区/乡镇卫生院拟接收机构
SFZZYJH 出院31天内再住院计划 choice
MD 再住院目的
RYQ_T 颅脑损伤入院前昏迷（天） number
RYQ_XS 颅脑损伤入院前昏迷（小时） number
RYQ_F 颅脑损伤入院前昏迷（分钟） number
RYH_T 颅脑损伤入院后昏迷（天） number
RYH_XS 颅脑损伤入院后昏迷（小时） number
RYH_F 颅脑损伤入院后昏迷（分钟） number
ZFY 总费用 money
ZFJE 自付金额 money
YLFUF 一般医疗服务费 money
ZLCZF 一般治疗操作费 money
HLF 护理费 money
QTFY 综合医疗服务类其他费用 money
BLZDF 病理诊断费 money
SYSZDF 实验室诊断费 money
YXXZDF 影像学诊断费 money
LCZDXMF 临床诊断项目费 money
FSSZLXMF 非手术治疗项目费 money
WLZLF 其中：临床物理治疗费 money
SSZLF 手术治疗费 money
MAF 其中：麻醉费 money
SSF 其中：手术费 money
KFF 康复费 money
ZYZLF 中医治疗费 money
XYF 西药费 money
KJYWF 其中：抗菌药物费 money
ZCYF 中成药费 money
ZCYF1 中草药费 money
XF 血费 money
BDBLZPF 白蛋白类制品费 money
QDBLZPF 球蛋白类制品费 money
NXYZLZPF 凝血因子类制品费 money
XBYZLZPF 细胞因子类制品费 money
HCYYCLF 检查用一次性医用材料费 money
YYCLF 治疗用一次性医用材料费 money
YCXYYCLF 手术用一次性医用材料费 money
QTF 其他费 money"""

_ADDITIONAL = """A16 年龄不足1周岁的年龄（天） number
A18x02 新生儿出生体重2（克） number
A18x03 新生儿出生体重3（克） number
A18x04 新生儿出生体重4（克） number
A18x05 新生儿出生体重5（克） number
A20N 证件类别
A01 组织机构代码
B38 是否日间手术 choice
C47 有创呼吸机使用时间（小时） number
F01 入院时情况
F04 入院后确诊日期 date
F17 特级护理天数 number
F18 一级护理天数 number
F19 二级护理天数 number
F20 三级护理天数 number
F21 输血反应"""

_DOMAINS: dict[str, Mapping[str, str]] = {
    "YLFKFS": PAYMENT,
    "XB": SEX,
    "HY": MARRIAGE,
    "RYTJ": ADMISSION_WAY,
    "RYBQ": CONDITION,
    "YWGM": NO_YES,
    "SWHZSJ": YES_NO,
    "XX": BLOOD_TYPE,
    "RH": RH,
    "BAZL": RECORD_QUALITY,
    "LYFS": DISCHARGE_WAY,
    "SFZZYJH": NO_YES,
    "B38": YES_NO,
}

FEE_TOTAL = "ZFY"
FEE_SELF_PAID = "ZFJE"
FEE_SUB_ITEMS: Mapping[str, str] = MappingProxyType(
    {"WLZLF": "FSSZLXMF", "MAF": "SSZLF", "SSF": "SSZLF", "KJYWF": "XYF"}
)
"""“其中”items and the item they are part of: never added to the total."""


def diagnosis_fields(line: int) -> tuple[str, str, str]:
    """Field ids (code, name, 入院病情) of a diagnosis line as the form numbers it: 0 the principal one, 1.. the others."""
    return (f"JBDM{line}", f"QTZD{line}", f"RYBQ{line}") if line else ("JBDM", "ZYZD", "RYBQ")


def outcome_field(line: int) -> str:
    """Field id of 出院情况 of a diagnosis line, which N041 does not have but older and newer interfaces do."""
    return f"CYQK{line}" if line else "CYQK"


def procedure_fields(line: int) -> tuple[str, ...]:
    """Field ids of a procedure line (1-based, as on the form), in the order of ``PROCEDURE_LINE``."""
    return tuple(f"{family}{line}" for family, *_ in PROCEDURE_LINE)


def _parse(block: str) -> list[FieldInfo]:
    infos = []
    for line in block.splitlines():
        field_id, label, *kind = line.split(" ")
        infos.append(
            FieldInfo(field_id, label, FieldKind(kind[0] if kind else "text"), _DOMAINS.get(field_id, {}))
        )
    return infos


def _diagnosis(line: int) -> list[FieldInfo]:
    code, name, condition = diagnosis_fields(line)
    return [
        FieldInfo(name, f"其他诊断{line}", FieldKind.DIAGNOSIS_NAME),
        FieldInfo(code, f"其他诊断编码{line}", FieldKind.DIAGNOSIS_CODE),
        FieldInfo(condition, f"其他诊断入院病情{line}", FieldKind.CHOICE, CONDITION),
    ]


def _procedure(line: int) -> list[FieldInfo]:
    return [
        FieldInfo(f"{family}{line}", f"{label}{line}", kind, domain)
        for family, label, kind, domain in PROCEDURE_LINE
    ]


def _interleaved() -> list[int]:
    """Line numbers as N041 files order them, 8,1,9,2,...15: the paper form has two columns."""
    half = (OTHER_DIAGNOSES + 1) // 2
    order = [n for pair in zip(range(half, OTHER_DIAGNOSES), range(1, half), strict=True) for n in pair]
    return [*order, OTHER_DIAGNOSES]


def _n041() -> list[FieldInfo]:
    others = [info for line in _interleaved() for info in _diagnosis(line)]
    procedures = [info for line in range(1, PROCEDURES + 1) for info in _procedure(line)]
    return [*_parse(_PERSON), *others, *_parse(_MIDDLE), *procedures, *_parse(_LEAVING)]


def _beyond_n041() -> list[FieldInfo]:
    """Fields only other interfaces have: newer HQMS columns, ICU stays, combined healing grade, further lines."""
    icu = [
        info
        for n in range(1, 6)
        for info in (
            FieldInfo(f"C48x0{n}C", f"重症监护室{n}代码"),
            FieldInfo(f"C49x0{n}", f"重症监护室{n}进入时间", FieldKind.DATE),
            FieldInfo(f"C50x0{n}", f"重症监护室{n}退出时间", FieldKind.DATE),
        )
    ]
    outcomes = [
        FieldInfo(
            outcome_field(n), f"其他诊断出院情况{n}" if n else "主要诊断出院情况", FieldKind.CHOICE, OUTCOME
        )
        for n in range(MOST_LINES + 1)
    ]
    combined = [FieldInfo(f"QKYHDJ{n}", f"切口愈合等级{n}") for n in range(1, MOST_LINES + 1)]
    diagnoses = [i for n in range(OTHER_DIAGNOSES + 1, MOST_LINES + 1) for i in _diagnosis(n)]
    procedures = [i for n in range(PROCEDURES + 1, MOST_LINES + 1) for i in _procedure(n)]
    return [*_parse(_ADDITIONAL), *icu, *outcomes, *combined, *diagnoses, *procedures]


N041_FIELDS: tuple[FieldInfo, ...] = tuple(_n041())
"""All 232 columns of an N041 file, in file order."""
N041_HEADER: tuple[str, ...] = tuple(info.id for info in N041_FIELDS)
FIELDS: Mapping[str, FieldInfo] = MappingProxyType(
    {info.id: info for info in (*N041_FIELDS, *_beyond_n041())}
)
"""Every field we know, by canonical id."""
FEE_ITEMS: tuple[str, ...] = tuple(
    info.id
    for info in N041_FIELDS
    if info.kind is FieldKind.MONEY and info.id not in {FEE_TOTAL, FEE_SELF_PAID}
)
"""Fee items, sub-items included, in file order."""
FEE_ADDENDS: tuple[str, ...] = tuple(item for item in FEE_ITEMS if item not in FEE_SUB_ITEMS)
"""The items that add up to the total."""


def field_label(field_id: str) -> str:
    """The Chinese label of a field; the id itself when we do not know it."""
    info = FIELDS.get(field_id)
    return info.label if info else field_id
