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


def _performance(spec: ToolSpec, context: ToolContext) -> ToolWindow:
    from ui.tools.performance import PerformanceWindow

    return PerformanceWindow(spec, context)


TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec(
        "alternatives",
        "假设分析",
        "当前病例换一个主要诊断、主要手术，或去掉一个编码，会进哪个组；升降一样列出，并写明由哪条编码规则判断对错。",
        "branch",
        "Ctrl+Shift+W",
        _alternatives,
    ),
    ToolSpec(
        "performance",
        "运行指标",
        "CMI、入组率、组数、费用与时间消耗指数、低风险组死亡率，按全院、科室、医师、月份统计。",
        "chart",
        "",
        _performance,
    ),
)
