"""Predicates that ask the code tables: code unknown, not in force, name of another code, spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from coding_rules.checks.names import DIAGNOSES, PROCEDURES, Facet, Source, Type
from coding_rules.checks.predicates import Env, function, note
from coding_rules.checks.view import CaseView, Line
from icd_tables.code_form import well_formed
from icd_tables.codes import Edition, Kind, manifestation, subcategory
from icd_tables.crosswalk import CodeMapping, MappingStatus
from icd_tables.table import CodeEntry, CodeTable

_NOISE = re.compile(r"[\s，,。．.、；;：:（）()\[\]【】〔〕［］“”\"'‘’\-－—_/]+")


@lru_cache(maxsize=100_000)
def comparable(name: str) -> str:
    """A name without width, spaces and punctuation, which the published tables themselves write differently."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


def table_of(env: Env, view: CaseView, line: Line) -> CodeTable | None:
    """The table of the edition the case is coded in, if one is loaded."""
    return env.terminology.table(line.kind, view.case.edition)


def entry_of(env: Env, view: CaseView, line: Line) -> CodeEntry | None:
    """The table's row of a line's code."""
    found = line.entry
    if isinstance(found, bool):
        table = table_of(env, view, line)
        found = table.get(line.normal) if table is not None and line.code else None
        line.entry = found
    return found


def names_agree(entry: CodeEntry, name: str) -> bool:
    """Whether a filed name is the entry's name or one of its aliases."""
    if name == entry.name:
        return True
    wanted = comparable(name)
    return any(comparable(known) == wanted for known in (entry.name, *entry.aliases))


def entries_named(table: CodeTable, name: str) -> Iterable[CodeEntry]:
    """Entries whose name is the filed one, exactly or apart from punctuation."""
    return table.by_name(name) or table.by_name(unicodedata.normalize("NFKC", name).strip())


def near_codes(table: CodeTable, line: Line, limit: int = 3) -> list[CodeEntry]:
    """Codes that may have been meant: those with the filed name first, then those of the same subcategory, then category."""
    found: dict[str, CodeEntry] = (
        {entry.code: entry for entry in entries_named(table, line.name)} if line.name else {}
    )
    for size in (5, 3) if line.kind is Kind.DIAGNOSIS else (5, 4, 2):
        if len(line.bare) < size:
            continue  # a code cut short, down to its category, has near codes too
        for entry in table.prefix(line.bare[:size]):
            if len(found) >= limit:
                break
            found.setdefault(entry.code, entry)
    return list(found.values())[:limit]


