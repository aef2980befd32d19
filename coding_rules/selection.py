"""Which diagnosis and which procedure should lead: a reasoned suggestion, never an order.

Two standards differ and both are offered: the front page (2016) and the settlement list (2021). Each suggestion cites the
topic of the rule that weighed most and says its confidence in words. The signals are what the front page itself shows:
procedures and the diagnoses they go with, the reason for admission, the department, 入院病情, and the nature of the codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from coding_rules import clinical_lists as lists
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.codeset import CodeSet
from coding_rules.insurance_codes import CodeMapper
from coding_rules.relations import Bond, Relations
from icd_tables.codes import Kind, category, normalize_code, without_marks


class Standard(StrEnum):
    """By which rules the principal diagnosis is chosen."""

    FRONT_PAGE = "首页2016"
    SETTLEMENT = "清单2021"


class Confidence(StrEnum):
    """How sure a suggestion is, in words."""

    KEEP = "维持"
    POSSIBLE = "可能"
    LIKELY = "较有把握"


_TITLES = {
    Standard.FRONT_PAGE: "住院病案首页数据填写质量规范（暂行）（2016）：主要诊断选择",
    Standard.SETTLEMENT: "医疗保障基金结算清单填写规范（2021）：主要诊断选择",
}
_PROCEDURE_TITLES = {
    Standard.FRONT_PAGE: "住院病案首页数据填写质量规范（暂行）（2016）：手术操作的填写次序",
    Standard.SETTLEMENT: "医疗保障基金结算清单填写规范（2021）：手术操作的填写次序",
}
_FILED_FIRST = 1.5
"""What it takes to speak against the line a physician put first."""
_FAR_MORE = 2.5
_LIKELY = 1.5
_POSSIBLE = 0.5


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason for or against a line: its 0-based index, weight (positive: for) and the sentence that says so."""

    index: int
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which line should lead. ``index`` is 0-based; 0 with confidence ``KEEP`` means the filed one stands.

    ``reason`` joins the sentences that speak for it, ``rule`` names document and topic, ``signals`` hold all reasons.
    """

    index: int
    reason: str
    rule: str
    confidence: Confidence
    standard: Standard
    signals: tuple[Signal, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether the filed line stands."""
        return self.index == 0


PrincipalSuggestion = Suggestion
ProcedureSuggestion = Suggestion


@dataclass(frozen=True)
class _Setting:
    """A case with its codes ready: bare filed codes for the lists, 医保版 codes for the relations (none where nobody asks)."""

    case: Case
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    insured_diagnoses: tuple[str, ...]
    insured_procedures: tuple[str, ...]
    relations: Relations

    @property
    def main(self) -> str:
        return self.insured_procedures[0] if self.insured_procedures else ""


def suggest_principal(
    case: Case,
    relations: Relations | None = None,
    terminology: CodeMapper | None = None,
    standard: Standard = Standard.FRONT_PAGE,
) -> PrincipalSuggestion:
    """Which diagnosis line should be principal, and why.

    ``relations`` (learned from a catalogue) and ``terminology`` (to ask them in 医保版 codes) sharpen it; both may be absent.
    """
    setting = _setting(case, relations, terminology)
    signals = [signal for ask in _DIAGNOSIS_SIGNALS for signal in ask(setting)]
    signals.extend(_conditions(setting, standard))
    candidates = [
        i
        for i, code in enumerate(setting.diagnoses)
        if code and _nature_of(code) is not lists.NEVER_PRINCIPAL
    ]
    return _decide(signals, candidates, standard, _TITLES[standard])


def suggest_main_procedure(
    case: Case,
    relations: Relations | None = None,
    terminology: CodeMapper | None = None,
    standard: Standard = Standard.FRONT_PAGE,
) -> ProcedureSuggestion:
    """Which procedure line should stand first, and why; arguments as in ``suggest_principal``."""
    setting = _setting(case, relations, terminology)
    signals = [signal for ask in _PROCEDURE_SIGNALS for signal in ask(setting)]
    candidates = [i for i, code in enumerate(setting.procedures) if code and code not in lists.NEVER_MAIN]
    return _decide(signals, candidates, standard, _PROCEDURE_TITLES[standard])


