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
    """An ADRG row together with its MDC row (``place`` among these): the tests that masks answer, by scope, and the parts of
    either rule that remain to be tested.
    """

    place: int
    mdc: str
    adrg: str
    masked: Mapping[Scope, tuple[Membership, ...]]
    above: tuple[Node, ...]
    rest: tuple[Node, ...]


def rows_of(scheme: Scheme) -> Iterator[Row]:
    """Every ADRG row that can hold, in the order tried."""
    for place, mdc in enumerate(scheme.mdcs):
        masked, above = _split(conjuncts(mdc.node), dict.fromkeys(MASKED, ()))
        for adrg in scheme.adrgs_of.get(mdc.code, ()):
            both, rest = _split(conjuncts(adrg.node), masked)
            if FALSE not in above + rest:
                yield Row(place, mdc.code, adrg.code, both, above, rest)


def _split(
    parts: Iterable[Node], already: Mapping[Scope, tuple[Membership, ...]]
) -> tuple[Mapping[Scope, tuple[Membership, ...]], tuple[Node, ...]]:
    """The tests that masks can answer, behind those already found, and what remains to be tested."""
    masked = dict(already)
    rest: list[Node] = []
    for part in parts:
        if isinstance(part, In | Is) and part.scope in masked:
            limit = MASKED[part.scope]
            if limit is None or len(masked[part.scope]) < limit:
                masked[part.scope] += (part,)
                continue
        rest.append(part)
    return masked, tuple(rest)
