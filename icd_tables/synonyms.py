"""Synonyms, abbreviations and small words: comparable text -> canonical text, one spelling per concept.

The word lists live in ``icd_tables/lexicon`` and are our own medical knowledge: equivalences every coder would sign, never
pairs taken from somebody's data. Canonical forms are for comparing only and are never shown as a name.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from icd_tables.codes import Kind
from icd_tables.normalize import fold, strip_punctuation, surface, unify_numerals, units, vertebrae
from icd_tables.words import Replacer, WordFinder

_LEXICON = "icd_tables.lexicon"
_TISSUES = ("腺癌", "鳞癌", "肉瘤", "腺瘤", "癌")
"""The plain words that longer words for a tumour end in."""
_LEAST_ACT = 4
"""Characters of a procedure that stands without 术; shorter ones may be a thing (支架术, 皮瓣术)."""


class Anatomy:
    """Body parts and what they are part of. A site is a number >= 1; 0 stands for none."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        lines = list(rows)
        self.names: tuple[str, ...] = ("", *(line["site"] for line in lines))
        number = {name: i for i, name in enumerate(self.names)}
        self._number: dict[str, int] = {}
        for line in lines:
            for word in (line["site"], *line["also"].split("|")):
                self._number.setdefault(word, number[line["site"]])
        words = {word: word for word in self._number}
        self.words: tuple[str, ...] = tuple(word for word in words if word)
        self._finder = WordFinder(words)
        self._wider: list[frozenset[int]] = [frozenset()] * len(self.names)
        for line in lines:
            self._wider[number[line["site"]]] = frozenset(
                number[name] for name in line["part_of"].split("|") if name
            )

    def find(self, parts: Sequence[str]) -> tuple[int, ...]:
        """The body parts a unit sequence names, in order, each once."""
        _, found = self._finder.cut(parts)
        return tuple(dict.fromkeys(self._number[word] for word in found))

    def around(self, site: int) -> frozenset[int]:
        """Everything this site is part of."""
        found: set[int] = set()
        todo = list(self._wider[site])
        while todo:
            wider = todo.pop()
            if wider not in found:
                found.add(wider)
                todo.extend(self._wider[wider])
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Canonical:
    """A text reduced to concepts.

    ``parts`` are the units of the canonical text; ``sides`` holds left/right/both/one, ``residual`` other/unspecified,
    ``sites`` the numbers of the body parts named, ``bare`` the units
    before synonyms but without small words, ``changes`` the (word, replacement) pairs, for the sentence that explains a candidate.
    """

    parts: tuple[str, ...]
    sides: frozenset[str] = frozenset()
    residual: frozenset[str] = frozenset()
    sites: tuple[int, ...] = ()
    bare: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The canonical text."""
        return "".join(self.parts)


class Lexicon:
    """The word lists of one kind of table, compiled."""

    def __init__(self, kind: Kind) -> None:
        words = tomllib.loads(_read("words.toml"))
        self.kind = kind
        specific = "diagnoses.csv" if kind is Kind.DIAGNOSIS else "procedures.csv"
        groups = (*_groups("miswritings.csv"), *_groups("shared.csv"), *_groups(specific))
        if kind is Kind.PROCEDURE:
            groups = tuple((preferred, _with_acts(variants)) for preferred, variants in groups)
        self._groups = groups
        self._spelling = Replacer(_pairs(_groups("miswritings.csv")))
        self._synonyms = Replacer(_pairs(groups))
        noise = words["noise" if kind is Kind.DIAGNOSIS else "noise_procedure"]
        self._noise = WordFinder(dict.fromkeys(words["no_noise"], "") | dict.fromkeys(noise, "noise"))
        drop = words["drop"]
        self._drop = WordFinder(dict.fromkeys(drop["kept"], "") | dict.fromkeys(drop[kind.value], "drop"))
        self.anatomy = Anatomy(csv.DictReader(_read("anatomy.csv").splitlines()))
        self._residual = WordFinder(_labels(words["residual"]))
        sides = dict(words["sides"])
        protected = dict.fromkeys(sides.pop("kept"), "")
        self._sides = WordFinder(protected | _labels(sides))
        self.other_side: tuple[str, ...] = tuple(words["other_side"])
        self.opposites = tuple(
            tuple(line["words"]) for line in words["opposites"] if line.get("kind", kind.value) == kind.value
        )
        self.unasked: tuple[str, ...] = tuple(words["unasked"])
        self.flags: Mapping[str, Sequence[str]] = words["flags"]
        self.pieces: Mapping[str, Any] = words["pieces"][kind.value]
        self.everyday: tuple[str, ...] = tuple(
            row["name"]
            for row in csv.DictReader(_read("everyday.csv").splitlines())
            if row["kind"] == kind.value
        )
        self._tumours = _tumour_patterns(words["tumours"]) if kind is Kind.DIAGNOSIS else ()
        self._broader = {
            tuple(self._bare(word)): [tuple(self._bare(more)) for more in row["broader"].split("|")]
            for row in csv.DictReader(_read("broader.csv").splitlines())
            if row["kind"] in {"", kind.value}
            for word in (row["word"],)
        }
        self._broader_lengths: dict[str, set[int]] = {}
        for word in self._broader:
            self._broader_lengths.setdefault(word[0], set()).add(len(word))

    def spelled(self, text: str) -> str:
        """The surface of a text with common miswritings put right."""
        return "".join(self._spelling.replace(units(surface(text)))[0])

    def canonical(self, text: str) -> Canonical:
        """The canonical form of a text or of a published name."""
        parts = units(strip_punctuation(vertebrae(unify_numerals(fold(text)))))
        bare, residual = self._residual.cut(parts)
        bare, sides = self._sides.cut(bare)
        bare, _ = self._noise.cut(bare)
        sites = self.anatomy.find(bare)
        replaced, changes = self._synonyms.replace(bare)
        replaced, _ = self._drop.cut(replaced)
        # A text made of nothing but small words ("待查") keeps them: nothing else could be compared.
        return Canonical(
            tuple(replaced or parts),
            frozenset(sides),
            frozenset(residual),
            sites,
            tuple(bare),
            tuple(dict.fromkeys(changes)),
        )

    def chinese_variants(self) -> dict[str, tuple[str, ...]]:
        """For every preferred word its variants that are written in Chinese, in the order of the list."""
        found: dict[str, tuple[str, ...]] = {}
        for preferred, variants in self._groups:
            chinese = tuple(word for word in variants if not any(char.isascii() for char in word))
            found[preferred] = (*found.get(preferred, ()), *chinese)
        return found

    def broadened(self, parts: Sequence[str]) -> list[tuple[str, ...]]:
        """The canonical text with single words replaced by what they are a kind of (腺癌 -> 恶性肿瘤), one text per pair."""
        found: list[tuple[str, ...]] = []
        text = "".join(parts)
        for pattern, behaviour in self._tumours:
            tumour = pattern.search(text)
            if tumour and tumour.group(0) != behaviour:
                found.append(tuple(units(text[: tumour.start()] + behaviour + text[tumour.end() :])))
        for at, unit in enumerate(parts):
            for length in self._broader_lengths.get(unit, ()):
                for more in self._broader.get(tuple(parts[at : at + length]), ()):
                    found.append((*parts[:at], *more, *parts[at + length :]))
        return found

    def tissue(self, statement: str) -> list[str]:
        """The tissue a statement names a tumour by (胃低分化腺癌 -> 低分化腺癌, 腺癌, 癌), as written."""
        for pattern, behaviour in self._tumours:
            tumour = pattern.search(statement)
            if tumour and tumour.group(0) != f"{behaviour}肿瘤":
                word = tumour.group(0)
                return [word, *(short for short in _TISSUES if word.endswith(short) and word != short)]
        return []

    def _bare(self, word: str) -> list[str]:
        return self._drop.cut(units(surface(word)))[0]


@cache
def lexicon(kind: Kind) -> Lexicon:
    """The compiled lexicon of a kind; read once."""
    return Lexicon(kind)


def lexicon_fingerprint() -> str:
    """All lexicon texts as one string: an index built with other words must be rebuilt."""
    names = (
        "words.toml",
        "miswritings.csv",
        "shared.csv",
        "diagnoses.csv",
        "procedures.csv",
        "broader.csv",
        "anatomy.csv",
    )
    return "\0".join(_read(name) for name in names)


def _tumour_patterns(words: Mapping[str, Sequence[str]]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Qualifiers and ending of a tumour named by its tissue, and what it is called by place."""

    def any_of(found: Sequence[str]) -> str:
        return "|".join(sorted(map(re.escape, found), key=len, reverse=True))

    # 腺 after these is a gland (前列腺), not a tissue (腺癌). Behaviours are spelled as canonical forms are: without 性.
    gland = "(?<![乳状列腮胰泪汗胸液上])腺"
    qualified = f"(?:(?:{any_of(words['qualifiers'])}|{gland})[性型]?)*"

    def ending(behaviour: str, name: str) -> str:
        whole = any_of([*(word for word in words[behaviour] if word[0] != "腺"), f"{name}肿瘤"])
        return "|".join([whole, *(gland + word[1:] for word in words[behaviour] if word[0] == "腺")])

    return tuple(
        (re.compile(f"{qualified}(?:{ending(behaviour, name)})(?!前|疼)"), f"{name}肿瘤")
        for behaviour, name in (("malignant", "恶"), ("benign", "良"))
    )


