"""Rows of the tool 地区参数: every parameter as it is being edited, with what is wrong with it and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.dip.profile_text import show_value
from app.dip.profile_words import MEANINGS
from coding_rules.settlement.profile import Certainty, Note, RegionProfile
from coding_rules.settlement.profile_check import HEAD
from coding_rules.settlement.profile_view import HEAD_NAMES, LABELS, SECTION_LABELS, describe, unused
from ui.models.columns import Column
from ui.tools.columns import text

VALUE, CERTAINTY = 2, 5
"""Columns that are edited with a list."""
_OWN_PAGE = {"prices", "group_factors"}
"""Parameters of many rows, edited on a page of their own."""
_NO_NOTE = Note("", Certainty.LOCAL)
_UNSURE = {Certainty.INFERRED, Certainty.MEMORY, Certainty.DEMO}
"""Certainties that ask for a look into the region's own document."""


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter as it is being edited; ``was`` is its value in the profile one started from."""

    section: str
    name: str
    label: str
    value: str
    was: str
    note: Note
    problem: str = ""
    unused: bool = False

    @property
    def editable(self) -> bool:
        """Whether it is edited in this table."""
        return self.name not in _OWN_PAGE

    @property
    def meaning(self) -> str:
        """What it means, or what is wrong with it."""
        meaning = MEANINGS[f"{self.section}.{self.name}"]
        return self.problem or (f"所选分组流程不用此项。{meaning}" if self.unused else meaning)

    @property
    def changed(self) -> bool:
        """Whether the value is another one than at the start."""
        return self.value != self.was

    @property
    def words(self) -> str:
        """What is searched in it."""
        meaning = MEANINGS[f"{self.section}.{self.name}"]
        return f"{self.label} {self.value} {meaning} {self.note if has_source(self) else ''}"


def has_source(row: ParameterRow) -> bool:
    """Whether the row is a parameter: what a file says of itself needs no source."""
    return row.section != HEAD


def parameter_rows(profile: RegionProfile, start: RegionProfile) -> list[ParameterRow]:
    """Every parameter of a profile beside what it was at the start."""
    problems = {(each.section, each.name): each.sentence for each in profile.problems()}
    places = [(HEAD, name, LABELS[f"{HEAD}.{name}"], _NO_NOTE) for name in HEAD_NAMES]
    places += [(each.section, each.name, each.label, each.note) for each in describe(profile)]
    return [
        ParameterRow(
            section,
            name,
            label,
            show_value(profile, section, name),
            show_value(start, section, name),
            note,
            problems.get((section, name), ""),
            unused(profile, section, name),
        )
        for section, name, label, note in places
    ]


Commit = Callable[[ParameterRow, str], bool]


def parameter_columns(
    value: Commit, source: Commit, certainty: Commit, note: Commit
) -> tuple[Column[ParameterRow], ...]:
    """The columns, with what takes over an edited cell."""
    return (
        text("section", "部分", lambda row: SECTION_LABELS[row.section], 76, muted=True),
        text("label", "参数", lambda row: row.label, 196),
        Column(
            "value",
            "值",
            lambda row: row.value,
            width=210,
            tip=lambda row: f"{row.value or '未设置'}\n{row.meaning}",
            tone=_tone,
            strong=lambda row: row.changed,
            commit=value,
            editable=lambda row: row.editable,
        ),
        Column(
            "meaning",
            "含义",
            lambda row: row.meaning,
            width=250,
            stretch=True,
            tip=lambda row: row.meaning,
            tone=lambda row: "error" if row.problem else "muted",
        ),
        Column(
            "source",
            "来源",
            lambda row: row.note.source,
            width=150,
            tip=lambda row: row.note.source,
            commit=source,
            editable=has_source,
        ),
        Column(
            "certainty",
            "可信度",
            lambda row: row.note.certainty.value if has_source(row) else "",
            width=84,
            tone=lambda row: "warning" if row.note.certainty in _UNSURE and has_source(row) else "text",
            commit=certainty,
            editable=has_source,
        ),
        Column(
            "note",
            "备注",
            lambda row: row.note.note,
            width=110,
            tip=lambda row: row.note.note,
            commit=note,
            editable=has_source,
        ),
    )


def _tone(row: ParameterRow) -> str:
    """What is wrong stands out, what was changed too; what plays no part steps back."""
    if row.problem:
        return "error"
    return "accent" if row.changed else "muted" if row.unused else "text"
