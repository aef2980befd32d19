from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.amount import Settler
from coding_rules.settlement.auxiliary import (
    AuxiliaryCatalogue,
    AuxiliaryRow,
    same_label,
    split_sub_codes,
    stratum_kind,
)
from coding_rules.settlement.auxiliary_history import factors_from_history
from coding_rules.settlement.profile import load_profile
from coding_rules.settlement.rules import AuxiliaryRules, AuxiliaryScheme, PointPrice
from coding_rules.settlement.strata import (
    AGE,
    CCI,
    ICU,
    SEVERITY,
    TUMOUR,
    SeverityTables,
    charlson,
    known_labels,
    strata_of,
)
from tests.coding_rules.grouper.dip.samples import catalogue

TABLES = SeverityTables(
    severe=frozenset({"R57", "A41.9", "N17"}),
    moderate=frozenset({"I63.9", "J18"}),
    exclusions={"J18": frozenset({"J44"})},
    cci={
        "I50": (1, "心衰"),
        "I21": (1, "心梗"),
        "I25": (1, "心梗"),
        "N18": (2, "肾病"),
        "G81": (2, "偏瘫"),
        "C78": (6, "转移"),
    },
    secondary={"J96": "呼吸衰竭"},
)
RULES = AuxiliaryRules(enabled=True)
HUBEI = replace(RULES, scheme=AuxiliaryScheme.NATIONAL_1, elderly_from=66)


def filed(*codes: str, los: int | None = 6, **more: object) -> GrouperInput:
    return GrouperInput(diagnoses=codes, los=los, **more)  # type: ignore[arg-type]


def label(
    case: GrouperInput, kind: str, rules: AuxiliaryRules = RULES, standard: int | None = 1_000_000
) -> str:
    return next((s.label for s in strata_of(case, standard, TABLES, rules).found if s.kind == kind), "")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (filed("K35.300", "R57.000"), "重度"),
        (filed("K35.300", "R57.000", los=2), "轻度"),
        (filed("K35.300", "I63.900"), "中度"),
        (filed("K35.300", "I63.900", "R57.000"), "重度"),
        (filed("K35.300"), "轻度"),
        (filed("K35.300", "R57.000", discharge="5"), "死亡"),
        (filed("J44.100", "J18.900"), "轻度"),  # excluded by its principal diagnosis
        (filed("R57.000"), "轻度"),  # only other diagnoses count
    ],
)
def test_severity_of_other_disease(case: GrouperInput, expected: str) -> None:
    assert label(case, SEVERITY) == expected


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (filed("K35.300", los=2, discharge="5"), "死亡IV-A"),
        (filed("K35.300", los=5, discharge="5"), "死亡IV-B"),
        (filed("K35.300", "R57.000", los=1), "重度III"),
        (filed("K35.300", "I63.900", los=1), "中度II"),
        (filed("K35.300", los=3), "轻度I-A"),
        (filed("K35.300", los=4), "轻度I-B"),
    ],
)
def test_labels_of_the_first_national_scheme(case: GrouperInput, expected: str) -> None:
    assert label(case, SEVERITY, HUBEI) == expected


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (filed("C34.900", discharge="5", total_fee=9_000_000), "死亡"),
        (filed("C34.900", total_fee=4_000_000, treatment_fee=2_500_000), "高费用一"),
        (filed("C34.900", total_fee=4_000_000, drug_fee=2_500_000), "高费用二"),
        (filed("C34.900", total_fee=4_000_000, drug_fee=1_900_000, treatment_fee=1_900_000), "其他"),
        (filed("C34.900", total_fee=2_900_000, drug_fee=2_500_000), "其他"),
        (filed("C34.900", "C78.700", los=5), "转移或其他部位并发"),
        (filed("C34.900", "C78.700", los=2), "其他"),
        (filed("C34.900", "C34.100"), "其他"),
        (filed("C34.900", "N17.900"), "功能衰竭、休克、脓毒症"),
        (filed("C34.900", "J18.900"), "重要器官病损或感染"),
    ],
)
def test_seven_kinds_of_malignant_tumours_in_order(case: GrouperInput, expected: str) -> None:
    assert label(case, TUMOUR) == expected
    assert label(case, SEVERITY) == ""


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (filed("C34.900", los=3), ["轻度I-A"]),
        (filed("C34.900", los=4), ["轻度I-B"]),
        (filed("C34.900", "I63.900"), ["中度II"]),
        (filed("C34.900", "R57.000", "C78.700"), ["转移IV", "重度III"]),
        (filed("C34.900", procedures=("92.2400",)), ["放疗V-A", "轻度I-B"]),
        (filed("C34.900", "Z51.101"), ["化疗V-B", "轻度I-B"]),
        (filed("C34.900", discharge="5", los=3), ["死亡VI-A"]),
        (filed("C34.900", discharge="5", los=9), ["死亡VI-B"]),
    ],
)
def test_tumours_of_the_first_national_scheme(case: GrouperInput, expected: list[str]) -> None:
    tables = replace(
        TABLES,
        spread=frozenset({"C78"}),
        radiotherapy=frozenset({"92.2400"}),
        chemotherapy=frozenset({"Z51.1"}),
    )
    found = strata_of(case, 1_000_000, tables, HUBEI).found
    assert [stratum.label for stratum in found if stratum.kind == TUMOUR] == expected
    known = known_labels(tables, HUBEI)
    assert all((stratum.kind, stratum.label) in known for stratum in found)


