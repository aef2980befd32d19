"""Where a case was treated and where its patient is insured, as far as the front page says: both decide how it is paid."""

from __future__ import annotations

from coding_rules.case import Case

_CODE, _NAME = "A01", "USERNAME"
_REGION_COLUMNS = (
    "参保地",
    "参保地编码",
    "参保地区划",
    "参保地医保区划",
    "INSUPLC_ADMDVS",
    "insuplc_admdvs",
    "INSUPLC",
    "insuplc",
)
"""The front page has no such field; settlement lists and many hospitals' exports do (医疗保障基金结算清单 参保地)."""


def institution_names(case: Case) -> tuple[str, ...]:
    """The institution's code and name as filed, those there are; a campus with a code or name of its own counts for itself."""
    found = (case.fields.get(name, "").strip() for name in (_CODE, _NAME))
    return tuple(dict.fromkeys(each for each in found if each))


def insured_region(case: Case) -> str:
    """参保地 as filed, empty when the file has no such column."""
    return next((text for name in _REGION_COLUMNS if (text := case.fields.get(name, "").strip())), "")
