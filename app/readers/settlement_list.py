"""医疗保障基金结算清单 as JSON: the upload 4101 and 4101A, the query 4103, laid out as rows under our front-page columns.

Lists are found in whatever envelope they travel (``input``, ``data``, arrays, one object a line). Field names are those of public
implementations of the interface, both generations; the published text was not at hand. What has no column of ours keeps its own
name. Fees are taken as their total only: the list's categories of charges are not the front page's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from app.progress import Progress
from coding_rules.fields import FIELDS, MOST_LINES, OTHER_DIAGNOSES, PROCEDURES, diagnosis_fields

FORMAT = "医保结算清单"
NOTES = (
    "JSON 里的结算清单：问题写的“第几行”是文件里的第几份清单；字段名按公开的接口实现整理，没有核对过接口规范原文",
    "清单的收费类别与首页的费用分项不同，只取了总费用；更正后的首页另存为 .xlsx",
)
_DEEPEST = 8
_ICU_STAYS = 5
_TCM = re.compile(r"[A-Z]\d{2}\.\d{2}(\.|$)|[A-Z]{2}")
"""Codes of traditional Chinese diagnoses (``A17.03.02.``, ``BNF010``); a code of the insurance edition has three places behind its dot."""
_OUTPATIENT = {"101", "102", "201", "202", "203"}
"""Types of diagnoses that some platforms keep among those of the stay although they are of the clinic."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "USERNAME": ("fixmedins_name",),
    "A01": ("fixmedins_code",),
    "BAH": ("medcasno",),
    "XM": ("psn_name",),
    "XB": ("gend",),
    "CSRQ": ("brdy",),
    "NL": ("age",),
    "A16": ("nwb_age",),
    "GJ": ("ntly",),
    "MZ": ("naty",),
    "SFZH": ("certno",),
    "ZY": ("prfs",),
    "XZZ": ("curr_addr",),
    "GZDWJDZ": ("emp_name", "emp_addr"),
    "DWDH": ("emp_tel",),
    "YB3": ("poscode",),
    "LXRXM": ("coner_name",),
    "GX": ("patn_rlts",),
    "DZ": ("coner_addr",),
    "DH2": ("coner_tel",),
    "XSECSTZ": ("nwb_bir_wt", "mul_nwb_bir_wt"),
    "XSERYTZ": ("nwb_adm_wt", "mul_nwb_adm_wt"),
    "RYTJ": ("adm_way", "adm_way_code"),
    "RYSJ": ("adm_time", "adm_date"),
    "RYKB": ("adm_caty",),
    "ZKKB": ("refldept_dept", "refl_caty"),
    "CYSJ": ("dscg_time", "dscg_date"),
    "CYKB": ("dscg_caty",),
    "SJZYTS": ("act_ipt_days",),
    "MZZD": ("otp_wm_dise", "otp_wm_diag"),
    "JBBM": ("wm_dise_code", "otp_wm_diag_dise_code"),
    "LYFS": ("dscg_way",),
    "YZZY_YLJG": ("acp_medins_name", "acp_optins_name"),
    "SFZZYJH": ("days_rinp_flag_31", "dscg31days_rinp_flag"),
    "MD": ("days_rinp_pup_31", "rinp_pup", "dscg31days_rinp_pup"),
    "ZZYS": ("chfpdr_name",),
    "ZRHS": ("resp_nurs_name",),
    "F17": ("spga_nurscare_days",),
    "F18": ("lv1_nurscare_days",),
    "F19": ("scd_nurscare_days",),
    "F20": ("lv3_nurscare_days",),
    "RYQ_T": ("bfadm_coma_days",),
    "RYQ_XS": ("bfadm_coma_h_cnt",),
    "RYQ_F": ("bfadm_coma_m_cnt",),
    "RYH_T": ("afadm_coma_days",),
    "RYH_XS": ("afadm_coma_h_cnt",),
    "RYH_F": ("afadm_coma_m_cnt",),
}
"""Our column <- names of the list, the first that is filled."""
_DIAGNOSIS = (("diag_code",), ("diag_name",), ("adm_cond_type", "adm_cond"))
_PROCEDURE: Mapping[str, tuple[str, ...]] = {
    "SSJCZBM": ("oprn_oprt_code",),
    "SSJCZMC": ("oprn_oprt_name",),
    "SSJCZRQ": ("oprn_oprt_date", "oprn_oprt_begntime", "oprn_oprt_begn_date"),
    "SSJB": ("oprn_oprt_lev",),
    "SZ": ("oper_dr_name",),
    "MZFS": ("anst_way",),
    "MZYS": ("anst_dr_name",),
}
_ICU = (
    ("C48", "C", "scs_cutd_ward_type"),
    ("C49", "", "scs_cutd_inpool_time"),
    ("C50", "", "scs_cutd_exit_time"),
)
_PAYMENT = {"310": "1", "390": "2", "999": "9"}
_DAY_CASE = {"1": "2", "2": "1"}

