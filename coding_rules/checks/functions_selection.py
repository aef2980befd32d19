"""Predicates that ask the selection rules and the learned relations: who should lead, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coding_rules.checks.functions_codes import entry_of
from coding_rules.checks.names import DIAGNOSES, PROCEDURES, Facet, Source, Type
from coding_rules.checks.predicates import Env, function, note
from coding_rules.checks.view import CaseView, Line
from coding_rules.clinical_lists import USUALLY_OPERATED, explains
from coding_rules.codeset import CodeSet
from coding_rules.course import Course, Operated, operated
from coding_rules.relations import Bond, Group, Relations
from coding_rules.selection import Confidence, Suggestion, suggest_main_procedure, suggest_principal
from icd_tables.codes import Edition, Kind, normalize_code

_GOES_WITH_ANYTHING = CodeSet(["87-99", "38.9", "34.04", "31.1", "54.91", "86.0-86.2", "41.31", "03.31"])
"""Non-operative procedures, lines, drains and punctures that a patient with any disease may need."""
_WHOLE = (*DIAGNOSES, *PROCEDURES, Facet.REST)


def insurance_code(env: Env, view: CaseView, line: Line) -> str:
    """A line's code in the edition the relations speak (医保版)."""
    return env.mapping.to_insurance(line.kind, view.case.edition, line.code).code


def suggestion(env: Env, view: CaseView, which: str) -> Suggestion | None:
    """The suggestion for ``principal`` or ``main``, made once per case; ``None`` with nothing to choose from."""
    if len(view.diagnoses if which == "principal" else view.procedures) < 2:
        return None
    known = view.remembered.get(which)
    if not isinstance(known, Suggestion):
        ask: Callable[..., Suggestion] = suggest_principal if which == "principal" else suggest_main_procedure
        known = ask(view.case, env.relations, env.mapping)
        view.remembered[which] = known
    return known


def _suggests(env: Env, view: CaseView, which: str, confidence: Confidence) -> bool:
    found = suggestion(env, view, which)
    if found is None or found.confidence is not confidence:
        return False
    rows: Any = view.case.diagnoses if which == "principal" else view.case.procedures
    row = rows[found.index]
    note(view, better=f"{row.code} {row.name}", why=found.reason)
    return True


@function(
    (), prose="另一诊断更像主要诊断（较有把握）", columns=("JBDM1",), reads=_WHOLE, notes=("better", "why")
)
def better_principal(env: Env, view: CaseView) -> bool:
    """Whether another diagnosis is likely the principal one."""
    return _suggests(env, view, "principal", Confidence.LIKELY)


@function((), prose="另一诊断可能更像主要诊断", columns=("JBDM1",), reads=_WHOLE, notes=("better", "why"))
def maybe_better_principal(env: Env, view: CaseView) -> bool:
    """Whether another diagnosis is possibly the principal one."""
    return _suggests(env, view, "principal", Confidence.POSSIBLE)


@function(
    (),
    prose="另一手术操作更像主要手术（较有把握）",
    columns=("SSJCZBM1",),
    reads=_WHOLE,
    notes=("better", "why"),
)
def better_main(env: Env, view: CaseView) -> bool:
    """Whether another procedure is likely the main one."""
    return _suggests(env, view, "main", Confidence.LIKELY)


@function(
    (), prose="另一手术操作可能更像主要手术", columns=("SSJCZBM1",), reads=_WHOLE, notes=("better", "why")
)
def maybe_better_main(env: Env, view: CaseView) -> bool:
    """Whether another procedure is possibly the main one."""
    return _suggests(env, view, "main", Confidence.POSSIBLE)


@function((Type.LINE, Type.LINE), prose="{0}是{1}这一症状、体征的常见病因")
def usual_cause(env: Env, view: CaseView, disease: Line, symptom: Line) -> bool:
    """Whether a disease is a usual cause of a symptom."""
    return explains(disease.bare, symptom.bare)


@function((), prose="其他诊断中有主要诊断这一症状、体征的常见病因", reads=DIAGNOSES)
def symptom_explained(env: Env, view: CaseView) -> bool:
    """Whether some other diagnosis is a usual cause of the principal one."""
    return bool(view.principal) and any(explains(line.bare, view.principal[0].bare) for line in view.others)


@function((Type.LINE, Type.LINE), prose="{1}在所载入的目录中从不与{0}同现", source=Source.RELATIONS)
def never_together(env: Env, view: CaseView, diagnosis: Line, procedure: Line) -> bool | None:
    """Whether the loaded tables know both and never bring them together; ``None`` without such tables."""
    if not env.relations or not diagnosis.code or not procedure.code or procedure.bare in _GOES_WITH_ANYTHING:
        return None
    bond = env.relations.bond(insurance_code(env, view, diagnosis), insurance_code(env, view, procedure))
    return None if bond is Bond.UNKNOWN else bond is Bond.NEVER


@dataclass(frozen=True)
class _Known:
    """What the catalogue has on the principal diagnosis."""

    relations: Relations
    code: str
    groups: tuple[Group, ...]


def _known(env: Env, view: CaseView) -> _Known | None:
    """The catalogue's rows of the principal diagnosis, looked up once per case; ``None`` where there are none."""
    if "known" not in view.remembered:
        view.remembered["known"] = _look_up(env, view)
    found = view.remembered["known"]
    return found if isinstance(found, _Known) else None


