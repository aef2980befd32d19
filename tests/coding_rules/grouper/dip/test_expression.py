from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding_rules.grouper.dip.expression import (
    Dialect,
    Expression,
    ProcedureMatch,
    all_of,
    codes_of,
    fill,
    hits,
    parse_expression,
    write_expression,
)
from coding_rules.grouper.dip.procedure_kinds import ProcedureKind, ProcedureKinds, read_kind
from coding_rules.grouper.dip.spec import clean_spec, meets, split_specs

E, P, X = ProcedureMatch.EXACT, ProcedureMatch.PREFIX, ProcedureMatch.EXTENSION


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("", Dialect.PLATFORM, ()),
        ("33.3903,40.5914", Dialect.PLATFORM, ((("33.3903",), ("40.5914",)),)),
        ("33.3903+40.5914", Dialect.PLATFORM, ((("33.3903",), ("40.5914",)),)),
        ("47.01/47.09+54.5", Dialect.SLASH_PLUS, ((("47.01", "47.09"), ("54.5",)),)),
        ("47.0100,54.5101", Dialect.COMMA_ALL, ((("47.0100",), ("54.5101",)),)),
        (
            "25.5905+40.3X00X005|40.5900x011",
            Dialect.PIPE_PLUS,
            ((("25.5905",), ("40.3x00x005",)), (("40.5900x011",),)),
        ),
        ("6.3100", Dialect.PLATFORM, ((("06.3100",),),)),
        ("47.0100\n,\n", Dialect.PLATFORM, ((("47.0100",),),)),
    ],
)
def test_dialects(text: str, dialect: Dialect, expected: Expression) -> None:
    assert parse_expression(text, dialect) == expected


@pytest.mark.parametrize(
    ("token", "filed", "match", "expected"),
    [
        ("99.2800x005", "99.2800x006", X, False),
        ("99.2800x005", "99.2800x005", X, True),
        ("99.2800x005", "99.2800", X, True),
        ("99.2800", "99.2800x006", X, True),
        ("99.2800", "99.2801", X, False),
        ("40.3x00", "40.3x00x005", X, True),
        ("40.3x00x005", "40.3x00x006", X, False),
        ("99.2800", "99.2800x006", E, False),
        ("47.0", "47.0100", P, True),
        ("47.01", "47.0100x001", P, True),
        ("47.01", "47.0900", P, False),
        ("47.0100", "47.0100x001", P, False),
    ],
)
def test_when_a_procedure_meets_a_code(token: str, filed: str, match: ProcedureMatch, expected: bool) -> None:
    assert hits(token, filed, match) is expected


def test_fill_takes_the_alternative_with_most_parts() -> None:
    expression = parse_expression("47.0100|47.0100+54.5101", Dialect.PIPE_PLUS)
    assert fill(expression, ["54.5101", "47.0100"], E) == ("47.0100", "54.5101")
    assert fill(expression, ["47.0100"], E) == ("47.0100",)
    assert fill(expression, ["54.5101"], E) is None
    assert fill(all_of(["54.5101", "47.0100"]), ["47.0100"], E, enough=1) == ("47.0100",)
    assert fill((), ["47.0100"], E) is None


_CODES = st.lists(
    st.from_regex(r"[0-9]{2}\.[0-9]{4}(x0[0-9]{2})?", fullmatch=True), min_size=1, max_size=4, unique=True
)


@given(_CODES, st.sampled_from(Dialect))
def test_all_of_is_what_every_dialect_says_with_its_and(codes: list[str], dialect: Dialect) -> None:
    sign = {Dialect.COMMA_ALL: ","}.get(dialect, "+")
    expression = parse_expression(sign.join(codes), dialect)
    assert expression == all_of(codes)
    assert codes_of(expression) == set(codes)
    assert fill(expression, codes[::-1], E) == tuple(codes)
    assert all(code in write_expression(expression) for code in codes)


@pytest.mark.parametrize(
    ("spec", "code", "expected"),
    [
        ("K35", "K35.300", True),
        ("K35.3", "K35.300", True),
        ("K35.3", "K35.200", False),
        ("C00-C75", "C75.900", True),
        ("C00-C75", "C76.000", False),
        ("M47.0+", "M47.001", True),
        ("a15－a16", "A16.200", True),
        ("A15～A16", "A16.200", True),
        ("T31.0", "T31.000", True),
        ("Z51.100", "Z51.100", True),
        ("Z51.100", "Z51.100x001", False),
    ],
)
def test_diagnosis_specs(spec: str, code: str, expected: bool) -> None:
    assert meets(clean_spec(spec), code) is expected


def test_specs_of_a_cell() -> None:
    assert split_specs("I20.0|I20.1、I21\nC00-C75") == ("I20.0", "I20.1", "I21", "C00-C75")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("47.0100", "手术"),
        ("36.0700", "介入治疗"),
        ("00.5500x008", "介入治疗"),
        ("45.2302", "诊断性操作"),
        ("88.4101", "诊断性操作"),
        ("00.2101", "诊断性操作"),
        ("00.0901", "治疗性操作"),
        ("00.7000x001", "手术"),
        ("99.2503", "治疗性操作"),
        ("34.9100", "治疗性操作"),
        ("38.9300", "治疗性操作"),
        ("93.9000", "治疗性操作"),
    ],
)
def test_inferred_kinds_of_well_known_procedures(code: str, kind: str) -> None:
    kinds = ProcedureKinds()
    assert kinds.kind(code) == kind
    assert kinds.source(code) == "手术类别按章节推断"


def test_unknown_without_inference_and_what_is_no_code() -> None:
    assert ProcedureKinds(infer=False).kind("47.0100") is None
    assert ProcedureKinds().kind("??") is None
    assert ProcedureKinds().minor("47.0100")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SS", ProcedureKind.SURGERY),
        ("相关手术组", ProcedureKind.SURGERY),
        ("介入", ProcedureKind.INTERVENTION),
        ("ZLXCZ", ProcedureKind.THERAPEUTIC),
        ("诊断性操作", ProcedureKind.DIAGNOSTIC),
        ("内科诊疗", ProcedureKind.NONE),
        ("别的", None),
    ],
)
def test_spellings_of_kinds(text: str, kind: ProcedureKind | None) -> None:
    assert read_kind(text) is kind
