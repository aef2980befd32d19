"""A region's parameters adjusted by the hospital: a shipped or given profile with its own point values and factor.

The result is a profile file of its own in the user's data folder, so what was computed with is always a file with a name.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from app import toml_text
from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from coding_rules.settlement.profile import SHIPPED, ProfileError, RegionProfile, load_profile


@dataclass(frozen=True, slots=True)
class LocalFigures:
    """What a hospital knows about its own money: price of a point (or rate) by insurance, and its factor.

    ``prices`` are (insurance, yuan); an empty insurance is the price for all others. ``None``: not set.
    """

    prices: tuple[tuple[str, Decimal], ...] = ()
    hospital_factor: Decimal | None = None

    @classmethod
    def of(cls, profile: RegionProfile) -> LocalFigures:
        """The figures of a profile that hold whatever the month."""
        prices = tuple((price.insurance, price.value) for price in profile.money.prices)
        return cls(prices, profile.money.hospital_factor)


def load(name_or_path: str) -> RegionProfile:
    """A profile by name or path.

    Raises:
        UserError: it cannot be read or is not sound.
    """
    try:
        return load_profile(name_or_path)
    except ProfileError as error:
        problems = "；".join(error.problems[:3])
        raise UserError(
            f"地区参数“{name_or_path}”无法使用：{problems}", "请在设置中改选或改正该文件。"
        ) from error


def choices(system: str) -> list[RegionProfile]:
    """Shipped profiles for a payment system (``DRG`` or ``DIP``), in the order of ``SHIPPED``."""
    return [profile for name in SHIPPED if (profile := load_profile(name)).system == system]


def adjust(base: str, figures: LocalFigures) -> Path:
    """Write ``base`` with the hospital's own figures beside the user's data; the path of the file.

    Raises:
        UserError: the result is not sound, or it cannot be written.
    """
    table: dict[str, Any] = tomllib.loads(_text(base))
    head = table["profile"]
    head["id"] = f"local_{head['id'].removeprefix('local_')}"
    head["title"] = f"{str(head['title']).removesuffix(_MARK)}{_MARK}"
    money = table.setdefault("money", {})
    if figures.prices:
        money["prices"] = [
            ({"insurance": insurance} if insurance else {}) | {"value": float(value)}
            for insurance, value in figures.prices
        ]
    if figures.hospital_factor is not None:
        money["hospital_factor"] = float(figures.hospital_factor)
    notes = table.setdefault("notes", {}).setdefault("money", {})
    for parameter in ("prices", "hospital_factor"):
        notes[parameter] = {"source": "本院设置", "certainty": "本地设置"}
    folder = data_dir() / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{head['id']}.toml"
    with safe_write(path) as temporary:
        temporary.write_text(toml_text.dumps(table), encoding="utf-8")
    load(str(path))
    return path


def _text(base: str) -> str:
    if base in SHIPPED:
        folder = resources.files("coding_rules.settlement").joinpath("profiles")
        return folder.joinpath(f"{base}.toml").read_text(encoding="utf-8")
    load(base)
    return Path(base).read_text(encoding="utf-8")


_MARK = "（本院参数）"