@pytest.mark.parametrize(
    ("published", "label"),
    [("０～28天", "0-28天"), ("29天至1岁", "29天-1周岁"), ("重度Ⅲ", "重度III"), ("65岁以上", "65岁及以上")],
)
def test_labels_are_the_same_however_they_are_spelled(published: str, label: str) -> None:
    assert same_label(published) == same_label(label)


@pytest.mark.parametrize(
    ("written", "label", "kind"),
    [
        ("疾病严重程度辅助目录", "", SEVERITY),
        ("肿瘤严重程度", "", TUMOUR),
        ("年龄特征病种", "", AGE),
        ("CCI指数", "", CCI),
        ("", "监护病房2-7天", ICU),
        ("", "重度", SEVERITY),
        ("地方特征", "", "地方特征"),
    ],
)
def test_kinds_of_published_tables(written: str, label: str, kind: str) -> None:
    assert stratum_kind(written, label) == kind


def test_a_factor_applies_however_its_stratum_is_spelled_and_what_never_can_is_told() -> None:
    rows = (
        AuxiliaryRow("K35.3", "年龄特征辅助目录", "１～6岁", Decimal("1.2")),
        AuxiliaryRow("K35.3", "地方特征", "肺结核耐药", Decimal("2")),
    )
    made = AuxiliaryCatalogue(rows)
    found = made.apply(group(), filed("K35.300", age=3), RULES)
    assert found is not None
    assert found.factor == Decimal("1.2")
    assert [row.label for row in made.undecidable(RULES)] == ["肺结核耐药"]


def test_sub_codes_treat_short_stays_as_light() -> None:
    rules = replace(RULES, scheme=AuxiliaryScheme.SUB_CODES)
    assert label(filed("K35.300", "R57.000", los=3, discharge="5"), SEVERITY, rules) == "轻度"
    assert label(filed("K35.300", "R57.000", los=4, discharge="5"), SEVERITY, rules) == "死亡"
    assert label(filed("K35.300", "R57.000", los=4), SEVERITY, rules) == "重度"


def test_of_sub_codes_the_gravest_that_the_group_has_applies() -> None:
    rules = replace(RULES, scheme=AuxiliaryScheme.SUB_CODES)
    rows = {
        name: AuxiliaryRow("K35.3", SEVERITY, name, Decimal(factor))
        for name, factor in (("轻度", "1"), ("中度", "1.9"), ("重度", "1.3"), ("死亡", "2"))
    }

    def applied(case: GrouperInput, *names: str) -> str:
        found = AuxiliaryCatalogue([rows[name] for name in names], TABLES).apply(group(), case, rules)
        return found.stratum if found else ""

    both = filed("K35.300", "R57.000", "I63.900", los=5)
    assert (
        applied(both, "轻度", "中度", "重度", "死亡") == "疾病严重程度 重度"
    )  # not the one with the highest factor
    assert applied(both, "轻度", "中度") == "疾病严重程度 中度"
    assert applied(both, "轻度") == "疾病严重程度 轻度"
    died = filed("K35.300", "R57.000", los=5, discharge="5")
    assert applied(died, "轻度", "中度", "重度", "死亡") == "疾病严重程度 死亡"
    assert applied(died, "轻度", "中度", "重度") == "疾病严重程度 重度"
    assert applied(filed("K35.300", "R57.000", los=3, discharge="5"), *rows) == "疾病严重程度 轻度"
    assert applied(filed("K35.300", "R57.000", los=None), *rows) == ""


