"""Codes in normalised spelling, fast for the many that already are."""

from __future__ import annotations

import re
from dataclasses import replace

from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

_CODE = r"[A-Z0-9][A-WYZ0-9.x+*/-]*"
_PLAIN = re.compile(_CODE).fullmatch
_ALL_PLAIN = re.compile(rf"(?:{_CODE}\|)*{_CODE}").fullmatch


def spell(code: str) -> str:
    """The code in normalised spelling; the same object when it already is."""
    return code if _PLAIN(code) else normalize_code(code.replace("\ufeff", ""))


def spell_case(case: GrouperInput) -> GrouperInput:
    """The case with every code in normalised spelling; the same object when it already is."""
    if _ALL_PLAIN("|".join(case.diagnoses + case.procedures)):
        return case
    diagnoses, procedures = tuple(map(spell, case.diagnoses)), tuple(map(spell, case.procedures))
    if diagnoses == case.diagnoses and procedures == case.procedures:
        return case
    return replace(case, diagnoses=diagnoses, procedures=procedures)
