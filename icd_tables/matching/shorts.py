"""Short forms of names for the keyboard: 冠状动脉粥样硬化性心脏病 is typed as 冠心病, so ``gxb`` has to find it."""

from __future__ import annotations

from collections.abc import Iterator

from icd_tables.normalize import units
from icd_tables.synonyms import Lexicon
from icd_tables.words import WordFinder

_MOST_PER_NAME = 2
_LEAST_SAVED = 1


class ShortForms:
    """Names with the long words of the lexicon replaced by the short ones people say."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._short = {
            long: tuple(word for word in shorter if len(word) + _LEAST_SAVED <= len(long))[:_MOST_PER_NAME]
            for long, shorter in lexicon.chinese_variants().items()
        }
        self._short = {long: found for long, found in self._short.items() if found}
        self._finder = WordFinder({long: long for long in self._short})

    def of(self, surface: str) -> Iterator[str]:
        """The short forms of one name's surface."""
        _, found = self._finder.cut(units(surface))
        for long in dict.fromkeys(found):
            for short in self._short[long]:
                shorter = surface.replace(long, short)
                if shorter != surface:
                    yield shorter
