"""What the options of several commands mean."""

from __future__ import annotations

import argparse

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
        packs=getattr(given, "rules", ()),
    )
