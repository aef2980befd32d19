"""Examples: the cases beside each pack (``cases.toml``) on which every rule must fire and must pass.

An example starts from one complete, faultless front page of an invented person and says only what differs: cells by field
id, ``dx`` and ``px`` lines (``"K35.800 急性阑尾炎"`` or a table with ``code``, ``name``, ``condition``, ``day`` ...), single
lines (``outpatient``, ``external``, ``pathology``), ``without`` (columns the file lacks).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from coding_rules.case import Case, Diagnosis, Fees, Fields, Procedure
from coding_rules.fields import FEE_ITEMS, N041_FIELDS
from coding_rules.relations import Families, Group, Relations
from icd_tables.codes import Edition, Kind
from icd_tables.crosswalk import Crosswalk, CrosswalkRow
from icd_tables.table import CodeEntry, CodeTable, TableInfo
from icd_tables.terminology import Terminology

_PERSON = {
    "USERNAME": "示例医院",
    "YLFKFS": "01",
    "JKKH": "-",
    "ZYCS": "1",
    "BAH": "00012345",
    "XM": "王示例",
    "XB": "2",
    "CSRQ": "19800105",
    "NL": "45",
    "GJ": "CHN",
    "CSD": "示例省示例市",
    "GG": "示例省",
    "MZ": "汉族",
    "SFZH": "110101198001050020",
    "ZY": "17",
    "HY": "2",
    "XZZ": "示例省示例市示例街道一号",
    "DH": "13800001234",
    "YB1": "100000",
    "HKDZ": "示例省示例市示例街道一号",
    "YB2": "100000",
    "GZDWJDZ": "-",
    "DWDH": "-",
    "YB3": "-",
    "LXRXM": "李示例",
    "GX": "1",
    "DZ": "示例省示例市示例街道一号",
    "DH2": "13800001235",
}
_STAY = {
    "RYTJ": "2",
    "RYSJ": "20250301",
    "RYSJS": "9",
    "RYKB": "普外科",
    "RYBF": "一病区",
    "ZKKB": "-",
    "CYSJ": "20250306",
    "CYSJS": "10",
    "CYKB": "普外科",
    "CYBF": "一病区",
    "SJZYTS": "5",
    "WBYY": "-",
    "H23": "-",
    "BLZD": "-",
    "JBMM": "-",
    "BLH": "-",
    "YWGM": "1",
    "GMYW": "-",
    "SWHZSJ": "-",
    "XX": "1",
    "RH": "2",
    "KZR": "赵示例",
    "ZRYS": "钱示例",
    "ZZYS": "孙示例",
    "ZYYS": "周示例",
    "ZRHS": "吴示例",
    "JXYS": "-",
    "SXYS": "-",
    "BMY": "郑示例",
    "BAZL": "1",
    "ZKYS": "冯示例",
    "ZKHS": "陈示例",
    "ZKRQ": "20250307",
    "LYFS": "1",
    "SFZZYJH": "1",
    "MD": "-",
    "ZFY": "5000.00",
    "ZFJE": "1500.00",
    "YLFUF": "500.00",
    "HLF": "200.00",
    "SYSZDF": "800.00",
    "YXXZDF": "600.00",
    "SSZLF": "1500.00",
    "MAF": "500.00",
    "SSF": "1000.00",
    "XYF": "1400.00",
    "KJYWF": "300.00",
}
_DIAGNOSES = ({"code": "K35.800", "name": "急性阑尾炎", "condition": "1"},)
_PROCEDURES = (
    {
        "code": "47.0100",
        "name": "腹腔镜下阑尾切除术",
        "day": "20250302",
        "level": "2",
        "operator": "钱示例",
        "first_assistant": "孙示例",
        "second_assistant": "-",
        "incision": "3",
        "healing": "1",
        "anesthesia": "1",
        "anesthetist": "杨示例",
    },
)
_SPECIAL = frozenset(
    {"dx", "px", "outpatient", "external", "pathology", "without", "edition", "cases", "case_id"}
)


class ExampleError(ValueError):
    """An example that cannot be read."""


@dataclass(frozen=True)
class Example:
    """One example of one rule: the cases (one, or several for rules over a month) and whether it must fire."""

    rule: str
    fires: bool
    cases: tuple[Case, ...]
    note: str = ""


@dataclass(frozen=True)
class Examples:
    """The examples of a pack, and the small tables they speak of."""

    terminology: Terminology
    relations: Relations
    examples: tuple[Example, ...]


def parse_examples(text: str) -> Examples:
    """Read a ``cases.toml``.

    Raises:
        ExampleError: bad TOML, an unknown field, a value that cannot be read.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExampleError(f"不是有效的 TOML（{error}）") from error
    return Examples(
        Terminology(_tables(data.get("table", {})), _crosswalks(data.get("crosswalk", {}))),
        Relations((_group(row) for row in data.get("relation", ())), _families(data.get("families", {}))),
        tuple(_examples(data.get("example", ()))),
    )


