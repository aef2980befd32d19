"""Which secondary diagnoses count as MCC or CC: the complication table of a scheme, with its exclusions, ready for lookup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coding_rules.expression.compiler import Facts, Test
from coding_rules.grouper.scheme import Complication, Exclusion

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class ComplicationIndex:
    """``mcc`` and ``cc``: exclusion tables by complication code. ``excluded``: exclusion tables by principal diagnosis.

    A secondary diagnosis counts unless every table it is listed with is excluded by the principal diagnosis. A complication
    without a table ("") is never excluded.
    """

    mcc: Mapping[str, frozenset[str]]
    cc: Mapping[str, frozenset[str]]
    excluded: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, complications: Iterable[Complication], exclusions: Iterable[Exclusion]) -> ComplicationIndex:
        """Index the two tables."""
        shared: dict[str, frozenset[str]] = {}
        levels: dict[str, dict[str, frozenset[str]]] = {"MCC": {}, "CC": {}}
        for code, level, table, _ in complications:
            _add(levels[level], code, table, shared)
        excluded: dict[str, frozenset[str]] = {}
        for principal, table, _ in exclusions:
            if table:
                _add(excluded, principal, table, shared)
        return cls(levels["MCC"], levels["CC"], excluded)

    def test(self, level: str) -> Test:
        """The compiled flag ``mcc`` or ``cc``."""
        listed = self.mcc if level == "mcc" else self.cc
        none_listed = frozenset(listed).isdisjoint
        tables_of, excluded_by = listed.get, self.excluded.get

        def counts(facts: Facts) -> bool:
            secondary = facts.diagnoses[1:]
            if none_listed(secondary):
                return False
            excluded = excluded_by(facts.diagnoses[0], NOTHING)
            for code in secondary:
                tables = tables_of(code)
                if tables is not None and not tables <= excluded:
                    return True
            return False

        return counts


def _add(index: dict[str, frozenset[str]], code: str, table: str, shared: dict[str, frozenset[str]]) -> None:
    """Add a table to a code; the one-table sets that nearly all codes have are shared."""
    single = shared.get(table)
    if single is None:
        single = shared[table] = frozenset({table})
    known = index.get(code)
    index[code] = single if known is None else known | single
