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


def diagnosis_lines(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Form lines that hold a diagnosis, in order: 0 for the principal line (always present), n for 其他诊断n."""
    return (0, *(n for n in range(1, MOST_LINES + 1) if _filled(fields, f"JBDM{n}", f"QTZD{n}")))


def procedure_lines(fields: Mapping[str, str]) -> tuple[int, ...]:
    """Form lines (1-based) that hold a procedure, in order."""
    return tuple(n for n in range(1, MOST_LINES + 1) if _filled(fields, f"SSJCZBM{n}", f"SSJCZMC{n}"))


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


def line_field(case: Case, kind: Kind, index: int) -> str:
    """The field id of the code of line ``index`` (0-based, as in ``case.diagnoses`` or ``case.procedures``).

    ``JBDM`` for the principal diagnosis, ``JBDM3`` for the diagnosis on form line 3, ``SSJCZBM1`` for the first procedure.
    """
    everything = range(MOST_LINES + 1)
    if kind is Kind.DIAGNOSIS:
        lines = diagnosis_lines(case.fields) if case.fields else tuple(everything)
        return diagnosis_fields(places(lines, index + 1, everything)[index])[0]
    lines = procedure_lines(case.fields) if case.fields else tuple(everything[1:])
    return f"SSJCZBM{places(lines, index + 1, everything[1:])[index]}"


def _filled(fields: Mapping[str, str], code: str, name: str) -> bool:
    return not (is_blank(fields.get(code)) and is_blank(fields.get(name)))
