"""The 100-point front-page score of the open month by case, coder, department and month; the table of points a hospital may edit."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.progress import Progress
from app.review import CaseResult
from app.toml_text import dumps
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.finding import Finding
from coding_rules.quality_indicators import DIMENSIONS
from coding_rules.scoring import (
    Deduction,
    Grade,
    Item,
    Part,
    ScoreSheet,
    ScoreTable,
    ScoreTableError,
    parse_table,
    score,
    shipped_table,
)

FILE_NAME = "首页评分标准.toml"
CLASSES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class CaseScore:
    """One case with its score sheet and the findings it rests on."""

    case: Case
    sheet: ScoreSheet
    findings: tuple[Finding, ...]

    @property
    def lost(self) -> Decimal:
        """Points that items lost before any cap of a part."""
        return sum((one.points for one in self.sheet.deductions), Decimal(0))


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """Scores of a group of cases: how many, mean, lowest, cases by grade, faults by class."""

    name: str
    cases: int
    mean: Decimal
    lowest: Decimal
    grades: Mapping[str, int]
    faults: Mapping[str, int]
    flawless: int


@dataclass(frozen=True, slots=True)
class ItemLoss:
    """What one scored item lost over some cases."""

    part: str
    item: str
    class_: str
    points: Decimal
    cases: int
    rules: tuple[str, ...]


def score_cases(
    results: Sequence[CaseResult], engine: CheckEngine, table: ScoreTable, progress: Progress | None = None
) -> list[CaseScore]:
    """Score every case from its findings, in the order given.

    Raises:
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    rules = {rule.id: rule for rule in engine.rules}
    scored = []
    for done, result in enumerate(results, start=1):
        sheet = score(result.findings, rules, table)
        scored.append(CaseScore(result.case, sheet, result.findings))
        if not done % 50 or done == len(results):
            progress.report(done, len(results), "正在评分")
    return scored


def summaries(scores: Sequence[CaseScore], dimension: str) -> list[ScoreSummary]:
    """Scores by 科室, 编码员 or 月份, in name order.

    Raises:
        KeyError: no such dimension.
    """
    key = DIMENSIONS[dimension]
    groups: dict[str, list[CaseScore]] = defaultdict(list)
    for one in scores:
        groups[key(one.case)].append(one)
    return [summary(name, groups[name]) for name in sorted(groups)]


def summary(name: str, scores: Sequence[CaseScore]) -> ScoreSummary:
    """One group. ``scores`` must not be empty."""
    points = [one.sheet.score for one in scores]
    faults: Counter[str] = Counter()
    for one in scores:
        faults.update(one.sheet.faults)
    return ScoreSummary(
        name,
        len(scores),
        sum(points, Decimal(0)) / len(points),
        min(points),
        Counter(one.sheet.grade for one in scores),
        faults,
        sum(not one.sheet.deductions for one in scores),
    )


def losses(scores: Sequence[CaseScore]) -> list[ItemLoss]:
    """What each item lost over these cases, most points first."""
    by_item: dict[tuple[str, str, str], list[Deduction]] = defaultdict(list)
    for one in scores:
        for deduction in one.sheet.deductions:
            by_item[deduction.part, deduction.item, deduction.class_].append(deduction)
    found = [
        ItemLoss(
            *key,
            sum((one.points for one in deductions), Decimal(0)),
            len(deductions),
            tuple(sorted({rule for one in deductions for rule in one.rules})),
        )
        for key, deductions in by_item.items()
    ]
    return sorted(found, key=lambda one: (-one.points, one.item))


def reasons(score_: CaseScore, deduction: Deduction) -> list[str]:
    """The messages of the findings behind a deduction."""
    return [one.message for one in score_.findings if one.rule_id in deduction.rules]


# --- the table -------------------------------------------------------------------------------------------------


def load_score_table(path: Path | None = None) -> ScoreTable:
    """The hospital's table, else the one that comes with the program.

    Raises:
        UserError: the hospital's file is there but cannot be used.
    """
    path = path or data_dir() / FILE_NAME
    try:
        return parse_table(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return shipped_table()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ScoreTableError) as error:
        raise UserError(
            f"首页评分标准无法使用：{path}（{error}）", "请改正或移走该文件；移走后使用内置标准。"
        ) from error


def save_score_table(table: ScoreTable, path: Path | None = None) -> None:
    """Keep a table as the hospital's own; the shipped one itself is not written but the own one removed.

    Raises:
        UserError: a number that cannot be, or the file cannot be written.
    """
    path = path or data_dir() / FILE_NAME
    _check(table)
    try:
        if table == shipped_table():
            path.unlink(missing_ok=True)
            return
    except OSError as error:
        raise UserError(f"无法删除本院的评分标准：{path}", "请检查该文件是否被占用。") from error
    with safe_write(path) as temporary:
        temporary.write_text(_text(table), encoding="utf-8", newline="\n")


def with_item(table: ScoreTable, item: Item, points: Decimal, most: Decimal) -> ScoreTable:
    """The table with other points for an item."""
    changed = replace(item, points=points, most=most)
    return replace(table, items=tuple(changed if one == item else one for one in table.items))


def with_part(table: ScoreTable, part: Part, most: Decimal, d_most: Decimal) -> ScoreTable:
    """The table with other limits for a part."""
    changed = replace(part, most=most, d_most=d_most)
    return replace(table, parts=tuple(changed if one == part else one for one in table.parts))


def with_grade(table: ScoreTable, grade: Grade, changed_grade: Grade) -> ScoreTable:
    """The table with another name, limit or barred class for a grade; the best stays first."""
    changed = (changed_grade if one == grade else one for one in table.grades)
    return replace(table, grades=tuple(sorted(changed, key=lambda one: -one.least)))


def _check(table: ScoreTable) -> None:
    names = [grade.name for grade in table.grades]
    if len(set(names)) < len(names) or not all(names):
        raise UserError("有两个等级同名，或等级没有名称。", "请改正后再保存。")
    numbers = [
        *((item.title, value) for item in table.items for value in (item.points, item.most)),
        *((part.name, value) for part in table.parts for value in (part.most, part.d_most)),
        *((grade.name, grade.least) for grade in table.grades),
    ]
    for name, value in numbers:
        if not value.is_finite() or not 0 <= value <= table.full:
            raise UserError(f"“{name}”的分值 {value} 不在 0 到 {table.full} 之间。", "请改正后再保存。")


def _text(table: ScoreTable) -> str:
    head: dict[str, object] = {
        "table": {
            "title": table.title,
            "full": table.full,
            "hint_packs": sorted(table.hint_packs),
            "note": table.note,
        }
    }
    rows: list[tuple[str, dict[str, object]]] = [
        *(
            (
                "grade",
                {"name": one.name, "least": one.least} | ({"no_class": one.no_class} if one.no_class else {}),
            )
            for one in table.grades
        ),
        *(("part", {"name": one.name, "most": one.most, "d_most": one.d_most}) for one in table.parts),
        *(("item", _item_row(one)) for one in table.items),
    ]
    return dumps(head) + "".join(f"\n[[{kind}]]\n{dumps(row)}" for kind, row in rows)


def _item_row(item: Item) -> dict[str, object]:
    row: dict[str, object] = {
        "part": item.part,
        "class": item.class_,
        "points": item.points,
        "most": item.most,
        "names": list(item.names),
    }
    return row | ({"each": True} if item.each else {})
