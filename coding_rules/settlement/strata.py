"""Strata of auxiliary catalogues (辅助分型): which severity, age, ICU and comorbidity strata a case belongs to, and why.

Sources: DIP 3.0 技术规范（征求意见稿） ch. 5 and, for the labels of ``NATIONAL_1``, public Hubei implementations. The code lists behind
重度, 中度, 转移 and CCI are tables to import; without them the strata that need them are not decided and the reason is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.facts import principal_head
from coding_rules.grouper.dip.spec import meets_any, spec_keys
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.rules import AuxiliaryRules, AuxiliaryScheme

SEVERITY = "疾病严重程度"
TUMOUR = "肿瘤严重程度"
AGE = "年龄"
ICU = "监护病房天数"
CCI = "CCI"
SECONDARY = "次要诊断"
LOCAL = "地方特征"
DIED = "5"
PRINCIPAL, OTHER, PROCEDURE = "主要诊断", "其他诊断", "手术操作"
PLACES = (PRINCIPAL, OTHER, PROCEDURE)
"""Where the codes of a 地方特征 may stand."""


@dataclass(frozen=True)
class SeverityTables:
    """Imported code lists by comparable code (full code, subcategory or category).

    ``severe`` 功能衰竭、休克、脓毒症 (or MCC), ``moderate`` 重要器官病损与感染 (or CC), ``exclusions`` principal diagnoses that
    make a secondary one not count, ``inclusions`` the only ones with which it does, ``cci`` Charlson weight and category of a
    code, ``secondary`` the 次要诊断病种 of a code; ``spread`` 转移, ``radiotherapy`` and ``chemotherapy`` lists of malignant tumours
    (diagnoses or procedures), as regions of the first national scheme use them; ``local`` the region's own 地方特征: label ->
    place of ``PLACES`` -> specs, one of which must stand at each of the places named.
    """

    severe: frozenset[str] = frozenset()
    moderate: frozenset[str] = frozenset()
    exclusions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    inclusions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cci: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    secondary: Mapping[str, str] = field(default_factory=dict)
    spread: frozenset[str] = frozenset()
    radiotherapy: frozenset[str] = frozenset()
    chemotherapy: frozenset[str] = frozenset()
    local: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    source: str = ""

    def __bool__(self) -> bool:
        """Whether there is any list."""
        lists = (self.severe, self.moderate, self.cci, self.secondary, self.spread)
        return any((*lists, self.radiotherapy, self.chemotherapy, self.local))

    def hit(self, listed: frozenset[str], principal: str, others: tuple[str, ...]) -> str:
        """The first other diagnosis on a list that counts beside the principal diagnosis."""
        for code in others:
            key = next((key for key in spec_keys(code) if key in listed), "")
            barred, asked = self.exclusions.get(key, ()), self.inclusions.get(key, ())
            counts = not asked or meets_any(asked, (principal,))
            if key and counts and not any(each in barred for each in spec_keys(principal)):
                return code
        return ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum a case belongs to, with the sentence that says why."""

    kind: str
    label: str
    why: str


@dataclass(frozen=True)
class Strata:
    """All strata of a case, and what could not be decided for want of a table or a value."""

    found: tuple[Stratum, ...]
    undecided: tuple[str, ...] = ()


def strata_of(
    case: GrouperInput, standard: int | None, tables: SeverityTables, rules: AuxiliaryRules
) -> Strata:
    """The strata of a case. ``standard`` is the fee standard of its group in 分 (for 高费用)."""
    answers = [*_severities(case, standard, tables, rules)]
    severity = next((each for each in answers if isinstance(each, Stratum)), None)
    answers.append(_age(case, rules, severity))
    answers.append(_icu(case))
    if tables.cci:
        answers.append(_charlson(case, tables))
    answers.extend((*_secondary(case, tables), *_local(case, tables)))
    return Strata(
        tuple(each for each in answers if isinstance(each, Stratum)),
        tuple(each for each in answers if each and isinstance(each, str)),
    )


_Answer = Stratum | str | None
"""A stratum, why it cannot be decided, or nothing."""


