"""``match``: candidates for every line of a text file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.cli.console import console_progress, remark, tell, tell_json
from app.cli.options import refuse_overwriting
from app.errors import UserError
from app.files import safe_write
from app.knowledge import load_terminology
from app.matching.name_files import read_lines, read_names, read_pairs
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import Crosswalk
from icd_tables.matcher import Matcher
from icd_tables.matching.memory import SessionMemory
from icd_tables.search import Candidate
from icd_tables.table import CodeEntry

_REFUSED_SHOWN = 5


def run(given: argparse.Namespace) -> int:
    """Run the command. Rows of the memory that lead to no name are told, and the matching does without them.

    Raises:
        UserError: a file cannot be read, there is no code table, or the result cannot be written.
    """
    refuse_overwriting([given.texts, given.names, given.memory], [given.out])
    kind = Kind(given.kind)
    texts = read_lines(given.texts)
    entries, crosswalk = _entries(given, kind)
    memory, refused = _memory(given.memory, entries)
    matcher = Matcher(entries, memory, crosswalk, kind)
    found = matcher.find_many((text.strip() for text in texts), given.top, console_progress())
    _write(given.out, texts, found)
    answered = sum(1 for text in texts if found[text.strip()])
    if given.json:
        counts = {"texts": len(texts), "answered": answered, "names": len(entries), "memory_refused": refused}
        tell_json(counts)
    else:
        tell(f"{len(texts)} 条文本，{answered} 条有候选；名称 {len(entries)} 条。结果：{given.out}")
    return 0


def _entries(given: argparse.Namespace, kind: Kind) -> tuple[Sequence[CodeEntry], Crosswalk | None]:
    if given.names:
        return read_names(given.names), None
    terminology = load_terminology(given.tables)
    edition = Edition(given.edition)
    table = terminology.table(kind, edition)
    if table is None:
        raise UserError(
            f"没有{edition.value}的{kind.label}编码表。",
            "请用 import-table 导入，或用 --tables、--names 指定。",
        )
    crosswalk = terminology.crosswalks.get(kind) if edition is Edition.INSURANCE else None
    return table.entries, crosswalk


def _memory(path: Path | None, entries: Sequence[CodeEntry]) -> tuple[SessionMemory | None, int]:
    if path is None:
        return None, 0
    pairs, refused = read_pairs(path, entries)
    for row, reason in refused[:_REFUSED_SHOWN]:
        remark(f"{path.name} 第 {row} 行：{reason}")
    if len(refused) > _REFUSED_SHOWN:
        remark(f"{path.name} 另有 {len(refused) - _REFUSED_SHOWN} 行未能使用。")
    return SessionMemory(pairs), len(refused)


def _write(path: Path, texts: Sequence[str], found: Mapping[str, Sequence[Candidate]]) -> None:
    with safe_write(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for text in texts:
            candidates = [
                {"code": one.entry.code, "name": one.entry.name, "tier": one.tier.value, "why": one.why}
                for one in found[text.strip()]
            ]
            file.write(json.dumps({"text": text, "candidates": candidates}, ensure_ascii=False) + "\n")
