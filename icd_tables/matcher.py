"""Matcher: a clinical wording, a pinyin key or a code prefix -> ranked codes, each with a tier and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Protocol

import numpy as np

from icd_tables.codes import Kind, normalize_code
from icd_tables.crosswalk import Crosswalk
from icd_tables.matching.cache import IndexCache, digest_of
from icd_tables.matching.explain import why
from icd_tables.matching.forms import Form, Former
from icd_tables.matching.grams import Floats, Ints
from icd_tables.matching.index import MatchIndex
from icd_tables.matching.keys import BroughtKeys, CodeKeys, KeyHit, Place, TypedKeys, Worth
from icd_tables.matching.memory import Memory
from icd_tables.matching.recall import Recall, target_of
from icd_tables.matching.rows import Names, Origin
from icd_tables.matching.scoring import tier, weights
from icd_tables.matching.segments import Segment, flags_for, split
from icd_tables.matching.similar import Match, SimilarNames
from icd_tables.normalize import compact, fold
from icd_tables.search import Candidate, Tier
from icd_tables.synonyms import lexicon
from icd_tables.table import CodeEntry, CodeTable


class ProgressLike(Protocol):
    """What a batch reports to (``app.progress.Progress``)."""

    def report(self, done: int, total: int = 0, text: str = "") -> None:
        """Say how far the work is; may raise to stop it."""
        ...


class Matcher:
    """Finds the entries of one table by anything a coder types or a doctor wrote.

    ``table`` is a code table or any entries (code, name); ``memory`` what this hospital confirmed; ``crosswalk`` makes
    old codes and old names lead to the entries of this table; ``cache`` keeps the index on disk. One candidate per distinct name.
    """

    def __init__(
        self,
        table: CodeTable | Iterable[CodeEntry],
        memory: Memory | None = None,
        crosswalk: Crosswalk | None = None,
        kind: Kind | None = None,
        cache: IndexCache | None = None,
    ) -> None:
        entries = tuple(table)
        self.kind = kind or (table.info.kind if isinstance(table, CodeTable) else kind_of(entries))
        self.memory = memory
        self._crosswalk = crosswalk
        self._entries = entries
        self._former = Former(lexicon(self.kind))
        self._index = self._make_index(cache)
        self.names = Names(entries, self._index.entry_names)
        self._similar = SimilarNames(self._index, self._former, weights(self.kind))
        self._recall: Recall | None = None
        self._worths: tuple[Recall | None, Floats] | None = None
        self._codes = CodeKeys(self._index.codes, self.kind)
        self._typed = TypedKeys(self._index.typed)
        self._brought = BroughtKeys(
            [(at, compact(key).lower()) for at, entry in enumerate(entries) for key in entry.keys]
        )

    def _make_index(self, cache: IndexCache | None) -> MatchIndex:
        digest = digest_of(self._entries, self._crosswalk, self.kind) if cache else ""
        index = cache.load(digest) if cache else None
        if index is None:
            index = MatchIndex.build(self._entries, self._former, self._crosswalk)
            if cache:
                cache.store(digest, index)
        return index

    def find(self, text: str, limit: int = 10) -> Sequence[Candidate]:
        """Candidates for a text, a key or a code prefix, best first: exact, own use, prefix, contains, fuzzy."""
        return self._find([text], limit)[0]

    def find_many(
        self, texts: Iterable[str], limit: int = 10, progress: ProgressLike | None = None
    ) -> dict[str, Sequence[Candidate]]:
        """Candidates of many texts; each distinct text is matched once. ``progress.report(done, total, text)`` is called."""
        distinct = list(dict.fromkeys(texts))
        found: dict[str, Sequence[Candidate]] = {}
        for start in range(0, len(distinct), _AT_ONCE):
            some = distinct[start : start + _AT_ONCE]
            found.update(zip(some, self._find(some, limit), strict=True))
            if progress is not None:
                progress.report(len(found), len(distinct), "正在匹配")
        return found

    def _find(self, texts: Sequence[str], limit: int) -> list[Sequence[Candidate]]:
        """Candidates of each text. What is only similar is worked out for all texts together: that is most of the work."""
        askings = [_Asking(text, self._former.form(text), limit) for text in texts]
        for asking in askings:
            if asking.folded:
                self._add_certain(asking)
        fuzzy = [asking for asking in askings if asking.folded and not asking.found.full]
        recall = self.recall() if fuzzy else None
        for asking, similar in zip(
            fuzzy, self._similar.find([one.form for one in fuzzy], recall, limit), strict=True
        ):
            if asking.abbreviation:
                self._add_similar(similar[:_ABBREVIATION_ANSWERS], asking, recall)
                self._add_typed(compact(asking.folded), asking.found)
            else:
                self._add_similar(list(takewhile(self._is_synonym, similar)), asking, recall)
            self._add_containing(asking.form, asking.found)
            self._add_similar(similar, asking, recall)
        return [asking.found.candidates for asking in askings]

    def _add_certain(self, asking: _Asking) -> None:
        """Codes, equal names, what was confirmed, and typed keys; an abbreviation is a word before it is a key."""
        self._add_codes(compact(asking.folded), asking.found)
        self._add_exact(asking.form, asking.found)
        self._add_confirmed(asking.text, asking.found)
        if not asking.abbreviation:
            self._add_typed(compact(asking.folded), asking.found)

    def entry(self, code: str) -> CodeEntry | None:
        """The entry of a code of this table, in any spelling."""
        at = self.names.by_code.get(normalize_code(code))
        if at is None:
            return None
        wanted = normalize_code(code)
        return next(entry for entry in self.names.group(at) if normalize_code(entry.code) == wanted)

    def pool(self, text: str) -> tuple[Ints, dict[str, Floats]] | None:
        """The names considered for a text (their positions) and the features they are scored by; for fitting weights."""
        found = self._similar.pool(self._former.form(text), self.recall())
        return None if found is None else (found.targets, dict(found.columns))

    def forget(self) -> None:
        """Drop what was derived from the memory (after another memory was put in place)."""
        self._recall = None

    def split(self, text: str) -> Sequence[Segment]:
        """The single statements of a text with several, each with 否认 / 既往 / 待排 where that is said."""
        return split(text, self._former.lexicon.flags)

    def _add_codes(self, text: str, found: _Ranking) -> None:
        for at in self._codes.find(text, found.limit):
            entry = self._entries[at]
            whole = normalize_code(text) == normalize_code(entry.code)
            reason = "编码相同" if whole else f"编码以 {normalize_code(text)} 开头"
            found.add(Candidate(entry, Tier.EXACT if whole else Tier.HIGH, reason, 1.0 if whole else 0.9))
        if self._crosswalk is None:
            return
        for row in self._crosswalk.targets(text):
            at_name = self.names.by_code.get(normalize_code(row.target_code))
            if at_name is not None:
                entry = self.names.entry(at_name)
                reason = f"对照：{row.source_code} {row.source_name} → {row.target_code}"
                found.add(Candidate(entry, Tier.ALIAS, reason, 0.98))

    def _add_exact(self, form: Form, found: _Ranking) -> None:
        rows = self._index.exact.rows(form.surface)
        for origin, row in sorted((Origin(int(self._index.origin[row])), row) for row in rows):
            target = int(self._index.target[row])
            official = origin in {Origin.NAME, Origin.OUTSIDE}
            reason = "与名称相同" if official else f"{_ORIGIN_WORDS[origin]}相同"
            for entry in self.names.group(target) if official else (self.names.entry(target),):
                found.add(
                    Candidate(
                        entry, Tier.EXACT if official else Tier.ALIAS, reason, 1.0 if official else 0.97
                    )
                )

    def _add_confirmed(self, text: str, found: _Ranking) -> None:
        if self.memory is None:
            return
        pairs = self.memory.lookup(text)
        for pair in pairs:
            target = target_of(pair, self.names)
            if target is None:
                continue
            who = f"，{pair.who}" if pair.who else ""
            when = f"，{pair.when:%Y-%m-%d}" if pair.when else ""
            cautions = ("本院对此词确认过不同编码",) if len(pairs) > 1 else ()
            found.add(
                Candidate(
                    self.names.entry(target),
                    Tier.CONFIRMED,
                    f"本院确认过 {pair.count} 次{who}{when}",
                    0.99,
                    cautions,
                )
            )

    def _add_typed(self, text: str, found: _Ranking) -> None:
        for hit in self._typed.find(text, found.limit * 4, self._worth()):
            target = int(self._index.target[hit.row])
            found.add(_typed_candidate(hit, self.names.entry(target), "拼音"))
        for hit in self._brought.find(text, found.limit):
            found.add(_typed_candidate(hit, self._entries[hit.row], "表内检索码"))

    def _add_containing(self, form: Form, found: _Ranking) -> None:
        """Names that start with or contain a fragment being typed."""
        if not _FRAGMENT_LEAST <= len(form.surface) <= _FRAGMENT_MOST or form.canonical.changes:
            return
        worth, sites, theirs = self._worth(), frozenset(form.canonical.sites), self._index.sites

        def fitting(row: int) -> float:
            """气管切开 stands in 支气管切开, but that is done to another part."""
            return -_ELSEWHERE if sites.isdisjoint(theirs[row].tolist()) else worth(row)

        for hit in self._typed.containing(form.surface, found.limit, fitting if sites else worth):
            target = int(self._index.target[hit.row])
            found.add(_typed_candidate(hit, self.names.entry(target), "名称"))

    def _add_similar(
        self, similar: Sequence[tuple[int, Match]], asking: _Asking, recall: Recall | None
    ) -> None:
        said = self.split(asking.text) if self.kind is Kind.DIAGNOSIS else ()
        flagged = any(segment.flags for segment in said)
        for target, match in similar:
            if asking.found.full:
                break
            level = tier(match.score, match.same_words)
            remembered = recall.pair(match.echo) if recall and match.echo >= 0 else None
            row, word = match.learned
            taught = (word, recall.pair(row)) if recall and row >= 0 else None
            reason = why(match, self._index, remembered, taught)
            entry = self.names.entry(target)
            cautions = flags_for(entry.name, said) if flagged else ()
            asking.found.add(Candidate(entry, level, reason, min(match.score, 0.96), cautions))

    def _is_synonym(self, found: tuple[int, Match]) -> bool:
        """Whether a name is the text in other words; that is more than containing it."""
        _, match = found
        return match.same_words and not match.speaks_against and bool(self._index.changes[match.row])

    def _worth(self) -> Worth:
        """How likely the name of a row is meant by a key: what this hospital used, then what is met every day; special
        circumstances (新生儿, 妊娠, 去除) come last.
        """
        recall = self.recall()
        if self._worths is None or self._worths[0] is not recall:
            worth = _EVERYDAY * (self._similar.familiar >= 1)
            if recall:
                worth = worth + recall.habit
            special = _SPECIAL * np.bitwise_count(self._index.unasked).astype(np.float32)
            self._worths = recall, np.asarray(worth[self._index.target] - special, np.float32)
        return self._worths[1].item

    def recall(self) -> Recall | None:
        """The index of similar remembered texts, built anew when the memory has grown enough."""
        if self.memory is None:
            return None
        if self._recall is None or self._recall.stale(self.memory):
            self._recall = Recall(self.memory, self.names, self._former, self._recall)
            self._similar.teach(self._recall)
        return self._recall if len(self._recall) else None


class _Asking:
    """A text being answered. ``folded``: half-width and lower case; nothing is looked for when that is empty."""

    __slots__ = ("folded", "form", "found", "text")

    def __init__(self, text: str, form: Form, limit: int) -> None:
        self.text = text
        self.form = form
        self.found = _Ranking(limit)
        self.folded = fold(text)

    @property
    def abbreviation(self) -> bool:
        """Whether letters in the text are a word that the word lists know (HCC, 肺ca), not the key of a name."""
        return any(word.isascii() and word.isalpha() for word, _ in self.form.canonical.changes)


class _Ranking:
    """Collects candidates in order of importance; the first word on an entry stands."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._found: dict[tuple[str, str], Candidate] = {}

    @property
    def full(self) -> bool:
        return len(self._found) >= self.limit

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return tuple(self._found.values())[: self.limit]

    def add(self, candidate: Candidate) -> None:
        self._found.setdefault((candidate.entry.code, candidate.entry.name), candidate)


