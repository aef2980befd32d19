"""Diagnoses that a careful coder does not file side by side: excluded or combined by the classification.

Source: ICD-10 exclusion notes and combination categories, as taught in coding courses; only what the demo pools can meet.
"""

from __future__ import annotations

from icd_tables.codes import subcategory

_PAIRS = (
    ("I10", "I11"), ("I10", "I12"), ("I10", "I13"), ("I10", "I15"), ("I10", "N18"),
    ("I10", "I50"),
    ("I21", "I25.2"),
    ("K74", "I85"),
    ("K70", "I85"),
    ("J1", "R50"),
    ("E10", "E11"), ("E11", "E14"), ("E11", "O24"), ("E11", "R73"),
    ("J44", "J43"), ("J44", "J42"), ("J44", "J47"), ("J44", "J18"), ("J44", "J98.4"), ("J98.4", "J18"), ("J98.4", "J69"),
    ("J43", "J93"), ("J98.4", "P23"), ("J90", "J86"), ("J96", "R09"),
    ("K80", "K81"), ("K80", "K83"), ("K80", "K82"), ("N20", "N13"), ("N20", "N39"), ("K40", "K56"), ("K56", "K66"),
    ("M80", "M81"), ("S", "M81"), ("S", "S00"), ("K29", "K25"), ("K29", "K26"), ("K29", "K21"),
    ("D50", "D64"), ("D51", "D64"), ("D61", "D64"), ("D62", "D64"), ("D63", "D64"), ("D61", "D70"), ("D61", "D69"), ("D69", "D70"),
    ("N18", "N28"), ("N18", "N19"), ("N17", "N19"), ("I25.1", "I20"), ("I25.1", "I21"), ("I25.1", "I25"),
    ("I50", "I11"), ("I63", "I65"), ("I63", "G45"), ("K74", "K70"), ("K74", "K76"), ("K70", "K76"),
    ("K85", "K86"), ("A41", "R50"), ("J00", "J06"), ("J20", "J06"), ("J21", "J06"), ("J18", "J06"), ("J15", "J06"), ("J03", "J06"),
    ("A09", "K52"), ("K52", "A08"), ("R50", "J06"), ("R56", "R50"), ("O99.0", "D64"), ("O80", "O"), ("D25", "N92"),
    ("N39", "N10"), ("G81", "G82"), ("F32", "F41"), ("G47", "F51"), ("M47", "M50"), ("M50", "M51"), ("P59", "P55"),
    ("P22", "P23"), ("P22", "P24"), ("P23", "P24"), ("P07", "P05"), ("C78.7", "C22"), ("C79.5", "C40"), ("J31", "J30"),
    ("J32", "J31"), ("J35", "J31"), ("J33", "J34.2"), ("H25", "H26"), ("Z51", "R11"),
)  # fmt: skip


def clash(one: str, other: str) -> bool:
    """Whether two codes share a category or stand on the list."""
    if one[:3] == other[:3]:
        return True
    return any(
        (_under(one, a) and _under(other, b)) or (_under(one, b) and _under(other, a)) for a, b in _PAIRS
    )


def _under(code: str, prefix: str) -> bool:
    return subcategory(code).startswith(prefix)