def _read(name: str) -> str:
    return resources.files(_LEXICON).joinpath(name).read_text(encoding="utf-8")


def _rows(name: str) -> list[tuple[str, str]]:
    reader = csv.reader(_read(name).splitlines()[1:])
    return [(row[0], row[1]) for row in reader if row]


def _groups(name: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(preferred, tuple(variants.split("|"))) for preferred, variants in _rows(name)]


def _with_acts(variants: Sequence[str]) -> tuple[str, ...]:
    """Variants and, of those that end in 术, what is left of them: 钢板取出术 is said 钢板取出 as well."""
    acts = [word.removesuffix("术") for word in variants if word.endswith("术")]
    return tuple(dict.fromkeys((*variants, *(act for act in acts if len(act) >= _LEAST_ACT))))


def _pairs(groups: Iterable[tuple[str, tuple[str, ...]]]) -> list[tuple[str, str]]:
    """Variant -> preferred, and preferred -> itself so that no shorter variant bites a piece out of it."""
    target = {variant: preferred for preferred, variants in groups for variant in variants}
    pairs: list[tuple[str, str]] = []
    for preferred, variants in groups:
        final = preferred
        for _ in range(3):  # a preferred word of one list may be a variant in another
            final = target.get(final, final)
        pairs += [(word, final) for word in (*variants, preferred)]
    return pairs


def _labels(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {word: label for label, found in lists.items() for word in found}
