"""Undo of what is done to the hospital's dictionary as a whole: an import, a deletion. Single confirmations are undone with their step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.matching.memory import HospitalDictionary
from icd_tables.codes import Kind
from icd_tables.matching.memory import Confirmed


@dataclass(frozen=True, slots=True)
class Undo:
    """The rows that some wordings had before, by kind: putting them back undoes what was done since, exactly (who, when, how often)."""

    texts: Mapping[Kind, tuple[str, ...]]
    rows: Mapping[Kind, tuple[Confirmed, ...]]

    @classmethod
    def before(cls, dictionary: HospitalDictionary, touched: Mapping[Kind, Iterable[Confirmed]]) -> Undo:
        """Note how the wordings of some pairs stand now."""
        pairs = {kind: tuple(found) for kind, found in touched.items()}
        return cls(
            {kind: tuple(pair.text for pair in found) for kind, found in pairs.items()},
            {kind: tuple(dictionary.rows_for(kind, found)) for kind, found in pairs.items()},
        )

    def put_back(self, dictionary: HospitalDictionary) -> int:
        """Bring the wordings back to how they stood; how many rows they have again.

        Raises:
            UserError: the disk refuses.
        """
        dictionary.put_back(self.texts, self.rows)
        return sum(map(len, self.rows.values()))
