"""What the hospital says about the rules: switched off, re-graded, thresholds, rules of its own; one file in the user's data folder.

Kept apart from the shipped packs, so that an update changes neither. The file is a rule pack with one table more (``overrides``)
and may be read, carried to another machine or mended by hand.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from app.errors import UserError
from app.files import safe_write
from app.paths import data_dir
from app.toml_text import dumps
from coding_rules.checks.overrides import Overrides
from coding_rules.checks.pack import Pack, Rule, parse_pack
from coding_rules.finding import Severity

FILE_NAME = "本院规则.toml"
PACK_ID, PACK_TITLE = "own", "本院规则"
ID_PREFIX = "OWN-"


@dataclass(frozen=True)
class HospitalRules:
    """Everything the hospital set. Immutable: the methods give a new value; ids of deleted own rules are never used again."""

    off: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    retired: frozenset[str] = frozenset()

    @property
    def pack(self) -> Pack:
        """The hospital's own rules as a pack."""
        return Pack(PACK_ID, PACK_TITLE, "", self.rules, retired=self.retired)

    def overrides(self) -> Overrides:
        """As the engine takes them."""
        return Overrides(self.off, self.severity, self.thresholds, (self.pack,) if self.rules else ())

    def switched(self, rule_id: str, on: bool) -> HospitalRules:
        """With a rule switched on or off."""
        return replace(self, off=self.off - {rule_id} if on else self.off | {rule_id})

    def graded(self, rule: Rule, severity: Severity) -> HospitalRules:
        """With a rule graded; its own grade is no override."""
        rest = {key: value for key, value in self.severity.items() if key != rule.id}
        return replace(self, severity=rest if severity is rule.severity else {**rest, rule.id: severity})

    def limited(self, threshold: str, value: float | None) -> HospitalRules:
        """With a threshold set; ``None`` for the default."""
        rest = {key: number for key, number in self.thresholds.items() if key != threshold}
        return replace(self, thresholds=rest if value is None else {**rest, threshold: value})

    def with_rule(self, rule: Rule) -> HospitalRules:
        """With a rule of the hospital's own, added or in place of the one of that id."""
        rule = replace(rule, pack=PACK_ID)
        if any(known.id == rule.id for known in self.rules):
            return replace(self, rules=tuple(rule if known.id == rule.id else known for known in self.rules))
        return replace(self, rules=(*self.rules, rule))

    def without_rule(self, rule_id: str) -> HospitalRules:
        """Without a rule of its own and without what was set for it."""
        return replace(
            self,
            off=self.off - {rule_id},
            severity={key: value for key, value in self.severity.items() if key != rule_id},
            rules=tuple(rule for rule in self.rules if rule.id != rule_id),
            retired=self.retired | {rule_id},
        )

    def next_id(self, known: Iterable[str] = ()) -> str:
        """An id for a new rule that none has or had; ``known`` are the ids of other packs."""
        taken = {*known, *self.retired, *(rule.id for rule in self.rules)}
        number = 1
        while f"{ID_PREFIX}{number:03d}" in taken:
            number += 1
        return f"{ID_PREFIX}{number:03d}"

    @property
    def summary(self) -> str:
        """What was set, in a few words; empty for nothing."""
        counted = (
            (len(self.off), "停用 {} 条"),
            (len(self.severity), "改级 {} 条"),
            (len(self.thresholds), "改阈值 {} 项"),
            (len(self.rules), "自订 {} 条"),
        )
        return "，".join(text.format(number) for number, text in counted if number)


def load_hospital_rules(path: Path | None = None) -> HospitalRules:
    """What the hospital set; nothing when it set nothing yet.

    Raises:
        UserError: the file is there but cannot be used; it says why. It is never set aside in silence: without it the
            review would judge by other rules than the hospital decided.
    """
    path = path or data_dir() / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return HospitalRules()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"无法读取本院规则：{path}", "请检查文件权限和编码（UTF-8），或移走该文件后重试。"
        ) from error
    try:
        pack = parse_pack(text, PACK_ID)
        set_ = Overrides.of(tomllib.loads(text).get("overrides", {}))
    except ValueError as error:  # a PackError is one, and what the overrides say
        raise UserError(
            f"本院规则无法使用（{path}）：{error}", "请按提示改正该文件，或移走它后在“规则库”中重新设置。"
        ) from error
    rules = tuple(replace(rule, pack=PACK_ID) for rule in pack.rules)
    return HospitalRules(set_.off, set_.severity, set_.thresholds, rules, pack.retired)


def save_hospital_rules(rules: HospitalRules, path: Path | None = None) -> None:
    """Write it all or nothing.

    Raises:
        UserError: the file cannot be written; the old one stays.
    """
    path = path or data_dir() / FILE_NAME
    head: dict[str, object] = {
        "pack": {"id": PACK_ID, "title": PACK_TITLE, "retired": sorted(rules.retired)},
        "overrides": rules.overrides().as_mapping(),
    }
    with safe_write(path) as temporary:
        text = dumps(head) + "".join(f"\n[[rule]]\n{dumps(_row(rule))}" for rule in rules.rules)
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _row(rule: Rule) -> dict[str, object]:
    """A rule as a pack writes it; what is as it is by default is left out."""
    row: dict[str, object] = {}
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.name != "pack" and value != one.default:
            row[one.name.rstrip("_")] = list(value) if isinstance(value, tuple) else value
    return row