def test_a_secondary_diagnosis_may_count_only_with_some_principal_ones() -> None:
    tables = replace(TABLES, inclusions={"R57": frozenset({"K35.3", "J00-J99"})})
    for principal, expected in (("K35.300", "重度"), ("J44.100", "重度"), ("K35.900", "轻度")):
        found = strata_of(filed(principal, "R57.000"), None, tables, RULES).found
        assert [stratum.label for stratum in found if stratum.kind == SEVERITY] == [expected]


def test_features_of_the_region_by_codes_at_their_places() -> None:
    tables = SeverityTables(
        local={
            "肺结核耐药": {"主要诊断": frozenset({"A15.000x010", "A15.100x010"})},
            "血液肿瘤化疗": {
                "主要诊断": frozenset({"C81-C96"}),
                "其他诊断": frozenset({"Z51.1"}),
            },
            "中心静脉": {"手术操作": frozenset({"38.9300"})},
        }
    )

    def features(case: GrouperInput) -> list[str]:
        return [each.label for each in strata_of(case, None, tables, HUBEI).found if each.kind == "地方特征"]

    assert features(filed("A15.100x010")) == ["肺结核耐药"]
    assert features(filed("A15.100")) == []
    assert features(filed("C92.100", "Z51.101", procedures=("38.9300",))) == ["血液肿瘤化疗", "中心静脉"]
    assert features(filed("C92.100")) == []
    assert features(filed("Z51.101", "C92.100")) == []
    made = AuxiliaryCatalogue([AuxiliaryRow("K35.3", "地方特征", "肺结核耐药", Decimal(2))], tables)
    assert made.undecidable(HUBEI) == ()
    found = made.apply(group(), filed("A15.000x010"), HUBEI)
    assert found is not None
    assert "主要诊断 A15.000x010" in found.why


@pytest.mark.parametrize(
    ("case", "standard", "said"),
    [
        (filed("C34.900", total_fee=4_000_000), None, "没有费用标准"),
        (filed("C34.900", total_fee=4_000_000), 1_000_000, "缺少治疗费、药品费"),
        (filed("C34.900", total_fee=4_000_000, treatment_fee=0), 1_000_000, "缺少药品费"),
        (filed("C34.900", total_fee=2_999_999), 1_000_000, ""),
        (filed("C34.900", total_fee=3_000_000, treatment_fee=1_500_000), 1_000_000, ""),
        (filed("C34.900", total_fee=4_000_000, discharge="5"), None, ""),
        (filed("J18.900", age=0), 1_000_000, "没有天龄"),
    ],
)
def test_what_could_not_be_decided_is_said(case: GrouperInput, standard: int | None, said: str) -> None:
    undecided = strata_of(case, standard, TABLES, RULES).undecided
    assert said in "".join(undecided)
    assert bool(undecided) == bool(said)


def test_high_fee_and_stay_at_their_edges() -> None:
    exact = filed("C34.900", total_fee=3_000_000, treatment_fee=1_500_000)  # 3 times, 50 %
    assert label(exact, TUMOUR) == "高费用一"
    assert label(replace(exact, treatment_fee=1_499_999), TUMOUR) == "其他"
    assert label(filed("C34.900", "C78.700", los=3), TUMOUR) == "转移或其他部位并发"
    assert label(filed("K35.300", "R57.000", los=3), SEVERITY) == "重度"


def test_without_tables_or_stay_nothing_is_guessed() -> None:
    bare = strata_of(filed("K35.300", "R57.000"), None, SeverityTables(), RULES)
    assert bare.found == ()
    assert "字典" in bare.undecided[0]
    assert "住院天数" in strata_of(filed("K35.300", los=None), None, TABLES, RULES).undecided[0]


