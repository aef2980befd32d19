"""ToolDesk: opens tool windows (one of each), keeps their context up to date and remembers where they were."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from ui.tools.context import ToolContext
from ui.tools.registry import TOOLS
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ui.main_window import MainWindow

_BY_ID = {spec.id: spec for spec in TOOLS}


class ToolDesk(QObject):
    """Between the main window and the tools."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._files = window.files
        self.context = ToolContext(window.jobs, window.services, window.files.settings, self)
        self.open_windows: dict[str, ToolWindow] = {}
        self._connect()
        self.look()

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the action of each tool does."""
        return {spec.id: partial(self.open, spec.id) for spec in TOOLS}

    def open(self, tool_id: str) -> ToolWindow:
        """Open a tool, or bring its window to the front."""
        shown = self.open_windows.get(tool_id)
        if shown is None:
            shown = self._make(_BY_ID[tool_id])
        shown.show()
        shown.raise_()
        shown.activateWindow()
        return shown

    def close_all(self) -> bool:
        """Close every tool window; whether all of them could be (one may ask about changes first)."""
        answers = [shown.close() for shown in tuple(self.open_windows.values())]
        return all(answers)

    def _make(self, spec: ToolSpec) -> ToolWindow:
        made = spec.factory(spec, self.context)
        made.restore(self._files.settings.layout.get(_place(spec.id), ""))
        made.closed.connect(self._closed)
        self.open_windows[spec.id] = made
        return made

    def _connect(self) -> None:
        window, context = self._window, self.context
        # Queued: both are told before the window and the file desk have let go of what they had.
        window.files.closed.connect(self._changed, Qt.ConnectionType.QueuedConnection)
        window.files.settings_changed.connect(self._changed, Qt.ConnectionType.QueuedConnection)
        window.files.knowledge_changed.connect(self._changed)
        window.page.queue.chosen.connect(self._case_changed)
        window.desk.history_changed.connect(self._case_changed)
        window.desk.review_finished.connect(context.reviewed)
        context.open_wanted.connect(window.files.choose)
        context.settings_wanted.connect(window.edit_settings)
        context.case_wanted.connect(self._go_to)
        context.new_settings.connect(window.files.use_settings)
        context.rules_changed.connect(self._use_rules)
        context.resettled.connect(self._show_resettled)
        context.tables_changed.connect(window.files.use_tables)
        context.dictionary_wanted.connect(self._open_dictionary)
        context.work_changed.connect(self._share_knowledge)

    def look(self) -> None:
        """Take over what is open in the main window; tell the tools when it is something else."""
        bench = self._window.desk.workbench
        knowledge = bench.knowledge if bench else self._files.knowledge
        context = self.context
        same = bench is context.workbench and knowledge is context.knowledge
        context.workbench, context.knowledge = bench, knowledge
        context.settings = self._files.settings
        context.case_id = self._window.desk.case_id
        context.dictionary = self._files.dictionary
        context.share(self._files.finder)
        if not same:
            context.work_changed.emit()

    @Slot()
    def _changed(self) -> None:
        self.look()

    @Slot()
    def _case_changed(self) -> None:
        self.look()
        self.context.case_changed.emit()

    @Slot()
    def _share_knowledge(self) -> None:
        """What a tool had loaded serves the next file too."""
        if self._files.knowledge is None:
            self._files.knowledge = self.context.knowledge

    @Slot()
    def _use_rules(self) -> None:
        """What a tool had loaded is reviewed by too."""
        self._share_knowledge()
        self._files.use_rules()

    @Slot(object)
    def _show_resettled(self, case_ids: list[str]) -> None:
        """Other rulings of the bureau hold: what the window shows of these cases follows."""
        self._files.knowledge = self.context.knowledge
        self._window.desk.show_resettled(case_ids)

    @Slot()
    def _open_dictionary(self) -> None:
        self.context.dictionary = self._files.open_dictionary()

    @Slot(str)
    def _go_to(self, case_id: str) -> None:
        self._window.page.queue.select(case_id)
        self._window.raise_()
        self._window.activateWindow()

    @Slot(str, str)
    def _closed(self, tool_id: str, geometry: str) -> None:
        self.open_windows.pop(tool_id, None)
        self._files.keep_layout({_place(tool_id): geometry})


def _place(tool_id: str) -> str:
    """Under which name the settings keep a tool's geometry."""
    return f"tool.{tool_id}"
