"""Finder: candidates for a line of a case, from the tables of the edition the case is written in."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from app.matching.memory import HospitalDictionary
from app.progress import Progress
from app.review import Knowledge
from app.suggest import Suggester
from coding_rules.case import Case
from coding_rules.checks.engine import CheckEngine
from icd_tables.codes import Edition, Kind
from icd_tables.matcher import Matcher
from icd_tables.matching.cache import IndexCache
from icd_tables.search import Candidate
from icd_tables.terminology import Terminology


class Finder:
    """Matchers by kind and edition, made when first asked for or ahead of time by ``prepare``. Thread-safe."""

    def __init__(
        self,
        terminology: Terminology,
        dictionary: HospitalDictionary | None = None,
        cache: IndexCache | None = None,
    ) -> None:
        self.terminology = terminology
        self._dictionary = dictionary
        self._cache = cache
        self._matchers: dict[tuple[Kind, Edition], Matcher | None] = {}
        self._lock = Lock()

    def __call__(self, case: Case, kind: Kind, text: str, limit: int) -> Sequence[Candidate]:
        """Candidates in the edition of the case; from the other edition's table where its own is not loaded.

        None while the matchers are being made elsewhere: a key stroke does not wait.
        """
        if (kind, case.edition) not in self._matchers and self._lock.locked():
            return ()
        matcher = self.matcher(kind, case.edition)
        return matcher.find(text, limit) if matcher else ()

    def prepare(self, editions: Sequence[Edition], progress: Progress) -> None:
        """Make the matchers of these editions, so that the first key stroke need not wait."""
        wanted = [(kind, edition) for edition in editions for kind in Kind]
        for done, (kind, edition) in enumerate(wanted, start=1):
            self.matcher(kind, edition)
            progress.report(done, len(wanted), "正在准备编码检索")

    def matcher(self, kind: Kind, edition: Edition) -> Matcher | None:
        """The matcher over the tables of one kind and edition, made now if it is not there; ``None`` without any table."""
        with self._lock:
            if (kind, edition) not in self._matchers:
                self._matchers[kind, edition] = self._make(kind, edition)
            return self._matchers[kind, edition]

    def _make(self, kind: Kind, edition: Edition) -> Matcher | None:
        own = self.terminology.table(kind, edition)
        tables = [own, *(self.terminology.table(kind, other) for other in Edition)]
        table = next((one for one in tables if one is not None), None)
        crosswalk = self.terminology.crosswalks.get(kind) if edition is Edition.INSURANCE else None
        if table is None:
            return None
        memory = self._dictionary.memory(kind) if self._dictionary else None
        return Matcher(table, memory, crosswalk, kind, self._cache)


def in_context(finder: Finder, knowledge: Knowledge) -> Suggester:
    """The finder's candidates with what the case at hand says for and against each."""
    checker = knowledge.checker
    relations = checker.env.relations if isinstance(checker, CheckEngine) else None
    return Suggester(finder, knowledge, relations)
