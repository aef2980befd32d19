"""In-memory cases and knowledge for window tests: synthetic people, tiny rules, tiny groupers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.review import Knowledge
from app.verify import Verified
from app.workbench import Workbench
from coding_rules.case import Case, Diagnosis, Fees, Procedure, Source
from coding_rules.edit import SetDiagnosis
from coding_rules.finding import Finding, Fix, Severity
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.grouper.inputs import GrouperInput
from coding_rules.settlement.settlement import Band, Figure, Settlement
from icd_tables.codes import Kind
from icd_tables.search import Candidate, Tier
from icd_tables.table import CodeEntry
from ui.services import Services

DIAGNOSES = (
    ("I21.000x005", "急性前壁心肌梗死"),
    ("I20.000", "不稳定型心绞痛"),
    ("I25.103", "冠状动脉粥样硬化性心脏病"),
    ("K35.800", "急性阑尾炎"),
    ("J18.900", "肺炎"),
    ("E11.900", "2型糖尿病"),
    ("I10.x00x002", "高血压"),
    ("N20.000", "肾结石"),
    ("O82.000", "经选择性剖宫产术的分娩"),
    ("C34.101", "右肺上叶恶性肿瘤"),
)
PROCEDURES = (
    ("36.0601", "冠状动脉药物洗脱支架置入术"),
    ("47.0100", "腹腔镜下阑尾切除术"),
    ("88.5500", "单根导管的冠状动脉造影术"),
    ("74.1x01", "子宫低位剖宫产术"),
)
DEPARTMENTS = ("心血管内科", "普通外科", "呼吸与危重症医学科", "内分泌科", "泌尿外科", "产科", "肿瘤科")


def make_cases(count: int = 60) -> list[Case]:
    dice = random.Random(7)
    cases = []
    for number in range(count):
        picked = dice.sample(DIAGNOSES, dice.randint(1, 5))
        days = dice.randint(2, 21)
        admitted = datetime(2025, 1, 1 + number % 28, 9, 30)
        total = dice.randint(300_000, 6_000_000)
        cases.append(
            Case(
                case_id=f"{2500100 + number:08d}",
                record_no=f"{2500100 + number:08d}",
                sex=dice.choice("12"),
                age=dice.randint(20, 88),
                admitted=admitted,
                discharged=admitted + timedelta(days=days),
                los=days,
                department=dice.choice(DEPARTMENTS),
                diagnoses=tuple(Diagnosis(code, name, "1") for code, name in picked),
                procedures=tuple(
                    Procedure(code, name, admitted.date())
                    for code, name in dice.sample(PROCEDURES, dice.randint(0, 2))
                ),
                fees=Fees(total=total, items={"XYF": total // 3}),
                source=Source("示例.csv", number + 2),
            )
        )
    return cases


class SampleChecker:
    """Unspecified angina is an error with a fix; male deliveries an error without one; pneumonia a hint."""

    def check(self, case: Case) -> Sequence[Finding]:
        found = []
        for place, line in enumerate(case.diagnoses):
            if line.code == "I20.000" and place == 0:
                fix = Fix("主要诊断改为 I21.000x005", (SetDiagnosis(0, "I21.000x005", "急性前壁心肌梗死"),))
                found.append(
                    Finding(
                        "S01",
                        Severity.ERROR,
                        case.case_id,
                        "主要诊断与手术不符",
                        "已行支架置入术, 主要诊断不稳定型心绞痛与急诊手术记录不一致, 请核对心肌酶谱与冠脉造影结论。",
                        "JBDM",
                        line.code,
                        "病案首页填写规范(2016) 第十条",
                        (fix,),
                    )
                )
            if line.code == "O82.000" and case.sex == "1":
                found.append(
                    Finding(
                        "S02",
                        Severity.ERROR,
                        case.case_id,
                        "性别与诊断冲突",
                        "患者为男性, 诊断为分娩。",
                        "XB",
                        line.code,
                        "性别限制编码表",
                    )
                )
            if line.code == "J18.900":
                found.append(
                    Finding(
                        "S03",
                        Severity.HINT,
                        case.case_id,
                        "编码未特指",
                        "肺炎未特指病原体, 病历中如有痰培养结果可编到更细。",
                        "JBDM",
                        line.code,
                        "ICD-10 编码规则",
                    )
                )
        return found


class SampleGrouper:
    """Groups by the first letter of the principal diagnosis; more lines weigh more."""

    def __init__(self, system: System) -> None:
        self._system = system

    def group(self, case: GrouperInput) -> Grouping:
        if not case.diagnoses:
            return Grouping(self._system, "演示方案", "", reason="缺主要诊断", demo=True)
        main = case.diagnoses[0]
        weight = Decimal(100 + ord(main[0]) * 3 + 11 * len(case.diagnoses)) / 300
        drg = self._system is System.DRG
        code = (
            f"{main[0]}R{len(case.diagnoses)}9"
            if drg
            else f"{main[:5]}:{'SS' if case.procedures else 'BSZL'}"
        )
        path = (
            Step(
                "MDC",
                f"主诊断 {main} → MDC{main[0]}",
                True,
                f"pdx in MDC{main[0]}",
                (main,),
                "mdc.csv 第 6 行",
            ),
            Step("ADRG", f"{main[0]}R{len(case.diagnoses)}", True, source="adrg.csv 第 12 行"),
            Step("DRG", code, True),
        )
        return Grouping(
            self._system,
            "演示方案",
            code,
            "循环系统诊断, 伴并发症",
            kind="" if drg else "核心",
            weight=weight if drg else None,
            points=weight * 100,
            path=path,
            demo=True,
        )


class SampleSettler:
    def settle(self, grouping: Grouping, case: GrouperInput) -> Settlement:
        points = grouping.points or Decimal(0)
        amount, fee = int(points * 9000), case.total_fee or 0
        ratio = Decimal(fee) / amount if amount else None
        band = (
            Band.UNKNOWN
            if ratio is None
            else Band.LOW
            if ratio < Decimal("0.5")
            else Band.HIGH
            if ratio > 2
            else Band.NORMAL
        )
        figures = (
            Figure("支付金额", f"{amount / 100:,.2f}", f"{points:.4f} × 90.00 元/点", "演示参数 第 3 行"),
        )
        return Settlement("演示参数", band, ratio, points, amount, fee, amount - fee, figures, demo=True)


def sample_knowledge() -> Knowledge:
    settler = SampleSettler()
    return Knowledge(
        checker=SampleChecker(),
        drg=SampleGrouper(System.DRG),
        dip=SampleGrouper(System.DIP),
        drg_settler=settler,
        dip_settler=settler,
    )


def sample_find(case: Case, kind: Kind, index: int | None, text: str, limit: int) -> Sequence[Candidate]:
    pool = DIAGNOSES if kind is Kind.DIAGNOSIS else PROCEDURES
    ranked = sorted(pool, key=lambda pair: -len(set(pair[1] + pair[0]) & set(text)))
    found = []
    for code, name in ranked[:limit]:
        exact = text in (code, name)
        found.append(
            Candidate(
                CodeEntry(code, name),
                Tier.EXACT if exact else Tier.MIDDLE,
                "与名称完全一致" if exact else "含部分字",
                1.0,
                ("不宜作主要诊断",) if code[0] == "E" else (),
            )
        )
    return found


def sample_workbench(count: int = 60) -> Workbench:
    return Workbench(
        make_cases(count),
        sample_knowledge(),
        find=sample_find,
        author="测试员",
        clock=lambda: datetime(2025, 2, 3, 10, 20),
    )


def sample_services() -> Services:
    return Services(
        load_knowledge=lambda _settings, _progress: sample_knowledge(),
        demo_files=lambda _progress: (),
        verify=lambda _settings, _progress: [Verified("样例", "1 项")],
    )
