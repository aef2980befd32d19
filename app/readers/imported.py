"""What reading a front-page file gives: the cases, a report of every row, and the layout needed to write it back."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from app.readers.mapping import ColumnMapping
from app.readers.opening import Encoding, FileKind
from coding_rules.case import Case
from icd_tables.codes import Edition


@dataclass(frozen=True, slots=True)
class ImportIssue:
    """One remark about one row: 1-based row as a spreadsheet shows it, column header ("": the whole row), value, reason.

    ``refused``: the row did not become a case. The value may be personal data: for the screen and the report, never for logs.
    """

    row: int
    column: str
    value: str
    reason: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How a file was understood and what became of its rows: ``rows`` = ``accepted`` + ``refused``; blank rows count nowhere.

    ``format`` is the interface (N041, HQMS, 院内表); ``notes`` are remarks about the whole file; ``unused`` are headers that mean
    no field we know (kept under their own names in ``Case.fields``).
    """

    file: str
    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    edition: Edition = Edition.CLINICAL
    edition_evidence: str = ""
    rows: int = 0
    accepted: int = 0
    refused: int = 0
    issues: tuple[ImportIssue, ...] = ()
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values for the session file."""
        return {
            "file": self.file,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "edition": self.edition.value,
            "edition_evidence": self.edition_evidence,
            "rows": self.rows,
            "accepted": self.accepted,
            "refused": self.refused,
            "issues": [[i.row, i.column, i.value, i.reason, i.refused] for i in self.issues],
            "notes": list(self.notes),
            "unused": list(self.unused),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ImportReport:
        """The report from what ``to_json`` gave."""
        known = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        return cls(
            **known
            | {
                "edition": Edition(values["edition"]),
                "issues": tuple(ImportIssue(*issue) for issue in values["issues"]),
                "notes": tuple(values["notes"]),
                "unused": tuple(values["unused"]),
            }
        )


@dataclass(frozen=True)
class SourceLayout:
    """Everything needed to write the file again in the form it came in: its bytes (compressed) and how they were read.

    A session stores ``content`` once per file and ``to_json()`` beside it; ``from_json`` puts them together again.
    ``header_row`` is 1-based; ``Case.source.row`` leads from a case to its row.
    """

    file: str
    kind: FileKind
    format: str
    encoding: Encoding
    delimiter: str
    sheet: str
    header_row: int
    mapping: ColumnMapping
    edition: Edition
    packed: bytes

    @property
    def content(self) -> bytes:
        """The bytes of the file as it was imported."""
        return zlib.decompress(self.packed)

    def to_json(self) -> dict[str, object]:
        """Plain values, without the bytes."""
        return {
            "file": self.file,
            "kind": self.kind.value,
            "format": self.format,
            "encoding": [self.encoding.codec, self.encoding.label, self.encoding.mark.hex()],
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "headers": list(self.mapping.headers),
            "fields": list(self.mapping.fields),
            "edition": self.edition.value,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], content: bytes) -> SourceLayout:
        """The layout from what ``to_json`` gave and the bytes of the file.

        Raises:
            ValueError: the values are not those of a layout.
        """
        try:
            codec, label, mark = values["encoding"]
            return cls(
                file=values["file"],
                kind=FileKind(values["kind"]),
                format=values["format"],
                encoding=Encoding(codec, label, bytes.fromhex(mark)),
                delimiter=values["delimiter"],
                sheet=values["sheet"],
                header_row=int(values["header_row"]),
                mapping=ColumnMapping(tuple(values["headers"]), tuple(values["fields"])),
                edition=Edition(values["edition"]),
                packed=zlib.compress(content, 1),
            )
        except KeyError as error:
            raise ValueError(f"layout lacks {error}") from error


@dataclass(frozen=True)
class Imported:
    """The outcome of reading one file."""

    cases: tuple[Case, ...]
    report: ImportReport
    layout: SourceLayout
