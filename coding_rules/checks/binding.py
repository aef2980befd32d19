"""BoundRule: a rule compiled against the tables and thresholds in use, ready to run on a view."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coding_rules.checks import functions  # noqa: F401  (declares the functions of the language)
from coding_rules.checks.compiler import Compiled, compile_rule
from coding_rules.checks.fixes import FixError, build_fixes, check_fix
from coding_rules.checks.message import MessageError, Say, compile_message, facets_of_message
from coding_rules.checks.names import SELECTORS, VALUES, Facet, Read, Source
from coding_rules.checks.pack import PackError, Rule
from coding_rules.checks.predicates import Env
from coding_rules.checks.sources import needed
from coding_rules.checks.syntax import Name, Node, RuleSyntaxError
from coding_rules.checks.view import CaseView, Line
from coding_rules.codeset import CodeSet
from coding_rules.fields import FIELDS
from coding_rules.finding import Finding, Fix

_STRUCTURE = frozenset(
    {"JBDM", "JBDM1", "SSJCZBM1", "XB", "NL", "CSRQ", "RYSJ", "CYSJ", "SJZYTS", "LYFS", "CYKB", "ZFY"}
)
"""Columns whose content has its own place in ``Case``: a case made without a source row still has them."""


@dataclass(frozen=True)
class BoundRule:
    """One rule ready to run. ``facets`` and ``trigger``: see ``compiler.Compiled``."""

    rule: Rule
    env: Env
    test: Read
    lines: Callable[[CaseView], tuple[Line, ...]] | None
    say: Say
    at: str
    columns: frozenset[str]
    facets: frozenset[Facet]
    trigger: frozenset[str] | None
    also: tuple[frozenset[str], ...]
    dated: bool
    cell: str = ""
    """The cell whose text alone decides whether the rule fires, if there is one."""
    sources: frozenset[Source] = frozenset()
    """What must be loaded for the rule to be able to fire."""

    def lacking(self, header: Mapping[str, int]) -> str:
        """The first column the file lacks for this rule, or ""."""
        if not header:
            return next(iter(sorted(self.columns - _STRUCTURE)), "")
        return next((column for column in sorted(self.columns) if column not in header), "")

    def run(self, view: CaseView, found: list[Finding]) -> None:
        """Add what the rule finds in this case."""
        if self.dated and not self.rule.in_force(view.discharged):
            return
        test = self.test
        if self.lines is None:
            if view.captures or view.notes:
                view.forget()
            if test(view) is True:
                found.append(self._finding(view))
            return
        for line in self.lines(view):
            view.line = line
            if view.captures or view.notes:
                view.forget()
            if test(view) is True:
                found.append(self._finding(view))
        view.line = None

    def _finding(self, view: CaseView) -> Finding:
        rule = self.rule
        line = self._target(view, self.at)
        return Finding(
            rule.id,
            rule.severity,
            view.case.case_id,
            rule.title,
            self.say(view),
            line.field if line is not None else self._field(),
            line.code if line is not None else "",
            rule.authority,
            self._fixes(view),
        )

    def _field(self) -> str:
        """A field id, or the first cell of a group of lines that is empty on this form."""
        return SELECTORS[self.at].column if self.at in SELECTORS else self.at

    def _fixes(self, view: CaseView) -> tuple[Fix, ...]:
        return tuple(
            fix
            for spec in self.rule.fix
            for fix in build_fixes(spec, self.env, view, lambda name: self._target(view, name))
        )

    def _target(self, view: CaseView, name: str) -> Line | None:
        if name == "line":
            return view.line
        if name in view.captures:
            return view.captures[name]
        if name in SELECTORS:
            lines: tuple[Line, ...] = getattr(view, name)
            return lines[0] if lines else None
        return None


def bind(rule: Rule, lists: Mapping[str, CodeSet], env: Env) -> BoundRule:
    """Compile a rule.

    Raises:
        PackError: with the place in the predicate, or the part of the rule that is wrong.
    """
    if rule.each and rule.each not in SELECTORS:
        raise PackError(rule.pack, rule.id, f"each：没有“{rule.each}”这一组行")
    try:
        compiled = compile_rule(rule.when, rule.each, lists, env)
        say = compile_message(rule.message, compiled.captures, compiled.notes, rule.each, env)
        at = rule.at or _default_place(rule, compiled)
        for name in [target for spec in rule.fix for target in check_fix(spec)]:
            _check_place(name, rule, compiled)
        _check_place(at, rule, compiled)
    except RuleSyntaxError as error:
        raise PackError(rule.pack, rule.id, f"when：{error.reason}", error.pointer) from error
    except (MessageError, FixError) as error:
        raise PackError(rule.pack, rule.id, str(error)) from error
    dated = rule.valid_from is not None or rule.valid_to is not None  # then the day of discharge is read, too
    return BoundRule(
        rule,
        env,
        compiled.test,
        operator.attrgetter(rule.each) if rule.each else None,
        say,
        at,
        compiled.columns | frozenset(rule.needs),
        _facets(rule, compiled, at, dated),
        compiled.trigger,
        compiled.also,
        dated,
        "" if rule.each or dated else compiled.cell,
        needed(compiled.tree),
    )


def _facets(rule: Rule, compiled: Compiled, at: str, dated: bool) -> frozenset[Facet]:
    """Every part of a case that can change what the rule says: its question, its words, its place, its repairs, its dates."""
    places = [at, *(target for spec in rule.fix for target in check_fix(spec))]
    shown = {facet for name in places if name in SELECTORS for facet in SELECTORS[name].facets}
    return compiled.facets | facets_of_message(rule.message) | shown | ({Facet.REST} if dated else set())


def _default_place(rule: Rule, compiled: Compiled) -> str:
    """Where the eye goes when the rule does not say: its line, its first capture, the first thing it names."""
    if rule.each:
        return "line"
    if compiled.captures:
        return compiled.captures[0]
    return next((name for name in _names(compiled.tree)), "")


def _names(node: Node) -> list[str]:
    found: list[str] = []
    for key in getattr(node, "__dataclass_fields__", {}):
        value = getattr(node, key)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Node):
                found.extend(_names(part))
    if isinstance(node, Name):
        owner = node.name.partition(".")[0]
        found.append(VALUES[owner].column if owner in VALUES else owner)
    elif hasattr(node, "lines"):
        found.append(node.lines)
    return [name for name in found if name in SELECTORS or name in FIELDS]


def _check_place(name: str, rule: Rule, compiled: Compiled) -> None:
    known = name in compiled.captures or name in SELECTORS or name in FIELDS or (name == "line" and rule.each)
    if name and not known:
        raise PackError(rule.pack, rule.id, f"at / fix：没有“{name}”")
