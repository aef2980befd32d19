"""RegionProfile: everything a region decides, as one dated file; every parameter says where it comes from and how sure it is."""

from __future__ import annotations

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib import resources
from typing import Any, TypeVar

from coding_rules.grouper.dip.bed_days import BedDayRules
from coding_rules.grouper.dip.rules import DipRules
from coding_rules.settlement.profile_check import ProfileProblem, profile_problems
from coding_rules.settlement.rules import AuxiliaryRules, BandRules, ClearingRules, MoneyRules
from icd_tables.validity import covers

SHIPPED = (
    "national_default",
    "national_platform",
    "hubei",
    "shandong",
    "national_3_0",
    "weihai_points_drg",
    "demo",
    "demo_drg",
)
"""Profiles that come with the program."""

SECTIONS: dict[str, type[Any]] = {
    "grouping": DipRules,
    "bands": BandRules,
    "money": MoneyRules,
    "clearing": ClearingRules,
    "auxiliary": AuxiliaryRules,
    "bed_days": BedDayRules,
}


class Certainty(StrEnum):
    """How sure a parameter is."""

    PUBLISHED = "文件原文"
    DATA = "数据验证"
    IMPLEMENTED = "公开实现"
    INFERRED = "推断"
    MEMORY = "一般了解"
    LOCAL = "本地设置"
    DEMO = "演示数据"


@dataclass(frozen=True, slots=True)
class Note:
    """Where a parameter comes from."""

    source: str
    certainty: Certainty
    note: str = ""

    def __str__(self) -> str:
        return f"{self.source}（{self.certainty.value}）" + (f"：{self.note}" if self.note else "")


