"""Compile a rule's syntax tree into closures over a CaseView, checking names and types on the way.

Truth has three values: ``True``, ``False`` and ``None`` (unknown: a value is missing). A rule fires on ``True`` only.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from coding_rules.case import is_blank
from coding_rules.checks.closures import (
    Lines,
    all_of,
    any_of,
    cell_text,
    count_in,
    fee_of,
    first_line,
    is_blank_value,
    line_in,
    not_of,
    own_attribute,
    row_attribute,
    single_in,
    some_in,
)
from coding_rules.checks.names import ATTRIBUTES, SELECTORS, VALUES, Facet, Read, Type
from coding_rules.checks.parser import parse
from coding_rules.checks.predicates import FUNCTIONS, Env
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
)
from coding_rules.checks.view import CaseView
from coding_rules.codeset import CodeSet, CodeSetError
from coding_rules.fields import FEE_ITEMS, FIELDS

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LINE_CELLS = frozenset(
    name for name in FIELDS if name.rstrip("0123456789") in {"JBDM", "QTZD", "RYBQ", "SSJCZBM", "SSJCZMC"}
)


@dataclass(frozen=True)
class Compiled:
    """A compiled predicate and what it depends on.

    ``columns`` must exist in the file for the rule to be evaluated at all; ``facets`` are the parts of a case it reads;
    ``trigger`` holds the code categories of which a case needs at least one (``None``: the rule is always tried), ``also``
    further sets of which it needs one each; ``captures`` and ``notes`` are the names its message may use. ``cell`` is set when
    the predicate reads that cell and nothing else, so that its answer may be remembered by the cell's text.
    """

    test: Read
    columns: frozenset[str]
    facets: frozenset[Facet]
    trigger: frozenset[str] | None
    captures: tuple[str, ...]
    notes: frozenset[str]
    tree: Node
    cell: str = ""
    also: tuple[frozenset[str], ...] = ()


def compile_rule(
    text: str, each: str = "", lists: Mapping[str, CodeSet] | None = None, env: Env | None = None
) -> Compiled:
    """Compile one predicate. ``each`` names the selector whose lines ``line`` runs over.

    Raises:
        RuleSyntaxError: bad syntax, unknown name or wrong type, with its place.
    """
    tree = parse(text)
    compiler = _Compiler(text, each, lists or {}, env)
    test = compiler.truth(tree)
    triggers = sorted(compiler.triggers(tree), key=len)
    if each:
        compiler.depend_on(each)
    return Compiled(
        test,
        frozenset(compiler.columns),
        frozenset(compiler.facets),
        triggers[0] if triggers else None,
        tuple(compiler.captures),
        frozenset(compiler.notes),
        tree,
        next(iter(compiler.cells)) if len(compiler.cells) == 1 and compiler.only_cells else "",
        tuple(triggers[1:]),
    )


class _Compiler:
    def __init__(self, text: str, each: str, lists: Mapping[str, CodeSet], env: Env | None) -> None:
        self.text = text
        self.each = each
        self.lists = lists
        self.env = env
        self.columns: set[str] = set()
        self.facets: set[Facet] = set()
        self.captures: list[str] = []
        self.notes: set[str] = set()
        self.cells: set[str] = set()
        self.only_cells = not each

    def error(self, reason: str, node: Node) -> RuleSyntaxError:
        return RuleSyntaxError(reason, self.text, node.at)

    def depend_on(self, selector: str) -> None:
        info = SELECTORS[selector]
        self.only_cells = False
        self.columns.add(info.column)
        self.facets.update(info.facets)

    # -- truth ---------------------------------------------------------------
    def truth(self, node: Node) -> Read:
        match node:
            case Both(_, True, parts):
                return all_of([self.truth(part) for part in parts])
            case Both(_, False, parts):
                return any_of([self.truth(part) for part in parts])
            case Not(_, part):
                return not_of(self.truth(part))
            case Member():
                return self.member(node)
            case Named():
                return self.named(node)
            case OneOf():
                return self.one_of(node)
            case Blank():
                return self.blank(node)
            case Compare():
                return self.compare(node)
            case Call():
                read, kind = self.call(node)
                if kind is not Type.TRUTH:
                    raise self.error(f"{node.name}() 不是判断", node)
                return read
            case _:
                raise self.error("这里应是判断", node)

    def member(self, node: Member) -> Read:
        codes = self.code_set(node.codes, node)
        capture = self.capture(node)
        if node.lines == "line" and self.each:
            return line_in(codes, capture)
        lines = self.lines(node.lines, node)
        if self.is_single(node.lines):
            return single_in(lines, codes, capture)
        return some_in(lines, codes, capture)

    def named(self, node: Named) -> Read:
        lines, texts, capture = self.lines(node.lines, node), node.texts, self.capture(node)
        single = self.is_single(node.lines)

        def test(view: CaseView) -> bool | None:
            found = lines(view)
            if single and not found:
                return None
            for line in found:
                if any(text in line.name for text in texts):
                    if capture:
                        view.captures[capture] = line
                    return True
            return False

        return test

    def one_of(self, node: OneOf) -> Read:
        read, kind = self.value(node.value)
        if kind is not Type.TEXT:
            raise self.error("{…} 只能用于文字", node)
        texts = frozenset(node.texts)

        def test(view: CaseView) -> bool | None:
            value = read(view)
            return None if value is None else value in texts

        return test

    def blank(self, node: Blank) -> Read:
        if isinstance(node.value, Name) and node.value.name in SELECTORS:
            lines = self.lines(node.value.name, node)
            wanted = node.mode == "filled"
            return lambda view: bool(lines(view)) is wanted
        if isinstance(node.value, Name) and self.is_cell(node.value.name):
            return self.blank_cell(node.value.name, node.mode)
        read, _ = self.value(node.value)
        if node.mode == "filled":
            return lambda view: not is_blank_value(read(view))
        return lambda view: is_blank_value(read(view))

    def blank_cell(self, cell: str, mode: str) -> Read:
        self.use_cell(cell)

        def blank(view: CaseView) -> bool | None:
            text = view.cells.get(cell)
            return None if text is None else is_blank(text)

        def empty(view: CaseView) -> bool | None:
            text = view.cells.get(cell)
            return None if text is None else not text.strip()

        if mode == "empty":
            return empty
        return not_of(blank) if mode == "filled" else blank

    def compare(self, node: Compare) -> Read:
        left, left_type = self.value(node.left)
        right, right_type = self.value(node.right)
        if left_type is not right_type:
            raise self.error(f"不能比较{left_type}和{right_type}", node)
        test = _OPERATORS[node.op]
        if isinstance(node.right, Literal):
            literal = node.right.value

            def with_literal(view: CaseView) -> bool | None:
                value = left(view)
                return None if value is None else test(value, literal)

            return with_literal

        def both(view: CaseView) -> bool | None:
            one, other = left(view), right(view)
            return None if one is None or other is None else test(one, other)

        return both

    # -- values --------------------------------------------------------------
    def value(self, node: Node) -> tuple[Read, Type]:
        match node:
            case Literal(_, value):
                return (lambda view: value), Type.TEXT if isinstance(value, str) else Type.NUMBER
            case Param(_, name):
                return self.param(name, node), Type.NUMBER
            case Name(_, name):
                return self.name(name, node)
            case Arithmetic():
                return self.arithmetic(node)
            case Count(_, lines, codes):
                return count_in(self.lines(lines, node), self.code_set(codes, node)), Type.NUMBER
            case Call():
                return self.call(node)
            case _:
                raise self.error("这里应是值", node)

    def param(self, name: str, node: Node) -> Read:
        if self.env is None:
            return lambda view: None
        if name not in self.env.thresholds:
            raise self.error(f"没有阈值“${name}”", node)
        value = self.env.thresholds[name]
        return lambda view: value

    def name(self, name: str, node: Node) -> tuple[Read, Type]:
        if name in VALUES:
            value = VALUES[name]
            self.only_cells = False
            self.columns.add(value.column)
            self.facets.add(value.facet)
            return value.read, value.type
        if "." in name:
            return self.attribute(name, node)
        if self.is_cell(name):
            self.use_cell(name)
            if name in FEE_ITEMS:
                self.only_cells = False
                return fee_of(name), Type.NUMBER
            return cell_text(name), Type.TEXT
        if name in SELECTORS or name == "line" or name in self.captures:
            return self.lines(name, node), Type.LINE if self.is_single(name) else Type.LINES
        raise self.error(f"没有“{name}”这个名字", node)

    def attribute(self, name: str, node: Node) -> tuple[Read, Type]:
        owner, _, attribute = name.partition(".")
        info = ATTRIBUTES.get(attribute)
        if info is None:
            raise self.error(f"诊断行、手术行没有“{attribute}”", node)
        if not self.is_single(owner):
            raise self.error(f"“{owner}”是多行，不能取“{attribute}”", node)
        lines = self.lines(owner, node)
        if info.column:
            self.columns.add(info.column)
        if attribute in {"code", "name"}:
            return own_attribute(lines, attribute), info.type
        return row_attribute(lines, attribute), info.type

    def arithmetic(self, node: Arithmetic) -> tuple[Read, Type]:
        left, left_type = self.value(node.left)
        right, right_type = self.value(node.right)
        if left_type is not Type.NUMBER or right_type is not Type.NUMBER:
            raise self.error("只有数字能加减乘；日期请用 days()", node)
        work = {"+": operator.add, "-": operator.sub, "*": operator.mul}[node.op]

        def result(view: CaseView) -> Any:
            one, other = left(view), right(view)
            return None if one is None or other is None else work(one, other)

        return result, Type.NUMBER

    def call(self, node: Call) -> tuple[Read, Type]:
        info = FUNCTIONS.get(node.name)
        if info is None:
            raise self.error(f"没有“{node.name}()”", node)
        if len(node.args) != len(info.takes):
            raise self.error(f"{node.name}() 要 {len(info.takes)} 个参数", node)
        if node.name == "matches":
            self.check_pattern(node.args[1])
        reads = []
        for argument, wanted in zip(node.args, info.takes, strict=True):
            read, kind = self.value(argument)
            if kind is not wanted:
                raise self.error(f"{node.name}() 的参数应是{wanted}", argument)
            reads.append(first_line(read) if wanted is Type.LINE else read)
        self.columns.update(info.columns)
        self.facets.update(info.facets)
        self.only_cells = self.only_cells and not info.facets and not info.columns and not info.notes
        self.notes.update(info.notes)
        env, run = self.env, info.run

        def result(view: CaseView) -> Any:
            values = [read(view) for read in reads]
            return None if None in values else run(env, view, *values)

        return result, info.gives

    def check_pattern(self, node: Node) -> None:
        """A pattern is written out, so that a broken one is found when the pack is read."""
        if not isinstance(node, Literal):
            raise self.error("matches() 的格式要写成带引号的文字", node)
        try:
            re.compile(str(node.value))
        except re.error as error:
            raise self.error(f"格式写错了（{error}）", node) from error

    # -- lines and codes -----------------------------------------------------
    def is_single(self, name: str) -> bool:
        return name == "line" or name in self.captures or (name in SELECTORS and SELECTORS[name].single)

    def lines(self, name: str, node: Node) -> Lines:
        if name == "line":
            if not self.each:
                raise self.error("“line”只能用于逐行的规则（each）", node)
            return lambda view: (view.line,) if view.line is not None else ()
        if name in self.captures:
            return lambda view: (view.captures[name],) if name in view.captures else ()
        if name not in SELECTORS:
            raise self.error(f"没有“{name}”这一组行", node)
        self.depend_on(name)
        return operator.attrgetter(name)

    def code_set(self, text: str, node: Node) -> CodeSet:
        if text.startswith("@"):
            if text[1:] not in self.lists:
                raise self.error(f"没有编码清单“{text}”", node)
            return self.lists[text[1:]]
        try:
            return CodeSet(part.strip() for part in text[1:-1].split(",") if part.strip())
        except CodeSetError as error:
            raise self.error(str(error), node) from error

    def capture(self, node: Member | Named) -> str:
        if node.capture and node.capture not in self.captures:
            self.captures.append(node.capture)
        return node.capture

    def is_cell(self, name: str) -> bool:
        return name in FIELDS and name not in VALUES

    def use_cell(self, cell: str) -> None:
        if cell in _LINE_CELLS:
            raise RuleSyntaxError(f"{cell} 会被修改，请用 principal / others / procedures", self.text, 0)
        self.columns.add(cell)
        self.cells.add(cell)
        self.facets.add(Facet.REST)

    # -- triggers ------------------------------------------------------------
    def triggers(self, node: Node) -> list[frozenset[str]]:
        """Sets of categories of each of which a case must have one for the predicate to be able to hold."""
        match node:
            case Member(_, lines, codes):
                selector = self.each if lines == "line" else lines
                if selector in SELECTORS and SELECTORS[selector].trigger:
                    return [self.code_set(codes, node).groups]
                return []
            case Both(_, True, parts):
                return [groups for part in parts for groups in self.triggers(part)]
            case Both(_, False, parts):
                each = [self.triggers(part) for part in parts]
                if not all(each):
                    return []
                return [frozenset().union(*(min(found, key=len) for found in each))]
            case Compare(_, ">" | ">=", Count(_, lines, codes), Literal()) if lines in SELECTORS:
                return [self.code_set(codes, node).groups]
            case _:
                return []
