"""The code tables there are, one row each: which are in use, which stand by, which are damaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from app.progress import Progress
from app.tables import damaged_tables, installed_sources, read_folder
from coding_rules.grouper.collector import without_collector
from icd_tables.catalog import Source, choose, starter_sources
from icd_tables.codes import Edition, Kind


class State(StrEnum):
    """What becomes of a table."""

    IN_USE = "在用"
    STANDS_BY = "备用"
    DAMAGED = "损坏"


class Origin(StrEnum):
    """Where a table comes from."""

    FOLDER = "设置中的文件夹"
    INSTALLED = "已导入"
    STARTER = "随程序带的入门表"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table or crosswalk. ``rows`` counts codes or pairs; ``note`` says what must be known about it.

    A damaged one has neither kind nor edition.
    """

    table_id: str
    title: str
    origin: Origin
    state: State
    kind: Kind | None = None
    edition: Edition | None = None
    crosswalk: bool = False
    version: str = ""
    rows: int = 0
    valid_from: date | None = None
    source: str = ""
    note: str = ""

    @property
    def removable(self) -> bool:
        """Whether it lies in the user's catalogue."""
        return self.origin is Origin.INSTALLED


@without_collector()
def table_rows(folder: str, progress: Progress | None = None) -> list[TableRow]:
    """All tables: those of the chosen ``folder`` (empty: none is chosen), the installed ones, the starter tables.

    With a folder chosen its tables alone are in use; otherwise of several versions the newest.

    Raises:
        UserError: the folder cannot be read or holds no table.
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    progress.report(0, 0, "正在查看编码表")
    chosen = list(read_folder(Path(folder), progress).sources) if folder else []
    installed = installed_sources()
    rivals: Sequence[Source] = chosen if folder else [*starter_sources(), *installed]
    in_use = {id(source) for source in choose(rivals)}
    found = [
        _row(source, origin, State.IN_USE if id(source) in in_use else State.STANDS_BY)
        for origin, sources in (
            (Origin.FOLDER, chosen),
            (Origin.INSTALLED, installed),
            (Origin.STARTER, starter_sources()),
        )
        for source in sources
    ]
    damaged = [
        TableRow(name, name, Origin.INSTALLED, State.DAMAGED, note=reason)
        for name, reason in damaged_tables()
    ]
    return [*damaged, *found]


def _row(source: Source, origin: Origin, state: State) -> TableRow:
    info = source.info
    return TableRow(
        info.table_id,
        info.title,
        origin,
        state,
        info.kind,
        info.edition,
        source.is_crosswalk,
        info.version,
        info.rows,
        info.valid_from,
        info.source,
        info.note,
    )
