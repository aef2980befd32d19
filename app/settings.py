"""Settings of the program: each declared once, with its type, default and Chinese label; kept as TOML.

A value of a wrong type falls back to its default with a message; a file that is no TOML is set aside and told; keys
that this version does not know (written by a newer one) are kept.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, cast, get_type_hints

from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.toml_text import dumps

SETTINGS_NAME = "settings.toml"
RECENT_LIMIT = 12


class Theme(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def label(self) -> str:
        """Chinese label for the screen."""
        return {"system": "跟随系统", "light": "浅色", "dark": "深色"}[self.value]


class Density(StrEnum):
    """How tight rows stand."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"

    @property
    def label(self) -> str:
        """Chinese label for the screen."""
        return {"comfortable": "宽松", "compact": "紧凑"}[self.value]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Folders and files are texts; an empty one means the built-in choice.

    ``layout`` holds window state by name (base64 text of Qt's own blobs); ``unknown`` the keys of newer versions.
    """

    author: Annotated[str, "编码员姓名"] = ""
    theme: Annotated[Theme, "界面颜色"] = Theme.SYSTEM
    density: Annotated[Density, "行距"] = Density.COMFORTABLE
    tables: Annotated[str, "编码表文件夹"] = ""
    drg_scheme: Annotated[str, "DRG 分组方案"] = ""
    drg_weights: Annotated[str, "DRG 权重表"] = ""
    dip_catalogue: Annotated[str, "DIP 病种目录"] = ""
    dip_auxiliary: Annotated[str, "DIP 辅助目录"] = ""
    drg_profile: Annotated[str, "DRG 结算参数"] = ""
    dip_profile: Annotated[str, "DIP 结算参数"] = ""
    rule_packs: Annotated[tuple[str, ...], "附加规则包"] = ()
    names_in_lists: Annotated[bool, "更正清单中列出患者姓名"] = True
    recent: Annotated[tuple[str, ...], "最近打开的文件"] = ()
    layout: Annotated[Mapping[str, str], "窗口布局"] = field(default_factory=lambda: MappingProxyType({}))
    unknown: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def with_recent(self, path: Path) -> Settings:
        """These settings with ``path`` first among the recent files."""
        text = str(path.absolute())
        rest = tuple(other for other in self.recent if other != text)
        return replace(self, recent=(text, *rest)[:RECENT_LIMIT])

    def with_layout(self, name: str, blob: str) -> Settings:
        """These settings with one piece of window state."""
        return replace(self, layout={**self.layout, name: blob})


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """What was read, and what to tell the user about it (empty: nothing)."""

    settings: Settings
    messages: tuple[str, ...] = ()


def label(name: str) -> str:
    """Chinese label of a setting by its field name."""
    return str(get_type_hints(Settings, include_extras=True)[name].__metadata__[0])


def load(path: Path | None = None) -> LoadedSettings:
    """Read the settings. Never fails over their content: what cannot be used is replaced by defaults and told.

    Raises:
        UserError: the file is there but cannot be opened at all.
    """
    path = path or data_dir() / SETTINGS_NAME
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        raise UserError(f"无法读取设置文件：{path}", "请检查该文件的读取权限。") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        aside = _set_aside(path)
        return LoadedSettings(Settings(), (f"设置文件已损坏，改用默认设置；原文件保留为“{aside.name}”。",))
    return _from_document(document)


def save(settings: Settings, path: Path | None = None) -> None:
    """Write the settings safely.

    Raises:
        UserError: the file cannot be written.
    """
    path = path or data_dir() / SETTINGS_NAME
    with safe_write(path) as temporary:
        temporary.write_text(dumps(_to_document(settings)), encoding="utf-8", newline="\n")


def _to_document(settings: Settings) -> dict[str, object]:
    document = dict(settings.unknown)
    for one in _declared():
        value = getattr(settings, one)
        document[one] = value.value if isinstance(value, StrEnum) else value
    return document


def _from_document(document: Mapping[str, object]) -> LoadedSettings:
    values: dict[str, object] = {}
    messages: list[str] = []
    default = Settings()
    for name in _declared():
        if name not in document:
            continue
        try:
            values[name] = _typed(document[name], getattr(default, name))
        except (TypeError, ValueError):
            messages.append(f"设置“{label(name)}”的值无法使用，已改用默认值。")
    values["unknown"] = {key: value for key, value in document.items() if key not in _declared()}
    return LoadedSettings(Settings(**cast(Any, values)), tuple(messages))


def _declared() -> list[str]:
    return [one.name for one in fields(Settings) if one.name != "unknown"]


def _typed(value: object, default: object) -> object:
    """``value`` as the type of its default.

    Raises:
        TypeError, ValueError: it is none.
    """
    if isinstance(default, StrEnum):
        return type(default)(str(value))
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(_typed(item, "") for item in value)
    if isinstance(default, Mapping) and isinstance(value, Mapping):
        return {str(key): _typed(item, "") for key, item in value.items()}
    if type(value) is not type(default):
        raise TypeError
    return value


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.stem}.broken-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}")
    try:
        path.replace(aside)
    except OSError as error:
        raise UserError(
            f"设置文件已损坏，且无法移开：{path}", "请关闭占用该文件的程序，或手工删除该文件。"
        ) from error
    return aside
