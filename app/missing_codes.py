"""Codes that a front page may lack, for asking what they would give: named elsewhere on the page, named without a code, or typed.

Nothing here says that a code is missing; the record decides. Codes are those of the insurance edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import UserError
from coding_rules.case import Case, Diagnosis, Procedure
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.terminology import Terminology

TYPED = "手工输入"


@dataclass(frozen=True, slots=True)
class MissingCode:
    """A code to try (医保版), its name, and why it is thought of, as a clause."""

    kind: Kind
    code: str
    name: str
    why: str


def missing_codes(case: Case, terminology: Terminology) -> tuple[MissingCode, ...]:
    """What the page itself names and does not code among its diagnoses and procedures, in the order of the page, each once."""
    coded = {
        terminology.to_insurance(kind, case.edition, line.code).code
        for kind, lines in ((Kind.DIAGNOSIS, case.diagnoses), (Kind.PROCEDURE, case.procedures))
        for line in lines
        if line.code
    }
    found: dict[str, MissingCode] = {}
    for one in (*_named_elsewhere(case, terminology), *_named_only(case, terminology)):
        if one.code and one.code not in coded:
            found.setdefault(one.code, one)
    return tuple(found.values())


def typed_code(text: str, edition: Edition, terminology: Terminology) -> MissingCode:
    """The code a user typed, of the page's edition or of the insurance edition.

    Raises:
        UserError: no table has it.
    """
    code = normalize_code(text)
    for kind in Kind:
        for one in dict.fromkeys((edition, Edition.INSURANCE)):
            entry = terminology.lookup(kind, one, code)
            if entry is not None:
                mapped = terminology.to_insurance(kind, one, entry.code).code
                if mapped:
                    return MissingCode(kind, mapped, entry.name, TYPED)
    raise UserError(
        f"编码表里没有“{text.strip()}”。", "请输入完整的诊断或手术操作编码，如 E11.900、38.9300。"
    )


def _named_elsewhere(case: Case, terminology: Terminology) -> Iterator[MissingCode]:
    """Diagnoses filled in beside the discharge diagnoses. Causes of injury and morphology are codes of their own kind: left out."""
    for line, where in ((case.outpatient_diagnosis, "门（急）诊诊断"), (case.pathology, "病理诊断")):
        if not line.code:
            continue
        mapped = terminology.to_insurance(Kind.DIAGNOSIS, case.edition, line.code).code
        entry = terminology.lookup(Kind.DIAGNOSIS, Edition.INSURANCE, mapped) if mapped else None
        if entry is not None:
            yield MissingCode(Kind.DIAGNOSIS, mapped, line.name or entry.name, f"{where}填有，出院诊断里没有")


def _named_only(case: Case, terminology: Terminology) -> Iterator[MissingCode]:
    """Lines with a name and no code, where the name is just that of a table's entry."""
    held: tuple[tuple[Kind, Sequence[Diagnosis | Procedure]], ...] = (
        (Kind.DIAGNOSIS, case.diagnoses),
        (Kind.PROCEDURE, case.procedures),
    )
    for kind, lines in held:
        table = terminology.table(kind, case.edition)
        for number, line in enumerate(lines, start=1):
            if line.code or not line.name or table is None:
                continue
            for entry in table.by_name(line.name)[:1]:
                mapped = terminology.to_insurance(kind, case.edition, entry.code).code
                yield MissingCode(
                    kind, mapped, entry.name, f"第 {number} 行{kind.label}只有名称、没有编码，与此名称相同"
                )
