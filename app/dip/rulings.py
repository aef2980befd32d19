"""The bureau's rulings on single cases (特例单议, extra points): one table kept beside the user's data, and the files that bring them."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from app.dip.return_file import to_day, to_number
from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.readers.values import cell_text
from app.sheets import read_cells
from coding_rules.settlement.figures import show, to_fen, yuan
from coding_rules.settlement.rulings import Outcome, Ruling, Rulings

FILE_NAME = "特例单议结论.csv"
HEADER = ("病案号", "出院日期", "付费方式", "结论", "核定分值", "核定金额", "加成分值", "加成事由", "来源")
_HEADERS: Mapping[str, str] = {
    "number": "病案号 病案编号 住院号 病例号 住院病案号 病历号",
    "discharged": "出院日期 出院时间 离院日期 出院",
    "system": "付费方式 支付方式 付费体系",
    "outcome": "结论 特例单议结论 单议结论 评审结论 评审结果 审核结论 审核结果 审批结果 复核结果 特例单议结果",
    "points": "核定分值 调整分值 调整后分值 核定点数 调整后点数 核定权重 调整后权重",
    "amount": "核定金额 调整金额 调整后金额 核定支付金额 批准金额",
    "extra": "加成分值 新药新技术加成 新技术加成 新药加成 加成点数 加成",
    "extra_for": "加成事由 加成项目 加成原因 加成说明",
    "source": "来源 文号 批文 依据",
}
_LOOK = 20
_NEGATIVE = re.compile("未通过|不通过|未批准|不批准|不同意|不予|驳回|否决|未获|正常结算")
_WAITING = re.compile("待|审核中|评审中|未评|未审")
_POSITIVE = re.compile("通过|批准|同意|认可")


@dataclass(frozen=True)
class ReadRulings:
    """Rulings of a file and the rows that were refused, as (row, reason)."""

    rulings: tuple[Ruling, ...]
    refused: tuple[tuple[int, str], ...] = ()


def rulings_file() -> Path:
    """Where the hospital's own table lies."""
    return data_dir() / FILE_NAME


def load_rulings() -> ReadRulings:
    """The rulings kept before; none when nothing was kept.

    Raises:
        UserError: the table cannot be read, or its columns are gone.
    """
    path = rulings_file()
    return read_rulings(path) if path.exists() else ReadRulings(())


def save_rulings(rulings: Rulings) -> None:
    """Keep the rulings in place of those kept before.

    Raises:
        UserError: the file cannot be written.
    """
    with (
        safe_write(rulings_file()) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_line(ruling) for ruling in rulings)


def read_rulings(path: Path, system: str = "") -> ReadRulings:
    """Rulings from a table; ``system`` (DIP, DRG) is taken where a row does not say one. Of rows with equal key the last holds.

    Raises:
        UserError: the file cannot be opened, or has no columns of case numbers and outcomes or extra points.
    """
    for cells in read_cells(path):
        for start, row in enumerate(cells.rows[:_LOOK]):
            columns = _columns(row)
            if "number" in columns and columns.keys() & {"outcome", "points", "amount", "extra"}:
                return _read(cells.rows, start + 1, columns, system, path.name)
    raise UserError(
        f"{path.name} 里没有找到特例单议结论",
        "需要有“病案号”，和“结论”“核定分值”“核定金额”“加成分值”之一的列。",
    )


