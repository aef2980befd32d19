"""What the scheme window checks: a scheme, its versions and weight tables beside each other; with progress and cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.drg.scheme_store import KeptScheme, known_schemes
from app.drg.weight_tables import KeptWeights, known_weights
from app.progress import Progress
from app.verify import full_tables
from coding_rules.grouper.drg.scheme import Scheme
from coding_rules.grouper.drg.scheme_issue import SchemeIssue
from coding_rules.grouper.drg.scheme_verify import verify_parts, verify_versions
from coding_rules.grouper.drg.weight_table import WeightTable
from coding_rules.grouper.drg.weight_verify import verify_weight_dates
from icd_tables.terminology import Terminology


@dataclass(frozen=True, slots=True)
class CheckedScheme:
    """What the check found, beside the schemes and weight tables there are; ``codes_checked``: full code tables were at hand."""

    schemes: list[KeptScheme]
    weights: list[KeptWeights]
    issues: list[SchemeIssue]
    codes_checked: bool = False


def check_scheme(
    scheme: Scheme, terminology: Terminology, chosen: str = "", progress: Progress | None = None
) -> CheckedScheme:
    """Every inconsistency of a scheme, of the versions there are (``chosen``: the one in use) and of its dated weight tables.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    schemes, weights = known_schemes(chosen, progress), known_weights(progress)
    tables = full_tables(terminology)
    parts = verify_parts(scheme, tables)
    issues: list[SchemeIssue] = []
    for done, (what, found) in enumerate(parts):
        progress.report(done, len(parts), f"正在校验{what}")
        issues += found()
    issues += verify_versions([one.info for one in schemes if not one.problem])
    issues += verify_weight_dates(_dated_tables(weights, scheme.id))
    return CheckedScheme(schemes, weights, issues, bool(tables.tables))


def _dated_tables(tables: Sequence[KeptWeights], scheme: str) -> list[WeightTable]:
    """The dated tables of a scheme, without their rows: enough to compare the dates."""
    return [
        WeightTable(table.path.name, valid_from=table.valid_from, valid_to=table.valid_to)
        for table in tables
        if table.scheme == scheme and table.dated and not table.problem
    ]
