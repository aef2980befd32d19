"""Functions over dates, numbers and texts of the rule language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from coding_rules.case import is_blank
from coding_rules.checks.names import Facet, Type
from coding_rules.checks.predicates import Env, function, note
from coding_rules.checks.view import CaseView
from coding_rules.fields import FEE_ADDENDS, FEE_ITEMS, MOST_LINES, OUTCOME, field_label, outcome_field
from coding_rules.identity import birth_of, checksum_holds, sex_of
from coding_rules.values import parse_day, parse_number


@function((Type.DAY, Type.DAY), Type.NUMBER, prose="{0}减{1}的天数")
def days(env: Env, view: CaseView, later: date, earlier: date) -> int:
    """Days from the second day to the first."""
    return (later - earlier).days


@function((Type.DAY, Type.DAY), Type.NUMBER, prose="从{0}到{1}的周岁")
def years(env: Env, view: CaseView, birth: date, day: date) -> int:
    """Completed years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@function((Type.MOMENT,), prose="{0}是零点（多为没有填写时刻）")
def at_midnight(env: Env, view: CaseView, moment: datetime) -> bool:
    """Whether a moment carries no time of day."""
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


_day = lru_cache(maxsize=4096)(parse_day)


@function((Type.TEXT,), Type.DAY, prose="{0}")
def day(env: Env, view: CaseView, text: str) -> date | None:
    """The day a cell holds."""
    return _day(text)


@function((Type.TEXT,), prose="{0}不是日期")
def not_a_day(env: Env, view: CaseView, text: str) -> bool:
    """Whether a filled cell holds no readable day."""
    return _day(text) is None


@function((Type.TEXT,), Type.NUMBER, prose="{0}")
def number(env: Env, view: CaseView, text: str) -> float | None:
    """The number a cell holds."""
    found = parse_number(text)
    return None if found is None else float(found)


@function((Type.TEXT,), prose="{0}不是数字")
def not_a_number(env: Env, view: CaseView, text: str) -> bool:
    """Whether a filled cell holds no number."""
    return parse_number(text) is None


@function((Type.TEXT,), Type.NUMBER, prose="{0}的字数")
def length(env: Env, view: CaseView, text: str) -> int:
    """Number of characters."""
    return len(text)


@function((Type.TEXT, Type.TEXT), prose="{0}符合格式 {1}")
def matches(env: Env, view: CaseView, text: str, pattern: str) -> bool:
    """Whether the whole text matches a regular expression."""
    return re.fullmatch(pattern, text) is not None


_TCM_FORM = frozenset({"ZLLB", "ZYL_ZYZD", "ZYZLF_ZY", "BZSS"})
"""Columns of the TCM front page, which has fee items of its own: its sum is not judged."""


@function(
    (Type.NUMBER,),
    prose="总费用与分项费用之和相差超过{0}分",
    columns=("ZFY", *FEE_ADDENDS),
    reads=(Facet.REST,),
    notes=("sum", "difference"),
)
def fee_sum_off(env: Env, view: CaseView, tolerance: float) -> bool | None:
    """Whether the items (without the “其中” sub-items) do not add up to the total."""
    fees = view.case.fees
    if fees.total is None or not fees.items or not _TCM_FORM.isdisjoint(view.cells):
        return None
    total = sum(fees.items.get(item, 0) for item in FEE_ADDENDS)
    difference = fees.total - total
    if abs(difference) <= tolerance:
        return False
    note(view, sum=f"{total / 100:.2f}", difference=f"{difference / 100:+.2f}")
    return True


@function((Type.TEXT,), prose="{0}校验位不符（GB 11643）")
def id_checksum_bad(env: Env, view: CaseView, number: str) -> bool:
    """Whether an 18-character identity number has a wrong form or check character."""
    return not checksum_holds(number)


@function((Type.TEXT,), Type.DAY, prose="{0}中的出生日期")
def id_birth(env: Env, view: CaseView, number: str) -> date | None:
    """The birth date written in an identity number."""
    return birth_of(number)


@function((Type.TEXT,), Type.TEXT, prose="{0}中的性别")
def id_sex(env: Env, view: CaseView, number: str) -> str | None:
    """The sex written in an identity number (1 or 2)."""
    return sex_of(number)


@function((), prose="分项费用中有不是非负数的", columns=("ZFY",), reads=(Facet.REST,), notes=("items",))
def bad_fee_items(env: Env, view: CaseView) -> bool:
    """Whether a filled fee item is no number or negative."""
    items = view.case.fees.items
    bad = [
        field_label(item)
        for item in FEE_ITEMS
        if items.get(item, -1) < 0 and (item in items or not is_blank(view.cells.get(item)))
    ]
    if bad:
        note(view, items="、".join(bad[:3]))
    return bool(bad)


_PLACEHOLDER_PHONES = frozenset(
    {"12345678911", "12345678910", "12345678901", "1234567", "12345678", "13800138000"}
)


@function((Type.TEXT,), prose="{0}是占位号码")
def placeholder_phone(env: Env, view: CaseView, text: str) -> bool:
    """Whether a telephone number is a made-up one: one digit repeated, or a counting series."""
    digits = text.replace("-", "").replace(" ", "")
    return digits in _PLACEHOLDER_PHONES or (len(digits) >= 6 and len(set(digits)) == 1)


@function((Type.TEXT,), prose="{0}中的出生日期不是日期")
def not_an_id_birth(env: Env, view: CaseView, number: str) -> bool:
    """Whether the date digits of an identity number are no date."""
    return birth_of(number) is None


@function((), prose="有诊断的出院情况不在值域内", columns=("CYQK",), reads=(Facet.REST,), notes=("outcomes",))
def bad_outcome(env: Env, view: CaseView) -> bool:
    """Whether some diagnosis has an 出院情况 outside its domain."""
    bad = [
        f"{field_label(cell)}填 {text}"
        for cell, text in _outcomes(view)
        if not is_blank(text) and text.strip() not in OUTCOME
    ]
    if bad:
        note(view, outcomes="、".join(bad[:3]))
    return bool(bad)


@function((Type.TEXT,), prose="有诊断的出院情况是{0}", columns=("CYQK",), reads=(Facet.REST,))
def outcome_given(env: Env, view: CaseView, value: str) -> bool:
    """Whether some diagnosis has this 出院情况."""
    return any(text.strip() == value for _, text in _outcomes(view))


def _outcomes(view: CaseView) -> Iterator[tuple[str, str]]:
    """Cells of 出院情况 that the file has, line by line, with their texts."""
    for line in range(MOST_LINES + 1):
        text = view.cells.get(outcome_field(line))
        if text is not None:
            yield outcome_field(line), text
