"""How fast the rules run, beside the same rules tried on every case without triggers, in the same run.

``python -m tests.bench.bench_checks [--small]``. Full size: the synthetic month of the reference folder with the published
tables where it is at hand, else the examples of the packs. CPU time of one core, medians.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from app.relations import learn_relations
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from coding_rules.checks.examples import parse_examples
from coding_rules.checks.pack import shipped_names, shipped_text
from coding_rules.checks.view import CaseView
from coding_rules.edit import Edit, MoveDiagnosis, SetDiagnosis, SetProcedure, apply
from coding_rules.finding import Finding
from icd_tables.terminology import Terminology
from tests.conftest import find_reference

BAR_SECONDS, BAR_CASES, BAR_RECHECK_MS = 60.0, 100_000, 5.0


_EDITS: dict[str, Edit] = {
    "another diagnosis": SetDiagnosis(1, "I10.x00x002", "高血压"),
    "principal diagnosis": SetDiagnosis(0, "J18.900", "肺炎"),
    "procedure": SetProcedure(0, "47.0100", "腹腔镜下阑尾切除术"),
    "another one principal": MoveDiagnosis(1, 0),
}


def main(arguments: Sequence[str] = ()) -> int:
    """Print the figures; 0 when the triggers changed no answer."""
    small = "--small" in arguments
    rounds = 1 if small else 5
    engine, cases = _examples() if small or find_reference() is None else _month()
    plain = _untriggered(engine)
    same = all(engine.check(case) == plain(case) for case in cases[:: max(len(cases) // 50, 1)])
    fast = _median(lambda: [engine.check(case) for case in cases], rounds) / len(cases)
    slow = _median(lambda: [plain(case) for case in cases], rounds) / len(cases)
    all_tried = sum(map(engine.tried, cases)) / len(cases)
    print(f"{len(engine.rules)} rules, {len(cases)} cases, answers with and without triggers equal: {same}")
    print(
        f"with triggers    {fast * 1000:7.3f} ms a case = {fast * BAR_CASES:5.1f} s for {BAR_CASES} (bar {BAR_SECONDS:.0f} s)"
    )
    print(f"without triggers {slow * 1000:7.3f} ms a case, ratio {slow / fast:.1f}")
    for name, edit in _EDITS.items():
        edited = [(apply(case, [edit]), case) for case in cases if _fits(case, edit)]
        work = [(after, before, engine.check(before)) for after, before in edited]
        whole, again = _side_by_side(partial(_check, engine, work), partial(_recheck, engine, work), rounds)
        count = max(len(work), 1)
        tried = sum(engine.tried(*each) for each in edited) / count
        print(
            f"re-check, {name:22} {again / count * 1000:6.3f} ms (bar {BAR_RECHECK_MS:.0f} ms), ratio to a full check of the "
            f"same cases {again / max(whole, 1e-9):.2f}, rules tried {tried:.0f} of {all_tried:.0f}"
        )
    return 0 if same else 1


def _month() -> tuple[CheckEngine, Sequence[Case]]:
    from tests.bench.rule_table import checked_month

    reference = find_reference()
    assert reference is not None
    month = checked_month(reference)
    return month.engine, month.cases


def _check(engine: CheckEngine, work: Sequence[tuple[Case, Case, Sequence[Finding]]]) -> None:
    for after, _, _ in work:
        engine.check(after)


def _recheck(engine: CheckEngine, work: Sequence[tuple[Case, Case, Sequence[Finding]]]) -> None:
    for after, before, findings in work:
        engine.recheck(after, before, findings)


def _fits(case: Case, edit: Edit) -> bool:
    """Whether the case has the line that an edit changes."""
    return bool(case.procedures) if isinstance(edit, SetProcedure) else len(case.diagnoses) > 1


def _examples() -> tuple[CheckEngine, Sequence[Case]]:
    cases = [
        case
        for name in shipped_names()
        for example in parse_examples(shipped_text(name, "cases.toml")).examples[:10]
        for case in example.cases
    ]
    return CheckEngine(Terminology(), relations=learn_relations()), cases


def _untriggered(engine: CheckEngine) -> Callable[[Case], tuple[Finding, ...]]:
    """The same rules, each tried on every case."""

    def check(case: Case) -> tuple[Finding, ...]:
        view = CaseView(case)
        found: list[Finding] = []
        for bound in engine._bound:
            if not bound.lacking(case.fields.header):
                bound.run(view, found)
        return engine._sorted(found)

    return check


def _side_by_side(one: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Least CPU seconds of two pieces of work done in turns, so that a busy machine slows both alike."""
    times = [(_median(one, 1), _median(other, 1)) for _ in range(rounds)]
    return min(first for first, _ in times), min(second for _, second in times)


def _median(work: Callable[[], object], rounds: int) -> float:
    """Median CPU seconds of some rounds after one to warm up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
