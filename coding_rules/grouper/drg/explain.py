"""The explaining path of the DRG grouper: tries the rules one by one, in order, and writes down every one that mattered.

A rule matters when it holds, or when some code of the case hits one of its lists and yet it fails. It shares no shortcut with the
fast path: that both agree on every case is a test, not an assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from coding_rules.expression.compiler import Environment, Test, compile_rule
from coding_rules.expression.tree import Atom, Distinct, Flag, In, Is, Scope, atoms
from coding_rules.grouper.drg.complication_steps import complication_steps
from coding_rules.grouper.drg.complications import CC, MCC, ComplicationIndex
from coding_rules.grouper.drg.scheme import GroupRule, Scheme, Stage
from coding_rules.grouper.drg.words import codes_in_scope, in_words
from coding_rules.grouper.grouping import Grouping, Step, System
from coding_rules.grouper.inputs import GrouperInput

NEAR = "邻近组"
"""Stage of the steps that tell which other groups were near."""

_NEAR_SHOWN = 6

_Members = tuple[tuple[Scope, frozenset[str]], ...]


class _Tried(NamedTuple):
    """A rule ready to be tried: its test, the codes each of its membership tests asks for, and whether a code may hit one of
    them although the rule fails (not so for a mere ``pdx in LIST``).
    """

    rule: GroupRule
    stage: str
    test: Test
    members: _Members
    may_fail_touched: bool
    asks_complications: bool


class Explainer:
    """Groups one case at a time under one scheme, with the path."""

    def __init__(self, scheme: Scheme, environment: Environment, complications: ComplicationIndex) -> None:
        self.scheme = scheme
        self.complications = complications
        self._environment = environment

    def group(self, case: GrouperInput) -> Grouping:
        """The grouping of a case whose codes are in normalised spelling."""
        return _Walk(self, case).grouping()

    @cached_property
    def mdcs(self) -> tuple[_Tried, ...]:
        """MDC rules in order."""
        return tuple(map(self._tried, self.scheme.mdcs))

    @cached_property
    def adrgs(self) -> Mapping[str, tuple[_Tried, ...]]:
        """ADRG rules in order, by MDC."""
        return {mdc: tuple(map(self._tried, rules)) for mdc, rules in self.scheme.adrgs_of.items()}

    @cached_property
    def drgs(self) -> Mapping[str, tuple[_Tried, ...]]:
        """DRG rules in order, by ADRG."""
        return {adrg: tuple(map(self._tried, rules)) for adrg, rules in self.scheme.drgs_of.items()}

    def _tried(self, rule: GroupRule) -> _Tried:
        leaves = tuple(atoms(rule.node))
        return _Tried(
            rule,
            rule.stage.value,
            compile_rule(rule.node, self._environment),
            tuple(member for atom in leaves for member in self._members(atom)),
            not (isinstance(rule.node, In | Is) and rule.node.scope is Scope.PRINCIPAL_DIAGNOSIS),
            any(isinstance(atom, Flag) for atom in leaves),
        )

    def _members(self, atom: Atom) -> _Members:
        match atom:
            case In(scope) | Is(scope):
                return ((scope, self._environment.matching(atom)),)
            case Distinct(scope, lists):
                return tuple((scope, self._environment.union([name], scope.list_kind)) for name in lists)
        return ()


class _Walk:
    """One case on its way through the rules."""

    def __init__(self, explainer: Explainer, case: GrouperInput) -> None:
        self._explainer = explainer
        self._scheme = explainer.scheme
        self._case = case
        self._in_scope = {scope: codes_in_scope(scope, case) for scope in Scope}
        self._level = explainer.complications.level(case.diagnoses)
        self._steps: list[Step] = [_principal(case)]
        self._near: list[Step] = []
        self._without_adrg: list[GroupRule] = []

    def grouping(self) -> Grouping:
        """Walk MDC, ADRG and DRG rules; the first MDC that holds and has an ADRG that holds wins."""
        case, mdcs = self._case, self._explainer.mdcs
        for number, mdc in enumerate(mdcs):
            if not mdc.test(case):
                if mdc.may_fail_touched:
                    self._note_failure(mdc)
                continue
            rows = self._explainer.adrgs.get(mdc.rule.code, ())
            winner = next((place for place, adrg in enumerate(rows) if adrg.test(case)), None)
            if winner is None:
                self._without_adrg.append(mdc.rule)
                text = f"{_title(mdc.rule)}：规则成立，但没有 ADRG 成立，继续往下试"
                self._steps.append(self._step(mdc, text, held=False))
                continue
            self._steps.append(self._step(mdc, _title(mdc.rule)))
            for adrg in rows[:winner]:
                if adrg.may_fail_touched:
                    self._note_failure(adrg)
            self._note_near(rows[winner + 1 :], mdcs[number + 1 :], rows[winner].rule)
            return self._to_drg(mdc.rule.code, rows[winner])
        return self._ungrouped()

    def _to_drg(self, mdc: str, tried: _Tried) -> Grouping:
        adrg = tried.rule
        self._steps.append(self._step(tried, _title(adrg)))
        rows = self._explainer.drgs.get(adrg.code, ())
        if any(row.asks_complications for row in rows):
            self._steps += complication_steps(self._scheme, self._case, self._level)
        drg, name = adrg.code, adrg.name
        for row in rows:
            if row.test(self._case):
                drg, name = row.rule.code, row.rule.name
                self._steps.append(self._step(row, _title(row.rule)))
                break
            self._steps.append(
                self._step(row, f"{row.rule.code} 不成立：{self._words(row.rule)}", held=False)
            )
        else:
            text = f"{adrg.code} 之下没有 DRG 成立，以 ADRG 为组" if rows else f"{adrg.code} 不再细分"
            self._steps.append(Step("DRG", text, source=adrg.source))
        others = [f"{row.rule.code}（{row.rule.text}）" for row in rows if row.rule.code != drg]
        if others:
            self._near.insert(0, Step(NEAR, f"同一 ADRG 的其他组：{'、'.join(others)}", held=False))
        return self._result(drg, name, mdc, adrg.code)

    def _result(self, group: str, name: str, mdc: str = "", adrg: str = "", reason: str = "") -> Grouping:
        weight = self._scheme.weights.get(group) if self._scheme.weights and group else None
        return Grouping(
            system=System.DRG,
            scheme=self._scheme.name,
            group=group,
            name=name,
            mdc=mdc,
            adrg=adrg,
            weight=weight.weight if weight else None,
            points=weight.points if weight else None,
            mean_fee=weight.mean_fee if weight else None,
            mean_los=weight.mean_los if weight else None,
            reason=reason,
            path=(*self._steps, *self._near),
            demo=self._scheme.demo,
            rates=weight.rates if weight else (),
        )

    def _ungrouped(self) -> Grouping:
        principal = self._case.diagnoses[0] if self._case.diagnoses else ""
        if not principal:
            reason = "缺少主要诊断，不能入组"
        elif self._without_adrg:
            names = "、".join(map(_title, self._without_adrg))
            reason = f"进入 {names} 后没有 ADRG 成立（主要诊断 {principal}，{self._main_procedure()}）"
        else:
            reason = f"主要诊断 {principal} 没有满足任何 MDC 的规则"
        return self._result("", "", reason=reason)

    def _main_procedure(self) -> str:
        main, *_ = self._case.procedures or ("",)
        filed = "没有填主要手术操作" if self._case.procedures else "没有手术操作"
        return f"主要手术操作 {main}" if main else filed

    def _touches(self, tried: _Tried) -> bool:
        """Whether a code hits a list of the rule; any procedure counts for ``ppx``, for it might be made the principal one."""
        for scope, members in tried.members:
            codes = self._case.procedures if scope is Scope.PRINCIPAL_PROCEDURE else self._in_scope[scope]
            if codes and not members.isdisjoint(codes):
                return True
        return False

    def _note_failure(self, tried: _Tried) -> None:
        if self._touches(tried):
            text = f"{_title(tried.rule)} 不成立：{self._words(tried.rule)}"
            self._steps.append(self._step(tried, text, held=False))

    def _note_near(self, adrgs: Sequence[_Tried], mdcs: Sequence[_Tried], winner: GroupRule) -> None:
        """Rules that come too late: they hold as well, or would with one of the case's procedures as the principal one."""
        case = self._case
        for tried in (*adrgs, *mdcs):
            if len(self._near) >= _NEAR_SHOWN:
                return
            if tried.test(case):
                text = f"也满足 {_title(tried.rule)}，但排在 {winner.code} 之后"
                self._near.append(self._step(tried, text, held=False, stage=NEAR))
            elif tried.may_fail_touched and tried.rule.stage is Stage.ADRG and self._touches(tried):
                text = f"{_title(tried.rule)} 不成立：{self._words(tried.rule)}"
                self._near.append(self._step(tried, text, held=False, stage=NEAR))

    def _words(self, rule: GroupRule) -> str:
        flags = {"mcc": self._level >= MCC, "cc": bool(self._level & CC)}
        return in_words(rule.node, self._case, self._scheme, flags)

    def _step(self, tried: _Tried, text: str, held: bool = True, stage: str = "") -> Step:
        """A step for a rule; its codes are those of the case that hit a list of the rule, each once."""
        rule = tried.rule
        codes = {
            code: None
            for scope, members in tried.members
            for code in self._in_scope[scope]
            if code in members
        }
        return Step(stage or tried.stage, text, held, rule.text, tuple(codes), rule.source)


def _principal(case: GrouperInput) -> Step:
    if case.diagnoses and case.diagnoses[0]:
        return Step("主诊断", f"主诊断 {case.diagnoses[0]}", codes=case.diagnoses[:1])
    return Step("主诊断", "没有主要诊断", held=False)


def _title(rule: GroupRule) -> str:
    return f"{rule.code} {rule.name}".rstrip()
