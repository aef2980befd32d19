"""Every tool, declared once: the menu “工具”, palette, key sheet and the handlers are made from this list.

To add a tool: a ``ToolWindow`` in a module of its own, a function here that imports and makes it, a line in ``TOOLS``.
"""

from __future__ import annotations

from ui.tools.spec import ToolSpec

TOOLS: tuple[ToolSpec, ...] = ()
