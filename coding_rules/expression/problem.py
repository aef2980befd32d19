"""RuleProblem: what is wrong in a rule, and where, as a value; RuleError carries one out of the parser."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One mistake in a rule: 0-based ``offset`` and ``length`` in the rule text, and the Chinese sentence for it."""

    message: str
    offset: int = 0
    length: int = 1

    def pointer(self, text: str) -> str:
        """The rule with a line of ``^`` below the mistake, aligned for a fixed-width font (Chinese takes two columns)."""
        pad = "".join("　" if _wide(char) else " " for char in text[: self.offset])
        marked = text[self.offset : self.offset + self.length] or " "
        carets = "".join("^^" if _wide(char) else "^" for char in marked)
        return f"    {text}\n    {pad}{carets}"


class RuleError(Exception):
    """The rule cannot be read; ``problem`` says why and where."""

    def __init__(self, problem: RuleProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
