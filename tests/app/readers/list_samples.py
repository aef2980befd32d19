"""A settlement list of a made-up stay."""

from __future__ import annotations

from typing import Any

List = dict[str, Any]


def a_list(number: str = "B0001", **head: object) -> List:
    """One list as the upload 4101A carries it."""
    setlinfo = {
        "mdtrt_id": "M1", "setl_id": "S1", "fixmedins_name": "某医院", "fixmedins_code": "H00000000001",
        "medcasno": number, "psn_name": "张三", "gend": "1", "brdy": "1970-02-03", "age": 55,
        "adm_way": "1", "adm_time": "2025-03-01 08:30:00", "adm_caty": "A03", "dscg_time": "2025-03-09 10:00:00",
        "dscg_caty": "A03", "act_ipt_days": 8, "dscg_way": "1", "hi_type": "310", "insuplc": "340100",
        "psn_selfpay": 800.5, "psn_ownpay": 200, "chfpdr_name": "李四",
        "pwcry_bfadm_coma_dura": "0/3/20", "vent_used_dura": "1/13/24",
    }  # fmt: skip
    return {
        "setlinfo": setlinfo | head,
        "payinfo": [{"fund_pay_type": "310100", "fund_payamt": 9000}],
        "diseinfo": [
            {"diag_type": "1", "diag_code": "I10.x00x002", "diag_name": "高血压", "maindiag_flag": "0", "adm_cond_type": "1"},
            {"diag_type": "1", "diag_code": "I21.001", "diag_name": "急性前壁心肌梗死", "maindiag_flag": "1", "adm_cond_type": "1"},
            {"diag_type": "2", "diag_code": "A04.01.01.", "diag_name": "胸痹", "maindiag_flag": "1"},
        ],
        "iteminfo": [{"med_chrgitm": "09", "amt": 1500.25}, {"med_chrgitm": "01", "amt": "8500"}],
        "oprninfo": [
            {"oprn_oprt_type": "2", "oprn_oprt_code": "88.5500", "oprn_oprt_name": "冠状动脉造影",
             "oprn_oprt_date": "2025-03-01 09:00:00"},
            {"oprn_oprt_type": "1", "oprn_oprt_code": "36.0601", "oprn_oprt_name": "支架置入",
             "oprn_oprt_date": "2025-03-01", "oper_dr_name": "王五", "anst_way": "3"},
        ],
        "icuinfo": [
            {"scs_cutd_ward_type": "1", "scs_cutd_inpool_time": "2025-03-01 12:00:00",
             "scs_cutd_exit_time": "2025-03-02 12:00:00"},
        ],
    }  # fmt: skip
