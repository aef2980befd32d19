"""How a tool is declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.tools.context import ToolContext
    from ui.tools.window import ToolWindow


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool: ``text`` is menu entry and window title, ``tip`` the one sentence that says what it is for.

    ``shortcut`` as Qt writes it, empty for none. ``factory`` makes the window and imports it only then, so that the
    program starts no slower for having many tools. ``opens_group`` draws a line above it in the menu.
    """

    id: str
    text: str
    tip: str
    icon: str
    shortcut: str
    factory: Callable[[ToolSpec, ToolContext], ToolWindow]
    opens_group: bool = False
