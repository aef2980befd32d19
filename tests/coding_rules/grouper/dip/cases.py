"""Made-up DIP catalogues and cases of any size, for agreement and speed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.columns import Sheet
from coding_rules.grouper.dip.expression import Dialect, Expression, codes_of
from coding_rules.grouper.dip.national3_rows import read_national_3
from coding_rules.grouper.dip.procedure_kinds import ProcedureFact, ProcedureKind, ProcedureKinds
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.dip.samples import HEADER, catalogue

PROCEDURES = [
    f"{n:02d}.{m}{k}00" for n in (31, 36, 39, 45, 47, 51, 54, 68, 81, 86) for m in range(1, 9) for k in (1, 5)
]
MINOR = ["93.9000", "99.2900", "87.4100", "89.5200", "96.0400", "99.9999"]
SUFFIXES = ("SS", "ZLXCZ", "ZDXCZ", "BSZL")


def made_up_catalogue(diagnoses: int, seed: int = 7) -> DipCatalogue:
    """A national-platform catalogue of invented groups over ``diagnoses`` principal keys."""
    dice = random.Random(seed)
    rows: list[Sequence[object]] = []
    for number in range(diagnoses):
        key = f"{'ABCDEFGHIJKLMN'[number % 14]}{number // 14 % 100:02d}.{number // 1400 % 9}"
        rows.append((key, "1", key, "病", "", "", "", "", dice.randint(100, 900)))
        seen: set[frozenset[str]] = set()
        for _ in range(dice.randint(0, 6)):
            codes = dice.sample(PROCEDURES, dice.choice((1, 1, 1, 2, 3)))
            if frozenset(codes) in seen:
                continue
            seen.add(frozenset(codes))
            tail = codes[0] + ("_" + "+".join(codes[1:]) if codes[1:] else "")
            related = ",".join(codes[1:])
            rows.append((f"{key}:{tail}", "1", key, "病", codes[0], "", related, "", dice.randint(500, 9000)))
    categories = sorted({str(row[2])[:3] for row in rows})
    for category in categories[::3]:
        for suffix in dice.sample(SUFFIXES, 2):
            rows.append(
                (f"{category}:{suffix}", "0", category, "病", "", "", "", "", dice.randint(300, 3000))
            )
    rows += [
        (f"CP{n:02d}:{suffix}", "0", f"CP{n:02d}", "兜底", "", "", "", "", 1000)
        for n in (1, 4, 9)
        for suffix in SUFFIXES
    ]
    rows.append(("KBBZ", "0", "KBBZ", "空白病种", "", "", "", "", 1500))
    return catalogue(rows)


def made_up_national_3(diagnoses: int, seed: int = 19) -> DipCatalogue:
    """A national 3.0 workbook of invented groups: 先期, 并项 and 基础; 综合 by rule."""
    dice = random.Random(seed)
    keys = [f"{'ABCDEFGHIJKLMN'[n % 14]}{n // 14 % 100:02d}.{n // 1400 % 9}" for n in range(diagnoses)]
    plain: list[Sequence[object]] = []
    for key in keys:
        for code in ("", *dice.sample(PROCEDURES, dice.randint(0, 3))):
            plain.append(("", str(len(plain) + 1), key, "病", code, "操作"))
    merged: list[Sequence[object]] = []
    for key in dice.sample(keys, diagnoses // 3):
        first, second, related = dice.sample(PROCEDURES, 3)
        asked = related if dice.random() < 0.5 else ""
        number = str(len(merged) + 1)
        merged.append(("", number, f"{key}|{dice.choice(keys)}", "病", f"{first}|{second}", "", asked, ""))
    early = [("", "1", "ECMO", "", "", "39.6500", "体外膜肺氧合", "不限定为主要手术操作")]
    return read_national_3(
        [
            Sheet("国家.xlsx", name, [("",), ("",), ("分类", "序号"), *rows])
            for name, rows in (
                ("一、先期分组", early),
                ("二、并项规则下的核心病种", merged),
                ("四、基础规则下的核心病种", plain),
            )
        ]
    )


def odd_catalogue(diagnoses: int, seed: int = 13) -> DipCatalogue:
    """A catalogue that uses everything: alternatives, combined main procedures, short codes, extensions, levels, fees, layers."""
    dice = random.Random(seed)
    few = [*PROCEDURES[::7], "47.0100x001", "47.0100x002", "99.2800x005", "99.2800x006"]
    short = [code[:4] for code in few[:6]] + [code[:5] for code in few[6:10]]

    def written() -> str:
        parts = [
            "/".join(dice.sample([*few, *short], dice.choice((1, 1, 2))))
            for _ in range(dice.choice((1, 1, 2)))
        ]
        return "+".join(parts)

    header = (*HEADER, "手术操作类型", "手术级别")
    rows: list[Sequence[object]] = []
    for number in range(diagnoses):
        key = f"{'AK'[number % 2]}{number // 2:02d}.{number % 9}"
        fee = dice.choice((None, 1000, 2000, dice.randint(500, 90_000)))
        rows.append((key, "核心", key, "病", "", "", "", "", dice.randint(100, 900), fee, "", ""))
        for place in range(dice.randint(0, 7)):
            layer = dice.choice(("核心", "核心", "基层", "中医"))
            related = written() if dice.random() < 0.4 else ""
            fee = dice.choice((None, 1000, 2000, dice.randint(500, 90_000)))
            points = dice.choice((700, dice.randint(500, 9000)))
            rows.append((f"{key}#{place}", layer, key, "病", written(), "", related, "", points, fee, "", ""))
        for suffix in dice.sample(SUFFIXES, 2):
            for level in ("", "2", "3")[: dice.choice((1, 3))]:
                code = f"{key[:3]}:{suffix}{level}"
                rows.append((code, "综合", key[:3], "病", "", "", "", "", 300, 4000, suffix, level))
    rows += [
        (f"J{key}:{suffix}", "基层", key, "病", "", "", "", "", points, 4000, suffix, "")
        for key, suffix, points in (("A01", "SS", 350), ("A02", "BSZL", 200), ("K0", "ZLXCZ", 280))
    ]
    rows += [(f"B{key}", "保底", key, "病", "", "", "", "", 90, 900, "", "") for key in "AK"]
    rows.append(("A00-A20:SS", "综合", "A00-A20", "病", "", "", "", "", 2000, 9000, "手术", ""))
    return catalogue(rows, header, Dialect.SLASH_PLUS, _levels(few))


def _levels(codes: Sequence[str]) -> ProcedureKinds:
    """Kinds, levels and incisions for some of the codes; the others are inferred."""
    dice = random.Random(5)
    kinds = [kind for kind in ProcedureKind if kind is not ProcedureKind.NONE]
    return ProcedureKinds(
        {
            code: ProcedureFact(dice.choice(kinds), dice.randint(0, 4), dice.choice(("0类", "1类", "")))
            for code in codes[::2]
        }
    )


def odd_cases(source: DipCatalogue, count: int, seed: int = 17) -> list[GrouperInput]:
    """Cases with any number of procedures of the catalogue, repeated, shuffled, misspelled, blank or foreign."""
    dice = random.Random(seed)
    principals = sorted({group.principal for group in source if group.kind is not DipKind.CATCH_ALL})
    codes = sorted({code for group in source for code in codes_of(group.main) | codes_of(group.related)})
    full = [code if len(code) >= 7 else (code + "100")[:7] for code in codes]
    cases = []
    for number in range(count):
        filed = dice.choices([*full, *MINOR], k=dice.choice((0, 1, 1, 2, 3, 4, 6)))
        if dice.random() < 0.1:
            filed.insert(0, dice.choice(("", " ", "47.0100X001", "６.３１００", "6.3100")))
        principal = dice.choice(principals)[:5]
        principal += "00" if len(principal) == 5 else dice.choice((".900", ".X00", ".x00x001"))
        cases.append(
            GrouperInput(
                case_id=str(number),
                diagnoses=(principal,),
                procedures=tuple(filed),
                total_fee=dice.choice((None, 150_000, dice.randint(50_000, 9_000_000))),
            )
        )
    return cases


def codes_of_group(group: DipGroup) -> list[str]:
    """Main procedure, then the related ones."""

    def flat(expression: Expression) -> list[str]:
        return [part[0] for alternative in expression for part in alternative]

    return flat(group.main) + flat(group.related)


def made_up_cases(source: DipCatalogue, count: int, seed: int = 11) -> list[GrouperInput]:
    """Cases around the catalogue's groups: shuffled, with strangers, with missing and foreign diagnoses."""
    dice = random.Random(seed)
    groups = [group for group in source if group.kind is not DipKind.CATCH_ALL]
    strangers = MINOR + sorted({code for group in groups for code in codes_of_group(group)})
    cases = []
    for number in range(count):
        group = dice.choice(groups)
        procedures = codes_of_group(group)
        if dice.random() < 0.3:
            dice.shuffle(procedures)
        if dice.random() < 0.3:
            procedures.insert(dice.randint(0, len(procedures)), dice.choice(strangers))
        principal = group.principal + ("00" if len(group.principal) == 5 else ".900")
        if dice.random() < 0.02:
            principal = dice.choice(("", "Q99.900", "K30.X00", "Z51.101", "A17.001+G01*"))
        cases.append(
            GrouperInput(
                case_id=str(number),
                diagnoses=(principal, "I10.x00"),
                procedures=tuple(procedures),
                los=dice.randint(1, 40),
                total_fee=dice.randint(50_000, 9_000_000),
                insurance=dice.choice("12"),
            )
        )
    return cases