_AT_ONCE = 64
"""Texts answered together: enough that numpy works on long arrays, few enough that they stay in the processor's cache."""
_ABBREVIATION_ANSWERS = 3
_EVERYDAY, _SPECIAL = 0.5, 0.1
"""What a name met every day is worth among those a key leads to; one confirmed use is worth 0.7; and what
each special circumstance costs."""
_ELSEWHERE = 9.0
"""Puts a name that speaks of another body part behind all others that contain a fragment."""
_FRAGMENT_LEAST, _FRAGMENT_MOST = 2, 4

_ORIGIN_WORDS = {Origin.BRACKET: "别名", Origin.ALIAS: "别名", Origin.OLD_NAME: "对照旧名"}


def kind_of(entries: Sequence[CodeEntry]) -> Kind:
    """Diagnoses or procedures, by what most codes begin with."""
    sample = entries[:2000]
    letters = sum(entry.code[:1].isalpha() for entry in sample)
    return Kind.DIAGNOSIS if letters * 2 >= len(sample) else Kind.PROCEDURE


def _typed_candidate(hit: KeyHit, entry: CodeEntry, what: str) -> Candidate:
    words = {Place.WHOLE: "相同", Place.START: "开头相同", Place.INSIDE: "包含"}
    level = Tier.HIGH if hit.place is Place.WHOLE else Tier.MIDDLE
    return Candidate(entry, level, f"{what}{words[hit.place]}", 0.95 - 0.05 * hit.place)
