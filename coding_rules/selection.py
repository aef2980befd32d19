"""Which diagnosis and which procedure should lead: a reasoned suggestion, never an order.

Two standards differ and both are offered: the front page (2016) and the settlement list (2021). Each suggestion cites the
topic of the rule that weighed most and says its confidence in words. The signals are what the front page itself shows:
procedures and the diagnoses they go with, the reason for admission, the department, 入院病情, and the nature of the codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coding_rules import clinical_lists as lists
from coding_rules.case import Case
from coding_rules.codeset import CodeSet
from coding_rules.insurance_codes import CodeMapper
from coding_rules.relations import Relations
from coding_rules.signals import Signal, make_setting, with_supports
from coding_rules.signals_main import PROCEDURE_SIGNALS
from coding_rules.signals_principal import DIAGNOSIS_SIGNALS, conditions, nature_of


class Standard(StrEnum):
    """By which rules the principal diagnosis is chosen."""

    FRONT_PAGE = "首页2016"
    SETTLEMENT = "清单2021"


class Confidence(StrEnum):
    """How sure a suggestion is, in words."""

    KEEP = "维持"
    POSSIBLE = "可能"
    LIKELY = "较有把握"


_TITLES = {
    Standard.FRONT_PAGE: "住院病案首页数据填写质量规范（暂行）（2016）：主要诊断选择",
    Standard.SETTLEMENT: "医疗保障基金结算清单填写规范（2021）：主要诊断选择",
}
_PROCEDURE_TITLES = {
    Standard.FRONT_PAGE: "住院病案首页数据填写质量规范（暂行）（2016）：手术操作的填写次序",
    Standard.SETTLEMENT: "医疗保障基金结算清单填写规范（2021）：手术操作的填写次序",
}
_FILED_FIRST = 1.5
"""What it takes to speak against the line a physician put first."""
_FILED_FIRST_WITH_CASES = 0.5
"""The same where a catalogue has cases that speak for the filed line too. Weights are about natural logarithms of odds."""
_LIKELY = 1.5
_POSSIBLE = 0.5
_SAYS = 0.5
"""A reason that weighs less is not worth a sentence."""
_AROSE_IN_STAY = {Standard.FRONT_PAGE: -1.5, Standard.SETTLEMENT: -4.0}
"""What 入院病情 4 weighs: the settlement list excludes it from leading, the front page does not say so."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which line should lead. ``index`` is 0-based; 0 with confidence ``KEEP`` means the filed one stands.

    ``reason`` joins the sentences that speak for it, ``rule`` names document and topic, ``signals`` hold all reasons.
    """

    index: int
    reason: str
    rule: str
    confidence: Confidence
    standard: Standard
    signals: tuple[Signal, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether the filed line stands."""
        return self.index == 0


def suggest_principal(
    case: Case,
    relations: Relations | None = None,
    terminology: CodeMapper | None = None,
    standard: Standard = Standard.FRONT_PAGE,
) -> Suggestion:
    """Which diagnosis line should be principal, and why.

    ``relations`` (learned from a catalogue) and ``terminology`` (to ask them in 医保版 codes) sharpen it; both may be absent.
    """
    setting = with_supports(make_setting(case, relations, terminology))
    signals = [signal for ask in DIAGNOSIS_SIGNALS for signal in ask(setting)]
    signals.extend(conditions(setting, _AROSE_IN_STAY[standard]))
    barred = _barred(setting.diagnoses[0]) if setting.diagnoses else ()
    candidates = [i for i, code in enumerate(setting.diagnoses) if code and nature_of(code) not in barred]
    filed_first = _FILED_FIRST_WITH_CASES if setting.supports else _FILED_FIRST
    return _decide(signals, candidates, standard, _TITLES[standard], filed_first)


def _barred(filed: str) -> tuple[CodeSet, ...]:
    """Codes never to be suggested: those that cannot lead, and background conditions for anything but one of their kind."""
    weak = nature_of(filed) in (lists.NEVER_PRINCIPAL, lists.BACKGROUND)
    return (lists.NEVER_PRINCIPAL,) if weak else (lists.NEVER_PRINCIPAL, lists.BACKGROUND)


def suggest_main_procedure(
    case: Case,
    relations: Relations | None = None,
    terminology: CodeMapper | None = None,
    standard: Standard = Standard.FRONT_PAGE,
) -> Suggestion:
    """Which procedure line should stand first, and why; arguments as in ``suggest_principal``."""
    setting = make_setting(case, relations, terminology)
    signals = [signal for ask in PROCEDURE_SIGNALS for signal in ask(setting)]
    candidates = [i for i, code in enumerate(setting.procedures) if code and code not in lists.NEVER_MAIN]
    return _decide(signals, candidates, standard, _PROCEDURE_TITLES[standard])


def _decide(
    signals: Sequence[Signal],
    candidates: Sequence[int],
    standard: Standard,
    rule: str,
    filed_first: float = _FILED_FIRST,
) -> Suggestion:
    weights: dict[int, float] = {0: filed_first}
    for signal in signals:
        weights[signal.index] = weights.get(signal.index, 0.0) + signal.weight
    best = max(candidates, key=lambda i: (weights.get(i, 0.0), -i), default=0)
    lead = weights.get(best, 0.0) - weights[0]
    if best == 0 or lead < _POSSIBLE:
        return Suggestion(0, "", rule, Confidence.KEEP, standard, tuple(signals))
    telling = [
        s for s in signals if (s.index == best and s.weight >= _SAYS) or (s.index == 0 and s.weight <= -_SAYS)
    ]
    reason = "；".join(s.reason for s in sorted(telling, key=lambda s: -abs(s.weight)))
    confidence = Confidence.LIKELY if lead >= _LIKELY else Confidence.POSSIBLE
    return Suggestion(best, reason, rule, confidence, standard, tuple(signals))
