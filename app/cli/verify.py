"""``verify``: the integrity of everything the program judges by, with the place of every inconsistency."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from app.cli.console import console_progress, tell, tell_json
from app.cli.options import choices
from app.verify import Verified, verify


def run(given: argparse.Namespace) -> int:
    """Run the command; 1 when something is wrong that can be put right, or with ``--strict`` when there is a warning."""
    found = verify(choices(given), console_progress())
    if given.json:
        tell_json([asdict(each) for each in found])
    else:
        for each in found:
            tell(f"{_verdict(each)}　{each.what}：{each.content}")
            for problem in each.problems:
                tell(f"　　错误　{problem}")
            for warning in each.warnings:
                tell(f"　　提醒　{warning}")
    failed = any(not each.sound or (given.strict and each.warnings) for each in found)
    return 1 if failed else 0


def _verdict(each: Verified) -> str:
    if not each.sound:
        return "有误"
    return "提醒" if each.warnings else "通过"