_Node = Mapping[str, object]
_Cells = dict[str, str]


@dataclass
class ListTable:
    """The lists of a file as a table: ``rows`` are cells or, for what is no list or cannot be read, the reason; in file order."""

    headers: tuple[str, ...] = ()
    rows: list[list[str] | str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_lists(text: str, progress: Progress | None = None) -> ListTable:
    """Every settlement list in a JSON text.

    Raises:
        Cancelled: the user asked to stop.
    """
    progress = progress or Progress()
    table = ListTable()
    found: list[_Cells | str] = []
    for value in _values(text):
        lists = [] if isinstance(value, str) else list(_lists_in(value, 0))
        if isinstance(value, str):
            found.append(value)
        elif not lists:
            found.append("不是结算清单：里面没有 setlinfo 和 diseinfo")
        for each in lists:
            found.append(_cells(each, len(found) + 1, table.notes))
            if len(found) % 200 == 0:
                progress.report(0, 0, f"正在读取结算清单：{len(found):,} 份")
    names = dict.fromkeys(name for cells in found if not isinstance(cells, str) for name in cells)
    names |= dict.fromkeys(_room(names.keys()))
    table.headers = tuple([name for name in FIELDS if name in names] + [n for n in names if n not in FIELDS])
    table.rows = [
        cells if isinstance(cells, str) else [cells.get(name, "") for name in table.headers]
        for cells in found
    ]
    return table


def _room(names: AbstractSet[str]) -> Iterator[str]:
    """Columns for as many lines as the paper form has, so that there is room for what a coder adds."""
    lines = [diagnosis_fields(line) for line in range(OTHER_DIAGNOSES + 1)]
    families = [
        *map(list, zip(*lines, strict=True)),
        *([f"{name}{line}" for line in range(1, PROCEDURES + 1)] for name in _PROCEDURE),
    ]
    for family in families:
        if not names.isdisjoint(family):
            yield from family


def _values(text: str) -> Iterator[object]:
    """The values of a JSON text: the elements of an array, or all objects one after the other; for one that cannot be read a text that
    says where it begins. After a broken one it goes on with the next object that begins a line.
    """
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    at = _next(text, 0)
    in_array = text.startswith("[", at)
    at = _next(text, at + in_array)
    while at < len(text) and not (in_array and text[at] == "]"):
        try:
            value, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            line = text.count("\n", 0, at) + 1
            yield f"从文件第 {line} 行开始的一份不是完整的 JSON，无法读取"
            end = text.find("\n{", at)
            if end < 0:
                return
        else:
            yield value if isinstance(value, dict | list) else f"不是结算清单：{str(value)[:20]}"
        at = _next(text, end)


def _next(text: str, at: int) -> int:
    """Where the next value begins: behind blanks and commas."""
    while at < len(text) and text[at] in " \t\r\n,\ufeff":
        at += 1
    return at


def _lists_in(value: object, depth: int) -> Iterator[_Node]:
    """The settlement lists in a value, under whatever keys; a text that holds JSON itself is looked into."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            value = json.loads(value, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            return
    if isinstance(value, Mapping):
        node = {_plain(str(key)): held for key, held in value.items()}
        if "diseinfo" in node or ("setlinfo" in node and "oprninfo" in node):
            yield node
            return
        value = list(node.values())
    if isinstance(value, list):
        for each in value:
            yield from _lists_in(each, depth + 1)


def _cells(node: _Node, number: int, notes: list[str]) -> _Cells | str:
    """The cells of one list by column, or why it cannot be taken."""
    heads = _children(node, "setlinfo") or [node]
    head = heads[0]
    cells: _Cells = {}
    used: set[str] = set()
    for column, names in _COLUMNS.items():
        known = [_plain(name) for name in names if _plain(name) in head]
        if known:
            name = next((each for each in known if _text(head[each])), known[0])
            cells[column] = _text(head[name])
            used.add(name)
    _derive(head, node, cells)
    raw = {key: held for key, held in head.items() if key not in used and not isinstance(held, dict | list)}
    problem = _diagnoses(node, cells) or _procedures(node, cells)
    stays = [stay for stay in _nodes(node, head, "icuinfo") if any(map(_text, stay.values()))]
    for place, stay in enumerate(stays[:_ICU_STAYS], start=1):
        for family, ending, name in _ICU:
            cells[f"{family}x0{place}{ending}"] = _text(stay.get(_plain(name)))
    if len(stays) > _ICU_STAYS:
        notes.append(f"第 {number} 份清单有 {len(stays)} 段重症监护，只读入前 {_ICU_STAYS} 段")
    return problem or cells | {_OWN_NAMES.get(key, key): _text(held) for key, held in raw.items()}


def _derive(head: _Node, node: _Node, cells: _Cells) -> None:
    """What the list says in other words than the front page."""
    if "hitype" in head:
        kind = _text(head["hitype"])
        cells["YLFKFS"] = _PAYMENT.get(kind, kind)
    if "iptmedtype" in head:
        cells["B38"] = _DAY_CASE.get(_text(head["iptmedtype"]), "")
    for name, columns in (
        ("pwcrybfadmcomadura", ("RYQ_T", "RYQ_XS", "RYQ_F")),
        ("pwcryafadmcomadura", ("RYH_T", "RYH_XS", "RYH_F")),
    ):
        parts = _text(head.get(name)).split("/")
        if len(parts) == len(columns):
            cells.update(zip(columns, parts, strict=True))
    if hours := _ventilated(head):
        cells["C47"] = hours
    for column in ("XSECSTZ", "XSERYTZ"):
        if column in cells:
            cells[column], *others = re.split("[,，]", cells[column])
            if column == "XSECSTZ":
                cells.update({f"A18x0{at}": weight for at, weight in enumerate(others[:4], start=2)})
    if (total := _total(_nodes(node, head, "iteminfo"))) is not None:
        cells["ZFY"] = str(total)
    own = [_text(head.get(a)) or _text(head.get(b)) for a, b in _OWN_PART]
    if (paid := _sum(own)) is not None:
        cells["ZFJE"] = str(paid)


def _total(items: Sequence[_Node]) -> Decimal | None:
    """The sum of the charges in yuan; a row that is itself a sum does not count twice."""
    single = [item for item in items if "合计" not in _first(item, ("med_chrgitm", "med_chrgitm_type"))]
    return _sum([_first(item, ("amt", "item_sumamt")) for item in single])


def _ventilated(head: _Node) -> str:
    """Whole hours on the ventilator, from days and hours: one text ``1/13/24`` or a field each."""
    days, hours, *_ = (*_text(head.get("ventuseddura")).split("/"), "", "")
    days, hours = days or _text(head.get("ventuseddays")), hours or _text(head.get("ventusedhcnt"))
    if not all(part.isdecimal() for part in (days, hours) if part):
        return ""
    return str(int(days or 0) * 24 + int(hours or 0)) if days or hours else ""


_OWN_PART = (("psnselfpay", "psnselfpayamt"), ("psnownpay", "psnownpayfee"))


def _diagnoses(node: _Node, cells: _Cells) -> str:
    """The principal diagnosis and the others as lines, those of traditional medicine and of the clinic aside. Why not, if not."""
    rows = _ordered(_children(node, "diseinfo"), "diagsrtno")
    aside = [row for row in rows if _is_aside(row)]
    western = [row for row in rows if not _is_aside(row)]
    flags = [_text(row.get("maindiagflag")) for row in western]
    lines: list[_Node] = list(western)
    if "1" in flags:
        lines.insert(0, lines.pop(flags.index("1")))
    elif any(flags):
        lines.insert(0, {})  # every one is flagged as another: the principal one is not filed
    cells["JBDM"] = ""
    if len(lines) > MOST_LINES + 1:
        return f"有 {len(lines)} 条诊断，超过 {MOST_LINES + 1} 条"
    for line, row in enumerate(lines):
        cells.update(_named(row, dict(zip(diagnosis_fields(line), _DIAGNOSIS, strict=True))))
    if aside:
        told = (f"{_text(row.get('diagcode'))} {_text(row.get('diagname'))}".strip() for row in aside)
        cells["diseinfo（中医、门诊）"] = "；".join(told)
    return ""


def _procedures(node: _Node, cells: _Cells) -> str:
    rows = _ordered(_children(node, "oprninfo"), "sort")
    filed = [row for row in rows if _first(row, _PROCEDURE["SSJCZBM"]) or _first(row, _PROCEDURE["SSJCZMC"])]
    filed.sort(key=lambda row: "1" not in (_text(row.get("mainoprnflag")), _text(row.get("oprnoprttype"))))
    if "oprninfo" in node:
        cells["SSJCZBM1"] = ""
    if len(filed) > MOST_LINES:
        return f"有 {len(filed)} 条手术操作，超过 {MOST_LINES} 条"
    for line, row in enumerate(filed, start=1):
        cells.update(_named(row, {f"{family}{line}": names for family, names in _PROCEDURE.items()}))
    return ""


def _is_aside(row: _Node) -> bool:
    """A diagnosis of the clinic, or of traditional medicine: types 2 and 3, unless the code is one of ICD-10 (some systems count
    1 主要, 2 其他).
    """
    kind, code = _text(row.get("diagtype")), _text(row.get("diagcode")).upper()
    return kind in _OUTPATIENT or (kind in {"2", "3"} and (not code or bool(_TCM.match(code))))


def _ordered(rows: Sequence[_Node], number: str) -> list[_Node]:
    """Rows by the number they carry, if all carry one; else as they stand."""
    numbers = [_text(row.get(number)) for row in rows]
    if not all(each.isdecimal() for each in numbers):
        return list(rows)
    return sorted(rows, key=lambda row: int(_text(row.get(number))))


def _nodes(node: _Node, head: _Node, name: str) -> list[_Node]:
    """The rows of a node, which may stand beside the head or in it."""
    return _children(node, name) or _children(head, name)


def _children(node: _Node, name: str) -> list[_Node]:
    held = node.get(name)
    rows = held if isinstance(held, list) else [held]
    return [{_plain(str(key)): v for key, v in row.items()} for row in rows if isinstance(row, Mapping)]


def _named(row: _Node, columns: Mapping[str, tuple[str, ...]]) -> _Cells:
    """The cells of a row, for the columns of which it knows a name: what a system never sends is no blank."""
    return {
        column: _first(row, names)
        for column, names in columns.items()
        if any(_plain(name) in row for name in names)
    }


def _first(row: _Node, names: Sequence[str]) -> str:
    return next(filter(None, (_text(row.get(_plain(name))) for name in names)), "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.strip() if isinstance(value, str) else ""


def _sum(texts: Sequence[str]) -> Decimal | None:
    """The sum of those that are filled; ``None`` if none is, or one is no number."""
    try:
        values = [Decimal(text) for text in texts if text]
    except InvalidOperation:
        return None
    return sum(values, Decimal(0)) if values else None


def _plain(name: str) -> str:
    """A field name as systems vary it: ``diag_code``, ``DIAG_CODE``, ``diagCode``."""
    return name.replace("_", "").lower()


_OWN_NAMES = {
    _plain(name): name
    for name in (
        *(
            "mdtrt_sn",
            "mdtrt_id",
            "setl_id",
            "psn_no",
            "hi_setl_lv",
            "hi_no",
            "dcla_time",
            "patn_cert_type",
            "hi_type",
        ),
        *(
            "insuplc",
            "sp_psn_type",
            "nwb_adm_type",
            "ipt_med_type",
            "trt_type",
            "bill_code",
            "bill_no",
            "biz_sn",
        ),
        *(
            "setl_begn_date",
            "setl_begndate",
            "setl_end_date",
            "setl_enddate",
            "hi_paymtd",
            "hsorg",
            "hsorg_opter",
        ),
        *("diag_code_cnt", "oprn_oprt_code_cnt", "acct_pay", "acct_payamt", "psn_cashpay"),
    )
}
"""Names that columns without one of ours go by, however the file spells them."""
