"""Which diagnosis and which procedure should lead."""

from __future__ import annotations

from dataclasses import replace

from coding_rules.case import Case, Diagnosis, Fees, Procedure
from coding_rules.clinical_lists import department_codes
from coding_rules.relations import Group, Relations
from coding_rules.selection import Confidence, Standard, suggest_main_procedure, suggest_principal

GALLBLADDER = Relations(
    [Group("K80.1", "51.2300"), Group("I10.x"), Group("H25.9", "13.4100x001", ("13.7100x001",))]
)


def page(*codes: str, px: tuple[str, ...] = (), outpatient: str = "", department: str = "") -> Case:
    return Case(
        "1",
        department=department,
        diagnoses=tuple(Diagnosis(code, "某病", "1") for code in codes),
        procedures=tuple(Procedure(code, "某操作") for code in px),
        outpatient_diagnosis=Diagnosis(outpatient),
    )


def test_the_filed_one_stands_when_nothing_speaks_against_it() -> None:
    found = suggest_principal(page("K80.100", "I10.x00", px=("51.2300",)), GALLBLADDER)
    assert found.keeps
    assert found.confidence is Confidence.KEEP


def test_the_operated_disease_leads() -> None:
    found = suggest_principal(page("I10.x00", "K80.100", px=("51.2300",)), GALLBLADDER)
    assert (found.index, found.confidence) == (1, Confidence.LIKELY)
    assert "主要手术" in found.reason
    assert "2016" in found.rule


def test_the_operated_disease_leads_without_a_catalogue_too() -> None:
    assert suggest_principal(page("I10.x00", "K80.100", px=("51.2300",))).index == 1


def test_obstetrics_and_gynaecology_in_one_department_treat_both() -> None:
    assert suggest_principal(page("O80.000", "N83.200", department="妇产科")).keeps
    assert "O80.000" in (department_codes("妇产科") or ())
    assert "O80.000" not in (department_codes("妇科") or ())


def test_reason_for_admission_and_department_together_are_likely_alone_only_possible() -> None:
    alone = suggest_principal(page("K29.700", "J18.000", outpatient="J18.000"))
    assert (alone.index, alone.confidence) == (1, Confidence.POSSIBLE)
    both = suggest_principal(page("K29.700", "J18.000", outpatient="J18.000", department="呼吸内科"))
    assert (both.index, both.confidence) == (1, Confidence.LIKELY)


def test_a_history_code_never_leads() -> None:
    assert suggest_principal(page("Z95.500", "K80.100")).index == 1
    assert suggest_principal(page("K80.100", "Z95.500", outpatient="Z95.500")).keeps


def test_a_symptom_gives_way_to_a_disease_but_stands_alone() -> None:
    assert suggest_principal(page("R10.400", "K35.800")).index == 1
    assert suggest_principal(page("R10.400", "I10.x00")).keeps


def test_complications_of_delivery_lead_the_way_of_delivery() -> None:
    found = suggest_principal(page("O82.000", "O14.100", "Z37.000"))
    assert (found.index, found.confidence) == (1, Confidence.LIKELY)


def test_the_two_standards_differ_on_what_arose_during_the_stay() -> None:
    case = page("T81.400", "K35.800")
    case = replace(case, diagnoses=(replace(case.diagnoses[0], condition="4"), case.diagnoses[1]))
    assert suggest_principal(case, standard=Standard.FRONT_PAGE).keeps
    settlement = suggest_principal(case, standard=Standard.SETTLEMENT)
    assert (settlement.index, settlement.confidence) == (1, Confidence.LIKELY)
    assert "2021" in settlement.rule


def test_chemotherapy_stays() -> None:
    assert suggest_principal(page("C34.900", "Z51.100", px=("99.2503",))).index == 1


def test_the_catalogue_says_which_procedure_is_main() -> None:
    found = suggest_main_procedure(page("H25.900", px=("13.7100x001", "13.4100x001")), GALLBLADDER)
    assert (found.index, found.confidence) == (1, Confidence.LIKELY)
    assert suggest_main_procedure(page("H25.900", px=("13.4100x001", "13.7100x001")), GALLBLADDER).keeps


def test_the_catalogue_outweighs_what_procedures_usually_accompany() -> None:
    dialysis = Relations([Group("N18.0", "38.9501", ("39.9500",))])
    assert suggest_main_procedure(page("N18.001", px=("38.9501", "39.9500")), dialysis).keeps
    assert suggest_main_procedure(page("N18.001", px=("38.9501", "39.9500"))).index == 1


def test_numbers_of_vessels_are_never_main() -> None:
    assert suggest_main_procedure(page("I25.103", px=("00.4000", "36.0700"))).index == 1
    assert suggest_main_procedure(page("I25.103", px=("36.0700", "00.4000"))).keeps


def test_nothing_to_choose_from() -> None:
    assert suggest_principal(Case("1")).keeps
    assert suggest_main_procedure(Case("1")).keeps


def test_fee_and_stay_speak_for_the_disease_whose_cases_they_resemble() -> None:
    relations = Relations(
        [Group("K29.7", "", (), 200_000, 90, 0.4), Group("J18.0", "", (), 900_000, 90, 0.4)]
    )
    dear = replace(page("K29.700", "J18.000"), fees=Fees(total=1_000_000))
    assert suggest_principal(dear, relations).index == 1
    assert "总费用、住院天数" in suggest_principal(dear, relations).reason
    cheap = replace(dear, fees=Fees(total=210_000))
    assert suggest_principal(cheap, relations).keeps


def test_a_disease_the_catalogue_seldom_has_as_principal_gives_way() -> None:
    relations = Relations(
        [Group("J18.0", "", (), 300_000, 5_000, 0.4), Group("E78.2", "", (), 300_000, 25, 0.4)]
    )
    found = suggest_principal(replace(page("E78.200", "J18.000"), fees=Fees(total=300_000)), relations)
    assert (found.index, found.confidence) == (1, Confidence.LIKELY)
    assert "约 5000 例" in found.reason
    assert suggest_principal(page("J18.000", "E78.200"), relations).keeps


def test_an_acute_event_does_not_give_way_to_a_common_chronic_disease() -> None:
    relations = Relations(
        [Group("K85.2", "", (), 900_000, 120, 0.5), Group("E11.2", "", (), 600_000, 2_200, 0.4)]
    )
    case = replace(page("K85.201", "E11.200"), fees=Fees(total=620_000))
    assert suggest_principal(case, relations).keeps


def test_an_outpatient_diagnosis_that_agrees_speaks_for_the_filed_one() -> None:
    alone = suggest_principal(page("N40.x00", "K80.100"))
    assert alone.index == 1
    assert suggest_principal(page("N40.x00", "K80.100", outpatient="N40.x00")).keeps
