"""The weights of a scheme: the table on show with the source of each row, how it was read, and the tables kept on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.drg.weight_tables import KeptWeights
from coding_rules.grouper.drg.dates import period
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_layout import LABELS
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import count, figure, money, text
from ui.tools.rows import go_to
from ui.tools.weight_offer import WeightOffer
from ui.tools.weight_versions import WeightVersions

MOST_TOLD = 4
_OPTIONAL: tuple[tuple[str, Column[GroupWeight]], ...] = (
    ("weight", figure("weight", "权重", lambda row: row.weight, 80, places=4)),
    ("points", figure("points", "基准点数", lambda row: row.points, 90)),
    ("mean_fee", money("mean_fee", "例均费用（元）", lambda row: row.mean_fee, 116)),
    ("mean_los", figure("mean_los", "平均住院日", lambda row: row.mean_los, 88)),
    ("rate", figure("rate", "费率（元）", lambda row: row.rate, 88)),
    ("rate_employee", figure("rate_employee", "职工费率（元）", lambda row: row.rate_employee, 104)),
    ("rate_resident", figure("rate_resident", "居民费率（元）", lambda row: row.rate_resident, 104)),
)


def columns(table: WeightTable | None) -> tuple[Column[GroupWeight], ...]:
    """Code, name, the figures that the table has at all, and where the row stands."""
    rows = table.rows.values() if table is not None else ()
    had = [column for name, column in _OPTIONAL if any(getattr(row, name) is not None for row in rows)]
    years = {row.year for row in rows} - {""}
    return (
        text("code", "组", lambda row: row.code, 96),
        text("name", "名称", lambda row: row.name, 220, stretch=True),
        *had,
        *((text("year", "年度", lambda row: row.year, 56),) if years else ()),
        text("sheet", "出处", lambda row: row.sheet, 170, muted=True),
        count("row", "行", lambda row: row.row or None, 56),
    )


class SchemeWeights(QWidget):
    """Shows the weights of a scheme, or a table that was just read (``offer``) or chosen from ``versions``."""

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = QLabel()
        self.head.setWordWrap(True)
        self.offer = WeightOffer()
        self.model, self.table = add_table(
            "权重表",
            columns(None),
            lambda row: row.code,
            empty="无权重数据。可用右上角“导入”→“当地权重表…”读入当地公布的权重或点数。",
        )
        self.versions = WeightVersions(add_table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self.head)
        column.addWidget(self.offer)
        column.addWidget(self.table, 1)
        column.addWidget(self.versions)
        self.offer.hide()

    def show_weights(
        self, table: WeightTable | None, scheme: Scheme, *, offered: bool = False, usable: bool = True
    ) -> None:
        """Show a table beside the scheme it is for; ``offered``: it was just read and is not kept yet."""
        self.table.show_columns(columns(table))
        self.model.set_rows(table.rows.values() if table is not None else ())
        self.head.setText("" if table is None else "\n".join(_told(table, scheme)))
        self.head.setVisible(table is not None)
        self.offer.setVisible(offered)
        if offered and table is not None:
            self.offer.offer(table, usable=usable)

    def show_tables(self, tables: Sequence[KeptWeights], used: str, scheme: str) -> None:
        """List the tables kept on this machine; ``scheme`` is the id of the scheme on show."""
        self.versions.show_tables(tables, used, scheme)

    def go_to_row(self, sheet: str, row: int) -> bool:
        """Choose the group that stands in this row; whether there is one."""
        for place, held in enumerate(self.model.rows()):
            if (held.sheet, held.row) == (sheet, row):
                go_to(self.table, place)
                return True
        return False

    @Slot()
    def drop_offer(self) -> None:
        """The table on show is kept, or not to be kept."""
        self.offer.hide()


def _told(table: WeightTable, scheme: Scheme) -> list[str]:
    """How the table was read and how far it fits the scheme, in a few lines."""
    groups = {one.code for one in scheme.drgs} | {
        one.code for one in scheme.adrgs if one.code not in scheme.drgs_of
    }
    dates = f"（{period(table.valid_from, table.valid_to)}）" if table.valid_from or table.valid_to else ""
    lines = [
        f"“{table.name}”{dates}共 {len(table):,} 组；方案 {scheme.name} 的 {len(groups):,} 组中 "
        f"{len(groups & table.rows.keys()):,} 组有权重，{len(groups - table.rows.keys()):,} 组没有；"
        f"表中另有 {len(table.rows.keys() - groups):,} 组不属于本方案。"
    ]
    for sheet, headers in table.report.columns.items():
        known = "，".join(f"“{header}”读作{LABELS[what]}" for what, header in headers.items())
        lines.append(f"{sheet}：{known}")
    issues = table.report.issues
    lines += [str(issue) for issue in issues[:MOST_TOLD]]
    if len(issues) > MOST_TOLD:
        lines.append(f"……另有 {len(issues) - MOST_TOLD:,} 处，使用后见“校验”")
    if table.note:
        lines.append(table.note)
    return lines