@pytest.mark.parametrize(
    ("case", "kind", "expected"),
    [
        (filed("P59.900", age=0, age_days=28), "年龄", "0-28天"),
        (filed("P59.900", age=0, age_days=29), "年龄", "29天-1周岁"),
        (filed("P59.900", age=0, age_days=0), "年龄", "0-28天"),
        (filed("P59.900", age=0, age_days=365), "年龄", "29天-1周岁"),
        (filed("P59.900", age_days=29), "年龄", "29天-1周岁"),
        (filed("J18.900", age_days=5000), "年龄", "7-17岁"),
        (filed("J18.900", age=1), "年龄", "1-6岁"),
        (filed("J18.900", age=6), "年龄", "1-6岁"),
        (filed("J18.900", age=7), "年龄", "7-17岁"),
        (filed("J18.900", age=17), "年龄", "7-17岁"),
        (filed("J18.900", age=18), "年龄", ""),
        (filed("J18.900", age=64), "年龄", ""),
        (filed("J18.900", "R57.000", age=65), "年龄", "65岁及以上·重度"),
        (filed("J18.900", age=0), "年龄", ""),
        (filed("J18.900", icu_hours=47.9), "监护病房天数", ""),
        (filed("J18.900", icu_hours=48.0), "监护病房天数", "2-7天"),
        (filed("J18.900", icu_hours=7 * 24.0), "监护病房天数", "2-7天"),
        (filed("J18.900", icu_hours=8 * 24.0), "监护病房天数", "8-14天"),
        (filed("J18.900", icu_hours=15 * 24.0), "监护病房天数", "15-30天"),
        (filed("J18.900", icu_hours=30 * 24.0), "监护病房天数", "15-30天"),
        (filed("J18.900", icu_hours=31 * 24.0), "监护病房天数", "31天及以上"),
        (filed("J18.900", "J96.000"), "次要诊断", "呼吸衰竭"),
    ],
)
def test_age_icu_and_secondary_strata(case: GrouperInput, kind: str, expected: str) -> None:
    assert label(case, kind) == expected


def test_elderly_of_hubei_begin_at_66_without_severity() -> None:
    assert label(filed("J18.900", age=65), "年龄", HUBEI) == ""
    assert label(filed("J18.900", age=66), "年龄", HUBEI) == "66岁及以上"


@pytest.mark.parametrize(
    ("others", "score", "level"),
    [
        ((), 0, "无"),
        (("I50.900",), 1, "一般"),
        (("I21.000", "I25.200"), 1, "一般"),  # one category counts once
        (("N18.000", "I50.900"), 3, "严重"),
        (("N18.000", "G81.900", "I50.900"), 5, "极严重"),
        (("C78.700",), 6, "极严重"),
    ],
)
def test_charlson(others: tuple[str, ...], score: int, level: str) -> None:
    case = filed("C34.900", *others)
    assert charlson(case, TABLES)[0] == score
    assert label(case, CCI) == level


def group(kind: str = "核心") -> Grouping:
    return Grouping(System.DIP, "目录", "K35.3", kind=kind, points=Decimal(1000), mean_fee=1_000_000)


FACTORS = AuxiliaryCatalogue(
    [
        AuxiliaryRow(
            "K35.3", SEVERITY, "重度", Decimal("1.8"), stratum_mean=Decimal(18000), group_mean=Decimal(10000)
        ),
        AuxiliaryRow("K35.3", "监护病房天数", "2-7天", Decimal("2.4"), source="辅助目录 第 3 行"),
        AuxiliaryRow("K35.3", "年龄", "1-6岁", Decimal("1.1")),
    ],
    TABLES,
)


def test_highest_factor_applies_and_says_what_else_triggered() -> None:
    found = FACTORS.apply(group(), filed("K35.300", "R57.000", age=5, icu_hours=50.0), RULES)
    assert found is not None
    assert (found.factor, found.stratum, found.source) == (
        Decimal("2.4"),
        "监护病房天数 2-7天",
        "辅助目录 第 3 行",
    )
    assert "重度 1.8" in found.why
    assert "1-6岁 1.1" in found.why


def test_factor_shows_its_quotient() -> None:
    found = FACTORS.apply(group(), filed("K35.300", "R57.000"), RULES)
    assert found is not None
    assert "1.8 = 18000 ÷ 10000" in found.why


@pytest.mark.parametrize("kind", ["中医", "综合", "兜底"])
def test_only_core_groups_have_auxiliary_factors(kind: str) -> None:
    assert FACTORS.apply(group(kind), filed("K35.300", "R57.000"), RULES) is None


def test_a_core_group_on_the_basic_list_keeps_its_factors_unless_the_region_says_else() -> None:
    case = filed("K35.300", "R57.000")
    assert FACTORS.apply(group("基层"), case, RULES) is not None
    assert FACTORS.apply(group("基层"), case, replace(RULES, kinds=("核心",))) is None


