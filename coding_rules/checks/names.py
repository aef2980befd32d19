"""What the rule language can speak of: values of the case, groups of lines, attributes of a line, and their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from coding_rules.checks.view import CaseView

Read = Callable[[CaseView], Any]
"""Reads a value from a view; ``None`` is "unknown" and makes every comparison with it unknown."""


class Type(StrEnum):
    """Types of the rule language. Days and moments are apart; money is a number of 分."""

    TEXT = "文字"
    NUMBER = "数字"
    DAY = "日期"
    MOMENT = "时刻"
    LINE = "一行"
    LINES = "多行"
    TRUTH = "判断"


class Facet(StrEnum):
    """Parts of a case that an edit can change; a rule is re-run only when it reads a changed part."""

    PRINCIPAL = "principal"
    OTHERS = "others"
    MAIN = "main"
    FURTHER = "other_procedures"
    REST = "rest"


class Source(StrEnum):
    """What must be loaded; the value is how it is said on screen."""

    TABLE = "编码表"
    KINDS = "编码表的操作类别"
    MAPPING = "国临版与医保版的对照"
    CATALOGUE = "DIP 目录"
    FAMILIES = "DRG 方案"
    RELATIONS = "DIP 目录或 DRG 方案"


DIAGNOSES = (Facet.PRINCIPAL, Facet.OTHERS)
PROCEDURES = (Facet.MAIN, Facet.FURTHER)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the case: its type, the column it needs, how it is read, its label for prose."""

    type: Type
    column: str
    read: Read
    label: str
    facet: Facet = Facet.REST


def _text(attribute: str) -> Read:
    def read(view: CaseView) -> str | None:
        return getattr(view.case, attribute) or None

    return read


def _of_case(attribute: str) -> Read:
    return lambda view: getattr(view.case, attribute)


VALUES: Mapping[str, Value] = {
    "sex": Value(Type.TEXT, "XB", _text("sex"), "性别"),
    "age": Value(Type.NUMBER, "NL", _of_case("age"), "年龄（岁）"),
    "age_days": Value(Type.NUMBER, "CSRQ", _of_case("age_days"), "天龄"),
    "birth_weight": Value(Type.NUMBER, "XSECSTZ", _of_case("birth_weight"), "新生儿出生体重（克）"),
    "admission_weight": Value(Type.NUMBER, "XSERYTZ", _of_case("admission_weight"), "新生儿入院体重（克）"),
    "los": Value(Type.NUMBER, "SJZYTS", _of_case("los"), "实际住院天数"),
    "discharge_way": Value(Type.TEXT, "LYFS", _text("discharge_way"), "离院方式"),
    "department": Value(Type.TEXT, "CYKB", _text("department"), "出院科别"),
    "id_number": Value(Type.TEXT, "SFZH", _text("id_number"), "身份证号"),
    "name": Value(Type.TEXT, "XM", _text("name"), "姓名"),
    "birth": Value(Type.DAY, "CSRQ", lambda view: view.birth, "出生日期"),
    "admitted": Value(Type.DAY, "RYSJ", lambda view: view.admitted, "入院日期"),
    "discharged": Value(Type.DAY, "CYSJ", lambda view: view.discharged, "出院日期"),
    "admitted_at": Value(Type.MOMENT, "RYSJ", _of_case("admitted"), "入院时间"),
    "discharged_at": Value(Type.MOMENT, "CYSJ", _of_case("discharged"), "出院时间"),
    "total_fee": Value(Type.NUMBER, "ZFY", lambda view: view.case.fees.total, "总费用（分）"),
    "self_paid": Value(Type.NUMBER, "ZFJE", lambda view: view.case.fees.self_paid, "自付金额（分）"),
    "icu_hours": Value(Type.NUMBER, "C49x01", _of_case("icu_hours"), "重症监护时数"),
}
"""Values by the name rules use. A blank text reads as unknown."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A group of lines: one line or many, the column of its codes, what an edit to it counts as, its label."""

    single: bool
    column: str
    facets: tuple[Facet, ...]
    label: str
    trigger: bool = False


SELECTORS: Mapping[str, Selector] = {
    "principal": Selector(True, "JBDM", (Facet.PRINCIPAL,), "主要诊断", trigger=True),
    "others": Selector(False, "JBDM1", (Facet.OTHERS,), "其他诊断", trigger=True),
    "diagnoses": Selector(False, "JBDM", DIAGNOSES, "出院诊断", trigger=True),
    "main": Selector(True, "SSJCZBM1", (Facet.MAIN,), "主要手术操作", trigger=True),
    "other_procedures": Selector(False, "SSJCZBM1", (Facet.FURTHER,), "其他手术操作", trigger=True),
    "procedures": Selector(False, "SSJCZBM1", PROCEDURES, "手术操作", trigger=True),
    "outpatient": Selector(True, "JBBM", (Facet.REST,), "门（急）诊诊断"),
    "external": Selector(True, "H23", (Facet.REST,), "外部原因"),
    "pathology": Selector(True, "JBMM", (Facet.REST,), "病理诊断"),
}
"""Groups of lines by name. ``trigger``: a rule that needs a code there is only tried on cases with such a category."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a line: its type, its label, the column it needs ("": the column of the line itself)."""

    type: Type
    label: str
    column: str = ""


ATTRIBUTES: Mapping[str, Attribute] = {
    "code": Attribute(Type.TEXT, "编码"),
    "name": Attribute(Type.TEXT, "名称"),
    "condition": Attribute(Type.TEXT, "入院病情", "RYBQ"),
    "day": Attribute(Type.DAY, "手术日期", "SSJCZRQ1"),
    "level": Attribute(Type.TEXT, "手术级别", "SSJB1"),
    "operator": Attribute(Type.TEXT, "术者", "SZ1"),
    "first_assistant": Attribute(Type.TEXT, "Ⅰ助", "YZ1"),
    "second_assistant": Attribute(Type.TEXT, "Ⅱ助", "EZ1"),
    "incision": Attribute(Type.TEXT, "切口等级", "QKDJ1"),
    "healing": Attribute(Type.TEXT, "切口愈合类别", "QKYHLB1"),
    "anesthesia": Attribute(Type.TEXT, "麻醉方式", "MZFS1"),
    "anesthetist": Attribute(Type.TEXT, "麻醉医师", "MZYS1"),
}
"""Attributes of a line by the name of the ``Diagnosis``/``Procedure`` attribute."""
