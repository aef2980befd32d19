"""Every action of the window, declared once: menu, toolbar, command palette and key sheet are made from this list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QToolBar, QToolButton

from ui.icons import icon
from ui.tools.registry import TOOLS

MENUS = {
    "file": "文件(&F)",
    "edit": "编辑(&E)",
    "review": "审核(&R)",
    "go": "定位(&G)",
    "view": "视图(&V)",
    "tools": "工具(&T)",
    "help": "帮助(&H)",
}
"""Menus in order, with their mnemonic."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: ``shortcuts`` as Qt writes them, the first one is shown; ``toolbar`` puts it on the toolbar.

    ``opens_group`` draws a line above it in the menu. ``checkable`` actions keep a state.
    """

    id: str
    menu: str
    text: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    toolbar: bool = False
    opens_group: bool = False
    checkable: bool = False


def _candidates() -> tuple[ActionSpec, ...]:
    return tuple(
        ActionSpec(
            f"candidate_{n}",
            "review",
            f"采用第 {n} 个候选",
            (f"Alt+{n}",),
            tip="候选列表中也可直接按数字键",
            opens_group=n == 1,
        )
        for n in range(1, 10)
    )


def _tools() -> tuple[ActionSpec, ...]:
    return tuple(
        ActionSpec(
            tool.id,
            "tools",
            tool.text,
            (tool.shortcut,) if tool.shortcut else (),
            tool.icon,
            tool.tip,
            opens_group=tool.opens_group,
        )
        for tool in TOOLS
    )


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "open",
        "file",
        "打开首页数据…",
        ("Ctrl+O",),
        "open",
        "病案首页 CSV、xlsx、xls、DBF，结算清单 JSON，或上次的工作文件",
        True,
    ),
    ActionSpec("demo", "file", "打开演示月份", (), "book", "合成的首页数据，用来试用"),
    ActionSpec(
        "report", "file", "导入报告…", ("Ctrl+Shift+R",), "report", "读入多少行、哪些行有问题、编码版本"
    ),
    ActionSpec(
        "export", "file", "导出更正清单…", ("Ctrl+E",), "export", "更正清单 xlsx 与更正后的首页数据", True
    ),
    ActionSpec(
        "settings",
        "file",
        "设置…",
        ("Ctrl+,",),
        "settings",
        "编码表、分组方案、地区参数、署名",
        opens_group=True,
    ),
    ActionSpec("quit", "file", "退出", ("Ctrl+Q",), "exit", opens_group=True),
    ActionSpec("undo", "edit", "撤销", ("Ctrl+Z",), "undo", toolbar=True),
    ActionSpec("redo", "edit", "重做", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo", toolbar=True),
    ActionSpec(
        "edit_line",
        "edit",
        "修改本行编码",
        ("F2",),
        "edit",
        "也可直接键入文字、拼音首字母或编码",
        opens_group=True,
    ),
    ActionSpec("add_line", "edit", "增加一行", ("Ins",), "add", "在当前行之后"),
    ActionSpec("delete_line", "edit", "删除本行", ("Ctrl+Del",), "remove"),
    ActionSpec("line_up", "edit", "本行上移", ("Alt+Up",), "up"),
    ActionSpec("line_down", "edit", "本行下移", ("Alt+Down",), "down"),
    ActionSpec("make_principal", "edit", "设为主要诊断/主要手术", ("Alt+Home",), "up"),
    ActionSpec(
        "copy_table", "edit", "复制表格（可粘贴到 Excel）", ("Ctrl+Shift+C",), "copy", opens_group=True
    ),
    ActionSpec(
        "accept_next",
        "review",
        "采纳并转下一例",
        ("Ctrl+Return", "Ctrl+Enter"),
        "accept",
        "采纳所选候选或修复；没有可采纳的则记为维持原码",
        True,
    ),
    ActionSpec("adopt", "review", "采纳所选发现的修复", ("Alt+A",), "ok"),
    ActionSpec(
        "adopt_all",
        "review",
        "采纳全部同类修复…",
        ("Alt+Shift+A",),
        tip="列出同一规则、同样修复的病例，逐例勾选；会提高分值的不能批量采纳",
    ),
    ActionSpec("keep", "review", "维持原码…", ("Alt+K",), "keep", "写明理由，随清单导出"),
    ActionSpec("pending", "review", "待查病历…", ("Alt+D",), "pending", "写明要查什么"),
    ActionSpec("note", "review", "写备注…", ("Alt+N",), "note", "不作决定的记事，队列中有标记，随清单导出"),
    ActionSpec("next_finding", "review", "下一例有发现", ("F8",), "next", opens_group=True, toolbar=True),
    ActionSpec("previous_finding", "review", "上一例有发现", ("Shift+F8",), "previous", toolbar=True),
    ActionSpec("next_case", "review", "下一例", ("Ctrl+Down",)),
    ActionSpec("previous_case", "review", "上一例", ("Ctrl+Up",)),
    *_candidates(),
    ActionSpec("go_filter", "go", "筛选框", ("Ctrl+F",), "search"),
    ActionSpec("go_facets", "go", "分面", ("Ctrl+Shift+F",), "filter"),
    ActionSpec("go_queue", "go", "病例队列", ("Ctrl+1",)),
    ActionSpec("go_diagnoses", "go", "诊断", ("Ctrl+2",)),
    ActionSpec("go_procedures", "go", "手术操作", ("Ctrl+3",)),
    ActionSpec("go_candidates", "go", "候选编码", ("Ctrl+4",)),
    ActionSpec("go_findings", "go", "审核发现", ("Ctrl+5",)),
    ActionSpec("go_score", "go", "分组与费用", ("Ctrl+6",)),
    ActionSpec("charts", "view", "统计图", ("Ctrl+G",), "chart", "倍率区间与各科盈亏", True, checkable=True),
    ActionSpec("show_facets", "view", "显示分面", ("Ctrl+Shift+D",), "filter", checkable=True),
    ActionSpec(
        "system",
        "view",
        "盈亏与倍率按 DIP 计",
        ("Ctrl+T",),
        "money",
        "队列、分面与统计图按 DRG 还是 DIP 计",
        checkable=True,
    ),
    ActionSpec("theme", "view", "浅色 / 深色", ("Ctrl+Shift+L",), "theme", opens_group=True),
    ActionSpec("reset_layout", "view", "恢复默认布局", (), "layout"),
    *_tools(),
    ActionSpec(
        "palette", "help", "命令面板", ("Ctrl+K", "Ctrl+P"), "palette", "键入几个字找到任何命令", True
    ),
    ActionSpec("keys", "help", "快捷键一览", ("F1", "?"), "keys", toolbar=True),
    ActionSpec("about", "help", "关于与校验…", (), "info", opens_group=True),
)


class Actions(QObject):
    """The registry as ``QAction``s of one window."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._actions = {spec.id: self._make(spec, window) for spec in ACTIONS}
        self.menus: list[QMenu] = []

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def bind(self, handlers: Callable[[], Mapping[str, Callable[[], object]]]) -> None:
        """Say what actions do. A handler takes no argument; a checkable action is asked for its state.

        The table of handlers is asked for when an action is triggered: making it makes what the actions act upon.
        """
        for action_id, action in self._actions.items():
            action.triggered.connect(lambda _checked, name=action_id: handlers()[name]())

    def enable(self, action_ids: tuple[str, ...], enabled: bool) -> None:
        """Grey out what cannot be done now."""
        for action_id in action_ids:
            self._actions[action_id].setEnabled(enabled)

    def fill_menus(self, bar: QMenuBar) -> None:
        """Menus in the order of the registry."""
        for menu_id, title in MENUS.items():
            menu = QMenu(title, bar)
            bar.addMenu(menu)
            self.menus.append(menu)
            menu.setToolTipsVisible(True)
            for spec in ACTIONS:
                if spec.menu != menu_id:
                    continue
                if spec.opens_group and menu.actions():
                    menu.addSeparator()
                menu.addAction(self._actions[spec.id])

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Buttons of the actions that belong there, a line between menus."""
        last = ""
        for spec in ACTIONS:
            if not spec.toolbar:
                continue
            if last and spec.menu != last:
                bar.addSeparator()
            last = spec.menu
            bar.addAction(self._actions[spec.id])
            button = bar.widgetForAction(self._actions[spec.id])
            if isinstance(button, QToolButton):
                button.setAccessibleName(spec.text)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _make(self, spec: ActionSpec, window: QMainWindow) -> QAction:
        action = QAction(spec.text, window)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setCheckable(spec.checkable)
        keys = shortcut_text(spec)
        action.setToolTip(" · ".join(part for part in (spec.text.rstrip("…"), keys, spec.tip) if part))
        action.setStatusTip(spec.tip)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        window.addAction(action)
        return action


def shortcut_text(spec: ActionSpec) -> str:
    """All keys of an action as people write them (``Ctrl+Enter``)."""
    shown = dict.fromkeys(keys.replace("Return", "Enter") for keys in spec.shortcuts)
    return " / ".join(shown)
