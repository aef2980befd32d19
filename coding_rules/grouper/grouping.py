"""Grouping: the answer of a grouper with the path of Steps that led there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

WORTH = "权重"
"""Stage of the step that says which table gave a group its weight: no step on the way to the group."""
VERSION = "方案版本"
"""Stage of the step that says which version of a scheme grouped the case: no step on the way either."""


class System(StrEnum):
    """Which payment system a grouping belongs to."""

    DRG = "DRG"
    DIP = "DIP"


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on the way to a group.

    ``stage`` names the decision (MDC, ADRG, DRG, MCC/CC, 核心, 综合, ...), ``text`` is the Chinese sentence for the coder,
    ``held`` whether the rule held, ``rule`` the rule as written, ``codes`` the codes that decided, ``source`` the table row
    that says so ("adrg.csv 第 12 行").
    """

    stage: str
    text: str
    held: bool = True
    rule: str = ""
    codes: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class TableRate:
    """What a weight table pays for a weight of 1, in yuan, to one ``insurance`` ("" any), and the row that says so."""

    value: Decimal
    insurance: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group of one case under one scheme.

    ``group`` is the DRG or DIP code ("" when ungrouped, then ``reason`` says why). ``mdc`` and ``adrg`` only for DRG; ``kind``
    for DIP: 核心 / 基层 / 中医 / 综合. ``weight`` is the relative weight, ``points`` the score (分值); ``None`` means the scheme
    carries none ("无权重数据"), never 0. ``mean_fee`` in 分, ``mean_los`` in days,
    ``rates`` what the weight table pays for a weight of 1. ``demo`` marks demonstration data.
    """

    system: System
    scheme: str
    group: str
    name: str = ""
    mdc: str = ""
    adrg: str = ""
    kind: str = ""
    weight: Decimal | None = None
    points: Decimal | None = None
    mean_fee: int | None = None
    mean_los: Decimal | None = None
    reason: str = ""
    path: tuple[Step, ...] = ()
    demo: bool = False
    rates: tuple[TableRate, ...] = ()

    @property
    def grouped(self) -> bool:
        """Whether the case reached a group."""
        return bool(self.group)

    @property
    def chain(self) -> str:
        """The steps that held as one line: ``主诊断 I21.0 → MDCF → FR2 → 伴 MCC → FR21``."""
        return " → ".join(step.text for step in self.path if step.held and step.stage not in (VERSION, WORTH))

    def rate_for(self, insurance: str) -> TableRate | None:
        """The table's rate for an insurance, else its rate for all."""
        by_insurance = {rate.insurance: rate for rate in self.rates}
        return by_insurance.get(insurance, by_insurance.get(""))
