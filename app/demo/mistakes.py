"""Seeded errors: each changes one thing in a clean stay the way it happens in record rooms, and says what it did.

A mistake returns the detail for the truth, or ``None`` when this stay gives no occasion for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random

from app.demo.fees import yuan
from app.demo.stay import Stay, StayMaker
from coding_rules.case import Diagnosis
from coding_rules.fields import OTHER_DIAGNOSES
from icd_tables.codes import Edition, Kind, category, manifestation, subcategory
from icd_tables.table import CodeEntry, CodeTable
from icd_tables.terminology import Terminology


class Mistake(StrEnum):
    """Kinds of seeded errors; the values are what the truth file says."""

    INVALID_DIAGNOSIS = "invalid_diagnosis_code"
    INVALID_PROCEDURE = "invalid_procedure_code"
    NAME_MISMATCH = "code_name_mismatch"
    SEX_CONFLICT = "sex_conflict"
    AGE_CONFLICT = "age_conflict"
    DATE_ORDER = "date_order"
    FEE_SUM = "fee_sum"
    PRINCIPAL_ORDER = "principal_diagnosis_order"
    ASTERISK_PRINCIPAL = "asterisk_principal"
    CAUSE_PRINCIPAL = "external_cause_principal"
    DUPLICATE = "duplicate_code"
    MISSING_PROCEDURE = "main_procedure_missing"
    PROCEDURE_ORDER = "main_procedure_order"
    MISSING_SECONDARY = "secondary_missing"
    OVERCODED = "overcoded"
    UNDERCODED = "undercoded"
    HIGH_FEE = "high_fee"
    LOW_FEE = "low_fee"


FREQUENCY: Mapping[Mistake, int] = {
    Mistake.INVALID_DIAGNOSIS: 16,
    Mistake.INVALID_PROCEDURE: 16,
    Mistake.NAME_MISMATCH: 16,
    Mistake.SEX_CONFLICT: 7,
    Mistake.AGE_CONFLICT: 6,
    Mistake.DATE_ORDER: 6,
    Mistake.FEE_SUM: 6,
    Mistake.PRINCIPAL_ORDER: 24,
    Mistake.ASTERISK_PRINCIPAL: 6,
    Mistake.CAUSE_PRINCIPAL: 6,
    Mistake.DUPLICATE: 7,
    Mistake.MISSING_PROCEDURE: 20,
    Mistake.PROCEDURE_ORDER: 8,
    Mistake.MISSING_SECONDARY: 12,
    Mistake.OVERCODED: 14,
    Mistake.UNDERCODED: 22,
    Mistake.HIGH_FEE: 10,
    Mistake.LOW_FEE: 10,
}
"""How often each kind is tried."""

RARE = (Mistake.ASTERISK_PRINCIPAL, Mistake.CAUSE_PRINCIPAL, Mistake.PROCEDURE_ORDER)
"""Kinds with few occasions (an asterisk, an injury, a minor procedure beside the main one): tried first, every other time."""

_SEVERE = ("J96.000", "N17.900", "R57.200", "I46.900", "A41.900")
"""Grave conditions that raise a group and that nothing in the stay supports when they are made up."""
_FEMALE, _MALE = ("D25.900", "N83.201", "N73.902"), ("N40.x00", "N43.301")
_NEWBORN_CODES = ("P59.900", "P23.900x001", "P70.400x001")


@dataclass(frozen=True)
class Saboteur:
    """Applies mistakes with the names and codes of one terminology."""

    maker: StayMaker
    terminology: Terminology

    def apply(self, kind: Mistake, random: Random, stay: Stay) -> str | None:
        """Make one mistake; the detail, or ``None`` if the stay gives no occasion (and is unchanged)."""
        return _ACTIONS[kind](self, random, stay)

    def table(self, kind: Kind) -> CodeTable:
        """The clinical table of this kind."""
        table = self.terminology.table(kind, Edition.CLINICAL)
        assert table is not None
        return table

    def entry(self, code: str) -> CodeEntry | None:
        """A clinical diagnosis entry."""
        return self.terminology.lookup(Kind.DIAGNOSIS, Edition.CLINICAL, code)


def _invalid_diagnosis(self: Saboteur, random: Random, stay: Stay) -> str | None:
    at = random.randrange(len(stay.diagnoses))
    line = stay.diagnoses[at]
    wrong = random.choice(
        (f"{line.code[:5]}x99{random.randint(1, 9)}", line.code[:3], line.code[:4] + "O" + line.code[5:7])
    )
    if self.entry(wrong):
        return None
    stay.diagnoses[at] = replace(line, code=wrong)
    return f"{wrong} for {line.code}"


def _invalid_procedure(self: Saboteur, random: Random, stay: Stay) -> str | None:
    if not stay.operations:
        return None
    at = random.randrange(len(stay.operations))
    right = stay.operations[at].code
    wrong = (
        right[1:7]
        if right.startswith("0")
        else random.choice((right[:4], f"{right[:5]}00x99{random.randint(1, 9)}"))
    )
    if wrong in self.table(Kind.PROCEDURE):
        return None
    stay.operations[at].code = wrong
    return f"{wrong} for {right}"


def _name_mismatch(self: Saboteur, random: Random, stay: Stay) -> str | None:
    at = random.randrange(len(stay.diagnoses))
    line = stay.diagnoses[at]
    other = random.choice(self.table(Kind.DIAGNOSIS).entries)
    if category(other.code) == category(line.code):
        return None
    stay.diagnoses[at] = replace(line, name=other.name)
    return f"{line.code} named {other.name}"


def _sex_conflict(self: Saboteur, random: Random, stay: Stay) -> str | None:
    if stay.age < 20 or len(stay.diagnoses) > OTHER_DIAGNOSES:
        return None
    code = random.choice(_MALE if stay.sex == "2" else _FEMALE)
    stay.diagnoses.append(self.maker.diagnosis(code))
    return f"{code} with sex {stay.sex}"


def _age_conflict(self: Saboteur, random: Random, stay: Stay) -> str | None:
    if stay.age < 14:
        return None
    if random.random() < 0.5:
        code = random.choice(_NEWBORN_CODES)
        stay.diagnoses.append(self.maker.diagnosis(code))
        return f"{code} at {stay.age} years"
    true = stay.age
    stay.age = true + random.choice((-10, 10, 20))
    return f"age {stay.age} for {true}"


def _date_order(_: Saboteur, random: Random, stay: Stay) -> str | None:
    if stay.operations and random.random() < 0.5:
        stay.operations[0].day = stay.discharged.date() + timedelta(days=random.randint(2, 20))
        return f"procedure on {stay.operations[0].day}"
    if stay.los < 2:
        return None
    stay.admitted, stay.discharged = stay.discharged, stay.admitted
    return "admitted after discharge"


def _fee_sum(_: Saboteur, random: Random, stay: Stay) -> str | None:
    true = stay.fees.total
    stay.fees.total = max(
        100, true + random.choice((-1, 1)) * random.choice((10_000, 90_000, 100_000, 27_000))
    )
    stay.fees.self_paid = min(stay.fees.self_paid, stay.fees.total)
    return f"total {yuan(stay.fees.total)} for {yuan(true)}"


def _principal_order(_: Saboteur, random: Random, stay: Stay) -> str | None:
    """A comorbidity that did not bring the patient stands first: with an operation that treats something else."""
    surgical = stay.operations and stay.operations[0].category in {"手术", "介入治疗"}
    chronic = [i for i, line in enumerate(stay.diagnoses) if i and line.code[0] in "EIKDNM"]
    if not surgical or not chronic:
        return None
    at = random.choice(chronic)
    first, other = stay.diagnoses[0], stay.diagnoses[at]
    stay.diagnoses[0], stay.diagnoses[at] = other, first
    return f"{other.code} before {first.code}"


def _asterisk_principal(_: Saboteur, random: Random, stay: Stay) -> str | None:
    """The manifestation of a dagger-asterisk pair stands first, torn off its cause."""
    pairs = [line for line in stay.diagnoses if manifestation(line.code)]
    if not pairs:
        return None
    pair = pairs[0]
    part = manifestation(pair.code)
    stay.diagnoses.insert(0, replace(pair, code=part))
    return f"{part} for {pair.code}"


def _cause_principal(_: Saboteur, random: Random, stay: Stay) -> str | None:
    if not stay.cause.code:
        return None
    stay.diagnoses.insert(0, Diagnosis(stay.cause.code, stay.cause.name, "1"))
    return f"{stay.cause.code} before {stay.diagnoses[1].code}"


def _duplicate(_: Saboteur, random: Random, stay: Stay) -> str | None:
    line = random.choice(stay.diagnoses)
    stay.diagnoses.append(line)
    return f"{line.code} twice"


def _missing_procedure(_: Saboteur, random: Random, stay: Stay) -> str | None:
    if not stay.operations or stay.fees.items["SSF"] == 0:
        return None
    gone = "|".join(operation.code for operation in stay.operations)
    stay.operations.clear()
    return f"without {gone}"


def _procedure_order(_: Saboteur, random: Random, stay: Stay) -> str | None:
    minor = [i for i, op in enumerate(stay.operations) if i and op.category != stay.operations[0].category]
    if not minor:
        return None
    at = random.choice(minor)
    stay.operations[0], stay.operations[at] = stay.operations[at], stay.operations[0]
    return f"{stay.operations[0].code} before {stay.operations[at].code}"


def _missing_secondary(_: Saboteur, random: Random, stay: Stay) -> str | None:
    """A secondary diagnosis is left out; the outpatient diagnosis still names it."""
    if len(stay.diagnoses) < 2:
        return None
    gone = stay.diagnoses.pop(random.randrange(1, len(stay.diagnoses)))
    stay.outpatient = Diagnosis(gone.code, gone.name)
    return f"without {gone.code}"


def _overcoded(self: Saboteur, random: Random, stay: Stay) -> str | None:
    if stay.los > 8 or stay.age < 18 or len(stay.diagnoses) > 5:
        return None
    code = random.choice(_SEVERE)
    if any(category(line.code) == category(code) for line in stay.diagnoses):
        return None
    stay.diagnoses.insert(1, self.maker.diagnosis(code))
    return f"{code} without support"


def _undercoded(self: Saboteur, random: Random, stay: Stay) -> str | None:
    """The unspecified entry of the category stands for a specific principal diagnosis."""
    line = stay.diagnoses[0]
    vague = [
        entry
        for entry in self.table(Kind.DIAGNOSIS).category(line.code)
        if entry.code[4:5] == "9" and subcategory(entry.code) != subcategory(line.code)
    ]
    if not vague:
        return None
    entry = vague[0]
    stay.diagnoses[0] = replace(line, code=entry.code, name=entry.name)
    stay.outpatient = Diagnosis(line.code, line.name)
    return f"{entry.code} for {line.code}"


def _high_fee(_: Saboteur, random: Random, stay: Stay) -> str | None:
    factor = random.uniform(2.4, 4.0)
    stay.fees.scale(factor)
    return f"fee x {factor:.2f}"


def _low_fee(_: Saboteur, random: Random, stay: Stay) -> str | None:
    factor = random.uniform(0.2, 0.42)
    stay.fees.scale(factor)
    return f"fee x {factor:.2f}"


_ACTIONS: Mapping[Mistake, Callable[[Saboteur, Random, Stay], str | None]] = {
    Mistake.INVALID_DIAGNOSIS: _invalid_diagnosis,
    Mistake.INVALID_PROCEDURE: _invalid_procedure,
    Mistake.NAME_MISMATCH: _name_mismatch,
    Mistake.SEX_CONFLICT: _sex_conflict,
    Mistake.AGE_CONFLICT: _age_conflict,
    Mistake.DATE_ORDER: _date_order,
    Mistake.FEE_SUM: _fee_sum,
    Mistake.PRINCIPAL_ORDER: _principal_order,
    Mistake.ASTERISK_PRINCIPAL: _asterisk_principal,
    Mistake.CAUSE_PRINCIPAL: _cause_principal,
    Mistake.DUPLICATE: _duplicate,
    Mistake.MISSING_PROCEDURE: _missing_procedure,
    Mistake.PROCEDURE_ORDER: _procedure_order,
    Mistake.MISSING_SECONDARY: _missing_secondary,
    Mistake.OVERCODED: _overcoded,
    Mistake.UNDERCODED: _undercoded,
    Mistake.HIGH_FEE: _high_fee,
    Mistake.LOW_FEE: _low_fee,
}
