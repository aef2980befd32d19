"""Reasons for a procedure to be the main one, or not to be."""

from __future__ import annotations

from collections.abc import Iterator

from coding_rules import clinical_lists as lists
from coding_rules.relations import Bond
from coding_rules.signals import Setting, Signal


def _catalogue_main(setting: Setting) -> Iterator[Signal]:
    """The catalogue takes one of the procedures done as main, the others as related."""
    if len(setting.procedures) < 2 or not setting.insured_diagnoses:
        return
    position = setting.relations.main_among(setting.insured_diagnoses[0], setting.insured_procedures)
    if position == 0:
        yield Signal(0, 3.0, "目录中与主要诊断同做这些操作时，以它为主要手术")
    elif position:
        yield Signal(position, 3.0, "目录中与主要诊断同做这些操作时，以它为主要手术，其余为相关操作")


def _matching(setting: Setting) -> Iterator[Signal]:
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


def _kind(setting: Setting) -> Iterator[Signal]:
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


def _has_treatment(setting: Setting, index: int) -> bool:
    weak = (lists.NEVER_MAIN, lists.ACCOMPANYING, lists.DIAGNOSTIC)
    return any(
        code and other != index and not any(code in codes for codes in weak)
        for other, code in enumerate(setting.procedures)
    )


PROCEDURE_SIGNALS = (_catalogue_main, _matching, _kind)
