"""The weight tables kept on this machine: for which scheme, from when to when; dates can be written down, one can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.drg.weight_tables import KeptWeights, note_weights
from coding_rules.grouper.drg.dates import Dated
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import count, text
from ui.tools.version_list import ListWords, VersionList

WORDS = ListWords(
    name="本机权重表",
    one="权重表",
    show="查看所选权重表",
    use="与当前方案一起使用",
    hint="双击“启用”“停用”可以修改，写成 2025-01-01，留空表示不限。同一方案有几份注明日期的权重表时，每例按出院日期选用。",
    empty="还没有导入权重表。用右上角“导入”→“当地权重表…”读入公布的权重或点数。",
)
ROWS_SHOWN = 5


class WeightVersions(VersionList[KeptWeights]):
    """Lists the tables; a few rows high, for the table on show stands above."""

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(add_table, WORDS, parent)
        self._scheme = ""
        rows = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * ROWS_SHOWN)

    def show_tables(self, tables: Sequence[KeptWeights], used: str, scheme: str) -> None:
        """List these; ``used`` is the path of the one chosen, "" for none. A table for no scheme in particular is noted as being for
        ``scheme`` (its id) when it is given dates.
        """
        self._scheme = scheme
        self.list_rows(tables, Path(used) if used else Path())

    def _columns(self) -> tuple[Column[KeptWeights], ...]:
        start, end = self._day_columns(self._with_day)
        return (
            self._state_column(),
            text(
                "name", "权重表", lambda row: row.path.stem, 200, stretch=True, tip=lambda row: str(row.path)
            ),
            text("scheme", "适用方案", lambda row: row.scheme or "未注明", 150),
            start,
            end,
            count("groups", "组数", lambda row: row.groups or None, 60),
            text("unit", "单位", lambda row: row.problem or row.unit or "无权重", 110),
        )

    def _dates(self, row: KeptWeights) -> Dated:
        return row

    def _family(self, row: KeptWeights) -> str:
        return row.scheme

    def _own(self, row: KeptWeights) -> bool:
        return True

    def _keep(self, row: KeptWeights) -> None:
        note_weights(row.path, row.scheme, row.valid_from, row.valid_to, row.prefer)

    def _with_day(self, row: KeptWeights, which: str, day: date | None) -> KeptWeights:
        new = replace(row, scheme=row.scheme or self._scheme)
        return replace(new, valid_from=day) if which == "valid_from" else replace(new, valid_to=day)