def _examples(rows: Sequence[Mapping[str, Any]]) -> Iterator[Example]:
    for row in rows:
        rule = row["rule"]
        for key, fires in (("fire", True), ("pass", False)):
            value = row.get(key)
            if value is None:
                raise ExampleError(f"{rule}：缺少 {key}")
            for change in value if isinstance(value, list) else [value]:
                try:
                    cases = tuple(build_case(one) for one in change.get("cases", (change,)))
                except (KeyError, ValueError, TypeError) as error:
                    raise ExampleError(f"{rule} 的 {key}：{error}") from error
                yield Example(rule, fires, cases, row.get("note", ""))


def build_case(change: Mapping[str, Any]) -> Case:
    """The faultless front page with these differences.

    Raises:
        ExampleError: a field that does not exist.
    """
    cells = {info.id: "" for info in N041_FIELDS} | _PERSON | _STAY
    unknown = [key for key in change if key not in _SPECIAL and not key[0].isupper()]
    if unknown:
        raise ExampleError(f"不认识 {', '.join(unknown)}")
    cells.update({key: str(value) for key, value in change.items() if key not in _SPECIAL})
    diagnoses = tuple(_diagnosis(row) for row in change.get("dx", _DIAGNOSES))
    procedures = tuple(_procedure(row) for row in change.get("px", _PROCEDURES))
    for column in change.get("without", ()):
        cells.pop(column, None)
    return _case(cells, diagnoses, procedures, change)


def _case(
    cells: Mapping[str, str],
    diagnoses: tuple[Diagnosis, ...],
    procedures: tuple[Procedure, ...],
    change: Mapping[str, Any],
) -> Case:
    get = cells.get
    birth = _day(get("CSRQ", ""))
    admitted = _moment(get("RYSJ", ""), get("RYSJS", ""))
    return Case(
        case_id=change.get("case_id", get("BAH", "")),
        record_no=get("BAH", ""),
        admission_no=get("ZYCS", ""),
        name=get("XM", ""),
        sex=get("XB", ""),
        id_number=get("SFZH", ""),
        birth=birth,
        age=_int(get("NL", "")),
        age_days=_age_days(get("A16", ""), birth, admitted),
        birth_weight=_int(get("XSECSTZ", "")),
        admission_weight=_int(get("XSERYTZ", "")),
        admitted=admitted,
        discharged=_moment(get("CYSJ", ""), get("CYSJS", "")),
        los=_int(get("SJZYTS", "")),
        admission_dept=get("RYKB", ""),
        department=get("CYKB", ""),
        discharge_way=get("LYFS", ""),
        payment=get("YLFKFS", ""),
        coder=get("BMY", ""),
        icu_hours=_hours(get("C49x01", ""), get("C50x01", "")),
        diagnoses=diagnoses,
        procedures=procedures,
        outpatient_diagnosis=_diagnosis(change.get("outpatient", "K35.800 急性阑尾炎")),
        external_cause=_diagnosis(change.get("external", "")),
        pathology=_diagnosis(change.get("pathology", "")),
        fees=_fees(cells),
        edition=Edition(change.get("edition", Edition.CLINICAL.value)),
        fields=Fields.of(cells),
    )


