"""Reasons for a diagnosis to be principal, or not to be: what the front page and a loaded catalogue say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import log

from coding_rules import clinical_lists as lists
from coding_rules.codeset import CodeSet
from coding_rules.relations import Bond
from coding_rules.signals import Setting, Signal, bare
from icd_tables.codes import category


def _admission_reason(setting: Setting) -> Iterator[Signal]:
    """The outpatient diagnosis is the recorded reason for admission."""
    wanted = bare(setting.case.outpatient_diagnosis.code)
    if not wanted or not setting.diagnoses:
        return
    if category(setting.diagnoses[0]) == category(wanted):
        yield Signal(0, 1.0, "与门（急）诊诊断（入院原因）相符")
        return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if code == wanted:
            yield Signal(index, 2.0, "与门（急）诊诊断（入院原因）相同")
            return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if category(code) == category(wanted):
            yield Signal(index, 1.0, "与门（急）诊诊断（入院原因）同一类目")
            return


def _operated_disease(setting: Setting) -> Iterator[Signal]:
    """The disease that the main procedure treats leads when the stay was for that procedure."""
    if not setting.main or not setting.insured_diagnoses:
        return
    bonds = [setting.relations.bond(code, setting.main) for code in setting.insured_diagnoses]
    usual = [lists.treats(setting.procedures[0], code) for code in setting.diagnoses]
    if bonds[0] is Bond.PAIR or usual[0]:
        return
    name = setting.case.procedures[0].name or setting.main
    for index, bond in enumerate(bonds[1:], 1):
        if usual[index]:
            yield Signal(index, 3.0, f"主要手术“{name}”是它的常用治疗，与所填主要诊断不相配")
        elif bond is Bond.PAIR:
            yield Signal(index, 3.0, f"主要手术“{name}”在目录中与它相配，与所填主要诊断不相配")
        elif bond is Bond.FAMILY and bonds[0] is Bond.NEVER:
            yield Signal(index, 1.5, f"主要手术“{name}”与它同属一个诊断大类")


def _department(setting: Setting) -> Iterator[Signal]:
    """The department that discharged the patient mainly treats one disease and not the other."""
    codes = lists.department_codes(setting.case.department)
    if codes is None or not setting.diagnoses or setting.diagnoses[0] in codes:
        return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if code in codes and code not in lists.BACKGROUND:
            yield Signal(index, 1.0, f"属出院科别（{setting.case.department}）主要收治的疾病")


def _nature(setting: Setting) -> Iterator[Signal]:
    """Codes that by their nature speak against leading."""
    for index, code in enumerate(setting.diagnoses):
        if not code:
            continue
        nature = nature_of(code)
        if nature is lists.NEVER_PRINCIPAL:
            yield Signal(index, -6.0, "所填主要诊断的编码不能作主要诊断")
        elif nature is lists.SYMPTOMS and any(lists.explains(other, code) for other in setting.diagnoses):
            yield Signal(index, -2.0, "所填主要诊断是症状、体征，其常见病因已诊断明确")
        elif nature is lists.BACKGROUND:
            yield Signal(index, -1.5, "所填主要诊断是长期存在或伴随的情况")
        elif nature is lists.TERMINAL and _has_definite(setting, index):
            yield Signal(index, -0.5, "所填主要诊断是疾病引起的衰竭、终末状态")


def _has_definite(setting: Setting, index: int) -> bool:
    return any(
        code and other != index and nature_of(code) is None for other, code in enumerate(setting.diagnoses)
    )


@lru_cache(maxsize=100_000)
def nature_of(code: str) -> CodeSet | None:
    """The first of the lists against leading that holds the code."""
    weak = (lists.NEVER_PRINCIPAL, lists.SYMPTOMS, lists.BACKGROUND, lists.TERMINAL)
    return next((codes for codes in weak if code in codes), None)


def _catalogue_cases(setting: Setting) -> Iterator[Signal]:
    """How often the region's cases have each diagnosis as principal, against how often it stands beside another one."""
    if not setting.diagnoses or not setting.diagnoses[0]:
        return
    if not setting.supports:
        yield from _companions(setting)
        return
    filed = _apt(setting, 0)
    for index in range(1, len(setting.supports)):
        if setting.diagnoses[index]:
            yield Signal(index, _apt(setting, index) - filed, _told_cases(setting, index))


