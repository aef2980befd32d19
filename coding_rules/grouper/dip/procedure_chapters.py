"""Kinds of procedures inferred from ICD-9-CM-3 categories: our own reading of the classification, marked 推断 wherever used.

ICD-9-CM-3 puts the diagnostic procedures of an organ in fixed subcategories (``45.1`` diagnostic procedures on small
intestine), catheter-based work in a few others (``36.0``, ``39.7``), and bedside therapy mostly in 93-99. What remains in
01-86 is surgery.
"""

from __future__ import annotations

_SURGERY, _INTERVENTION, _THERAPEUTIC, _DIAGNOSTIC = "手术", "介入治疗", "治疗性操作", "诊断性操作"

# "Diagnostic procedures on ..." of each organ chapter, to three digits.
_DIAGNOSTIC_3 = """
    00.2 01.1 03.3 04.1 05.1 06.1 07.1 08.1 09.1 10.2 11.2 12.2 14.1 15.0 16.2 18.1 20.3 21.2 22.1 24.1 25.0 26.1
    27.2 28.1 29.1 31.4 33.2 34.2 37.2 38.2 40.1 41.3 42.2 44.1 45.1 45.2 48.2 49.2 50.1 51.1 52.1 54.2 55.2 56.3
    57.3 58.2 59.2 60.1 61.1 62.1 63.0 64.1 65.1 66.1 67.1 68.1 70.2 71.1 76.1 78.8 80.2 80.3 83.2 85.1 86.1 92.0
    92.1 93.0 94.0 94.1 95.0 95.1 95.2 95.4"""
_DIAGNOSTIC_2 = "87 88 89 90 91"

# Single diagnostic codes inside therapeutic subcategories (endoscopic imaging, fetal monitoring).
_DIAGNOSTIC_4 = "51.10 51.11 52.13 75.1x 75.31 75.32 75.33 75.34 75.35"

_INTERVENTION_3 = "00.4 00.6 36.0 39.7"
_INTERVENTION_4 = """
    00.55 35.05 35.06 35.07 35.52 35.96 35.97 36.34 37.34 37.36 37.71 37.72 37.73 37.80 37.81 37.82 37.83 38.44
    38.7x 38.83 39.50 39.90 44.44 50.94 68.25 99.10"""

# Punctures, catheters, drains, injections and tubes among the organ chapters.
_THERAPEUTIC_4 = """
    00.01 00.02 00.03 00.09 00.10 00.11 00.12 00.13 00.14 00.15 00.16 00.17 00.18 00.19 03.91 03.92 03.95 04.81
    05.31 08.92 09.42 20.94 21.01 21.02 22.00 22.01 34.91 34.92 38.91 38.92 38.93 38.94 38.95 38.97 38.98 38.99
    39.95 41.91 42.33 43.41 45.42 45.43 49.41 54.91 54.97 54.98 57.17 57.94 57.95 59.94 61.91 63.91 64.91 64.94
    73.01 73.1x 73.4x 73.59 75.4x 75.52 81.91 81.92 83.94 83.95 83.96 83.97 83.98 85.91 85.92 86.01 86.02 86.09
    86.28"""

# The longest prefix decides, so the fifth character overrules the fourth and the fourth the third.
_BY_PREFIX = {
    prefix: kind
    for kind, listed in (
        (_DIAGNOSTIC, (_DIAGNOSTIC_2, _DIAGNOSTIC_3, _DIAGNOSTIC_4)),
        (_INTERVENTION, (_INTERVENTION_3, _INTERVENTION_4)),
        (_THERAPEUTIC, (_THERAPEUTIC_4,)),
    )
    for prefixes in listed
    for prefix in prefixes.split()
}


def infer_kind(code: str) -> str:
    """The kind a clean ICD-9-CM-3 code most likely has, or an empty text for something that is no such code."""
    if len(code) < 4 or code[2] != "." or not code[:2].isdigit():
        return ""
    for length in (5, 4, 2):
        if kind := _BY_PREFIX.get(code[:length]):
            return kind
    return _THERAPEUTIC if code[:2] >= "92" else _SURGERY
