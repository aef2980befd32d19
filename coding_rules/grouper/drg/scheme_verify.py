"""The integrity check of a DRG scheme: everything that is inconsistent, with the place where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from coding_rules.expression.tree import TRUE, Distinct, In, atoms
from coding_rules.finding import Severity
from coding_rules.grouper.drg.dates import Dated, overlapping, period
from coding_rules.grouper.drg.scheme import GroupRule, Scheme, SchemeInfo, Stage
from coding_rules.grouper.drg.scheme_issue import SchemeIssue, at_rule
from coding_rules.grouper.drg.scheme_logic import why_impossible
from coding_rules.grouper.drg.weight_verify import weight_issues
from icd_tables.codes import Kind
from icd_tables.table import CodeTable
from icd_tables.terminology import Terminology


def verify(scheme: Scheme, terminology: Terminology | None = None) -> list[SchemeIssue]:
    """All inconsistencies of a scheme, in the order of its tables; codes are compared with the tables of its edition if given."""
    return [issue for _, found in verify_parts(scheme, terminology) for issue in found()]


def verify_parts(
    scheme: Scheme, terminology: Terminology | None = None
) -> list[tuple[str, Callable[[], list[SchemeIssue]]]]:
    """The checks of ``verify`` one by one, each with what it looks at, for callers that show progress between them."""
    checks: list[tuple[str, Callable[[Scheme], Iterator[SchemeIssue]]]] = [
        ("层级", _structure),
        ("重复的组", _duplicate_groups),
        ("不会成立的规则", _impossible_rules),
        ("轮不到的规则", _unreachable_rules),
        ("没有用到的列表", _unused_lists),
        ("重复的编码", _duplicate_codes),
        ("排除表", _exclusion_tables),
        ("权重表", weight_issues),
    ]
    if terminology is not None:
        checks.append(("编码", lambda scheme: _unknown_codes(scheme, terminology)))
    checks.append(("日期", _dates))
    return [(what, partial(_listed, check, scheme)) for what, check in checks]


def _listed(check: Callable[[Scheme], Iterator[SchemeIssue]], scheme: Scheme) -> list[SchemeIssue]:
    return list(check(scheme))


def verify_versions(versions: Sequence[SchemeInfo]) -> list[SchemeIssue]:
    """Versions of one scheme (same id) whose dates in force overlap."""
    return [
        SchemeIssue(
            later.title,
            0,
            "valid_from",
            Severity.WARNING,
            f"与版本 {earlier.version or earlier.name} 的有效日期（{period(earlier.valid_from, earlier.valid_to)}）重叠",
        )
        for earlier, later, _, _ in overlapping(versions)
        if earlier.scheme_id == later.scheme_id
    ]


def _structure(scheme: Scheme) -> Iterator[SchemeIssue]:
    mdcs, adrgs = {rule.code for rule in scheme.mdcs}, {rule.code for rule in scheme.adrgs}
    for rule in scheme.mdcs:
        if rule.code not in scheme.adrgs_of:
            yield at_rule(rule, "mdc", Severity.WARNING, f"MDC {rule.code} 之下没有 ADRG，永远不会入组")
    for rule in scheme.adrgs:
        if rule.parent not in mdcs:
            yield at_rule(rule, "mdc", Severity.ERROR, f"没有名为 {rule.parent} 的 MDC，这一行永远用不到")
        if rule.code not in scheme.drgs_of:
            yield at_rule(rule, "adrg", Severity.HINT, f"ADRG {rule.code} 之下没有 DRG，入组后以 ADRG 为组")
    for rule in scheme.drgs:
        if rule.parent not in adrgs:
            yield at_rule(rule, "adrg", Severity.ERROR, f"没有名为 {rule.parent} 的 ADRG，这一行永远用不到")


def _duplicate_groups(scheme: Scheme) -> Iterator[SchemeIssue]:
    rows: dict[tuple[Stage, str, str, str], GroupRule] = {}
    parents: dict[tuple[Stage, str], GroupRule] = {}
    for rule in scheme.rules:
        same = rows.setdefault((rule.stage, rule.parent, rule.code, rule.text), rule)
        if same is not rule:
            yield at_rule(rule, rule.stage.lower(), Severity.WARNING, f"与第 {same.row} 行重复")
        first = parents.setdefault((rule.stage, rule.code), rule)
        if first.parent != rule.parent:
            message = f"{rule.code} 在第 {first.row} 行属于 {first.parent}，这里又属于 {rule.parent}"
            yield at_rule(rule, rule.stage.lower(), Severity.WARNING, message)


def _impossible_rules(scheme: Scheme) -> Iterator[SchemeIssue]:
    mdcs = {rule.code: rule for rule in scheme.mdcs}
    for mdc in scheme.mdcs:
        if reason := why_impossible(scheme, mdc.node):
            yield at_rule(mdc, "rule", Severity.WARNING, f"规则永远不会成立：{reason}")
    possible: dict[str, list[GroupRule]] = {}
    for adrg in scheme.adrgs:
        above = mdcs.get(adrg.parent)
        if above is None:
            continue
        if reason := why_impossible(scheme, adrg.node) or why_impossible(scheme, above.node, adrg.node):
            yield at_rule(adrg, "rule", Severity.WARNING, f"规则永远不会成立：{reason}")
        else:
            possible.setdefault(adrg.code, []).append(adrg)
    for drg in scheme.drgs:
        reasons = [why_impossible(scheme, each.node, drg.node) for each in possible.get(drg.parent, ())]
        if reasons and all(reasons):
            yield at_rule(drg, "rule", Severity.WARNING, f"规则永远不会成立：{reasons[0]}")


def _unreachable_rules(scheme: Scheme) -> Iterator[SchemeIssue]:
    """Rows below one that always holds, or with the very rule of a row above, are never reached."""
    for siblings in (*scheme.adrgs_of.values(), *scheme.drgs_of.values()):
        seen: dict[object, GroupRule] = {}
        for rule in siblings:
            above = seen.get(TRUE) or seen.get(rule.node)
            if above is not None and above.code != rule.code:
                message = f"排在 {above.code}（第 {above.row} 行，{above.text}）之后，永远轮不到"
                yield at_rule(rule, "rule", Severity.WARNING, message)
            seen.setdefault(rule.node, rule)


def _unused_lists(scheme: Scheme) -> Iterator[SchemeIssue]:
    used = {
        (name.text, atom.scope.list_kind)
        for rule in scheme.rules
        for atom in atoms(rule.node)
        if isinstance(atom, In | Distinct)
        for name in atom.lists
    }
    for each in scheme.lists:
        if (each.name, each.kind) not in used:
            row = each.rows[0] if each.rows else 0
            message = f"没有规则用到列表 {each.name}（{each.kind}，{len(each.codes)} 个编码）"
            yield SchemeIssue(scheme.file("code_lists"), row, "list", Severity.WARNING, message)


def _duplicate_codes(scheme: Scheme) -> Iterator[SchemeIssue]:
    for each in scheme.lists:
        if len(each.members) != len(each.codes):
            place = scheme.file("code_lists")
            yield from _repeated(
                place, "code", zip(each.codes, each.rows, strict=True), f"列表 {each.name} 中的 "
            )
    complications = (((row.code, row.table), row.row) for row in scheme.complications)
    yield from _repeated(scheme.file("complications"), "code", complications, "")
    exclusions = (((row.principal, row.table), row.row) for row in scheme.exclusions)
    yield from _repeated(scheme.file("exclusions"), "principal_diagnosis", exclusions, "")


def _repeated(
    file: str, column: str, rows: Iterable[tuple[object, int]], where: str
) -> Iterator[SchemeIssue]:
    first: dict[object, int] = {}
    for key, row in rows:
        if (before := first.setdefault(key, row)) != row:
            code = key[0] if isinstance(key, tuple) else key
            yield SchemeIssue(file, row, column, Severity.WARNING, f"{where}{code} 与第 {before} 行重复")


def _exclusion_tables(scheme: Scheme) -> Iterator[SchemeIssue]:
    known = {row.table for row in scheme.complications}
    reported: set[str] = set()
    for row in scheme.exclusions:
        if row.table not in known and row.table not in reported:
            reported.add(row.table)
            message = f"没有并发症使用排除表 {row.table}"
            yield SchemeIssue(scheme.file("exclusions"), row.row, "exclusion_table", Severity.HINT, message)


def _unknown_codes(scheme: Scheme, terminology: Terminology) -> Iterator[SchemeIssue]:
    edition = scheme.info.edition
    tables = {
        "dx": terminology.table(Kind.DIAGNOSIS, edition),
        "px": terminology.table(Kind.PROCEDURE, edition),
    }
    for each in scheme.lists:
        yield from _missing(
            scheme.file("code_lists"), "code", tables[each.kind], zip(each.codes, each.rows, strict=True)
        )
    diagnoses = tables["dx"]
    rows = ((row.code, row.row) for row in scheme.complications)
    yield from _missing(scheme.file("complications"), "code", diagnoses, rows)
    rows = ((row.principal, row.row) for row in scheme.exclusions)
    yield from _missing(scheme.file("exclusions"), "principal_diagnosis", diagnoses, rows)


def _missing(
    file: str, column: str, table: CodeTable | None, rows: Iterable[tuple[str, int]]
) -> Iterator[SchemeIssue]:
    if table is None:
        return
    for code, row in rows:
        if code not in table:
            yield SchemeIssue(file, row, column, Severity.WARNING, f"{code} 不在编码表“{table.info.title}”中")


def _dates(scheme: Scheme) -> Iterator[SchemeIssue]:
    spans: list[tuple[str, Dated]] = [("scheme.toml", scheme.info)]
    if scheme.weights is not None:
        spans.append((scheme.weights.name, scheme.weights))
    for file, span in spans:
        start, end = span.valid_from, span.valid_to
        if start and end and start > end:
            yield SchemeIssue(file, 0, "valid_to", Severity.ERROR, f"停用日期 {end} 早于启用日期 {start}")
    if len(spans) > 1 and not any(overlapping([span for _, span in spans])):
        yield SchemeIssue(spans[1][0], 0, "valid_from", Severity.WARNING, "权重表的有效日期与方案不重合")