def _severities(
    case: GrouperInput, standard: int | None, tables: SeverityTables, rules: AuxiliaryRules
) -> Iterator[_Answer]:
    """The severity of a case by the region's scheme; with sub-codes every one that holds, the gravest first."""
    malignant = bool(case.diagnoses) and principal_head(case.diagnoses[0]).startswith("C")
    match rules.scheme:
        case AuxiliaryScheme.SUB_CODES:
            yield from _sub_codes(case, tables, rules)
        case AuxiliaryScheme.NATIONAL_1:
            if malignant:
                yield from _tumour_treatment(case, tables)
            yield _severity_by_stay(case, tables, rules, TUMOUR if malignant else SEVERITY)
        case _ if malignant:
            yield _tumour(case, standard, tables, rules)
            yield _high_fee_gap(case, standard, rules)
        case _:
            yield _severity(case, tables, rules)


_BY_SCHEME: Mapping[AuxiliaryScheme, Mapping[str, tuple[str, ...]]] = {
    AuxiliaryScheme.NATIONAL_3: {
        SEVERITY: ("死亡", "重度", "中度", "轻度"),
        TUMOUR: (
            "死亡",
            "高费用一",
            "高费用二",
            "转移或其他部位并发",
            "功能衰竭、休克、脓毒症",
            "重要器官病损或感染",
            "其他",
        ),
    },
    AuxiliaryScheme.NATIONAL_1: {
        SEVERITY: ("轻度I-A", "轻度I-B", "中度II", "重度III", "死亡IV-A", "死亡IV-B"),
        TUMOUR: (
            *("轻度I-A", "轻度I-B", "中度II", "重度III", "转移IV", "放疗V-A", "化疗V-B"),
            *("死亡VI-A", "死亡VI-B"),
        ),
    },
    AuxiliaryScheme.SUB_CODES: {SEVERITY: ("轻度", "中度", "重度", "死亡")},
}
_AGES = ("0-28天", "29天-1周岁", "1-6岁", "7-17岁")
_ICU_DAYS = ((31, "31天及以上"), (15, "15-30天"), (8, "8-14天"), (2, "2-7天"))


def known_labels(tables: SeverityTables, rules: AuxiliaryRules) -> frozenset[tuple[str, str]]:
    """Every stratum the program can find a case in under these rules, as (kind, label)."""
    by_kind = {TUMOUR: _BY_SCHEME[AuxiliaryScheme.NATIONAL_3][TUMOUR], **_BY_SCHEME[rules.scheme]}
    elderly = f"{rules.elderly_from}岁及以上"
    combined = rules.scheme is AuxiliaryScheme.NATIONAL_3
    severities = (*by_kind[SEVERITY], *by_kind[TUMOUR])
    labels = {
        **by_kind,
        AGE: (*_AGES, *((f"{elderly}·{each}" for each in severities) if combined else (elderly,))),
        ICU: tuple(label for _, label in _ICU_DAYS),
        CCI: ("无", "一般", "严重", "极严重"),
        SECONDARY: tuple(tables.secondary.values()),
        LOCAL: tuple(tables.local),
    }
    return frozenset((kind, label) for kind, listed in labels.items() for label in listed)


def _others(case: GrouperInput) -> tuple[str, ...]:
    return tuple(principal_head(code) for code in case.diagnoses[1:] if code)


def _sub_codes(case: GrouperInput, tables: SeverityTables, rules: AuxiliaryRules) -> Iterator[_Answer]:
    """Jining: 死亡, 重度, 中度, 轻度 as far as each holds (a group need not have them all); a short stay is 轻度 whatever else."""
    if case.los is None:
        yield "缺少住院天数，无法判断疾病严重程度"
        return
    stay = f"住院 {case.los} 天"
    if case.los <= rules.short_stay:
        yield Stratum(SEVERITY, "轻度", f"{stay}，不超过 {rules.short_stay} 天")
        return
    if case.discharge == DIED:
        yield Stratum(SEVERITY, "死亡", f"离院方式为死亡，{stay}")
    if not tables.severe and not tables.moderate:
        yield "缺少 CC/MCC 表，无法判断疾病严重程度"
        return
    principal, others = principal_head(case.diagnoses[0]), _others(case)
    for label, listed in (("重度", tables.severe), ("中度", tables.moderate)):
        if code := tables.hit(listed, principal, others):
            yield Stratum(SEVERITY, label, f"次要诊断 {code} 属{label}，{stay}")
    yield Stratum(SEVERITY, "轻度", stay)


def _severity(case: GrouperInput, tables: SeverityTables, rules: AuxiliaryRules) -> Stratum | str:
    """Severity of other than malignant disease, or why it cannot be decided."""
    if case.discharge == DIED:
        return Stratum(SEVERITY, "死亡", "离院方式为死亡")
    listed = _severe_or_moderate(case, tables, rules)
    if isinstance(listed, str):
        return listed
    label, why = listed
    return Stratum(SEVERITY, label, why)


