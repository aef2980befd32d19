"""One clean stay from a template: dates, diagnoses, procedures and fees that agree with one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from app.demo.fees import FeeSheet, Style, split_fee
from app.demo.people import Person, invent_person
from app.demo.relations import clash
from app.demo.templates import EXACTLY_ONE, Course, Template, load_pools
from coding_rules.case import Diagnosis
from icd_tables.codes import Edition, Kind
from icd_tables.terminology import Terminology

MONTH = date(2025, 9, 1)
"""First day of the demo month: all stays end in it."""

DELIVERY = "Z37"
"""Category of the outcome of delivery: its cases carry the weight of the newborn."""

CESAREAN, VAGINAL = "O82.900", "O80.900"
"""Mode of delivery, filed beside the complications of a delivery."""

WEEKS = ("O26.900x504", "O26.900x505", "O26.900x506", "O26.900x507", "O26.900x508")
"""Weeks 37 to 41 of gestation."""

INJURIES = "ST"
"""First letters of injuries and poisonings: their cases have an external cause."""

LONG_STAY = 12
"""Days after which hardly any patient has one diagnosis only."""

_EVERY_CASE_MOST = 6
_SURGERY, _INTERVENTION = "手术", "介入治疗"


@dataclass(slots=True)
class Operation:
    """One procedure line before it is written: ``category`` as the table says (手术, 介入治疗, ...)."""

    code: str
    name: str
    category: str
    day: date


@dataclass(slots=True)
class Stay:
    """One stay in the making. Mistakes change it before it becomes cells."""

    record_no: str
    template: Template
    person: Person
    sex: str
    age: int
    age_days: int | None
    admitted: datetime
    discharged: datetime
    los: int
    diagnoses: list[Diagnosis]
    operations: list[Operation]
    fees: FeeSheet
    outpatient: Diagnosis
    cause: Diagnosis = field(default_factory=Diagnosis)
    leaving: str = "1"
    birth_weight: int | None = None
    admission_weight: int | None = None


class StayMaker:
    """Makes clean stays with the names of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._pools = load_pools()

    def diagnosis(self, code: str, condition: str = "1") -> Diagnosis:
        """A diagnosis line with the standard name of its code."""
        entry = self._terminology.lookup(Kind.DIAGNOSIS, Edition.CLINICAL, code)
        return Diagnosis(code, entry.name if entry else "", condition)

    def make(self, random: Random, number: int, template: Template) -> Stay:
        """A stay of this kind; ``number`` makes the record number."""
        course = self._course(random, template)
        los = max(1, round(template.los * random.lognormvariate(-0.03, 0.25) * (1 if course else 0.85)))
        admitted, discharged = _dates(random, los)
        sex = template.sex or random.choice("12")
        birth, age, days = _age(random, template, admitted.date())
        diagnoses = self._diagnoses(random, template, age)
        operations = self._operations(course, admitted.date(), los, random)
        diagnoses += self._delivery(random, diagnoses, operations)
        injured = bool(template.cause) and diagnoses[0].code[0] in INJURIES
        stay = Stay(
            record_no=f"{number:08d}",
            template=template,
            person=invent_person(random, number, sex, birth, age, template.newborn),
            sex=sex,
            age=age,
            age_days=days,
            admitted=admitted,
            discharged=discharged,
            los=los,
            diagnoses=diagnoses,
            operations=operations,
            fees=_fees(random, template, course, operations, los, len(diagnoses)),
            outpatient=Diagnosis(diagnoses[0].code, diagnoses[0].name),
            cause=self.diagnosis(template.cause, "") if injured else Diagnosis(),
        )
        _weigh(random, stay)
        stay.leaving = _leaving(random, stay)
        return stay

    def _course(self, random: Random, template: Template) -> Course | None:
        if template.courses and random.random() < template.operated:
            return random.choice(template.courses)
        return None

    def _diagnoses(self, random: Random, template: Template, age: int) -> list[Diagnosis]:
        codes = [random.choice(template.principals)]
        for pool in template.pools:
            members = self._pools[pool]
            if pool in EXACTLY_ONE:
                codes.append(random.choices(members, [m.chance for m in members])[0].code)
                continue
            burden = min(1.6, 0.5 + max(age, 20) / 60)
            for member in members:
                chance = member.chance if member.chance == 1 else member.chance * burden
                wanted = random.random() < chance and len(codes) <= _EVERY_CASE_MOST
                if wanted and not any(clash(member.code, code) for code in codes):
                    codes.append(member.code)
        if len(codes) == 1 and template.los >= LONG_STAY and template.pools:
            codes.append(random.choice(self._fitting(template, codes[0])))
        return [self.diagnosis(code, _condition(random, i, code)) for i, code in enumerate(codes)]

    def _fitting(self, template: Template, principal: str) -> list[str]:
        """Comorbidities of the template's pools that may stand beside its principal diagnosis."""
        members = (member.code for pool in template.pools for member in self._pools[pool])
        return [code for code in members if not clash(code, principal)]

    def _delivery(
        self, random: Random, diagnoses: Sequence[Diagnosis], operations: Sequence[Operation]
    ) -> list[Diagnosis]:
        """What the page of a delivery states beside its outcome: the mode of delivery and the week of gestation."""
        codes = [line.code for line in diagnoses]
        if not any(code.startswith(DELIVERY) for code in codes):
            return []
        mode = CESAREAN if any(op.code.startswith("74.") for op in operations) else VAGINAL
        stated = [self.diagnosis(mode)] if mode not in codes else []
        return [*stated, self.diagnosis(random.choices(WEEKS, (5, 15, 35, 30, 8))[0])]

    def _operations(self, course: Course | None, admitted: date, los: int, random: Random) -> list[Operation]:
        if course is None:
            return []
        day = admitted + timedelta(days=min(random.choice((0, 1, 1, 2, 3)), max(los - 1, 0)))
        return [self.operation(code, day) for code in course.procedures]

    def operation(self, code: str, day: date) -> Operation:
        """A procedure line with the standard name and category of its code."""
        entry = self._terminology.lookup(Kind.PROCEDURE, Edition.CLINICAL, code)
        return Operation(code, entry.name if entry else "", entry.category if entry else "", day)


