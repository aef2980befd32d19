"""Procedure expressions of DIP catalogues: every city's spelling, one meaning.

All dialects reduce to one form: alternatives (any one suffices) of parts (all needed) of codes (any one fills the part).
``47.0100/47.0900+54.2100`` in a Hubei table is one alternative of two parts, the first fillable by two codes;
``25.5905+40.3x00x005|40.5900x011`` in the national 3.0 workbook is two alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache

from icd_tables.codes import normalize_code, repair_leading_zero

Part = tuple[str, ...]
Alternative = tuple[Part, ...]
Expression = tuple[Alternative, ...]
"""Empty: no procedure is asked for."""


class Dialect(StrEnum):
    """How a catalogue writes "and" and "or"."""

    PLATFORM = "platform"
    """National platform: code ``dx:main_rel1+rel2``, related column ``rel1,rel2``; all needed."""
    SLASH_PLUS = "slash_plus"
    """Hubei: ``/`` or, ``+`` and; every part may hold ``/``."""
    COMMA_ALL = "comma_all"
    """Shandong: ``,`` and."""
    PIPE_PLUS = "pipe_plus"
    """National 3.0 workbook: ``|`` or between alternatives, ``+`` and inside one."""


class ProcedureMatch(StrEnum):
    """When a filed procedure meets a catalogue code."""

    EXACT = "exact"
    PREFIX = "prefix"
    """A catalogue code of fewer than 7 characters (``47.0``, ``47.01``) means "starts with"; longer ones are exact."""
    EXTENSION = "extension"
    """A base code takes its extensions; an extension takes itself and the bare base code; never another extension."""


_SEPARATORS = {
    Dialect.PLATFORM: ("", "+,，、", ""),
    Dialect.SLASH_PLUS: ("", "+", "/"),
    Dialect.COMMA_ALL: ("", ",，", ""),
    Dialect.PIPE_PLUS: ("|", "+", ""),
}
FULL_CODE = 7
"""Length of a complete procedure code, ``47.0100``; extensions are longer."""


def clean_procedure(code: str) -> str:
    """The comparable spelling of a procedure code, with the zero that spreadsheets drop given back."""
    return repair_leading_zero(normalize_code(code))


def parse_expression(text: str, dialect: Dialect) -> Expression:
    """Read a procedure cell. Blank gives the empty expression; stray separators and line breaks are ignored."""
    alternatives, parts, codes = _SEPARATORS[dialect]
    parsed = []
    for alternative in _split(text.replace("｜", "|").replace("＋", "+"), alternatives):
        found = tuple(
            tuple(clean_procedure(code) for code in _split(part, codes))
            for part in _split(alternative, parts)
        )
        if found:
            parsed.append(found)
    return tuple(parsed)


def _split(text: str, separators: str) -> list[str]:
    if not separators:
        return [text] if text.strip() else []
    return [piece for piece in re.split(f"[{re.escape(separators)}]", text) if piece.strip()]


def all_of(codes: Iterable[str]) -> Expression:
    """The expression "all of these"."""
    parts = tuple((clean_procedure(code),) for code in codes if code.strip())
    return (parts,) if parts else ()


def write_expression(expression: Expression) -> str:
    """One spelling for the screen: ``且`` and ``或`` in words."""
    shown = ["且".join("/".join(part) for part in alternative) for alternative in expression]
    return " 或 ".join(shown)


def codes_of(expression: Expression) -> frozenset[str]:
    """Every code an expression names."""
    return frozenset(code for alternative in expression for part in alternative for code in part)


@lru_cache(maxsize=65536)
def hits(token: str, filed: str, match: ProcedureMatch) -> bool:
    """Whether the filed procedure meets the catalogue's code. Both in clean spelling."""
    if token == filed:
        return True
    if match is ProcedureMatch.EXACT:
        return False
    if match is ProcedureMatch.PREFIX:
        return len(token) < FULL_CODE and filed.startswith(token)
    # Immunotherapy 99.2800x005 and targeted therapy 99.2800x006 share a base and must never meet.
    return (_base(filed) == token) or (_base(token) == filed)


def _base(code: str) -> str:
    """``99.2800x005`` -> ``99.2800``; a code without extension has no base. ``40.3x00`` is itself a base code."""
    head, extension = code[:FULL_CODE], code[FULL_CODE:]
    return head if extension.startswith("x") else ""


def fill(
    expression: Expression, filed: Sequence[str], match: ProcedureMatch, enough: int | None = None
) -> tuple[str, ...] | None:
    """The filed procedures that satisfy the expression, or ``None``.

    Of several satisfied alternatives the one with most parts counts. ``enough`` lowers how many parts must be filled
    (``1``: any one; default: all), for regions where a partial match of the related procedures suffices.
    """
    best: tuple[str, ...] | None = None
    for alternative in expression:
        met = [hit for part in alternative if (hit := _filler(part, filed, match))]
        needed = len(alternative) if enough is None else min(enough, len(alternative))
        if len(met) >= needed and (best is None or len(met) > len(best)):
            best = tuple(dict.fromkeys(met))
    return best


def _filler(part: Part, filed: Sequence[str], match: ProcedureMatch) -> str:
    for code in filed:
        for token in part:
            if hits(token, code, match):
                return code
    return ""
