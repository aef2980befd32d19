"""DipGrouper: DIP groups with the path that led there, and a fast path for many cases that gives the same groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coding_rules.grouper.dip.batch import NO_PRINCIPAL, CompiledBatch, RememberingBatch
from coding_rules.grouper.dip.bed_days import BED_DAYS, BedDayRules, BedDays, ByDays, HasBedDays
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.explain import facts_steps, outcome_steps, why_not
from coding_rules.grouper.dip.expression import clean_procedure
from coding_rules.grouper.dip.facts import Facts, principal_head, read_facts
from coding_rules.grouper.dip.light import LightGrouping, light_by_days
from coding_rules.grouper.dip.match import CatalogueIndex, Choice, candidates, choose
from coding_rules.grouper.dip.national3 import National3
from coding_rules.grouper.dip.national3_words import reason_of, steps_of
from coding_rules.grouper.dip.procedure_kinds import ProcedureKinds
from coding_rules.grouper.dip.rules import Dated, DipRules, HasDipRules, Pipeline
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.grouper.inputs import GrouperInput
from icd_tables.codes import normalize_code

EDITION = "医保版2.0"
"""The edition that cases come in."""


class DipGrouper:
    """Groups cases under one catalogue and one region's rules.

    A catch-all group (kind 兜底) is the region's place for cases that reached no group: it has a code and points, and the
    grouping's ``reason`` says what it is.

    ``profile`` may be any region profile; without one the national defaults hold (and the 3.0 pipeline for a 3.0 catalogue).
    Compiled once; immutable afterwards, safe to share between threads.
    """

    def __init__(self, catalogue: DipCatalogue, profile: HasDipRules | None = None) -> None:
        self.catalogue = catalogue
        self._profile = profile
        self.rules = profile.grouping if profile else default_rules(catalogue)
        self.demo = catalogue.demo or bool(profile and profile.demo)
        kinds = catalogue.kinds
        if not self.rules.infer_kinds and kinds.infer:
            kinds = ProcedureKinds(kinds.facts, kinds.surgical, infer=False, title=kinds.title)
        self.kinds = kinds
        self._excluded = self.rules.excluded_diagnoses | catalogue.excluded_diagnoses
        self._national = (
            National3(catalogue, self.rules, kinds) if self.rules.pipeline is Pipeline.NATIONAL_3 else None
        )
        self._index = CatalogueIndex(catalogue, self.rules)
        self._bed_days = BedDays(
            catalogue.bed_days, profile.bed_days if isinstance(profile, HasBedDays) else BedDayRules()
        )
        self._dropped = self.rules.excluded_procedures | catalogue.excluded_procedures
        self._batch = (
            RememberingBatch(self._national)
            if self._national
            else CompiledBatch(self._index, kinds, self._excluded_reason, self._dropped)
        )

    def group(self, case: GrouperInput) -> Grouping:
        """The DIP group of a case, the steps to it, every candidate and why it lost; or the reason for 未入组."""
        if not case.diagnoses or not case.diagnoses[0].strip():
            return self._ungrouped(NO_PRINCIPAL, ())
        notes = (*self._date_notes(case), *self._edition_notes(case))
        case = self.converted(case)
        if by_days := self._by_days(case):
            return self._paid_by_days(by_days, notes)
        if self._national:
            verdict, filed = self._national.decide(case), case.diagnoses[0]
            steps = steps_of(verdict, filed, self._national)
            return self._grouping(verdict.group, reason_of(verdict, filed), (*notes, *steps))
        facts = read_facts(case, self.rules, self.kinds, self._dropped)
        if reason := self._excluded_reason(case.diagnoses[0]):
            return self._ungrouped(
                reason, (Step("排除主诊断", reason, held=False, codes=(case.diagnoses[0],)),)
            )
        choice = self._choose(facts)
        path = (
            *notes,
            *facts_steps(facts, case.diagnoses[0], self.kinds),
            *outcome_steps(choice, facts, self._index, self.kinds),
        )
        group = choice.winner.group if choice.winner else None
        return self._grouping(group, "" if group else why_not(facts, self._index, self.kinds), path)

    def group_batch(self, cases: Iterable[GrouperInput]) -> list[LightGrouping]:
        """The groups of many cases without paths; equal cases may share one result object."""
        converted = map(self.converted, cases) if self.catalogue.code_map else cases
        if not self._bed_days:
            return self._batch.group_all(converted)
        listed = list(converted)
        return [
            light_by_days(found.group) if (found := self._by_days(case)) else light
            for case, light in zip(listed, self._batch.group_all(listed), strict=True)
        ]

    def converted(self, case: GrouperInput) -> GrouperInput:
        """The case in the edition of the catalogue, where that is another than the insurance edition in use."""
        codes = self.catalogue.code_map
        if not codes:
            return case
        return replace(
            case,
            diagnoses=tuple(codes.get(normalize_code(code), code) for code in case.diagnoses),
            procedures=tuple(codes.get(clean_procedure(code), code) for code in case.procedures),
        )

    def _date_notes(self, case: GrouperInput) -> Iterator[Step]:
        """Whether the catalogue and the parameters were in force on the day of discharge."""
        day = case.discharged
        if day is None:
            return
        for what, source in (("目录", self.catalogue), ("地区参数", self._profile)):
            if isinstance(source, Dated) and not source.in_force(day):
                early = source.valid_from is not None and day < source.valid_from
                since = f"{source.valid_from} 起执行" if early else f"{source.valid_to} 后失效"
                text = f"出院日期 {day} 不在{what}“{source.title}”的执行期内（{since}），结果仅供参考"
                yield Step("执行日期", text, held=False)

    def _edition_notes(self, case: GrouperInput) -> Iterator[Step]:
        """Which codes were converted; or that the catalogue is written in another edition and nothing converts."""
        if self.catalogue.code_map:
            after = self.converted(case)
            pairs = zip(
                (*case.diagnoses, *case.procedures), (*after.diagnoses, *after.procedures), strict=True
            )
            changed = [f"{old} → {new}" for old, new in pairs if old != new]
            if changed:
                yield Step("编码转换", f"按目录所用的{self.rules.code_edition}：{'、'.join(changed)}")
        elif self.rules.code_edition != EDITION:
            warning = f"目录使用{self.rules.code_edition}编码，未导入转换表，病例编码未转换，结果可能不准"
            yield Step("编码版本", warning, held=False)

    def _choose(self, facts: Facts) -> Choice:
        return choose(candidates(self._index, facts), facts, self.rules)

    def _excluded_reason(self, filed: str) -> str:
        """Why a principal diagnosis is outside grouping; empty when it is not."""
        excluded = principal_head(filed) in self._excluded
        return f"主要诊断 {filed} 在“不纳入分组的主要诊断”之列" if excluded else ""

    def _by_days(self, case: GrouperInput) -> ByDays | None:
        """The 床日病种 that takes a case; none where its principal diagnosis is outside grouping."""
        if not self._bed_days or not case.diagnoses or self._excluded_reason(case.diagnoses[0]):
            return None
        return self._bed_days.find(case)

    def _paid_by_days(self, found: ByDays, notes: tuple[Step, ...]) -> Grouping:
        group = found.group
        step = Step(BED_DAYS, f"{found.why} → {group.code}，按床日付费", source=group.source)
        return Grouping(
            System.DIP,
            self.catalogue.title,
            group.code,
            name=group.name,
            kind=BED_DAYS,
            points=group.points,
            path=(*notes, step),
            demo=self.demo,
        )

    def _ungrouped(self, reason: str, path: tuple[Step, ...]) -> Grouping:
        return self._grouping(None, reason, path)

    def _grouping(self, group: DipGroup | None, reason: str, path: tuple[Step, ...]) -> Grouping:
        if group is None:
            ending = Step("未入组", reason, held=False)
            return Grouping(
                System.DIP, self.catalogue.title, "", reason=reason, path=(*path, ending), demo=self.demo
            )
        return Grouping(
            System.DIP,
            self.catalogue.title,
            group.code,
            name=group.name,
            kind=group.kind_label,
            points=group.points,
            mean_fee=group.mean_fen,
            mean_los=group.mean_los,
            reason=group.remark,
            path=path,
            demo=self.demo,
        )


def default_rules(catalogue: DipCatalogue) -> DipRules:
    """The national defaults for a catalogue that comes without a profile."""
    return DipRules(pipeline=Pipeline.NATIONAL_3) if catalogue.form == "national_3" else DipRules()


__all__ = ["DipGrouper", "DipKind", "LightGrouping", "default_rules"]
