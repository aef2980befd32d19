from collections import Counter

import resources
from ui import commands
from ui.actions import ACTIONS, MENUS
from ui.main_window import MainWindow


def test_ids_and_keys_are_unique() -> None:
    assert len({spec.id for spec in ACTIONS}) == len(ACTIONS)
    keys = Counter(keys for spec in ACTIONS for keys in spec.shortcuts)
    assert [key for key, times in keys.items() if times > 1] == []


def test_menus_and_icons_exist() -> None:
    icons = set(resources.names("icons", ".svg"))
    for spec in ACTIONS:
        assert spec.menu in MENUS, spec.id
        assert not spec.icon or spec.icon in icons, spec.id
        assert spec.text, spec.id


def test_every_action_is_in_a_menu(window: MainWindow) -> None:
    menus = window.actions_.menus
    listed = {action.objectName() for menu in menus for action in menu.actions() if action.objectName()}
    assert listed == {spec.id for spec in ACTIONS}


def test_every_action_does_something(window: MainWindow) -> None:
    assert set(commands.handlers(window)) == {spec.id for spec in ACTIONS}
