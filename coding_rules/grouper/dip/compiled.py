"""The candidates of one principal diagnosis, compiled: which group a case reaches follows from the bits of its procedures.

The bits are those of ``signature``; every distinct combination is decided once and remembered, and so is every list of procedures
as filed. Candidates are ordered by the same criteria the explaining path uses. Two things bits do not hold: a group that several
filed procedures could fill (the order of filing then matters; such lists are decided one by one), and the fee (a tie
that it decides is kept as ``NearestFee``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from coding_rules.grouper.dip.by_fee import NearestFee
from coding_rules.grouper.dip.catalogue import DipGroup, DipKind
from coding_rules.grouper.dip.compiled_rules import Answer, Compiled, Procedures
from coding_rules.grouper.dip.expression import (
    FULL_CODE,
    Alternative,
    Expression,
    Part,
    ProcedureMatch,
    codes_of,
    hits,
)
from coding_rules.grouper.dip.facts import Facts
from coding_rules.grouper.dip.light import LightGrouping
from coding_rules.grouper.dip.match import (
    Way,
    candidates,
    catch_alls,
    mixed,
    preferred,
    way_of,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind
from coding_rules.grouper.dip.signature import (
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


class _OrderMattersError(Exception):
    """Several filed procedures fill the same part of a group."""


@dataclass(slots=True)
class _Option:
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


_Asking = tuple[int, int, _Option]
"""Bits that must all be there, bits of related procedures of which one suffices (0: no more is asked for), the group."""
_Met = tuple[_Option, int, int]
"""A group the case satisfies, the bits of the procedures that satisfied it, the bit of the one in the main place."""


class Entry(dict[Procedures, Answer]):
    """Everything the catalogue has for one principal diagnosis: procedures as filed -> what they lead to."""

    __slots__ = (
        "_answers", "_asked", "_bits", "_codes", "_head", "_keys", "_layers", "_mixed", "_parts", "_present", "_shared",
        "_surgery", "_tokens",
    )  # fmt: skip

    def __init__(self, shared: Compiled, head: str, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._shared = shared
        self._head = head
        self._keys = keys
        self._bits: dict[str, int] = {}
        self._codes: dict[int, str] = {}
        self._parts: dict[Part, tuple[int, int]] = {}
        self._mixed: dict[int, list[_Option]] = {}
        self._answers: dict[int, Answer] = {}
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
        self._tokens = Memo(self._token if shared.loose else classes.stranger.__getitem__)
        for code, bit in self._bits.items():
            self._tokens[code] = bit | classes.common[code]

    def __missing__(self, procedures: Procedures) -> Answer:
        bits = 0
        if procedures:
            first = procedures[0]
            tokens = self._tokens
            bits = tokens[first]
            bits |= bits >> FIRST_CODE << FIRST_CODE + 1  # the second bit of the procedure filed first
            if self._shared.first_kind:
                bits |= self._shared.classes.first[first]
            for code in procedures[1:]:
                bits |= tokens[code]
        answer = self._answers.get(bits)
        if answer is None:
            answer = self._answer(bits, procedures)
        self[procedures] = answer
        self._shared.decided()
        return answer

    def _answer(self, bits: int, procedures: Procedures) -> Answer:
        """What procedures with these bits lead to; remembered by the bits where nothing else matters."""
        shared = self._shared
        if bits & ODD:
            clean = tuple(code for filed in procedures if (code := shared.classes.clean[filed]))
            return self[clean] if clean != procedures else self._one(procedures)
        try:
            found = self._candidates(bits)
        except _OrderMattersError:
            return self._one(procedures)
        if not found:
            return self._last(bits, procedures)
        answer = (
            found[0][0].result if len(found) == 1 else self._decide([self._way(met, bits) for met in found])
        )
        self._answers[bits] = answer
        return answer

    def _one(self, procedures: Procedures) -> Answer:
        """The answer of procedures whose order matters, found as the explaining path finds it."""
        shared = self._shared
        facts = shared.read(self._head, procedures)
        found = candidates(shared.index, facts)
        if not found:
            return LightGrouping("", reason=shared.why_not(facts))
        return self._decide([way_of(each, facts) for each in preferred(found, facts, shared.rules)])

    def _last(self, bits: int, procedures: Procedures) -> Answer:
        """The catch-all of a case that nothing else takes, or the reason why it has no group."""
        shared = self._shared
        facts = Facts(self._head, self._keys, (), (), kind_of(bits, shared.rules), conservative=False)
        last = next(catch_alls(shared.index, facts), None)
        if last is None:
            return LightGrouping("", reason=shared.why_not(shared.read(self._head, procedures)))
        answer = self._answers[bits] = shared.result(last.group)
        return answer

    # --- compiling -----------------------------------------------------------------------------------------

    def _token(self, filed: str) -> int:
        """The bits of a procedure where short codes and extensions are met by more than themselves."""
        bit = self._bits.get(filed) or self._take(filed)
        classes = self._shared.classes
        return bit | classes.common[filed] if bit else classes.stranger[filed]

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

    def _options(self, groups: Iterable[DipGroup]) -> tuple[list[_Asking], list[_Option]]:
        """The groups of a layer that ask for procedures, and those that ask for none."""
        asking: list[_Asking] = []
        bare: list[_Option] = []
        for group in groups:
            if not group.has_procedures:
                bare.append(_Option(group, self._shared.result(group)))
            elif (option := self._option(group)) is not None:
                asking.append(option)
        return asking, bare

    def _option(self, group: DipGroup) -> _Asking | None:
        """The group as bits; ``None`` when it asks for a procedure that the region leaves out."""
        shared = self._shared
        result = shared.result(group)
        codes = _single_codes(group)
        if codes is None or not self._literal(codes):
            return 0, 0, _Option(group, result, general=(group.main, group.related))
        main, related = ([self._bits.get(code) or self._take(code) for code in part] for part in codes)
        if not all(main) or not all(related):
            return None
        need, more = sum(main), sum(related)
        option = _Option(group, result, need | more, main[0])
        lead = main[0] << 1 if shared.strict else 0
        return (need | lead, more, option) if shared.partial and more else (need | more | lead, 0, option)

    def _literal(self, codes: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
        """Whether every code is met by itself alone."""
        match = self._shared.rules.procedure_match
        if match is ProcedureMatch.PREFIX:
            return all(len(code) >= FULL_CODE for listed in codes for code in listed)
        return match is ProcedureMatch.EXACT

    # --- matching ------------------------------------------------------------------------------------------

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
                known = self._mixed.get(bits & CASE)
                found += [
                    (option, 0, 0) for option in (self._mixed_options(bits) if known is None else known)
                ]
                continue
            asking, bare = layer
            satisfied = len(found)
            for need, some, option in asking if asked else ():
                if bits & need == need and (not some or bits & some):
                    if option.general is None:
                        found.append((option, asked & option.span, option.main))
                    elif met := self._meet(option, bits):
                        found.append((option, *met))
            if bare and (rules.bare_always or (len(found) == satisfied and conservative(bits, rules))):
                found += [(option, 0, 0) for option in bare]
        return self._surgery_first(found, bits) if rules.mixed_surgery_first else found

    def _meet(self, option: _Option, bits: int) -> tuple[int, int] | None:
        """A group with alternatives or short codes, met by whichever procedures fill its parts."""
        present = bits & self._present
        main, related = option.general or ((), ())
        filled = self._fill(main, present, lead=bits >> 1 & present if self._shared.strict else None)
        if main and filled is None:
            return None
        used, first = filled or (0, 0)
        more = self._fill(related, present & ~used, partial=self._shared.partial) if related else (0, 0)
        return None if more is None else (used | more[0], first)

    def _fill(
        self, expression: Expression, present: int, *, lead: int | None = None, partial: bool = False
    ) -> tuple[int, int] | None:
        """Bits of all fillers of the fullest alternative, and of its first part's; ``None``: none holds.

        ``lead`` is the bit of the first filed procedure where that one must fill the first part.
        """
        best: tuple[int, int] | None = None
        most = 0
        for alternative in expression:
            met = [bit for bit in self._fillers(alternative, present, lead) if bit]
            if len(met) < (1 if partial else len(alternative)) or (best is not None and len(met) <= most):
                continue
            used = reduce(or_, met)
            best, most = (used, met[0]), used.bit_count()
        return best

    def _fillers(self, alternative: Alternative, present: int, lead: int | None) -> list[int]:
        fillers: list[int] = []
        for place, part in enumerate(alternative):
            hit = self._hit(part) & present
            if lead is not None:
                hit &= ~lead if place else lead
            if hit & (hit - 1):
                raise _OrderMattersError
            fillers.append(hit)
        return fillers

    def _hit(self, part: Part) -> int:
        """Bits of the procedures seen so far that fill a part."""
        seen, bits = self._parts.get(part, (0, 0))
        if seen < len(self._bits):
            match = self._shared.rules.procedure_match
            for code, bit in list(self._bits.items())[seen:]:
                if any(hits(token, code, match) for token in part):
                    bits |= bit
            self._parts[part] = len(self._bits), bits
        return bits

    def _mixed_options(self, bits: int) -> list[_Option]:
        shared = self._shared
        category = self._head[:3], bits & CASE  # all that 综合 groups are looked for by
        found = shared.mixed.get(category)
        if found is None:
            kind = kind_of(bits, shared.rules)
            level = level_of(bits, shared.rules) if shared.rules.mixed_by_level else ""
            facts = Facts(self._head, self._keys, (), (), kind, conservative=False, level=level)
            found = shared.mixed[category] = [each.group for each in mixed(shared.index, facts)]
        options = self._mixed[bits & CASE] = [_Option(group, shared.result(group)) for group in found]
        return options

    def _surgery_first(self, found: list[_Met], bits: int) -> list[_Met]:
        """Where every 核心 or 基层 candidate leaves some surgery unmatched, 综合手术 goes first."""
        others = [met for met in found if met[0].group.kind is not DipKind.MIXED]
        surgery = bits & self._surgery
        left = all(bits & STRANGE_SURGERY or surgery & ~matched for _, matched, _ in others)
        if not others or not left or kind_of(bits, self._shared.rules) is not ProcedureKind.SURGERY:
            return found
        return [met for met in found if met[0].group.kind is DipKind.MIXED] or found

    # --- choosing ------------------------------------------------------------------------------------------

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
        return NearestFee(
            [
                (way.group.mean_fee, tuple(ask(way, rules) for ask in after), self._shared.result(way.group))
                for way in ways
            ]
        )

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