def _condition(random: Random, line: int, code: str) -> str:
    """入院病情: mostly 有; the outcome of delivery 无; a few secondary diagnoses 情况不明."""
    if code.startswith(DELIVERY):
        return "4"
    return "1" if line == 0 or random.random() < 0.93 else "3"


def _dates(random: Random, los: int) -> tuple[datetime, datetime]:
    last = MONTH + timedelta(days=random.randrange(30))
    first = last - timedelta(days=los)
    admitted = datetime(first.year, first.month, first.day, random.choice((8, 9, 10, 11, 14, 15, 16, 20, 23)))
    return admitted, datetime(last.year, last.month, last.day, random.choice((9, 10, 11, 15, 16)))


def _age(random: Random, template: Template, admitted: date) -> tuple[date, int, int | None]:
    """Birth date, age in whole years, and days for newborns."""
    low, high = template.ages
    if template.newborn:
        days = random.randint(low, high)
        return admitted - timedelta(days=days), 0, days
    age = round(random.triangular(low, high, (low + high) / 2))
    birthday = date(admitted.year - age, admitted.month, min(admitted.day, 28))
    born = birthday - timedelta(days=random.randrange(360))
    return born, age, None


def _fees(
    random: Random,
    template: Template,
    course: Course | None,
    operations: Sequence[Operation],
    los: int,
    diagnoses: int,
) -> FeeSheet:
    """Fees by kind of case, treatment, length of stay and burden of disease."""
    categories = {operation.category for operation in operations}
    idle = 0.5 if course is None and template.operated > 0.3 else 0.9 if template.operated else 1.0
    factor = course.factor if course else idle
    long_stay = (los / template.los) ** 0.6
    burden = 0.92 + 0.05 * diagnoses
    total = int(template.fee * 100 * factor * long_stay * burden * random.lognormvariate(0, 0.16))
    blood = any(code.startswith("99.0") for code in (course.procedures if course else ()))
    return split_fee(random, total, _style(template, categories), blood)


def _style(template: Template, categories: set[str]) -> Style:
    if template.department == "康复医学科":
        return Style.REHABILITATION
    if _INTERVENTION in categories:
        return Style.INTERVENTION
    if _SURGERY in categories:
        return Style.SURGICAL
    return Style.THERAPY if categories else Style.MEDICAL


def _weigh(random: Random, stay: Stay) -> None:
    """Weights in grams: a newborn's own, and of the child on its mother's page."""
    codes = [line.code for line in stay.diagnoses]
    if stay.age_days is not None:
        light = any(code.startswith("P07") for code in codes)
        stay.birth_weight = random.randrange(1300, 2450, 10) if light else random.randrange(2550, 4050, 10)
        stay.admission_weight = stay.birth_weight + 10 * random.randint(-8, 3 + 2 * stay.age_days)
    elif any(code.startswith(DELIVERY) for code in codes):
        stay.birth_weight = random.randrange(2600, 4000, 10)


def _leaving(random: Random, stay: Stay) -> str:
    """离院方式: most go home on advice; few die, the old and gravely ill."""
    grave = stay.age >= 60 and stay.template.department in {
        "重症医学科",
        "神经外科",
        "呼吸内科",
        "肿瘤科",
        "老年病科",
    }
    if grave and random.random() < 0.03:
        return "5"
    return random.choices(("1", "2", "4"), (94, 2, 4))[0]
