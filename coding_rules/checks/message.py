"""Message templates: ``{a}`` a captured line, ``{line}``, ``{place}``, ``{principal}``, ``{age}``, ``{XB}``, ``{near}``, ``{$days}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from coding_rules.checks.names import ATTRIBUTES, SELECTORS, VALUES, Facet, Type
from coding_rules.checks.predicates import Env
from coding_rules.checks.view import CaseView, Line
from coding_rules.fields import FEE_ITEMS, FIELDS

_SLOT = re.compile(r"\{([^{}]*)\}")
_MONEY = frozenset({"total_fee", "self_paid"})
_UNFILLED = "未填"
Say = Callable[[CaseView], str]


class MessageError(ValueError):
    """A template that speaks of something the rule does not have."""


def compile_message(
    template: str, captures: Collection[str], notes: Collection[str], each: str, env: Env | None
) -> Say:
    """A function that words the message for the case just checked.

    Raises:
        MessageError: an unknown slot.
    """
    pieces = _SLOT.split(template)
    parts: list[str | Say] = [
        piece if position % 2 == 0 else _slot(piece, captures, notes, each, env)
        for position, piece in enumerate(pieces)
    ]

    def say(view: CaseView) -> str:
        return "".join(part if isinstance(part, str) else part(view) for part in parts)

    return say


def slots_of(template: str) -> frozenset[str]:
    """What a message speaks of: the names between its braces."""
    return frozenset(_SLOT.findall(template))


def fill(template: str, texts: Mapping[str, str]) -> str:
    """The message with a text for each of its slots."""
    return _SLOT.sub(lambda slot: texts[slot[1]], template)


def facets_of_message(template: str) -> frozenset[Facet]:
    """The parts of a case a message words, which may be others than its rule asks about."""
    found: set[Facet] = set()
    for name in slots_of(template):
        owner = name.partition(".")[0]
        if owner in SELECTORS:
            found.update(SELECTORS[owner].facets)
        elif owner in VALUES or owner in FIELDS:
            found.add(Facet.REST)
    return frozenset(found)


def _slot(
    name: str, captures: Collection[str], notes: Collection[str], each: str, env: Env | None
) -> Say | str:
    if name.startswith("$"):
        return f"{env.thresholds[name[1:]]:g}" if env is not None and name[1:] in env.thresholds else name
    if name in captures:
        return lambda view: _line_text(view.captures.get(name))
    if name in notes:
        return lambda view: view.notes.get(name, "")
    if name == "place" and each:
        return lambda view: view.line.place if view.line is not None else ""
    if name.partition(".")[0] == "line" and each:
        return _line_slot(name, lambda view: view.line)
    owner = name.partition(".")[0]
    if owner in SELECTORS and SELECTORS[owner].single:
        return _line_slot(name, lambda view: next(iter(getattr(view, owner)), None))
    if name in VALUES:
        return _value_slot(name)
    if name in FEE_ITEMS:
        return lambda view: _money(view.case.fees.items.get(name))
    if name in FIELDS:
        return lambda view: view.cells.get(name, "").strip() or "空"
    raise MessageError(f"消息中的“{{{name}}}”没有来处")


def _line_slot(name: str, find: Callable[[CaseView], Line | None]) -> Say:
    attribute = name.partition(".")[2]
    if not attribute:
        return lambda view: _line_text(find(view))
    if attribute not in ATTRIBUTES:
        raise MessageError(f"诊断行、手术行没有“{attribute}”")

    def say(view: CaseView) -> str:
        line = find(view)
        return _text(getattr(line.row, attribute, "")) if line is not None else "无"

    return say


def _value_slot(name: str) -> Say:
    value = VALUES[name]
    if name in _MONEY:
        return lambda view: _money(value.read(view))
    if name == "sex":
        return lambda view: {"1": "男", "2": "女"}.get(view.case.sex, view.case.sex or _UNFILLED)
    if value.type in {Type.DAY, Type.MOMENT, Type.NUMBER, Type.TEXT}:
        return lambda view: _text(value.read(view))
    raise MessageError(f"“{name}”不能写进消息")


def _money(cents: int | None) -> str:
    return _UNFILLED if cents is None else f"{cents / 100:.2f}"


def _line_text(line: Line | None) -> str:
    return line.text if line is not None else "（无）"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return _UNFILLED if value is None or value == "" else str(value)