def _decide(
    signals: Sequence[Signal], candidates: Sequence[int], standard: Standard, rule: str
) -> Suggestion:
    weights: dict[int, float] = {0: _FILED_FIRST}
    for signal in signals:
        weights[signal.index] = weights.get(signal.index, 0.0) + signal.weight
    best = max(candidates, key=lambda i: (weights.get(i, 0.0), -i), default=0)
    lead = weights.get(best, 0.0) - weights[0]
    if best == 0 or lead < _POSSIBLE:
        return Suggestion(0, "", rule, Confidence.KEEP, standard, tuple(signals))
    telling = [s for s in signals if (s.index == best and s.weight > 0) or (s.index == 0 and s.weight < 0)]
    reason = "；".join(s.reason for s in sorted(telling, key=lambda s: -abs(s.weight)))
    confidence = Confidence.LIKELY if lead >= _LIKELY else Confidence.POSSIBLE
    return Suggestion(best, reason, rule, confidence, standard, tuple(signals))


@lru_cache(maxsize=100_000)
def _bare(code: str) -> str:
    return without_marks(normalize_code(code))


def _setting(case: Case, relations: Relations | None, terminology: CodeMapper | None) -> _Setting:
    return _Setting(
        case,
        tuple(_bare(line.code) for line in case.diagnoses),
        tuple(_bare(line.code) for line in case.procedures),
        _insured(case, case.diagnoses, Kind.DIAGNOSIS, terminology) if relations or case.procedures else (),
        _insured(case, case.procedures, Kind.PROCEDURE, terminology),
        relations or Relations(),
    )


def _insured(
    case: Case, lines: Sequence[Diagnosis | Procedure], kind: Kind, terminology: CodeMapper | None
) -> tuple[str, ...]:
    if terminology is None:
        return tuple(normalize_code(line.code) for line in lines)
    return tuple(terminology.to_insurance(kind, case.edition, line.code).code for line in lines)


# -- signals for the principal diagnosis ---------------------------------------------------------
def _admission_reason(setting: _Setting) -> Iterator[Signal]:
    """The outpatient diagnosis is the recorded reason for admission."""
    wanted = _bare(setting.case.outpatient_diagnosis.code)
    if not wanted or not setting.diagnoses or category(setting.diagnoses[0]) == category(wanted):
        return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if code == wanted:
            yield Signal(index, 2.0, "与门（急）诊诊断（入院原因）相同")
            return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if category(code) == category(wanted):
            yield Signal(index, 1.0, "与门（急）诊诊断（入院原因）同一类目")
            return


def _operated_disease(setting: _Setting) -> Iterator[Signal]:
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


def _department(setting: _Setting) -> Iterator[Signal]:
    """The department that discharged the patient mainly treats one disease and not the other."""
    codes = lists.department_codes(setting.case.department)
    if codes is None or not setting.diagnoses or setting.diagnoses[0] in codes:
        return
    for index, code in enumerate(setting.diagnoses[1:], 1):
        if code in codes and code not in lists.BACKGROUND:
            yield Signal(index, 1.0, f"属出院科别（{setting.case.department}）主要收治的疾病")


def _nature(setting: _Setting) -> Iterator[Signal]:
    """Codes that by their nature speak against leading."""
    for index, code in enumerate(setting.diagnoses):
        if not code:
            continue
        nature = _nature_of(code)
        if nature is lists.NEVER_PRINCIPAL:
            yield Signal(index, -6.0, "所填主要诊断的编码不能作主要诊断")
        elif nature is lists.SYMPTOMS and _has_definite(setting, index):
            yield Signal(index, -2.0, "所填主要诊断是症状、体征，已有明确疾病")
        elif nature is lists.BACKGROUND:
            yield Signal(index, -1.5, "所填主要诊断是长期存在或伴随的情况")
        elif nature is lists.TERMINAL and _has_definite(setting, index):
            yield Signal(index, -0.5, "所填主要诊断是疾病引起的衰竭、终末状态")


def _has_definite(setting: _Setting, index: int) -> bool:
    return any(
        code and other != index and _nature_of(code) is None for other, code in enumerate(setting.diagnoses)
    )


@lru_cache(maxsize=100_000)
def _nature_of(code: str) -> CodeSet | None:
    """The first of the lists against leading that holds the code."""
    weak = (lists.NEVER_PRINCIPAL, lists.SYMPTOMS, lists.BACKGROUND, lists.TERMINAL)
    return next((codes for codes in weak if code in codes), None)


