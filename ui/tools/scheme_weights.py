"""The weight table of a scheme: rows with their source, and the report of how a local table was read."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.weight_table import GroupWeight, WeightTable
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import figure, money, text

MOST_TOLD = 6
COLUMNS: tuple[Column[GroupWeight], ...] = (
    text("code", "组", lambda row: row.code, 96),
    text("name", "名称", lambda row: row.name, 220, stretch=True),
    figure("weight", "权重", lambda row: row.weight, 80, places=4),
    figure("points", "基准点数", lambda row: row.points, 86, places=4),
    money("mean_fee", "例均费用（元）", lambda row: row.mean_fee, 110),
    figure("mean_los", "平均住院日", lambda row: row.mean_los, 84),
    figure("rate", "费率（元）", lambda row: row.rate, 84),
    text("year", "年度", lambda row: row.year, 56),
    text("source", "出处", lambda row: row.source, 150, muted=True),
)


class SchemeWeights(QWidget):
    """Shows the weights of a scheme, or a local table that is offered for use with it."""

    use_wanted = Signal()

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = QLabel()
        self.head.setWordWrap(True)
        self.use_button = QPushButton("与当前方案一起使用")
        self.use_button.clicked.connect(self.use_wanted)
        self.model, self.table = add_table(
            "权重表",
            COLUMNS,
            lambda row: row.code,
            empty="无权重数据。可用“导入权重表…”读入当地公布的权重或点数。",
        )
        row = QHBoxLayout()
        row.addWidget(self.head, 1)
        row.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_weights(self, table: WeightTable | None, scheme: Scheme, *, offered: bool = False) -> None:
        """Show a table beside the scheme it is for; ``offered``: it was just read and is not in use."""
        self.model.set_rows(table.rows.values() if table is not None else ())
        self.head.setText("" if table is None else "\n".join(_told(table, scheme)))
        self.use_button.setVisible(offered)


def _told(table: WeightTable, scheme: Scheme) -> list[str]:
    """How the table was read and how far it fits the scheme, in a few lines."""
    groups = {one.code for one in scheme.drgs} | {
        one.code for one in scheme.adrgs if one.code not in scheme.drgs_of
    }
    lines = [
        f"“{table.name}” 共 {len(table):,} 组；方案 {scheme.name} 的 {len(groups):,} 组中 "
        f"{len(groups & table.rows.keys()):,} 组有权重，{len(groups - table.rows.keys()):,} 组没有；"
        f"表中另有 {len(table.rows.keys() - groups):,} 组不属于本方案。"
    ]
    for sheet, columns in table.report.columns.items():
        known = "，".join(f"“{header}”作{what}" for what, header in columns.items())
        lines.append(f"{sheet}：{known}")
    issues = table.report.issues
    lines += [str(issue) for issue in issues[:MOST_TOLD]]
    if len(issues) > MOST_TOLD:
        lines.append(f"……另有 {len(issues) - MOST_TOLD:,} 处，见“校验”")
    if table.note:
        lines.append(table.note)
    return lines
