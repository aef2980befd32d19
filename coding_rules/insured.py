"""What decides how a case is paid beside its codes, as far as the file says: where it was treated, where its patient is insured, what
the bureau took off."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

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


_UNREASONABLE_COLUMNS = ("不合理费用", "审核不合理费用", "不合理医疗费用")


def institution_names(case: Case) -> tuple[str, ...]:
    """The institution's code and name as filed, those there are; a campus with a code or name of its own counts for itself."""
    found = (case.fields.get(name, "").strip() for name in (_CODE, _NAME))
    return tuple(dict.fromkeys(each for each in found if each))


def unreasonable_fee(case: Case) -> int:
    """What the bureau judged unreasonable, in 分, where the file has such a column; 0 otherwise."""
    text = next((text for name in _UNREASONABLE_COLUMNS if (text := case.fields.get(name, "").strip())), "")
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return 0
    return int(value * 100) if value.is_finite() and value > 0 else 0


def insured_region(case: Case) -> str:
    """参保地 as filed, empty when the file has no such column."""
    return next((text for name in _REGION_COLUMNS if (text := case.fields.get(name, "").strip())), "")
