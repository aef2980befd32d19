"""Pack: rules as data. Loaded from TOML, families expanded, every rule checked; what is wrong says file, rule and place."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from coding_rules.checks.pack_form import RULE, FormError, check_form, check_kinds
from coding_rules.codeset import CodeSet, CodeSetError
from coding_rules.finding import Severity
from icd_tables.validity import covers

CASE, MONTH = "case", "month"
CLASSES = ("A", "B", "C", "D", "-")
_MEMBER_KEYS = "members"


@dataclass(frozen=True, slots=True)
class PackIssue:
    """What is wrong with a pack: pack, rule ("" for the pack as a whole) and the reason in Chinese."""

    pack: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written. ``when`` is empty for rules over a month (``scope`` = month), which name a ``check`` instead.

    ``points`` are deducted from the 100-point score, ``class_`` is the A-D class of the 2016 standard ("-": not scored).
    ``item`` is the scored item it deducts from. ``at`` is where the eye goes: a capture, a selector, ``line`` or a field id.
    """

    id: str
    title: str
    severity: Severity
    message: str
    authority: str
    when: str = ""
    each: str = ""
    at: str = ""
    fix: tuple[str, ...] = ()
    class_: str = "-"
    points: float = 0.0
    item: str = ""
    needs: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    scope: str = CASE
    check: str = ""
    note: str = ""
    pack: str = ""

    def in_force(self, day: date | None) -> bool:
        """Whether the rule holds for a discharge on ``day`` (unknown day: it does)."""
        return covers(self.valid_from, self.valid_to, day)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number a hospital may set: id, default, unit and what it means."""

    id: str
    value: float
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Pack:
    """A set of rules with its code lists and thresholds. ``own_lists`` names the lists it brings, ``lists`` all it may use."""

    id: str
    title: str
    version: str
    rules: tuple[Rule, ...]
    lists: Mapping[str, CodeSet] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    description: str = ""
    retired: frozenset[str] = frozenset()
    own_lists: tuple[str, ...] = ()


class PackError(ValueError):
    """A pack that cannot be used; ``rule`` is empty for the pack as a whole, ``pointer`` shows the place in a predicate."""

    def __init__(self, pack: str, rule: str, reason: str, pointer: str = "") -> None:
        where = f"规则包 {pack}" + (f"，规则 {rule}" if rule else "")
        super().__init__(f"{where}：{reason}" + (f"\n{pointer}" if pointer else ""))
        self.pack, self.rule, self.reason, self.pointer = pack, rule, reason, pointer


def parse_pack(text: str, name: str) -> Pack:
    """Read a pack from TOML text; ``name`` is what errors call it.

    Raises:
        PackError: bad TOML, a missing or unknown key, a value of the wrong kind, an id used twice or retired.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(name, "", f"不是有效的 TOML（{error}）") from error
    try:
        check_form(data)
    except FormError as error:
        raise PackError(name, error.rule, error.reason) from error
    head = data.get("pack", {})
    lists = _lists(data.get("lists", {}), name)
    thresholds = tuple(
        Threshold(key, float(row["value"]), row["label"], row.get("unit", ""))
        for key, row in data.get("thresholds", {}).items()
    )
    pack_id = head.get("id", name)
    defaults = data.get("defaults", {})
    rules = tuple(_rule({**defaults, **row}, pack_id) for row in _rows(data))
    pack = Pack(
        pack_id,
        head.get("title", ""),
        str(head.get("version", "")),
        rules,
        lists,
        thresholds,
        head.get("description", ""),
        frozenset(head.get("retired", ())),
        tuple(lists),
    )
    _check_ids(pack)
    return pack


