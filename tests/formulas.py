"""Reckons formulas as they stand on screen: what a user with a pocket calculator gets from the numbers shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import add, mul, sub, truediv

from coding_rules.settlement.settlement import Figure

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}
_ASIDE = re.compile(r"（[^）]*）|“[^”]*”|；.*$|[A-Z]\d+[.\w:+]*")
_WORDS = re.compile(r"[^\d.,+\-−×÷()]")


def reckoned(formula: str) -> tuple[Decimal, Decimal] | None:
    """What the left side of the last ``=`` comes to and the number at its right; ``None`` for a formula without one."""
    left, equals, right = _ASIDE.sub("", formula).rpartition(" = ")
    expression = left.rpartition("：")[2].rpartition(" = ")[2]
    if not equals or not re.search(r"\d", expression):
        return None
    plain = _WORDS.sub("", expression).replace(",", "")
    tree = ast.parse(plain.replace("−", "-").replace("×", "*").replace("÷", "/"), mode="eval")
    return _value(tree.body), number(right)


def number(text: str) -> Decimal:
    """A number as it is shown, its unit left away."""
    return Decimal(re.sub(r"[^\d.−-]", "", text).replace("−", "-"))


def check(figures: Iterable[Figure]) -> int:
    """Assert that every formula gives the value shown beside it, to its last place; how many had something to reckon."""
    checked = 0
    for figure in figures:
        found = reckoned(figure.formula)
        if found is None:
            continue
        result, written = found
        last_place = Decimal(1).scaleb(int(written.as_tuple().exponent))
        assert abs(result - written) <= last_place / 2, f"{figure.label}：{figure.formula}（得 {result}）"
        if re.search(r"\d", figure.value):
            assert number(figure.value) == written or figure.label == "结余过多", figure
        checked += 1
    return checked


def _value(node: ast.expr) -> Decimal:
    match node:
        case ast.BinOp(left, operator, right):
            return _OPERATORS[type(operator)](_value(left), _value(right))
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand)
        case ast.Constant(value):
            return Decimal(str(value))
    raise AssertionError(ast.dump(node))
