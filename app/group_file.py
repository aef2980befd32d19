"""Grouping a file of cases into a file of groups, in a stream: any number of cases in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path

from app.export.amounts import yuan
from app.files import safe_write
from app.group_cases import CaseLine, read_case_lines
from app.knowledge import Groupers
from app.progress import Progress
from app.review import Settler
from coding_rules.grouper.dip.bed_days import BED_DAYS
from coding_rules.grouper.dip.light import LightGrouping
from coding_rules.grouper.drg.grouper import DrgGrouper
from coding_rules.grouper.drg.outcomes import DrgResult
from coding_rules.grouper.grouping import Grouping, System
from coding_rules.grouper.inputs import GrouperInput

COLUMNS = (
    *("case_id", "mdc", "adrg", "drg", "weight", "dip", "dip_kind"),
    *("points", "amount", "reason", "drg_scheme"),
)
_CHUNK = 5_000
_PROBLEMS_KEPT = 20


@dataclass
class GroupOutcome:
    """What became of the lines: counts, and the first lines that could not be read as (row, reason)."""

    cases: int = 0
    refused: int = 0
    drg_grouped: int = 0
    dip_grouped: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


def group_file(path: Path, out: Path, groupers: Groupers, progress: Progress | None = None) -> GroupOutcome:
    """Group every line of ``path``; each gets a line in ``out``, unreadable ones with the reason.

    ``weight`` is the relative weight, ``points`` the settled DIP points (else those of the group), ``amount`` the payment in
    yuan: points and amount of DIP, or of DRG where DIP is not in use.

    Raises:
        UserError: the input cannot be read or the output not written.
        Cancelled: the user asked to stop; an old output stands.
    """
    progress = progress or Progress()
    outcome = GroupOutcome()
    lines = read_case_lines(path)
    with safe_write(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        while chunk := list(islice(lines, _CHUNK)):
            writer.writerows(_rows(chunk, groupers, outcome))
            progress.report(outcome.cases + outcome.refused, 0, "正在分组")
    return outcome


def _rows(chunk: Sequence[CaseLine], groupers: Groupers, outcome: GroupOutcome) -> Iterator[Sequence[object]]:
    cases = [line.case for line in chunk if line.case is not None]
    drgs = iter(_drg(cases, groupers))
    dips = iter(_dip(cases, groupers))
    for line in chunk:
        if line.case is None:
            outcome.refused += 1
            if len(outcome.problems) < _PROBLEMS_KEPT:
                outcome.problems.append((line.row, line.problem))
            yield [line.case_id, *[""] * (len(COLUMNS) - 3), f"第 {line.row} 行：{line.problem}", ""]
            continue
        drg, dip = next(drgs), next(dips)
        outcome.cases += 1
        outcome.drg_grouped += bool(drg.group)
        outcome.dip_grouped += bool(dip.group)
        amount, points = (dip.amount, dip.figure) if groupers.dip is not None else (drg.amount, drg.points)
        reason = "；".join(text for text in (drg.reason, dip.reason) if text)
        yield [
            *(line.case_id, drg.mdc, drg.adrg, drg.group, _plain(drg.figure)),
            *(dip.group, dip.kind, _plain(points), _plain(yuan(amount)), reason, drg.scheme),
        ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one system says of one case; ``figure`` is the weight or the DIP points, ``points`` those of a DRG, ``amount`` in 分,
    ``scheme`` the version of the DRG scheme."""

    group: str = ""
    mdc: str = ""
    adrg: str = ""
    kind: str = ""
    figure: Decimal | None = None
    points: Decimal | None = None
    amount: int | None = None
    reason: str = ""
    scheme: str = ""


_NOT_ASKED = _Answer()


def _drg(cases: Sequence[GrouperInput], groupers: Groupers) -> Iterator[_Answer]:
    grouper = groupers.drg
    if grouper is None:
        yield from [_NOT_ASKED] * len(cases)
        return
    for case, result in zip(cases, grouper.group_batch(cases), strict=True):
        yield _drg_answer(case, result, grouper, groupers.drg_settler)


def _drg_answer(
    case: GrouperInput, result: DrgResult, grouper: DrgGrouper, settler: Settler | None
) -> _Answer:
    scheme = grouper.version_on(case.discharged).info.title
    if not result.drg:
        ungrouped = grouper.group(case)
        settled = settler.settle(ungrouped, case) if settler is not None else None
        return _Answer(
            mdc=result.mdc,
            points=settled.points if settled else None,
            amount=settled.amount if settled else None,
            reason=f"DRG {ungrouped.reason}",
            scheme=scheme,
        )
    row = grouper.worth(result.drg, case.discharged)
    amount = None
    if settler is not None:
        amount = settler.settle(grouper.group(case), case).amount
    weight, points = (row.weight, row.points) if row else (None, None)
    return _Answer(
        result.drg, result.mdc, result.adrg, figure=weight, points=points, amount=amount, scheme=scheme
    )


def _dip(cases: Sequence[GrouperInput], groupers: Groupers) -> Iterator[_Answer]:
    grouper = groupers.dip
    if grouper is None:
        yield from [_NOT_ASKED] * len(cases)
        return
    for case, light in zip(cases, grouper.group_batch(cases), strict=True):
        yield _dip_answer(case, light, grouper.catalogue.title, groupers.dip_settler)


def _dip_answer(case: GrouperInput, light: LightGrouping, title: str, settler: Settler | None) -> _Answer:
    # Points of one day are no case's.
    points, amount = None if light.kind == BED_DAYS else light.points, None
    if settler is not None and (case.total_fee is not None or light.kind == BED_DAYS):
        settled = settler.settle(_whole(light, title), case)
        points, amount = settled.points if settled.points is not None else points, settled.amount
    reason = "" if light.group else f"DIP {light.reason}"
    return _Answer(light.group, kind=light.kind, figure=points, amount=amount, reason=reason)


def _whole(light: LightGrouping, title: str) -> Grouping:
    """The grouping that the settlement rules ask for, without a path."""
    return Grouping(
        System.DIP,
        title,
        light.group,
        name=light.name,
        kind=light.kind,
        points=light.points,
        mean_fee=light.mean_fee,
        mean_los=light.mean_los,
    )


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