def read_outcome(written: str, *, points: bool, amount: bool) -> Outcome | None:
    """An outcome as bureaus word it; ``points`` and ``amount``: whether the row sets them. ``None`` for blank.

    Raises:
        ValueError: the words say nothing that could be settled by.
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written)).replace(":", "：")
    if not text or text in {"-", "—", "无"}:
        return Outcome.POINTS if points else Outcome.AMOUNT if amount else None
    for outcome in Outcome:
        if text == outcome.value:
            return outcome
    if _NEGATIVE.search(text):
        return Outcome.REFUSED
    if "按项目" in text or "据实" in text:
        return Outcome.BY_FEE
    if _WAITING.search(text):
        return Outcome.PENDING
    if re.search("(调整|核定).*(分值|点数|权重)", text):
        return Outcome.POINTS
    if re.search("(调整|核定).*金额", text):
        return Outcome.AMOUNT
    if _POSITIVE.search(text) and (points or amount):
        return Outcome.POINTS if points else Outcome.AMOUNT
    if _POSITIVE.search(text):
        raise ValueError(f"结论“{written}”没有写怎样结算（按项目付费、核定分值还是核定金额）")
    raise ValueError(f"结论“{written}”不认识")


def _fold(header: object) -> str:
    plain = unicodedata.normalize("NFKC", str(header or "")).upper()
    return re.sub(r"[(（\[].*$|[^\w]+", "", plain)


_BY_HEADER = {_fold(header): column for column, listed in _HEADERS.items() for header in listed.split()}


def _columns(row: Sequence[object]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        column = _BY_HEADER.get(_fold(cell))
        if column is not None:
            found.setdefault(column, place)
    return found


def _read(
    rows: Sequence[Sequence[object]], start: int, columns: Mapping[str, int], system: str, file: str
) -> ReadRulings:
    found: dict[object, Ruling] = {}
    refused: list[tuple[int, str]] = []
    for number, row in enumerate(rows[start:], start=start + 1):
        cells = {name: row[place] if place < len(row) else None for name, place in columns.items()}
        if not any(cell_text(cell) for cell in cells.values()):
            continue
        try:
            ruling = _ruling(cells, system, f"{file} 第 {number} 行")
        except ValueError as error:
            refused.append((number, str(error)))
            continue
        if ruling is not None:
            found[ruling.key] = ruling
    return ReadRulings(tuple(found.values()), tuple(refused))


def _ruling(cells: Mapping[str, object], system: str, place: str) -> Ruling | None:
    """The ruling of a row; ``None`` for a case that is only listed, without any word on it."""
    texts = {name: cell_text(cell) for name, cell in cells.items()}
    values = {name: _number(texts.get(name, "")) for name in ("points", "amount", "extra")}
    points, amount, extra = values["points"], values["amount"], values["extra"]
    outcome = read_outcome(texts.get("outcome", ""), points=points is not None, amount=amount is not None)
    if outcome is None and not extra:
        return None
    day = to_day(cells.get("discharged"))
    if day is None and texts.get("discharged"):
        raise ValueError(f"出院日期“{texts['discharged']}”不是日期")
    written = texts.get("system", "").upper()
    ruling = Ruling(
        written if written in {"DIP", "DRG"} else system or "DIP",
        texts.get("number", ""),
        day,
        outcome,
        points if outcome is Outcome.POINTS else None,
        to_fen(amount) if amount is not None and outcome is Outcome.AMOUNT else None,
        extra or None,
        texts.get("extra_for", ""),
        texts.get("source", "") or place,
    )
    if ruling.problem:
        raise ValueError(ruling.problem)
    return ruling


def _number(text: str) -> Decimal | None:
    if not text or text in {"-", "—"}:
        return None
    value = to_number(text)
    if value is None:
        raise ValueError(f"“{text}”不是数字")
    return value


def _line(ruling: Ruling) -> Sequence[str]:
    return (
        ruling.number,
        ruling.discharged.isoformat() if ruling.discharged else "",
        ruling.system,
        ruling.outcome.value if ruling.outcome else "",
        show(ruling.points) if ruling.points is not None else "",
        f"{yuan(ruling.amount):.2f}" if ruling.amount is not None else "",
        show(ruling.extra) if ruling.extra is not None else "",
        ruling.extra_for,
        ruling.source,
    )


def told(read: ReadRulings) -> str:
    """What an import did, as a sentence."""
    first = read.refused[:1]
    refused = f"，{len(read.refused):,} 行未读入，如第 {first[0][0]} 行：{first[0][1]}" if first else ""
    return f"读入 {len(read.rulings):,} 例结论或加成{refused}。"
