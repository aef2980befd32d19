"""Stays as rows of an N041 (卫统4-1) file, and a demo month written as hospitals send it: GB18030, every cell quoted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from app.demo.fees import yuan
from app.demo.pathology import pathology_of
from app.demo.stay import Operation, Stay
from app.files import safe_write
from coding_rules.fields import (
    FEE_ITEMS,
    N041_HEADER,
    OTHER_DIAGNOSES,
    PROCEDURES,
    diagnosis_fields,
    procedure_fields,
)

if TYPE_CHECKING:
    from app.demo.month import DemoMonth

FILE_NAME = "demo_n041_202509.csv"
HOSPITAL = "演示医院（虚构）"
HEAD_INJURY = "S06"
"""Category of 颅脑损伤, whose cases state how long the patient was unconscious."""
_COMA = ("RYQ_T", "RYQ_XS", "RYQ_F", "RYH_T", "RYH_XS", "RYH_F")
_DATE = "%Y%m%d"
_TRUTH_HEADER = ("case", "error", "detail", "true_dx", "true_px", "true_total")
_CLEAN_INCISION = (
    "01",
    "02",
    "03",
    "04",
    "06",
    "35",
    "36",
    "37",
    "38",
    "76",
    "77",
    "78",
    "79",
    "80",
    "81",
    "82",
    "83",
    "84",
    "85",
    "86",
)
_THROUGH_OPENINGS = (
    "经尿道",
    "内镜",
    "胃镜",
    "肠镜",
    "宫腔镜",
    "膀胱镜",
    "支撑喉镜",
    "鼻内",
    "输尿管镜",
    "痔",
    "肛",
    "刮宫",
    "人流",
)
_LOCAL_CHAPTERS = ("08", "09", "10", "11", "12", "13", "14", "15", "16", "86")
_REGIONAL_CHAPTERS = ("49", "53", "64", "78", "79", "80", "81", "57", "60", "74", "73")


def write_n041(path: Path, month: DemoMonth) -> None:
    """Write the cases of a month as an N041 file.

    Raises:
        UserError: the file cannot be written.
    """
    rows = [case.fields.cells for case in month.cases]
    _write_csv(path, N041_HEADER, rows, "gb18030")


def write_truth(path: Path, month: DemoMonth) -> None:
    """Write the truth about every case (UTF-8 with BOM, codes separated by ``|``, money in yuan).

    Raises:
        UserError: the file cannot be written.
    """
    rows = [
        (
            t.case_id,
            t.error,
            t.detail,
            "|".join(t.true_diagnoses),
            "|".join(t.true_procedures),
            yuan(t.true_total),
        )
        for t in month.truth
    ]
    _write_csv(path, _TRUTH_HEADER, rows, "utf-8-sig")


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]], encoding: str) -> None:
    with safe_write(path) as temporary, temporary.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


class Writer:
    """Fills the 232 columns; ``staff`` are nine invented names per department."""

    def __init__(self, staff: Mapping[str, tuple[str, ...]]) -> None:
        self._staff = staff
        self._blank = dict.fromkeys(N041_HEADER, "")
        self._blank.update(
            dict.fromkeys(("JKKH", "GZDWJDZ", "DWDH", "ZKKB", "WBYY", "H23", "GMYW", "SWHZSJ"), "-")
        )
        self._blank.update(dict.fromkeys(("JXYS", "SXYS", "YZZY_YLJG", "WSY_YLJG", "MD", "YB3"), "-"))

    def cells(self, random: Random, stay: Stay) -> tuple[str, ...]:
        """The row of a stay, in the order of ``N041_HEADER``."""
        row = dict(self._blank)
        staff = self._staff[stay.template.department]
        row.update(_person_cells(random, stay))
        row.update(_stay_cells(random, stay))
        row.update(_diagnosis_cells(stay))
        row.update(_pathology_cells(random, stay))
        if stay.diagnoses[0].code.startswith(HEAD_INJURY):
            row.update(dict.fromkeys(_COMA, "0"))
        row.update(_staff_cells(staff, stay))
        for line, operation in enumerate(stay.operations[:PROCEDURES], start=1):
            cells = _procedure_cells(operation, stay, staff)
            row.update(zip(procedure_fields(line), cells, strict=True))
        row.update({item: yuan(stay.fees.items[item]) for item in FEE_ITEMS})
        row.update(ZFY=yuan(stay.fees.total), ZFJE=yuan(stay.fees.self_paid))
        return tuple(row.values())


def _person_cells(random: Random, stay: Stay) -> dict[str, str]:
    person = stay.person
    payers = ("02", "02", "07") if stay.age < 18 else ("01", "01", "02", "02", "02", "07")
    months = "" if stay.age_days is None else str(stay.age_days // 30)
    return {
        "USERNAME": HOSPITAL,
        "YLFKFS": random.choice(payers),
        "ZYCS": str(random.choice((1, 1, 1, 1, 2, 2, 3))),
        "BAH": stay.record_no,
        "XM": person.name,
        "XB": stay.sex,
        "CSRQ": person.birth.strftime(_DATE),
        "NL": str(stay.age),
        "GJ": "CHN",
        "BZYZSNL": months,
        "XSECSTZ": _grams(stay.birth_weight),
        "XSERYTZ": _grams(stay.admission_weight),
        "CSD": "示例省示例市",
        "GG": "示例省",
        "MZ": "汉族",
        "SFZH": person.id_number,
        "ZY": person.job,
        "HY": person.marriage,
        "XZZ": person.address,
        "DH": person.phone,
        "YB1": "999000",
        "HKDZ": person.address,
        "YB2": "999000",
        "LXRXM": person.contact,
        "GX": person.relation,
        "DZ": person.address,
        "DH2": person.phone,
    }


def _stay_cells(random: Random, stay: Stay) -> dict[str, str]:
    department = stay.template.department
    ward = f"{department}{random.choice(('一', '二'))}病区"
    return {
        "RYTJ": "1" if stay.template.cause or random.random() < 0.3 else "2",
        "RYSJ": stay.admitted.strftime(_DATE),
        "RYSJS": str(stay.admitted.hour),
        "RYKB": department,
        "RYBF": ward,
        "CYSJ": stay.discharged.strftime(_DATE),
        "CYSJS": str(stay.discharged.hour),
        "CYKB": department,
        "CYBF": ward,
        "SJZYTS": str(stay.los),
        "MZZD": stay.outpatient.name,
        "JBBM": stay.outpatient.code,
        "YWGM": "1",
        "SWHZSJ": "2" if stay.leaving == "5" else "-",
        "XX": random.choice("1234"),
        "RH": "2",
        "LYFS": stay.leaving,
        "YZZY_YLJG": "示例市中心医院（虚构）" if stay.leaving == "2" else "-",
        "SFZZYJH": "1",
    }


def _diagnosis_cells(stay: Stay) -> dict[str, str]:
    row: dict[str, str] = {}
    for line, diagnosis in enumerate(stay.diagnoses[: OTHER_DIAGNOSES + 1]):
        row.update(
            zip(diagnosis_fields(line), (diagnosis.code, diagnosis.name, diagnosis.condition), strict=True)
        )
    if stay.cause.code:
        row.update(WBYY=stay.cause.name, H23=stay.cause.code)
    return row


def _pathology_cells(random: Random, stay: Stay) -> dict[str, str]:
    found = pathology_of([line.code for line in stay.diagnoses])
    if found is None:
        return {"BLZD": "-", "JBMM": "-", "BLH": "-"}
    return {"BLZD": found[1], "JBMM": found[0], "BLH": f"2025{random.randint(0, 99_999):05d}"}


def _staff_cells(staff: tuple[str, ...], stay: Stay) -> dict[str, str]:
    roles = ("KZR", "ZRYS", "ZZYS", "ZYYS", "ZRHS", "BMY", "ZKYS", "ZKHS")
    return {
        **dict(zip(roles, staff, strict=False)),
        "BAZL": "1",
        "ZKRQ": max(stay.discharged, stay.admitted).strftime(_DATE),
    }


def _procedure_cells(operation: Operation, stay: Stay, staff: tuple[str, ...]) -> tuple[str, ...]:
    """Code, day, level, name, operator, first and second assistant, incision, healing, anaesthesia, anaesthetist."""
    day = operation.day.strftime(_DATE)
    start = (operation.code, day, _level(operation, stay), operation.name)
    if operation.category == "手术":
        incision = _incision(operation)
        healing = "9" if incision == "1" else "1"
        return (*start, staff[1], staff[2], staff[3], incision, healing, _anaesthesia(operation), staff[-1])
    if operation.category == "介入治疗":
        return (*start, staff[1], staff[2], staff[3], "1", "9", "3", staff[-1])
    return (*start, staff[2], "-", "-", "", "", "", "")


def _level(operation: Operation, stay: Stay) -> str:
    """手术级别 by how much the stay cost; only operations and interventions have one."""
    if operation.category not in {"手术", "介入治疗"}:
        return ""
    fee = stay.template.fee
    return "1" if fee < 4_500 else "2" if fee < 11_000 else "3" if fee < 30_000 else "4"


def _incision(operation: Operation) -> str:
    """切口等级: 1 none, 2 clean, 3 clean-contaminated."""
    if any(word in operation.name for word in _THROUGH_OPENINGS):
        return "1"
    return "2" if operation.code.startswith(_CLEAN_INCISION) or operation.code < "17" else "3"


def _anaesthesia(operation: Operation) -> str:
    """麻醉方式: 1 general, 2 neuraxial, 3 local."""
    if operation.code.startswith(_LOCAL_CHAPTERS):
        return "3"
    return "2" if operation.code.startswith(_REGIONAL_CHAPTERS) else "1"


def _grams(weight: int | None) -> str:
    return "" if weight is None else str(weight)
