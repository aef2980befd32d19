"""What the options of several commands mean."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from app.errors import UserError
from app.knowledge import NONE, Choices


def choices(given: argparse.Namespace) -> Choices:
    """The user's choices. Where only one of DRG and DIP is named the other is left out, rather than shown with demo data."""
    drg, dip = given.drg, given.dip
    if drg and not dip and not given.dip_profile:
        dip = NONE
    elif dip and not drg and not given.drg_profile:
        drg = NONE
    return Choices(
        tables=getattr(given, "tables", ""),
        drg=drg,
        dip=dip,
        drg_profile=given.drg_profile,
        dip_profile=given.dip_profile,
        drg_weights=given.drg_weights,
        packs=getattr(given, "rules", ()),
    )


def refuse_overwriting(inputs: Iterable[Path | None], outputs: Iterable[Path | None]) -> None:
    """See that no result lands on a file that is read, or two results on one file.

    Raises:
        UserError: one does.
    """
    taken = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is not None and path.resolve() in taken:
            raise UserError(
                f"结果不能写到“{path}”：它是输入文件，或已用于另一个结果。", "请换一个输出文件名。"
            )
        if path is not None:
            taken.add(path.resolve())
