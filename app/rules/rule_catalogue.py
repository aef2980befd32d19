"""The rule library: every rule of every pack with its state, its text in plain Chinese, its examples and what it found in the month."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.facets import Facet
from app.rules.hospital_rules import PACK_ID, HospitalRules
from coding_rules.checks.month import MONTH_CHECKS
from coding_rules.checks.names import ATTRIBUTES, SELECTORS, VALUES
from coding_rules.checks.pack import MONTH, Pack, Rule, Threshold, shipped_names, shipped_packs, shipped_text
from coding_rules.checks.phrasing import phrase
from coding_rules.fields import FIELDS
from coding_rules.finding import Finding, Severity

_THRESHOLD = re.compile(r"\$([a-z_]\w*)")
_CAPTURE = re.compile(r"\bas ([a-z_]\w*)")
_SLOT = re.compile(r"\{([^{}]*)\}")
_SLOT_WORDS = {
    "line": "该行",
    "place": "位置",
    "near": "相近的编码",
    "table": "编码表",
    "standard": "标准名称",
    "other": "另一编码",
    "better": "更合适的",
    "why": "理由",
    "period": "有效期",
    "days": "天数",
}
_SPECIAL = {
    "dx": "诊断",
    "px": "手术操作",
    "outpatient": "门（急）诊诊断",
    "external": "外部原因",
    "pathology": "病理诊断",
    "without": "文件缺列",
    "edition": "编码版本",
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the library. ``rule`` is as its pack wrote it, ``severity`` as it is graded now.

    ``hits`` and ``cases`` count the findings in the open month and the cases that have one; ``None`` where nothing was
    checked, the rule is off, or it could not be judged; ``lacking`` then says what it misses.
    """

    rule: Rule
    pack: str
    severity: Severity
    on: bool = True
    hits: int | None = None
    cases: int | None = None
    lacking: str = ""

    @property
    def own(self) -> bool:
        """Whether it is a rule of the hospital's own."""
        return self.rule.pack == PACK_ID

    @property
    def changed(self) -> bool:
        """Whether the hospital switched it off or graded it otherwise."""
        return not self.on or self.severity is not self.rule.severity

    @property
    def text(self) -> str:
        """What a search looks through: id, title, condition, message, authority."""
        rule = self.rule
        return (
            f"{rule.id} {rule.title} {condition(rule)} {rule.message} {rule.authority} {rule.note}".casefold()
        )


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """A threshold: its pack, the default, the value in force and the rules that use it."""

    threshold: Threshold
    pack: str
    value: float
    rules: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether the hospital set another value."""
        return self.value != self.threshold.value


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One example of a rule in words: it must fire on it, or must pass it."""

    fires: bool
    text: str


def catalogue(
    packs: Iterable[Pack],
    hospital: HospitalRules,
    findings: Sequence[Sequence[Finding]] | None = None,
    lacking: Mapping[str, str] | None = None,
) -> list[RuleLine]:
    """All rules in the order of their packs.

    ``findings``: those of each case of the open month, if it was reviewed; ``lacking``: what rules miss that no case of it
    could be judged by, a column's id or the name of what is not loaded.
    """
    lacking = lacking or {}
    hits: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for found in findings or ():
        ids = [finding.rule_id for finding in found]
        hits.update(ids)
        cases.update(set(ids))
    lines = []
    for pack in packs:
        for rule in pack.rules:
            on = rule.id not in hospital.off
            missed = lacking.get(rule.id, "") if on and findings is not None else ""
            counted = on and findings is not None and not missed
            lines.append(
                RuleLine(
                    rule,
                    pack.title or pack.id,
                    hospital.severity.get(rule.id, rule.severity),
                    on,
                    hits[rule.id] if counted else None,
                    cases[rule.id] if counted else None,
                    _missed(missed),
                )
            )
    return lines


def thresholds(packs: Sequence[Pack], hospital: HospitalRules) -> list[ThresholdLine]:
    """All thresholds in the order of their packs."""
    users: dict[str, list[str]] = {}
    for pack in packs:
        for rule in pack.rules:
            for name in _spoken(rule):
                users.setdefault(name, []).append(rule.id)
    return [
        ThresholdLine(
            threshold,
            pack.title,
            hospital.thresholds.get(threshold.id, threshold.value),
            tuple(users.get(threshold.id, ())),
        )
        for pack in packs
        for threshold in pack.thresholds
    ]


@lru_cache(maxsize=4096)
def condition(rule: Rule) -> str:
    """The condition in plain Chinese."""
    return phrase(rule)


