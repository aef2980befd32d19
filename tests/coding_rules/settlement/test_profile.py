from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from coding_rules.grouper.dip.expression import Dialect
from coding_rules.grouper.dip.rules import Pipeline
from coding_rules.settlement.profile import (
    SECTIONS,
    SHIPPED,
    Certainty,
    ProfileError,
    load_profile,
    parse_profile,
    shipped_profiles,
)
from coding_rules.settlement.rules import HighShape, HighStep

HEAD = '[profile]\nid = "x"\ntitle = "某市"\n'


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ProfileError) as raised:
        parse_profile(text, "某市.toml")
    assert "某市.toml" in str(raised.value)
    return raised.value.problems


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_profiles_are_sound_and_say_where_every_parameter_comes_from(name: str) -> None:
    profile = load_profile(name)
    assert profile.profile_id == name
    assert profile.verify() == ()
    assert profile.source
    sections = [section for section in SECTIONS if section != "grouping" or profile.system == "DIP"]
    for section in sections:
        for parameter in dataclasses.fields(SECTIONS[section]):
            note = profile.note(section, parameter.name)
            assert note.source
            assert isinstance(note.certainty, Certainty)
        assert f"{section}.default" in profile.notes, section
    if profile.demo:
        assert {note.certainty for note in profile.notes.values()} == {Certainty.DEMO}


def test_profiles_differ_where_the_regions_do() -> None:
    by_id = {profile.profile_id: profile for profile in shipped_profiles()}
    assert by_id["hubei"].grouping.dialect is Dialect.SLASH_PLUS
    assert by_id["national_3_0"].grouping.pipeline is Pipeline.NATIONAL_3
    assert by_id["shandong"].grouping.intervention_as == "治疗性操作"
    assert by_id["weihai_points_drg"].bands.high_shape is HighShape.ADDED
    assert by_id["weihai_points_drg"].bands.high[0] == HighStep(Decimal(3), Decimal(1000))


def test_numbers_are_exact_decimals() -> None:
    profile = parse_profile(
        HEAD + "[bands]\nlow = 0.1\nhigh = 2\n[money]\nprices = [{ value = 6.37 }]\n", "x"
    )
    assert profile.bands.low == Decimal("0.1")
    assert profile.bands.high == (HighStep(Decimal(2)),)
    assert profile.money.prices[0].value == Decimal("6.37")


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        HEAD + '[grouping]\ndialect = "pipes"\nkey = 5\n[bands]\nlow = "many"\n[colours]\nred = 1\n'
    )
    text = "；".join(found)
    assert len(found) == 4
    assert "dialect = pipes" in text
    assert "slash_plus" in text  # names the choices
    assert "不认识的参数 key" in text
    assert "low = many" in text
    assert "[colours]" in text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[profile]\nid = 'x'\n", "缺少 id 或 title"),
        (HEAD + "[bands]\nlow = 2\nhigh = 1.5\n", "[bands] high：高倍率界值应大于低倍率界值 2"),
        (HEAD + "[bands]\nhigh = 3\nextreme = 2\n", "[bands] extreme：2 应大于高倍率界值 3"),
        (HEAD + "[bands]\nhigh = [{ ratio = 2, below = 100 }]\n", "最后一档"),
        (HEAD + "[grouping]\ntie_breaks = ['luck']\n", "luck 不认识"),
        (HEAD + "[grouping]\ntie_breaks = ['priority']\n", "[grouping] priority：取舍次序用了"),
        (HEAD + "[grouping]\ntie_breaks = ['layer', 'layer']\n", "写了 2 次"),
        (HEAD + "[grouping]\nlayers = []\n", "一层病种也没有"),
        (HEAD + "[bands]\nungrouped = 'fee_share'\n", "ungrouped_factor"),
        (HEAD + "[money]\nprices = [{ value = 1 }, { value = 2 }]\n", "其他险种 有 2 个点值"),
        (HEAD + "[money]\nfund_basis = 'share'\n", "fund_share"),
        (HEAD + "[auxiliary]\ncv_drop = 20\n", "cv_drop：20 应在 0 到 1 之间"),
        (HEAD + "[auxiliary]\nelderly_from = 6\n", "不像老年"),
        (HEAD + "[grouping]\nintervention_as = '别的'\n", "intervention_as"),
        (HEAD + "[grouping]\nprincipal_length = 1\n", "3 到 10"),
        (HEAD + "[clearing]\nprepaid_share = 90\n", "0 到 1"),
        (HEAD + "[money]\nprices = [{ value = 0 }]\n", "点值必须大于 0"),
        (HEAD + "[money]\nhospital_factor = -1\n", "hospital_factor"),
        (HEAD + "[bands]\nlow_inclusive = 'yes'\n", "low_inclusive"),
        (HEAD + "[notes.bands]\nlow = { source = '文件', certainty = '大概' }\n", "certainty"),
        (HEAD + "[notes.bands]\nlower = { source = '文件', certainty = '推断' }\n", "没有对应的参数"),
        (HEAD + "[notes.other]\n", "没有对应的部分"),
        ("[profile\n", "不是规范的 TOML"),
        (
            "[profile]\nid = 'x'\ntitle = 'y'\nvalid_from = 2025-02-01\nvalid_to = 2025-01-01\n",
            "[profile] valid_to",
        ),
        ("[profile]\nid = 'x'\ntitle = 'y'\nvalid_to = '2025-01-01'\n", "不是日期"),
        (HEAD.replace("[profile]", "[profile]\nsystem = 'APG'"), "system"),
    ],
)
def test_integrity(text: str, word: str) -> None:
    assert any(word in problem for problem in problems(text))


def test_notes_fall_back_to_the_section_and_then_to_local() -> None:
    text = HEAD + (
        "[notes.bands]\ndefault = { source = '甲', certainty = '推断' }\n"
        "low = { source = '乙', certainty = '文件原文', note = '丙' }\n"
    )
    profile = parse_profile(text, "x")
    assert str(profile.note("bands", "low")) == "乙（文件原文）：丙"
    assert profile.note("bands", "high").source == "甲"
    assert profile.note("money", "prices").certainty is Certainty.LOCAL


def test_dates_in_force() -> None:
    profile = parse_profile(HEAD + "valid_from = 2025-01-01\nvalid_to = 2025-12-31\n", "x")
    assert profile.in_force(date(2025, 12, 31))
    assert not profile.in_force(date(2026, 1, 1))
    assert profile.in_force(None)


def test_unknown_names_list_what_there_is() -> None:
    with pytest.raises(ProfileError, match="national_platform"):
        load_profile("nowhere")
