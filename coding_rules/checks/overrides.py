"""Overrides: what a hospital changed about our rules, kept apart from them so that an update does not undo it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coding_rules.checks.pack import Pack, Rule
from coding_rules.checks.pack_form import NUMBER, TEXT, TEXTS, check_kinds, check_table
from coding_rules.finding import Severity


@dataclass(frozen=True)
class Overrides:
    """Rules switched off, rules with another severity, thresholds set, rules added (as whole packs)."""

    off: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    packs: tuple[Pack, ...] = ()

    def apply(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules in use, re-graded."""
        return tuple(
            replace(rule, severity=self.severity.get(rule.id, rule.severity))
            for rule in rules
            if rule.id not in self.off
        )

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Overrides:
        """From a plain mapping (a settings file): ``off`` (ids), ``severity`` (id -> name), ``thresholds`` (id -> number).

        Raises:
            ValueError: a value of the wrong kind, a severity that is none.
        """
        check_table("overrides", data)
        check_kinds(data, {"off": TEXTS})
        tables = {name: data.get(name, {}) for name in ("severity", "thresholds")}
        for name, table in tables.items():
            check_table(name, table)
        check_kinds(tables["severity"], dict.fromkeys(tables["severity"], TEXT), "severity ")
        check_kinds(tables["thresholds"], dict.fromkeys(tables["thresholds"], NUMBER), "阈值 ")
        return cls(
            frozenset(data.get("off", ())),
            {rule: Severity(name) for rule, name in tables["severity"].items()},
            {key: float(value) for key, value in tables["thresholds"].items()},
        )

    def as_mapping(self) -> dict[str, Any]:
        """Plain data for a settings file; added packs are files of their own."""
        return {
            "off": sorted(self.off),
            "severity": {rule: severity.value for rule, severity in sorted(self.severity.items())},
            "thresholds": dict(sorted(self.thresholds.items())),
        }
