"""Made-up schemes whose rules are random sentences of the rule language: every field, operator and scope in any combination."""

from __future__ import annotations

import random

from tests.coding_rules.grouper.drg.synthetic import COLUMNS, Tables

_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
_FIELDS = {
    "age": (0, 1, 6, 28, 70),
    "age_days": (0, 5, 28, 29),
    "weight": (900, 1500, 2500),
    "los": (1, 2, 7, 14),
    "sex": (1, 2),
    "icu_hours": (95.5, 96, 200),
}
_SCOPES = ("pdx", "dx", "sdx", "ppx", "px")


def make_random_tables(seed: int, mdcs: int = 6, adrgs: int = 8, codes: int = 60) -> Tables:
    """A scheme whose MDC, ADRG and DRG rules are all random; lists overlap, one is of a single code, one has no code but its own."""
    pick = random.Random(seed)
    pools = {
        "dx": [
            *(f"{letter}{n:02d}.{n % 10}00" for letter in "AKX" for n in range(codes // 3)),
            "E10.4x0+G99.0*",
        ],
        "px": [f"{n:02d}.{n % 10}100x001" for n in range(codes)],
    }
    tables: Tables = {name: [] for name in COLUMNS}
    lists: dict[str, list[str]] = {"dx": [], "px": []}
    for kind, pool in pools.items():
        for n in range(8):
            lists[kind].append(f"L{n}.{kind.upper()}")
            for code in pick.sample(pool, pick.choice((1, 3, 10, 25))):
                _add(tables, "code_lists", lists[kind][-1], kind, code)
    for m in range(mdcs):
        _add(tables, "mdc", str(m + 1), f"MDC{m}", "", random_rule(pick, lists, pools))
        for a in range(adrgs):
            adrg = f"{m}A{a - a % 4 // 3}"  # some have alternatives
            _add(tables, "adrg", str(a + 1), f"MDC{m}", adrg, "", random_rule(pick, lists, pools))
            for n in range(pick.randrange(4)):
                _add(tables, "drg", str(n), adrg, f"{adrg}{a}{n}", "", random_rule(pick, lists, pools))
    for code in pools["dx"]:
        for _ in range(pick.choice((0, 0, 1, 1, 2))):
            _add(tables, "complications", code, pick.choice(("MCC", "CC")), pick.choice(("", "1", "2", "3")))
        if pick.random() < 0.5:
            _add(tables, "exclusions", code, pick.choice(("1", "2", "3")))
    return tables


def random_rule(
    pick: random.Random, lists: dict[str, list[str]], pools: dict[str, list[str]], depth: int = 3
) -> str:
    """A rule of up to ``depth`` levels of ``and``, ``or`` and ``not``."""
    roll = pick.random()
    if depth == 0 or roll < 0.4:
        return _test(pick, lists, pools)
    if roll < 0.5:
        return f"not ({random_rule(pick, lists, pools, depth - 1)})"
    parts = [random_rule(pick, lists, pools, depth - 1) for _ in range(pick.choice((2, 2, 3)))]
    if roll < 0.8:
        return " and ".join(f"({part})" if " or " in part else part for part in parts)
    return pick.choice((" or ", " OR ")).join(parts)


def _test(pick: random.Random, lists: dict[str, list[str]], pools: dict[str, list[str]]) -> str:
    scope = pick.choice(_SCOPES)
    kind = scope[-2:]
    match pick.randrange(12):
        case 0 | 1 | 2 | 3:
            return f"{scope} in {pick.choice(lists[kind])}"
        case 4 | 5:
            return f"{scope} in ({', '.join(pick.sample(lists[kind], pick.choice((1, 2, 4))))})"
        case 6:
            return f"{scope} is {pick.choice(pools[kind])}"
        case 7:
            names = ", ".join(pick.sample(lists[kind], pick.choice((1, 3, 5))))
            return f"distinct_lists({scope}, {names}) {pick.choice(_OPERATORS)} {pick.randrange(4)}"
        case 8 | 9:
            field = pick.choice(tuple(_FIELDS))
            return f"{field} {pick.choice(_OPERATORS)} {pick.choice(_FIELDS[field])}"
        case 10:
            return pick.choice(("mcc", "cc", "mcc or cc", "not mcc and cc"))
        case _:
            return pick.choice(("dept == 0301", 'dept == "内科"', "true", "false"))


def _add(tables: Tables, table: str, *cells: str) -> None:
    tables[table].append(dict(zip(COLUMNS[table], cells, strict=True)))
