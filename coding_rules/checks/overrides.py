"""Overrides: what a hospital changed about our rules, kept apart from them so that an update does not undo it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coding_rules.checks.pack import Pack, Rule
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
    def of(cls, data: Mapping[str, Any], packs: tuple[Pack, ...] = ()) -> Overrides:
        """From a plain mapping (a settings file): ``off`` (ids), ``severity`` (id -> name), ``thresholds`` (id -> number).

        Raises:
            ValueError: a severity that is none.
        """
        return cls(
            frozenset(data.get("off", ())),
            {rule: Severity(name) for rule, name in data.get("severity", {}).items()},
            {key: float(value) for key, value in data.get("thresholds", {}).items()},
            packs,
        )

    def as_mapping(self) -> dict[str, Any]:
        """Plain data for a settings file; added packs are files of their own."""
        return {
            "off": sorted(self.off),
            "severity": {rule: severity.value for rule, severity in sorted(self.severity.items())},
            "thresholds": dict(sorted(self.thresholds.items())),
        }