def _told_cases(setting: Setting, index: int) -> str:
    """The catalogue's cases of a line and of the filed one, in words."""
    own, cases = setting.supports[0].listed, setting.supports[index].listed
    often = _companion(setting.diagnoses[0]) > _companion(setting.diagnoses[index])
    seldom = "所填的多作其他诊断，" if often else "所填的"
    other = f"{seldom}约 {own:.0f} 例" if own >= 1 else f"{seldom}没有列入"
    if cases < 1:
        return f"目录中{other}"
    return f"目录中同样诊疗以它为主要诊断的约 {cases:.0f} 例（{other}）"


def _companions(setting: Setting) -> Iterator[Signal]:
    """Without a catalogue: only how often each stands beside another diagnosis, and with half the weight."""
    own = _companion(setting.diagnoses[0])
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if code and _companion(code) < own:
            yield Signal(index, (own - _companion(code)) / 2, "所填主要诊断多作其他诊断")


def _apt(setting: Setting, index: int) -> float:
    """Logarithm of how apt a line is to lead, before fee and stay are looked at."""
    return log(setting.supports[index].cases) - _companion(setting.diagnoses[index])


@lru_cache(maxsize=100_000)
def _companion(code: str) -> float:
    """Logarithm of how much more often than other diseases it stands beside a principal diagnosis."""
    if code in lists.COMMONEST_COMPANION:
        return 3.0
    return 2.0 if code in lists.COMPANIONS else 0.0


def _course(setting: Setting) -> Iterator[Signal]:
    """Fee and length of stay are nearer to the catalogue's cases of one diagnosis than to those of another."""
    if not setting.supports:
        return
    own = setting.supports[0].closeness
    for index, other in enumerate(setting.supports[1:], 1):
        if setting.diagnoses[index]:
            yield Signal(index, log(other.closeness / own), "总费用、住院天数更接近目录中它的病例")


def _special(setting: Setting) -> Iterator[Signal]:
    """Tumour treatment, obstetrics, poisoning, acute events."""
    treated = bool(setting.procedures) and setting.procedures[0] in lists.TUMOUR_TREATMENT
    delivered = bool(setting.diagnoses) and setting.diagnoses[0] in lists.DELIVERY
    poisoned = any(code[:1] == "T" and code in lists.POISONING for code in setting.diagnoses)
    if setting.diagnoses and setting.diagnoses[0] in lists.ACUTE_EVENTS:
        yield Signal(0, 1.5, "是急性、危害较大的疾病")
    for index, code in enumerate(setting.diagnoses):
        if index == 0:
            continue
        if code in lists.TREATMENT_STAYS and treated:
            yield Signal(index, 2.5, "本次主要是放疗、化疗等肿瘤治疗，应以 Z51 为主要诊断")
        elif delivered and code in lists.OBSTETRIC_TROUBLE:
            yield Signal(index, 3.0, "有产科主要并发症，分娩方式不作主要诊断")
        elif poisoned and code in lists.POISONING and setting.diagnoses[0] in lists.TERMINAL:
            yield Signal(index, 3.0, "中毒应为主要诊断，其表现为其他诊断")
        elif code in lists.ACUTE_EVENTS and setting.diagnoses[0] in lists.BACKGROUND:
            yield Signal(index, 1.0, "是急性、危害较大的疾病")


def conditions(setting: Setting, weight: float) -> Iterator[Signal]:
    """入院病情 4 (arose during the stay): excluded by the settlement list, only weighed on the front page."""
    for index, line in enumerate(setting.case.diagnoses):
        if line.condition == "4":
            yield Signal(index, weight, "所填主要诊断入院时不存在（入院病情为“无”）")


DIAGNOSIS_SIGNALS = (
    _admission_reason,
    _operated_disease,
    _department,
    _nature,
    _catalogue_cases,
    _course,
    _special,
)