def test_settlement_multiplies_points_and_the_fee_standard() -> None:
    profile = load_profile("hubei")
    profile = replace(
        profile, money=replace(profile.money, prices=(PointPrice(Decimal(10)),), hospital_factor=Decimal(1))
    )
    profile = replace(profile, auxiliary=RULES)
    case = filed("K35.300", "R57.000", total_fee=1_900_000)
    settled = Settler(profile, auxiliary=FACTORS).settle(group(), case)
    assert settled.points == 1800
    assert settled.ratio == Decimal(19000) / Decimal(18000)
    assert any(figure.label == "辅助分型系数" and figure.value == "1.8" for figure in settled.figures)
    off = Settler(replace(profile, auxiliary=AuxiliaryRules()), auxiliary=FACTORS).settle(group(), case)
    assert off.points == 1000


def test_settlement_says_when_strata_cannot_be_decided() -> None:
    profile = replace(load_profile("hubei"), auxiliary=RULES)
    without_lists = AuxiliaryCatalogue(FACTORS.rows)
    settled = Settler(profile, auxiliary=without_lists).settle(group(), filed("K35.300", "R57.000"))
    assert any(figure.value == "未定" and "字典" in figure.formula for figure in settled.figures)
    other = replace(group(), group="K36")
    assert not any(
        f.value == "未定"
        for f in Settler(profile, auxiliary=without_lists).settle(other, filed("K36.x00")).figures
    )


def test_sub_codes_become_factors() -> None:
    rows = [
        (f"K35.3:47.0100_{n}", "1", "K35.3", "病", "47.0100", "", "", "", points, 5000)
        for n, points in enumerate((1000, 1300, 1900), 1)
    ]
    groups, factors = split_sub_codes([*catalogue(rows).groups, *catalogue().groups])
    assert groups[0].code == "K35.3:47.0100"
    assert groups[0].points == 1000
    assert [(row.label, row.factor) for row in factors] == [
        ("轻度", 1),
        ("中度", Decimal("1.3")),
        ("重度", Decimal("1.9")),
    ]
    assert len(groups) == 1 + len(catalogue().groups)


def _history(light: int, severe: int, severe_fee: int) -> list[tuple[Grouping, GrouperInput]]:
    light_cases = [(group(), filed("K35.300", total_fee=500_000 + 1000 * n)) for n in range(light)]
    heavy = [(group(), filed("K35.300", "R57.000", total_fee=severe_fee + 1000 * n)) for n in range(severe)]
    return light_cases + heavy


TRIGGERS = AuxiliaryRules(
    True, group_cases=15, stratum_cases=5, cv_drop=Decimal("0.2"), cv_screen=Decimal("0.7")
)


def test_factors_from_history_are_means_over_means() -> None:
    rows, refused = factors_from_history(_history(20, 10, 4_000_000), TABLES, TRIGGERS, "2024 年历史")
    factors = {row.label: row for row in rows if row.kind == SEVERITY}
    heavy = factors["重度"]
    assert heavy.cases == 10
    assert heavy.stratum_mean is not None
    assert heavy.group_mean is not None
    assert heavy.factor == heavy.stratum_mean / heavy.group_mean
    assert heavy.stratum_mean == Decimal("40045")
    assert factors["轻度"].factor < 1 < heavy.factor
    # CCI puts every case into one stratum: splitting by it improves nothing.
    assert [(each.kind, "CV" in each.reason) for each in refused] == [(CCI, True)]


def test_triggers_may_be_relaxed_for_days_of_intensive_care() -> None:
    light = [(group(), filed("K35.300", total_fee=500_000 + 1000 * n)) for n in range(8)]
    watched = [(group(), filed("K35.300", total_fee=9_000_000, icu_hours=50.0)) for _ in range(3)]
    strict, _ = factors_from_history(light + watched, TABLES, TRIGGERS, "历史")
    assert not strict
    relaxed = replace(TRIGGERS, icu_relax=Decimal("0.5"))
    rows, _ = factors_from_history(light + watched, TABLES, relaxed, "历史")
    assert [(row.kind, row.label, row.cases) for row in rows] == [(ICU, "2-7天", 3)]


@pytest.mark.parametrize(
    ("light", "severe", "fee", "word"),
    [(10, 5, 4_000_000, "不多于 15 例"), (40, 5, 9_000_000, "不多于 5 例"), (20, 10, 520_000, "不大于 0.7")],
)
def test_triggers_refuse_with_a_reason(light: int, severe: int, fee: int, word: str) -> None:
    _, refused = factors_from_history(_history(light, severe, fee), TABLES, TRIGGERS, "历史")
    assert any(word in each.reason for each in refused if each.label == "重度")
