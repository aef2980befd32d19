"""What tests of tool windows do again and again: wait until the work is done, open a tool, close it at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ui.tools.context import ToolContext
from ui.tools.registry import TOOLS
from ui.tools.window import ToolWindow

OpenTool = Callable[[str], ToolWindow]


def settle(qtbot: QtBot, context: ToolContext) -> None:
    qtbot.waitUntil(lambda: not context.jobs.running, timeout=20_000)


def open_tool(tool_id: str, context: ToolContext, qtbot: QtBot) -> ToolWindow:
    """A tool shown over the context, once it has filled itself in."""
    spec = next(spec for spec in TOOLS if spec.id == tool_id)
    tool = spec.factory(spec, context)
    tool.show()
    settle(qtbot, context)
    return tool


def opener(context: ToolContext, qtbot: QtBot) -> Iterator[OpenTool]:
    """The body of a fixture that opens tools: those still there are closed when the test ends."""
    opened: list[ToolWindow] = []

    def open_one(tool_id: str) -> ToolWindow:
        opened.append(open_tool(tool_id, context, qtbot))
        return opened[-1]

    yield open_one
    for tool in opened:
        if isValid(tool):
            tool.leave()