@function((Type.LINE,), prose="{0}的编码不在所用编码表中", notes=("near", "table"), source=Source.TABLE)
def unknown_code(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether a filed code is not in the table of the case's edition.

    ``None`` without such a table, and for a well-formed code that only a starter table lacks: it holds common codes only.
    """
    table = table_of(env, view, line)
    if table is None or not line.code:
        return None
    if entry_of(env, view, line) is not None:
        return False
    if table.info.starter and well_formed(line.normal, line.kind):
        return None
    near = near_codes(table, line, 1)
    hint = f"相近的是 {near[0].code} {near[0].name}" if near else "表中没有相近的编码"
    note(view, near=hint, table=table.info.title or view.case.edition.value)
    return True


@function(
    (Type.LINE,), prose="{0}的编码写法成立，但入门编码表未收录（入门表只收常用编码）", source=Source.TABLE
)
def beyond_starter(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether a well-formed code is missing from a starter table, which proves nothing. ``None`` without a table."""
    table = table_of(env, view, line)
    if table is None or not line.code:
        return None
    missing = table.info.starter and entry_of(env, view, line) is None
    return missing and well_formed(line.normal, line.kind)


@function((Type.LINE,), prose="编码表收录了与{0}同一亚目的编码", notes=("kin",), source=Source.TABLE)
def subcategory_in_table(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether the table has codes of the line's subcategory (``K35.8``, ``47.01``)."""
    table = table_of(env, view, line)
    if table is None or not line.code:
        return None
    found = table.prefix(subcategory(line.bare))
    note(view, kin=f"{found[0].code} {found[0].name}" if found else "")
    return bool(found)


@function(
    (Type.LINE,),
    prose="{0}的编码在出院日未启用或已停用",
    reads=(Facet.REST,),
    notes=("period",),
    source=Source.TABLE,
)
def not_in_force(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether a known code was not in force on the day of discharge."""
    entry = entry_of(env, view, line)
    if entry is None or entry.in_force(view.discharged):
        return None if entry is None else False
    start, end = entry.valid_from, entry.valid_to
    note(view, period=f"{start or '…'} 至 {end or '…'}")
    return True


@function(
    (Type.LINE,), prose="{0}的名称是另一个编码的标准名称", notes=("standard", "other"), source=Source.TABLE
)
def name_of_another_code(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether the filed name is the published name of a different code than the one filed."""
    entry = entry_of(env, view, line)
    if entry is None or not line.name:
        return None
    if names_agree(entry, line.name):
        return False
    table = table_of(env, view, line)
    assert table is not None
    other = next((found for found in entries_named(table, line.name) if found.code != entry.code), None)
    if other is None:
        return False
    note(view, standard=entry.name, other=f"{other.code} {other.name}")
    return True


@function((Type.LINE,), prose="{0}的名称不是该编码的标准名称", notes=("standard",), source=Source.TABLE)
def name_not_standard(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether the filed name is neither the code's published name nor that of another code."""
    entry = entry_of(env, view, line)
    if entry is None or not line.name:
        return None
    table = table_of(env, view, line)
    if names_agree(entry, line.name) or (table is not None and entries_named(table, line.name)):
        return False
    note(view, standard=entry.name)
    return True


@function((Type.LINE,), prose="{0}的编码写法不规范（全角、空格、大小写）", notes=("normal",))
def code_misspelled(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether a code is only right after folding width, blanks or case."""
    if not line.code or line.code == line.normal:
        return None if not line.code else False
    note(view, normal=line.normal)
    return True


@function((Type.LINE,), prose="{0}是单独的星号码")
def lone_asterisk(env: Env, view: CaseView, line: Line) -> bool:
    """Whether a diagnosis code is a manifestation code without its dagger code."""
    return line.normal.endswith("*") and "+" not in line.normal


@function((Type.LINE,), prose="{0}是形态学编码")
def morphology(env: Env, view: CaseView, line: Line) -> bool:
    """Whether a code is a tumour morphology code (``M80000/3``)."""
    return line.group == "/"


@function((Type.LINE,), Type.TEXT, prose="{0}的操作类别", source=Source.KINDS)
def kind_of(env: Env, view: CaseView, line: Line) -> str | None:
    """手术, 介入治疗, 诊断性操作 or 治疗性操作 as the table says; unknown where it does not."""
    entry = entry_of(env, view, line)
    return entry.category or None if entry is not None else None


@function((Type.LINE,), Type.TEXT, prose="{0}的星号部分")
def asterisk_part(env: Env, view: CaseView, line: Line) -> str | None:
    """The manifestation part of a dagger-asterisk compound."""
    return manifestation(line.normal) or None


@function((Type.LINE,), prose="{0}的Ⅱ助为空（连“-”也没有填）", columns=("EZ1",))
def not_even_dash(env: Env, view: CaseView, line: Line) -> bool:
    """Whether the second assistant of a procedure is empty, not even a dash."""
    return not getattr(line.row, "second_assistant", "").strip()


@function(
    (),
    prose="主要诊断是未特指的编码，其他诊断有同类目更具体的编码",
    columns=("JBDM1",),
    reads=DIAGNOSES,
    notes=("finer",),
)
def unspecified_beside_specific(env: Env, view: CaseView) -> bool | None:
    """Whether the principal code is a category's residual (``.9``) and another line is finer in the same category."""
    if not view.principal:
        return None
    first = view.principal[0]
    if first.bare[3:5] != ".9":
        return False
    for line in view.others:
        if line.group == first.group and line.bare[3:5] not in {".9", ".8", ""}:
            note(view, finer=line.text)
            return True
    return False


@function(
    (Type.LINE,), prose="{0}在编码表中是剑星号复合编码，只填了剑号部分", notes=("full",), source=Source.TABLE
)
def dagger_without_asterisk(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether the table knows the code only as the dagger part of a compound."""
    full = full_compound(env, view, line)
    if full is None:
        return None if table_of(env, view, line) is None else False
    note(view, full=f"{full.code} {full.name}")
    return True


def full_compound(env: Env, view: CaseView, line: Line) -> CodeEntry | None:
    """The compound code whose dagger part the line has filed alone."""
    if entry_of(env, view, line) is not None or not line.code or "+" in line.normal:
        return None
    table = table_of(env, view, line)
    if table is None:
        return None
    return next((entry for entry in table.prefix(line.normal + "+")), None)


@function(
    (),
    prose="另有手术操作属手术或介入治疗",
    columns=("SSJCZBM1",),
    reads=PROCEDURES,
    notes=("better",),
)
def has_kind_elsewhere(env: Env, view: CaseView) -> bool:
    """Whether another procedure is an operation or intervention by the table's own category."""
    for line in view.other_procedures:
        if kind_of(env, view, line) in {"手术", "介入治疗"}:
            note(view, better=line.text)
            return True
    return False


def _mapping(env: Env, view: CaseView, line: Line) -> CodeMapping | None:
    """How a clinical code reaches the insurance edition; ``None`` without a crosswalk or for an insurance code."""
    if (
        view.case.edition is not Edition.CLINICAL
        or line.kind not in env.terminology.crosswalks
        or not line.code
    ):
        return None
    return env.mapping.to_insurance(line.kind, view.case.edition, line.code)


@function((Type.LINE,), prose="{0}的编码在对照表中没有医保版编码", source=Source.MAPPING)
def unmapped(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether neither the crosswalk nor the insurance table takes a clinical code."""
    if env.terminology.table(line.kind, Edition.INSURANCE) is None:
        return None
    mapping = _mapping(env, view, line)
    return mapping.status is MappingStatus.UNMAPPED if mapping is not None else None


@function(
    (Type.LINE,), prose="{0}的编码在对照表中对应多个医保版编码", notes=("targets",), source=Source.MAPPING
)
def mapped_to_several(env: Env, view: CaseView, line: Line) -> bool | None:
    """Whether the crosswalk leaves a choice."""
    mapping = _mapping(env, view, line)
    if mapping is None or mapping.status is not MappingStatus.AMBIGUOUS:
        return None if mapping is None else False
    note(view, targets="、".join(dict.fromkeys(row.target_code for row in mapping.targets)))
    return True
