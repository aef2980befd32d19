from decimal import Decimal

import pytest

from app.dip import local_profile
from app.dip.local_profile import LocalFigures
from app.errors import UserError


def test_own_figures_make_a_profile_of_their_own() -> None:
    figures = LocalFigures((("职工", Decimal("6.5")), ("", Decimal("6"))), Decimal("1.05"))
    path = local_profile.adjust("national_platform", figures)
    profile = local_profile.load(str(path))
    assert LocalFigures.of(profile) == figures
    assert profile.profile_id == "local_national_platform"
    assert profile.title.endswith("（本院参数）")
    assert profile.note("money", "hospital_factor").source == "本院设置"
    again = local_profile.adjust(str(path), LocalFigures(figures.prices, Decimal(1)))
    assert again == path


def test_choices_are_of_one_system() -> None:
    assert {profile.system for profile in local_profile.choices("DRG")} == {"DRG"}
    assert local_profile.choices("DIP")


def test_bad_profile_is_told() -> None:
    with pytest.raises(UserError, match="没有"):
        local_profile.load("没有")
