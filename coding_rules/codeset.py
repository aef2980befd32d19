"""CodeSet: which codes a rule speaks of, written the way coders write them: ``C50-C58``, ``K40.907``, ``96.7``.

A part is a prefix of the normalised code (``K35.2`` holds ``K35.2`` and everything below it) or a range of two prefixes
of equal length that differ only in their last digits (``C50-C58``, ``D07.0-D07.3``, ``O00-O99``, ``V01-Y98``). A part that
begins with ``!`` takes codes out again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from icd_tables.codes import Kind

_DIAGNOSIS = re.compile(r"[A-Z]\d{2}(\.[0-9x]\w*)?\Z")
_PROCEDURE = re.compile(r"\d{2}(\.[0-9x]\w*)?\Z")
_MORPHOLOGY = re.compile(r"M\d{4,5}")


class CodeSetError(ValueError):
    """A code or range that cannot be read."""


def is_morphology(code: str) -> bool:
    """Whether a normalised code is a tumour morphology code (``M80000/3``), which shares its letter with chapter XIII."""
    return "/" in code and _MORPHOLOGY.match(code) is not None


class CodeSet:
    """A compiled set of code prefixes, asked with the bare normalised code (no asterisk part)."""

    __slots__ = ("_except", "_groups", "parts")

    def __init__(self, parts: Iterable[str]) -> None:
        self.parts = tuple(parts)
        excluded = [part[1:] for part in self.parts if part.startswith("!")]
        self._except: CodeSet | None = CodeSet(excluded) if excluded else None
        whole: set[str] = set()
        finer: dict[str, set[str]] = {}
        for part in self.parts:
            if part.startswith("!"):
                continue
            for prefix in _expand(part):
                group = _group_of(prefix)
                if prefix == group:
                    whole.add(group)
                else:
                    finer.setdefault(group, set()).add(prefix)
        self._groups: dict[str, tuple[str, ...] | None] = {
            group: tuple(sorted(prefixes)) for group, prefixes in finer.items()
        }
        self._groups.update(dict.fromkeys(whole))

    @property
    def groups(self) -> frozenset[str]:
        """The categories (``K35``, ``47``) that any member belongs to."""
        return frozenset(self._groups)

    def holds(self, group: str, code: str) -> bool:
        """Whether a code of this category is a member."""
        prefixes = self._groups.get(group, ())
        if prefixes is not None and not (prefixes and code.startswith(prefixes)):
            return False
        return self._except is None or not self._except.holds(group, code)

    def __contains__(self, code: str) -> bool:
        return self.holds(_group_of(code), code)


def group_key(code: str, kind: Kind) -> str:
    """The category a bare normalised code is filed under; morphology codes are kept apart from chapter XIII."""
    if kind is Kind.PROCEDURE:
        return code[:2]
    return "/" if is_morphology(code) else code[:3]


def _group_of(prefix: str) -> str:
    return prefix[:2] if prefix[:1].isdigit() else prefix[:3]


def _expand(part: str) -> Iterable[str]:
    low, dash, high = part.partition("-")
    if not dash:
        _check(low)
        return (low,)
    _check(low)
    _check(high)
    return _range(low, high)


def _check(prefix: str) -> None:
    if not (_DIAGNOSIS.match(prefix) or _PROCEDURE.match(prefix)):
        raise CodeSetError(f"“{prefix}”不是编码或编码前缀")


def _range(low: str, high: str) -> list[str]:
    if len(low) != len(high) or low > high:
        raise CodeSetError(f"“{low}-{high}”不是从小到大、同样长短的范围")
    step: Callable[[str], list[str]] = _categories if len(low) == 3 and low[0].isalpha() else _digits
    return [prefix for prefix in step(low + high) if low <= prefix <= high]


def _categories(ends: str) -> list[str]:
    """All diagnosis categories from the first to the last letter named."""
    letters = range(ord(ends[0]), ord(ends[3]) + 1)
    return [f"{chr(letter)}{number:02d}" for letter in letters for number in range(100)]


def _digits(ends: str) -> list[str]:
    """Prefixes that count up in the digits where the two ends begin to differ."""
    half = len(ends) // 2
    low, high = ends[:half], ends[half:]
    start = next((i for i in range(half) if low[i] != high[i]), half)
    stem, tail = low[:start], low[start:]
    if not tail.isdigit() or not high[start:].isdigit():
        raise CodeSetError(f"“{low}-{high}”只能在数字上计数")
    return [f"{stem}{number:0{len(tail)}d}" for number in range(int(tail), int(high[start:]) + 1)]
