"""Small closures the compiler puts together: three-valued logic, membership, reading of cells and lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coding_rules.case import is_blank
from coding_rules.checks.names import Read
from coding_rules.checks.view import CaseView, Line
from coding_rules.codeset import CodeSet

Lines = Callable[[CaseView], tuple[Line, ...]]
"""Reads the lines of a selector."""


def is_blank_value(value: object) -> bool:
    """Whether a value read from a case says nothing."""
    return value is None or (isinstance(value, str) and is_blank(value))


def all_of(parts: list[Read]) -> Read:
    """All parts hold; unknown when none fails and one is unknown."""

    def test(view: CaseView) -> bool | None:
        unknown = False
        for part in parts:
            held = part(view)
            if held is None:
                unknown = True
            elif not held:
                return False
        return None if unknown else True

    return test


def any_of(parts: list[Read]) -> Read:
    """Some part holds; unknown when none holds and one is unknown."""

    def test(view: CaseView) -> bool | None:
        unknown = False
        for part in parts:
            held = part(view)
            if held is None:
                unknown = True
            elif held:
                return True
        return None if unknown else False

    return test


def not_of(part: Read) -> Read:
    """The part does not hold; unknown stays unknown."""

    def test(view: CaseView) -> bool | None:
        held = part(view)
        return None if held is None else not held

    return test


def line_in(codes: CodeSet, capture: str) -> Read:
    """The line being looked at has a code in the set."""

    def test(view: CaseView) -> bool:
        line = view.line
        if line is None or not codes.holds(line.group, line.bare):
            return False
        if capture:
            view.captures[capture] = line
        return True

    return test


def single_in(lines: Lines, codes: CodeSet, capture: str) -> Read:
    """The one line of a selector has a code in the set; unknown without that line."""

    def test(view: CaseView) -> bool | None:
        for line in lines(view):
            if not codes.holds(line.group, line.bare):
                return False
            if capture:
                view.captures[capture] = line
            return True
        return None

    return test


def some_in(lines: Lines, codes: CodeSet, capture: str) -> Read:
    """Some line of a selector has a code in the set."""

    def test(view: CaseView) -> bool:
        for line in lines(view):
            if codes.holds(line.group, line.bare):
                if capture:
                    view.captures[capture] = line
                return True
        return False

    return test


def count_in(lines: Lines, codes: CodeSet) -> Read:
    """How many lines have a code in the set."""
    return lambda view: sum(codes.holds(line.group, line.bare) for line in lines(view))


def cell_text(cell: str) -> Read:
    """The text of a cell; unknown when it is blank."""

    def read(view: CaseView) -> str | None:
        text = view.cells.get(cell)
        return None if is_blank(text) or text is None else text.strip()

    return read


def fee_of(item: str) -> Read:
    """A fee item in 分; unknown when the cell is empty or no number."""
    return lambda view: view.case.fees.items.get(item)


def own_attribute(lines: Lines, attribute: str) -> Read:
    """Code or name of a line; unknown when empty."""

    def read(view: CaseView) -> Any:
        found = lines(view)
        return (getattr(found[0], attribute) or None) if found else None

    return read


def row_attribute(lines: Lines, attribute: str) -> Read:
    """An attribute of the filed row; unknown when blank."""

    def read(view: CaseView) -> Any:
        found = lines(view)
        value = getattr(found[0].row, attribute, None) if found else None
        return None if is_blank_value(value) else value

    return read


def first_line(lines: Read) -> Read:
    """The line of a selector of one."""

    def read(view: CaseView) -> Line | None:
        found: tuple[Line, ...] = lines(view)
        return found[0] if found else None

    return read
