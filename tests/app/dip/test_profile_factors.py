"""Institution factors by group from the bureau's table."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.dip.profile_factors import read_group_factors
from app.errors import UserError


def test_reads_factors_below_a_title_and_refuses_by_row(tmp_path: Path) -> None:
    path = tmp_path / "系数.csv"
    path.write_text(
        "2025 年病种系数\n序号,病种编码,机构系数（三级）\n1,K35.3:47.0100,1.05\n2,J18.9,零\n3,,1\n,,\n4,I20.0,0.98\n",
        encoding="utf-8",
    )
    factors, refused = read_group_factors(path)
    assert factors == {"K35.3:47.0100": Decimal("1.05"), "I20.0": Decimal("0.98")}
    assert [row for row, _ in refused] == [4, 5]
    assert "零" in refused[0][1]


def test_a_table_without_factors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("病种编码,分值\nA,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到"):
        read_group_factors(path)
