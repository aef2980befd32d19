"""Names that lost rare characters before they were published (``??囊肿切除术``), and what they should say.

The published 医保版 tables carry a question mark where a character outside the old character sets stood (𧿹, 𬌗, μ). A name is only put
right where the readable part agrees with ours, so that a later, corrected table is never overwritten.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from functools import cache
from importlib import resources

from icd_tables.codes import Kind, normalize_code
from icd_tables.table import CodeEntry

_LOST = re.compile(r"[?？�]+")


def repaired(entry: CodeEntry, kind: Kind) -> CodeEntry:
    """The entry with its right name where that is known; the published spelling stays findable as an alias.

    ``damaged`` stays set: it says that the published name lost characters. Entries that need nothing come back as they are.
    """
    if not _LOST.search(entry.name):
        return entry
    known = _known().get((kind, normalize_code(entry.code)))
    if known is None or not _agrees(entry.name, known[0]):
        return entry
    name, also = known
    aliases = dict.fromkeys((*entry.aliases, also, entry.name))
    return replace(entry, name=name, aliases=tuple(aliases), damaged=True)


def _agrees(published: str, right: str) -> bool:
    """Whether the readable part of a published name is that of the right one."""
    pattern = "".join(
        ".{1,3}" if _LOST.fullmatch(part) else re.escape(part) for part in re.split(r"([?？�]+)", published)
    )
    return re.fullmatch(pattern, right) is not None


@cache
def _known() -> dict[tuple[Kind, str], tuple[str, str]]:
    text = resources.files("icd_tables.lexicon").joinpath("repairs.csv").read_text(encoding="utf-8")
    return {
        (Kind(row["kind"]), normalize_code(row["code"])): (row["name"], row["also"])
        for row in csv.DictReader(text.splitlines())
    }
