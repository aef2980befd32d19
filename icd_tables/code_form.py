"""The form of a code: whether a spelling could be a code of the national editions at all, whichever table is loaded.

Read off the published tables of both editions (some 96,000 codes, no exception): a diagnosis has three characters, a dot and at
least three more (``K35.800``, ``I10.x00x002``, ``A01.000x005+J17.0*``), a procedure two digits, a dot and at least four
(``47.0100``, ``13.4100x001``, ``17.912A0``). Categories without their extension (``K35``, ``47.0``) are no codes to file.
"""

from __future__ import annotations

import re

from icd_tables.codes import Kind, normalize_code

_DIAGNOSIS = re.compile(r"[A-Z]\d\d\.[\dx]\d\d(?:x\d{1,4})?(?:\+?[A-Z]\d.*)?|M\d{4,5}/\d{1,2}")
_PROCEDURE = re.compile(r"\d\d\.(?:\d{4,5}|\d{3}[A-Z]\d|\dx\d\d|\d\dx\d{3}|\d{3}x\d{4})(?:x\d{1,4})?")


def well_formed(code: str, kind: Kind) -> bool:
    """Whether a code (any spelling of width and case) has the form of a code of either national edition."""
    form = _DIAGNOSIS if kind is Kind.DIAGNOSIS else _PROCEDURE
    return form.fullmatch(normalize_code(code)) is not None
