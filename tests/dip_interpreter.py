"""A plain interpreter of national-platform DIP catalogues, written independently of the program: the yardstick for speed and agreement.

It keeps the rows as text and reads them again for every case, the way one would write it down from the rules:
核心 by principal diagnosis and all procedures, most of them matched first; the row without procedures for cases without any; then 综合 by
kind; then the chapter's catch-all; then 空白病种.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from coding_rules.grouper.dip.catalogue import DipCatalogue
from coding_rules.grouper.inputs import GrouperInput

SUFFIXES = {"手术": "SS", "介入治疗": "SS", "治疗性操作": "ZLXCZ", "诊断性操作": "ZDXCZ", "保守治疗": "BSZL"}
STRENGTH = ("BSZL", "ZDXCZ", "ZLXCZ", "SS")
CHAPTERS = (
    ("A00", "B99", "01"), ("C00", "D49", "02"), ("D50", "D99", "03"), ("E00", "E99", "04"), ("F00", "F99", "05"),
    ("G00", "G99", "06"), ("H00", "H59", "07"), ("H60", "H99", "08"), ("I00", "I99", "09"), ("J00", "J99", "10"),
    ("K00", "K99", "11"), ("L00", "L99", "12"), ("M00", "M99", "13"), ("N00", "N99", "14"), ("O00", "O99", "15"),
    ("P00", "P99", "16"), ("Q00", "Q99", "17"), ("R00", "R99", "18"), ("S00", "T99", "19"), ("V00", "Y99", "20"),
    ("Z00", "Z99", "21"), ("U00", "U99", "22"),
)  # fmt: skip


class DipInterpreter:
    """Groups by reading the catalogue's codes. ``kind_of`` gives the kind of a procedure as published text."""

    def __init__(self, catalogue: DipCatalogue, kind_of: Callable[[str], str]) -> None:
        self._points = {group.code.upper(): group.points or 0 for group in catalogue}
        self._spelling = {group.code.upper(): group.code for group in catalogue}
        self._kind_of = kind_of
        self._rows: dict[str, list[str]] = {}
        for code in self._points:
            self._rows.setdefault(code.split(":")[0], []).append(code)

    def group_all(self, cases: Iterable[GrouperInput]) -> list[str]:
        """Group codes in the order of the cases, empty when ungrouped."""
        return [self.group(case) for case in cases]

    def group(self, case: GrouperInput) -> str:
        """The group code of a case."""
        if not case.diagnoses or not case.diagnoses[0].strip():
            return ""
        principal = unicodedata.normalize("NFKC", case.diagnoses[0]).upper().split("+")[0].rstrip("*")
        filed = [unicodedata.normalize("NFKC", code).upper() for code in case.procedures]
        kinds = [SUFFIXES[self._kind_of(code.replace("X", "x"))] for code in filed]
        kind = max(kinds, key=STRENGTH.index, default="BSZL")
        best: tuple[int, bool, object] | None = None
        winner = ""
        for key in (principal[:5], principal[:3] if principal[3:5] == ".X" else ""):
            for row in self._rows.get(key, ()):
                score = self._fits(row, filed, kind)
                if score is not None and (best is None or score > best):
                    best, winner = score, row
            if key in self._rows and any(
                ":" not in r or r.split(":")[1][0].isdigit() for r in self._rows[key]
            ):
                break
        if not winner:
            chapter = next((n for low, high, n in CHAPTERS if low <= principal[:3] <= high), "")
            tried = (f"{principal[:3]}:{kind}", f"CP{chapter}:{kind}", "KBBZ")
            winner = next((code for code in tried if code in self._points), "")
        return self._spelling.get(winner, "")

    def _fits(self, row: str, filed: list[str], kind: str) -> tuple[int, bool, object] | None:
        tail = row.partition(":")[2]
        if not tail:
            return (0, False, self._points[row]) if kind == "BSZL" else None
        if tail in STRENGTH:
            return None
        main, _, related = tail.partition("_")
        wanted = [main, *(related.split("+") if related else ())]
        if any(code not in filed for code in wanted):
            return None
        return (len(wanted), main == filed[0], self._points[row])
