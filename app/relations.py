"""What the loaded payment tables say about which procedures go with which diagnoses, for the checks.

The checks never see a catalogue or a scheme: they get plain ``Relations``. Demonstration data teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, product

from coding_rules.expression.tree import In, atoms
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import Expression
from coding_rules.grouper.drg.scheme import GroupRule, Scheme
from coding_rules.relations import Families, Group, Relations

_MOST_SPELLINGS = 400
"""Combinations taken from one catalogue row that offers a choice for every part."""
_KINDS = frozenset({DipKind.CORE, DipKind.BASIC, DipKind.TCM})


def learn_relations(catalogue: DipCatalogue | None = None, scheme: Scheme | None = None) -> Relations:
    """Relations from what is loaded; empty without tables or with demonstration data only."""
    groups = _groups(catalogue) if catalogue is not None and not catalogue.demo else ()
    families = _families(scheme) if scheme is not None and not scheme.demo else Families()
    return Relations(groups, families)


def _groups(catalogue: DipCatalogue) -> Iterator[Group]:
    for group in catalogue:
        if group.kind in _KINDS and group.principal and "-" not in group.principal:
            yield from _spellings(group)


def _spellings(group: DipGroup) -> Iterator[Group]:
    """One plain group for every way of meeting the row's procedure expressions; the row's cases are shared out among them."""
    offered = islice(product(_ways(group.main), _ways(group.related)), _MOST_SPELLINGS)
    ways = [(*main, *related) for main, related in offered]
    for codes in [codes for codes in ways if codes] if group.has_procedures else [()]:
        yield Group(
            group.principal,
            codes[0] if codes else "",
            codes[1:],
            group.mean_fen,
            group.cases / len(ways) if group.cases else None,
            float(group.cv) if group.cv else None,
            float(group.mean_los) if group.mean_los else None,
        )


def _ways(expression: Expression) -> Iterator[tuple[str, ...]]:
    if not expression:
        yield ()
    for alternative in expression:
        yield from product(*alternative)


def _families(scheme: Scheme) -> Families:
    """MDCs as families: diagnoses of the MDC's rule, procedures of the rules of its ADRGs."""
    diagnoses: dict[str, set[str]] = {}
    procedures: dict[str, set[str]] = {}
    for mdc in scheme.mdcs:
        own = _codes(scheme, [mdc], of_diagnoses=True)
        if not own:
            continue
        for code in own:
            diagnoses.setdefault(code, set()).add(mdc.code)
        for code in _codes(scheme, scheme.adrgs_of.get(mdc.code, ()), of_diagnoses=False):
            procedures.setdefault(code, set()).add(mdc.code)
    return Families(
        {code: frozenset(found) for code, found in diagnoses.items()},
        {code: frozenset(found) for code, found in procedures.items()},
    )


def _codes(scheme: Scheme, rules: Iterable[GroupRule], *, of_diagnoses: bool) -> set[str]:
    found: set[str] = set()
    for rule in rules:
        for test in atoms(rule.node):
            if isinstance(test, In) and test.scope.of_diagnoses == of_diagnoses:
                for name in test.lists:
                    found |= scheme.codes(name.text, test.scope.list_kind)
    return found
