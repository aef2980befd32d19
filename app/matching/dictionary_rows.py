"""The hospital dictionary as rows to look through: contradictions and codes that no table knows are marked, never settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.matching.dictionary_undo import Undo
from app.matching.memory import HospitalDictionary
from app.progress import Progress
from icd_tables.codes import Edition, Kind, normalize_code
from icd_tables.matching.memory import Confirmed
from icd_tables.normalize import surface
from icd_tables.terminology import Terminology


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """One confirmed pair. ``others`` are codes confirmed for the same text, ``known`` whether a loaded table has the code
    (``None``: no table of its kind is loaded).
    """

    kind: Kind
    pair: Confirmed
    others: tuple[str, ...] = ()
    known: bool | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells rows apart."""
        return self.kind.value, surface(self.pair.text), normalize_code(self.pair.code), self.pair.name

    @property
    def contradictory(self) -> bool:
        """Whether the same text was given another code too."""
        return bool(self.others)

    @property
    def told(self) -> str:
        """What a search looks through."""
        pair = self.pair
        return f"{pair.text} {pair.code} {pair.name} {pair.who} {self.kind.label}".casefold()


def dictionary_rows(
    dictionary: HospitalDictionary, terminology: Terminology | None = None, progress: Progress | None = None
) -> list[DictionaryRow]:
    """Everything remembered, diagnoses first, texts in order, the most used code of a text first.

    Raises:
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    rows: list[DictionaryRow] = []
    for kind in Kind:
        pairs = list(dictionary.memory(kind))
        by_text: dict[str, set[str]] = {}
        for pair in pairs:
            by_text.setdefault(surface(pair.text), set()).add(normalize_code(pair.code))
        for done, pair in enumerate(pairs, start=1):
            own = normalize_code(pair.code)
            others = tuple(sorted(by_text[surface(pair.text)] - {own}))
            rows.append(DictionaryRow(kind, pair, others, _known(terminology, kind, pair.code)))
            if not done % 500:
                progress.report(done, len(pairs), "正在列出词典")
    order = list(Kind)
    return sorted(rows, key=lambda row: (order.index(row.kind), surface(row.pair.text), -row.pair.count))


def withdraw(dictionary: HospitalDictionary, rows: Sequence[DictionaryRow]) -> Undo:
    """Forget pairs, all or none; what undoes it.

    Raises:
        UserError: the disk refuses.
    """
    gone = {kind: [row.pair for row in rows if row.kind is kind] for kind in Kind}
    undo = Undo.before(dictionary, gone)
    keys = {row.key for row in rows}
    left = {
        kind: [one for one in found if DictionaryRow(kind, one).key not in keys]
        for kind, found in undo.rows.items()
    }
    dictionary.put_back(undo.texts, left)
    return undo


def tally(rows: Iterable[DictionaryRow]) -> str:
    """How many texts, pairs and contradictions there are, as a sentence."""
    rows = list(rows)
    texts = {(row.kind, surface(row.pair.text)) for row in rows}
    several = {(row.kind, surface(row.pair.text)) for row in rows if row.contradictory}
    unknown = sum(row.known is False for row in rows)
    sentence = f"{len(texts):,} 个词，{len(rows):,} 条确认"
    if several:
        sentence += f"，其中 {len(several):,} 个词确认过不同编码"
    return f"{sentence}，{unknown:,} 条的编码不在所载入的编码表中" if unknown else sentence


def _known(terminology: Terminology | None, kind: Kind, code: str) -> bool | None:
    tables = [terminology.table(kind, edition) for edition in Edition] if terminology else []
    loaded = [table for table in tables if table is not None]
    return any(code in table for table in loaded) if loaded else None
