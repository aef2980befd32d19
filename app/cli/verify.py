"""``verify``: the integrity of everything the program judges by, with the place of every inconsistency."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from app.cli.console import console_progress, tell, tell_json
from app.cli.options import choices
from app.verify import verify


def run(given: argparse.Namespace) -> int:
    """Run the command; 1 when something is inconsistent."""
    found = verify(choices(given), console_progress())
    if given.json:
        tell_json([asdict(each) for each in found])
    else:
        for each in found:
            tell(f"{'通过' if each.sound else '有误'}　{each.what}：{each.content}")
            for problem in each.problems:
                tell(f"　　{problem}")
    return 0 if all(each.sound for each in found) else 1
