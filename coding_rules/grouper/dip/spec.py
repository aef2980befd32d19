"""Diagnosis specs of DIP tables: category ``K35``, subcategory ``A09.0``, dagger ``M47.0+``, range ``C00-C75``, full code."""

from __future__ import annotations

import re
from collections.abc import Iterable

from icd_tables.codes import normalize_code

_RANGE = re.compile(r"^([A-Z]\d{2})[-~～—–]([A-Z]\d{2})$")
_FULL = 7


def clean_spec(text: str) -> str:
    """A spec in comparable spelling; the dagger or asterisk at its end only marks the axis and is dropped."""
    spec = normalize_code(text).rstrip("+*")
    found = _RANGE.match(spec)
    return f"{found[1]}-{found[2]}" if found else spec


def split_specs(text: str) -> tuple[str, ...]:
    """The specs of a cell (``|``, ``、``, ``,`` or line breaks between them)."""
    pieces = re.split(r"[|｜、,，;；\s]+", text)
    return tuple(dict.fromkeys(spec for piece in pieces if (spec := clean_spec(piece))))


def meets(spec: str, code: str) -> bool:
    """Whether a diagnosis code (comparable spelling, without marks) falls under a spec."""
    low, dash, high = spec.partition("-")
    if dash:
        return low <= code[:3] <= high
    if len(spec) >= _FULL:
        return code == spec
    return code == spec or code[: len(spec)] == spec


def meets_any(specs: Iterable[str], codes: Iterable[str]) -> str:
    """The first of the codes that falls under one of the specs, or an empty text."""
    listed = tuple(specs)
    return next((code for code in codes if any(meets(spec, code) for spec in listed)), "")


def spec_keys(code: str) -> tuple[str, ...]:
    """Keys to look a diagnosis up by, most specific first: full code, subcategory, category."""
    return tuple(dict.fromkeys((code, code[:5], code[:3])))
