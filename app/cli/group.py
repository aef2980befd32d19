"""``group``: DRG and DIP groups for a file of cases."""

from __future__ import annotations

import argparse

from app.cli.console import console_progress, remark, tell, tell_json
from app.cli.options import choices, refuse_overwriting
from app.group_file import group_file
from app.knowledge import load_groupers


def run(given: argparse.Namespace) -> int:
    """Run the command; 1 when lines could not be read.

    Raises:
        UserError: a file or scheme cannot be read, or the result cannot be written.
    """
    refuse_overwriting([given.cases], [given.out])
    groupers = load_groupers(choices(given))
    outcome = group_file(given.cases, given.out, groupers, console_progress())
    for row, problem in outcome.problems:
        remark(f"{given.cases.name} 第 {row} 行：{problem}")
    if given.json:
        tell_json(
            {
                "cases": outcome.cases,
                "refused": outcome.refused,
                "drg_grouped": outcome.drg_grouped if groupers.drg else None,
                "dip_grouped": outcome.dip_grouped if groupers.dip else None,
                "versions": groupers.versions,
            }
        )
    else:
        grouped = [
            f"{name} 入组 {count} 例"
            for name, used, count in (
                ("DRG", groupers.drg, outcome.drg_grouped),
                ("DIP", groupers.dip, outcome.dip_grouped),
            )
            if used
        ]
        tell(f"{outcome.cases} 例：{'，'.join(grouped)}；无法读取 {outcome.refused} 行。结果：{given.out}")
    return 1 if outcome.refused else 0
