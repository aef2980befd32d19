"""A rule being written: what is wrong with it and where, how it reads, and what it would find in the open month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.progress import Progress
from app.rules.hospital_rules import PACK_ID
from coding_rules.case import Case
from coding_rules.checks.binding import BoundRule, bind
from coding_rules.checks.compiler import compile_rule
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.names import SELECTORS
from coding_rules.checks.pack import PackError, Rule
from coding_rules.checks.phrasing import phrase
from coding_rules.checks.syntax import RuleSyntaxError
from coding_rules.checks.view import CaseView
from coding_rules.codeset import CodeSet
from coding_rules.fields import FIELDS
from coding_rules.finding import Finding

_REQUIRED = (("title", "标题"), ("when", "条件"), ("message", "提示"), ("authority", "依据"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a rule. ``part`` is the field of ``Rule``; ``position`` the 0-based offset in a condition, else -1."""

    part: str
    reason: str
    position: int = -1


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would find: findings in case order, how many cases were looked at, and the column it misses in the others."""

    findings: tuple[Finding, ...]
    cases: int
    not_evaluated: int = 0
    column: str = ""


def problem_of(rule: Rule, engine: CheckEngine) -> Problem | None:
    """The first thing wrong with a rule, or ``None`` when it can be used."""
    for part, label in _REQUIRED:
        if not getattr(rule, part).strip():
            return Problem(part, f"请填写{label}。")
    if rule.each and rule.each not in SELECTORS:
        return Problem("each", f"没有“{rule.each}”这一组行。")
    try:
        compile_rule(rule.when, rule.each, _lists(engine), engine.env)
    except RuleSyntaxError as error:
        return Problem("when", error.reason, error.position)
    try:
        _bound(rule, engine)
    except PackError as error:
        return Problem("message" if "消息" in error.reason else "at", error.reason)
    return None


def reading(rule: Rule) -> str:
    """The condition of a sound rule in plain Chinese."""
    return phrase(rule)


def try_out(
    rule: Rule, engine: CheckEngine, cases: Sequence[Case], progress: Progress | None = None
) -> Trial:
    """Run a sound rule alone over cases.

    Raises:
        PackError: the rule is not sound (ask ``problem_of`` first).
        Cancelled: the user stopped it.
    """
    progress = progress or Progress()
    bound = _bound(rule, engine)
    found: list[Finding] = []
    skipped, column = 0, ""
    for done, case in enumerate(cases, start=1):
        lacking = bound.lacking(case.fields.header)
        if lacking:
            skipped, column = skipped + 1, column or lacking
        else:
            bound.run(CaseView(case), found)
        progress.report(done, len(cases), "正在试运行")
    label = FIELDS[column].label if column in FIELDS else column
    return Trial(tuple(found), len(cases), skipped, label)


def _bound(rule: Rule, engine: CheckEngine) -> BoundRule:
    return bind(replace(rule, pack=PACK_ID), _lists(engine), engine.env)


def _lists(engine: CheckEngine) -> dict[str, CodeSet]:
    return {key: codes for pack in engine.packs for key, codes in pack.lists.items()}
