"""What the compiled entries of all principal diagnoses share: the region's rules, ready for asking many times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from coding_rules.grouper.dip.by_fee import NearestFee, split_chain
from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.expression import Expression, ProcedureMatch
from coding_rules.grouper.dip.facts import Facts
from coding_rules.grouper.dip.light import LightGrouping
from coding_rules.grouper.dip.match import CatalogueIndex, Criterion, Way, criterion
from coding_rules.grouper.dip.ranking import Ranking
from coding_rules.grouper.dip.rules import DipRules, MainProcedure
from coding_rules.grouper.dip.signature import Classes

Procedures = tuple[str, ...]
Answer = LightGrouping | NearestFee[LightGrouping]
"""The group a list of procedures leads to, or those that only the fee of the case tells apart."""


@dataclass(slots=True)
class Option:
    """One group as bits.

    ``span`` are the bits of all its procedures, ``main`` the one of its main procedure. ``general`` instead holds the
    expressions of a group that single bits cannot hold. ``ways`` remembers how it can be met.
    """

    group: DipGroup
    result: LightGrouping
    span: int = 0
    main: int = 0
    general: tuple[Expression, Expression] | None = None
    ways: dict[int, Way] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiled:
    """What the entries of all diagnoses share: the region's rules and chain, the kinds of procedures, the results of groups.

    ``read`` gives the facts of a case, ``why_not`` says why it has no group, ``nearest`` keeps the ties that fees decide by
    the groups and what the criteria after the fee say of them; ``mixed`` the 综合 groups of a category by the kind and level of the case,
    ``elsewhere`` what becomes of a case that no group of its own diagnosis takes.
    """

    index: CatalogueIndex
    classes: Classes
    result: Callable[[DipGroup], LightGrouping]
    read: Callable[[str, Procedures], Facts]
    why_not: Callable[[Facts], str]
    nearest: dict[tuple[object, ...], NearestFee[LightGrouping]] = field(default_factory=dict)
    mixed: dict[tuple[str, int], list[Option]] = field(default_factory=dict)
    elsewhere: dict[tuple[str, int], Answer] = field(default_factory=dict)

    @property
    def rules(self) -> DipRules:
        """The region's grouping rules."""
        return self.index.rules

    @cached_property
    def chain(self) -> tuple[list[Criterion], bool, list[Criterion]]:
        """The criteria before the distance of fees, whether it is asked, those after."""
        before, by_fee, after = split_chain(self.rules.tie_breaks)
        return [criterion(name) for name in before], by_fee, [criterion(name) for name in after]

    @property
    def chooses_by_fee(self) -> bool:
        """Whether the distance of fees is one of the criteria."""
        return self.chain[1]

    @cached_property
    def ranking(self) -> Ranking:
        """The head of the chain, as far as the rows of groups alone meet it."""
        return Ranking(self.rules)

    @cached_property
    def loose(self) -> bool:
        """Whether a catalogue's code may be met by another one than itself."""
        return self.rules.procedure_match is not ProcedureMatch.EXACT

    @cached_property
    def strict(self) -> bool:
        """Whether the first filed procedure must be the main one."""
        return self.rules.main_procedure is MainProcedure.FIRST

    @cached_property
    def partial(self) -> bool:
        """Whether one of several related procedures suffices."""
        return self.rules.related_match == "partial"

    @cached_property
    def by_layer(self) -> bool:
        """Whether a candidate of an earlier layer beats all of later ones, so that those need not be looked for."""
        rules = self.rules
        return rules.tie_breaks[:1] == ("layer",) and not rules.mixed_surgery_first

    @cached_property
    def has_mixed(self) -> bool:
        """Whether the region groups into 综合 at all."""
        return DipKind.MIXED.value in self.rules.layers

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers in the order of looking: 综合 last, as the explaining path lists them, unless layers decide."""
        mixed_ = DipKind.MIXED.value
        return self.rules.layers if self.by_layer else tuple(sorted(self.rules.layers, key=mixed_.__eq__))
