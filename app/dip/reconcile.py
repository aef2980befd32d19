"""Reconcile with the bureau: its grouping or settlement return file beside our own results, case by case.

Cases are matched by 结算清单流水号, 病案号 or 住院号; where a number repeats, by day of discharge and total fee; where no number is
known to us, by day of discharge, total fee and name together. Every difference names the first thing that differs, and for another
group the step of our path that decided against it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.dip.return_file import COLUMN_NAMES, KEYS, BureauFile, BureauRow, column_named
from app.progress import Progress
from app.review import CaseResult, Scored
from coding_rules.grouper.grouping import System
from coding_rules.settlement.figures import show_money, show_ratio, tell, yuan
from coding_rules.settlement.settlement import Band, Settlement

_BANDS = (
    ("极", Band.EXTREME),
    ("低", Band.LOW),
    ("高", Band.HIGH),
    ("正常", Band.NORMAL),
    ("未入组", Band.UNGROUPED),
)
_NUMBER_NAMES = {"visit": "流水号", "record": "病案号", "admission": "住院号"}
BY_DAY_AND_FEE = "出院日期、总费用"
RATIO_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that differs, in the order of ``COLUMN_NAMES``. ``step`` says where in our path, or why."""

    what: str
    ours: str
    theirs: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class ReconciledCase:
    """A case that both sides have; ``matched_by`` says by which number, ``ours`` is our result."""

    case_id: str
    row: BureauRow
    ours: CaseResult
    differences: tuple[Difference, ...]
    matched_by: str = ""

    @property
    def first(self) -> Difference | None:
        """Where the two first part, or ``None`` when all agrees."""
        return self.differences[0] if self.differences else None


@dataclass(frozen=True)
class Reconciliation:
    """Both sides together.

    ``only_theirs`` rows of the file that no case of ours fits, ``ambiguous`` rows that fit several cases, ``repeated`` rows for a case
    that another row already has.
    """

    cases: tuple[ReconciledCase, ...]
    only_ours: tuple[CaseResult, ...]
    only_theirs: tuple[BureauRow, ...]
    ambiguous: tuple[BureauRow, ...]
    repeated: tuple[BureauRow, ...] = ()

    @property
    def agreeing(self) -> int:
        """Cases without any difference."""
        return sum(not case.differences for case in self.cases)

    def counts(self) -> Mapping[str, int]:
        """How many cases first part at 分组, 分值 and so on."""
        return Counter(case.first.what for case in self.cases if case.first)


