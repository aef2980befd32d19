"""Readers: files of front pages as hospitals export them -> cases, a report of every row, and a way back to the file."""

from app.readers.imported import Imported, ImportIssue, ImportReport, SourceLayout
from app.readers.mapping import ColumnMapping, guess_mapping, recall, remember
from app.readers.reading import peek, read_cases

__all__ = [
    "ColumnMapping",
    "ImportIssue",
    "ImportReport",
    "Imported",
    "SourceLayout",
    "guess_mapping",
    "peek",
    "read_cases",
    "recall",
    "remember",
]
