"""Parameters of a region profile as texts that people edit, and back: every parameter has one spelling, read and written here."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.dip.profile_words import CHOICES
from app.errors import UserError
from coding_rules.settlement.figures import show
from coding_rules.settlement.profile import SECTIONS, Certainty, Note, RegionProfile
from coding_rules.settlement.profile_check import HEAD, INTERVENTION, LARGEST, ProfileProblem
from coding_rules.settlement.profile_view import LABELS
from coding_rules.settlement.rules import HighStep, PointPrice

OWN_NOTE = Note("本院设置", Certainty.LOCAL)
"""What a changed parameter says of its source until somebody says it better."""
YES, NO = "是", "否"
SYSTEMS = ("DIP", "DRG")
_SPLIT = re.compile(r"[、,，;；\n]+")
_STEP = re.compile(r"^(?:([\d.]+)\s*分以下\s*)?([\d.]+)$")


def show_value(profile: RegionProfile, section: str, name: str) -> str:
    """The value of a parameter as its text; empty when it is not set."""
    if section == HEAD:
        return str(getattr(profile, name) or "")
    return _show(getattr(getattr(profile, section), name), CHOICES.get(f"{section}.{name}", {}))


def choices(section: str, name: str) -> tuple[str, ...]:
    """The texts a parameter of a closed set may have; empty for free values and for lists."""
    if section == HEAD:
        return SYSTEMS if name == "system" else ()
    hint = _hint(section, name)
    if hint is bool:
        return (YES, NO)
    if typing.get_origin(hint) in {tuple, frozenset}:
        return ()
    if (section, name) == ("grouping", "intervention_as"):
        return INTERVENTION
    return tuple(CHOICES.get(f"{section}.{name}", {}).values())


def with_value(profile: RegionProfile, section: str, name: str, text: str) -> RegionProfile:
    """The profile with one parameter read from its text, its source set to the hospital's own. Empty text: not set.

    Raises:
        UserError: the text does not fit the parameter.
    """
    if section == HEAD:
        return _with_head(profile, name, text.strip())
    place = f"{section}.{name}"
    hint = _hint(section, name)
    written = text.strip()
    if not written and not _may_be_empty(hint):
        raise UserError(f"“{LABELS[place]}”不能留空。", "请填写一个值，或选择列出的一项。")
    try:
        value = None if not written and _optional(hint) else _read(written, hint, CHOICES.get(place, {}))
    except (ValueError, InvalidOperation, KeyError):
        raise UserError(f"“{LABELS[place]}”不能是“{written}”。", _hint_text(section, name, hint)) from None
    return with_raw(profile, section, name, value)


def _with_head(profile: RegionProfile, name: str, text: str) -> RegionProfile:
    if name == "system" and text not in SYSTEMS:
        raise UserError(f"“{LABELS['profile.system']}”不能是“{text}”。", f"可选：{'、'.join(SYSTEMS)}。")
    if name != "valid_to":
        said: dict[str, Any] = {name: text}
        return replace(profile, **said)
    try:
        day = date.fromisoformat(text.replace("/", "-").replace(".", "-")) if text else None
    except ValueError:
        raise UserError(f"失效日期“{text}”不是日期。", "请写成 2025-12-31 的样子，不知道时留空。") from None
    return replace(profile, valid_to=day)


def problem_text(problem: ProfileProblem) -> str:
    """An inconsistency as a dialog says it, with the Chinese name of the parameter."""
    return f"{LABELS.get(f'{problem.section}.{problem.name}', problem.name)}：{problem.sentence}"


def with_raw(profile: RegionProfile, section: str, name: str, value: object) -> RegionProfile:
    """The profile with one parameter set to a value of its own type."""
    part = getattr(profile, section)
    if getattr(part, name) == value:
        return profile
    notes = {**profile.notes, f"{section}.{name}": OWN_NOTE}
    changed: dict[str, Any] = {section: replace(part, **{name: value}), "notes": notes}
    return replace(profile, **changed)


def with_note(profile: RegionProfile, section: str, name: str, note: Note) -> RegionProfile:
    """The profile with another source of one parameter."""
    return replace(profile, notes={**profile.notes, f"{section}.{name}": note})


def read_amount(text: str, what: str) -> Decimal:
    """A positive number as people type it.

    Raises:
        UserError: it is none.
    """
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        raise UserError(f"{what}“{text}”不是数字。", "请填写数字，例如 5.8。") from None
    if not value.is_finite() or value <= 0:
        raise UserError(f"{what}应大于 0。", "不清楚时请不要填写这一行。")
    return value


def _hint(section: str, name: str) -> Any:
    return typing.get_type_hints(SECTIONS[section])[name]


def _optional(hint: Any) -> bool:
    return type(None) in typing.get_args(hint)


def _may_be_empty(hint: Any) -> bool:
    listed = typing.get_origin(hint) in {tuple, frozenset}
    mapped = isinstance(typing.get_origin(hint), type) and issubclass(typing.get_origin(hint), Mapping)
    return _optional(hint) or listed or mapped


def _show(value: object, words: Mapping[str, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case Decimal():
            return show(value)
        case HighStep(ratio, below):
            return f"{show(below)} 分以下 {show(ratio)}" if below is not None else show(ratio)
        case PointPrice():
            who = " ".join(part for part in (value.insurance, value.month, value.region) if part)
            return f"{who or '其他'} {show(value.value)}"
        case StrEnum():
            return words.get(value.value, value.value)
        case tuple():
            return "、".join(_show(each, words) for each in value)
        case frozenset():
            return "、".join(sorted(_show(each, words) for each in value))
        case Mapping():
            return "、".join(f"{key or '其他'} {_show(each, words)}" for key, each in value.items())
    return words.get(str(value), str(value))


def _read(text: str, hint: Any, words: Mapping[str, str]) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _read(text, next(each for each in arguments if each is not type(None)), words)
    if origin in {tuple, frozenset}:
        return origin(_read(part.strip(), arguments[0], words) for part in _SPLIT.split(text) if part.strip())
    if origin is not None:
        return dict(_read_pair(part.strip(), arguments[1]) for part in _SPLIT.split(text) if part.strip())
    if hint is bool:
        return {YES: True, NO: False}[text]
    if hint is int:
        return int(text)
    if hint is Decimal:
        return _finite(text)
    if hint is HighStep:
        return _read_step(text)
    if dataclasses.is_dataclass(hint):
        raise ValueError(text)
    written = next((value for value, word in words.items() if word == text), text)
    if words and written not in words:
        raise ValueError(text)
    return hint(written) if issubclass(hint, StrEnum) else written


def _finite(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value) > LARGEST:
        raise ValueError(text)
    return value


def _read_step(text: str) -> HighStep:
    found = _STEP.match(text)
    if found is None:
        raise ValueError(text)
    return HighStep(_finite(found[2]), _finite(found[1]) if found[1] else None)


def _read_pair(text: str, hint: Any) -> tuple[str, Any]:
    key, _, value = text.rpartition(" ")
    if not key.strip():
        raise ValueError(text)
    key = key.strip()
    return "" if key == "其他" else key, _read(value, hint, {})


def _hint_text(section: str, name: str, hint: Any) -> str:
    listed = choices(section, name)
    if listed:
        return f"可选：{'、'.join(listed)}。"
    place = f"{section}.{name}"
    if place == "bands.high":
        return "请写成“2”，或按分值分档写成“100 分以下 3、2”。"
    if typing.get_origin(hint) in {tuple, frozenset}:
        words = CHOICES.get(place)
        return f"可选：{'、'.join(words.values())}，以顿号分隔。" if words else "几项之间用顿号分隔。"
    if typing.get_origin(hint) not in {None, typing.Union, types.UnionType}:
        return "请写成“职工 0.78、居民 0.64”的样子。"
    return "请填写整数。" if hint is int else "请填写数字，例如 0.5。"
