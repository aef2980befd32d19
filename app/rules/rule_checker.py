"""The rule engine as chosen and as the hospital set it. A rule of its own that no longer works is left out and told, not in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.review import Knowledge
from app.rules.hospital_rules import FILE_NAME, PACK_ID, PACK_TITLE, HospitalRules
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.pack import Pack, PackError
from coding_rules.relations import Relations
from icd_tables.terminology import Terminology

PACKS, HOSPITAL = "审核规则包", PACK_TITLE
"""What the lines of versions about rules are called."""


@dataclass(frozen=True)
class RulesInUse:
    """The engine, and the lines of versions that tell which rules it runs."""

    checker: CheckEngine
    versions: tuple[tuple[str, str, str], ...]


def make_checker(
    terminology: Terminology, packs: Sequence[Pack], relations: Relations | None, hospital: HospitalRules
) -> RulesInUse:
    """Compile the packs with what the hospital set.

    Raises:
        PackError: a rule of the packs themselves cannot be compiled.
    """
    told = [(PACKS, f"{pack.title} {pack.version}".strip(), pack.id) for pack in packs]
    if hospital.summary:
        told.append((HOSPITAL, hospital.summary, FILE_NAME))
    known = {rule.id for pack in packs for rule in pack.rules}
    for rule in hospital.rules:
        if rule.id in known:
            hospital = _left_out(hospital, rule.id, "规则编号与其他规则包重复", told)
    while True:
        try:
            checker = CheckEngine(terminology, packs, hospital.overrides(), relations)
        except PackError as error:
            if all(rule.id != error.rule for rule in hospital.rules):
                raise
            hospital = _left_out(hospital, error.rule, error.reason, told)
        else:
            return RulesInUse(checker, tuple(told))


def with_hospital_rules(knowledge: Knowledge, hospital: HospitalRules) -> Knowledge:
    """The same tables, schemes and packs with other settings of the hospital. Without rules it stays as it is.

    Raises:
        PackError: see ``make_checker``.
    """
    checker = knowledge.checker
    if not isinstance(checker, CheckEngine):
        return knowledge
    packs = [pack for pack in checker.packs if pack.id != PACK_ID]
    made = make_checker(knowledge.terminology, packs, checker.env.relations, hospital)
    about_rules = [line[0] in {PACKS, HOSPITAL} for line in knowledge.versions]
    at = about_rules.index(True) if True in about_rules else len(about_rules)
    others = [line for line, rules in zip(knowledge.versions, about_rules, strict=True) if not rules]
    return replace(knowledge, checker=made.checker, versions=(*others[:at], *made.versions, *others[at:]))


def _left_out(
    hospital: HospitalRules, rule_id: str, reason: str, told: list[tuple[str, str, str]]
) -> HospitalRules:
    told.append((HOSPITAL, f"{rule_id} 未启用：{reason}", FILE_NAME))
    return replace(hospital, rules=tuple(rule for rule in hospital.rules if rule.id != rule_id))
