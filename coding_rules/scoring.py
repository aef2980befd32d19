"""The 100-point front-page score: deductions by scored item with their caps, and a grade. The table is data a hospital may edit.

Source of the shipped table: the 2016 scoring standard as found in public implementations (see its note on the known gap).
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from coding_rules.checks.pack import Rule
from coding_rules.finding import Finding, Severity

SHIPPED = "front_page_2016.toml"


@dataclass(frozen=True, slots=True)
class Item:
    """One scored item. ``points`` for a fault, at most ``most``; ``each``: every one of ``names`` is deducted on its own."""

    part: str
    class_: str
    points: Decimal
    most: Decimal
    names: tuple[str, ...]
    each: bool = False

    @property
    def title(self) -> str:
        """What the item is called."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the front page: the most it can lose, and the most its class D items can lose together."""

    name: str
    most: Decimal
    d_most: Decimal


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade from ``least`` points on, refused when a fault of class ``no_class`` was found."""

    name: str
    least: Decimal
    no_class: str = ""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Items, parts and grades. ``hint_packs``: packs whose hints are faults too, not only reminders."""

    title: str
    full: Decimal
    items: tuple[Item, ...]
    parts: tuple[Part, ...]
    grades: tuple[Grade, ...]
    hint_packs: frozenset[str] = frozenset()
    note: str = ""

    def item_of(self, name: str) -> Item | None:
        """The item a rule's ``item`` belongs to."""
        return next((item for item in self.items if name in item.names), None)


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one item lost, the gravest class of its faults, and which rules found them."""

    part: str
    item: str
    class_: str
    points: Decimal
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """Score (0..full), grade, deductions in the order of the table, and faults by class (A-D)."""

    score: Decimal
    grade: str
    deductions: tuple[Deduction, ...]
    faults: Mapping[str, int]


class ScoreTableError(ValueError):
    """A scoring table that cannot be used; the text says what is missing."""


def parse_table(data: Mapping[str, Any]) -> ScoreTable:
    """A table from its plain data (TOML, settings).

    Raises:
        ScoreTableError: a key is missing or holds the wrong kind of value.
    """
    try:
        head = data["table"]
        return ScoreTable(
            head["title"],
            _number(head["full"]),
            tuple(_item(row) for row in data["item"]),
            tuple(Part(row["name"], _number(row["most"]), _number(row["d_most"])) for row in data["part"]),
            tuple(
                sorted(
                    (
                        Grade(row["name"], _number(row["least"]), row.get("no_class", ""))
                        for row in data["grade"]
                    ),
                    key=lambda grade: -grade.least,
                )
            ),
            frozenset(head.get("hint_packs", ())),
            head.get("note", ""),
        )
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ScoreTableError(f"评分表不完整：{error}") from error


def _item(row: Mapping[str, Any]) -> Item:
    points = _number(row["points"])
    return Item(
        row["part"],
        row["class"],
        points,
        _number(row.get("most", row["points"])),
        tuple(row["names"]),
        bool(row.get("each", False)),
    )


def _number(value: object) -> Decimal:
    return Decimal(str(value))


@lru_cache(maxsize=1)
def shipped_table() -> ScoreTable:
    """The table that comes with the program."""
    text = (resources.files("coding_rules") / "scoring_tables" / SHIPPED).read_text(encoding="utf-8")
    return parse_table(tomllib.loads(text))


def score(
    findings: Iterable[Finding], rules: Mapping[str, Rule], table: ScoreTable | None = None
) -> ScoreSheet:
    """Score one case. ``rules`` by id are those in use; findings of rules that score nothing deduct nothing."""
    table = table or shipped_table()
    lost: dict[tuple[Item, str], Decimal] = defaultdict(Decimal)
    causes: dict[tuple[Item, str], set[tuple[str, str]]] = defaultdict(set)
    faults: dict[str, int] = {"A": 0, "B": 0, "C": 0, "D": 0}
    for finding in findings:
        rule = rules.get(finding.rule_id)
        item = table.item_of(rule.item) if rule is not None and _counts(finding, rule, table) else None
        if rule is None or item is None:
            continue
        key = (item, rule.item if item.each else item.title)
        faults[rule.class_] += 1
        lost[key] += _points(rule, item)
        causes[key].add((rule.class_, rule.id))
    deductions = tuple(
        Deduction(
            item.part,
            name,
            min(class_ for class_, _ in causes[item, name]),
            min(points, item.most),
            tuple(sorted(rule_id for _, rule_id in causes[item, name])),
        )
        for (item, name), points in lost.items()
    )
    total = max(
        table.full - sum((_lost_in(part, deductions) for part in table.parts), Decimal(0)), Decimal(0)
    )
    order = {item.title: i for i, item in enumerate(table.items)}
    ordered = tuple(sorted(deductions, key=lambda one: order.get(one.item, len(order))))
    return ScoreSheet(total, grade_of(total, faults, table), ordered, faults)


def _points(rule: Rule, item: Item) -> Decimal:
    """A fault of the item's own class costs what the table says; a lesser one what its rule says, not more."""
    return item.points if rule.class_ == item.class_ else min(_number(rule.points), item.points)


def _counts(finding: Finding, rule: Rule, table: ScoreTable) -> bool:
    if rule.class_ == "-" or rule.points <= 0:
        return False
    return finding.severity is not Severity.HINT or rule.pack in table.hint_packs


def _lost_in(part: Part, deductions: Iterable[Deduction]) -> Decimal:
    """What a part loses, class D items capped together, the whole capped."""
    own = [one for one in deductions if one.part == part.name]
    minor = sum((one.points for one in own if one.class_ == "D"), Decimal(0))
    major = sum((one.points for one in own if one.class_ != "D"), Decimal(0))
    return min(major + min(minor, part.d_most), part.most)


def grade_of(points: Decimal, faults: Mapping[str, int], table: ScoreTable) -> str:
    """The best grade the score reaches and the faults allow."""
    for grade in table.grades:
        if points >= grade.least and not (grade.no_class and faults.get(grade.no_class)):
            return grade.name
    return table.grades[-1].name if table.grades else ""
