from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.drg.schemes import load_drg_scheme
from app.errors import UserError
from app.progress import Cancelled, Progress
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.drg.small import TABLES, Rows, copy_tables

INFARCTION = GrouperInput(diagnoses=("I21.000", "J96.000"))


def write_folder(
    folder: Path, tables: Mapping[str, Rows] = TABLES, encoding: str = "utf-8", end: str = "\n"
) -> Path:
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator=end).writerows(rows)
    return folder


def write_workbook(path: Path, sheets: Mapping[str, list[list[object]]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("gb18030", "\r\n")])
def test_a_folder_in_any_usual_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    scheme = load_drg_scheme(write_folder(tmp_path, encoding=encoding, end=end))
    assert DrgGrouper(scheme).group(INFARCTION).name == "急性心肌梗死，伴严重并发症或合并症"
    assert (scheme.id, scheme.weights) == (tmp_path.name, None)


def test_a_workbook_with_the_same_sheets_and_typed_cells(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        name.upper(): [list(row) for row in rows] for name, rows in TABLES.items()
    }
    sheets["说明"] = [["本方案仅供测试"]]
    sheets["Weights"] = [["DRG编码", "权重"], ["FR21", 2.5]]
    for row in sheets["MDC"][1:]:
        row[0] = int(str(row[0]))
    for row in sheets["COMPLICATIONS"][1:]:
        row[2] = float(str(row[2]))
    for row in sheets["EXCLUSIONS"][1:]:
        row[1] = int(str(row[1]))
    scheme = load_drg_scheme(write_workbook(tmp_path / "本地方案.xlsx", sheets))
    grouper = DrgGrouper(scheme)
    assert (grouper.group(INFARCTION).group, grouper.group(INFARCTION).weight) == ("FR21", Decimal("2.5"))
    assert grouper.codes(GrouperInput(diagnoses=("I21.000", "I50.900"))).drg == "FR25"
    assert scheme.mdcs[0].source == "本地方案.xlsx[MDC] 第 2 行"


def test_the_manifest_and_the_weights_beside_the_tables(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "scheme.toml").write_text(
        'id = "s"\nname = "演示方案"\nversion = "1.1"\nvalid_from = 2025-01-01\nvalid_to = "2025-12-31"\ndemo = true\nnote = "自编"\n',
        encoding="utf-8",
    )
    (tmp_path / "weights.csv").write_text(
        "drg,weight,mean_fee,mean_los\nFR21,2.5,12345.67,9.5\n", encoding="utf-8"
    )
    scheme = load_drg_scheme(tmp_path)
    assert (scheme.id, scheme.name, scheme.demo) == ("s", "演示方案", True)
    assert (scheme.info.valid_from, scheme.info.valid_to) == (date(2025, 1, 1), date(2025, 12, 31))
    grouping = DrgGrouper(scheme).group(INFARCTION)
    assert (grouping.weight, grouping.mean_fee, grouping.mean_los) == (
        Decimal("2.5"),
        1_234_567,
        Decimal("9.5"),
    )
    assert grouping.demo
    assert scheme.weights is not None
    assert scheme.weights.demo


def test_a_broken_manifest_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path)
    (tmp_path / "scheme.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(UserError, match=r"scheme\.toml 无法读取"):
        load_drg_scheme(tmp_path)


def test_rule_mistakes_are_told_with_place_and_pointer(tmp_path: Path) -> None:
    tables = copy_tables()
    tables["adrg"][1][4] = "ppx in AA1.PXX"
    with pytest.raises(UserError) as caught:
        load_drg_scheme(write_folder(tmp_path, tables))
    assert caught.value.what.split("\n")[1:] == [
        "adrg.csv 第 2 行 rule 列：第 8 个字符：没有名为“AA1.PXX”的编码列表，是不是要写 AA1.PX？",
        "    ppx in AA1.PXX",
        "           ^^^^^^^",
    ]
    assert caught.value.todo


def test_many_mistakes_are_summed_up(tmp_path: Path) -> None:
    tables = copy_tables()
    tables["exclusions"] += [["", "1"]] * 20
    with pytest.raises(UserError, match="另有 12 处问题"):
        load_drg_scheme(write_folder(tmp_path, tables))


def test_what_is_no_scheme_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有找到分组方案"):
        load_drg_scheme(tmp_path / "没有")
    with pytest.raises(UserError, match=r"缺少文件 mdc\.csv、adrg\.csv"):
        load_drg_scheme(tmp_path)
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UserError, match="缺少工作表 mdc、adrg"):
        load_drg_scheme(tmp_path / "x.xlsx")


def test_loading_can_be_cancelled(tmp_path: Path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        load_drg_scheme(write_folder(tmp_path), progress)