def _look_up(env: Env, view: CaseView) -> _Known | None:
    if not env.relations or not view.principal or not view.principal[0].code:
        return None
    code = insurance_code(env, view, view.principal[0])
    groups = tuple(env.relations.groups_of(code))
    return _Known(env.relations, code, groups) if groups else None


@function(
    (),
    prose="主要诊断在所载入的目录中都伴手术操作，本例没有手术操作",
    columns=("SSJCZBM1",),
    reads=(*DIAGNOSES, *PROCEDURES),
    notes=("usual",),
    source=Source.CATALOGUE,
)
def operation_expected(env: Env, view: CaseView) -> bool | None:
    """Whether the catalogue has the principal diagnosis only with procedures, and none was filed."""
    found = _known(env, view)
    if found is None:
        return None
    if view.procedures or not found.relations.operated_only(found.code):
        return False
    note(view, usual="、".join(sorted({_procedure_name(env, group.main) for group in found.groups})[:3]))
    return True


@function(
    (),
    prose="主要诊断多为择期手术收治，本例没有手术操作",
    columns=("SSJCZBM1",),
    reads=(*DIAGNOSES, *PROCEDURES),
)
def usually_operated(env: Env, view: CaseView) -> bool:
    """Whether the principal diagnosis is one that people are mostly admitted for to be operated on, and no procedure was filed."""
    return not view.procedures and bool(view.principal) and view.principal[0].bare in USUALLY_OPERATED


@function(
    (),
    prose="所做操作在目录中只作为另一手术的相关操作，而那个手术没有编码",
    columns=("SSJCZBM1",),
    reads=(*DIAGNOSES, *PROCEDURES),
    notes=("usual",),
)
def only_related_done(env: Env, view: CaseView) -> bool | None:
    """Whether every procedure filed is known with this diagnosis only beside a main procedure that was not filed."""
    if not view.procedures:
        return False
    found = _known(env, view)
    if found is None:
        return None
    done = {insurance_code(env, view, line) for line in view.procedures}
    groups = found.groups
    if any(group.main in done for group in groups):
        return False
    mains = {group.main for group in groups if done & set(group.related)}
    if not mains or not all(any(code in group.related for group in groups) for code in done):
        return False
    note(view, usual="、".join(sorted(_procedure_name(env, code) for code in mains)[:3]))
    return True


@function(
    (Type.NUMBER,),
    prose="目录中与本例同一诊断、费用和住院天数相近的病例，{0}%以上另有主要手术操作，而本例没有编码",
    columns=("SSJCZBM1", "ZFY"),
    reads=_WHOLE,
    notes=("usual", "share"),
    source=Source.CATALOGUE,
)
def like_cases_operated(env: Env, view: CaseView, percent: float) -> bool | None:
    """Whether most cases with this diagnosis, a like fee and stay, and what was filed had a main procedure that is not filed."""
    found = _known(env, view)
    if found is None:
        return None
    if "operated" not in view.remembered:
        done = frozenset(code for line in view.procedures if (code := insurance_code(env, view, line)))
        view.remembered["operated"] = operated(
            found.groups, frozenset(map(normalize_code, done)), Course.of(view.case)
        )
    answer = view.remembered["operated"]
    if not isinstance(answer, Operated) or answer.nearest is None or answer.share * 100 < percent:
        return False
    note(view, usual=_procedure_name(env, answer.nearest.main), share=f"{answer.share:.0%}")
    return True


@function(
    (Type.NUMBER, Type.NUMBER),
    prose="总费用低于目录中同样诊疗的病种均费的{0}倍，或高于{1}倍",
    columns=("ZFY",),
    reads=_WHOLE,
    notes=("group", "mean", "ratio"),
    source=Source.CATALOGUE,
)
def fee_ratio_outside(env: Env, view: CaseView, low: float, high: float) -> bool | None:
    """Whether the fee is far from the mean of the catalogue's row with just this diagnosis and these procedures."""
    found, total = _known(env, view), view.case.fees.total
    if found is None or not total:
        return None
    done = frozenset(normalize_code(insurance_code(env, view, line)) for line in view.procedures if line.code)
    row = next((group for group in found.groups if group.codes == done and group.mean_fee), None)
    if row is None or row.mean_fee is None or low <= total / row.mean_fee <= high:
        return None if row is None else False
    treated = f"，{_procedure_name(env, row.main)}" if row.main else "，没有手术操作"
    ratio = total / row.mean_fee
    note(view, group=f"{row.diagnosis}{treated}", mean=f"{row.mean_fee / 100:.2f}", ratio=f"{ratio:.2f}")
    return True


def _procedure_name(env: Env, code: str) -> str:
    """Code and name of a procedure as the insurance table spells them."""
    entry = env.terminology.lookup(Kind.PROCEDURE, Edition.INSURANCE, code)
    return f"{entry.code} {entry.name}" if entry is not None else code


@function((Type.LINE,), prose="{0}不在所载入 DRG 方案的任何主要诊断大类中", source=Source.FAMILIES)
def outside_the_scheme(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether a scheme is loaded and takes this principal diagnosis nowhere. Codes the table does not know are left to it."""
    if env.relations is None or not env.relations.families.diagnoses or not line.code:
        return None
    if env.terminology.tables and entry_of(env, view, line) is None:
        return None
    return not env.relations.families_of(insurance_code(env, view, line))
