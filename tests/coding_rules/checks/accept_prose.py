"""Rewrite the prose twins of the shipped packs and the guide: ``python -m tests.coding_rules.checks.accept_prose``."""

from __future__ import annotations

from pathlib import Path

from coding_rules import checks
from coding_rules.checks.guide import guide
from coding_rules.checks.pack import shipped_names, shipped_packs
from coding_rules.checks.prose import prose
from tests.conftest import ROOT

GUIDE = ROOT / "docs" / "rule-language.md"
PACKS = Path(checks.__file__).parent / "packs"


def main() -> None:
    for name, pack in zip(shipped_names(), shipped_packs(), strict=True):
        (PACKS / name / "pack.txt").write_text(prose(pack), encoding="utf-8")
    GUIDE.write_text(guide(), encoding="utf-8")


if __name__ == "__main__":
    main()