class ProfileError(ValueError):
    """A profile file is not usable. ``problems`` are Chinese sentences, each naming section and parameter."""

    def __init__(self, name: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"地区参数 {name} 有 {len(problems)} 处问题：" + "；".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class RegionProfile:
    """One region's parameters for one period.

    ``system`` is DIP or DRG. ``notes`` maps ``section.parameter`` and ``section.default`` to their source; ``note`` looks up.
    """

    profile_id: str
    title: str
    system: str = "DIP"
    region: str = ""
    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    demo: bool = False
    grouping: DipRules = field(default_factory=DipRules)
    bands: BandRules = field(default_factory=BandRules)
    money: MoneyRules = field(default_factory=MoneyRules)
    clearing: ClearingRules = field(default_factory=ClearingRules)
    auxiliary: AuxiliaryRules = field(default_factory=AuxiliaryRules)
    bed_days: BedDayRules = field(default_factory=BedDayRules)
    notes: Mapping[str, Note] = field(default_factory=dict)

    @property
    def worth(self) -> str:
        """What is counted here: 分值 (DIP), 点数 (DRG by points) or 权重 (DRG by rate)."""
        if self.system == "DIP":
            return "分值"
        return "点数" if self.money.basis == "points" else "权重"

    def note(self, section: str, parameter: str) -> Note:
        """Where a parameter comes from: its own note, else its section's."""
        own = self.notes.get(f"{section}.{parameter}") or self.notes.get(f"{section}.default")
        return own or Note("本地设置", Certainty.LOCAL)

    def in_force(self, day: date | None) -> bool:
        """Whether the profile covers a day (``None``: unknown, taken as covered)."""
        return covers(self.valid_from, self.valid_to, day)

    def verify(self) -> tuple[str, ...]:
        """Inconsistencies, as Chinese sentences that name section and parameter; empty when sound."""
        return tuple(map(str, self.problems()))

    def problems(self) -> tuple[ProfileProblem, ...]:
        """Inconsistencies with the parameter each belongs to."""
        return tuple(profile_problems(self))

    def invented(self) -> tuple[str, ...]:
        """The money parameters that still carry a demonstration's invented value: amounts reckoned with them are no one's."""
        plain = MoneyRules()
        return tuple(
            each.name
            for each in dataclasses.fields(plain)
            if getattr(self.money, each.name) != getattr(plain, each.name)
            and self.note("money", each.name).certainty is Certainty.DEMO
        )


def load_profile(name: str) -> RegionProfile:
    """A profile that comes with the program.

    Raises:
        ProfileError: there is none of that name.
    """
    if name not in SHIPPED:
        raise ProfileError(name, (f"没有叫“{name}”的内置参数（{', '.join(SHIPPED)}）",))
    return parse_profile(_packaged(name), name)


def shipped_profiles() -> tuple[RegionProfile, ...]:
    """All profiles that come with the program."""
    return tuple(load_profile(name) for name in SHIPPED)


def parse_profile(text: str, name: str) -> RegionProfile:
    """A profile from TOML text.

    Raises:
        ProfileError: with every problem found, not only the first.
    """
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(name, (f"不是规范的 TOML：{error}",)) from error
    problems: list[str] = []
    head = table.get("profile", {})
    known = {"profile", "notes", *SECTIONS}
    problems += [f"不认识的部分 [{key}]" for key in table if key not in known]
    sections: dict[str, Any] = {
        key: _build(cls, table.get(key, {}), key, problems) for key, cls in SECTIONS.items()
    }
    notes = _notes(table.get("notes", {}), problems)
    if not head.get("id") or not head.get("title"):
        problems.append("[profile] 缺少 id 或 title")
    for day in ("valid_from", "valid_to"):
        if type(head.get(day, date.min)) is not date:
            problems.append(f"[profile] {day} = {head[day]} 不是日期，应写成 2025-01-01，不加引号")
    if problems:
        raise ProfileError(name, tuple(problems))
    profile = RegionProfile(
        profile_id=str(head["id"]),
        title=str(head["title"]),
        system=str(head.get("system", "DIP")),
        region=str(head.get("region", "")),
        version=str(head.get("version", "")),
        valid_from=head.get("valid_from"),
        valid_to=head.get("valid_to"),
        source=str(head.get("source", "")),
        demo=bool(head.get("demo", False)),
        notes=notes,
        **sections,
    )
    found = profile.verify()
    if found:
        raise ProfileError(name, found)
    return profile


def _packaged(name: str) -> str:
    return (
        resources.files("coding_rules.settlement")
        .joinpath("profiles", f"{name}.toml")
        .read_text(encoding="utf-8")
    )


_Section = TypeVar("_Section")


def _build(
    cls: type[_Section], table: Mapping[str, Any], section: str, problems: list[str]
) -> _Section | None:
    """A section's dataclass from its TOML table; problems are collected, not raised."""
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, raw in table.items():
        if key not in hints:
            problems.append(f"[{section}] 不认识的参数 {key}")
            continue
        try:
            values[key] = _convert(raw, hints[key])
        except (ValueError, TypeError, InvalidOperation):
            problems.append(f"[{section}] {key} = {raw} 不合要求{_choices(hints[key])}")
    return cls() if problems else cls(**values)


def _convert(raw: Any, hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return _convert(raw, next(each for each in arguments if each is not type(None)))
    if origin is tuple or origin is frozenset:
        items = raw if isinstance(raw, list) else [raw]
        converted = (_convert(item, arguments[0]) for item in items)
        return tuple(converted) if origin is tuple else frozenset(converted)
    if origin is not None and issubclass(origin, Mapping):
        return {str(key): _convert(value, arguments[1]) for key, value in raw.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _convert_row(raw, hint)
    if hint is Decimal:
        if isinstance(raw, bool):
            raise ValueError(raw)
        return Decimal(str(raw))
    if hint is bool or hint is int:
        if type(raw) is not hint:
            raise ValueError(raw)
        return raw
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(raw)
    if hint is str and not isinstance(raw, str):
        raise ValueError(raw)
    return raw


def _convert_row(raw: Any, cls: type[Any]) -> Any:
    hints = typing.get_type_hints(cls)
    if not isinstance(raw, dict):  # a bare number for a table of one row: high = 2
        first = dataclasses.fields(cls)[0].name
        raw = {first: raw}
    if set(raw) - set(hints):
        raise ValueError(raw)
    return cls(**{key: _convert(value, hints[key]) for key, value in raw.items()})


def _choices(hint: Any) -> str:
    arguments = typing.get_args(hint)
    for each in (hint, *arguments):
        if isinstance(each, type) and issubclass(each, StrEnum):
            return f"（可选：{'、'.join(member.value for member in each)}）"
    return ""


def _notes(table: Mapping[str, Any], problems: list[str]) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for section, entries in table.items():
        if section not in SECTIONS or not isinstance(entries, dict):
            problems.append(f"[notes.{section}] 没有对应的部分")
            continue
        names = {each.name for each in dataclasses.fields(SECTIONS[section])} | {"default"}
        for key, entry in entries.items():
            if key not in names:
                problems.append(f"[notes.{section}] {key} 没有对应的参数")
                continue
            try:
                certainty = Certainty(entry["certainty"])
                notes[f"{section}.{key}"] = Note(str(entry["source"]), certainty, str(entry.get("note", "")))
            except (KeyError, ValueError, TypeError):
                allowed = "、".join(member.value for member in Certainty)
                problems.append(f"[notes.{section}] {key} 需要 source 和 certainty（可选：{allowed}）")
    return notes
