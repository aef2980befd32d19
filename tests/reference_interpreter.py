"""A plain interpreter of DRG schemes: the oracle of the grouper's tests and the yardstick of its benchmarks.

It shares no code with the product: it reads the CSV files itself, parses each rule into nested tuples, and walks the rules in
order for every case, as the description of the tables says. Slow and obvious on purpose, but not made slower than it need be.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from coding_rules.grouper.inputs import GrouperInput

Rows = list[dict[str, str]]
Tree = tuple[Any, ...]

_TOKEN = re.compile(r"""<=|>=|==|!=|[<>(),]|"[^"]*"|[^\s(),<>=!]+""")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class ReferenceInterpreter:
    """Groups cases by walking the tables. ``tables`` maps a table name to its rows."""

    def __init__(self, tables: dict[str, Rows]) -> None:
        self.lists: dict[str, set[str]] = {}
        for row in tables["code_lists"]:
            self.lists.setdefault(row["list"], set()).add(row["code"])
        self.complications: dict[str, list[tuple[str, str]]] = {}
        for row in tables["complications"]:
            self.complications.setdefault(row["code"], []).append((row["level"], row["exclusion_table"]))
        self.exclusions: dict[str, set[str]] = {}
        for row in tables["exclusions"]:
            self.exclusions.setdefault(row["principal_diagnosis"], set()).add(row["exclusion_table"])
        self.mdcs = [(row["mdc"], parse(row["rule"])) for row in _in_order(tables["mdc"])]
        self.adrgs = _by(tables["adrg"], "mdc", "adrg")
        self.drgs = _by(tables["drg"], "adrg", "drg")

    @classmethod
    def load(cls, folder: Path) -> ReferenceInterpreter:
        """Read the CSV files of a scheme folder."""
        names = ("mdc", "adrg", "drg", "code_lists", "complications", "exclusions")
        return cls({name: _read(folder / f"{name}.csv") for name in names})

    def group(self, case: GrouperInput) -> tuple[str, str, str]:
        """MDC, ADRG and DRG of a case, three empty texts when it reaches none."""
        for mdc, mdc_rule in self.mdcs:
            if self.holds(mdc_rule, case):
                for adrg, adrg_rule in self.adrgs.get(mdc, ()):
                    if self.holds(adrg_rule, case):
                        for drg, drg_rule in self.drgs.get(adrg, ()):
                            if self.holds(drg_rule, case):
                                return mdc, adrg, drg
                        return mdc, adrg, adrg
        return "", "", ""

    def holds(self, tree: Tree, case: GrouperInput) -> bool:
        """The value of a parsed rule for a case."""
        what = tree[0]
        if what == "in":
            codes = _codes(tree[1], case)
            return any(code in self.lists[name] for name in tree[2] for code in codes)
        if what == "and":
            return all(self.holds(item, case) for item in tree[1])
        if what == "or":
            return any(self.holds(item, case) for item in tree[1])
        if what == "not":
            return not self.holds(tree[1], case)
        if what == "constant":
            return bool(tree[1])
        if what == "complication":
            return self.has_complication(tree[1], case)
        if what == "is":
            return tree[2] in _codes(tree[1], case)
        if what == "distinct":
            codes = _codes(tree[1], case)
            hit = sum(any(code in self.lists[name] for code in codes) for name in tree[2])
            return _COMPARE[tree[3]](hit, tree[4])
        if what == "dept":
            return bool(case.department) and (case.department == tree[2]) is (tree[1] == "==")
        value = getattr(case, what)
        if value is None or (what in ("weight", "sex") and value == 0):
            return False
        return _COMPARE[tree[1]](value, tree[2])

    def has_complication(self, level: str, case: GrouperInput) -> bool:
        """Whether some secondary diagnosis counts as MCC or CC under the principal diagnosis."""
        excluded = self.exclusions.get(case.diagnoses[0], set()) if case.diagnoses else set()
        return any(
            listed == level and (not table or table not in excluded)
            for code in case.diagnoses[1:]
            for listed, table in self.complications.get(code, ())
        )


def parse(rule: str) -> Tree:
    """A rule as nested tuples."""
    tokens = _TOKEN.findall(rule)
    tree = _or(tokens)
    assert not tokens, f"left over in {rule!r}: {tokens}"
    return tree


def _or(tokens: list[str]) -> Tree:
    items = [_and(tokens)]
    while tokens and tokens[0].lower() == "or":
        tokens.pop(0)
        items.append(_and(tokens))
    return items[0] if len(items) == 1 else ("or", items)


def _and(tokens: list[str]) -> Tree:
    items = [_test(tokens)]
    while tokens and tokens[0].lower() == "and":
        tokens.pop(0)
        items.append(_test(tokens))
    return items[0] if len(items) == 1 else ("and", items)


def _test(tokens: list[str]) -> Tree:
    word = tokens.pop(0).lower()
    if word == "not":
        return ("not", _test(tokens))
    if word == "(":
        tree = _or(tokens)
        assert tokens.pop(0) == ")"
        return tree
    if word in ("true", "false"):
        return ("constant", word == "true")
    if word in ("mcc", "cc"):
        return ("complication", word.upper())
    if word == "distinct_lists":
        assert tokens.pop(0) == "("
        scope, *names = _names(tokens)
        return ("distinct", scope, names, tokens.pop(0), float(tokens.pop(0)))
    if word == "dept":
        return ("dept", tokens.pop(0), tokens.pop(0).strip('"'))
    if word in ("pdx", "dx", "sdx", "ppx", "px"):
        if tokens.pop(0).lower() == "is":
            return ("is", word, tokens.pop(0).strip('"'))
        if tokens[0] == "(":
            tokens.pop(0)
            return ("in", word, _names(tokens))
        return ("in", word, [tokens.pop(0).strip('"')])
    return (word, tokens.pop(0), float(tokens.pop(0)))


def _names(tokens: list[str]) -> list[str]:
    names = []
    while True:
        names.append(tokens.pop(0).strip('"'))
        if tokens.pop(0) == ")":
            return names


def _codes(scope: str, case: GrouperInput) -> tuple[str, ...]:
    if scope == "pdx":
        return case.diagnoses[:1]
    if scope == "ppx":
        return case.procedures[:1]
    if scope == "sdx":
        return case.diagnoses[1:]
    return case.diagnoses if scope == "dx" else case.procedures


def _by(rows: Rows, parent: str, child: str) -> dict[str, list[tuple[str, Tree]]]:
    found: dict[str, list[tuple[str, Tree]]] = {}
    for row in _in_order(rows):
        found.setdefault(row[parent], []).append((row[child], parse(row["rule"])))
    return found


def _in_order(rows: Iterable[dict[str, str]]) -> Rows:
    return sorted(rows, key=lambda row: float(row["order"]))


def _read(path: Path) -> Rows:
    text = path.read_text(encoding="utf-8-sig").replace("\ufeff", "")
    return list(csv.DictReader(text.splitlines()))
