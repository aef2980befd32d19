"""The national DIP 3.0 workbook -> groups. Filled in below by sheet name; takes cells, opens nothing."""

from __future__ import annotations

from collections.abc import Sequence

from coding_rules.grouper.dip_catalogue import DipCatalogue
from coding_rules.grouper.dip_columns import Sheet


def is_national_3(sheets: Sequence[Sheet]) -> bool:
    """Whether the sheets are those of the national 3.0 workbook."""
    return any("先期分组" in sheet.name or "并项规则" in sheet.name for sheet in sheets)


def read_national_3(sheets: Sequence[Sheet]) -> DipCatalogue:
    """The catalogue in a national 3.0 workbook."""
    raise NotImplementedError
