"""Made-up schemes and cases of any size: the tables as rows of text, with every construct of the rule language in them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import partial

from coding_rules.grouper.drg.scheme import Scheme, SchemeInfo
from coding_rules.grouper.drg.scheme_build import Sheet, build_scheme
from coding_rules.grouper.inputs import GrouperInput

Tables = dict[str, list[dict[str, str]]]
COLUMNS = {
    "mdc": ("order", "mdc", "name", "rule"),
    "adrg": ("order", "mdc", "adrg", "name", "rule"),
    "drg": ("order", "adrg", "drg", "name", "rule"),
    "code_lists": ("list", "kind", "code"),
    "complications": ("code", "level", "exclusion_table"),
    "exclusions": ("principal_diagnosis", "exclusion_table"),
}
_ADRG_RULES = (
    "ppx in {px}",
    "pdx in {dx} and ppx in {px}",
    "px in {px} and px in {px2}",
    "pdx in {dx} and (px in {px} or (px in {px2} and not ppx in {px}))",
    "sdx in {dx2} and ppx in {px}",
    "dx in {dx} and weight < 2500 and age_days <= 28",
    "pdx in ({dx}, {dx2})",
    "pdx in {dx} and not px in {px}",
    "pdx in {dx} and icu_hours >= 96",
    "distinct_lists(dx, {dx}, {dx2}, {dx3}) >= 2",
    "ppx is {code} or dept == 0301 and pdx in {dx}",
    "pdx in {dx}",
)
_DRG_RULES = (
    ("mcc", "mcc or cc", "true"),
    ("mcc or cc", "true"),
    ("age <= 6", "mcc", "true"),
    ("los >= 20", "cc"),
    ("true",),
)


def make_tables(seed: int, mdcs: int = 8, adrgs: int = 12, codes: int = 40) -> Tables:
    """A scheme of ``mdcs`` MDCs with ``adrgs`` ADRGs each, over lists of ``codes`` codes."""
    pick = random.Random(seed)
    tables: Tables = {name: [] for name in COLUMNS}
    diagnoses, procedures = pools(mdcs * codes)
    add = partial(_add_row, tables)
    for m in range(mdcs):
        home = diagnoses[m * codes : (m + 1) * codes]
        mdc, dx_lists, px_lists = (
            f"MDC{m}",
            [f"{m}.DX{n}" for n in range(6)],
            [f"{m}.PX{n}" for n in range(6)],
        )
        for name in [f"{m}.ALL", *dx_lists]:
            chosen = home if name.endswith("ALL") else pick.sample(home, max(2, codes // 4))
            add("code_lists", *((name, "dx", code) for code in chosen))
        for name in px_lists:
            add("code_lists", *((name, "px", code) for code in pick.sample(procedures, codes)))
        add(
            "mdc",
            (
                str(m + 1),
                mdc,
                f"大类{m}",
                pick.choice(("pdx in {0}.ALL", "pdx in {0}.ALL and sex == {1}")).format(m, m % 2 + 1),
            ),
        )
        for a in range(adrgs):
            adrg = f"{m}A{a}"
            dx, dx2, dx3 = pick.sample(dx_lists, 3)
            px, px2 = pick.sample(px_lists, 2)
            rule = pick.choice(_ADRG_RULES).format(
                dx=dx, dx2=dx2, dx3=dx3, px=px, px2=px2, code=pick.choice(procedures)
            )
            add("adrg", (str(a + 1), mdc, adrg, f"核心组{a}", rule))
            for n, drg_rule in enumerate(pick.choice(_DRG_RULES)):
                add("drg", (str(n + 1), adrg, f"{adrg}{2 * n + 1}", f"细分组{n}", drg_rule))
    for code in pick.sample(diagnoses, len(diagnoses) // 2):
        add("complications", (code, pick.choice(("MCC", "CC", "CC")), str(pick.randrange(12))))
    for code in pick.sample(diagnoses, len(diagnoses) * 3 // 4):
        add("exclusions", (code, str(pick.randrange(12))))
    return tables


def pools(size: int) -> tuple[list[str], list[str]]:
    """Diagnosis and procedure codes of the made-up world."""
    diagnoses = [f"{chr(65 + n % 26)}{n // 26 % 90 + 10}.{n:05d}" for n in range(size)]
    return diagnoses, [f"{n % 90 + 10}.{n:05d}" for n in range(size)]


def make_cases(seed: int, count: int, size: int) -> Iterator[GrouperInput]:
    """Random cases over the pools of ``size`` codes, with codes the scheme does not know and missing values among them."""
    pick = random.Random(seed)
    diagnoses, procedures = pools(size)
    for n in range(count):
        age = pick.choice((0, 0, 3, 30, 70, None))
        yield GrouperInput(
            case_id=str(n),
            sex=pick.choice((0, 1, 1, 2, 2)),
            age=age,
            age_days=pick.choice((0, 5, 28, 29, 200)) if age == 0 else None,
            weight=pick.choice((None, 0, 900, 2499, 2500)),
            department=pick.choice(("", "0301", "0401")),
            los=pick.choice((None, 1, 19, 20, 60)),
            diagnoses=tuple(pick.choice(diagnoses) for _ in range(pick.randrange(7))),
            procedures=tuple(pick.choice(procedures) for _ in range(pick.randrange(4))),
            icu_hours=pick.choice((None, None, 95.5, 96, 200)),
        )


def to_scheme(tables: Mapping[str, list[dict[str, str]]], name: str = "made up") -> Scheme:
    """The tables as a scheme."""
    sheets = {
        table: Sheet(
            f"{table}.csv",
            [list(COLUMNS[table]), *([row[column] for column in COLUMNS[table]] for row in rows)],
        )
        for table, rows in tables.items()
    }
    return build_scheme(SchemeInfo(name, name), sheets)


def _add_row(tables: Tables, table: str, *rows: tuple[str, ...]) -> None:
    tables[table].extend(dict(zip(COLUMNS[table], row, strict=True)) for row in rows)
