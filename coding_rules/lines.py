"""Where the lines of a case stand on the form, gaps included.

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


def form_lines(case: Case, kind: Kind) -> tuple[int, ...]:
    """The form line of every line of ``case.diagnoses`` (0: the principal one) or ``case.procedures`` (1-based), in order."""
    if kind is Kind.DIAGNOSIS:
        return places(diagnosis_lines(case.fields), len(case.diagnoses), range(MOST_LINES + 1))
    return places(procedure_lines(case.fields), len(case.procedures), range(1, MOST_LINES + 1))


def first_gap(fields: Mapping[str, str], kind: Kind, count: int) -> int | None:
    """The first form line left empty before a filled one, of a case that has ``count`` lines now; ``None`` without a gap."""
    form = _DIAGNOSES[1:count] if kind is Kind.DIAGNOSIS else _PROCEDURES[:count]
    empty = next((line[0] for line in form if not _is_filled(fields, line)), None)
    if empty is None:  # the usual case, and asked of every one
        return None
    later = procedure_lines(fields) if kind is Kind.PROCEDURE else diagnosis_lines(fields)
    return empty if later[-1:] > (empty,) else None  # lines inserted since stand behind: they leave no gap


_FormLine = tuple[int, str, str]
"""Number of a line of the form, and the field ids of its code and its name."""


def _filled(fields: Mapping[str, str], form: Sequence[_FormLine]) -> tuple[int, ...]:
    return tuple(line[0] for line in form if _is_filled(fields, line))


def _is_filled(fields: Mapping[str, str], line: _FormLine) -> bool:
    _, code, name = line
    return not is_blank(fields.get(code)) or not is_blank(fields.get(name))