def _resources(setting: _Setting) -> Iterator[Signal]:
    """The stay cost far more than the filed diagnosis usually does, and about what another diagnosis does."""
    total = setting.case.fees.total
    if not total or len(setting.insured_diagnoses) < 2:
        return
    own = _usual_fee(setting, 0)
    if own is None or total < _FAR_MORE * own:
        return
    for index in range(1, len(setting.insured_diagnoses)):
        usual = _usual_fee(setting, index)
        if usual is not None and 0.7 <= total / usual <= 1.4:
            yield Signal(index, 0.5, "总费用与它的病种均费相当，远高于所填主要诊断的病种")


def _usual_fee(setting: _Setting, index: int) -> int | None:
    """Mean fee of a diagnosis's catalogue row for what was done (its main procedure, or none)."""
    groups = setting.relations.groups_of(setting.insured_diagnoses[index])
    fees = [g.mean_fee for g in groups if g.main == setting.main and g.mean_fee and not g.related]
    return fees[0] if fees else None


def _special(setting: _Setting) -> Iterator[Signal]:
    """Tumour treatment, obstetrics, poisoning, acute events."""
    treated = bool(setting.procedures) and setting.procedures[0] in lists.TUMOUR_TREATMENT
    delivered = bool(setting.diagnoses) and setting.diagnoses[0] in lists.DELIVERY
    poisoned = any(code[:1] == "T" and code in lists.POISONING for code in setting.diagnoses)
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


def _conditions(setting: _Setting, standard: Standard) -> Iterator[Signal]:
    """入院病情 4 (arose during the stay): excluded by the settlement list, only weighed on the front page."""
    weight = -4.0 if standard is Standard.SETTLEMENT else -1.5
    for index, line in enumerate(setting.case.diagnoses):
        if line.condition == "4":
            yield Signal(index, weight, "所填主要诊断入院时不存在（入院病情为“无”）")


_DIAGNOSIS_SIGNALS = (_admission_reason, _operated_disease, _department, _nature, _resources, _special)


# -- signals for the main procedure --------------------------------------------------------------
def _catalogue_main(setting: _Setting) -> Iterator[Signal]:
    """The catalogue takes one of the procedures done as main, the others as related."""
    if len(setting.procedures) < 2 or not setting.insured_diagnoses:
        return
    position = setting.relations.main_among(setting.insured_diagnoses[0], setting.insured_procedures)
    if position:
        yield Signal(position, 3.0, "目录中与主要诊断同做这些操作时，以它为主要手术，其余为相关操作")


def _matching(setting: _Setting) -> Iterator[Signal]:
    """A procedure that goes with the principal diagnosis leads one that does not."""
    if len(setting.procedures) < 2 or not setting.insured_diagnoses:
        return
    bonds = [
        setting.relations.bond(setting.insured_diagnoses[0], code) for code in setting.insured_procedures
    ]
    usual = [lists.treats(code, setting.diagnoses[0]) for code in setting.procedures]
    if bonds[0] is Bond.PAIR or usual[0]:
        return
    for index, bond in enumerate(bonds[1:], 1):
        if usual[index]:
            yield Signal(index, 3.0, "是主要诊断的常用治疗，所填主要手术不相配")
        elif bond is Bond.PAIR and bonds[0] is not Bond.UNKNOWN:
            yield Signal(index, 2.0, "在目录中与主要诊断相配，所填主要手术不相配")


def _kind(setting: _Setting) -> Iterator[Signal]:
    """Therapeutic before diagnostic, what was done before what only accompanies it."""
    for index, code in enumerate(setting.procedures):
        if not code:
            continue
        if code in lists.NEVER_MAIN:
            yield Signal(index, -5.0, "所填主要手术只是附加编码，不能作主要手术")
        elif code in lists.ACCOMPANYING:
            weight = -3.0 if _has_treatment(setting, index) else -0.5
            yield Signal(index, weight, "所填主要手术通常是伴随另一手术的操作")
        elif code in lists.DIAGNOSTIC:
            yield Signal(index, -2.5, "所填主要手术是诊断性操作，另有治疗性手术操作")


def _has_treatment(setting: _Setting, index: int) -> bool:
    weak = (lists.NEVER_MAIN, lists.ACCOMPANYING, lists.DIAGNOSTIC)
    return any(
        code and other != index and not any(code in codes for codes in weak)
        for other, code in enumerate(setting.procedures)
    )


_PROCEDURE_SIGNALS = (_catalogue_main, _matching, _kind)