def reconcile(
    results: Iterable[CaseResult],
    returned: BureauFile,
    system: System,
    tolerance: Decimal = Decimal("0.01"),
    progress: Progress | None = None,
) -> Reconciliation:
    """Match and compare. ``tolerance`` is in points and in yuan.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    ours = list(results)
    index = _Index(ours)
    matched: list[ReconciledCase] = []
    left: dict[str, list[BureauRow]] = {"only": [], "ambiguous": [], "repeated": []}
    for done, row in enumerate(returned.rows, start=1):
        place, matched_by, fate = index.find(row)
        if place is None:
            left[fate].append(row)
        else:
            result = ours[place]
            scored = result.dip if system is System.DIP else result.drg
            differences = tuple(_differences(scored, row, returned.columns, tolerance))
            matched.append(ReconciledCase(result.case.case_id, row, result, differences, matched_by))
        progress.report(done, len(returned.rows), "正在按病例比对")
    unmatched = tuple(ours[place] for place in index.free())
    return Reconciliation(
        tuple(matched), unmatched, tuple(left["only"]), tuple(left["ambiguous"]), tuple(left["repeated"])
    )


class _Index:
    """Our cases by every number of theirs, as written and without leading zeros; each is found once."""

    def __init__(self, ours: Sequence[CaseResult]) -> None:
        self._ours = ours
        self._taken: set[int] = set()
        self._by_number: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_day_and_fee: dict[tuple[object, int | None], list[int]] = defaultdict(list)
        for place, result in enumerate(ours):
            for key, number in set(_numbers_of(result)):
                for written in {number, _bare(number)}:
                    self._by_number[key, written].append(place)
            case = result.case
            day = case.discharged.date() if case.discharged else None
            self._by_day_and_fee[day, case.fees.total].append(place)

    def find(self, row: BureauRow) -> tuple[int | None, str, str]:
        """The place of the case, by what it was found, and otherwise what becomes of the row."""
        fate = "only"
        for key in KEYS:
            places = self._places(key, row.numbers.get(key, ""))
            free = [place for place in places if place not in self._taken]
            if places and not free:
                fate = "repeated"
            if free:
                chosen = self._narrowed(free, row)
                if len(chosen) == 1:
                    return self._take(chosen[0]), _NUMBER_NAMES[key], ""
                fate = "ambiguous"
        if fate != "only":
            return None, "", fate
        places = self._by_discharge(row)
        return (self._take(places[0]), BY_DAY_AND_FEE, "") if len(places) == 1 else (None, "", fate)

    def free(self) -> Iterator[int]:
        """The cases that no row found."""
        return (place for place in range(len(self._ours)) if place not in self._taken)

    def _take(self, place: int) -> int:
        self._taken.add(place)
        return place

    def _places(self, key: str, number: str) -> Sequence[int]:
        """Bureau files call the numbers as they please: a record number may stand under 住院号 and the other way round."""
        if not number:
            return ()
        for written in (number, _bare(number)):
            for kind in (key, *(each for each in KEYS if each != key)):
                if found := self._by_number.get((kind, written)):
                    return found
        return ()

    def _narrowed(self, places: Sequence[int], row: BureauRow) -> Sequence[int]:
        """Of several cases with one number, those discharged that day, then those of that fee."""
        if len(places) == 1:
            return places
        for fits in (self._same_day, self._same_fee):
            closer = [place for place in places if fits(place, row)]
            places = closer or places
            if len(places) == 1:
                break
        return places

    def _same_day(self, place: int, row: BureauRow) -> bool:
        day = self._ours[place].case.discharged
        return row.discharged is not None and day is not None and day.date() == row.discharged

    def _same_fee(self, place: int, row: BureauRow) -> bool:
        return row.fee is not None and self._ours[place].case.fees.total == row.fee

    def _by_discharge(self, row: BureauRow) -> list[int]:
        """Cases of that day and fee, of that name where both sides have one; only a single one counts."""
        if row.discharged is None or row.fee is None:
            return []
        places = self._by_day_and_fee.get((row.discharged, row.fee), ())
        return [
            place
            for place in places
            if place not in self._taken and _same_name(self._ours[place].case.name, row.name)
        ]


def _numbers_of(result: CaseResult) -> Iterator[tuple[str, str]]:
    """The numbers of a case of ours by kind; a 流水号 where the hospital's own table has such a column."""
    case = result.case
    for key, number in (
        ("record", case.record_no),
        ("record", case.case_id),
        ("admission", case.admission_no),
    ):
        if number.strip():
            yield key, number.strip()
    for name in case.fields:
        if column_named(name) == "visit" and case.fields[name].strip():
            yield "visit", case.fields[name].strip()


def _same_name(ours: str, theirs: str) -> bool:
    """Names agree, or one side has none; bureaus often blank out a character: 张*明."""
    if not ours or not theirs:
        return True
    pattern = "".join("." if character in "*＊○x" else re.escape(character) for character in theirs)
    return re.fullmatch(pattern, ours) is not None


def _bare(number: str) -> str:
    """Bureau files lose leading zeros as spreadsheets do; what is left is marked so as not to meet a written number."""
    return "~" + (number.strip().upper().lstrip("0") or "0")


