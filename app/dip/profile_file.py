"""The hospital's own region profiles: written complete and dated beside the user's data, so that a shipped profile may change later
without changing what was computed here."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from app import toml_text
from app.dip.profile_text import problem_text
from app.errors import UserError
from app.files import free_name, safe_write
from app.paths import data_dir
from coding_rules.settlement.profile import (
    SECTIONS,
    SHIPPED,
    ProfileError,
    RegionProfile,
    load_profile,
    parse_profile,
)

FOLDER = "profiles"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\s.]+')


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A profile one may start from: ``name`` is what loads it, ``own`` tells the hospital's from the shipped ones."""

    name: str
    profile: RegionProfile
    own: bool = False

    @property
    def label(self) -> str:
        """What a list shows."""
        kind = "本院" if self.own else "内置"
        title, system = self.profile.title, self.profile.system
        return f"{kind} · {title}" + ("" if system in title else f"（{system}）")


def open_profile(name_or_path: str | Path) -> RegionProfile:
    """A shipped profile by name, or one from a TOML file.

    Raises:
        ProfileError: there is none, or what is wrong in it.
    """
    name = str(name_or_path)
    if name in SHIPPED:
        return load_profile(name)
    path = Path(name_or_path)
    try:
        return parse_profile(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = "不是 UTF-8 文本" if isinstance(error, UnicodeDecodeError) else "读不到文件"
        shipped = f"内置参数有 {', '.join(SHIPPED)}"
        raise ProfileError(path.name, (f"{reason}，也没有叫“{name}”的内置参数（{shipped}）",)) from error


def listed_profiles() -> list[Listed]:
    """The hospital's own profiles, newest first, then the shipped ones; for files left out see ``unreadable_profiles``."""
    own: list[Listed] = []
    for path in sorted(own_folder().glob("*.toml"), key=lambda each: -each.stat().st_mtime):
        try:
            own.append(Listed(str(path), open_profile(path), own=True))
        except ProfileError:
            continue
    return [*own, *(Listed(name, load_profile(name)) for name in SHIPPED)]


def unreadable_profiles() -> list[ProfileError]:
    """What is wrong with files among the hospital's own profiles that cannot be used."""
    found: list[ProfileError] = []
    for path in sorted(own_folder().glob("*.toml")):
        try:
            open_profile(path)
        except ProfileError as error:
            found.append(error)
    return found


def own_folder() -> Path:
    """Where the hospital's own profiles lie."""
    folder = data_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def save_own(
    profile: RegionProfile, title: str, valid_from: date | None, *, replacing: Path | None = None
) -> tuple[Path, RegionProfile]:
    """Write a profile as the hospital's own under a title and the day it holds from; the path and the profile as read back.

    A copy of a demonstration stays one only as long as it reckons with invented money parameters. A name that is taken gets a
    number, unless it is that of the file being edited (``replacing``).

    Raises:
        UserError: no title, the profile is not sound, or the file cannot be written.
    """
    name = _FORBIDDEN.sub("_", title.strip()).strip("_")
    if not name:
        raise UserError("没有填写参数名称。", "请写明是哪里、哪一年的参数，例如“平顶山 2025”。")
    dated = f"{name}-{valid_from:%Y%m%d}" if valid_from else name
    path = own_folder() / f"{dated}.toml"
    if path.exists() and path != replacing:
        path = free_name(path)
    kept = replace(
        profile,
        profile_id=f"local_{path.stem}",
        title=title.strip(),
        valid_from=valid_from,
        demo=profile.demo and bool(profile.invented()),
    )
    problems = kept.problems()
    if problems:
        listed = "；".join(problem_text(each) for each in problems[:3])
        raise UserError(f"参数有 {len(problems)} 处不合：{listed}", "请改正后再保存。")
    text = dump(kept)
    with safe_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path, parse_profile(text, path.name)


def dump(profile: RegionProfile) -> str:
    """A profile as TOML text, every parameter that has a value written out; ``parse_profile`` reads it back equal."""
    head = {
        "id": profile.profile_id,
        "title": profile.title,
        "system": profile.system,
        "region": profile.region,
        "version": profile.version,
        "valid_from": profile.valid_from,
        "valid_to": profile.valid_to,
        "source": profile.source,
        "demo": profile.demo,
    }
    document: dict[str, object] = {
        "profile": {key: value for key, value in head.items() if value is not None}
    }
    notes: dict[str, dict[str, object]] = {}
    for section in SECTIONS:
        document[section] = _table(getattr(profile, section))
    for place, note in profile.notes.items():
        section, _, name = place.partition(".")
        written = {"source": note.source, "certainty": note.certainty.value, "note": note.note}
        notes.setdefault(section, {})[name] = {key: value for key, value in written.items() if value}
    return toml_text.dumps({**document, "notes": notes})


def _table(part: Any) -> dict[str, object]:
    values = ((each.name, getattr(part, each.name)) for each in dataclasses.fields(part))
    return {name: _plain(value) for name, value in values if value is not None}


def _plain(value: Any) -> object:
    match value:
        case StrEnum():
            return value.value
        case bool() | int() | str() | Decimal():
            return value
        case frozenset():
            return sorted(value)
        case tuple():
            return [_plain(each) for each in value]
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
    return _table(value)
