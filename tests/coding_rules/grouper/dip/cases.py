"""Made-up DIP catalogues and cases of any size, for agreement and speed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.dip.expression import Expression
from coding_rules.grouper.inputs import GrouperInput
from tests.coding_rules.grouper.dip.samples import catalogue

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
