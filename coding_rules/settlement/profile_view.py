"""A region profile as a list of parameters for a dialog or a report, and a profile changed at some of them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from coding_rules.grouper.dip.rules import MIXED_STEPS, TIE_BREAKS, USED
from coding_rules.settlement.figures import show
from coding_rules.settlement.profile import SECTIONS, Note, RegionProfile

SECTION_LABELS = {
    "profile": "文件",
    "grouping": "分组规则",
    "bands": "费用倍率",
    "money": "点值与系数",
    "clearing": "预结与清算",
    "auxiliary": "辅助目录",
    "bed_days": "床日病种",
}

LABELS: Mapping[str, str] = {
    "profile.system": "付费方式",
    "profile.region": "统筹地区",
    "profile.version": "年度或版本",
    "profile.source": "依据文件",
    "profile.valid_to": "失效日期",
    "grouping.pipeline": "分组流程",
    "grouping.code_edition": "编码版本",
    "grouping.dialect": "手术表达式写法",
    "grouping.principal_length": "主诊断取位（含小数点）",
    "grouping.procedure_match": "手术编码匹配方式",
    "grouping.main_procedure": "主要手术是否限第一项",
    "grouping.related_match": "相关手术是否须全部具备",
    "grouping.conservative": "保守治疗的判断",
    "grouping.bare_always": "不带手术的病种总作候选",
    "grouping.intervention_as": "介入治疗计为",
    "grouping.case_kind": "病例操作类别取",
    "grouping.infer_kinds": "无属性表时按章节推断手术类别",
    "grouping.layers": "病种层次及次序",
    "grouping.mixed_steps": "综合病种查找链",
    "grouping.basic_as_mixed": "基层病种也作综合病种查找",
    "grouping.range_by_category": "区段病种编码换成本例类目",
    "grouping.mixed_by_level": "综合病种按手术级别细分",
    "grouping.mixed_surgery_first": "有未匹配手术时综合手术优先",
    "grouping.tie_breaks": "多个候选时的取舍次序",
    "grouping.priority": "病种与操作类别优先次序",
    "grouping.excluded_diagnoses": "不纳入分组的主要诊断",
    "grouping.excluded_procedures": "不参与分组的手术操作",
    "grouping.resistant_code": "表示结核耐药的诊断",
    "grouping.resistant_by_principal": "按主诊断判断耐药的类目",
    "grouping.resistant_bare_any": "结核无手术行可收有手术的病例",
    "bands.standard": "倍率的比较标准",
    "bands.low": "低倍率界值",
    "bands.low_inclusive": "低倍率含界值",
    "bands.low_shape": "低倍率结算办法",
    "bands.high": "高倍率界值",
    "bands.high_inclusive": "高倍率含界值",
    "bands.high_shape": "高倍率结算办法",
    "bands.extreme": "极高界值（特例单议）",
    "bands.ungrouped": "未入组结算办法",
    "bands.ungrouped_factor": "未入组折算比例",
    "bands.blank_factor": "空白病种折算比例",
    "bands.zero_points_pay_fee": "分值为 0 时按总费用支付",
    "bands.fee_share_days": "按费用折分的住院天数",
    "bands.fee_share_groups": "按费用折分的病组",
    "money.basis": "计算基础",
    "money.points_per_weight": "每 1 权重折合点数",
    "money.prices": "点值/费率",
    "money.price_way": "年度点值的办法",
    "money.base_share": "弹性点值的基准份额",
    "money.insurance_codes": "付费方式对应险种",
    "money.hospital_factor": "机构系数",
    "money.institution_factors": "分机构或分险种的机构系数",
    "money.group_factors": "病种机构系数",
    "money.basic_factor": "基层病种系数",
    "money.fee_per_point": "均费折算系数",
    "money.basic_fee_per_point": "基层病种的均费折算系数",
    "money.extra_points": "新药新技术加成分值",
    "money.region_mean": "全部病例均费（元）",
    "money.fund_basis": "统筹应付的算法",
    "money.fund_share": "基金支付比例",
    "clearing.prepaid_share": "月度预拨比例",
    "clearing.deposit_share": "质量保证金比例",
    "clearing.deposit": "质量保证金的扣法",
    "clearing.assessment_factor": "考核系数",
    "clearing.surplus_kept": "结余留用比例",
    "clearing.surplus_floor": "结余留用的记账下限",
    "clearing.overrun_shared": "合理超支分担比例",
    "clearing.overrun_cap": "合理超支上限",
    "clearing.special_review_share": "特例单议比例上限",
    "clearing.special_review_ratio": "特例单议：倍率高于",
    "clearing.special_review_days": "特例单议：住院天数多于",
    "clearing.special_review_pay": "特例单议：核定金额的付法",
    "auxiliary.enabled": "使用辅助目录",
    "auxiliary.scheme": "分型口径",
    "auxiliary.group_cases": "触发：病种例数多于",
    "auxiliary.stratum_cases": "触发：分型例数多于",
    "auxiliary.cv_drop": "触发：CV 降幅不低于",
    "auxiliary.cv_screen": "触发：病种 CV 大于",
    "auxiliary.min_days": "中重度要求的住院天数",
    "auxiliary.short_stay": "A/B 型的住院天数界限",
    "auxiliary.elderly_from": "老年分型起始年龄",
    "auxiliary.high_fee_ratio": "高费用倍数",
    "auxiliary.high_fee_share": "高费用的费用占比",
    "auxiliary.kinds": "有辅助分型的病种类型",
    "auxiliary.icu_relax": "触发：监护病房天数放宽为",
    "bed_days.enabled": "按床日付费",
    "bed_days.over_days": "床日：住院天数多于",
    "bed_days.departments": "床日：限这些科室",
    "bed_days.hospital_factor": "床日分值乘机构系数",
}
"""Chinese label of every parameter, by ``section.name``."""

_LISTED_CHOICES: Mapping[str, tuple[str, ...]] = {
    "grouping.intervention_as": ("手术", "治疗性操作"),
    "grouping.related_match": ("all", "partial"),
    "grouping.mixed_steps": MIXED_STEPS,
    "grouping.tie_breaks": TIE_BREAKS,
    "grouping.layers": ("核心", "基层", "中医", "综合"),
    "money.basis": ("points", "weight"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: place, Chinese label, value as text ("" when not set), the choices where they are a closed set, its source."""

    section: str
    name: str
    label: str
    value: str
    choices: tuple[str, ...]
    note: Note

    @property
    def is_set(self) -> bool:
        """Whether the profile gives it a value."""
        return bool(self.value)


