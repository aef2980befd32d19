"""Finding: what is wrong with a case, why, by whose authority, and the repair where one follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coding_rules.edit import Edit


class Severity(StrEnum):
    """How serious a finding is."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"

    @property
    def label(self) -> str:
        """Chinese label for the screen."""
        return {"error": "错误", "warning": "警告", "hint": "提示"}[self.value]

    @property
    def rank(self) -> int:
        """0 for the most serious, to sort by."""
        return ("error", "warning", "hint").index(self.value)


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: a label for the button and the edits it makes."""

    label: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement about one case.

    ``field`` is the N041/HQMS field id the eye should go to (``JBDM``, ``SSJCZBM2``; empty: the whole case); its number counts
    the lines of the case, not those of a form with gaps (see ``lines``). ``code`` is the code concerned. ``message`` is one
    Chinese sentence with the evidence in it; ``authority`` names document and topic.
    """

    rule_id: str
    severity: Severity
    case_id: str
    title: str
    message: str
    field: str = ""
    code: str = ""
    authority: str = ""
    fixes: tuple[Fix, ...] = ()
