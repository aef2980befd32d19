"""How well a stay's fee and length fit the rows of a catalogue: what the region's own cases of each row looked like.

A catalogue publishes per row how many cases it was made from, their mean fee, its coefficient of variation and their mean
stay. Fees and stays of one row are spread log-normally; a row that publishes no spread is taken to spread as rows usually do.
Only ratios of these weights mean anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt

from coding_rules.case import Case
from coding_rules.relations import Group

USUAL_CV = 0.5
"""Spread of the fees of a row that publishes none."""
STAY_CV = 0.6
"""Spread of the stays of a row; catalogues publish the mean only."""
USUAL_CASES = 20.0
"""Cases of a row that publishes none: what most regions ask of a row to be listed."""
_OUTLYING = 12.0
"""Squared standard deviations after which further off is no more unlikely: high and low fees happen in every row."""
_EXTRA = 0.5
"""Each procedure done beyond a row's own makes the row half as likely."""
_UNTREATED = 0.02
"""Share of a conservative row's cases that had a procedure the catalogue does not name."""
_UNLISTED = Group("", mean_fee=600_000, cases=10.0, cv=1.0, mean_los=8.0)
"""What is assumed of cases outside every row: half of what it takes to be listed, of any fee and stay."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a stay cost (分) and how many days it took; ``None`` where the page does not say."""

    fee: int | None = None
    days: int | None = None

    @classmethod
    def of(cls, case: Case) -> Course:
        """The course of a case; a fee or stay of 0 says nothing."""
        return cls(case.fees.total or None, case.los or None)


@dataclass(frozen=True, slots=True)
class Support:
    """What a catalogue has for one reading of a case: how many cases, and their weight once fee and stay are looked at."""

    cases: float
    weight: float

    @property
    def listed(self) -> float:
        """The cases that the catalogue itself lists."""
        return self.cases - (_UNLISTED.cases or 0.0)

    @property
    def closeness(self) -> float:
        """How near fee and stay are to those cases (a density; only ratios mean anything)."""
        return self.weight / self.cases


@dataclass(frozen=True, slots=True)
class Operated:
    """How many of the cases with this diagnosis and a like course had a main procedure that is not filed, and which is nearest.

    ``share`` from 0 to 1; ``nearest`` is the row that weighs most, ``None`` when no row has such a procedure.
    """

    share: float
    nearest: Group | None


def support(groups: Iterable[Group], done: frozenset[str], course: Course) -> Support:
    """The rows' cases for a diagnosis with exactly these procedures (normalised codes), a few unlisted ones always among them."""
    cases, weight = _UNLISTED.cases or 0.0, _weight(_UNLISTED, course)
    for group in groups:
        part = _share_done(group, done)
        if part:
            cases += part * (group.cases or USUAL_CASES)
            weight += part * _weight(group, course)
    return Support(cases, weight)


def operated(groups: Iterable[Group], done: frozenset[str], course: Course) -> Operated:
    """Of the rows' cases with a like course: the share that had what was filed and a main procedure beside it."""
    complete, missing = _weight(_UNLISTED, course), 0.0
    nearest, most = None, 0.0
    for group in groups:
        if group.main and group.main not in done and done <= group.codes:
            weight = _weight(group, course)
            missing += weight
            if weight > most:
                nearest, most = group, weight
        else:
            complete += _share_done(group, done) * _weight(group, course)
    return Operated(missing / (missing + complete), nearest)


def _share_done(group: Group, done: frozenset[str]) -> float:
    """Which share of a row's cases may have looked like this: all, when just its procedures were done."""
    own = group.codes
    if own == done:
        return 1.0
    if not own:
        return _UNTREATED
    return float(_EXTRA ** (len(done) - len(own))) if own <= done else 0.0


def _weight(group: Group, course: Course) -> float:
    """Cases of a row by how near the course is to theirs."""
    weight = group.cases or USUAL_CASES
    if course.fee and group.mean_fee:
        weight *= _density(course.fee, group.mean_fee, group.cv or USUAL_CV)
    if course.days and group.mean_los:
        weight *= _density(course.days, group.mean_los, STAY_CV)
    return weight


def _density(value: float, mean: float, cv: float) -> float:
    """Log-normal density of ``value`` up to a factor, with tails that end at some three and a half standard deviations."""
    centre, spread = _curve(mean, cv)
    off = (log(value) - centre) / spread
    return exp(-min(off * off, _OUTLYING) / 2) / spread


@lru_cache(maxsize=20_000)
def _curve(mean: float, cv: float) -> tuple[float, float]:
    """Centre and spread of the logarithms; a spread under 0.2 comes from few cases and is not believed."""
    variance = max(log(1 + cv * cv), 0.04)
    return log(mean) - variance / 2, sqrt(variance)