def _severe_or_moderate(
    case: GrouperInput, tables: SeverityTables, rules: AuxiliaryRules
) -> tuple[str, str] | str:
    if not tables.severe and not tables.moderate:
        return "缺少中、重度诊断字典，无法判断疾病严重程度"
    if case.los is None:
        return "缺少住院天数，无法判断疾病严重程度"
    principal, others = principal_head(case.diagnoses[0]), _others(case)
    for label, listed in (("重度", tables.severe), ("中度", tables.moderate)):
        code = tables.hit(listed, principal, others)
        if code and case.los >= rules.min_days:
            return label, f"次要诊断 {code} 属{label}，住院 {case.los} 天"
        if code:
            return "轻度", f"次要诊断 {code} 属{label}，但住院 {case.los} 天不足 {rules.min_days} 天"
    return "轻度", "无中、重度次要诊断"


def _severity_by_stay(
    case: GrouperInput, tables: SeverityTables, rules: AuxiliaryRules, kind: str
) -> Stratum | str:
    """Labels I-A to IV-B: death and light cases are split by stay, 中度II and 重度III by the lists. Tumours die as VI."""
    if case.los is None:
        return f"缺少住院天数，无法判断{kind}"
    half = "A" if case.los <= rules.short_stay else "B"
    if case.discharge == DIED:
        grade = "VI" if kind == TUMOUR else "IV"
        return Stratum(kind, f"死亡{grade}-{half}", f"离院方式为死亡，住院 {case.los} 天")
    if not tables.severe and not tables.moderate:
        return f"缺少 CC/MCC 表，无法判断{kind}"
    principal, others = principal_head(case.diagnoses[0]), _others(case)
    if code := tables.hit(tables.severe, principal, others):
        return Stratum(kind, "重度III", f"次要诊断 {code} 属 MCC")
    if code := tables.hit(tables.moderate, principal, others):
        return Stratum(kind, "中度II", f"次要诊断 {code} 属 CC")
    return Stratum(kind, f"轻度I-{half}", f"无 CC/MCC，住院 {case.los} 天")


def _tumour_treatment(case: GrouperInput, tables: SeverityTables) -> Iterator[Stratum]:
    """转移IV, 放疗V-A and 化疗V-B of malignant tumours: by the lists, whatever the severity; of several the factor decides."""
    coded = (*_others(case), *(clean_procedure(code) for code in case.procedures if code))
    for label, listed in (
        ("转移IV", tables.spread),
        ("放疗V-A", tables.radiotherapy),
        ("化疗V-B", tables.chemotherapy),
    ):
        code = next((each for each in coded if any(key in listed for key in spec_keys(each))), "")
        if code:
            yield Stratum(TUMOUR, label, f"{code} 在“{label[:2]}”清单中")


def _tumour(
    case: GrouperInput, standard: int | None, tables: SeverityTables, rules: AuxiliaryRules
) -> Stratum | str:
    """Severity of malignant tumours: the first of seven kinds that holds."""
    if case.discharge == DIED:
        return Stratum(TUMOUR, "死亡", "离院方式为死亡")
    if high := _high_fee(case, standard, rules):
        return high
    principal, others = principal_head(case.diagnoses[0]), _others(case)
    spread = next((code for code in others if code.startswith("C") and code[:3] != principal[:3]), "")
    if spread and (case.los or 0) >= rules.min_days:
        return Stratum(
            TUMOUR, "转移或其他部位并发", f"次要诊断 {spread} 为其他部位恶性肿瘤，住院 {case.los} 天"
        )
    listed = _severe_or_moderate(case, tables, rules)
    if isinstance(listed, str):
        return listed.replace("疾病", "肿瘤")
    label, why = listed
    names = {"重度": "功能衰竭、休克、脓毒症", "中度": "重要器官病损或感染", "轻度": "其他"}
    return Stratum(TUMOUR, names[label], why)


def _high_fee(case: GrouperInput, standard: int | None, rules: AuxiliaryRules) -> Stratum | None:
    if not standard or not case.total_fee or Decimal(case.total_fee) < rules.high_fee_ratio * standard:
        return None
    times = Decimal(case.total_fee) / standard
    for label, name, part in (
        ("高费用一", "治疗费", case.treatment_fee),
        ("高费用二", "药品费", case.drug_fee),
    ):
        if part is not None and Decimal(part) / case.total_fee >= rules.high_fee_share:
            share = Decimal(part) * 100 / case.total_fee
            return Stratum(TUMOUR, label, f"费用为标准的 {times:.2f} 倍，{name}占 {share:.1f}%")
    return None


