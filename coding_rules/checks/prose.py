"""The readable twin of a pack: every rule in plain Chinese, for coders and for review of changes."""

from __future__ import annotations

from coding_rules.checks.pack import Pack, Rule
from coding_rules.checks.phrasing import phrase


def prose(pack: Pack) -> str:
    """The whole pack as text."""
    head = [f"{pack.title}（{pack.id}，版本 {pack.version}，{len(pack.rules)} 条规则）", pack.description, ""]
    if pack.thresholds:
        head.append("可设阈值：")
        head.extend(f"  ${t.id}：{t.label} {t.value:g} {t.unit}".rstrip() for t in pack.thresholds)
        head.append("")
    own = {name: pack.lists[name] for name in pack.own_lists}
    if own:
        head.append("编码清单：")
        head.extend(f"  @{name}：{'、'.join(codes.parts)}" for name, codes in own.items())
        head.append("")
    if pack.retired:
        head.extend([f"停用编号：{'、'.join(sorted(pack.retired))}", ""])
    return "\n".join(head) + "\n" + "\n".join(_rule(rule) for rule in pack.rules)


def _rule(rule: Rule) -> str:
    scored = f"，{rule.class_} 类，扣 {rule.points:g} 分" if rule.class_ != "-" else ""
    lines = [f"{rule.id} {rule.title}（{rule.severity.label}{scored}）"]
    lines.append(f"  条件：{phrase(rule)}")
    lines.append(f"  提示：{rule.message}")
    if rule.note:
        lines.append(f"  说明：{rule.note}")
    if rule.valid_from or rule.valid_to:
        lines.append(f"  适用：{rule.valid_from or '…'} 至 {rule.valid_to or '…'} 出院")
    lines.append(f"  依据：{rule.authority}")
    return "\n".join(lines) + "\n"