def message(rule: Rule) -> str:
    """The message with the names of what is filled in: ``{line.code}`` as 〔编码〕, ``{age}`` as 〔年龄（岁）〕."""
    captured = set(_CAPTURE.findall(rule.when))
    return _SLOT.sub(
        lambda found: "〔所指的编码〕" if found[1] in captured else f"〔{_slot(found[1])}〕", rule.message
    )


def _slot(name: str) -> str:
    owner, _, attribute = name.partition(".")
    if attribute in ATTRIBUTES:
        return ATTRIBUTES[attribute].label
    if name in VALUES:
        return VALUES[name].label
    if owner in SELECTORS:
        return SELECTORS[owner].label
    return _SLOT_WORDS.get(name) or (FIELDS[name].label if name in FIELDS else name.lstrip("$"))


def source(rule: Rule) -> str:
    """The document a rule cites, without the topic after the colon, for grouping."""
    return re.split(r"[：；]", rule.authority, maxsplit=1)[0].strip()


@lru_cache(maxsize=1)
def _shipped_folders() -> Mapping[str, str]:
    """The folder of each shipped pack by its id; reading all packs takes a tenth of a second."""
    return dict(zip((pack.id for pack in shipped_packs()), shipped_names(), strict=True))


@lru_cache(maxsize=64)
def _shipped_examples(pack_id: str) -> Mapping[str, tuple[ExampleLine, ...]]:
    """Examples of a shipped pack by rule id; none for other packs."""
    names = _shipped_folders()
    if pack_id not in names:
        return {}
    found: dict[str, list[ExampleLine]] = {}
    for row in tomllib.loads(shipped_text(names[pack_id], "cases.toml")).get("example", ()):
        found.setdefault(row["rule"], []).extend(_examples(row))
    return {rule: tuple(lines) for rule, lines in found.items()}


def examples(rule: Rule) -> tuple[ExampleLine, ...]:
    """The examples a shipped rule is tested with, each told as its difference from a faultless front page."""
    return _shipped_examples(rule.pack).get(rule.id, ())


def _examples(row: Mapping[str, Any]) -> Iterator[ExampleLine]:
    for key, fires in (("fire", True), ("pass", False)):
        value = row.get(key, ())
        for change in value if isinstance(value, list) else [value]:
            cases = change.get("cases", [change])
            texts = [_told(case) for case in cases]
            yield ExampleLine(fires, "；另一份：".join(texts))


def _told(change: Mapping[str, Any]) -> str:
    if not change:
        return "一份没有差错的首页"
    return "，".join(f"{_label(key)}：{_value(value)}" for key, value in change.items() if key != "case_id")


def _label(key: str) -> str:
    if key in _SPECIAL:
        return _SPECIAL[key]
    return FIELDS[key].label if key in FIELDS else key


def _value(value: object) -> str:
    if isinstance(value, list):
        return "、".join(_value(one) for one in value) or "（无）"
    if isinstance(value, Mapping):
        return " ".join(str(one) for one in value.values())
    return str(value) or "（空）"


def _missed(what: str) -> str:
    """What a rule misses, in words: the label of a column with its id, or what is not loaded."""
    return (
        f"文件缺“{FIELDS[what].label}”（{what}）列" if what in FIELDS else f"没有载入{what}" if what else ""
    )


def _spoken(rule: Rule) -> set[str]:
    """Thresholds a rule reads: those it writes as ``$name``, and those the check across cases that it names asks for."""
    if rule.scope == MONTH:
        return set(MONTH_CHECKS[rule.check].thresholds)
    return set(_THRESHOLD.findall(f"{rule.when} {rule.message}"))


def _states(line: RuleLine) -> tuple[str, ...]:
    states = ["启用" if line.on else "停用"]
    if line.severity is not line.rule.severity:
        states.append("已改级")
    return (*states, "自订") if line.own else tuple(states)


def _found(line: RuleLine) -> tuple[str, ...]:
    if line.hits is None:
        return ("未评价",)
    return ("有发现",) if line.hits else ("没有发现",)


FACETS: tuple[Facet[RuleLine], ...] = (
    Facet("pack", "类别", lambda line: (line.pack,)),
    Facet("severity", "级别", lambda line: (line.severity.label,), tuple(one.label for one in Severity)),
    Facet("state", "状态", _states, ("启用", "停用", "已改级", "自订")),
    Facet("hits", "本月", _found, ("有发现", "没有发现", "未评价")),
    Facet("authority", "依据", lambda line: (source(line.rule),)),
)
"""How the library is divided."""
