"""Pictures of the tool windows: each as it opens on the case with the correction, some with a step taken in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from tests.pictures.studio import Studio
from ui.tables import DenseTable
from ui.tools.window import ToolWindow

EMPTY = frozenset({"scheme_compare", "dictionary", "money_reconcile"})
"""Tools with nothing to show in a fresh installation: no second scheme, nothing confirmed yet, no file of the bureau."""


def _press(text: str, window: ToolWindow) -> None:
    next(button for button in window.findChildren(QPushButton) if button.text() == text).click()


def _choose(text: str, window: ToolWindow) -> None:
    for box in window.findChildren(QComboBox):
        place = box.findText(text, Qt.MatchFlag.MatchContains)
        if place >= 0:
            box.setCurrentIndex(place)
            return


def _go_down(rows: int, window: ToolWindow) -> None:
    table = next(each for each in window.findChildren(DenseTable) if each.isVisible())
    table.setCurrentIndex(table.model().index(rows, 0))


STEPS: Mapping[str, Callable[[ToolWindow], object]] = {
    "rules": partial(_go_down, 3),
    "dip_points": partial(_press, "测算"),
    "dip_auxiliary": partial(_press, "从历史测算"),
    "weight_history": partial(_press, "计算权重"),
    "money_clearing": partial(_choose, "2025-09"),
}
"""What is done in a tool before its picture is taken, by its id."""


def take(tool_id: str, studio: Studio) -> None:
    """Open a tool, take the step that makes it telling, take its picture, close it."""
    studio.show_correction()
    window = studio.tool(tool_id)
    step = STEPS.get(tool_id)
    if step is not None:
        step(window)
        studio.settle()
    studio.shoot(f"tool-{tool_id}", window)
    window.close()
    studio.settle()
