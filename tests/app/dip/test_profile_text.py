"""Parameters as text: every value has one spelling that is read back as it was; bad text is refused with what to write."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.dip.profile_file import dump
from app.dip.profile_text import OWN_NOTE, choices, read_amount, show_value, with_note, with_raw, with_value
from app.dip.profile_words import CHOICES, MEANINGS
from app.errors import UserError
from coding_rules.settlement.profile import SHIPPED, Certainty, Note, load_profile, parse_profile
from coding_rules.settlement.profile_view import LABELS, describe
from coding_rules.settlement.rules import HighShape, HighStep, PointPrice

DEMO = load_profile("demo")


def test_every_parameter_has_a_meaning_and_every_choice_a_word() -> None:
    assert set(MEANINGS) == set(LABELS)
    for place, words in CHOICES.items():
        assert place in LABELS
        assert len(set(words.values())) == len(words), place


@pytest.mark.parametrize("name", SHIPPED)
def test_every_value_is_read_back_from_its_text(name: str) -> None:
    profile = load_profile(name)
    for each in describe(profile):
        if each.name == "prices":
            continue
        text = show_value(profile, each.section, each.name)
        assert with_value(profile, each.section, each.name, text) == profile, each.label
        listed = choices(each.section, each.name)
        assert not listed or not text or text in listed, each.label


def test_a_change_is_the_hospitals_own() -> None:
    changed = with_value(DEMO, "bands", "low", "0.4")
    assert changed.bands.low == Decimal("0.4")
    assert changed.note("bands", "low") == OWN_NOTE
    assert changed.note("bands", "extreme") == DEMO.note("bands", "extreme")
    assert with_value(changed, "bands", "low", "").bands.low is None
    note = Note("某市医保局〔2025〕3 号", Certainty.PUBLISHED)
    assert with_note(changed, "bands", "low", note).note("bands", "low") == note


def test_choices_and_lists_are_written_in_chinese() -> None:
    shared = with_value(DEMO, "bands", "high_shape", "(r − t + k) × s")
    assert shared.bands.high_shape is HighShape.SHARED
    chain = with_value(DEMO, "grouping", "mixed_steps", "三位类目、空白病种")
    assert chain.grouping.mixed_steps == ("3", "blank")
    steps = with_value(DEMO, "bands", "high", "100 分以下 3、2")
    assert steps.bands.high == (HighStep(Decimal(3), Decimal(100)), HighStep(Decimal(2)))
    assert show_value(steps, "bands", "high") == "100 分以下 3、2"
    shares = with_value(DEMO, "money", "fund_share", "职工 0.8、其他 0.6")
    assert shares.money.fund_share == {"职工": Decimal("0.8"), "": Decimal("0.6")}
    assert with_value(DEMO, "auxiliary", "enabled", "是").auxiliary.enabled


@pytest.mark.parametrize(
    ("section", "name", "text", "todo"),
    [
        ("bands", "low", "半", "数字"),
        ("bands", "high", "低于100 3", "100 分以下"),
        ("bands", "high_shape", "随便", "可选"),
        ("grouping", "principal_length", "五", "整数"),
        ("grouping", "principal_length", "", "填写"),
        ("money", "fund_share", "0.8", "职工"),
        ("auxiliary", "enabled", "也许", "可选"),
        ("money", "hospital_factor", "NaN", "数字"),
        ("money", "hospital_factor", "1e999", "数字"),
        ("money", "basis", "随便", "可选"),
        ("grouping", "tie_breaks", "层次、随便", "可选"),
        ("bands", "high", "９９９９９９９９９９９９９９", "分以下"),
    ],
)
def test_text_that_does_not_fit_is_refused(section: str, name: str, text: str, todo: str) -> None:
    with pytest.raises(UserError) as refusal:
        with_value(DEMO, section, name, text)
    assert todo in refusal.value.todo


@pytest.mark.parametrize(
    ("section", "name", "text", "said"),
    [
        ("grouping", "priority", "核心·手术、随便", "随便 不认识"),
        ("grouping", "priority", "核心·小手术", "不认识"),
        ("grouping", "excluded_diagnoses", "Z51.100、化疗", "化疗 不像诊断编码"),
        ("grouping", "excluded_procedures", "Z51.100", "不像手术操作编码"),
        ("grouping", "resistant_code", "耐药", "不像诊断编码"),
        ("auxiliary", "kinds", "核心、别的", "别的 不认识"),
        ("auxiliary", "icu_relax", "2", "0 到 1"),
        ("bands", "blank_factor", "-5", "不能小于 0"),
        ("clearing", "special_review_days", "-1", "不能小于 0"),
        ("auxiliary", "cv_screen", "-0.7", "不能小于 0"),
    ],
)
def test_words_and_codes_that_mean_nothing_are_told_at_their_row(
    section: str, name: str, text: str, said: str
) -> None:
    [problem] = with_value(load_profile("hubei"), section, name, text).problems()
    assert (problem.section, problem.name) == (section, name)
    assert said in problem.sentence


def test_codes_are_kept_in_the_spelling_they_are_compared_in() -> None:
    typed = with_value(DEMO, "grouping", "excluded_diagnoses", "z51.100、Ａ09.Ｘ00")
    assert typed.grouping.excluded_diagnoses == {"Z51.100", "A09.x00"}
    dropped = with_value(DEMO, "grouping", "excluded_procedures", "6.3100、17.3900X002")
    assert dropped.grouping.excluded_procedures == {"06.3100", "17.3900x002"}


def test_no_text_breaks_the_check_of_a_profile() -> None:
    for profile in map(load_profile, ("hubei", "weihai_points_drg")):
        for each in describe(profile):
            for text in ("乱写", "-5", "1e999", "1e13", "NaN", "９９９", "0.5.5", "核心、核心", "", "0"):
                try:
                    changed = with_value(profile, each.section, each.name, text)
                except UserError:
                    continue
                if not changed.problems():
                    assert parse_profile(dump(changed), "写回") == changed


def test_inconsistent_values_are_kept_and_told() -> None:
    wrong = with_value(DEMO, "clearing", "prepaid_share", "1.2")
    assert any("prepaid_share" in problem for problem in wrong.verify())


def test_prices_are_shown_with_whom_they_are_for() -> None:
    priced = with_raw(
        DEMO, "money", "prices", (PointPrice(Decimal("6.1"), "职工", "2025-03"), PointPrice(Decimal(5)))
    )
    assert show_value(priced, "money", "prices") == "职工 2025-03 6.1、其他 5"


@pytest.mark.parametrize("text", ["", "一", "0", "-3", "NaN"])
def test_amounts_are_positive_numbers(text: str) -> None:
    with pytest.raises(UserError):
        read_amount(text, "点值")
    assert read_amount("1,234.5", "点值") == Decimal("1234.5")
