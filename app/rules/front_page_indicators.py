"""Quality indicators of the open month: the ten of 2016 and those of 2021 a record room can feed, each with its formula in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.progress import Progress
from app.rules.front_page_score import CaseScore
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.quality_indicators import DIMENSIONS, Basis, Indicator, Record, indicators
from coding_rules.scoring import ScoreTable

WHOLE = "全院"
_COMPLETENESS = "completeness"


class Formula(NamedTuple):
    """What stands above and below the line, and how the program counts it."""

    numerator: str
    denominator: str
    how: str


_CODING = "编码不在编码表、出院日失效、名称对应另一编码、性别年龄不符等错误"
FORMULAS: Mapping[str, Formula] = {
    "2016-1a": Formula("必填项目全部填写的病案数", "出院病案总数", "完整性规则一条也没有触发的病案为完整。"),
    "2016-1b": Formula(
        "已填的必填项目数", "应填的必填项目数", "应填项目按文件所含的列和完整性规则计，缺列的项目不计。"
    ),
    "2016-2": Formula(
        "主要诊断选择正确的病案数", "出院病案总数", "主要诊断选择规则没有报错误或警告的计为正确。"
    ),
    "2016-3": Formula(
        "主要手术选择正确的病案数", "有手术操作的病案数", "主要手术选择规则没有报错误或警告的计为正确。"
    ),
    "2016-4": Formula(
        "其他诊断完整正确的病案数",
        "出院病案总数",
        "附加编码、合并编码、重复与缺项规则没有报错误或警告的计为正确。",
    ),
    "2016-5": Formula("主要诊断编码正确的病案数", "出院病案总数", f"没有{_CODING}的计为正确。"),
    "2016-6": Formula("其他诊断编码正确的病案数", "出院病案总数", f"没有{_CODING}的计为正确。"),
    "2016-7": Formula("手术操作编码正确的病案数", "有手术操作的病案数", f"没有{_CODING}的计为正确。"),
    "2016-8": Formula("评分为优的病案数", "出院病案总数", "按“首页评分”的评分标准。"),
    "2016-9": Formula("费用信息准确的病案数", "出院病案总数", "费用规则没有报错误的计为准确。"),
    "2016-10": Formula("上传的病案数", "应上传的病案数", "首页文件里没有上传记录，须由上报平台提供。"),
    "2021-3": Formula(
        "出院患者病历数", "每月在岗编码人员数之和", "编码员取首页所填的编码员，按出院月份计人次。"
    ),
    "2021-7": Formula(
        "24 小时内完成首页的病案数", "出院病案总数", "首页文件里没有完成时刻，须由电子病历系统提供。"
    ),
    "2021-21": Formula(
        "主要诊断填写正确的病案数", "出院病案总数", "同 2016 年指标：规则没有报错误或警告的计为正确。"
    ),
    "2021-22": Formula("主要诊断编码正确的病案数", "出院病案总数", f"没有{_CODING}的计为正确。"),
    "2021-23": Formula(
        "主要手术填写正确的病案数", "有手术操作的病案数", "同 2016 年指标：规则没有报错误或警告的计为正确。"
    ),
    "2021-24": Formula("主要手术编码正确的病案数", "有手术操作的病案数", f"没有{_CODING}的计为正确。"),
    "2021-27": Formula(
        "病案质量填为甲级的病案数", "填写了病案质量的病案数", "按首页“病案质量”一栏所填，不是评分结果。"
    ),
}
"""By indicator id."""

TRUST: Mapping[Basis, str] = {
    Basis.COUNTED: "按首页数据计算，可直接使用。",
    Basis.AT_MOST: "只是上限：自动审核查不出的问题要人工抽查病历才知道，真实的比率不高于此；换言之，有问题的病案至少有这么多。",
    Basis.MISSING: "首页数据不能提供，不给数字。",
}
"""What each basis means, as a sentence for the screen."""


@dataclass(frozen=True, slots=True)
class Named:
    """Indicators of a group of cases."""

    name: str
    cases: int
    indicators: tuple[Indicator, ...]

    def get(self, indicator_id: str) -> Indicator:
        """One of them.

        Raises:
            KeyError: no indicator of that id.
        """
        found = next((one for one in self.indicators if one.id == indicator_id), None)
        if found is None:
            raise KeyError(indicator_id)
        return found


def records(
    scores: Sequence[CaseScore], engine: CheckEngine, progress: Progress | None = None
) -> list[Record]:
    """What the indicators are computed from, a record for each scored case.

    Raises:
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    packs = {rule.id: rule.pack for rule in engine.rules}
    required = {rule.id for rule in engine.rules if rule.pack == _COMPLETENESS}
    counted: dict[tuple[str, ...], int] = {}
    made = []
    for done, one in enumerate(scores, start=1):
        header = tuple(one.case.fields.header)
        if header not in counted:
            counted[header] = _required(one.case, engine, required)
        made.append(Record(one.case, one.findings, one.sheet, packs, counted[header]))
        if not done % 100 or done == len(scores):
            progress.report(done, len(scores), "正在统计质量指标")
    return made


def overview(records_: Sequence[Record], table: ScoreTable) -> Named:
    """All indicators over all cases. The best grade of the table counts as 优秀."""
    return Named(WHOLE, len(records_), indicators(records_, _excellent(table)))


def breakdown(records_: Sequence[Record], dimension: str, table: ScoreTable) -> list[Named]:
    """Indicators by 科室, 编码员 or 月份, in name order.

    Raises:
        KeyError: no such dimension.
    """
    key = DIMENSIONS[dimension]
    groups: dict[str, list[Record]] = defaultdict(list)
    for one in records_:
        groups[key(one.case)].append(one)
    return [
        Named(name, len(groups[name]), indicators(groups[name], _excellent(table))) for name in sorted(groups)
    ]


def told(indicator: Indicator) -> str:
    """The formula of an indicator with its figures, how it is counted, and how far it can be trusted."""
    formula = FORMULAS[indicator.id]
    base = f"{indicator.title} = {formula.numerator} ÷ {formula.denominator}"
    if indicator.rate is not None:
        base += f" = {indicator.numerator:,} ÷ {indicator.denominator:,}"
    return f"{base}\n{formula.how}{TRUST[indicator.basis]}"


def _required(case: Case, engine: CheckEngine, ids: set[str]) -> int:
    missing = {rule for rule, _ in engine.not_evaluated(case)}
    return len(ids - missing)


def _excellent(table: ScoreTable) -> str:
    return table.grades[0].name if table.grades else ""