def _rows(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rules and expanded families in file order within each kind."""
    yield from data.get("rule", ())
    for family in data.get("family", ()):
        shared = {key: value for key, value in family.items() if key != _MEMBER_KEYS}
        for member in family[_MEMBER_KEYS]:
            yield _fill({**shared, **member}, member)


def _fill(row: dict[str, Any], member: Mapping[str, Any]) -> dict[str, Any]:
    """Put a member's values in place of ``${name}`` and drop the keys that are only such values."""
    filled: dict[str, Any] = {}
    for key, value in row.items():
        if key in RULE:
            filled[key] = _substitute(value, member)
    return filled


def _substitute(value: Any, member: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        for key, text in member.items():
            value = value.replace("${" + key + "}", str(text))
        return value
    return [_substitute(part, member) for part in value] if isinstance(value, list) else value


_REQUIRED = ("id", "title", "severity", "message", "authority")


def _rule(row: Mapping[str, Any], pack: str) -> Rule:
    rule_id = str(row.get("id", "?"))
    try:
        check_kinds(row, RULE, rule=rule_id)
    except FormError as error:
        raise PackError(pack, rule_id, error.reason) from error
    unknown = sorted(set(row) - set(RULE))
    missing = [key for key in _REQUIRED if not row.get(key)]
    if unknown or missing:
        problem = f"不认识的键 {', '.join(unknown)}" if unknown else f"缺少 {', '.join(missing)}"
        raise PackError(pack, rule_id, problem)
    if row["severity"] not in set(Severity):
        raise PackError(pack, rule_id, f"severity 应是 error、warning 或 hint，不是“{row['severity']}”")
    if row.get("class", "-") not in CLASSES:
        raise PackError(pack, rule_id, f"class 应是 A-D 或 -，不是“{row['class']}”")
    scope = row.get("scope", CASE)
    if (scope == CASE) == bool(row.get("check")) or (scope == CASE and not row.get("when")):
        raise PackError(pack, rule_id, "单份病案的规则要有 when，跨病案的规则（scope = month）要有 check")
    fix = row.get("fix", ())
    return Rule(
        id=rule_id,
        title=row["title"],
        severity=Severity(row["severity"]),
        message=row["message"],
        authority=row["authority"],
        when=row.get("when", ""),
        each=row.get("each", ""),
        at=row.get("at", ""),
        fix=(fix,) if isinstance(fix, str) else tuple(fix),
        class_=row.get("class", "-"),
        points=float(row.get("points", 0)),
        item=row.get("item", ""),
        needs=tuple(row.get("needs", ())),
        valid_from=row.get("valid_from"),
        valid_to=row.get("valid_to"),
        scope=scope,
        check=row.get("check", ""),
        note=row.get("note", ""),
        pack=pack,
    )


def _lists(rows: Mapping[str, Sequence[str]], name: str) -> dict[str, CodeSet]:
    try:
        return {key: CodeSet(parts) for key, parts in rows.items()}
    except CodeSetError as error:
        raise PackError(name, "", f"编码清单：{error}") from error


def _check_ids(pack: Pack) -> None:
    seen: set[str] = set()
    for rule in pack.rules:
        if rule.id in seen:
            raise PackError(pack.id, rule.id, "规则编号重复")
        if rule.id in pack.retired:
            raise PackError(pack.id, rule.id, "规则编号已停用，不得再用")
        seen.add(rule.id)


def _folder() -> Traversable:
    return resources.files("coding_rules.checks") / "packs"


def shipped_names() -> list[str]:
    """Names of the packs we ship, in reading order."""
    return sorted(entry.name for entry in _folder().iterdir() if (entry / "pack.toml").is_file())


def shipped_text(name: str, file: str) -> str:
    """The text of a file of a shipped pack."""
    return (_folder() / name / file).read_text(encoding="utf-8")


def shipped_packs() -> tuple[Pack, ...]:
    """All packs we ship. Code lists are shared: a rule may use a list of any shipped pack.

    Raises:
        PackError: see ``parse_pack``.
    """
    packs = [parse_pack(shipped_text(name, "pack.toml"), name) for name in shipped_names()]
    lists = {key: codes for pack in packs for key, codes in pack.lists.items()}
    return tuple(replace(pack, lists=lists) for pack in packs)


def verify_all() -> list[PackIssue]:
    """Everything wrong with the shipped packs (see ``verify.verify_shipped``); empty when all is well."""
    from coding_rules.checks.verify import verify_shipped  # the engine behind it imports this module

    return verify_shipped()
