"""The form of a pack's TOML: which tables and keys it has, and what each holds. Packs are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any


class FormError(ValueError):
    """Something is not what it should be; ``rule`` is empty where it is not of one rule."""

    def __init__(self, reason: str, rule: str = "") -> None:
        super().__init__(reason)
        self.reason, self.rule = reason, rule


Kind = tuple[str, Callable[[Any], bool]]
"""What a value should be, in words, and whether it is."""


def is_number(value: object) -> bool:
    """A finite number; true and false are none."""
    return type(value) in {int, float} and isfinite(float(str(value)))


def is_texts(value: object) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


TEXT: Kind = ("文字", lambda value: isinstance(value, str))
TEXTS: Kind = ("文字的列表", is_texts)
FIXES: Kind = ("文字或文字的列表", lambda value: isinstance(value, str) or is_texts(value))
NUMBER: Kind = ("数字", is_number)
DAY: Kind = ("日期（不加引号，如 2025-01-01）", lambda value: type(value) is date)
PLAIN: Kind = ("文字或数字", lambda value: isinstance(value, str) or is_number(value))

RULE: Mapping[str, Kind] = {
    **dict.fromkeys(("id", "title", "severity", "message", "authority", "when", "each", "at", "class"), TEXT),
    **dict.fromkeys(("item", "scope", "check", "note"), TEXT),
    "fix": FIXES,
    "needs": TEXTS,
    "points": NUMBER,
    "valid_from": DAY,
    "valid_to": DAY,
}
"""Keys of a rule."""
_PACK: Mapping[str, Kind] = {
    "id": TEXT,
    "title": TEXT,
    "version": PLAIN,
    "description": TEXT,
    "retired": TEXTS,
}
_THRESHOLD: Mapping[str, Kind] = {"value": NUMBER, "label": TEXT, "unit": TEXT}
_TABLES, _ROWS = ("pack", "lists", "thresholds", "defaults"), ("rule", "family")


def check_form(data: Mapping[str, Any]) -> None:
    """Whether the tables of a pack are tables and hold what they should; its rules are looked at one by one, with ``check_kinds``.

    Raises:
        FormError: the first thing that is not so.
    """
    for name in _TABLES:
        check_table(name, data.get(name, {}))
    for name in _ROWS:
        _check_rows(name, data.get(name, []))
    for family in data.get("family", []):
        _check_rows("members", family.get("members"))
    check_kinds(data.get("pack", {}), _PACK, "[pack] ")
    for name, codes in data.get("lists", {}).items():
        check_kinds({name: codes}, {name: TEXTS}, "编码清单 ")
    for name, threshold in data.get("thresholds", {}).items():
        check_table(f"thresholds.{name}", threshold)
        missing = [key for key in ("value", "label") if key not in threshold]
        if missing:
            raise FormError(f"阈值 {name} 缺少 {'、'.join(missing)}")
        check_kinds(threshold, _THRESHOLD, f"阈值 {name} 的 ")


def check_kinds(row: Mapping[str, Any], kinds: Mapping[str, Kind], where: str = "", rule: str = "") -> None:
    """Whether every known key of a table holds what it should.

    Raises:
        FormError: the first that does not.
    """
    for key, value in row.items():
        if key in kinds and not kinds[key][1](value):
            raise FormError(f"{where}{key} 应是{kinds[key][0]}，不是“{value}”", rule)


def check_table(name: str, value: object) -> None:
    """Whether a value is a table.

    Raises:
        FormError: it is not.
    """
    if not isinstance(value, Mapping):
        raise FormError(f"{name} 应是一张表（[{name}]），不是“{value}”")


def _check_rows(name: str, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise FormError(f"{name} 应是一行行的表，不是“{value}”")
