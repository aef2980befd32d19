"""Recursive-descent parser of the rule language.

::

    rule     = and_part { "or" and_part }
    and_part = unary { "and" unary }
    unary    = "not" unary | "(" rule ")" | test
    test     = scope ["not"] "in" lists | scope "is" ["not"] CODE
             | "distinct_lists" "(" scope "," LIST { "," LIST } ")" op NUMBER
             | field op NUMBER | "dept" ("==" | "!=") NAME | "mcc" | "cc" | "true" | "false"
    lists    = LIST | "(" LIST { "," LIST } ")"

Keywords are read in any letter case; list names, codes and departments may be quoted.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from coding_rules.expression.problem import RuleError, RuleProblem
from coding_rules.expression.tokens import Token, TokenKind, fold_width, tokenise
from coding_rules.expression.tree import (
    And,
    Compare,
    Const,
    Department,
    Distinct,
    Flag,
    In,
    Is,
    Name,
    Node,
    Not,
    Or,
    Scope,
)

FIELDS = {
    "age": "年龄（岁）",
    "age_days": "日龄（天）",
    "weight": "体重（克）",
    "los": "住院天数",
    "sex": "性别（1 男 2 女）",
    "icu_hours": "重症监护小时数",
}
"""Fields that are compared with a number, with their Chinese labels."""

SCOPES = frozenset(scope.value for scope in Scope)
_DEEPEST = 50
"""No scheme nests deeper; what does is a slip of the clipboard, and is refused before it exhausts the stack."""
_DEPARTMENT = "dept"
_DISTINCT = "distinct_lists"
_FLAGS = ("mcc", "cc")
VOCABULARY = (*SCOPES, *FIELDS, _DEPARTMENT, _DISTINCT, *_FLAGS, "true", "false", "not")


def parse(text: str) -> Node:
    """Read a rule.

    Raises:
        RuleError: the text is no rule of the language; the problem carries place and reason.
    """
    parser = _Parser(tokenise(text))
    node = parser.rule()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not TokenKind.END:
            self._next += 1
        return token

    def rule(self) -> Node:
        items = [self._and_part()]
        while self._token.is_word("or"):
            self._take()
            items.append(self._and_part())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def expect_end(self) -> None:
        if self._token.kind is not TokenKind.END:
            raise _error(self._token, f"“{self._token.text}”之前少了 and 或 or")

    def _and_part(self) -> Node:
        items = [self._unary()]
        while self._token.is_word("and"):
            self._take()
            items.append(self._unary())
        return items[0] if len(items) == 1 else And(tuple(items))

    def _unary(self) -> Node:
        token = self._token
        if token.is_word("not"):
            self._take()
            return Not(self._nested(self._unary))
        if token.kind is TokenKind.PUNCT and token.text == "(":
            self._take()
            node = self._nested(self.rule)
            self._punct(")", "括号没有配对，这里少了“)”")
            return node
        return self._test()

    def _nested(self, part: Callable[[], Node]) -> Node:
        """A part within a part: behind ``not``, or in parentheses."""
        if self._depth == _DEEPEST:
            raise _error(self._token, "not 和括号套得太深")
        self._depth += 1
        node = part()
        self._depth -= 1
        return node

    def _test(self) -> Node:
        token = self._take()
        word = fold_width(token.text).lower() if token.kind is TokenKind.WORD else ""
        if word in SCOPES:
            return self._scope_test(Scope(word))
        if word == _DISTINCT:
            return self._distinct()
        if word in FIELDS:
            op = self._operator(word)
            return Compare(word, op, self._number(FIELDS[word]), token.at)
        if word == _DEPARTMENT:
            return self._department()
        if word in _FLAGS:
            return Flag(word)
        if word in ("true", "false"):
            return Const(word == "true")
        raise _not_a_test(token)

    def _scope_test(self, scope: Scope) -> Node:
        token = self._take()
        if token.is_word("in"):
            return In(scope, self._lists())
        if token.is_word("not") and self._token.is_word("in"):
            self._take()
            return Not(In(scope, self._lists()))
        if token.is_word("is"):
            negated = self._token.is_word("not")
            if negated:
                self._take()
            test = Is(scope, self._name("编码"))
            return Not(test) if negated else test
        raise _error(token, f"{scope} 之后要写“in 列表名”或“is 编码”")

    def _lists(self) -> tuple[Name, ...]:
        if self._token.kind is not TokenKind.PUNCT:
            return (self._name("列表名"),)
        self._punct("(", "in 之后要写列表名，或“(列表1, 列表2)”")
        return self._names_to_close()

    def _names_to_close(self) -> tuple[Name, ...]:
        names = [self._name("列表名")]
        while self._token.text == "," and self._token.kind is TokenKind.PUNCT:
            self._take()
            names.append(self._name("列表名"))
        self._punct(")", "列表之间用逗号隔开，最后用“)”结束")
        return tuple(names)

    def _distinct(self) -> Node:
        self._punct("(", "distinct_lists 之后要写“(”")
        token = self._take()
        if not token.is_word(*SCOPES):
            raise _error(token, "distinct_lists 的第一项要写 dx、sdx、pdx、px 或 ppx")
        self._punct(",", "distinct_lists 的各项用逗号隔开")
        lists = self._names_to_close()
        op = self._operator(_DISTINCT)
        return Distinct(Scope(fold_width(token.text).lower()), lists, op, self._number("命中的列表数"))

    def _department(self) -> Node:
        op = self._operator(_DEPARTMENT)
        if op not in ("==", "!="):
            raise _error(self._tokens[self._next - 1], "科室只能用 == 或 != 比较")
        return Department(op, self._name("科室").text)

    def _operator(self, subject: str) -> str:
        token = self._take()
        if token.kind is not TokenKind.OP:
            raise _error(token, f"{subject} 之后要写比较符号：== != < <= > >=")
        return token.text

    def _number(self, subject: str) -> float:
        token = self._take()
        try:
            if token.kind not in (TokenKind.WORD, TokenKind.QUOTED):
                raise ValueError
            return _to_number(fold_width(token.text))
        except ValueError:
            raise _error(token, f"{subject}要和数字比较") from None

    def _name(self, what: str) -> Name:
        token = self._take()
        if token.kind not in (TokenKind.WORD, TokenKind.QUOTED) or not token.text:
            raise _error(token, f"这里要写{what}")
        return Name(token.text, token.at)

    def _punct(self, char: str, message: str) -> None:
        token = self._take()
        if token.kind is not TokenKind.PUNCT or token.text != char:
            raise _error(token, message)


def _to_number(text: str) -> float:
    if not set(text) <= set("0123456789.-+"):
        raise ValueError(text)
    number = float(text)
    return int(number) if number.is_integer() else number


def _error(token: Token, message: str) -> RuleError:
    if token.kind is TokenKind.END:
        message += "，规则到这里就结束了"
    return RuleError(RuleProblem(message, token.at, token.length))


def _not_a_test(token: Token) -> RuleError:
    if token.kind is TokenKind.END:
        return _error(token, "这里少了一个条件")
    if token.kind is not TokenKind.WORD:
        return _error(token, f"这里要写一个条件，不能是“{token.text}”")
    if token.is_word("and", "or", "in", "is"):
        return _error(token, f"“{token.text}”之前少了一个条件")
    close = get_close_matches(token.text.lower(), VOCABULARY, n=1)
    hint = f"，是不是要写 {close[0]}？" if close else "，可用的有：" + "、".join(VOCABULARY)
    return _error(token, f"不认识的字段“{token.text}”{hint}")
