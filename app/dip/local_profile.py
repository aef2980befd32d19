"""A region's parameters adjusted by the hospital: a shipped or given profile with its own point values and factor.

The result is a profile file of its own in the user's data folder, so what was computed with is always a file with a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from app.dip.profile_file import dump, open_profile, own_folder
from app.dip.profile_text import OWN_NOTE
from app.errors import UserError
from app.files import safe_write
from coding_rules.settlement.profile import SHIPPED, ProfileError, RegionProfile, load_profile
from coding_rules.settlement.rules import PointPrice


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
        return open_profile(name_or_path)
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
    profile = load(base)
    money, notes = profile.money, dict(profile.notes)
    if figures.prices:
        prices = tuple(PointPrice(value, insurance) for insurance, value in figures.prices)
        money = replace(money, prices=prices)
        notes["money.prices"] = OWN_NOTE
    if figures.hospital_factor is not None:
        money = replace(money, hospital_factor=figures.hospital_factor)
        notes["money.hospital_factor"] = OWN_NOTE
    adjusted = replace(
        profile,
        profile_id=f"local_{profile.profile_id.removeprefix('local_')}",
        title=f"{profile.title.removesuffix(_MARK)}{_MARK}",
        money=money,
        notes=notes,
    )
    adjusted = replace(adjusted, demo=adjusted.demo and bool(adjusted.invented()))
    path = own_folder() / f"{adjusted.profile_id}.toml"
    text = dump(adjusted)
    with safe_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    load(str(path))
    return path


_MARK = "（本院参数）"
