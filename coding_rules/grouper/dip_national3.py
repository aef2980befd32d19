"""Pipeline B, the national 3.0 scheme: 先期 -> 并项 -> 诊断辅助细分 -> 基础 -> 综合. Lands with the 3.0 workbook importer."""

from __future__ import annotations

from dataclasses import dataclass

from coding_rules.grouper.dip_catalogue import DipCatalogue, DipGroup
from coding_rules.grouper.dip_rules import DipRules
from coding_rules.grouper.grouping import Step
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.grouper.procedure_kinds import ProcedureKinds


@dataclass(frozen=True)
class Outcome:
    """Group or reason, and the steps."""

    group: DipGroup | None
    reason: str
    path: tuple[Step, ...]


class National3:
    """Groups under the national 3.0 scheme."""

    def __init__(self, catalogue: DipCatalogue, rules: DipRules, kinds: ProcedureKinds) -> None:
        self._catalogue = catalogue

    def group(self, case: GrouperInput) -> Outcome:
        """The group of a case."""
        raise NotImplementedError
