"""Headers that mean one field whatever stands beside them: the data behind ``coding_rules.headers``.

One line each: canonical id, then the names files use for it.
Source: N041 layout and spelling variants of its exports, HQMS interface specification, the older HQMS "P" ids and the
"AAA" ids as published by vendors, headers of in-house tables.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from coding_rules.fields import FEE_ITEMS, FIELDS, MOST_LINES, PROCEDURE_LINE

LINE_FAMILIES = frozenset(
    {"JBDM", "QTZD", "RYBQ", "CYQK", "QKYHDJ", *(family for family, *_ in PROCEDURE_LINE)}
)
"""Families whose ids carry a line number."""
WEAK_NAMES = {
    "住院号": "BAH",
    "住院编号": "BAH",
    "住院流水号": "BAH",
    "就诊号": "BAH",
    "科主任医师": "KZR",
    "出院情况": "CYQK",
}
"""Names that stand for a field only when the file has no better column for it."""


@cache
def fold_header(header: str) -> str:
    """The comparable form of a header: half-width, no blanks, brackets or punctuation, letters upper, 其它 as 其他."""
    text = unicodedata.normalize("NFKC", header).upper()
    text = re.sub(r"[\s()\[\]【】<>:：、,，.。*_\-—/\\]+", "", text).replace("其它", "其他")
    return text.replace("医生", "医师").replace("代码", "编码")


_CHINESE = """USERNAME 医疗机构名称 医院名称 机构
A01 医疗机构编码 机构编码
YLFKFS 医疗付费方式 付费方式 付款方式 费别 医保类型
JKKH 健康卡
ZYCS 次数 第几次住院 入院次数
BAH 病案编号 病历号 病案ID
XM 患者姓名 病人姓名
XB 性别编码 患者性别
CSRQ 出生年月日 出生年月 生日
NL 年龄岁 年龄周岁 入院年龄 患者年龄
BZYZSNL 年龄月 月龄 不足一周岁年龄 不足1周岁年龄 年龄不足一周岁的年龄 不足一周岁年龄月 不足1周岁年龄月
A16 天龄 日龄 年龄天 不足一周岁年龄天 不足1周岁年龄天 不足一周岁天数
XSECSTZ 出生体重 新生儿出生体重 出生体重克
XSERYTZ 入院体重 新生儿入院体重 入院体重克
SFZH 身份证 身份证号码 证件号码 公民身份号码
DH 电话 联系电话
RYSJ 入院日期 入院日期时间
RYSJS 入院时
CYSJ 出院日期 出院日期时间
CYSJS 出院时
RYKB 入院科室 入院科室名称 入院科别名称
CYKB 出院科室 出院科室名称 出院科别名称 科室 科室名称 科别
ZKKB 转科科室
RYBF 入院病区 入院病室
CYBF 出院病区 出院病室
SJZYTS 住院天数 住院日 实际住院日 实际住院 实际住院天
MZZD 门诊诊断 门诊诊断名称 门急诊诊断名称
JBBM 门诊诊断编码 门诊编码
ZYZD 主要诊断名称 主诊断 主诊断名称 出院主要诊断 出院主要诊断名称 主诊 主诊名称 主要诊断描述
JBDM 主诊断编码 出院主要诊断编码 主诊编码 主要诊断疾病编码 主要疾病编码
RYBQ 主要诊断入院病情 主诊断入院病情 出院主要诊断入院病情 主诊入院病情
CYQK 主诊断出院情况 出院主要诊断出院情况
WBYY 损伤中毒外部原因 损伤中毒外部原因名称 外部原因 外部原因名称 损伤中毒的外部原因名称
H23 损伤中毒的外部原因编码 外部原因编码 外因编码
BLZD 病理诊断名称
BLH 病理编号
YWGM 有无药物过敏 药物过敏史
GMYW 过敏药物名称
SWHZSJ 尸检
XX ABO血型 ABO
RH RH血型
ZRYS 主任医师 主任副主任医师 主副主任医师
ZKHS 质控护师
LYFS 离院方式编码 出院方式 离院去向
YZZY_YLJG 医嘱转院转社区卫生服务机构乡镇卫生院名称
SFZZYJH 再住院计划 是否有出院31天内再住院计划 是否有出院31日内再住院计划 31天内再住院计划
ZFY 住院总费用 费用总额 总金额 医疗总费用 住院费用
ZFJE 自付 个人自付 自付费用 住院总费用其中自付金额
YLFUF 一般医疗服务
ZLCZF 一般治疗操作
QTFY 综合医疗服务其他费用 综合医疗服务类其他
BLZDF 病理费
SYSZDF 实验室诊断 检验费 化验费
YXXZDF 影像学诊断 影像费
LCZDXMF 临床诊断项目
FSSZLXMF 非手术治疗项目
WLZLF 临床物理治疗费 其中临床物理治疗费
SSZLF 手术治疗
MAF 麻醉费 其中麻醉费
SSF 手术费 其中手术费
KJYWF 抗菌药物费用 抗菌药物费 其中抗菌药物费用
ZCYF1 中草药
HCYYCLF 检查用一次性材料费
YYCLF 治疗用一次性材料费
YCXYYCLF 手术用一次性材料费
QTF 其他费用
C47 呼吸机使用时间 呼吸机使用时长 有创呼吸机使用时间 呼吸机使用小时
SSJCZBM1 主要手术编码 主要手术操作编码 主手术编码 主要手术及操作编码
SSJCZMC1 主要手术名称 主要手术操作名称 主要手术 主要手术操作 主手术名称 主手术 主要手术及操作名称
SSJCZRQ1 主要手术日期 主要手术操作日期 主手术日期 主要手术时间 主要手术及操作日期
SSJB1 主要手术级别 主要手术操作级别 主手术级别
SZ1 主要手术术者 主要手术操作术者 主手术术者
YZ1 主要手术I助 主要手术操作I助
EZ1 主要手术II助 主要手术操作II助
QKDJ1 主要手术切口等级
QKYHLB1 主要手术切口愈合类别
QKYHDJ1 主要手术切口愈合等级 主要手术操作切口愈合等级
MZFS1 主要手术麻醉方式 主要手术操作麻醉方式
MZYS1 主要手术麻醉医师 主要手术操作麻醉医师
CSD 出生地址
GG 籍贯省自治区直辖市 籍贯省
YB1 现住址邮政编码
YB2 户口地址邮政编码 户口邮编
YB3 工作单位邮政编码 工作单位邮编
DWDH 工作单位电话
GX 关系 与患者关系 联系人关系编码
MD 出院31天再住院计划目的 再住院计划目的
RYQ_T 颅脑损伤患者入院前昏迷时间天 颅脑损伤患者昏迷入院前时间天
RYQ_XS 颅脑损伤患者入院前昏迷时间小时
RYQ_F 颅脑损伤患者入院前昏迷时间分钟
RYH_T 颅脑损伤患者入院后昏迷时间天
RYH_XS 颅脑损伤患者入院后昏迷时间小时
RYH_F 颅脑损伤患者入院后昏迷时间分钟"""

_N041_VARIANTS = """XSECSTZ XSETZ
BZYZSNL BZYZS_NL
RYSJS RYSJ_S
CYSJS CYSJ_S
SJZYTS SJZY
MAF MZF
YLFUF YLFWF
DH2 DH1
H23 JBBM1
JBMM JBBM2
SWHZSJ SJ
SFZZYJH ZZYJH
YZZY_YLJG YZZY_JGMC
WSY_YLJG WSY_JGMC
RYQ_F RYQ_FZ
RYH_F RYH_FZ
HCYYCLF JCYYCLF
YCXYYCLF YCXYYCLF SSYCXCLF
SYSZDF ZDF
WLZLF ZLF
JBDM ZYZD_JBBM
RYBQ XY_RYBQ
MZZD MZZD_XYZD"""

_HQMS = """USERNAME A02
BAH A48 P3 AAA28
ZYCS A49 P2 AAA29
RYSJ B12 P22 AAB01
CYSJ B15 P25 AAC01
JKKH A47
YLFKFS A46C AAA26C
XM A11 P4 AAA01
XB A12C P5 AAA02C
CSRQ A13 P6 AAA03
NL A14 P7 AAA04
GJ A15C
HY A21C
ZY A38C AAA18C
MZ A19C
SFZH A20 P13 AAA07
CSD A22
GG A23C
HKDZ A24
YB2 A25C
XZZ A26
DH A27
YB1 A28C
GZDWJDZ A29
DWDH A30
YB3 A31C
LXRXM A32
GX A33C AAA23C
DZ A34
DH2 A35
RYTJ B11C P804 AAB06C
RYKB B13C P23
RYBF B14 P231
ZKKB B21C P24
CYKB B16C P26 AAC11N
CYBF B17 P261
SJZYTS B20 P27 AAC04
JBBM C01C P28
MZZD C02N P281
JBDM C03C P321 ABC01C
ZYZD C04N P322 ABC01N
RYBQ C05C P805
CYQK P323
JBMM C09C P351 ABF01C
BLZD C10N P352 ABF01N
BLH C11 P816 ABF04
H23 C12C P361 ABG01C
WBYY C13N P362 ABG01N
YWGM C24C P371 AEB02C
GMYW C25 P372 AEB01
KZR B22 P431
ZRYS B23 P432
ZZYS B24 P433
ZYYS B25 P434
ZRHS B26 P819
JXYS B27 P435
SXYS B28
BMY B29 P438
BAZL B30C P44 AED01C
ZKYS B31 P45
ZKHS B32 P46
ZKRQ B33 P47
SWHZSJ C34C
XX C26C AEG01C
RH C27C
XSECSTZ A18X01 P681 AEN01
A18x02 A18X02 P682
A18x03 A18X03 P683
A18x04 A18X04 P684
A18x05 A18X05 P685
XSERYTZ A17 P67 AAA42
A16 A16 AAA40
RYQ_T C28
RYQ_XS C29
RYQ_F C30
RYH_T C31
RYH_XS C32
RYH_F C33
SFZZYJH B36C P830
MD B37 P831
LYFS B34C P741 AEM01C
YZZY_YLJG B35 P742
WSY_YLJG P743
C47 C47 P72 AEL01
A01 A01 P900
ZFY D01 P782
ZFJE D09 P751"""

_HQMS_FEES = [
    *(f"D{n}" for n in range(11, 20)),
    *("D19X01", "D20", "D20X01", "D20X02", "D21", "D22", "D23", "D23X01"),
    *(f"D{n}" for n in range(24, 35)),
]
_P_FEES = [f"P{n}" for n in range(752, 782) if n not in {753, 766}]
_P_DIAGNOSES = (
    "P324 P325 P806 P326,P327 P328 P807 P329,P3291 P3292 P808 P3293,P3294 P3295 P809 P3296,P3297 P3298 P810 P3299,"
    "P3281 P3282 P811 P3283,P3284 P3285 P812 P3286,P3287 P3288 P813 P3289,P3271 P3272 P814 P3273,P3274 P3275 P815 P3276"
)
_P_PROCEDURE_STARTS = (
    "P490 P491 P492 P495 P496 P497 P498 P499 P4910,P4911 P4912 P4913 P4916 P4917 P4918 P4919 P4920 P4921,"
    "P4922 P4923 P4924 P4527 P4528 P4529 P4530 P4531 P4532,P4533 P4534 P4535 P4538 P4539 P4540 P4541 P4542 P4543,"
    "P4544 P4545 P4546 P4549 P4550 P4551 P4552 P4553 P4554"
)
_P_PROCEDURE_FAMILIES = ("SSJCZBM", "SSJCZRQ", "SSJCZMC", "SZ", "YZ", "EZ", "MZFS", "QKYHDJ", "MZYS")
_HQMS_PROCEDURE = (
    "SSJCZBM C",
    "SSJCZMC N",
    "SSJCZRQ",
    "SSJB",
    "SZ",
    "YZ",
    "EZ",
    "QKYHDJ C",
    "MZFS C",
    "MZYS",
)


@cache
def known_headers() -> dict[str, str]:
    """Folded header -> canonical id, for headers that mean one field whatever stands beside them."""
    table: dict[str, str] = {}
    for block in (_CHINESE, _N041_VARIANTS, _HQMS):
        for line in block.splitlines():
            field_id, *names = line.split(" ")
            table |= {fold_header(name): field_id for name in names}
    table |= dict(zip(_HQMS_FEES, FEE_ITEMS, strict=True)) | dict(zip(_P_FEES, FEE_ITEMS, strict=True))
    table |= _hqms_lines() | _p_lines()
    for line_number in range(1, MOST_LINES + 1):
        table[f"SHJB{line_number}"] = f"SSJB{line_number}"
        table[f"QKYLB{line_number}"] = f"QKYHLB{line_number}"
        table[f"ZYZDJBBM{line_number}"] = f"JBDM{line_number}"
    numbered = tuple("0123456789")
    for info in FIELDS.values():
        if not (info.id.endswith(numbered) and info.id.rstrip("0123456789") in LINE_FAMILIES):
            table[fold_header(info.label)] = info.id
    return table | {fold_header(field_id): field_id for field_id in FIELDS}


def _hqms_lines() -> dict[str, str]:
    """HQMS line families: C06x01C/C07x01N/C08x01C, main procedure C14x01C.. and other procedures C35x01C.."""
    table: dict[str, str] = {}
    for n in range(1, MOST_LINES):
        table |= {f"C06X{n:02}C": f"JBDM{n}", f"C07X{n:02}N": f"QTZD{n}", f"C08X{n:02}C": f"RYBQ{n}"}
        table[f"F06X{n:02}"] = f"CYQK{n}"
        for offset, role in enumerate(_HQMS_PROCEDURE):
            family, _, suffix = role.partition(" ")
            table[f"C{35 + offset}X{n:02}{suffix}"] = f"{family}{n + 1}"
    for offset, role in enumerate(_HQMS_PROCEDURE):
        family, _, suffix = role.partition(" ")
        table[f"C{14 + offset}X01{suffix}"] = f"{family}1"
    return table


def _p_lines() -> dict[str, str]:
    """Line families of the old P ids; from the sixth procedure on they are numbered regularly (12 ids a line)."""
    table: dict[str, str] = {}
    for n, group in enumerate(_P_DIAGNOSES.split(","), start=1):
        table |= dict(zip(group.split(), (f"JBDM{n}", f"QTZD{n}", f"RYBQ{n}", f"CYQK{n}"), strict=True))
    lines = [group.split() for group in _P_PROCEDURE_STARTS.split(",")]
    lines += [[f"P{45002 + 12 * k + o}" for o in (0, 1, 2, 5, 6, 7, 8, 10, 11)] for k in range(5)]
    for n, ids in enumerate(lines, start=1):
        table |= dict(zip(ids, (f"{family}{n}" for family in _P_PROCEDURE_FAMILIES), strict=True))
        table[f"P{819 + n}"] = f"SSJB{n}"
    return table
