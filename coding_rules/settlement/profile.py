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
from pathlib import Path
from typing import Any, TypeVar

from coding_rules.grouper.dip.rules import MIXED_STEPS, TIE_BREAKS, DipRules
from coding_rules.settlement.rules import AuxiliaryRules, BandRules, ClearingRules, Deposit, MoneyRules

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
    notes: Mapping[str, Note] = field(default_factory=dict)

    def note(self, section: str, parameter: str) -> Note:
        """Where a parameter comes from: its own note, else its section's."""
        own = self.notes.get(f"{section}.{parameter}") or self.notes.get(f"{section}.default")
        return own or Note("本地设置", Certainty.LOCAL)

    def in_force(self, day: date | None) -> bool:
        """Whether the profile covers a day (``None``: unknown, taken as covered)."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def verify(self) -> tuple[str, ...]:
        """Inconsistencies, as Chinese sentences; empty when sound."""
        return tuple(_inconsistencies(self))


def load_profile(name_or_path: str | Path) -> RegionProfile:
    """A shipped profile by name, or one from a TOML file.

    Raises:
        ProfileError: unknown name, unreadable file, unknown or wrong parameters.
    """
    name = str(name_or_path)
    if name in SHIPPED:
        return parse_profile(_packaged(name), name)
    path = Path(name_or_path)
    try:
        return parse_profile(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(
            path.name, (f"读不到文件，也没有叫“{name}”的内置参数（{', '.join(SHIPPED)}）",)
        ) from error


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


def _inconsistencies(profile: RegionProfile) -> typing.Iterator[str]:
    if profile.system not in {"DIP", "DRG"}:
        yield f"[profile] system = {profile.system}（可选：DIP、DRG）"
    if profile.valid_from and profile.valid_to and profile.valid_from > profile.valid_to:
        yield "[profile] valid_from 晚于 valid_to"
    yield from _grouping_problems(profile.grouping)
    yield from _band_problems(profile.bands)
    for share in ("prepaid_share", "deposit_share", "surplus_kept", "overrun_shared", "special_review_share"):
        value = getattr(profile.clearing, share)
        if value is not None and not 0 <= value <= 1:
            yield f"[clearing] {share} = {value} 应在 0 到 1 之间"
    yield from _deposit_problems(profile.clearing)
    if any(price.value <= 0 for price in profile.money.prices):
        yield "[money] 点值必须大于 0"
    if profile.money.hospital_factor is not None and profile.money.hospital_factor <= 0:
        yield "[money] hospital_factor 必须大于 0"
    for name in ("institution_factors", "group_factors"):
        if any(factor <= 0 for factor in getattr(profile.money, name).values()):
            yield f"[money] {name} 必须大于 0"


def _deposit_problems(rules: ClearingRules) -> typing.Iterator[str]:
    prepaid, deposit = rules.prepaid_share, rules.deposit_share
    if prepaid is None or deposit is None:
        return
    if rules.deposit is Deposit.WITHIN and prepaid + deposit > 1:
        yield f"[clearing] prepaid_share {prepaid} + deposit_share {deposit} 超过 1，保证金不可能含在未预拨部分"
    if rules.deposit is Deposit.APART and deposit > prepaid:
        yield f"[clearing] deposit_share {deposit} 大于 prepaid_share {prepaid}，预结会成负数"


def _grouping_problems(rules: DipRules) -> typing.Iterator[str]:
    if not 3 <= rules.principal_length <= 10:
        yield f"[grouping] principal_length = {rules.principal_length} 应在 3 到 10 之间"
    choices: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
        ("intervention_as", (rules.intervention_as,), ("手术", "治疗性操作")),
        ("related_match", (rules.related_match,), ("all", "partial")),
        ("tie_breaks", rules.tie_breaks, TIE_BREAKS),
        ("mixed_steps", rules.mixed_steps, MIXED_STEPS),
        ("layers", rules.layers, ("核心", "基层", "中医", "综合")),
    )
    for name, listed, allowed in choices:
        for each in listed:
            if each not in allowed:
                yield f"[grouping] {name} 中的 {each} 不认识（可选：{'、'.join(allowed)}）"
    if "priority" in rules.tie_breaks and not rules.priority:
        yield "[grouping] tie_breaks 用了 priority，但没有给出 priority 次序"


def _band_problems(bands: BandRules) -> typing.Iterator[str]:
    ratios = [step.ratio for step in bands.high]
    if bands.low is not None and any(ratio <= bands.low for ratio in ratios):
        yield "[bands] 高倍率界值必须大于低倍率界值"
    if bands.extreme is not None and any(bands.extreme <= ratio for ratio in ratios):
        yield "[bands] extreme 必须大于高倍率界值"
    if bands.high and bands.high[-1].below is not None:
        yield "[bands] high 的最后一档不能有 below（应适用于其余病组）"
