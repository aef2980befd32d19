"""Versions of schemes side by side: dates in force, size, where they lie; version and dates can be written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.drg.scheme_store import KeptScheme, note_scheme
from coding_rules.grouper.drg.dates import Dated
from coding_rules.grouper.drg.scheme_verify import verify_versions
from ui.models.columns import Column
from ui.tools.code_lists import AddTable
from ui.tools.columns import count, text
from ui.tools.version_list import ListWords, VersionList

WORDS = ListWords(
    name="方案版本",
    one="方案",
    show="查看所选方案",
    use="用作当前方案",
    hint="双击“代号”“版本”“启用”“停用”可以修改（限已导入的方案）；日期写成 2025-01-01，留空表示不限。"
    "代号相同、注明了日期的几版会一起使用，每例按出院日期选用。",
    empty="正在读取…",
)


class SchemeVersions(VersionList[KeptScheme]):
    """Lists the schemes there are."""

    def __init__(self, add_table: AddTable, parent: QWidget | None = None) -> None:
        super().__init__(add_table, WORDS, parent)

    def show_schemes(self, schemes: Sequence[KeptScheme], used: Path) -> None:
        """List these; ``used`` is the one in use."""
        self.list_rows(schemes, used)
        issues = [str(issue) for issue in verify_versions([one.info for one in schemes if not one.problem])]
        self.tell(issues + [f"{one.path.name}：{one.problem}" for one in schemes if one.problem])

    def _columns(self) -> tuple[Column[KeptScheme], ...]:
        return (
            self._state_column(),
            text("name", "方案", lambda row: row.info.name, 180, stretch=True),
            self._edited("id", "代号", lambda row: row.info.scheme_id, _with_id, 110),
            self._edited("version", "版本", lambda row: row.info.version, _with_version, 110),
            *self._day_columns(_with_day),
            text("edition", "编码版本", lambda row: row.info.edition.value, 70),
            count("groups", "组数", lambda row: row.groups or None, 60),
            count("codes", "列表编码", lambda row: row.codes or None, 78),
            text("weights", "权重表", lambda row: row.weights or "无权重数据", 120),
            text("path", "位置", lambda row: str(row.path), 180, muted=True),
        )

    def _dates(self, row: KeptScheme) -> Dated:
        return row.info

    def _family(self, row: KeptScheme) -> str:
        return row.info.scheme_id

    def _own(self, row: KeptScheme) -> bool:
        return row.own

    def _keep(self, row: KeptScheme) -> None:
        note_scheme(row.path, row.info)


def _with_id(row: KeptScheme, value: str) -> KeptScheme:
    return replace(row, info=replace(row.info, scheme_id=value.strip()))


def _with_version(row: KeptScheme, value: str) -> KeptScheme:
    return replace(row, info=replace(row.info, version=value.strip()))


def _with_day(row: KeptScheme, which: str, day: date | None) -> KeptScheme:
    info = replace(row.info, valid_from=day) if which == "valid_from" else replace(row.info, valid_to=day)
    return replace(row, info=info)
