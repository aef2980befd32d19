"""What the tools over the quality of the month's front pages have in common: the results, the rules in use, the standard to score by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.errors import UserError
from app.review import CaseResult
from app.rules.front_page_score import load_score_table
from coding_rules.checks.engine import CheckEngine
from coding_rules.scoring import ScoreTable, shipped_table
from ui.dialogs.messages import tell_user
from ui.tools.context import ToolContext
from ui.tools.spec import ToolSpec
from ui.tools.window import ToolWindow

NO_RULES = "没有载入审核规则，无法评分。"


class Month(NamedTuple):
    """What there is to score: the results so far, by which rules, by which standard; and how many cases are open in all."""

    results: Sequence[CaseResult]
    engine: CheckEngine
    standard: ScoreTable
    cases: int


class QualityWindow(ToolWindow):
    """A tool that scores the open month. ``standard`` is the table of points used last."""

    def __init__(self, spec: ToolSpec, context: ToolContext) -> None:
        super().__init__(spec, context)
        self.standard = shipped_table()

    def missing(self) -> str:
        """Cases and rules."""
        knowledge = self.context.knowledge
        if self.context.workbench is not None and knowledge is not None:
            return "" if isinstance(knowledge.checker, CheckEngine) else NO_RULES
        return super().missing()

    def month(self) -> Month | None:
        """What there is to score now; a standard that cannot be read is told, and the one used last stays."""
        bench, checker = self.context.workbench, self.context.knowledge and self.context.knowledge.checker
        if bench is None or not isinstance(checker, CheckEngine):
            return None
        try:
            self.standard = load_score_table()
        except UserError as error:
            tell_user(self, error)
        return Month(bench.results(), checker, self.standard, len(bench.case_ids))
