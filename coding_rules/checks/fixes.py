"""Fixes a rule may offer: a closed set of repairs, each turned into edits when the rule fires.

Written ``name`` or ``name:line``: ``table_name:line``, ``near_code:line``, ``code_of_name:line``, ``spelling:line``, ``zero:line``,
``remove:line``, ``promote:a``, ``better_principal:principal``, ``better_main:main``, ``combine:a+b=K80.000``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from coding_rules.checks.functions_codes import entries_named, entry_of, full_compound, near_codes, table_of
from coding_rules.checks.functions_selection import suggestion
from coding_rules.checks.predicates import Env
from coding_rules.checks.view import CaseView, Line
from coding_rules.edit import (
    Edit,
    MoveDiagnosis,
    MoveProcedure,
    RemoveDiagnosis,
    RemoveProcedure,
    SetDiagnosis,
    SetProcedure,
)
from coding_rules.finding import Fix
from icd_tables.codes import Kind, repair_leading_zero
from icd_tables.table import CodeEntry

Target = Callable[[str], Line | None]
_SPEC = re.compile(r"(?P<kind>[a-z_]+):(?P<target>\w+)(?:\+(?P<other>\w+)=(?P<code>\S+))?\Z")


class FixError(ValueError):
    """A fix a pack names that does not exist or lacks its line."""


def check_fix(spec: str) -> tuple[str, ...]:
    """The lines a fix speaks of.

    Raises:
        FixError: no such fix.
    """
    match = _SPEC.match(spec)
    if match is None or match["kind"] not in _FIXES or (match["kind"] == "combine") != bool(match["code"]):
        raise FixError(f"没有“{spec}”这种修正；可用：{'、'.join(sorted(_FIXES))}")
    return tuple(name for name in (match["target"], match["other"]) if name)


def build_fixes(spec: str, env: Env, view: CaseView, target: Target) -> Iterable[Fix]:
    """The fixes a spec gives for this case; none where its line is not on the form (pathology, outpatient)."""
    match = _SPEC.match(spec)
    assert match is not None, spec
    line = target(match["target"])
    if line is None or line.field in {"JBBM", "H23", "JBMM"}:
        return ()
    if match["kind"] == "combine":
        other = target(match["other"])
        return _combine(env, view, line, other, match["code"]) if other is not None else ()
    return _FIXES[match["kind"]](env, view, line)


def _set(line: Line, code: str, name: str) -> Edit:
    if line.kind is Kind.DIAGNOSIS:
        return SetDiagnosis(line.index, code, name)
    return SetProcedure(line.index, code, name)


def _remove_edit(line: Line) -> Edit:
    return RemoveDiagnosis(line.index) if line.kind is Kind.DIAGNOSIS else RemoveProcedure(line.index)


def _use(line: Line, entry: CodeEntry) -> Fix:
    return Fix(f"改为 {entry.code} {entry.name}", (_set(line, entry.code, entry.name),))


def _table_name(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    entry = entry_of(env, view, line)
    if entry is not None:
        yield Fix(f"名称改为“{entry.name}”", (_set(line, entry.code, entry.name),))


def _code_of_name(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    table = table_of(env, view, line)
    if table is None or not line.name:
        return
    for entry in entries_named(table, line.name):
        if entry.code != line.normal:
            yield Fix(f"编码改为 {entry.code}（{entry.name}）", (_set(line, entry.code, entry.name),))


def _near_code(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    table = table_of(env, view, line)
    for entry in near_codes(table, line) if table is not None else ():
        yield _use(line, entry)


def _spelling(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    yield Fix(f"写作 {line.normal}", (_set(line, line.normal, line.name),))


def _full_compound(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    full = full_compound(env, view, line)
    if full is not None:
        yield _use(line, full)


def _zero(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    code = repair_leading_zero(line.normal)
    yield Fix(f"补零为 {code}", (_set(line, code, line.name),))


def _remove(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    yield Fix(f"删除{line.place} {line.text}", (_remove_edit(line),))


def _promote(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    if line.index == 0:
        return
    if line.kind is Kind.DIAGNOSIS:
        yield Fix(f"以 {line.text} 作主要诊断", (MoveDiagnosis(line.index, 0),))
    else:
        yield Fix(f"以 {line.text} 作主要手术操作", (MoveProcedure(line.index, 0),))


def _better(which: str) -> Callable[[Env, CaseView, Line], Iterable[Fix]]:
    def promote(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
        found = suggestion(env, view, which)
        lines = view.diagnoses if which == "principal" else view.procedures
        for better in lines:
            if found is not None and better.index == found.index:
                yield from _promote(env, view, better)

    return promote


def _combine(env: Env, view: CaseView, line: Line, other: Line, code: str) -> Iterable[Fix]:
    """Put the combination code in place of the earlier of two lines and remove the later one."""
    entry = env.terminology.lookup(line.kind, view.case.edition, code)
    if entry is None or line.index == other.index:
        return
    first, second = sorted((line, other), key=lambda one: one.index)
    edits = (_set(first, entry.code, entry.name), _remove_edit(second))
    yield Fix(f"合并为 {entry.code} {entry.name}", edits)


def _no_fix(env: Env, view: CaseView, line: Line) -> Iterable[Fix]:
    raise AssertionError("combine is built from two lines")


_FIXES: dict[str, Callable[[Env, CaseView, Line], Iterable[Fix]]] = {
    "table_name": _table_name,
    "code_of_name": _code_of_name,
    "near_code": _near_code,
    "spelling": _spelling,
    "zero": _zero,
    "full_compound": _full_compound,
    "remove": _remove,
    "promote": _promote,
    "better_principal": _better("principal"),
    "better_main": _better("main"),
    "combine": _no_fix,
}

FIX_NAMES = {
    "table_name:line": "名称改为编码表中的名称",
    "code_of_name:line": "编码改为名称所对应的编码",
    "near_code:line": "改为相近的编码（至多三个）",
    "spelling:line": "编码改为规范写法",
    "zero:line": "补回丢失的前导零",
    "full_compound:line": "改为完整的剑星号编码",
    "remove:line": "删除该行",
    "promote:a": "把 a 移到第一行（主要诊断或主要手术）",
    "better_principal:principal": "把建议的诊断移到第一行",
    "better_main:main": "把建议的手术移到第一行",
    "combine:a+b=K80.000": "把 a、b 两行合并为一个编码",
}
"""Fixes as packs write them, and what they do; for the guide."""
