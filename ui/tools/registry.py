"""Every tool, declared once: the menu “工具”, palette, key sheet and the handlers are made from this list.

To add a tool: a ``ToolWindow`` in a module of its own, a function here that imports and makes it, a line in ``TOOLS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.tools.spec import ToolSpec

if TYPE_CHECKING:
    from ui.tools.context import ToolContext
    from ui.tools.window import ToolWindow


def _alternatives(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.alternatives import AlternativesWindow

    return AlternativesWindow(spec, context)


def _scheme(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.scheme_window import SchemeWindow

    return SchemeWindow(spec, context)


def _path(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.path import PathWindow

    return PathWindow(spec, context)


def _weights(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.weight_history import WeightHistoryWindow

    return WeightHistoryWindow(spec, context)


def _compare(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.scheme_compare import SchemeCompareWindow

    return SchemeCompareWindow(spec, context)


def _performance(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.performance import PerformanceWindow

    return PerformanceWindow(spec, context)


def _dip_profile(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.dip_profile import ProfileWindow

    return ProfileWindow(spec, context)


def _pivot(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.pivot import PivotWindow

    return PivotWindow(spec, context)


def _dip_catalogue(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.dip_catalogue import CatalogueWindow

    return CatalogueWindow(spec, context)


def _money_clearing(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.money_clearing import ClearingWindow

    return ClearingWindow(spec, context)


def _rules(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.rules_library import RuleLibraryWindow

    return RuleLibraryWindow(spec, context)


def _money_reconcile(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.money_reconcile import ReconcileWindow

    return ReconcileWindow(spec, context)


def _dip_points(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.dip_points import PointsWindow

    return PointsWindow(spec, context)


def _score(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.quality_score import ScoreWindow

    return ScoreWindow(spec, context)


def _indicators(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.quality_indicators import IndicatorsWindow

    return IndicatorsWindow(spec, context)


def _dip_auxiliary(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.dip_auxiliary import AuxiliaryWindow

    return AuxiliaryWindow(spec, context)


def _dictionary(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.dictionary_window import DictionaryWindow

    return DictionaryWindow(spec, context)


def _money_comparison(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.money_comparison import ComparisonWindow

    return ComparisonWindow(spec, context)


def _names(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.matching_names import NamesWindow

    return NamesWindow(spec, context)


def _term_map(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.matching_map import MapWindow

    return MapWindow(spec, context)


def _code_tables(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.code_tables import CodeTablesWindow

    return CodeTablesWindow(spec, context)


TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "rules",
        "规则库",
        "全部审核规则的条件、依据和例子；本院可停用、改级别、改阈值、自写规则，改动与内置规则分开保存并立即重新审核。",
        "book",
        "Ctrl+Shift+G",
        _rules,
    ),
    ToolSpec(
        "score",
        "首页评分",
        "按 100 分制给每份首页评分，分 A、B、C、D 类差错，按病例、科室、编码员、月份统计，说明每一分扣在哪里；分值可改。",
        "ok",
        "",
        _score,
    ),
    ToolSpec(
        "indicators",
        "质量指标",
        "2016 版首页质控指标和 2021 版病案管理指标中首页数据能算的各项，按科室、编码员、月份比较；只是上限的写明。",
        "info",
        "",
        _indicators,
    ),
    ToolSpec(
        "code_tables",
        "编码表",
        "导入官方发布的诊断、手术编码表和国临版与医保版对照表；看清哪些在用、哪一版、有多少条，哪些行没有读入、为什么。",
        "import",
        "",
        _code_tables,
        opens_group=True,
    ),
    ToolSpec(
        "dictionary",
        "本院词典",
        "本院编码员确认过的写法和编码：谁、何时、几次，前后不一致的标出；可从 Excel 导入、导出，确认过的下次排在最前。",
        "session",
        "",
        _dictionary,
    ),
    ToolSpec(
        "term_map",
        "院内词表映射",
        "把医院自己的诊断、手术词表映射到国临版或医保版编码：自动匹配，逐条确认并注明等于、宽于、窄于、近似、无对应。",
        "import",
        "",
        _term_map,
    ),
    ToolSpec(
        "names",
        "整月名称核对",
        "全月每一处诊断和手术名称与所填编码对照，列出不一致的，写明把握和理由，可转到病例。",
        "search",
        "",
        _names,
    ),
    ToolSpec(
        "scheme",
        "分组方案",
        "查看 DRG 方案的 MDC、ADRG、DRG 规则与编码列表，校验、导入、改编成自己的副本，管理权重表与版本。",
        "tree",
        "",
        _scheme,
        opens_group=True,
    ),
    ToolSpec(
        "path",
        "分组路径",
        "当前病例是怎样一步步入组的：哪条规则成立、哪些编码命中、为什么算或不算并发症，可整段复制。",
        "branch",
        "Ctrl+Shift+T",
        _path,
    ),
    ToolSpec(
        "alternatives",
        "假设分析",
        "当前病例换一个主要诊断、主要手术，去掉或补上一个编码，会进哪个组；升降一样列出，并写明由哪条编码规则判断对错。",
        "scale",
        "Ctrl+Shift+W",
        _alternatives,
    ),
    ToolSpec(
        "weight_history",
        "历史权重",
        "用本院历年病例按方案重新分组，裁剪极端费用，按年度加权算出各组权重，存成注明日期的权重表。",
        "money",
        "",
        _weights,
    ),
    ToolSpec(
        "scheme_compare",
        "方案对比",
        "同一批病例在两个方案（或两份权重表、两套费率）下：谁换了组，权重、点数和金额变化多少，按科室和编码汇总。",
        "compare",
        "",
        _compare,
    ),
    ToolSpec(
        "performance",
        "运行指标",
        "CMI、入组率、组数、费用与时间消耗指数、低风险组死亡率，按全院、科室、医师、月份统计。",
        "chart",
        "",
        _performance,
    ),
    ToolSpec(
        "pivot",
        "交叉汇总",
        "按科室、医师、编码员、月份、病组、倍率区间等任意两项交叉统计病例、费用、支付金额与盈亏。",
        "report",
        "Ctrl+Shift+V",
        _pivot,
    ),
    ToolSpec(
        "dip_profile",
        "地区参数",
        "一地的分组与结算参数逐项列出，写明含义、来源和可信度；改成本院的一份，注明执行日期。",
        "settings",
        "",
        _dip_profile,
        opens_group=True,
    ),
    ToolSpec(
        "dip_catalogue",
        "DIP 目录",
        "查病种，读入公布的目录并看每一行的去向，校验，与另一版对比，读入操作属性表和各种名单。",
        "book",
        "",
        _dip_catalogue,
    ),
    ToolSpec(
        "money_clearing",
        "结算测算",
        "按险种、机构测算月度预结、年度清算和预算点值，列出结余留用、超支分担和特例单议；每个数都写明算式和参数来源。",
        "money",
        "",
        _money_clearing,
    ),
    ToolSpec(
        "money_reconcile",
        "医保反馈对账",
        "读入医保部门的分组或结算反馈，按病例对应，列出分组、分值、倍率、金额哪里不同、在哪一步不同，按原因汇总差额。",
        "report",
        "",
        _money_reconcile,
    ),
    ToolSpec(
        "dip_points",
        "历史分值",
        "用本地三年病例测算病种分值、变异系数和机构系数，例数不足的病种归入综合；保存为注明日期的目录。",
        "chart",
        "",
        _dip_points,
    ),
    ToolSpec(
        "dip_auxiliary",
        "辅助目录",
        "辅助分型的系数从公布的目录读入，或由历史病例测算；当前病例属于哪些分型、用哪个系数、为什么。",
        "filter",
        "",
        _dip_auxiliary,
    ),
    ToolSpec(
        "money_comparison",
        "同病种前后对比",
        "同一病种在按项目付费与 DIP 付费两个时期的例数、费用构成、住院日和自付比例，附检验方法、理由和 P 值。",
        "layout",
        "",
        _money_comparison,
    ),
)
