"""The ADRG rows of a scheme as the fast path sees them: the rule of the MDC in each, split into what masks answer and a rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from coding_rules.expression.tree import FALSE, In, Is, Node, Scope, conjuncts
from coding_rules.grouper.drg.candidates import Membership
from coding_rules.grouper.drg.scheme import Scheme

MASKED = {
    Scope.PRINCIPAL_DIAGNOSIS: None,
    Scope.PRINCIPAL_PROCEDURE: None,
    Scope.ANY_DIAGNOSIS: 1,
    Scope.ANY_PROCEDURE: 1,
}
"""How many tests of a row a mask can answer: of one code all, of any code the first (another code may pass the second)."""


class Row(NamedTuple):
    """An ADRG row together with its MDC: the tests that masks answer, by scope, and the parts that remain to be tested."""

    mdc: str
    adrg: str
    masked: Mapping[Scope, tuple[Membership, ...]]
    rest: tuple[Node, ...]


def rows_of(scheme: Scheme) -> Iterator[Row]:
    """Every ADRG row that can hold, in the order tried."""
    for mdc in scheme.mdcs:
        above = conjuncts(mdc.node)
        for adrg in scheme.adrgs_of.get(mdc.code, ()):
            parts = above + conjuncts(adrg.node)
            if FALSE not in parts:
                yield Row(mdc.code, adrg.code, *_split(parts))


def _split(parts: Iterable[Node]) -> tuple[Mapping[Scope, tuple[Membership, ...]], tuple[Node, ...]]:
    masked: dict[Scope, tuple[Membership, ...]] = dict.fromkeys(MASKED, ())
    rest: list[Node] = []
    for part in parts:
        if isinstance(part, In | Is) and part.scope in masked:
            limit = MASKED[part.scope]
            if limit is None or len(masked[part.scope]) < limit:
                masked[part.scope] += (part,)
                continue
        rest.append(part)
    return masked, tuple(rest)