def unused(profile: RegionProfile, section: str, name: str) -> bool:
    """Whether a parameter plays no part, because the national 3.0 pipeline settles it (or has no use for it)."""
    return section == "grouping" and name not in USED[profile.grouping.pipeline]


HEAD_NAMES = ("system", "region", "version", "source", "valid_to")
"""What a profile says of itself beside its title and the day it holds from."""


def describe(profile: RegionProfile) -> tuple[Parameter, ...]:
    """Every parameter of a profile in the order of the file. A DRG profile has neither grouping rules nor 床日病种."""
    return tuple(_describe(profile))


def _describe(profile: RegionProfile) -> Iterator[Parameter]:
    for section, cls in SECTIONS.items():
        if section in {"grouping", "bed_days"} and profile.system == "DRG":
            continue
        hints = typing.get_type_hints(cls)
        for each in dataclasses.fields(cls):
            place = f"{section}.{each.name}"
            value = getattr(getattr(profile, section), each.name)
            choices = _LISTED_CHOICES.get(place) or _choices(hints[each.name])
            yield Parameter(
                section, each.name, LABELS[place], _show(value), choices, profile.note(section, each.name)
            )


def _choices(hint: Any) -> tuple[str, ...]:
    if hint is bool:
        return ("是", "否")
    for each in (hint, *typing.get_args(hint)):
        if isinstance(each, type) and issubclass(each, StrEnum):
            return tuple(member.value for member in each)
    return ()


def _show(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Decimal():
            return show(value)
        case tuple():
            return "、".join(_show(each) for each in value)
        case frozenset():
            return "、".join(sorted(_show(each) for each in value))
        case Mapping() | types.MappingProxyType():
            return "、".join(f"{key} {_show(each)}" for key, each in value.items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(
            _show(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if getattr(value, each.name)
        )
    return str(value)
