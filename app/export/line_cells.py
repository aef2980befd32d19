"""Which cells of a source row must change so that the row says what the case says now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.readers.building import PROCEDURE_ATTRIBUTES, CaseBuilder, field_index
from app.readers.imported import SourceLayout
from coding_rules.case import Case, Diagnosis, Procedure
from coding_rules.fields import CONDITION
from coding_rules.lines import places


class TooManyLines(Exception):  # noqa: N818 - collected and told together, never shown alone
    """A case has more lines than the file has columns; the text says which and how many."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A new text for one cell of a row; ``column`` is 0-based."""

    column: int
    text: str


class RowCells:
    """Turns cases of one file back into cells. ``changes`` compares with the cells the file had (trimmed)."""

    def __init__(self, layout: SourceLayout) -> None:
        self._builder = CaseBuilder(layout.mapping, layout.file)
        self._keys = field_index(layout.mapping)
        self._at = {f: column for column, f in enumerate(layout.mapping.fields) if f}
        self._compact_dates = layout.format.startswith("N041")

    def changes(self, cells: Sequence[str], case: Case) -> list[CellChange]:
        """The cells to write, in column order; empty when the row says it all already.

        Raises:
            TooManyLines: the case does not fit the columns of the file.
        """
        wanted: dict[int, str] = {}
        for key, column in self._keys.items():
            text = case.fields.get(key)
            if text is not None and text != cells[column]:
                wanted[column] = text
        wanted |= self._diagnosis_cells(cells, case.diagnoses)
        wanted |= self._procedure_cells(cells, case.procedures)
        return [CellChange(column, text) for column, text in sorted(wanted.items()) if text != cells[column]]

    def _diagnosis_cells(self, cells: Sequence[str], lines: Sequence[Diagnosis]) -> dict[int, str]:
        before = self._builder.diagnoses_by_line(cells)
        if tuple(before.values()) == tuple(lines) or (not lines and list(before.values()) == [Diagnosis()]):
            return {}
        columns = self._builder.diagnosis_columns
        where = places(tuple(before), len(lines), tuple(columns))
        if len(where) < len(lines):
            raise TooManyLines(f"诊断 {len(lines)} 条，文件最多 {len(columns)} 条")
        after = dict(zip(where, lines, strict=True))
        origin = _origins(before, after)
        spelled = self._condition_spelling(cells, before)
        wanted: dict[int, str] = {}
        for n in {*before, *after}:
            old, new = before.get(n, Diagnosis()), after.get(n, Diagnosis())
            outcome = columns[origin[n]][3] if n in origin else -1
            texts = (new.code, new.name, spelled(new.condition), cells[outcome] if outcome >= 0 else "")
            same = (
                old.code == new.code,
                old.name == new.name,
                old.condition == new.condition,
                origin.get(n) == n,
            )
            wanted |= {
                column: text
                for column, text, kept in zip(columns[n], texts, same, strict=True)
                if column >= 0 and not kept
            }
        return wanted

    def _condition_spelling(
        self, cells: Sequence[str], before: Mapping[int, Diagnosis]
    ) -> Callable[[str], str]:
        """入院病情 as the row spells it: some files write 有 where others write 1."""
        columns = self._builder.diagnosis_columns
        said = {line.condition: cells[columns[n][2]] for n, line in before.items() if columns[n][2] >= 0}
        labels = CONDITION if any(text in CONDITION.values() for text in said.values()) else {}
        return lambda condition: said.get(condition) or labels.get(condition, condition)

    def _procedure_cells(self, cells: Sequence[str], lines: Sequence[Procedure]) -> dict[int, str]:
        before = self._builder.procedures_by_line(cells)
        if tuple(before.values()) == tuple(lines):
            return {}
        columns = self._builder.procedure_columns
        where = places(tuple(before), len(lines), tuple(columns))
        if len(where) < len(lines):
            raise TooManyLines(f"手术操作 {len(lines)} 条，文件最多 {len(columns)} 条")
        after = dict(zip(where, lines, strict=True))
        wanted: dict[int, str] = {}
        for n in {*before, *after}:
            old, new = before.get(n), after.get(n)
            if old == new:
                continue
            texts = [""] * len(columns[n]) if new is None else self._procedure_texts(cells, before, n, new)
            wanted |= {
                c: text for c, text in zip(columns[n], texts, strict=True) if c >= 0 and text != cells[c]
            }
        return wanted

    def _procedure_texts(
        self, cells: Sequence[str], before: Mapping[int, Procedure], line: int, new: Procedure
    ) -> list[str]:
        """Texts of all columns of a line: from the line it was before where there is one, so that times of day, spellings
        and columns we do not know travel with it.
        """
        columns = self._builder.procedure_columns
        origin = next(
            (n for n in (line, *before) if n in before and _details(before[n]) == _details(new)), None
        )
        if origin is None:
            values = [getattr(new, name) for name in PROCEDURE_ATTRIBUTES]
            texts = [self._day(v) if isinstance(v, date) else str(v or "") for v in values]
            both = "/".join(t for t in (new.incision, new.healing) if t)
            return [*texts, both]
        texts = [cells[c] if c >= 0 else "" for c in columns[origin]]
        old = before[origin]
        if old.code != new.code:
            texts[0] = new.code
        if old.name != new.name:
            texts[1] = new.name
        return texts

    def _day(self, day: date) -> str:
        return day.strftime("%Y%m%d") if self._compact_dates else day.isoformat()


def _origins(before: Mapping[int, Diagnosis], after: Mapping[int, Diagnosis]) -> dict[int, int]:
    """Which line of before each line of after was: an equal one, else the one in its place unless that went elsewhere."""
    free = dict(before)
    origin: dict[int, int] = {}
    for n, line in after.items():
        found = n if free.get(n) == line else next((m for m, old in free.items() if old == line), None)
        if found is not None:
            origin[n] = found
            del free[found]
    return origin | {n: n for n in after if n not in origin and n in free}


def _details(procedure: Procedure) -> Procedure:
    """Everything of a procedure line but what it is called."""
    return replace(procedure, code="", name="")