def _diagnosis(row: str | Mapping[str, str]) -> Diagnosis:
    if isinstance(row, str):
        code, _, name = row.partition(" ")
        return Diagnosis(code, name, "1" if code else "")
    return Diagnosis(**row)


def _procedure(row: str | Mapping[str, str]) -> Procedure:
    if isinstance(row, str):
        code, _, name = row.partition(" ")
        row = {**_PROCEDURES[0], "code": code, "name": name}
    texts = {key: text for key, text in row.items() if key != "day"}
    return Procedure(day=_day(row.get("day", "")), **texts)


def _fees(cells: Mapping[str, str]) -> Fees:
    items = {item: _cents(cells[item]) for item in FEE_ITEMS if cells.get(item)}
    return Fees(
        _cents(cells.get("ZFY", "")),
        _cents(cells.get("ZFJE", "")),
        {item: value for item, value in items.items() if value is not None},
    )


def _cents(text: str) -> int | None:
    try:
        return round(float(text) * 100)
    except (ValueError, OverflowError):
        return None


def _int(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def _moment(day: str, hour: str) -> datetime | None:
    found = _day(day)
    return datetime(found.year, found.month, found.day) + timedelta(hours=_int(hour) or 0) if found else None


def _hours(start: str, end: str) -> float | None:
    first, last = _day(start), _day(end)
    return (last - first).days * 24.0 if first and last else None


def _age_days(filed: str, birth: date | None, admitted: datetime | None) -> int | None:
    if _int(filed) is not None:
        return _int(filed)
    if birth is None or admitted is None:
        return None
    days = (admitted.date() - birth).days
    return days if 0 <= days < 365 else None


def _group(row: Mapping[str, Any]) -> Group:
    return Group(row["diagnosis"], row.get("main", ""), tuple(row.get("related", ())), row.get("mean_fee"))


def _families(rows: Mapping[str, Mapping[str, Sequence[str]]]) -> Families:
    return Families(
        {code: frozenset(names) for code, names in rows.get("diagnoses", {}).items()},
        {code: frozenset(names) for code, names in rows.get("procedures", {}).items()},
    )


def _tables(rows: Mapping[str, Sequence[str | Mapping[str, Any]]]) -> dict[tuple[Kind, Edition], CodeTable]:
    """One small table per kind and edition; the insurance one lacks the codes of ``clinical_only``. None where none is named.

    Editions named in ``starter`` are marked as starter tables.
    """
    tables = {}
    clinical_only = rows.get("clinical_only", ())
    starter = rows.get("starter", ())
    for kind in Kind if rows else ():
        entries = [_entry(row) for row in rows.get(kind.value, ())]
        for edition in Edition:
            info = TableInfo("examples", kind, edition, "1", "示例编码表", "", starter=edition in starter)
            kept = [e for e in entries if edition is Edition.CLINICAL or e.code not in clinical_only]
            tables[kind, edition] = CodeTable(info, kept)
    return tables


def _crosswalks(rows: Mapping[str, Sequence[Sequence[str]]]) -> dict[Kind, Crosswalk]:
    return {
        Kind(kind): Crosswalk(
            Kind(kind), "示例对照", [CrosswalkRow(one, "", other, "") for one, other in pairs]
        )
        for kind, pairs in rows.items()
    }


def _entry(row: str | Mapping[str, Any]) -> CodeEntry:
    if isinstance(row, str):
        code, _, name = row.partition(" ")
        return CodeEntry(code, name)
    return CodeEntry(**row)
