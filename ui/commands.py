"""What each action of the registry does in a window: one table from action id to handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from icd_tables.codes import Kind
from ui.cards import CardList
from ui.tables import DenseTable

if TYPE_CHECKING:
    from ui.main_window import MainWindow

Handler = Callable[[], object]


def handlers(window: MainWindow) -> Mapping[str, Handler]:
    """A handler for every action."""
    numbered = {
        f"candidate_{number}": partial(window.desk.lines.take_number, number) for number in range(1, 10)
    }
    return {
        **_file(window),
        **_edit(window),
        **_review(window),
        **numbered,
        **_go(window),
        **_view(window),
        **window.tools.handlers(),
    }


def _file(window: MainWindow) -> Mapping[str, Handler]:
    return {
        "open": window.files.choose,
        "demo": window.open_demo,
        "report": window.files.show_report,
        "export": window.export,
        "settings": window.edit_settings,
        "quit": window.close,
    }


def _edit(window: MainWindow) -> Mapping[str, Handler]:
    lines = window.desk.lines
    return {
        "undo": window.desk.undo,
        "redo": window.desk.redo,
        "edit_line": lines.edit_line,
        "add_line": lines.add_line,
        "delete_line": lines.delete_line,
        "line_up": partial(lines.move_line, -1),
        "line_down": partial(lines.move_line, 1),
        "make_principal": lines.make_principal,
        "copy_table": partial(_copy_table, window),
    }


def _review(window: MainWindow) -> Mapping[str, Handler]:
    findings, queue = window.page.findings, window.page.queue
    return {
        "accept_next": window.desk.accept_and_next,
        "adopt": findings.adopt,
        "adopt_all": window.month.adopt_all,
        "keep": findings.keep_button.click,
        "pending": findings.pending_button.click,
        "note": window.desk.edit_note,
        "next_finding": window.desk.next_open,
        "previous_finding": partial(queue.step, -1, with_finding=True),
        "next_case": partial(queue.step, 1),
        "previous_case": partial(queue.step, -1),
    }


def _go(window: MainWindow) -> Mapping[str, Handler]:
    page = window.page
    return {
        "go_filter": page.queue.filter.setFocus,
        "go_facets": page.queue.facets.tree.setFocus,
        "go_queue": page.queue.table.setFocus,
        "go_diagnoses": page.case.tables[Kind.DIAGNOSIS].setFocus,
        "go_procedures": page.case.tables[Kind.PROCEDURE].setFocus,
        "go_candidates": page.candidates.list.setFocus,
        "go_findings": page.findings.list.setFocus,
        "go_score": page.score.score.setFocus,
    }


def _view(window: MainWindow) -> Mapping[str, Handler]:
    return {
        "charts": window.show_charts,
        "show_facets": window.show_facets,
        "system": window.switch_system,
        "theme": window.switch_theme,
        "reset_layout": window.page.reset_layout,
        "palette": window.show_palette,
        "keys": window.show_keys,
        "about": window.show_about,
    }


def _copy_table(window: MainWindow) -> None:
    """The table one works in, else the queue."""
    focus = QApplication.focusWidget()
    (focus if isinstance(focus, DenseTable | CardList) else window.page.queue.table).copy()
    window.status.tell("已复制，可直接粘贴到 Excel")
