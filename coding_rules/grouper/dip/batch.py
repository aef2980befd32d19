"""The fast path: many cases without the words, giving the same groups as the explaining path.

A regional catalogue is compiled diagnosis by diagnosis (``compiled``), so that a case costs two dictionary look-ups when one with the
same codes was seen before, and a few more when not: most of what cases file is decided while compiling. The national 3.0 pipeline
is not compiled; its answers are remembered by what they follow from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from coding_rules.grouper.collector import without_collector
from coding_rules.grouper.dip.compiled import Entry
from coding_rules.grouper.dip.compiled_rules import Answer, Compiled, Procedures
from coding_rules.grouper.dip.explain import why_not
from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.facts import Facts, principal_head, principal_keys, read_facts
from coding_rules.grouper.dip.light import LightGrouping, Results
from coding_rules.grouper.dip.match import CatalogueIndex
from coding_rules.grouper.dip.national3 import National3
from coding_rules.grouper.dip.national3_words import reason_of
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.signature import Classes
from coding_rules.grouper.inputs import GrouperInput

NO_PRINCIPAL = "主要诊断编码缺失"
_REMEMBERED = 400_000
"""Answers kept from one batch to the next, some 60 MB: most cases of a hospital repeat the codes of another."""


class RememberingBatch:
    """Groups many cases under the national 3.0 scheme, remembering answers by their essence: equal essence, equal answer."""

    def __init__(self, scheme: National3) -> None:
        self._scheme = scheme
        self._result = Results()
        self._answers: dict[tuple[object, ...], LightGrouping] = {}

    def group_all(self, cases: Iterable[GrouperInput]) -> list[LightGrouping]:
        """Light results in the order of the cases."""
        with without_collector():
            return [self._answer(case) for case in cases]

    def _answer(self, case: GrouperInput) -> LightGrouping:
        if not case.diagnoses or not case.diagnoses[0].strip():
            return LightGrouping("", reason=NO_PRINCIPAL)
        essence = self._scheme.essence(case)
        known = self._answers.get(essence)
        if known is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            verdict = self._scheme.decide(case)
            reason = reason_of(verdict, case.diagnoses[0])
            known = LightGrouping("", reason=reason) if verdict.group is None else self._result(verdict.group)
            self._answers[essence] = known
        return known


class CompiledBatch:
    """Groups many cases under a compiled catalogue.

    ``excluded`` are principal diagnoses outside grouping, ``dropped`` procedures that are left out before matching.
    """

    def __init__(
        self,
        index: CatalogueIndex,
        kinds: ProcedureKinds,
        excluded: Callable[[str], str],
        dropped: frozenset[str],
    ) -> None:
        self._index = index
        self._kinds = kinds
        self._excluded = excluded
        self._dropped = dropped
        self._shared = Compiled(
            index,
            Classes(index.rules, kinds, self._clean),
            Results(),
            self._read,
            lambda facts: why_not(facts, index, kinds),
        )
        self._entries: _Entries = {}

    def group_all(self, cases: Iterable[GrouperInput]) -> list[LightGrouping]:
        """Light results in the order of the cases."""
        listed = list(cases)
        entries = self._entries  # another thread may put a new one in its place
        with without_collector():
            try:
                found = _look_up(entries, listed)
            except KeyError:  # a principal diagnosis met for the first time
                for diagnosis in {case.diagnoses[0] if case.diagnoses else "" for case in listed}:
                    if diagnosis not in entries:
                        entries[diagnosis] = self._entry(diagnosis)
                found = _look_up(entries, listed)
            groups = self._by_fee(found, listed)
        if sum(map(len, entries.values())) > _REMEMBERED:
            self._entries = {}
        return groups

    def _by_fee(self, found: list[Answer], cases: list[GrouperInput]) -> list[LightGrouping]:
        """The groups, after the fee of the case has chosen where the region lets it choose."""
        if not self._shared.chooses_by_fee:
            return cast("list[LightGrouping]", found)
        return [
            answer if isinstance(answer, LightGrouping) else answer.pick(case.total_fee)
            for answer, case in zip(found, cases, strict=True)
        ]

    def _entry(self, filed: str) -> Entry | _Outside:
        """The compiled candidates of a principal diagnosis as filed."""
        head = principal_head(filed)
        reason = self._excluded(filed) if head else NO_PRINCIPAL
        if reason:
            return _Outside(LightGrouping("", reason=reason))
        return Entry(self._shared, head, principal_keys(head, self._index.rules.principal_length))

    def _read(self, head: str, procedures: Procedures) -> Facts:
        case = GrouperInput(diagnoses=(head,), procedures=procedures)
        return read_facts(case, self._index.rules, self._kinds, self._dropped)

    def _clean(self, filed: str) -> str:
        """A procedure in the catalogue's spelling; empty when the region leaves it out."""
        code = clean_procedure(filed)
        return "" if code in self._dropped else code


class _Outside(dict[Procedures, Answer]):
    """A principal diagnosis outside grouping: the same answer whatever the procedures."""

    def __init__(self, answer: LightGrouping) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, procedures: Procedures) -> Answer:
        return self._answer


_Entries = dict[str, Entry | _Outside]
"""What is compiled for every principal diagnosis as filed."""


def _look_up(entries: _Entries, cases: list[GrouperInput]) -> list[Answer]:
    """What the codes of every case lead to. Raises ``KeyError`` for a diagnosis that is not compiled yet."""
    return [entries[diagnoses[0] if (diagnoses := case.diagnoses) else ""][case.procedures] for case in cases]
