"""A scheme small enough to read, as the rows of its tables; tests change a cell and look what happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from coding_rules.grouper.drg.scheme import Scheme, SchemeInfo
from coding_rules.grouper.drg.scheme_build import Sheet, build_scheme
from coding_rules.grouper.drg.weight_table import WeightTable

Rows = list[list[str]]

TABLES: Mapping[str, Rows] = {
    "mdc": [
        ["order", "mdc", "name", "rule"],
        ["1", "MDCA", "先期分组", "ppx in VALID.PX"],
        ["2", "MDCF", "循环系统", "pdx in F.DX"],
        ["3", "MDCP", "新生儿", "pdx in P.DX and age == 0"],
    ],
    "adrg": [
        ["order", "mdc", "adrg", "name", "rule"],
        ["1", "MDCA", "AA1", "心脏移植", "ppx in AA1.PX"],
        ["1", "MDCF", "FM1", "经皮冠状动脉支架植入", "ppx in FM1.PX"],
        ["2", "MDCF", "FR2", "急性心肌梗死", "pdx in FR2.DX"],
        ["3", "MDCF", "FZ1", "其他循环系统疾患", "pdx in F.DX and not px in VALID.PX"],
        ["1", "MDCP", "PS1", "极低体重儿", "weight < 1500 and age_days <= 28"],
    ],
    "drg": [
        ["order", "adrg", "drg", "name", "rule"],
        ["1", "AA1", "AA19", "心脏移植", "true"],
        ["1", "FM1", "FM11", "支架植入，伴严重并发症或合并症", "mcc"],
        ["2", "FM1", "FM15", "支架植入，不伴严重并发症或合并症", "true"],
        ["1", "FR2", "FR21", "急性心肌梗死，伴严重并发症或合并症", "mcc"],
        ["2", "FR2", "FR23", "急性心肌梗死，伴并发症或合并症", "mcc or cc"],
        ["3", "FR2", "FR25", "急性心肌梗死，不伴并发症或合并症", "true"],
        ["1", "FZ1", "FZ19", "其他循环系统疾患", "true"],
    ],
    "code_lists": [
        ["list", "kind", "code"],
        ["VALID.PX", "px", "37.5100"],
        ["VALID.PX", "px", "36.0601"],
        ["VALID.PX", "px", "47.0100"],
        ["AA1.PX", "px", "37.5100"],
        ["FM1.PX", "px", "36.0601"],
        ["F.DX", "dx", "I21.000"],
        ["F.DX", "dx", "I25.100"],
        ["FR2.DX", "dx", "I21.000"],
        ["P.DX", "dx", "P07.000"],
    ],
    "complications": [
        ["code", "level", "exclusion_table"],
        ["J96.000", "MCC", "3"],
        ["I50.900", "MCC", "1"],
        ["E87.600", "CC", "2"],
    ],
    "exclusions": [["principal_diagnosis", "exclusion_table"], ["I21.000", "1"]],
}


def copy_tables() -> dict[str, Rows]:
    """The tables, free to be changed."""
    return {name: [list(row) for row in rows] for name, rows in TABLES.items()}


def small_scheme(tables: Mapping[str, Rows] | None = None, weights: WeightTable | None = None) -> Scheme:
    """The scheme of the tables, in force in 2025."""
    info = SchemeInfo("small", "小方案", "2025", valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    sheets = {name: Sheet(f"{name}.csv", rows) for name, rows in (tables or TABLES).items()}
    return build_scheme(info, sheets, weights)
