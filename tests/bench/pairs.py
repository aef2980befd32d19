"""The published pairs (clinical wording -> standard name) that the matcher is tuned and measured on, read from the reference folder.

The diagnosis pairs are cut once, by a fixed seed, into a tuning part and a part that is only measured; for procedures
the published train and dev parts are used.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed, SessionMemory
from icd_tables.table import CodeEntry
from tests.conftest import find_reference

Pair = tuple[str, list[str]]

_TUNING = 4000
_SEED = 7


@dataclass(frozen=True)
class Pairs:
    """One set: the names to match against, the pairs for tuning, the pairs only for measuring."""

    title: str
    kind: Kind
    entries: Sequence[CodeEntry]
    tune: Sequence[Pair]
    held_out: Sequence[Pair]


def load_sets(reference: Path | None = None) -> list[Pairs]:
    """Both sets.

    Raises:
        SystemExit: the reference folder is not there.
    """
    folder = reference or find_reference()
    if folder is None:
        raise SystemExit("reference folder not found: set CASECODE_REFERENCE or use --reference")
    matching = folder / "matching"
    diagnoses = _diagnosis_pairs(matching / "CHIP-CDN_train.json")
    random.Random(_SEED).shuffle(diagnoses)
    return [
        Pairs(
            "CHIP-CDN",
            Kind.DIAGNOSIS,
            entries_from(matching / "icd10_beijing_v601.tsv"),
            diagnoses[:_TUNING],
            diagnoses[_TUNING:],
        ),
        Pairs(
            "Yidu-N7K",
            Kind.PROCEDURE,
            entries_from(matching / "yidu_n7k_procedures.tsv"),
            _procedure_pairs(matching / "yidu_n7k_train.csv"),
            _procedure_pairs(matching / "yidu_n7k_dev.csv"),
        ),
    ]


def entries_from(path: Path) -> list[CodeEntry]:
    """Entries of a tab- or comma-separated list of codes and names; a heading line is left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        rows = [row for row in csv.reader(file, delimiter="\t" if "\t" in first else ",") if len(row) > 1]
    return [CodeEntry(row[0], row[1]) for row in rows if row[0] != "编码"]


def memory_of(pairs: Iterable[Pair], names: Mapping[str, object]) -> SessionMemory:
    """The pairs as a hospital's memory."""
    return SessionMemory(Confirmed(text, "", name) for text, gold in pairs for name in gold if name in names)


def _diagnosis_pairs(path: Path) -> list[Pair]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [(row["text"], row["normalized_result"].replace('"', "").split("##")) for row in rows]


def _procedure_pairs(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = "," if "," in file.readline() else "\t"
        file.seek(0)
        rows = [row for row in csv.reader(file, delimiter=delimiter) if len(row) > 1]
    return [(row[0], row[1].split("##")) for row in rows if row[0] != "原始词"]
