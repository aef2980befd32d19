from __future__ import annotations

import dataclasses

from coding_rules.settlement.profile import SECTIONS, load_profile
from coding_rules.settlement.profile_view import HEAD_NAMES, LABELS, SECTION_LABELS, describe


def test_every_parameter_has_a_label() -> None:
    places = {
        f"{section}.{each.name}" for section, cls in SECTIONS.items() for each in dataclasses.fields(cls)
    }
    assert set(LABELS) == places | {f"profile.{name}" for name in HEAD_NAMES}
    assert set(SECTION_LABELS) == {"profile", *SECTIONS}


def test_values_choices_and_notes() -> None:
    shown = {f"{each.section}.{each.name}": each for each in describe(load_profile("weihai_points_drg"))}
    assert not any(place.startswith("grouping") for place in shown)
    assert shown["bands.high"].value == "3 1000、2 2500、1.5"
    assert shown["bands.high_shape"].choices == ("scaled", "shared", "added", "normal")
    assert shown["bands.low_inclusive"].value == "否"
    assert not shown["money.prices"].is_set
    demo = {f"{each.section}.{each.name}": each for each in describe(load_profile("demo"))}
    assert demo["money.prices"].value == "6.2 职工、5.6 居民、5.8"
    assert demo["grouping.mixed_steps"].value == "3、chapter、blank"
    assert demo["money.fund_share"].value == "职工 0.78、居民 0.64"
    assert "演示" in str(demo["money.prices"].note)