def _high_fee_gap(case: GrouperInput, standard: int | None, rules: AuxiliaryRules) -> str:
    """Why 高费用 of a malignant tumour could not be decided, or an empty text."""
    if not case.total_fee or case.discharge == DIED or _high_fee(case, standard, rules):
        return ""
    if not standard:
        return "病种没有费用标准，未判断恶性肿瘤高费用"
    high = Decimal(case.total_fee) >= rules.high_fee_ratio * standard
    missing = [
        name for name, part in (("治疗费", case.treatment_fee), ("药品费", case.drug_fee)) if part is None
    ]
    return f"缺少{'、'.join(missing)}，未判断恶性肿瘤高费用" if high and missing else ""


_YEAR = 365


def _age(case: GrouperInput, rules: AuxiliaryRules, severity: Stratum | None) -> _Answer:
    """Age strata; the elderly are combined with severity."""
    years, days = case.age, case.age_days
    if not years and days is not None and days <= _YEAR:
        label = "0-28天" if days <= 28 else "29天-1周岁"
        return Stratum(AGE, label, f"年龄 {days} 天")
    if not years and days is not None:
        years = days // _YEAR
    if not years:
        return None if years is None else "不足一周岁而没有天龄，无法判断年龄段"
    for top, label in ((6, "1-6岁"), (17, "7-17岁")):
        if years <= top:
            return Stratum(AGE, label, f"年龄 {years} 岁")
    if years < rules.elderly_from:
        return None
    elderly = f"{rules.elderly_from}岁及以上"
    if rules.scheme is AuxiliaryScheme.NATIONAL_3:
        if severity is None:
            return None
        return Stratum(AGE, f"{elderly}·{severity.label}", f"年龄 {years} 岁，{severity.why}")
    return Stratum(AGE, elderly, f"年龄 {years} 岁")


def _icu(case: GrouperInput) -> Stratum | None:
    """ICU days in full days of 24 hours."""
    if case.icu_hours is None:
        return None
    days = int(case.icu_hours // 24)
    for low, label in _ICU_DAYS:
        if days >= low:
            return Stratum(ICU, label, f"监护 {case.icu_hours:g} 小时，计 {days} 天")
    return None


def charlson(case: GrouperInput, tables: SeverityTables) -> tuple[int, tuple[str, ...]]:
    """Charlson score over the other diagnoses, each category once at its highest weight, and the codes that counted."""
    best: dict[str, tuple[int, str]] = {}
    for code in _others(case):
        entry = next((tables.cci[key] for key in spec_keys(code) if key in tables.cci), None)
        if entry is not None and entry[0] > best.get(entry[1], (0, ""))[0]:
            best[entry[1]] = (entry[0], code)
    return sum(weight for weight, _ in best.values()), tuple(code for _, code in best.values())


def _charlson(case: GrouperInput, tables: SeverityTables) -> Stratum:
    score, codes = charlson(case, tables)
    label = "极严重" if score >= 5 else "严重" if score >= 3 else "一般" if score >= 1 else "无"
    return Stratum(CCI, label, f"CCI {score} 分" + (f"（{'、'.join(codes)}）" if codes else ""))


def _secondary(case: GrouperInput, tables: SeverityTables) -> Iterator[Stratum]:
    seen: set[str] = set()
    for code in _others(case):
        label = next((tables.secondary[key] for key in spec_keys(code) if key in tables.secondary), "")
        if label and label not in seen:
            seen.add(label)
            yield Stratum(SECONDARY, label, f"次要诊断 {code}")


def _local(case: GrouperInput, tables: SeverityTables) -> Iterator[Stratum]:
    """The region's own features: some code of the list stands at every place it names."""
    procedures = tuple(clean_procedure(code) for code in case.procedures if code)
    standing = {
        PRINCIPAL: tuple(map(principal_head, case.diagnoses[:1])),
        OTHER: _others(case),
        PROCEDURE: procedures,
    }
    for label, places in tables.local.items():
        met = [(place, meets_any(specs, standing[place])) for place, specs in places.items()]
        if all(code for _, code in met):
            yield Stratum(LOCAL, label, "，".join(f"{place} {code}" for place, code in met))
