"""Where the lines of a case stand on the form: from line index to field id and back, gaps included.

Files may leave form lines empty (JBDM1 blank, JBDM2 filled). ``Case.diagnoses`` holds the filled lines in order, so the
form line of index ``i`` is worked out from ``Case.fields``. After an edit the lines are laid on the form again: kept lines stay
where they were, new ones take the next free place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coding_rules.case import Case, is_blank
from coding_rules.fields import MOST_LINES, diagnosis_fields
from icd_tables.codes import Kind

_DIAGNOSES = tuple((n, *diagnosis_fields(n)[:2]) for n in range(MOST_LINES + 1))
_PROCEDURES = tuple((n, f"SSJCZBM{n}", f"SSJCZMC{n}") for n in range(1, MOST_LINES + 1))


def diagnosis_lines(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Form lines that hold a diagnosis, in order: 0 for the principal line (always present), n for 其他诊断n."""
    return (0, *_filled(fields, _DIAGNOSES[1:]))


def procedure_lines(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Form lines (1-based) that hold a procedure, in order."""
    return _filled(fields, _PROCEDURES)


def places(filled: Sequence[int], count: int, available: Sequence[int]) -> tuple[int, ...]:
    """Form lines for ``count`` lines of a case whose file filled ``filled``, out of the ``available`` ones.

    Lines that were there keep their places; more lines take the free places after them, then gaps; fewer lines give up the
    last places. Shorter than ``count`` when the form has not enough lines.
    """
    if count <= len(filled):
        return tuple(filled[:count])
    free = [n for n in available if n not in filled]
    last = max(filled, default=-1)
    ordered = [n for n in free if n > last] + [n for n in free if n < last]
    return tuple(sorted([*filled, *ordered[: count - len(filled)]]))


def line_fields(case: Case, kind: Kind) -> tuple[str, ...]:
    """The field id of the code of every line of ``case.diagnoses`` or ``case.procedures``, in order.

    ``JBDM`` for the principal diagnosis, ``JBDM3`` for a diagnosis on form line 3, ``SSJCZBM1`` for the first procedure.
    """
    if kind is Kind.DIAGNOSIS:
        return _fields(diagnosis_lines(case.fields), len(case.diagnoses), _DIAGNOSES)
    return _fields(procedure_lines(case.fields), len(case.procedures), _PROCEDURES)


def line_field(case: Case, kind: Kind, index: int) -> str:
    """The field id of the code of line ``index`` (0-based); one behind the last line is where a new line would go."""
    if kind is Kind.DIAGNOSIS:
        return _fields(diagnosis_lines(case.fields), index + 1, _DIAGNOSES)[index]
    return _fields(procedure_lines(case.fields), index + 1, _PROCEDURES)[index]


def _fields(filled: Sequence[int], count: int, form: Sequence[tuple[int, str, str]]) -> tuple[str, ...]:
    codes = {line: code for line, code, _ in form}
    return tuple(codes[line] for line in places(filled, count, tuple(codes)))


def _filled(fields: Mapping[str, str], form: Sequence[tuple[int, str, str]]) -> tuple[int, ...]:
    return tuple(
        line
        for line, code, name in form
        if (code in fields and not is_blank(fields[code])) or (name in fields and not is_blank(fields[name]))
    )
