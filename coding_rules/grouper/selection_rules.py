"""Which coding rule decides whether an alternative is right. A group never decides it; these rules and the record do.

Sources: 《住院病案首页数据填写质量规范（暂行）》 (国卫办医发〔2016〕24号) and 《医疗保障基金结算清单填写规范》 (医保办发〔2021〕34号),
cited by topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

FRONT_PAGE = "《住院病案首页数据填写质量规范（暂行）》"
CLAIM = "《医疗保障基金结算清单填写规范》"


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """One rule in a sentence, and the document and topic that say so."""

    text: str
    authority: str


PRINCIPAL_DIAGNOSIS = SelectionRule(
    "主要诊断是本次住院的主要原因：原则上对健康危害最大、消耗医疗资源最多、住院时间最长",
    f"{FRONT_PAGE}主要诊断选择；{CLAIM}主要诊断",
)
SURGERY = SelectionRule(
    "以手术治疗为住院目的的，主要诊断要与主要手术所治疗的疾病一致", f"{FRONT_PAGE}主要诊断选择·手术"
)
PRINCIPAL_PROCEDURE = SelectionRule(
    "主要手术操作要与主要诊断相对应，一般是技术难度最大、过程最复杂、风险最高的一项",
    f"{FRONT_PAGE}手术及操作选择；{CLAIM}手术操作",
)
OTHER_DIAGNOSIS = SelectionRule(
    "其他诊断只填影响本次住院的情况：经过评估、治疗或诊断性检查，延长了住院或增加了护理监测",
    f"{CLAIM}其他诊断",
)
PROCEDURE_DONE = SelectionRule(
    "只填实际做过的诊断、治疗性手术操作；属于手术步骤的入路、缝合不单独填写", f"{CLAIM}手术操作"
)

_BY_CODE: tuple[tuple[re.Pattern[str], SelectionRule], ...] = tuple(
    (re.compile(pattern), SelectionRule(text, authority))
    for pattern, text, authority in (
        (
            r"Z51\.[01]",
            "只为放疗、化疗住院的才以 Z51.0、Z51.1 为主要诊断；同次做了肿瘤手术的，以肿瘤为主要诊断",
            f"{CLAIM}肿瘤",
        ),
        (r"C7[789]", "治疗继发肿瘤的，继发肿瘤作主要诊断，原发肿瘤作其他诊断", f"{CLAIM}肿瘤"),
        (r"C", "治疗恶性肿瘤本身的，恶性肿瘤作主要诊断；只治疗并发症的，并发症作主要诊断", f"{CLAIM}肿瘤"),
        (r"R", "已有明确的相关诊断时，症状、体征（R 编码）不作主要诊断", f"{CLAIM}症状、体征"),
        (
            r"T8[0-8]",
            "为治疗手术或操作的并发症住院，才以并发症为主要诊断；择期手术后的并发症作其他诊断",
            f"{CLAIM}术后并发症",
        ),
        (
            r"T2\d|T3[01]",
            "烧伤以程度最深的为主要诊断，程度相同的以面积最大的为主要诊断",
            f"{FRONT_PAGE}主要诊断选择·烧伤",
        ),
        (r"S|T0|T1", "多处损伤以最危及生命或主要治疗的损伤为主要诊断", f"{FRONT_PAGE}主要诊断选择·损伤"),
        (r"O", "产科以主要并发症或伴随疾病为主要诊断；没有的才用分娩（O80、O84）", f"{CLAIM}产科"),
        (
            r"I46|J96|R57|R40",
            "临终状态（呼吸循环衰竭等）原则上不作主要诊断",
            f"{FRONT_PAGE}主要诊断选择·临终状态",
        ),
    )
)


def rules_for_principal(code: str, procedures: Iterable[str]) -> tuple[SelectionRule, ...]:
    """The rules that decide whether ``code`` is the principal diagnosis; the general one first."""
    found = [PRINCIPAL_DIAGNOSIS]
    if any(procedures):
        found.append(SURGERY)
    found += [rule for pattern, rule in _BY_CODE if pattern.match(code)]
    return tuple(found)
