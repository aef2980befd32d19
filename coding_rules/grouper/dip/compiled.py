"""The candidates of one principal diagnosis, compiled: which group a case reaches follows from the bits of its procedures.

The bits are those of ``signature``; every distinct combination is decided once and remembered, and so is every list of procedures
as filed. Candidates are ordered by the same criteria the explaining path uses. Two things bits do not hold: a group that several
filed procedures could fill (the order of filing then matters; such lists are decided one by one), and the fee (a tie
that it decides is kept as ``NearestFee``).
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from coding_rules.grouper.dip.by_fee import NearestFee
from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.compiled_rules import Answer, Compiled, Option, Procedures
from coding_rules.grouper.dip.expression import (
    FULL_CODE,
    ProcedureMatch,
    codes_of,
    hits,
)
from coding_rules.grouper.dip.filling import Filling, OrderMattersError
from coding_rules.grouper.dip.light import LightGrouping
from coding_rules.grouper.dip.match import (
    Way,
    candidates,
    catch_all,
    mixed_groups,
    preferred,
    way_of,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.ranking import Standing
from coding_rules.grouper.dip.signature import (
    ASKED,
    CASE,
    FIRST_CODE,
    ODD,
    STRANGE_SURGERY,
    STRANGER,
    Memo,
    conservative,
    kind_of,
    level_of,
)

_Asking = tuple[int, int, Option]
"""Bits that must all be there, bits of related procedures of which one suffices (0: no more is asked for), the group."""
_Ranked = tuple[Standing, int, Option]
"""Standing, bits that must all be there, the group."""
_Met = tuple[Option, int, int]
"""A group the case satisfies, the bits of the procedures that satisfied it, the bit of the one in the main place."""


class Entry(dict[Procedures, Answer]):
    """Everything the catalogue has for one principal diagnosis: procedures as filed -> what they lead to."""

    __slots__ = (
        "_answers", "_asked", "_bare", "_bits", "_codes", "_filling", "_head", "_keys", "_layers", "_leads",
        "_other_leads", "_others", "_present", "_ranked", "_shared", "_surgery", "_tokens", "_told",
    )  # fmt: skip

    def __init__(self, shared: Compiled, head: str, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._shared = shared
        self._head = head
        self._keys = keys
        self._bits: dict[str, int] = {}
        self._codes: dict[int, str] = {}
        self._filling = Filling(shared, self._bits)
        self._answers: dict[int, Answer] = {}
        self._told: dict[int, Answer] = {}
        self._present = self._surgery = 0
        rows = [
            None if layer == DipKind.MIXED.value else shared.index.groups(layer, keys)
            for layer in shared.layers
        ]
        self._asked = frozenset(
            code for groups in rows for g in groups or () for code in codes_of(g.main) | codes_of(g.related)
        )
        for code in () if shared.loose else self._asked:
            self._take(code)
        self._layers = [None if groups is None else self._options(groups) for groups in rows if groups != ()]
        classes = shared.classes
        self._tokens = {code: bit | classes.common[code] for code, bit in self._bits.items()}
        self._leads = {
            code: bit << 1 | self._tokens[code] | classes.lead[code] for code, bit in self._bits.items()
        }
        self._others = Memo(self._learn) if shared.loose else classes.stranger
        self._other_leads = Memo(self._learn_lead) if shared.loose else classes.strange_lead
        self._bare = any(layer and layer[1] for layer in self._layers)
        self._ranked = self._rank()
        self._foretell()

    def __missing__(self, procedures: Procedures) -> Answer:
        bits = 0
        if procedures:
            first = procedures[0]
            bits = self._leads.get(first) or self._other_leads[first]
            if len(procedures) > 1:
                tokens, others = self._tokens, self._others
                for code in procedures:
                    bits |= tokens.get(code) or others[code]
        answer = self._told.get(bits >> ASKED) or self._answers.get(bits) or self._answer(bits, procedures)
        self[procedures] = answer
        return answer

    def _answer(self, bits: int, procedures: Procedures) -> Answer:
        """What procedures with these bits lead to; remembered by the bits where nothing else matters."""
        shared = self._shared
        if bits & ODD:
            clean = tuple(code for filed in procedures if (code := shared.classes.clean[filed]))
            return self[clean] if clean != procedures else self._one(procedures)
        if not bits & self._present and not (self._bare and self._takes_bare(bits)):
            return self._elsewhere(bits, procedures)
        if told := self._first(bits):
            return told
        try:
            found = self._candidates(bits)
        except OrderMattersError:
            return self._one(procedures)
        if not found:
            return self._elsewhere(bits, procedures)
        answer = self._answers[bits] = self._decide_met(found, bits)
        return answer

    def _one(self, procedures: Procedures) -> Answer:
        """The answer of procedures whose order matters, found as the explaining path finds it."""
        shared = self._shared
        facts = shared.read(self._head, procedures)
        found = candidates(shared.index, facts)
        if not found:
            return LightGrouping("", reason=shared.why_not(facts))
        return self._decide([way_of(each, facts) for each in preferred(found, facts, shared.rules)])

    def _elsewhere(self, bits: int, procedures: Procedures) -> Answer:
        """The 综合 or catch-all group of a case that no group of its diagnosis takes, or the reason why it has none."""
        shared = self._shared
        category = self._head[:3], bits & CASE  # all that both are looked for by
        answer = shared.elsewhere.get(category)
        if answer is None:
            if found := self._mixed(bits & CASE) if shared.has_mixed else []:
                answer = self._decide_met([(option, 0, 0) for option in found], bits)
            elif last := catch_all(shared.index, self._head, kind_of(bits, shared.rules)):
                answer = shared.result(last[1])
            else:
                return LightGrouping("", reason=shared.why_not(shared.read(self._head, procedures)))
            shared.elsewhere[category] = answer
        self._answers[bits] = answer
        return answer

    # --- compiling -----------------------------------------------------------------------------------------

    def _learn(self, filed: str) -> int:
        """The bits of a procedure not met before, where short codes and extensions are met by more than themselves."""
        bit = self._bits.get(filed) or self._take(filed)
        classes = self._shared.classes
        return bit | classes.common[filed] if bit else classes.stranger[filed]

    def _learn_lead(self, filed: str) -> int:
        """The bits of such a procedure where it is filed first."""
        bits = self._others[filed]
        return bits | bits >> FIRST_CODE << FIRST_CODE + 1 | self._shared.classes.lead[filed]

    def _take(self, filed: str) -> int:
        """A bit for a procedure some group of the diagnosis asks for; 0 for any other, and one the region leaves out."""
        shared = self._shared
        if shared.classes.clean[filed] != filed or not filed:
            return 0
        if filed not in self._asked and not (
            shared.loose and any(hits(token, filed, shared.rules.procedure_match) for token in self._asked)
        ):
            return 0
        bit = self._bits[filed] = 1 << (FIRST_CODE + 2 * len(self._bits))
        self._codes[bit] = filed
        self._present |= bit
        if shared.classes.counted(filed) is ProcedureKind.SURGERY:
            self._surgery |= bit
        return bit

    def _options(self, groups: Iterable[DipGroup]) -> tuple[list[_Asking], list[Option]]:
        """The groups of a layer that ask for procedures, and those that ask for none."""
        asking: list[_Asking] = []
        bare: list[Option] = []
        for group in groups:
            if not group.has_procedures:
                bare.append(Option(group, self._shared.result(group)))
            elif (option := self._option(group)) is not None:
                asking.append(option)
        return asking, bare

    def _option(self, group: DipGroup) -> _Asking | None:
        """The group as bits; ``None`` when it asks for a procedure that the region leaves out."""
        shared = self._shared
        result = shared.result(group)
        codes = _single_codes(group)
        if codes is None or not self._literal(codes):
            return 0, 0, Option(group, result, general=(group.main, group.related))
        main, related = ([self._bits.get(code) or self._take(code) for code in part] for part in codes)
        if not all(main) or not all(related):
            return None
        need, more = sum(main), sum(related)
        option = Option(group, result, need | more, main[0])
        lead = main[0] << 1 if shared.strict else 0
        return (need | lead, more, option) if shared.partial and more else (need | more | lead, 0, option)

    def _literal(self, codes: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
        """Whether every code is met by itself alone."""
        match = self._shared.rules.procedure_match
        if match is ProcedureMatch.PREFIX:
            return all(len(code) >= FULL_CODE for listed in codes for code in listed)
        return match is ProcedureMatch.EXACT

    def _rank(self) -> list[_Ranked]:
        """The groups that ask for procedures, best standing first; none where standing depends on the case."""
        shared = self._shared
        asking = [each for layer in self._layers if layer is not None for each in layer[0]]
        if shared.rules.mixed_surgery_first or any(some or option.general for _, some, option in asking):
            return []
        ranked = []
        for need, _, option in asking:
            standing = shared.ranking.of(self._way((option, option.span, 0), option.span))
            if standing is not None:
                ranked.append((standing, need, option))
        return sorted(ranked, key=itemgetter(0), reverse=True)

    def _foretell(self) -> None:
        """Decide what most cases file: the procedures of one group, any of them first; none that a group asks for."""
        for bits in self._shared.classes.alone:
            self._answer(bits, ())
        for _, _, option in self._ranked:
            codes = [code for bit, code in self._codes.items() if bit & option.span]
            for code in codes:
                self.__missing__((code, *(other for other in codes if other != code)))

    # --- matching ------------------------------------------------------------------------------------------

    def _first(self, bits: int) -> Answer | None:
        """The answer where the rows of the groups tell it, whatever else was filed; else ``None``."""
        if not self._ranked:
            return None
        lead = bits >> 1 & self._present if self._shared.ranking.by_lead else 0
        best = self._best(bits, lead) if lead else []
        best = best or self._best(bits, 0)
        if not best:
            return None
        answer = self._decide_met([(each, each.span, each.main) for each in best], bits)
        if len(best) > 1 and self._shared.ranking.by_rest:
            self._answers[bits] = answer
        else:
            self._told[bits >> ASKED] = answer
        return answer

    def _best(self, bits: int, lead: int) -> list[Option]:
        """Those of best standing among the groups that the case satisfies and that ask for ``lead``."""
        found: list[Option] = []
        highest: Standing = ()
        for standing, need, option in self._ranked:
            if found and standing != highest:
                break
            if bits & need == need and need & lead == lead:
                found.append(option)
                highest = standing
        return found

    def _candidates(self, bits: int) -> list[_Met]:
        """The groups the case satisfies, in the order of layers and rows."""
        shared = self._shared
        rules = shared.rules
        asked = bits & self._present
        found: list[_Met] = []
        for layer in self._layers:
            if found and shared.by_layer:
                break
            if layer is None:
                found += [(option, 0, 0) for option in self._mixed(bits & CASE)]
                continue
            asking, bare = layer
            satisfied = len(found)
            for need, some, option in asking if asked else ():
                if bits & need == need and (not some or bits & some):
                    if option.general is None:
                        found.append((option, asked & option.span, option.main))
                    elif met := self._filling.meet(*option.general, asked, bits >> 1 & asked):
                        found.append((option, *met))
            if bare and (rules.bare_always or len(found) == satisfied) and self._takes_bare(bits):
                found += [(option, 0, 0) for option in bare]
        return self._surgery_first(found, bits) if rules.mixed_surgery_first else found

    def _takes_bare(self, bits: int) -> bool:
        """Whether a case that fills no group of a layer belongs to one that asks for no procedure."""
        rules = self._shared.rules
        return rules.bare_always or conservative(bits, rules)

    def _mixed(self, bits: int) -> list[Option]:
        """The 综合 groups of the category for a case of this kind and level."""
        shared = self._shared
        category = self._head[:3], bits  # all that 综合 groups are looked for by
        found = shared.mixed.get(category)
        if found is None:
            kind = kind_of(bits, shared.rules)
            level = level_of(bits, shared.rules) if shared.rules.mixed_by_level else ""
            _, groups = mixed_groups(shared.index, self._head, kind, level)
            found = shared.mixed[category] = [Option(group, shared.result(group)) for group in groups]
        return found

    def _surgery_first(self, found: list[_Met], bits: int) -> list[_Met]:
        """Where every 核心 or 基层 candidate leaves some surgery unmatched, 综合手术 goes first."""
        others = [met for met in found if met[0].group.kind is not DipKind.MIXED]
        surgery = bits & self._surgery
        left = all(bits & STRANGE_SURGERY or surgery & ~matched for _, matched, _ in others)
        if not others or not left or kind_of(bits, self._shared.rules) is not ProcedureKind.SURGERY:
            return found
        return [met for met in found if met[0].group.kind is DipKind.MIXED] or found

    # --- choosing ------------------------------------------------------------------------------------------

    def _decide_met(self, found: list[_Met], bits: int) -> Answer:
        """The group that wins among those a case satisfies."""
        return (
            found[0][0].result if len(found) == 1 else self._decide([self._way(met, bits) for met in found])
        )

    def _decide(self, ways: list[Way]) -> Answer:
        """Apply the region's chain; from the distance of fees on it is the case's own."""
        rules = self._shared.rules
        before, by_fee, after = self._shared.chain
        for ask in before:
            if len(ways) == 1:
                break
            keys = [ask(way, rules) for way in ways]
            best = max(keys)
            ways = [way for way, key in zip(ways, keys, strict=True) if key == best]
        if len(ways) == 1 or not by_fee:
            return self._shared.result(ways[0].group)
        contenders = [
            (way.group.mean_fee, tuple(ask(way, rules) for ask in after), self._shared.result(way.group))
            for way in ways
        ]
        # By the results, which stay: groups of a range are made for a case and go with it.
        same = tuple((mean_fee, key, id(result)) for mean_fee, key, result in contenders)
        nearest = self._shared.nearest.get(same)
        if nearest is None:
            nearest = self._shared.nearest[same] = NearestFee(contenders)
        return nearest

    def _way(self, met: _Met, bits: int) -> Way:
        """How a group is met, asked once for every way."""
        option, matched, main = met
        exact = not bits & STRANGER and matched == bits & self._present
        lead = bits >> 1 & matched
        place = matched | lead << 1 | exact if matched else bits & CASE | exact << FIRST_CODE
        way = option.ways.get(place)
        if way is None:
            codes = tuple(code for bit, code in self._codes.items() if bit & matched)
            kind = kind_of(bits, self._shared.rules)
            if option.group.kind is not DipKind.MIXED:
                ranks = [self._shared.classes.counted(code) for code in codes]
                kind = max(ranks, key=lambda each: each.rank, default=ProcedureKind.NONE)
            way = Way(option.group, kind, len(codes), exact, bool(lead), bool(lead & main), codes)
            option.ways[place] = way
        return way


def _single_codes(group: DipGroup) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Main and related codes of a group that asks for single procedures, all different; ``None`` for any other."""
    if not group.main or len(group.main) > 1 or len(group.related) > 1:
        return None
    parts = [alternative for expression in (group.main, group.related) for alternative in expression]
    if any(len(part) != 1 for alternative in parts for part in alternative):
        return None
    codes = [part[0] for alternative in parts for part in alternative]
    if len(set(codes)) != len(codes):
        return None
    main = tuple(part[0] for part in group.main[0])
    return main, tuple(codes[len(main) :])
