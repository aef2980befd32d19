"""Recursive-descent parser of the rule language (see ``syntax``)."""

from __future__ import annotations

from collections.abc import Callable

from coding_rules.checks.syntax import (
    Arithmetic,
    Blank,
    Both,
    Call,
    Compare,
    Count,
    Literal,
    Member,
    Name,
    Named,
    Node,
    Not,
    OneOf,
    Param,
    RuleSyntaxError,
    Token,
    tokens,
)

_MOST_WORDS = 500
_DEEPEST = 50
"""No rule people write comes near; what does is a slip of the clipboard, and is refused before it exhausts the stack."""
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")


def parse(text: str) -> Node:
    """Parse one predicate.

    Raises:
        RuleSyntaxError: with the place and what was expected there.
    """
    parser = _Parser(text)
    node = parser.either()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0
        if len(self.tokens) > _MOST_WORDS:
            raise RuleSyntaxError("规则太长，请拆成几条", text, self.tokens[_MOST_WORDS].at)

    # -- words ---------------------------------------------------------------
    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.now
        self.place += 1
        return token

    def sees(self, *texts: str) -> bool:
        return self.now.kind in {"name", "op"} and self.now.text in texts

    def accept(self, text: str) -> bool:
        if self.sees(text):
            self.place += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.error(f"这里应是“{text}”")

    def expect_kind(self, kind: str, what: str) -> Token:
        if self.now.kind != kind:
            raise self.error(f"这里应是{what}")
        return self.take()

    def expect_end(self) -> None:
        if self.now.kind != "end":
            raise self.error(f"“{self.now.text}”多余，或前面缺少 and / or")

    def error(self, reason: str) -> RuleSyntaxError:
        return RuleSyntaxError(reason, self.text, self.now.at)

    def nested(self, part: Callable[[], Node]) -> Node:
        """A part within a part: behind ``not``, in parentheses, an argument."""
        if self.depth == _DEEPEST:
            raise self.error("not 和括号套得太深")
        self.depth += 1
        try:
            return part()
        finally:
            self.depth -= 1

    # -- logic ---------------------------------------------------------------
    def either(self) -> Node:
        at = self.now.at
        parts = [self.all()]
        while self.accept("or"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Both(at, False, tuple(parts))

    def all(self) -> Node:
        at = self.now.at
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Both(at, True, tuple(parts))

    def negation(self) -> Node:
        at = self.now.at
        if self.accept("not"):
            return Not(at, self.nested(self.negation))
        return self.statement()

    def statement(self) -> Node:
        if self.sees("("):
            return self.bracketed()
        return self.about_value()

    def bracketed(self) -> Node:
        """A predicate in parentheses, or a comparison that begins with a value in parentheses."""
        opened = self.place
        try:
            self.take()
            inner = self.nested(self.either)
            self.expect(")")
            if not self.sees(*_COMPARISONS, "+", "-", "*"):
                return inner
            failed = None
        except RuleSyntaxError as error:
            failed = error
        self.place = opened
        try:
            return self.about_value()
        except RuleSyntaxError as error:
            raise error if failed is None or error.position > failed.position else failed from error

    def about_value(self) -> Node:
        left = self.value()
        if self.now.kind == "op" and self.now.text in _COMPARISONS:
            op = self.take()
            return Compare(op.at, op.text, left, self.value())
        return self.about(left)

    def about(self, left: Node) -> Node:
        """``in``, ``not in``, ``named``, ``is blank`` ..., or a predicate standing alone."""
        at = left.at
        if self.accept("is"):
            negated = self.accept("not")
            word = self.expect_kind("name", "blank、empty 或 filled")
            if word.text not in {"blank", "empty", "filled"}:
                raise RuleSyntaxError("这里应是 blank、empty 或 filled", self.text, word.at)
            node: Node = Blank(at, left, word.text)
            return Not(at, node) if negated else node
        negated = self.sees("not") and self.tokens[self.place + 1].text in {"in", "named"}
        if negated:
            self.take()
        if self.accept("in"):
            node = self.membership(left)
        elif self.accept("named"):
            node = Named(at, self.lines_of(left), self.alternatives(), self.capture())
        elif isinstance(left, Call):
            return left
        else:
            raise self.error("这里应是比较、in、named 或 is")
        return Not(at, node) if negated else node

    def membership(self, left: Node) -> Node:
        if self.sees("{"):
            return OneOf(left.at, left, self.literal_set())
        codes = self.codes()
        return Member(left.at, self.lines_of(left), codes, self.capture())

    def codes(self) -> str:
        if self.now.kind not in {"codes", "list"}:
            raise self.error("这里应是 [编码范围] 或 @清单")
        return self.take().text

    def capture(self) -> str:
        return self.expect_kind("name", "名字").text if self.accept("as") else ""

    def alternatives(self) -> tuple[str, ...]:
        texts = [self.expect_kind("text", "带引号的文字").text[1:-1]]
        while self.accept("|"):
            texts.append(self.expect_kind("text", "带引号的文字").text[1:-1])
        return tuple(texts)

    def literal_set(self) -> tuple[str, ...]:
        self.expect("{")
        texts = [self.expect_kind("text", "带引号的文字").text[1:-1]]
        while self.accept(","):
            texts.append(self.expect_kind("text", "带引号的文字").text[1:-1])
        self.expect("}")
        return tuple(texts)

    def lines_of(self, node: Node) -> str:
        if not isinstance(node, Name):
            raise RuleSyntaxError("这里应是诊断行或手术行的名字", self.text, node.at)
        return node.name

    # -- values --------------------------------------------------------------
    def value(self) -> Node:
        left = self.term()
        while self.sees("+", "-"):
            op = self.take()
            left = Arithmetic(op.at, op.text, left, self.term())
        return left

    def term(self) -> Node:
        left = self.atom()
        while self.sees("*"):
            op = self.take()
            left = Arithmetic(op.at, op.text, left, self.atom())
        return left

    def atom(self) -> Node:
        token = self.now
        if token.kind == "number":
            self.take()
            return Literal(token.at, float(token.text) if "." in token.text else int(token.text))
        if token.kind == "text":
            self.take()
            return Literal(token.at, token.text[1:-1])
        if token.kind == "param":
            self.take()
            return Param(token.at, token.text[1:])
        if token.kind == "op" and token.text == "(":
            self.take()
            inner = self.nested(self.value)
            self.expect(")")
            return inner
        if token.kind != "name":
            raise self.error("这里应是名字、数字或文字")
        self.take()
        if not self.sees("("):
            return Name(token.at, token.text)
        return self.count(token) if token.text == "count" else self.call(token)

    def call(self, token: Token) -> Node:
        self.expect("(")
        args: list[Node] = []
        while not self.sees(")"):
            args.append(self.nested(self.value))
            if not self.accept(","):
                break
        self.expect(")")
        return Call(token.at, token.text, tuple(args))

    def count(self, token: Token) -> Node:
        self.expect("(")
        lines = self.expect_kind("name", "诊断行或手术行的名字").text
        self.expect("in")
        codes = self.codes()
        self.expect(")")
        return Count(token.at, lines, codes)
