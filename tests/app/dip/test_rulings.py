"""The bureau's rulings as tables bring them and as they are kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.dip.rulings import load_rulings, read_outcome, read_rulings, rulings_file, save_rulings, told
from app.errors import UserError
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings

DAY = date(2025, 3, 9)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECODE_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("通过，按项目付费", Outcome.BY_FEE),
        ("同意据实结算", Outcome.BY_FEE),
        ("批准：调整分值", Outcome.POINTS),
        ("核定金额", Outcome.AMOUNT),
        ("未通过：按正常结算", Outcome.REFUSED),
        ("不予通过，按项目不予认可", Outcome.REFUSED),
        ("不同意", Outcome.REFUSED),
        ("待定", Outcome.PENDING),
        ("专家审核中", Outcome.PENDING),
        ("", None),
        ("—", None),
    ],
)
def test_outcomes_as_bureaus_word_them(written: str, outcome: Outcome | None) -> None:
    assert read_outcome(written, points=False, amount=False) is outcome


def test_what_the_row_sets_completes_a_bare_approval() -> None:
    assert read_outcome("通过", points=True, amount=False) is Outcome.POINTS
    assert read_outcome("", points=False, amount=True) is Outcome.AMOUNT
    with pytest.raises(ValueError, match="没有写怎样结算"):
        read_outcome("通过", points=False, amount=False)
    with pytest.raises(ValueError, match="不认识"):
        read_outcome("二类", points=False, amount=False)


def book(path: Path, *rows: tuple[object, ...]) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def test_a_notice_of_the_bureau(tmp_path: Path) -> None:
    path = book(
        tmp_path / "2025 年特例单议结果.xlsx",
        ("某市 2025 年一季度特例单议评审结果",),
        ("序号", "病案号", "姓名", "出院日期", "评审结果", "核定金额（元）", "调整后分值", "新技术加成"),
        (1, "A01", "张三", "2025-03-09", "通过，按项目付费", None, None, None),
        (2, "A02", "李四", "2025/3/9", "通过", "18,000.50", None, None),
        (3, "A03", "王五", "2025-03-09", "通过", None, 2500, None),
        (4, "A04", "赵六", "2025-03-09", "不通过", None, None, None),
        (5, "A05", "孙七", "2025-03-09", None, None, None, 30),
        (6, "A06", "周八", "2025-03-09", "通过", None, None, None),
        (7, "", "吴九", "2025-03-09", "待定", None, None, None),
        (8, "A08", "郑十", "三月九日", "待定", None, None, None),
        (9, "A09", "冯一", "2025-03-09", "通过", "一万", None, None),
        (10, "A10", "陈二", "2025-03-09", None, None, None, None),
    )
    found = read_rulings(path, "DIP")
    assert [(each.number, each.outcome, each.points, each.amount, each.extra) for each in found.rulings] == [
        ("A01", Outcome.BY_FEE, None, None, None),
        ("A02", Outcome.AMOUNT, None, 1_800_050, None),
        ("A03", Outcome.POINTS, Decimal(2500), None, None),
        ("A04", Outcome.REFUSED, None, None, None),
        ("A05", None, None, None, Decimal(30)),
    ]
    assert {each.discharged for each in found.rulings} == {DAY}
    assert found.rulings[0].source == "2025 年特例单议结果.xlsx 第 3 行"
    assert [row for row, _ in found.refused] == [8, 9, 10, 11]
    reasons = " ".join(reason for _, reason in found.refused)
    for word in ("没有写怎样结算", "没有病案号", "三月九日", "一万"):
        assert word in reasons
    assert told(found).startswith("读入 5 例结论或加成，4 行未读入，如第 8 行")


def test_what_is_kept_comes_back_the_same() -> None:
    assert load_rulings().rulings == ()
    rows = (
        Ruling("DIP", "A01", DAY, Outcome.BY_FEE, source="手工录入"),
        Ruling("DIP", "007", None, Outcome.AMOUNT, amount=1_800_050, source="文件 第 3 行"),
        Ruling("DRG", "A01", DAY, Outcome.POINTS, Decimal("2500.125"), source="x"),
        Ruling("DIP", "A05", DAY, extra=Decimal("12.5"), extra_for="国谈药,A 类", source="x"),
        Ruling("DIP", "A06", DAY, Outcome.PENDING, extra=Decimal(3), source="x"),
    )
    save_rulings(Rulings(rows))
    assert load_rulings().rulings == rows
    assert load_rulings().refused == ()
    assert "姓名" not in rulings_file().read_text(encoding="utf-8-sig")


def test_the_last_row_of_a_stay_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("病案号,结论\nA01,待定\nA01,按项目付费\n", encoding="utf-8")
    (one,) = read_rulings(path, "DRG").rulings
    assert (one.outcome, one.system, one.discharged) == (Outcome.BY_FEE, "DRG", None)


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("病案号,姓名\nA01,张三\n", encoding="utf-8")
    with pytest.raises(UserError, match="没有找到特例单议结论"):
        read_rulings(path)
