"""``demo``: write the demonstration month as a hospital would export it."""

from __future__ import annotations

import argparse

from app.cli.console import tell, tell_json
from app.cli.options import refuse_overwriting
from app.demo.month import generate
from app.demo.n041 import write_n041, write_truth


def run(given: argparse.Namespace) -> int:
    """Run the command.

    Raises:
        UserError: a file cannot be written.
    """
    refuse_overwriting([], [given.out, given.truth])
    month = generate(given.count, given.seed)
    write_n041(given.out, month)
    if given.truth:
        write_truth(given.truth, month)
    seeded = sum(1 for truth in month.truth if truth.error)
    if given.json:
        tell_json({"cases": len(month.cases), "seeded_errors": seeded, "seed": given.seed})
    else:
        tell(f"演示月（虚构）：{len(month.cases)} 例，其中 {seeded} 例带已知错误。文件：{given.out}")
    return 0
