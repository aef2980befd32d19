"""The MCC/CC part of the path: which secondary diagnoses counted, which were excluded, and by which table."""

from __future__ import annotations

from collections.abc import Iterator

from coding_rules.grouper.drg.complications import CC, MCC
from coding_rules.grouper.drg.scheme import Complication, Scheme
from coding_rules.grouper.grouping import Step
from coding_rules.grouper.inputs import GrouperInput

STAGE = "MCC/CC"


def complication_steps(scheme: Scheme, case: GrouperInput, level: int) -> list[Step]:
    """First the one that holds (伴 MCC, 伴 CC, 不伴 MCC/CC), then every excluded or outranked complication.

    ``level`` is what the secondary diagnoses reach together, as the bits of ``CC`` and ``MCC``.
    """
    listed = [
        row for code in dict.fromkeys(case.diagnoses[1:]) for row in scheme.complications_of.get(code, ())
    ]
    tables = (
        {row.table for row in scheme.exclusions_of.get(case.diagnoses[0], ())} - {""}
        if case.diagnoses
        else set()
    )
    counted = [row for row in listed if row.table not in tables]
    steps = [_decisive(scheme, [row for row in counted if row.level == _NAMES.get(level, "")], level)]
    if level >= MCC and level & CC:
        others = tuple(row.code for row in counted if row.level == "CC")
        steps.append(Step(STAGE, f"另有 CC {'、'.join(others)}，已有 MCC，不再改变分组", False, "", others))
    steps += _excluded(scheme, case, [row for row in listed if row.table in tables])
    return steps


_NAMES = {CC: "CC", MCC: "MCC", MCC | CC: "MCC"}


def _decisive(scheme: Scheme, rows: list[Complication], level: int) -> Step:
    if not level:
        return Step(STAGE, "不伴 MCC/CC")
    codes = tuple(dict.fromkeys(row.code for row in rows))
    source = f"{scheme.file('complications')} 第 {'、'.join(str(row.row) for row in rows)} 行"
    return Step(STAGE, f"伴 {_NAMES[level]} {'、'.join(codes)}", True, "", codes, source)


def _excluded(scheme: Scheme, case: GrouperInput, rows: list[Complication]) -> Iterator[Step]:
    for row in rows:
        principal = case.diagnoses[0]
        by = next(each for each in scheme.exclusions_of[principal] if each.table == row.table)
        text = f"{row.code} 是 {row.level}，但主诊断 {principal} 的排除表 {row.table} 将其排除，不计"
        source = f"{scheme.file('exclusions')} 第 {by.row} 行，{scheme.file('complications')} 第 {row.row} 行"
        yield Step(STAGE, text, False, "", (row.code,), source)
