"""A whole demo month: clean stays, a share of them with one seeded error each, and the truth about every case."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.demo.mistakes import FREQUENCY, RARE, Saboteur
from app.demo.n041 import FILE_NAME, Writer
from app.demo.people import invent_staff
from app.demo.stay import Stay, StayMaker
from app.demo.templates import Template, load_templates
from app.readers.building import CaseBuilder
from app.readers.mapping import ColumnMapping
from app.tables import starter_terminology
from coding_rules.case import Case
from coding_rules.fields import N041_HEADER
from icd_tables.codes import Edition
from icd_tables.terminology import Terminology

ERROR_SHARE = 0.3
"""Share of cases with a seeded error."""
_TRIES = 25


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one case. ``error`` is a ``Mistake`` value or empty; codes are those before the error; fees in 分."""

    case_id: str
    error: str
    detail: str
    true_diagnoses: tuple[str, ...]
    true_procedures: tuple[str, ...]
    true_total: int


@dataclass(frozen=True)
class DemoMonth:
    """Cases as a reader would give them, and the truth about each, in the same order."""

    cases: tuple[Case, ...]
    truth: tuple[Truth, ...]


def generate(count: int = 2000, seed: int = 20250901, terminology: Terminology | None = None) -> DemoMonth:
    """A month of ``count`` cases. Case n depends only on ``seed`` and n, so a longer month begins like a shorter one.

    ``terminology`` names the codes; by default the starter tables, over whose codes all templates are written.
    """
    terminology = terminology or starter_terminology()
    maker = StayMaker(terminology)
    saboteur = Saboteur(maker, terminology)
    templates = load_templates()
    weights = list(accumulate(template.weight for template in templates))
    writer = Writer({name: _staff(seed, name) for name in {t.department for t in templates}})
    builder = CaseBuilder(ColumnMapping(N041_HEADER, N041_HEADER), FILE_NAME)
    cases: list[Case] = []
    truths: list[Truth] = []
    for number in range(1, count + 1):
        random = Random(f"{seed}/{number}")  # noqa: S311 - invented data, no secret
        stay, truth = _case(random, number, maker, saboteur, templates, weights)
        cells = writer.cells(random, stay)
        cases.append(builder.build(cells, number + 1, stay.record_no, Edition.CLINICAL))
        truths.append(truth)
    return DemoMonth(tuple(cases), tuple(truths))


def _case(
    random: Random,
    number: int,
    maker: StayMaker,
    saboteur: Saboteur,
    templates: tuple[Template, ...],
    weights: list[int],
) -> tuple[Stay, Truth]:
    stay = maker.make(random, number, random.choices(templates, cum_weights=weights)[0])
    diagnoses = tuple(line.code for line in stay.diagnoses)
    procedures = tuple(operation.code for operation in stay.operations)
    total = stay.fees.total
    error, detail = _sabotage(random, stay, saboteur) if random.random() < ERROR_SHARE else ("", "")
    return stay, Truth(stay.record_no, error, detail, diagnoses, procedures, total)


def _sabotage(random: Random, stay: Stay, saboteur: Saboteur) -> tuple[str, str]:
    """One mistake the stay gives occasion for; a stay that gives none in many tries stays clean."""
    chosen = [kind for kind in RARE if random.random() < 0.5]
    kinds = [*chosen, *random.choices(list(FREQUENCY), list(FREQUENCY.values()), k=_TRIES)]
    for kind in kinds:
        detail = saboteur.apply(kind, random, stay)
        if detail is not None:
            return kind.value, detail
    return "", ""


def _staff(seed: int, department: str) -> tuple[str, ...]:
    random = Random(f"{seed}/{department}")  # noqa: S311 - invented data, no secret
    return tuple(dict.fromkeys(invent_staff(random) for _ in range(12)))[:9]