def _differences(
    scored: Scored | None, row: BureauRow, columns: frozenset[str], tolerance: Decimal
) -> Iterator[Difference]:
    if scored is None:
        yield Difference("分组", "未分组", row.group or "—", "本机没有装入对应的分组方案")
        return
    compared = (
        _group_difference(scored, row) if "group" in columns else None,
        _points_difference(scored, row, tolerance),
        *_settled_differences(scored, row, tolerance),
    )
    yield from (each for each in compared if each is not None)


def _group_difference(scored: Scored, row: BureauRow) -> Difference | None:
    ours = scored.grouping.group
    if _code(row.group) == _code(ours):
        return None
    return Difference("分组", ours or "未入组", row.group or "未入组", _group_step(scored, row.group))


def _points_difference(scored: Scored, row: BureauRow, tolerance: Decimal) -> Difference | None:
    """Some bureaus return the points of the group, some those of the case; either counts as agreeing."""
    settled = scored.settlement.points if scored.settlement else None
    own = (settled, scored.grouping.points, scored.grouping.weight)
    ours = [each for each in own if each is not None]
    theirs = row.points
    if theirs is None or not ours or any(abs(each - theirs) <= tolerance for each in ours):
        return None
    step = _figure(scored, "结算分值", "结算点数", "结算权重", "病种分值", "基准点数", "权重")
    return Difference("分值", tell(ours[0]), tell(theirs), step)


def _settled_differences(scored: Scored, row: BureauRow, tolerance: Decimal) -> Iterator[Difference | None]:
    settled = scored.settlement
    if settled is None:
        return
    yield _ratio_difference(scored, settled, row)
    yield _band_difference(scored, settled, row)
    for column in ("standard", "amount", "fund"):
        ours, theirs, what = getattr(settled, column), getattr(row, column), COLUMN_NAMES[column]
        if ours is not None and theirs is not None and abs(ours - theirs) > tolerance * 100:
            figure = _figure(scored, "医保应付" if column == "fund" else what)
            yield Difference(what, show_money(yuan(ours)), show_money(yuan(theirs)), figure)


def _ratio_difference(scored: Scored, settled: Settlement, row: BureauRow) -> Difference | None:
    ours, theirs = settled.ratio, row.ratio
    if ours is None or theirs is None or abs(ours - theirs) <= RATIO_TOLERANCE:
        return None
    return Difference("倍率", show_ratio(ours), show_ratio(theirs), _figure(scored, "倍率"))


def _band_difference(scored: Scored, settled: Settlement, row: BureauRow) -> Difference | None:
    theirs = next((band for word, band in _BANDS if word in row.band), None) if row.band else None
    if theirs is None or theirs is settled.band:
        return None
    if theirs is Band.HIGH and settled.band is Band.EXTREME:
        return None  # many bureaus know no band beyond the high one
    return Difference("倍率区间", settled.band.value, row.band, _figure(scored, "倍率区间", "倍率"))


def _code(code: str) -> str:
    return re.sub(r"\s", "", code).upper().replace("未入组", "")


def _group_step(scored: Scored, theirs: str) -> str:
    """The step of our path that speaks of the bureau's group, or the one that decided."""
    wanted = _code(theirs)
    for step in scored.grouping.path:
        if wanted and not step.held and _code(step.text).startswith(wanted + "："):
            return f"{step.stage}：{step.text}"
    if not scored.grouping.grouped:
        return scored.grouping.reason
    last = next((step for step in reversed(scored.grouping.path) if step.held), None)
    decided = f"本机在“{last.stage}”一步定为 {last.text}" if last else ""
    return f"{decided}；路径中没有出现 {theirs}" if theirs else decided


def _figure(scored: Scored, *labels: str) -> str:
    """The formula of ours behind a figure."""
    figures = {figure.label: figure for figure in scored.settlement.figures} if scored.settlement else {}
    found = next((figures[label] for label in labels if label in figures), None)
    return f"{found.label}：{found.formula}" if found else ""
